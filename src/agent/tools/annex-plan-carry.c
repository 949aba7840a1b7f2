/* annex-plan-carry.c
 *
 * See annex-plan-carry.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-carry.h"

#include "annex-json-build.h"

const AnnexEventType annex_plan_carry_events[3] = {
  ANNEX_EVENT_PLAN_UPDATED,
  ANNEX_EVENT_REPLY_STARTED,
  ANNEX_EVENT_REWOUND,
};

/* ---- what the model has not seen */

typedef struct
{
  gint64 seq;
  gboolean by_user;
  AnnexPlan *plan;
} Dated;

static void
dated_free (gpointer data)
{
  annex_plan_unref (((Dated *) data)->plan);
  g_free (data);
}

static void
edit_free (gpointer data)
{
  AnnexPlanEdit *edit = data;

  annex_plan_unref (edit->before);
  annex_plan_unref (edit->after);
  g_free (edit);
}

static void
take_plan (GPtrArray *plans, gint64 seq, JsonObject *data)
{
  AnnexPlan *plan = annex_plan_new_from_json (data, NULL);
  Dated *dated;

  if (plan == NULL)
    return;
  dated = g_new0 (Dated, 1);
  dated->seq = seq;
  dated->by_user = g_str_equal (annex_json_opt_string (data, "by", ""), "user");
  dated->plan = plan;
  g_ptr_array_add (plans, dated);
}

static void
rewind_plans (GPtrArray *plans, gint64 to_seq)
{
  while (plans->len > 0 && ((Dated *) g_ptr_array_index (plans, plans->len - 1))->seq > to_seq)
    g_ptr_array_set_size (plans, (int) plans->len - 1);
}

GPtrArray *
annex_plan_list_unseen (GPtrArray *events)
{
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func (dated_free);
  GPtrArray *edits = g_ptr_array_new_with_free_func (edit_free);
  gint64 seen = 0;

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      AnnexEventType type = annex_event_get_event_type (event);
      JsonObject *data = annex_event_get_data (event);
      gint64 seq = annex_event_get_seq (event);

      if (type == ANNEX_EVENT_PLAN_UPDATED)
        take_plan (plans, seq, data);
      else if (type == ANNEX_EVENT_REWOUND)
        rewind_plans (plans, annex_json_opt_int (data, "to_seq", seq));
      else if (type == ANNEX_EVENT_REPLY_STARTED && !json_object_has_member (data, "parent"))
        seen = annex_json_opt_int (data, "seen", seq - 1);
    }
  for (guint i = 0; i < plans->len; i++)
    {
      Dated *dated = g_ptr_array_index (plans, i);
      AnnexPlanEdit *edit;

      if (!dated->by_user || dated->seq <= seen)
        continue;
      edit = g_new0 (AnnexPlanEdit, 1);
      edit->before = i > 0 ? annex_plan_ref (((Dated *) g_ptr_array_index (plans, i - 1))->plan)
                           : annex_plan_new_empty ();
      edit->after = annex_plan_ref (dated->plan);
      g_ptr_array_add (edits, edit);
    }
  return edits;
}

/* ---- putting it into the next plan */

static const AnnexStep *
find_step (AnnexPlan *plan, const char *id)
{
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    if (g_str_equal (annex_plan_get_step (plan, i)->id, id))
      return annex_plan_get_step (plan, i);
  return NULL;
}

/* -1: it is not there. */
static int
find_object (JsonArray *steps, const char *id)
{
  for (guint i = 0; i < json_array_get_length (steps); i++)
    if (g_str_equal (annex_json_opt_string (json_array_get_object_element (steps, i), "id", ""),
                     id))
      return (int) i;
  return -1;
}

static void
set_state (JsonObject *object, AnnexStepState state)
{
  json_object_set_string_member (object, "state", annex_step_state_to_name (state));
}

static gboolean
has_state (JsonObject *object, AnnexStepState state)
{
  return g_str_equal (annex_json_opt_string (object, "state", ""),
                      annex_step_state_to_name (state));
}

