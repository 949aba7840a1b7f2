/* annex-task-facts.c
 *
 * What a task's events mean for everything but the conversation: title, state, plan, shares, asks,
 * network decisions, keeps, usage. A rewind takes back the plan and the asks of the cut part; what
 * the user granted, revoked or decided, and what was kept or spent, stays.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-keep.h"
#include "annex-policy.h"

typedef struct
{
  AnnexPlan *plan;
  gint64 seq;
} DatedPlan;

typedef struct
{
  JsonObject *catalogue;
  gint64 seq;
} DatedCatalogue;

static const char *const state_names[] = {
  [ANNEX_TASK_RUNNING] = "running", [ANNEX_TASK_WAITING] = "waiting", [ANNEX_TASK_DONE] = "done",
  [ANNEX_TASK_FAILED] = "failed",   [ANNEX_TASK_STOPPED] = "stopped",
};

const char *
annex_task_state_to_name (AnnexTaskState state)
{
  return state_names[state];
}

AnnexTaskState
annex_task_state_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (state_names); i++)
    if (g_strcmp0 (state_names[i], name) == 0)
      return i;
  return ANNEX_TASK_STOPPED;
}

static void
dated_plan_free (gpointer data)
{
  DatedPlan *dated = data;

  annex_plan_unref (dated->plan);
  g_free (dated);
}

static void
dated_catalogue_free (gpointer data)
{
  DatedCatalogue *dated = data;

  json_object_unref (dated->catalogue);
  g_free (dated);
}

static void
open_ask_free (gpointer data)
{
  AnnexOpenAsk *open = data;

  annex_ask_unref (open->ask);
  g_free (open);
}

void
annex_task_facts_init (AnnexTaskFacts *self)
{
  *self = (AnnexTaskFacts) { .state = ANNEX_TASK_RUNNING };
  self->plan = annex_plan_new_empty ();
  self->plans = g_ptr_array_new_with_free_func (dated_plan_free);
  self->skills = g_ptr_array_new_with_free_func (dated_catalogue_free);
  self->connectors = g_ptr_array_new_with_free_func (dated_catalogue_free);
  self->tool_grants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->shares = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  self->asks = g_ptr_array_new_with_free_func (open_ask_free);
  self->calls = annex_call_asks_new ();
  self->drafts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  self->rules = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_network_rule_free);
  self->keeps = g_ptr_array_new_with_free_func (g_free);
  self->untrusted = g_ptr_array_new_with_free_func (g_free);
  self->given_secrets = g_ptr_array_new_with_free_func (g_free);
  self->kept_since = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
annex_task_facts_clear (AnnexTaskFacts *self)
{
  g_free (self->title);
  g_free (self->provider);
  g_free (self->model);
  g_free (self->base_url);
  g_free (self->again_of);
  g_free (self->system);
  g_free (self->tools);
  annex_plan_unref (self->plan);
  g_ptr_array_unref (self->plans);
  g_ptr_array_unref (self->skills);
  g_ptr_array_unref (self->connectors);
  g_hash_table_unref (self->tool_grants);
  g_ptr_array_unref (self->shares);
  g_ptr_array_unref (self->asks);
  annex_call_asks_free (self->calls);
  g_hash_table_unref (self->drafts);
  g_ptr_array_unref (self->rules);
  g_ptr_array_unref (self->keeps);
  g_clear_pointer (&self->rolling_back, json_object_unref);
  g_hash_table_unref (self->kept_since);
  g_ptr_array_unref (self->untrusted);
  g_ptr_array_unref (self->given_secrets);
}

static void
apply_created (AnnexTaskFacts *self, JsonObject *data)
{
  if (self->provider != NULL)
    return; /* a task is created once */
  self->title = g_strdup (annex_json_opt_string (data, "title", ""));
  self->provider = g_strdup (annex_json_opt_string (data, "provider", ""));
  self->model = g_strdup (annex_json_opt_string (data, "model", ""));
  self->base_url = g_strdup (annex_json_opt_string (data, "base_url", NULL));
  self->system = g_strdup (annex_json_opt_string (data, "system", ""));
  self->tools = g_strdup (annex_json_opt_string (data, "tools", "[]"));
}

