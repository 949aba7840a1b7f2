/* annex-store-events.c
 *
 * Appending and listing events, and what an appended event does to the derived tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-spoken.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

AnnexEvent *
annex_store_read_event (sqlite3_stmt *statement, GError **error)
{
  JsonObject *data = annex_json_parse_object (annex_db_text (statement, 5),
                                              sqlite3_column_bytes (statement, 5), NULL);

  if (data == NULL)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                        N_ ("Event %ld of the task database is damaged"),
                        (long) sqlite3_column_int64 (statement, 0));
      return NULL;
    }
  return annex_event_new (sqlite3_column_int64 (statement, 0), annex_db_text (statement, 1),
                          sqlite3_column_int64 (statement, 2), sqlite3_column_int64 (statement, 3),
                          annex_db_text (statement, 4), data);
}

gint64
annex_store_last_seq (AnnexDb *db, const char *task_id, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 seq = annex_db_get_int (db, -1, &local,
                                 "SELECT coalesce((SELECT max(seq) FROM events WHERE task = t.id), "
                                 "0) FROM tasks t WHERE id = ?",
                                 "s", task_id);

  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
  if (seq < 0)
    annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                      N_ ("There is no task “%s”"), task_id);
  return seq;
}

/* Derived tables */

/* An ask that was answered with a yes, or is about a draft, is done with; of the others it is noted
 * what became of them. */
static gboolean
derive_closed (AnnexDb *db,
               gint64 id,
               const char *task_id,
               const AnnexDigest *digest,
               GError **error)
{
  return annex_db_run (
      db, error,
      "INSERT OR REPLACE INTO closed_asks (task, ask, event, closing, state) "
      "SELECT task, ask, event, ?3, coalesce(?5, 'refused') FROM asks WHERE task = ?1 AND ask = ?2 "
      "AND kind <> 'draft' AND (?5 IS NOT NULL OR (refusal IS NOT NULL AND "
      "lower(refusal) = lower(?4)) OR (kind IN ('network', 'site') AND lower(?4) = 'no'))",
      "ssiss", task_id, digest->closes, id, digest->answer, digest->closed);
}

static gboolean
derive_ask (AnnexDb *db,
            gint64 id,
            const char *task_id,
            const AnnexDigest *digest,
            gboolean strict,
            GError **error)
{
  if (digest->opens != NULL &&
      !annex_db_run (db, error,
                     "INSERT OR IGNORE INTO asks (task, ask, event, refusal, kind) "
                     "VALUES (?, ?, ?, ?, ?)",
                     "ssiss", task_id, digest->opens, id, digest->refusal, digest->kind))
    return FALSE;
  if (digest->reopens != NULL &&
      !annex_db_run (db, error, "DELETE FROM closed_asks WHERE task = ? AND ask = ?", "ss", task_id,
                     digest->reopens))
    return FALSE;
  if (digest->closes == NULL)
    return TRUE;
  if (!derive_closed (db, id, task_id, digest, error) ||
      !annex_db_run (db, error, "DELETE FROM asks WHERE task = ? AND ask = ?", "ss", task_id,
                     digest->closes))
    return FALSE;
  if (!strict || annex_db_changes (db) > 0)
    return TRUE;
  annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                    N_ ("There is no such open question; it may have been answered already"));
  return FALSE;
}

static gboolean
derive_asks (AnnexDb *db,
             gint64 id,
             const char *task_id,
             const AnnexDigest *digest,
             gboolean strict,
             GError **error)
{
  if (!derive_ask (db, id, task_id, digest, strict, error))
    return FALSE;
  if (digest->imported)
    return annex_db_run (db, error, "DELETE FROM asks WHERE task = ?", "s", task_id) &&
           annex_db_run (db, error, "DELETE FROM closed_asks WHERE task = ?", "s", task_id);
  if (digest->rewinds_to >= 0)
    return annex_db_run (db, error,
                         "DELETE FROM asks WHERE task = ?1 AND event IN "
                         "(SELECT id FROM events WHERE task = ?1 AND seq > ?2)",
                         "si", task_id, digest->rewinds_to) &&
           annex_db_run (db, error,
                         "DELETE FROM closed_asks WHERE task = ?1 AND event IN "
                         "(SELECT id FROM events WHERE task = ?1 AND seq > ?2)",
                         "si", task_id, digest->rewinds_to);
  return TRUE;
}

