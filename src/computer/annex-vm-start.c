/* annex-vm-start.c
 *
 * From nothing to ready. A task's computer is, in this order: the task's own saved memory restored;
 * its own disk booted; the template restored; a fresh disk booted. Whatever is refused is thrown
 * away and the next way is taken, so that a damaged save costs time and never a task. A boot that
 * stands still is tried once more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-vm-private.h"

#include "annex-checkpoint-store-private.h"
#include "annex-future.h"
#include "annex-json.h"
#include "annex-paths.h"
#include "annex-save-file.h"
#include "annex-space.h"
#include "annex-spoken.h"
#include "annex-template.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROXY_PORT 3128
/* A restored guest is where it was; it answers at once or never. */
#define RESTORED_STALL_MS 20000
#define LISTEN_MS 30000

/* ---------------------------------------------------------------- what the disk was made with */

static char *
read_image_version (AnnexVm *self)
{
  g_autofree char *path =
      annex_computer_folder_dup_path (annex_vm_get_folder (self), ANNEX_VM_FACTS);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;

  if (!annex_computer_folder_has (annex_vm_get_folder (self), ANNEX_VM_DISK) ||
      !g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  object = annex_json_parse_object (text, -1, NULL); /* damaged: the current image will do */
  return object != NULL ? g_strdup (annex_json_opt_string (object, "image", NULL)) : NULL;
}

/* Is it a copy of another computer that has not run yet? */
static gboolean
needs_new_identity (AnnexVm *self)
{
  g_autofree char *path =
      annex_computer_folder_dup_path (annex_vm_get_folder (self), ANNEX_VM_FACTS);
  g_autoptr (JsonObject) object = annex_checkpoint_read_facts (path);

  return object != NULL && annex_json_opt_boolean (object, ANNEX_FACT_NEW_IDENTITY, FALSE);
}

/* @new_identity: until it has made one of its own. */
static void
write_image_version (AnnexVm *self, const char *version, gboolean new_identity)
{
  g_autofree char *path =
      annex_computer_folder_dup_path (annex_vm_get_folder (self), ANNEX_VM_FACTS);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, ANNEX_FACT_IMAGE, version);
  if (new_identity)
    json_object_set_boolean_member (object, ANNEX_FACT_NEW_IDENTITY, TRUE);
  text = annex_json_object_to_string (object);
  annex_file_write_atomic (path, text, strlen (text), 0600, NULL); /* the current image will do */
}

/* ---------------------------------------------------------------- a connected guest */

static void
incoming_cb (GIOStream *stream, gpointer data)
{
  annex_egress_proxy_accept (data, stream);
}

typedef struct
{
  GWeakRef vm;
  AnnexSshChannel *channel;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *watch = data;

  g_weak_ref_clear (&watch->vm);
  g_object_unref (watch->channel);
  g_free (watch);
}

gboolean
annex_vm_is_usable (AnnexVm *self)
{
  return self->state == ANNEX_COMPUTER_READY && self->guest != NULL &&
         annex_ssh_channel_is_open (annex_guest_get_channel (self->guest));
}

/* Behind the gate, where the channel has ended: with the machine, which is then given up, or alone,
 * and then it is opened again. */
static void
await_mended (AnnexVm *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) unshared = NULL;

  if (self->state != ANNEX_COMPUTER_READY || annex_vm_is_usable (self) ||
      annex_machine_await_end (self->machine, ANNEX_VM_MACHINE_END_MS))
    return;
  annex_vm_set_state (self, ANNEX_COMPUTER_STARTING, "Reconnecting to Annex’s computer…");
  annex_vm_drop_guest (self);
  if (annex_vm_await_connected (self, RESTORED_STALL_MS, FALSE, &error))
    {
      /* What was granted and revoked meanwhile. */
      if (!annex_vm_await_shares (self, &unshared))
        annex_vm_add_note (self, unshared->message);
      if (annex_machine_is_running (self->machine) && self->guest != NULL)
        {
          annex_vm_set_state (self, ANNEX_COMPUTER_READY, "Ready");
          return;
        }
      annex_set_spoken (&error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                        N_ ("Annex’s computer stopped while it was connected again"));
    }
  dex_await (annex_machine_destroy (self->machine), NULL); /* the first error is told */
  annex_vm_add_note (self, ANNEX_VM_ENDED_NOTE);
  annex_vm_give_up (self, error->message);
}

