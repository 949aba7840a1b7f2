/* test-results.c
 *
 * Results as cards and as a strip, and the files behind them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-shot.h"
#include "fake-computer.h"
#include "zip-fixture.h"

#include "annex-future.h"
#include "annex-result-card.h"
#include "annex-result-file.h"
#include "annex-result-strip.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  FakeComputer *computer;
  char *folder;
  char *share;
} Fixture;

static void
fixture_open (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *root = NULL;

  self->desk = annex_fake_desk_new ();
  self->task = annex_fake_desk_add_task (self->desk, "Expense report");
  self->folder =
      annex_fake_desk_make_folder (self->desk, "Receipts", (const char *[]) { "kept.txt", NULL });
  self->share = annex_fake_desk_share (self->desk, self->task, self->folder, ANNEX_SHARE_REVIEW);
  root = g_build_filename (annex_fake_desk_get_folder (self->desk), "computer", NULL);
  g_assert_cmpint (g_mkdir (root, 0700), ==, 0);
  self->computer = fake_computer_new (root);
  annex_fake_desk_set_computer (self->desk, ANNEX_COMPUTER (self->computer));
}

static void
fixture_close (Fixture *self)
{
  annex_shot_settle (50);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
  g_object_unref (self->computer);
  g_free (self->folder);
  g_free (self->share);
}

static void
start_computer (Fixture *self)
{
  g_autoptr (GError) error = NULL;

  annex_shot_await (annex_computer_start (ANNEX_COMPUTER (self->computer)), &error);
  g_assert_no_error (error);
}

static void
test_names (void)
{
  static const struct
  {
    const char *path;
    const char *name;
  } cases[] = {
    { "/home/agent/outbox/report.xlsx", "report.xlsx" },
    { "/home/agent/outbox/.hidden", "hidden" },
    { "/home/agent/outbox/..", "result" },
    { "/", "-" },
    { "a\nb\033[31m.txt", "a b [31m.txt" },
    { "invoice\342\200\256fdp.exe", "invoice\357\277\275fdp.exe" },
    { "bad\377.txt", "bad\357\277\275.txt" },
    { "", "result" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = annex_result_file_dup_name (cases[i].path);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
  {
    g_autofree char *flood = g_strnfill (5000, 'x');
    g_autofree char *path = g_strconcat ("/a/", flood, ".pdf", NULL);
    g_autofree char *name = annex_result_file_dup_name (path);

    g_assert_cmpuint (strlen (name), <, 200);
    g_assert_true (g_str_has_suffix (name, ".pdf"));
  }
}

static void
test_host_paths (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  static const struct
  {
    const char *guest;
    const char *rest; /* NULL: in no share, or newer in the draft */
  } cases[] = {
    { "/folders/Receipts/kept.txt", "kept.txt" },
    { "/folders/Receipts/a/b.txt", "a/b.txt" },
    { "/folders/Receipts/../../etc/passwd", NULL },
    { "/folders/Receipts//kept.txt", NULL },
    { "/folders/Receipts/./kept.txt", NULL },
    { "/folders/Receipts/", NULL },
    { "/folders/Receipts", NULL },
    { "/folders/ReceiptsX/kept.txt", NULL },
    { "/home/agent/outbox/x", NULL },
    { "/folders/Receipts/new.txt", NULL },
    { "/folders/Receipts/newdir/x.txt", NULL },
    { "", NULL },
  };

  fixture_open (&self);
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_CHANGED, "new.txt"));
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, "newdir"));
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = annex_result_file_dup_host_path (self.task, cases[i].guest);
      g_autofree char *wanted =
          cases[i].rest != NULL ? g_build_filename (self.folder, cases[i].rest, NULL) : NULL;

      g_assert_cmpstr (path, ==, wanted);
    }
  fixture_close (&self);
}

/* The log tells only the first of many changes: what is behind them may be newer in the draft. */
static void
test_large_draft (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autofree char *path = NULL;

  fixture_open (&self);
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *name = g_strdup_printf ("file-%03u.txt", i);

      g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, name));
    }
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_CHANGED, "z-index.xlsx"));
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  path = annex_result_file_dup_host_path (self.task, "/folders/Receipts/z-index.xlsx");
  g_assert_null (path);
  fixture_close (&self);
}

static GFile *
fetch (Fixture *self, const char *path, gboolean may_start, GError **error)
{
  DexFuture *future =
      annex_result_file_fetch (ANNEX_DESK (self->desk), self->task, path, may_start);
  g_autoptr (DexFuture) held = dex_ref (future);
  const GValue *value;

  annex_shot_await (future, NULL);
  value = dex_future_get_value (held, error);
  return value != NULL ? g_value_dup_object (value) : NULL;
}

