/* annex-ssh-channel.c
 *
 * See annex-ssh-channel.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-channel.h"

#include "annex-future.h"
#include "annex-guest-command.h"
#include "annex-paths.h"
#include "annex-sftp.h"
#include "annex-ssh-process-private.h"
#include "annex-ssh-session-private.h"

#define LOGIN_USER "root"
#define CONNECT_LIMIT_MS 60000
#define SETUP_LIMIT_MS 30000
#define SILENCE_LIMIT_MS 60000
#define SWEEP_AT 32
#define SETUP_NO_CGROUPS 3

struct _AnnexSshChannel
{
  GObject parent_instance;

  AnnexSshSession *session;
  AnnexGuestTree tree;
  char *prefix; /* of tree names: not those of an earlier channel to the same guest */
  guint64 last_tree;
  GPtrArray *spent; /* names of trees whose command has ended */
  DexFuture *sftp;  /* resolves to an AnnexSftp */
};

G_DEFINE_FINAL_TYPE (AnnexSshChannel, annex_ssh_channel, G_TYPE_OBJECT)

/* ---- opening */

typedef struct
{
  AnnexSshSession *session;
} Opening;

static void
opening_free (gpointer user)
{
  Opening *opening = user;

  if (opening->session != NULL)
    {
      annex_ssh_session_stop (opening->session);
      annex_ssh_session_unref (opening->session);
    }
  g_free (opening);
}

static DexFuture *
open_fiber (gpointer user)
{
  Opening *opening = user;
  AnnexSshChannel *self;
  GError *error = NULL;
  g_autofree char *identifier = NULL;
  int status;

  if (!dex_await (annex_ssh_session_ready (opening->session), &error))
    return annex_future_new_error (error);
  status = dex_await_int (
      annex_future_with_timeout (
          annex_ssh_run_line (opening->session, annex_guest_command_setup ()), SETUP_LIMIT_MS),
      &error);
  if (error != NULL)
    return annex_future_new_error (error);
  if (status != 0 && status != SETUP_NO_CGROUPS)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                    "The computer could not be prepared for commands (%d)", status);
  if (status == SETUP_NO_CGROUPS)
    g_debug ("The guest has no cgroup2: commands are told apart by a mark");

  self = g_object_new (ANNEX_TYPE_SSH_CHANNEL, NULL);
  identifier = annex_identifier_new ();
  /* The end of a ULID is its random part. */
  self->prefix = g_ascii_strdown (identifier + 16, -1);
  self->tree = status == 0 ? ANNEX_GUEST_TREE_CGROUP : ANNEX_GUEST_TREE_MARK;
  self->session = g_steal_pointer (&opening->session);
  return dex_future_new_take_object (self);
}

DexFuture *
annex_ssh_channel_open (int fd, guint timeout_ms)
{
  AnnexSshOptions options = {
    .user = (char *) LOGIN_USER,
    .connect_timeout_ms = timeout_ms != 0 ? timeout_ms : CONNECT_LIMIT_MS,
    .silence_limit_ms = SILENCE_LIMIT_MS,
  };
  Opening *opening;

  dex_return_error_if_fail (fd >= 0);

  opening = g_new0 (Opening, 1);
  opening->session = annex_ssh_session_new (fd, &options);
  return annex_fiber_run (open_fiber, opening, opening_free);
}

/* ---- commands */

typedef struct
{
  GWeakRef channel;
  char *tree_id;
} Ending;

static void
ending_free (gpointer user)
{
  Ending *ending = user;

  g_weak_ref_clear (&ending->channel);
  g_free (ending->tree_id);
  g_free (ending);
}

/* Trees that ended are removed in batches: a command of its own for each would double the guest's
 * work. One that still has children stays until the next connection's preparation. */
