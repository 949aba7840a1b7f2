/* annex-cli-run.c
 *
 * `annex run`: one task from a goal and folders to a result, or a stored one taken up again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-admin-policy.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-limits.h"
#include "annex-models.h"
#include "annex-run-asks.h"
#include "annex-run-print.h"
#include "annex-spoken.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TOUR_PROMPT "Turn this folder of receipts into an expense report"
#define MAX_PROMPT_BYTES (1024 * 1024)
/* A signal to a whole process group may come twice; a person's second one comes later. */
#define SECOND_INTERRUPT_US (G_USEC_PER_SEC / 2)

typedef struct
{
  char *model;
  char *base_url;
  char **folders;
  char **sites;
  char **skills;
  char *answers;
  gboolean unattended;
  gboolean json;
  int timeout_s;
  char *resume;

  char *provider;
  char *model_id;
  char *prompt;
  GPtrArray *shares; /* AnnexShare, checked */
  AnnexAnswersFile *answers_file;
} Options;

/* Everything of one run. */
typedef struct
{
  Options *options;
  AnnexSession *session;
  AnnexTask *task;
  AnnexWorkspace *workspace;
  AnnexAgent *agent;
  AnnexRunAsks *asks;
  gboolean timed_out;
  gboolean handed_over;  /* the loop has run: it records how it ended */
  gint64 interrupted_us; /* when it was first interrupted, or 0 */
} Run;

/* ---- options */

static void
split_model (Options *options)
{
  const char *colon = options->model != NULL ? strchr (options->model, ':') : NULL;

  /* An address alone is that of a compatible server: the hosted ones have theirs. */
  if (options->model == NULL && options->base_url != NULL && options->resume == NULL)
    options->provider = g_strdup ("openai");
  if (options->model == NULL)
    return;
  options->provider = colon != NULL ? g_strndup (options->model, colon - options->model)
                                    : g_strdup (options->model);
  options->model_id = colon != NULL && colon[1] != '\0' ? g_strdup (colon + 1) : NULL;
}

/* The provider and the address are known to be good before a task is made. */
static gboolean
check_model (Options *options, GError **error)
{
  g_autoptr (AnnexModel) model = NULL;

  if (options->provider == NULL && options->base_url == NULL)
    return TRUE;
  model = annex_models_new (options->provider != NULL ? options->provider : "anthropic",
                            options->model_id, options->base_url, NULL, error);
  return model != NULL;
}

/* "DIR[:mode]" as a share. */
static gboolean
add_folder (Options *options, const char *text, GError **error)
{
  g_autofree char *path = g_strdup (text);
  AnnexShareMode mode = ANNEX_SHARE_REVIEW;
  char *colon = strrchr (path, ':');
  AnnexShare *share;

  if (colon != NULL && strchr (colon, '/') == NULL && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      if (!annex_share_mode_from_name (colon + 1, &mode, error))
        return FALSE;
      *colon = '\0';
    }
  share = annex_share_new (path, mode, options->shares, error);
  if (share == NULL)
    return FALSE;
  g_ptr_array_add (options->shares, share);
  return TRUE;
}

/* The prompt, from @words or stdin; NULL with no error when there is none. (transfer full) */
static char *
read_prompt (char **words, GError **error)
{
  g_autofree char *joined = g_strjoinv (" ", words);
  g_autoptr (GString) text = NULL;
  char buffer[4096];
  gsize n;

  if (joined[0] != '\0')
    return g_steal_pointer (&joined);
  if (isatty (STDIN_FILENO))
    return NULL;
  text = g_string_new (NULL);
  while ((n = fread (buffer, 1, sizeof buffer, stdin)) > 0 && text->len <= MAX_PROMPT_BYTES)
    g_string_append_len (text, buffer, (gssize) n);
  if (text->len > MAX_PROMPT_BYTES)
    {
      g_set_error (
          error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
          "the task on stdin is longer than %d bytes; put it into a file of a folder you share",
          MAX_PROMPT_BYTES);
      return NULL;
    }
  g_strstrip (text->str);
  return text->str[0] != '\0' ? g_strdup (text->str) : NULL;
}

/* Written wrongly, or ruled out by an administrator, which the manual does not help with. */
static int
refuse (const char *what, const GError *error)
{
  if (error->domain == ANNEX_ADMIN_ERROR)
    return annex_cli_fail (error);
  return annex_cli_usage ("run", "%s%s%s", what != NULL ? what : "", what != NULL ? ": " : "",
                          annex_error_said (error));
}

