/* test-chat-view.c
 *
 * The conversation in a window: every kind of row, what scrolling keeps, finding, editing,
 * streaming.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-block.h"
#include "annex-json-build.h"
#include "annex-steps-view.h"
#include "annex-user-card.h"
#include "chat-fixture.h"

#include <stdlib.h>
#include <string.h>

static void
test_sample (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = chat_fixture_add_sample (desk);
  static const int widths[] = { 360, 800, 1600 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      GtkWindow *window;
      AnnexChatView *view = chat_fixture_show (desk, task, widths[i], 1000, &window);

      annex_shot_take (window, "chat-end");
      gtk_adjustment_set_value (chat_fixture_get_adjustment (view), 0);
      annex_shot_settle (300);
      annex_shot_take (window, "chat-start");
      gtk_window_destroy (window);
    }
  chat_fixture_close (desk, NULL);
}

/* ---- scrolling */

/* Where the row with @text is, relative to the view's top. */
static float
place_of (AnnexChatView *view, const char *text)
{
  GtkWidget *label = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, text);
  graphene_rect_t bounds;

  g_assert_nonnull (label);
  g_assert_true (gtk_widget_compute_bounds (label, GTK_WIDGET (view), &bounds));
  return bounds.origin.y;
}

static void
test_follow (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  AnnexRowList *list;
  GtkAdjustment *adjustment;
  GtkWindow *window;
  float place;

  chat_fixture_add_exchange (desk, task, 0, 12);
  view = chat_fixture_show (desk, task, 700, 600, &window);
  list = chat_fixture_get_list (view);
  adjustment = chat_fixture_get_adjustment (view);
  g_assert_true (annex_row_list_get_at_end (list));
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The end of 11."));

  /* At the end: followed. */
  chat_fixture_add_exchange (desk, task, 12, 1);
  annex_shot_settle (200);
  g_assert_true (annex_row_list_get_at_end (list));
  g_assert_cmpfloat (place_of (view, "The end of 12."), <, 600);

  /* Away from it: nothing moves, whatever comes. */
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 300);
  annex_shot_settle (300);
  g_assert_false (annex_row_list_get_at_end (list));
  place = place_of (view, "The end of 11.");
  for (guint i = 0; i < 20; i++)
    {
      annex_fake_desk_stream (desk, task, "More and more words of an answer.\n\n");
      annex_shot_settle (20);
    }
  chat_fixture_add_exchange (desk, task, 13, 3);
  annex_shot_settle (300);
  g_assert_cmpfloat_with_epsilon (place_of (view, "The end of 11."), place, 1);

  /* The button leads back. */
  gtk_widget_activate_action (GTK_WIDGET (view), "chat.end", NULL);
  annex_shot_settle (200);
  g_assert_true (annex_row_list_get_at_end (list));
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The end of 15."));
  chat_fixture_close (desk, window);
}

static gboolean
count_frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  return --*(guint *) data > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
is_nought (gpointer data)
{
  return *(guint *) data == 0;
}

/* Until what was changed is drawn, however long this machine takes for a frame. */
static void
wait_frames (GtkWidget *widget)
{
  guint left = 3;

  gtk_widget_add_tick_callback (widget, count_frame_cb, &left, NULL);
  g_assert_true (annex_shot_wait (is_nought, &left, 60 * 1000));
}

/* A list of rows whose makers are told of. */
static GtkWidget *
make_row (gpointer item, gpointer made)
{
  const char *text = gtk_string_object_get_string (item);
  GtkWidget *label = gtk_label_new (text);

  ((gboolean *) made)[atoi (text)] = TRUE;
  gtk_widget_set_size_request (label, -1, 100);
  return label;
}

/* Rows below somebody who reads further up are not new: of those that going to the end passes, none
 * is made. */
