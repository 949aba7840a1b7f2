/* test-tour.c
 *
 * The tour's recorded turns through the Model port, against scripted results of its calls.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json-build.h"
#include "annex-tour-model.h"
#include "annex-tour-script.h"

#include <gio/gio.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#define SHARED                                                                                     \
  "The user shared the folder “Trip “A” 'x'” with you. In your computer it is /folders/Trip “A” "  \
  "'x'. You can change it: your changes are a draft that the user keeps or discards."
#define LOOK                                                                                       \
  "exit status 0 after 1.0 s\nstdout:\nRESULT {\"receipts\": 3, \"undated\": %d, "                 \
  "\"undated_text\": \"{{folder}} $(x).txt\", \"files_text\": \"4 files\", \"duplicate_count\": "  \
  "0, \"not_read_count\": 1, \"not_read_text\": \"bad.pdf (damaged)\"}\n"
#define RUN                                                                                        \
  "stdout:\nRESULT {\"totals_text\": \"EUR 12.00\", \"report\": \"/folders/x/Expense "             \
  "report.xlsx\", \"chart\": \"%s\", \"moved\": 3, \"moved_text\": \"3 files\"}\n"

/* A conversation with the tour. */
typedef struct
{
  AnnexTourScript *script;
  GPtrArray *messages;
  GPtrArray *reply;
} Talk;

static void
talk_begin (Talk *talk)
{
  g_autoptr (GError) error = NULL;

  talk->script = annex_tour_script_load (&error);
  g_assert_no_error (error);
  talk->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  talk->reply = NULL;
}

static void
talk_end (Talk *talk)
{
  annex_tour_script_free (talk->script);
  g_ptr_array_unref (talk->messages);
  g_clear_pointer (&talk->reply, g_ptr_array_unref);
}

static void
talk_add (Talk *talk, AnnexRole role, GPtrArray *blocks)
{
  g_ptr_array_add (talk->messages, annex_message_new (role, blocks));
}

static void
talk_reply (Talk *talk)
{
  g_clear_pointer (&talk->reply, g_ptr_array_unref);
  talk->reply = annex_tour_script_reply (talk->script, talk->messages);
  talk_add (talk, ANNEX_ROLE_ASSISTANT, talk->reply);
}

/* The user's words, and the reply. */
static void
talk_say (Talk *talk, const char *first, const char *second)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  g_ptr_array_add (blocks, annex_block_new_text (first));
  if (second != NULL)
    g_ptr_array_add (blocks, annex_block_new_text (second));
  talk_add (talk, ANNEX_ROLE_USER, blocks);
  talk_reply (talk);
}

/* Results for every call of the last reply: @text for @tool, "ok" for the others. */
static void
talk_answer (Talk *talk, const char *tool, const char *text, gboolean is_error)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  for (guint i = 0; i < talk->reply->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (talk->reply, i);
      const char *id = annex_block_get_tool_use_id (block);
      gboolean meant;

      if (id == NULL)
        continue;
      meant = g_strcmp0 (annex_block_get_tool_name (block), tool) == 0;
      g_ptr_array_add (
          blocks, annex_block_new_tool_result_text (id, meant ? text : "ok", meant && is_error));
    }
  g_assert_cmpuint (blocks->len, >, 0);
  talk_add (talk, ANNEX_ROLE_USER, blocks);
  talk_reply (talk);
}

static AnnexBlock *
find_call (Talk *talk, const char *tool)
{
  for (guint i = 0; i < talk->reply->len; i++)
    if (g_strcmp0 (annex_block_get_tool_name (g_ptr_array_index (talk->reply, i)), tool) == 0)
      return g_ptr_array_index (talk->reply, i);
  return NULL;
}

static const char *
call_string (Talk *talk, const char *tool, const char *member)
{
  AnnexBlock *block = find_call (talk, tool);

  g_assert_nonnull (block);
  return annex_json_opt_string (annex_block_get_tool_input (block), member, "");
}

