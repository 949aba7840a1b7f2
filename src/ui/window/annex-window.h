/* annex-window.h
 *
 * The window: the sidebar, and beside it a task, a new task or the inbox. Holds no logic of its
 * own: what is done is done by the desk. It can be shown before there is a desk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (nullable); "compact" (under 1100 px: the side pane overlays), "narrow" (under
 * 720 px: one column); "task-id" (read only: of the task that is shown, nullable). */
#define ANNEX_TYPE_WINDOW (annex_window_get_type ())
G_DECLARE_FINAL_TYPE (AnnexWindow, annex_window, ANNEX, WINDOW, AdwApplicationWindow)

/* @application: nullable in tests. */
GtkWidget *
annex_window_new (GtkApplication *application);
void
annex_window_set_desk (AnnexWindow *self, AnnexDesk *desk);
AnnexDesk *
annex_window_get_desk (AnnexWindow *self); /* nullable */
/* Shows a task, and leads to one of its asks (nullable). Waits for the desk when it is not there
 * yet. */
void
annex_window_open_task (AnnexWindow *self, const char *task_id, const char *ask_id);
void
annex_window_show_new_task (AnnexWindow *self);
void
annex_window_show_inbox (AnnexWindow *self);
/* The skills, or the one called @name (nullable). */
void
annex_window_show_skill (AnnexWindow *self, const char *name);
/* Shows what @file, a skill that somebody passed on, holds; nothing is installed by that. */
void
annex_window_open_skill (AnnexWindow *self, GFile *file);
/* The connectors, or the one of @id (nullable). */
void
annex_window_show_connector (AnnexWindow *self, const char *id);
/* The dialog that adds a connector, @text (nullable) filled in. */
void
annex_window_add_connector (AnnexWindow *self, const char *text);
void
annex_window_search (AnnexWindow *self, const char *text);
/* Shows a new task that is given @file, a folder mostly. */
void
annex_window_give (AnnexWindow *self, GFile *file);
/* Reads an exported task and shows it. */
void
annex_window_import (AnnexWindow *self, GFile *file);
/* On the first run: the welcome, and then the tour when that was chosen. */
void
annex_window_offer_welcome (AnnexWindow *self);
/* NULL while none is shown. */
const char *
annex_window_get_task_id (AnnexWindow *self);
/* Says that Annex cannot work at all, and why: in place of everything, until there is a desk.
 * @doctor (nullable): a desk whose checks say what can be done. */
void
annex_window_show_failure (AnnexWindow *self, const GError *error, AnnexDesk *doctor);

/* The shortcuts, for the application to set and the dialog to show. */
typedef struct
{
  const char *group; /* title of its group in the dialog; same for a run */
  const char *title;
  const char *action; /* detailed; NULL: not set, only shown */
  const char *accels[4];
  const char *last; /* the window's own, where nothing in it wants that key; nullable */
} AnnexShortcut;
const AnnexShortcut *
annex_window_get_shortcuts (guint *n_shortcuts);

G_END_DECLS
