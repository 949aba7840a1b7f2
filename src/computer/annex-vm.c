/* annex-vm.c
 *
 * See annex-vm.h: the object, its state, and the calls that only pass on to the guest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-vm-private.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define STALL_MS 60000
#define DISK_FULL_LOOK_MS 3000
#define DISK_FULL_NEEDED_BYTES (256ull << 20)

static void
computer_iface_init (AnnexComputerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexVm,
                               annex_vm,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_COMPUTER, computer_iface_init))

/* ---------------------------------------------------------------- state */

void
annex_vm_set_state (AnnexVm *self, AnnexComputerState state, const char *message)
{
  gboolean changed = self->state != state;

  self->state = state;
  changed |= g_set_str (&self->message, message);
  if (changed)
    annex_computer_emit_changed (ANNEX_COMPUTER (self));
}

AnnexComputerFolder *
annex_vm_get_folder (AnnexVm *self)
{
  return annex_machine_get_folder (self->machine);
}

void
annex_vm_add_note (AnnexVm *self, const char *sentence)
{
  if (self->notes->len > 0)
    g_string_append_c (self->notes, '\n');
  g_string_append (self->notes, sentence);
}

static AnnexComputerState
annex_vm_get_state (AnnexComputer *computer)
{
  return ANNEX_VM (computer)->state;
}

static char *
annex_vm_dup_message (AnnexComputer *computer)
{
  return g_strdup (ANNEX_VM (computer)->message);
}

static void
machine_lost_cb (AnnexMachine *machine, const char *reason, AnnexVm *self)
{
  g_autofree char *message = NULL;

  /* A start that is under way finds out and tells by itself. */
  if (self->state == ANNEX_COMPUTER_STARTING || self->state == ANNEX_COMPUTER_WAITING)
    return;
  message =
      g_strdup_printf ("Annex’s computer stopped unexpectedly (%s). Its disk is kept; it starts "
                       "again when it is needed",
                       reason);
  annex_vm_add_note (self, ANNEX_VM_ENDED_NOTE);
  annex_vm_give_up (self, message);
}

/* ---------------------------------------------------------------- the host's disk is full */

static gboolean
host_disk_look_cb (gpointer data)
{
  AnnexVm *self = data;
  g_autofree char *path = annex_computer_folder_dup_path (annex_vm_get_folder (self), ".");
  struct statvfs info;

  if (annex_machine_is_running (self->machine) &&
      (statvfs (path, &info) != 0 ||
       (guint64) info.f_bavail * info.f_frsize < DISK_FULL_NEEDED_BYTES))
    return G_SOURCE_CONTINUE;
  self->disk_full_id = 0;
  if (annex_machine_is_running (self->machine))
    {
      dex_future_disown (annex_machine_resume (self->machine));
      annex_vm_set_state (self, self->state, "Ready");
    }
  return G_SOURCE_REMOVE;
}

static void
machine_disk_full_cb (AnnexMachine *machine, AnnexVm *self)
{
  annex_vm_set_state (self, self->state,
                      "Annex’s computer is paused because this machine’s disk is full. Free some "
                      "space; it goes on by itself");
  if (self->disk_full_id == 0)
    self->disk_full_id = g_timeout_add (DISK_FULL_LOOK_MS, host_disk_look_cb, self);
}

/* ---------------------------------------------------------------- passing on */

AnnexGuest *
annex_vm_await_guest (AnnexVm *self, GError **error)
{
  if (!annex_vm_is_usable (self))
    {
      if (!dex_await (annex_vm_start (self), error))
        return NULL;
      if (self->guest == NULL)
        {
          annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                            N_ ("Annex’s computer stopped again at once"));
          return NULL;
        }
    }
  return g_object_ref (self->guest);
}

gboolean
annex_vm_await_is_lost (AnnexVm *self, const GError *error)
{
  return g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST) &&
         annex_machine_await_end (self->machine, ANNEX_VM_MACHINE_END_MS);
}

