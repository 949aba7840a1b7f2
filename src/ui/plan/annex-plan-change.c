/* annex-plan-change.c
 *
 * See annex-plan-change.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-change.h"

static int
find (AnnexPlan *plan, const char *id)
{
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    if (g_str_equal (annex_plan_get_step (plan, i)->id, id))
      return (int) i;
  return -1;
}

/* The steps as JSON, to be changed and read again by the plan's own reader. (transfer full) */
static JsonObject *
open_steps (AnnexPlan *plan, JsonArray **steps)
{
  JsonObject *data = annex_plan_to_json (plan, NULL, "user");

  *steps = annex_json_opt_array (data, "steps");
  return data;
}

static AnnexPlan *
read_again (JsonObject *data, char **what, char *words)
{
  g_autoptr (JsonObject) held = data;
  AnnexPlan *changed = annex_plan_new_from_json (data, NULL);

  if (changed != NULL)
    *what = words;
  else
    g_free (words);
  return changed;
}

static char *
clean (const char *title)
{
  char *copy = annex_text_make_valid (title, -1);

  g_strdelimit (copy, "\n\r\t", ' ');
  return g_strstrip (copy);
}

AnnexPlan *
annex_plan_change_rename (AnnexPlan *plan, const char *id, const char *title, char **what)
{
  int at = find (plan, id);
  g_autofree char *words = clean (title);
  const char *old = at >= 0 ? annex_plan_get_step (plan, (guint) at)->title : "";
  JsonObject *data;
  JsonArray *steps;

  if (at < 0 || words[0] == '\0' || g_str_equal (words, old))
    return NULL;
  data = open_steps (plan, &steps);
  json_object_set_string_member (json_array_get_object_element (steps, (guint) at), "title", words);
  return read_again (data, what,
                     g_strdup_printf ("The user changed the step “%s” to “%s”.", old, words));
}

AnnexPlan *
annex_plan_change_move (AnnexPlan *plan, const char *id, guint index, char **what)
{
  int at = find (plan, id);
  guint n = annex_plan_get_n_steps (plan);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonArray) moved = json_array_new ();
  JsonObject *data;
  JsonArray *steps;
  const char *title;
  char *words;

  if (at < 0 || index >= n || (guint) at == index)
    return NULL;
  title = annex_plan_get_step (plan, (guint) at)->title;
  data = open_steps (plan, &steps);
  node = json_array_dup_element (steps, (guint) at);
  json_array_remove_element (steps, (guint) at);
  for (guint i = 0; i < n; i++)
    if (i == index)
      json_array_add_element (moved, json_node_copy (node));
    else
      json_array_add_element (moved, json_array_dup_element (steps, i < index ? i : i - 1));
  json_object_set_array_member (data, "steps", json_array_ref (moved));
  if (index == 0)
    words = g_strdup_printf ("The user moved the step “%s” to the beginning.", title);
  else
    words = g_strdup_printf (
        "The user moved the step “%s” after “%s”.", title,
        annex_json_opt_string (json_array_get_object_element (moved, index - 1), "title", ""));
  return read_again (data, what, words);
}

AnnexPlan *
annex_plan_change_add (AnnexPlan *plan, const char *title, char **what)
{
  g_autofree char *words = clean (title);
  g_autofree char *id = NULL;
  JsonObject *step;
  JsonObject *data;
  JsonArray *steps;

  if (words[0] == '\0')
    return NULL;
  for (guint number = annex_plan_get_n_steps (plan) + 1; id == NULL || find (plan, id) >= 0;
       number++)
    {
      g_free (id);
      id = g_strdup_printf ("u%u", number);
    }
  data = open_steps (plan, &steps);
  step = json_object_new ();
  json_object_set_string_member (step, "id", id);
  json_object_set_string_member (step, "title", words);
  json_object_set_string_member (step, "state", annex_step_state_to_name (ANNEX_STEP_PENDING));
  json_array_add_object_element (steps, step);
  return read_again (data, what,
                     g_strdup_printf ("The user added the step “%s” at the end.", words));
}

static AnnexPlan *
set_state (AnnexPlan *plan, int at, AnnexStepState state, const char *format, char **what)
{
  JsonArray *steps;
  JsonObject *data = open_steps (plan, &steps);

  json_object_set_string_member (json_array_get_object_element (steps, (guint) at), "state",
                                 annex_step_state_to_name (state));
  return read_again (
      data, what, g_strconcat (format, annex_plan_get_step (plan, (guint) at)->title, "”.", NULL));
}

AnnexPlan *
annex_plan_change_strike (AnnexPlan *plan, const char *id, char **what)
{
  int at = find (plan, id);

  if (at < 0 || annex_plan_get_step (plan, (guint) at)->state == ANNEX_STEP_SKIPPED ||
      annex_plan_get_step (plan, (guint) at)->state == ANNEX_STEP_COMPLETED)
    return NULL;
  return set_state (plan, at, ANNEX_STEP_SKIPPED, "The user struck this step, do not do it: “",
                    what);
}

AnnexPlan *
annex_plan_change_restore (AnnexPlan *plan, const char *id, char **what)
{
  int at = find (plan, id);
  AnnexStepState state;

  if (at < 0)
    return NULL;
  state = annex_plan_get_step (plan, (guint) at)->state;
  if (state == ANNEX_STEP_PENDING || state == ANNEX_STEP_IN_PROGRESS)
    return NULL;
  return set_state (plan, at, ANNEX_STEP_PENDING, "The user wants this step done: “", what);
}
