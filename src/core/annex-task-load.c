/* annex-task-load.c
 *
 * Reading a stored task. A window wants to know what a task is, at once, and its newest part; only
 * who runs it wants the whole conversation. So the facts are made of the events they come from, and
 * the conversation when it is asked for; both in the store's thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-spoken.h"
#include "annex-store-private.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

static AnnexTaskRecord *
record_new (void)
{
  return g_atomic_rc_box_new0 (AnnexTaskRecord);
}

static void
record_clear (gpointer data)
{
  AnnexTaskRecord *record = data;

  if (record->has_facts)
    annex_task_facts_clear (&record->facts);
  g_clear_pointer (&record->conversation, annex_conversation_free);
}

static AnnexTaskRecord *
record_ref (AnnexTaskRecord *record)
{
  return g_atomic_rc_box_acquire (record);
}

static void
record_unref (AnnexTaskRecord *record)
{
  g_atomic_rc_box_release_full (record, record_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTaskRecord, record_unref)
G_DEFINE_BOXED_TYPE (AnnexTaskRecord, annex_task_record, record_ref, record_unref)

static void
take_record (StoreJob *job, AnnexTaskRecord *record)
{
  g_value_init (&job->result, ANNEX_TYPE_TASK_RECORD);
  g_value_take_boxed (&job->result, record);
}

/* Hands each row of a bound statement to @apply. */
static gboolean
apply_rows (AnnexDb *db,
            sqlite3_stmt *statement,
            void (*apply) (AnnexTaskRecord *record, AnnexEvent *event),
            AnnexTaskRecord *record,
            GError **error)
{
  g_autoptr (GError) local = NULL;

  while (annex_db_step (db, statement, &local))
    {
      g_autoptr (AnnexEvent) event = annex_store_read_event (statement, &local);

      if (event == NULL)
        break;
      apply (record, event);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* ---- facts */

static void
apply_fact (AnnexTaskRecord *record, AnnexEvent *event)
{
  annex_task_facts_apply (&record->facts, event);
}

/* annex_task_facts_apply does nothing with the events left out, but for what is kept of them. */
static gboolean
read_facts (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexTaskRecord) record = record_new ();
  g_autoptr (AnnexStatement) statement = NULL;
  AnnexStoreSums sums;

  record->last_seq = annex_store_last_seq (db, job->task_id, error);
  if (record->last_seq < 0)
    return FALSE;
  statement =
      annex_db_prepare (db,
                        "SELECT id, task, seq, time_us, type, data FROM events "
                        "INDEXED BY facts WHERE task = ? AND " ANNEX_STORE_IS_FACT " ORDER BY seq",
                        error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "s", job->task_id);
  annex_task_facts_init (&record->facts);
  record->has_facts = TRUE;
  if (!apply_rows (db, statement, apply_fact, record, error) ||
      !annex_store_read_sums (db, job->task_id, &sums, error))
    return FALSE;
  record->facts.spent = sums.spent;
  if (sums.given)
    record->facts.taint |= ANNEX_TAINT_PRIVATE;
  if (record->facts.provider == NULL)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                        N_ ("The task “%s” has no beginning"), job->task_id);
      return FALSE;
    }
  take_record (job, g_steal_pointer (&record));
  return TRUE;
}

/* All of one state of the file: what another process adds meanwhile comes after last_seq. */
static gboolean
facts_work (AnnexDb *db, StoreJob *job, GError **error)
{
  gboolean read;

  if (!annex_db_exec (db, "BEGIN", error))
    return FALSE;
  read = read_facts (db, job, error);
  annex_db_rollback (db);
  return read;
}

DexFuture *
annex_task_read_facts (AnnexStore *store, const char *id)
{
  StoreJob *job = annex_store_job_new (facts_work);

  job->task_id = g_strdup (id);
  return annex_store_queue (store, job);
}

/* ---- the conversation */

static void
apply_said (AnnexTaskRecord *record, AnnexEvent *event)
{
  annex_conversation_apply (record->conversation, event);
}

static gboolean
conversation_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexTaskRecord) record = record_new ();
  g_autoptr (AnnexStatement) statement = NULL;

  if (annex_store_last_seq (db, job->task_id, error) < 0)
    return FALSE;
  statement = annex_db_prepare (db,
                                "SELECT id, task, seq, time_us, type, data FROM events "
                                "WHERE task = ? AND seq <= ? ORDER BY seq",
                                error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "si", job->task_id, job->number);
  record->conversation = annex_conversation_new ();
  if (!apply_rows (db, statement, apply_said, record, error))
    return FALSE;
  take_record (job, g_steal_pointer (&record));
  return TRUE;
}

static StoreJob *
conversation_job_new (const char *id, gint64 last_seq)
{
  StoreJob *job = annex_store_job_new (conversation_work);

  job->task_id = g_strdup (id);
  job->number = last_seq;
  return job;
}

DexFuture *
annex_task_read_events (AnnexStore *store, const char *id, gint64 last_seq)
{
  return annex_store_queue (store, conversation_job_new (id, last_seq));
}

AnnexConversation *
annex_task_read_events_now (AnnexStore *store, const char *id, gint64 last_seq, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (DexFuture) future = NULL;
  StoreJob *job = conversation_job_new (id, last_seq);
  const GValue *value;

  /* Settled here, and nothing but this. */
  g_main_context_unref (job->context);
  job->context = g_main_context_ref (context);
  future = annex_store_queue (store, job);
  while (dex_future_is_pending (future))
    g_main_context_iteration (context, TRUE);
  value = dex_future_get_value (future, error);
  return value != NULL
             ? g_steal_pointer (&((AnnexTaskRecord *) g_value_get_boxed (value))->conversation)
             : NULL;
}
