/* test-welcome.c
 *
 * The first run on a fake desk: each way through it, consent with numbers, progress, cancel and
 * going on; and pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-setup.h"
#include "annex-fake-desk.h"
#include "annex-model-form.h"
#include "annex-shot.h"
#include "annex-ui-find.h"
#include "annex-ui.h"
#include "annex-welcome.h"

typedef struct
{
  AnnexFakeDesk *desk;
  GtkWindow *window;
  AdwDialog *dialog;
  int finished; /* -1: not yet */
} Fixture;

static void
finished_cb (Fixture *fixture, gboolean tour)
{
  fixture->finished = tour;
}

static void
set_up (Fixture *fixture, int width)
{
  fixture->desk = annex_fake_desk_new ();
  fixture->finished = -1;
  annex_fake_desk_add_local (fixture->desk, annex_model_profile_new ("openai", "Ollama <b>"));
  fixture->window = annex_shot_window (adw_bin_new (), width, 900);
  fixture->dialog = annex_welcome_new (ANNEX_DESK (fixture->desk));
  g_signal_connect_swapped (fixture->dialog, "finished", G_CALLBACK (finished_cb), fixture);
  g_object_add_weak_pointer (G_OBJECT (fixture->dialog), (gpointer *) &fixture->dialog);
  adw_dialog_present (fixture->dialog, GTK_WIDGET (fixture->window));
  annex_shot_settle (400);
}

static void
tear_down (Fixture *fixture)
{
  if (fixture->dialog != NULL)
    adw_dialog_force_close (fixture->dialog);
  annex_shot_settle (1000);
  g_assert_null (fixture->dialog);      /* nothing holds it */
  gtk_window_destroy (fixture->window); /* which may know it as what the pointer was last on */
  annex_shot_settle (100);
  annex_fake_desk_close (fixture->desk);
  g_clear_object (&fixture->desk);
}

