/* annex-inbox-entry.c
 *
 * The lines of the inbox: what the store knows of open asks, and of those that were refused,
 * dismissed or expired. Knows nothing of who waits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-inbox.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-spoken.h"
#include "annex-store-private.h"

#include <glib/gi18n.h>

G_DEFINE_BOXED_TYPE (AnnexInboxEntry,
                     annex_inbox_entry,
                     annex_inbox_entry_copy,
                     annex_inbox_entry_free)

AnnexInboxEntry *
annex_inbox_entry_copy (const AnnexInboxEntry *self)
{
  AnnexInboxEntry *copy = g_memdup2 (self, sizeof *self);

  copy->ask = annex_ask_ref (self->ask);
  copy->task_title = g_strdup (self->task_title);
  return copy;
}

void
annex_inbox_entry_free (AnnexInboxEntry *self)
{
  annex_ask_unref (self->ask);
  g_free (self->task_title);
  g_free (self);
}

const char *
annex_inbox_state_to_name (AnnexInboxState state)
{
  switch (state)
    {
    case ANNEX_INBOX_OPEN:
      return "open";
    case ANNEX_INBOX_REFUSED:
      return "refused";
    case ANNEX_INBOX_DISMISSED:
      return "dismissed";
    case ANNEX_INBOX_EXPIRED:
      break;
    }
  return "expired";
}

static AnnexInboxState
state_from_name (const char *name)
{
  for (AnnexInboxState state = ANNEX_INBOX_OPEN; state < ANNEX_INBOX_EXPIRED; state++)
    if (g_str_equal (annex_inbox_state_to_name (state), name))
      return state;
  return ANNEX_INBOX_EXPIRED;
}

char *
annex_inbox_entry_to_json_line (const AnnexInboxEntry *self)
{
  g_autofree char *opened = annex_time_to_text (self->opened_us);
  g_autofree char *closed = self->closed_us > 0 ? annex_time_to_text (self->closed_us) : NULL;
  g_autoptr (JsonObject) object = annex_json_object_copy (annex_ask_get_json (self->ask));

  json_object_set_string_member (object, "state", annex_inbox_state_to_name (self->state));
  json_object_set_string_member (object, "task_title", self->task_title);
  json_object_set_string_member (object, "opened", opened);
  if (closed != NULL)
    json_object_set_string_member (object, "closed", closed);
  return annex_json_object_to_string (object);
}

/* Reading */

#define SELECT_OPEN                                                                                \
  "SELECT 'open' AS state, e.data, s.title, e.time_us, 0 AS closed_us, e.id AS number "            \
  "FROM asks a JOIN events e ON e.id = a.event JOIN summary s ON s.task = a.task "

#define SELECT_CLOSED                                                                              \
  "SELECT a.state, e.data, s.title, e.time_us, c.time_us AS closed_us, c.id AS number "            \
  "FROM closed_asks a JOIN events e ON e.id = a.event JOIN events c ON c.id = a.closing "          \
  "JOIN summary s ON s.task = a.task "

/* NULL when the log holds something there that is no ask of this Annex. */
static AnnexInboxEntry *
read_entry (AnnexStatement *statement)
{
  g_autoptr (JsonObject) data = annex_json_parse_object (annex_db_text (statement, 1), -1, NULL);
  JsonObject *json = data != NULL ? annex_json_opt_object (data, "ask") : NULL;
  AnnexAsk *ask = json != NULL ? annex_ask_new_from_json (json_object_ref (json), NULL) : NULL;
  AnnexInboxEntry *entry;

  if (ask == NULL)
    return NULL;
  entry = g_new0 (AnnexInboxEntry, 1);
  entry->ask = ask;
  entry->state = state_from_name (annex_db_text (statement, 0));
  entry->task_title = g_strdup (annex_db_text (statement, 2));
  entry->opened_us = sqlite3_column_int64 (statement, 3);
  entry->closed_us = sqlite3_column_int64 (statement, 4);
  return entry;
}

