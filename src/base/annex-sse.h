/* annex-sse.h
 *
 * Reading server-sent events (HTML Living Standard §9.2) from bytes that come in any pieces. Pure:
 * knows nothing of HTTP, providers or JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ANNEX_SSE_ERROR (annex_sse_error_quark ())

/* LIMIT: one event is larger than the reader takes. */
typedef enum {
  ANNEX_SSE_ERROR_LIMIT,
} AnnexSseError;

GQuark
annex_sse_error_quark (void);

/* The most one event (a line that never ends included) may weigh. */
#define ANNEX_SSE_MAX_EVENT_BYTES (64u * 1024u * 1024u)

/* One event. @name: its `event` field, "message" when it had none; @data: its `data` lines joined
 * by line feeds, valid UTF-8 without NUL. Both are borrowed. Returns FALSE with @error set to stop.
 */
typedef gboolean (*AnnexSseFunc) (const char *name,
                                  const char *data,
                                  gpointer user_data,
                                  GError **error);

typedef struct _AnnexSse AnnexSse;

/* @max_event_bytes: 0 for ANNEX_SSE_MAX_EVENT_BYTES. (transfer full) */
AnnexSse *
annex_sse_new (gsize max_event_bytes);
void
annex_sse_free (AnnexSse *self);

/* Reads @length more bytes and calls @func for every event they complete. A byte order mark at the
 * start is skipped; lines end with CR, LF or CRLF; comments and unknown fields are ignored; bytes that are not UTF-8 become U+FFFD. An event without data is not reported, nor is
 * one that the end of the stream cuts off. A field `error` (older llama.cpp) is reported as an
 * event of that name. Returns FALSE with ANNEX_SSE_ERROR or @func's error; then the reader is of no
 * further use. */
gboolean
annex_sse_feed (AnnexSse *self,
                const char *bytes,
                gsize length,
                AnnexSseFunc func,
                gpointer user_data,
                GError **error);

/* Where the stream was with its last whole event, for a Last-Event-ID; NULL when it never said. (borrowed) */
const char *
annex_sse_get_last_id (AnnexSse *self);
/* How long the sender wants nobody to come back after the end; 0 when it never said. */
guint
annex_sse_get_retry_ms (AnnexSse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSse, annex_sse_free)

G_END_DECLS