static void
assert_says (Talk *talk, const char *words)
{
  for (guint i = 0; i < talk->reply->len; i++)
    if (strstr (annex_block_get_text (g_ptr_array_index (talk->reply, i)), words) != NULL)
      return;
  g_test_message ("said: %s", annex_block_get_text (g_ptr_array_index (talk->reply, 0)));
  g_test_fail_printf ("did not say: %s", words);
}

static void
assert_plan (Talk *talk, const char *const *states)
{
  AnnexBlock *block = find_call (talk, "update_plan");
  JsonArray *steps;

  g_assert_nonnull (block);
  steps = annex_json_opt_array (annex_block_get_tool_input (block), "steps");
  g_assert_cmpuint (json_array_get_length (steps), ==, 5);
  for (guint i = 0; i < 5; i++)
    g_assert_cmpstr (annex_json_opt_string (json_array_get_object_element (steps, i), "state", ""),
                     ==, states[i]);
}

/* From the prompt to the first run that only looks. */
static void
go_to_look (Talk *talk)
{
  talk_say (talk, "Please turn this folder of RECEIPTS into an expense report", SHARED);
  assert_says (talk, "My words are recorded");
  assert_plan (talk,
               (const char *[]) { "in_progress", "pending", "pending", "pending", "pending" });
  g_assert_cmpstr (call_string (talk, "shell", "command"), ==,
                   "ls -lA -- '/folders/Trip “A” '\\''x'\\''' | head -n 60");
  talk_answer (talk, "shell", "a.txt", FALSE);
  g_assert_nonnull (strstr (call_string (talk, "write_file", "content"), "\"words\""));
  g_assert_cmpuint (talk->reply->len, ==, 8);
  talk_answer (talk, NULL, NULL, FALSE);
  g_assert_cmpstr (call_string (talk, "shell", "command"), ==,
                   "python3 /home/agent/expense_report.py '/folders/Trip “A” '\\''x'\\''' --look");
}

static void
look_found (Talk *talk, int undated)
{
  g_autofree char *look = g_strdup_printf (LOOK, undated);

  talk_answer (talk, "shell", look, FALSE);
}

static void
finish (Talk *talk, const char *chart)
{
  g_autofree char *run = g_strdup_printf (RUN, chart);

  talk_answer (talk, "shell", run, FALSE);
  g_assert_nonnull (strstr (call_string (talk, "shell", "command"), "--check"));
  talk_answer (talk, "shell", "stdout:\nRESULT {\"agrees\": \"yes\"}\n", FALSE);
  assert_plan (
      talk, (const char *[]) { "completed", "completed", "completed", "completed", "completed" });
}

static void
test_undated (void)
{
  Talk talk;

  talk_begin (&talk);
  go_to_look (&talk);
  look_found (&talk, 1);
  assert_says (&talk, "{{folder}} $(x).txt"); /* a file's name is not expanded */
  g_assert_nonnull (find_call (&talk, "ask_user"));
  talk_answer (&talk, "ask_user", "{\"undated\":{\"other_text\":\"it's $(reboot)\"}}", FALSE);
  g_assert_cmpstr (call_string (&talk, "shell", "command"), ==,
                   "python3 /home/agent/expense_report.py '/folders/Trip “A” '\\''x'\\''' "
                   "--undated='it'\\''s $(reboot)'");
  finish (&talk, "/folders/x/Expense chart.png");
  g_assert_cmpuint (json_array_get_length (annex_json_opt_array (
                        annex_block_get_tool_input (find_call (&talk, "present_files")), "paths")),
                    ==, 2);
  talk_answer (&talk, NULL, NULL, FALSE);
  assert_says (&talk, "**EUR 12.00**");
  assert_says (&talk, "I filed 3 files");
  g_assert_cmpuint (talk.reply->len, ==, 1);
  talk_say (&talk, "And now write a poem", NULL);
  assert_says (&talk, "The tour ends here");
  talk_say (&talk, "The receipts once more", NULL);
  g_assert_nonnull (find_call (&talk, "update_plan"));
  talk_end (&talk);
}

