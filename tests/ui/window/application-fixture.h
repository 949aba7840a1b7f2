/* application-fixture.h
 *
 * Annex as a whole, on a session bus of its own and with a desk that is not real.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-application.h"
#include "annex-fake-desk.h"
#include "annex-window.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexApplication *application;
  void (*body) (gpointer fixture);
  GPtrArray *notices; /* "add id title body buttons", "remove id" */
  gboolean failed;    /* the desk cannot be opened */
  gboolean closed;
  void (*meanwhile) (
      gpointer fixture); /* giving the desk up takes a while, in which that is done */
  char **wanted;         /* what was, after it has run */
  gboolean lingered;     /* it was there for a second call */
  AnnexFakeDesk *doctor; /* nullable */
} Fixture;

/* Was there such a call of the desktop's notifications with @text in it? */
gboolean
was_noticed (Fixture *fixture, const char *method, const char *text);
/* NULL: there is none. (borrowed) */
AnnexWindow *
get_window (Fixture *fixture);
/* What an AnnexApplication is made with; @data: the Fixture. */
DexFuture *
open_desk (gpointer data);
DexFuture *
close_desk (AnnexDesk *desk, gpointer data);
/* Runs it with @argument (nullable), does @body in it, and ends it. */
void
run (Fixture *fixture, const char *argument, void (*body) (gpointer));

G_END_DECLS
