/* annex-row.c
 *
 * See annex-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-row.h"

#include "annex-text.h"
#include "annex-ui.h"

#define MAX_LINES 6
/* Of a button's label that stay when there is little room. */
#define MIN_LABEL_CHARS 11
#define ROWS "annex-rows"

/* The title comes last: set with the others, it would be read as markup once. */
static GtkWidget *
row_new (GType type, const char *title)
{
  g_autofree char *shown = annex_text_for_display (title);
  GtkWidget *row = g_object_new (type, "use-markup", FALSE, NULL);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), shown);
  return row;
}

GtkWidget *
annex_row_new (const char *title, const char *subtitle)
{
  GtkWidget *row = row_new (ADW_TYPE_ACTION_ROW, title);
  g_autofree char *shown = annex_text_for_display (subtitle);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), MAX_LINES);
  return row;
}

GtkWidget *
annex_row_new_expander (const char *title, const char *subtitle)
{
  GtkWidget *row = row_new (ADW_TYPE_EXPANDER_ROW, title);
  g_autofree char *shown = annex_text_for_display (subtitle);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), shown);
  adw_expander_row_set_subtitle_lines (ADW_EXPANDER_ROW (row), 2);
  return row;
}

GtkWidget *
annex_row_new_property (const char *title, const char *value, gboolean code)
{
  GtkWidget *row = annex_row_new (title, NULL);
  g_autofree char *shown = annex_text_for_display_lines (value);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), shown);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  if (code)
    gtk_widget_add_css_class (row, "monospace");
  return row;
}

void
annex_row_make_link (GtkWidget *row)
{
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  gtk_accessible_update_state (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), arrow);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
}

GtkWidget *
annex_row_new_link (const char *title, const char *subtitle)
{
  GtkWidget *row = annex_row_new (title, subtitle);

  annex_row_make_link (row);
  return row;
}

GtkWidget *
annex_row_new_text (const char *text, gboolean code)
{
  GtkWidget *row = adw_preferences_row_new ();
  g_autofree char *shown = annex_text_for_display_lines (text);
  GtkWidget *label = gtk_label_new (shown);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "annex-details");
  if (code)
    gtk_widget_add_css_class (label, "monospace");
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  return row;
}

void
annex_row_set_icon (GtkWidget *row, const char *icon_name, const char *style, const char *words)
{
  GtkWidget *icon = gtk_image_new_from_icon_name (icon_name);

  if (style != NULL)
    gtk_widget_add_css_class (icon, style);
  if (words != NULL)
    {
      gtk_widget_set_tooltip_text (icon, words);
      gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                      -1);
    }
  if (ADW_IS_EXPANDER_ROW (row))
    adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), icon);
  else
    adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
}

GtkWidget *
annex_row_add_button (GtkWidget *row, const char *label, const char *name)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
  gtk_label_set_width_chars (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))),
                             (int) MIN (g_utf8_strlen (label, -1), MIN_LABEL_CHARS));
  annex_ui_name_button (button, name);
  if (ADW_IS_EXPANDER_ROW (row))
    adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), button);
  else
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return button;
}

static GPtrArray *
get_rows (AdwPreferencesGroup *group)
{
  GPtrArray *rows = g_object_get_data (G_OBJECT (group), ROWS);

  if (rows == NULL)
    {
      rows = g_ptr_array_new ();
      g_object_set_data_full (G_OBJECT (group), ROWS, rows, (GDestroyNotify) g_ptr_array_unref);
    }
  return rows;
}

void
annex_group_clear (AdwPreferencesGroup *group)
{
  GPtrArray *rows = get_rows (group);

  for (guint i = 0; i < rows->len; i++)
    adw_preferences_group_remove (group, g_ptr_array_index (rows, i));
  g_ptr_array_set_size (rows, 0);
  gtk_widget_set_visible (GTK_WIDGET (group), FALSE);
}

void
annex_group_add (AdwPreferencesGroup *group, GtkWidget *row)
{
  g_ptr_array_add (get_rows (group), row);
  adw_preferences_group_add (group, row);
  gtk_widget_set_visible (GTK_WIDGET (group), TRUE);
}
