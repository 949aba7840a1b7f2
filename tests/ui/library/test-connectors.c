/* test-connectors.c
 *
 * The pages of connectors, in every state that one can be in: none, one that works, waits for the
 * user, fails, offers nothing or changed; very many tools; words of somebody who means ill.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-add.h"
#include "annex-connectors-page.h"
#include "annex-fake-connectors.h"
#include "annex-shot.h"
#include "plain.h"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexFakeConnectors *connectors;
  GtkWindow *window;
  GtkWidget *page;
} Case;

/* ---- what a test has */

static void
set_up (Case *self, gconstpointer data)
{
  self->desk = annex_fake_desk_new ();
  self->connectors = annex_fake_desk_get_connectors (self->desk);
}

static void
show_page (Case *self, const char *id)
{
  self->page = annex_connectors_page_new (ANNEX_DESK (self->desk));
  self->window = annex_shot_window (self->page, 360, 900);
  annex_shot_settle (200);
  if (id != NULL)
    annex_connectors_page_show (ANNEX_CONNECTORS_PAGE (self->page), id);
  annex_shot_settle (500);
}

/* Nothing of it is left behind. */
static void
tear_down (Case *self, gconstpointer data)
{
  gpointer weak = self->page;

  g_object_add_weak_pointer (G_OBJECT (self->page), &weak);
  gtk_window_destroy (self->window);
  annex_shot_settle (100);
  g_assert_null (weak);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
}

static AnnexConnectorInfo *
add (Case *self, AnnexConnectorState state, const char *sentence)
{
  AnnexConnectorInfo *info = annex_fake_connectors_add (
      self->connectors, "books", "Books", ANNEX_CONNECTOR_ADDRESS, "https://books.example.org/mcp");

  info->state = state;
  info->looked_at = state != ANNEX_CONNECTOR_STATE_IDLE;
  g_set_str (&info->sentence, sentence);
  return info;
}

static GtkWidget *
find_type (Case *self, const char *type)
{
  GtkWidget *found = annex_find (GTK_WIDGET (self->window), annex_is_type, type);

  g_assert_nonnull (found);
  return found;
}