static void
test_fetch (void)
{
  Fixture self = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) kept = NULL;
  g_autoptr (GFile) asleep = NULL;
  g_autoptr (GFile) copy = NULL;
  g_autoptr (GFile) link = NULL;
  g_autofree char *link_path = NULL;
  g_autofree char *text = NULL;
  struct stat info;

  fixture_open (&self);
  annex_fake_desk_set_file (self.desk, "/home/agent/outbox/report.txt", "Report", -1);
  annex_fake_desk_set_file (self.desk, "/folders/Receipts/link.txt", "Of the computer", -1);
  /* kept: the user's own file, without the computer */
  kept = fetch (&self, "/folders/Receipts/kept.txt", FALSE, &error);
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (g_file_peek_path (kept), self.folder));
  /* asleep: not started only to look */
  annex_fake_desk_set_computer (self.desk, NULL);
  asleep = fetch (&self, "/home/agent/outbox/report.txt", FALSE, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_null (asleep);
  g_assert_false (annex_fake_desk_was_called (self.desk, "load_file*"));
  g_clear_error (&error);
  /* a copy that is the user's alone */
  copy = fetch (&self, "/home/agent/outbox/report.txt", TRUE, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_load_contents (copy, NULL, &text, NULL, NULL, NULL));
  g_assert_cmpstr (text, ==, "Report");
  g_assert_cmpint (lstat (g_file_peek_path (copy), &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  /* a symlink in the folder leads nowhere */
  link_path = g_build_filename (self.folder, "link.txt", NULL);
  g_assert_cmpint (symlink ("/etc/passwd", link_path), ==, 0);
  link = fetch (&self, "/folders/Receipts/link.txt", TRUE, &error);
  g_assert_no_error (error);
  g_assert_false (g_str_has_prefix (g_file_peek_path (link), self.folder));
  fixture_close (&self);
}

/* ---- widgets */

static gboolean
has_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child, text))
      return TRUE;
  return FALSE;
}

typedef struct
{
  GtkWidget *widget;
  const char *text;
} Seen;

static gboolean
is_seen (gpointer data)
{
  Seen *seen = data;

  return has_text (seen->widget, seen->text);
}

static void
assert_seen (GtkWindow *window, const char *text)
{
  Seen seen = { GTK_WIDGET (window), text };

  if (!annex_shot_wait (is_seen, &seen, 8000))
    g_error ("“%s” is not shown", text);
}

static void
set_files (Fixture *self)
{
  g_autoptr (GBytes) sheet = zip_fixture_new_xlsx (
      "<row><c t=\"inlineStr\"><is><t>Date</t></is></c><c "
      "t=\"inlineStr\"><is><t>Merchant</t></is></c>"
      "<c t=\"inlineStr\"><is><t>Amount</t></is></c></row><row><c "
      "t=\"inlineStr\"><is><t>06-03</t></is></c>"
      "<c t=\"inlineStr\"><is><t>Café</t></is></c><c><v>12.5</v></c></row><row><c "
      "t=\"inlineStr\"><is>"
      "<t>06-04</t></is></c><c t=\"inlineStr\"><is><t>Taxi</t></is></c><c><v>23.4</v></c></row>",
      NULL, NULL);
  gsize length;
  const void *data = g_bytes_get_data (sheet, &length);

  annex_fake_desk_set_file (self->desk, "/home/agent/outbox/Expense report.xlsx", data,
                            (gssize) length);
  annex_fake_desk_set_file (self->desk, "/home/agent/outbox/Summary.md",
                            "# Expense report\n\nJune: 24 receipts in three currencies.\n\n- "
                            "Travel 412.10\n- Meals 98.20\n",
                            -1);
  annex_fake_desk_set_file (
      self->desk, "/home/agent/outbox/page.html",
      "<html><script src='http://example.org/x.js'></script><img src='file:///etc/passwd'></html>",
      -1);
  annex_fake_desk_set_file (self->desk, "/home/agent/outbox/broken.png", "\x89PNG\r\n\x1a\nbroken",
                            -1);
  annex_fake_desk_set_file (self->desk, "/home/agent/outbox/broken.pdf", "%PDF-1.7 broken", -1);
  annex_fake_desk_set_file (self->desk, "/home/agent/outbox/<b>bold</b>\n.zip", "PK\x03\x04", 4);
}