static DexFuture *
ended_cb (DexFuture *future, gpointer user)
{
  Ending *ending = user;
  g_autoptr (AnnexSshChannel) self = g_weak_ref_get (&ending->channel);

  if (self == NULL || self->tree != ANNEX_GUEST_TREE_CGROUP ||
      annex_ssh_session_has_ended (self->session))
    return dex_future_new_true ();
  g_ptr_array_add (self->spent, g_steal_pointer (&ending->tree_id));
  if (self->spent->len >= SWEEP_AT)
    {
      g_autofree char *line = annex_guest_command_sweep (self->spent);

      g_ptr_array_set_size (self->spent, 0);
      dex_future_disown (annex_ssh_run_line (self->session, line));
    }
  return dex_future_new_true ();
}

static DexFuture *
started_cb (DexFuture *future, gpointer user)
{
  return dex_future_new_for_object (user);
}

DexFuture *
annex_ssh_channel_spawn (AnnexSshChannel *self, const AnnexCommand *command)
{
  g_autofree char *tree_id = NULL;
  g_autoptr (AnnexSshProcess) process = NULL;
  GError *error = NULL;
  Ending *ending;

  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));
  dex_return_error_if_fail (command != NULL && command->command != NULL);

  tree_id = g_strdup_printf ("%s-%" G_GUINT64_FORMAT, self->prefix, ++self->last_tree);
  process = annex_ssh_process_new (self->session, self->tree, tree_id, command, &error);
  if (process == NULL)
    return annex_future_new_error (error);

  ending = g_new0 (Ending, 1);
  g_weak_ref_init (&ending->channel, self);
  ending->tree_id = g_steal_pointer (&tree_id);
  dex_future_disown (dex_future_finally (annex_process_wait (ANNEX_PROCESS (process)), ended_cb,
                                         ending, ending_free));
  return dex_future_then (annex_ssh_process_started (process), started_cb, g_object_ref (process),
                          g_object_unref);
}

/* ---- files */

static DexFuture *
sftp_started_cb (DexFuture *future, gpointer user)
{
  g_autoptr (AnnexProcess) process = NULL;
  const GValue *value = dex_future_get_value (future, NULL); /* `then`: it did resolve */

  process = g_value_dup_object (value);
  return dex_future_new_take_object (annex_sftp_new (process));
}

/* The session for files, made when first needed and again when it broke. (transfer full) */
static DexFuture *
get_sftp (AnnexSshChannel *self)
{
  const GValue *value = NULL;
  g_autoptr (AnnexCommand) command = NULL;

  if (self->sftp != NULL && dex_future_is_resolved (self->sftp))
    value = dex_future_get_value (self->sftp, NULL); /* resolved: no error */
  if (self->sftp != NULL && (dex_future_is_rejected (self->sftp) ||
                             (value != NULL && annex_sftp_is_broken (g_value_get_object (value)))))
    dex_clear (&self->sftp);
  if (self->sftp == NULL)
    {
      command = annex_command_new (ANNEX_SFTP_COMMAND);
      self->sftp =
          dex_future_then (annex_ssh_channel_spawn (self, command), sftp_started_cb, NULL, NULL);
    }
  return dex_ref (self->sftp);
}

typedef enum {
  FILE_READ,
  FILE_WRITE,
  FILE_STAT,
} FileAction;

typedef struct
{
  FileAction action;
  char *path;
  guint64 offset;
  guint64 max;
  GBytes *bytes;
} FileJob;

static void
file_job_free (gpointer user)
{
  FileJob *job = user;

  g_free (job->path);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

static DexFuture *
file_cb (DexFuture *future, gpointer user)
{
  FileJob *job = user;
  const GValue *value = dex_future_get_value (future, NULL); /* `then`: it did resolve */
  AnnexSftp *sftp = g_value_get_object (value);

  switch (job->action)
    {
    case FILE_READ:
      return annex_sftp_read (sftp, job->path, job->offset, job->max);
    case FILE_WRITE:
      return annex_sftp_write (sftp, job->path, job->bytes);
    case FILE_STAT:
      return annex_sftp_stat (sftp, job->path);
    }
  g_assert_not_reached ();
}

static DexFuture *
start_file_job (AnnexSshChannel *self, FileJob *job)
{
  return dex_future_then (get_sftp (self), file_cb, job, file_job_free);
}

DexFuture *
annex_ssh_channel_read_file (AnnexSshChannel *self, const char *path, guint64 offset, guint64 max)
{
  FileJob *job;

  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));
  dex_return_error_if_fail (path != NULL);

  job = g_new0 (FileJob, 1);
  job->action = FILE_READ;
  job->path = g_strdup (path);
  job->offset = offset;
  job->max = max;
  return start_file_job (self, job);
}

