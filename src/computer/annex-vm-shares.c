/* annex-vm-shares.c
 *
 * The folders of a running computer: a share is attached when its daemon runs, its device is
 * plugged in and the guest has mounted it. What is wanted is remembered while the computer is off.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-vm-private.h"

#include "annex-admin-policy.h"
#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

/* Revoking takes effect within a second, whatever the guest does and whoever is at the gate: then
 * the daemon is ended. */
#define REVOKE_UNMOUNT_MS 600
#define REVOKE_UNPLUG_MS 300
#define CUT_MS 900
/* A guest that was too slow when it had to be fast may take its time afterwards. */
#define TIDY_AFTER_MS 1000
#define TIDY_UNMOUNT_MS 3000
#define TIDY_TRIES 8
#define UNMOUNT_MS 10000
#define UNPLUG_MS 10000
#define MEND_UNPLUG_MS 3000
#define SYNC_DISK_MS 5000

void
annex_vm_share_free (gpointer data)
{
  AnnexVmShare *attached = data;

  g_clear_signal_handler (&attached->ended_id, attached->daemon);
  if (attached->daemon != NULL)
    annex_share_daemon_stop (attached->daemon);
  g_clear_object (&attached->daemon);
  dex_clear (&attached->cut);
  annex_share_unref (attached->share);
  g_free (attached);
}

static AnnexShare *
find_wanted (AnnexVm *self, const char *id)
{
  for (guint i = 0; i < self->wanted->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (self->wanted, i);

      if (g_strcmp0 (annex_share_get_id (share), id) == 0)
        return share;
    }
  return NULL;
}

/* ---------------------------------------------------------------- taking one away */

/* A share of this id, of a computer that may be gone by the time it is asked for. */
typedef struct
{
  GWeakRef vm;
  char *id;
} Named;

static Named *
named_new (AnnexVm *self, const char *id)
{
  Named *named = g_new0 (Named, 1);

  g_weak_ref_init (&named->vm, self);
  named->id = g_strdup (id);
  return named;
}

static void
named_free (gpointer data)
{
  Named *named = data;

  g_weak_ref_clear (&named->vm);
  g_free (named->id);
  g_free (named);
}

/* From here on nobody can read the folder through it. The rest of it goes when there is time. */
static void
cut (AnnexVm *self, const char *id)
{
  AnnexVmShare *attached = g_hash_table_lookup (self->attached, id);

  if (attached == NULL || attached->cut != NULL || find_wanted (self, id) != NULL)
    return;
  annex_share_daemon_stop (attached->daemon);
  attached->cut = annex_machine_unplug (self->machine, id, UNPLUG_MS);
}

static gboolean
cut_cb (gpointer data)
{
  Named *named = data;
  g_autoptr (AnnexVm) self = g_weak_ref_get (&named->vm);

  if (self != NULL)
    cut (self, named->id);
  return G_SOURCE_REMOVE;
}

/* What is attached and not wanted any more ends in time, also when the gate is not free by then. */
static void
limit_unwanted (AnnexVm *self)
{
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, self->attached);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (find_wanted (self, id) == NULL)
      g_timeout_add_full (G_PRIORITY_HIGH, self->guest != NULL ? CUT_MS : 0, cut_cb,
                          named_new (self, id), named_free);
}

typedef struct
{
  AnnexVm *self;
  AnnexShare *share;
  char *path;
  char **paths;
} Ask;

static Ask *
ask_new (AnnexComputer *computer, AnnexShare *share)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->self = g_object_ref (ANNEX_VM (computer));
  ask->share = share != NULL ? annex_share_ref (share) : NULL;
  return ask;
}

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->self);
  g_clear_pointer (&ask->share, annex_share_unref);
  g_free (ask->path);
  g_strfreev (ask->paths);
  g_free (ask);
}

/* Is there a folder of that name again? It may be another share by now. */
static gboolean
has_name (AnnexVm *self, const char *name)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->attached);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (annex_share_get_name (((AnnexVmShare *) value)->share), name))
      return TRUE;
  return FALSE;
}

/* The folder's name goes from the guest, too, where it was not taken away in time. Not behind the
 * gate, where everything would wait for a slow guest: a folder of the same name does. */
