/* annex-cli-inbox.c
 *
 * `annex inbox …`: what waits for the user, across all tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-answers.h"
#include "annex-future.h"

/* How many closed asks --all shows. */
#define MAX_CLOSED 1000

static GPtrArray *
list_entries (AnnexSession *session, gboolean closed, GError **error)
{
  return dex_await_boxed (
      annex_inbox_list (annex_session_get_store (session), closed ? MAX_CLOSED : 0), error);
}

static void
print_entry (const AnnexInboxEntry *entry)
{
  g_autofree char *text = annex_cli_clean (annex_ask_get_text (entry->ask));
  g_autofree char *title = annex_cli_clean_line (entry->task_title);

  annex_cli_print ("%s  %-9s %-8s  task %s  %s\n    %s\n", annex_ask_get_id (entry->ask),
                   annex_inbox_state_to_name (entry->state),
                   annex_ask_kind_to_name (annex_ask_get_kind (entry->ask)),
                   annex_ask_get_task_id (entry->ask), title, text);
}

static int
list (AnnexSession *session, gboolean json, gboolean all, GError **error)
{
  g_autoptr (GPtrArray) entries = list_entries (session, all, error);

  if (entries == NULL)
    return -1;
  for (guint i = 0; i < entries->len; i++)
    {
      AnnexInboxEntry *entry = g_ptr_array_index (entries, i);

      if (json)
        {
          g_autofree char *line = annex_inbox_entry_to_json_line (entry);

          annex_cli_print ("%s\n", line);
        }
      else
        print_entry (entry);
    }
  return ANNEX_EXIT_DONE;
}

/* A draft's answer is carried out at once; other answers are taken up when the task goes on. */
static gboolean
settle_draft (AnnexSession *session, AnnexAsk *ask, const char *label, GError **error)
{
  const char *share = annex_json_opt_string (annex_ask_get_json (ask), "share", "");
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) rest = NULL;

  task = dex_await_object (
      annex_task_load (annex_session_get_store (session), annex_ask_get_task_id (ask)), error);
  if (task == NULL)
    return FALSE;
  workspace = annex_session_create_workspace (session, task, NULL, error);
  if (workspace == NULL)
    return FALSE;
  kept = dex_await_boxed (annex_answers_settle_draft (annex_session_get_inbox (session),
                                                      annex_workspace_get_drafts (workspace), ask,
                                                      label, "user"),
                          error);
  if (kept == NULL)
    return FALSE;
  rest = annex_drafts_dup_changes (annex_workspace_get_drafts (workspace), share);
  if (rest != NULL && rest->len > 0)
    {
      g_set_error (
          error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED,
          "Not everything could be kept; what is left is still in the draft: annex tasks draft %s",
          annex_ask_get_task_id (ask));
      return FALSE;
    }
  annex_cli_print ("Done. annex tasks show %s tells what became of the files.\n",
                   annex_ask_get_task_id (ask));
  return TRUE;
}

/* The one ask that @text begins, or is: an answer must never reach another one. (borrowed) */
static AnnexAsk *
find_ask (GPtrArray *entries, gboolean open, const char *text, GError **error)
{
  const char *what = open ? "open ask" : "closed ask";
  AnnexAsk *found = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      AnnexInboxEntry *entry = g_ptr_array_index (entries, i);

      if ((entry->state == ANNEX_INBOX_OPEN) != open ||
          !g_str_has_prefix (annex_ask_get_id (entry->ask), text))
        continue;
      if (found != NULL)
        {
          g_set_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                       "Several %ss begin with “%s”; write more of the identifier", what, text);
          return NULL;
        }
      found = entry->ask;
    }
  if (found == NULL)
    g_set_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND, "No %s begins with “%s”",
                 what, text);
  return found;
}

