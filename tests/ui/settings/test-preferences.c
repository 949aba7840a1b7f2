/* test-preferences.c
 *
 * The preferences on a fake desk and a real store: models with a real order of check and save, undo
 * of removing, sites, settings; and pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-model-form.h"
#include "annex-model.h"
#include "annex-policy.h"
#include "annex-preferences.h"
#include "annex-shot.h"
#include "annex-ui-find.h"
#include "annex-ui.h"

static gboolean
is_entry (GtkWidget *widget, const char *title)
{
  return ADW_IS_ENTRY_ROW (widget) &&
         g_str_has_prefix (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static gboolean
is_host (GtkWidget *widget, const char *title)
{
  return ADW_IS_ACTION_ROW (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static void
enter (GtkWidget *root, const char *title, const char *text)
{
  GtkWidget *row = annex_find (root, is_entry, title);

  g_assert_nonnull (row);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
}

static gboolean
is_form (GtkWidget *widget, const char *text)
{
  return ANNEX_IS_MODEL_FORM (widget);
}

static AnnexModelProfile *
make_profile (const char *provider, const char *name, const char *base_url)
{
  AnnexModelProfile *profile = annex_model_profile_new (provider, name);

  profile->base_url = g_strdup (base_url);
  return profile;
}

static GtkWindow *
open_dialog (AnnexFakeDesk *desk, AdwDialog **dialog, int width)
{
  GtkWindow *window = annex_shot_window (adw_bin_new (), width, 900);

  *dialog = annex_preferences_new (ANNEX_DESK (desk));
  adw_dialog_present (*dialog, GTK_WIDGET (window));
  annex_shot_settle (400);
  return window;
}

static void
close_dialog (GtkWindow *window, AdwDialog *dialog, AnnexFakeDesk *desk)
{
  gpointer weak = dialog;

  g_object_add_weak_pointer (G_OBJECT (dialog), &weak);
  adw_dialog_force_close (dialog);
  for (guint i = 0; i < 100 && weak != NULL; i++)
    annex_shot_settle (50);
  g_assert_null (weak); /* nothing holds it */
  gtk_window_destroy (window);
  annex_shot_settle (50);
  annex_fake_desk_close (desk);
}

/* Closed over a page of its own, as with the window's close button there. */
static void
test_close_over_page (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AdwDialog *dialog;
  GtkWindow *window = open_dialog (desk, &dialog, 800);

  gtk_widget_activate_action (GTK_WIDGET (dialog), "preferences.add-model", NULL);
  annex_shot_settle (400);
  g_assert_nonnull (annex_find (GTK_WIDGET (window), is_form, NULL));
  close_dialog (window, dialog, desk);
}

static gboolean
press_save (gpointer form)
{
  annex_model_form_save (form, TRUE);
  return TRUE;
}

/* A new hosted model: refused at first, then right. Nothing is saved before it was asked. */
static void
test_add (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AdwDialog *dialog;
  GtkWindow *window = open_dialog (desk, &dialog, 800);
  GtkWidget *form;

  annex_shot_take (window, "preferences-models");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "preferences.add-model", NULL);
  annex_shot_settle (400);
  form = annex_find (GTK_WIDGET (window), is_form, NULL);
  g_assert_nonnull (form);
  enter (form, "Key", "wrong");
  annex_fake_desk_fail (
      desk, "check_profile",
      g_error_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH, "401 <b>invalid</b> x-api-key"));
  annex_fake_desk_hold (desk, "check_profile");
  press_save (form);
  annex_shot_settle (100);
  g_assert_true (annex_shows (form, "Checking…"));
  annex_fake_desk_release (desk, "check_profile");
  annex_shot_settle (200);
  g_assert_true (annex_shows (form, "The Key Was Refused"));
  g_assert_false (annex_fake_desk_was_called (desk, "save_profile*"));
  annex_shot_take (window, "preferences-key-refused");
  enter (form, "Key", "right");
  g_assert_false (annex_shows (form, "The Key Was Refused"));
  gtk_menu_button_popup (GTK_MENU_BUTTON (annex_find (form, annex_is_type, "GtkMenuButton")));
  annex_shot_settle (200);
  g_assert_true (annex_fake_desk_was_called (desk, "list_models*"));
  gtk_popover_popdown (GTK_POPOVER (gtk_menu_button_get_popover (
      GTK_MENU_BUTTON (annex_find (form, annex_is_type, "GtkMenuButton")))));
  press_save (form);
  annex_shot_settle (500);
  g_assert_true (annex_fake_desk_was_called (desk, "save_profile:anthropic:Anthropic:*"));
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "Anthropic"));
  close_dialog (window, dialog, desk);
}

