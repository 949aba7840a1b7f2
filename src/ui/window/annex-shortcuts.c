/* annex-shortcuts.c
 *
 * Every shortcut of the window, in one table: the application sets them, this dialog shows them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include <glib/gi18n.h>

static const AnnexShortcut shortcuts[] = {
  { N_ ("Tasks"), N_ ("New task"), "win.new-task", { "<Control>n" } },
  { N_ ("Tasks"), N_ ("Search all tasks"), "win.search", { "<Control>k", "<Control><Shift>f" } },
  { N_ ("Tasks"), N_ ("Next task"), "win.next-task", { "<Control>Page_Down" }, "<Alt>Down" },
  { N_ ("Tasks"), N_ ("Previous task"), "win.previous-task", { "<Control>Page_Up" }, "<Alt>Up" },
  { N_ ("Tasks"), N_ ("Inbox"), "win.inbox", { "<Control>i" } },
  { N_ ("Tasks"), N_ ("Open an exported task"), "win.import-task", { "<Control><Shift>i" } },
  { N_ ("This Task"), N_ ("Stop"), "win.stop", { "<Control>period" } },
  { N_ ("This Task"), N_ ("Stop, while writing"), NULL, { "Escape" } },
  { N_ ("This Task"), N_ ("Continue"), "win.resume", { "<Control><Shift>period" } },
  { N_ ("This Task"), N_ ("Find in the conversation"), "win.find", { "<Control>f" } },
  { N_ ("This Task"), N_ ("Show or hide the side pane"), "win.toggle-pane", { "F9" } },
  { N_ ("This Task"), N_ ("Plan"), "win.show-pane::plan", { "<Alt>1" } },
  { N_ ("This Task"), N_ ("Files"), "win.show-pane::files", { "<Alt>2" } },
  { N_ ("This Task"), N_ ("Computer"), "win.show-pane::computer", { "<Alt>3" } },
  { N_ ("This Task"), N_ ("Browser"), "win.show-pane::browser", { "<Alt>4" } },
  { N_ ("This Task"), N_ ("Activity"), "win.show-pane::activity", { "<Alt>5" } },
  { N_ ("This Task"), N_ ("Make the side pane wider"), "win.widen-pane", { "<Control><Alt>plus" } },
  { N_ ("This Task"),
    N_ ("Make the side pane narrower"),
    "win.narrow-pane",
    { "<Control><Alt>minus" } },
  { N_ ("This Task"), N_ ("Rename"), "win.rename-task::", { NULL }, "F2" },
  { N_ ("This Task"), N_ ("Export"), "win.export-task::", { "<Control><Shift>s" } },
  { N_ ("Message"), N_ ("Write a message"), "win.focus-composer", { "<Control>l" } },
  { N_ ("Message"), N_ ("Send"), NULL, { "Return" } },
  { N_ ("Message"), N_ ("New line"), NULL, { "<Shift>Return" } },
  { N_ ("Message"), N_ ("Add folder"), "win.add-folder", { "<Control>o" } },
  { N_ ("Message"), N_ ("Add files"), "win.add-file", { "<Control><Shift>o" } },
  { N_ ("Plan"), N_ ("Edit the step"), NULL, { "F2" } },
  { N_ ("Plan"), N_ ("Move the step up"), NULL, { "<Alt>Up" } },
  { N_ ("Plan"), N_ ("Move the step down"), NULL, { "<Alt>Down" } },
  { N_ ("Plan"), N_ ("Strike the step"), NULL, { "Delete" } },
  { N_ ("Browser"), N_ ("Web address"), NULL, { "<Control>l" } },
  { N_ ("Browser"), N_ ("Find in the page"), NULL, { "<Control>f" } },
  { N_ ("Browser"), N_ ("New tab"), NULL, { "<Control>t" } },
  { N_ ("Browser"), N_ ("Close the tab"), NULL, { "<Control>w" } },
  { N_ ("Browser"), N_ ("Reload"), NULL, { "F5" } },
  { N_ ("Browser"), N_ ("Back"), NULL, { "<Alt>Left" } },
  { N_ ("Browser"), N_ ("Forward"), NULL, { "<Alt>Right" } },
  { N_ ("Browser"), N_ ("Larger"), NULL, { "<Control>plus" } },
  { N_ ("Browser"), N_ ("Smaller"), NULL, { "<Control>minus" } },
  { N_ ("Browser"), N_ ("Normal size"), NULL, { "<Control>0" } },
  { N_ ("Terminal"), N_ ("Copy"), NULL, { "<Control><Shift>c" } },
  { N_ ("Terminal"), N_ ("Paste"), NULL, { "<Control><Shift>v" } },
  { N_ ("Terminal"), N_ ("Close the terminal"), NULL, { "<Control><Shift>w" } },
  { N_ ("General"), N_ ("Skills"), "win.skills", { "<Control><Shift>k" } },
  { N_ ("General"), N_ ("Connectors"), "win.connectors", { "<Control><Shift>e" } },
  { N_ ("General"), N_ ("Main menu"), NULL, { "F10" } },
  { N_ ("General"), N_ ("Menu of the selected task"), NULL, { "<Shift>F10", "Menu" } },
  { N_ ("General"), N_ ("Delete the selected task"), NULL, { "Delete" } },
  { N_ ("General"), N_ ("Preferences"), "win.preferences", { "<Control>comma" } },
  { N_ ("General"), N_ ("Keyboard shortcuts"), "win.shortcuts", { "<Control>question" } },
  { N_ ("General"), N_ ("Help"), "win.help", { "F1" } },
  { N_ ("General"), N_ ("Close window"), "win.close", { "<Control>w" } },
  { N_ ("General"), N_ ("Quit"), "win.quit", { "<Control>q" } },
};

void
annex_window_bind_last_keys (GtkWidgetClass *widget_class)
{
  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      g_autoptr (GtkShortcut) shortcut = NULL;
      g_autoptr (GVariant) target = NULL;
      g_autofree char *name = NULL;

      if (shortcuts[i].last == NULL)
        continue;
      g_action_parse_detailed_name (shortcuts[i].action, &name, &target, NULL);
      shortcut = gtk_shortcut_new (gtk_shortcut_trigger_parse_string (shortcuts[i].last),
                                   gtk_named_action_new (name));
      gtk_shortcut_set_arguments (shortcut, target);
      gtk_widget_class_add_shortcut (widget_class, shortcut);
    }
}

const AnnexShortcut *
annex_window_get_shortcuts (guint *n_shortcuts)
{
  *n_shortcuts = G_N_ELEMENTS (shortcuts);
  return shortcuts;
}

static void
add_key (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "annex-key");
  gtk_box_append (GTK_BOX (box), label);
}

/* "Ctrl" "N": one label a key. */
static GtkWidget *
build_keys (const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_auto (GStrv) keys = g_strsplit (text, "+", -1);

  for (guint i = 0; keys[i] != NULL; i++)
    if (*keys[i] != '\0')
      add_key (box, keys[i]);
  if (g_str_has_suffix (text, "+"))
    add_key (box, "+");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
build_row (const AnnexShortcut *shortcut)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *keys = NULL;
  GdkModifierType modifiers;
  guint key;

  gtk_accelerator_parse (shortcut->accels[0] != NULL ? shortcut->accels[0] : shortcut->last, &key,
                         &modifiers);
  keys = gtk_accelerator_get_label (key, modifiers);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (shortcut->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), build_keys (keys));
  /* what would be said otherwise is a subtitle, of which there is none */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, keys,
                                  -1);
  return row;
}

void
annex_window_show_shortcuts (AnnexWindow *self)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();
  AdwPreferencesGroup *group = NULL;
  const char *title = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    {
      if (g_strcmp0 (title, shortcuts[i].group) != 0)
        {
          title = shortcuts[i].group;
          group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
          adw_preferences_group_set_title (group, _ (title));
          adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), group);
        }
      adw_preferences_group_add (group, build_row (&shortcuts[i]));
    }
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_dialog_set_title (dialog, _ ("Keyboard Shortcuts"));
  adw_dialog_set_content_width (dialog, 480);
  adw_dialog_set_content_height (dialog, 640);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}