static void
test_all_dated (void)
{
  Talk talk;

  talk_begin (&talk);
  go_to_look (&talk);
  look_found (&talk, 0);
  assert_says (&talk, "each has a date");
  g_assert_nonnull (find_call (&talk, "ask_user"));
  talk_answer (&talk, "ask_user", "{\"filing\":\"Leave them where they are\"}", FALSE);
  g_assert_nonnull (
      strstr (call_string (&talk, "shell", "command"), "--filing='Leave them where they are'"));
  finish (&talk, "");
  g_assert_cmpuint (json_array_get_length (annex_json_opt_array (
                        annex_block_get_tool_input (find_call (&talk, "present_files")), "paths")),
                    ==, 1);
  talk_answer (&talk, NULL, NULL, FALSE);
  assert_says (&talk, "There is no chart");
  talk_end (&talk);
}

static void
test_dismissed_question (void)
{
  Talk talk;

  talk_begin (&talk);
  go_to_look (&talk);
  look_found (&talk, 2);
  talk_answer (&talk, "ask_user", "The user closed the question without answering.", FALSE);
  g_assert_nonnull (strstr (call_string (&talk, "shell", "command"), "--undated=''"));
  talk_end (&talk);
}

static void
test_no_receipts (void)
{
  Talk talk;

  talk_begin (&talk);
  go_to_look (&talk);
  talk_answer (&talk, "shell",
               "RESULT {\"receipts\": 0, \"files_text\": \"2 files\", \"not_read_count\": 0}\n",
               FALSE);
  assert_plan (&talk,
               (const char *[]) { "completed", "completed", "skipped", "skipped", "skipped" });
  talk_answer (&talk, NULL, NULL, FALSE);
  assert_says (&talk, "nothing to report");
  talk_say (&talk, "try again", NULL);
  g_assert_nonnull (find_call (&talk, "shell"));
  talk_end (&talk);
}

static void
test_failures (void)
{
  Talk talk;

  talk_begin (&talk);
  go_to_look (&talk);
  talk_answer (&talk, "shell", "exit status 1\nstderr:\nBoom ``` here\n", FALSE);
  assert_says (&talk, "I will not pretend");
  assert_says (&talk, "Boom ''' here");
  assert_plan (&talk, (const char *[]) { "completed", "failed", "pending", "pending", "pending" });
  talk_answer (&talk, NULL, NULL, FALSE);
  assert_says (&talk, "try again");
  g_assert_cmpuint (talk.reply->len, ==, 1);
  talk_end (&talk);

  talk_begin (&talk);
  go_to_look (&talk);
  look_found (&talk, 1);
  talk_answer (&talk, "ask_user", "{\"undated\":{\"other_text\":\"2026-05\"}}", FALSE);
  talk_answer (&talk, "shell", RUN, TRUE);
  assert_says (&talk, "Making the report failed");
  talk_end (&talk);

  talk_begin (&talk);
  go_to_look (&talk);
  look_found (&talk, 1);
  talk_answer (&talk, "ask_user", "{\"undated\":{\"other_text\":\"2026-05\"}}", FALSE);
  talk_answer (&talk, "shell", "RESULT {\"report\": \"/r\", \"chart\": \"/c\"}\n", FALSE);
  talk_answer (&talk, "shell", "RESULT {\"agrees\": \"no\"}\n", FALSE);
  assert_says (&talk, "do not trust it yet");
  talk_end (&talk);
}

static void
test_no_folder (void)
{
  Talk talk;

  talk_begin (&talk);
  talk_say (&talk, "receipts to expenses", NULL);
  g_assert_nonnull (find_call (&talk, "request_folder"));
  talk_answer (&talk, "request_folder", "The user did not share a folder.", FALSE);
  assert_says (&talk, "Without a folder");
  g_assert_cmpuint (talk.reply->len, ==, 1);
  talk_say (&talk, SHARED, "here you are");
  g_assert_nonnull (find_call (&talk, "shell"));
  talk_end (&talk);

  talk_begin (&talk);
  talk_say (&talk, "receipts to expenses", NULL);
  talk_answer (&talk, "request_folder", "The user shared the folder “R”: /folders/R (review).",
               FALSE);
  g_assert_cmpstr (call_string (&talk, "shell", "command"), ==,
                   "ls -lA -- '/folders/R' | head -n 60");
  talk_end (&talk);
}

