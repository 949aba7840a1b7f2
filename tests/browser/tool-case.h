/* tool-case.h
 *
 * The tools of the browser's sub-agent on one page behind the real proxy, as the agent calls them,
 * with somebody who answers what is asked.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "pane-fixture.h"

#include "annex-page-tool.h"

G_BEGIN_DECLS

typedef struct
{
  PaneFixture *pane;
  GPtrArray *tools;
  const char *given; /* the answer to the next asks that are no sites */
  gboolean drives;   /* the user takes over and hands back, instead of answering */
  DexPromise *held;  /* not NULL: the answer to what is no site is this one's */
  GPtrArray *asked;  /* texts */
  GPtrArray *stored; /* names */
  gboolean is_image;
} Case;

/* Annex drives; @html is what http://site.example/ has. */
Case *
case_new (const char *html);
void
case_free (Case *c);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

/* Begins a call of a tool. (transfer full) */
DexFuture *
start_call (Case *c, const char *name, const char *input);
/* Its text, or NULL with @error. (transfer full) */
char *
end_call (Case *c, DexFuture *future, GError **error);
/* Calls a tool; its text, or NULL with @error. (transfer full) */
char *
try_call (Case *c, const char *name, const char *input, GError **error);
/* The same where it must go well. (transfer full) */
char *
call (Case *c, const char *name, const char *input);
/* It must fail with @code, in one line unless it quotes the page. */
void
call_fails (Case *c, const char *name, const char *input, AnnexBrowserError code);
/* The reference of the first line of @text that has @what. (transfer full) */
char *
reference (const char *text, const char *what);
/* Goes to http://site.example/. (transfer full) */
char *
open_page (Case *c);
/* Calls @name with {"target": the reference of @what, @rest…}. (transfer full) */
char *
call_on (Case *c, const char *page, const char *name, const char *what, const char *rest);
/* What was asked last. (borrowed) */
const char *
last_asked (Case *c);

void
has (const char *text, const char *part, gboolean wanted);
#define HAS(text, part) has (text, part, TRUE)
#define HAS_NOT(text, part) has (text, part, FALSE)

G_END_DECLS
