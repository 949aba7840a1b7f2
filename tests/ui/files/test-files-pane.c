/* test-files-pane.c
 *
 * The files pane: what it shows of a draft, and what its buttons ask of the desk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "fake-computer.h"
#include "files-fixture.h"
#include "zip-fixture.h"

#include <cairo-pdf.h>
#include <string.h>

static GPtrArray *
receipts (void)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  AnnexChange *moved = change (ANNEX_CHANGE_RENAMED, "2025-06/Café 2025-06-03.pdf", 48210, 48210);
  AnnexChange *conflict = change (ANNEX_CHANGE_CHANGED, "Notes.txt", 512, 480);
  AnnexChange *refused = change (ANNEX_CHANGE_REFUSED, "socket", 0, 0);

  moved->old_path = g_strdup ("scan 0012.pdf");
  conflict->conflict = TRUE;
  refused->reason = g_strdup ("It is a socket, no file.");
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "Expense report.xlsx", 18400, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "Expense chart.png", 52000, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Amounts.csv", 1240, 1100));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Letter.pdf", 30240, 30100));
  g_ptr_array_add (changes, moved);
  g_ptr_array_add (changes, change (ANNEX_CHANGE_DELETED, "2025-06/duplicate.pdf", 0, 31000));
  g_ptr_array_add (changes, conflict);
  g_ptr_array_add (changes, refused);
  return changes;
}

/* Whatever can be pressed has a name for those who do not see it. */
static void
assert_named (GtkWidget *widget)
{
  if (gtk_widget_get_mapped (widget) &&
      (GTK_IS_BUTTON (widget) || GTK_IS_CHECK_BUTTON (widget) || GTK_IS_LIST_VIEW (widget)))
    {
      GtkWidget *owner = gtk_widget_get_parent (widget);
      gboolean of_menu = owner != NULL && GTK_IS_MENU_BUTTON (owner);
      GtkWidget *named = of_menu ? owner : widget;

      if (!gtk_test_accessible_has_property (GTK_ACCESSIBLE (named),
                                             GTK_ACCESSIBLE_PROPERTY_LABEL) &&
          !gtk_test_accessible_has_relation (GTK_ACCESSIBLE (named),
                                             GTK_ACCESSIBLE_RELATION_LABELLED_BY) &&
          gtk_widget_get_tooltip_text (named) == NULL)
        g_error ("A %s has no name", G_OBJECT_TYPE_NAME (named));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    assert_named (child);
}

/* ---- tests */

static void
test_empty (void)
{
  Fixture self = { 0 };

  fixture_open (&self, 400, 700);
  assert_seen (&self, "No changes");
  annex_shot_take (self.window, "files-nothing");
  g_object_set (self.pane, "task", NULL, NULL);
  assert_seen (&self, "No Folders");
  annex_shot_take (self.window, "files-none");
  fixture_close (&self);
}

static void
test_tree (void)
{
  Fixture self = { 0 };
  static const int widths[] = { 360, 800, 1600 };

  fixture_open (&self, 360, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  assert_seen (&self, "Cannot be kept: It is a socket, no file.");
  assert_seen (&self, "You changed it meanwhile: both are kept");
  assert_seen (&self, "Was scan 0012.pdf");
  assert_named (self.pane);
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      gtk_window_set_default_size (self.window, widths[i], 800);
      annex_shot_settle (200);
      annex_shot_take (self.window, "files-tree");
    }
  fixture_close (&self);
}

static void
test_keep (void)
{
  Fixture self = { 0 };
  g_autofree char *all = NULL;
  g_autofree char *some = NULL;

  fixture_open (&self, 400, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  annex_draft_node_set_checked (select_node (&self, "2025-06"), FALSE);
  annex_draft_node_set_checked (select_node (&self, "Notes.txt"), FALSE);
  assert_seen (&self, "4 of 7 changes chosen");
  click (&self, "Keep Chosen");
  some = g_strdup_printf ("keep:%s:Amounts.csv,Expense chart.png,Expense report.xlsx,Letter.pdf",
                          self.share);
  assert_called (&self, some);
  assert_seen (&self, "kept");
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  annex_draft_node_set_checked (select_node (&self, "Receipts"), TRUE);
  assert_seen (&self, "7 changes");
  click (&self, "Keep All");
  all = g_strdup_printf ("keep:%s:*", self.share);
  assert_called (&self, all);
  annex_shot_settle (300);
  annex_shot_take (self.window, "files-kept");
  fixture_close (&self);
}

/* A large draft takes its time to be read; what is chosen meanwhile counts. */
static void
test_choose_while_reading (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = receipts ();

  fixture_open (&self, 400, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  for (guint i = 0; i < 600; i++)
    {
      g_autofree char *path = g_strdup_printf ("new/%03u.txt", i);

      g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, path, 10, 0));
    }
  annex_fake_desk_forget_calls (self.desk);
  annex_fake_desk_hold (self.desk, "list_draft");
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  assert_called (&self, "list_draft:*");
  annex_draft_node_set_checked (select_node (&self, "Notes.txt"), FALSE);
  assert_seen (&self, "6 of 7 changes chosen");
  annex_fake_desk_release (self.desk, "list_draft");
  assert_seen (&self, "606 of 607 changes chosen");
  fixture_close (&self);
}

/* Names that are no text can be looked at and chosen like any other, and are told apart. */
static void
test_names_of_bytes (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autofree char *call = NULL;

  fixture_open (&self, 400, 800);
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "Caf\351.txt", 12, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "Caf\350.txt", 13, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Notes.txt", 14, 13));
  annex_fake_desk_set_after (self.desk, self.share, "Caf\351.txt", "of the coffee", -1);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  assert_seen (&self, "3 changes");
  annex_draft_node_set_checked (select_node (&self, "Notes.txt"), FALSE);
  annex_draft_node_set_checked (select_node (&self, "Caf\350.txt"), FALSE);
  select_node (&self, "Caf\351.txt");
  assert_seen (&self, "of the coffee");
  annex_shot_take (self.window, "files-bytes");
  click (&self, "Keep Chosen");
  call = g_strconcat ("keep:", self.share, ":Caf\351.txt", NULL);
  assert_called (&self, call);
  assert_seen (&self, "1 change kept");
  fixture_close (&self);
}

static void
test_discard (void)
{
  Fixture self = { 0 };
  g_autofree char *call = NULL;

  fixture_open (&self, 400, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  click (&self, "Discard");
  assert_seen (&self, "Discard 7 Changes?");
  annex_shot_take (self.window, "files-discard");
  call = g_strdup_printf ("discard:%s*", self.share);
  g_assert_false (annex_fake_desk_was_called (self.desk, call));
  click (&self, "_Cancel");
  annex_shot_settle (400);
  g_assert_false (annex_fake_desk_was_called (self.desk, call));
  click (&self, "Discard");
  assert_seen (&self, "Discard 7 Changes?");
  click (&self, "_Discard");
  assert_called (&self, call);
  assert_seen (&self, "7 changes discarded");
  fixture_close (&self);
}

/* What was not kept goes with the folder: that is asked. A folder without changes just goes. */
static void
test_take_folder_away (void)
{
  Fixture self = { 0 };
  g_autofree char *call = NULL;

  fixture_open (&self, 400, 800);
  call = g_strdup_printf ("revoke_share:%s", self.share);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  gtk_widget_activate_action (self.pane, "files.revoke", "s", self.share);
  assert_seen (&self, "Discard 7 Changes?");
  click (&self, "_Cancel");
  annex_shot_settle (400);
  g_assert_false (annex_fake_desk_was_called (self.desk, call));
  gtk_widget_activate_action (self.pane, "files.revoke", "s", self.share);
  assert_seen (&self, "Discard 7 Changes?");
  click (&self, "_Discard");
  assert_called (&self, call);
  fixture_close (&self);
}

static void
test_take_folder_without_changes_away (void)
{
  Fixture self = { 0 };
  g_autofree char *call = NULL;

  fixture_open (&self, 400, 800);
  call = g_strdup_printf ("revoke_share:%s", self.share);
  assert_seen (&self, "No changes");
  gtk_widget_activate_action (self.pane, "files.revoke", "s", self.share);
  assert_called (&self, call);
  fixture_close (&self);
}

static void
test_failure (void)
{
  Fixture self = { 0 };

  fixture_open (&self, 400, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  annex_fake_desk_fail (
      self.desk, "keep",
      g_error_new (ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL, "The disk is full & <b>bold</b>"));
  click (&self, "Keep All");
  assert_seen (&self, "Nothing was kept: The disk is full & <b>bold</b>");
  assert_seen (&self, "7 changes");
  fixture_close (&self);
}

/* ---- previews */

static GBytes *
pdf_of (const char *text, guint n_pages)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "annex-test.pdf", NULL);
  cairo_surface_t *surface = cairo_pdf_surface_create (path, 420, 595);
  cairo_t *cr = cairo_create (surface);
  char *data;
  gsize length;

  for (guint i = 0; i < n_pages; i++)
    {
      cairo_set_font_size (cr, 24);
      cairo_move_to (cr, 40, 80);
      cairo_show_text (cr, text);
      cairo_show_page (cr);
    }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  return g_bytes_new_take (data, length);
}

static GBytes *
png_of (double red, double green, double blue)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "annex-test.png", NULL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 640, 400);
  cairo_t *cr = cairo_create (surface);
  char *data;
  gsize length;

  cairo_set_source_rgb (cr, 0.95, 0.95, 0.93);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, red, green, blue);
  for (guint i = 0; i < 6; i++)
    cairo_rectangle (cr, 50 + 95 * i, 340 - 40 * (i + 1), 60, 40 * (i + 1));
  cairo_fill (cr);
  cairo_destroy (cr);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  return g_bytes_new_take (data, length);
}