static DexFuture *
tidy_fiber (gpointer data)
{
  Ask *ask = data;
  AnnexVm *self = ask->self;
  const char *name = annex_share_get_name (ask->share);
  gboolean done = FALSE;

  for (guint i = 0; i < TIDY_TRIES && !done; i++)
    {
      g_autoptr (DexFuture) attempt = NULL;

      dex_await (dex_timeout_new_msec (TIDY_AFTER_MS), NULL); /* a time-out always rejects */
      if (self->guest == NULL || has_name (self, name))
        break;
      if (g_hash_table_contains (self->tidying, name))
        continue;
      attempt = annex_future_keep (annex_guest_unmount (self->guest, ask->share, TIDY_UNMOUNT_MS));
      g_hash_table_insert (self->tidying, g_strdup (name), dex_ref (attempt));
      done = dex_await (dex_ref (attempt), NULL); /* tried again below */
      g_hash_table_remove (self->tidying, name);
    }
  return dex_future_new_true ();
}

/* Plugging out goes on in the background when the guest is slow, and so does what is left of the
 * folder in it; nothing can be read any more. */
static gboolean
await_detached (AnnexVm *self, const char *id, gboolean hurry, GError **error)
{
  AnnexVmShare *attached = g_hash_table_lookup (self->attached, id);
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (DexFuture) unplug = NULL;
  guint unmount_ms = hurry ? REVOKE_UNMOUNT_MS : UNMOUNT_MS;
  gboolean ok = TRUE;

  if (attached == NULL)
    return TRUE; /* the machine has ended, and all that was attached with it */
  share = annex_share_ref (attached->share);
  g_clear_signal_handler (&attached->ended_id, attached->daemon);
  /* Without its daemon the guest's driver waits for an answer for ever, until the device is gone.
   */
  if (attached->cut != NULL)
    {
      unplug = dex_ref (attached->cut);
      dex_await (annex_future_with_timeout (dex_ref (unplug), hurry ? REVOKE_UNPLUG_MS : UNPLUG_MS),
                 NULL);
      if (dex_future_is_rejected (unplug))
        dex_clear (&unplug); /* asked again below */
    }
  if (self->guest != NULL)
    ok = dex_await (annex_future_with_timeout (annex_guest_unmount (self->guest, share, unmount_ms),
                                               hurry ? unmount_ms : 0),
                    hurry ? NULL : error);
  if (hurry && !ok)
    annex_fiber_start (tidy_fiber, ask_new (ANNEX_COMPUTER (self), share), ask_free);
  attached = g_hash_table_lookup (self->attached, id); /* it may have been cut meanwhile */
  if (unplug == NULL && attached != NULL && attached->cut != NULL &&
      !dex_future_is_rejected (attached->cut))
    unplug = dex_ref (attached->cut);
  if (unplug == NULL)
    unplug = annex_machine_unplug (self->machine, id, UNPLUG_MS);
  if (hurry)
    {
      dex_await (annex_future_with_timeout (dex_ref (unplug), REVOKE_UNPLUG_MS), NULL);
      ok = TRUE;
    }
  else if (!dex_await (dex_ref (unplug), ok ? error : NULL))
    ok = FALSE;
  g_hash_table_remove (self->attached, id);
  return ok;
}

/* ---------------------------------------------------------------- bringing one in */

typedef struct
{
  AnnexVm *self;
  char *id;
} Mend;

static void
mend_free (gpointer data)
{
  Mend *mend = data;

  g_object_unref (mend->self);
  g_free (mend->id);
  g_free (mend);
}

static gboolean
await_equal (AnnexVm *self, GError **error);

/* The daemon of a share ended by itself: the share is taken away and brought in again, before
 * anything else looks at the folders. */
static DexFuture *
mend_fiber (gpointer data)
{
  Mend *mend = data;
  AnnexVm *self = mend->self;
  g_autoptr (GError) error = NULL;
  AnnexVmShare *attached;

  annex_gate_enter (&self->sharing);
  attached = g_hash_table_lookup (self->attached, mend->id);
  if (attached == NULL || annex_share_daemon_is_running (attached->daemon) || self->guest == NULL)
    {
      annex_gate_leave (&self->sharing);
      return dex_future_new_true ();
    }
  /* Unplugged before anything asks the dead daemon something, the device is gone at once. Otherwise
   * the guest's driver waits for an answer for ever: virtiofs cannot be told to give up. */
  if (!dex_await (annex_machine_unplug (self->machine, mend->id, MEND_UNPLUG_MS), &error) ||
      !await_detached (self, mend->id, FALSE, &error))
    {
      const char *argv[] = { "sync", "-f", "/var/lib/annex", NULL };

      /* Daemons end with their machine, too, and may be the first to be heard of. */
      if (annex_machine_await_end (self->machine, ANNEX_VM_MACHINE_END_MS))
        {
          annex_gate_leave (&self->sharing);
          return dex_future_new_true ();
        }
      g_info ("A share whose daemon ended cannot be detached: %s", error->message);
      if (self->guest != NULL)
        dex_await (annex_guest_call (self->guest, argv, NULL, 4096, SYNC_DISK_MS), NULL);
      dex_await (annex_machine_destroy (self->machine), NULL); /* given up in any case */
      annex_vm_give_up (self,
                        "A folder’s connection broke and could not be mended. Annex’s computer "
                        "starts again when it is needed");
      annex_vm_add_note (self,
                         "The connection to a folder broke, and Annex’s computer was started "
                         "again: files are as they were, programs that were running have ended.");
      annex_gate_leave (&self->sharing);
      return dex_future_new_true ();
    }
  if (self->guest != NULL && !await_equal (self, &error) && !annex_vm_await_is_lost (self, error))
    annex_vm_add_note (self, error->message);
  annex_gate_leave (&self->sharing);
  return dex_future_new_true ();
}

