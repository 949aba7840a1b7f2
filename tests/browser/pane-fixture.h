/* pane-fixture.h
 *
 * A browser pane with its real proxy and WebKit, on an internet of its own: every name is the
 * test's, every address leads to one web server on loopback that answers by host name and keeps
 * what it was asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-pane.h"
#include "annex-browser-wheel.h"
#include "annex-egress-proxy.h"
#include "fake-internet.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct
{
  FakeInternet *net; /* names and look-ups */
  SoupServer *web;
  guint16 port;
  guint16 tls_port;
  GHashTable *pages;   /* "host/path" → Page */
  GPtrArray *requests; /* "METHOD host/path", in order */
  GString *bodies;     /* what was posted */

  char *folder;
  AnnexStore *store;
  AnnexTask *task;
  AnnexNetworkPolicy *policy;
  AnnexBrowserPane *pane;
  GtkWindow *window;
  GtkStack *stack;
  gboolean is_hidden; /* nobody looks at the pane */
  GPtrArray *rows;    /* AnnexLedgerEntry */
  GPtrArray *asked;   /* "kind: text" */
  AnnexAsk *last_ask; /* nullable */
  char *answer;       /* to every ask; NULL: nobody answers */
  GStrv answers;      /* to the asks in order, instead; nullable */
} PaneFixture;

/* Skips the test (NULL) where there is no display. */
PaneFixture *
pane_fixture_new (void);
void
pane_fixture_free (PaneFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PaneFixture, pane_fixture_free)

/* A page at "host/path"; @headers (nullable): "Name: value\n…". */
void
pane_fixture_page (PaneFixture *self, const char *place, const char *headers, const char *body);
/* The same as bytes of @type. */
void
pane_fixture_file (PaneFixture *self,
                   const char *place,
                   const char *type,
                   const char *headers,
                   gsize length);
/* Lets all @host's addresses be public. */
void
pane_fixture_name (PaneFixture *self, const char *host);

/* Every port of the task's computer is the same web server; pages are "localhost.computer:…/path".
 */
void
pane_fixture_serve_computer (PaneFixture *self);

/* Runs the main loop until @future (taken) settles; asserts nothing. */
gboolean
pane_run (DexFuture *future, GError **error);
void
pane_wait_ms (guint ms);
/* Runs the main loop until *@flag or ten times ten seconds have passed. */
#define pane_wait_until(condition)                                                                 \
  G_STMT_START                                                                                     \
  {                                                                                                \
    gint64 until_us = g_get_monotonic_time () + 100 * G_USEC_PER_SEC;                              \
    while (!(condition) && g_get_monotonic_time () < until_us)                                     \
      g_main_context_iteration (NULL, FALSE) ? (void) 0 : g_usleep (2000);                         \
    g_assert_true (condition);                                                                     \
  }                                                                                                \
  G_STMT_END

/* Annex drives, and goes to @uri; the answer to an ask is self->answer. */
gboolean
pane_fixture_visit (PaneFixture *self, const char *uri, GError **error);
/* Runs @script in the page and returns its value as text. (transfer full) */
char *
pane_fixture_script (PaneFixture *self, const char *script);
gboolean
pane_fixture_was_asked (PaneFixture *self, const char *request);
guint
pane_fixture_count_host (PaneFixture *self, const char *host);
/* The row of the ledger for @host, nullable. */
AnnexLedgerEntry *
pane_fixture_row (PaneFixture *self, const char *host);

G_END_DECLS