/* No call waits for the answer to an ask that was opened again: it is carried out here. */
static gboolean
take_late (AnnexSession *session, AnnexAsk *ask, const char *given, GError **error)
{
  g_autoptr (JsonObject) answer = annex_json_parse_object (given, -1, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexTask) task = NULL;

  if (answer == NULL)
    return FALSE;
  task = dex_await_object (
      annex_task_load (annex_session_get_store (session), annex_ask_get_task_id (ask)), error);
  if (task != NULL)
    workspace = annex_session_create_workspace (session, task, NULL, error);
  return workspace != NULL && annex_workspace_take_late_answer (workspace, ask, answer, error);
}

static gboolean
wants_secret (AnnexAsk *ask)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    if (annex_json_opt_boolean (json_array_get_object_element (questions, i), "secret", FALSE))
      return TRUE;
  return FALSE;
}

static int
answer (AnnexSession *session, char **words, GError **error)
{
  g_autoptr (GPtrArray) entries = list_entries (session, FALSE, error);
  AnnexAsk *ask = entries != NULL ? find_ask (entries, TRUE, words[0], error) : NULL;
  g_autofree char *text = g_strjoinv (" ", words + 1);
  g_autofree char *given = NULL;

  if (ask == NULL)
    return -1;
  if (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT)
    return settle_draft (session, ask, text, error) ? ANNEX_EXIT_DONE : -1;
  if (wants_secret (ask) && !annex_cli_keeps_secrets (annex_session_get_secrets (session), error))
    return -1;
  given = dex_await_string (annex_answers_submit (annex_session_get_inbox (session),
                                                  annex_session_get_secrets (session), ask, text,
                                                  "user"),
                            error);
  if (given == NULL || (annex_ask_is_reopened (ask) && !take_late (session, ask, given, error)))
    return -1;
  annex_cli_print ("Answered. Where the window is open or a run waits for it, the task goes on by "
                   "itself; otherwise: annex run --resume %s\n",
                   annex_ask_get_task_id (ask));
  return ANNEX_EXIT_DONE;
}

static int
reopen (AnnexSession *session, const char *text, GError **error)
{
  g_autoptr (GPtrArray) entries = list_entries (session, TRUE, error);
  AnnexAsk *ask = entries != NULL ? find_ask (entries, FALSE, text, error) : NULL;
  g_autoptr (AnnexAsk) again = NULL;

  if (ask != NULL)
    again = dex_await_boxed (
        annex_inbox_reopen (annex_session_get_store (session), annex_ask_get_id (ask)), error);
  if (again == NULL)
    return -1;
  annex_cli_print ("It is open again. Answer with: annex inbox answer %s ANSWER\n",
                   annex_ask_get_id (again));
  return ANNEX_EXIT_DONE;
}

int
annex_cli_inbox (char **argv)
{
  gboolean json = FALSE;
  gboolean all = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL },
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  GError *error = NULL;
  AnnexSession *session;
  gboolean answers;
  gboolean reopens;
  int status;

  if (!annex_cli_parse ("inbox", entries, &argv, &status))
    return status;
  annex_cli_drop_separator (argv);
  answers = g_strcmp0 (argv[0], "answer") == 0;
  reopens = g_strcmp0 (argv[0], "reopen") == 0;
  if (!answers && !reopens && g_strcmp0 (argv[0], "list") != 0)
    return annex_cli_usage ("inbox", "say list or answer, or reopen");
  if (answers && (argv[1] == NULL || argv[1][0] == '\0' || argv[2] == NULL))
    return annex_cli_usage ("inbox", "say which ask, and the answer");
  if (reopens && (argv[1] == NULL || argv[1][0] == '\0'))
    return annex_cli_usage ("inbox", "say which ask");
  session = annex_cli_open (&status);
  if (session == NULL)
    return status;
  status = answers   ? answer (session, argv + 1, &error)
           : reopens ? reopen (session, argv[1], &error)
                     : list (session, json, all, &error);
  if (error != NULL)
    {
      annex_error_normalise (&error);
      status = annex_cli_fail (error);
      g_clear_error (&error);
    }
  return annex_cli_close (session, status);
}
