/* fake-scenario.c
 *
 * See fake-scenario.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-scenario.h"

#include <string.h>

typedef struct
{
  JsonObject *json;  /* borrowed from the scenario */
  GPtrArray *faults; /* JsonObject, borrowed: still to be committed */
  int times;         /* of the first of them; -1: for ever */
  gboolean used;
} Turn;

struct _FakeScenario
{
  JsonObject *json;
  GPtrArray *turns;
  GHashTable *remembered;
};

/* ---- requests */

static void
append_text (GString *out, const char *text)
{
  if (*text == '\0')
    return;
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append (out, text);
}

/* The text parts of @content, a string or an array of parts, of @type. */
static char *
text_of (JsonObject *object, const char *member)
{
  g_autoptr (GString) out = g_string_new (annex_json_opt_string (object, member, ""));
  JsonArray *parts = annex_json_opt_array (object, member);

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);

      if (g_str_equal (annex_json_opt_string (part, "type", ""), "text"))
        append_text (out, annex_json_opt_string (part, "text", ""));
    }
  return g_string_free_and_steal (g_steal_pointer (&out));
}

static void
read_results (JsonObject *message, GString *out)
{
  JsonArray *parts = annex_json_opt_array (message, "content");

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonObject *part = json_array_get_object_element (parts, i);

      if (g_str_equal (annex_json_opt_string (part, "type", ""), "tool_result"))
        {
          g_autofree char *text = text_of (part, "content");

          append_text (out, text);
        }
    }
}

static void
read_messages (FakeRequest *self, JsonArray *messages)
{
  g_autoptr (GString) results = g_string_new (NULL);
  gboolean after_assistant = TRUE;
  guint n = messages != NULL ? json_array_get_length (messages) : 0;

  for (guint i = n; i > 0; i--)
    {
      JsonObject *message = json_array_get_object_element (messages, i - 1);
      const char *role = annex_json_opt_string (message, "role", "");
      g_autofree char *text = text_of (message, "content");

      if (g_str_equal (role, "assistant"))
        after_assistant = FALSE;
      else if (g_str_equal (role, "system"))
        g_set_str (&self->system, text);
      else if (g_str_equal (role, "user") && self->last_user == NULL && *text != '\0')
        self->last_user = g_steal_pointer (&text);
      else if (g_str_equal (role, "tool") && after_assistant)
        {
          if (results->len > 0)
            g_string_prepend_c (results, '\n');
          g_string_prepend (results, text);
        }
      if (g_str_equal (role, "user") && after_assistant)
        read_results (message, results);
    }
  self->tool_results = g_string_free_and_steal (g_steal_pointer (&results));
}

FakeRequest *
fake_request_new (FakeFormat format, JsonObject *body)
{
  FakeRequest *self = g_new0 (FakeRequest, 1);
  JsonArray *tools = annex_json_opt_array (body, "tools");
  g_autoptr (GString) names = g_string_new (" ");

  self->format = format;
  read_messages (self, annex_json_opt_array (body, "messages"));
  if (format == FAKE_FORMAT_ANTHROPIC)
    self->system = text_of (body, "system");
  for (guint i = 0; tools != NULL && i < json_array_get_length (tools); i++)
    {
      JsonObject *tool = json_array_get_object_element (tools, i);
      JsonObject *function = annex_json_opt_object (tool, "function");

      g_string_append_printf (
          names, "%s ", annex_json_opt_string (function != NULL ? function : tool, "name", ""));
    }
  self->tools = g_string_free_and_steal (g_steal_pointer (&names));
  if (self->system == NULL)
    self->system = g_strdup ("");
  if (self->last_user == NULL)
    self->last_user = g_strdup ("");
  return self;
}

void
fake_request_free (FakeRequest *self)
{
  g_free (self->system);
  g_free (self->last_user);
  g_free (self->tool_results);
  g_free (self->tools);
  g_free (self);
}

/* ---- captures */

/* The first group of @pattern in @text, or the whole match; "" when it does not match. */
static char *
capture (const char *text, const char *pattern)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_MULTILINE, 0, &error);
  g_autoptr (GMatchInfo) match = NULL;
  char *found;

  if (regex == NULL)
    {
      g_printerr ("fake-model: %s\n", error->message);
      return g_strdup ("");
    }
  if (!g_regex_match (regex, text, 0, &match))
    return g_strdup ("");
  found = g_match_info_get_match_count (match) > 1 ? g_match_info_fetch (match, 1)
                                                   : g_match_info_fetch (match, 0);
  return found != NULL ? found : g_strdup ("");
}

static char *
value_of (FakeScenario *self, FakeRequest *request, const char *name)
{
  const char *colon = strchr (name, ':');
  g_autofree char *source = colon != NULL ? g_strndup (name, colon - name) : g_strdup (name);
  const char *text = NULL;

  if (g_str_has_prefix (name, "annex.")) /* a place in a skill, which is written like one here */
    return g_strdup_printf ("{{%s}}", name);
  if (g_str_equal (source, "last_tool_result"))
    text = request->tool_results;
  else if (g_str_equal (source, "last_user"))
    text = request->last_user;
  else if (g_str_equal (source, "system"))
    text = request->system;
  else
    text = g_hash_table_lookup (self->remembered, source);
  if (text == NULL)
    {
      g_printerr ("fake-model: nothing is known as {{%s}}\n", source);
      return g_strdup ("");
    }
  return colon != NULL ? capture (text, colon + 1) : g_strdup (text);
}

static char *
expand (FakeScenario *self, FakeRequest *request, const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *start;

  while ((start = strstr (text, "{{")) != NULL)
    {
      const char *end = strstr (start, "}}");
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (end == NULL)
        break;
      name = g_strndup (start + 2, end - start - 2);
      value = value_of (self, request, name);
      g_string_append_len (out, text, start - text);
      g_string_append (out, value);
      text = end + 2;
    }
  g_string_append (out, text);
  return g_string_free_and_steal (g_steal_pointer (&out));
}

