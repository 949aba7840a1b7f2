/* annex-tour-script.c
 *
 * See annex-tour-script.h. Text that fills a gap is never scanned for gaps again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tour-script.h"

#include "annex-json-build.h"
#include "annex-tour-resources.h"
#include "annex-tour-words.h"

#include <string.h>

#define RESOURCE_FOLDER "/io/github/annex_desktop/Annex/tour/"

struct _AnnexTourScript
{
  JsonObject *root;
};

static char *
read_resource (const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (RESOURCE_FOLDER, name, NULL);
  g_autoptr (GBytes) bytes = g_resource_lookup_data (annex_tour_resources_get_resource (), path,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (bytes == NULL)
    return NULL;
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

AnnexTourScript *
annex_tour_script_load (GError **error)
{
  g_autofree char *text = read_resource ("turns.json", error);

  return text != NULL ? annex_tour_script_parse (text, -1, error) : NULL;
}

AnnexTourScript *
annex_tour_script_parse (const char *json, gssize length, GError **error)
{
  g_autoptr (JsonObject) root = annex_json_parse_object (json, length, error);
  AnnexTourScript *self;

  if (root == NULL || annex_json_get_array (root, "plan", error) == NULL ||
      annex_json_get_array (root, "entry", error) == NULL ||
      annex_json_get_object (root, "turns", error) == NULL ||
      annex_json_get_object (root, "other", error) == NULL ||
      annex_json_get_object (root, "after", error) == NULL ||
      annex_json_get_object (root, "lost", error) == NULL)
    return NULL;
  self = g_new0 (AnnexTourScript, 1);
  self->root = g_steal_pointer (&root);
  return self;
}

void
annex_tour_script_free (AnnexTourScript *self)
{
  json_object_unref (self->root);
  g_free (self);
}

/* ---- gaps */

/* The words of the tour's scripts, for receipt_words.py. (transfer full) */
static char *
dup_script_words (void)
{
  static const char *const NAMES[] = { "expense_report.py", "receipt_files.py", "receipt_text.py",
                                       "receipt_values.py" };
  char *scripts[G_N_ELEMENTS (NAMES) + 1] = { NULL };
  char *table;

  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++)
    scripts[i] = read_resource (NAMES[i], NULL);
  table = annex_tour_words_dup_table ((const char *const *) scripts);
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++)
    g_free (scripts[i]);
  return table;
}

/* What stands for {{@name}}; "" when the conversation does not say. (transfer full) */
static char *
fill_gap (AnnexTourFacts *facts, const char *name)
{
  char *value = NULL;

  if (g_str_has_prefix (name, "quote:"))
    {
      g_autofree char *plain = fill_gap (facts, name + strlen ("quote:"));

      return g_shell_quote (plain);
    }
  if (g_str_has_prefix (name, "annex.")) /* a gap of the skill's own */
    value = g_strdup_printf ("{{%s}}", name);
  else if (g_str_has_prefix (name, "file:"))
    value = read_resource (name + strlen ("file:"), NULL);
  else if (g_str_has_prefix (name, "error:"))
    value = annex_tour_facts_dup_error (facts, name + strlen ("error:"));
  else if (g_str_equal (name, "words"))
    value = dup_script_words ();
  else if (g_str_equal (name, "folder"))
    value = g_strdup (facts->folder);
  else if (g_str_equal (name, "folder_name"))
    value = g_strdup (facts->folder_name);
  else if (g_str_equal (name, "answer"))
    value = annex_tour_facts_dup_answer (facts, "question");
  else
    value = annex_tour_facts_dup_value (facts, name);
  return value != NULL ? value : g_strdup ("");
}

static void
append_filled (GString *out, AnnexTourFacts *facts, const char *text)
{
  const char *open;

  while ((open = strstr (text, "{{")) != NULL)
    {
      const char *close = strstr (open, "}}");
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (close == NULL)
        break;
      name = g_strndup (open + 2, close - open - 2);
      value = fill_gap (facts, name);
      g_string_append_len (out, text, open - text);
      g_string_append (out, value);
      text = close + 2;
    }
  g_string_append (out, text);
}

static void
fill_object (JsonObject *object, AnnexTourFacts *facts);

