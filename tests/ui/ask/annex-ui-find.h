/* annex-ui-find.h
 *
 * For tests of widgets: finding what is on screen by its words, and pressing it as a person would.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-fake-desk.h"

#include <adwaita.h>
#include <string.h>

typedef gboolean (*AnnexFindFunc) (GtkWidget *widget, const char *text);

/* The first widget of the tree on screen that @func takes. */
static inline GtkWidget *
annex_find (GtkWidget *root, AnnexFindFunc func, const char *text)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (func (root, text))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = annex_find (child, func, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static inline gboolean
annex_is_button (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) &&
         (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0 ||
          g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0);
}

static inline gboolean
annex_is_label_with (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;
}

static inline gboolean
annex_is_type (GtkWidget *widget, const char *name)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (widget), name);
}

static inline GtkWidget *
annex_find_button (GtkWidget *root, const char *label)
{
  return annex_find (root, annex_is_button, label);
}

static inline gboolean
annex_shows (GtkWidget *root, const char *text)
{
  return annex_find (root, annex_is_label_with, text) != NULL;
}

/* The same as a click on it; fails when it is not there or cannot be pressed. */
static inline void
annex_press (GtkWidget *root, const char *label)
{
  GtkWidget *button = annex_find_button (root, label);

  g_assert_nonnull (button);
  g_assert_true (gtk_widget_is_sensitive (button));
  if (GTK_IS_TOGGLE_BUTTON (button))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button),
                                  !gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  else
    g_signal_emit_by_name (button, "clicked");
}

/* Did the widget call the desk so? @pattern may hold '*' anywhere. */
static inline gboolean
annex_called (AnnexFakeDesk *desk, const char *pattern)
{
  GPtrArray *calls = annex_fake_desk_get_calls (desk);

  for (guint i = 0; i < calls->len; i++)
    if (g_pattern_match_simple (pattern, g_ptr_array_index (calls, i)))
      return TRUE;
  return FALSE;
}

/* Sends a key to the key controllers of @widget, the capturing ones first. */
static inline gboolean
annex_type_key (GtkWidget *widget, guint key, GdkModifierType state)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  gboolean handled = FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (controllers) && !handled; i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

      if (GTK_IS_EVENT_CONTROLLER_KEY (controller))
        g_signal_emit_by_name (controller, "key-pressed", key, 0, state, &handled);
    }
  return handled;
}
