/* annex-skill-install.c
 *
 * See annex-skill-install.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-install.h"

#include "annex-row.h"
#include "annex-skill-facts.h"
#include "annex-skill-values-form.h"
#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

struct _AnnexSkillInstall
{
  AdwDialog parent_instance;

  AnnexSkillKeeper *keeper;
  AnnexSkillOffer *offer;
  GHashTable *chosen; /* names of skills that are to be installed */
  char **installing;
  gboolean busy;

  AdwNavigationView *navigation;
  AdwNavigationPage *first_page;
  AdwPreferencesPage *page;
  GtkLabel *title;
  GtkLabel *description;
  GtkLabel *source;
  AdwPreferencesGroup *skills_group;
  AdwPreferencesGroup *gone_group;
  AdwPreferencesGroup *connectors_group;
  AdwPreferencesGroup *left_out_group;
  GtkWidget *cancel_button;
  GtkWidget *install_button;
};

enum { INSTALLED, ADD_CONNECTOR, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexSkillInstall, annex_skill_install, ADW_TYPE_DIALOG)

/* (borrowed, nullable) */
static const AnnexSkillView *
find_view (AnnexSkillInstall *self, const char *name)
{
  for (guint i = 0; i < self->offer->skills->len; i++)
    {
      const AnnexSkillView *view = g_ptr_array_index (self->offer->skills, i);

      if (g_str_equal (view->name, name))
        return view;
    }
  return NULL;
}

/* ---- installing */

static void
show_values_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillInstall *self = object;
  const AnnexSkillView *view = value != NULL ? g_value_get_boxed (value) : NULL;
  GtkWidget *parent = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  g_autoptr (AnnexSkillInstall) held = g_object_ref (self);

  g_signal_emit (self, signals[INSTALLED], 0, self->installing);
  if (view != NULL && annex_skill_count_missing (view) > 0 && parent != NULL)
    adw_dialog_present (annex_skill_values_dialog_new (self->keeper, view), parent);
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
installed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillInstall *self = object;

  self->busy = FALSE;
  gtk_widget_set_sensitive (self->install_button, TRUE);
  if (error != NULL)
    annex_skill_tell (GTK_WIDGET (self->navigation), error);
  else if (g_strv_length (self->installing) == 1)
    annex_then (annex_skill_keeper_read (self->keeper, self->installing[0], NULL), self,
                show_values_cb);
  else
    {
      g_signal_emit (self, signals[INSTALLED], 0, self->installing);
      adw_dialog_force_close (ADW_DIALOG (self));
    }
}

static char **
dup_chosen (AnnexSkillInstall *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->offer->skills->len; i++)
    {
      const AnnexSkillView *view = g_ptr_array_index (self->offer->skills, i);

      if (g_hash_table_contains (self->chosen, view->name))
        g_strv_builder_add (builder, view->name);
    }
  return g_strv_builder_end (builder);
}

static void
install_cb (AnnexSkillInstall *self)
{
  if (self->busy)
    return;
  g_strfreev (self->installing);
  self->installing = dup_chosen (self);
  self->busy = TRUE;
  gtk_widget_set_sensitive (self->install_button, FALSE);
  annex_then (annex_skill_keeper_install (self->keeper, self->offer,
                                          (const char *const *) self->installing),
              self, installed_cb);
}

static void
cancel_cb (AnnexSkillInstall *self)
{
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
update_button (AnnexSkillInstall *self)
{
  gtk_widget_set_sensitive (self->install_button,
                            !self->busy && g_hash_table_size (self->chosen) > 0);
}

/* ---- what is shown */

static void
open_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillInstall *self = ANNEX_SKILL_INSTALL (widget);
  const AnnexSkillView *view;
  const AnnexSkillPart *part;
  const char *skill;
  const char *path;
  GtkWidget *page;

  g_variant_get (target, "(&s&s)", &skill, &path);
  view = find_view (self, skill);
  part = view != NULL ? annex_skill_view_find_part (view, path) : NULL;
  if (part == NULL)
    return;
  page = part->diff != NULL
             ? annex_skill_diff_page_new (path, part->diff)
             : annex_skill_file_page_new (
                   path, annex_skill_keeper_load_offered (self->keeper, self->offer, skill, path));
  adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (page));
}

