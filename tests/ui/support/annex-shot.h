/* annex-shot.h
 *
 * For tests of widgets: bounded waits, and pictures of a widget without a window manager, at a size
 * and in a colour scheme, written to $ANNEX_SHOTS when that is set.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>
#include <libdex.h>

G_BEGIN_DECLS

/* gtk, libadwaita, the test framework and Annex's resources. */
void annex_shot_init (int *argc, char ***argv);

typedef gboolean (*AnnexShotCondition) (gpointer data);

/* Runs the main loop until @condition or @timeout_ms; returns whether it came true. */
gboolean annex_shot_wait (AnnexShotCondition condition, gpointer data, guint timeout_ms);
/* Runs the main loop for so long, for frames to be drawn. */
void annex_shot_settle (guint ms);
/* Runs the main loop until @future (taken) is done, at most ten seconds; FALSE with its error. */
gboolean annex_shot_await (DexFuture *future, GError **error);

/* A window of that size that holds @child (taken when floating), presented. An AdwWindow. */
GtkWindow *annex_shot_window (GtkWidget *child, int width, int height);
/* Writes $ANNEX_SHOTS/@name-<width>-<style>.png for light and dark. Checks that something was drawn
 * even when nothing is written. */
void annex_shot_take (GtkWindow *window, const char *name);
/* The same in every style this process can have: light and dark, or high contrast when it was started
 * with ADW_DEBUG_HIGH_CONTRAST=1; @more: also with text twice as large and from right to left. @width
 * is what the files are named after. The test fails when
 * something in @window needs more room than it has. One style alone when $ANNEX_SHOTS is not set. */
void annex_shot_take_styles (GtkWindow *window, const char *name, int width, gboolean more);

G_END_DECLS
