/* annex-egress-private.h
 *
 * What the proxy (annex-egress-proxy.c: who may be served, and when) and one served stream
 * (annex-egress-stream.c: how) know of each other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-dial.h"
#include "annex-egress-log.h"
#include "annex-egress-origins.h"
#include "annex-egress-relay.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_EGRESS_PHASE_HEAD,    /* the guest is sending its head */
  ANNEX_EGRESS_PHASE_JUDGED,  /* waiting for its turn, or connecting */
  ANNEX_EGRESS_PHASE_SERVING, /* bytes flow; the idle limit counts */
  ANNEX_EGRESS_PHASE_ENDED,
} AnnexEgressPhase;

typedef struct
{
  AnnexEgressProxy *proxy;
  GIOStream *client;
  AnnexEgressPhase phase;
  DexPromise *stop;   /* rejected when the stream must end */
  GError *stop_error; /* why; NULL when it simply has done its work */

  AnnexHttpHead *head;
  const AnnexHttpRequest *request; /* the head's, once accepted */
  GBytes *rest;                    /* read after the head */
  const char *by;                  /* the scope that allowed it */
  gboolean is_origin;              /* allowed as an origin of the user's */
  gboolean has_turn;
  gboolean is_challenge; /* told to send its credentials: no attempt yet */
  gboolean is_silent;    /* opened and closed without a byte: it asked for nothing */
  gboolean is_answered;  /* the guest got a first byte; an error can no longer be told in HTTP */

  gint64 active_us;
  gint64 begun;    /* of its row while it is under way; 0: it was not let through yet */
  gint64 noted_us; /* monotonic: when the counts were last written there */
  guint64 noted_bytes;
  AnnexEgressCount up;
  AnnexEgressCount down;
  gboolean is_half_closed;
  gsize n_extra; /* bytes after the one request, dropped */
} AnnexEgressStream;

AnnexEgressStream *
annex_egress_stream_new (AnnexEgressProxy *proxy, GIOStream *client);
void
annex_egress_stream_free (AnnexEgressStream *self);
/* The fiber that serves @data (AnnexEgressStream) from head to row. */
DexFuture *
annex_egress_stream_fiber (gpointer data);
/* Ends it when its client leaves, until the source is destroyed; NULL when that cannot be seen. One
 * that has only finished sending has left, too, where it asked for a tunnel. (transfer full) */
GSource *
annex_egress_stream_watch_client (AnnexEgressStream *self);
/* Now and then: tells the ledger how much it was so far. */
void
annex_egress_stream_note (AnnexEgressStream *self);
/* Ends it: takes @error, which becomes the answer or the row's reason. Nothing when it ends
 * already. */
void
annex_egress_stream_stop (AnnexEgressStream *self, GError *error);

/* Why nothing may leave while the ledger cannot be written. */
#define ANNEX_EGRESS_LEDGER_REFUSAL                                                                \
  "Annex refused the connection: its ledger cannot be written, so nothing may leave. The user's "  \
  "disk may be full."

/* The proxy, as its streams see it. */
void
annex_egress_proxy_get_dialer (AnnexEgressProxy *self, AnnexEgressDialer *dialer);
AnnexEgressLog *
annex_egress_proxy_get_log (AnnexEgressProxy *self);
/* A row for @stream with task and channel filled in. (transfer full) */
AnnexLedgerEntry *
annex_egress_proxy_new_row (AnnexEgressProxy *self, AnnexEgressStream *stream);
AnnexEgressOrigins *
annex_egress_proxy_get_origins (AnnexEgressProxy *self);
/* In a fiber: may this request go out at all? Sets `by`. */
gboolean
annex_egress_proxy_judge (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error);
/* In a fiber: waits until fewer than max_streams are served, or until its client has left. */
gboolean
annex_egress_proxy_wait_turn (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error);
void
annex_egress_proxy_emit_blocked (AnnexEgressProxy *self, const char *host, const char *reason);
/* The fiber's last word; @stream may be gone afterwards. */
void
annex_egress_proxy_stream_ended (AnnexEgressProxy *self, AnnexEgressStream *stream);

G_END_DECLS
