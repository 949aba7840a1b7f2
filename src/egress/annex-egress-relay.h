/* annex-egress-relay.h
 *
 * Moving bytes between two streams with back-pressure and counting them. Knows no policy.
 * Everything here runs in a fiber and waits; `stop` is a future whose rejection ends the wait.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-http-body.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Below drawing: a download never makes the window stutter. */
#define ANNEX_EGRESS_IO_PRIORITY G_PRIORITY_DEFAULT_IDLE

/* Where moved bytes are noted. */
typedef struct
{
  guint64 bytes;
  gint64 *active_us; /* monotonic time of the last byte; borrowed */
} AnnexEgressCount;

/* The next bytes, empty at the end; NULL with an error. @limit_ms 0: none. (transfer full) */
GBytes *
annex_egress_read (GInputStream *in, guint limit_ms, DexFuture *stop, GError **error);
/* Writes all of @bytes. @count is nullable. @limit_ms is for each write; 0: none. */
gboolean
annex_egress_write (GOutputStream *out,
                    GBytes *bytes,
                    guint limit_ms,
                    AnnexEgressCount *count,
                    DexFuture *stop,
                    GError **error);
/* Copies until the end of @in. */
gboolean
annex_egress_pump (GInputStream *in,
                   GOutputStream *out,
                   AnnexEgressCount *count,
                   DexFuture *stop,
                   GError **error);
/* Copies one request body: @rest (what was read too much with the head) first. Chunks are written
 * anew. *@n_extra: bytes in hand that followed the body; they are not sent. An end of @in within
 * the body, or malformed chunks, fail with ANNEX_EGRESS_ERROR_BODY. */
gboolean
annex_egress_copy_body (GInputStream *in,
                        GBytes *rest,
                        const AnnexHttpRequest *request,
                        GOutputStream *out,
                        AnnexEgressCount *count,
                        gsize *n_extra,
                        DexFuture *stop,
                        GError **error);
/* Reads and drops until the end of @in, @limit_bytes or @limit_ms (0: none). Returns how much. */
guint64
annex_egress_drain (GInputStream *in, guint64 limit_bytes, guint limit_ms, DexFuture *stop);
/* Tells the peer that nothing more will come; the other direction stays open. */
void
annex_egress_end_writing (GIOStream *stream);
/* Closes both directions, also where a cancelled read is still on its way out. */
void
annex_egress_shut (GIOStream *stream);

G_END_DECLS