static void
test_to_end (void)
{
  g_autoptr (GtkStringList) model = gtk_string_list_new (NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  AnnexRowList *list = g_object_new (ANNEX_TYPE_ROW_LIST, NULL);
  GtkAdjustment *adjustment;
  gboolean made[40] = { FALSE };
  graphene_rect_t bounds;
  GtkWindow *window;
  GtkWidget *last;

  for (guint i = 0; i < G_N_ELEMENTS (made); i++)
    {
      g_autofree char *text = g_strdup_printf ("%u", i);

      gtk_string_list_append (model, text);
    }
  annex_row_list_set_func (list, make_row, made);
  annex_row_list_set_model (list, G_LIST_MODEL (model));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (list));
  window = annex_shot_window (scrolled, 700, 600);
  wait_frames (GTK_WIDGET (list));
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  gtk_adjustment_set_value (adjustment, 0);
  annex_shot_settle (500);
  wait_frames (GTK_WIDGET (list));
  g_assert_false (annex_row_list_get_at_end (list));
  g_assert_nonnull (annex_row_list_get_widget (list, 0));
  g_assert_null (annex_row_list_get_widget (list, 39));
  memset (made, 0, sizeof made);
  annex_row_list_scroll_to_end (list);
  wait_frames (GTK_WIDGET (list));
  last = annex_row_list_get_widget (list, 39);
  g_assert_nonnull (last);
  g_assert_true (gtk_widget_get_mapped (last));
  g_assert_true (gtk_widget_compute_bounds (last, GTK_WIDGET (list), &bounds));
  g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=, 600);
  for (guint i = 10; i < 28; i++)
    g_assert_false (made[i]);
  gtk_window_destroy (window);
}

/* Reading upwards through a long task: parts come before what is read, which stays; few widgets. */
static void
test_older (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkAdjustment *adjustment;
  GtkWindow *window;
  guint n, most = 0;

  chat_fixture_add_exchange (desk, task, 0, 150);
  view = chat_fixture_show (desk, task, 700, 600, &window);
  adjustment = chat_fixture_get_adjustment (view);
  n = g_list_model_get_n_items (G_LIST_MODEL (annex_chat_view_get_transcript (view)));
  g_assert_cmpuint (n, <, 250);
  for (guint i = 0;
       i < 400 && chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Question 0") == NULL; i++)
    {
      AnnexRowList *list = chat_fixture_get_list (view);
      guint position;
      int above;
      GtkWidget *top;
      graphene_rect_t before, after;

      g_assert_true (annex_row_list_get_top (list, &position, &above));
      top = annex_row_list_get_widget (list, position);
      g_object_add_weak_pointer (G_OBJECT (top), (gpointer *) &top);
      g_assert_true (gtk_widget_compute_bounds (top, GTK_WIDGET (list), &before));
      gtk_adjustment_set_value (adjustment, MAX (gtk_adjustment_get_value (adjustment) - 250, 0));
      if (i % 8 == 0)
        annex_shot_settle (250);
      wait_frames (GTK_WIDGET (list));
      if (top != NULL && gtk_widget_get_child_visible (top) &&
          gtk_widget_compute_bounds (top, GTK_WIDGET (list), &after) && after.origin.y < 600)
        g_assert_cmpfloat (after.origin.y - before.origin.y, <=,
                           251); /* moved by what was scrolled, no jump */
      if (top != NULL)
        g_object_remove_weak_pointer (G_OBJECT (top), (gpointer *) &top);
      most = MAX (most, annex_row_list_get_n_widgets (list));
    }
  chat_fixture_settle (view);
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Question 0"));
  g_assert_true (annex_transcript_get_complete (annex_chat_view_get_transcript (view)));
  g_test_message ("at most %u widgets", most);
  g_assert_cmpuint (most, <, 120);
  chat_fixture_close (desk, window);
}

/* ---- streaming */

static void
test_stream (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  GtkWidget *first;

  annex_fake_desk_user (desk, task, "Go");
  view = chat_fixture_show (desk, task, 700, 600, &window);
  annex_fake_desk_stream (desk, task, "The first **paragraph**.\n\nThe sec");
  annex_shot_settle (150);
  first = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The first paragraph.");
  g_assert_nonnull (first);
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The sec"));
  annex_fake_desk_stream (desk, task, "ond.\n\n| a | b |\n|--|--|\n| 1 |");
  annex_shot_settle (150);
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The second."));
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_GRID, NULL));
  annex_fake_desk_text (
      desk, task,
      "The first **paragraph**.\n\nThe second.\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\nDone.");
  annex_shot_settle (150);
  g_assert_true (first ==
                 chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "The first paragraph."));
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Done."));
  chat_fixture_close (desk, window);
}