static void
test_own_address (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *form = annex_model_form_new (ANNEX_DESK (desk));
  GtkWindow *window = annex_shot_window (form, 500, 600);
  g_autoptr (AnnexModelProfile) profile = make_profile ("openai", "Mine", "http://localhost:11434");
  static const struct
  {
    const char *typed;
    const char *meant;
  } addresses[] = {
    { "http://localhost:11434/v1/", "http://localhost:11434" },
    { "localhost:8080", "http://localhost:8080" },
    { "llm.example.org/", "https://llm.example.org" },
    { "https://llm.example.org/base/v1", "https://llm.example.org/base" },
  };

  annex_model_form_begin (ANNEX_MODEL_FORM (form), profile, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr (AnnexModelProfile) made = NULL;

      enter (form, "Address", addresses[i].typed);
      made = annex_model_form_dup_profile (ANNEX_MODEL_FORM (form));
      g_assert_cmpstr (made->base_url, ==, addresses[i].meant);
      g_assert_cmpstr (made->id, ==, profile->id);
    }
  enter (form, "Address", "");
  annex_model_form_save (ANNEX_MODEL_FORM (form), TRUE); /* there is nothing to ask */
  g_assert_false (annex_fake_desk_was_called (desk, "check_profile*"));
  gtk_window_destroy (window);
  annex_shot_settle (50);
  annex_fake_desk_close (desk);
}

static void
test_models (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexModelProfile *mine = make_profile ("anthropic", "Claude <i>", NULL);
  g_autofree char *id = g_strdup (mine->id);
  g_autofree char *removed = g_strdup_printf ("remove_profile:%s", id);
  g_autofree char *long_name = g_strnfill (300, 'w');
  AdwDialog *dialog;
  GtkWindow *window;

  annex_fake_desk_add_profile (desk, mine);
  annex_fake_desk_add_profile (desk, make_profile ("openai", long_name, "https://llm.example.org"));
  annex_fake_desk_add_local (desk, make_profile ("openai", "Ollama", "http://localhost:11434"));
  window = open_dialog (desk, &dialog, 370); /* 360 without the frame */
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "Claude <i>"));
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "Found on This Machine"));
  annex_shot_take (window, "preferences-models-many");

  gtk_widget_activate_action (GTK_WIDGET (dialog), "preferences.open-model", "s", id);
  annex_shot_settle (400);
  annex_shot_take (window, "preferences-model");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "preferences.remove-model", "s", id);
  annex_shot_settle (500);
  g_assert_false (annex_fake_desk_was_called (desk, removed));
  annex_press (GTK_WIDGET (dialog), "_Undo");
  annex_shot_settle (300);
  g_assert_false (annex_fake_desk_was_called (desk, removed));
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "Claude <i>"));
  gtk_widget_activate_action (GTK_WIDGET (dialog), "preferences.remove-model", "s", id);
  annex_shot_settle (300);
  g_assert_false (annex_fake_desk_was_called (desk, removed));
  close_dialog (window, dialog, desk); /* closing does not bring it back */
  g_assert_true (annex_fake_desk_was_called (desk, removed));
}

/* What takes space is told, and given back when that is confirmed. */
static void
test_space (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AdwDialog *dialog;
  AdwDialog *asked;
  GtkWindow *window = annex_shot_window (adw_bin_new (), 800, 900);

  annex_fake_desk_add_task (desk, "Receipts <b>");
  dialog = annex_preferences_new_at_space (ANNEX_DESK (desk));
  adw_dialog_present (dialog, GTK_WIDGET (window));
  annex_shot_settle (500);
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "Receipts <b>"));
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "The System of Its Computers"));
  annex_shot_take (window, "preferences-space");
  annex_press (GTK_WIDGET (dialog), "Free…");
  annex_shot_settle (300);
  asked = adw_window_get_visible_dialog (ADW_WINDOW (window));
  g_assert_true (ADW_IS_ALERT_DIALOG (asked));
  g_assert_false (annex_fake_desk_was_called (desk, "reset_computer*"));
  g_signal_emit_by_name (asked, "response::free-space", "free-space");
  adw_dialog_force_close (asked);
  annex_shot_settle (500);
  g_assert_true (annex_fake_desk_was_called (desk, "reset_computer*"));
  /* An AdwPreferencesDialog closed over a subpage is kept by libadwaita. */
  adw_preferences_dialog_pop_subpage (ADW_PREFERENCES_DIALOG (dialog));
  annex_shot_settle (400);
  close_dialog (window, dialog, desk);
}

static GPtrArray *
dup_rules (AnnexFakeDesk *desk)
{
  g_autoptr (DexFuture) future = annex_store_list_rules (annex_desk_get_store (ANNEX_DESK (desk)));

  g_assert_true (annex_shot_await (dex_ref (future), NULL));
  return g_value_dup_boxed (dex_future_get_value (future, NULL));
}

