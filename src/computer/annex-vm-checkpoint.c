/* annex-vm-checkpoint.c
 *
 * A computer's checkpoints. One is made of a computer that is asleep or off: then disk and memory
 * belong together and stand still. A ready one is put to sleep for it and woken again, so that a
 * crash at any moment leaves a computer that is asleep.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-vm-private.h"

#include "annex-checkpoint-store.h"
#include "annex-future.h"
#include "annex-space.h"
#include "annex-spoken.h"
#include "annex-template.h"

#include <glib/gi18n.h>

typedef struct
{
  AnnexVm *self;
  AnnexComputerFolder *folder; /* borrowed from self */
  char *id;                    /* of a checkpoint */
  char *task_id;
  AnnexCheckpoint *wanted; /* nullable */
  guint64 memory_bytes;
} Job;

static Job *
job_new (AnnexComputer *computer, const char *id, const AnnexCheckpoint *wanted)
{
  Job *job = g_new0 (Job, 1);

  job->self = g_object_ref (ANNEX_VM (computer));
  job->folder = annex_vm_get_folder (job->self);
  job->id = g_strdup (id);
  job->wanted = wanted != NULL ? annex_checkpoint_copy (wanted) : NULL;
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->self);
  g_free (job->id);
  g_free (job->task_id);
  g_clear_pointer (&job->wanted, annex_checkpoint_free);
  g_free (job);
}

/* ---------------------------------------------------------------- files, in a worker thread */

static DexFuture *
fail (GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    {
      g_autoptr (GError) taken = error;

      return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND, "%s",
                                      taken->message);
    }
  return dex_future_new_for_error (annex_computer_error_from_io (error));
}

static DexFuture *
finish (gboolean ok, GError *error)
{
  return ok ? dex_future_new_true () : fail (error);
}

static DexFuture *
list_work (gpointer data)
{
  Job *job = data;

  return dex_future_new_take_boxed (
      G_TYPE_PTR_ARRAY, annex_checkpoint_store_list (annex_computer_folder_get_id (job->folder)));
}

static DexFuture *
room_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gboolean ok = annex_checkpoint_store_check_room (job->folder, job->memory_bytes, &error);

  return finish (ok, error);
}

static DexFuture *
make_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  AnnexCheckpoint *made = annex_checkpoint_store_make (job->folder, job->wanted, &error);

  return made != NULL ? dex_future_new_take_boxed (ANNEX_TYPE_CHECKPOINT, made) : fail (error);
}

static DexFuture *
prepare_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gboolean ok = annex_checkpoint_store_prepare_return (job->folder, job->id, &error);

  return finish (ok, error);
}

static DexFuture *
return_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gboolean ok = annex_checkpoint_store_decide_return (job->folder, job->id, &error) &&
                annex_checkpoint_store_finish_return (job->folder, &error);

  return finish (ok, error);
}

static DexFuture *
clean_work (gpointer data)
{
  annex_checkpoint_store_clean (((Job *) data)->folder);
  return dex_future_new_true ();
}

static DexFuture *
remove_work (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  gboolean ok =
      annex_checkpoint_store_remove (annex_computer_folder_get_id (job->folder), job->id, &error);

  return finish (ok, error);
}

static DexFuture *
fork_work (gpointer data)
{
  Job *job = data;
  g_autoptr (AnnexComputerFolder) target = annex_computer_folder_new (job->task_id);
  g_autoptr (AnnexCheckpoint) one =
      annex_checkpoint_store_find (annex_computer_folder_get_id (job->folder), job->id, NULL);
  GError *error = NULL;
  gboolean ok = annex_space_check (one != NULL ? one->size_bytes : 0, &error) &&
                annex_computer_folder_lock (target, &error) &&
                annex_checkpoint_store_fork (annex_computer_folder_get_id (job->folder), job->id,
                                             target, &error);

  return finish (ok, error);
}

/* The job outlives the worker: the fiber that awaits it owns it. */
static DexFuture *
work (Job *job, AnnexWorkerFunc func)
{
  return annex_worker_run ("annex-checkpoint", func, job, NULL);
}

/* ---------------------------------------------------------------- standing still */

static gboolean
has_checkpoint (Job *job, const char *id)
{
  g_autoptr (AnnexCheckpoint) one =
      annex_checkpoint_store_find (annex_computer_folder_get_id (job->folder), id, NULL);

  return one != NULL;
}

/* Takes the gate, with nothing half-way behind it: ready and usable, or without a machine. */
static void
enter (AnnexVm *self)
{
  annex_gate_enter (&self->lifecycle);
  if (self->state != ANNEX_COMPUTER_READY || annex_vm_is_usable (self))
    return;
  annex_gate_leave (&self->lifecycle);
  dex_await (annex_vm_start (self), NULL); /* mends it, or ends it; what follows sees which */
  annex_gate_enter (&self->lifecycle);
}

static gboolean
lock (Job *job, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (annex_computer_folder_lock (job->folder, &local) &&
      annex_checkpoint_store_finish_return (job->folder, &local))
    return TRUE;
  /* BUSY stays what it is: then another process does something, and nothing is known. */
  g_propagate_error (error, g_error_matches (local, G_IO_ERROR, G_IO_ERROR_BUSY)
                                ? g_steal_pointer (&local)
                                : annex_computer_error_from_io (g_steal_pointer (&local)));
  return FALSE;
}