typedef struct Call Call;

struct Call
{
  AnnexVm *self;
  DexFuture *(*make) (AnnexSshChannel *channel, Call *call);
  AnnexCommand *command;
  char *path;
  GBytes *bytes;
  guint64 offset;
  guint64 max;
};

static Call *
call_new (AnnexComputer *computer, const char *path)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (ANNEX_VM (computer));
  call->path = g_strdup (path);
  return call;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_clear_pointer (&call->command, annex_command_free);
  g_clear_pointer (&call->bytes, g_bytes_unref);
  g_free (call->path);
  g_free (call);
}

/* A call that did not get through because the machine has just ended is made again, once: what
 * asked for it need not know. */
static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;

  for (guint n_made = 0;; n_made++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexGuest) guest = annex_vm_await_guest (call->self, &error);
      g_autoptr (DexFuture) made = NULL;

      if (guest == NULL)
        return annex_future_new_error (g_steal_pointer (&error));
      made = call->make (annex_guest_get_channel (guest), call);
      if (dex_await (dex_ref (made), &error) || n_made > 0 ||
          !annex_vm_await_is_lost (call->self, error))
        return g_steal_pointer (&made);
    }
}

static DexFuture *
make_spawn (AnnexSshChannel *channel, Call *call)
{
  return annex_ssh_channel_spawn (channel, call->command);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DexFuture *
terminal_ended_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexVm) self = g_weak_ref_get (data);

  if (self != NULL)
    self->n_terminals--;
  return dex_future_new_true ();
}

static DexFuture *
terminal_begun_cb (DexFuture *future, gpointer data)
{
  AnnexVm *self = data;
  AnnexProcess *process = g_value_get_object (dex_future_get_value (future, NULL));
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  self->n_terminals++;
  g_weak_ref_init (weak, self);
  dex_future_disown (
      dex_future_finally (annex_process_wait (process), terminal_ended_cb, weak, weak_free));
  return dex_ref (future);
}

static DexFuture *
annex_vm_spawn (AnnexComputer *computer, const AnnexCommand *command)
{
  Call *call = call_new (computer, NULL);
  DexFuture *spawned;

  call->make = make_spawn;
  call->command = annex_command_copy (command);
  spawned = annex_fiber_run (call_fiber, call, call_free);
  return command->pty
             ? dex_future_then (spawned, terminal_begun_cb, g_object_ref (computer), g_object_unref)
             : spawned;
}

static DexFuture *
make_read (AnnexSshChannel *channel, Call *call)
{
  return annex_ssh_channel_read_file (channel, call->path, call->offset, call->max);
}

static DexFuture *
annex_vm_read_file (AnnexComputer *computer, const char *path, guint64 offset, guint64 max)
{
  Call *call = call_new (computer, path);

  call->make = make_read;
  call->offset = offset;
  call->max = max;
  return annex_fiber_run (call_fiber, call, call_free);
}

static DexFuture *
make_write (AnnexSshChannel *channel, Call *call)
{
  return annex_ssh_channel_write_file (channel, call->path, call->bytes);
}

static DexFuture *
annex_vm_write_file (AnnexComputer *computer, const char *path, GBytes *bytes)
{
  Call *call = call_new (computer, path);

  call->make = make_write;
  call->bytes = g_bytes_ref (bytes);
  return annex_fiber_run (call_fiber, call, call_free);
}

static DexFuture *
annex_vm_start_iface (AnnexComputer *computer)
{
  return annex_vm_start (ANNEX_VM (computer));
}

/* ---------------------------------------------------------------- the object */