static gboolean
check_options (Options *options, char **words, int *status)
{
  g_autoptr (GError) error = NULL;

  split_model (options);
  if (!check_model (options, &error))
    {
      *status = refuse (NULL, error);
      return FALSE;
    }
  options->shares = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  for (guint i = 0; options->folders != NULL && options->folders[i] != NULL; i++)
    if (!add_folder (options, options->folders[i], &error))
      {
        g_autofree char *what = g_strconcat ("--folder ", options->folders[i], NULL);

        *status = refuse (what, error);
        return FALSE;
      }
  for (guint i = 0; options->sites != NULL && options->sites[i] != NULL; i++)
    if (!annex_browsers_check_site (options->sites[i], &error))
      {
        g_autofree char *what = g_strconcat ("--site ", options->sites[i], NULL);

        *status = refuse (what, error);
        return FALSE;
      }
  if (options->answers != NULL)
    {
      options->answers_file = annex_answers_file_load (options->answers, &error);
      if (options->answers_file == NULL)
        {
          *status = annex_cli_usage ("run", "%s", annex_error_said (error));
          return FALSE;
        }
    }
  if (options->timeout_s < 0)
    {
      *status = annex_cli_usage ("run", "--timeout needs a number of seconds");
      return FALSE;
    }
  if (options->resume != NULL && options->model != NULL)
    {
      *status =
          annex_cli_usage ("run", "a stored task goes on with its own model: leave --model out");
      return FALSE;
    }
  if (words[0] != NULL && g_str_equal (words[0], "--"))
    words++;
  if (options->resume != NULL)
    options->prompt = words[0] != NULL ? g_strjoinv (" ", words) : NULL;
  else
    options->prompt = read_prompt (words, &error);
  if (error != NULL)
    {
      *status = annex_cli_usage ("run", "%s", annex_error_said (error));
      return FALSE;
    }
  if (options->prompt == NULL && options->resume == NULL &&
      g_strcmp0 (options->provider, "tour") == 0)
    options->prompt = g_strdup (TOUR_PROMPT);
  if (options->prompt == NULL && options->resume == NULL)
    {
      *status = annex_cli_usage ("run", "say what the task is");
      return FALSE;
    }
  return TRUE;
}

/* ---- skills */

/* The folders that bring skills of their own: those that are given now and, of a stored task, those
 * it has. (transfer full) */
static GStrv
dup_skill_folders (Run *run)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GPtrArray *given = run->options->shares;
  g_autoptr (GPtrArray) had = run->task != NULL ? annex_task_dup_shares (run->task) : NULL;

  for (guint i = 0; i < given->len; i++)
    g_strv_builder_add (builder, annex_share_get_path (g_ptr_array_index (given, i)));
  for (guint i = 0; had != NULL && i < had->len; i++)
    g_strv_builder_add (builder, annex_share_get_path (g_ptr_array_index (had, i)));
  return g_strv_builder_end (builder);
}

static gboolean
check_skill (GPtrArray *infos, const char *name, GError **error)
{
  const AnnexSkillInfo *found = NULL;

  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->name, name) && (found == NULL || !info->shadowed))
        found = info;
    }
  if (found != NULL && annex_skill_info_is_usable (found))
    return TRUE;
  if (found == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                 "There is no skill “%s”; annex skills list shows those there are", name);
  else if (found->fault != NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The skill “%s” cannot be used: %s", name,
                 found->fault);
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 "The skill “%s” is switched off; annex skills on %s switches it on", name, name);
  return FALSE;
}

/* Names the skills in words, as the window does: so they reach every model, and stand in the
 * conversation. */
static gboolean
name_skills (Run *run, GError **error)
{
  Options *options = run->options;
  g_auto (GStrv) folders = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (options->skills == NULL)
    return TRUE;
  folders = dup_skill_folders (run);
  infos = dex_await_boxed (annex_skill_library_list (annex_session_get_skills (run->session),
                                                     (const char *const *) folders),
                           error);
  if (infos == NULL)
    return FALSE;
  for (char **name = options->skills; *name != NULL; name++)
    {
      if (!check_skill (infos, *name, error))
        return FALSE;
      g_string_append_printf (text, "/%s ", *name);
    }
  g_string_append (text, options->prompt != NULL ? options->prompt : "");
  g_free (options->prompt);
  options->prompt = g_strdup (g_strstrip (text->str));
  return TRUE;
}

