/* annex-plan.c
 *
 * See annex-plan.h. Reads what models send for a plan, leniently, and keeps the identity of steps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan.h"

#include <string.h>

#define MAX_STEPS 200
#define MAX_TITLE_CHARS 500

struct _AnnexPlan
{
  GPtrArray *steps; /* AnnexStep */
};

G_DEFINE_BOXED_TYPE (AnnexPlan, annex_plan, annex_plan_ref, annex_plan_unref)

static const struct
{
  const char *name;
  AnnexStepState state;
} states[] = {
  { "pending", ANNEX_STEP_PENDING },
  { "in_progress", ANNEX_STEP_IN_PROGRESS },
  { "completed", ANNEX_STEP_COMPLETED },
  { "failed", ANNEX_STEP_FAILED },
  { "skipped", ANNEX_STEP_SKIPPED },
  /* What small models write instead. */
  { "todo", ANNEX_STEP_PENDING },
  { "not_started", ANNEX_STEP_PENDING },
  { "inprogress", ANNEX_STEP_IN_PROGRESS },
  { "in-progress", ANNEX_STEP_IN_PROGRESS },
  { "in progress", ANNEX_STEP_IN_PROGRESS },
  { "active", ANNEX_STEP_IN_PROGRESS },
  { "running", ANNEX_STEP_IN_PROGRESS },
  { "complete", ANNEX_STEP_COMPLETED },
  { "done", ANNEX_STEP_COMPLETED },
  { "finished", ANNEX_STEP_COMPLETED },
  { "error", ANNEX_STEP_FAILED },
  { "cancelled", ANNEX_STEP_SKIPPED },
  { "canceled", ANNEX_STEP_SKIPPED },
  { "deleted", ANNEX_STEP_SKIPPED },
};

const char *
annex_step_state_to_name (AnnexStepState state)
{
  return states[state].name;
}

static AnnexStepState
state_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_ascii_strcasecmp (states[i].name, name) == 0)
      return states[i].state;
  return ANNEX_STEP_PENDING;
}

static void
step_free (gpointer data)
{
  AnnexStep *step = data;

  g_free (step->id);
  g_free (step->title);
  g_clear_pointer (&step->files, g_ptr_array_unref);
  g_free (step);
}

static AnnexStep *
step_new (const char *id, const char *title, AnnexStepState state)
{
  AnnexStep *step = g_new0 (AnnexStep, 1);

  step->id = g_strdup (id);
  step->title = g_strdup (title);
  step->state = state;
  step->files = g_ptr_array_new_with_free_func (g_free);
  return step;
}

static void
step_add_files (AnnexStep *step, GPtrArray *files)
{
  for (guint i = 0; i < files->len; i++)
    g_ptr_array_add (step->files, g_strdup (g_ptr_array_index (files, i)));
}

AnnexPlan *
annex_plan_new_empty (void)
{
  AnnexPlan *self = g_atomic_rc_box_new0 (AnnexPlan);

  self->steps = g_ptr_array_new_with_free_func (step_free);
  return self;
}

AnnexPlan *
annex_plan_ref (AnnexPlan *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexPlan *self = data;

  g_ptr_array_unref (self->steps);
}

void
annex_plan_unref (AnnexPlan *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

guint
annex_plan_get_n_steps (AnnexPlan *self)
{
  return self->steps->len;
}

const AnnexStep *
annex_plan_get_step (AnnexPlan *self, guint index)
{
  return index < self->steps->len ? g_ptr_array_index (self->steps, index) : NULL;
}

/* Reading */

static const char *
first_string (JsonObject *object, const char *const *names)
{
  for (; *names != NULL; names++)
    {
      const char *value = annex_json_opt_string (object, *names, NULL);

      if (value != NULL)
        return value;
    }
  return NULL;
}

/* One line, trimmed, not too long. NULL when nothing is left. */
static char *
clean_title (const char *text)
{
  g_autofree char *copy = NULL;

  if (text == NULL)
    return NULL;
  copy = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_TITLE_CHARS));
  for (char *at = copy; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = ' ';
  g_strstrip (copy);
  return copy[0] != '\0' ? g_steal_pointer (&copy) : NULL;
}

