/* annex-again-dialog.c
 *
 * See annex-again-dialog.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-again-dialog.h"

#include "annex-skill-words.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

struct _AnnexAgainDialog
{
  AdwDialog parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  GPtrArray *profiles; /* AnnexModelProfile, as in the row */
  GHashTable *skills;  /* names of those turned on */
  gboolean as_now;     /* the user agreed to … */
  gboolean without_folder;

  AdwComboRow *model_row;
  AdwPreferencesGroup *skills_group;
  GtkWidget *setup_group;
  GtkLabel *failure;
  GtkButton *way_button;
  GtkWidget *start_button;
  GtkWidget *spinner;
};

enum {
  SIGNAL_MADE,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexAgainDialog, annex_again_dialog, ADW_TYPE_DIALOG)

/* ---- models */

static void
fill_models (AnnexAgainDialog *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint chosen = 0;

  self->profiles = annex_desk_dup_profiles (self->desk);
  for (guint i = 0; i < self->profiles->len; i++)
    {
      const AnnexModelProfile *profile = g_ptr_array_index (self->profiles, i);
      g_autofree char *name = annex_text_for_display (profile->name);

      gtk_string_list_append (names, name);
      if (profile->is_default)
        chosen = i;
    }
  adw_combo_row_set_model (self->model_row, G_LIST_MODEL (names));
  adw_combo_row_set_selected (self->model_row, chosen);
  gtk_widget_set_visible (GTK_WIDGET (self->model_row), self->profiles->len > 0);
}

/* ---- skills */

static void
skill_cb (AdwSwitchRow *row, GParamSpec *pspec, AnnexAgainDialog *self)
{
  const char *name = g_object_get_data (G_OBJECT (row), "annex-skill");

  if (adw_switch_row_get_active (row))
    g_hash_table_add (self->skills, g_strdup (name));
  else
    g_hash_table_remove (self->skills, name);
}

static void
add_skill (AnnexAgainDialog *self, GtkWidget *expander, const AnnexSkillInfo *info)
{
  g_autofree char *title = annex_skill_dup_title (info->name);
  g_autofree char *description = annex_text_for_display (info->description);
  GtkWidget *row = g_object_new (ADW_TYPE_SWITCH_ROW, "use-markup", FALSE, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), description);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  g_object_set_data_full (G_OBJECT (row), "annex-skill", g_strdup (info->name), g_free);
  g_signal_connect_object (row, "notify::active", G_CALLBACK (skill_cb), self, 0);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (expander), row);
}

static void
listed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexAgainDialog *self = object;
  GPtrArray *all = value != NULL ? g_value_get_boxed (value) : NULL;
  GtkWidget *expander = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", _ ("Use a Skill"), NULL);
  guint n_skills = 0;

  g_object_ref_sink (expander);
  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (all, i);

      if (!info->enabled || info->shadowed || info->fault != NULL)
        continue;
      add_skill (self, expander, info);
      n_skills++;
    }
  if (n_skills > 0)
    adw_preferences_group_add (self->skills_group, expander);
  gtk_widget_set_visible (GTK_WIDGET (self->skills_group), n_skills > 0);
  g_object_unref (expander);
}

/* ---- the computer */

static void
needs_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexAgainDialog *self = object;
  const AnnexComputerNeeds *needs = value != NULL ? g_value_get_boxed (value) : NULL;

  gtk_widget_set_visible (self->setup_group, needs != NULL && !needs->installed);
}

static void
set_up_cb (AnnexAgainDialog *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.doctor", NULL);
}

/* ---- starting */

static void
set_busy (AnnexAgainDialog *self, gboolean busy)
{
  gtk_widget_set_sensitive (self->start_button, !busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->way_button), !busy);
  gtk_widget_set_visible (self->spinner, busy);
}

/* What can be done about it, beside trying once more. NULL: nothing. */
static const char *
get_way (const GError *error)
{
  if (g_error_matches (error, ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_FOLDER_GONE))
    return _ ("Go On _Without It");
  if (g_error_matches (error, ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_NO_BEGINNING))
    return _ ("Use the Folder as It Is _Now");
  return NULL;
}

static void
show_failure (AnnexAgainDialog *self, const GError *error)
{
  g_autofree char *shown = annex_text_for_display (annex_error_said (error));
  const char *way = get_way (error);

  gtk_label_set_text (self->failure, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->way_button), way != NULL);
  if (way == NULL)
    return;
  gtk_button_set_use_underline (self->way_button, TRUE);
  gtk_button_set_label (self->way_button, way);
  g_object_set_data (G_OBJECT (self->way_button), "annex-code", GINT_TO_POINTER (error->code));
}

static void
made_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexAgainDialog *self = object;

  set_busy (self, FALSE);
  if (value == NULL)
    {
      show_failure (self, error);
      return;
    }
  g_signal_emit (self, signals[SIGNAL_MADE], 0, g_value_get_object (value));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
start_cb (AnnexAgainDialog *self)
{
  g_autoptr (AnnexAgain) how = annex_again_new ();
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint selected = adw_combo_row_get_selected (self->model_row);
  GHashTableIter iter;
  gpointer name;

  if (selected < self->profiles->len)
    how->profile =
        g_strdup (((AnnexModelProfile *) g_ptr_array_index (self->profiles, selected))->id);
  g_hash_table_iter_init (&iter, self->skills);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (names, name);
  how->skills = g_strv_builder_end (names);
  how->as_now = self->as_now;
  how->without_folder = self->without_folder;
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->way_button), FALSE);
  set_busy (self, TRUE);
  annex_then (annex_desk_try_again (self->desk, self->task, how), self, made_cb);
}

static void
way_cb (AnnexAgainDialog *self)
{
  int code = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (self->way_button), "annex-code"));

  if (code == ANNEX_AGAIN_ERROR_FOLDER_GONE)
    self->without_folder = TRUE;
  else
    self->as_now = TRUE;
  start_cb (self);
}

/* ---- the class */

static void
annex_again_dialog_dispose (GObject *object)
{
  AnnexAgainDialog *self = ANNEX_AGAIN_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_AGAIN_DIALOG);
  g_clear_object (&self->desk);
  g_clear_object (&self->task);
  g_clear_pointer (&self->profiles, g_ptr_array_unref);
  g_clear_pointer (&self->skills, g_hash_table_unref);
  G_OBJECT_CLASS (annex_again_dialog_parent_class)->dispose (object);
}

static void
annex_again_dialog_class_init (AnnexAgainDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_again_dialog_dispose;
  signals[SIGNAL_MADE] = g_signal_new ("made", ANNEX_TYPE_AGAIN_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_TASK);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-again-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, model_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, skills_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, setup_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, way_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, start_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexAgainDialog, spinner);
  gtk_widget_class_bind_template_callback (widget_class, set_up_cb);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, way_cb);
}

static void
annex_again_dialog_init (AnnexAgainDialog *self)
{
  self->skills = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_dialog_set_default_widget (ADW_DIALOG (self), self->start_button);
  adw_dialog_set_focus (ADW_DIALOG (self), self->start_button);
}

AdwDialog *
annex_again_dialog_new (AnnexDesk *desk, AnnexTask *task)
{
  AnnexAgainDialog *self = g_object_new (ANNEX_TYPE_AGAIN_DIALOG, NULL);

  self->desk = g_object_ref (desk);
  self->task = g_object_ref (task);
  fill_models (self);
  annex_then (annex_skill_library_list (annex_desk_get_skills (desk), NULL), self, listed_cb);
  annex_then (annex_desk_get_needs (desk), self, needs_cb);
  return ADW_DIALOG (self);
}