/* ---- making the task */

/* The model when none was named: with a key in the environment the hosted one, else the one that is
 * set up as the default, else the hosted one if its key is stored, else the tour. */
static AnnexModel *
create_default_model (AnnexSession *session, GError **error)
{
  g_autoptr (AnnexModelProfile) profile = NULL;
  g_autofree char *key = NULL;

  if (g_getenv ("ANNEX_API_KEY") != NULL)
    return annex_session_create_model (session, "anthropic", NULL, NULL, error);
  profile = annex_config_dup_profile (annex_session_get_config (session), NULL);
  if (profile != NULL && !g_str_equal (profile->provider, "tour"))
    return annex_session_create_model (session, profile->provider, profile->model,
                                       profile->base_url, error);
  key = dex_await_string (
      annex_secrets_lookup (annex_session_get_secrets (session), "model:anthropic"),
      NULL); /* no key, or no keyring: the tour needs none */
  if (key != NULL)
    {
      explicit_bzero (key, strlen (key));
      return annex_session_create_model (session, "anthropic", NULL, NULL, error);
    }
  fprintf (
      stderr,
      "annex: no model is named and no key was found, so this is the tour; see annex run --help\n");
  return annex_session_create_model (session, "tour", NULL, NULL, error);
}

static AnnexTask *
load_task (Run *run, GError **error)
{
  AnnexStore *store = annex_session_get_store (run->session);
  g_autofree char *id =
      dex_await_string (annex_store_find_task (store, run->options->resume), error);

  return id != NULL ? dex_await_object (annex_task_load (store, id), error) : NULL;
}

/* ---- signals */

static void
event_cb (AnnexTask *task, AnnexEvent *event, Run *run)
{
  if (run->options->json)
    {
      g_autofree char *line = annex_event_to_json_line (event);

      annex_cli_print ("%s\n", line);
    }
  else
    annex_run_print_event (event);
}

static void
opened_cb (AnnexInbox *inbox, AnnexAsk *ask, Run *run)
{
  if (g_strcmp0 (annex_ask_get_task_id (ask), annex_task_get_id (run->task)) == 0)
    annex_run_asks_handle (run->asks, ask);
}

static void
computer_cb (AnnexComputer *computer, Run *run)
{
  if (!run->options->json)
    annex_run_print_computer (computer);
}

static gboolean
interrupted_cb (gpointer data)
{
  Run *run = data;
  gint64 now = g_get_monotonic_time ();

  if (run->interrupted_us != 0 && now - run->interrupted_us > SECOND_INTERRUPT_US)
    {
      /* The person will not wait. What was committed stays; the next start clears up the computer.
       */
      fprintf (stderr, "annex: ended at once\n");
      _exit (ANNEX_EXIT_FAILED);
    }
  annex_run_asks_stop (run->asks);
  annex_agent_stop (run->agent);
  if (run->interrupted_us != 0)
    return G_SOURCE_CONTINUE;
  run->interrupted_us = now;
  fprintf (stderr, "annex: stopping; the task can be taken up again with: annex run --resume %s\n",
           annex_task_get_id (run->task));
  return G_SOURCE_CONTINUE;
}

static gboolean
time_over_cb (gpointer data)
{
  Run *run = data;

  run->timed_out = TRUE;
  annex_run_asks_stop (run->asks);
  annex_agent_stop (run->agent);
  return G_SOURCE_REMOVE;
}

/* ---- running */

