/* annex-egress-relay.c
 *
 * See annex-egress-relay.h. Buffers belong to the read that fills them (GBytes), so a cancelled
 * read can never write into memory that is gone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-relay.h"

#include "annex-egress-proxy.h"
#include "annex-future.h"

#define BUFFER_BYTES (64u * 1024u)

GBytes *
annex_egress_read (GInputStream *in, guint limit_ms, DexFuture *stop, GError **error)
{
  g_autoptr (DexFuture) read = NULL;
  const GValue *value;

  read = annex_future_with_timeout (
      dex_input_stream_read_bytes (in, BUFFER_BYTES, ANNEX_EGRESS_IO_PRIORITY), limit_ms);
  if (!annex_await_cancellable (dex_ref (read), stop, error))
    return NULL;
  value = dex_future_get_value (read, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

gboolean
annex_egress_write (GOutputStream *out,
                    GBytes *bytes,
                    guint limit_ms,
                    AnnexEgressCount *count,
                    DexFuture *stop,
                    GError **error)
{
  g_autoptr (GBytes) left = g_bytes_ref (bytes);

  while (g_bytes_get_size (left) > 0)
    {
      g_autoptr (DexFuture) write = NULL;
      g_autoptr (GBytes) written = left;
      const GValue *value;
      gint64 n;

      left = NULL;
      write = annex_future_with_timeout (
          dex_output_stream_write_bytes (out, written, ANNEX_EGRESS_IO_PRIORITY), limit_ms);
      if (!annex_await_cancellable (dex_ref (write), stop, error))
        return FALSE;
      value = dex_future_get_value (write, error);
      if (value == NULL)
        return FALSE;
      n = g_value_get_int64 (value);
      if (count != NULL)
        {
          count->bytes += (guint64) n;
          *count->active_us = g_get_monotonic_time ();
        }
      left = g_bytes_new_from_bytes (written, (gsize) n, g_bytes_get_size (written) - (gsize) n);
    }
  return TRUE;
}

gboolean
annex_egress_pump (GInputStream *in,
                   GOutputStream *out,
                   AnnexEgressCount *count,
                   DexFuture *stop,
                   GError **error)
{
  for (;;)
    {
      g_autoptr (GBytes) bytes = annex_egress_read (in, 0, stop, error);

      if (bytes == NULL)
        return FALSE;
      if (g_bytes_get_size (bytes) == 0)
        return TRUE;
      if (!annex_egress_write (out, bytes, 0, count, stop, error))
        return FALSE;
    }
}

/* One piece of a body as it goes out: bare, or as a chunk of its own. */
static GBytes *
frame_piece (const guint8 *data, gsize length, AnnexHttpFraming framing)
{
  GByteArray *piece;
  char size[32];

  if (framing != ANNEX_HTTP_BODY_CHUNKED)
    return g_bytes_new (data, length);
  piece = g_byte_array_sized_new ((guint) length + sizeof size);
  g_snprintf (size, sizeof size, "%" G_GSIZE_MODIFIER "x\r\n", length);
  g_byte_array_append (piece, (const guint8 *) size, (guint) strlen (size));
  g_byte_array_append (piece, data, (guint) length);
  g_byte_array_append (piece, (const guint8 *) "\r\n", 2);
  return g_byte_array_free_to_bytes (piece);
}

/* Sends what of @bytes is body. *@n_used: how many of them the body took. */
static AnnexHttpBodyState
copy_pieces (AnnexHttpBody *body,
             GBytes *bytes,
             gsize *n_used,
             GOutputStream *out,
             AnnexEgressCount *count,
             DexFuture *stop,
             GError **error)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  *n_used = 0;
  for (;;)
    {
      g_autoptr (GBytes) piece = NULL;
      gsize consumed;
      gsize n_data;
      AnnexHttpBodyState state =
          annex_http_body_next (body, data + *n_used, length - *n_used, &consumed, &n_data);

      *n_used += consumed;
      if (state != ANNEX_HTTP_BODY_DATA)
        return state;
      piece = frame_piece (data + *n_used - n_data, n_data, body->framing);
      if (!annex_egress_write (out, piece, 0, count, stop, error))
        return ANNEX_HTTP_BODY_WRONG;
    }
}

gboolean
annex_egress_copy_body (GInputStream *in,
                        GBytes *rest,
                        const AnnexHttpRequest *request,
                        GOutputStream *out,
                        AnnexEgressCount *count,
                        gsize *n_extra,
                        DexFuture *stop,
                        GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_ref (rest);
  g_autoptr (GBytes) last = g_bytes_new_static ("0\r\n\r\n", 5);
  AnnexHttpBodyState state;
  AnnexHttpBody body;
  gsize n_used;

  *n_extra = 0;
  annex_http_body_init (&body, request->framing, request->content_length);
  for (;;)
    {
      GError *failure = NULL;

      state = copy_pieces (&body, bytes, &n_used, out, count, stop, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, failure);
          return FALSE;
        }
      if (state != ANNEX_HTTP_BODY_MORE)
        break;
      g_bytes_unref (bytes);
      bytes = annex_egress_read (in, 0, stop, error);
      if (bytes == NULL)
        return FALSE;
      if (g_bytes_get_size (bytes) == 0)
        break;
    }
  if (state != ANNEX_HTTP_BODY_END)
    {
      g_set_error_literal (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_BODY,
                           state == ANNEX_HTTP_BODY_WRONG
                               ? "Annex cut the request: the chunks of its body are malformed."
                               : "Annex cut the request: its body ended too early.");
      return FALSE;
    }
  *n_extra = g_bytes_get_size (bytes) - n_used;
  return request->framing != ANNEX_HTTP_BODY_CHUNKED ||
         annex_egress_write (out, last, 0, count, stop, error);
}

guint64
annex_egress_drain (GInputStream *in, guint64 limit_bytes, guint limit_ms, DexFuture *stop)
{
  gint64 deadline_us = g_get_monotonic_time () + (gint64) limit_ms * 1000;
  guint64 total = 0;

  while (total < limit_bytes)
    {
      gint64 left_us = deadline_us - g_get_monotonic_time ();
      g_autoptr (GBytes) bytes = NULL;

      if (limit_ms > 0 && left_us <= 0)
        break;
      /* Whatever ends it, the stream is closed next: the error says nothing more. */
      bytes = annex_egress_read (in, limit_ms > 0 ? (guint) (left_us / 1000 + 1) : 0, stop, NULL);
      if (bytes == NULL || g_bytes_get_size (bytes) == 0)
        break;
      total += g_bytes_get_size (bytes);
    }
  return total;
}

void
annex_egress_end_writing (GIOStream *stream)
{
  /* A peer that is gone already need not be told, so errors are dropped. */
  if (G_IS_SOCKET_CONNECTION (stream))
    g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), FALSE, TRUE,
                       NULL);
  else
    g_output_stream_close (g_io_stream_get_output_stream (stream), NULL, NULL);
}

void
annex_egress_shut (GIOStream *stream)
{
  /* A read that was cancelled leaves its stream pending until the main loop has come round. */
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GError) error = NULL;

      if (g_io_stream_close (stream, NULL, &error) ||
          !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PENDING))
        return;
      dex_await (dex_timeout_new_msec (10), NULL);
    }
}