/* @spoken: the strings are words for people. */
static void
fill_node (JsonNode *node, AnnexTourFacts *facts, gboolean spoken)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    fill_object (json_node_get_object (node), facts);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        fill_node (json_array_get_element (array, i), facts, spoken);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      const char *text = json_node_get_string (node);

      append_filled (out, facts, spoken ? annex_tour_words_translate (text) : text);
      json_node_set_string (node, out->str);
    }
}

static void
fill_object (JsonObject *object, AnnexTourFacts *facts)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &node))
    fill_node (node, facts, annex_tour_words_is_spoken (name));
}

/* ---- conditions */

static gboolean
has_failed (AnnexTourFacts *facts, const char *call, gboolean needs_result)
{
  const AnnexTourOutcome *outcome = annex_tour_facts_get_outcome (facts, call);

  return outcome == NULL || outcome->is_error || (needs_result && outcome->data == NULL);
}

static gboolean
holds (JsonObject *when, AnnexTourFacts *facts)
{
  const char *call;
  JsonArray *pair;

  if (when == NULL)
    return TRUE;
  if (json_object_has_member (when, "folder") &&
      annex_json_opt_boolean (when, "folder", TRUE) != (facts->folder != NULL))
    return FALSE;
  if ((call = annex_json_opt_string (when, "error", NULL)) != NULL &&
      !has_failed (facts, call, FALSE))
    return FALSE;
  if ((call = annex_json_opt_string (when, "failed", NULL)) != NULL &&
      !has_failed (facts, call, TRUE))
    return FALSE;
  if ((call = annex_json_opt_string (when, "zero", NULL)) != NULL)
    {
      g_autofree char *value = annex_tour_facts_dup_value (facts, call);

      if (g_strcmp0 (value, "0") != 0)
        return FALSE;
    }
  if ((call = annex_json_opt_string (when, "positive", NULL)) != NULL)
    {
      g_autofree char *value = annex_tour_facts_dup_value (facts, call);

      if (value == NULL || g_ascii_strtoll (value, NULL, 10) <= 0)
        return FALSE;
    }
  if ((pair = annex_json_opt_array (when, "is")) != NULL && json_array_get_length (pair) == 2)
    {
      g_autofree char *value =
          annex_tour_facts_dup_value (facts, json_array_get_string_element (pair, 0));

      if (g_strcmp0 (value, json_array_get_string_element (pair, 1)) != 0)
        return FALSE;
    }
  return TRUE;
}

/* The first of @choices whose condition holds: a turn's name, or NULL. (borrowed) */
static const char *
choose (JsonArray *choices, AnnexTourFacts *facts)
{
  for (guint i = 0; choices != NULL && i < json_array_get_length (choices); i++)
    {
      JsonObject *choice = json_array_get_object_element (choices, i);

      if (holds (annex_json_opt_object (choice, "when"), facts))
        return annex_json_opt_string (choice, "turn", NULL);
    }
  return NULL;
}

/* ---- blocks */

static AnnexBlock *
build_text (JsonArray *pieces, AnnexTourFacts *facts)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (guint i = 0; i < json_array_get_length (pieces); i++)
    {
      JsonNode *piece = json_array_get_element (pieces, i);

      if (!JSON_NODE_HOLDS_OBJECT (piece))
        append_filled (out, facts, annex_tour_words_translate (json_node_get_string (piece)));
      else if (holds (annex_json_opt_object (json_node_get_object (piece), "when"), facts))
        append_filled (out, facts,
                       annex_tour_words_translate (
                           annex_json_opt_string (json_node_get_object (piece), "text", "")));
    }
  return annex_block_new_text (out->str);
}

/* The whole plan with the states that @states names; the other steps are pending. */
static AnnexBlock *
build_plan (AnnexTourScript *self, JsonObject *states, const char *id)
{
  JsonArray *plan = annex_json_opt_array (self->root, "plan");
  JsonArray *steps = json_array_new ();

  for (guint i = 0; i < json_array_get_length (plan); i++)
    {
      JsonObject *step = annex_json_object_copy (json_array_get_object_element (plan, i));
      const char *name = annex_json_opt_string (step, "id", "");
      const char *title = annex_json_opt_string (step, "title", "");

      json_object_set_string_member (step, "title", annex_tour_words_translate (title));
      json_object_set_string_member (step, "state",
                                     annex_json_opt_string (states, name, "pending"));
      json_array_add_object_element (steps, step);
    }
  return annex_block_new_tool_use (id, "update_plan", annex_json_build ("a", "steps", steps, NULL));
}

