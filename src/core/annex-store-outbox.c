/* annex-store-outbox.c
 *
 * See annex-store-outbox.h. The table is made when it is first needed, which an older Annex does
 * not mind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-outbox.h"

#include "annex-audit.h"
#include "annex-json-build.h"
#include "annex-store-private.h"

/* An id is never given again: who reports knows the last one it has sent. */
static const char make_table[] = "CREATE TABLE IF NOT EXISTS audit_outbox ("
                                 "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
                                 "  record TEXT NOT NULL)";

static gboolean
put (AnnexDb *db, JsonObject *record, GError **error)
{
  g_autofree char *text = annex_json_object_to_string (record);

  return annex_db_run (db, error, "INSERT INTO audit_outbox (record) VALUES (?)", "s", text);
}

static gboolean
put_events (AnnexDb *db, const char *task_id, gint64 after_id, GError **error)
{
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db,
                        "SELECT id, task, seq, time_us, type, data FROM events "
                        "WHERE task = ? AND id > ? ORDER BY id",
                        error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "si", task_id, after_id);
  while (local == NULL && annex_db_step (db, statement, &local))
    {
      g_autoptr (AnnexEvent) event = annex_store_read_reported (statement);
      g_autoptr (JsonObject) record = annex_audit_from_event (event, FALSE);

      if (record != NULL)
        put (db, record, &local);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
delete_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (JsonObject) record = annex_audit_from_deletion (g_get_real_time (), job->task_id);

  return annex_store_last_seq (db, job->task_id, error) >= 0 &&
         annex_db_exec (db, make_table, error) &&
         put_events (db, job->task_id, job->number, error) && put (db, record, error) &&
         annex_store_remove_task (db, job->task_id, error);
}

DexFuture *
annex_store_delete_reported_task (AnnexStore *self, const char *task_id, gint64 after_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  job = annex_store_job_new (delete_work);
  job->shares = TRUE; /* and so all or nothing */
  job->lists = TRUE;
  job->task_id = g_strdup (task_id);
  job->number = after_id;
  return annex_store_queue (self, job);
}

/* FALSE without an error: nothing was ever put there. */
static gboolean
has_table (AnnexDb *db, GError **error)
{
  return annex_db_get_int (db, 0, error,
                           "SELECT count(*) FROM sqlite_schema WHERE name = 'audit_outbox'",
                           "") > 0;
}

static gboolean
list_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (AnnexStatement) statement = NULL;
  g_autoptr (GError) local = NULL;

  if (has_table (db, &local))
    statement = annex_db_prepare (
        db, "SELECT id, record FROM audit_outbox WHERE id > ? ORDER BY id LIMIT ?", &local);
  if (statement != NULL)
    annex_db_bind (statement, "ii", job->number, (gint64) job->limit);
  while (statement != NULL && annex_db_step (db, statement, &local))
    {
      JsonObject *record = annex_json_parse_object (annex_db_text (statement, 1), -1, NULL);

      if (record == NULL) /* damaged: something was there */
        record = json_object_new ();
      g_ptr_array_add (rows, annex_json_build ("i", "id", sqlite3_column_int64 (statement, 0), "o",
                                               "record", record, NULL));
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  annex_store_job_take_array (job, g_steal_pointer (&rows));
  return TRUE;
}

DexFuture *
annex_store_list_outbox (AnnexStore *self, gint64 after_id, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (list_work);
  job->number = after_id;
  job->limit = limit;
  return annex_store_queue (self, job);
}

static gboolean
trim_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (has_table (db, &local))
    annex_db_run (db, &local, "DELETE FROM audit_outbox WHERE id <= ?", "i", job->number);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

DexFuture *
annex_store_trim_outbox (AnnexStore *self, gint64 last_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (trim_work);
  job->shares = TRUE;
  job->number = last_id;
  return annex_store_queue (self, job);
}