static void
open_skill_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillInstall *self = ANNEX_SKILL_INSTALL (widget);
  const AnnexSkillView *view = find_view (self, g_variant_get_string (target, NULL));
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *bars = adw_toolbar_view_new ();
  g_autofree char *title = annex_skill_dup_title (view->name);
  g_autofree char *shown = annex_text_for_display (view->description);
  g_autofree char *description = g_markup_escape_text (shown, -1);

  adw_preferences_page_set_description (ADW_PREFERENCES_PAGE (page), description);
  annex_skill_facts_add (ADW_PREFERENCES_PAGE (page), view, TRUE);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (bars), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (bars), page);
  adw_navigation_view_push (self->navigation, adw_navigation_page_new (bars, title));
}

static void
chosen_cb (GtkCheckButton *check, AnnexSkillInstall *self)
{
  const char *name = g_object_get_data (G_OBJECT (check), "annex-name");

  if (gtk_check_button_get_active (check))
    g_hash_table_add (self->chosen, g_strdup (name));
  else
    g_hash_table_remove (self->chosen, name);
  update_button (self);
}

static const char *
state_words (const AnnexSkillView *view)
{
  if (!view->installed)
    return C_ ("skill", "New");
  return view->changed ? _ ("Another version is installed") : _ ("This version is installed");
}

static void
add_skill (AnnexSkillInstall *self, const AnnexSkillView *view)
{
  g_autofree char *title = annex_skill_dup_title (view->name);
  g_autofree char *abilities = annex_skill_dup_abilities (view);
  g_autofree char *words = g_strdup_printf ("%s · %s", state_words (view), abilities);
  g_autofree char *name = g_strdup_printf (_ ("Install %s"), title);
  GtkWidget *row = annex_row_new_link (title, words);
  GtkWidget *check = gtk_check_button_new ();

  gtk_widget_set_valign (check, GTK_ALIGN_CENTER);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (check), "annex-name", g_strdup (view->name), g_free);
  g_signal_connect_object (check, "toggled", G_CALLBACK (chosen_cb), self, 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "preview.open-skill");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", view->name);
  annex_group_add (self->skills_group, row);
}

static void
connector_cb (GtkButton *button, AnnexSkillInstall *self)
{
  g_signal_emit (self, signals[ADD_CONNECTOR], 0,
                 g_object_get_data (G_OBJECT (button), "annex-text"));
}

static void
show_parts (AnnexSkillInstall *self)
{
  const AnnexSkillOffer *offer = self->offer;

  for (guint i = 0; i < offer->skills->len; i++)
    {
      const AnnexSkillView *view = g_ptr_array_index (offer->skills, i);

      g_hash_table_add (self->chosen, g_strdup (view->name));
      if (offer->skills->len > 1)
        add_skill (self, view);
    }
  if (offer->skills->len == 1)
    annex_skill_facts_add (self->page, g_ptr_array_index (offer->skills, 0), TRUE);
  for (char **name = offer->gone; name != NULL && *name != NULL; name++)
    {
      g_autofree char *title = annex_skill_dup_title (*name);

      annex_group_add (self->gone_group, annex_row_new (title, NULL));
    }
  for (guint i = 0; i < offer->connectors->len; i++)
    {
      const char *text = g_ptr_array_index (offer->connectors, i);
      GtkWidget *row = annex_row_new_property (_ ("Connector"), text, TRUE);
      GtkWidget *button =
          annex_row_add_button (row, _ ("Look at It…"), _ ("Look at this connector"));

      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
      g_object_set_data_full (G_OBJECT (button), "annex-text", g_strdup (text), g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (connector_cb), self, 0);
      annex_group_add (self->connectors_group, row);
    }
  for (char **line = offer->left_out; line != NULL && *line != NULL; line++)
    {
      GtkWidget *row = annex_row_new (*line, NULL);

      adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
      annex_group_add (self->left_out_group, row);
    }
}