static void
daemon_ended_cb (AnnexShareDaemon *daemon, gpointer data)
{
  Named *ended = data;
  g_autoptr (AnnexVm) self = g_weak_ref_get (&ended->vm);
  Mend *mend;

  if (self == NULL || self->guest == NULL)
    return;
  mend = g_new0 (Mend, 1);
  mend->self = g_object_ref (self);
  mend->id = g_strdup (ended->id);
  annex_fiber_start (mend_fiber, mend, mend_free);
}

static void
ended_free (gpointer data, GClosure *closure)
{
  named_free (data);
}

/* Plugs in and mounts the share @id, whose daemon runs. One that is revoked meanwhile is no error.
 */
static gboolean
await_plugged (AnnexVm *self, AnnexShare *share, const char *socket_path, GError **error)
{
  const char *id = annex_share_get_id (share);
  g_autoptr (AnnexGuest) guest = g_object_ref (self->guest);
  g_autoptr (GError) local = NULL;
  AnnexVmShare *attached;
  DexFuture *tidying;

  if (!dex_await (annex_machine_plug (self->machine, id, socket_path), error))
    {
      g_hash_table_remove (self->attached, id);
      return FALSE;
    }
  tidying = g_hash_table_lookup (self->tidying, annex_share_get_name (share));
  if (tidying != NULL)
    dex_await (dex_ref (tidying), NULL); /* mounting tells whether its name is free */
  if (find_wanted (self, id) == NULL)
    return !g_hash_table_contains (self->attached, id) || await_detached (self, id, TRUE, error);
  if (!dex_await (annex_guest_mount (guest, share), &local))
    {
      gboolean wanted = find_wanted (self, id) != NULL;

      if (g_hash_table_contains (self->attached, id))
        await_detached (self, id, TRUE, NULL); /* why it was not mounted is what is told */
      if (wanted)
        g_propagate_error (error, g_steal_pointer (&local));
      return !wanted;
    }
  attached = g_hash_table_lookup (self->attached, id);
  if (attached != NULL)
    attached->mounted = TRUE;
  return TRUE;
}

static gboolean
await_attached (AnnexVm *self, AnnexShare *share, GError **error)
{
  const char *id = annex_share_get_id (share);
  g_autofree char *name = g_strdup_printf ("%s.sock", id);
  g_autofree char *socket_path =
      annex_computer_folder_dup_socket (annex_vm_get_folder (self), name);
  g_autoptr (AnnexShareDaemon) daemon = NULL;
  AnnexVmShare *attached;

  if (g_hash_table_size (self->attached) >= ANNEX_MAX_SHARES)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED,
                        N_ ("“%s” cannot be connected: a task can have at most %d folders"),
                        annex_share_get_name (share), ANNEX_MAX_SHARES);
      return FALSE;
    }
  daemon = dex_await_object (annex_share_daemon_start (annex_share_get_path (share), socket_path,
                                                       ANNEX_SHARE_SANDBOX_AUTO),
                             error);
  if (daemon == NULL)
    return FALSE;
  if (self->guest == NULL || find_wanted (self, id) == NULL)
    return TRUE; /* lost or revoked meanwhile */

  /* Before it is plugged in: from the first moment on it can be cut. */
  attached = g_new0 (AnnexVmShare, 1);
  attached->share = annex_share_ref (share);
  attached->daemon = g_steal_pointer (&daemon);
  attached->ended_id = g_signal_connect_data (
      attached->daemon, "ended", G_CALLBACK (daemon_ended_cb), named_new (self, id), ended_free, 0);
  g_hash_table_insert (self->attached, g_strdup (id), attached);
  return await_plugged (self, share, socket_path, error);
}

