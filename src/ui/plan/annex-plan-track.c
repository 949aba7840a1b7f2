/* annex-plan-track.c
 *
 * See annex-plan-track.h. Keeps the few events it is made from, so that a rewind is what it says:
 * everything is made anew from those that still count.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-track.h"

typedef struct
{
  gint64 started_us;
  gint64 finished_us;
  AnnexStepState state;
  GPtrArray *branches; /* AnnexPlanBranch */
} Step;

struct _AnnexPlanTrack
{
  GPtrArray *events; /* AnnexEvent: those that matter here */
  GHashTable *steps; /* id → Step */
  GHashTable *goals; /* id of a delegate call → its goal */
  GHashTable *calls; /* id of a delegate call → AnnexPlanBranch (borrowed from its step) */
  char *current;     /* id of the step in progress; nullable */
  char *explanation;
};

static void
branch_free (gpointer data)
{
  AnnexPlanBranch *branch = data;

  g_free (branch->id);
  g_free (branch->goal);
  g_free (branch->last_tool);
  g_free (branch);
}

static void
step_free (gpointer data)
{
  Step *step = data;

  g_ptr_array_unref (step->branches);
  g_free (step);
}

AnnexPlanTrack *
annex_plan_track_new (void)
{
  AnnexPlanTrack *self = g_new0 (AnnexPlanTrack, 1);

  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  self->steps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, step_free);
  self->goals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
annex_plan_track_free (AnnexPlanTrack *self)
{
  g_ptr_array_unref (self->events);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->goals);
  g_hash_table_unref (self->steps);
  g_free (self->current);
  g_free (self->explanation);
  g_free (self);
}

/* ---- the plan */

static Step *
take_step (AnnexPlanTrack *self, const char *id)
{
  Step *step = g_hash_table_lookup (self->steps, id);

  if (step == NULL)
    {
      step = g_new0 (Step, 1);
      step->branches = g_ptr_array_new_with_free_func (branch_free);
      g_hash_table_insert (self->steps, g_strdup (id), step);
    }
  return step;
}

static void
apply_plan (AnnexPlanTrack *self, AnnexEvent *event)
{
  g_autoptr (AnnexPlan) plan = annex_plan_new_from_json (annex_event_get_data (event), NULL);
  const char *explanation =
      annex_json_opt_string (annex_event_get_data (event), "explanation", NULL);
  gint64 time_us = annex_event_get_time_us (event);

  if (plan == NULL)
    return;
  if (explanation != NULL)
    {
      g_free (self->explanation);
      self->explanation = g_strdup (explanation);
    }
  g_clear_pointer (&self->current, g_free);
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    {
      const AnnexStep *now = annex_plan_get_step (plan, i);
      Step *step = take_step (self, now->id);

      if (now->state == ANNEX_STEP_IN_PROGRESS && self->current == NULL)
        self->current = g_strdup (now->id);
      if (now->state == ANNEX_STEP_IN_PROGRESS && step->state != ANNEX_STEP_IN_PROGRESS)
        {
          step->started_us = time_us;
          step->finished_us = 0;
        }
      else if (now->state != ANNEX_STEP_IN_PROGRESS && step->state == ANNEX_STEP_IN_PROGRESS)
        step->finished_us = time_us;
      step->state = now->state;
    }
}

/* ---- sub-agents */

static void
apply_block (AnnexPlanTrack *self, JsonObject *data)
{
  JsonObject *block = annex_json_opt_object (data, "block");
  JsonObject *input = annex_json_opt_object (block, "input");
  const char *id = annex_json_opt_string (block, "id", NULL);
  const char *goal = input != NULL ? annex_json_opt_string (input, "goal", NULL) : NULL;

  if (id != NULL && goal != NULL)
    g_hash_table_replace (self->goals, g_strdup (id), g_strdup (goal));
}

static void
apply_started (AnnexPlanTrack *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *id = annex_json_opt_string (data, "tool_use_id", "");
  const char *parent = annex_json_opt_string (data, "parent", NULL);
  AnnexPlanBranch *branch;

  if (parent != NULL)
    {
      branch = g_hash_table_lookup (self->calls, parent);
      if (branch == NULL)
        return;
      branch->n_calls++;
      g_free (branch->last_tool);
      branch->last_tool = g_strdup (annex_json_opt_string (data, "name", NULL));
      return;
    }
  if (self->current == NULL || g_hash_table_contains (self->calls, id))
    return;
  branch = g_new0 (AnnexPlanBranch, 1);
  branch->id = g_strdup (id);
  branch->goal = g_strdup (g_hash_table_lookup (self->goals, id));
  branch->started_us = annex_event_get_time_us (event);
  g_ptr_array_add (take_step (self, self->current)->branches, branch);
  g_hash_table_insert (self->calls, g_strdup (id), branch);
}

