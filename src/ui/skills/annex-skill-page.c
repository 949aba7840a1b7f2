/* annex-skill-page.c
 *
 * See annex-skill-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-page.h"

#include "annex-row.h"
#include "annex-skill-export.h"
#include "annex-skill-facts.h"
#include "annex-skill-values-form.h"
#include "annex-skill-words.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexSkillPage
{
  AdwNavigationPage parent_instance;

  AnnexSkillKeeper *keeper;
  AnnexSkillInfo *info;
  AnnexSkillView *view; /* NULL until it is read */
  gboolean updating;

  GtkStack *stack;
  AdwStatusPage *broken;
  GtkWidget *remove_button;
  AdwPreferencesPage *page;
  GtkLabel *title;
  GtkLabel *description;
  GtkLabel *provenance;
  AdwSwitchRow *enabled_row;
  AdwPreferencesGroup *values_group;
  AdwPreferencesGroup *versions_group;
};

G_DEFINE_FINAL_TYPE (AnnexSkillPage, annex_skill_page, ADW_TYPE_NAVIGATION_PAGE)

static void
load (AnnexSkillPage *self);

/* ---- on and off */

static void
told_cb (gpointer object, const GValue *value, GError *error)
{
  if (error == NULL)
    return;
  annex_skill_tell (object, error);
  load (object);
}

static void
enabled_cb (AnnexSkillPage *self)
{
  if (self->updating)
    return;
  annex_then (annex_skill_keeper_set_enabled (self->keeper, self->info->name,
                                              adw_switch_row_get_active (self->enabled_row)),
              self, told_cb);
}

/* ---- versions */

static void
restored_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_skill_tell (object, error);
  else
    annex_ui_toast (object, _ ("That version is used from now on"));
  load (object);
}

static void
restore_cb (GtkButton *button, AnnexSkillPage *self)
{
  annex_then (annex_skill_keeper_restore (self->keeper, self->info->name,
                                          g_object_get_data (G_OBJECT (button), "annex-version")),
              self, restored_cb);
}

static void
add_version (AnnexSkillPage *self, const AnnexSkillVersion *version)
{
  g_autofree char *when = annex_text_format_day_and_time (version->installed_us, 0);
  g_autofree char *source = annex_skill_dup_source (version->source);
  GtkWidget *row = annex_row_new (when, source);

  if (version->current)
    annex_row_set_icon (row, "annex-done-symbolic", "success", _ ("Used now"));
  else
    {
      g_autofree char *name = g_strdup_printf (_ ("Use the version of %s"), when);
      GtkWidget *button = annex_row_add_button (row, _ ("Use This"), name);

      annex_row_set_icon (row, "document-open-recent-symbolic", "dimmed", NULL);
      g_object_set_data_full (G_OBJECT (button), "annex-version", g_strdup (version->id), g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (restore_cb), self, 0);
    }
  annex_group_add (self->versions_group, row);
}

static void
versions_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillPage *self = object;
  GPtrArray *versions = value != NULL ? g_value_get_boxed (value) : NULL;

  annex_group_clear (self->versions_group);
  for (guint i = 0; versions != NULL && versions->len > 1 && i < versions->len; i++)
    add_version (self, g_ptr_array_index (versions, i));
}

/* ---- showing it */

static gboolean
is_mine (AnnexSkillPage *self)
{
  return self->info->origin == ANNEX_SKILL_ORIGIN_LIBRARY;
}

static void
update_actions (AnnexSkillPage *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean whole = self->view != NULL;

  gtk_widget_action_set_enabled (widget, "skill.try", whole && self->info->enabled);
  gtk_widget_action_set_enabled (widget, "skill.edit", whole);
  gtk_widget_action_set_enabled (widget, "skill.export", whole);
  gtk_widget_action_set_enabled (widget, "skill.remove", is_mine (self));
  gtk_widget_action_set_enabled (widget, "skill.show-folder", self->info->path != NULL);
}

static void
show_view (AnnexSkillPage *self)
{
  g_autofree char *title = annex_skill_dup_title (self->view->name);
  g_autofree char *description = annex_text_for_display (self->view->description);
  g_autofree char *provenance = annex_skill_dup_provenance (self->info);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->description, description);
  gtk_label_set_text (self->provenance, provenance);
  self->updating = TRUE;
  adw_switch_row_set_active (self->enabled_row, self->info->enabled);
  self->updating = FALSE;
  annex_skill_values_fill (self->values_group, self->keeper, self->view);
  annex_skill_facts_clear (self->page);
  annex_skill_facts_add (self->page, self->view, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "skill");
}

static void
show_fault (AnnexSkillPage *self, const char *message)
{
  annex_ui_describe (self->broken, message);
  gtk_widget_set_visible (self->remove_button, is_mine (self));
  gtk_stack_set_visible_child_name (self->stack, "broken");
}