static void
set_side (Fixture *self, const char *path, GBytes *bytes, gboolean after)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (after)
    annex_fake_desk_set_after (self->desk, self->share, path, data, (gssize) length);
  else
    annex_fake_desk_set_before (self->desk, self->share, path, data, (gssize) length);
}

/* Of which two decimals are shown. */
static GBytes *
rates_of (const char *rate)
{
  g_autofree char *rows = g_strdup_printf (
      "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>EUR/USD</t></is></c>"
      "<c r=\"B1\" s=\"1\"><v>%s</v></c></row>",
      rate);

  return zip_fixture_new_xlsx (
      rows, "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"2\"/></cellXfs>", NULL);
}

static void
set_previews (Fixture *self)
{
  g_autoptr (GBytes) old_rates = rates_of ("1.0712");
  g_autoptr (GBytes) new_rates = rates_of ("1.0749");
  g_autoptr (GBytes) old_pdf = pdf_of ("Dear Sir", 2);
  g_autoptr (GBytes) new_pdf = pdf_of ("Dear Madam", 3);
  g_autoptr (GBytes) old_png = png_of (0.2, 0.4, 0.8);
  g_autoptr (GBytes) new_png = png_of (0.9, 0.4, 0.2);
  g_autoptr (GBytes) sheet = zip_fixture_new_xlsx (
      "<row><c t=\"inlineStr\"><is><t>Date</t></is></c><c "
      "t=\"inlineStr\"><is><t>Merchant</t></is></c>"
      "<c t=\"inlineStr\"><is><t>Amount</t></is></c></row>"
      "<row><c t=\"inlineStr\"><is><t>2025-06-03</t></is></c><c t=\"inlineStr\"><is><t>Café "
      "&lt;b&gt;Central&lt;/b&gt;</t></is></c>"
      "<c><v>12.5</v></c></row><row><c/><c "
      "t=\"inlineStr\"><is><t>Total</t></is></c><c><f>SUM(C2:C2)</f><v>12.5</v></c></row>",
      NULL, NULL);

  annex_fake_desk_set_before (
      self->desk, self->share, "Notes.txt",
      "Receipts of June\n\nCheck the taxi.\nAsk for the missing one.\nThank you.\n", -1);
  annex_fake_desk_set_after (self->desk, self->share, "Notes.txt",
                             "Receipts of June\n\nThe taxi is checked: 23.40.\nAsk for the missing "
                             "one.\nThank you.\n<b>Not bold</b> \342\200\256evil\n",
                             -1);
  annex_fake_desk_set_before (
      self->desk, self->share, "Amounts.csv",
      "Date,Merchant,Amount\n2025-06-03,Café,12.50\n2025-06-04,Taxi,20.00\n2025-06-05,Hotel,99\n",
      -1);
  annex_fake_desk_set_after (self->desk, self->share, "Amounts.csv",
                             "Date,Merchant,Amount\n2025-06-03,Café,12.50\n2025-06-04,Taxi,23."
                             "40\n2025-06-05,Hotel,99\n2025-06-09,Train,45.10\n",
                             -1);
  set_side (self, "Expense report.xlsx", sheet, TRUE);
  set_side (self, "Rates.xlsx", old_rates, FALSE);
  set_side (self, "Rates.xlsx", new_rates, TRUE);
  set_side (self, "Letter.pdf", old_pdf, FALSE);
  set_side (self, "Letter.pdf", new_pdf, TRUE);
  set_side (self, "Expense chart.png", new_png, TRUE);
  set_side (self, "Chart.png", old_png, FALSE);
  set_side (self, "Chart.png", new_png, TRUE);
}