/* ---------------------------------------------------------------- all of them */

static gboolean
is_read_only (AnnexShare *share)
{
  return annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY;
}

/* The same folder, perhaps with another mode. A mode that cannot be changed in place takes the
 * share away: it is brought in again with the mode it has now. */
static gboolean
await_mode (AnnexVm *self, const char *id, AnnexShare *wanted, GError **error)
{
  AnnexVmShare *attached = g_hash_table_lookup (self->attached, id);
  gboolean same = is_read_only (attached->share) == is_read_only (wanted);
  g_autoptr (AnnexShare) share = annex_share_ref (wanted);
  g_autoptr (AnnexGuest) guest = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *told = NULL;

  g_clear_pointer (&attached->share, annex_share_unref);
  attached->share = annex_share_ref (wanted);
  if (same || !attached->mounted || self->guest == NULL)
    return TRUE;
  guest = g_object_ref (self->guest);
  told = dex_await_string (annex_guest_change_mode (guest, share), &local);
  if (told != NULL && *told != '\0')
    annex_vm_add_note (self, told);
  if (local == NULL || !g_hash_table_contains (self->attached, id))
    return TRUE;
  g_info ("A folder’s mode cannot be changed in place: %s", local->message);
  return await_detached (self, id, FALSE, error);
}

/* What goes, goes first: changing another one's mode can take a while. */
static gboolean
await_unwanted_gone (AnnexVm *self, gboolean all, gboolean hurry, GError **error)
{
  g_autoptr (GPtrArray) ids = g_hash_table_get_keys_as_ptr_array (self->attached);
  g_autoptr (GPtrArray) copies = g_ptr_array_new_with_free_func (g_free);
  gboolean ok = TRUE;

  for (guint i = 0; i < ids->len; i++)
    g_ptr_array_add (copies, g_strdup (g_ptr_array_index (ids, i)));
  for (guint i = 0; i < copies->len * 2; i++)
    {
      const char *id = g_ptr_array_index (copies, i % copies->len);
      AnnexVmShare *attached = g_hash_table_lookup (self->attached, id);
      AnnexShare *wanted = find_wanted (self, id);

      if (attached == NULL)
        continue;
      if (all || wanted == NULL || attached->cut != NULL)
        ok &= await_detached (self, id, hurry, ok ? error : NULL);
      else if (i >= copies->len)
        ok &= await_mode (self, id, wanted, ok ? error : NULL);
    }
  return ok;
}

/* Behind the gate. */
static gboolean
await_equal (AnnexVm *self, GError **error)
{
  g_autoptr (GPtrArray) wanted = NULL;
  gboolean ok = await_unwanted_gone (self, FALSE, TRUE, error);

  wanted = g_ptr_array_copy (self->wanted, (GCopyFunc) (void (*) (void)) annex_share_ref, NULL);
  g_ptr_array_set_free_func (wanted, (GDestroyNotify) annex_share_unref);
  for (guint i = 0; i < wanted->len && self->guest != NULL; i++)
    {
      AnnexShare *share = g_ptr_array_index (wanted, i);

      if (find_wanted (self, annex_share_get_id (share)) != NULL &&
          !g_hash_table_contains (self->attached, annex_share_get_id (share)))
        ok &= await_attached (self, share, ok ? error : NULL);
    }
  return ok;
}

gboolean
annex_vm_await_shares (AnnexVm *self, GError **error)
{
  gboolean ok;

  annex_gate_enter (&self->sharing);
  ok = await_equal (self, error);
  annex_gate_leave (&self->sharing);
  return ok;
}

gboolean
annex_vm_await_no_shares (AnnexVm *self, GError **error)
{
  gboolean ok;

  annex_gate_enter (&self->sharing);
  ok = await_unwanted_gone (self, TRUE, FALSE, error);
  annex_gate_leave (&self->sharing);
  return ok;
}

void
annex_vm_forget_shares (AnnexVm *self)
{
  g_hash_table_remove_all (self->attached);
}

/* ---------------------------------------------------------------- the port */

static DexFuture *
reconcile_fiber (gpointer data)
{
  AnnexVm *self = data;
  g_autoptr (GError) error = NULL;

  if (self->guest != NULL && !annex_vm_await_shares (self, &error))
    return annex_future_new_error (g_steal_pointer (&error));
  return dex_future_new_true ();
}

/* What was granted under other rules is passed over: the other folders are as good as before, and
 * it can still be revoked. The agent is told once. */
