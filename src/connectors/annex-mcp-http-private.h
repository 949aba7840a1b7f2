/* annex-mcp-http-private.h
 *
 * Shared by the files of AnnexMcpHttp.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-http.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

struct _AnnexMcpHttp
{
  GObject parent_instance;

  GUri *address;
  SoupSession *session;
  GHashTable *running; /* gint64 id: GCancellable */
  GCancellable *whole; /* everything that is under way */
  char *token;
  AnnexMcpTokenFunc token_func;
  AnnexMcpChallengeFunc token_wanted;
  gpointer token_data;
  GDestroyNotify token_free;
  char **headers;
  char *version;
  char *session_id;
  char *heard_id; /* where the stream that is listened to was, nullable */
  char *challenge;
  gboolean modern;
  gboolean closed;
  gboolean listening;
  guint listen_pause_ms; /* before it is listened to again */
  guint n_busy;      /* posts under way, and the stream that is listened to */
  DexPromise *quiet; /* nullable: resolves when there is none */
  AnnexMcpTrafficFunc traffic;
  gpointer traffic_data;
  GDestroyNotify traffic_free;
};

/* Is @host this machine itself? */
gboolean
annex_mcp_http_is_loopback (const char *host);
/* Why an exchange with the service failed, for people. (transfer full) */
GError *
annex_mcp_http_explain (AnnexMcpHttp *self, const GError *cause);
/* The error of a refusal with @status. */
void
annex_mcp_http_refuse (AnnexMcpHttp *self, guint status, GError **error);
/* In a fiber: the token of the next message is there, if there is one: FALSE with ENDED when
 * @cancellable ended the wait, else with what the token's owner says. */
gboolean
annex_mcp_http_fetch_token (AnnexMcpHttp *self, GCancellable *cancellable, GError **error);
/* In a fiber: is there another token than @refused, which the service did not take? */
gboolean
annex_mcp_http_renew_token (AnnexMcpHttp *self, const char *refused, GCancellable *cancellable);
/* In a fiber: see annex-mcp-traffic.h. */
gboolean
annex_mcp_http_begin_traffic (AnnexMcpHttp *self,
                              const char *method,
                              guint64 bytes,
                              gint64 *begun,
                              GError **error);
void
annex_mcp_http_end_traffic (AnnexMcpHttp *self,
                            const char *method,
                            gint64 begun,
                            guint64 sent_bytes,
                            guint64 received_bytes);
/* What n_busy counted has ended, and has told the ledger so. */
void
annex_mcp_http_leave (AnnexMcpHttp *self);

G_END_DECLS
