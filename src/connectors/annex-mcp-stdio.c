/* annex-mcp-stdio.c
 *
 * See annex-mcp-stdio.h. Three fibers: one reads messages, one reads the log, one writes what is
 * queued; they end with the process's streams.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-stdio.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)
#define MAX_QUEUED_BYTES (64 * 1024 * 1024)
#define MAX_LOG_BYTES 4096
/* Some servers greet on their standard output. So many lines that are no message are passed over.
 */
#define MAX_NOISE_LINES 100
#define LEAVE_MS 2000
#define EXIT_MS 2000

struct _AnnexMcpStdio
{
  GObject parent_instance;

  AnnexProcess *process;
  GByteArray *line; /* the beginning of the next message */
  GString *log;
  DexPromise *log_ended; /* nothing more comes there */
  GQueue queue;          /* GBytes to write */
  gsize queued_bytes;
  guint noise;
  gboolean writing;
  gboolean closed;
};

static void
annex_mcp_stdio_transport_init (AnnexMcpTransportInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexMcpStdio,
                               annex_mcp_stdio,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MCP_TRANSPORT,
                                                      annex_mcp_stdio_transport_init))

static void
end (AnnexMcpStdio *self, GError *error)
{
  if (self->closed)
    {
      g_error_free (error);
      return;
    }
  self->closed = TRUE;
  annex_mcp_transport_emit_closed (ANNEX_MCP_TRANSPORT (self), error);
}

/* ---- reading */

/* FALSE once it has ended. */
static gboolean
take_line (AnnexMcpStdio *self, const char *line, gsize length)
{
  g_autoptr (AnnexRpcMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (length > 0 && line[length - 1] == '\r')
    length--;
  if (length == 0)
    return TRUE;
  message = annex_rpc_parse (line, (gssize) length, &error);
  if (message != NULL)
    {
      annex_mcp_transport_emit_message (ANNEX_MCP_TRANSPORT (self), message);
      return !self->closed;
    }
  if (++self->noise <= MAX_NOISE_LINES)
    return TRUE;
  end (self, annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                               N_ ("It writes something else than messages: %s."), error->message));
  return FALSE;
}

/* FALSE once it has ended. */
static gboolean
take_bytes (AnnexMcpStdio *self, const char *bytes, gsize length)
{
  const char *limit = bytes + length;

  while (bytes < limit)
    {
      const char *newline = memchr (bytes, '\n', (gsize) (limit - bytes));
      gsize n = (gsize) ((newline != NULL ? newline : limit) - bytes);
      gboolean going = TRUE;

      if (self->line->len + n > ANNEX_MCP_MAX_MESSAGE_BYTES)
        {
          end (self, annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                                       N_ ("It sent a message of more than %u MB."),
                                       ANNEX_MCP_MAX_MESSAGE_BYTES / (1024 * 1024)));
          return FALSE;
        }
      if (newline != NULL && self->line->len == 0)
        going = take_line (self, bytes, n);
      else
        g_byte_array_append (self->line, (const guint8 *) bytes, (guint) n);
      if (newline != NULL && self->line->len > 0)
        {
          going = take_line (self, (const char *) self->line->data, self->line->len);
          g_byte_array_set_size (self->line, 0);
        }
      if (!going)
        return FALSE;
      bytes += n + (newline != NULL ? 1 : 0);
    }
  return TRUE;
}

static DexFuture *
read_fiber (gpointer data)
{
  AnnexMcpStdio *self = data;
  GInputStream *stream = annex_process_get_stdout (self->process);
  g_autofree char *log = NULL;
  gboolean going = TRUE;
  int status;

  while (going)
    {
      g_autoptr (GBytes) piece = dex_await_boxed (
          dex_input_stream_read_bytes (stream, CHUNK_BYTES, G_PRIORITY_DEFAULT), NULL);

      if (piece == NULL || g_bytes_get_size (piece) == 0)
        break;
      going = take_bytes (self, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
  if (self->closed)
    return dex_future_new_true ();
  /* The reason is in its exit status and its last words, which may come a moment later. */
  status =
      dex_await_int (annex_future_with_timeout (annex_process_wait (self->process), EXIT_MS), NULL);
  dex_await (annex_future_with_timeout (dex_ref (DEX_FUTURE (self->log_ended)), EXIT_MS),
             NULL); /* what there is counts */
  log = annex_mcp_stdio_dup_log (self);
  if (log[0] != '\0')
    end (self, annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                 N_ ("It ended by itself (%d): %s"), status, log));
  else
    end (self, annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                 N_ ("It ended by itself (%d)."), status));
  return dex_future_new_true ();
}

static DexFuture *
log_fiber (gpointer data)
{
  AnnexMcpStdio *self = data;
  GInputStream *stream = annex_process_get_stderr (self->process);

  while (stream != NULL)
    {
      g_autoptr (GBytes) piece = dex_await_boxed (
          dex_input_stream_read_bytes (stream, CHUNK_BYTES, G_PRIORITY_DEFAULT), NULL);

      if (piece == NULL || g_bytes_get_size (piece) == 0)
        break;
      g_string_append_len (self->log, g_bytes_get_data (piece, NULL),
                           (gssize) g_bytes_get_size (piece));
      if (self->log->len > MAX_LOG_BYTES)
        g_string_erase (self->log, 0, (gssize) (self->log->len - MAX_LOG_BYTES));
    }
  dex_promise_resolve_boolean (self->log_ended, TRUE);
  return dex_future_new_true ();
}

