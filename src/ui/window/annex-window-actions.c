/* annex-window-actions.c
 *
 * What the window does besides what it does with a task: where one goes, dialogs, help.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-doctor-page.h"
#include "annex-help.h"
#include "annex-preferences.h"
#include "annex-sandbox.h"
#include "annex-ui.h"
#include "annex-welcome.h"

#include <glib/gi18n.h>

static void
new_task_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_new_task (ANNEX_WINDOW (widget));
}

static void
inbox_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_inbox (ANNEX_WINDOW (widget));
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_search (ANNEX_WINDOW (widget), NULL);
}

static void
open_task_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_open_task (ANNEX_WINDOW (widget), g_variant_get_string (target, NULL), NULL);
}

static void
neighbour_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  g_autofree char *id =
      annex_sidebar_dup_neighbour (self->sidebar, g_str_equal (name, "win.next-task") ? 1 : -1);

  if (id != NULL)
    annex_window_open_task (self, id, NULL);
}

/* win.stop … → task.stop … of the task that is shown. */
static void
task_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexTaskPage *page = annex_window_get_page (ANNEX_WINDOW (widget));
  g_autofree char *action = g_strdup_printf ("task.%s", name + strlen ("win."));

  if (page != NULL)
    gtk_widget_activate_action_variant (GTK_WIDGET (page), action, target);
}

/* The window's keys come before those of what is in it. Is the focus in the browser, which has
 * @name under the same key? */
static gboolean
is_for_browser (AnnexWindow *self, const char *name)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));

  return focus != NULL && gtk_widget_activate_action (focus, name, NULL);
}

/* In a task the page or the conversation is searched, else the tasks. */
static void
find_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);
  AnnexTaskPage *page = annex_window_get_page (self);

  if (is_for_browser (self, "browser.find"))
    return;
  if (page == NULL || !gtk_widget_activate_action (GTK_WIDGET (page), "task.find", NULL))
    annex_window_search (self, NULL);
}

static void
computer_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);

  if (annex_window_get_page (self) != NULL)
    gtk_widget_activate_action (GTK_WIDGET (annex_window_get_page (self)), "task.show-pane", "s",
                                "computer");
  else
    gtk_widget_activate_action (widget, "win.doctor", NULL);
}

static void
attach_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_composer_choose (annex_window_get_composer (ANNEX_WINDOW (widget)),
                         g_str_equal (name, "win.add-folder"));
}

static void
focus_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);

  if (is_for_browser (self, "browser.address"))
    return;
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  annex_composer_focus (annex_window_get_composer (self));
}

/* Of this window alone: in a terminal these keys are the shell's. */
static void
close_action (GtkWidget *widget, const char *name, GVariant *target)
{
  if (!is_for_browser (ANNEX_WINDOW (widget), "browser.close"))
    gtk_window_close (GTK_WINDOW (widget));
}

static void
quit_action (GtkWidget *widget, const char *name, GVariant *target)
{
  gtk_widget_activate_action (widget, "app.quit", NULL);
}

/* ---- dialogs */

static void
shortcuts_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_shortcuts (ANNEX_WINDOW (widget));
}

static void
welcomed_cb (AnnexWindow *self, gboolean wants_tour)
{
  const char *shown = gtk_stack_get_visible_child_name (self->stack);

  /* What was opened by a link or a file meanwhile stays, unless it is the tour that is wanted. */
  if (wants_tour || (g_strcmp0 (shown, "new-task") == 0 && self->wanted_task == NULL))
    annex_window_show_new_task (self);
  if (wants_tour)
    annex_new_task_page_start_tour (self->new_task);
}

void
annex_window_offer_welcome (AnnexWindow *self)
{
  AdwDialog *dialog;

  if (self->desk == NULL || !annex_welcome_is_needed (self->desk))
    return;
  dialog = annex_welcome_new (self->desk);
  g_signal_connect_object (dialog, "finished", G_CALLBACK (welcomed_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
preferences_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);

  if (self->desk != NULL)
    adw_dialog_present (annex_preferences_new (self->desk), widget);
}

static void
space_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);

  if (self->desk != NULL)
    adw_dialog_present (annex_preferences_new_at_space (self->desk), widget);
}

