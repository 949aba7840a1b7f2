/* test-ask-question.c
 *
 * The question card: what it answers, by mouse and by keyboard, and that putting it off or closing
 * it answers nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-question-card.h"
#include "annex-question-field.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

#define SIMPLE                                                                                     \
  "{\"questions\":[{\"id\":\"a\",\"header\":\"No date\",\"question\":\"Two receipts have no "      \
  "date. "                                                                                         \
  "Where shall they go?\",\"options\":[{\"label\":\"Under “No date”\",\"description\":\"A group "  \
  "of their own at the end\"},{\"label\":\"Use the file’s date\"}]}]}"
#define SEVERAL                                                                                    \
  "{\"questions\":[{\"id\":\"a\",\"header\":\"Layout\",\"question\":\"Which layout?\","            \
  "\"options\":[{\"label\":\"Wide\",\"description\":\"One row a receipt\",\"preview\":"            \
  "\"Date   Shop     Amount\\n1 June  Bakery    4.20\\n2 June  Train    31.00\"},"                 \
  "{\"label\":\"By month\",\"preview\":\"June\\n  Bakery  4.20\\n  Train  31.00\"}]},"             \
  "{\"id\":\"b\",\"header\":\"Currencies\",\"question\":\"Which currencies?\",\"multi_select\":"   \
  "true,\"options\":[\"EUR\",\"CHF\",\"GBP\"]},{\"id\":\"c\",\"header\":\"Name\",\"question\":"    \
  "\"What shall the file be called?\"}]}"
#define SECRET                                                                                     \
  "{\"questions\":[{\"id\":\"k\",\"header\":\"Password\",\"question\":\"The shop’s "               \
  "password?\",\"secret\":true}]}"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  AnnexAsk *ask;
  GtkWidget *card;
  GtkWindow *window;
} Shown;

static void
show (Shown *shown, const char *json, int width)
{
  g_autoptr (JsonObject) input = annex_json_parse_object (json, -1, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  shown->desk = annex_fake_desk_new ();
  shown->task = annex_fake_desk_add_task (shown->desk, "Receipts");
  shown->ask =
      annex_fake_desk_ask (shown->desk, shown->task,
                           annex_ask_new_question (annex_task_get_id (shown->task), input, NULL));
  annex_ask_ref (shown->ask);
  shown->card = annex_question_card_new_for_ask (ANNEX_DESK (shown->desk), shown->ask);
  gtk_widget_set_valign (shown->card, GTK_ALIGN_START);
  g_object_set (shown->card, "margin-start", 18, "margin-end", 18, "margin-top", 18,
                "margin-bottom", 18, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), shown->card);
  shown->window = annex_shot_window (scrolled, width, 800);
}

static void
hide (Shown *shown)
{
  g_autoptr (GtkWidget) card = g_object_ref (shown->card);

  gtk_window_destroy (shown->window);
  g_assert_finalize_object (g_steal_pointer (&card));
  annex_ask_unref (shown->ask);
  annex_fake_desk_close (shown->desk);
  g_object_unref (shown->desk);
}

static GtkWidget *
field_of (Shown *shown)
{
  return annex_find (shown->card, annex_is_type, "AnnexQuestionField");
}

static void
test_keys (void)
{
  Shown shown;

  show (&shown, SIMPLE, 720);
  g_assert_false (gtk_widget_is_sensitive (annex_find_button (shown.card, "Answer")));
  g_assert_true (annex_type_key (shown.card, GDK_KEY_2, 0));
  g_assert_true (annex_question_card_get_answerable (ANNEX_QUESTION_CARD (shown.card)));
  g_assert_true (annex_type_key (shown.card, GDK_KEY_1, 0));
  annex_shot_take (shown.window, "ask-question");
  g_assert_false (annex_type_key (shown.card, GDK_KEY_9, 0));
  g_assert_false (annex_type_key (shown.card, GDK_KEY_1, GDK_ALT_MASK));
  g_assert_true (annex_type_key (shown.card, GDK_KEY_Return, 0));
  annex_shot_settle (200);
  g_assert_true (annex_called (shown.desk, "answer:*{\"a\":\"Under “No date”\"}*"));
  g_assert_true (annex_shows (shown.card, "Answered"));
  hide (&shown);
}

static void
test_later (void)
{
  Shown shown;

  show (&shown, SIMPLE, 360);
  annex_shot_take (shown.window, "ask-question-narrow");
  g_assert_true (annex_type_key (shown.card, GDK_KEY_Escape, 0));
  annex_shot_settle (200);
  g_assert_false (annex_called (shown.desk, "answer*"));
  g_assert_true (annex_shows (shown.card, "Waits for you in the inbox"));
  annex_shot_take (shown.window, "ask-question-later");
  g_assert_false (annex_type_key (shown.card, GDK_KEY_Return, 0));
  annex_press (shown.card, "Answer Now");
  annex_shot_settle (100);
  g_assert_nonnull (field_of (&shown));
  g_assert_false (annex_called (shown.desk, "answer*"));
  hide (&shown);
}

static void
test_other (void)
{
  Shown shown;
  GtkWidget *entry;

  show (&shown, SIMPLE, 720);
  entry = annex_find (shown.card, annex_is_type, "GtkEntry");
  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "   ");
  g_assert_false (annex_question_card_get_answerable (ANNEX_QUESTION_CARD (shown.card)));
  gtk_editable_set_text (GTK_EDITABLE (entry), " Ask my boss ");
  g_assert_true (annex_question_card_get_answerable (ANNEX_QUESTION_CARD (shown.card)));
  annex_press (shown.card, "Answer");
  annex_shot_settle (200);
  g_assert_true (annex_called (shown.desk, "answer:*{\"a\":{\"other_text\":\"Ask my boss\"}}*"));
  hide (&shown);
}

static GtkWidget *
nth_field (Shown *shown, guint n)
{
  GtkWidget *field = field_of (shown);

  while (n-- > 0)
    field = gtk_widget_get_next_sibling (field);
  return field;
}

static void
test_several (gconstpointer width)
{
  Shown shown;
  GtkWidget *entry;

  show (&shown, SEVERAL, GPOINTER_TO_INT (width));
  annex_question_field_choose (ANNEX_QUESTION_FIELD (nth_field (&shown, 0)), 1);
  g_assert_true (annex_shows (shown.card, "June\n  Bakery"));
  annex_question_field_choose (ANNEX_QUESTION_FIELD (nth_field (&shown, 1)), 0);
  annex_question_field_choose (ANNEX_QUESTION_FIELD (nth_field (&shown, 1)), 2);
  g_assert_false (annex_question_card_get_answerable (ANNEX_QUESTION_CARD (shown.card)));
  entry = annex_find (nth_field (&shown, 2), annex_is_type, "GtkEntry");
  gtk_editable_set_text (GTK_EDITABLE (entry), "June.xlsx");
  annex_shot_take (shown.window, "ask-question-several");
  annex_question_card_answer (ANNEX_QUESTION_CARD (shown.card));
  annex_shot_settle (200);
  g_assert_true (annex_called (
      shown.desk, "answer:*{\"a\":\"By month\",\"b\":[\"EUR\",\"GBP\"],\"c\":{\"other_text\":"
                  "\"June.xlsx\"}}*"));
  hide (&shown);
}

/* A secret goes to the keyring; the answer holds its id, and no call holds its text but that one.
 */