static void
test_previews (void)
{
  static const struct
  {
    const char *name;
    const char *seen;
    const char *shot;
  } cases[] = {
    { "Notes.txt", "The taxi is checked: 23.40.", "text" },
    { "Amounts.csv", "20.00 → 23.40", "cells" },
    { "Expense report.xlsx", "Café <b>Central</b>", "sheet" },
    { "Rates.xlsx", "1.0712 → 1.0749", "rates" },
    { "Letter.pdf", "3 pages", "pages" },
    { "Chart.png", "Before", "images" },
    { "duplicate.pdf", "no longer there", "gone" },
    { "socket", "Path", "refused" },
  };
  static const int widths[] = { 360, 1000 };

  for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
    {
      Fixture self = { 0 };
      GPtrArray *changes = receipts ();

      g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Chart.png", 3000, 2900));
      g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Rates.xlsx", 3000, 2900));
      fixture_open (&self, widths[w], 800);
      set_previews (&self);
      annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
      assert_seen (&self, "9 changes");
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          g_autofree char *shot = g_strconcat ("files-preview-", cases[i].shot, NULL);

          select_node (&self, cases[i].name);
          assert_seen (&self, cases[i].seen);
          annex_shot_take (self.window, shot);
        }
      fixture_close (&self);
    }
}

