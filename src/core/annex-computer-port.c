/* annex-computer-port.c
 *
 * See annex-computer-port.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-port.h"

#include "annex-future.h"

#define CONNECT_LIMIT_MS (30 * 1000)

/* Says "+" once it is connected. It ends when either side does: a browser's connection has no use
 * for one half of it. */
#define RELAY                                                                                      \
  "exec 3<>/dev/tcp/localhost/%u || exit 1; printf +; cat <&3 & r=$!; cat <&0 >&3 & w=$!; "        \
  "wait -n $r $w; kill $r $w 2>/dev/null; exit 0"

typedef struct
{
  AnnexComputer *computer;
  guint port;
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_object_unref (open->computer);
  g_free (open);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GBytes *bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  if (bytes != NULL)
    dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    dex_promise_reject (promise, error);
}

static DexFuture *
read_byte (GInputStream *stream)
{
  DexPromise *promise = dex_promise_new ();

  g_input_stream_read_bytes_async (stream, 1, G_PRIORITY_DEFAULT, NULL, read_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}

static DexFuture *
open_fiber (gpointer data)
{
  Open *open = data;
  g_autofree char *text = g_strdup_printf (RELAY, open->port);
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GBytes) sign = NULL;
  GIOStream *stream;
  GError *error = NULL;

  process = dex_await_object (annex_computer_spawn (open->computer, command), &error);
  if (process != NULL)
    sign = dex_await_boxed (annex_future_with_timeout (
                                read_byte (annex_process_get_stdout (process)), CONNECT_LIMIT_MS),
                            &error);
  if (sign == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  if (g_bytes_get_size (sign) == 0)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED,
                                    "Nothing listens on port %u of the computer", open->port);
  stream = g_simple_io_stream_new (annex_process_get_stdout (process),
                                   annex_process_get_stdin (process));
  g_object_set_data_full (G_OBJECT (stream), "annex-process", g_steal_pointer (&process),
                          g_object_unref);
  return dex_future_new_take_object (stream);
}

DexFuture *
annex_computer_open_port (AnnexComputer *self, guint port)
{
  Open *open;

  dex_return_error_if_fail (ANNEX_IS_COMPUTER (self));

  if (port == 0 || port > 65535)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                                    "There is no such port");
  open = g_new0 (Open, 1);
  open->computer = g_object_ref (self);
  open->port = port;
  return annex_fiber_run (open_fiber, open, open_free);
}