static gboolean
read_entries (AnnexDb *db, AnnexStatement *statement, GPtrArray *entries, GError **error)
{
  g_autoptr (GError) local = NULL;

  while (annex_db_step (db, statement, &local))
    {
      AnnexInboxEntry *entry = read_entry (statement);

      if (entry != NULL)
        g_ptr_array_add (entries, entry);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
list_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_inbox_entry_free);
  g_autoptr (AnnexStatement) open =
      annex_db_prepare (db, SELECT_OPEN "ORDER BY number DESC", error);
  g_autoptr (AnnexStatement) closed =
      open != NULL ? annex_db_prepare (db, SELECT_CLOSED "ORDER BY number DESC LIMIT ?", error)
                   : NULL;

  if (closed == NULL)
    return FALSE;
  annex_db_bind (closed, "i", (gint64) job->limit);
  if (!read_entries (db, open, entries, error) ||
      (job->limit > 0 && !read_entries (db, closed, entries, error)))
    return FALSE;
  annex_store_job_take_array (job, g_steal_pointer (&entries));
  return TRUE;
}

DexFuture *
annex_inbox_list (AnnexStore *store, guint max_closed)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (store));

  job = annex_store_job_new (list_work);
  job->limit = max_closed;
  return annex_store_queue (store, job);
}

static gboolean
find_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_inbox_entry_free);
  g_autoptr (AnnexStatement) open = annex_db_prepare (db, SELECT_OPEN "WHERE a.ask = ?", error);
  g_autoptr (AnnexStatement) closed =
      open != NULL ? annex_db_prepare (db, SELECT_CLOSED "WHERE a.ask = ?", error) : NULL;

  if (closed == NULL)
    return FALSE;
  annex_db_bind (open, "s", job->text);
  annex_db_bind (closed, "s", job->text);
  if (!read_entries (db, open, entries, error) || !read_entries (db, closed, entries, error))
    return FALSE;
  if (entries->len == 0)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                        N_ ("There is no such question; it may have been answered already"));
      return FALSE;
    }
  g_value_init (&job->result, ANNEX_TYPE_INBOX_ENTRY);
  g_value_set_boxed (&job->result, g_ptr_array_index (entries, 0));
  return TRUE;
}

DexFuture *
annex_inbox_find (AnnexStore *store, const char *ask_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (store));
  dex_return_error_if_fail (ask_id != NULL);

  job = annex_store_job_new (find_work);
  job->text = g_strdup (ask_id);
  return annex_store_queue (store, job);
}

/* Opening again */

typedef struct
{
  AnnexStore *store;
  char *ask_id;
} Reopen;

static void
reopen_free (gpointer data)
{
  Reopen *reopen = data;

  g_object_unref (reopen->store);
  g_free (reopen->ask_id);
  g_free (reopen);
}

static DexFuture *
reopen_fiber (gpointer data)
{
  Reopen *reopen = data;
  g_autoptr (AnnexInboxEntry) entry = NULL;
  g_autoptr (AnnexAsk) again = NULL;
  JsonObject *json;
  GError *error = NULL;

  entry = dex_await_boxed (annex_inbox_find (reopen->store, reopen->ask_id), &error);
  if (entry == NULL)
    return annex_future_new_error (error);
  if (entry->state == ANNEX_INBOX_OPEN)
    return annex_future_new_spoken (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                                    N_ ("This question is open already"));
  again = annex_ask_new_again (entry->ask);
  json = annex_json_object_copy (annex_ask_get_json (again));
  if (!dex_await (annex_store_append (reopen->store, annex_ask_get_task_id (again),
                                      ANNEX_EVENT_ASK_OPENED,
                                      annex_json_build ("o", "ask", json, NULL)),
                  &error))
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_ASK, g_steal_pointer (&again));
}

DexFuture *
annex_inbox_reopen (AnnexStore *store, const char *ask_id)
{
  Reopen *reopen;

  dex_return_error_if_fail (ANNEX_IS_STORE (store));
  dex_return_error_if_fail (ask_id != NULL);

  reopen = g_new0 (Reopen, 1);
  reopen->store = g_object_ref (store);
  reopen->ask_id = g_strdup (ask_id);
  return annex_fiber_run (reopen_fiber, reopen, reopen_free);
}