static gboolean
is_row (GtkWidget *widget, const char *title)
{
  return ADW_IS_PREFERENCES_ROW (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

/* ---- the states */

/* @button: what leads on, NULL: nothing has to. @needs_user: it stands under “Needs You”. */
static const struct
{
  const char *name;
  AnnexConnectorState state;
  const char *words;
  const char *button;
  gboolean needs_user;
  const char *does; /* what the button does; NULL: nothing of the port's */
} states[] = {
  { "off", ANNEX_CONNECTOR_STATE_OFF, "Off", NULL, FALSE, NULL },
  { "idle", ANNEX_CONNECTOR_STATE_IDLE, "Ready When Needed", "_Check Now", FALSE,
    "test_connector:books" },
  { "starting", ANNEX_CONNECTOR_STATE_STARTING, "Starting…", NULL, FALSE, NULL },
  { "ready", ANNEX_CONNECTOR_STATE_READY, "Ready", NULL, FALSE, NULL },
  { "sign-in", ANNEX_CONNECTOR_STATE_SIGN_IN, "Sign In Needed", "_Sign In…", TRUE,
    "sign_in:books" },
  { "values", ANNEX_CONNECTOR_STATE_VALUES, "Something Is Missing", "_Fill In", TRUE, NULL },
  { "no-tools", ANNEX_CONNECTOR_STATE_NO_TOOLS, "Offers Nothing", "_Try Again", TRUE,
    "test_connector:books" },
  { "failed", ANNEX_CONNECTOR_STATE_FAILED, "Does Not Work", "_Try Again", TRUE,
    "test_connector:books" },
};

static void
test_state (Case *self, gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  AnnexConnectorInfo *info = add (self, states[i].state, "The sentence of its state.");

  info->enabled = states[i].state != ANNEX_CONNECTOR_STATE_OFF;
  if (states[i].state == ANNEX_CONNECTOR_STATE_VALUES)
    annex_fake_connector_add_need (info, "BOOKS_KEY", NULL, TRUE, TRUE);
  show_page (self, NULL);
  g_assert_true (annex_shows (self->page, "Books"));
  g_assert_true (annex_shows (self->page, "The sentence of its state."));
  g_assert_true (annex_shows (self->page, "Needs You") == states[i].needs_user);
  gtk_test_accessible_assert_property (find_type (self, "GtkSwitch"), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Use Books");
  annex_connectors_page_show (ANNEX_CONNECTORS_PAGE (self->page), "books");
  annex_shot_settle (500);
  g_assert_true (annex_shows (self->page, states[i].words));
  g_assert_true (annex_shows (self->page, "The sentence of its state."));
  if (states[i].button == NULL)
    g_assert_null (annex_find_button (self->page, "_Try Again"));
  else
    annex_press (self->page, states[i].button);
  annex_shot_settle (200);
  if (states[i].does != NULL)
    g_assert_true (annex_fake_desk_was_called (self->desk, states[i].does));
  if (states[i].state == ANNEX_CONNECTOR_STATE_VALUES)
    g_assert_nonnull (
        gtk_widget_get_ancestor (gtk_window_get_focus (self->window), ADW_TYPE_PASSWORD_ENTRY_ROW));
}

static void
test_empty (Case *self, gconstpointer data)
{
  show_page (self, NULL);
  g_assert_true (annex_shows (self->page, "No Connectors Yet"));
  annex_press (self->page, "_Add Connector…");
  annex_shot_settle (300);
  find_type (self, "AnnexConnectorAdd");
}

static void
test_unreadable (Case *self, gconstpointer data)
{
  annex_fake_desk_fail (self->desk, "list_connectors",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No <b>space</b>"));
  show_page (self, NULL);
  g_assert_true (annex_shows (self->page, "The Connectors Cannot Be Read"));
  g_assert_true (annex_shows (self->page, "<b>space</b>"));
  annex_press (self->page, "_Try Again");
  annex_shot_settle (300);
  g_assert_true (annex_shows (self->page, "No Connectors Yet"));
}

/* ---- its tools */

static void
test_rules (Case *self, gconstpointer data)
{
  AnnexConnectorInfo *info = add (self, ANNEX_CONNECTOR_STATE_READY, "Ready.");
  GtkWidget *choice;

  annex_fake_connector_add_tool (info, "send", "Send it", "Sends it.",
                                 ANNEX_CONNECTOR_EFFECT_WRITE);
  show_page (self, "books");
  choice = find_type (self, "GtkDropDown");
  gtk_test_accessible_assert_property (gtk_widget_get_first_child (choice),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Rule for Send it: Ask First");
  gtk_drop_down_set_selected (GTK_DROP_DOWN (choice), 2);
  annex_shot_settle (200);
  g_assert_true (annex_fake_desk_was_called (self->desk, "rule:books:send:never"));
}

static void
test_changed (Case *self, gconstpointer data)
{
  AnnexConnectorInfo *info = add (self, ANNEX_CONNECTOR_STATE_READY, "Ready.");
  AnnexConnectorTool *tool = annex_fake_connector_add_tool (info, "share", "Share it", "Shares it.",
                                                            ANNEX_CONNECTOR_EFFECT_WRITE);

  tool->unapproved = TRUE;
  tool->before = g_strdup ("Shares it with friends.");
  tool->after = g_strdup ("Shares it with \xe2\x80\xae"
                          "everybody.");
  info->n_unapproved = 1;
  show_page (self, NULL);
  g_assert_true (annex_shows (self->page, "It has changed since you agreed to it."));
  annex_connectors_page_show (ANNEX_CONNECTORS_PAGE (self->page), "books");
  annex_shot_settle (500);
  g_assert_true (annex_shows (self->page, "Changed Since You Agreed"));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (annex_find (self->page, is_row, "Share it")),
                                 TRUE);
  annex_shot_settle (500);
  g_assert_true (annex_shows (self->page, "Shares it with friends."));
  g_assert_true (annex_shows (self->page, "everybody."));
  annex_assert_plain (self->page);
  gtk_test_accessible_assert_property (annex_find_button (self->page, "Agree"),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL, "Agree to Share it");
  annex_press (self->page, "Agree");
  annex_shot_settle (200);
  g_assert_true (annex_fake_desk_was_called (self->desk, "approve:books:share"));
  g_assert_false (annex_shows (self->page, "Changed Since You Agreed"));
}

/* Some at first, the rest when they are wanted. */
static void
test_many_tools (Case *self, gconstpointer data)
{
  AnnexConnectorInfo *info = add (self, ANNEX_CONNECTOR_STATE_READY, "Ready.");

  for (guint i = 0; i < 400; i++)
    {
      g_autofree char *name = g_strdup_printf ("tool_%03u", i);
      g_autofree char *title = g_strdup_printf ("Tool %03u", i);

      annex_fake_connector_add_tool (info, name, title, "Does it.", ANNEX_CONNECTOR_EFFECT_READ);
    }
  show_page (self, "books");
  g_assert_true (annex_shows (self->page, "Tool 000"));
  g_assert_false (annex_shows (self->page, "Tool 399"));
  annex_press (self->page, "Show 340 More");
  annex_shot_settle (300);
  g_assert_true (annex_shows (self->page, "Tool 399"));
}

static void
unfold (GtkWidget *root)
{
  if (ADW_IS_EXPANDER_ROW (root))
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (root), TRUE);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    unfold (child);
}

/* Its words are shown, and obeyed nowhere. */
static void
test_hostile (Case *self, gconstpointer data)
{
  AnnexConnectorInfo *info = annex_fake_connectors_add (
      self->connectors, "evil", HOSTILE, ANNEX_CONNECTOR_COMMAND, "sh -c '" HOSTILE "'");
  AnnexConnectorTool *tool;
  g_autofree char *much = g_strnfill (1000000, 'x');

  info->state = ANNEX_CONNECTOR_STATE_FAILED;
  info->looked_at = TRUE;
  g_set_str (&info->sentence, HOSTILE);
  g_set_str (&info->error, HOSTILE);
  g_set_str (&info->said, HOSTILE);
  annex_fake_connector_add_need (info, HOSTILE, HOSTILE, FALSE, FALSE);
  tool = annex_fake_connector_add_tool (info, HOSTILE, HOSTILE, HOSTILE,
                                        ANNEX_CONNECTOR_EFFECT_UNKNOWN);
  g_set_str (&tool->description, HOSTILE);
  tool->unapproved = TRUE;
  tool->before = g_strdup (HOSTILE);
  tool->after = g_strdup (HOSTILE);
  info->n_unapproved = 1;
  annex_fake_connector_add_tool (info, "much", "Much", much, ANNEX_CONNECTOR_EFFECT_READ);
  show_page (self, NULL);
  g_assert_true (annex_shows (self->page, "<b>bold</b> &amp;"));
  annex_assert_plain (self->page);
  annex_connectors_page_show (ANNEX_CONNECTORS_PAGE (self->page), "evil");
  annex_shot_settle (500);
  unfold (self->page);
  annex_shot_settle (500);
  g_assert_true (annex_shows (self->page, "<b>bold</b> &amp;"));
  annex_assert_plain (self->page);
}

/* ---- adding */

static void
test_add (Case *self, gconstpointer data)
{
  AdwDialog *dialog = annex_connector_add_new (
      ANNEX_CONNECTORS (self->connectors), "{\"mcpServers\": {\"notes\": {\"command\": \"npx\"}}}");

  show_page (self, NULL);
  adw_dialog_present (dialog, self->page);
  annex_shot_settle (400);
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "npx -y notes-server"));
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "NOTES_KEY"));
  g_assert_false (annex_fake_desk_was_called (self->desk, "add_connector*"));
  annex_press (GTK_WIDGET (dialog), "_Add");
  annex_shot_settle (500);
  g_assert_true (annex_fake_desk_was_called (self->desk, "add_connector*"));
  g_assert_true (annex_shows (self->page, "Added"));
}

