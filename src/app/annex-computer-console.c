/* annex-computer-console.c
 *
 * See annex-computer-console.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-console.h"

#include "annex-future.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <termios.h>
#include <unistd.h>

#define DRAIN_MS 2000
#define PIECE_BYTES 65536

/* What the streams are at: some are written slowly, by whoever reads them. */
typedef struct
{
  guint n_writing;
  guint n_pieces;
  DexPromise *stop; /* rejected when no more is waited for */
} Activity;

/* One stream on its way out. */
typedef struct
{
  GInputStream *from;
  GOutputStream *to;
  Activity *activity;
} Relay;

static void
activity_clear (gpointer data)
{
  Activity *activity = data;

  dex_clear (&activity->stop);
}

static void
activity_unref (Activity *activity)
{
  g_rc_box_release_full (activity, activity_clear);
}

static void
relay_free (gpointer data)
{
  Relay *relay = data;

  g_clear_object (&relay->from);
  g_clear_object (&relay->to);
  activity_unref (relay->activity);
  g_free (relay);
}

static DexFuture *
relay_fiber (gpointer data)
{
  Relay *relay = data;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DexFuture) read =
          dex_input_stream_read_bytes (relay->from, PIECE_BYTES, G_PRIORITY_DEFAULT);
      g_autoptr (GBytes) piece = NULL;
      gsize length;

      /* A lost computer ends it as its end does: the wait for the command tells which. */
      if (!annex_await_cancellable (dex_ref (read), DEX_FUTURE (relay->activity->stop), NULL))
        return dex_future_new_true ();
      piece = g_value_dup_boxed (dex_future_get_value (read, NULL));
      length = piece != NULL ? g_bytes_get_size (piece) : 0;
      if (length == 0)
        return dex_future_new_true ();
      relay->activity->n_writing++;
      for (gsize done = 0; done < length && error == NULL;)
        {
          g_autoptr (GBytes) rest = g_bytes_new_from_bytes (piece, done, length - done);

          gint64 n = dex_await_int64 (
              dex_output_stream_write_bytes (relay->to, rest, G_PRIORITY_DEFAULT), &error);

          done += n > 0 ? (gsize) n : 0;
        }
      relay->activity->n_writing--;
      relay->activity->n_pieces++;
      if (error != NULL) /* nobody reads any more */
        return annex_future_new_error (g_steal_pointer (&error));
    }
}

static DexFuture *
relay_out (AnnexProcess *process, int fd, Activity *activity)
{
  Relay *relay = g_new0 (Relay, 1);

  relay->from = g_object_ref (fd == STDOUT_FILENO ? annex_process_get_stdout (process)
                                                  : annex_process_get_stderr (process));
  relay->to = g_unix_output_stream_new (fd, FALSE);
  relay->activity = g_rc_box_acquire (activity);
  return annex_fiber_run (relay_fiber, relay, relay_free);
}

/* What it wrote last, however slowly it is read here; children that hold the streams open without a
 * word are not waited for. Ends both relays. Takes @rest. */
static void
drain (DexFuture *rest, Activity *activity)
{
  guint before;

  do
    {
      before = activity->n_pieces;
      dex_await (dex_future_first (dex_ref (rest), dex_timeout_new_msec (DRAIN_MS), NULL), NULL);
  } while (dex_future_is_pending (rest) &&
           (activity->n_writing > 0 || activity->n_pieces != before));
  dex_promise_reject (activity->stop, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                           "Nothing came for a while"));
  dex_await (rest, NULL);
}

static DexFuture *
relay_in (AnnexProcess *process)
{
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

  return dex_output_stream_splice (annex_process_get_stdin (process), input,
                                   G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, G_PRIORITY_DEFAULT);
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
  Activity *activity;
  DexFuture *rest;
  struct termios saved;
  gboolean raw;
  int status;

  spec->pty = terminal;
  process = dex_await_object (annex_computer_spawn (computer, spec), error);
  if (process == NULL)
    return -1;
  activity = g_rc_box_new0 (Activity);
  activity->stop = dex_promise_new ();
  raw = terminal && set_raw (&saved);
  /* Ends with the process, or never when nobody types: nothing waits for it. */
  dex_future_disown (relay_in (process));
  rest = dex_future_all (relay_out (process, STDOUT_FILENO, activity),
                         relay_out (process, STDERR_FILENO, activity), NULL);
  status = dex_await_int (annex_process_wait (process), &failure);
  drain (rest, activity);
  activity_unref (activity);
  if (raw)
    tcsetattr (STDIN_FILENO, TCSADRAIN, &saved);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return -1;
    }
  return status < 0 ? 128 - status : status;
}