/* ---- what one can do */

static void
test_find (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  GtkWidget *entry;

  annex_fake_desk_user (desk, task, "A needle in the question");
  chat_fixture_add_exchange (desk, task, 0, 90);
  annex_fake_desk_text (desk, task, "Another NEEDLE at the end, and a needle more.");
  view = chat_fixture_show (desk, task, 700, 600, &window);
  annex_chat_view_find (view);
  entry = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_SEARCH_ENTRY, NULL);
  gtk_editable_set_text (GTK_EDITABLE (entry), "needle");
  annex_shot_settle (800);
  chat_fixture_settle (view);
  annex_shot_settle (400);
  /* From the end upwards, older parts included. */
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "3 of 3"));
  annex_shot_take (window, "chat-find");
  g_signal_emit_by_name (entry, "previous-match");
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "2 of 3"));
  g_signal_emit_by_name (entry, "previous-match");
  annex_shot_settle (200);
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "1 of 3"));
  g_assert_nonnull (
      chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "A needle in the question"));
  g_signal_emit_by_name (entry, "next-match");
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "2 of 3"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "nowhere");
  annex_shot_settle (800);
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Not found"));
  chat_fixture_close (desk, window);
}

static void
test_edit (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  GtkWidget *card, *editor, *button;

  annex_fake_desk_user (desk, task, "Make it blue");
  annex_fake_desk_text (desk, task, "It is blue.");
  view = chat_fixture_show (desk, task, 700, 600, &window);
  card = chat_fixture_find (GTK_WIDGET (view), ANNEX_TYPE_USER_CARD, NULL);
  annex_user_card_edit (ANNEX_USER_CARD (card));
  annex_shot_settle (100);
  annex_shot_take (window, "chat-edit");
  editor = chat_fixture_find (card, GTK_TYPE_TEXT_VIEW, NULL);
  g_assert_nonnull (editor);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor)), "Make it green", -1);
  annex_fake_desk_fail (desk, "rewind", g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "No"));
  button = chat_fixture_find (card, GTK_TYPE_BUTTON, "_Send Again");
  g_signal_emit_by_name (button, "clicked");
  annex_shot_settle (100);
  g_assert_true (gtk_widget_get_sensitive (button)); /* it failed: nothing is lost */
  g_signal_emit_by_name (button, "clicked");
  annex_shot_settle (300);
  g_assert_true (annex_fake_desk_was_called (desk, "rewind:*"));
  g_assert_null (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "It is blue."));
  g_assert_nonnull (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Make it green"));
  chat_fixture_close (desk, window);
}

/* A picture, which keeps to its place however large it is, and what only says that it is one. */
static void
test_images (void)
{
  enum { WIDTH = 1600, HEIGHT = 600 };
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  GtkWidget *picture, *broken;
  g_autoptr (GBytes) pixels = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GBytes) png = NULL;
  guint8 *data = g_malloc (WIDTH * HEIGHT * 3);
  JsonArray *blocks = json_array_new ();
  gboolean done = FALSE;

  for (guint i = 0; i < WIDTH * HEIGHT * 3; i++)
    data[i] = (guint8) (i % 3 == 0 ? i / 3 % WIDTH * 255 / WIDTH : 90);
  pixels = g_bytes_new_take (data, WIDTH * HEIGHT * 3);
  texture = gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8, pixels, WIDTH * 3);
  png = gdk_texture_save_to_png_bytes (texture);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GBytes) bytes =
          g_bytes_new_from_bytes (png, 0, i == 0 ? g_bytes_get_size (png) : 30);
      g_autoptr (AnnexBlock) block = annex_block_new_image ("image/png", bytes);

      json_array_add_object_element (blocks, annex_json_object_copy (annex_block_get_json (block)));
    }
  annex_fake_desk_append (desk, task, ANNEX_EVENT_USER_MESSAGE,
                          annex_json_build ("a", "blocks", blocks, NULL));
  view = chat_fixture_show (desk, task, 700, 600, &window);
  picture = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_PICTURE, NULL);
  g_assert_nonnull (picture);
  broken = gtk_widget_get_next_sibling (picture);
  g_assert_true (GTK_IS_PICTURE (broken));
  for (guint i = 0; i < 300 && !done; i++)
    {
      annex_shot_settle (100);
      done = gtk_picture_get_paintable (GTK_PICTURE (picture)) != NULL &&
             !gtk_widget_get_visible (broken);
    }
  g_assert_true (done);
  g_assert_true (gtk_widget_get_visible (picture));
  annex_shot_take (window, "chat-images");
  g_assert_cmpint (gtk_widget_get_width (picture), ==, 120);
  g_assert_cmpint (gtk_widget_get_height (picture), ==, 90);
  chat_fixture_close (desk, window);
}

