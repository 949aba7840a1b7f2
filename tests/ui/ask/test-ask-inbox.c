/* test-ask-inbox.c
 *
 * The inbox: what is open and what was closed, answered in place, live, and with a thousand of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-arm.h"
#include "annex-fake-desk.h"
#include "annex-grant-card.h"
#include "annex-inbox-page.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  GtkWidget *page;
  GtkWindow *window;
  char *opened;
} Fixture;

static void
opened_cb (GtkWidget *page, const char *task_id, const char *ask_id, Fixture *fixture)
{
  g_free (fixture->opened);
  fixture->opened = g_strdup_printf ("%s %s", task_id, ask_id);
}

static void
set_up (Fixture *fixture, gconstpointer width)
{
  fixture->desk = annex_fake_desk_new ();
  fixture->task = annex_fake_desk_add_task (fixture->desk, "Expense report, June");
  fixture->page = annex_inbox_page_new (ANNEX_DESK (fixture->desk));
  g_signal_connect (fixture->page, "open-task", G_CALLBACK (opened_cb), fixture);
  fixture->window = annex_shot_window (fixture->page, GPOINTER_TO_INT (width), 640);
}

static void
tear_down (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GtkWidget) page = g_object_ref (fixture->page);

  gtk_window_destroy (fixture->window);
  g_assert_finalize_object (g_steal_pointer (&page));
  annex_fake_desk_close (fixture->desk);
  g_object_unref (fixture->desk);
  g_free (fixture->opened);
}

static AnnexAsk *
ask_question (Fixture *fixture, AnnexTask *task, const char *question)
{
  g_autoptr (JsonObject) input = json_object_new ();

  json_object_set_string_member (input, "question", question);
  return annex_fake_desk_ask (fixture->desk, task,
                              annex_ask_new_question (annex_task_get_id (task), input, NULL));
}

static void
close_ask (Fixture *fixture, AnnexAsk *ask, AnnexEventType type, const char *answer)
{
  g_autofree char *data = g_strdup_printf ("{\"ask\":\"%s\",\"answer\":%s,\"by\":\"user\"}",
                                           annex_ask_get_id (ask), answer);

  annex_fake_desk_append_text (fixture->desk, fixture->task, type, data);
}

static void
test_listed (Fixture *fixture, gconstpointer width)
{
  const char *id = annex_task_get_id (fixture->task);
  AnnexAsk *ask;
  GtkWidget *entry;
  g_autofree char *expected = NULL;

  g_assert_true (annex_shows (fixture->page, "Nothing Needs You"));
  annex_shot_take (fixture->window, "inbox-empty");
  ask = annex_fake_desk_ask (fixture->desk, fixture->task,
                             annex_ask_new_network (id, "old.example.org", "why"));
  close_ask (fixture, ask, ANNEX_EVENT_ASK_ANSWERED, "{\"answer\":\"never\"}");
  ask = annex_fake_desk_ask (fixture->desk, fixture->task,
                             annex_ask_new_folder (id, "Last year’s report", NULL));
  close_ask (fixture, ask, ANNEX_EVENT_ASK_EXPIRED, "{\"answer\":\"no\"}");
  annex_fake_desk_ask (fixture->desk, fixture->task,
                       annex_ask_new_network (id, "data.example.org", "why"));
  ask = ask_question (fixture, fixture->task, "Two receipts have no date. Where shall they go?");
  expected = g_strdup_printf ("%s %s", id, annex_ask_get_id (ask));
  annex_shot_settle (500);
  g_assert_cmpuint (annex_inbox_page_get_n_open (ANNEX_INBOX_PAGE (fixture->page)), ==, 2);
  g_assert_true (annex_shows (fixture->page, "Needs You"));
  g_assert_true (annex_shows (fixture->page, "Went On Without It"));
  g_assert_true (annex_shows (fixture->page, "You said no"));
  g_assert_true (annex_shows (fixture->page, "Contact old.example.org"));
  annex_shot_take (fixture->window, "inbox");
  annex_press (fixture->page, "Go to the Task"); /* the newest open one is the first */
  g_assert_cmpstr (fixture->opened, ==, expected);

  annex_press (fixture->page, "Answer");
  annex_shot_settle (200);
  entry = annex_find (fixture->page, annex_is_type, "GtkEntry");
  g_assert_nonnull (entry);
  annex_shot_take (fixture->window, "inbox-answering");
  gtk_editable_set_text (GTK_EDITABLE (entry), "At the end");
  /* Another ask that comes meanwhile takes nothing away. */
  ask_question (fixture, fixture->task, "And the name?");
  annex_shot_settle (400);
  entry = annex_find (fixture->page, annex_is_type, "GtkEntry");
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "At the end");
  g_signal_emit_by_name (entry, "activate");
  annex_shot_settle (600);
  g_assert_true (annex_called (fixture->desk, "answer:*At the end*"));
  g_assert_cmpuint (annex_inbox_page_get_n_open (ANNEX_INBOX_PAGE (fixture->page)), ==, 2);
  annex_press (fixture->page, "Reopen");
  annex_shot_settle (600);
  g_assert_true (annex_called (fixture->desk, "reopen:*"));
  g_assert_cmpuint (annex_inbox_page_get_n_open (ANNEX_INBOX_PAGE (fixture->page)), ==, 3);
}

static gboolean
is_kept (gpointer data)
{
  return annex_fake_desk_was_called (data, "keep:*");
}

