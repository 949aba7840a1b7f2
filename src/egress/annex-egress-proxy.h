/* annex-egress-proxy.h
 *
 * The one way out of a task's computer: an HTTP proxy inside the app, default deny. It takes
 * streams that the computer's channel forwarded, one request each, and serves them as fibers on the
 * main loop. It listens nowhere itself.
 *
 * Behind the head filter nothing is left for an HTTP server library to parse, and one that buffers
 * bodies or forgives malformed heads would be a second, weaker reader of the same bytes. So there
 * is none: a tunnel is relayed, a plain request is sent on with a head written anew and a body read
 * by annex-http-body.h, and the response is streamed back as it comes. Every stream carries one
 * request
 * ("Connection: close"); whatever follows it is dropped.
 *
 * Narrower than ports 80 and 443: CONNECT is for 443 only and must begin with a TLS ClientHello
 * that names the very host; plain requests are for 80 only. What an allowed host does with a
 * request that names another host inside TLS (domain fronting) cannot be seen without ending TLS
 * here, and is the declared residual.
 *
 * The browser pane's proxy adds two things: origins that the user opened, and someone to ask where
 * no rule decides.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ledger.h"
#include "annex-policy.h"
#include "annex-store.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_EGRESS_ERROR (annex_egress_error_quark ())

typedef enum {
  ANNEX_EGRESS_ERROR_UNKNOWN_HOST, /* the name does not resolve */
  ANNEX_EGRESS_ERROR_UNREACHABLE,  /* nothing answers there */
  ANNEX_EGRESS_ERROR_TIMED_OUT,
  ANNEX_EGRESS_ERROR_PROXY,       /* the user's own system proxy refused or failed */
  ANNEX_EGRESS_ERROR_BUSY,        /* too many connections of this task at once */
  ANNEX_EGRESS_ERROR_TUNNEL,      /* a tunnel that is not TLS, or is TLS for another host */
  ANNEX_EGRESS_ERROR_BODY,        /* malformed chunks */
  ANNEX_EGRESS_ERROR_CREDENTIALS, /* the proxy's own password is missing or wrong */
  ANNEX_EGRESS_ERROR_LEDGER,      /* the ledger cannot be written: nothing goes out */
  ANNEX_EGRESS_ERROR_CUT,         /* Annex ended it: idle, rule revoked, task closed */
} AnnexEgressError;

GQuark
annex_egress_error_quark (void);

/* Limits of one task. All have defaults; only tests change them. */
typedef struct
{
  guint head_ms; /* 30 000, for an emulated guest of a busy host: to the end of the head, or of the hello */
  guint dial_ms; /* 30 000: resolving and connecting */
  guint idle_ms; /* 300 000: no byte in either direction */
  guint half_idle_ms; /* 30 000: the same once one side has finished */
  guint once_ms;      /* 60 000: what a "once" permission serves at least */
  guint max_streams;  /* 64 served at once; the next ones wait */
  guint max_waiting;  /* 256 waiting for their turn; the next ones are refused */
  guint max_heads;    /* 256 sending their head, fewer where many are served and wait; then the oldest
                         of them is dropped */
} AnnexEgressLimits;

#define ANNEX_TYPE_EGRESS_PROXY (annex_egress_proxy_get_type ())
G_DECLARE_FINAL_TYPE (AnnexEgressProxy, annex_egress_proxy, ANNEX, EGRESS_PROXY, GObject)

/* Signal "blocked" (host, reason): a request was refused that the user may want to know of; host
 * normalised, or "" when it was malformed; reason is the sentence the agent gets. It comes before
 * the answer does: once a command has ended, what it was refused is known. Signal "recorded"
 * (AnnexLedgerEntry): a row was handed to the store. */

/* The proxy of one task. @store takes the ledger's rows (nullable in tests only); @policy NULL
 * allows nothing. Main thread, as all that follows. */
AnnexEgressProxy *
annex_egress_proxy_new (AnnexStore *store, const char *task_id, AnnexNetworkPolicy *policy);
/* Serves one request on @stream (referenced), then closes it. Never blocks. After
 * annex_egress_proxy_close the stream is closed at once. */
void
annex_egress_proxy_accept (AnnexEgressProxy *self, GIOStream *stream);
/* Cuts everything, refuses everything from now on. Resolves to TRUE when every stream has ended and
 * its row is stored. Must be called before the last reference is dropped: streams hold one. */
DexFuture *
annex_egress_proxy_close (AnnexEgressProxy *self) G_GNUC_WARN_UNUSED_RESULT;
/* Streams not yet ended. */
guint
annex_egress_proxy_get_n_streams (AnnexEgressProxy *self);

/* The ledger's channel: "computer" (default), "browser". */
void
annex_egress_proxy_set_channel (AnnexEgressProxy *self, const char *channel);
/* Asks every request for this user name and password (Basic), for a proxy others on the machine
 * could reach. NULL, NULL: none. They are never passed on. A request without any is told to send
 * them, and is no row of the ledger. */
void
annex_egress_proxy_set_credentials (AnnexEgressProxy *self, const char *user, const char *password);

/* Where no rule decides about @host (normalised; @port is one the rules allow): resolves to a
 * string, by whom it is allowed, which the ledger shows, or rejects with ANNEX_POLICY_ERROR. The
 * request waits meanwhile. A host that is never allowed is not asked about. */
typedef DexFuture *(*AnnexEgressJudgeFunc) (const char *host, guint port, gpointer data);
void
annex_egress_proxy_set_judge_func (AnnexEgressProxy *self,
                                   AnnexEgressJudgeFunc func,
                                   gpointer data);
/* Makes the connection to an origin. Resolves to a GIOStream. */
typedef DexFuture *(*AnnexEgressOpenFunc) (guint port, gpointer data);
/* Lets requests through to exactly @scheme (http or https), @host and @port, whatever the rules
 * say: an origin on this machine, in its network, or on another port, which the user opened by
 * hand. @host: in lower case, an IPv6 address without brackets; @open (nullable): makes its
 * connections, else it is dialled directly. In the ledger it is allowed by "user". */
void
annex_egress_proxy_allow_origin (AnnexEgressProxy *self,
                                 const char *scheme,
                                 const char *host,
                                 guint port,
                                 AnnexEgressOpenFunc open,
                                 gpointer data,
                                 GDestroyNotify free_data);
void
annex_egress_proxy_forbid_origin (AnnexEgressProxy *self,
                                  const char *scheme,
                                  const char *host,
                                  guint port);

/* For tests: other names and other proxies than the system's; NULL is the system's. */
void
annex_egress_proxy_set_resolver (AnnexEgressProxy *self, GResolver *resolver);
void
annex_egress_proxy_set_proxy_resolver (AnnexEgressProxy *self, GProxyResolver *proxies);
/* For tests: what to dial in place of @checked (transfer full); NULL refuses. */
typedef GSocketAddress *(*AnnexEgressConnectFunc) (GInetSocketAddress *checked, gpointer data);
void
annex_egress_proxy_set_connect_func (AnnexEgressProxy *self,
                                     AnnexEgressConnectFunc func,
                                     gpointer data);
void
annex_egress_proxy_get_limits (AnnexEgressProxy *self, AnnexEgressLimits *limits);
void
annex_egress_proxy_set_limits (AnnexEgressProxy *self, const AnnexEgressLimits *limits);

G_END_DECLS
