/* page-case.h
 *
 * What the tests of pages stand on: two web servers on loopback, which are two origins, a view on
 * one of them, and calls that wait for their end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-page.h"

G_BEGIN_DECLS

typedef struct
{
  GMainContext *context;
  gpointer servers[2]; /* SoupServer */
  int ports[2];
  char *folder;
  GtkWidget *window;
  WebKitWebView *view;
  AnnexPage *page;
  char *body; /* what /case serves */
} PageCase;

/* Starts everything; pages come from @folder. */
PageCase *
page_case_new (const char *folder, int width, int height);
void
page_case_free (PageCase *self);

/* The names in @folder that end with @ending, sorted, without the parts of other pages
 * ("frame-…"). (transfer full) (element-type utf8) */
GPtrArray *
page_case_list (const char *folder, const char *ending);

/* Loads "/NAME" of the first server and waits until it is there. */
void
page_case_load (PageCase *self, const char *name);
/* Runs a command. NULL with @error on failure. (transfer full) */
AnnexPageAnswer *
page_case_run (PageCase *self, const char *command, const char *json, GError **error);
AnnexPageAnswer *
page_case_run_within (PageCase *self,
                      const char *command,
                      const char *json,
                      guint timeout_ms,
                      GError **error);
/* What JavaScript in the page's own world says, as a string. (transfer full) */
char *
page_case_script (PageCase *self, const char *expression);
/* Runs the main loop until @future is settled. Takes nothing. */
void
page_case_settle (PageCase *self, DexFuture *future);
void
page_case_pause (PageCase *self, guint ms);

G_END_DECLS