/* The list of steps is small, and every update holds it whole: all are kept, so that going back
 * needs no second reading. */
static void
apply_plan (AnnexTaskFacts *self, gint64 seq, JsonObject *data)
{
  AnnexPlan *plan = annex_plan_new_from_json (data, NULL);
  DatedPlan *dated;

  if (plan == NULL)
    return;
  dated = g_new0 (DatedPlan, 1);
  dated->plan = plan;
  dated->seq = seq;
  g_ptr_array_add (self->plans, dated);
  annex_plan_unref (self->plan);
  self->plan = annex_plan_ref (plan);
}

static void
add_catalogue (GPtrArray *catalogues, gint64 seq, JsonObject *catalogue)
{
  DatedCatalogue *dated;

  if (catalogue == NULL)
    return;
  dated = g_new0 (DatedCatalogue, 1);
  dated->catalogue = json_object_ref (catalogue);
  dated->seq = seq;
  g_ptr_array_add (catalogues, dated);
}

/* Of a summary nothing: what the model was told before is gone, so that it is told of all again. */
static void
apply_told (AnnexTaskFacts *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  gint64 seq = annex_event_get_seq (event);
  g_autoptr (JsonObject) nothing = json_object_new ();
  gboolean forgotten = annex_event_get_event_type (event) == ANNEX_EVENT_COMPACTED;

  add_catalogue (self->skills, seq, forgotten ? nothing : annex_json_opt_object (data, "skills"));
  add_catalogue (self->connectors, seq,
                 forgotten ? nothing : annex_json_opt_object (data, "connectors"));
}

static DatedCatalogue *
last_catalogue (GPtrArray *catalogues)
{
  return catalogues->len > 0 ? g_ptr_array_index (catalogues, catalogues->len - 1) : NULL;
}

static void
forget_catalogues (GPtrArray *catalogues, gint64 to_seq)
{
  while (catalogues->len > 0 && last_catalogue (catalogues)->seq > to_seq)
    g_ptr_array_remove_index (catalogues, catalogues->len - 1);
}

JsonObject *
annex_task_facts_get_skills (AnnexTaskFacts *self)
{
  DatedCatalogue *last = last_catalogue (self->skills);

  return last != NULL ? last->catalogue : NULL;
}

JsonObject *
annex_task_facts_get_connectors (AnnexTaskFacts *self)
{
  DatedCatalogue *last = last_catalogue (self->connectors);

  return last != NULL ? last->catalogue : NULL;
}

/* What holds for this task alone; what holds for good is kept with the connector. */
static void
apply_connector_decided (AnnexTaskFacts *self, JsonObject *data)
{
  const char *connector = annex_json_opt_string (data, "connector", "");
  const char *tool = annex_json_opt_string (data, "tool", "");
  const char *digest = annex_json_opt_string (data, "digest", "");
  g_autofree char *key = g_strconcat (connector, "\n", tool, NULL);

  if (g_str_equal (annex_json_opt_string (data, "decision", ""), "allow"))
    {
      if (g_str_equal (annex_json_opt_string (data, "scope", ""), "task"))
        g_hash_table_replace (self->tool_grants, g_steal_pointer (&key), g_strdup (digest));
    }
  else
    g_hash_table_remove (self->tool_grants, key);
}

static guint
find_share (AnnexTaskFacts *self, const char *id)
{
  guint i;

  for (i = 0; i < self->shares->len; i++)
    if (g_strcmp0 (annex_share_get_id (g_ptr_array_index (self->shares, i)), id) == 0)
      break;
  return i;
}