/* One quiet line for what the browser did, with the sites it was on; the calls are its details. */
static void
test_browse_step (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  g_autofree char *browse = NULL, *open = NULL, *fill = NULL;
  GtkWidget *steps;

  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  annex_fake_desk_user (desk, task, "Go");
  view = chat_fixture_show (desk, task, 700, 900, &window);
  browse = annex_fake_desk_call (
      desk, task, "browse", "{\"goal\":\"Find it\",\"start_url\":\"https://www.example.org/\"}");
  annex_shot_settle (150);
  g_assert_nonnull (chat_fixture_find_steps (GTK_WIDGET (view), "Looking at example.org"));
  open = annex_fake_desk_sub_call (desk, task, browse, "page_open",
                                   "{\"url\":\"https://example.org/form\"}");
  fill = annex_fake_desk_sub_call (desk, task, browse, "page_fill", "{\"fields\":[]}");
  annex_fake_desk_result (desk, task, browse, "browse", "Found", FALSE, 3000);
  annex_shot_settle (150);
  steps = chat_fixture_find_steps (GTK_WIDGET (view), "Looked at example.org");
  g_assert_nonnull (steps);
  g_signal_emit_by_name (chat_fixture_find (steps, GTK_TYPE_BUTTON, NULL), "clicked");
  annex_shot_settle (200);
  annex_shot_take (window, "chat-browse");
  g_assert_nonnull (chat_fixture_find_steps (steps, "Opening https://example.org/form"));
  chat_fixture_close (desk, window);
}

static void
test_steps (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  g_autofree char *first = NULL, *second = NULL, *script = NULL;
  GtkWidget *steps;

  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  annex_fake_desk_user (desk, task, "Go");
  view = chat_fixture_show (desk, task, 700, 900, &window);
  first = annex_fake_desk_call (desk, task, "read_file", "{\"path\":\"/folders/R/a.pdf\"}");
  annex_shot_settle (150);
  g_assert_nonnull (chat_fixture_find_steps (GTK_WIDGET (view), "Reading a.pdf"));
  annex_fake_desk_result (desk, task, first, "read_file", "x", FALSE, 20);
  second = annex_fake_desk_call (desk, task, "read_file", "{\"path\":\"/folders/R/b.pdf\"}");
  annex_fake_desk_plan (desk, task, "[{\"title\":\"Look\",\"state\":\"completed\"}]");
  annex_shot_settle (150);
  g_assert_nonnull (chat_fixture_find_steps (GTK_WIDGET (view), "Reading 2 files in R"));
  annex_fake_desk_result (desk, task, second, "read_file", "No such file", TRUE, 20);
  script = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"python3 x.py\"}");
  annex_fake_desk_result (desk, task, script, "shell", "\033[1mall well\033[0m", FALSE, 3200);
  annex_shot_settle (150);
  g_assert_nonnull (
      chat_fixture_find_steps (GTK_WIDGET (view), "Read 2 files in R · 1 failed: No such file"));
  steps = chat_fixture_find_steps (GTK_WIDGET (view), "Ran a script");
  g_assert_nonnull (steps);
  g_assert_nonnull (chat_fixture_find (steps, GTK_TYPE_LABEL, "3.2 s"));
  g_signal_emit_by_name (chat_fixture_find (steps, GTK_TYPE_BUTTON, NULL), "clicked");
  steps = chat_fixture_find_steps (GTK_WIDGET (view), "Read 2 files in R · 1 failed: No such file");
  g_signal_emit_by_name (chat_fixture_find (steps, GTK_TYPE_BUTTON, NULL), "clicked");
  annex_shot_settle (200);
  g_assert_nonnull (chat_fixture_find_steps (steps, "Read a.pdf"));
  annex_shot_take (window, "chat-steps");
  chat_fixture_close (desk, window);
}

