/* annex-vm-save.c
 *
 * Asleep, off, away. The guest's disk is synced before each of them, so that the disk alone is
 * always whole, whatever becomes of the memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-vm-private.h"

#include "annex-checkpoint-store.h"
#include "annex-future.h"
#include "annex-template.h"

#define SYNC_LIMIT_MS 30000
#define RECONNECT_STALL_MS 20000

static gboolean
await_synced (AnnexVm *self, GError **error)
{
  const char *argv[] = { "sync", NULL };

  return self->guest == NULL ||
         dex_await (annex_guest_call (self->guest, argv, NULL, 4096, SYNC_LIMIT_MS), error);
}

/* ---------------------------------------------------------------- save */

static gboolean
await_asleep (AnnexVm *self, const char *message, GError **error)
{
  g_autofree char *path =
      annex_computer_folder_dup_path (annex_vm_get_folder (self), ANNEX_VM_MEMORY);

  annex_vm_set_state (self, ANNEX_COMPUTER_SAVING, message);
  if (!annex_vm_await_no_shares (self, error) || !await_synced (self, error))
    return FALSE;
  annex_vm_drop_guest (self);
  return dex_await (annex_machine_save (self->machine, path), error);
}

/* It runs on, though it should sleep: back to where it was. */
static void
await_awake_again (AnnexVm *self)
{
  g_autoptr (GError) error = NULL;

  if (!annex_machine_is_running (self->machine))
    {
      annex_vm_give_up (self,
                        "Annex’s computer stopped while it was put to sleep. Its disk is kept; "
                        "it starts again when it is needed");
      return;
    }
  if (self->guest == NULL && !annex_vm_await_connected (self, RECONNECT_STALL_MS, FALSE, &error))
    {
      dex_await (annex_machine_destroy (self->machine), NULL); /* the first error is told */
      annex_vm_give_up (self, error->message);
      return;
    }
  if (!annex_vm_await_shares (self, &error))
    annex_vm_add_note (self, error->message);
  annex_vm_set_state (self, ANNEX_COMPUTER_READY, "Ready");
}

gboolean
annex_vm_await_saved (AnnexVm *self, const char *message, GError **error)
{
  g_autoptr (GError) local = NULL;

  /* Programs of a start that was cancelled long ago must not end this. */
  dex_clear (&self->cancel);
  self->cancel = dex_cancellable_new ();
  if (await_asleep (self, message, &local))
    {
      annex_vm_forget_shares (self);
      return TRUE;
    }
  annex_error_normalise (&local);
  await_awake_again (self);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
annex_vm_rest (AnnexVm *self)
{
  gboolean asleep = annex_computer_folder_has (annex_vm_get_folder (self), ANNEX_VM_MEMORY);

  annex_computer_host_leave (self->host, self->machine);
  annex_computer_folder_unlock (annex_vm_get_folder (self));
  annex_vm_set_state (self, asleep ? ANNEX_COMPUTER_SAVED : ANNEX_COMPUTER_OFF,
                      asleep ? "Asleep" : "Off");
}

/* Its memory may not be kept, and must not be held either: its disk is all that stays. */
static void
await_off_instead (AnnexVm *self, GError **error)
{
  if (!annex_vm_await_off (self, error))
    return;
  annex_computer_folder_unlock (annex_vm_get_folder (self));
  annex_vm_add_note (self,
                     "Annex’s computer was switched off instead of put to sleep, because Annex’s "
                     "disk space is used up: files are as they were, programs that were running "
                     "have ended.");
  annex_vm_set_state (self, ANNEX_COMPUTER_OFF, "Off, because Annex’s disk space is used up");
}

/* Behind the gate, of a computer that is ready. */
static void
await_saved_or_off (AnnexVm *self, GError **error)
{
  if (!annex_vm_await_space (annex_machine_resident_bytes (self->machine), NULL))
    await_off_instead (self, error);
  else if (annex_vm_await_saved (self, "Putting Annex’s computer to sleep…", error))
    annex_vm_rest (self);
}

static DexFuture *
save_fiber (gpointer data)
{
  AnnexVm *self = data;
  g_autoptr (GError) error = NULL;

  annex_gate_enter (&self->lifecycle);
  if (self->state == ANNEX_COMPUTER_READY)
    await_saved_or_off (self, &error);
  annex_gate_leave (&self->lifecycle);
  return error == NULL ? dex_future_new_true ()
                       : dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
annex_vm_save (AnnexComputer *computer)
{
  return annex_fiber_run (save_fiber, g_object_ref (computer), g_object_unref);
}

/* ---------------------------------------------------------------- stop and reset */

/* A start that is under way ends soon: nobody waits a minute for a computer to stop. */
static void
cancel_start (AnnexVm *self)
{
  if (self->starting != NULL)
    dex_cancellable_cancel (self->cancel);
}

gboolean
annex_vm_await_off (AnnexVm *self, GError **error)
{
  if (annex_machine_is_running (self->machine))
    {
      await_synced (self, NULL); /* a guest that does not answer is ended all the same */
      annex_vm_drop_guest (self);
      if (!dex_await (annex_machine_destroy (self->machine), error))
        return FALSE;
      annex_vm_forget_shares (self);
      annex_computer_host_leave (self->host, self->machine);
    }
  annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_MEMORY);
  annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_COPY);
  return TRUE;
}

