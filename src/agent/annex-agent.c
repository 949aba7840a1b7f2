/* annex-agent.c
 *
 * The supervisor: decides what the task needs next from its events, and how a run ends. Knows no
 * provider, no tool and no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-admin-policy.h"
#include "annex-drafts-private.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"
#include "annex-task-run.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>

#define MAX_TURNS 300
/* In a row, before the user is told. */
#define MAX_SILENT 2

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_agent_error)
G_DEFINE_FINAL_TYPE (AnnexAgent, annex_agent, G_TYPE_OBJECT)

static void
annex_agent_finalize (GObject *object)
{
  AnnexAgent *self = ANNEX_AGENT (object);

  g_clear_fd (&self->lock, NULL);
  g_clear_object (&self->workspace);
  g_clear_pointer (&self->tools, g_hash_table_unref);
  g_clear_error (&self->missing);
  dex_clear (&self->stop);
  dex_clear (&self->park);
  G_OBJECT_CLASS (annex_agent_parent_class)->finalize (object);
}

static void
annex_agent_class_init (AnnexAgentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_agent_finalize;
}

static void
annex_agent_init (AnnexAgent *self)
{
  self->lock = -1;
  self->max_turns = MAX_TURNS;
  self->tools = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
event_cb (AnnexAgent *self, AnnexEvent *event)
{
  if (annex_event_get_event_type (event) == ANNEX_EVENT_REWOUND)
    annex_agent_note_rewind (self);
}

AnnexAgent *
annex_agent_new (AnnexWorkspace *workspace, GPtrArray *tools)
{
  AnnexAgent *self = g_object_new (ANNEX_TYPE_AGENT, NULL);

  self->workspace = g_object_ref (workspace);
  g_signal_connect_object (annex_workspace_get_task (workspace), "event", G_CALLBACK (event_cb),
                           self, G_CONNECT_SWAPPED);
  for (guint i = 0; i < tools->len; i++)
    {
      AnnexTool *tool = g_ptr_array_index (tools, i);

      g_hash_table_insert (self->tools, g_strdup (annex_tool_get_name (tool)), g_object_ref (tool));
    }
  return self;
}

/* ---- ending */

static gboolean
set_state (AnnexTask *task, AnnexTaskState state, const char *reason, GError **error)
{
  if (annex_task_get_state (task) == state && reason == NULL)
    return TRUE;
  return dex_await (
      annex_task_append (task, ANNEX_EVENT_STATE_CHANGED,
                         annex_json_build ("s", "state", annex_task_state_to_name (state), "s",
                                           "reason", reason, NULL)),
      error);
}

static const char *
error_code_name (const GError *error)
{
  if (error->domain == ANNEX_MODEL_ERROR)
    return annex_model_error_name (error->code);
  if (error->domain == ANNEX_COMPUTER_ERROR)
    return annex_computer_error_name (error->code);
  if (error->domain == ANNEX_STORE_ERROR && error->code == ANNEX_STORE_ERROR_DISK_FULL)
    return "disk-full";
  if (error->domain == ANNEX_AGENT_ERROR)
    switch ((AnnexAgentError) error->code)
      {
      case ANNEX_AGENT_ERROR_REFUSED:
        return "refused";
      case ANNEX_AGENT_ERROR_TURN_LIMIT:
        return "turn-limit";
      case ANNEX_AGENT_ERROR_BUSY:
        return "busy";
      case ANNEX_AGENT_ERROR_COST_LIMIT:
        return "cost-limit";
      case ANNEX_AGENT_ERROR_SILENT:
        return "silent";
      }
  return "failed";
}

/* Records a failure; the failure itself is returned to the caller. Recording may fail too (a full
 * disk): then there is nowhere to record it, and the caller still hears the first error. */
static void
record_failure (AnnexTask *task, const GError *error)
{
  const char *domain = g_quark_to_string (error->domain);
  g_autoptr (GError) lost = NULL;

  if (!dex_await (annex_task_append (task, ANNEX_EVENT_ERROR,
                                     annex_json_build ("s", "domain", domain, "s", "code",
                                                       error_code_name (error), "s", "message",
                                                       error->message, NULL)),
                  &lost) ||
      !set_state (task, ANNEX_TASK_FAILED, error->message, &lost))
    g_warning ("A failure could not be recorded: %s", lost->message);
}

static gboolean
has_active (GPtrArray *changes)
{
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    if (((AnnexChange *) g_ptr_array_index (changes, i))->active)
      return TRUE;
  return FALSE;
}

/* The draft of a share that the task left: kept at once in mode keep, asked about in mode review;
 * what programs would run by itself is asked about in both. */
static gboolean
finish_share (AnnexAgent *self, AnnexShare *share, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexDrafts *drafts = annex_workspace_get_drafts (self->workspace);
  const char *id = annex_share_get_id (share);
  g_autoptr (GPtrArray) changes = annex_drafts_dup_changes (drafts, id);
  g_autofree char *what = NULL;
  g_autofree char *summary = NULL;
  g_autoptr (AnnexAsk) ask = NULL;
  JsonObject *json;

  if (changes == NULL || changes->len == 0 || !annex_drafts_is_allowed (share, NULL))
    return TRUE;
  if (annex_share_get_mode (share) == ANNEX_SHARE_KEEP)
    {
      g_autoptr (GPtrArray) kept = dex_await_boxed (annex_drafts_keep_harmless (drafts, id), error);

      if (kept == NULL)
        return FALSE;
      g_clear_pointer (&changes, g_ptr_array_unref);
      changes = annex_drafts_dup_changes (drafts, id);
      if (!has_active (changes))
        return TRUE;
    }
  what = annex_drafts_describe (changes);
  summary = g_strdup_printf ("%s in %s", what, annex_share_get_name (share));
  ask = annex_ask_new_draft (annex_task_get_id (task), id, summary);
  json = annex_json_object_copy (annex_ask_get_json (ask));
  return dex_await (
      annex_task_append (task, ANNEX_EVENT_ASK_OPENED, annex_json_build ("o", "ask", json, NULL)),
      error);
}

/* Asks about a draft that the newest draft has replaced are closed: there is one ask per share. One
 * whose draft was not read now (the computer is off) stays as it is. */
static gboolean
close_draft_asks (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexDrafts *drafts = annex_workspace_get_drafts (self->workspace);
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (task);

  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      const char *share = annex_json_opt_string (annex_ask_get_json (ask), "share", "");
      g_autoptr (GPtrArray) changes = annex_drafts_dup_changes (drafts, share);

      if (annex_ask_get_kind (ask) != ANNEX_ASK_DRAFT ||
          (changes == NULL && annex_task_find_share (task, share) != NULL))
        continue;
      if (!dex_await (
              annex_task_append (task, ANNEX_EVENT_ASK_EXPIRED,
                                 annex_json_build ("s", "ask", annex_ask_get_id (ask), NULL)),
              error))
        return FALSE;
    }
  return TRUE;
}

