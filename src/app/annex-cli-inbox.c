/* annex-cli-inbox.c
 *
 * `annex inbox …`: what waits for the user, across all tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-answers.h"
#include "annex-future.h"

static GPtrArray *
list_asks (AnnexSession *session, GError **error)
{
  GPtrArray *asks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ask_unref);
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_open_asks (annex_session_get_store (session)), error);

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      JsonObject *data = annex_event_get_data (g_ptr_array_index (events, i));
      JsonObject *json = annex_json_opt_object (data, "ask");
      AnnexAsk *ask =
          json != NULL ? annex_ask_new_from_json (annex_json_object_copy (json), NULL) : NULL;

      if (ask != NULL)
        g_ptr_array_add (asks, ask);
    }
  if (events == NULL)
    g_clear_pointer (&asks, g_ptr_array_unref);
  return asks;
}

static int
list (AnnexSession *session, gboolean json, GError **error)
{
  g_autoptr (GPtrArray) asks = list_asks (session, error);

  if (asks == NULL)
    return -1;
  for (guint i = 0; i < asks->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (asks, i);
      g_autofree char *text = annex_cli_clean (annex_ask_get_text (ask));
      g_autofree char *line = annex_json_object_to_string (annex_ask_get_json (ask));

      if (json)
        annex_cli_print ("%s\n", line);
      else
        annex_cli_print ("%s  %-8s  task %s\n    %s\n", annex_ask_get_id (ask),
                         annex_ask_kind_to_name (annex_ask_get_kind (ask)),
                         annex_ask_get_task_id (ask), text);
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
find_ask (GPtrArray *asks, const char *text, GError **error)
{
  AnnexAsk *found = NULL;

  for (guint i = 0; i < asks->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (asks, i);

      if (!g_str_has_prefix (annex_ask_get_id (ask), text))
        continue;
      if (found != NULL)
        {
          g_set_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                       "Several open asks begin with “%s”; write more of the identifier", text);
          return NULL;
        }
      found = ask;
    }
  if (found == NULL)
    g_set_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                 "No open ask begins with “%s”", text);
  return found;
}

static int
answer (AnnexSession *session, char **words, GError **error)
{
  g_autoptr (GPtrArray) asks = list_asks (session, error);
  AnnexAsk *ask = asks != NULL ? find_ask (asks, words[0], error) : NULL;
  g_autofree char *text = g_strjoinv (" ", words + 1);

  if (ask == NULL)
    return -1;
  if (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT)
    return settle_draft (session, ask, text, error) ? ANNEX_EXIT_DONE : -1;
  if (!dex_await (annex_answers_submit (annex_session_get_inbox (session),
                                        annex_session_get_secrets (session), ask, text, "user"),
                  error))
    return -1;
  annex_cli_print ("Answered. Go on with: annex run --resume %s\n", annex_ask_get_task_id (ask));
  return ANNEX_EXIT_DONE;
}

int
annex_cli_inbox (char **argv)
{
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  GError *error = NULL;
  AnnexSession *session;
  gboolean answers;
  int status;

  if (!annex_cli_parse ("inbox", entries, &argv, &status))
    return status;
  annex_cli_drop_separator (argv);
  answers = g_strcmp0 (argv[0], "answer") == 0;
  if (!answers && g_strcmp0 (argv[0], "list") != 0)
    return annex_cli_usage ("inbox", "say list or answer");
  if (answers && (argv[1] == NULL || argv[1][0] == '\0' || argv[2] == NULL))
    return annex_cli_usage ("inbox", "say which ask, and the answer");
  session = annex_cli_open (&status);
  if (session == NULL)
    return status;
  status = answers ? answer (session, argv + 1, &error) : list (session, json, &error);
  if (error != NULL)
    {
      annex_error_normalise (&error);
      status = annex_cli_fail (error);
      g_clear_error (&error);
    }
  return annex_cli_close (session, status);
}
