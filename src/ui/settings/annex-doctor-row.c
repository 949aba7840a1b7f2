/* annex-doctor-row.c
 *
 * See annex-doctor-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-row.h"

#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#define MAX_LINES 8

static const struct
{
  const char *icon;
  const char *style; /* nullable */
  const char *words; /* for those who do not see the icon */
} marks[] = {
  [ANNEX_CHECK_OK] = { "annex-done-symbolic", "success", N_ ("In order") },
  [ANNEX_CHECK_NOTICE] = { "dialog-information-symbolic", "accent", N_ ("Works, with a limit") },
  [ANNEX_CHECK_FAILED] = { "dialog-warning-symbolic", "warning", N_ ("Needs attention") },
  [ANNEX_CHECK_UNKNOWN] = { "dialog-question-symbolic", NULL, N_ ("Not known") },
};

static GtkWidget *
make_mark (AnnexCheckState state)
{
  GtkWidget *icon = gtk_image_new_from_icon_name (marks[state].icon);

  if (marks[state].style != NULL)
    gtk_widget_add_css_class (icon, marks[state].style);
  gtk_widget_set_tooltip_text (icon, _ (marks[state].words));
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (marks[state].words), -1);
  return icon;
}

static GtkWidget *
make_repair (const AnnexCheckResult *check, gboolean busy)
{
  GtkWidget *button;
  GtkLabel *words;
  g_autofree char *label = annex_text_for_display (check->repair);
  g_autofree char *name = NULL;

  if (busy)
    {
      button = adw_spinner_new ();
      gtk_widget_set_tooltip_text (button, _ ("Repairing…"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Repairing…"), -1);
      return button;
    }
  /* Translators: what the button does, and for what: “Build It Again: Annex’s computer” */
  name = g_strdup_printf (_ ("%s: %s"), label, check->title);
  button = gtk_button_new_with_label (label);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  /* Where both have little room, what the button does is broken between its words, never cut. */
  words = GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button)));
  gtk_label_set_wrap (words, TRUE);
  gtk_label_set_natural_wrap_mode (words, GTK_NATURAL_WRAP_NONE);
  gtk_label_set_justify (words, GTK_JUSTIFY_CENTER);
  annex_ui_name_button (button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "doctor.repair");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", check->id);
  return button;
}

static GtkWidget *
make_text (const char *text, gboolean monospaced)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GtkWidget *label = gtk_label_new (valid);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  if (monospaced)
    {
      gtk_widget_add_css_class (label, "monospace");
      gtk_widget_add_css_class (label, "caption");
    }
  return label;
}

/* What lies one level down: what an administrator must do, and the codes. */
static GtkWidget *
make_details (const AnnexCheckResult *check)
{
  GtkWidget *row = adw_preferences_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_widget_add_css_class (box, "annex-details");
  if (check->admin_text != NULL)
    {
      GtkWidget *head = gtk_label_new (_ ("Your administrator can change this:"));
      GtkWidget *button = gtk_button_new_with_label (_ ("Copy for Your Administrator"));

      gtk_label_set_xalign (GTK_LABEL (head), 0);
      gtk_label_set_wrap (GTK_LABEL (head), TRUE);
      gtk_box_append (GTK_BOX (box), head);
      gtk_box_append (GTK_BOX (box), make_text (check->admin_text, TRUE));
      gtk_widget_set_halign (button, GTK_ALIGN_START);
      gtk_button_set_can_shrink (GTK_BUTTON (button), TRUE);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "doctor.copy");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", check->id);
      gtk_box_append (GTK_BOX (box), button);
    }
  if (check->detail != NULL)
    {
      GtkWidget *label = make_text (check->detail, TRUE);

      gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Details"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

GtkWidget *
annex_doctor_row_new (const AnnexCheckResult *check, gboolean busy, gboolean expanded)
{
  gboolean has_details = check->admin_text != NULL || check->detail != NULL;
  GtkWidget *row = has_details ? adw_expander_row_new () : adw_action_row_new ();
  g_autofree char *title = annex_text_for_display (check->title);
  g_autofree char *sentence = annex_text_for_display (check->sentence);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (has_details)
    {
      adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), sentence);
      adw_expander_row_set_subtitle_lines (ADW_EXPANDER_ROW (row), MAX_LINES);
      adw_expander_row_add_prefix (ADW_EXPANDER_ROW (row), make_mark (check->state));
      if (check->repair != NULL)
        adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), make_repair (check, busy));
      adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_details (check));
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), expanded);
    }
  else
    {
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), sentence);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), MAX_LINES);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), make_mark (check->state));
      if (check->repair != NULL)
        adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_repair (check, busy));
    }
  g_object_set_data_full (G_OBJECT (row), "annex-check", g_strdup (check->id), g_free);
  return row;
}

const char *
annex_doctor_row_get_id (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "annex-check");
}

gboolean
annex_doctor_row_is_expanded (GtkWidget *row)
{
  return ADW_IS_EXPANDER_ROW (row) && adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row));
}