static void
doctor_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexWindow *self = ANNEX_WINDOW (widget);

  AnnexDesk *desk = self->desk != NULL ? self->desk : self->doctor;
  GtkWidget *page;

  if (desk == NULL)
    return;
  page = annex_doctor_page_present (desk, widget);
  if (desk != self->desk) /* mended, there is more to look at */
    g_object_bind_property (self, "desk", page, "desk", G_BINDING_DEFAULT);
}

static void
show_own_help (AnnexWindow *self)
{
  if (!annex_help_present (GTK_WINDOW (self)))
    annex_ui_toast (GTK_WIDGET (self->split),
                    _ ("There is no application here that shows help pages"));
}

static void
help_shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexWindow) self = data;
  g_autoptr (GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    show_own_help (self);
}

/* The desktop's viewer does not see the pages of a Flatpak, and nobody is told that. */
static void
help_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autoptr (GtkUriLauncher) launcher = NULL;

  if (annex_sandbox_is_flatpak ())
    {
      show_own_help (ANNEX_WINDOW (widget));
      return;
    }
  launcher = gtk_uri_launcher_new ("help:annex");
  gtk_uri_launcher_launch (launcher, GTK_WINDOW (widget), NULL, help_shown_cb,
                           g_object_ref (widget));
}

static void
about_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AdwDialog *dialog = adw_about_dialog_new ();

  g_object_set (
      dialog, "application-name", _ ("Annex"), "application-icon", ANNEX_APPLICATION_ID, "version",
      ANNEX_VERSION, "developer-name", _ ("The Annex developers"), "license-type",
      GTK_LICENSE_GPL_3_0, "website", "https://github.com/annex-desktop/annex", "issue-url",
      "https://github.com/annex-desktop/annex/issues", "copyright", "© 2025 The Annex developers",
      "comments",
      _ ("Gives a coworker a computer of its own: hand over a folder and get work back."), NULL);
  /* Translators: your names, one a line */
  if (g_strcmp0 (_ ("translator-credits"), "translator-credits") != 0)
    adw_about_dialog_set_translator_credits (ADW_ABOUT_DIALOG (dialog), _ ("translator-credits"));
  adw_dialog_present (dialog, widget);
}

void
annex_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new-task", NULL, new_task_action);
  gtk_widget_class_install_action (widget_class, "win.inbox", NULL, inbox_action);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "win.open-task", "s", open_task_action);
  gtk_widget_class_install_action (widget_class, "win.next-task", NULL, neighbour_action);
  gtk_widget_class_install_action (widget_class, "win.previous-task", NULL, neighbour_action);
  gtk_widget_class_install_action (widget_class, "win.stop", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.resume", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.undo-keep", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.toggle-pane", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.widen-pane", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.narrow-pane", NULL, task_action);
  gtk_widget_class_install_action (widget_class, "win.show-pane", "s", task_action);
  gtk_widget_class_install_action (widget_class, "win.computer", NULL, computer_action);
  gtk_widget_class_install_action (widget_class, "win.add-folder", NULL, attach_action);
  gtk_widget_class_install_action (widget_class, "win.add-file", NULL, attach_action);
  gtk_widget_class_install_action (widget_class, "win.focus-composer", NULL, focus_action);
  gtk_widget_class_install_action (widget_class, "win.close", NULL, close_action);
  gtk_widget_class_install_action (widget_class, "win.quit", NULL, quit_action);
  gtk_widget_class_install_action (widget_class, "win.shortcuts", NULL, shortcuts_action);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, preferences_action);
  gtk_widget_class_install_action (widget_class, "win.space", NULL, space_action);
  gtk_widget_class_install_action (widget_class, "win.doctor", NULL, doctor_action);
  gtk_widget_class_install_action (widget_class, "win.help", NULL, help_action);
  gtk_widget_class_install_action (widget_class, "win.about", NULL, about_action);
}
