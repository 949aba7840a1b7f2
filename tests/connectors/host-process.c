/* host-process.c
 *
 * See host-process.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "host-process.h"

#define HOST_TYPE_PROCESS (host_process_get_type ())
G_DECLARE_FINAL_TYPE (HostProcess, host_process, HOST, PROCESS, GObject)

struct _HostProcess
{
  GObject parent_instance;

  GSubprocess *subprocess;
  DexPromise *ended;
};

static guint n_processes;

static GOutputStream *
get_stdin (AnnexProcess *self)
{
  return g_subprocess_get_stdin_pipe (HOST_PROCESS (self)->subprocess);
}

static GInputStream *
get_stdout (AnnexProcess *self)
{
  return g_subprocess_get_stdout_pipe (HOST_PROCESS (self)->subprocess);
}

static GInputStream *
get_stderr (AnnexProcess *self)
{
  return g_subprocess_get_stderr_pipe (HOST_PROCESS (self)->subprocess);
}

static DexFuture *
wait_ended (AnnexProcess *self)
{
  return DEX_FUTURE (dex_ref (HOST_PROCESS (self)->ended));
}

static DexFuture *
kill_it (AnnexProcess *self)
{
  g_subprocess_force_exit (HOST_PROCESS (self)->subprocess);
  return wait_ended (self);
}

static void
process_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = get_stdin;
  iface->get_stdout = get_stdout;
  iface->get_stderr = get_stderr;
  iface->wait = wait_ended;
  iface->kill = kill_it;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (HostProcess,
                               host_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, process_init))

static void
host_process_finalize (GObject *object)
{
  HostProcess *self = HOST_PROCESS (object);

  n_processes--;
  g_subprocess_force_exit (self->subprocess);
  g_object_unref (self->subprocess);
  dex_unref (self->ended);
  G_OBJECT_CLASS (host_process_parent_class)->finalize (object);
}

static void
host_process_class_init (HostProcessClass *class)
{
  G_OBJECT_CLASS (class)->finalize = host_process_finalize;
}

static void
host_process_init (HostProcess *self)
{
  n_processes++;
  self->ended = dex_promise_new ();
}

static void
ended_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  GSubprocess *subprocess = G_SUBPROCESS (object);
  g_autoptr (DexPromise) ended = data;

  g_subprocess_wait_finish (subprocess, result, NULL);
  dex_promise_resolve_int (ended, g_subprocess_get_if_signaled (subprocess)
                                      ? -g_subprocess_get_term_sig (subprocess)
                                      : g_subprocess_get_exit_status (subprocess));
}

AnnexProcess *
host_process_new (const char *const *argv)
{
  HostProcess *self = g_object_new (HOST_TYPE_PROCESS, NULL);
  g_autoptr (GError) error = NULL;

  self->subprocess =
      g_subprocess_newv (argv,
                         G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_PIPE,
                         &error);
  g_assert_no_error (error);
  g_subprocess_wait_async (self->subprocess, NULL, ended_cb, dex_ref (self->ended));
  return ANNEX_PROCESS (self);
}

guint
host_process_get_n (void)
{
  return n_processes;
}
