/* annex-cli-eval.c
 *
 * `annex eval`: recorded tasks tried again, and whether what was expected came out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-eval-case.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-models.h"

#include <glib-unix.h>
#include <stdio.h>

typedef struct
{
  char *model;
  char *base_url;
  char **skills;
  char *answers;
  char *save;
  int timeout_s;
  gboolean keep;
  gboolean json;

  AnnexSession *session;
  GCancellable *cancellable;
  char *provider;
  char *model_id;
  AnnexAnswersFile *answers_file;
  guint n_passed;
  guint n_failed;
} Eval;

/* ---- the table */

static char *
format_cost (const AnnexUsage *usage, gboolean recorded)
{
  if (recorded)
    return g_strdup ("recorded");
  return usage->cost_usd < 0 ? g_strdup ("cost unknown")
                             : g_strdup_printf ("$%.4f", usage->cost_usd);
}

static void
print_file (const AnnexTrialFile *file)
{
  static const char *const words[] = {
    [ANNEX_LIKENESS_SAME] = "as expected",
    [ANNEX_LIKENESS_ALIKE] = "as expected, but for its properties",
    [ANNEX_LIKENESS_DIFFERENT] = "is different",
    [ANNEX_LIKENESS_MISSING] = "is missing",
    [ANNEX_LIKENESS_EXTRA] = "was not expected",
  };
  g_autofree char *path = annex_cli_clean_line (file->file->path);

  annex_cli_print ("        %s/%s  %s\n", file->folder, path, words[file->file->likeness]);
}

static void
print_steps (AnnexTrial *trial, AnnexTrialResult *result)
{
  g_autoptr (GArray) pairs =
      annex_recorded_steps_pair (trial->recording->steps, result->recording->steps);

  for (guint i = 0; i < pairs->len; i++)
    {
      const AnnexStepPair *pair = &g_array_index (pairs, AnnexStepPair, i);
      const AnnexRecordedStep *step = pair->after != NULL ? pair->after : pair->before;
      g_autofree char *tool = annex_cli_clean_line (step->tool);

      if (pair->before == NULL)
        annex_cli_print ("        step %u: %s  is new\n", i + 1, tool);
      else if (pair->after == NULL)
        annex_cli_print ("        step %u: %s  was not taken\n", i + 1, tool);
      else if (pair->before->is_error != pair->after->is_error)
        annex_cli_print ("        step %u: %s  %s\n", i + 1, tool,
                         pair->after->is_error ? "failed, and went well then"
                                               : "went well, and failed then");
    }
}

static void
print_result (Eval *eval, const char *name, AnnexTrial *trial, AnnexTrialResult *result)
{
  g_autofree char *clean = annex_cli_clean_line (name);
  g_autofree char *cost = format_cost (&result->recording->usage, eval->provider == NULL);
  g_autofree char *failure =
      result->failure != NULL ? annex_cli_clean_line (result->failure) : NULL;

  annex_cli_print ("%-5s %s  %.1f s, %u steps, %s\n", result->passed ? "pass" : "FAIL", clean,
                   (double) result->duration_ms / 1000, result->recording->steps->len, cost);
  if (failure != NULL)
    annex_cli_print ("        %s\n", failure);
  for (guint i = 0; i < result->files->len; i++)
    print_file (g_ptr_array_index (result->files, i));
  print_steps (trial, result);
  if (eval->keep)
    annex_cli_print ("        annex tasks show %s\n", annex_task_get_id (result->task));
}

/* ---- JSON */

static JsonArray *
files_to_json (AnnexTrialResult *result)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < result->files->len; i++)
    {
      const AnnexTrialFile *one = g_ptr_array_index (result->files, i);
      g_autofree char *path = annex_text_make_valid (one->file->path, -1);

      json_array_add_object_element (
          array, annex_json_build ("s", "folder", one->folder, "s", "path", path, "s", "result",
                                   annex_likeness_to_name (one->file->likeness), NULL));
    }
  return array;
}

static JsonObject *
step_to_json (const AnnexRecordedStep *step)
{
  if (step == NULL)
    return NULL;
  return annex_json_build ("s", "tool", step->tool, "b", "failed", step->is_error, "i",
                           "duration_ms", step->duration_ms, NULL);
}

