/* annex-agent-calls.c
 *
 * Running the tool calls of a reply side by side. Each call is an event before it starts and after
 * it ended; one that a restart interrupted is reported, never repeated, unless it only asks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-call-asks.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-simple-tool.h"

typedef struct
{
  AnnexAgent *agent;
  AnnexToolCall *call;
  AnnexTool *tool;   /* nullable */
  char *note;        /* nullable: goes before the result */
  char *refusal;     /* nullable: the result, without running the tool */
  char *repeated;    /* nullable: it has failed like this three times, so the user is asked first */
  gboolean asks;     /* it waits for the user before it does anything */
  gboolean computer; /* it looks into the computer */
  gboolean interrupted;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_clear_object (&call->agent);
  g_clear_object (&call->tool);
  g_clear_pointer (&call->call, annex_tool_call_free);
  g_free (call->note);
  g_free (call->refusal);
  g_free (call->repeated);
  g_free (call);
}

static AnnexToolFlags
flags_of (AnnexTool *tool)
{
  return ANNEX_IS_SIMPLE_TOOL (tool) ? annex_simple_tool_get_flags (ANNEX_SIMPLE_TOOL (tool)) : 0;
}

/* Shell asks before it uses a secret, and tells by itself when it starts; a call of a connector's
 * tool does both. */
static gboolean
asks_first (AnnexTool *tool, JsonObject *input)
{
  JsonArray *secrets = annex_json_opt_array (input, "secrets");

  if (flags_of (tool) & ANNEX_TOOL_CONNECTOR)
    return TRUE;
  return (flags_of (tool) & ANNEX_TOOL_COMPUTER) && secrets != NULL &&
         json_array_get_length (secrets) > 0;
}

static JsonObject *
result_json (AnnexBlock *block, const char *note)
{
  JsonObject *json = annex_json_object_copy (annex_block_get_json (block));
  g_autoptr (AnnexBlock) text = NULL;
  JsonArray *content;
  JsonArray *old;

  if (note == NULL || !json_object_has_member (json, "content"))
    return json;
  text = annex_block_new_text (note);
  content = json_array_new ();
  json_array_add_object_element (content, annex_json_object_copy (annex_block_get_json (text)));
  old = annex_json_opt_array (json, "content");
  if (old != NULL)
    for (guint i = 0; i < json_array_get_length (old); i++)
      json_array_add_element (content, annex_json_copy (json_array_get_element (old, i)));
  else
    {
      g_autoptr (AnnexBlock) was =
          annex_block_new_text (annex_json_opt_string (json, "content", ""));

      json_array_add_object_element (content, annex_json_object_copy (annex_block_get_json (was)));
    }
  json_object_set_array_member (json, "content", content);
  return json;
}

