/* annex-desk-session-asks.c
 *
 * The desk's asks: answering, carrying out what an answer decides, letting the task go on, opening
 * a closed ask again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-answers.h"
#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

/* How many closed asks the inbox shows. */
#define MAX_CLOSED 1000

/* How often, and how many times, it is looked whether a task goes on after an answer that another
 * process gave. */
#define ELSEWHERE_MS 1500
#define ELSEWHERE_LOOKS 10

/* A draft's answer is carried out before the ask is closed: what cannot be kept leaves it open. */
static gboolean
settle_draft (AnnexDeskCall *call, AnnexTask *task, const char *label, GError **error)
{
  const char *share = annex_json_opt_string (annex_ask_get_json (call->ask), "share", "");
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, task, error);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  AnnexDrafts *drafts;

  if (work == NULL)
    return FALSE;
  drafts = annex_workspace_get_drafts (work->workspace);
  kept = dex_await_boxed (annex_answers_settle_draft (annex_session_get_inbox (call->self->session),
                                                      drafts, call->ask, label, "user"),
                          error);
  if (kept == NULL)
    return FALSE;
  rest = annex_drafts_dup_changes (drafts, share);
  if (rest == NULL || rest->len == 0)
    return TRUE;
  annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED,
                    N_ ("Not everything could be kept; what is left is still in the draft"));
  return FALSE;
}

/* Answers the ask. Returns the answer as the log has it. (transfer full) */
static JsonObject *
submit (AnnexDeskCall *call, GError **error)
{
  AnnexInbox *inbox = annex_session_get_inbox (call->self->session);
  g_autofree char *text = NULL;

  if (call->json != NULL)
    {
      g_autoptr (JsonObject) copy = annex_json_object_copy (call->json);

      return dex_await (annex_inbox_answer (inbox, annex_ask_get_id (call->ask),
                                            g_steal_pointer (&call->json), "user"),
                        error)
                 ? g_steal_pointer (&copy)
                 : NULL;
    }
  text = dex_await_string (annex_answers_submit (inbox,
                                                 annex_session_get_secrets (call->self->session),
                                                 call->ask, call->text, "user"),
                           error);
  return text != NULL ? annex_json_parse_object (text, -1, error) : NULL;
}

/* Carries the answer out where no call waits for it, and lets the task go on if it rests. */
static gboolean
go_on (AnnexDeskCall *call, AnnexTask *task, JsonObject *answer, GError **error)
{
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, task, error);
  g_autoptr (GPtrArray) calls = NULL;

  if (work == NULL ||
      (annex_ask_is_reopened (call->ask) &&
       !annex_workspace_take_late_answer (work->workspace, call->ask, answer, error)))
    return FALSE;
  if (!dex_await (annex_task_read_conversation (task), error))
    return FALSE;
  calls = annex_task_dup_unanswered (task);
  if (calls->len > 0 || annex_task_needs_model (task))
    annex_desk_session_start (call->self, work);
  return TRUE;
}

static DexFuture *
answer_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexTask) task =
      annex_desk_session_get_task (call->self, annex_ask_get_task_id (call->ask), &error);
  g_autoptr (JsonObject) given = NULL;

  if (task == NULL)
    return annex_desk_fail (error);
  if (annex_ask_get_kind (call->ask) == ANNEX_ASK_DRAFT)
    {
      const char *label =
          call->json != NULL ? annex_json_opt_string (call->json, "answer", "") : call->text;

      return settle_draft (call, task, label, &error) ? dex_future_new_true ()
                                                      : annex_desk_fail (error);
    }
  given = submit (call, &error);
  if (given == NULL || !dex_await (annex_task_refresh (task), &error) ||
      !go_on (call, task, given, &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
answer (AnnexDesk *desk, AnnexAsk *ask, JsonObject *given)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->ask = annex_ask_ref (ask);
  call->json = given;
  return annex_desk_call_run (call, answer_fiber);
}

static DexFuture *
answer_text (AnnexDesk *desk, AnnexAsk *ask, const char *text)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->ask = annex_ask_ref (ask);
  call->text = g_strdup (text);
  return annex_desk_call_run (call, answer_fiber);
}

static DexFuture *
secret_fiber (AnnexDeskCall *call)
{
  AnnexSecrets *secrets = annex_session_get_secrets (call->self->session);
  GError *error = NULL;
  char *id = dex_await_string (annex_answers_store_secret (secrets, call->text), &error);

  explicit_bzero (call->text, strlen (call->text));
  return id != NULL ? dex_future_new_take_string (id) : annex_desk_fail (error);
}

static DexFuture *
store_secret (AnnexDesk *desk, const char *label, const char *value)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->id = g_strdup (label);
  call->text = g_strdup (value);
  return annex_desk_call_run (call, secret_fiber);
}

static DexFuture *
reopen_fiber (AnnexDeskCall *call)
{
  AnnexStore *store = annex_session_get_store (call->self->session);
  GError *error = NULL;
  g_autoptr (AnnexTask) task = NULL;
  AnnexAsk *again = dex_await_boxed (annex_inbox_reopen (store, call->id), &error);

  if (again == NULL)
    return annex_desk_fail (error);
  task = annex_desk_session_get_task (call->self, annex_ask_get_task_id (again), NULL);
  if (task != NULL)
    dex_await (annex_task_refresh (task), NULL); /* the next append catches up, too */
  return dex_future_new_take_boxed (ANNEX_TYPE_ASK, again);
}

static DexFuture *
reopen (AnnexDesk *desk, const char *ask_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->id = g_strdup (ask_id);
  return annex_desk_call_run (call, reopen_fiber);
}

