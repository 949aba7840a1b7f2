/* annex-ssh-process.c
 *
 * See annex-ssh-process-private.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-process-private.h"

#include "annex-future.h"
#include "annex-ssh-channel.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the guest takes at most (see annex_guest_command_kill), and as much again for a slow one. */
#define KILL_LIMIT_MS 70000

struct _AnnexSshProcess
{
  GObject parent_instance;

  AnnexSshSession *session;
  guint64 id;
  AnnexGuestTree tree;
  char *tree_id;
  gboolean as_root;
  GOutputStream *in;
  GInputStream *out;
  GInputStream *err;
  DexFuture *started;
  DexFuture *exit;
};

static void
process_iface_init (AnnexProcessInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexSshProcess,
                               annex_ssh_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, process_iface_init))

DexFuture *
annex_ssh_run_line (AnnexSshSession *session, const char *line)
{
  AnnexSshExec *exec = annex_ssh_exec_new (annex_ssh_session_next_id (session), line);
  DexFuture *exit = dex_ref (DEX_FUTURE (exec->exit));

  annex_ssh_session_exec (session, exec);
  return exit;
}

static GOutputStream *
process_get_stdin (AnnexProcess *process)
{
  return ANNEX_SSH_PROCESS (process)->in;
}

static GInputStream *
process_get_stdout (AnnexProcess *process)
{
  return ANNEX_SSH_PROCESS (process)->out;
}

static GInputStream *
process_get_stderr (AnnexProcess *process)
{
  return ANNEX_SSH_PROCESS (process)->err;
}

static DexFuture *
process_wait (AnnexProcess *process)
{
  return dex_ref (ANNEX_SSH_PROCESS (process)->exit);
}

static DexFuture *
killed_cb (DexFuture *future, gpointer user)
{
  const GValue *value = dex_future_get_value (future, NULL); /* `then`: it did resolve */

  if (value != NULL && g_value_get_int (value) == 0)
    return dex_future_new_true ();
  return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                  "The command could not be ended");
}

static DexFuture *
process_kill (AnnexProcess *process)
{
  AnnexSshProcess *self = ANNEX_SSH_PROCESS (process);
  g_autofree char *line = annex_guest_command_kill (self->tree, self->tree_id, self->as_root);
  DexFuture *done =
      annex_future_with_timeout (annex_ssh_run_line (self->session, line), KILL_LIMIT_MS);

  return dex_future_then (done, killed_cb, g_object_ref (self), g_object_unref);
}

static void
process_iface_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = process_get_stdin;
  iface->get_stdout = process_get_stdout;
  iface->get_stderr = process_get_stderr;
  iface->wait = process_wait;
  iface->kill = process_kill;
}

DexFuture *
annex_ssh_process_started (AnnexSshProcess *self)
{
  return dex_ref (self->started);
}

void
annex_ssh_process_resize (AnnexProcess *process, guint columns, guint rows)
{
  AnnexSshProcess *self;

  g_return_if_fail (ANNEX_IS_SSH_PROCESS (process));
  g_return_if_fail (columns > 0 && rows > 0);

  self = ANNEX_SSH_PROCESS (process);
  annex_ssh_session_resize (self->session, self->id, MIN (columns, 9999), MIN (rows, 9999));
}

static gboolean
make_pair (int *ours, int *theirs, GError **error)
{
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    {
      g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                   "Too many files are open: %s", g_strerror (errno));
      return FALSE;
    }
  *ours = pair[0];
  *theirs = pair[1];
  return TRUE;
}

static gboolean
make_streams (AnnexSshProcess *self, AnnexSshExec *exec, GError **error)
{
  int fd = -1;

  if (!make_pair (&exec->in_fd, &fd, error))
    return FALSE;
  /* Non-blocking: g_output_stream_write_async () on a blocking socket would stop the main loop. The
   * input streams may stay blocking, so that a worker thread can read them synchronously. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  self->in = g_unix_output_stream_new (fd, TRUE);
  if (!make_pair (&exec->out_fd, &fd, error))
    return FALSE;
  self->out = g_unix_input_stream_new (fd, TRUE);
  if (!make_pair (&exec->err_fd, &fd, error))
    return FALSE;
  self->err = g_unix_input_stream_new (fd, TRUE);
  return TRUE;
}

AnnexSshProcess *
annex_ssh_process_new (AnnexSshSession *session,
                       AnnexGuestTree tree,
                       const char *tree_id,
                       const AnnexCommand *command,
                       GError **error)
{
  g_autofree char *line = annex_guest_command_start (tree, tree_id, command, error);
  g_autofree char *environment = NULL;
  g_autoptr (AnnexSshExec) exec = NULL;
  AnnexSshProcess *self;

  if (line == NULL ||
      !annex_guest_command_environment ((const char *const *) command->env, &environment, error))
    return NULL;
  exec = annex_ssh_exec_new (annex_ssh_session_next_id (session), line);
  exec->environment = g_steal_pointer (&environment);
  exec->pty = command->pty;
  self = g_object_new (ANNEX_TYPE_SSH_PROCESS, NULL);
  if (!make_streams (self, exec, error))
    {
      g_object_unref (self);
      return NULL;
    }
  self->session = annex_ssh_session_ref (session);
  self->id = exec->id;
  self->tree = tree;
  self->tree_id = g_strdup (tree_id);
  self->as_root = command->as_root;
  self->started = dex_ref (DEX_FUTURE (exec->started));
  self->exit = dex_ref (DEX_FUTURE (exec->exit));
  annex_ssh_session_exec (session, g_steal_pointer (&exec));
  return self;
}

static void
annex_ssh_process_finalize (GObject *object)
{
  AnnexSshProcess *self = ANNEX_SSH_PROCESS (object);

  if (self->session != NULL)
    {
      /* Asked first: abandoning settles it. */
      gboolean running = dex_future_is_pending (self->exit);

      annex_ssh_session_abandon (self->session, self->id);
      if (running)
        {
          g_autofree char *line =
              annex_guest_command_kill (self->tree, self->tree_id, self->as_root);

          /* Nobody is left to hear whether it worked. */
          dex_future_disown (annex_ssh_run_line (self->session, line));
        }
      annex_ssh_session_unref (self->session);
    }
  /* The streams may outlive the process object; what was already received can still be read. */
  g_clear_object (&self->in);
  g_clear_object (&self->out);
  g_clear_object (&self->err);
  dex_clear (&self->started);
  dex_clear (&self->exit);
  g_free (self->tree_id);
  G_OBJECT_CLASS (annex_ssh_process_parent_class)->finalize (object);
}

static void
annex_ssh_process_class_init (AnnexSshProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_ssh_process_finalize;
  /* Writing to a command that has ended must be an error, not the end of Annex. GSocket's class
   * ignores SIGPIPE for the whole process; the plain Unix streams used here do not. */
  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET));
}

static void
annex_ssh_process_init (AnnexSshProcess *self)
{
}
