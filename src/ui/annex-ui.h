/* annex-ui.h
 *
 * What every widget of Annex needs: its resources, its style and the types that templates name; the
 * settings; a word at the foot of the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* After adw_init (), once: adds the style sheet and initialises the libraries that widgets use. */
void
annex_ui_init (void);

/* Annex's settings; NULL where the schema is not installed. (transfer full, nullable) */
GSettings *
annex_ui_dup_settings (void);

/* What a screen reader says of @button in place of the label on it. To be said again after another
 * label. */
void
annex_ui_name_button (GtkWidget *button, const char *name);
/* Sets the description, which is markup, to @text, which may come from anywhere. */
void
annex_ui_describe (AdwStatusPage *page, const char *text);
/* Goes back from @page, where it is the one that is seen. */
void
annex_ui_leave_page (AdwNavigationPage *page);

/* A screen reader says @name and what is chosen: GTK gives the part of a drop-down that has the
 * focus no name but the choice. After the model, which is one of strings. */
void
annex_ui_name_drop_down (GtkDropDown *choice, const char *name);

/* A toast that says @text, which may come from anywhere, in as many lines as it needs: its own title
 * is one line, and cut beside a button in a narrow window. (transfer full) */
AdwToast *
annex_ui_toast_new (const char *text);
/* Shows @text, which may come from anywhere, as a toast in the window that @widget is in. */
void
annex_ui_toast (GtkWidget *widget, const char *text);
/* The same with a button that activates @action_name with @target (taken when floating, nullable).
 * Returns the toast (borrowed), for "dismissed"; NULL when @widget is in no window with toasts. */
AdwToast *
annex_ui_toast_with_action (GtkWidget *widget,
                            const char *text,
                            const char *button,
                            const char *action_name,
                            GVariant *target);

G_END_DECLS