static DexFuture *
reconnect_fiber (gpointer data)
{
  AnnexVm *self = data;

  annex_gate_enter (&self->lifecycle);
  await_mended (self);
  annex_gate_leave (&self->lifecycle);
  return dex_future_new_true ();
}

/* The channel ended: by us, with the machine, or alone; only the last is to be mended. */
static DexFuture *
channel_closed_cb (DexFuture *future, gpointer data)
{
  Watch *watch = data;
  g_autoptr (AnnexVm) self = g_weak_ref_get (&watch->vm);

  if (self != NULL && self->guest != NULL &&
      annex_guest_get_channel (self->guest) == watch->channel)
    annex_fiber_start (reconnect_fiber, g_object_ref (self), g_object_unref);
  return dex_future_new_true ();
}

static void
watch_channel (AnnexVm *self, AnnexSshChannel *channel)
{
  Watch *watch = g_new0 (Watch, 1);

  g_weak_ref_init (&watch->vm, self);
  watch->channel = g_object_ref (channel);
  dex_future_disown (dex_future_finally (annex_ssh_channel_closed (channel), channel_closed_cb,
                                         watch, watch_free));
}

gboolean
annex_vm_await_connected (AnnexVm *self, guint stall_ms, gboolean new_identity, GError **error)
{
  g_autoptr (DexFuture) connecting = annex_machine_connect (self->machine, stall_ms);
  g_autoptr (AnnexSshChannel) channel = NULL;
  g_autoptr (AnnexGuest) guest = NULL;

  if (!annex_await_cancellable (dex_ref (connecting), DEX_FUTURE (self->cancel), error))
    return FALSE;
  channel = g_value_dup_object (dex_future_get_value (connecting, NULL));
  guest = annex_guest_new (channel);
  if (!annex_await_cancellable (annex_guest_wake (guest, new_identity), DEX_FUTURE (self->cancel),
                                error))
    return FALSE;
  if (self->egress != NULL &&
      !annex_await_cancellable (
          annex_future_with_timeout (annex_ssh_channel_listen (channel, PROXY_PORT, incoming_cb,
                                                               g_object_ref (self->egress),
                                                               g_object_unref),
                                     LISTEN_MS),
          DEX_FUTURE (self->cancel), error))
    return FALSE;
  /* Only now: a start that was cut short makes it anew. */
  if (new_identity && needs_new_identity (self))
    {
      g_autofree char *version = read_image_version (self);

      if (version != NULL)
        write_image_version (self, version, FALSE);
    }
  g_set_object (&self->guest, guest);
  watch_channel (self, channel);
  return TRUE;
}

void
annex_vm_drop_guest (AnnexVm *self)
{
  g_autoptr (AnnexGuest) guest = g_steal_pointer (&self->guest);

  if (guest != NULL)
    annex_ssh_channel_close (annex_guest_get_channel (guest));
}

void
annex_vm_give_up (AnnexVm *self, const char *message)
{
  annex_vm_drop_guest (self);
  annex_vm_forget_shares (self);
  annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_COPY);
  annex_computer_host_leave (self->host, self->machine);
  annex_computer_folder_unlock (annex_vm_get_folder (self));
  annex_vm_set_state (self, ANNEX_COMPUTER_FAILED, message);
}

/* ---------------------------------------------------------------- the ways to a running machine */

typedef enum {
  WAY_OWN_MEMORY,
  WAY_OWN_DISK,
  WAY_TEMPLATE,
  WAY_FRESH_DISK,
  N_WAYS,
} Way;

static Way
first_way (AnnexVm *self)
{
  AnnexComputerFolder *folder = annex_vm_get_folder (self);
  g_autofree char *memory = annex_computer_folder_dup_path (folder, ANNEX_VM_MEMORY);

  if (!annex_computer_folder_has (folder, ANNEX_VM_DISK))
    return WAY_TEMPLATE;
  if (annex_save_file_check (memory, annex_computer_folder_get_id (folder), NULL))
    return WAY_OWN_MEMORY;
  return WAY_OWN_DISK;
}