static AnnexBlock *
tell_interrupted (Call *call, GError **error)
{
  static const char interrupted[] =
      "Annex was restarted while this ran, so it was interrupted. What it had done until then may "
      "be there. It was not run again: look at the state first, then decide.";
  const char *id = call->call->id;
  g_autoptr (GError) failure = NULL;
  g_autofree char *answered = NULL;
  g_autofree char *text = NULL;

  if (call->tool != NULL && (flags_of (call->tool) & ANNEX_TOOL_MIDWAY))
    answered = annex_workspace_settle_midway (call->agent->workspace, id, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  text =
      answered != NULL ? g_strdup_printf ("%s\n%s", interrupted, answered) : g_strdup (interrupted);
  return annex_block_new_tool_result_text (id, text, TRUE);
}

/* An event, once, before the call does anything. */
static gboolean
tell_started (Call *call, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (call->agent->workspace);
  const char *id = call->call->id;

  return annex_task_was_tool_started (task, id) ||
         dex_await (annex_task_append (task, ANNEX_EVENT_TOOL_STARTED,
                                       annex_json_build ("s", "tool_use_id", id, "s", "name",
                                                         call->call->name, NULL)),
                    error);
}

/* It tells by itself when it starts, for it asks the user first. */
static gboolean
starts_itself (Call *call)
{
  return call->asks && (flags_of (call->tool) & (ANNEX_TOOL_COMPUTER | ANNEX_TOOL_CONNECTOR));
}

/* Asks the user about a call that has failed too often. TRUE: it is to be made. */
static gboolean
ask_whether_again (Call *call, char **told, GError **error)
{
  return annex_agent_may_repeat (call->agent, call->call, call->repeated, told, error) &&
         (starts_itself (call) || tell_started (call, error));
}

static AnnexBlock *
run_tool (Call *call, GError **error)
{
  const char *id = call->call->id;
  g_autoptr (GError) failure = NULL;
  g_autofree char *told = NULL;
  AnnexBlock *block;

  if (call->interrupted)
    return tell_interrupted (call, error);
  if (call->tool == NULL)
    {
      g_autofree char *text = g_strdup_printf (
          "There is no tool “%s” now. Use one of the tools you were given.", call->call->name);

      return annex_block_new_tool_result_text (id, text, TRUE);
    }
  if (call->refusal != NULL)
    return annex_block_new_tool_result_text (id, call->refusal, TRUE);
  if (call->agent->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
      return NULL;
    }
  if (call->repeated != NULL && !ask_whether_again (call, &told, error))
    return told != NULL ? annex_block_new_tool_result_text (id, told, TRUE) : NULL;
  block = dex_await_boxed (annex_tool_call (call->tool, call->call), &failure);
  if (block != NULL)
    return block;
  annex_error_normalise (&failure);
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return annex_block_new_tool_result_text (id, failure->message, TRUE);
}

/* A call of an earlier turn may have had the same id. */
static gboolean
is_of_turn (AnnexTask *task, AnnexAsk *ask)
{
  const char *name = annex_json_opt_string (annex_ask_get_json (ask), "tool_use", "");
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (AnnexAsk) now = annex_task_dup_ask_of_call (task, name, &answer);

  return now != NULL && g_str_equal (annex_ask_get_id (now), annex_ask_get_id (ask));
}

/* The call that was stopped waits for no answer any more: what it asked can be asked again, and
 * then the answer is carried out without it. */
static gboolean
close_asks (Call *call, GError **error)
{
  AnnexWorkspace *workspace = call->agent->workspace;
  AnnexTask *task = annex_workspace_get_task (workspace);
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (task);

  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      g_autoptr (GError) lost = NULL;

      if (!annex_call_asks_is_of (ask, call->call->id) || !is_of_turn (task, ask) ||
          dex_await (annex_inbox_expire (annex_workspace_get_inbox (workspace),
                                         annex_ask_get_id (ask), NULL),
                     &lost))
        continue;
      /* Otherwise it was answered meanwhile. */
      if (!g_error_matches (lost, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&lost));
          return FALSE;
        }
    }
  return TRUE;
}

/* Of a call that came to no result: does it wait for an answer of the user's? */
static gboolean
stays_open (Call *call)
{
  AnnexTask *task = annex_workspace_get_task (call->agent->workspace);

  if (call->tool != NULL && (flags_of (call->tool) & ANNEX_TOOL_MIDWAY))
    return TRUE;
  if (call->repeated != NULL && !annex_task_was_tool_started (task, call->call->id))
    return TRUE;
  return call->asks && (flags_of (call->tool) & ANNEX_TOOL_ASKS ||
                        !annex_task_was_tool_started (task, call->call->id));
}

static DexFuture *
call_fiber (gpointer data)
{
  Call *call = data;
  AnnexAgent *self = call->agent;
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  const char *id = call->call->id;
  gint64 began = g_get_monotonic_time ();
  gboolean stopped;
  g_autoptr (AnnexBlock) block = NULL;
  JsonObject *finished;
  GError *error = NULL;

  if (!starts_itself (call) && call->repeated == NULL && !tell_started (call, &error))
    return annex_future_new_error (error);
  block = run_tool (call, &error);
  stopped = self->stopped && (block == NULL || annex_block_get_is_error (block));
  if (block == NULL)
    {
      /* An ask nobody answered keeps its call open; anything else was stopped, and says so. */
      if (!self->stopped && stays_open (call))
        return annex_future_new_error (error);
      g_clear_error (&error);
      if (!close_asks (call, &error))
        return annex_future_new_error (error);
      block = annex_block_new_tool_result_text (id, "The user stopped this.", TRUE);
    }
  block = annex_workspace_hide_secrets (self->workspace, g_steal_pointer (&block));
  if (!tell_started (call, &error))
    return annex_future_new_error (error);
  finished = annex_json_build ("s", "tool_use_id", id, "s", "name", call->call->name, "o", "result",
                               result_json (block, call->note), "i", "duration_ms",
                               (g_get_monotonic_time () - began) / 1000, NULL);
  if (call->interrupted)
    json_object_set_boolean_member (finished, "interrupted", TRUE);
  if (stopped)
    json_object_set_boolean_member (finished, "stopped", TRUE);
  if (!dex_await (annex_task_append (task, ANNEX_EVENT_TOOL_FINISHED, finished), &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

static gboolean
needs_computer (AnnexAgent *self, AnnexTool *tool, JsonObject *input)
{
  AnnexConnectors *connectors = annex_workspace_get_connectors (self->workspace);

  if (tool == NULL || flags_of (tool) & ANNEX_TOOL_COMPUTER)
    return tool != NULL;
  return flags_of (tool) & ANNEX_TOOL_CONNECTOR && connectors != NULL &&
         annex_connectors_runs_in_computer (connectors, annex_json_opt_string (input, "name", ""));
}

static Call *
call_new (AnnexAgent *self, AnnexBlock *block, GPtrArray *messages)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  const char *name = annex_block_get_tool_name (block);
  const char *id = annex_block_get_tool_use_id (block);
  AnnexTool *tool = g_hash_table_lookup (self->tools, name);
  gboolean only_asks = tool != NULL && (flags_of (tool) & ANNEX_TOOL_ASKS) != 0;
  Call *call = g_new0 (Call, 1);

  call->agent = g_object_ref (self);
  g_set_object (&call->tool, tool);
  call->call = annex_tool_call_new (id, name, annex_block_get_tool_input (block),
                                    DEX_FUTURE (only_asks ? self->park : self->stop));
  call->computer = needs_computer (self, tool, annex_block_get_tool_input (block));
  call->interrupted = annex_task_was_tool_started (task, id) && !only_asks;
  call->asks = only_asks || (tool != NULL && asks_first (tool, annex_block_get_tool_input (block)));
  if (tool != NULL && !only_asks && !call->interrupted)
    call->repeated = annex_agent_dup_repeated (messages, call->call);
  return call;
}

/* TRUE when one of the calls will look into the computer. */
static gboolean
need_computer (GPtrArray *calls)
{
  for (guint i = 0; i < calls->len; i++)
    {
      Call *call = g_ptr_array_index (calls, i);

      if (!call->interrupted && call->computer)
        return TRUE;
    }
  return FALSE;
}

/* There can be no computer here, however often it is tried. */
static gboolean
is_hopeless (const GError *error)
{
  return g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_IMAGE) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED) ||
         g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION);
}

