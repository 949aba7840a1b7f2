/* annex-workspace.c
 *
 * See annex-workspace.h. Holds ports together; decides nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace.h"

#include "annex-admin-policy.h"
#include "annex-agent.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"
#include "annex-task-run.h"

#include <glib/gi18n.h>

/* A command may try a thousand hosts; the ledger has them all. */
#define MAX_REFUSALS 8
#define MAX_REFUSAL_CHARS 400

struct _AnnexWorkspace
{
  GObject parent_instance;

  AnnexTask *task;
  AnnexComputer *computer;
  AnnexInbox *inbox;
  AnnexNetworkPolicy *policy;
  AnnexSecrets *secrets;
  AnnexModel *model;
  AnnexModel *helper_model;    /* nullable: the same */
  AnnexSkillLibrary *skills;   /* nullable */
  AnnexConnectors *connectors; /* nullable */
  AnnexDrafts *drafts;
  AnnexWorkspaceBrowserFunc make_browser; /* nullable */
  gpointer make_browser_data;
  GDestroyNotify free_browser_data;
  DexFuture *browser_queue; /* nullable: of who uses it, or will, last */
  GHashTable *processes;    /* id → AnnexProcess */
  GPtrArray *refusals;      /* sentences not yet told, each once */
  guint n_more_refusals;    /* beyond those */
  DexFuture *park;          /* nullable */
  double max_cost_usd;      /* 0: no limit */
};

G_DEFINE_FINAL_TYPE (AnnexWorkspace, annex_workspace, G_TYPE_OBJECT)