static void
test_other_words (void)
{
  Talk talk;

  talk_begin (&talk);
  talk_say (&talk, "What is the capital of France?", SHARED);
  assert_says (&talk, "no model is set up");
  g_assert_cmpuint (talk.reply->len, ==, 1);
  talk_end (&talk);
}

/* A conversation that another model led until now. */
static void
test_foreign_calls (void)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  Talk talk;

  talk_begin (&talk);
  g_ptr_array_add (blocks, annex_block_new_tool_result_text ("toolu_01", "done", FALSE));
  talk_add (&talk, ANNEX_ROLE_USER, blocks);
  talk_reply (&talk);
  assert_says (&talk, "cannot go on");
  talk_end (&talk);
}

/* Every turn a "next" or the entry names is there, every gap's call too, and states are known. */
static void
test_recording (void)
{

  g_autofree char *text = NULL;
  g_autoptr (JsonObject) root = NULL;
  g_autoptr (GList) names = NULL;
  g_autoptr (GError) error = NULL;
  JsonObject *turns;

  g_assert_true (g_file_get_contents (ANNEX_TEST_TURNS, &text, NULL, &error));
  root = annex_json_parse_object (text, -1, &error);
  g_assert_no_error (error);
  turns = annex_json_opt_object (root, "turns");
  names = json_object_get_members (turns);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *turn = json_object_get_object_member (turns, l->data);
      JsonArray *blocks = annex_json_opt_array (turn, "blocks");
      JsonArray *next = annex_json_opt_array (turn, "next");
      gboolean calls = FALSE;

      g_assert_null (strchr (l->data, '_'));
      for (guint i = 0; i < json_array_get_length (blocks); i++)
        {
          JsonObject *block = json_array_get_object_element (blocks, i);

          calls = calls || annex_json_opt_array (block, "text") == NULL;
          if (annex_json_opt_string (block, "tool", NULL) != NULL)
            {
              g_assert_nonnull (annex_json_opt_object (block, "input"));
              g_assert_null (strchr (annex_json_opt_string (block, "id", "_"), '_'));
            }
        }
      /* The skill is the last word of who writes it: nothing comes after its call. */
      g_assert_true (calls == (next != NULL || g_str_equal (l->data, "skill")));
      for (guint i = 0; next != NULL && i < json_array_get_length (next); i++)
        {
          JsonObject *choice = json_array_get_object_element (next, i);

          g_assert_true (
              json_object_has_member (turns, annex_json_opt_string (choice, "turn", "?")));
          g_assert_true (json_object_has_member (choice, "when") ==
                         (i + 1 < json_array_get_length (next)));
        }
    }
}

/* ---- the port */

typedef struct
{
  GString *text;
  guint n_deltas;
  guint n_blocks;
  GMainLoop *loop;
  AnnexModelReply *reply;
  GError *error;
  DexPromise *cancel;
  guint cancel_at;
} Port;

