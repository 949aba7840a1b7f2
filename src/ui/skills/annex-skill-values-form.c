/* annex-skill-values-form.c
 *
 * See annex-skill-values-form.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-values-form.h"

#include "annex-row.h"
#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

/* Of a dialog: Done was pressed. */
#define DONE "annex-done"

/* What a row knows of its need; freed with the row. */
typedef struct
{
  AnnexSkillKeeper *keeper;
  char *skill;
  AnnexSkillNeed *need;
  guint storing; /* what is not stored yet */
} Field;

static void
field_free (gpointer data)
{
  Field *field = data;

  g_object_unref (field->keeper);
  g_free (field->skill);
  annex_skill_need_free (field->need);
  g_free (field);
}

static Field *
get_field (gpointer row)
{
  return g_object_get_data (G_OBJECT (row), "annex-field");
}

static char *
dup_title (const AnnexSkillNeed *need)
{
  g_autofree char *label = annex_text_for_display (need->label);

  return need->optional ? g_strdup_printf (_ ("%s (optional)"), label) : g_steal_pointer (&label);
}

/* A secret is in the keyring now, and nowhere on the screen. */
static void
show_kept (GtkWidget *row)
{
  Field *field = get_field (row);
  g_autofree char *title = dup_title (field->need);
  g_autofree char *kept = g_strdup_printf (_ ("%s (in your keyring; write to replace it)"), title);
  gboolean any = *gtk_editable_get_text (GTK_EDITABLE (row)) != '\0';

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), any ? kept : title);
  gtk_editable_set_text (GTK_EDITABLE (row), "");
}

static gboolean
is_storing (GtkWidget *widget)
{
  Field *field = get_field (widget);

  if (field != NULL)
    return field->storing > 0;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (is_storing (child))
      return TRUE;
  return FALSE;
}

/* The dialog whose Done was pressed goes when all is stored, and stays where something is not. */
static void
settle_dialog (GtkWidget *row, gboolean stored)
{
  GtkWidget *dialog = gtk_widget_get_ancestor (row, ADW_TYPE_DIALOG);

  if (dialog == NULL || g_object_get_data (G_OBJECT (dialog), DONE) == NULL)
    return;
  if (!stored)
    g_object_set_data (G_OBJECT (dialog), DONE, NULL);
  else if (!is_storing (dialog))
    adw_dialog_close (ADW_DIALOG (dialog));
}

static void
stored_cb (gpointer object, const GValue *value, GError *error)
{
  Field *field = get_field (object);
  gboolean secret = field->need->kind == ANNEX_NEED_SECRET;

  field->storing--;
  if (secret)
    gtk_widget_set_sensitive (object, TRUE);
  if (error != NULL)
    annex_skill_tell (object, error);
  else if (secret)
    show_kept (object);
  if (error != NULL && secret)
    gtk_widget_grab_focus (object);
  settle_dialog (object, error == NULL);
}

static void
store (GtkWidget *row, const char *value)
{
  Field *field = get_field (row);

  if (field->need->kind != ANNEX_NEED_SECRET)
    g_set_str (&field->need->value, value);
  else
    gtk_widget_set_sensitive (row, FALSE); /* the keyring may ask first, and may refuse */
  field->storing++;
  annex_then (annex_skill_keeper_set_value (field->keeper, field->skill, field->need->id,
                                            value != NULL && *value != '\0' ? value : NULL),
              row, stored_cb);
}

/* ---- text and secrets */

static void
apply_cb (AdwEntryRow *row)
{
  store (GTK_WIDGET (row), gtk_editable_get_text (GTK_EDITABLE (row)));
}

static GtkWidget *
make_entry (const AnnexSkillNeed *need, const char *title)
{
  gboolean secret = need->kind == ANNEX_NEED_SECRET;
  GtkWidget *row = secret ? adw_password_entry_row_new () : adw_entry_row_new ();
  g_autofree char *kept = g_strdup_printf (_ ("%s (in your keyring; write to replace it)"), title);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row),
                                 secret && need->value != NULL ? kept : title);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  if (!secret)
    {
      g_autofree char *text =
          annex_text_for_display (need->value != NULL ? need->value : need->fallback);

      gtk_editable_set_text (GTK_EDITABLE (row), text);
    }
  g_signal_connect (row, "apply", G_CALLBACK (apply_cb), NULL);
  return row;
}

/* ---- choices */

static void
selected_cb (AdwComboRow *row)
{
  Field *field = get_field (row);
  guint selected = adw_combo_row_get_selected (row);

  if (field != NULL && selected < g_strv_length (field->need->options))
    store (GTK_WIDGET (row), field->need->options[selected]);
}

static GtkWidget *
make_choice (const AnnexSkillNeed *need, const char *title)
{
  const char *chosen = need->value != NULL ? need->value : need->fallback;
  g_autoptr (GtkStringList) options = gtk_string_list_new (NULL);
  GtkWidget *row = adw_combo_row_new ();

  for (guint i = 0; need->options[i] != NULL; i++)
    {
      g_autofree char *option = annex_text_for_display (need->options[i]);

      gtk_string_list_append (options, option);
    }
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (options));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), GTK_INVALID_LIST_POSITION);
  for (guint i = 0; need->options[i] != NULL; i++)
    if (g_strcmp0 (need->options[i], chosen) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (row), i);
  g_signal_connect (row, "notify::selected", G_CALLBACK (selected_cb), NULL);
  return row;
}