static gboolean
is_allowed (AnnexVm *self, AnnexShare *share)
{
  g_autoptr (GError) error = NULL;

  if (annex_admin_policy_check_share (annex_admin_policy_get (), annex_share_get_home (share),
                                      annex_share_get_mode (share), &error))
    return TRUE;
  if (g_hash_table_add (self->refused, g_strdup (annex_share_get_id (share))))
    {
      g_autofree char *sentence = g_strdup_printf ("The folder “%s” is not connected. %s",
                                                   annex_share_get_name (share), error->message);

      annex_vm_add_note (self, sentence);
    }
  return FALSE;
}

DexFuture *
annex_vm_set_shares (AnnexComputer *computer, GPtrArray *shares)
{
  AnnexVm *self = ANNEX_VM (computer);

  g_ptr_array_set_size (self->wanted, 0);
  for (guint i = 0; shares != NULL && i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (is_allowed (self, share))
        g_ptr_array_add (self->wanted, annex_share_ref (share));
    }
  limit_unwanted (self);
  if (self->guest == NULL)
    return dex_future_new_true ();
  return annex_fiber_run (reconcile_fiber, g_object_ref (self), g_object_unref);
}

/* The guest, behind the gate, so that nothing is mounted or taken away meanwhile. NULL: the gate is
 * free. */
static AnnexGuest *
await_guest_behind_gate (AnnexVm *self, GError **error)
{
  for (;;)
    {
      g_autoptr (AnnexGuest) guest = annex_vm_await_guest (self, error);

      if (guest == NULL)
        return NULL;
      annex_gate_enter (&self->sharing);
      if (self->guest == guest)
        return g_steal_pointer (&guest);
      /* It was lost while this waited. */
      annex_gate_leave (&self->sharing);
    }
}

static DexFuture *
refresh_fiber (gpointer data)
{
  Ask *ask = data;
  AnnexVm *self = ask->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexGuest) guest = await_guest_behind_gate (self, &error);
  g_autofree char *told = NULL;

  if (guest == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  if (g_hash_table_size (self->attached) > 0)
    told = dex_await_string (annex_guest_refresh (guest), &error);
  annex_gate_leave (&self->sharing);
  if (error != NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  if (told != NULL && *told != '\0')
    annex_vm_add_note (self, told);
  g_free (told);
  told = self->notes->len > 0 ? g_strdup (self->notes->str) : NULL;
  g_string_truncate (self->notes, 0);
  return dex_future_new_take_string (g_steal_pointer (&told));
}

DexFuture *
annex_vm_refresh (AnnexComputer *computer)
{
  return annex_fiber_run (refresh_fiber, ask_new (computer, NULL), ask_free);
}

static DexFuture *
read_draft_fiber (gpointer data)
{
  Ask *ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexGuest) guest = annex_vm_await_guest (ask->self, &error);

  if (guest == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  return annex_guest_read_draft (guest, ask->share);
}

DexFuture *
annex_vm_read_draft (AnnexComputer *computer, AnnexShare *share)
{
  return annex_fiber_run (read_draft_fiber, ask_new (computer, share), ask_free);
}

static DexFuture *
open_draft_file_fiber (gpointer data)
{
  Ask *ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexGuest) guest = annex_vm_await_guest (ask->self, &error);

  if (guest == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  return annex_guest_open_draft_file (guest, ask->share, ask->path);
}

DexFuture *
annex_vm_open_draft_file (AnnexComputer *computer, AnnexShare *share, const char *path)
{
  Ask *ask = ask_new (computer, share);

  ask->path = g_strdup (path);
  return annex_fiber_run (open_draft_file_fiber, ask, ask_free);
}

static DexFuture *
forget_draft_fiber (gpointer data)
{
  Ask *ask = data;
  AnnexVm *self = ask->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexGuest) guest = await_guest_behind_gate (self, &error);
  g_autofree char *told = NULL;

  if (guest == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  told = dex_await_string (
      annex_guest_forget_draft (guest, ask->share, (const char *const *) ask->paths), &error);
  annex_gate_leave (&self->sharing);
  if (error != NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  if (told != NULL && *told != '\0')
    annex_vm_add_note (self, told);
  return dex_future_new_true ();
}

DexFuture *
annex_vm_forget_draft (AnnexComputer *computer, AnnexShare *share, const char *const *paths)
{
  Ask *ask = ask_new (computer, share);

  ask->paths = g_strdupv ((char **) paths);
  return annex_fiber_run (forget_draft_fiber, ask, ask_free);
}