/* After a restart nothing may have looked at the drafts yet, though the computer holds some. */
static gboolean
read_unread (AnnexAgent *self, GPtrArray *shares, GError **error)
{
  AnnexDrafts *drafts = annex_workspace_get_drafts (self->workspace);

  if (annex_computer_get_state (annex_workspace_get_computer (self->workspace)) ==
      ANNEX_COMPUTER_OFF)
    return TRUE;
  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autoptr (GPtrArray) changes = annex_drafts_dup_changes (drafts, annex_share_get_id (share));

      if (changes == NULL && annex_share_get_mode (share) != ANNEX_SHARE_READ_ONLY)
        return dex_await (annex_drafts_update (drafts), error);
    }
  return TRUE;
}

static gboolean
finish (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  /* The model has made the best of it; the work that needed a computer was not done. */
  if (self->missing != NULL)
    {
      g_propagate_error (error, g_error_copy (self->missing));
      return FALSE;
    }
  if (!read_unread (self, shares, error) || !close_draft_asks (self, error))
    return FALSE;
  for (guint i = 0; i < shares->len; i++)
    if (!finish_share (self, g_ptr_array_index (shares, i), error))
      return FALSE;
  return set_state (task, ANNEX_TASK_DONE, NULL, error);
}

/* ---- the loop */

