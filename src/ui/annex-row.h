/* annex-row.h
 *
 * Rows of boxed lists made in code, for texts that may come from anywhere: never markup, one line a
 * title, and what is cut or clean as annex_text_for_display has it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* An AdwActionRow. @subtitle nullable. */
GtkWidget *
annex_row_new (const char *title, const char *subtitle);
/* An AdwExpanderRow. @subtitle nullable. */
GtkWidget *
annex_row_new_expander (const char *title, const char *subtitle);
/* The value below its name, to be selected and copied; @code: monospaced. */
GtkWidget *
annex_row_new_property (const char *title, const char *value, gboolean code);
/* It leads somewhere: activatable, with an arrow at its end; after all other suffixes. */
void
annex_row_make_link (GtkWidget *row);
/* A row that leads somewhere. */
GtkWidget *
annex_row_new_link (const char *title, const char *subtitle);
/* Text of several paragraphs in a row of its own, to be selected. */
GtkWidget *
annex_row_new_text (const char *text, gboolean code);
/* An icon in front of it; @style (nullable) a style class, @words (nullable) for those who do not
 * see the icon. */
void
annex_row_set_icon (GtkWidget *row, const char *icon_name, const char *style, const char *words);
/* A flat or plain button at its end: @name is what a screen reader says. (borrowed) */
GtkWidget *
annex_row_add_button (GtkWidget *row, const char *label, const char *name);

/* Takes all rows out of @group that were added through annex_group_add. */
void
annex_group_clear (AdwPreferencesGroup *group);
/* Adds @row, and shows @group. */
void
annex_group_add (AdwPreferencesGroup *group, GtkWidget *row);

G_END_DECLS