static void
on_delta (const AnnexDelta *delta, gpointer data)
{
  Port *port = data;

  port->n_deltas++;
  if (delta->kind == ANNEX_DELTA_TEXT)
    g_string_append (port->text, delta->text);
  g_assert_true (g_utf8_validate (delta->text, -1, NULL));
  if (port->cancel != NULL && port->n_deltas == port->cancel_at)
    dex_promise_reject (port->cancel,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped"));
}

static void
on_block (guint index, AnnexBlock *block, gpointer data)
{
  Port *port = data;

  g_assert_cmpuint (index, ==, port->n_blocks);
  port->n_blocks++;
}

static DexFuture *
on_settled (DexFuture *future, gpointer data)
{
  Port *port = data;
  const GValue *value = dex_future_get_value (future, &port->error);

  if (value != NULL)
    port->reply = g_value_dup_boxed (value);
  g_main_loop_quit (port->loop);
  return dex_ref (future);
}

static void
port_send (Port *port, guint delay_ms)
{
  g_autoptr (AnnexTourModel) model = annex_tour_model_new (delay_ms);
  g_autoptr (AnnexModelRequest) request = annex_model_request_new ();
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_autoptr (DexFuture) future = NULL;

  g_ptr_array_add (blocks, annex_block_new_text ("receipts, please"));
  g_ptr_array_add (blocks, annex_block_new_text (SHARED));
  g_ptr_array_add (request->messages, annex_message_new (ANNEX_ROLE_USER, blocks));
  request->on_delta = on_delta;
  request->on_block = on_block;
  request->user_data = port;
  port->text = g_string_new (NULL);
  port->loop = g_main_loop_new (NULL, FALSE);
  future = dex_future_finally (
      annex_model_send (ANNEX_MODEL (model), request, (DexFuture *) port->cancel), on_settled, port,
      NULL);
  g_main_loop_run (port->loop);
}

static void
port_clear (Port *port)
{
  g_string_free (port->text, TRUE);
  g_main_loop_unref (port->loop);
  g_clear_pointer (&port->reply, annex_model_reply_free);
  g_clear_error (&port->error);
  dex_clear (&port->cancel);
}

static void
test_port (void)
{
  Port port = { 0 };

  port_send (&port, 0);
  g_assert_no_error (port.error);
  g_assert_cmpint (port.reply->stop_reason, ==, ANNEX_STOP_TOOL_USE);
  g_assert_cmpuint (port.reply->blocks->len, ==, port.n_blocks);
  g_assert_cmpstr (annex_block_get_text (g_ptr_array_index (port.reply->blocks, 0)), ==,
                   port.text->str);
  g_assert_cmpuint (port.n_deltas, >, 20);
  g_assert_cmpfloat (port.reply->usage.cost_usd, ==, 0);
  port_clear (&port);
}

static void
test_port_cancelled (void)
{
  Port port = { .cancel = dex_promise_new (), .cancel_at = 3 };

  port_send (&port, 5);
  g_assert_error (port.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (port.n_deltas, ==, 3);
  port_clear (&port);
}

static void
test_port_names (void)
{
  g_autoptr (AnnexTourModel) model = annex_tour_model_new (0);
  g_autoptr (DexFuture) list = annex_model_list (ANNEX_MODEL (model));
  g_autoptr (DexFuture) check = annex_model_check (ANNEX_MODEL (model));
  const char *const *ids = g_value_get_boxed (dex_future_get_value (list, NULL));

  g_assert_cmpstr (ids[0], ==, "tour");
  g_assert_null (ids[1]);
  g_assert_true (dex_future_is_resolved (check));
  g_assert_cmpstr (annex_model_get_provider (ANNEX_MODEL (model)), ==, "tour");
  g_assert_cmpstr (annex_model_get_model (ANNEX_MODEL (model)), ==, "tour");
  g_assert_null (annex_model_dup_base_url (ANNEX_MODEL (model)));
}

/* Out of its record comes a skill with the scripts that it wrote; the gaps for the user's values
 * are left open. */
static void
test_skill (void)
{
  Talk talk;
  AnnexBlock *call;
  JsonObject *input;
  JsonArray *files;

  talk_begin (&talk);
  talk_say (&talk, "This was said and done in the task:\n<task>\nUSER: my receipts</task>", NULL);
  g_assert_cmpuint (talk.reply->len, ==, 1);
  call = g_ptr_array_index (talk.reply, 0);
  g_assert_cmpint (annex_block_get_kind (call), ==, ANNEX_BLOCK_TOOL_USE);
  g_assert_cmpstr (annex_block_get_tool_name (call), ==, "done");
  input = annex_block_get_tool_input (call);
  g_assert_nonnull (
      strstr (annex_json_opt_string (input, "instructions", ""), "{{annex.company}}"));
  files = annex_json_opt_array (input, "files");
  g_assert_cmpuint (json_array_get_length (files), ==, 6);
  for (guint i = 0; i < json_array_get_length (files); i++)
    g_assert_nonnull (
        annex_json_opt_string (json_array_get_object_element (files, i), "from", NULL));
  talk_end (&talk);
}

/* In German: what is said, the plan, the question, and the words that the scripts get. */
static void
test_language (void)
{
  Talk talk;
  g_autoptr (JsonObject) table = NULL;
  JsonObject *question;

  bindtextdomain ("annex", ANNEX_TEST_LOCALE);
  bind_textdomain_codeset ("annex", "UTF-8");
  textdomain ("annex");
  g_unsetenv ("LANGUAGE");
  if (setlocale (LC_ALL, "de_DE.UTF-8") == NULL)
    {
      g_test_skip ("this machine has no German locale");
      return;
    }
  talk_begin (&talk);
  talk_say (&talk, "Mach aus diesem Ordner mit Belegen eine Spesenabrechnung", SHARED);
  assert_says (&talk, "Meine Worte sind aufgezeichnet");
  assert_plan (&talk,
               (const char *[]) { "in_progress", "pending", "pending", "pending", "pending" });
  g_assert_cmpstr (
      annex_json_opt_string (
          json_array_get_object_element (
              annex_json_opt_array (annex_block_get_tool_input (find_call (&talk, "update_plan")),
                                    "steps"),
              0),
          "title", ""),
      ==, "Den Ordner ansehen");
  talk_answer (&talk, "shell", "a.txt", FALSE);
  table = annex_json_parse_object (call_string (&talk, "write_file", "content"), -1, NULL);
  g_assert_cmpstr (
      annex_json_opt_string (annex_json_opt_object (table, "words"), "Expense report", ""), ==,
      "Spesenabrechnung");
  g_assert_cmpstr (
      json_array_get_string_element (
          annex_json_opt_array (annex_json_opt_object (table, "plurals"), "{n} file"), 2),
      ==, "{n} Dateien");
  g_assert_cmpstr (annex_json_opt_string (table, "decimal", ""), ==, ",");
  talk_answer (&talk, NULL, NULL, FALSE);
  look_found (&talk, 1);
  question = json_array_get_object_element (
      annex_json_opt_array (annex_block_get_tool_input (find_call (&talk, "ask_user")),
                            "questions"),
      0);
  g_assert_cmpstr (annex_json_opt_string (json_array_get_object_element (
                                              annex_json_opt_array (question, "options"), 1),
                                          "label", ""),
                   ==, "Das Datum der Datei nehmen");
  talk_end (&talk);
  setlocale (LC_ALL, "C.UTF-8");
}

/* What the window suggests in each language is taken for the tour's task, and so is what the tour
 * itself says to repeat it. */
static void
test_every_language (void)
{
  static const char *const PROMPTS[] = {
    "Faites de ce dossier de reçus une note de frais",
    "Convertir esta carpeta de recibos en un informe de gastos",
    "Mach aus diesem Ordner mit Belegen eine Spesenabrechnung"
  };
  static const char *const AGAIN[] = { "réessayer", "otra vez", "Noch einmal" };

  for (gsize i = 0; i < G_N_ELEMENTS (PROMPTS); i++)
    {
      Talk talk;

      talk_begin (&talk);
      talk_say (&talk, PROMPTS[i], SHARED);
      g_assert_nonnull (find_call (&talk, "update_plan"));
      talk_answer (&talk, "shell", "a.txt", FALSE);
      talk_answer (&talk, NULL, "it broke", TRUE);
      talk_say (&talk, AGAIN[i], NULL);
      g_assert_nonnull (find_call (&talk, "update_plan"));
      talk_end (&talk);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/tour/undated", test_undated);
  g_test_add_func ("/tour/all-dated", test_all_dated);
  g_test_add_func ("/tour/dismissed-question", test_dismissed_question);
  g_test_add_func ("/tour/no-receipts", test_no_receipts);
  g_test_add_func ("/tour/failures", test_failures);
  g_test_add_func ("/tour/no-folder", test_no_folder);
  g_test_add_func ("/tour/other-words", test_other_words);
  g_test_add_func ("/tour/foreign-calls", test_foreign_calls);
  g_test_add_func ("/tour/recording", test_recording);
  g_test_add_func ("/tour/skill", test_skill);
  g_test_add_func ("/tour/language", test_language);
  g_test_add_func ("/tour/every-language", test_every_language);
  g_test_add_func ("/tour/port", test_port);
  g_test_add_func ("/tour/port/cancelled", test_port_cancelled);
  g_test_add_func ("/tour/port/names", test_port_names);
  return g_test_run ();
}