static void
test_add_nonsense (Case *self, gconstpointer data)
{
  AdwDialog *dialog = annex_connector_add_new (ANNEX_CONNECTORS (self->connectors), NULL);
  GtkWidget *text;

  show_page (self, NULL);
  adw_dialog_present (dialog, self->page);
  annex_shot_settle (400);
  g_assert_false (
      gtk_widget_get_sensitive (annex_find_button (GTK_WIDGET (dialog), "_Look at It")));
  text = find_type (self, "GtkTextView");
  gtk_test_accessible_assert_property (text, GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Address, command or JSON");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (text)), "what?", -1);
  annex_press (GTK_WIDGET (dialog), "_Look at It");
  annex_shot_settle (200);
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "neither an address nor a command"));
  adw_dialog_force_close (dialog);
}

#define ADD_CASE(name, func)                                                                       \
  g_test_add ("/ui/connectors/" name, Case, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  ADD_CASE ("empty", test_empty);
  ADD_CASE ("unreadable", test_unreadable);
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_autofree char *path = g_strconcat ("/ui/connectors/state/", states[i].name, NULL);

      g_test_add (path, Case, GUINT_TO_POINTER (i), set_up, test_state, tear_down);
    }
  ADD_CASE ("rules", test_rules);
  ADD_CASE ("changed", test_changed);
  ADD_CASE ("many-tools", test_many_tools);
  ADD_CASE ("hostile", test_hostile);
  ADD_CASE ("add", test_add);
  ADD_CASE ("add-nonsense", test_add_nonsense);
  return g_test_run ();
}
