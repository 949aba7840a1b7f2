/* annex-preferences-models.c
 *
 * The models' page of AnnexPreferences: which is the default, adding, changing, removing with undo,
 * and servers found on this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-preferences-private.h"

#include "annex-model-form.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

/* ---- the page of one model */

static void
form_saved_cb (AnnexPreferences *self)
{
  adw_preferences_dialog_pop_subpage (ADW_PREFERENCES_DIALOG (self));
}

static void
open_form (AnnexPreferences *self, const AnnexModelProfile *profile, gboolean stored)
{
  GtkWidget *form = annex_model_form_new (self->desk);
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *view = adw_toolbar_view_new ();

  annex_model_form_begin (ANNEX_MODEL_FORM (form), profile, TRUE);
  g_signal_connect_object (form, "saved", G_CALLBACK (form_saved_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), form);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  if (stored)
    {
      GtkWidget *last = adw_preferences_group_new ();
      GtkWidget *remove = gtk_button_new_with_mnemonic (_ ("_Remove Model"));

      gtk_widget_add_css_class (remove, "flat");
      gtk_widget_add_css_class (remove, "error");
      gtk_widget_set_halign (remove, GTK_ALIGN_CENTER);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (remove), "preferences.remove-model");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (remove), "s", profile->id);
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (last), remove);
      adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (last));
    }
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_preferences_dialog_push_subpage (
      ADW_PREFERENCES_DIALOG (self),
      adw_navigation_page_new (view, stored ? _ ("Change Model") : _ ("Add Model")));
}

static const AnnexModelProfile *
find (GPtrArray *profiles, const char *id)
{
  for (guint i = 0; profiles != NULL && i < profiles->len; i++)
    if (g_str_equal (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->id, id))
      return g_ptr_array_index (profiles, i);
  return NULL;
}

static void
add_model_action (GtkWidget *widget, const char *name, GVariant *target)
{
  open_form (ANNEX_PREFERENCES (widget), NULL, FALSE);
}

static void
open_model_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPreferences *self = ANNEX_PREFERENCES (widget);
  const char *id = g_variant_get_string (target, NULL);
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;
  const AnnexModelProfile *profile = find (profiles, id);

  if (profile != NULL)
    open_form (self, profile, TRUE);
  else if ((profile = find (self->found, id)) != NULL)
    open_form (self, profile, FALSE);
}

/* ---- removing */

static void
told_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_preferences_tell (object, error);
  annex_preferences_update_models (object);
}

static void
remove_now (AnnexPreferences *self, const char *id)
{
  if (self->desk != NULL)
    annex_then (annex_desk_remove_profile (self->desk, id), self, told_cb);
}

static void
toast_gone_cb (AdwToast *toast, AnnexPreferences *self)
{
  const char *id = g_object_get_data (G_OBJECT (toast), "annex-profile");

  /* Undone, or carried out when the dialog was closed. */
  if (g_hash_table_contains (self->removing, id))
    {
      remove_now (self, id);
      g_hash_table_remove (self->removing, id);
    }
}

static void
undo_cb (AdwToast *toast, AnnexPreferences *self)
{
  g_hash_table_remove (self->removing, g_object_get_data (G_OBJECT (toast), "annex-profile"));
  annex_preferences_update_models (self);
}

static void
remove_model_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPreferences *self = ANNEX_PREFERENCES (widget);
  const char *id = g_variant_get_string (target, NULL);
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;
  const AnnexModelProfile *profile = find (profiles, id);
  g_autofree char *shown = NULL;
  g_autofree char *text = NULL;
  AdwToast *toast;

  if (profile == NULL || g_str_equal (id, "tour"))
    return;
  shown = annex_text_for_display (profile->name);
  text = g_strdup_printf (_ ("“%s” removed"), shown);
  toast = annex_ui_toast_new (text);
  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "annex-profile", g_strdup (id), g_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), self, 0);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (toast_gone_cb), self, 0);
  g_hash_table_add (self->removing, g_strdup (id));
  annex_preferences_update_models (self);
  adw_preferences_dialog_pop_subpage (ADW_PREFERENCES_DIALOG (self));
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), toast);
}

void
annex_preferences_flush (AnnexPreferences *self)
{
  g_autoptr (GHashTable) removing = self->removing;
  GHashTableIter iter;
  gpointer id;

  self->removing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_iter_init (&iter, removing);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    remove_now (self, id);
}

/* ---- the list */

static void
default_cb (GtkCheckButton *button, AnnexPreferences *self)
{
  const char *id = g_object_get_data (G_OBJECT (button), "annex-profile");
  g_autoptr (GPtrArray) profiles = NULL;
  g_autoptr (AnnexModelProfile) changed = NULL;

  if (!gtk_check_button_get_active (button) || self->desk == NULL)
    return;
  profiles = annex_desk_dup_profiles (self->desk);
  if (find (profiles, id) == NULL || find (profiles, id)->is_default)
    return;
  changed = annex_model_profile_copy (find (profiles, id));
  changed->is_default = TRUE;
  annex_then (annex_desk_save_profile (self->desk, changed, NULL), self, told_cb);
}