/* Restores the file @name of the folder and deletes it before the guest runs: from then on the disk
 * goes its own way, and memory that does not match it would destroy it. */
static gboolean
await_restored (AnnexVm *self, const char *name, gboolean new_identity, GError **error)
{
  AnnexComputerFolder *folder = annex_vm_get_folder (self);
  g_autofree char *path = annex_computer_folder_dup_path (folder, name);

  if (!dex_await (annex_machine_restore (self->machine, path), error))
    return FALSE;
  /* It has not run yet: whoever cancels now can have it later, just as it is. */
  if (dex_future_is_rejected (DEX_FUTURE (self->cancel)))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
      return FALSE;
    }
  self->waking = strcmp (name, ANNEX_VM_MEMORY) == 0;
  annex_computer_folder_discard (folder, name);
  return dex_await (annex_machine_resume (self->machine), error) &&
         annex_vm_await_connected (self, RESTORED_STALL_MS, new_identity, error);
}

static gboolean
await_booted (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  AnnexDomainSpec *spec = annex_machine_new_spec (self->machine);

  annex_vm_set_state (self, ANNEX_COMPUTER_STARTING,
                      kit->kvm ? "Starting Annex’s computer…"
                               : "Starting Annex’s computer… (emulated here, so it takes longer)");
  annex_computer_kit_fill (kit, spec);
  return dex_await (annex_machine_boot (self->machine, spec), error) &&
         annex_vm_await_connected (self, self->stall_ms, needs_new_identity (self), error) &&
         annex_await_cancellable (annex_guest_trust (self->guest, kit->certificates),
                                  DEX_FUTURE (self->cancel), error);
}

typedef struct
{
  char *from;
  char *to;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_free (copy->from);
  g_free (copy->to);
  g_free (copy);
}

static DexFuture *
copy_disk_worker (gpointer data)
{
  Copy *copy = data;
  g_autofree char *part = g_strconcat (copy->to, ANNEX_COMPUTER_PART, NULL);
  g_autoptr (GError) error = NULL;

  if (!annex_file_copy_sparse (copy->from, part, &error) ||
      !annex_file_put_in_place (part, copy->to, &error))
    return dex_future_new_for_error (annex_computer_error_from_io (g_steal_pointer (&error)));
  return dex_future_new_true ();
}

static DexFuture *
check_space_worker (gpointer data)
{
  GError *error = NULL;

  if (!annex_space_check (*(guint64 *) data, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

gboolean
annex_vm_await_space (guint64 bytes, GError **error)
{
  return dex_await (annex_worker_run ("annex-space", check_space_worker,
                                      g_memdup2 (&bytes, sizeof bytes), g_free),
                    error);
}

static gboolean
await_fresh_disk (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  Copy *copy;

  if (!annex_vm_await_space (ANNEX_TEMPLATE_ABOUT_BYTES, error))
    return FALSE;
  copy = g_new0 (Copy, 1);
  copy->from = g_strdup (kit->disk);
  copy->to = annex_computer_folder_dup_path (annex_vm_get_folder (self), ANNEX_VM_DISK);
  if (!dex_await (annex_worker_run ("annex-disk", copy_disk_worker, copy, copy_free), error))
    return FALSE;
  write_image_version (self, kit->image_version, FALSE);
  return TRUE;
}

static gboolean
await_template (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  if (!annex_vm_await_space (ANNEX_TEMPLATE_ABOUT_BYTES, error))
    return FALSE;
  if (!annex_template_exists (kit))
    annex_vm_set_state (self, ANNEX_COMPUTER_STARTING,
                        kit->kvm ? "Preparing Annex’s computer for the first time…"
                                 : "Preparing Annex’s computer for the first time… (emulated here, "
                                   "so it takes longer)");
  if (!annex_await_cancellable (annex_computer_host_template (self->host, kit),
                                DEX_FUTURE (self->cancel), error))
    return FALSE;
  annex_vm_set_state (self, ANNEX_COMPUTER_STARTING, "Starting Annex’s computer…");
  /* First: of a start that is cut short here the next one boots the disk, with its own identity. */
  write_image_version (self, kit->image_version, TRUE);
  if (!dex_await (annex_template_copy (kit, annex_vm_get_folder (self), ANNEX_VM_COPY), error))
    return FALSE;
  return await_restored (self, ANNEX_VM_COPY, TRUE, error);
}

static gboolean
await_way (AnnexVm *self, AnnexComputerKit *kit, Way way, GError **error)
{
  switch (way)
    {
    case WAY_OWN_MEMORY:
      annex_vm_set_state (self, ANNEX_COMPUTER_STARTING, "Waking Annex’s computer…");
      return await_restored (self, ANNEX_VM_MEMORY, needs_new_identity (self), error);
    case WAY_OWN_DISK:
      return await_booted (self, kit, error);
    case WAY_TEMPLATE:
      return await_template (self, kit, error);
    case WAY_FRESH_DISK:
      return await_fresh_disk (self, kit, error) && await_booted (self, kit, error);
    case N_WAYS:
      break;
    }
  g_assert_not_reached ();
}

/* Is trying another way of any use? */
static gboolean
is_final (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_FULL) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_LIMIT) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_MEMORY);
}

