/* annex-computer-console.c
 *
 * See annex-computer-console.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-console.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <termios.h>
#include <unistd.h>

#define DRAIN_MS 2000

static DexFuture *
relay_out (AnnexProcess *process, int fd)
{
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (fd, FALSE);

  return dex_output_stream_splice (output,
                                   fd == STDOUT_FILENO ? annex_process_get_stdout (process)
                                                       : annex_process_get_stderr (process),
                                   G_OUTPUT_STREAM_SPLICE_NONE, G_PRIORITY_DEFAULT);
}

static DexFuture *
relay_in (AnnexProcess *process)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  return dex_output_stream_splice (annex_process_get_stdin (process), input, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                                   G_PRIORITY_DEFAULT);
}

static gboolean
set_raw (struct termios *saved)
{
  struct termios raw;

  if (!isatty (STDIN_FILENO) || tcgetattr (STDIN_FILENO, saved) != 0)
    return FALSE;
  raw = *saved;
  cfmakeraw (&raw);
  return tcsetattr (STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

int
annex_console_run (AnnexComputer *computer, const char *command, gboolean terminal, GError **error)
{
  g_autoptr (AnnexCommand) spec = annex_command_new (command);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GError) failure = NULL;
  struct termios saved;
  gboolean raw;
  int status;

  spec->pty = terminal;
  process = dex_await_object (annex_computer_spawn (computer, spec), error);
  if (process == NULL)
    return -1;
  raw = terminal && set_raw (&saved);
  /* Ends with the process, or never when nobody types: nothing waits for it. */
  dex_future_disown (relay_in (process));
  {
    DexFuture *out = relay_out (process, STDOUT_FILENO);
    DexFuture *err = relay_out (process, STDERR_FILENO);
    DexFuture *rest;

    status = dex_await_int (annex_process_wait (process), &failure);
    /* What it wrote last; children that hold the streams open are not waited for. */
    rest = dex_future_all (out, err, NULL);
    dex_await (dex_future_first (rest, dex_timeout_new_msec (DRAIN_MS), NULL), NULL);
  }
  if (raw)
    tcsetattr (STDIN_FILENO, TCSADRAIN, &saved);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return -1;
    }
  return status < 0 ? 128 - status : status;
}