/* The browser without a window of Annex's, and the user's own permissions for it. */
static gboolean
prepare_browser (Run *run, GError **error)
{
  char **sites = run->options->sites;

  annex_browsers_show_alone (annex_session_get_browsers (run->session));
  for (guint i = 0; sites != NULL && sites[i] != NULL; i++)
    if (!annex_browsers_allow_site (annex_session_get_browsers (run->session), sites[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
prepare (Run *run, GError **error)
{
  Options *options = run->options;
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (GPtrArray) tools = NULL;

  if (!prepare_browser (run, error))
    return FALSE;
  if (options->resume != NULL)
    {
      run->task = load_task (run, error);
      if (run->task == NULL)
        return FALSE;
      model = annex_session_create_model (
          run->session, annex_task_get_provider (run->task), annex_task_get_model (run->task),
          options->base_url != NULL ? options->base_url : annex_task_get_base_url (run->task),
          error);
    }
  else
    model = options->provider != NULL
                ? annex_session_create_model (run->session, options->provider, options->model_id,
                                              options->base_url, error)
                : create_default_model (run->session, error);
  if (model == NULL || !name_skills (run, error))
    return FALSE;
  if (run->task == NULL)
    {
      g_autofree char *title = annex_session_make_title (run->options->prompt);

      if (!annex_browsers_are_possible () && !options->json)
        fprintf (stderr, "annex: there is no display here, so this task is without a browser\n");
      run->task = annex_session_create_task (run->session, title, model, error);
    }
  if (run->task == NULL)
    return FALSE;
  run->workspace = annex_session_create_workspace (run->session, run->task, model, error);
  if (run->workspace == NULL)
    return FALSE;
  /* Who names the model and its address means it for all of the work. */
  if (options->provider == NULL && options->base_url == NULL)
    annex_session_use_helper (run->session, run->workspace);
  tools = annex_agent_create_tools (run->workspace);
  run->agent = annex_agent_new (run->workspace, tools);
  annex_limits_apply_to_agent (run->agent);
  run->asks = annex_run_asks_new (run->agent, options->answers_file,
                                  isatty (STDIN_FILENO) && isatty (STDERR_FILENO) && !options->json,
                                  options->unattended);
  return TRUE;
}

/* Prints what was committed of a new task before anyone listened, so that --json shows every event.
 */
static gboolean
print_stored (Run *run, GError **error)
{
  g_autoptr (GPtrArray) events = NULL;

  if (run->options->resume != NULL)
    return TRUE;
  events = dex_await_boxed (annex_store_list_events (annex_session_get_store (run->session),
                                                     annex_task_get_id (run->task), 0, 0),
                            error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    event_cb (run->task, g_ptr_array_index (events, i), run);
  return TRUE;
}

static int
end_status (Run *run, int state)
{
  switch ((AnnexTaskState) state)
    {
    case ANNEX_TASK_DONE:
      return ANNEX_EXIT_DONE;
    case ANNEX_TASK_WAITING:
      fprintf (stderr, "annex: the task waits for you. Go on with: annex run --resume %s\n",
               annex_task_get_id (run->task));
      return ANNEX_EXIT_NEEDS_USER;
    case ANNEX_TASK_STOPPED:
      if (run->timed_out)
        fprintf (stderr, "annex: the time is over. Go on with: annex run --resume %s\n",
                 annex_task_get_id (run->task));
      return ANNEX_EXIT_FAILED;
    case ANNEX_TASK_RUNNING:
    case ANNEX_TASK_FAILED:
      break;
    }
  return ANNEX_EXIT_FAILED;
}

static void
print_end (Run *run)
{
  const char *id = annex_task_get_id (run->task);
  g_auto (GStrv) keeps = NULL;
  g_autoptr (GPtrArray) open = NULL;

  /* An answer that was just committed counts; where it cannot be read, what is known is told. */
  dex_await (annex_task_refresh (run->task), NULL);
  keeps = annex_task_dup_keeps (run->task);
  open = annex_task_dup_open_asks (run->task);
  if (run->options->json)
    return;
  for (guint i = 0; i < open->len; i++)
    if (annex_ask_get_kind (g_ptr_array_index (open, i)) == ANNEX_ASK_DRAFT)
      {
        annex_cli_print ("\nThe changes are a draft; your files are as they were.\n"
                         "  annex tasks draft %s     shows them\n"
                         "  annex tasks keep %s      keeps them\n"
                         "  annex tasks discard %s   throws them away\n",
                         id, id, id);
        break;
      }
  if (keeps[0] != NULL)
    annex_cli_print ("\nTo take the changes back: annex tasks undo %s\n", id);
}

/* Gives the agent the folders and the words of the command line. */
static gboolean
hand_over (Run *run, GError **error)
{
  Options *options = run->options;

  for (guint i = 0; i < options->shares->len; i++)
    {
      AnnexShare *wanted = g_ptr_array_index (options->shares, i);
      g_autoptr (AnnexShare) share = annex_workspace_grant_folder (
          run->workspace, annex_share_get_path (wanted), annex_share_get_mode (wanted), error);

      if (share == NULL)
        return FALSE;
    }
  return options->prompt == NULL ||
         dex_await (annex_agent_say (run->agent, options->prompt), error);
}

static int
run_task (Run *run, GError **error)
{
  Options *options = run->options;
  AnnexInbox *inbox = annex_session_get_inbox (run->session);
  guint timeout = 0;
  guint signals[2];
  gboolean ok;
  int state;

  if (!print_stored (run, error))
    return -1;
  g_signal_connect (run->task, "event", G_CALLBACK (event_cb), run);
  g_signal_connect (annex_workspace_get_computer (run->workspace), "changed",
                    G_CALLBACK (computer_cb), run);
  g_signal_connect (inbox, "opened", G_CALLBACK (opened_cb), run);
  ok = hand_over (run, error);
  run->handed_over = ok;
  signals[0] = g_unix_signal_add (SIGINT, interrupted_cb, run);
  signals[1] = g_unix_signal_add (SIGTERM, interrupted_cb, run);
  if (options->timeout_s > 0)
    timeout = g_timeout_add_seconds ((guint) options->timeout_s, time_over_cb, run);
  state = ok ? dex_await_int (annex_agent_run (run->agent), error) : ANNEX_TASK_FAILED;
  if (*error == NULL && state == ANNEX_TASK_DONE && run->interrupted_us == 0 && !run->timed_out)
    annex_run_asks_settle_drafts (run->asks, error);
  g_source_remove (signals[0]);
  g_source_remove (signals[1]);
  if (timeout != 0 && !run->timed_out)
    g_source_remove (timeout);
  g_signal_handlers_disconnect_by_data (inbox, run);
  g_signal_handlers_disconnect_by_data (annex_workspace_get_computer (run->workspace), run);
  if (*error != NULL)
    return -1;
  print_end (run);
  return end_status (run, state);
}

/* A task that could not even begin must not look as if it ran. The loop records its own failures.
 */
static void
record_failure (Run *run, const GError *error)
{
  g_autoptr (GError) lost = NULL;

  if (run->task == NULL || run->options->resume != NULL || run->handed_over ||
      annex_task_get_state (run->task) != ANNEX_TASK_RUNNING)
    return;
  if (!dex_await (annex_task_append (run->task, ANNEX_EVENT_STATE_CHANGED,
                                     annex_json_build ("s", "state",
                                                       annex_task_state_to_name (ANNEX_TASK_FAILED),
                                                       "s", "reason", error->message, NULL)),
                  &lost))
    g_warning ("A failure could not be recorded: %s", lost->message);
}

static void
run_clear (Run *run)
{
  if (run->task != NULL)
    g_signal_handlers_disconnect_by_data (run->task, run);
  g_clear_object (&run->asks);
  g_clear_object (&run->agent);
  g_clear_object (&run->workspace);
  g_clear_object (&run->task);
}

int
annex_cli_run (char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 0, 0, G_OPTION_ARG_STRING, &options.model, NULL, NULL },
    { "base-url", 0, 0, G_OPTION_ARG_STRING, &options.base_url, NULL, NULL },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.folders, NULL, NULL },
    { "site", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.sites, NULL, NULL },
    { "skill", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.skills, NULL, NULL },
    { "answers", 0, 0, G_OPTION_ARG_FILENAME, &options.answers, NULL, NULL },
    { "unattended", 0, 0, G_OPTION_ARG_NONE, &options.unattended, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, NULL, NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_s, NULL, NULL },
    { "resume", 0, 0, G_OPTION_ARG_STRING, &options.resume, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  Run run = { .options = &options };
  GError *error = NULL;
  int status;

  if (!annex_cli_parse ("run", entries, &argv, &status) || !check_options (&options, argv, &status))
    return status;
  run.session = annex_cli_open (&status);
  if (run.session == NULL)
    return status;
  status = prepare (&run, &error) ? run_task (&run, &error) : -1;
  if (error != NULL)
    {
      annex_error_normalise (&error);
      record_failure (&run, error);
      status = annex_cli_fail (error);
      if (run.task != NULL)
        fprintf (stderr, "annex: go on with: annex run --resume %s\n",
                 annex_task_get_id (run.task));
      g_clear_error (&error);
    }
  run_clear (&run);
  return annex_cli_close (run.session, status);
}