/* A step as the model wrote it: an object, or only its title. NULL when it has no title. */
static AnnexStep *
read_step (JsonNode *node)
{
  static const char *const titles[] = { "title",       "step", "content", "subject",
                                        "description", "name", "text",    NULL };
  static const char *const state_names[] = { "state", "status", NULL };
  g_autofree char *title = NULL;
  g_autofree char *number = NULL;
  const char *id = NULL;
  const char *state = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    title = clean_title (json_node_get_string (node));
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      gint64 integer = annex_json_opt_int (object, "id", G_MININT64);

      title = clean_title (first_string (object, titles));
      state = first_string (object, state_names);
      id = annex_json_opt_string (object, "id", NULL);
      if (id == NULL && integer != G_MININT64)
        id = number = g_strdup_printf ("%" G_GINT64_FORMAT, integer);
    }
  if (title == NULL)
    return NULL;
  return step_new (id != NULL && id[0] != '\0' ? id : NULL, title,
                   state != NULL ? state_from_name (state) : ANNEX_STEP_PENDING);
}

/* The list, under the names other agents use too, or as JSON text in a string. */
static JsonArray *
dup_steps (JsonObject *input)
{
  static const char *const names[] = { "steps", "plan", "todos", "tasks" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      JsonArray *array = annex_json_opt_array (input, names[i]);
      const char *text = annex_json_opt_string (input, names[i], NULL);
      g_autoptr (JsonNode) node = NULL;

      if (array != NULL)
        return json_array_ref (array);
      if (text != NULL && (node = annex_json_parse (text, -1, NULL)) != NULL &&
          JSON_NODE_HOLDS_ARRAY (node))
        return json_node_dup_array (node);
    }
  return NULL;
}

/* Identity */

static gboolean
id_taken (GPtrArray *steps, const char *id)
{
  for (guint i = 0; i < steps->len; i++)
    if (g_strcmp0 (((AnnexStep *) g_ptr_array_index (steps, i))->id, id) == 0)
      return TRUE;
  return FALSE;
}

typedef enum {
  BY_ID,
  BY_TITLE,
  BY_POSITION,
} MatchBy;

static gboolean
matches (const AnnexStep *step, guint at, const AnnexStep *old, guint old_at, MatchBy by)
{
  switch (by)
    {
    case BY_ID:
      return step->id != NULL && g_str_equal (step->id, old->id);
    case BY_TITLE:
      return g_str_equal (step->title, old->title);
    case BY_POSITION:
      return step->id == NULL && at == old_at;
    }
  return FALSE;
}

/* Fills origin[i] with the previous step that step i continues, or NULL; each previous once. */
static void
match_steps (GPtrArray *steps, GPtrArray *previous, AnnexStep **origin)
{
  g_autofree gboolean *used = g_new0 (gboolean, previous->len + 1);

  for (MatchBy by = BY_ID; by <= BY_POSITION; by++)
    for (guint i = 0; i < steps->len; i++)
      for (guint j = 0; j < previous->len && origin[i] == NULL; j++)
        {
          AnnexStep *old = g_ptr_array_index (previous, j);

          if (used[j] || !matches (g_ptr_array_index (steps, i), i, old, j, by))
            continue;
          origin[i] = old;
          used[j] = TRUE;
        }
}

static void
settle_ids (GPtrArray *steps, GPtrArray *previous, AnnexStep **origin)
{
  guint next = 1;

  for (guint i = 0; i < steps->len; i++)
    {
      AnnexStep *step = g_ptr_array_index (steps, i);
      g_autofree char *given = g_steal_pointer (&step->id);

      if (origin[i] != NULL)
        {
          step->id = g_strdup (origin[i]->id);
          step_add_files (step, origin[i]->files);
        }
      else if (given != NULL && !id_taken (steps, given) && !id_taken (previous, given))
        step->id = g_steal_pointer (&given);
    }
  for (guint i = 0; i < steps->len; i++)
    {
      AnnexStep *step = g_ptr_array_index (steps, i);

      while (step->id == NULL)
        {
          g_autofree char *id = g_strdup_printf ("s%u", next++);

          if (!id_taken (steps, id) && !id_taken (previous, id))
            step->id = g_steal_pointer (&id);
        }
    }
}