/* An opened step shows the end of what its command writes, and then its result in its place. */
static void
test_output (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  GtkWindow *window;
  AnnexChatView *view;
  GtkWidget *steps;
  g_autofree char *call = NULL;

  annex_fake_desk_user (desk, task, "Go");
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  view = chat_fixture_show (desk, task, 800, 800, &window);
  call = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"make\"}");
  annex_shot_settle (200);
  for (guint i = 1; i <= 5000; i++)
    {
      g_autofree char *line = g_strdup_printf ("line %u of it\n", i);
      g_autoptr (GBytes) piece = g_bytes_new (line, strlen (line));

      annex_task_emit_output (task, call, piece);
    }
  steps = chat_fixture_find (GTK_WIDGET (view), ANNEX_TYPE_STEPS_VIEW, NULL);
  g_assert_nonnull (steps);
  g_assert_false (chat_fixture_shows_text (steps, "line 5000 of it")); /* closed */
  g_signal_emit_by_name (chat_fixture_find (steps, GTK_TYPE_BUTTON, NULL), "clicked");
  annex_shot_settle (600);
  g_assert_true (chat_fixture_shows_text (steps, "line 5000 of it"));
  g_assert_true (chat_fixture_shows_text (steps, "line 4981 of it"));
  g_assert_false (chat_fixture_shows_text (steps, "line 4980 of it"));
  {
    g_autoptr (GBytes) piece = g_bytes_new_static ("a bad \xff byte", 12);

    annex_task_emit_output (task, call, piece);
  }
  annex_shot_settle (800);
  g_assert_true (chat_fixture_shows_text (steps, "byte"));
  annex_shot_take (window, "chat-output");
  annex_fake_desk_result (desk, task, call, "shell", "All is made", FALSE, 900);
  annex_shot_settle (400);
  g_assert_true (chat_fixture_shows_text (GTK_WIDGET (view), "All is made"));
  g_assert_false (chat_fixture_shows_text (GTK_WIDGET (view), "byte"));
  chat_fixture_close (desk, window);
}

static void
test_nothing (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  GtkWindow *window;
  GtkWidget *view = annex_chat_view_new (NULL, NULL);
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  g_autoptr (AnnexTask) now = NULL;

  window = annex_shot_window (view, 400, 400);
  gtk_widget_activate_action (view, "chat.end", NULL);
  gtk_widget_activate_action (view, "chat.find", NULL);
  gtk_widget_activate_action (view, "chat.resume", NULL);
  g_object_set (view, "desk", ANNEX_DESK (desk), NULL);
  g_object_set (view, "task", task, NULL);
  g_object_get (view, "task", &now, NULL);
  g_assert_true (now == task);
  annex_shot_settle (200);
  annex_fake_desk_text (desk, task, "Hello");
  annex_shot_settle (200);
  g_assert_nonnull (chat_fixture_find (view, GTK_TYPE_LABEL, "Hello"));
  g_object_set (view, "task", NULL, NULL);
  annex_shot_settle (50);
  g_assert_null (chat_fixture_find (view, GTK_TYPE_LABEL, "Hello"));
  g_object_add_weak_pointer (G_OBJECT (view), (gpointer *) &view);
  chat_fixture_close (desk, window);
  annex_shot_settle (100);
  g_assert_null (view);
}

int
main (int argc, char *argv[])
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/chat/sample", test_sample);
  g_test_add_func ("/chat/follow", test_follow);
  g_test_add_func ("/chat/to-end", test_to_end);
  g_test_add_func ("/chat/older", test_older);
  g_test_add_func ("/chat/stream", test_stream);
  g_test_add_func ("/chat/find", test_find);
  g_test_add_func ("/chat/edit", test_edit);
  g_test_add_func ("/chat/images", test_images);
  g_test_add_func ("/chat/browse-step", test_browse_step);
  g_test_add_func ("/chat/steps", test_steps);
  g_test_add_func ("/chat/output", test_output);
  g_test_add_func ("/chat/nothing", test_nothing);
  return g_test_run ();
}