/* Makes job->wanted of the present state; a ready computer is asleep afterwards, with its memory
 * and folder still reserved. NULL: an error; then it is as it was. (transfer full) */
static AnnexCheckpoint *
await_made (Job *job, GError **error)
{
  AnnexVm *self = job->self;
  gboolean ready = self->state == ANNEX_COMPUTER_READY;
  AnnexCheckpoint *made;

  job->memory_bytes = ready ? annex_machine_resident_bytes (self->machine) : 0;
  if (!dex_await (work (job, room_work), error) ||
      (ready && !annex_vm_await_saved (self, "Keeping a checkpoint of Annex’s computer…", error)))
    return NULL;
  made = dex_await_boxed (work (job, make_work), error);
  if (made == NULL && ready)
    annex_vm_await_ready (self, NULL); /* the first error is told, the state tells the other */
  return made;
}

/* ---------------------------------------------------------------- checkpoint */

static DexFuture *
list_fiber (gpointer data)
{
  return work (data, list_work);
}

DexFuture *
annex_vm_list_checkpoints (AnnexComputer *computer)
{
  return annex_fiber_run (list_fiber, job_new (computer, NULL, NULL), job_free);
}

/* In a fiber that holds the gate. */
static AnnexCheckpoint *
await_checkpoint (Job *job, GError **error)
{
  AnnexVm *self = job->self;
  gboolean ready = self->state == ANNEX_COMPUTER_READY;
  AnnexCheckpoint *made;

  if (has_checkpoint (job, job->wanted->id))
    return annex_checkpoint_store_find (annex_computer_folder_get_id (job->folder), job->wanted->id,
                                        error);
  if (!annex_computer_folder_has (job->folder, ANNEX_VM_DISK))
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND,
                        N_ ("There is nothing to keep yet: this computer was never used"));
      return NULL;
    }
  if (!ready && !lock (job, error))
    return NULL;
  made = await_made (job, error);
  if (made != NULL && ready)
    annex_vm_await_ready (self, NULL); /* it is made all the same; the state says what is wrong */
  if (!ready)
    annex_computer_folder_unlock (job->folder);
  return made;
}

static DexFuture *
checkpoint_fiber (gpointer data)
{
  Job *job = data;
  AnnexCheckpoint *made;
  GError *error = NULL;

  enter (job->self);
  made = await_checkpoint (job, &error);
  annex_gate_leave (&job->self->lifecycle);
  if (made == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECKPOINT, made);
}

DexFuture *
annex_vm_checkpoint (AnnexComputer *computer, const AnnexCheckpoint *wanted)
{
  return annex_fiber_run (checkpoint_fiber, job_new (computer, NULL, wanted), job_free);
}

/* ---------------------------------------------------------------- going back */

/* The state that is left, kept or not. A computer that is ready ends. */
static gboolean
await_left (Job *job, GError **error)
{
  g_autoptr (AnnexCheckpoint) made = NULL;

  if (job->wanted == NULL || has_checkpoint (job, job->wanted->id) ||
      !annex_computer_folder_has (job->folder, ANNEX_VM_DISK))
    return !annex_machine_is_running (job->self->machine) || annex_vm_await_off (job->self, error);
  made = await_made (job, error);
  return made != NULL;
}

static DexFuture *
roll_back_fiber (gpointer data)
{
  Job *job = data;
  AnnexVm *self = job->self;
  GError *error = NULL;
  gboolean ok;

  enter (self);
  ok = lock (job, &error);
  if (ok)
    {
      /* The copies first: what cannot be had is known before anything ends. */
      ok = dex_await (work (job, prepare_work), &error) && await_left (job, &error) &&
           dex_await (work (job, return_work), &error);
      if (!ok)
        dex_await (work (job, clean_work), NULL); /* never rejects */
      if (!annex_machine_is_running (self->machine))
        annex_vm_rest (self);
    }
  annex_gate_leave (&self->lifecycle);
  return ok ? dex_future_new_true () : annex_future_new_error (error);
}

DexFuture *
annex_vm_roll_back (AnnexComputer *computer, const char *id, const AnnexCheckpoint *before)
{
  return annex_fiber_run (roll_back_fiber, job_new (computer, id, before), job_free);
}

/* ---------------------------------------------------------------- copies, and the end of one */

static DexFuture *
behind_gate (Job *job, AnnexWorkerFunc func)
{
  GError *error = NULL;
  gboolean ok;

  annex_gate_enter (&job->self->lifecycle);
  ok = dex_await (work (job, func), &error);
  annex_gate_leave (&job->self->lifecycle);
  return ok ? dex_future_new_true () : annex_future_new_error (error);
}

static DexFuture *
fork_fiber (gpointer data)
{
  return behind_gate (data, fork_work);
}

DexFuture *
annex_vm_fork (AnnexComputer *computer, const char *id, const char *task_id)
{
  Job *job;

  dex_return_error_if_fail (annex_computer_id_is_valid (task_id));

  job = job_new (computer, id, NULL);
  job->task_id = g_strdup (task_id);
  return annex_fiber_run (fork_fiber, job, job_free);
}

static DexFuture *
remove_fiber (gpointer data)
{
  return behind_gate (data, remove_work);
}

DexFuture *
annex_vm_remove_checkpoint (AnnexComputer *computer, const char *id)
{
  return annex_fiber_run (remove_fiber, job_new (computer, id, NULL), job_free);
}
