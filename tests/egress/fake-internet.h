/* fake-internet.h
 *
 * An internet on loopback for the proxy's tests: names with the addresses the test gives them, web
 * and TLS servers, and listeners that must never be reached. Public addresses are mapped to the
 * listeners by the proxy's connect hook, and what was dialled is recorded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-proxy.h"

G_BEGIN_DECLS

/* Addresses the listeners stand for. */
#define FAKE_WEB "93.184.216.34"   /* port 80 */
#define FAKE_TLS "93.184.216.35"   /* port 443: echoes whatever comes */
#define FAKE_INDEX "93.184.216.36" /* port 80: a package index */
#define FAKE_METADATA "169.254.169.254"
#define FAKE_LAN "192.168.1.1"

typedef struct _FakeInternet FakeInternet;

/* What a server does with one connection; it owns nothing. */
typedef DexFuture *(*FakeServerFunc) (FakeInternet *net, GSocketConnection *connection);

struct _FakeInternet
{
  AnnexEgressProxy *proxy;
  AnnexNetworkPolicy *policy;
  AnnexEgressLimits limits;
  GResolver *resolver;
  GPtrArray *services;
  GHashTable *listeners; /* "address:port" → port on loopback */

  GPtrArray *queries; /* names asked for, in order */
  GPtrArray *dialled; /* "address:port" that was checked and dialled, in order */
  GPtrArray *rows;    /* AnnexLedgerEntry */
  GPtrArray *blocked; /* "host|reason" */
  GString *web_got;   /* all bytes the web server got */
  GString *tls_got;
  GString *next_answer; /* what the web server says; NULL: a small page */
  guint n_forbidden;    /* connections to metadata and LAN */
};

/* @store is nullable. The limits are short; change net->limits and call fake_internet_apply. */
FakeInternet *
fake_internet_new (AnnexStore *store);
void
fake_internet_apply (FakeInternet *net);
/* Closes the proxy, asserts that nothing forbidden was reached. */
void
fake_internet_free (FakeInternet *net);
void
fake_internet_forget (FakeInternet *net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeInternet, fake_internet_free)

/* The @n-th question for @name gets the @n-th set, later ones the last; addresses of a set are
 * separated by commas. NULL-terminated. */
void
fake_internet_name (FakeInternet *net, const char *name, ...) G_GNUC_NULL_TERMINATED;
/* Runs @func for connections to "address:port". */
void
fake_internet_serve (FakeInternet *net, const char *where, FakeServerFunc func);
guint16
fake_internet_get_port (FakeInternet *net, const char *where);

/* A stream that the proxy serves; the guest's end of it. (transfer full) */
GIOStream *
fake_guest_open (FakeInternet *net);
/* Sends @length bytes (-1: a string) and reads until the proxy closes, at most 10 s. Lengths are
 * in *@n_read. (transfer full) */
char *
fake_guest_exchange (FakeInternet *net, const char *bytes, gssize length, gsize *n_read);
/* The same in parts, blocking the caller but not the main loop. */
gboolean
fake_guest_send (GIOStream *guest, const void *bytes, gsize length);
/* Reads until @n_wanted bytes, the end, or 10 s. (transfer full) */
GByteArray *
fake_guest_receive (GIOStream *guest, gsize n_wanted);
/* The same, also until @end_text has been seen. */
char *
fake_guest_receive_text (GIOStream *guest, const char *end_text);

/* The status of one request, while other streams may stay open. */
guint
fake_guest_ask (FakeInternet *net, const char *request);

/* Runs the main loop until @future (taken) has resolved to an object. (transfer full) */
gpointer
fake_run_for_object (DexFuture *future);
/* Runs the main loop until @future (taken) has settled; its value or NULL. */
gboolean
fake_run (DexFuture *future, GError **error);
/* Runs the main loop for a while. */
void
fake_wait_ms (guint ms);
/* Runs the main loop until no stream is left. */
void
fake_settle (FakeInternet *net);

/* The last row of the ledger, asserted to exist. */
AnnexLedgerEntry *
fake_last_row (FakeInternet *net);
guint
fake_status (const char *answer);

G_END_DECLS