/* What is asleep may be another Annex's, which is using this very disk. */
static gboolean
lock_folder (AnnexVm *self, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (annex_computer_folder_lock (annex_vm_get_folder (self), &local))
    return TRUE;
  g_propagate_error (error, annex_computer_error_from_io (g_steal_pointer (&local)));
  return FALSE;
}

static void
unlock_folder (AnnexVm *self)
{
  if (!annex_machine_is_running (self->machine))
    annex_computer_folder_unlock (annex_vm_get_folder (self));
}

static DexFuture *
stop_fiber (gpointer data)
{
  AnnexVm *self = data;
  g_autoptr (GError) error = NULL;

  annex_gate_enter (&self->lifecycle);
  if (lock_folder (self, &error) && annex_vm_await_off (self, &error))
    annex_vm_set_state (self, ANNEX_COMPUTER_OFF, "Off");
  unlock_folder (self);
  annex_gate_leave (&self->lifecycle);
  return error == NULL ? dex_future_new_true () : annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_vm_stop (AnnexComputer *computer)
{
  cancel_start (ANNEX_VM (computer));
  return annex_fiber_run (stop_fiber, g_object_ref (computer), g_object_unref);
}

static DexFuture *
remove_worker (gpointer data)
{
  AnnexComputerFolder *folder = data;
  g_autoptr (GError) error = NULL;

  if (!annex_checkpoint_store_remove_all (annex_computer_folder_get_id (folder), &error) ||
      !annex_computer_folder_remove (folder, &error))
    return dex_future_new_for_error (annex_computer_error_from_io (g_steal_pointer (&error)));
  return dex_future_new_true ();
}

static DexFuture *
reset_fiber (gpointer data)
{
  AnnexVm *self = data;
  AnnexComputerFolder *folder = annex_vm_get_folder (self);
  g_autoptr (GError) error = NULL;

  annex_gate_enter (&self->lifecycle);
  if (lock_folder (self, &error) && annex_vm_await_off (self, &error) &&
      dex_await (annex_worker_run ("annex-reset", remove_worker, folder, NULL), &error))
    annex_vm_set_state (self, ANNEX_COMPUTER_OFF, "Off");
  unlock_folder (self);
  annex_gate_leave (&self->lifecycle);
  if (error == NULL)
    annex_computer_host_await_images_tidy (self->host); /* its disk may have been the last */
  return error == NULL ? dex_future_new_true () : annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_vm_reset (AnnexComputer *computer)
{
  cancel_start (ANNEX_VM (computer));
  return annex_fiber_run (reset_fiber, g_object_ref (computer), g_object_unref);
}

/* ---------------------------------------------------------------- the end of Annex */

typedef struct
{
  AnnexVm *self;
  gboolean save;
} End;

static void
end_free (gpointer data)
{
  End *end = data;

  g_object_unref (end->self);
  g_free (end);
}

/* Nobody has asked for what sleeps to be given up: a start that failed or was cut short has left it
 * as it was. */
static DexFuture *
shut_down_fiber (gpointer data)
{
  End *end = data;
  AnnexVm *self = end->self;
  g_autoptr (GError) error = NULL;

  annex_gate_enter (&self->lifecycle);
  if (end->save && self->state == ANNEX_COMPUTER_READY)
    await_saved_or_off (self, &error);
  else if (annex_machine_is_running (self->machine) && annex_vm_await_off (self, &error))
    {
      annex_computer_folder_unlock (annex_vm_get_folder (self));
      annex_vm_set_state (self, ANNEX_COMPUTER_OFF, "Off");
    }
  annex_gate_leave (&self->lifecycle);
  return error == NULL ? dex_future_new_true () : annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_vm_shut_down (AnnexVm *self, gboolean save)
{
  End *end;

  if (self->starting == NULL && !annex_machine_is_running (self->machine) &&
      self->state != ANNEX_COMPUTER_SAVING && self->state != ANNEX_COMPUTER_STARTING)
    return dex_future_new_true ();
  /* One that is waking is ready soon, and goes to sleep again. */
  if (!save || !self->waking)
    cancel_start (self);
  end = g_new0 (End, 1);
  end->self = g_object_ref (self);
  end->save = save;
  return annex_fiber_run (shut_down_fiber, end, end_free);
}