static void
apply_taint (AnnexTaskFacts *self, AnnexEventType type, JsonObject *data)
{
  self->taint = annex_taint_after (self->taint, type, data);
}

static void
apply_share_granted (AnnexTaskFacts *self, JsonObject *data)
{
  JsonObject *json = annex_json_opt_object (data, "share");
  AnnexShare *share = json != NULL ? annex_share_new_from_json (json, NULL) : NULL;

  if (share == NULL)
    return;
  if (find_share (self, annex_share_get_id (share)) < self->shares->len)
    annex_share_unref (share);
  else
    g_ptr_array_add (self->shares, share);
  apply_taint (self, ANNEX_EVENT_SHARE_GRANTED, data);
}

static void
apply_share_mode (AnnexTaskFacts *self, JsonObject *data)
{
  guint index = find_share (self, annex_json_opt_string (data, "share", NULL));
  AnnexShare *share;
  AnnexShareMode mode;

  if (index == self->shares->len ||
      !annex_share_mode_from_name (annex_json_opt_string (data, "mode", ""), &mode, NULL))
    return;
  share = g_ptr_array_index (self->shares, index);
  g_ptr_array_index (self->shares, index) = annex_share_with_mode (share, mode);
  annex_share_unref (share);
}

static void
apply_share_revoked (AnnexTaskFacts *self, JsonObject *data)
{
  guint index = find_share (self, annex_json_opt_string (data, "share", NULL));

  if (index < self->shares->len)
    g_ptr_array_remove_index (self->shares, index);
}

static void
apply_draft_changed (AnnexTaskFacts *self, JsonObject *data)
{
  const char *share = annex_json_opt_string (data, "share", NULL);

  if (share != NULL)
    g_hash_table_replace (self->drafts, g_strdup (share), json_object_ref (data));
}

static void
apply_ask_opened (AnnexTaskFacts *self, gint64 seq, JsonObject *data)
{
  JsonObject *json = annex_json_opt_object (data, "ask");
  AnnexAsk *ask = json != NULL ? annex_ask_new_from_json (json_object_ref (json), NULL) : NULL;
  AnnexOpenAsk *open;

  if (ask == NULL)
    return;
  open = g_new0 (AnnexOpenAsk, 1);
  open->ask = ask;
  open->seq = seq;
  g_ptr_array_add (self->asks, open);
  annex_call_asks_opened (self->calls, seq, ask);
}

static void
apply_ask_closed (AnnexTaskFacts *self, JsonObject *data)
{
  const char *id = annex_json_opt_string (data, "ask", "");

  for (guint i = self->asks->len; i > 0; i--)
    {
      AnnexOpenAsk *open = g_ptr_array_index (self->asks, i - 1);

      if (g_str_equal (annex_ask_get_id (open->ask), id))
        g_ptr_array_remove_index (self->asks, i - 1);
    }
  annex_call_asks_closed (self->calls, id, annex_json_opt_object (data, "answer"));
}

static void
apply_network_decided (AnnexTaskFacts *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *host = annex_json_opt_string (data, "host", "");
  const char *decision = annex_json_opt_string (data, "decision", "");
  AnnexNetworkRule *rule;

  if (host[0] == '\0' || !g_str_equal (annex_json_opt_string (data, "scope", ""), "task"))
    return;
  for (guint i = self->rules->len; i > 0; i--)
    if (g_str_equal (((AnnexNetworkRule *) g_ptr_array_index (self->rules, i - 1))->host, host))
      g_ptr_array_remove_index (self->rules, i - 1);
  if (g_str_equal (decision, "ask")) /* taken back: there is no decision any more */
    return;
  rule = annex_network_rule_new (host, g_str_equal (decision, "allow"), "task");
  rule->time_us = annex_event_get_time_us (event);
  g_ptr_array_add (self->rules, rule);
}

