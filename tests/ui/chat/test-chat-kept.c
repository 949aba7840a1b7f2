/* test-chat-kept.c
 *
 * What the conversation in a window keeps: what is half written, what is opened while the work goes
 * on, where one wanted to go, what was read through.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-find.h"
#include "annex-chat-row.h"
#include "annex-json.h"
#include "annex-question-card.h"
#include "annex-steps-view.h"
#include "annex-user-card.h"
#include "chat-fixture.h"

static GtkTextBuffer *
get_editor (AnnexChatView *view)
{
  GtkWidget *editor = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_TEXT_VIEW, NULL);

  return editor != NULL ? gtk_text_view_get_buffer (GTK_TEXT_VIEW (editor)) : NULL;
}

/* What is half written stays, however far one scrolls, and goes when it was given up. */
static void
test_begun (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  g_autoptr (JsonObject) input =
      annex_json_parse_object ("{\"questions\":[{\"id\":\"a\",\"header\":\"Size\",\"question\":"
                               "\"Which?\",\"options\":[{\"label\":\"Small\"},{\"label\":"
                               "\"Large\"}]}]}",
                               -1, NULL);
  AnnexChatView *view;
  GtkAdjustment *adjustment;
  GtkWindow *window;
  GtkWidget *card, *check;
  g_autofree char *text = NULL;
  GtkTextIter start, end;

  annex_fake_desk_user (desk, task, "Make it blue");
  annex_fake_desk_ask (desk, task, annex_ask_new_question (annex_task_get_id (task), input, NULL));
  chat_fixture_add_exchange (desk, task, 0, 40);
  view = chat_fixture_show (desk, task, 700, 600, &window);
  adjustment = chat_fixture_get_adjustment (view);
  for (guint i = 0;
       i < 20 && chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_CHECK_BUTTON, NULL) == NULL; i++)
    {
      gtk_adjustment_set_value (adjustment, 0); /* older parts come above */
      chat_fixture_settle (view);
    }
  g_assert_false (annex_chat_view_is_begun (view));
  card = chat_fixture_find (GTK_WIDGET (view), ANNEX_TYPE_USER_CARD, NULL);
  annex_user_card_edit (ANNEX_USER_CARD (card));
  gtk_text_buffer_set_text (get_editor (view), "Make it green", -1);
  check = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_CHECK_BUTTON, NULL);
  g_assert_nonnull (check);
  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
  gtk_root_set_focus (GTK_ROOT (window), NULL);
  annex_chat_view_scroll_to_end (view);
  annex_shot_settle (400);
  g_assert_null (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_LABEL, "Question 0"));
  g_assert_true (annex_chat_view_is_begun (view));
  gtk_window_set_default_size (window, 380, 600); /* out of sight it has another height */
  annex_shot_settle (400);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (view)), <, 500);
  gtk_window_set_default_size (window, 700, 600);
  annex_shot_settle (400);
  gtk_adjustment_set_value (adjustment, 0);
  annex_shot_settle (400);
  annex_shot_take (window, "chat-begun");
  g_assert_nonnull (get_editor (view));
  gtk_text_buffer_get_bounds (get_editor (view), &start, &end);
  text = gtk_text_buffer_get_text (get_editor (view), &start, &end, FALSE);
  g_assert_cmpstr (text, ==, "Make it green");
  check = chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_CHECK_BUTTON, NULL);
  g_assert_true (gtk_check_button_get_active (GTK_CHECK_BUTTON (check)));

  gtk_check_button_set_active (GTK_CHECK_BUTTON (check), FALSE);
  g_signal_emit_by_name (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_BUTTON, "_Cancel"),
                         "clicked");
  gtk_root_set_focus (GTK_ROOT (window), NULL);
  g_assert_false (annex_chat_view_is_begun (view));
  annex_chat_view_scroll_to_end (view);
  annex_shot_settle (400);
  g_assert_null (chat_fixture_find (GTK_WIDGET (view), GTK_TYPE_CHECK_BUTTON, NULL));
  chat_fixture_close (desk, window);
}

static gboolean
sees_question (gpointer data)
{
  GtkWidget *card = chat_fixture_find (data, ANNEX_TYPE_QUESTION_CARD, NULL);
  graphene_rect_t bounds;

  return card != NULL && gtk_widget_get_mapped (card) &&
         gtk_widget_compute_bounds (card, data, &bounds) && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= (float) gtk_widget_get_height (data);
}

