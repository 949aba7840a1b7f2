/* annex-trial.c
 *
 * See annex-trial.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-trial.h"

#include "annex-alike.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-limits.h"
#include "annex-paths.h"
#include "annex-recorded-tool.h"
#include "annex-replay-model.h"
#include "annex-run-asks.h"

static void
folder_free (gpointer data)
{
  AnnexTrialFolder *folder = data;

  g_free (folder->name);
  g_free (folder->before);
  g_free (folder->after);
  g_free (folder);
}

AnnexTrial *
annex_trial_new (AnnexRecording *recording)
{
  AnnexTrial *self = g_new0 (AnnexTrial, 1);

  self->recording = annex_recording_ref (recording);
  self->folders = g_ptr_array_new_with_free_func (folder_free);
  return self;
}

void
annex_trial_free (AnnexTrial *self)
{
  annex_recording_unref (self->recording);
  g_ptr_array_unref (self->folders);
  g_free (self->provider);
  g_free (self->model);
  g_free (self->base_url);
  g_strfreev (self->skills);
  g_clear_object (&self->answers);
  g_free (self);
}

void
annex_trial_add_folder (AnnexTrial *self,
                        const char *name,
                        gboolean writable,
                        const char *before,
                        const char *after)
{
  AnnexTrialFolder *folder = g_new0 (AnnexTrialFolder, 1);

  folder->name = g_strdup (name);
  folder->writable = writable;
  folder->before = g_strdup (before);
  folder->after = g_strdup (after);
  g_ptr_array_add (self->folders, folder);
}

static void
file_free (gpointer data)
{
  AnnexTrialFile *file = data;

  g_free (file->folder);
  annex_tree_file_free (file->file);
  g_free (file);
}

void
annex_trial_result_free (AnnexTrialResult *self)
{
  g_clear_object (&self->task);
  g_free (self->failure);
  g_clear_pointer (&self->recording, annex_recording_unref);
  g_ptr_array_unref (self->files);
  g_free (self);
}

/* ---- one run */

typedef struct
{
  AnnexSession *session;
  AnnexTrial *trial;
  AnnexTask *task;
  AnnexWorkspace *workspace;
  AnnexAgent *agent;
  AnnexRunAsks *asks;
  GPtrArray *copies; /* char *: of each folder, where its copy is */
  gboolean timed_out;
} Run;