/* ---- folders */

static void
show_folder (GtkWidget *row, const char *path)
{
  g_autofree char *shown = annex_text_for_display (path);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               *shown != '\0' ? shown : _ ("None chosen yet"));
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) row = data;
  g_autoptr (GFile) file =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  const char *path = file != NULL ? g_file_peek_path (file) : NULL;

  if (path == NULL)
    return;
  show_folder (row, path);
  store (row, path);
}

static void
choose_cb (GtkButton *button, GtkWidget *row)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (row);

  gtk_file_dialog_set_title (dialog, adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (row));
}

static GtkWidget *
make_folder (const AnnexSkillNeed *need, const char *title)
{
  GtkWidget *row = annex_row_new (title, NULL);
  /* Translators: %s is what a folder is for */
  g_autofree char *name = g_strdup_printf (_ ("Choose %s"), title);
  GtkWidget *button = annex_row_add_button (row, _ ("Choose…"), name);

  show_folder (row, need->value != NULL ? need->value : need->fallback);
  g_signal_connect_object (button, "clicked", G_CALLBACK (choose_cb), row, 0);
  return row;
}

/* ---- the form */

static GtkWidget *
make_row (AnnexSkillKeeper *keeper, const char *skill, const AnnexSkillNeed *need)
{
  g_autofree char *title = dup_title (need);
  g_autofree char *help = annex_text_for_display (need->help);
  GtkWidget *row = NULL;
  Field *field;

  switch (need->kind)
    {
    case ANNEX_NEED_TEXT:
    case ANNEX_NEED_SECRET:
      row = make_entry (need, title);
      break;
    case ANNEX_NEED_CHOICE:
      row = make_choice (need, title);
      break;
    case ANNEX_NEED_FOLDER:
      row = make_folder (need, title);
      break;
    }
  if (*help != '\0')
    {
      gtk_widget_set_tooltip_text (row, help);
      gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      help, -1);
    }
  field = g_new0 (Field, 1);
  field->keeper = g_object_ref (keeper);
  field->skill = g_strdup (skill);
  field->need = annex_skill_need_copy (need);
  g_object_set_data_full (G_OBJECT (row), "annex-field", field, field_free);
  return row;
}

/* Help is read where it is needed, not only by those who find the tooltip. */
static GtkWidget *
make_help (const AnnexSkillNeed *need)
{
  g_autofree char *help = annex_text_for_display (need->help);
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *label = gtk_label_new (help);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_css_classes (label,
                              (const char *[]) { "caption", "dimmed", "annex-need-help", NULL });
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  return row;
}

void
annex_skill_values_fill (AdwPreferencesGroup *group,
                         AnnexSkillKeeper *keeper,
                         const AnnexSkillView *view)
{
  annex_group_clear (group);
  for (guint i = 0; i < view->needs->len; i++)
    {
      const AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);

      annex_group_add (group, make_row (keeper, view->name, need));
      if (need->help != NULL && *need->help != '\0')
        annex_group_add (group, make_help (need));
    }
}

/* What was written and not confirmed counts, too: whoever presses Done means it. */
static void
apply_all (GtkWidget *widget)
{
  Field *field = ADW_IS_ENTRY_ROW (widget) ? get_field (widget) : NULL;

  if (field != NULL)
    {
      const char *text = gtk_editable_get_text (GTK_EDITABLE (widget));
      const char *before = field->need->kind == ANNEX_NEED_SECRET ? "" : field->need->value;

      if (g_strcmp0 (text, before != NULL ? before : "") != 0)
        apply_cb (ADW_ENTRY_ROW (widget));
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    apply_all (child);
}

static void
done_cb (AdwDialog *dialog)
{
  apply_all (GTK_WIDGET (dialog));
  if (is_storing (GTK_WIDGET (dialog)))
    g_object_set_data (G_OBJECT (dialog), DONE, GINT_TO_POINTER (TRUE));
  else
    adw_dialog_close (dialog);
}

AdwDialog *
annex_skill_values_dialog_new (AnnexSkillKeeper *keeper, const AnnexSkillView *view)
{
  AdwDialog *dialog;
  GtkWidget *bars = adw_toolbar_view_new ();
  GtkWidget *toasts = adw_toast_overlay_new ();
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *last = adw_preferences_group_new ();
  GtkWidget *done = gtk_button_new_with_mnemonic (_ ("_Done"));
  g_autofree char *title = annex_skill_dup_title (view->name);

  dialog = adw_dialog_new ();
  annex_skill_values_fill (ADW_PREFERENCES_GROUP (group), keeper, view);
  adw_preferences_group_set_description (
      ADW_PREFERENCES_GROUP (group),
      _ ("These are your own values. They stay on this machine, and are left out when you pass the "
         "skill on. You can change them on the skill’s page at any time."));
  gtk_widget_set_css_classes (done, (const char *[]) { "pill", "suggested-action", NULL });
  gtk_widget_set_halign (done, GTK_ALIGN_CENTER);
  g_signal_connect_object (done, "clicked", G_CALLBACK (done_cb), dialog, G_CONNECT_SWAPPED);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (last), done);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (last));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (bars), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (bars), page);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), bars);
  adw_dialog_set_title (dialog, title);
  adw_dialog_set_content_width (dialog, 520);
  adw_dialog_set_content_height (dialog, 520);
  adw_dialog_set_child (dialog, toasts);
  return dialog;
}