static gboolean
is_row (GtkWidget *widget, const char *title)
{
  return ADW_IS_ACTION_ROW (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static void
choose (Fixture *fixture, const char *title)
{
  GtkWidget *row = annex_find (GTK_WIDGET (fixture->dialog), is_row, title);

  g_assert_nonnull (row);
  adw_action_row_activate (ADW_ACTION_ROW (row));
  annex_shot_settle (500);
}

static void
get_started (Fixture *fixture)
{
  GtkWidget *button = annex_find_button (GTK_WIDGET (fixture->dialog), "_Get Started");

  g_assert_nonnull (button);
  gtk_widget_activate (button);
  annex_shot_settle (700);
}

static gboolean
is_form (GtkWidget *widget, const char *text)
{
  return ANNEX_IS_MODEL_FORM (widget);
}

static void
test_left (void)
{
  Fixture fixture;

  set_up (&fixture, 800);
  g_assert_true (annex_welcome_is_needed (ANNEX_DESK (fixture.desk)));
  get_started (&fixture);
  adw_dialog_force_close (fixture.dialog);
  annex_shot_settle (1000);
  g_assert_null (fixture.dialog); /* nothing holds it */
  g_assert_cmpint (fixture.finished, ==, -1);
  tear_down (&fixture);
}

static void
test_hosted (void)
{
  Fixture fixture;
  GtkWidget *form;
  g_autoptr (GPtrArray) profiles = NULL;
  guint n_profiles;

  set_up (&fixture, 800);
  profiles = annex_desk_dup_profiles (ANNEX_DESK (fixture.desk));
  n_profiles = profiles->len + 1;
  g_clear_pointer (&profiles, g_ptr_array_unref);
  annex_shot_take (fixture.window, "welcome");
  get_started (&fixture);
  annex_shot_take (fixture.window, "welcome-think");
  choose (&fixture, "A Hosted Model");
  form = annex_find (GTK_WIDGET (fixture.dialog), is_form, NULL);
  g_assert_nonnull (form);
  annex_shot_take (fixture.window, "welcome-key");
  annex_fake_desk_fail (fixture.desk, "check_profile",
                        g_error_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE, "No route"));
  annex_model_form_save (ANNEX_MODEL_FORM (form), TRUE);
  annex_shot_settle (300);
  g_assert_true (annex_shows (form, "The Model Cannot Be Reached"));
  annex_press (form, "Save Without Checking");
  annex_shot_settle (700);
  g_assert_true (annex_fake_desk_was_called (fixture.desk, "save_profile:anthropic*"));

  g_assert_true (annex_shows (GTK_WIDGET (fixture.dialog), "A Computer for Annex"));
  annex_shot_take (fixture.window, "welcome-computer");
  /* Back, and once more: it is the same model. */
  gtk_widget_activate_action (
      annex_find (GTK_WIDGET (fixture.dialog), annex_is_type, "AdwNavigationView"),
      "navigation.pop", NULL);
  annex_shot_settle (700);
  annex_model_form_save (ANNEX_MODEL_FORM (form), TRUE);
  annex_shot_settle (700);
  profiles = annex_desk_dup_profiles (ANNEX_DESK (fixture.desk));
  g_assert_cmpuint (profiles->len, ==, n_profiles);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.dialog), "A Computer for Annex"));
  /* Also when it was chosen once more. */
  for (guint i = 0; i < 2; i++)
    {
      gtk_widget_activate_action (
          annex_find (GTK_WIDGET (fixture.dialog), annex_is_type, "AdwNavigationView"),
          "navigation.pop", NULL);
      annex_shot_settle (700);
    }
  choose (&fixture, "A Hosted Model");
  annex_model_form_save (ANNEX_MODEL_FORM (form), TRUE);
  annex_shot_settle (700);
  g_clear_pointer (&profiles, g_ptr_array_unref);
  profiles = annex_desk_dup_profiles (ANNEX_DESK (fixture.desk));
  g_assert_cmpuint (profiles->len, ==, n_profiles);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.dialog), "A Computer for Annex"));
  annex_press (GTK_WIDGET (fixture.dialog), "_Not Now");
  annex_shot_settle (500);
  g_assert_cmpint (fixture.finished, ==, FALSE);
  g_assert_false (annex_fake_desk_was_called (fixture.desk, "install_computer"));
  g_assert_false (annex_welcome_is_needed (ANNEX_DESK (fixture.desk)));
  tear_down (&fixture);
}

static void
test_tour (void)
{
  Fixture fixture;

  set_up (&fixture, 370);
  annex_shot_take (fixture.window, "welcome");
  get_started (&fixture);
  annex_shot_take (fixture.window, "welcome-think");
  choose (&fixture, "The Tour");
  annex_shot_take (fixture.window, "welcome-computer");
  annex_fake_desk_hold (fixture.desk, "install_computer");
  annex_press (GTK_WIDGET (fixture.dialog), "_Set Up Now");
  annex_shot_settle (300);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.dialog), "Downloading Annex's computer"));
  annex_shot_take (fixture.window, "welcome-progress");
  annex_fake_desk_release (fixture.desk, "install_computer");
  annex_shot_settle (400);
  g_assert_true (annex_shows (GTK_WIDGET (fixture.dialog), "Annex’s Computer Is Ready"));
  annex_shot_take (fixture.window, "welcome-ready");
  annex_press (GTK_WIDGET (fixture.dialog), "_Begin");
  annex_shot_settle (500);
  g_assert_cmpint (fixture.finished, ==, TRUE);
  tear_down (&fixture);
}

static void
test_local (void)
{
  Fixture fixture;
  AnnexComputerNeeds needs = { .installed = TRUE };

  set_up (&fixture, 800);
  annex_fake_desk_set_needs (fixture.desk, &needs);
  get_started (&fixture);
  choose (&fixture, "Ollama <b>");
  annex_model_form_save (ANNEX_MODEL_FORM (annex_find (GTK_WIDGET (fixture.dialog), is_form, NULL)),
                         TRUE);
  annex_shot_settle (800);
  /* The computer is there: nothing more is asked. */
  g_assert_true (annex_fake_desk_was_called (fixture.desk, "check_profile:openai:*"));
  g_assert_cmpint (fixture.finished, ==, FALSE);
  tear_down (&fixture);
}