static gboolean
is_hovered_file (gpointer data)
{
  return annex_fake_desk_was_called (data, "load_file:/folders/Receipts/Notes.txt");
}

static GtkEventController *
controller_of (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) one = g_list_model_get_item (controllers, i);

      if (G_TYPE_CHECK_INSTANCE_TYPE (one, type))
        return one; /* held by the widget */
    }
  g_error ("There is no %s", g_type_name (type));
}

static gboolean
is_grip (GtkWidget *widget, const char *text)
{
  return g_strcmp0 (gtk_buildable_get_buildable_id (GTK_BUILDABLE (widget)), text) == 0;
}

/* One changed file can be dragged out as it is in the draft; what is deleted cannot. */
static void
test_hand_out (void)
{
  Fixture self = { 0 };
  g_autoptr (GdkContentProvider) provider = NULL;
  g_auto (GValue) value = G_VALUE_INIT;
  g_autofree char *content = NULL;
  g_autofree char *root = NULL;
  g_autoptr (FakeComputer) computer = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *grip;
  GSList *files;

  fixture_open (&self, 400, 800);
  root = g_build_filename (annex_fake_desk_get_folder (self.desk), "computer", NULL);
  computer = fake_computer_new (root);
  annex_fake_desk_set_computer (self.desk, ANNEX_COMPUTER (computer));
  annex_shot_await (annex_computer_start (ANNEX_COMPUTER (computer)), &error);
  g_assert_no_error (error);
  set_previews (&self);
  annex_fake_desk_set_file (self.desk, "/folders/Receipts/Notes.txt", "new notes", -1);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, receipts ());
  assert_seen (&self, "7 changes");
  select_node (&self, "duplicate.pdf");
  assert_seen (&self, "no longer there");
  g_assert_null (find (self.pane, is_label, "Open"));
  select_node (&self, "Notes.txt");
  assert_seen (&self, "The taxi is checked");
  assert_seen (&self, "Open");
  assert_named (self.pane);
  annex_shot_take (self.window, "files-hand-out");
  grip = find (self.pane, is_grip, "grip");
  g_assert_nonnull (grip);
  g_signal_emit_by_name (controller_of (grip, GTK_TYPE_EVENT_CONTROLLER_MOTION), "enter", 1.0, 1.0);
  g_assert_true (annex_shot_wait (is_hovered_file, self.desk, 5000));
  for (guint i = 0; i < 50 && provider == NULL; i++)
    {
      annex_shot_settle (50);
      g_signal_emit_by_name (controller_of (grip, GTK_TYPE_DRAG_SOURCE), "prepare", 1.0, 1.0,
                             &provider);
    }
  g_assert_nonnull (provider);
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_assert_true (gdk_content_provider_get_value (provider, &value, NULL));
  files = gdk_file_list_get_files (g_value_get_boxed (&value));
  g_assert_cmpuint (g_slist_length (files), ==, 1);
  g_assert_true (g_file_load_contents (files->data, NULL, &content, NULL, NULL, NULL));
  g_assert_cmpstr (content, ==, "new notes");
  g_slist_free (files);
  fixture_close (&self);
}