char *
annex_mcp_stdio_dup_log (AnnexMcpStdio *self)
{
  return g_strchomp (annex_text_make_valid (self->log->str, (gssize) self->log->len));
}

/* ---- writing */

static DexFuture *
write_fiber (gpointer data)
{
  AnnexMcpStdio *self = data;
  GOutputStream *stream = annex_process_get_stdin (self->process);

  while (!self->closed && !g_queue_is_empty (&self->queue))
    {
      g_autoptr (GBytes) bytes = g_queue_pop_head (&self->queue);
      gsize done = 0;

      while (done < g_bytes_get_size (bytes))
        {
          g_autoptr (GError) error = NULL;
          g_autoptr (GBytes) rest =
              g_bytes_new_from_bytes (bytes, done, g_bytes_get_size (bytes) - done);
          gint64 n = dex_await_int64 (
              dex_output_stream_write_bytes (stream, rest, G_PRIORITY_DEFAULT), &error);

          /* Why it ended is the reader's to say. */
          if (error != NULL || n <= 0)
            goto out;
          done += (gsize) n;
        }
      self->queued_bytes -= g_bytes_get_size (bytes);
    }
out:
  self->writing = FALSE;
  return dex_future_new_true ();
}

static DexFuture *
stdio_send (AnnexMcpTransport *transport, const AnnexMcpSend *send)
{
  AnnexMcpStdio *self = ANNEX_MCP_STDIO (transport);
  gsize length = strlen (send->text);
  char *line;

  if (self->closed)
    return annex_future_new_spoken (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                                    N_ ("It has ended."));
  if (self->queued_bytes + length > MAX_QUEUED_BYTES)
    return annex_future_new_spoken (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_LIMIT,
                                    N_ ("It does not read what it is sent."));
  line = g_strconcat (send->text, "\n", NULL);
  g_queue_push_tail (&self->queue, g_bytes_new_take (line, length + 1));
  self->queued_bytes += length + 1;
  if (!self->writing)
    {
      self->writing = TRUE;
      annex_fiber_start (write_fiber, g_object_ref (self), g_object_unref);
    }
  return dex_future_new_true ();
}

/* Its answer is passed over when it comes. */
static void
stdio_drop (AnnexMcpTransport *transport, gint64 id)
{
}

static void
stdio_set_version (AnnexMcpTransport *transport, const char *version, gboolean modern)
{
}

/* ---- the end */

static DexFuture *
close_fiber (gpointer data)
{
  AnnexMcpStdio *self = data;
  GOutputStream *stream = annex_process_get_stdin (self->process);
  g_autoptr (DexFuture) exited = annex_future_keep (annex_process_wait (self->process));

  if (stream != NULL)
    dex_await (
        annex_future_with_timeout (dex_output_stream_close (stream, G_PRIORITY_DEFAULT), LEAVE_MS),
        NULL); /* it is ended anyway */
  if (!dex_await (annex_future_with_timeout (dex_ref (exited), LEAVE_MS), NULL))
    dex_await (annex_process_kill (self->process), NULL); /* a machine that is gone has ended it */
  return dex_future_new_true ();
}

static DexFuture *
stdio_close (AnnexMcpTransport *transport)
{
  AnnexMcpStdio *self = ANNEX_MCP_STDIO (transport);

  self->closed = TRUE;
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}

static void
annex_mcp_stdio_finalize (GObject *object)
{
  AnnexMcpStdio *self = ANNEX_MCP_STDIO (object);

  g_clear_object (&self->process);
  g_byte_array_unref (self->line);
  g_string_free (self->log, TRUE);
  dex_clear (&self->log_ended);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  G_OBJECT_CLASS (annex_mcp_stdio_parent_class)->finalize (object);
}

static void
annex_mcp_stdio_class_init (AnnexMcpStdioClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_mcp_stdio_finalize;
}

static void
annex_mcp_stdio_init (AnnexMcpStdio *self)
{
  self->line = g_byte_array_new ();
  self->log = g_string_new (NULL);
  self->log_ended = dex_promise_new ();
  g_queue_init (&self->queue);
}

static void
annex_mcp_stdio_transport_init (AnnexMcpTransportInterface *iface)
{
  iface->send = stdio_send;
  iface->drop = stdio_drop;
  iface->set_version = stdio_set_version;
  iface->close = stdio_close;
}

AnnexMcpTransport *
annex_mcp_stdio_new (AnnexProcess *process)
{
  AnnexMcpStdio *self = g_object_new (ANNEX_TYPE_MCP_STDIO, NULL);

  self->process = g_object_ref (process);
  annex_fiber_start (read_fiber, g_object_ref (self), g_object_unref);
  annex_fiber_start (log_fiber, g_object_ref (self), g_object_unref);
  return ANNEX_MCP_TRANSPORT (self);
}