static char *
dup_words (const AnnexModelProfile *profile)
{
  g_autofree char *model = annex_text_for_display (profile->model);
  g_autofree char *address = annex_text_for_display (profile->base_url);
  g_autoptr (GString) words = g_string_new (NULL);

  if (g_str_equal (profile->provider, "tour"))
    return g_strdup (_ ("Shows how Annex works. Its words are recorded; no key is needed."));
  g_string_append (words, *model != '\0' ? model : _ ("The provider’s choice of a model"));
  if (*address != '\0')
    g_string_append_printf (words, " · %s", address);
  if (profile->is_helper)
    g_string_append_printf (words, " · %s", _ ("also for helpers"));
  return g_string_free (g_steal_pointer (&words), FALSE);
}

static GtkWidget *
make_row (AnnexPreferences *self, const AnnexModelProfile *profile, GtkCheckButton **first)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *radio = gtk_check_button_new ();
  g_autofree char *name = annex_text_for_display (profile->name);
  g_autofree char *words = dup_words (profile);
  g_autofree char *label = g_strdup_printf (_ ("Use %s for new tasks"), name);

  gtk_check_button_set_group (GTK_CHECK_BUTTON (radio), *first);
  if (*first == NULL)
    *first = GTK_CHECK_BUTTON (radio);
  gtk_widget_set_valign (radio, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (radio, _ ("Use for new tasks"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (radio), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_object_set_data_full (G_OBJECT (radio), "annex-profile", g_strdup (profile->id), g_free);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (radio), profile->is_default);
  g_signal_connect_object (radio, "toggled", G_CALLBACK (default_cb), self, 0);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), radio);
  if (g_str_equal (profile->provider, "tour"))
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), radio);
  else
    {
      adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("go-next-symbolic"));
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "preferences.open-model");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", profile->id);
    }
  return row;
}

static void
update_local (AnnexPreferences *self, GPtrArray *profiles)
{
  annex_preferences_clear (self->local_group, self->local_rows);
  for (guint i = 0; self->found != NULL && i < self->found->len; i++)
    {
      const AnnexModelProfile *found = g_ptr_array_index (self->found, i);
      gboolean known = FALSE;
      GtkWidget *row;
      GtkWidget *add;
      g_autofree char *name = annex_text_for_display (found->name);
      g_autofree char *address = annex_text_for_display (found->base_url);

      for (guint j = 0; j < profiles->len && !known; j++)
        known = g_strcmp0 (((AnnexModelProfile *) g_ptr_array_index (profiles, j))->base_url,
                           found->base_url) == 0;
      if (known)
        continue;
      row = adw_action_row_new ();
      add = gtk_button_new_with_label (_ ("Add…"));
      gtk_widget_set_valign (add, GTK_ALIGN_CENTER);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (add), "preferences.open-model");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (add), "s", found->id);
      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), address);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), add);
      adw_preferences_group_add (self->local_group, row);
      g_ptr_array_add (self->local_rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->local_group), self->local_rows->len > 0);
}

void
annex_preferences_update_models (AnnexPreferences *self)
{
  g_autoptr (GPtrArray) profiles = NULL;
  GtkCheckButton *first = NULL;

  if (self->models_group == NULL)
    return; /* it is being taken apart */
  annex_preferences_clear (self->models_group, self->model_rows);
  if (self->desk == NULL)
    return;
  profiles = annex_desk_dup_profiles (self->desk);
  for (guint i = 0; i < profiles->len; i++)
    {
      const AnnexModelProfile *profile = g_ptr_array_index (profiles, i);
      GtkWidget *row;

      if (g_hash_table_contains (self->removing, profile->id))
        continue;
      row = make_row (self, profile, &first);
      adw_preferences_group_add (self->models_group, row);
      g_ptr_array_add (self->model_rows, row);
    }
  update_local (self, profiles);
}

static void
found_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPreferences *self = object;

  g_clear_pointer (&self->found, g_ptr_array_unref);
  if (value != NULL)
    self->found = g_value_dup_boxed (value);
  annex_preferences_update_models (self);
}

void
annex_preferences_find_local (AnnexPreferences *self)
{
  if (self->desk != NULL)
    annex_then (annex_desk_find_local (self->desk), self, found_cb);
}

void
annex_preferences_bind_models (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, models_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, local_group);
  gtk_widget_class_install_action (widget_class, "preferences.add-model", NULL, add_model_action);
  gtk_widget_class_install_action (widget_class, "preferences.open-model", "s", open_model_action);
  gtk_widget_class_install_action (widget_class, "preferences.remove-model", "s",
                                   remove_model_action);
}