enum {
  SIGNAL_OUTPUT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
annex_workspace_finalize (GObject *object)
{
  AnnexWorkspace *self = ANNEX_WORKSPACE (object);

  g_clear_pointer (&self->processes, g_hash_table_unref);
  g_clear_pointer (&self->refusals, g_ptr_array_unref);
  dex_clear (&self->park);
  g_clear_object (&self->skills);
  g_clear_object (&self->connectors);
  g_clear_object (&self->drafts);
  annex_workspace_set_browser_func (self, NULL, NULL, NULL);
  dex_clear (&self->browser_queue);
  g_clear_object (&self->task);
  g_clear_object (&self->computer);
  g_clear_object (&self->inbox);
  g_clear_object (&self->policy);
  g_clear_object (&self->secrets);
  g_clear_object (&self->model);
  g_clear_object (&self->helper_model);
  G_OBJECT_CLASS (annex_workspace_parent_class)->finalize (object);
}

static void
annex_workspace_class_init (AnnexWorkspaceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_workspace_finalize;
  signals[SIGNAL_OUTPUT] = g_signal_new ("output", ANNEX_TYPE_WORKSPACE, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BYTES);
}

static void
annex_workspace_init (AnnexWorkspace *self)
{
  self->processes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->refusals = g_ptr_array_new_with_free_func (g_free);
}

/* What the user decides about a host elsewhere, in the window, holds for what runs now. */
static void
event_cb (AnnexWorkspace *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *host = annex_json_opt_string (data, "host", "");
  const char *decision = annex_json_opt_string (data, "decision", "");
  const char *scope = annex_json_opt_string (data, "scope", "");
  g_autofree char *normal = NULL;

  annex_network_policy_set_taint (self->policy, annex_task_get_taint (self->task));
  if (annex_event_get_event_type (event) != ANNEX_EVENT_NETWORK_DECIDED ||
      (!g_str_equal (scope, "once") && !g_str_equal (scope, "task") &&
       !g_str_equal (scope, "always") && !g_str_equal (scope, "never")))
    return;
  normal = annex_host_normalise (host, -1, NULL);
  if (normal == NULL)
    return;
  if (g_str_equal (decision, "allow"))
    annex_network_policy_lift_never (self->policy, normal);
  if (g_str_equal (scope, "once"))
    return; /* whoever asked remembers it */
  if (g_str_equal (decision, "ask"))
    annex_network_policy_remove (self->policy, normal, scope);
  else
    annex_network_policy_set (self->policy, normal, g_str_equal (decision, "allow"), scope);
}

static gboolean
has_read (AnnexWorkspace *self, const char *source)
{
  g_auto (GStrv) sources = annex_task_dup_untrusted (self->task);

  return g_strv_contains ((const char *const *) sources, source);
}

gboolean
annex_workspace_note_untrusted (AnnexWorkspace *self, const char *source, GError **error)
{
  return has_read (self, source) ||
         dex_await (annex_task_append (self->task, ANNEX_EVENT_UNTRUSTED_READ,
                                       annex_json_build ("s", "source", source, NULL)),
                    error);
}

/* What a host of others answers is read from now on. */
static void
opened_cb (AnnexWorkspace *self, const char *host)
{
  g_autofree char *source = g_strconcat (ANNEX_SOURCE_HOST, host, NULL);

  annex_network_policy_set_taint (self->policy, ANNEX_TAINT_UNTRUSTED);
  if (!has_read (self, source))
    dex_future_disown (annex_task_append (self->task, ANNEX_EVENT_UNTRUSTED_READ,
                                          annex_json_build ("s", "source", source, NULL)));
}

AnnexWorkspace *
annex_workspace_new (AnnexTask *task,
                     AnnexComputer *computer,
                     AnnexInbox *inbox,
                     AnnexNetworkPolicy *policy,
                     AnnexSecrets *secrets,
                     AnnexModel *model,
                     const char *data_dir)
{
  AnnexWorkspace *self = g_object_new (ANNEX_TYPE_WORKSPACE, NULL);

  self->task = g_object_ref (task);
  self->computer = g_object_ref (computer);
  self->inbox = g_object_ref (inbox);
  self->policy = g_object_ref (policy);
  g_set_object (&self->secrets, secrets);
  g_set_object (&self->model, model);
  self->drafts = annex_drafts_new (task, computer, data_dir);
  annex_network_policy_set_taint (policy, annex_task_get_taint (task));
  g_signal_connect_object (task, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (policy, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  return self;
}

AnnexTask *
annex_workspace_get_task (AnnexWorkspace *self)
{
  return self->task;
}

AnnexComputer *
annex_workspace_get_computer (AnnexWorkspace *self)
{
  return self->computer;
}

AnnexInbox *
annex_workspace_get_inbox (AnnexWorkspace *self)
{
  return self->inbox;
}

AnnexNetworkPolicy *
annex_workspace_get_policy (AnnexWorkspace *self)
{
  return self->policy;
}

AnnexSecrets *
annex_workspace_get_secrets (AnnexWorkspace *self)
{
  return self->secrets;
}

AnnexModel *
annex_workspace_get_model (AnnexWorkspace *self)
{
  return self->model;
}

void
annex_workspace_set_model (AnnexWorkspace *self, AnnexModel *model)
{
  g_set_object (&self->model, model);
}

void
annex_workspace_set_helper_model (AnnexWorkspace *self, AnnexModel *model)
{
  g_set_object (&self->helper_model, model);
}

AnnexModel *
annex_workspace_get_helper_model (AnnexWorkspace *self)
{
  return self->helper_model != NULL ? self->helper_model : self->model;
}

void
annex_workspace_set_max_cost (AnnexWorkspace *self, double cost_usd)
{
  self->max_cost_usd = cost_usd;
}

gboolean
annex_workspace_may_cost_more (AnnexWorkspace *self, GError **error)
{
  double limit = annex_admin_policy_limit_cost (annex_admin_policy_get (), self->max_cost_usd);
  double cost = annex_task_get_known_cost (self->task);

  if (limit <= 0 || cost < limit)
    return TRUE;
  annex_set_spoken (error, ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_COST_LIMIT,
                    N_ ("This task has cost %.2f US dollars, and may cost %.2f."), cost, limit);
  return FALSE;
}

void
annex_workspace_set_skills (AnnexWorkspace *self, AnnexSkillLibrary *skills)
{
  g_set_object (&self->skills, skills);
}

AnnexSkillLibrary *
annex_workspace_get_skills (AnnexWorkspace *self)
{
  return self->skills;
}

static void
secret_given_cb (AnnexWorkspace *self, const char *task_id, const char *words, const char *text)
{
  if (g_str_equal (task_id, annex_task_get_id (self->task)))
    annex_workspace_give_secret (self, words, text);
}

void
annex_workspace_set_connectors (AnnexWorkspace *self, AnnexConnectors *connectors)
{
  if (self->connectors != NULL)
    g_signal_handlers_disconnect_by_data (self->connectors, self);
  g_set_object (&self->connectors, connectors);
  if (connectors != NULL)
    g_signal_connect_object (connectors, "secret-given", G_CALLBACK (secret_given_cb), self,
                             G_CONNECT_SWAPPED);
}

AnnexConnectors *
annex_workspace_get_connectors (AnnexWorkspace *self)
{
  return self->connectors;
}

AnnexDrafts *
annex_workspace_get_drafts (AnnexWorkspace *self)
{
  return self->drafts;
}

void
annex_workspace_set_browser_func (AnnexWorkspace *self,
                                  AnnexWorkspaceBrowserFunc func,
                                  gpointer data,
                                  GDestroyNotify free_data)
{
  if (self->free_browser_data != NULL)
    self->free_browser_data (self->make_browser_data);
  self->make_browser = func;
  self->make_browser_data = data;
  self->free_browser_data = free_data;
}

DexFuture *
annex_workspace_open_browser (AnnexWorkspace *self)
{
  if (self->make_browser != NULL)
    return self->make_browser (self->make_browser_data);
  return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                  "There is no display here now, so no web page can be opened. Do "
                                  "without, or tell the user.");
}

DexFuture *
annex_workspace_queue_for_browser (AnnexWorkspace *self, DexFuture *done)
{
  DexFuture *before = g_steal_pointer (&self->browser_queue);

  self->browser_queue = dex_ref (done);
  return before;
}

void
annex_workspace_add_process (AnnexWorkspace *self, const char *id, AnnexProcess *process)
{
  g_hash_table_replace (self->processes, g_strdup (id), g_object_ref (process));
}

AnnexProcess *
annex_workspace_get_process (AnnexWorkspace *self, const char *id)
{
  return g_hash_table_lookup (self->processes, id);
}

void
annex_workspace_remove_process (AnnexWorkspace *self, const char *id)
{
  g_hash_table_remove (self->processes, id);
}

void
annex_workspace_emit_output (AnnexWorkspace *self, const char *tool_use_id, GBytes *piece)
{
  g_signal_emit (self, signals[SIGNAL_OUTPUT], 0, tool_use_id, piece);
  annex_task_emit_output (self->task, tool_use_id, piece);
}

void
annex_workspace_add_refusal (AnnexWorkspace *self, const char *reason)
{
  g_autofree char *valid = annex_text_make_valid (reason, -1);

  if (g_utf8_strlen (valid, -1) > MAX_REFUSAL_CHARS)
    *g_utf8_offset_to_pointer (valid, MAX_REFUSAL_CHARS) = '\0';
  g_strdelimit (valid, "\r\n", ' ');
  if (g_ptr_array_find_with_equal_func (self->refusals, valid, g_str_equal, NULL))
    return;
  if (self->refusals->len < MAX_REFUSALS)
    g_ptr_array_add (self->refusals, g_steal_pointer (&valid));
  else
    self->n_more_refusals++;
}

char *
annex_workspace_take_refusals (AnnexWorkspace *self)
{
  GString *text;

  if (self->refusals->len == 0)
    return NULL;
  text = g_string_new ("Not everything your computer tried to reach was let through:\n");
  for (guint i = 0; i < self->refusals->len; i++)
    g_string_append_printf (text, "- %s\n", (char *) g_ptr_array_index (self->refusals, i));
  if (self->n_more_refusals > 0)
    g_string_append_printf (text, "and %u more.\n", self->n_more_refusals);
  g_ptr_array_set_size (self->refusals, 0);
  self->n_more_refusals = 0;
  return g_string_free_and_steal (text);
}

void
annex_workspace_set_park (AnnexWorkspace *self, DexFuture *park)
{
  dex_clear (&self->park);
  self->park = park != NULL ? dex_ref (park) : NULL;
}

/* Does another call still wait for the user? */
static gboolean
others_wait (AnnexWorkspace *self)
{
  g_autoptr (GPtrArray) waiting = annex_inbox_dup_waiting (self->inbox);

  for (guint i = 0; i < waiting->len; i++)
    if (g_strcmp0 (annex_ask_get_task_id (g_ptr_array_index (waiting, i)),
                   annex_task_get_id (self->task)) == 0)
      return TRUE;
  return FALSE;
}

/* Tells the task whether it waits for the user. */
static gboolean
set_waiting (AnnexWorkspace *self, gboolean waiting, GError **error)
{
  AnnexTaskState state = waiting ? ANNEX_TASK_WAITING : ANNEX_TASK_RUNNING;

  if (annex_task_get_state (self->task) == state || (!waiting && others_wait (self)))
    return TRUE;
  return dex_await (
      annex_task_append (self->task, ANNEX_EVENT_STATE_CHANGED,
                         annex_json_build ("s", "state", annex_task_state_to_name (state), NULL)),
      error);
}

/* Opens @open unless it is open, and waits for its answer. */
static JsonObject *
wait_for_answer (AnnexWorkspace *self, AnnexAsk *open, DexFuture *cancel, GError **error)
{
  g_autofree char *text = NULL;

  if (!set_waiting (self, TRUE, error))
    return NULL;
  text = dex_await_string (annex_inbox_ask (self->inbox, self->task, open, cancel), error);
  if (text == NULL)
    {
      annex_error_normalise (error);
      return NULL;
    }
  if (!set_waiting (self, FALSE, error))
    return NULL;
  return annex_json_parse_object (text, -1, error);
}

/* @ask as an ask of the call @tool_use_id. (transfer full) */
static AnnexAsk *
bind_to_call (AnnexAsk *ask, const char *tool_use_id, GError **error)
{
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (ask));

  json_object_set_string_member (json, "tool_use", tool_use_id);
  return annex_ask_new_from_json (json, error);
}

JsonObject *
annex_workspace_ask (AnnexWorkspace *self,
                     AnnexAsk *ask,
                     const char *tool_use_id,
                     DexFuture *cancel,
                     GError **error)
{
  g_autoptr (AnnexAsk) fresh = ask;
  g_autoptr (AnnexAsk) open = NULL;
  JsonObject *answer = NULL;

  open = annex_task_dup_ask_of_call (self->task, tool_use_id, &answer);
  if (answer != NULL)
    return answer;
  if (open == NULL)
    open = bind_to_call (fresh, tool_use_id, error);
  if (open == NULL)
    return NULL;
  /* Whoever parks a run stops it for good too, so the park is all there is to wait for. */
  return wait_for_answer (self, open, self->park != NULL ? self->park : cancel, error);
}

/* Whatever is open under @name, but @but (nullable). */
static void
close_named (AnnexWorkspace *self, const char *name, AnnexAsk *but)
{
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (self->task);

  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      const char *id = annex_ask_get_id (ask);

      if (g_strcmp0 (annex_json_opt_string (annex_ask_get_json (ask), "tool_use", NULL), name) !=
              0 ||
          (but != NULL && g_str_equal (id, annex_ask_get_id (but))))
        continue;
      /* Answered meanwhile, by another process: then it is closed, too. */
      dex_await (annex_inbox_expire (self->inbox, id, NULL), NULL);
    }
}

