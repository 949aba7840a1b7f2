/* annex-store.c
 *
 * The store's object and its thread: a queue of jobs, several appends in one transaction, results
 * handed back to the caller's thread. What the jobs do is in the other annex-store-*.c files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#define MAX_SHARED_JOBS 128
#define MAX_KEPT_JOBS 1000

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_store_error)

/* What the thread has; it outlives the object, never the other way round. */
typedef struct
{
  char *path;
  AnnexDb *db;
  AnnexOwners *owners; /* used by the thread alone */
  GAsyncQueue *queue;  /* StoreJob */
  GPtrArray *kept;     /* StoreJob, those to be tried again; used by the thread alone */
} Engine;

struct _AnnexStore
{
  GObject parent_instance;

  Engine *engine;
  gboolean closed;
};

G_DEFINE_FINAL_TYPE (AnnexStore, annex_store, G_TYPE_OBJECT)

static void
engine_clear (gpointer data)
{
  Engine *engine = data;

  g_free (engine->path);
  annex_owners_free (engine->owners);
  g_async_queue_unref (engine->queue);
  g_ptr_array_unref (engine->kept);
}

static void
engine_unref (Engine *engine)
{
  g_atomic_rc_box_release_full (engine, engine_clear);
}

/* Jobs */

StoreJob *
annex_store_job_new (StoreWork work)
{
  StoreJob *job = g_new0 (StoreJob, 1);

  job->work = work;
  job->promise = dex_promise_new ();
  job->context = g_main_context_ref_thread_default ();
  g_weak_ref_init (&job->store, NULL);
  return job;
}

static void
job_free (gpointer data)
{
  StoreJob *job = data;

  g_clear_pointer (&job->with, job_free);
  g_weak_ref_clear (&job->store);
  dex_clear (&job->promise);
  g_main_context_unref (job->context);
  if (G_IS_VALUE (&job->result))
    g_value_unset (&job->result);
  g_clear_error (&job->error);
  g_free (job->task_id);
  g_free (job->text);
  g_free (job->other);
  g_clear_pointer (&job->extras, g_ptr_array_unref);
  g_clear_pointer (&job->digest, annex_digest_free);
  g_clear_pointer (&job->entry, annex_ledger_entry_free);
  g_clear_pointer (&job->data, json_object_unref);
  g_free (job);
}

void
annex_store_job_take_array (StoreJob *job, GPtrArray *array)
{
  g_value_init (&job->result, G_TYPE_PTR_ARRAY);
  g_value_take_boxed (&job->result, array);
}

enum {
  SIGNAL_APPENDED,
  SIGNAL_TASKS_CHANGED,
  SIGNAL_RULES_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* The event of an append is what its promise resolved to. */
static void
tell (AnnexStore *self, StoreJob *job)
{
  if (G_VALUE_HOLDS (&job->result, ANNEX_TYPE_EVENT))
    g_signal_emit (self, signals[SIGNAL_APPENDED], 0, g_value_get_boxed (&job->result));
  else if (job->lists)
    g_signal_emit (self, signals[SIGNAL_TASKS_CHANGED], 0);
  else if (job->rules)
    g_signal_emit (self, signals[SIGNAL_RULES_CHANGED], 0);
}

static gboolean
settle_cb (gpointer data)
{
  StoreJob *job = data;
  g_autoptr (AnnexStore) store = g_weak_ref_get (&job->store);

  if (job->error != NULL)
    dex_promise_reject (job->promise, g_steal_pointer (&job->error));
  else
    {
      if (job->settle != NULL)
        job->settle (job);
      if (G_IS_VALUE (&job->result))
        dex_promise_resolve (job->promise, &job->result);
      else
        dex_promise_resolve_boolean (job->promise, TRUE);
      if (store != NULL)
        tell (store, job);
    }
  return G_SOURCE_REMOVE;
}

/* Not g_main_context_invoke: that would run here when nobody runs the caller's loop. */
static void
hand_back (StoreJob *job)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "annex-store");
  g_source_set_callback (source, settle_cb, job, job_free);
  g_source_attach (source, job->context);
  g_source_unref (source);
}

static void
hand_back_both (StoreJob *job)
{
  StoreJob *with = g_steal_pointer (&job->with);

  if (with != NULL && job->error != NULL)
    with->error = g_error_copy (job->error);
  hand_back (job);
  if (with != NULL)
    hand_back (with);
}