/* An ask far back in a task that is only just being opened is gone to all the same. */
static void
test_go_to_ask (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  g_autoptr (JsonObject) input =
      annex_json_parse_object ("{\"questions\":[{\"id\":\"a\",\"header\":\"Size\",\"question\":"
                               "\"Which?\",\"options\":[{\"label\":\"Small\"},{\"label\":"
                               "\"Large\"}]}]}",
                               -1, NULL);
  AnnexAsk *ask = annex_ask_new_question (annex_task_get_id (task), input, NULL);
  GtkWidget *view;
  GtkWindow *window;

  chat_fixture_add_exchange (desk, task, 0, 20);
  ask = annex_fake_desk_ask (desk, task, ask);
  chat_fixture_add_exchange (desk, task, 20, 150);
  view = annex_chat_view_new (ANNEX_DESK (desk), task);
  window = annex_shot_window (view, 700, 600);
  annex_chat_view_show_ask (ANNEX_CHAT_VIEW (view), annex_ask_get_id (ask));
  g_assert_true (annex_shot_wait (sees_question, view, 20000));
  annex_chat_view_scroll_to_end (ANNEX_CHAT_VIEW (view));
  annex_shot_settle (200);
  g_assert_false (sees_question (view));
  annex_chat_view_show_ask (ANNEX_CHAT_VIEW (view), "01hzzzzzzzzzzzzzzzzzzzzzzz");
  chat_fixture_settle (ANNEX_CHAT_VIEW (view)); /* it is looked for, and that ends */
  g_assert_true (annex_row_list_get_at_end (chat_fixture_get_list (ANNEX_CHAT_VIEW (view))));
  chat_fixture_close (desk, window);
}

static void
toggle (GtkWidget *steps)
{
  g_assert_nonnull (steps);
  g_signal_emit_by_name (chat_fixture_find (steps, GTK_TYPE_BUTTON, NULL), "clicked");
}

/* What one has opened stays open, and the same, while the work goes on. */
static void
test_steps_stay (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  AnnexChatView *view;
  GtkWindow *window;
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  g_autofree char *delegate = NULL, *child = NULL, *other = NULL;
  gpointer line, step;

  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  annex_fake_desk_user (desk, task, "Go");
  view = chat_fixture_show (desk, task, 700, 900, &window);
  first = annex_fake_desk_call (desk, task, "read_file", "{\"path\":\"/folders/R/a.pdf\"}");
  annex_fake_desk_result (desk, task, first, "read_file", "Taxi 12.80", FALSE, 20);
  annex_shot_settle (200);
  toggle (chat_fixture_find_steps (GTK_WIDGET (view), "Read a.pdf"));
  annex_shot_settle (200);
  g_assert_true (chat_fixture_shows_text (GTK_WIDGET (view), "Taxi 12.80"));
  second = annex_fake_desk_call (desk, task, "read_file", "{\"path\":\"/folders/R/b.pdf\"}");
  annex_shot_settle (200);
  g_assert_true (chat_fixture_shows_text (GTK_WIDGET (view), "Taxi 12.80")); /* now one of two */
  line = chat_fixture_find_steps (GTK_WIDGET (view), "Read a.pdf");
  g_assert_nonnull (line);
  g_object_add_weak_pointer (line, &line);
  annex_fake_desk_result (desk, task, second, "read_file", "Hotel 90.00", FALSE, 20);
  third = annex_fake_desk_call (desk, task, "read_file", "{\"path\":\"/folders/R/c.pdf\"}");
  annex_shot_settle (200);
  g_assert_nonnull (line);
  g_assert_true (chat_fixture_shows_text (line, "Taxi 12.80"));
  g_assert_nonnull (chat_fixture_find_steps (GTK_WIDGET (view), "Read b.pdf"));
  g_assert_nonnull (chat_fixture_find_steps (GTK_WIDGET (view), "Reading c.pdf"));
  g_object_remove_weak_pointer (line, &line);
  annex_fake_desk_result (desk, task, third, "read_file", "Train 31.00", FALSE, 20);

  delegate = annex_fake_desk_call (desk, task, "delegate", "{\"goal\":\"Check the sums\"}");
  child = annex_fake_desk_sub_call (desk, task, delegate, "shell", "{\"command\":\"ls /srv\"}");
  annex_shot_settle (200);
  step = gtk_widget_get_last_child (GTK_WIDGET (chat_fixture_get_list (view)));
  g_assert_true (ANNEX_IS_STEPS_VIEW (step));
  toggle (step);
  annex_shot_settle (200);
  line = chat_fixture_find (gtk_widget_get_last_child (gtk_widget_get_first_child (step)),
                            ANNEX_TYPE_STEPS_VIEW, NULL);
  g_assert_nonnull (line);
  toggle (line);
  annex_shot_settle (200);
  g_assert_true (chat_fixture_shows_text (step, "ls /srv"));
  other = annex_fake_desk_sub_call (desk, task, delegate, "read_file",
                                    "{\"path\":\"/folders/R/d.pdf\"}");
  annex_shot_settle (200);
  g_assert_true (chat_fixture_shows_text (step, "ls /srv"));
  g_assert_nonnull (chat_fixture_find_steps (step, "Reading d.pdf"));
  annex_shot_take (window, "chat-steps-stay");
  annex_fake_desk_result (desk, task, delegate, "delegate", "They are right", FALSE, 900);
  annex_shot_settle (200);
  g_assert_true (chat_fixture_shows_text (step, "They are right"));
  g_assert_true (chat_fixture_shows_text (step, "ls /srv"));
  chat_fixture_close (desk, window);
}

