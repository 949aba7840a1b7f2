/* test-compare.c
 *
 * A task tried again and the two tries side by side, on a fake desk: what is asked of the desk,
 * what is shown, and the ways out of what cannot be done.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-again-dialog.h"
#include "annex-comparison-dialog.h"
#include "annex-fake-desk.h"
#include "annex-json-build.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *first;
  AnnexTask *again;
  char *shares[2];
  GtkWindow *window;
  AnnexTask *opened; /* what a dialog said last; borrowed */
} Fixture;

static void
add_profile (AnnexFakeDesk *desk, const char *id, const char *name, gboolean is_default)
{
  AnnexModelProfile *profile = annex_model_profile_new ("anthropic", name);

  g_set_str (&profile->id, id);
  profile->is_default = is_default;
  annex_fake_desk_add_profile (desk, profile);
}

static void
add_change (GPtrArray *changes, AnnexChangeKind kind, const char *path, const char *text)
{
  AnnexChange *change = annex_change_new (kind, path);

  change->size_bytes = strlen (text);
  change->old_size_bytes = 4;
  if (kind != ANNEX_CHANGE_DELETED)
    change->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_ptr_array_add (changes, change);
}

static void
fill (Fixture *self, AnnexTask *task, guint which)
{
  g_autofree char *place = g_strdup_printf ("%u/Notes", which);
  g_autofree char *folder =
      annex_fake_desk_make_folder (self->desk, place, (const char *[]) { "a.txt", NULL });
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  const char *report = which == 0 ? "the first report\nof two lines\n" : "the second report\n";
  g_autofree char *call = NULL;

  self->shares[which] = annex_fake_desk_share (self->desk, task, folder, ANNEX_SHARE_REVIEW);
  annex_fake_desk_user (self->desk, task, "Make a report of my notes");
  call = annex_fake_desk_call (self->desk, task, "shell", "{\"command\":\"ls Notes\"}");
  annex_fake_desk_result (self->desk, task, call, "shell", "a.txt", which == 1, 1200);
  annex_fake_desk_text (self->desk, task,
                        which == 0 ? "The report is done. It has **two** lines & a <b>title</b>."
                                   : "The report is done, in one line.");
  add_change (changes, ANNEX_CHANGE_ADDED, "report.txt", report);
  add_change (changes, ANNEX_CHANGE_CHANGED, "a.txt", "the same in both");
  if (which == 1)
    add_change (changes, ANNEX_CHANGE_ADDED, "sub/new.txt", "new");
  annex_fake_desk_set_draft (self->desk, task, self->shares[which], changes);
  annex_fake_desk_set_after (self->desk, self->shares[which], "report.txt", report, -1);
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_DONE);
}

static void
fixture_open (Fixture *self, int width)
{
  GtkWidget *toasts = adw_toast_overlay_new ();

  self->desk = annex_fake_desk_new ();
  add_profile (self->desk, "p1", "Big & Slow", FALSE);
  add_profile (self->desk, "p2", "Small and quick", TRUE);
  self->first = annex_fake_desk_add_task (self->desk, "Report of my notes");
  fill (self, self->first, 0);
  self->again = annex_fake_desk_add_task (self->desk, "Again: Report of my notes");
  annex_fake_desk_append (self->desk, self->again, ANNEX_EVENT_TRIES_AGAIN,
                          annex_json_build ("s", "task", annex_task_get_id (self->first), NULL));
  fill (self, self->again, 1);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), adw_bin_new ());
  self->window = annex_shot_window (toasts, width, 960);
}

static void
fixture_close (Fixture *self)
{
  gtk_window_destroy (self->window);
  annex_shot_settle (100);
  for (guint i = 0; i < 2; i++)
    g_free (self->shares[i]);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
}

static void
opened_cb (Fixture *self, AnnexTask *task)
{
  self->opened = task;
}

static AdwDialog *
present (Fixture *self, AdwDialog *dialog, const char *signal)
{
  g_signal_connect_swapped (dialog, signal, G_CALLBACK (opened_cb), self);
  adw_dialog_present (dialog, GTK_WIDGET (self->window));
  return dialog;
}