static void
apply_keep (AnnexTaskFacts *self, JsonObject *data, gboolean undone)
{
  const char *keep = annex_json_opt_string (data, "keep", "");
  JsonArray *entries = annex_json_opt_array (data, "entries");
  guint index;
  gboolean known = g_ptr_array_find_with_equal_func (self->keeps, keep, g_str_equal, &index);

  /* What could not be put back is still saved, and can be asked for again. */
  if (undone && known && annex_kept_count (entries, ANNEX_OUTCOME_FAILED) == 0)
    g_ptr_array_remove_index (self->keeps, index);
  else if (!undone && !known && keep[0] != '\0')
    g_ptr_array_add (self->keeps, g_strdup (keep));
}

char *
annex_task_facts_kept_key (const char *share_id, const char *path)
{
  return g_strdup_printf ("%s/%s", share_id, path);
}

/* What was kept after the state the computer went back to, as the event says. */
static void
apply_rolled_back (AnnexTaskFacts *self, JsonObject *data)
{
  JsonArray *kept = annex_json_opt_array (data, "kept");

  g_clear_pointer (&self->rolling_back, json_object_unref);
  if (json_object_has_member (data, "error"))
    return;
  g_hash_table_remove_all (self->kept_since);
  for (guint i = 0; kept != NULL && i < json_array_get_length (kept); i++)
    {
      JsonNode *node = json_array_get_element (kept, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        g_hash_table_add (self->kept_since,
                          annex_task_facts_kept_key (
                              annex_json_opt_string (json_node_get_object (node), "share", ""),
                              annex_json_opt_string (json_node_get_object (node), "path", "")));
    }
}

/* Decided anew, one way or the other: no mark any more. */
static void
forget_kept_since (AnnexTaskFacts *self, JsonObject *data, const char *member)
{
  const char *share = annex_json_opt_string (data, "share", "");
  JsonArray *array = annex_json_opt_array (data, member);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *path =
          JSON_NODE_HOLDS_OBJECT (node)
              ? annex_json_opt_string (json_node_get_object (node), "path", "")
          : JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
              ? json_node_get_string (node)
              : "";
      g_autofree char *key = annex_task_facts_kept_key (share, path);

      g_hash_table_remove (self->kept_since, key);
    }
}

/* What stands before belongs to another task: its open asks are asked there, what was kept is taken
 * back there, what was spent was spent there. Folders, decisions, plan and drafts go on. */
static void
apply_forked (AnnexTaskFacts *self)
{
  g_ptr_array_set_size (self->asks, 0);
  annex_call_asks_forget_open (self->calls);
  g_hash_table_remove_all (self->tool_grants);
  g_ptr_array_set_size (self->keeps, 0);
  g_clear_pointer (&self->rolling_back, json_object_unref);
  self->spent = (AnnexSpent) { 0 };
  if (self->state == ANNEX_TASK_RUNNING || self->state == ANNEX_TASK_WAITING)
    self->state = ANNEX_TASK_STOPPED;
}

static void
apply_usage (AnnexTaskFacts *self, JsonObject *data)
{
  AnnexUsage usage;

  if (annex_spent_read_usage (data, &usage))
    annex_spent_add (&self->spent, &usage);
}

static void
apply_rewound (AnnexTaskFacts *self, JsonObject *data)
{
  gint64 to_seq = annex_json_opt_int (data, "to_seq", -1);
  DatedPlan *last;

  if (to_seq < 0)
    return;
  for (guint i = self->asks->len; i > 0; i--)
    if (((AnnexOpenAsk *) g_ptr_array_index (self->asks, i - 1))->seq > to_seq)
      g_ptr_array_remove_index (self->asks, i - 1);
  annex_call_asks_forget_after (self->calls, to_seq);
  forget_catalogues (self->skills, to_seq);
  forget_catalogues (self->connectors, to_seq);
  while (self->plans->len > 0)
    {
      last = g_ptr_array_index (self->plans, self->plans->len - 1);
      if (last->seq <= to_seq)
        break;
      g_ptr_array_set_size (self->plans, (int) self->plans->len - 1);
    }
  annex_plan_unref (self->plan);
  self->plan =
      self->plans->len > 0
          ? annex_plan_ref (
                ((DatedPlan *) g_ptr_array_index (self->plans, self->plans->len - 1))->plan)
          : annex_plan_new_empty ();
}