/* Another of its name can be used: that is no reason to show it for the one that is broken, which
 * could not be removed then. */
static gboolean
is_another (AnnexSkillPage *self, const AnnexSkillView *view)
{
  return self->info->fault != NULL && view->info != NULL &&
         g_strcmp0 (view->info->path, self->info->path) != 0;
}

static void
loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillPage *self = object;
  const AnnexSkillView *view = value != NULL ? g_value_get_boxed (value) : NULL;

  g_clear_pointer (&self->view, annex_skill_view_free);
  if (view != NULL && !is_another (self, view))
    {
      self->view = annex_skill_view_copy (view);
      if (self->view->info != NULL)
        {
          annex_skill_info_free (self->info);
          self->info = annex_skill_info_copy (self->view->info);
        }
      show_view (self);
      annex_then (annex_skill_keeper_list_versions (self->keeper, self->info->name), self,
                  versions_cb);
    }
  else
    show_fault (self, self->info->fault != NULL ? self->info->fault : annex_error_said (error));
  update_actions (self);
}

static void
load (AnnexSkillPage *self)
{
  annex_then (annex_skill_keeper_read (self->keeper, self->info->name, NULL), self, loaded_cb);
}

/* ---- actions */

static void
forward_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (widget);

  gtk_widget_activate_action (widget,
                              g_str_equal (name, "skill.try") ? "skills.try" : "skills.edit", "s",
                              self->info->name);
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (widget);

  adw_dialog_present (annex_skill_export_new (self->keeper, self->info->name), widget);
}

static void
show_folder_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (widget);
  g_autoptr (GFile) folder = g_file_new_for_path (self->info->path);
  g_autoptr (GtkFileLauncher) launcher = gtk_file_launcher_new (folder);
  GtkRoot *root = gtk_widget_get_root (widget);

  gtk_file_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, NULL,
                            NULL);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (widget);
  GtkWidget *view = gtk_widget_get_ancestor (widget, ADW_TYPE_NAVIGATION_VIEW);
  const char *path;

  g_variant_get (target, "(&s&s)", NULL, &path);
  if (view != NULL)
    adw_navigation_view_push (
        ADW_NAVIGATION_VIEW (view),
        ADW_NAVIGATION_PAGE (annex_skill_file_page_new (
            path, annex_skill_keeper_load_file (self->keeper, self->info->name, path))));
}

/* ---- removing: versions and values are gone for good */

static void
removed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillPage *self = object;

  if (error != NULL)
    annex_skill_tell (GTK_WIDGET (self), error);
  else
    annex_ui_leave_page (ADW_NAVIGATION_PAGE (self));
}

static void
remove_response_cb (AdwAlertDialog *dialog, const char *response, AnnexSkillPage *self)
{
  if (g_str_equal (response, "remove"))
    annex_then (annex_skill_keeper_remove (self->keeper, self->info->name), self, removed_cb);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Remove This Skill?"), NULL);

  adw_alert_dialog_set_body (
      ADW_ALERT_DIALOG (dialog),
      _ ("All its versions and the values that you gave it are removed. To keep a copy, pass it on "
         "as a file first; to do without it for a while, switch it off."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "remove",
                                  _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, 0);
  adw_dialog_present (dialog, widget);
}

/* ---- the type */

static void
annex_skill_page_dispose (GObject *object)
{
  AnnexSkillPage *self = ANNEX_SKILL_PAGE (object);

  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self),
                                 NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_PAGE);
  g_clear_object (&self->keeper);
  g_clear_pointer (&self->info, annex_skill_info_free);
  g_clear_pointer (&self->view, annex_skill_view_free);
  G_OBJECT_CLASS (annex_skill_page_parent_class)->dispose (object);
}

static void
annex_skill_page_class_init (AnnexSkillPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skill-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, broken);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, remove_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, page);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, description);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, provenance);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, enabled_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, values_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillPage, versions_group);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
  gtk_widget_class_install_action (widget_class, "skill.try", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "skill.edit", NULL, forward_action);
  gtk_widget_class_install_action (widget_class, "skill.export", NULL, export_action);
  gtk_widget_class_install_action (widget_class, "skill.show-folder", NULL, show_folder_action);
  gtk_widget_class_install_action (widget_class, "skill.remove", NULL, remove_action);
  gtk_widget_class_install_action (widget_class, "facts.open", "(ss)", open_action);
}

static void
annex_skill_page_init (AnnexSkillPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_skill_page_new (AnnexSkillKeeper *keeper, const AnnexSkillInfo *info)
{
  AnnexSkillPage *self = g_object_new (ANNEX_TYPE_SKILL_PAGE, NULL);
  g_autofree char *title = annex_skill_dup_title (info->name);

  self->keeper = g_object_ref (keeper);
  self->info = annex_skill_info_copy (info);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  update_actions (self);
  load (self);
  return GTK_WIDGET (self);
}