AnnexPlan *
annex_plan_new_from_update (AnnexPlan *previous, JsonObject *input, GError **error)
{
  g_autoptr (AnnexPlan) self = annex_plan_new_empty ();
  g_autoptr (AnnexPlan) none = annex_plan_new_empty ();
  g_autoptr (JsonArray) array = dup_steps (input);
  g_autofree AnnexStep **origin = NULL;
  GPtrArray *old = (previous != NULL ? previous : none)->steps;
  guint n = array != NULL ? json_array_get_length (array) : 0;

  for (guint i = 0; i < n && self->steps->len < MAX_STEPS; i++)
    {
      AnnexStep *step = read_step (json_array_get_element (array, i));

      if (step != NULL)
        g_ptr_array_add (self->steps, step);
    }
  if (self->steps->len == 0)
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING,
                           "“steps” must be a list of steps, each with a title and a state");
      return NULL;
    }
  origin = g_new0 (AnnexStep *, self->steps->len);
  match_steps (self->steps, old, origin);
  settle_ids (self->steps, old, origin);
  return g_steal_pointer (&self);
}

AnnexPlan *
annex_plan_new_from_json (JsonObject *data, GError **error)
{
  g_autoptr (AnnexPlan) self = annex_plan_new_empty ();
  JsonArray *array = annex_json_get_array (data, "steps", error);
  guint n = array != NULL ? json_array_get_length (array) : 0;

  if (array == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      AnnexStep *step = read_step (node);
      JsonArray *files;

      if (step == NULL || step->id == NULL || id_taken (self->steps, step->id))
        {
          g_clear_pointer (&step, step_free);
          g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                       "Step %u of the plan has no title or no id of its own", i + 1);
          return NULL;
        }
      g_ptr_array_add (self->steps, step);
      files = annex_json_opt_array (json_node_get_object (node), "files");
      for (guint j = 0; files != NULL && j < json_array_get_length (files); j++)
        {
          JsonNode *file = json_array_get_element (files, j);

          if (JSON_NODE_HOLDS_VALUE (file) && json_node_get_value_type (file) == G_TYPE_STRING)
            g_ptr_array_add (step->files, json_node_dup_string (file));
        }
    }
  return g_steal_pointer (&self);
}

JsonObject *
annex_plan_to_json (AnnexPlan *self, const char *explanation, const char *by)
{
  JsonObject *data = json_object_new ();
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < self->steps->len; i++)
    {
      AnnexStep *step = g_ptr_array_index (self->steps, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "id", step->id);
      json_object_set_string_member (object, "title", step->title);
      json_object_set_string_member (object, "state", annex_step_state_to_name (step->state));
      if (step->files->len > 0)
        {
          JsonArray *files = json_array_new ();

          for (guint j = 0; j < step->files->len; j++)
            json_array_add_string_element (files, g_ptr_array_index (step->files, j));
          json_object_set_array_member (object, "files", files);
        }
      json_array_add_object_element (array, object);
    }
  json_object_set_array_member (data, "steps", array);
  if (explanation != NULL && explanation[0] != '\0')
    json_object_set_string_member (data, "explanation", explanation);
  if (by != NULL)
    json_object_set_string_member (data, "by", by);
  return data;
}

AnnexPlan *
annex_plan_with_file (AnnexPlan *self, const char *path)
{
  AnnexPlan *copy = annex_plan_new_empty ();
  g_autofree char *valid = annex_text_make_valid (path, -1);
  gboolean added = FALSE;

  for (guint i = 0; i < self->steps->len; i++)
    {
      AnnexStep *old = g_ptr_array_index (self->steps, i);
      AnnexStep *step = step_new (old->id, old->title, old->state);

      step_add_files (step, old->files);
      if (!added && step->state == ANNEX_STEP_IN_PROGRESS)
        {
          added = TRUE;
          if (!g_ptr_array_find_with_equal_func (step->files, valid, g_str_equal, NULL))
            g_ptr_array_add (step->files, g_strdup (valid));
        }
      g_ptr_array_add (copy->steps, step);
    }
  return copy;
}