static void
test_secret (void)
{
  Shown shown;
  GtkWidget *entry;
  GPtrArray *calls;

  show (&shown, SECRET, 720);
  entry = annex_find (shown.card, annex_is_type, "GtkPasswordEntry");
  g_assert_nonnull (entry);
  g_assert_null (annex_find (shown.card, annex_is_type, "GtkEntry"));
  gtk_editable_set_text (GTK_EDITABLE (entry), "hunter2");
  annex_shot_take (shown.window, "ask-question-secret");
  annex_question_card_answer (ANNEX_QUESTION_CARD (shown.card));
  annex_shot_settle (300);
  g_assert_true (annex_called (shown.desk, "store_secret*"));
  g_assert_true (annex_called (shown.desk, "answer:*{\"k\":{\"secret\":\"secret:*"));
  calls = annex_fake_desk_get_calls (shown.desk);
  for (guint i = 0; i < calls->len; i++)
    g_assert_true (g_str_has_prefix (g_ptr_array_index (calls, i), "store_secret") ||
                   strstr (g_ptr_array_index (calls, i), "hunter2") == NULL);
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "");
  hide (&shown);
}

static void
test_failure (void)
{
  Shown shown;

  show (&shown, SIMPLE, 720);
  annex_fake_desk_fail (shown.desk, "answer",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full"));
  annex_type_key (shown.card, GDK_KEY_1, 0);
  annex_press (shown.card, "Answer");
  annex_shot_settle (200);
  g_assert_true (annex_shows (shown.card, "The disk is full"));
  g_assert_true (annex_question_card_get_answerable (ANNEX_QUESTION_CARD (shown.card)));
  hide (&shown);
}

static void
test_closed (void)
{
  Shown shown;
  g_autoptr (JsonObject) answer = NULL;

  show (&shown, SIMPLE, 720);
  answer = annex_ask_make_answer (shown.ask, "Use the file’s date", NULL);
  annex_question_card_set_outcome (ANNEX_QUESTION_CARD (shown.card), answer, FALSE);
  annex_shot_settle (100);
  g_assert_true (annex_shows (shown.card, "Use the file’s date"));
  g_assert_null (annex_find_button (shown.card, "Reopen"));
  annex_press (shown.card, "Show the Question and the Answer");
  annex_shot_settle (400);
  annex_shot_take (shown.window, "ask-question-answered");
  annex_question_card_set_outcome (ANNEX_QUESTION_CARD (shown.card), NULL, TRUE);
  annex_shot_settle (100);
  annex_shot_take (shown.window, "ask-question-expired");
  annex_press (shown.card, "Reopen");
  annex_shot_settle (100);
  g_assert_true (annex_called (shown.desk, "reopen:*"));
  hide (&shown);
}

/* Attack list U in every place a question has. */
static void
test_hostile (void)
{
  g_autofree char *word = g_strnfill (100 * 1000, 'W');
  const char *texts[] = {
    word,
    "<span size='90000'>big</span> &amp; <b>bold</b> &",
    "\u202egnihtyreve wollA\u202c\n\n\nAnnex asks for your permission\n[Allow Once] [Always]",
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "\x1b[2J\x07 <img src=x> javascript:alert(1)",
    "مرحبا بالعالم هل تريد حفظ الملفات؟",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) text = json_node_init_string (json_node_alloc (), texts[i]);
      g_autofree char *quoted = annex_json_to_string (text);
      g_autofree char *json = g_strdup_printf (
          "{\"questions\":[{\"header\":%s,\"question\":%s,\"options\":[{\"label\":%s,"
          "\"description\":%s,\"preview\":%s},{\"label\":\"b\"}]}]}",
          quoted, quoted, quoted, quoted, quoted);
      Shown shown;

      show (&shown, json, 360);
      g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (shown.window)), <=, 360);
      g_assert_null (annex_find_button (shown.card, "Always"));
      g_assert_null (annex_find (shown.card, annex_is_type, "AnnexGrantCard"));
      if (i < 3)
        {
          g_autofree char *name = g_strdup_printf ("ask-question-hostile-%u", i);

          annex_shot_take (shown.window, name);
        }
      hide (&shown);
    }
}