static guint
count_rules (AnnexFakeDesk *desk)
{
  g_autoptr (GPtrArray) rules = dup_rules (desk);

  return rules->len;
}

/* As old as it was: a yes that outweighed it does so again. */
static void
remove_and_undo (AnnexFakeDesk *desk, GtkWidget *dialog)
{
  g_autoptr (GPtrArray) before = dup_rules (desk);
  g_autoptr (GPtrArray) after = NULL;

  annex_press (dialog, "Ask Again");
  annex_shot_settle (300);
  g_assert_cmpuint (count_rules (desk), ==, before->len - 1);
  annex_press (dialog, "_Undo");
  annex_shot_settle (500);
  after = dup_rules (desk);
  g_assert_cmpuint (after->len, ==, before->len);
  for (guint i = 0; i < after->len; i++)
    g_assert_cmpint (((AnnexNetworkRule *) after->pdata[i])->time_us, ==,
                     ((AnnexNetworkRule *) before->pdata[i])->time_us);
}

static void
test_network (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  AdwDialog *dialog;
  GtkWindow *window = open_dialog (desk, &dialog, 800);
  GtkWidget *row;

  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "network");
  annex_shot_settle (300);
  enter (GTK_WIDGET (dialog), "Add a Site", "https://Example.org/path");
  annex_press (GTK_WIDGET (dialog), "_Always");
  annex_shot_settle (300);
  enter (GTK_WIDGET (dialog), "Add a Site", "bad.example.net");
  annex_press (GTK_WIDGET (dialog), "_Never");
  annex_shot_settle (300);
  g_assert_cmpuint (count_rules (desk), ==, 2);
  g_assert_true (annex_shows (GTK_WIDGET (dialog), "example.org"));
  remove_and_undo (desk, GTK_WIDGET (dialog));
  enter (GTK_WIDGET (dialog), "Add a Site", "127.0.0.1");
  annex_press (GTK_WIDGET (dialog), "_Always");
  annex_shot_settle (300);
  g_assert_cmpuint (count_rules (desk), ==, 2);
  row = annex_find (GTK_WIDGET (dialog), annex_is_type, "AdwExpanderRow");
  g_assert_true (adw_expander_row_get_enable_expansion (ADW_EXPANDER_ROW (row)));
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  annex_shot_settle (400);
  g_assert_nonnull (annex_find (row, is_host, "packages.example.org"));
  annex_shot_take (window, "preferences-network");
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (row), FALSE);
  g_assert_false (g_settings_get_boolean (settings, "open-package-sources"));
  annex_press (GTK_WIDGET (dialog), "Ask Again");
  annex_shot_settle (300);
  g_assert_cmpuint (count_rules (desk), ==, 1);
  close_dialog (window, dialog, desk);
}

static gboolean
is_switch (GtkWidget *widget, const char *title)
{
  return ADW_IS_SWITCH_ROW (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static void
test_general (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  AdwDialog *dialog;
  GtkWindow *window = open_dialog (desk, &dialog, 800);
  GtkWidget *row;

  g_assert_nonnull (settings);
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (dialog), "general");
  annex_shot_settle (300);
  annex_shot_take (window, "preferences-general");
  row = annex_find (GTK_WIDGET (dialog), annex_is_type, "AdwComboRow");
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), ==, 1);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 2);
  g_assert_cmpint (g_settings_get_enum (settings, "default-folder-mode"), ==, 2);
  row = annex_find (GTK_WIDGET (dialog), annex_is_type, "AdwSwitchRow");
  adw_switch_row_set_active (ADW_SWITCH_ROW (row), FALSE);
  g_assert_false (g_settings_get_boolean (settings, "run-in-background"));
  row = annex_find (GTK_WIDGET (dialog), is_switch, "Tasks Have a _Computer");
  g_assert_true (adw_switch_row_get_active (ADW_SWITCH_ROW (row)));
  adw_switch_row_set_active (ADW_SWITCH_ROW (row), FALSE);
  g_assert_false (g_settings_get_boolean (settings, "use-computer"));
  row = annex_find (GTK_WIDGET (dialog), annex_is_type, "AdwSpinRow");
  adw_spin_row_set_value (ADW_SPIN_ROW (row), 2.5);
  g_assert_cmpfloat (g_settings_get_double (settings, "limit-cost"), ==, 2.5);
  close_dialog (window, dialog, desk);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/preferences/close-over-page", test_close_over_page);
  g_test_add_func ("/ui/preferences/add", test_add);
  g_test_add_func ("/ui/preferences/own-address", test_own_address);
  g_test_add_func ("/ui/preferences/models", test_models);
  g_test_add_func ("/ui/preferences/space", test_space);
  g_test_add_func ("/ui/preferences/network", test_network);
  g_test_add_func ("/ui/preferences/general", test_general);
  return g_test_run ();
}
