/* annex-egress-dial.h
 *
 * From a host name to a connection: resolves on this machine, checks every address, dials exactly a
 * checked one, or goes through the user's own system proxy. Knows no request but its host and port.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-proxy.h"

G_BEGIN_DECLS

typedef struct
{
  GResolver *resolver;            /* nullable: the system's */
  GProxyResolver *proxies;        /* nullable: the system's */
  AnnexEgressConnectFunc connect; /* nullable */
  gpointer connect_data;
  guint limit_ms;
} AnnexEgressDialer;

typedef struct
{
  GIOStream *connection;
  gboolean is_absolute;      /* a proxy is at the other end: write the target in full */
  char *proxy_authorization; /* nullable: for that proxy */
} AnnexEgressRoute;

void
annex_egress_route_clear (AnnexEgressRoute *route);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AnnexEgressRoute, annex_egress_route_clear)

/* In a fiber: connects to @host (normalised) at @port, for a tunnel or for one plain request.
 * @route is zeroed by the caller. Fails with ANNEX_EGRESS_ERROR, ANNEX_POLICY_ERROR_PRIVATE, or
 * G_IO_ERROR_CANCELLED when @stop rejects. */
gboolean
annex_egress_dial (const AnnexEgressDialer *dialer,
                   const char *host,
                   guint port,
                   gboolean is_tunnel,
                   DexFuture *stop,
                   AnnexEgressRoute *route,
                   GError **error);

/* The same for an origin that the user opened: directly, wherever its name leads. */
gboolean
annex_egress_dial_origin (const AnnexEgressDialer *dialer,
                          const char *host,
                          guint port,
                          DexFuture *stop,
                          AnnexEgressRoute *route,
                          GError **error);

/* The system's proxy settings; where the desktop has none to offer, those of the environment
 * (http_proxy, https_proxy, all_proxy, no_proxy). (transfer full) */
GProxyResolver *
annex_egress_system_proxies (void);

G_END_DECLS