static void
run_clear (Run *run)
{
  g_clear_object (&run->asks);
  g_clear_object (&run->agent);
  g_clear_object (&run->workspace);
  g_clear_object (&run->task);
  g_clear_pointer (&run->copies, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static void
opened_cb (AnnexInbox *inbox, AnnexAsk *ask, Run *run)
{
  if (g_strcmp0 (annex_ask_get_task_id (ask), annex_task_get_id (run->task)) == 0)
    annex_run_asks_handle (run->asks, ask);
}

static gboolean
time_over_cb (gpointer data)
{
  Run *run = data;

  run->timed_out = TRUE;
  annex_agent_stop (run->agent);
  return G_SOURCE_REMOVE;
}

static gboolean
prepare (Run *run, GError **error)
{
  AnnexTrial *trial = run->trial;
  g_autofree char *system = annex_agent_dup_system_text ();
  g_autofree char *title = g_strdup_printf ("Again: %s", trial->recording->title);
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (GPtrArray) tools = NULL;

  if (trial->provider == NULL)
    model = annex_replay_model_new (trial->recording, system);
  else
    model = annex_session_create_model (run->session, trial->provider, trial->model,
                                        trial->base_url, error);
  if (model == NULL)
    return FALSE;
  run->task = annex_session_create_task (run->session, title, model, error);
  if (run->task == NULL)
    return FALSE;
  run->workspace = annex_session_create_workspace (run->session, run->task, model, error);
  if (run->workspace == NULL)
    return FALSE;
  tools = annex_agent_create_tools (run->workspace);
  if (trial->provider == NULL)
    annex_recorded_tools_replace (tools, trial->recording);
  run->agent = annex_agent_new (run->workspace, tools);
  annex_limits_apply_to_agent (run->agent);
  run->asks = annex_run_asks_new (run->agent, trial->answers, FALSE, TRUE);
  return TRUE;
}

typedef struct
{
  char *from;
  char *to;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_free (copy->from);
  g_free (copy->to);
  g_free (copy);
}

static DexFuture *
copy_work (gpointer data)
{
  Copy *copy = data;
  GError *error = NULL;

  if (!annex_tree_copy (copy->from, copy->to, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

/* Each in a folder of its own, so that it can have the name it had. */
static gboolean
hand_over_folder (Run *run, AnnexTrialFolder *folder, guint number, GError **error)
{
  g_autofree char *trial = annex_session_dup_trial_folder (annex_task_get_id (run->task));
  g_autofree char *place = g_strdup_printf ("%u", number);
  Copy *copy = g_new0 (Copy, 1);
  g_autofree char *to = g_build_filename (trial, place, folder->name, NULL);
  g_autoptr (AnnexShare) share = NULL;

  copy->from = g_strdup (folder->before);
  copy->to = g_strdup (to);
  if (!dex_await (annex_worker_run ("annex-copy", copy_work, copy, copy_free), error))
    return FALSE;
  share = annex_workspace_grant_folder (
      run->workspace, to, folder->writable ? ANNEX_SHARE_REVIEW : ANNEX_SHARE_READ_ONLY, error);
  g_ptr_array_add (run->copies, g_steal_pointer (&to));
  return share != NULL;
}

static gboolean
note_origin (Run *run, GError **error)
{
  return !run->trial->is_others ||
         annex_workspace_note_untrusted (run->workspace, ANNEX_SOURCE_IMPORT, error);
}

static gboolean
hand_over (Run *run, GError **error)
{
  AnnexTrial *trial = run->trial;

  if (!note_origin (run, error))
    return FALSE;
  for (guint i = 0; i < trial->folders->len; i++)
    if (!hand_over_folder (run, g_ptr_array_index (trial->folders, i), i, error))
      return FALSE;
  for (guint i = 0; trial->skills != NULL && trial->skills[i] != NULL; i++)
    {
      g_autofree char *text = g_strdup_printf (
          "The user wants the skill “%s” to be used for this task: call use_skill with its name "
          "before you begin.",
          trial->skills[i]);

      if (!dex_await (annex_task_append (run->task, ANNEX_EVENT_ANNOUNCEMENT,
                                         annex_json_build ("s", "text", text, NULL)),
                      error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
say (Run *run, GPtrArray *blocks, GError **error)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < blocks->len; i++)
    json_array_add_object_element (
        array, annex_json_object_copy (annex_block_get_json (g_ptr_array_index (blocks, i))));
  return dex_await (annex_task_append (run->task, ANNEX_EVENT_USER_MESSAGE,
                                       annex_json_build ("a", "blocks", array, NULL)),
                    error);
}

/* Says what the user said then, each thing when the agent has come to rest. */
static AnnexTaskState
converse (Run *run, GError **error)
{
  GPtrArray *prompts = run->trial->recording->prompts;
  int state = ANNEX_TASK_DONE;

  for (guint i = 0; i < prompts->len && state == ANNEX_TASK_DONE; i++)
    {
      if (!say (run, g_ptr_array_index (prompts, i), error))
        return ANNEX_TASK_FAILED;
      state = dex_await_int (annex_agent_run (run->agent), error);
      if (*error != NULL)
        return ANNEX_TASK_FAILED;
    }
  return (AnnexTaskState) state;
}

static void
cancelled_cb (GCancellable *cancellable, AnnexAgent *agent)
{
  annex_agent_stop (agent);
}

/* The draft becomes files of the copies, which nobody else looks at. */
static gboolean
keep (Run *run, GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (run->task);

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autoptr (GPtrArray) kept = NULL;

      if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
        continue;
      kept = dex_await_boxed (annex_drafts_keep (annex_workspace_get_drafts (run->workspace),
                                                 annex_share_get_id (share), NULL),
                              error);
      if (kept == NULL)
        return FALSE;
    }
  return TRUE;
}

/* ---- what came out */

typedef struct
{
  char *before;
  char *expected;
  char *actual;
} Compare;

static void
compare_free (gpointer data)
{
  Compare *compare = data;

  g_free (compare->before);
  g_free (compare->expected);
  g_free (compare->actual);
  g_free (compare);
}

static DexFuture *
compare_work (gpointer data)
{
  Compare *compare = data;
  GError *error = NULL;
  GPtrArray *files = annex_tree_compare (compare->before, compare->expected, compare->actual,
                                         annex_alike_documents, NULL, &error);

  if (files == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, files);
}

/* Without an expectation, what changed is told against what was there. */
static gboolean
compare_folder (Run *run, AnnexTrialResult *result, guint number, GError **error)
{
  AnnexTrialFolder *folder = g_ptr_array_index (run->trial->folders, number);
  Compare *compare = g_new0 (Compare, 1);
  g_autoptr (GPtrArray) files = NULL;

  compare->before = g_strdup (folder->before);
  compare->expected = g_strdup (folder->after != NULL ? folder->after : folder->before);
  compare->actual = g_strdup (g_ptr_array_index (run->copies, number));
  files = dex_await_boxed (annex_worker_run ("annex-compare", compare_work, compare, compare_free),
                           error);
  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      AnnexTrialFile *file = g_new0 (AnnexTrialFile, 1);

      file->folder = g_strdup (folder->name);
      file->file = annex_tree_file_copy (g_ptr_array_index (files, i));
      g_ptr_array_add (result->files, file);
      if (folder->after != NULL && file->file->likeness > ANNEX_LIKENESS_ALIKE)
        result->passed = FALSE;
    }
  return TRUE;
}

static void
count_worse (Run *run, AnnexTrialResult *result)
{
  g_autoptr (GArray) pairs =
      annex_recorded_steps_pair (run->trial->recording->steps, result->recording->steps);

  for (guint i = 0; i < pairs->len; i++)
    {
      const AnnexStepPair *pair = &g_array_index (pairs, AnnexStepPair, i);

      if (pair->before != NULL && pair->after != NULL && !pair->before->is_error &&
          pair->after->is_error)
        result->n_worse++;
    }
}

static gboolean
judge (Run *run, AnnexTrialResult *result, GError **error)
{
  gboolean expects = FALSE;
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (annex_session_get_store (run->session),
                                                annex_task_get_id (run->task), 0, 0),
                       error);

  if (events == NULL || (result->recording = annex_recording_new (events, error)) == NULL)
    return FALSE;
  count_worse (run, result);
  result->passed = result->state == ANNEX_TASK_DONE;
  for (guint i = 0; i < run->trial->folders->len; i++)
    {
      const AnnexTrialFolder *folder = g_ptr_array_index (run->trial->folders, i);

      expects |= folder->after != NULL;
      if (!compare_folder (run, result, i, error))
        return FALSE;
    }
  if (!expects && result->n_worse > 0)
    result->passed = FALSE;
  return TRUE;
}

static char *
describe_end (Run *run, AnnexTaskState state, const GError *error)
{
  if (error != NULL)
    return g_strdup (error->message);
  if (run->timed_out)
    return g_strdup ("The time was over.");
  if (state == ANNEX_TASK_STOPPED)
    return g_strdup ("It was stopped.");
  if (state == ANNEX_TASK_WAITING)
    return g_strdup ("It waits for an answer that nobody gives.");
  return NULL;
}

/* The conversation, with everything around it. */
static void
go (Run *run, AnnexTrialResult *result, GCancellable *cancellable)
{
  AnnexInbox *inbox = annex_session_get_inbox (run->session);
  gint64 since = g_get_monotonic_time ();
  guint timeout = 0;
  gulong cancelling = 0;
  g_autoptr (GError) failure = NULL;

  g_signal_connect (inbox, "opened", G_CALLBACK (opened_cb), run);
  if (cancellable != NULL)
    cancelling = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), run->agent);
  if (run->trial->timeout_s > 0)
    timeout = g_timeout_add_seconds (run->trial->timeout_s, time_over_cb, run);
  result->state = converse (run, &failure);
  if (failure == NULL && result->state == ANNEX_TASK_DONE && !keep (run, &failure))
    result->state = ANNEX_TASK_FAILED;
  if (timeout != 0 && !run->timed_out)
    g_source_remove (timeout);
  g_clear_signal_handler (&cancelling, cancellable);
  g_signal_handlers_disconnect_by_data (inbox, run);
  result->duration_ms = (g_get_monotonic_time () - since) / 1000;
  result->failure = describe_end (run, result->state, failure);
}

AnnexTrialResult *
annex_trial_run (AnnexSession *session,
                 AnnexTrial *trial,
                 GCancellable *cancellable,
                 GError **error)
{
  g_auto (Run) run = { .session = session,
                       .trial = trial,
                       .copies = g_ptr_array_new_with_free_func (g_free) };
  g_autoptr (AnnexTrialResult) result = g_new0 (AnnexTrialResult, 1);
  GError *local = NULL;

  result->files = g_ptr_array_new_with_free_func (file_free);
  if (prepare (&run, &local) && hand_over (&run, &local))
    {
      go (&run, result, cancellable);
      judge (&run, result, &local);
    }
  if (local != NULL && run.task != NULL)
    {
      g_autoptr (GError) stays = NULL;

      g_clear_object (&run.asks);
      g_clear_object (&run.agent);
      g_clear_object (&run.workspace);
      if (!annex_session_delete_task (session, run.task, &stays))
        g_message ("What was tried stays: %s", stays->message);
    }
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  result->task = g_object_ref (run.task);
  return g_steal_pointer (&result);
}