static AnnexBlock *
build_call (JsonObject *recorded, AnnexTourFacts *facts, const char *id)
{
  JsonObject *input = annex_json_object_copy (annex_json_opt_object (recorded, "input"));

  fill_object (input, facts);
  return annex_block_new_tool_use (id, annex_json_opt_string (recorded, "tool", ""), input);
}

static AnnexBlock *
build_block (AnnexTourScript *self,
             JsonObject *recorded,
             AnnexTourFacts *facts,
             const char *turn,
             guint serial)
{
  JsonArray *pieces = annex_json_opt_array (recorded, "text");
  JsonObject *states = annex_json_opt_object (recorded, "plan");
  g_autofree char *id = NULL;

  if (pieces != NULL)
    return build_text (pieces, facts);
  id = annex_tour_call_id_new (turn, annex_json_opt_string (recorded, "id", "plan"), serial);
  return states != NULL ? build_plan (self, states, id) : build_call (recorded, facts, id);
}

static void
add_turn (AnnexTourScript *self,
          GPtrArray *blocks,
          AnnexTourFacts *facts,
          const char *turn,
          guint serial)
{
  JsonObject *recorded = annex_json_opt_object (annex_json_opt_object (self->root, "turns"), turn);
  JsonArray *list = recorded != NULL ? annex_json_opt_array (recorded, "blocks") : NULL;

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    g_ptr_array_add (
        blocks, build_block (self, json_array_get_object_element (list, i), facts, turn, serial));
}

/* ---- which turn */

static gboolean
mentions (const char *text, JsonArray *words)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (guint i = 0; words != NULL && i < json_array_get_length (words); i++)
    if (strstr (folded, json_array_get_string_element (words, i)) != NULL)
      return TRUE;
  return FALSE;
}

/* The turn that answers what came last, or NULL and in @aside why there is none. (borrowed) */
static const char *
find_turn (AnnexTourScript *self, AnnexTourFacts *facts, const char **aside)
{
  gboolean asked_folder = annex_tour_facts_get_outcome (facts, "folder") != NULL &&
                          annex_tour_facts_get_outcome (facts, "list") == NULL;
  const char *record = annex_json_opt_string (self->root, "record", NULL);

  *aside = "lost";
  /* Not the task itself: out of its record a skill is to be made. */
  if (record != NULL && g_str_has_prefix (facts->prompt, record))
    return "skill";
  if (facts->awaits_next)
    {
      JsonObject *turns = annex_json_opt_object (self->root, "turns");
      JsonObject *last = facts->turn != NULL ? annex_json_opt_object (turns, facts->turn) : NULL;

      return last != NULL ? choose (annex_json_opt_array (last, "next"), facts) : NULL;
    }
  if (mentions (facts->prompt, annex_json_opt_array (self->root, "match")) ||
      (facts->touring && mentions (facts->prompt, annex_json_opt_array (self->root, "retry"))) ||
      (asked_folder && facts->folder != NULL))
    return choose (annex_json_opt_array (self->root, "entry"), facts);
  *aside = annex_tour_facts_get_outcome (facts, "present") != NULL ? "after" : "other";
  return NULL;
}

GPtrArray *
annex_tour_script_reply (AnnexTourScript *self, GPtrArray *messages)
{
  g_autoptr (AnnexTourFacts) facts = annex_tour_facts_new (messages);
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  const char *aside;
  const char *turn = find_turn (self, facts, &aside);

  if (turn != NULL)
    add_turn (self, blocks, facts, turn, messages->len);
  if (blocks->len == 0)
    g_ptr_array_add (blocks, build_text (annex_json_opt_array (
                                             annex_json_opt_object (self->root, aside), "text"),
                                         facts));
  return blocks;
}