static gboolean
announce (AnnexAgent *self, const char *text, GError **error)
{
  return dex_await (annex_task_append (annex_workspace_get_task (self->workspace),
                                       ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, NULL)),
                    error);
}

/* What has to come after a reply that ended for @reason. FALSE with *@error. */
static gboolean
heed (AnnexAgent *self, AnnexStopReason reason, const char *detail, GError **error)
{
  switch (reason)
    {
    case ANNEX_STOP_REFUSAL:
      if (detail != NULL)
        annex_set_spoken (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_REFUSED,
                          N_ ("The model declined to go on: %s. Say it differently, or choose "
                              "another model."),
                          detail);
      else
        annex_set_spoken_literal (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_REFUSED,
                                  N_ ("The model declined to go on. Say it differently, or choose "
                                      "another model."));
      return FALSE;
    case ANNEX_STOP_CONTEXT_FULL:
      return annex_agent_compact (self, error);
    case ANNEX_STOP_MAX_TOKENS:
      return announce (self,
                       "Your last answer was cut at the length limit. Go on from there, in smaller "
                       "pieces.",
                       error);
    case ANNEX_STOP_PAUSE_TURN:
      return announce (self, "Go on.", error);
    case ANNEX_STOP_END_TURN:
    case ANNEX_STOP_TOOL_USE:
    case ANNEX_STOP_OTHER:
      break;
    }
  if (self->n_silent == 0)
    return TRUE;
  if (!announce (self, "You said nothing. Answer, or go on with the work.", error))
    return FALSE;
  if (self->n_silent < MAX_SILENT)
    return TRUE;
  annex_set_spoken_literal (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_SILENT,
                            N_ ("The model answered without a word, again and again. Try once "
                                "more, or choose another model."));
  return FALSE;
}

/* Annex may have ended right after a reply, and before what has to come after it. One that declined
 * has not done the work either when the user only continues. */
static gboolean
heed_last_reply (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  g_autoptr (GPtrArray) calls = annex_task_dup_unanswered (task);

  if (calls->len > 0 || annex_task_needs_model (task))
    return TRUE;
  return heed (self, annex_task_get_last_reason (task), NULL, error);
}