/* Expands every string of @node in place. */
static void
expand_node (FakeScenario *self, FakeRequest *request, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) values = json_object_get_values (json_node_get_object (node));

      for (GList *at = values; at != NULL; at = at->next)
        expand_node (self, request, at->data);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        expand_node (self, request, json_array_get_element (array, i));
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autofree char *text = expand (self, request, json_node_get_string (node));

      json_node_set_string (node, text);
    }
}

static void
remember (FakeScenario *self, FakeRequest *request, JsonObject *turn)
{
  JsonObject *wanted = annex_json_opt_object (turn, "remember");
  g_autoptr (GList) names = wanted != NULL ? json_object_get_members (wanted) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    g_hash_table_replace (
        self->remembered, g_strdup (at->data),
        capture (request->tool_results, annex_json_opt_string (wanted, at->data, "")));
}

/* ---- turns */

static void
turn_free (Turn *turn)
{
  g_ptr_array_unref (turn->faults);
  g_free (turn);
}

static Turn *
turn_new (JsonObject *json)
{
  Turn *turn = g_new0 (Turn, 1);
  JsonArray *faults = annex_json_opt_array (json, "faults");
  JsonObject *fault = annex_json_opt_object (json, "fault");

  turn->json = json;
  turn->faults = g_ptr_array_new ();
  if (fault != NULL)
    g_ptr_array_add (turn->faults, fault);
  for (guint i = 0; faults != NULL && i < json_array_get_length (faults); i++)
    g_ptr_array_add (turn->faults, json_array_get_object_element (faults, i));
  if (turn->faults->len > 0)
    turn->times = (int) annex_json_opt_int (g_ptr_array_index (turn->faults, 0), "times", 1);
  return turn;
}

static gboolean
holds (JsonObject *turn, const char *member, const char *text)
{
  const char *wanted = annex_json_opt_string (turn, member, NULL);

  return wanted == NULL || strstr (text, wanted) != NULL;
}

static gboolean
fits (Turn *turn, FakeRequest *request)
{
  g_autofree char *tool = NULL;

  if (turn->used)
    return FALSE;
  tool = g_strdup_printf (" %s ", annex_json_opt_string (turn->json, "tool", ""));
  return holds (turn->json, "match", request->last_user) &&
         holds (turn->json, "when", request->tool_results) &&
         holds (turn->json, "system", request->system) &&
         (strlen (tool) == 2 || strstr (request->tools, tool) != NULL);
}

/* Faults that take the place of the answer; the others shape it. */
static gboolean
replaces_answer (JsonObject *fault)
{
  static const char *const shaping[] = { "slow", "unknown-events", "malformed-tool", "endless" };
  const char *kind = annex_json_opt_string (fault, "kind", "");

  for (guint i = 0; i < G_N_ELEMENTS (shaping); i++)
    if (g_str_equal (shaping[i], kind))
      return FALSE;
  return TRUE;
}

static JsonObject *
take_fault (Turn *turn)
{
  JsonObject *fault;

  if (turn->faults->len == 0)
    return NULL;
  fault = g_ptr_array_index (turn->faults, 0);
  if (turn->times > 0)
    turn->times--;
  if (turn->times == 0)
    {
      g_ptr_array_remove_index (turn->faults, 0);
      if (turn->faults->len > 0)
        turn->times = (int) annex_json_opt_int (g_ptr_array_index (turn->faults, 0), "times", 1);
    }
  return fault;
}

JsonObject *
fake_scenario_next (FakeScenario *self, FakeRequest *request, guint *number, JsonObject **fault)
{
  for (guint i = 0; i < self->turns->len; i++)
    {
      Turn *turn = g_ptr_array_index (self->turns, i);
      g_autoptr (JsonNode) node = NULL;

      if (!fits (turn, request))
        continue;
      *number = i;
      *fault = take_fault (turn);
      if (*fault == NULL || !replaces_answer (*fault))
        {
          turn->used = !annex_json_opt_boolean (turn->json, "repeat", FALSE);
          remember (self, request, turn->json);
        }
      node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, annex_json_object_copy (turn->json));
      json_object_remove_member (json_node_get_object (node), "remember");
      expand_node (self, request, node);
      return json_node_dup_object (node);
    }
  return NULL;
}

guint
fake_scenario_count_left (FakeScenario *self)
{
  guint left = 0;

  for (guint i = 0; i < self->turns->len; i++)
    {
      Turn *turn = g_ptr_array_index (self->turns, i);

      if (!turn->used && !annex_json_opt_boolean (turn->json, "repeat", FALSE))
        left++;
    }
  return left;
}

FakeScenario *
fake_scenario_new (const char *json, GError **error)
{
  g_autoptr (JsonObject) object = annex_json_parse_object (json, -1, error);
  JsonArray *turns = object != NULL ? annex_json_get_array (object, "turns", error) : NULL;
  FakeScenario *self;

  if (turns == NULL)
    return NULL;
  self = g_new0 (FakeScenario, 1);
  self->turns = g_ptr_array_new_with_free_func ((GDestroyNotify) turn_free);
  self->remembered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < json_array_get_length (turns); i++)
    g_ptr_array_add (self->turns, turn_new (json_array_get_object_element (turns, i)));
  self->json = g_steal_pointer (&object);
  return self;
}

void
fake_scenario_free (FakeScenario *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->turns);
  g_hash_table_unref (self->remembered);
  json_object_unref (self->json);
  g_free (self);
}

JsonObject *
fake_scenario_get_json (FakeScenario *self)
{
  return self->json;
}