/* Answers of other processes */

typedef struct
{
  AnnexDeskSession *desk; /* borrowed: it holds this */
  AnnexAsk *ask;
  guint timer;
  guint n_looks;
} Elsewhere;

void
annex_desk_session_forget_elsewhere (gpointer data)
{
  Elsewhere *elsewhere = data;

  g_clear_handle_id (&elsewhere->timer, g_source_remove);
  annex_ask_unref (elsewhere->ask);
  g_free (elsewhere);
}

/* In a fiber: "once" for a host is remembered by whoever lets the task go on, and by nobody else.
 */
static gboolean
allow_once (AnnexWork *work, AnnexAsk *ask, GError **error)
{
  static const AnnexEventType types[] = { ANNEX_EVENT_ASK_ANSWERED };
  AnnexTask *task = annex_workspace_get_task (work->workspace);
  const char *host = annex_json_opt_string (annex_ask_get_json (ask), "host", "");
  g_autoptr (GPtrArray) events = NULL;

  if (annex_ask_get_kind (ask) != ANNEX_ASK_NETWORK || !annex_ask_is_reopened (ask))
    return TRUE;
  events = dex_await_boxed (annex_store_list_events_of (annex_task_get_store (task),
                                                        annex_task_get_id (task), types,
                                                        G_N_ELEMENTS (types)),
                            error);
  if (events == NULL)
    return FALSE;
  for (guint i = 0; i < events->len; i++)
    {
      JsonObject *data = annex_event_get_data (g_ptr_array_index (events, i));
      JsonObject *answer = annex_json_opt_object (data, "answer");

      if (answer != NULL &&
          g_str_equal (annex_json_opt_string (data, "ask", ""), annex_ask_get_id (ask)) &&
          g_str_equal (annex_json_opt_string (answer, "answer", ""), "once"))
        {
          AnnexNetworkPolicy *policy = annex_workspace_get_policy (work->workspace);

          /* The yes of now, until it is used up; the rule for all tasks stands. */
          annex_network_policy_lift_never (policy, host);
          annex_network_policy_set (policy, host, TRUE, "once");
        }
    }
  return TRUE;
}

/* Only a task that rests because of the ask: one that was stopped or failed is the user's to begin.
 */
static DexFuture *
elsewhere_fiber (AnnexDeskCall *call)
{
  const char *task_id = annex_ask_get_task_id (call->ask);
  GError *error = NULL;
  g_autoptr (AnnexTask) task = annex_desk_session_get_task (call->self, task_id, &error);
  g_autoptr (AnnexWork) work = NULL;
  g_autoptr (GPtrArray) calls = NULL;

  if (task == NULL || !dex_await (annex_task_refresh (task), &error) ||
      !dex_await (annex_task_read_conversation (task), &error))
    return annex_desk_fail (error);
  calls = annex_task_dup_unanswered (task);
  if (!annex_desk_session_is_run_elsewhere (task_id))
    {
      if ((annex_task_get_state (task) != ANNEX_TASK_WAITING &&
           !annex_ask_is_reopened (call->ask)) ||
          (calls->len == 0 && !annex_task_needs_model (task)))
        return dex_future_new_true ();
      work = annex_desk_session_get_work (call->self, task, &error);
      if (work == NULL || !annex_workspace_apply_shares (work->workspace, &error) ||
          !allow_once (work, call->ask, &error))
        return annex_desk_fail (error); /* a folder may have been the answer, or a host */
      annex_desk_session_start (call->self, work);
    }
  g_hash_table_remove (call->self->elsewhere, annex_ask_get_id (call->ask));
  return dex_future_new_true ();
}

static gboolean
elsewhere_cb (gpointer data)
{
  Elsewhere *elsewhere = data;
  AnnexDeskCall *call = annex_desk_call_new (ANNEX_DESK (elsewhere->desk), NULL);

  call->ask = annex_ask_ref (elsewhere->ask);
  dex_future_disown (annex_desk_call_run (call, elsewhere_fiber)); /* the next look tries again */
  if (++elsewhere->n_looks < ELSEWHERE_LOOKS)
    return G_SOURCE_CONTINUE;
  elsewhere->timer = 0;
  g_hash_table_remove (elsewhere->desk->elsewhere, annex_ask_get_id (elsewhere->ask));
  return G_SOURCE_REMOVE;
}

/* The task goes on here, unless the other process does so itself, for which it is left a moment;
 * and what that one carries out comes after its answer. */
void
annex_desk_session_answered_elsewhere (AnnexDeskSession *self, AnnexAsk *ask)
{
  Elsewhere *elsewhere;

  if (self->closed || annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT)
    return;
  elsewhere = g_new0 (Elsewhere, 1);
  elsewhere->desk = self;
  elsewhere->ask = annex_ask_ref (ask);
  elsewhere->timer = g_timeout_add (ELSEWHERE_MS, elsewhere_cb, elsewhere);
  g_hash_table_replace (self->elsewhere, g_strdup (annex_ask_get_id (ask)), elsewhere);
}

static DexFuture *
list_inbox (AnnexDesk *desk)
{
  return annex_inbox_list (annex_session_get_store (ANNEX_DESK_SESSION (desk)->session),
                           MAX_CLOSED);
}

void
annex_desk_session_init_asks (AnnexDeskInterface *iface)
{
  iface->answer = answer;
  iface->answer_text = answer_text;
  iface->store_secret = store_secret;
  iface->reopen = reopen;
  iface->list_inbox = list_inbox;
}