void
annex_workspace_drop_once (AnnexWorkspace *self, const char *name)
{
  close_named (self, name, NULL);
}

JsonObject *
annex_workspace_ask_once (AnnexWorkspace *self,
                          AnnexAsk *ask,
                          const char *name,
                          DexFuture *cancel,
                          GError **error)
{
  g_autoptr (AnnexAsk) unnamed = ask;
  g_autoptr (AnnexAsk) fresh = bind_to_call (unnamed, name, error);
  g_autoptr (AnnexAsk) open = NULL;
  JsonObject *answer = NULL;

  if (fresh == NULL)
    return NULL;
  open = annex_task_dup_ask_once (self->task, fresh, &answer);
  close_named (self, name, open);
  if (answer != NULL)
    return answer;
  return wait_for_answer (self, open != NULL ? open : fresh,
                          self->park != NULL ? self->park : cancel, error);
}

/* Nobody waits for @open any more. Returns the answer that @cancel brings, if it does. (transfer
 * full, nullable) */
static JsonObject *
close_ask (AnnexWorkspace *self, AnnexAsk *open, DexFuture *cancel)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GError) lost = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *id = annex_ask_get_id (open);
  gboolean closed;

  dex_future_get_value (cancel, &reason);
  if (g_error_matches (reason, ANNEX_ASK_ERROR, ANNEX_ASK_ERROR_SETTLED))
    answer = annex_ask_make_answer (open, reason->message, &lost);
  closed = lost == NULL &&
           dex_await (answer != NULL
                          ? annex_inbox_answer (self->inbox, id, json_object_ref (answer), "user")
                          : annex_inbox_expire (self->inbox, id, NULL),
                      &lost);
  /* Answered meanwhile, by another process: then it is closed, too. */
  if (!closed)
    g_debug ("An ask could not be closed: %s", lost->message);
  g_clear_error (&lost);
  if (!set_waiting (self, FALSE, &lost))
    g_debug ("The task's state was not set: %s", lost->message);
  return g_steal_pointer (&answer);
}