/* Clears up after a way that failed with @error, and says which comes next. @tried: how often each
 * was. FALSE: none. */
static gboolean
next_way (AnnexVm *self, AnnexComputerKit *kit, const guint *tried, const GError *error, Way *way)
{
  AnnexComputerFolder *folder = annex_vm_get_folder (self);
  gboolean made;

  annex_computer_folder_discard (folder, ANNEX_VM_COPY);
  switch (*way)
    {
    case WAY_OWN_MEMORY:
      self->waking = FALSE;
      annex_computer_folder_discard (folder, ANNEX_VM_MEMORY);
      annex_vm_add_note (self,
                         "Annex’s computer could not be woken and was started afresh: files are "
                         "as they were, programs that were running have ended.");
      *way = WAY_OWN_DISK;
      return TRUE;
    case WAY_TEMPLATE:
      annex_computer_folder_discard (folder, ANNEX_VM_DISK);
      /* One that could not be made was tried often enough, or is being made by somebody else. */
      made = annex_template_exists (kit);
      if (made)
        annex_template_discard (kit);
      *way = made && tried[WAY_TEMPLATE] == 1 ? WAY_TEMPLATE : WAY_FRESH_DISK;
      return TRUE;
    case WAY_OWN_DISK:
    case WAY_FRESH_DISK:
      /* A boot that stands still is no fault of the disk: it may have been the host's or the
       * emulation's, once. */
      if (tried[WAY_OWN_DISK] + tried[WAY_FRESH_DISK] > 1 ||
          !g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED))
        return FALSE;
      *way = WAY_OWN_DISK;
      return TRUE;
    case N_WAYS:
      break;
    }
  g_assert_not_reached ();
}

static gboolean
await_machine (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  Way way = first_way (self);
  guint tried[N_WAYS] = { 0 };

  for (;;)
    {
      g_autoptr (GError) local = NULL;

      g_debug ("Computer %s: way %d", annex_computer_folder_get_id (annex_vm_get_folder (self)),
               way);
      tried[way]++;
      if (await_way (self, kit, way, &local))
        return TRUE;
      annex_vm_drop_guest (self);
      dex_await (annex_machine_destroy (self->machine), NULL); /* the first error is told */
      if (is_final (local) || !next_way (self, kit, tried, local, &way))
        {
          annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_COPY);
          /* Nothing of the user's is on a disk that has never started: it must not hold the task to
           * an image that may be at fault. */
          if (tried[WAY_FRESH_DISK] > 0)
            annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_DISK);
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      g_info ("A computer is started again: %s", local->message);
    }
}

/* ---------------------------------------------------------------- start */