static gboolean
derive_summary (AnnexDb *db,
                const char *task_id,
                gint64 time_us,
                const AnnexDigest *digest,
                GError **error)
{
  if (digest->creates)
    return annex_db_run (db, error,
                         "INSERT OR REPLACE INTO summary (task, title, state, created_us, "
                         "updated_us) VALUES (?1, ?2, 'running', ?3, ?3)",
                         "ssi", task_id, digest->title, time_us);
  /* Nobody runs a task that came from another machine. */
  if (digest->imported && !annex_db_run (db, error,
                                         "UPDATE summary SET state = 'stopped' "
                                         "WHERE task = ? AND state IN ('running', 'waiting')",
                                         "s", task_id))
    return FALSE;
  return annex_db_run (db, error,
                       "UPDATE summary SET updated_us = ?2, title = coalesce(?3, title), "
                       "state = coalesce(?4, state) WHERE task = ?1",
                       "siss", task_id, time_us, digest->title, digest->state);
}

gboolean
annex_store_read_sums (AnnexDb *db, const char *task_id, AnnexStoreSums *sums, GError **error)
{
  g_autoptr (AnnexStatement) statement = annex_db_prepare (
      db,
      "SELECT input_tokens, output_tokens, cache_write_tokens, "
      "cache_read_tokens, cost_usd, known_cost_usd, given FROM summary WHERE task = ?",
      error);
  g_autoptr (GError) local = NULL;
  AnnexSpent *spent = &sums->spent;

  *sums = (AnnexStoreSums) { 0 };
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "s", task_id);
  if (annex_db_step (db, statement, &local))
    {
      spent->usage.input_tokens = sqlite3_column_int64 (statement, 0);
      spent->usage.output_tokens = sqlite3_column_int64 (statement, 1);
      spent->usage.cache_write_tokens = sqlite3_column_int64 (statement, 2);
      spent->usage.cache_read_tokens = sqlite3_column_int64 (statement, 3);
      spent->usage.cost_usd = sqlite3_column_double (statement, 4);
      spent->known_cost_usd = sqlite3_column_double (statement, 5);
      sums->given = sqlite3_column_int (statement, 6) != 0;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
derive_sums (AnnexDb *db, const char *task_id, const AnnexDigest *digest, GError **error)
{
  AnnexStoreSums sums = { 0 };
  AnnexSpent *spent = &sums.spent;

  if (!digest->spends && !digest->forked && !digest->gives)
    return TRUE;
  if (!annex_store_read_sums (db, task_id, &sums, error))
    return FALSE;
  if (digest->forked)
    *spent = (AnnexSpent) { 0 };
  if (digest->spends)
    annex_spent_add (spent, &digest->usage);
  return annex_db_run (db, error,
                       "UPDATE summary SET input_tokens = ?2, output_tokens = ?3, "
                       "cache_write_tokens = ?4, cache_read_tokens = ?5, cost_usd = ?6, "
                       "known_cost_usd = ?7, given = ?8 WHERE task = ?1",
                       "siiiiddi", task_id, spent->usage.input_tokens, spent->usage.output_tokens,
                       spent->usage.cache_write_tokens, spent->usage.cache_read_tokens,
                       spent->usage.cost_usd, spent->known_cost_usd,
                       (gint64) (sums.given || digest->gives));
}

gboolean
annex_store_derive (AnnexDb *db,
                    gint64 id,
                    const char *task_id,
                    gint64 seq,
                    gint64 time_us,
                    const AnnexDigest *digest,
                    gboolean strict,
                    GError **error)
{
  if (!derive_summary (db, task_id, time_us, digest, error) ||
      !derive_sums (db, task_id, digest, error) ||
      !derive_asks (db, id, task_id, digest, strict, error))
    return FALSE;
  if (digest->headline == NULL && digest->words[0] == '\0')
    return TRUE;
  return annex_db_run (db, error, "INSERT INTO search (rowid, headline, words) VALUES (?, ?, ?)",
                       "iss", id, digest->headline != NULL ? digest->headline : "", digest->words);
}

gboolean
annex_store_insert_event (AnnexDb *db,
                          const char *task_id,
                          gint64 seq,
                          gint64 time_us,
                          const char *type_name,
                          const char *data,
                          const AnnexDigest *digest,
                          gboolean strict,
                          gint64 *id,
                          GError **error)
{
  /* Of an import as it is written here, which is not how it was written there. */
  if (strlen (data) > ANNEX_JSON_MAX_BYTES)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT,
                        N_ ("An event is larger than %u MiB"), ANNEX_JSON_MAX_BYTES >> 20);
      return FALSE;
    }
  if (!annex_db_run (db, error,
                     "INSERT INTO events (task, seq, time_us, type, data) VALUES (?, ?, ?, ?, ?)",
                     "siiss", task_id, seq, time_us, type_name, data))
    return FALSE;
  *id = annex_db_last_id (db);
  return annex_store_derive (db, *id, task_id, seq, time_us, digest, strict, error);
}