JsonObject *
annex_workspace_ask_midway (AnnexWorkspace *self,
                            AnnexAsk *ask,
                            const char *tool_use_id,
                            DexFuture *cancel,
                            GError **error)
{
  g_autoptr (AnnexAsk) fresh = ask;
  g_autoptr (AnnexAsk) open = bind_to_call (fresh, tool_use_id, error);
  g_autoptr (DexFuture) either = NULL;
  JsonObject *answer;

  if (open == NULL)
    return NULL;
  if (self->park != NULL && cancel != NULL)
    either = dex_future_all_race (dex_ref (self->park), dex_ref (cancel), NULL);
  answer = wait_for_answer (self, open,
                            either != NULL       ? either
                            : self->park != NULL ? self->park
                                                 : cancel,
                            error);
  if (answer != NULL || cancel == NULL || !dex_future_is_rejected (cancel) ||
      (self->park != NULL && dex_future_is_rejected (self->park)))
    return answer;
  answer = close_ask (self, open, cancel);
  if (answer != NULL)
    g_clear_error (error);
  return answer;
}

/* The share of the folder @path, however it is written. (transfer full, nullable) */
static AnnexShare *
find_shared (GPtrArray *shares, const char *path)
{
  char *resolved = realpath (path, NULL);
  AnnexShare *found = NULL;

  for (guint i = 0; resolved != NULL && found == NULL && i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (g_str_equal (annex_share_get_path (share), resolved))
        found = annex_share_ref (share);
    }
  free (resolved);
  return found;
}

