/* annex-computer.c
 *
 * See annex-computer.h: the port's dispatch, and its plain values. annex_computer_run is in
 * annex-computer-run.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_computer_error)
G_DEFINE_INTERFACE (AnnexComputer, annex_computer, G_TYPE_OBJECT)
G_DEFINE_INTERFACE (AnnexProcess, annex_process, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (AnnexCommand, annex_command, annex_command_copy, annex_command_free)
G_DEFINE_BOXED_TYPE (AnnexOutput, annex_output, annex_output_copy, annex_output_free)

static guint changed_signal;

static void
annex_computer_default_init (AnnexComputerInterface *iface)
{
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_COMPUTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
annex_process_default_init (AnnexProcessInterface *iface)
{
}

const char *
annex_computer_error_name (AnnexComputerError code)
{
  switch (code)
    {
    case ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION:
      return "no-virtualization";
    case ANNEX_COMPUTER_ERROR_NO_IMAGE:
      return "no-image";
    case ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED:
      return "image-damaged";
    case ANNEX_COMPUTER_ERROR_NO_MEMORY:
      return "no-memory";
    case ANNEX_COMPUTER_ERROR_BOOT_STALLED:
      return "boot-stalled";
    case ANNEX_COMPUTER_ERROR_GUEST_LOST:
      return "guest-lost";
    case ANNEX_COMPUTER_ERROR_DISK_FULL:
      return "disk-full";
    case ANNEX_COMPUTER_ERROR_DISK_LIMIT:
      return "disk-limit";
    case ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL:
      return "guest-disk-full";
    case ANNEX_COMPUTER_ERROR_SHARE_REFUSED:
      return "share-refused";
    case ANNEX_COMPUTER_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_COMPUTER_ERROR_TOO_LARGE:
      return "too-large";
    case ANNEX_COMPUTER_ERROR_PROTOCOL:
      return "protocol";
    case ANNEX_COMPUTER_ERROR_FAILED:
      return "failed";
    }
  return "unknown";
}

const char *
annex_computer_state_to_name (AnnexComputerState state)
{
  switch (state)
    {
    case ANNEX_COMPUTER_OFF:
      return "off";
    case ANNEX_COMPUTER_WAITING:
      return "waiting";
    case ANNEX_COMPUTER_STARTING:
      return "starting";
    case ANNEX_COMPUTER_READY:
      return "ready";
    case ANNEX_COMPUTER_SAVING:
      return "saving";
    case ANNEX_COMPUTER_SAVED:
      return "saved";
    case ANNEX_COMPUTER_FAILED:
      return "failed";
    }
  return "unknown";
}

/* Values */

AnnexCommand *
annex_command_new (const char *command)
{
  AnnexCommand *self = g_new0 (AnnexCommand, 1);

  self->command = g_strdup (command);
  return self;
}

AnnexCommand *
annex_command_copy (const AnnexCommand *self)
{
  AnnexCommand *copy = g_new0 (AnnexCommand, 1);

  *copy = *self;
  copy->command = g_strdup (self->command);
  copy->cwd = g_strdup (self->cwd);
  copy->env = g_strdupv (self->env);
  return copy;
}

void
annex_command_free (AnnexCommand *self)
{
  g_free (self->command);
  g_free (self->cwd);
  g_strfreev (self->env);
  g_free (self);
}

AnnexOutput *
annex_output_copy (const AnnexOutput *self)
{
  AnnexOutput *copy = g_new0 (AnnexOutput, 1);

  *copy = *self;
  copy->out = self->out != NULL ? g_bytes_ref (self->out) : NULL;
  copy->err = self->err != NULL ? g_bytes_ref (self->err) : NULL;
  return copy;
}

void
annex_output_free (AnnexOutput *self)
{
  g_clear_pointer (&self->out, g_bytes_unref);
  g_clear_pointer (&self->err, g_bytes_unref);
  g_free (self);
}

/* The process */

GOutputStream *
annex_process_get_stdin (AnnexProcess *self)
{
  g_return_val_if_fail (ANNEX_IS_PROCESS (self), NULL);

  return ANNEX_PROCESS_GET_IFACE (self)->get_stdin (self);
}

GInputStream *
annex_process_get_stdout (AnnexProcess *self)
{
  g_return_val_if_fail (ANNEX_IS_PROCESS (self), NULL);

  return ANNEX_PROCESS_GET_IFACE (self)->get_stdout (self);
}

GInputStream *
annex_process_get_stderr (AnnexProcess *self)
{
  g_return_val_if_fail (ANNEX_IS_PROCESS (self), NULL);

  return ANNEX_PROCESS_GET_IFACE (self)->get_stderr (self);
}

DexFuture *
annex_process_wait (AnnexProcess *self)
{
  dex_return_error_if_fail (ANNEX_IS_PROCESS (self));

  return ANNEX_PROCESS_GET_IFACE (self)->wait (self);
}