/* Append */

static gboolean
append_work (AnnexDb *db, StoreJob *job, GError **error)
{
  gint64 last;

  if (job->type == ANNEX_EVENT_TASK_CREATED)
    {
      if (!annex_db_run (db, error, "INSERT OR IGNORE INTO tasks (id) VALUES (?)", "s",
                         job->task_id))
        return FALSE;
      if (annex_db_changes (db) == 0)
        {
          annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                            N_ ("The task exists already"));
          return FALSE;
        }
    }
  last = annex_store_last_seq (db, job->task_id, error);
  if (last < 0)
    return FALSE;
  job->seq = last + 1;
  job->time_us = g_get_real_time ();
  return annex_store_insert_event (db, job->task_id, job->seq, job->time_us,
                                   annex_event_type_to_name (job->type), job->text, job->digest,
                                   TRUE, &job->id, error);
}

static void
append_settle (StoreJob *job)
{
  g_value_init (&job->result, ANNEX_TYPE_EVENT);
  g_value_take_boxed (&job->result, annex_event_new (job->id, job->task_id, job->seq, job->time_us,
                                                     annex_event_type_to_name (job->type),
                                                     g_steal_pointer (&job->data)));
}

/* @data is taken. */
static StoreJob *
append_job_new (const char *task_id, AnnexEventType type, JsonObject *data)
{
  StoreJob *job = annex_store_job_new (append_work);

  job->settle = append_settle;
  job->shares = TRUE;
  job->task_id = g_strdup (task_id);
  job->type = type;
  job->text = annex_json_object_to_string (data);
  job->digest = annex_digest_new (type, data);
  job->data = data;
  return job;
}

DexFuture *
annex_store_append (AnnexStore *self, const char *task_id, AnnexEventType type, JsonObject *data)
{
  g_autoptr (JsonObject) taken = data != NULL ? data : json_object_new ();

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL && task_id[0] != '\0');
  dex_return_error_if_fail (type < ANNEX_EVENT_UNKNOWN);

  return annex_store_queue (self, append_job_new (task_id, type, g_steal_pointer (&taken)));
}