static const char *
describe_mode (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return "It is read only.";
    case ANNEX_SHARE_REVIEW:
    case ANNEX_SHARE_KEEP:
      break;
    }
  return "You can change it: your changes are a draft that the user keeps or discards.";
}

/* What the user says last counts, above all when it is less than before. (transfer full) */
static AnnexShare *
change_mode (AnnexWorkspace *self, AnnexShare *share, AnnexShareMode mode, GError **error)
{
  const char *id = annex_share_get_id (share);
  g_autoptr (GPtrArray) shares = NULL;
  g_autofree char *guest_path = NULL;
  g_autofree char *text = NULL;

  /* Review is also what is meant when no mode is named: it never opens what was read only. */
  if (annex_share_get_mode (share) == mode ||
      (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY && mode == ANNEX_SHARE_REVIEW))
    return annex_share_ref (share);
  if (!annex_admin_policy_check_share (annex_admin_policy_get (), annex_share_get_home (share),
                                       mode, error))
    return NULL;
  guest_path = annex_share_dup_guest_path (share);
  text = g_strdup_printf ("The user changed how you share the folder “%s” (%s). %s",
                          annex_share_get_name (share), guest_path, describe_mode (mode));
  if (!dex_await (annex_task_append (self->task, ANNEX_EVENT_SHARE_MODE,
                                     annex_json_build ("s", "share", id, "s", "mode",
                                                       annex_share_mode_to_name (mode), "s", "text",
                                                       text, NULL)),
                  error))
    return NULL;
  shares = annex_task_dup_shares (self->task);
  if (!dex_await (annex_computer_set_shares (self->computer, shares), error))
    return NULL;
  return annex_share_with_mode (share, mode);
}

/* Appends the event of @share, and attaches it. */
static gboolean
grant (AnnexWorkspace *self, AnnexShare *share, GError **error)
{
  g_autoptr (GPtrArray) shares = NULL;
  g_autofree char *guest_path = NULL;
  g_autofree char *text = NULL;

  guest_path = annex_share_dup_guest_path (share);
  text = g_strdup_printf ("The user shared the folder “%s” with you. In your computer it is %s. %s",
                          annex_share_get_name (share), guest_path,
                          describe_mode (annex_share_get_mode (share)));
  /* Granted and told in one: a crash cannot come between. */
  if (!dex_await (annex_task_append (self->task, ANNEX_EVENT_SHARE_GRANTED,
                                     annex_json_build ("o", "share", annex_share_to_json (share),
                                                       "s", "text", text, NULL)),
                  error))
    return FALSE;
  shares = annex_task_dup_shares (self->task);
  return dex_await (annex_computer_set_shares (self->computer, shares), error);
}

AnnexShare *
annex_workspace_grant_folder (AnnexWorkspace *self,
                              const char *path,
                              AnnexShareMode mode,
                              GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autoptr (AnnexShare) old = find_shared (shares, path);
  g_autoptr (AnnexShare) share = NULL;

  if (old != NULL)
    return change_mode (self, old, mode, error);
  share = annex_share_new (path, mode, shares, error);
  return share != NULL && grant (self, share, error) ? g_steal_pointer (&share) : NULL;
}

AnnexShare *
annex_workspace_grant_copy (AnnexWorkspace *self,
                            const char *path,
                            const char *origin,
                            AnnexShareMode mode,
                            GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->task);
  g_autoptr (AnnexShare) share = annex_share_new_copy (path, origin, mode, shares, error);

  return share != NULL && grant (self, share, error) ? g_steal_pointer (&share) : NULL;
}