/* The thread */

static void
run_job (Engine *engine, StoreJob *job)
{
  if (engine->db == NULL)
    annex_set_spoken (&job->error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                      N_ ("The task database is closed"));
  else
    job->work (engine->db, job, &job->error);
}

/* One job of a shared transaction: its own failure undoes only itself, and what is done with it. */
static void
run_shared_job (Engine *engine, StoreJob *job)
{
  if (!annex_db_exec (engine->db, "SAVEPOINT job", &job->error))
    return;
  if ((!job->work (engine->db, job, &job->error) ||
       (job->with != NULL && !job->with->work (engine->db, job->with, &job->error))) &&
      annex_db_in_transaction (engine->db))
    annex_db_exec (engine->db, "ROLLBACK TO job",
                   NULL); /* the job's own error is the one to tell */
  if (annex_db_in_transaction (engine->db))
    annex_db_exec (engine->db, "RELEASE job", job->error == NULL ? &job->error : NULL);
}

static void
fail_all (GPtrArray *jobs, const GError *error)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      StoreJob *job = g_ptr_array_index (jobs, i);

      if (job->error == NULL)
        job->error = g_error_copy (error);
    }
}

/* A full disk is full for a while; who told of it does not tell it again. */
static void
hand_back_or_keep (Engine *engine, StoreJob *job)
{
  if (job->error == NULL || !job->keeps || engine->db == NULL || engine->kept->len >= MAX_KEPT_JOBS)
    {
      hand_back_both (job);
      return;
    }
  if (!job->kept)
    g_warning ("A row of the ledger was not stored yet, and is tried again: %s",
               job->error->message);
  job->kept = TRUE;
  g_clear_error (&job->error);
  g_ptr_array_add (engine->kept, job);
}

static void
run_shared (Engine *engine, GPtrArray *jobs)
{
  g_autoptr (GError) error = NULL;

  if (engine->db == NULL)
    annex_set_spoken (&error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                      N_ ("The task database is closed"));
  else if (annex_db_begin (engine->db, &error))
    {
      for (guint i = 0; i < jobs->len; i++)
        {
          StoreJob *job = g_ptr_array_index (jobs, i);

          run_shared_job (engine, job);
          if (annex_db_in_transaction (engine->db))
            continue;
          /* A full disk ends the whole transaction: what went before is gone too. */
          error = job->error != NULL
                      ? g_error_copy (job->error)
                      : annex_spoken_new (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                                          N_ ("The transaction was lost"));
          break;
        }
      if (error == NULL)
        annex_db_commit (engine->db, &error);
    }
  if (error != NULL)
    fail_all (jobs, error);
  for (guint i = 0; i < jobs->len; i++)
    hand_back_or_keep (engine, g_ptr_array_index (jobs, i));
}

/* In a transaction of their own, so that they fail nobody else. */
static void
retry_kept (Engine *engine)
{
  g_autoptr (GPtrArray) jobs = NULL;

  if (engine->kept->len == 0)
    return;
  jobs = g_steal_pointer (&engine->kept);
  g_ptr_array_set_free_func (jobs, NULL);
  engine->kept = g_ptr_array_new_with_free_func (job_free);
  run_shared (engine, jobs);
}

static gboolean
open_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return TRUE;
}

static gboolean
close_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return TRUE;
}

static void
open_database (Engine *engine, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (engine->path);
  g_autoptr (GError) local = NULL;

  if (!annex_paths_make (folder, &local))
    {
      GError *made =
          g_error_new_literal (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN, local->message);

      annex_spoken_take (made, g_strdup (annex_error_said (local)));
      g_propagate_error (error, made);
    }
  else
    engine->db = annex_db_open (engine->path, ANNEX_STORE_SCHEMA_VERSION, error);
  if (engine->db != NULL && !annex_store_prepare_schema (engine->db, error))
    g_clear_pointer (&engine->db, annex_db_close);
  if (engine->db != NULL)
    annex_store_settle_begun (engine->db, engine->owners);
  if (g_error_matches (*error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED))
    (*error)->code = ANNEX_STORE_ERROR_OPEN; /* whatever failed, it could not be opened */
}