DexFuture *
annex_store_append_both (AnnexStore *self,
                         const char *task_id,
                         AnnexEventType type,
                         JsonObject *data,
                         AnnexEventType then_type,
                         JsonObject *then_data)
{
  StoreJob *job = append_job_new (task_id, type, data);
  DexFuture *second;

  job->with = append_job_new (task_id, then_type, then_data);
  second = dex_ref (job->with->promise);
  dex_future_disown (annex_store_queue (self, job)); /* fails as the second does */
  return second;
}

/* List */

GPtrArray *
annex_store_read_events (AnnexDb *db, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) events =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autoptr (GError) local = NULL;

  while (annex_db_step (db, statement, &local))
    {
      AnnexEvent *event = annex_store_read_event (statement, &local);

      if (event == NULL)
        break;
      g_ptr_array_add (events, event);
    }
  if (local == NULL)
    return g_steal_pointer (&events);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static gboolean
list_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  GPtrArray *events;

  if (annex_store_last_seq (db, job->task_id, error) < 0)
    return FALSE;
  statement = annex_db_prepare (db,
                                "SELECT id, task, seq, time_us, type, data FROM events "
                                "WHERE task = ? AND seq > ? ORDER BY seq LIMIT ?",
                                error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "sii", job->task_id, job->number,
                 job->limit > 0 ? (gint64) job->limit : (gint64) -1);
  events = annex_store_read_events (db, statement, error);
  if (events == NULL)
    return FALSE;
  annex_store_job_take_array (job, events);
  return TRUE;
}

static gboolean
list_before_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  GPtrArray *events;

  if (annex_store_last_seq (db, job->task_id, error) < 0)
    return FALSE;
  statement = annex_db_prepare (db,
                                "SELECT id, task, seq, time_us, type, data FROM events "
                                "WHERE task = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
                                error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "sii", job->task_id, job->number, (gint64) job->limit);
  events = annex_store_read_events (db, statement, error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len / 2; i++)
    {
      gpointer swapped = events->pdata[i];

      events->pdata[i] = events->pdata[events->len - 1 - i];
      events->pdata[events->len - 1 - i] = swapped;
    }
  annex_store_job_take_array (job, events);
  return TRUE;
}

static gboolean
list_of_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  GPtrArray *events;

  if (annex_store_last_seq (db, job->task_id, error) < 0)
    return FALSE;
  statement = annex_db_prepare (db,
                                "SELECT id, task, seq, time_us, type, data FROM events "
                                "WHERE task = ? AND type IN (SELECT value FROM json_each (?)) "
                                "ORDER BY seq",
                                error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "ss", job->task_id, job->text);
  events = annex_store_read_events (db, statement, error);
  if (events == NULL)
    return FALSE;
  annex_store_job_take_array (job, events);
  return TRUE;
}

DexFuture *
annex_store_list_events (AnnexStore *self, const char *task_id, gint64 after_seq, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  job = annex_store_job_new (list_work);
  job->task_id = g_strdup (task_id);
  job->number = after_seq;
  job->limit = limit;
  return annex_store_queue (self, job);
}

DexFuture *
annex_store_list_events_before (AnnexStore *self,
                                const char *task_id,
                                gint64 before_seq,
                                guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);
  dex_return_error_if_fail (limit > 0);

  job = annex_store_job_new (list_before_work);
  job->task_id = g_strdup (task_id);
  job->number = before_seq;
  job->limit = limit;
  return annex_store_queue (self, job);
}

DexFuture *
annex_store_list_events_of (AnnexStore *self,
                            const char *task_id,
                            const AnnexEventType *types,
                            guint n_types)
{
  g_autoptr (GString) names = g_string_new ("[");
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL);

  for (guint i = 0; i < n_types; i++)
    g_string_append_printf (names, "%s\"%s\"", i > 0 ? "," : "",
                            annex_event_type_to_name (types[i]));
  g_string_append_c (names, ']');
  job = annex_store_job_new (list_of_work);
  job->task_id = g_strdup (task_id);
  job->text = g_string_free_and_steal (g_steal_pointer (&names));
  return annex_store_queue (self, job);
}