static void
computer_iface_init (AnnexComputerInterface *iface)
{
  iface->get_state = annex_vm_get_state;
  iface->dup_message = annex_vm_dup_message;
  iface->start = annex_vm_start_iface;
  iface->spawn = annex_vm_spawn;
  iface->read_file = annex_vm_read_file;
  iface->write_file = annex_vm_write_file;
  iface->set_shares = annex_vm_set_shares;
  iface->refresh = annex_vm_refresh;
  iface->read_draft = annex_vm_read_draft;
  iface->open_draft_file = annex_vm_open_draft_file;
  iface->forget_draft = annex_vm_forget_draft;
  iface->save = annex_vm_save;
  iface->stop = annex_vm_stop;
  iface->reset = annex_vm_reset;
  iface->list_checkpoints = annex_vm_list_checkpoints;
  iface->checkpoint = annex_vm_checkpoint;
  iface->roll_back = annex_vm_roll_back;
  iface->fork = annex_vm_fork;
  iface->remove_checkpoint = annex_vm_remove_checkpoint;
}

static void
annex_vm_finalize (GObject *object)
{
  AnnexVm *self = ANNEX_VM (object);

  g_clear_handle_id (&self->disk_full_id, g_source_remove);
  g_hash_table_unref (self->attached);
  g_hash_table_unref (self->tidying);
  g_ptr_array_unref (self->wanted);
  g_hash_table_unref (self->refused);
  g_clear_object (&self->guest);
  g_clear_object (&self->machine);
  g_clear_object (&self->egress);
  g_clear_object (&self->host);
  dex_clear (&self->starting);
  dex_clear (&self->cancel);
  g_string_free (self->notes, TRUE);
  g_free (self->image_version);
  g_free (self->accelerator);
  g_free (self->message);
  G_OBJECT_CLASS (annex_vm_parent_class)->finalize (object);
}

static void
annex_vm_class_init (AnnexVmClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_vm_finalize;
}

static void
annex_vm_init (AnnexVm *self)
{
  self->notes = g_string_new (NULL);
  self->stall_ms = STALL_MS;
  self->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->attached = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, annex_vm_share_free);
  self->tidying = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

AnnexVm *
annex_vm_new (AnnexComputerHost *host, const char *task_id, AnnexEgressProxy *egress)
{
  AnnexVm *self;

  g_return_val_if_fail (annex_computer_id_is_valid (task_id), NULL);

  self = g_object_new (ANNEX_TYPE_VM, NULL);
  self->host = g_object_ref (host);
  self->egress = egress != NULL ? g_object_ref (egress) : NULL;
  self->machine = annex_machine_new (annex_computer_host_get_virt (host), task_id);
  if (annex_computer_folder_has (annex_vm_get_folder (self), ANNEX_VM_MEMORY))
    self->state = ANNEX_COMPUTER_SAVED;
  self->message = g_strdup (self->state == ANNEX_COMPUTER_SAVED ? "Asleep" : "Off");
  g_signal_connect_object (self->machine, "lost", G_CALLBACK (machine_lost_cb), self, 0);
  g_signal_connect_object (self->machine, "disk-full", G_CALLBACK (machine_disk_full_cb), self, 0);
  return self;
}

char *
annex_vm_dup_accelerator (AnnexVm *self)
{
  return g_strdup (self->accelerator);
}

gboolean
annex_vm_has_terminal (AnnexVm *self)
{
  return self->n_terminals > 0;
}

void
annex_vm_set_stall_limit (AnnexVm *self, guint stall_ms)
{
  self->stall_ms = stall_ms;
}

guint64
annex_vm_measure_disk (AnnexVm *self)
{
  static const char *const names[] = { ANNEX_VM_DISK, ANNEX_VM_MEMORY };
  guint64 bytes = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = annex_computer_folder_dup_path (annex_vm_get_folder (self), names[i]);
      struct stat info;

      if (stat (path, &info) == 0)
        bytes += (guint64) info.st_blocks * 512;
    }
  return bytes;
}

guint64
annex_vm_measure_memory (AnnexVm *self)
{
  return annex_machine_is_running (self->machine) ? annex_machine_resident_bytes (self->machine)
                                                  : 0;
}

AnnexMachine *
annex_vm_get_machine (AnnexVm *self)
{
  return self->machine;
}