/* Readies the computer for the calls. When that fails, the model is told through their results.
 * FALSE when there is no computer to read a draft from: there can be none, or the user stopped
 * before it was there. */
static gboolean
prepare (AnnexAgent *self, GPtrArray *calls)
{
  DexFuture *ready = annex_drafts_prepare (annex_workspace_get_drafts (self->workspace));
  g_autoptr (GError) error = NULL;
  g_autofree char *note = NULL;

  if (annex_await_cancellable (dex_ref (ready), DEX_FUTURE (self->stop), &error))
    note = dex_await_string (ready, NULL); /* settled, and not with an error */
  else
    dex_unref (ready);
  if (self->stopped)
    return FALSE;
  g_clear_error (&self->missing);
  if (is_hopeless (error))
    self->missing = g_error_copy (error);
  for (guint i = 0; i < calls->len; i++)
    {
      Call *call = g_ptr_array_index (calls, i);

      if (!call->computer)
        continue;
      if (is_hopeless (error))
        call->refusal = g_strdup_printf (
            "Your computer cannot be used: %s. Do without it, or tell the user.", error->message);
      else if (error != NULL)
        call->note = g_strdup_printf ("Your computer had a problem: %s", error->message);
      else if (note != NULL && note[0] != '\0')
        call->note = g_strdup (note);
    }
  return !is_hopeless (error);
}

gboolean
annex_agent_run_calls (AnnexAgent *self, GPtrArray *blocks, GError **error)
{
  g_autoptr (GPtrArray) calls = g_ptr_array_new ();
  g_autoptr (GPtrArray) running = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GPtrArray) messages =
      annex_task_dup_messages (annex_workspace_get_task (self->workspace));
  gboolean computer;
  gboolean ok = TRUE;

  for (guint i = 0; i < blocks->len; i++)
    g_ptr_array_add (calls, call_new (self, g_ptr_array_index (blocks, i), messages));
  computer = need_computer (calls);
  if (computer)
    computer = prepare (self, calls);
  for (guint i = 0; i < calls->len; i++)
    g_ptr_array_add (running,
                     annex_fiber_run (call_fiber, g_ptr_array_index (calls, i), call_free));
  for (guint i = 0; i < running->len; i++)
    ok = dex_await (dex_ref (g_ptr_array_index (running, i)), ok ? error : NULL) && ok;
  if (computer)
    {
      g_autoptr (GError) unread = NULL;

      /* A computer that was lost has no draft to read now; it is read when it is back. */
      if (!dex_await (annex_drafts_update (annex_workspace_get_drafts (self->workspace)), &unread))
        {
          annex_error_normalise (&unread);
          if (unread->domain == ANNEX_STORE_ERROR && ok)
            {
              g_propagate_error (error, g_steal_pointer (&unread));
              return FALSE;
            }
        }
    }
  if (ok && self->stopped)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
      return FALSE;
    }
  return ok;
}
