/* annex-preferences.c
 *
 * See annex-preferences.h. The dialog and its general page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-preferences-private.h"

#include "annex-error-text.h"
#include "annex-space-page.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

enum { PROP_DESK = 1, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexPreferences, annex_preferences, ADW_TYPE_PREFERENCES_DIALOG)

void
annex_preferences_tell (AnnexPreferences *self, const GError *error)
{
  g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self),
                                    annex_ui_toast_new (text->title));
}

void
annex_preferences_clear (AdwPreferencesGroup *group, GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
}

/* ---- general */

static void
folder_mode_cb (AnnexPreferences *self)
{
  guint selected = adw_combo_row_get_selected (self->folder_mode);

  if (self->settings != NULL && selected <= 2)
    g_settings_set_enum (self->settings, "default-folder-mode", (int) selected);
}

static void
space_cb (AnnexPreferences *self)
{
  if (self->desk != NULL)
    adw_preferences_dialog_push_subpage (ADW_PREFERENCES_DIALOG (self),
                                         annex_space_page_new (self->desk));
}

static void
total_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPreferences *self = object;
  const AnnexSpace *space = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *total = space != NULL ? annex_text_format_size (space->total_bytes) : NULL;

  if (self->space_total != NULL)
    gtk_label_set_text (self->space_total, total != NULL ? total : "");
}

static void
bind_settings (AnnexPreferences *self)
{
  self->settings = annex_ui_dup_settings ();
  gtk_widget_set_sensitive (self->general_page, self->settings != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->package_sources), self->settings != NULL);
  if (self->settings == NULL)
    return;
  adw_combo_row_set_selected (self->folder_mode,
                              g_settings_get_enum (self->settings, "default-folder-mode"));
  g_settings_bind (self->settings, "run-in-background", self->background, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "inhibit-sleep", self->awake, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "notify", self->notify, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "keep-cookies", self->keep_cookies, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "open-package-sources", self->package_sources,
                   "enable-expansion", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "limit-cost", self->limit_cost, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "limit-turns", self->limit_turns, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "limit-memory", self->limit_memory, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "limit-disk", self->limit_disk, "value",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "use-computer", self->use_computer, "active",
                   G_SETTINGS_BIND_DEFAULT);
}

/* ---- object */

static void
annex_preferences_closed (AdwDialog *dialog)
{
  annex_preferences_flush (ANNEX_PREFERENCES (dialog));
}

static void
annex_preferences_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DESK)
    g_value_set_object (value, ANNEX_PREFERENCES (object)->desk);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_preferences_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexPreferences *self = ANNEX_PREFERENCES (object);

  if (id != PROP_DESK)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (!g_set_object (&self->desk, g_value_get_object (value)))
    return;
  g_signal_group_set_target (self->desk_signals, self->desk);
  annex_preferences_update_models (self);
  annex_preferences_find_local (self);
  annex_preferences_update_rules (self);
  if (self->desk != NULL)
    {
      annex_preferences_show_sources (self);
      annex_then (annex_desk_list_space (self->desk), self, total_cb);
    }
  g_object_notify_by_pspec (object, pspec);
}

static void
annex_preferences_dispose (GObject *object)
{
  AnnexPreferences *self = ANNEX_PREFERENCES (object);

  if (self->desk_signals != NULL)
    g_signal_group_set_target (self->desk_signals, NULL);
  g_clear_object (&self->desk_signals);
  g_clear_object (&self->desk);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  if (self->model_rows != NULL)
    {
      g_ptr_array_set_size (self->model_rows, 0);
      g_ptr_array_set_size (self->local_rows, 0);
      g_ptr_array_set_size (self->rule_rows, 0);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_PREFERENCES);
  G_OBJECT_CLASS (annex_preferences_parent_class)->dispose (object);
}

static void
annex_preferences_finalize (GObject *object)
{
  AnnexPreferences *self = ANNEX_PREFERENCES (object);

  g_hash_table_unref (self->removing);
  g_ptr_array_unref (self->model_rows);
  g_ptr_array_unref (self->local_rows);
  g_ptr_array_unref (self->rule_rows);
  G_OBJECT_CLASS (annex_preferences_parent_class)->finalize (object);
}

static void
annex_preferences_class_init (AnnexPreferencesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_preferences_get_property;
  object_class->set_property = annex_preferences_set_property;
  object_class->dispose = annex_preferences_dispose;
  object_class->finalize = annex_preferences_finalize;
  ADW_DIALOG_CLASS (klass)->closed = annex_preferences_closed;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, general_page);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, folder_mode);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, background);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, awake);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, notify);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, keep_cookies);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, limit_cost);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, limit_turns);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, limit_memory);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, limit_disk);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, space_total);
  gtk_widget_class_bind_template_callback (widget_class, space_cb);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, use_computer);
  gtk_widget_class_bind_template_callback (widget_class, folder_mode_cb);
  annex_preferences_bind_models (widget_class);
  annex_preferences_bind_network (widget_class);
}

static void
annex_preferences_init (AnnexPreferences *self)
{
  self->removing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->model_rows = g_ptr_array_new ();
  self->local_rows = g_ptr_array_new ();
  self->rule_rows = g_ptr_array_new ();
  self->desk_signals = g_signal_group_new (ANNEX_TYPE_DESK);
  g_signal_group_connect_swapped (self->desk_signals, "profiles-changed",
                                  G_CALLBACK (annex_preferences_update_models), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  bind_settings (self);
  annex_preferences_update_site (self);
}

AdwDialog *
annex_preferences_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_PREFERENCES, "desk", desk, NULL);
}

AdwDialog *
annex_preferences_new_at_space (AnnexDesk *desk)
{
  AdwDialog *dialog = annex_preferences_new (desk);

  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "general");
  space_cb (ANNEX_PREFERENCES (dialog));
  return dialog;
}
