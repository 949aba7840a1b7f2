/* annex-store-audit.c
 *
 * What is reported to somebody else: events and ledger rows of all tasks in the order they were
 * committed, and how far the reporting has come.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include <gio/gio.h>

AnnexEvent *
annex_store_read_reported (sqlite3_stmt *statement)
{
  AnnexEvent *event = annex_store_read_event (statement, NULL);

  if (event != NULL)
    return event;
  return annex_event_new (sqlite3_column_int64 (statement, 0), annex_db_text (statement, 1),
                          sqlite3_column_int64 (statement, 2), sqlite3_column_int64 (statement, 3),
                          annex_db_text (statement, 4), json_object_new ());
}

static gboolean
list_events_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db,
                        "SELECT id, task, seq, time_us, type, data FROM events WHERE id > ? "
                        "ORDER BY id LIMIT ?",
                        error);
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "ii", job->number, (gint64) job->limit);
  while (annex_db_step (db, statement, &local))
    g_ptr_array_add (events, annex_store_read_reported (statement));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  annex_store_job_take_array (job, g_steal_pointer (&events));
  return TRUE;
}

DexFuture *
annex_store_list_all_events (AnnexStore *self, gint64 after_id, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (list_events_work);
  job->number = after_id;
  job->limit = limit;
  return annex_store_queue (self, job);
}

/* A name in the table `meta`, which other processes read and write, too. */
static gboolean
get_mark_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 value =
      annex_db_get_int (db, -1, &local, "SELECT value FROM meta WHERE name = ?", "s", job->text);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_value_init (&job->result, G_TYPE_INT64);
  g_value_set_int64 (&job->result, value);
  return TRUE;
}

DexFuture *
annex_store_get_mark (AnnexStore *self, const char *name)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (name != NULL);

  job = annex_store_job_new (get_mark_work);
  job->text = g_strconcat ("mark:", name, NULL);
  return annex_store_queue (self, job);
}

static gboolean
set_mark_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_run (db, error, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", "si",
                       job->text, job->number);
}

DexFuture *
annex_store_set_mark (AnnexStore *self, const char *name, gint64 value)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (name != NULL);

  job = annex_store_job_new (set_mark_work);
  job->shares = TRUE;
  job->text = g_strconcat ("mark:", name, NULL);
  job->number = value;
  return annex_store_queue (self, job);
}
