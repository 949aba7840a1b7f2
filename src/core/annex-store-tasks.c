/* annex-store-tasks.c
 *
 * The list of tasks, finding one, its archive mark, deleting it, and the open asks of all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-spoken.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

G_DEFINE_BOXED_TYPE (AnnexTaskSummary,
                     annex_task_summary,
                     annex_task_summary_copy,
                     annex_task_summary_free)

AnnexTaskSummary *
annex_task_summary_copy (const AnnexTaskSummary *self)
{
  AnnexTaskSummary *copy = g_new0 (AnnexTaskSummary, 1);

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->title = g_strdup (self->title);
  copy->state = g_strdup (self->state);
  return copy;
}

void
annex_task_summary_free (AnnexTaskSummary *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->state);
  g_free (self);
}

char *
annex_task_summary_to_json_line (const AnnexTaskSummary *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *created = annex_time_to_text (self->created_us);
  g_autofree char *updated = annex_time_to_text (self->updated_us);

  json_object_set_string_member (object, "id", self->id);
  json_object_set_string_member (object, "title", self->title);
  json_object_set_string_member (object, "state", self->state);
  json_object_set_string_member (object, "created", created);
  json_object_set_string_member (object, "updated", updated);
  return annex_json_object_to_string (object);
}

/* Lists */

#define SELECT_SUMMARIES                                                                           \
  "SELECT t.id, s.title, s.state, s.created_us, s.updated_us, t.archived, "                        \
  "(SELECT count(*) FROM asks WHERE task = t.id) FROM tasks t JOIN summary s ON s.task = t.id "

static AnnexTaskSummary *
read_summary (AnnexStatement *statement)
{
  AnnexTaskSummary *summary = g_new0 (AnnexTaskSummary, 1);

  summary->id = g_strdup (annex_db_text (statement, 0));
  summary->title = g_strdup (annex_db_text (statement, 1));
  summary->state = g_strdup (annex_db_text (statement, 2));
  summary->created_us = sqlite3_column_int64 (statement, 3);
  summary->updated_us = sqlite3_column_int64 (statement, 4);
  summary->archived = sqlite3_column_int (statement, 5) != 0;
  summary->open_asks = sqlite3_column_int (statement, 6);
  return summary;
}

GPtrArray *
annex_store_read_summaries (AnnexDb *db, GError **error)
{
  g_autoptr (GPtrArray) summaries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_task_summary_free);
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db, SELECT_SUMMARIES "ORDER BY s.updated_us DESC, t.id DESC", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  while (annex_db_step (db, statement, &local))
    g_ptr_array_add (summaries, read_summary (statement));
  if (local == NULL)
    return g_steal_pointer (&summaries);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
list_work (AnnexDb *db, StoreJob *job, GError **error)
{
  GPtrArray *summaries = annex_store_read_summaries (db, error);

  if (summaries == NULL)
    return FALSE;
  annex_store_job_take_array (job, summaries);
  return TRUE;
}

DexFuture *
annex_store_list_tasks (AnnexStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  return annex_store_queue (self, annex_store_job_new (list_work));
}

static gboolean
get_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db, SELECT_SUMMARIES "WHERE t.id = ?", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "s", job->task_id);
  if (annex_db_step (db, statement, &local))
    {
      g_value_init (&job->result, ANNEX_TYPE_TASK_SUMMARY);
      g_value_take_boxed (&job->result, read_summary (statement));
      return TRUE;
    }
  if (local == NULL)
    annex_set_spoken (&local, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                      N_ ("There is no task “%s”"), job->task_id);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

DexFuture *
annex_store_get_summary (AnnexStore *self, const char *task_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  job = annex_store_job_new (get_work);
  job->task_id = g_strdup (task_id);
  return annex_store_queue (self, job);
}

static gboolean
version_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 version = annex_db_get_int (db, 0, &local, "PRAGMA data_version", "");

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_value_init (&job->result, G_TYPE_INT64);
  g_value_set_int64 (&job->result, version);
  return TRUE;
}

DexFuture *
annex_store_get_others_version (AnnexStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  return annex_store_queue (self, annex_store_job_new (version_work));
}