static void
show_head (AnnexSkillInstall *self)
{
  const AnnexSkillOffer *offer = self->offer;
  const AnnexSkillView *one = offer->skills->len == 1 ? g_ptr_array_index (offer->skills, 0) : NULL;
  g_autofree char *title = annex_skill_dup_title (
      one != NULL ? one->name : (offer->plugin != NULL ? offer->plugin : offer->source));
  g_autofree char *description = annex_text_for_display (one != NULL ? one->description : NULL);
  g_autofree char *from = annex_text_for_display (offer->source);
  g_autofree char *version = annex_text_for_display (offer->version);
  /* Translators: %s is a file name or an address */
  g_autofree char *source = g_strdup_printf (_ ("From %s"), from);

  if (*version != '\0')
    {
      g_autofree char *with = g_strdup_printf (_ ("%1$s, version %2$s"), source, version);

      g_set_str (&source, with);
    }
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->description, description);
  gtk_widget_set_visible (GTK_WIDGET (self->description), *description != '\0');
  gtk_label_set_text (self->source, source);
  if (one != NULL && one->installed)
    {
      const char *words = one->changed ? _ ("Update Skill") : _ ("Already Installed");

      adw_dialog_set_title (ADW_DIALOG (self), words);
      adw_navigation_page_set_title (self->first_page, words);
      gtk_button_set_label (GTK_BUTTON (self->install_button),
                            one->changed ? _ ("_Update") : _ ("_Install Again"));
    }
  else if (one == NULL)
    {
      adw_dialog_set_title (ADW_DIALOG (self), _ ("Install Skills"));
      adw_navigation_page_set_title (self->first_page, _ ("Install Skills"));
    }
}

/* ---- the type */

static void
annex_skill_install_dispose (GObject *object)
{
  AnnexSkillInstall *self = ANNEX_SKILL_INSTALL (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_INSTALL);
  g_clear_object (&self->keeper);
  g_clear_pointer (&self->offer, annex_skill_offer_free);
  g_clear_pointer (&self->chosen, g_hash_table_unref);
  g_clear_pointer (&self->installing, g_strfreev);
  G_OBJECT_CLASS (annex_skill_install_parent_class)->dispose (object);
}

static void
annex_skill_install_class_init (AnnexSkillInstallClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_install_dispose;
  signals[INSTALLED] = g_signal_new ("installed", ANNEX_TYPE_SKILL_INSTALL, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
  signals[ADD_CONNECTOR] =
      g_signal_new ("add-connector", ANNEX_TYPE_SKILL_INSTALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skill-install.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, navigation);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, first_page);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, page);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, description);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, source);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, skills_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, gone_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, connectors_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, left_out_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillInstall, install_button);
  gtk_widget_class_bind_template_callback (widget_class, install_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_install_action (widget_class, "facts.open", "(ss)", open_action);
  gtk_widget_class_install_action (widget_class, "preview.open-skill", "s", open_skill_action);
}

static void
annex_skill_install_init (AnnexSkillInstall *self)
{
  self->chosen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
annex_skill_install_new (AnnexSkillKeeper *keeper, const AnnexSkillOffer *offer)
{
  AnnexSkillInstall *self = g_object_new (ANNEX_TYPE_SKILL_INSTALL, NULL);

  self->keeper = g_object_ref (keeper);
  self->offer = annex_skill_offer_copy (offer);
  show_head (self);
  show_parts (self);
  update_button (self);
  adw_dialog_set_focus (ADW_DIALOG (self), self->cancel_button);
  return ADW_DIALOG (self);
}
