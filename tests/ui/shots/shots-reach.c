/* shots-reach.c
 *
 * That whatever can be pressed or filled in on a screen has a name for those who do not see it, and
 * that the Tab key leads there and never loses the focus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include <string.h>

#define MOST_STEPS 400

static gboolean
has_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child))
      return TRUE;
  return FALSE;
}

static gboolean
says_name (GtkWidget *widget)
{
  const char *tooltip = gtk_widget_get_tooltip_text (widget);

  return gtk_test_accessible_has_property (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_PROPERTY_LABEL) ||
         gtk_test_accessible_has_relation (GTK_ACCESSIBLE (widget),
                                           GTK_ACCESSIBLE_RELATION_LABELLED_BY) ||
         (tooltip != NULL && *tooltip != '\0');
}

/* Its own name, its text, or that of the row or field that it is the inner part of. */
static gboolean
is_named (GtkWidget *widget)
{
  GtkWidget *row = gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_ROW);
  GtkWidget *parent = gtk_widget_get_parent (widget);

  if (says_name (widget) || (!GTK_IS_EDITABLE (widget) && has_text (widget)))
    return TRUE;
  if (row != NULL && !GTK_IS_BUTTON (widget) &&
      *adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)) != '\0')
    return TRUE;
  return parent != NULL &&
         (GTK_IS_EDITABLE (parent) || GTK_IS_MENU_BUTTON (parent) || GTK_IS_SPIN_BUTTON (parent)) &&
         is_named (parent);
}

static gboolean
is_control (GtkWidget *widget)
{
  return GTK_IS_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_SWITCH (widget) ||
         GTK_IS_TEXT (widget) || GTK_IS_TEXT_VIEW (widget) || GTK_IS_LIST_VIEW (widget) ||
         GTK_IS_EXPANDER (widget) || GTK_IS_DROP_DOWN (widget);
}

/* Window buttons, and the parts of GTK's and libadwaita's own widgets, are theirs. */
static gboolean
is_ours (GtkWidget *widget)
{
  static const char *const theirs[] = {
    "GtkWindowControls", "GtkSpinButton",  "GtkText",     "AdwBackButton",
    "AdwViewSwitcher",   "AdwAboutDialog", "AdwEntryRow", "AdwPasswordEntryRow",
    "GtkSearchBar",      "VteTerminal",    "AdwBanner"
  };

  /* a dialog's own: Escape does the same */
  if (gtk_widget_has_css_class (widget, "close"))
    return FALSE;
  for (GtkWidget *each = gtk_widget_get_parent (widget); each != NULL;
       each = gtk_widget_get_parent (each))
    for (guint i = 0; i < G_N_ELEMENTS (theirs); i++)
      if (g_str_equal (G_OBJECT_TYPE_NAME (each), theirs[i]))
        return FALSE;
  return TRUE;
}

/* Where arrow keys lead, not Tab. */
static gboolean
is_by_arrows (GtkWidget *widget)
{
  return gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_BOX_ROW) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_LIST_VIEW) != NULL ||
         gtk_widget_get_ancestor (widget, GTK_TYPE_COLUMN_VIEW) != NULL ||
         gtk_widget_get_ancestor (widget, ADW_TYPE_TOGGLE_GROUP) != NULL ||
         gtk_widget_get_ancestor (widget, ADW_TYPE_INLINE_VIEW_SWITCHER) != NULL ||
         GTK_IS_CHECK_BUTTON (widget);
}

/* ---- the way of the Tab key */

/* Every focus on the way, until a whole round has led to nothing new: the first one begins in each
 * part where the focus was last. */
static void
walk (GtkWindow *window, GtkDirectionType direction, GPtrArray *visited)
{
  guint known = 0; /* steps since something new */

  gtk_window_set_focus (window, NULL);
  for (guint i = 0; i < MOST_STEPS && known <= visited->len; i++)
    {
      GtkWidget *focus;

      gtk_widget_child_focus (GTK_WIDGET (window), direction);
      focus = gtk_window_get_focus (window);
      known++;
      if (focus == NULL || g_ptr_array_find (visited, focus, NULL))
        continue;
      known = 0;
      g_ptr_array_add (visited, focus);
    }
}

static gboolean
is_visited (GtkWidget *widget, GPtrArray *visited)
{
  for (guint i = 0; i < visited->len; i++)
    {
      GtkWidget *focus = visited->pdata[i];

      if (focus == widget || gtk_widget_is_ancestor (focus, widget))
        return TRUE;
    }
  return FALSE;
}

static void
complain (const char *screen, const char *what, GtkWidget *widget)
{
  g_autoptr (GString) where = g_string_new (NULL);

  for (GtkWidget *each = widget; each != NULL; each = gtk_widget_get_parent (each))
    if (g_str_has_prefix (G_OBJECT_TYPE_NAME (each), "Annex") || each == widget)
      g_string_append_printf (where, " < %s", G_OBJECT_TYPE_NAME (each));
  g_printerr ("# %s: %s%s\n", screen, what, where->str);
  g_test_fail ();
}

static void
check (GtkWidget *widget, const char *screen, GPtrArray *visited)
{
  if (!gtk_widget_get_mapped (widget) || !gtk_widget_get_child_visible (widget))
    return;
  if (is_control (widget) && is_ours (widget))
    {
      if (!is_named (widget))
        complain (screen, "there is no name for", widget);
      if (gtk_widget_is_sensitive (widget) && gtk_widget_get_focusable (widget) &&
          !is_by_arrows (widget) && !is_visited (widget, visited))
        complain (screen, "the keyboard does not lead to", widget);
    }
  if (ADW_IS_OVERLAY_SPLIT_VIEW (widget) &&
      adw_overlay_split_view_get_collapsed (ADW_OVERLAY_SPLIT_VIEW (widget)) &&
      adw_overlay_split_view_get_show_sidebar (ADW_OVERLAY_SPLIT_VIEW (widget)))
    { /* what is beneath is covered */
      check (adw_overlay_split_view_get_sidebar (ADW_OVERLAY_SPLIT_VIEW (widget)), screen, visited);
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check (child, screen, visited);
}

void
shots_stage_check_reach (ShotsStage *stage, const char *screen)
{
  GtkWindow *window = stage->other != NULL ? stage->other : GTK_WINDOW (stage->window);
  AdwDialog *dialog =
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (stage->window));
  GtkWidget *root = dialog != NULL && stage->other == NULL ? GTK_WIDGET (dialog) : NULL;
  g_autoptr (GPtrArray) visited = g_ptr_array_new ();

  walk (window, GTK_DIR_TAB_FORWARD, visited);
  walk (window, GTK_DIR_TAB_BACKWARD, visited);
  if (visited->len == 0 || gtk_window_get_focus (window) == NULL)
    complain (screen, "the focus is lost in", GTK_WIDGET (window));
  check (root != NULL ? root : GTK_WIDGET (window), screen, visited);
}
