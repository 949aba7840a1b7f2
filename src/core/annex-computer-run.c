/* annex-computer-run.c
 *
 * Running a command to its end on any Computer: feeding it, draining both of its streams while
 * keeping only so much of each, and ending it after its time or when the user stops it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer.h"

#include "annex-future.h"

#define CHUNK_BYTES (64 * 1024)
/* A command's children may hold its streams open after it ended: nothing new for so long, and what
 * came is taken as all. */
#define QUIET_MS 2000
/* And after so long in any case: what goes on talking is no part of the command any more. */
#define DRAIN_MS 10000
#define KILL_MS 15000

/* One stream: what was kept and how much came. Shared by its reader and whoever waits. */
typedef struct
{
  GInputStream *stream;
  GByteArray *kept;
  gsize max_bytes;
  guint64 total;
} Collector;

typedef struct
{
  GOutputStream *stream;
  GBytes *input;
} Feeder;

typedef struct
{
  AnnexComputer *computer;
  AnnexCommand *command;
  GBytes *input;
  gsize max_bytes;
  guint timeout_ms;
  DexFuture *cancel;
} Run;

static void
collector_clear (gpointer data)
{
  Collector *self = data;

  g_clear_object (&self->stream);
  g_byte_array_unref (self->kept);
}

static void
collector_unref (gpointer data)
{
  g_rc_box_release_full (data, collector_clear);
}

static void
feeder_free (gpointer data)
{
  Feeder *self = data;

  g_clear_object (&self->stream);
  g_clear_pointer (&self->input, g_bytes_unref);
  g_free (self);
}

static void
run_free (gpointer data)
{
  Run *self = data;

  g_clear_object (&self->computer);
  g_clear_pointer (&self->command, annex_command_free);
  g_clear_pointer (&self->input, g_bytes_unref);
  dex_clear (&self->cancel);
  g_free (self);
}

static DexFuture *
read_more (Collector *self)
{
  return dex_input_stream_read_bytes (self->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT);
}

/* The end of the stream is NULL, which ends the loop. */
static DexFuture *
collected_cb (DexFuture *future, gpointer data)
{
  Collector *self = data;
  GBytes *bytes = g_value_get_boxed (dex_future_get_value (future, NULL)); /* `then`: it resolved */
  gsize size = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  if (size == 0)
    return NULL;
  self->total += size;
  if (self->kept->len < self->max_bytes)
    g_byte_array_append (self->kept, g_bytes_get_data (bytes, NULL),
                         (guint) MIN (size, self->max_bytes - self->kept->len));
  return read_more (self);
}

/* A command need not read its input: a write error is no error of the run. */
static DexFuture *
feed_fiber (gpointer data)
{
  Feeder *self = data;
  gsize size = self->input != NULL ? g_bytes_get_size (self->input) : 0;
  gsize done = 0;

  while (done < size)
    {
      g_autoptr (GBytes) rest =
          g_bytes_new_from_bytes (self->input, done, MIN (size - done, CHUNK_BYTES));
      gint64 n = dex_await_int64 (
          dex_output_stream_write_bytes (self->stream, rest, G_PRIORITY_DEFAULT), NULL);

      if (n <= 0)
        break;
      done += (gsize) n;
    }
  dex_await (dex_output_stream_close (self->stream, G_PRIORITY_DEFAULT), NULL);
  return dex_future_new_true ();
}

static Collector *
collector_new (GInputStream *stream, gsize max_bytes)
{
  Collector *self = g_rc_box_new0 (Collector);

  g_set_object (&self->stream, stream);
  self->kept = g_byte_array_new ();
  self->max_bytes = MIN (max_bytes, G_MAXUINT / 2);
  return self;
}

/* Settles at the end of the stream or when it breaks; how the command ended is told by its wait.
 * Not a fiber: dropping it ends the read. */
static DexFuture *
collector_start (Collector *self)
{
  if (self->stream == NULL)
    return dex_future_new_true ();
  return dex_future_then_loop (read_more (self), collected_cb, g_rc_box_acquire (self),
                               collector_unref);
}