static gboolean
is_discarded (gpointer data)
{
  return annex_fake_desk_was_called (data, "discard:*");
}

static gboolean
asks_back (gpointer data)
{
  return annex_find (data, annex_is_type, "AdwAlertDialog") != NULL;
}

/* What becomes of a draft is decided in place, too; discarding asks back. */
static void
test_draft (Fixture *fixture, gconstpointer width)
{
  g_autofree char *folder =
      annex_fake_desk_make_folder (fixture->desk, "Receipts", (const char *[]) { "a.txt", NULL });
  g_autofree char *share =
      annex_fake_desk_share (fixture->desk, fixture->task, folder, ANNEX_SHARE_REVIEW);
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autofree char *expected = NULL;
  AnnexAsk *ask;
  GtkWidget *dialog;

  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, "Report.txt"));
  annex_fake_desk_set_draft (fixture->desk, fixture->task, share, changes);
  ask = annex_fake_desk_ask (
      fixture->desk, fixture->task,
      annex_ask_new_draft (annex_task_get_id (fixture->task), share, "1 added in Receipts"));
  expected = g_strdup_printf ("%s %s", annex_task_get_id (fixture->task), annex_ask_get_id (ask));
  annex_shot_settle (500);
  annex_press (fixture->page, "Answer");
  annex_shot_settle (200);
  g_assert_true (annex_shows (fixture->page, "What becomes of these changes?"));
  annex_shot_take (fixture->window, "inbox-draft");
  annex_press (fixture->page, "Look at the Changes");
  g_assert_cmpstr (fixture->opened, ==, expected);
  annex_press (fixture->page, "Discard");
  g_assert_true (annex_shot_wait (asks_back, fixture->window, 20000));
  g_assert_false (is_discarded (fixture->desk));
  dialog = annex_find (GTK_WIDGET (fixture->window), annex_is_type, "AdwAlertDialog");
  adw_dialog_close (ADW_DIALOG (dialog));
  annex_shot_settle (600);
  g_assert_false (is_discarded (fixture->desk));
  annex_press (fixture->page, "Keep All");
  g_assert_true (annex_shot_wait (is_kept, fixture->desk, 20000));
  annex_shot_settle (300);
}

/* A permission is answered in place by the app's own card, with its delay. */
static void
test_permission (Fixture *fixture, gconstpointer width)
{
  AnnexAsk *ask = annex_fake_desk_ask (
      fixture->desk, fixture->task,
      annex_ask_new_network (annex_task_get_id (fixture->task), "data.example.org", "why"));

  annex_inbox_page_show_ask (ANNEX_INBOX_PAGE (fixture->page), annex_ask_get_id (ask));
  annex_shot_settle (500);
  g_assert_nonnull (annex_find (fixture->page, annex_is_type, "AnnexGrantCard"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS);
  annex_shot_take (fixture->window, "inbox-permission");
  annex_press (fixture->page, "Allow Once");
  annex_shot_settle (500);
  g_assert_true (annex_called (fixture->desk, "answer:*once*"));
  g_assert_cmpuint (annex_inbox_page_get_n_open (ANNEX_INBOX_PAGE (fixture->page)), ==, 0);
}

static void
test_failure (Fixture *fixture, gconstpointer width)
{
  annex_fake_desk_fail (fixture->desk, "list_inbox",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no"));
  ask_question (fixture, fixture->task, "Well?");
  annex_shot_settle (500);
  g_assert_true (annex_shows (fixture->page, "The Inbox Cannot Be Read"));
  annex_press (fixture->page, "Try Again");
  annex_shot_settle (500);
  g_assert_true (annex_shows (fixture->page, "Well?"));
}

static guint
count_rows (GtkWidget *widget)
{
  guint n = annex_is_type (widget, "AnnexInboxRow");

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_rows (child);
  return n;
}

static void
test_many (Fixture *fixture, gconstpointer width)
{
  for (guint i = 0; i < 1000; i++)
    {
      g_autoptr (JsonObject) input = json_object_new ();
      g_autoptr (AnnexAsk) ask = NULL;
      JsonObject *data = json_object_new ();

      json_object_set_string_member (input, "question", "One more question?");
      ask = annex_ask_new_question (annex_task_get_id (fixture->task), input, NULL);
      json_object_set_object_member (data, "ask", json_object_ref (annex_ask_get_json (ask)));
      dex_future_disown (annex_task_append (fixture->task, ANNEX_EVENT_ASK_OPENED, data));
    }
  ask_question (fixture, fixture->task, "The last one?");
  annex_shot_settle (2000);
  g_assert_cmpuint (annex_inbox_page_get_n_open (ANNEX_INBOX_PAGE (fixture->page)), >=, 1000);
  g_assert_cmpuint (count_rows (fixture->page), <, 300); /* only what is near the screen is made */
  annex_shot_take (fixture->window, "inbox-many");
}

static void
add (const char *path, int width, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (width), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  add ("/ui/ask/inbox/listed", 800, test_listed);
  add ("/ui/ask/inbox/listed-narrow", 360, test_listed);
  add ("/ui/ask/inbox/permission", 800, test_permission);
  add ("/ui/ask/inbox/draft", 800, test_draft);
  add ("/ui/ask/inbox/failure", 800, test_failure);
  add ("/ui/ask/inbox/many", 800, test_many);
  return g_test_run ();
}