/* Whatever is still under way ends without us. */
static void
close_database (Engine *engine)
{
  annex_owners_release (engine->owners);
  annex_store_settle_begun (engine->db, engine->owners);
  g_clear_pointer (&engine->db, annex_db_close);
  annex_owners_release (engine->owners);
}

static gpointer
store_thread (gpointer data)
{
  Engine *engine = data;
  StoreJob *job = g_async_queue_pop (engine->queue);
  gboolean closed;

  open_database (engine, &job->error);
  closed = engine->db == NULL;
  hand_back (job);
  job = NULL;
  while (!closed)
    {
      if (job == NULL)
        job = g_async_queue_pop (engine->queue);
      if (job->shares)
        {
          g_autoptr (GPtrArray) jobs = g_ptr_array_new ();

          retry_kept (engine);
          for (; job != NULL && job->shares && jobs->len < MAX_SHARED_JOBS;
               job = g_async_queue_try_pop (engine->queue))
            g_ptr_array_add (jobs, job);
          run_shared (engine, jobs);
          continue;
        }
      closed = job->work == close_work;
      if (closed)
        {
          retry_kept (engine);
          close_database (engine);
          retry_kept (engine); /* which gives them back as failed */
        }
      else
        run_job (engine, job);
      hand_back (g_steal_pointer (&job));
    }
  engine_unref (engine);
  return NULL;
}

/* The object */

DexFuture *
annex_store_queue (AnnexStore *self, StoreJob *job)
{
  DexFuture *future = dex_ref (job->promise);

  g_weak_ref_set (&job->store, self);
  job->owners = self->engine->owners;
  if (job->with != NULL)
    {
      g_weak_ref_set (&job->with->store, self);
      job->with->owners = job->owners;
    }
  if (self->closed)
    {
      for (StoreJob *closed = job; closed != NULL; closed = closed->with)
        dex_promise_reject (closed->promise,
                            annex_spoken_new (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED,
                                              N_ ("The task database is closed")));
      job_free (job);
    }
  else
    g_async_queue_push (self->engine->queue, job);
  return future;
}

static void
annex_store_finalize (GObject *object)
{
  AnnexStore *self = ANNEX_STORE (object);

  if (!self->closed)
    g_async_queue_push (self->engine->queue, annex_store_job_new (close_work));
  engine_unref (self->engine);
  G_OBJECT_CLASS (annex_store_parent_class)->finalize (object);
}

static void
annex_store_class_init (AnnexStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_store_finalize;
  signals[SIGNAL_APPENDED] = g_signal_new ("appended", ANNEX_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_EVENT);
  signals[SIGNAL_TASKS_CHANGED] = g_signal_new (
      "tasks-changed", ANNEX_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RULES_CHANGED] = g_signal_new (
      "rules-changed", ANNEX_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_store_init (AnnexStore *self)
{
}

/* Nobody waited for the opening: the thread closes the database again. */
static void
opening_free (gpointer data)
{
  Engine **engine = data;

  if (*engine != NULL)
    {
      g_async_queue_push ((*engine)->queue, annex_store_job_new (close_work));
      engine_unref (*engine);
    }
  g_free (engine);
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  Engine **engine = data;
  AnnexStore *self = g_object_new (ANNEX_TYPE_STORE, NULL);

  self->engine = g_steal_pointer (engine);
  return dex_future_new_take_object (self);
}

DexFuture *
annex_store_open (const char *path)
{
  Engine *engine = g_atomic_rc_box_new0 (Engine);
  Engine **opening = g_new0 (Engine *, 1);
  StoreJob *job = annex_store_job_new (open_work);
  DexFuture *opened = dex_ref (job->promise);

  *opening = engine;
  engine->path = path != NULL ? g_strdup (path) : annex_paths_data ("tasks.db");
  engine->owners = annex_owners_new (engine->path);
  engine->queue = g_async_queue_new_full (job_free);
  engine->kept = g_ptr_array_new_with_free_func (job_free);
  g_async_queue_push (engine->queue, job);
  g_thread_unref (g_thread_new ("annex-store", store_thread, g_atomic_rc_box_acquire (engine)));
  return dex_future_then (opened, opened_cb, opening, opening_free);
}

DexFuture *
annex_store_close (AnnexStore *self)
{
  DexFuture *future;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  if (self->closed)
    return dex_future_new_true ();
  future = annex_store_queue (self, annex_store_job_new (close_work));
  self->closed = TRUE;
  return future;
}