static void
setup_finished_cb (int *finished, gboolean installed)
{
  *finished = installed;
}

static void
test_consent (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexComputerNeeds full = { .download_bytes = 90 << 20,
                              .disk_bytes = 400 << 20,
                              .disk_free_bytes = 100 << 20,
                              .memory_bytes = 1 << 30,
                              .metered = TRUE,
                              .folder = (char *) "/home/user/.local/share/annex/<b>computers</b>/"
                                                 "\u202eelif/a very long path without an end",
                              .source = (char *) "Downloaded from example.org" };
  AnnexComputerNeeds metered = full;
  GtkWidget *setup;
  GtkWindow *window;
  int finished = -1;

  metered.disk_free_bytes = G_GUINT64_CONSTANT (60) << 30;
  annex_fake_desk_set_needs (desk, &full);
  setup = annex_computer_setup_new (NULL);
  g_signal_connect_swapped (setup, "finished", G_CALLBACK (setup_finished_cb), &finished);
  window = annex_shot_window (setup, 370, 800);
  g_object_set (setup, "desk", desk, NULL);
  annex_shot_settle (300);
  g_assert_true (annex_shows (setup, "There is not enough room here"));
  g_assert_false (gtk_widget_get_sensitive (annex_find_button (setup, "_Set Up Now")));
  annex_shot_take (window, "computer-setup-full");
  annex_fake_desk_set_needs (desk, &metered);
  g_object_set (setup, "desk", NULL, NULL);
  g_object_set (setup, "desk", desk, NULL);
  annex_shot_settle (300);
  g_assert_true (annex_shows (setup, "metered connection"));

  /* Fails, is tried again, and is there. */
  annex_fake_desk_fail (desk, "install_computer",
                        g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Full"));
  annex_press (setup, "_Set Up Now");
  annex_shot_settle (400);
  g_assert_true (annex_shows (setup, "There Is Not Enough Room"));
  annex_shot_take (window, "computer-setup-failed");
  annex_fake_desk_fail (desk, "install_computer",
                        g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  annex_press (setup, "_Try Again");
  annex_shot_settle (400);
  g_assert_true (annex_shows (setup, "Setting Up Was Stopped"));
  annex_press (setup, "_Go On");
  annex_shot_settle (400);
  annex_press (setup, "_Begin");
  g_assert_cmpint (finished, ==, TRUE);
  gtk_window_destroy (window);
  annex_shot_settle (50);
  annex_fake_desk_close (desk);
}

static void
test_remaining (void)
{
  static const struct
  {
    double fraction;
    gint64 elapsed_ms;
    const char *words;
  } rows[] = {
    { 0.5, 1000, NULL }, /* too early to tell */
    { 0.01, 60000, NULL },
    { -1, 60000, NULL },
    { 0.5, 30000, "Less than a minute left" },
    { 0.5, 60000, "About 1 minute left" },
    { 0.1, 20000, "About 3 minutes left" },
    { 0.02, 3600000, "About 600 minutes left" },
    { 1, 60000, "Less than a minute left" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *words =
          annex_computer_setup_format_remaining (rows[i].fraction, rows[i].elapsed_ms);

      g_assert_cmpstr (words, ==, rows[i].words);
    }
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/welcome/left", test_left);
  g_test_add_func ("/ui/welcome/hosted", test_hosted);
  g_test_add_func ("/ui/welcome/tour", test_tour);
  g_test_add_func ("/ui/welcome/local", test_local);
  g_test_add_func ("/ui/computer-setup/consent", test_consent);
  g_test_add_func ("/ui/computer-setup/remaining", test_remaining);
  return g_test_run ();
}