static JsonArray *
steps_to_json (AnnexTrial *trial, AnnexTrialResult *result)
{
  g_autoptr (GArray) pairs =
      annex_recorded_steps_pair (trial->recording->steps, result->recording->steps);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < pairs->len; i++)
    {
      const AnnexStepPair *pair = &g_array_index (pairs, AnnexStepPair, i);

      json_array_add_object_element (
          array, annex_json_build ("o", "before", step_to_json (pair->before), "o", "after",
                                   step_to_json (pair->after), NULL));
    }
  return array;
}

static void
print_result_json (Eval *eval, const char *name, AnnexTrial *trial, AnnexTrialResult *result)
{
  const AnnexUsage *usage = &result->recording->usage;
  g_autofree char *valid = annex_text_make_valid (name, -1);
  g_autoptr (JsonObject) json =
      annex_json_build ("s", "case", valid, "b", "passed", result->passed, "s", "state",
                        annex_task_state_to_name (result->state), "s", "failure", result->failure,
                        "s", "task", eval->keep ? annex_task_get_id (result->task) : NULL, "i",
                        "duration_ms", result->duration_ms, "i", "input_tokens",
                        usage->input_tokens + usage->cache_read_tokens + usage->cache_write_tokens,
                        "i", "output_tokens", usage->output_tokens, "a", "files",
                        files_to_json (result), "a", "steps", steps_to_json (trial, result), NULL);
  g_autofree char *line = NULL;

  if (eval->provider == NULL)
    json_object_set_double_member (json, "cost_usd", 0);
  else if (usage->cost_usd >= 0)
    json_object_set_double_member (json, "cost_usd", usage->cost_usd);
  line = annex_json_object_to_string (json);
  annex_cli_print ("%s\n", line);
}

/* A case that could not even begin. */
static void
print_failure (Eval *eval, const char *name, const GError *error)
{
  g_autofree char *clean = annex_cli_clean_line (name);
  g_autofree char *message = annex_cli_clean_line (error->message);

  eval->n_failed++;
  if (eval->json)
    {
      g_autofree char *valid = annex_text_make_valid (name, -1);
      g_autoptr (JsonObject) json = annex_json_build ("s", "case", valid, "b", "passed", FALSE, "s",
                                                      "failure", error->message, NULL);
      g_autofree char *line = annex_json_object_to_string (json);

      annex_cli_print ("%s\n", line);
    }
  else
    annex_cli_print ("FAIL  %s\n        %s\n", clean, message);
}

/* ---- running */

static AnnexTrialResult *
try (Eval *eval, AnnexTrial *trial, GError **error)
{
  trial->provider = g_strdup (eval->provider);
  trial->model = g_strdup (eval->model_id);
  trial->base_url = g_strdup (eval->base_url);
  trial->skills = g_strdupv (eval->skills);
  trial->timeout_s = (guint) eval->timeout_s;
  if (eval->answers_file != NULL)
    g_set_object (&trial->answers, eval->answers_file);
  return annex_trial_run (eval->session, trial, eval->cancellable, error);
}

static gboolean
run_case (Eval *eval, const char *name, GError **error)
{
  g_autoptr (AnnexTrial) trial = annex_eval_case_load (name, error);
  g_autoptr (AnnexTrialResult) result = trial != NULL ? try (eval, trial, error) : NULL;

  if (result == NULL)
    return FALSE;
  eval->n_passed += result->passed;
  eval->n_failed += !result->passed;
  if (eval->json)
    print_result_json (eval, name, trial, result);
  else
    print_result (eval, name, trial, result);
  return eval->keep || annex_session_delete_task (eval->session, result->task, error);
}

static int
run_cases (Eval *eval, char **names)
{
  for (guint i = 0; names[i] != NULL && !g_cancellable_is_cancelled (eval->cancellable); i++)
    {
      g_autoptr (GError) error = NULL;

      if (!run_case (eval, names[i], &error))
        print_failure (eval, names[i], error);
    }
  if (!eval->json)
    annex_cli_print ("%u passed, %u failed\n", eval->n_passed, eval->n_failed);
  return eval->n_failed > 0 || g_cancellable_is_cancelled (eval->cancellable) ? ANNEX_EXIT_FAILED
                                                                              : ANNEX_EXIT_DONE;
}