static AnnexComputerKit *
await_kit (AnnexVm *self, GError **error)
{
  g_autofree char *version = read_image_version (self);
  g_autoptr (GError) local = NULL;
  AnnexComputerKit *kit;

  kit = dex_await_boxed (annex_computer_host_kit (self->host, version), &local);
  if (kit != NULL || version == NULL ||
      !(g_error_matches (local, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_IMAGE) ||
        g_error_matches (local, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED)))
    {
      if (kit == NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return kit;
    }
  /* The image it was made with is gone: the present one boots its disk, its memory is lost. */
  annex_computer_folder_discard (annex_vm_get_folder (self), ANNEX_VM_MEMORY);
  return dex_await_boxed (annex_computer_host_kit (self->host, NULL), error);
}

static gboolean
await_room (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  if (annex_computer_host_try_enter (self->host, self->machine, kit->memory_mib))
    return TRUE;
  annex_vm_set_state (self, ANNEX_COMPUTER_WAITING,
                      annex_computer_host_get_n_running (self->host) > 0
                          ? "Waiting for memory: another task’s computer is using it"
                          : "Waiting for memory: other programs are using it");
  return annex_await_cancellable (
      annex_computer_host_enter (self->host, self->machine, kit->memory_mib),
      DEX_FUTURE (self->cancel), error);
}

/* With the image before, where a new one does not start. */
static gboolean
await_some_machine (AnnexVm *self, AnnexComputerKit *kit, GError **error)
{
  g_autoptr (AnnexComputerKit) before = NULL;
  g_autoptr (GError) local = NULL;

  if (!await_machine (self, kit, &local))
    {
      if (!g_error_matches (local, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      annex_vm_add_note (self, local->message);
      before = await_kit (self, error);
      if (before == NULL || !await_machine (self, before, error))
        return FALSE;
    }
  annex_computer_host_await_noted (self->host, before != NULL ? before : kit);
  return TRUE;
}

static gboolean
await_ready (AnnexVm *self, GError **error)
{
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (GError) local = NULL;

  annex_vm_set_state (self, ANNEX_COMPUTER_STARTING, "Starting Annex’s computer…");
  kit = await_kit (self, error);
  if (kit == NULL)
    return FALSE;
  g_set_str (&self->accelerator, kit->accelerator_reason);
  /* A return to a checkpoint that was cut short after it was decided comes to its end here. */
  if (!annex_computer_folder_lock (annex_vm_get_folder (self), &local) ||
      !annex_checkpoint_store_finish_return (annex_vm_get_folder (self), &local))
    {
      g_propagate_error (error, annex_computer_error_from_io (g_steal_pointer (&local)));
      return FALSE;
    }
  if (!await_room (self, kit, error) || !await_some_machine (self, kit, error))
    return FALSE;
  if (self->wanted->len > 0)
    annex_vm_set_state (self, ANNEX_COMPUTER_STARTING, "Connecting your folders…");
  /* A folder that cannot be served is no reason to have no computer; the agent is told. */
  if (!annex_vm_await_shares (self, &local))
    annex_vm_add_note (self, local->message);
  if (!annex_machine_is_running (self->machine) || self->guest == NULL)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                        N_ ("Annex’s computer stopped while it was starting"));
      return FALSE;
    }
  annex_vm_set_state (self, ANNEX_COMPUTER_READY, "Ready");
  return TRUE;
}

gboolean
annex_vm_await_ready (AnnexVm *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean ready = await_ready (self, &local);

  self->waking = FALSE;
  if (ready)
    return TRUE;
  annex_error_normalise (&local);
  if (annex_machine_is_running (self->machine))
    dex_await (annex_machine_destroy (self->machine), NULL); /* the first error is told */
  annex_vm_give_up (self, local->message);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    annex_vm_rest (self);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static DexFuture *
start_fiber (gpointer data)
{
  AnnexVm *self = data;
  g_autoptr (GError) error = NULL;
  gboolean ok;

  annex_gate_enter (&self->lifecycle);
  await_mended (self);
  ok = annex_vm_is_usable (self) || annex_vm_await_ready (self, &error);
  dex_clear (&self->starting);
  annex_gate_leave (&self->lifecycle);
  return ok ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

DexFuture *
annex_vm_start (AnnexVm *self)
{
  if (annex_vm_is_usable (self))
    return dex_future_new_true ();
  if (self->starting == NULL)
    {
      dex_clear (&self->cancel);
      self->cancel = dex_cancellable_new ();
      self->starting = annex_fiber_run (start_fiber, g_object_ref (self), g_object_unref);
    }
  return dex_ref (self->starting);
}