typedef struct
{
  GtkWidget *root;
  const char *text;
} Shown;

static gboolean
is_shown (gpointer data)
{
  Shown *shown = data;

  return annex_shows (shown->root, shown->text);
}

static void
await_text (Fixture *self, const char *text)
{
  Shown shown = { GTK_WIDGET (self->window), text };

  if (!annex_shot_wait (is_shown, &shown, 60000))
    g_error ("“%s” is not shown", text);
}

static gboolean
has_opened (gpointer data)
{
  return ((Fixture *) data)->opened != NULL;
}

static void
test_again (void)
{
  Fixture self = { 0 };
  GtkWidget *root;

  fixture_open (&self, 800);
  root = GTK_WIDGET (self.window);
  present (&self, annex_again_dialog_new (ANNEX_DESK (self.desk), self.first), "made");
  await_text (&self, "Small and quick");
  annex_shot_take (self.window, "again");

  /* The folder is gone: said, with a way out that is taken. */
  annex_fake_desk_fail (self.desk, "try_again",
                        g_error_new_literal (ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_FOLDER_GONE,
                                             "The folder “Notes” is not there any more"));
  annex_press (root, "_Try Again");
  await_text (&self, "The folder “Notes” is not there any more");
  g_assert_true (annex_called (self.desk, "try_again:p2:"));
  annex_shot_take (self.window, "again-folder-gone");
  annex_fake_desk_fail (self.desk, "try_again",
                        g_error_new_literal (ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_NO_BEGINNING,
                                             "What it was is not known any more"));
  annex_press (root, "Go On _Without It");
  await_text (&self, "What it was is not known any more");
  g_assert_true (annex_called (self.desk, "try_again:p2::without-folder"));
  annex_press (root, "Use the Folder as It Is _Now");
  g_assert_true (annex_shot_wait (has_opened, &self, 60000));
  g_assert_true (annex_called (self.desk, "try_again:p2::as-now:without-folder"));
  g_assert_cmpstr (annex_task_get_again_of (self.opened), ==, annex_task_get_id (self.first));
  fixture_close (&self);
}

/* Other failures are said, and it can be tried once more. */
static void
test_again_fails (void)
{
  Fixture self = { 0 };
  GtkWidget *root;

  fixture_open (&self, 360);
  root = GTK_WIDGET (self.window);
  present (&self, annex_again_dialog_new (ANNEX_DESK (self.desk), self.first), "made");
  await_text (&self, "Small and quick");
  annex_fake_desk_fail (
      self.desk, "try_again",
      g_error_new_literal (ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_AT_WORK, "The task is at work"));
  annex_press (root, "_Try Again");
  await_text (&self, "The task is at work");
  g_assert_null (annex_find_button (root, "Go On _Without It"));
  annex_press (root, "_Try Again");
  g_assert_true (annex_shot_wait (has_opened, &self, 60000));
  fixture_close (&self);
}

static GtkWidget *
find_card (Fixture *self, gboolean second)
{
  GtkWidget *card = annex_find (GTK_WIDGET (self->window), annex_is_type, "AnnexTryCard");

  return second ? gtk_widget_get_next_sibling (card) : card;
}

typedef struct
{
  Fixture *self;
  gboolean second;
  const char *label;
} Press;

static gboolean
can_press (gpointer data)
{
  Press *press = data;
  GtkWidget *button = annex_find_button (find_card (press->self, press->second), press->label);

  return button != NULL && gtk_widget_is_sensitive (button);
}

/* Not while something else is being kept or taken back. */
static void
press_card (Fixture *self, gboolean second, const char *label)
{
  Press press = { self, second, label };

  g_assert_true (annex_shot_wait (can_press, &press, 60000));
  annex_press (find_card (self, second), label);
}

static gboolean
is_called (gpointer data)
{
  Fixture *self = data;
  g_autofree char *keep = g_strdup_printf ("keep:%s:*", self->shares[1]);

  return annex_called (self->desk, "undo:*") && annex_called (self->desk, keep);
}