static int
save_cases (Eval *eval, char **names, GError **error)
{
  AnnexStore *store = annex_session_get_store (eval->session);

  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *id = dex_await_string (annex_store_find_task (store, names[i]), error);
      g_autoptr (AnnexTask) task =
          id != NULL ? dex_await_object (annex_task_load (store, id), error) : NULL;
      g_autofree char *file =
          task != NULL ? annex_eval_case_save (store, task, eval->save, error) : NULL;
      g_autofree char *clean = NULL;

      if (file == NULL)
        return -1;
      clean = annex_cli_clean_line (file);
      annex_cli_print ("%s\n", clean);
    }
  return ANNEX_EXIT_DONE;
}

static gboolean
interrupted_cb (gpointer data)
{
  g_cancellable_cancel (((Eval *) data)->cancellable);
  return G_SOURCE_CONTINUE;
}

/* ---- options */

static gboolean
check_options (Eval *eval, char **words, int *status)
{
  const char *colon = eval->model != NULL ? strchr (eval->model, ':') : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexModel) model = NULL;

  if (words[0] == NULL)
    *status = annex_cli_usage ("eval", "say which");
  else if (eval->timeout_s < 0)
    *status = annex_cli_usage ("eval", "--timeout needs a number of seconds");
  else if (eval->skills != NULL && eval->model == NULL)
    *status = annex_cli_usage ("eval", "recorded words know no other skill: --skill needs --model");
  else
    *status = ANNEX_EXIT_DONE;
  if (*status != ANNEX_EXIT_DONE)
    return FALSE;
  if (eval->model != NULL)
    {
      eval->provider = colon != NULL ? g_strndup (eval->model, (gsize) (colon - eval->model))
                                     : g_strdup (eval->model);
      eval->model_id = colon != NULL && colon[1] != '\0' ? g_strdup (colon + 1) : NULL;
      model = annex_models_new (eval->provider, eval->model_id, eval->base_url, NULL, &error);
    }
  if (error == NULL && eval->answers != NULL)
    eval->answers_file = annex_answers_file_load (eval->answers, &error);
  if (error == NULL)
    return TRUE;
  *status = annex_cli_usage ("eval", "%s", error->message);
  return FALSE;
}

static void
eval_clear (Eval *eval)
{
  g_free (eval->model);
  g_free (eval->base_url);
  g_strfreev (eval->skills);
  g_free (eval->answers);
  g_free (eval->save);
  g_free (eval->provider);
  g_free (eval->model_id);
  g_clear_object (&eval->answers_file);
  g_clear_object (&eval->cancellable);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Eval, eval_clear)

int
annex_cli_eval (char **argv)
{
  g_auto (Eval) eval = { 0 };
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_STRING, &eval.model, NULL, NULL },
    { "base-url", 0, 0, G_OPTION_ARG_STRING, &eval.base_url, NULL, NULL },
    { "skill", 0, 0, G_OPTION_ARG_STRING_ARRAY, &eval.skills, NULL, NULL },
    { "answers", 0, 0, G_OPTION_ARG_FILENAME, &eval.answers, NULL, NULL },
    { "save", 0, 0, G_OPTION_ARG_FILENAME, &eval.save, NULL, NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &eval.timeout_s, NULL, NULL },
    { "keep", 0, 0, G_OPTION_ARG_NONE, &eval.keep, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &eval.json, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;
  guint signals[2];
  int status;

  if (!annex_cli_parse ("eval", entries, &argv, &status))
    return status;
  annex_cli_drop_separator (argv);
  if (!check_options (&eval, argv, &status))
    return status;
  eval.session = annex_cli_open (&status);
  if (eval.session == NULL)
    return status;
  eval.cancellable = g_cancellable_new ();
  signals[0] = g_unix_signal_add (SIGINT, interrupted_cb, &eval);
  signals[1] = g_unix_signal_add (SIGTERM, interrupted_cb, &eval);
  status = eval.save != NULL ? save_cases (&eval, argv, &error) : run_cases (&eval, argv);
  g_source_remove (signals[0]);
  g_source_remove (signals[1]);
  if (error != NULL)
    {
      annex_error_normalise (&error);
      status = annex_cli_fail (error);
    }
  return annex_cli_close (eval.session, status);
}
