/* annex-application.h
 *
 * Annex with a window: one instance a session, started by the desktop or the bus, going on in the
 * background while tasks run. Wires the desk to the window, to notifications and to the desktop's
 * search.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* How the desk is made and given up: both resolve as annex_desk_session_open and _close do. A test
 * hands in its own. */
typedef DexFuture *(*AnnexDeskOpenFunc) (gpointer user_data);
typedef DexFuture *(*AnnexDeskCloseFunc) (AnnexDesk *desk, gpointer user_data);
/* A desk of which only the checks are used, for when the other one cannot be made. (transfer
 * full, nullable) */
typedef AnnexDesk *(*AnnexDoctorOpenFunc) (gpointer user_data);

/* Actions, for notifications, links and the launcher: app.new-task, app.open-task (s),
 * app.open-ask ((ss): task, ask), app.answer ((ss): ask, label), app.open-again, app.quit. */
#define ANNEX_TYPE_APPLICATION (annex_application_get_type ())
G_DECLARE_FINAL_TYPE (AnnexApplication, annex_application, ANNEX, APPLICATION, AdwApplication)

AnnexApplication *
annex_application_new (AnnexDeskOpenFunc open, AnnexDeskCloseFunc close, gpointer user_data);
/* Who looks at what is wrong when there is no desk; with the user data of the others. Once its
 * check "store" is OK, the desk is opened again. */
void
annex_application_set_doctor_func (AnnexApplication *self, AnnexDoctorOpenFunc func);
/* NULL until it is open. (borrowed) */
AnnexDesk *
annex_application_get_desk (AnnexApplication *self);

/* After it has run: what was asked of it while it ended, as words for a new start; NULL when
 * nothing was. (transfer full) */
char **
annex_application_dup_wanted (AnnexApplication *self);

/* What a link or a file given to Annex means. */
typedef enum {
  ANNEX_LINK_NONE,
  ANNEX_LINK_TASK,       /* annex:task/ID */
  ANNEX_LINK_ASK,        /* annex:ask/ID */
  ANNEX_LINK_SKILLS,     /* annex:skills, annex:skill/NAME */
  ANNEX_LINK_CONNECTORS, /* annex:connectors, annex:connector/ID */
} AnnexLinkKind;
/* Reads @uri strictly: an id is what annex_identifier_new makes, a name what a skill and a
 * connector may have. @id: (transfer full), NULL for NONE and for all skills or connectors. */
AnnexLinkKind
annex_link_parse (const char *uri, char **id);
/* Should the command line's @argument (the first one, nullable) be opened by the window? */
gboolean
annex_application_takes_argument (const char *argument);

G_END_DECLS
