/* annex-store-fork.c
 *
 * A new task from the beginning of another one: its events copied, and what the caller adds, in one
 * transaction.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

/* An event to be added, as the store's thread needs it. */
typedef struct
{
  char *type_name;
  char *text;
  AnnexDigest *digest;
} Extra;

static void
extra_free (gpointer data)
{
  Extra *extra = data;

  g_free (extra->type_name);
  g_free (extra->text);
  annex_digest_free (extra->digest);
  g_free (extra);
}

static gboolean
copy_event (AnnexDb *db, const char *task_id, AnnexEvent *event, GError **error)
{
  g_autofree char *text = annex_json_object_to_string (annex_event_get_data (event));
  g_autoptr (AnnexDigest) digest =
      annex_digest_new (annex_event_get_event_type (event), annex_event_get_data (event));
  gint64 id;

  return annex_store_insert_event (
      db, task_id, annex_event_get_seq (event), annex_event_get_time_us (event),
      annex_event_get_type_name (event), text, digest, FALSE, &id, error);
}

/* Returns how many there were, -1 with an error. */
static gint64
copy_events (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db,
                        "SELECT id, task, seq, time_us, type, data FROM events "
                        "WHERE task = ? AND seq <= ? ORDER BY seq",
                        error);
  g_autoptr (GError) local = NULL;
  gint64 n = 0;

  if (statement == NULL)
    return -1;
  annex_db_bind (statement, "si", job->task_id, job->number);
  while (annex_db_step (db, statement, &local))
    {
      g_autoptr (AnnexEvent) event = annex_store_read_event (statement, &local);

      if (event == NULL || !copy_event (db, job->other, event, &local))
        break;
      n++;
    }
  if (local == NULL)
    return n;
  g_propagate_error (error, g_steal_pointer (&local));
  return -1;
}

static gboolean
fork_within (AnnexDb *db, StoreJob *job, GError **error)
{
  gint64 last = annex_store_last_seq (db, job->task_id, error);
  gint64 n;

  if (last < 0 || !annex_db_run (db, error, "INSERT INTO tasks (id) VALUES (?)", "s", job->other))
    return FALSE;
  n = copy_events (db, job, error);
  if (n < 0)
    return FALSE;
  if (n == 0)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                        N_ ("There was nothing of this task yet"));
      return FALSE;
    }
  for (guint i = 0; i < job->extras->len; i++)
    {
      Extra *extra = g_ptr_array_index (job->extras, i);
      gint64 id;

      if (!annex_store_insert_event (db, job->other, n + 1 + i, g_get_real_time (),
                                     extra->type_name, extra->text, extra->digest, FALSE, &id,
                                     error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
fork_work (AnnexDb *db, StoreJob *job, GError **error)
{
  if (!annex_db_begin (db, error))
    return FALSE;
  if (fork_within (db, job, error))
    return annex_db_commit (db, error);
  annex_db_rollback (db);
  return FALSE;
}

DexFuture *
annex_store_fork (AnnexStore *self,
                  const char *task_id,
                  gint64 to_seq,
                  const char *new_id,
                  GPtrArray *events)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL && new_id != NULL && events != NULL);

  job = annex_store_job_new (fork_work);
  job->lists = TRUE;
  job->task_id = g_strdup (task_id);
  job->number = to_seq;
  job->other = g_strdup (new_id);
  job->extras = g_ptr_array_new_with_free_func (extra_free);
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      Extra *extra = g_new0 (Extra, 1);

      extra->type_name = g_strdup (annex_event_get_type_name (event));
      extra->text = annex_json_object_to_string (annex_event_get_data (event));
      extra->digest =
          annex_digest_new (annex_event_get_event_type (event), annex_event_get_data (event));
      g_ptr_array_add (job->extras, extra);
    }
  return annex_store_queue (self, job);
}