DexFuture *
annex_ssh_channel_write_file (AnnexSshChannel *self, const char *path, GBytes *bytes)
{
  FileJob *job;

  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));
  dex_return_error_if_fail (path != NULL);
  dex_return_error_if_fail (bytes != NULL);

  job = g_new0 (FileJob, 1);
  job->action = FILE_WRITE;
  job->path = g_strdup (path);
  job->bytes = g_bytes_ref (bytes);
  return start_file_job (self, job);
}

DexFuture *
annex_ssh_channel_stat_file (AnnexSshChannel *self, const char *path)
{
  FileJob *job;

  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));
  dex_return_error_if_fail (path != NULL);

  job = g_new0 (FileJob, 1);
  job->action = FILE_STAT;
  job->path = g_strdup (path);
  return start_file_job (self, job);
}

/* ---- the guest's connections */

typedef struct
{
  AnnexSshChannelIncomingFunc incoming;
  gpointer data;
  GDestroyNotify free_data;
} Incoming;

static void
incoming_free (gpointer user)
{
  Incoming *incoming = user;

  if (incoming->free_data != NULL)
    incoming->free_data (incoming->data);
  g_free (incoming);
}

static void
accept_cb (GIOStream *stream, gpointer user)
{
  Incoming *incoming = user;

  incoming->incoming (stream, incoming->data);
}

DexFuture *
annex_ssh_channel_listen (AnnexSshChannel *self,
                          guint16 port,
                          AnnexSshChannelIncomingFunc incoming,
                          gpointer data,
                          GDestroyNotify free_data)
{
  Incoming *closure;

  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));
  dex_return_error_if_fail (port != 0);
  dex_return_error_if_fail (incoming != NULL);

  closure = g_new0 (Incoming, 1);
  closure->incoming = incoming;
  closure->data = data;
  closure->free_data = free_data;
  return annex_ssh_session_listen (self->session, port, accept_cb, closure, incoming_free);
}

/* ---- life */

gboolean
annex_ssh_channel_is_open (AnnexSshChannel *self)
{
  g_return_val_if_fail (ANNEX_IS_SSH_CHANNEL (self), FALSE);

  return !annex_ssh_session_has_ended (self->session);
}

DexFuture *
annex_ssh_channel_closed (AnnexSshChannel *self)
{
  dex_return_error_if_fail (ANNEX_IS_SSH_CHANNEL (self));

  return annex_ssh_session_lost (self->session);
}

void
annex_ssh_channel_close (AnnexSshChannel *self)
{
  g_return_if_fail (ANNEX_IS_SSH_CHANNEL (self));

  if (self->sftp != NULL && dex_future_is_resolved (self->sftp))
    annex_sftp_close (g_value_get_object (dex_future_get_value (self->sftp, NULL)));
  dex_clear (&self->sftp);
  annex_ssh_session_stop (self->session);
}

static void
annex_ssh_channel_dispose (GObject *object)
{
  AnnexSshChannel *self = ANNEX_SSH_CHANNEL (object);

  if (self->session != NULL)
    annex_ssh_channel_close (self);
  g_clear_pointer (&self->session, annex_ssh_session_unref);
  G_OBJECT_CLASS (annex_ssh_channel_parent_class)->dispose (object);
}

static void
annex_ssh_channel_finalize (GObject *object)
{
  AnnexSshChannel *self = ANNEX_SSH_CHANNEL (object);

  g_ptr_array_unref (self->spent);
  g_free (self->prefix);
  G_OBJECT_CLASS (annex_ssh_channel_parent_class)->finalize (object);
}

static void
annex_ssh_channel_class_init (AnnexSshChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_ssh_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_ssh_channel_finalize;
}

static void
annex_ssh_channel_init (AnnexSshChannel *self)
{
  self->spent = g_ptr_array_new_with_free_func (g_free);
}