static DexFuture *
feeder_start (AnnexProcess *process, GBytes *input)
{
  Feeder *feeder;
  GOutputStream *stream = annex_process_get_stdin (process);

  if (stream == NULL)
    return dex_future_new_true ();
  feeder = g_new0 (Feeder, 1);
  feeder->stream = g_object_ref (stream);
  feeder->input = input != NULL ? g_bytes_ref (input) : NULL;
  return annex_fiber_run (feed_fiber, feeder, feeder_free);
}

/* After the command ended: waits for both ends of stream, as long as something comes. Whoever is at
 * the other end has no say in how long that is. */
static void
drain (DexFuture *readers, Collector *out, Collector *err, DexFuture *cancel)
{
  gint64 deadline_us = g_get_monotonic_time () + DRAIN_MS * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < deadline_us)
    {
      guint64 before = out->total + err->total;
      g_autoptr (GError) error = NULL;

      if (annex_await_cancellable (annex_future_with_timeout (dex_ref (readers), QUIET_MS), cancel,
                                   &error))
        return;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
          out->total + err->total == before)
        return;
    }
}

static AnnexOutput *
make_output (int status, gboolean timed_out, Collector *out, Collector *err)
{
  AnnexOutput *output = g_new0 (AnnexOutput, 1);

  output->status = status;
  output->timed_out = timed_out;
  output->out = g_bytes_new (out->kept->data, out->kept->len);
  output->err = g_bytes_new (err->kept->data, err->kept->len);
  output->out_total = out->total;
  output->err_total = err->total;
  output->out_cut = out->total > out->kept->len;
  output->err_cut = err->total > err->kept->len;
  return output;
}

/* Waits for the end of @process. On time-out it is ended and *@timed_out set; on cancel it is ended
 * and FALSE returned. */
static gboolean
await_end (Run *self, AnnexProcess *process, int *status, gboolean *timed_out, GError **error)
{
  g_autoptr (DexFuture) wait = annex_process_wait (process);
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) late = NULL;

  *timed_out = FALSE;
  if (!annex_await_cancellable (annex_future_with_timeout (dex_ref (wait), self->timeout_ms),
                                self->cancel, &local) &&
      dex_future_is_pending (wait))
    {
      *timed_out = g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      dex_await (annex_future_with_timeout (annex_process_kill (process), KILL_MS), NULL);
      if (!*timed_out)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  *status = dex_await_int (annex_future_with_timeout (dex_ref (wait), KILL_MS), &late);
  if (late == NULL)
    return TRUE;
  if (*timed_out)
    {
      *status = -9; /* it would not say; it was told to */
      return TRUE;
    }
  annex_error_normalise (&late);
  g_propagate_error (error, g_steal_pointer (&late));
  return FALSE;
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *self = data;
  g_autoptr (DexFuture) spawn = annex_computer_spawn (self->computer, self->command);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (DexFuture) readers = NULL;
  g_autoptr (DexFuture) feeder = NULL;
  Collector *out;
  Collector *err;
  GError *error = NULL;
  AnnexOutput *output = NULL;
  gboolean timed_out;
  int status;

  if (!annex_await_cancellable (dex_ref (spawn), self->cancel, &error))
    return annex_future_new_error (error);
  process = g_value_dup_object (dex_future_get_value (spawn, NULL));
  out = collector_new (annex_process_get_stdout (process), self->max_bytes);
  err = collector_new (annex_process_get_stderr (process), self->max_bytes);
  readers = dex_future_all (collector_start (out), collector_start (err), NULL);
  feeder = feeder_start (process, self->input);

  if (await_end (self, process, &status, &timed_out, &error))
    {
      drain (readers, out, err, self->cancel);
      output = make_output (status, timed_out, out, err);
    }
  collector_unref (out);
  collector_unref (err);
  if (output == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_OUTPUT, output);
}

DexFuture *
annex_computer_run (AnnexComputer *self,
                    const AnnexCommand *command,
                    GBytes *input,
                    gsize max_bytes,
                    guint timeout_ms,
                    DexFuture *cancel)
{
  Run *run;

  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));
  dex_return_error_if_fail (command != NULL && command->command != NULL);

  run = g_new0 (Run, 1);
  run->computer = g_object_ref (self);
  run->command = annex_command_copy (command);
  run->input = input != NULL ? g_bytes_ref (input) : NULL;
  run->max_bytes = max_bytes;
  run->timeout_ms = timeout_ms;
  run->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (run_fiber, run, run_free);
}
