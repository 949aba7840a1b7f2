/* chat-fixture.c
 *
 * See chat-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat-fixture.h"

#include "annex-steps-view.h"

#include <string.h>

static const char answer[] =
    "I found **24 receipts** in three currencies. Two of them have *no date*, and one is a "
    "copy.\n\n"
    "## What came out\n\n"
    "| Month | Receipts | Sum |\n|:--|--:|--:|\n| April | 9 | 412.80 € |\n| May | 7 | 288.15 € |\n"
    "| June | 8 | 1,034.00 € |\n\n"
    "1. The table is in `Expense report.xlsx`\n2. Its chart:\n   - one bar a month\n   - the mean "
    "as a line\n"
    "3. What is left to do\n   - [x] sort by month\n   - [ ] ask about the two without a date\n\n"
    "> Receipts of restaurants count half.\n>\n> > As your company's rules say.\n\n"
    "```python\nimport openpyxl\n\nbook = openpyxl.Workbook()\nsheet = book.active\n"
    "for row, receipt in enumerate(receipts, 2):\n    sheet.cell(row, 1, receipt.date)  # "
    "ISO\n```\n\n"
    "More about it at [the tax office](https://www.example.org/receipts?year=2025). ~~Ignore "
    "this.~~\n";

AnnexTask *
chat_fixture_add_sample (AnnexFakeDesk *desk)
{
  static const char *const names[] = { "a.pdf", "b.pdf", NULL };
  static const char *const presented[] = { "/home/agent/outbox/Expense report.xlsx", NULL };
  AnnexTask *task = annex_fake_desk_add_task (desk, "Expense report, June");
  g_autofree char *folder = annex_fake_desk_make_folder (desk, "Receipts", names);
  g_autofree char *share = annex_fake_desk_share (desk, task, folder, ANNEX_SHARE_REVIEW);
  g_autofree char *failed = NULL, *delegate = NULL, *child = NULL, *script = NULL;

  annex_fake_desk_user (
      desk, task,
      "Turn this folder into an expense report, please. One sheet a month, and a chart.");
  annex_fake_desk_thinking (desk, task, "The user wants a report. First I look at the folder.");
  for (guint i = 0; i < 24; i++)
    {
      g_autofree char *input = g_strdup_printf ("{\"path\":\"/folders/Receipts/%u.pdf\"}", i);
      g_autofree char *id = annex_fake_desk_call (desk, task, "read_file", input);

      annex_fake_desk_result (desk, task, id, "read_file", "Taxi 12.80 EUR", FALSE, 130);
    }
  script = annex_fake_desk_call (desk, task, "shell",
                                 "{\"command\":\"python3 - <<'X'\\nprint(1 + 1)\\nX\"}");
  annex_fake_desk_result (desk, task, script, "shell", "\033[32m2\033[0m\nall is well", FALSE,
                          1100);
  failed = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"pip install nonsense\"}");
  annex_fake_desk_result (desk, task, failed, "shell", "There is no such package.\nexit status 1",
                          TRUE, 2300);
  delegate = annex_fake_desk_call (desk, task, "delegate",
                                   "{\"goal\":\"Check the sums of all receipts\"}");
  child = annex_fake_desk_sub_call (desk, task, delegate, "read_file",
                                    "{\"path\":\"/folders/Receipts/1.pdf\"}");
  annex_fake_desk_text (desk, task, answer);
  annex_fake_desk_ask (
      desk, task,
      annex_ask_new_network (annex_task_get_id (task), "rates.example.org", "for rates"));
  annex_fake_desk_present (desk, task, presented);
  annex_fake_desk_error (desk, task, "annex_model_error", "overloaded",
                         "The model is overloaded right now.");
  annex_fake_desk_user (desk, task, "Thank you! And the two without a date?");
  annex_fake_desk_text (desk, task, "I put them under *No date*.");
  return task;
}

void
chat_fixture_add_exchange (AnnexFakeDesk *desk, AnnexTask *task, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    {
      g_autofree char *question = g_strdup_printf ("Question %u", i);
      g_autofree char *answer = g_strdup_printf (
          "Answer %u begins.\n\n- one\n- two\n\n```\ncode %u\n```\n\nThe end of %u.", i, i, i);

      annex_fake_desk_user (desk, task, question);
      annex_fake_desk_text (desk, task, answer);
    }
}

AnnexRowList *
chat_fixture_get_list (AnnexChatView *view)
{
  return ANNEX_ROW_LIST (chat_fixture_find (GTK_WIDGET (view), ANNEX_TYPE_ROW_LIST, NULL));
}

GtkAdjustment *
chat_fixture_get_adjustment (AnnexChatView *view)
{
  return gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (chat_fixture_get_list (view)));
}

static gboolean
is_read (gpointer data)
{
  AnnexTranscript *transcript = annex_chat_view_get_transcript (data);

  return annex_transcript_get_loaded (transcript) && !annex_transcript_get_loading (transcript);
}

void
chat_fixture_settle (AnnexChatView *view)
{
  g_assert_true (annex_shot_wait (is_read, view, 10000));
  annex_shot_settle (200);
  g_assert_true (annex_shot_wait (is_read, view, 10000));
}

AnnexChatView *
chat_fixture_show (AnnexFakeDesk *desk, AnnexTask *task, int width, int height, GtkWindow **window)
{
  GtkWidget *view = annex_chat_view_new (ANNEX_DESK (desk), task);
  GtkWidget *overlay = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), view);
  *window = annex_shot_window (overlay, width, height);
  chat_fixture_settle (ANNEX_CHAT_VIEW (view));
  return ANNEX_CHAT_VIEW (view);
}

static const char *
get_text (GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    return gtk_label_get_text (GTK_LABEL (widget));
  if (GTK_IS_BUTTON (widget))
    return gtk_button_get_label (GTK_BUTTON (widget));
  return NULL;
}

GtkWidget *
chat_fixture_find (GtkWidget *root, GType type, const char *text)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (root, type) &&
      (text == NULL || g_strcmp0 (get_text (root), text) == 0))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = chat_fixture_find (child, type, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

GtkWidget *
chat_fixture_find_steps (GtkWidget *root, const char *words)
{
  GtkWidget *label = chat_fixture_find (root, GTK_TYPE_LABEL, words);

  return label != NULL ? gtk_widget_get_ancestor (label, ANNEX_TYPE_STEPS_VIEW) : NULL;
}

gboolean
chat_fixture_shows_text (GtkWidget *root, const char *part)
{
  if (GTK_IS_TEXT_VIEW (root) && gtk_widget_get_mapped (root))
    {
      GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (root));
      GtkTextIter start;
      GtkTextIter end;
      g_autofree char *text = NULL;

      gtk_text_buffer_get_bounds (buffer, &start, &end);
      text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
      if (strstr (text, part) != NULL)
        return TRUE;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (chat_fixture_shows_text (child, part))
      return TRUE;
  return FALSE;
}

void
chat_fixture_close (AnnexFakeDesk *desk, GtkWindow *window)
{
  if (window != NULL)
    gtk_window_destroy (window);
  annex_shot_settle (50);
  annex_fake_desk_close (desk);
  g_object_unref (desk);
}