static void
carry_step (JsonArray *steps, const AnnexStep *old, const AnnexStep *step)
{
  gboolean is_renamed = old != NULL && !g_str_equal (old->title, step->title);
  gboolean is_struck =
      old != NULL && old->state != step->state && step->state == ANNEX_STEP_SKIPPED;
  gboolean is_wanted = old != NULL && old->state != step->state && !is_struck;
  int at = find_object (steps, step->id);
  JsonObject *object = at >= 0 ? json_array_get_object_element (steps, (guint) at) : NULL;

  if (object == NULL && (old == NULL || is_renamed || is_wanted))
    json_array_add_object_element (
        steps, annex_json_build ("s", "id", step->id, "s", "title", step->title, "s", "state",
                                 annex_step_state_to_name (step->state), NULL));
  if (object == NULL)
    return;
  if (is_renamed)
    json_object_set_string_member (object, "title", step->title);
  if (is_struck && !has_state (object, ANNEX_STEP_COMPLETED))
    set_state (object, ANNEX_STEP_SKIPPED);
  /* Struck no more, or to be done again: unless the agent has come further meanwhile. */
  if (is_wanted && has_state (object, old->state))
    set_state (object, ANNEX_STEP_PENDING);
}

/* The step that the user moved; -1: none. They move one at a time. */
static int
find_moved (AnnexPlan *before, AnnexPlan *after)
{
  guint n = annex_plan_get_n_steps (after);

  if (annex_plan_get_n_steps (before) != n)
    return -1;
  for (guint i = 0; i < n; i++)
    {
      const char *id = annex_plan_get_step (after, i)->id;
      const AnnexStep *next = annex_plan_get_step (before, i + 1);

      if (g_str_equal (id, annex_plan_get_step (before, i)->id))
        continue;
      if (next == NULL || !g_str_equal (id, next->id))
        return (int) i; /* it came up */
      for (guint j = i; j < n; j++)
        if (g_str_equal (annex_plan_get_step (after, j)->id, annex_plan_get_step (before, i)->id))
          return (int) j;
    }
  return -1;
}

/* The element at @from behind the one called @id; NULL: to the beginning. Takes @steps. */
static JsonArray *
put_behind (JsonArray *steps, int from, const char *id)
{
  g_autoptr (JsonArray) old = steps;
  g_autoptr (JsonNode) moved = json_array_dup_element (old, (guint) from);
  JsonArray *placed = json_array_new ();

  if (id == NULL)
    json_array_add_element (placed, json_node_copy (moved));
  for (guint i = 0; i < json_array_get_length (old); i++)
    {
      if ((int) i != from)
        json_array_add_element (placed, json_array_dup_element (old, i));
      if (id != NULL && find_object (old, id) == (int) i)
        json_array_add_element (placed, json_node_copy (moved));
    }
  return placed;
}

static JsonArray *
carry_move (JsonArray *steps, AnnexPlan *before, AnnexPlan *after)
{
  int moved = find_moved (before, after);
  int from = moved >= 0 ? find_object (steps, annex_plan_get_step (after, (guint) moved)->id) : -1;

  if (from < 0)
    return steps;
  for (int i = moved - 1; i >= 0; i--)
    if (find_object (steps, annex_plan_get_step (after, (guint) i)->id) >= 0)
      return put_behind (steps, from, annex_plan_get_step (after, (guint) i)->id);
  return put_behind (steps, from, NULL);
}

static void
carry_files (JsonArray *steps, AnnexPlan *current)
{
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject *object = json_array_get_object_element (steps, i);
      const AnnexStep *step = find_step (current, annex_json_opt_string (object, "id", ""));
      JsonArray *files;

      if (step == NULL || step->files->len == 0)
        continue;
      files = json_array_new ();
      for (guint j = 0; j < step->files->len; j++)
        json_array_add_string_element (files, g_ptr_array_index (step->files, j));
      json_object_set_array_member (object, "files", files);
    }
}

AnnexPlan *
annex_plan_carry (AnnexPlan *plan, GPtrArray *edits, AnnexPlan *current)
{
  g_autoptr (JsonObject) data = annex_plan_to_json (plan, NULL, NULL);
  JsonArray *steps = json_array_ref (annex_json_opt_array (data, "steps"));
  AnnexPlan *carried;

  for (guint i = 0; i < edits->len; i++)
    {
      AnnexPlanEdit *edit = g_ptr_array_index (edits, i);

      for (guint j = 0; j < annex_plan_get_n_steps (edit->after); j++)
        {
          const AnnexStep *step = annex_plan_get_step (edit->after, j);

          carry_step (steps, find_step (edit->before, step->id), step);
        }
      steps = carry_move (steps, edit->before, edit->after);
    }
  carry_files (steps, current);
  json_object_set_array_member (data, "steps", steps);
  carried = annex_plan_new_from_json (data, NULL);
  return carried != NULL ? carried : annex_plan_ref (plan);
}
