/* annex-tour-facts.c
 *
 * See annex-tour-facts.h. Names, answers and results come from the user and the guest: they are
 * only looked at, never run or expanded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tour-facts.h"

#include <string.h>

#define MAX_ANSWER 300
#define MAX_ERROR 1500
#define SHARED "The user shared the folder “"
#define CALL_PREFIX "tour_"

static void
outcome_free (gpointer data)
{
  AnnexTourOutcome *outcome = data;

  g_free (outcome->text);
  g_clear_pointer (&outcome->data, json_object_unref);
  g_free (outcome);
}

char *
annex_tour_call_id_new (const char *turn, const char *call, guint serial)
{
  return g_strdup_printf (CALL_PREFIX "%s_%s_%u", turn, call, serial);
}

gboolean
annex_tour_call_id_parse (const char *id, char **turn, char **call)
{
  g_auto (GStrv) parts = NULL;

  if (id == NULL || !g_str_has_prefix (id, CALL_PREFIX))
    return FALSE;
  parts = g_strsplit (id, "_", -1);
  if (g_strv_length (parts) != 4)
    return FALSE;
  if (turn != NULL)
    *turn = g_strdup (parts[1]);
  if (call != NULL)
    *call = g_strdup (parts[2]);
  return TRUE;
}

/* ---- the folder */

/* The folder's name between “ and ”, where "/folders/" and that name follow. A name may itself hold
 * quotation marks, so the longest that fits is taken. (transfer full, nullable) */
static char *
find_shared_name (const char *text)
{
  const char *start = text + strlen (SHARED);
  char *found = NULL;

  for (const char *end = strstr (start, "”"); end != NULL; end = strstr (end + 1, "”"))
    {
      g_autofree char *name = g_strndup (start, end - start);
      g_autofree char *path = g_strconcat ("/folders/", name, NULL);

      if (name[0] != '\0' && strstr (end, path) != NULL)
        {
          g_free (found);
          found = g_steal_pointer (&name);
        }
    }
  return found;
}

static gboolean
look_for_folder (AnnexTourFacts *self, const char *text)
{
  const char *shared = strstr (text, SHARED);
  char *name = shared != NULL ? find_shared_name (shared) : NULL;

  if (name == NULL)
    return FALSE;
  g_free (self->folder);
  g_free (self->folder_name);
  self->folder = g_strconcat ("/folders/", name, NULL);
  self->folder_name = name;
  return TRUE;
}

/* ---- results */

static JsonObject *
find_result (const char *text)
{
  const char *found = NULL;
  const char *end;

  for (const char *at = strstr (text, "RESULT {"); at != NULL; at = strstr (at + 1, "RESULT {"))
    if (at == text || at[-1] == '\n')
      found = at;
  if (found == NULL)
    return NULL;
  found += strlen ("RESULT ");
  end = strchr (found, '\n');
  return annex_json_parse_object (found, end != NULL ? end - found : -1, NULL);
}

static void
take_result (AnnexTourFacts *self, AnnexBlock *block)
{
  g_autofree char *call = NULL;
  AnnexTourOutcome *outcome;

  self->awaits_next = TRUE;
  g_clear_pointer (&self->turn, g_free);
  if (!annex_tour_call_id_parse (annex_block_get_tool_use_id (block), &self->turn, &call))
    return;
  outcome = g_new0 (AnnexTourOutcome, 1);
  outcome->text = g_strdup (annex_block_get_text (block));
  outcome->is_error = annex_block_get_is_error (block);
  outcome->data = find_result (outcome->text);
  g_hash_table_replace (self->outcomes, g_steal_pointer (&call), outcome);
}