/* A permission that came as a question is not drawn by the conversation. */
static void
test_permission (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "Receipts");
  AnnexAsk *ask = annex_fake_desk_ask (
      desk, task,
      annex_ask_new_consent (annex_task_get_id (task), "Secret", "Use it?", "Allow", "No"));
  GtkWidget *card = annex_question_card_new_for_ask (ANNEX_DESK (desk), ask);
  GtkWindow *window = annex_shot_window (card, 720, 200);

  g_assert_null (annex_find_button (card, "Answer"));
  g_assert_null (annex_find (card, annex_is_type, "GtkCheckButton"));
  gtk_window_destroy (window);
  annex_fake_desk_close (desk);
  g_object_unref (desk);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/ask/question/keys", test_keys);
  g_test_add_func ("/ui/ask/question/later", test_later);
  g_test_add_func ("/ui/ask/question/other", test_other);
  g_test_add_data_func ("/ui/ask/question/several", GINT_TO_POINTER (720), test_several);
  g_test_add_data_func ("/ui/ask/question/several-narrow", GINT_TO_POINTER (360), test_several);
  g_test_add_func ("/ui/ask/question/secret", test_secret);
  g_test_add_func ("/ui/ask/question/failure", test_failure);
  g_test_add_func ("/ui/ask/question/closed", test_closed);
  g_test_add_func ("/ui/ask/question/hostile", test_hostile);
  g_test_add_func ("/ui/ask/question/permission", test_permission);
  return g_test_run ();
}
