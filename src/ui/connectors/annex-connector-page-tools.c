/* annex-connector-page-tools.c
 *
 * What a connector can do, and by which rule; what changed since the user agreed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-page-private.h"

#include "annex-connector-words.h"
#include "annex-row.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

static const AnnexConnectorRule rules[] = {
  ANNEX_CONNECTOR_RULE_ALLOW,
  ANNEX_CONNECTOR_RULE_ASK,
  ANNEX_CONNECTOR_RULE_NEVER,
};

static void
rule_cb (GtkDropDown *choice, GParamSpec *pspec, AnnexConnectorPage *self)
{
  guint selected = gtk_drop_down_get_selected (choice);

  if (selected < G_N_ELEMENTS (rules))
    annex_connector_page_follow (
        self, annex_connectors_set_rule (self->connectors, self->id,
                                         g_object_get_data (G_OBJECT (choice), "annex-tool"),
                                         rules[selected]));
}

static GtkWidget *
make_rule (AnnexConnectorPage *self, const AnnexConnectorTool *tool, const char *title)
{
  const char *words[G_N_ELEMENTS (rules) + 1] = { NULL };
  /* Translators: %s is what a connector can do: “Send a message” */
  g_autofree char *name = g_strdup_printf (_ ("Rule for %s"), title);
  GtkWidget *choice;

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    words[i] = annex_connector_rule_words (rules[i]);
  choice = gtk_drop_down_new_from_strings (words);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (rules[i] == annex_connector_tool_get_rule (tool))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), i);
  gtk_widget_set_valign (choice, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (choice, "flat");
  annex_ui_name_drop_down (GTK_DROP_DOWN (choice), name);
  g_object_set_data_full (G_OBJECT (choice), "annex-tool", g_strdup (tool->name), g_free);
  g_signal_connect_object (choice, "notify::selected", G_CALLBACK (rule_cb), self, 0);
  return choice;
}

static void
expanded_cb (AdwExpanderRow *row, GParamSpec *pspec, AnnexConnectorPage *self)
{
  const char *key = g_object_get_data (G_OBJECT (row), "annex-key");

  if (adw_expander_row_get_expanded (row))
    g_hash_table_add (self->opened, g_strdup (key));
  else
    g_hash_table_remove (self->opened, key);
}

static GtkWidget *
make_expander (AnnexConnectorPage *self,
               const AnnexConnectorTool *tool,
               const char *prefix,
               const char *subtitle)
{
  char *key = g_strconcat (prefix, tool->name, NULL);
  GtkWidget *row = annex_row_new_expander (tool->title, subtitle);

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), g_hash_table_contains (self->opened, key));
  g_object_set_data_full (G_OBJECT (row), "annex-key", key, g_free);
  g_signal_connect_object (row, "notify::expanded", G_CALLBACK (expanded_cb), self, 0);
  return row;
}

static void
add_part (GtkWidget *row, const char *title, const char *text, gboolean code)
{
  if (*text != '\0')
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row), annex_row_new_property (title, text, code));
}

static GtkWidget *
make_tool (AnnexConnectorPage *self, const AnnexConnectorTool *tool)
{
  g_autofree char *title = annex_text_for_display (tool->title);
  GtkWidget *row = make_expander (self, tool, "tool:", tool->summary);

  GtkWidget *choice = make_rule (self, tool, title);

  adw_expander_row_add_suffix (ADW_EXPANDER_ROW (row), choice);
  g_object_set_data (G_OBJECT (row), "annex-choice", choice);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                            annex_row_new (annex_connector_effect_words (tool), NULL));
  if (*tool->description != '\0')
    add_part (row, _ ("In the Connector’s Words"), tool->description, FALSE);
  add_part (row, _ ("Its Name There"), tool->name, TRUE);
  return row;
}

/* ---- what changed */

static void
approve_cb (GtkButton *button, AnnexConnectorPage *self)
{
  annex_connector_page_follow (
      self, annex_connectors_approve (self->connectors, self->id,
                                      g_object_get_data (G_OBJECT (button), "annex-tool")));
}

static GtkWidget *
make_changed (AnnexConnectorPage *self, const AnnexConnectorTool *tool)
{
  g_autofree char *title = annex_text_for_display (tool->title);
  g_autofree char *name = g_strdup_printf (_ ("Agree to %s"), title);
  GtkWidget *row = make_expander (
      self, tool,
      "changed:", tool->before != NULL ? _ ("Describes itself differently now") : _ ("Is new"));
  GtkWidget *button = annex_row_add_button (row, _ ("Agree"), name);

  g_object_set_data_full (G_OBJECT (button), "annex-tool", g_strdup (tool->name), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (approve_cb), self, 0);
  if (tool->before != NULL)
    add_part (row, C_ ("side of a comparison", "Before"), tool->before, TRUE);
  if (tool->after != NULL)
    add_part (row, tool->before != NULL ? C_ ("side of a comparison", "After") : _ ("It Says"),
              tool->after, TRUE);
  return row;
}

/* The key of the row in which the focus is. (transfer full, nullable) */
static char *
dup_focused (AnnexConnectorPage *self, gboolean *in_choice)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, ADW_TYPE_EXPANDER_ROW) : NULL;

  *in_choice = row != NULL && gtk_widget_get_ancestor (focus, GTK_TYPE_DROP_DOWN) != NULL;
  return row != NULL ? g_strdup (g_object_get_data (G_OBJECT (row), "annex-key")) : NULL;
}

/* Adds @row; it has the focus when it had it before. */
static void
add_row (AdwPreferencesGroup *group, GtkWidget *row, const char *focused, gboolean in_choice)
{
  GtkWidget *choice = g_object_get_data (G_OBJECT (row), "annex-choice");

  annex_group_add (group, row);
  if (g_strcmp0 (focused, g_object_get_data (G_OBJECT (row), "annex-key")) == 0)
    gtk_widget_grab_focus (in_choice && choice != NULL ? choice : row);
}

void
annex_connector_page_show_tools (AnnexConnectorPage *self)
{
  GPtrArray *tools = self->info->tools;
  gboolean in_choice;
  g_autofree char *focused = dup_focused (self, &in_choice);
  guint n_left = tools->len > self->n_shown ? tools->len - self->n_shown : 0;

  annex_group_clear (self->changed_group);
  annex_group_clear (self->tools_group);
  for (guint i = 0; i < tools->len; i++)
    {
      const AnnexConnectorTool *tool = g_ptr_array_index (tools, i);

      if (tool->unapproved)
        add_row (self->changed_group, make_changed (self, tool), focused, FALSE);
      if (i < self->n_shown)
        add_row (self->tools_group, make_tool (self, tool), focused, in_choice);
    }
  if (n_left > 0)
    {
      g_autofree char *text =
          g_strdup_printf (ngettext ("Show %u More", "Show %u More", n_left), n_left);

      gtk_button_set_label (self->more_button, text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->more_button), n_left > 0);
}
