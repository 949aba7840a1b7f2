/* pane-computer.c
 *
 * See pane-computer.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pane-computer.h"

#include "annex-future.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- a command on a pty, or on pipes */

#define PANE_TYPE_PROCESS (pane_process_get_type ())
G_DECLARE_FINAL_TYPE (PaneProcess, pane_process, PANE, PROCESS, GObject)

struct _PaneProcess
{
  GObject parent_instance;

  GPid pid;
  GInputStream *out;
  GOutputStream *in;
  GInputStream *err;
};

static void
pane_process_iface_init (AnnexProcessInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (PaneProcess,
                               pane_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, pane_process_iface_init))

static void
pane_process_finalize (GObject *object)
{
  PaneProcess *self = PANE_PROCESS (object);

  kill (-self->pid, SIGKILL);
  waitpid (self->pid, NULL, 0);
  g_clear_object (&self->out);
  g_clear_object (&self->in);
  g_clear_object (&self->err);
  G_OBJECT_CLASS (pane_process_parent_class)->finalize (object);
}

static void
pane_process_class_init (PaneProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pane_process_finalize;
}

static void
pane_process_init (PaneProcess *self)
{
}

static GOutputStream *
get_stdin (AnnexProcess *process)
{
  return PANE_PROCESS (process)->in;
}

static GInputStream *
get_stdout (AnnexProcess *process)
{
  return PANE_PROCESS (process)->out;
}

static GInputStream *
get_stderr (AnnexProcess *process)
{
  return PANE_PROCESS (process)->err;
}

static DexFuture *
wait_work (gpointer data)
{
  int status = 0;

  waitpid (GPOINTER_TO_INT (data), &status, 0);
  return dex_future_new_for_int (WIFEXITED (status) ? WEXITSTATUS (status) : -1);
}

static DexFuture *
wait_process (AnnexProcess *process)
{
  return annex_worker_run ("wait", wait_work, GINT_TO_POINTER (PANE_PROCESS (process)->pid), NULL);
}

static DexFuture *
kill_process (AnnexProcess *process)
{
  kill (-PANE_PROCESS (process)->pid, SIGKILL);
  return dex_future_new_true ();
}

static void
pane_process_iface_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = get_stdin;
  iface->get_stdout = get_stdout;
  iface->get_stderr = get_stderr;
  iface->wait = wait_process;
  iface->kill = kill_process;
}

/* ---- the computer */

struct _PaneComputer
{
  GObject parent_instance;

  AnnexComputerState state;
  char *message;
  guint n_saves;
};

static void
pane_computer_iface_init (AnnexComputerInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (PaneComputer,
                               pane_computer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_COMPUTER,
                                                      pane_computer_iface_init))

static void
pane_computer_finalize (GObject *object)
{
  g_free (PANE_COMPUTER (object)->message);
  G_OBJECT_CLASS (pane_computer_parent_class)->finalize (object);
}

static void
pane_computer_class_init (PaneComputerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pane_computer_finalize;
}

static void
pane_computer_init (PaneComputer *self)
{
}

static AnnexComputerState
get_state (AnnexComputer *computer)
{
  return PANE_COMPUTER (computer)->state;
}

static char *
dup_message (AnnexComputer *computer)
{
  return g_strdup (PANE_COMPUTER (computer)->message);
}

static DexFuture *
spawn (AnnexComputer *computer, const AnnexCommand *command)
{
  PaneProcess *process;
  int pty = -1;
  pid_t pid = forkpty (&pty, NULL, NULL, NULL);

  if (pid == 0)
    {
      execle ("/bin/bash", "bash", "-c", command->command, NULL,
              (char *[]) { (char *) "TERM=xterm-256color", (char *) "HOME=/",
                           (char *) "PATH=/usr/bin:/bin", NULL });
      _exit (127);
    }
  g_assert_cmpint (pid, >, 0);
  process = g_object_new (PANE_TYPE_PROCESS, NULL);
  process->pid = pid;
  process->out = g_unix_input_stream_new (pty, TRUE);
  process->in = g_unix_output_stream_new (dup (pty), TRUE);
  process->err = g_memory_input_stream_new ();
  return dex_future_new_take_object (process);
}

static DexFuture *
save (AnnexComputer *computer)
{
  PaneComputer *self = PANE_COMPUTER (computer);

  self->n_saves++;
  pane_computer_set_state (self, ANNEX_COMPUTER_SAVED, NULL);
  return dex_future_new_true ();
}

static void
pane_computer_iface_init (AnnexComputerInterface *iface)
{
  iface->get_state = get_state;
  iface->dup_message = dup_message;
  iface->spawn = spawn;
  iface->save = save;
}

PaneComputer *
pane_computer_new (void)
{
  return g_object_new (PANE_TYPE_COMPUTER, NULL);
}

void
pane_computer_set_state (PaneComputer *self, AnnexComputerState state, const char *message)
{
  self->state = state;
  g_set_str (&self->message, message);
  annex_computer_emit_changed (ANNEX_COMPUTER (self));
}

guint
pane_computer_get_n_saves (PaneComputer *self)
{
  return self->n_saves;
}