static void
test_cards (void)
{
  static const char *const paths[] = {
    "/home/agent/outbox/Expense report.xlsx",
    "/home/agent/outbox/Summary.md",
    "/home/agent/outbox/page.html",
    "/home/agent/outbox/broken.png",
    "/home/agent/outbox/broken.pdf",
    "/home/agent/outbox/<b>bold</b>\n.zip",
    "/home/agent/outbox/gone.txt",
  };
  static const int widths[] = { 360, 720 };
  Fixture self = { 0 };

  fixture_open (&self);
  set_files (&self);
  start_computer (&self);
  for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
      GtkWindow *window;

      gtk_widget_set_margin_top (box, 24);
      gtk_widget_set_margin_start (box, 12);
      gtk_widget_set_margin_end (box, 12);
      for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
        gtk_box_append (GTK_BOX (box),
                        annex_result_card_new (ANNEX_DESK (self.desk), self.task, paths[i]));
      window = annex_shot_window (box, widths[w], 860);
      assert_seen (window, "Spreadsheet · ");
      assert_seen (window, "File · 4 bytes");
      annex_shot_settle (300);
      annex_shot_take (window, "results-cards");
      gtk_window_destroy (window);
    }
  fixture_close (&self);
}

static GPtrArray *
some_changes (guint n)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("file %02u.txt", i);

      g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, path));
    }
  return changes;
}

static gboolean
is_kept (gpointer data)
{
  return annex_fake_desk_was_called (data, "keep:*");
}

static void
test_strip (void)
{
  static const int widths[] = { 360, 720 };

  for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      Fixture self = { 0 };
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
      GtkWidget *overlay = adw_toast_overlay_new ();
      GtkWidget *strip;
      GtkWidget *filler = gtk_label_new ("");
      GtkWindow *window;

      fixture_open (&self);
      set_files (&self);
      start_computer (&self);
      strip = annex_result_strip_new (ANNEX_DESK (self.desk), self.task);
      gtk_widget_set_vexpand (filler, TRUE);
      gtk_box_append (GTK_BOX (box), filler);
      gtk_box_append (GTK_BOX (box), strip);
      adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), box);
      window = annex_shot_window (overlay, widths[w], 420);
      g_assert_false (gtk_widget_get_visible (strip));
      annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_RUNNING);
      annex_fake_desk_present (self.desk, self.task,
                               (const char *[]) { "/home/agent/outbox/Expense report.xlsx",
                                                  "/home/agent/outbox/Summary.md", NULL });
      annex_fake_desk_set_draft (self.desk, self.task, self.share, some_changes (26));
      annex_shot_settle (100);
      g_assert_false (gtk_widget_get_visible (strip));
      annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_DONE);
      assert_seen (window, "26 changes in Receipts");
      assert_seen (window, "Spreadsheet · ");
      annex_shot_settle (300);
      annex_shot_take (window, "results-strip");
      gtk_widget_activate_action (strip, "strip.keep", NULL);
      g_assert_true (annex_shot_wait (is_kept, self.desk, 5000));
      assert_seen (window, "26 changes kept");
      /* what was presented stays, the line about changes goes */
      annex_shot_settle (100);
      g_assert_false (has_text (GTK_WIDGET (window), "26 changes in"));
      g_assert_true (has_text (GTK_WIDGET (window), "Summary.md"));
      gtk_window_destroy (window);
      fixture_close (&self);
    }
}

/* An imported log may present any number of files: of those past the cards nothing is done. */
static void
test_many (void)
{
  Fixture self = { 0 };
  g_auto (GStrv) paths = g_new0 (char *, 200001);
  GtkWidget *strip;
  GtkWindow *window;
  gint64 before;

  fixture_open (&self);
  for (guint i = 0; i < 200000; i++)
    paths[i] = g_strdup_printf ("/home/agent/outbox/part %06u.txt", i);
  strip = annex_result_strip_new (ANNEX_DESK (self.desk), self.task);
  window = annex_shot_window (strip, 720, 420);
  annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_RUNNING);
  annex_fake_desk_present (self.desk, self.task, (const char *const *) paths);
  before = g_get_monotonic_time ();
  annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_DONE);
  assert_seen (window, "part 000011.txt");
  g_assert_false (has_text (GTK_WIDGET (window), "part 000012.txt"));
  g_assert_cmpint (g_get_monotonic_time () - before, <, 20 * G_USEC_PER_SEC);
  gtk_window_destroy (window);
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("annex-results-XXXXXX", NULL);

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/results/names", test_names);
  g_test_add_func ("/ui/results/host-paths", test_host_paths);
  g_test_add_func ("/ui/results/large-draft", test_large_draft);
  g_test_add_func ("/ui/results/fetch", test_fetch);
  g_test_add_func ("/ui/results/cards", test_cards);
  g_test_add_func ("/ui/results/strip", test_strip);
  g_test_add_func ("/ui/results/many", test_many);
  return g_test_run ();
}