static void
apply_finished (AnnexPlanTrack *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  JsonObject *result = annex_json_opt_object (data, "result");
  AnnexPlanBranch *branch =
      g_hash_table_lookup (self->calls, annex_json_opt_string (data, "tool_use_id", ""));

  if (branch == NULL)
    return;
  branch->finished_us = annex_event_get_time_us (event);
  branch->stopped = annex_json_opt_boolean (data, "stopped", FALSE);
  branch->failed = !branch->stopped &&
                   ((result != NULL && annex_json_opt_boolean (result, "is_error", FALSE)) ||
                    annex_json_opt_boolean (data, "interrupted", FALSE));
}

/* ---- events */

/* Is it a call that begins a sub-agent? */
static gboolean
is_delegate (JsonObject *object)
{
  const char *name = annex_json_opt_string (object, "name", NULL);

  return g_strcmp0 (name, "delegate") == 0 || g_strcmp0 (name, "browse") == 0;
}

/* Is it one that this is made from? */
static gboolean
matters (AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);
  JsonObject *block;

  if (type == ANNEX_EVENT_PLAN_UPDATED)
    return TRUE;
  if (type == ANNEX_EVENT_BLOCK)
    {
      block = annex_json_opt_object (data, "block");
      return block != NULL && is_delegate (block);
    }
  if (type == ANNEX_EVENT_TOOL_STARTED)
    return is_delegate (data) || annex_json_opt_string (data, "parent", NULL) != NULL;
  return type == ANNEX_EVENT_TOOL_FINISHED && is_delegate (data);
}

static void
apply_one (AnnexPlanTrack *self, AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_PLAN_UPDATED)
    apply_plan (self, event);
  else if (type == ANNEX_EVENT_BLOCK)
    apply_block (self, annex_event_get_data (event));
  else if (type == ANNEX_EVENT_TOOL_STARTED)
    apply_started (self, event);
  else
    apply_finished (self, event);
}

static void
apply_rewound (AnnexPlanTrack *self, gint64 to_seq)
{
  g_hash_table_remove_all (self->calls);
  g_hash_table_remove_all (self->goals);
  g_hash_table_remove_all (self->steps);
  g_clear_pointer (&self->current, g_free);
  g_clear_pointer (&self->explanation, g_free);
  for (guint i = self->events->len; i > 0; i--)
    if (annex_event_get_seq (g_ptr_array_index (self->events, i - 1)) > to_seq)
      g_ptr_array_remove_index (self->events, i - 1);
  for (guint i = 0; i < self->events->len; i++)
    apply_one (self, g_ptr_array_index (self->events, i));
}

gboolean
annex_plan_track_apply (AnnexPlanTrack *self, AnnexEvent *event)
{
  gint64 to_seq;

  if (annex_event_get_event_type (event) == ANNEX_EVENT_REWOUND)
    {
      to_seq = annex_json_opt_int (annex_event_get_data (event), "to_seq", -1);
      if (to_seq >= 0)
        apply_rewound (self, to_seq);
      return to_seq >= 0;
    }
  if (!matters (event))
    return FALSE;
  g_ptr_array_add (self->events, annex_event_ref (event));
  apply_one (self, event);
  return TRUE;
}

/* ---- asking */

gint64
annex_plan_track_get_started (AnnexPlanTrack *self, const char *step_id)
{
  Step *step = g_hash_table_lookup (self->steps, step_id);

  return step != NULL ? step->started_us : 0;
}

gint64
annex_plan_track_get_finished (AnnexPlanTrack *self, const char *step_id)
{
  Step *step = g_hash_table_lookup (self->steps, step_id);

  return step != NULL ? step->finished_us : 0;
}

GPtrArray *
annex_plan_track_get_branches (AnnexPlanTrack *self, const char *step_id)
{
  Step *step = g_hash_table_lookup (self->steps, step_id);

  return step != NULL ? step->branches : NULL;
}

const char *
annex_plan_track_get_explanation (AnnexPlanTrack *self)
{
  return self->explanation;
}