static void
read_user_message (AnnexTourFacts *self, GPtrArray *blocks)
{
  g_autoptr (GString) words = g_string_new (NULL);

  self->awaits_next = FALSE;
  for (guint i = 0; i < blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);
      const char *text = annex_block_get_text (block);
      AnnexBlockKind kind = annex_block_get_kind (block);

      if (kind == ANNEX_BLOCK_TOOL_RESULT)
        take_result (self, block);
      if (kind == ANNEX_BLOCK_TEXT || kind == ANNEX_BLOCK_TOOL_RESULT)
        {
          gboolean announces = look_for_folder (self, text) && g_str_has_prefix (text, SHARED);

          if (kind == ANNEX_BLOCK_TEXT && !announces)
            g_string_append_printf (words, "%s\n", text);
        }
    }
  g_free (self->prompt);
  self->prompt = g_strdup (g_strstrip (words->str));
}

AnnexTourFacts *
annex_tour_facts_new (GPtrArray *messages)
{
  AnnexTourFacts *self = g_new0 (AnnexTourFacts, 1);

  self->prompt = g_strdup ("");
  self->outcomes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, outcome_free);
  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);

      if (annex_message_get_role (message) == ANNEX_ROLE_USER)
        read_user_message (self, blocks);
      else
        for (guint j = 0; j < blocks->len; j++)
          {
            AnnexBlock *block = g_ptr_array_index (blocks, j);

            if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE &&
                annex_tour_call_id_parse (annex_block_get_tool_use_id (block), NULL, NULL))
              self->touring = TRUE;
          }
    }
  return self;
}

void
annex_tour_facts_free (AnnexTourFacts *self)
{
  g_free (self->folder);
  g_free (self->folder_name);
  g_free (self->prompt);
  g_free (self->turn);
  g_hash_table_unref (self->outcomes);
  g_free (self);
}

const AnnexTourOutcome *
annex_tour_facts_get_outcome (AnnexTourFacts *self, const char *call)
{
  return g_hash_table_lookup (self->outcomes, call);
}

char *
annex_tour_facts_dup_value (AnnexTourFacts *self, const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, ".", 2);
  const AnnexTourOutcome *outcome;
  JsonNode *node;

  if (g_strv_length (parts) != 2)
    return NULL;
  outcome = annex_tour_facts_get_outcome (self, parts[0]);
  if (outcome == NULL || outcome->data == NULL)
    return NULL;
  node = json_object_get_member (outcome->data, parts[1]);
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  return annex_json_to_string (node);
}

/* The result of ask_user is the answer object, keyed by question: a label, a list of labels, or
 * {other_text} for the user's own words. The tour asks one question at a time. */
char *
annex_tour_facts_dup_answer (AnnexTourFacts *self, const char *call)
{
  const AnnexTourOutcome *outcome = annex_tour_facts_get_outcome (self, call);
  g_autoptr (JsonObject) answers = NULL;
  g_autoptr (GList) values = NULL;
  const char *answer = "";
  JsonNode *node;

  if (outcome == NULL || outcome->is_error)
    return g_strdup ("");
  answers = annex_json_parse_object (outcome->text, -1, NULL);
  values = answers != NULL ? json_object_get_values (answers) : NULL;
  if (values == NULL)
    return g_strdup ("");
  node = values->data;
  if (JSON_NODE_HOLDS_OBJECT (node))
    answer = annex_json_opt_string (json_node_get_object (node), "other_text", "");
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    answer = json_node_get_string (node);
  return g_utf8_strlen (answer, -1) > MAX_ANSWER ? g_utf8_substring (answer, 0, MAX_ANSWER)
                                                 : g_strdup (answer);
}

char *
annex_tour_facts_dup_error (AnnexTourFacts *self, const char *call)
{
  const AnnexTourOutcome *outcome = annex_tour_facts_get_outcome (self, call);
  const char *text = outcome != NULL ? outcome->text : "";
  glong length = g_utf8_strlen (text, -1);
  g_autofree char *end = g_utf8_substring (text, MAX (0, length - MAX_ERROR), length);

  for (char *at = strstr (end, "```"); at != NULL; at = strstr (at, "```"))
    memset (at, '\'', 3);
  g_strstrip (end);
  return end[0] != '\0' ? g_steal_pointer (&end) : g_strdup ("(nothing)");
}