/* One round. Returns FALSE when the loop is over: then *error is set, or the task is at rest. */
static gboolean
step (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  g_autoptr (GPtrArray) calls = annex_task_dup_unanswered (task);
  AnnexStopReason reason = ANNEX_STOP_OTHER;
  g_autofree char *detail = NULL;
  g_autoptr (GError) failure = NULL;

  if (self->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
      return FALSE;
    }
  if (calls->len > 0)
    return annex_agent_run_calls (self, calls, error);
  if (!annex_task_needs_model (task))
    return FALSE;
  if (!annex_agent_tell_skills (self, error) || !annex_agent_tell_connectors (self, error))
    return FALSE;
  if (!annex_agent_has_room (self))
    return annex_agent_compact (self, error);
  if (!annex_agent_turn (self, &reason, &detail, &failure))
    {
      if (g_error_matches (failure, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CONTEXT_FULL) ||
          g_error_matches (failure, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TOO_LARGE))
        return annex_agent_compact (self, error);
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  return heed (self, reason, detail, error);
}

void
annex_agent_set_limits (AnnexAgent *self, guint turns, double cost_usd)
{
  g_return_if_fail (ANNEX_IS_AGENT (self));
  self->max_turns = MAX (turns, 1);
  annex_workspace_set_max_cost (self->workspace, cost_usd);
}

/* What ends with its last reply is done, whatever it has cost. */
static gboolean
may_cost_more (AnnexAgent *self, GError **error)
{
  return !annex_task_needs_model (annex_workspace_get_task (self->workspace)) ||
         annex_workspace_may_cost_more (self->workspace, error);
}

static gboolean
loop (AnnexAgent *self, GError **error)
{
  for (guint turns = 0; may_cost_more (self, error) && step (self, error); turns++)
    if (turns >= annex_admin_policy_limit_turns (annex_admin_policy_get (), self->max_turns))
      {
        annex_set_spoken (
            error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_TURN_LIMIT,
            N_ ("Annex stopped after %u rounds without an end. Tell it how to go on."), turns);
        return FALSE;
      }
  return *error == NULL;
}

static DexFuture *
run_fiber (gpointer data)
{
  AnnexAgent *self = data;
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  GError *error = NULL;
  gboolean done;

  done = set_state (task, ANNEX_TASK_RUNNING, NULL, &error) &&
         dex_await (annex_task_read_conversation (task), &error) &&
         heed_last_reply (self, &error) && loop (self, &error) && finish (self, &error);
  if (done)
    return dex_future_new_for_int (ANNEX_TASK_DONE);
  if ((self->stopped || self->parked) && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      AnnexTaskState state = self->stopped ? ANNEX_TASK_STOPPED : ANNEX_TASK_WAITING;

      g_clear_error (&error);
      if (set_state (task, state, NULL, &error))
        return dex_future_new_for_int (state);
    }
  record_failure (task, error);
  return annex_future_new_error (error);
}

static DexFuture *
ended_cb (DexFuture *future, gpointer data)
{
  AnnexAgent *self = data;

  self->running = FALSE;
  g_clear_fd (&self->lock, NULL);
  return NULL; /* keeps the result */
}

/* Two loops on one task would both call the model and run its tools. The kernel lets go of the lock
 * when its process dies. */
int
annex_agent_lock_task (AnnexWorkspace *workspace, GError **error)
{
  AnnexDrafts *drafts = annex_workspace_get_drafts (workspace);
  g_autofree char *path = annex_drafts_dup_task_path (drafts, "run.lock");
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofd int fd = -1;

  if (!annex_paths_make (folder, error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return g_steal_fd (&fd);
  if (errno == EWOULDBLOCK)
    annex_set_spoken (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_BUSY,
                      N_ ("Another Annex is running this task now; it sees what you say there"));
  else
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                 _ ("The task cannot be locked: %s"), g_strerror (errno));
  return -1;
}

static gboolean
take_lock (AnnexAgent *self, GError **error)
{
  self->lock = annex_agent_lock_task (self->workspace, error);
  return self->lock >= 0;
}

DexFuture *
annex_agent_run (AnnexAgent *self)
{
  DexFuture *future;
  GError *error = NULL;

  if (self->running)
    return annex_future_new_spoken (ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_BUSY,
                                    N_ ("The task is running already"));
  if (!take_lock (self, &error))
    return annex_future_new_error (error);
  dex_clear (&self->stop);
  dex_clear (&self->park);
  self->stop = dex_promise_new ();
  self->park = dex_promise_new ();
  self->stopped = self->parked = FALSE;
  self->n_silent = 0;
  g_clear_error (&self->missing);
  annex_workspace_set_park (self->workspace, DEX_FUTURE (self->park));
  self->running = TRUE;
  future = annex_fiber_run (run_fiber, g_object_ref (self), g_object_unref);
  /* Kept: a caller who no longer waits must not keep the lock from being let go of. */
  return annex_future_keep (
      dex_future_finally (future, ended_cb, g_object_ref (self), g_object_unref));
}

static DexFuture *
said_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

DexFuture *
annex_agent_say (AnnexAgent *self, const char *text)
{
  g_autoptr (AnnexBlock) block = annex_block_new_text (text);
  JsonArray *blocks = json_array_new ();

  json_array_add_object_element (blocks, annex_json_object_copy (annex_block_get_json (block)));
  return dex_future_then (annex_task_append (annex_workspace_get_task (self->workspace),
                                             ANNEX_EVENT_USER_MESSAGE,
                                             annex_json_build ("a", "blocks", blocks, NULL)),
                          said_cb, NULL, NULL);
}

static void
reject_once (DexPromise *promise)
{
  if (promise != NULL && dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_reject (promise,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped"));
}

void
annex_agent_stop (AnnexAgent *self)
{
  self->stopped = TRUE;
  reject_once (self->stop);
  reject_once (self->park);
}

void
annex_agent_park (AnnexAgent *self)
{
  self->parked = TRUE;
  reject_once (self->park);
}

gboolean
annex_agent_is_running (AnnexAgent *self)
{
  return self->running;
}

AnnexWorkspace *
annex_agent_get_workspace (AnnexAgent *self)
{
  return self->workspace;
}