DexFuture *
annex_process_kill (AnnexProcess *self)
{
  dex_return_error_if_fail (ANNEX_IS_PROCESS (self));

  return ANNEX_PROCESS_GET_IFACE (self)->kill (self);
}

/* The computer */

AnnexComputerState
annex_computer_get_state (AnnexComputer *self)
{
  g_return_val_if_fail (ANNEX_IS_COMPUTER (self), ANNEX_COMPUTER_OFF);

  return ANNEX_COMPUTER_GET_IFACE (self)->get_state (self);
}

char *
annex_computer_dup_message (AnnexComputer *self)
{
  g_return_val_if_fail (ANNEX_IS_COMPUTER (self), NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->dup_message (self);
}

DexFuture *
annex_computer_start (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  return ANNEX_COMPUTER_GET_IFACE (self)->start (self);
}

DexFuture *
annex_computer_spawn (AnnexComputer *self, const AnnexCommand *command)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (command != NULL && command->command != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->spawn (self, command);
}

DexFuture *
annex_computer_read_file (AnnexComputer *self, const char *path, guint64 offset, guint64 max)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (path != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->read_file (self, path, offset, max);
}

DexFuture *
annex_computer_write_file (AnnexComputer *self, const char *path, GBytes *bytes)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (path != NULL && bytes != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->write_file (self, path, bytes);
}

DexFuture *
annex_computer_set_shares (AnnexComputer *self, GPtrArray *shares)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (shares != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->set_shares (self, shares);
}

DexFuture *
annex_computer_refresh (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  return ANNEX_COMPUTER_GET_IFACE (self)->refresh (self);
}

DexFuture *
annex_computer_read_draft (AnnexComputer *self, AnnexShare *share)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (share != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->read_draft (self, share);
}

DexFuture *
annex_computer_open_draft_file (AnnexComputer *self, AnnexShare *share, const char *path)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (share != NULL && path != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->open_draft_file (self, share, path);
}

DexFuture *
annex_computer_forget_draft (AnnexComputer *self, AnnexShare *share, const char *const *paths)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (share != NULL);

  return ANNEX_COMPUTER_GET_IFACE (self)->forget_draft (self, share, paths);
}

DexFuture *
annex_computer_save (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  return ANNEX_COMPUTER_GET_IFACE (self)->save (self);
}

DexFuture *
annex_computer_stop (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  return ANNEX_COMPUTER_GET_IFACE (self)->stop (self);
}

DexFuture *
annex_computer_reset (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  return ANNEX_COMPUTER_GET_IFACE (self)->reset (self);
}

/* Checkpoints */

/* A computer without a disk of its own, as tests have, keeps none. */
static DexFuture *
keeps_none (void)
{
  return annex_future_new_spoken (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND,
                                  N_ ("This computer keeps no checkpoints"));
}

DexFuture *
annex_computer_list_checkpoints (AnnexComputer *self)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  if (ANNEX_COMPUTER_GET_IFACE (self)->list_checkpoints == NULL)
    return dex_future_new_take_boxed (
        G_TYPE_PTR_ARRAY, g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free));
  return ANNEX_COMPUTER_GET_IFACE (self)->list_checkpoints (self);
}

DexFuture *
annex_computer_checkpoint (AnnexComputer *self, const AnnexCheckpoint *wanted)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (wanted != NULL);

  if (ANNEX_COMPUTER_GET_IFACE (self)->checkpoint == NULL)
    return keeps_none ();
  return ANNEX_COMPUTER_GET_IFACE (self)->checkpoint (self, wanted);
}

DexFuture *
annex_computer_roll_back (AnnexComputer *self, const char *id, const AnnexCheckpoint *before)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (id != NULL);

  if (ANNEX_COMPUTER_GET_IFACE (self)->roll_back == NULL)
    return keeps_none ();
  return ANNEX_COMPUTER_GET_IFACE (self)->roll_back (self, id, before);
}

DexFuture *
annex_computer_fork (AnnexComputer *self, const char *id, const char *task_id)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (id != NULL && task_id != NULL);

  if (ANNEX_COMPUTER_GET_IFACE (self)->fork == NULL)
    return keeps_none ();
  return ANNEX_COMPUTER_GET_IFACE (self)->fork (self, id, task_id);
}

DexFuture *
annex_computer_remove_checkpoint (AnnexComputer *self, const char *id)
{
  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (id != NULL);

  if (ANNEX_COMPUTER_GET_IFACE (self)->remove_checkpoint == NULL)
    return dex_future_new_true ();
  return ANNEX_COMPUTER_GET_IFACE (self)->remove_checkpoint (self, id);
}

void
annex_computer_emit_changed (AnnexComputer *self)
{
  g_return_if_fail (ANNEX_IS_COMPUTER (self));

  g_signal_emit (self, changed_signal, 0);
}
