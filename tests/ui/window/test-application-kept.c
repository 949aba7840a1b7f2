/* test-application-kept.c
 *
 * What a person has opened or written is still there, whatever else happens in the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "annex-task-page.h"
#include "annex-ui-find.h"
#include "annex-ui.h"
#include "application-fixture.h"

/* A task that was opened before the first run was through is still there after it. */
static void
welcome_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexWindow *window = get_window (fixture);
  AdwDialog *welcome = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window));
  g_autofree char *id = g_strdup (annex_window_get_task_id (window));

  g_assert_nonnull (id);
  g_assert_true (annex_is_type (GTK_WIDGET (welcome), "AnnexWelcome"));
  g_signal_emit_by_name (welcome, "finished", FALSE);
  annex_shot_settle (200);
  g_assert_cmpstr (annex_window_get_task_id (window), ==, id);
  g_signal_emit_by_name (welcome, "finished", TRUE);
  annex_shot_settle (200);
  g_assert_null (annex_window_get_task_id (window));
  adw_dialog_force_close (welcome);
  annex_shot_settle (300);
}

static void
test_welcome (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  AnnexTask *task = annex_fake_desk_add_task (fixture.desk, "Linked");
  g_autofree char *link = g_strconcat ("annex:task/", annex_task_get_id (task), NULL);
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  g_settings_set_boolean (settings, "first-run-done", FALSE);
  run (&fixture, link, welcome_body);
  g_settings_set_boolean (settings, "first-run-done", TRUE);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static AnnexComposer *
get_composer (AnnexWindow *window)
{
  GtkWidget *page = annex_find (GTK_WIDGET (window), annex_is_type, "AnnexTaskPage");

  g_assert_nonnull (page);
  return annex_task_page_get_composer (ANNEX_TASK_PAGE (page));
}

/* What was being written is there again after Undo. */
static void
words_body (gpointer data)
{
  AnnexWindow *window = get_window (data);
  g_autofree char *id = g_strdup (annex_window_get_task_id (window));

  annex_composer_set_text (get_composer (window), "And by mon");
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s", id);
  annex_shot_settle (300);
  g_assert_null (annex_window_get_task_id (window));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.undelete-task", "s", id);
  annex_shot_settle (300);
  g_assert_cmpstr (annex_window_get_task_id (window), ==, id);
  g_assert_false (annex_composer_is_empty (get_composer (window)));
}

static void
test_words (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  AnnexTask *task = annex_fake_desk_add_task (fixture.desk, "Linked");
  g_autofree char *link = g_strconcat ("annex:task/", annex_task_get_id (task), NULL);

  run (&fixture, link, words_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

static gboolean
is_shown_again (gpointer data)
{
  return annex_shows (data, "There is no libvirt") && annex_shows (data, "Linked");
}

/* And after a deletion that failed. */
static void
failed_body (gpointer data)
{
  Fixture *fixture = data;
  AnnexWindow *window = get_window (fixture);
  g_autofree char *id = g_strdup (annex_window_get_task_id (window));

  annex_composer_set_text (get_composer (window), "And by mon");
  annex_fake_desk_fail (fixture->desk, "delete_task",
                        g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "There is no libvirt"));
  gtk_widget_activate_action (GTK_WIDGET (window), "win.delete-task", "s", id);
  annex_shot_settle (300);
  adw_toast_overlay_dismiss_all (
      ADW_TOAST_OVERLAY (annex_find (GTK_WIDGET (window), annex_is_type, "AdwToastOverlay")));
  g_assert_true (annex_shot_wait (is_shown_again, window, 10000));
  annex_window_open_task (window, id, NULL);
  annex_shot_settle (300);
  g_assert_cmpstr (annex_window_get_task_id (window), ==, id);
  g_assert_false (annex_composer_is_empty (get_composer (window)));
}

static void
test_failed (void)
{
  Fixture fixture = { .desk = annex_fake_desk_new () };
  AnnexTask *task = annex_fake_desk_add_task (fixture.desk, "Linked");
  g_autofree char *link = g_strconcat ("annex:task/", annex_task_get_id (task), NULL);

  run (&fixture, link, failed_body);
  annex_fake_desk_close (fixture.desk);
  g_object_unref (fixture.desk);
}

int
main (int argc, char **argv)
{
  g_autoptr (GSettings) settings = NULL;

  annex_shot_init (&argc, &argv);
  settings = annex_ui_dup_settings ();
  g_settings_set_boolean (settings, "first-run-done", TRUE);
  g_test_add_func ("/application/kept/welcome", test_welcome);
  g_test_add_func ("/application/kept/words", test_words);
  g_test_add_func ("/application/kept/failed", test_failed);
  return g_test_run ();
}