static gboolean
check_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = annex_db_prepare (db, "PRAGMA integrity_check(1)", error);
  g_autoptr (GError) local = NULL;
  gboolean whole = statement != NULL && annex_db_step (db, statement, &local) &&
                   g_str_equal (annex_db_text (statement, 0), "ok");

  if (statement == NULL || whole)
    return whole;
  annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                    N_ ("The task database is damaged: %s"),
                    local != NULL ? local->message : annex_db_text (statement, 0));
  return FALSE;
}

DexFuture *
annex_store_check (AnnexStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  return annex_store_queue (self, annex_store_job_new (check_work));
}

static gboolean
list_asks_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db,
                        "SELECT e.id, e.task, e.seq, e.time_us, e.type, e.data "
                        "FROM asks a JOIN events e ON e.id = a.event ORDER BY e.id",
                        error);
  GPtrArray *events;

  if (statement == NULL)
    return FALSE;
  events = annex_store_read_events (db, statement, error);
  if (events == NULL)
    return FALSE;
  annex_store_job_take_array (job, events);
  return TRUE;
}

DexFuture *
annex_store_list_open_asks (AnnexStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  return annex_store_queue (self, annex_store_job_new (list_asks_work));
}

/* Finding */

typedef enum {
  BY_ID,
  BY_ID_PREFIX,
  BY_TITLE,
  BY_TITLE_PREFIX,
} FindBy;

static gboolean
is_match (AnnexTaskSummary *summary, const char *text, FindBy by)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *field = g_utf8_casefold (by <= BY_ID_PREFIX ? summary->id : summary->title, -1);

  return by == BY_ID || by == BY_TITLE ? g_str_equal (field, folded)
                                       : g_str_has_prefix (field, folded);
}

static gboolean
find_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) summaries = annex_store_read_summaries (db, error);

  if (summaries == NULL)
    return FALSE;
  for (FindBy by = BY_ID; job->text[0] != '\0' && by <= BY_TITLE_PREFIX; by++)
    {
      AnnexTaskSummary *found = NULL;
      guint n = 0;

      for (guint i = 0; i < summaries->len; i++)
        if (is_match (g_ptr_array_index (summaries, i), job->text, by))
          {
            found = g_ptr_array_index (summaries, i);
            n++;
          }
      if (n > 1)
        {
          annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                            N_ ("“%s” matches %u tasks; give more of the id"), job->text, n);
          return FALSE;
        }
      if (n == 1)
        {
          g_value_init (&job->result, G_TYPE_STRING);
          g_value_set_string (&job->result, found->id);
          return TRUE;
        }
    }
  annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                    N_ ("There is no task “%s”"), job->text);
  return FALSE;
}

DexFuture *
annex_store_find_task (AnnexStore *self, const char *text)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (text != NULL);

  job = annex_store_job_new (find_work);
  job->text = annex_text_make_valid (text, -1);
  return annex_store_queue (self, job);
}

/* Changing */

static gboolean
need_change (AnnexDb *db, const char *task_id, GError **error)
{
  if (annex_db_changes (db) > 0)
    return TRUE;
  annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                    N_ ("There is no task “%s”"), task_id);
  return FALSE;
}

static gboolean
archive_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_run (db, error, "UPDATE tasks SET archived = ? WHERE id = ?", "is", job->number,
                       job->task_id) &&
         need_change (db, job->task_id, error);
}

DexFuture *
annex_store_set_archived (AnnexStore *self, const char *task_id, gboolean archived)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  job = annex_store_job_new (archive_work);
  job->shares = TRUE;
  job->lists = TRUE;
  job->task_id = g_strdup (task_id);
  job->number = archived ? 1 : 0;
  return annex_store_queue (self, job);
}

gboolean
annex_store_remove_task (AnnexDb *db, const char *task_id, GError **error)
{
  return annex_db_run (db, error,
                       "DELETE FROM search WHERE rowid IN (SELECT id FROM events WHERE task = ?)",
                       "s", task_id) &&
         annex_db_run (db, error, "DELETE FROM tasks WHERE id = ?", "s", task_id) &&
         need_change (db, task_id, error);
}

static gboolean
delete_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_store_remove_task (db, job->task_id, error);
}

DexFuture *
annex_store_delete_task (AnnexStore *self, const char *task_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  job = annex_store_job_new (delete_work);
  job->shares = TRUE;
  job->lists = TRUE;
  job->task_id = g_strdup (task_id);
  return annex_store_queue (self, job);
}
