/* annex-application-private.h
 *
 * Shared by the files of AnnexApplication.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-application.h"
#include "annex-search-provider-dbus.h"
#include "annex-window.h"

G_BEGIN_DECLS

struct _AnnexApplication
{
  AdwApplication parent_instance;

  AnnexDeskOpenFunc open_desk;
  AnnexDeskCloseFunc close_desk;
  AnnexDoctorOpenFunc open_doctor; /* nullable */
  gpointer user_data;
  DexFuture *opening; /* resolves to the desk; NULL before it is begun */
  AnnexDesk *desk;
  GError *failure;     /* why there is no desk; nullable */
  AnnexDesk *doctor;   /* while there is no desk; nullable */
  GSettings *settings; /* nullable */
  gboolean held;       /* tasks run */
  gboolean closing;    /* it ends: the desk is given up, the bus name not yet */
  GPtrArray *wanted;   /* words for the time after; NULL: nothing is */
  guint inhibit_cookie;
  guint background_response; /* the portal's answer is waited for */
  gboolean background_told;  /* a notification about it stands there */
  AnnexDBusShellSearchProvider2 *search;
};

/* annex-application.c */

/* Begins to open the desk, once. Resolves to the AnnexDesk. (transfer full) */
DexFuture *
annex_application_await_desk (AnnexApplication *self) G_GNUC_WARN_UNUSED_RESULT;
/* The window, made when there is none, in front. (borrowed) */
AnnexWindow *
annex_application_present (AnnexApplication *self);
/* What the desktop asks for while Annex ends is for the process after it: a window would be taken
 * away under its user. Notes @word (as on the command line; NULL: the window alone) then, and
 * returns TRUE; FALSE while nothing ends. */
gboolean
annex_application_put_off (AnnexApplication *self, const char *word);
/* The task in the window, now or after the end. */
void
annex_application_open_task (AnnexApplication *self, const char *task_id);
gboolean
annex_application_is_set (AnnexApplication *self, const char *key);

/* annex-application-notify.c: asks, finished tasks. */
void
annex_application_connect_notifications (AnnexApplication *self);
/* annex-application-background.c. The last window was closed over work. */
void
annex_application_go_to_background (AnnexApplication *self);
/* Without a window: tells the desktop what goes on. */
void
annex_application_tell_background (AnnexApplication *self);
/* There is a window again, or nothing more to do without one: what was told of that is taken back. */
void
annex_application_leave_background (AnnexApplication *self);

/* annex-application-search.c: org.gnome.Shell.SearchProvider2. */
gboolean
annex_application_export_search (AnnexApplication *self, GDBusConnection *bus, GError **error);
void
annex_application_unexport_search (AnnexApplication *self);

G_END_DECLS