static AnnexMarkdownBlock *
new_block (const char *word, guint n)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_block_unref);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s ", word);
  annex_markdown_parse (text->str, text->len, blocks, NULL, NULL);
  g_string_free (text, TRUE);
  g_assert_cmpuint (blocks->len, ==, 1);
  return annex_markdown_block_ref (g_ptr_array_index (blocks, 0));
}

/* A long conversation is read through once, however often one goes to the next match; what changes
 * is read again. */
static void
test_find_once (void)
{
  g_autoptr (GListStore) rows = g_list_store_new (ANNEX_TYPE_CHAT_ROW);
  g_autoptr (AnnexTranscriptItem) item = g_object_new (ANNEX_TYPE_TRANSCRIPT_ITEM, NULL);
  g_autoptr (AnnexMarkdownBlock) block = new_block ("Wörter", 500);
  g_autoptr (AnnexMarkdownBlock) other = new_block ("nothing", 3);
  g_autoptr (AnnexChatFind) find = annex_chat_find_new (G_LIST_MODEL (rows));
  gint64 began_us, once_us;
  guint present, row;

  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (AnnexChatRow) one = annex_chat_row_new (ANNEX_ROW_BLOCK, item);

      annex_chat_row_set_block (one, block);
      g_list_store_append (rows, one);
    }
  began_us = g_get_monotonic_time ();
  annex_chat_find_set_words (find, "WÖRTER");
  g_assert_cmpuint (annex_chat_find_count (find, &present), ==, 1000000);
  once_us = g_get_monotonic_time () - began_us;
  began_us = g_get_monotonic_time ();
  for (guint i = 1; i <= 50; i++)
    {
      g_assert_true (annex_chat_find_step (find, TRUE, &row));
      g_assert_cmpuint (annex_chat_find_count (find, &present), ==, 1000000);
      g_assert_cmpuint (present, ==, i);
    }
  g_test_message ("read in %" G_GINT64_FORMAT " µs, 50 steps in %" G_GINT64_FORMAT " µs", once_us,
                  g_get_monotonic_time () - began_us);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 10 * once_us);
  {
    g_autoptr (AnnexChatRow) one = g_list_model_get_item (G_LIST_MODEL (rows), 7);

    annex_chat_row_set_block (one, other);
    g_assert_cmpuint (annex_chat_find_count (find, &present), ==, 999500);
    annex_chat_find_set_words (find, "thing");
    g_assert_cmpuint (annex_chat_find_count (find, &present), ==, 3);
  }
}

int
main (int argc, char *argv[])
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/chat/begun", test_begun);
  g_test_add_func ("/chat/go-to-ask", test_go_to_ask);
  g_test_add_func ("/chat/steps-stay", test_steps_stay);
  g_test_add_func ("/chat/find-once", test_find_once);
  return g_test_run ();
}