static void
note_once (GPtrArray *names, const char *name)
{
  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    g_ptr_array_add (names, g_strdup (name));
}

static void
note_given (AnnexTaskFacts *self, JsonObject *data)
{
  if (g_str_equal (annex_json_opt_string (data, "what", ""), ANNEX_GIVEN_SECRET))
    note_once (self->given_secrets, annex_json_opt_string (data, "name", ""));
  else
    self->given_files += (guint) CLAMP (annex_json_opt_int (data, "count", 0), 0, G_MAXUINT16);
}

/* What another machine's log says was granted was not granted here: its folders, network decisions,
 * open asks, kept drafts, and the address its model was reached at. What it says was said, whoever
 * made the file wrote; its texts for the model are not Annex's. */
static void
apply_imported (AnnexTaskFacts *self, JsonObject *data)
{
  apply_taint (self, ANNEX_EVENT_IMPORTED, data);
  note_once (self->untrusted, ANNEX_SOURCE_IMPORT);
  g_clear_pointer (&self->system, g_free);
  g_clear_pointer (&self->tools, g_free);
  g_ptr_array_set_size (self->shares, 0);
  g_ptr_array_set_size (self->asks, 0);
  annex_call_asks_forget_all (self->calls);
  g_hash_table_remove_all (self->drafts);
  g_ptr_array_set_size (self->rules, 0);
  self->given_files = 0;
  g_ptr_array_set_size (self->given_secrets, 0);
  g_hash_table_remove_all (self->tool_grants);
  g_ptr_array_set_size (self->keeps, 0);
  g_clear_pointer (&self->rolling_back, json_object_unref);
  g_hash_table_remove_all (self->kept_since);
  g_clear_pointer (&self->base_url, g_free);
  g_clear_pointer (&self->again_of, g_free);
  if (self->state == ANNEX_TASK_RUNNING || self->state == ANNEX_TASK_WAITING)
    self->state = ANNEX_TASK_STOPPED;
}

static void
apply_rolling_back (AnnexTaskFacts *self, JsonObject *data)
{
  g_clear_pointer (&self->rolling_back, json_object_unref);
  self->rolling_back = json_object_ref (data);
}

static void
apply_kept (AnnexTaskFacts *self, JsonObject *data, gboolean undone)
{
  apply_keep (self, data, undone);
  if (!undone)
    forget_kept_since (self, data, "entries");
}

/* What it reads of others, or is given. */
static void
apply_exposure (AnnexTaskFacts *self, AnnexEventType type, JsonObject *data)
{
  apply_taint (self, type, data);
  if (type == ANNEX_EVENT_UNTRUSTED_READ)
    note_once (self->untrusted, annex_json_opt_string (data, "source", ""));
  else if (type == ANNEX_EVENT_DATA_GIVEN)
    note_given (self, data);
}

/* Where the task comes from. */
static void
apply_lineage (AnnexTaskFacts *self, AnnexEventType type, JsonObject *data)
{
  if (type == ANNEX_EVENT_FORKED)
    apply_forked (self);
  else if (type == ANNEX_EVENT_IMPORTED)
    apply_imported (self, data);
  else
    g_set_str (&self->again_of, annex_json_opt_string (data, "task", NULL));
}

static void
apply_roll_back (AnnexTaskFacts *self, AnnexEventType type, JsonObject *data)
{
  if (type == ANNEX_EVENT_ROLLING_BACK)
    apply_rolling_back (self, data);
  else
    apply_rolled_back (self, data);
}