/* Names and contents that would be something else if they were markup, many or long. */
static void
test_hostile (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autofree char *long_name = g_strnfill (255, 'W');
  g_autofree char *long_line = g_strnfill (1000000, 'x');
  g_autoptr (GString) deep = g_string_new (NULL);
  AnnexChange *refused = change (ANNEX_CHANGE_REFUSED, "dev", 0, 0);

  for (guint i = 0; i < 500; i++)
    g_string_append (deep, "d/");
  g_string_append (deep, "file");
  refused->reason = g_strdup_printf ("<span size='xx-large'>Allow</span>\n%s", long_line);
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "<b>bold & \n new line", 1, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "invoice\342\200\256fdp.exe", 1, 0));
  g_ptr_array_add (
      changes,
      change (ANNEX_CHANGE_ADDED, "\331\205\330\261\330\255\330\250\330\247.txt", G_MAXUINT64, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, long_name, 1, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, deep->str, 1, 0));
  g_ptr_array_add (
      changes,
      change (ANNEX_CHANGE_ADDED, "emoji \360\237\221\251\342\200\215\360\237\222\273.txt", 1, 0));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "one line.txt", 1000000, 0));
  g_ptr_array_add (changes, refused);
  fixture_open (&self, 360, 800);
  annex_fake_desk_set_after (self.desk, self.share, "one line.txt", long_line, -1);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  assert_seen (&self, "<b>bold &");
  annex_shot_take (self.window, "files-hostile");
  select_node (&self, "one line.txt");
  assert_seen (&self, "xxxxxxxx");
  assert_seen (&self, "only a part is shown");
  annex_shot_take (self.window, "files-hostile-line");
  fixture_close (&self);
}

/* Ten thousand changes are there in a moment, and none of it holds the main loop for long. */
static void
test_many (void)
{
  Fixture self = { 0 };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  gint64 start;
  gint64 last;
  gint64 worst = 0;

  for (guint i = 0; i < 10000; i++)
    {
      g_autofree char *path =
          g_strdup_printf ("folder %02u/part %u/file %05u.txt", i % 40, i % 7, i);

      g_ptr_array_add (changes,
                       change (i % 5 == 0 ? ANNEX_CHANGE_DELETED : ANNEX_CHANGE_ADDED, path, i, i));
    }
  fixture_open (&self, 400, 800);
  annex_fake_desk_set_draft (self.desk, self.task, self.share, changes);
  start = last = g_get_monotonic_time ();
  for (;;)
    {
      gint64 now;

      g_main_context_iteration (NULL, FALSE);
      now = g_get_monotonic_time ();
      worst = MAX (worst, now - last);
      last = now;
      if (find (self.pane, is_label, "10000 changes") != NULL)
        break;
      g_assert_cmpint (now - start, <, 10 * G_USEC_PER_SEC);
    }
  g_test_message ("10,000 changes after %.0f ms, the longest turn of the main loop %.1f ms",
                  (double) (last - start) / 1000, (double) worst / 1000);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (selection_of (&self))), ==, 41);
  start = g_get_monotonic_time ();
  annex_draft_node_set_checked (select_node (&self, "Receipts"), FALSE);
  annex_draft_node_set_checked (select_node (&self, "folder 03"), TRUE);
  g_test_message ("choosing took %.1f ms", (double) (g_get_monotonic_time () - start) / 1000);
  assert_seen (&self, "250 of 10000 changes chosen");
  annex_shot_take (self.window, "files-many");
  fixture_close (&self);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/files-pane/empty", test_empty);
  g_test_add_func ("/ui/files-pane/tree", test_tree);
  g_test_add_func ("/ui/files-pane/keep", test_keep);
  g_test_add_func ("/ui/files-pane/choose-while-reading", test_choose_while_reading);
  g_test_add_func ("/ui/files-pane/names-of-bytes", test_names_of_bytes);
  g_test_add_func ("/ui/files-pane/discard", test_discard);
  g_test_add_func ("/ui/files-pane/take-away", test_take_folder_away);
  g_test_add_func ("/ui/files-pane/take-away-unchanged", test_take_folder_without_changes_away);
  g_test_add_func ("/ui/files-pane/failure", test_failure);
  g_test_add_func ("/ui/files-pane/previews", test_previews);
  g_test_add_func ("/ui/files-pane/hand-out", test_hand_out);
  g_test_add_func ("/ui/files-pane/hostile", test_hostile);
  g_test_add_func ("/ui/files-pane/many", test_many);
  return g_test_run ();
}