static gboolean
is_kept (gpointer data)
{
  GtkWidget *card = find_card (data, TRUE);

  return card != NULL && annex_shows (card, "changes, kept");
}

static void
test_compare (void)
{
  Fixture self = { 0 };
  AdwDialog *dialog;

  fixture_open (&self, 1100);
  dialog = present (&self, annex_comparison_dialog_new (ANNEX_DESK (self.desk), self.again),
                    "open-task");
  await_text (&self, "First Try");
  g_assert_true (annex_shows (find_card (&self, FALSE), "two"));
  g_assert_true (annex_shows (find_card (&self, FALSE), "<b>title</b>")); /* no markup of its own */
  g_assert_true (annex_shows (find_card (&self, FALSE), "2 changes, not kept yet"));
  g_assert_true (annex_shows (find_card (&self, TRUE), "3 changes, not kept yet"));
  g_assert_true (annex_shows (find_card (&self, TRUE), "1, 1 failed"));
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "2 of 3 are not the same."));
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "Notes/report.txt"));
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "Only in the second try"));
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "The same in both"));
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "Failed in the second try"));
  annex_shot_take (self.window, "compare");

  /* The first one is kept; then the second one instead, which asks. */
  press_card (&self, FALSE, "_Keep This One");
  await_text (&self, "2 changes, kept");
  g_assert_false (annex_called (self.desk, "undo:*"));
  press_card (&self, TRUE, "_Keep This One");
  await_text (&self, "Keep This One Instead?");
  annex_shot_take (self.window, "compare-instead");
  g_assert_false (annex_called (self.desk, "undo:*"));
  annex_press (GTK_WIDGET (self.window), "_Keep Instead");
  g_assert_true (annex_shot_wait (is_called, &self, 60000));
  g_assert_true (annex_shot_wait (is_kept, &self, 60000));
  await_text (&self, "2 changes, taken back");

  /* And that is taken back, too. */
  annex_fake_desk_forget_calls (self.desk);
  press_card (&self, TRUE, "_Undo");
  await_text (&self, "3 changes, taken back");
  g_assert_true (annex_called (self.desk, "undo:*"));
  g_object_add_weak_pointer (G_OBJECT (dialog), (gpointer *) &dialog);
  press_card (&self, TRUE, "_Open Task");
  g_assert_true (self.opened == self.again);
  fixture_close (&self);
  g_assert_null (dialog);
}

/* What of a file was made by one and by the other. */
static void
test_file (void)
{
  Fixture self = { 0 };
  GtkWidget *row;

  fixture_open (&self, 360);
  present (&self, annex_comparison_dialog_new (ANNEX_DESK (self.desk), self.again), "open-task");
  await_text (&self, "Notes/report.txt");
  annex_shot_take (self.window, "compare-narrow");
  row = gtk_widget_get_ancestor (
      annex_find (GTK_WIDGET (self.window), annex_is_label_with, "Notes/report.txt"),
      ADW_TYPE_ACTION_ROW);
  adw_action_row_activate (ADW_ACTION_ROW (row));
  await_text (&self, "the second report");
  g_assert_true (annex_shows (GTK_WIDGET (self.window), "the first report"));
  annex_shot_take (self.window, "compare-file");
  fixture_close (&self);
}

static void
test_first_gone (void)
{
  Fixture self = { 0 };

  fixture_open (&self, 800);
  annex_fake_desk_fail (self.desk, "open_task",
                        g_error_new_literal (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND, "No"));
  present (&self, annex_comparison_dialog_new (ANNEX_DESK (self.desk), self.again), "open-task");
  await_text (&self, "The first try was deleted.");
  annex_shot_take (self.window, "compare-gone");
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/compare/again", test_again);
  g_test_add_func ("/compare/again-fails", test_again_fails);
  g_test_add_func ("/compare/compare", test_compare);
  g_test_add_func ("/compare/file", test_file);
  g_test_add_func ("/compare/first-gone", test_first_gone);
  return g_test_run ();
}