/* Malformed events change nothing. */
void
annex_task_facts_apply (AnnexTaskFacts *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  gint64 seq = annex_event_get_seq (event);

  switch (annex_event_get_event_type (event))
    {
    case ANNEX_EVENT_TASK_CREATED:
      apply_created (self, data);
      break;
    case ANNEX_EVENT_TITLE_CHANGED:
      g_set_str (&self->title, annex_json_opt_string (data, "title", ""));
      break;
    case ANNEX_EVENT_STATE_CHANGED:
      self->state = annex_task_state_from_name (annex_json_opt_string (data, "state", ""));
      break;
    case ANNEX_EVENT_REPLY_FINISHED:
      apply_usage (self, data);
      break;
    case ANNEX_EVENT_ANNOUNCEMENT:
    case ANNEX_EVENT_COMPACTED:
      apply_told (self, event);
      break;
    case ANNEX_EVENT_PLAN_UPDATED:
      apply_plan (self, seq, data);
      break;
    case ANNEX_EVENT_ASK_OPENED:
      apply_ask_opened (self, seq, data);
      break;
    case ANNEX_EVENT_ASK_ANSWERED:
    case ANNEX_EVENT_ASK_EXPIRED:
      apply_ask_closed (self, data);
      apply_taint (self, ANNEX_EVENT_ASK_ANSWERED, data);
      break;
    case ANNEX_EVENT_SHARE_GRANTED:
      apply_share_granted (self, data);
      break;
    case ANNEX_EVENT_SHARE_MODE:
      apply_share_mode (self, data);
      break;
    case ANNEX_EVENT_SHARE_REVOKED:
      apply_share_revoked (self, data);
      break;
    case ANNEX_EVENT_NETWORK_DECIDED:
      apply_network_decided (self, event);
      break;
    case ANNEX_EVENT_UNTRUSTED_READ:
    case ANNEX_EVENT_DATA_GIVEN:
    case ANNEX_EVENT_USER_MESSAGE:
      apply_exposure (self, annex_event_get_event_type (event), data);
      break;
    case ANNEX_EVENT_CONNECTOR_DECIDED:
      apply_connector_decided (self, data);
      break;
    case ANNEX_EVENT_DRAFT_CHANGED:
      apply_draft_changed (self, data);
      break;
    case ANNEX_EVENT_DRAFT_KEEPING:
    case ANNEX_EVENT_DRAFT_KEPT:
    case ANNEX_EVENT_DRAFT_UNDONE:
      apply_kept (self, data, annex_event_get_event_type (event) == ANNEX_EVENT_DRAFT_UNDONE);
      break;
    case ANNEX_EVENT_DRAFT_DISCARDED:
      forget_kept_since (self, data, "paths");
      break;
    case ANNEX_EVENT_ROLLING_BACK:
    case ANNEX_EVENT_ROLLED_BACK:
      apply_roll_back (self, annex_event_get_event_type (event), data);
      break;
    case ANNEX_EVENT_TRIES_AGAIN:
    case ANNEX_EVENT_FORKED:
    case ANNEX_EVENT_IMPORTED:
      apply_lineage (self, annex_event_get_event_type (event), data);
      break;
    case ANNEX_EVENT_REWOUND:
      apply_rewound (self, data);
      break;
    case ANNEX_EVENT_REPLY_STARTED:
    case ANNEX_EVENT_BLOCK:
    case ANNEX_EVENT_REPLY_FAILED:
    case ANNEX_EVENT_TOOL_STARTED:
    case ANNEX_EVENT_TOOL_FINISHED:
    case ANNEX_EVENT_FILES_PRESENTED:
    case ANNEX_EVENT_COMPUTER_CHANGED:
    case ANNEX_EVENT_CHECKPOINT_MADE:
    case ANNEX_EVENT_CHECKPOINT_REMOVED:
    case ANNEX_EVENT_ERROR:
    case ANNEX_EVENT_UNKNOWN:
      break;
    }
}
