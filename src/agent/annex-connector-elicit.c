/* annex-connector-elicit.c
 *
 * See annex-connector-elicit.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-elicit.h"

#include "annex-json-build.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <string.h>

#define MAX_QUESTIONS 10
#define MAX_OPTIONS 20
#define MAX_CHARS 4000
#define DONE "I have done it"
#define DECLINE "Decline"
#define YES "Yes"
#define NO "No"

/* The connector's words, bounded. (transfer full) */
static char *
dup_words (const char *text)
{
  g_autofree char *valid = annex_text_make_valid (text, -1);

  return g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), MAX_CHARS));
}

/* ---- what may be chosen */

/* The list of a property's choices, and whether each is an object with a const and a title. */
static JsonArray *
get_choices (JsonObject *property, gboolean *titled)
{
  JsonObject *items = annex_json_opt_object (property, "items");
  JsonObject *from = items != NULL ? items : property;
  JsonArray *plain = annex_json_opt_array (from, "enum");
  JsonArray *one_of = annex_json_opt_array (from, items != NULL ? "anyOf" : "oneOf");

  *titled = plain == NULL;
  return plain != NULL ? plain : one_of;
}

/* @i: which; the label for people, and what the connector wants to hear. (borrowed) */
static gboolean
get_choice (JsonArray *choices, gboolean titled, guint i, const char **label, const char **value)
{
  JsonNode *node = json_array_get_element (choices, i);

  if (titled)
    {
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return FALSE;
      *value = annex_json_opt_string (json_node_get_object (node), "const", NULL);
      *label = annex_json_opt_string (json_node_get_object (node), "title", *value);
      return *value != NULL;
    }
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  *label = *value = json_node_get_string (node);
  return TRUE;
}

static JsonArray *
make_options (JsonObject *property)
{
  JsonArray *options = json_array_new ();
  gboolean titled;
  JsonArray *choices = get_choices (property, &titled);

  if (g_str_equal (annex_json_opt_string (property, "type", ""), "boolean"))
    {
      json_array_add_string_element (options, YES);
      json_array_add_string_element (options, NO);
      return options;
    }
  for (guint i = 0; choices != NULL && i < json_array_get_length (choices) && i < MAX_OPTIONS; i++)
    {
      const char *label, *value;

      if (get_choice (choices, titled, i, &label, &value) && label[0] != '\0')
        json_array_add_string_element (options, label);
    }
  return options;
}

/* ---- asking */

static JsonObject *
make_question (const char *title, const char *message, const char *name, JsonObject *property)
{
  g_autofree char *words = dup_words (message);
  g_autofree char *what = dup_words (annex_json_opt_string (property, "title", name));
  const char *more = annex_json_opt_string (property, "description", NULL);
  g_autofree char *described = more != NULL ? dup_words (more) : NULL;
  g_autofree char *question =
      g_strdup_printf (_ ("The connector “%s” asks: %s\n%s%s%s"), title, words, what,
                       described != NULL ? ": " : "", described != NULL ? described : "");
  JsonObject *json = annex_json_build ("s", "id", name, "s", "header", what, "s", "question",
                                       question, "a", "options", make_options (property), NULL);

  if (g_str_equal (annex_json_opt_string (property, "type", ""), "array"))
    json_object_set_boolean_member (json, "multi_select", TRUE);
  return json;
}

static AnnexAsk *
ask_page (const char *task_id, const char *title, JsonObject *params)
{
  const char *address = annex_json_opt_string (params, "url", "");
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  g_autofree char *words = dup_words (annex_json_opt_string (params, "message", ""));
  g_autofree char *question = NULL;

  if (uri == NULL || strlen (address) > MAX_CHARS || g_uri_get_host (uri) == NULL ||
      (!g_str_equal (g_uri_get_scheme (uri), "https") &&
       !g_str_equal (g_uri_get_scheme (uri), "http")))
    return NULL;
  question = g_strdup_printf (_ ("The connector “%s” wants you to open a page of %s in your own "
                                 "browser: %s\n%s"),
                              title, g_uri_get_host (uri), words, address);
  return annex_ask_new_consent (task_id, "Page", question, DONE, DECLINE);
}

static gboolean
is_page (JsonObject *params)
{
  return g_str_equal (annex_json_opt_string (params, "mode", "form"), "url");
}

AnnexAsk *
annex_connector_elicit_ask (const char *task_id, const char *title, JsonObject *params)
{
  JsonObject *schema = annex_json_opt_object (params, "requestedSchema");
  JsonObject *properties = schema != NULL ? annex_json_opt_object (schema, "properties") : NULL;
  const char *message = annex_json_opt_string (params, "message", "");
  JsonArray *questions;
  g_autoptr (JsonObject) input = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (is_page (params))
    return ask_page (task_id, title, params);
  if (properties == NULL || json_object_get_size (properties) == 0)
    {
      g_autofree char *words = dup_words (message);
      g_autofree char *question = g_strdup_printf (_ ("The connector “%s” asks: %s"), title, words);

      return annex_ask_new_consent (task_id, "Connector", question, YES, DECLINE);
    }
  if (json_object_get_size (properties) > MAX_QUESTIONS)
    return NULL;
  questions = json_array_new ();
  json_object_iter_init_ordered (&iter, properties);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (JSON_NODE_HOLDS_OBJECT (node) && name[0] != '\0')
      json_array_add_object_element (
          questions, make_question (title, message, name, json_node_get_object (node)));
  input = annex_json_build ("a", "questions", questions, NULL);
  return annex_ask_new_question (task_id, input, NULL);
}

/* ---- the answer */

static const char *
value_of_label (JsonObject *property, const char *label)
{
  gboolean titled;
  JsonArray *choices = get_choices (property, &titled);

  for (guint i = 0; choices != NULL && i < json_array_get_length (choices); i++)
    {
      const char *shown, *value;

      if (get_choice (choices, titled, i, &shown, &value) && g_str_equal (shown, label))
        return value;
    }
  return choices == NULL ? label : NULL;
}

static JsonNode *
new_number (const char *text, gboolean whole)
{
  char *end = NULL;
  double value;
  gint64 integer;

  if (whole)
    return g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL)
               ? json_node_init_int (json_node_alloc (), integer)
               : NULL;
  value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0' ? json_node_init_double (json_node_alloc (), value) : NULL;
}

/* The words of one answer in the type that the property has; NULL when they are not of it. */
static JsonNode *
convert_words (JsonObject *property, const char *words)
{
  const char *type = annex_json_opt_string (property, "type", "string");
  const char *value;

  if (g_str_equal (type, "boolean"))
    return g_str_equal (words, YES) || g_str_equal (words, NO)
               ? json_node_init_boolean (json_node_alloc (), g_str_equal (words, YES))
               : NULL;
  if (g_str_equal (type, "integer") || g_str_equal (type, "number"))
    return new_number (words, g_str_equal (type, "integer"));
  value = value_of_label (property, words);
  return value != NULL ? json_node_init_string (json_node_alloc (), value) : NULL;
}

static JsonNode *
convert_list (JsonObject *property, JsonArray *labels)
{
  g_autoptr (JsonArray) values = json_array_new ();
  JsonNode *node;

  for (guint i = 0; i < json_array_get_length (labels); i++)
    {
      const char *value = value_of_label (property, json_array_get_string_element (labels, i));

      if (value == NULL)
        return NULL;
      json_array_add_string_element (values, value);
    }
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, values);
  return node;
}

static JsonNode *
convert (JsonObject *property, JsonNode *answer)
{
  if (JSON_NODE_HOLDS_ARRAY (answer))
    return convert_list (property, json_node_get_array (answer));
  if (JSON_NODE_HOLDS_OBJECT (answer))
    {
      /* A secret is not for a form. */
      const char *own = annex_json_opt_string (json_node_get_object (answer), "other_text", NULL);

      return own != NULL ? convert_words (property, own) : NULL;
    }
  if (JSON_NODE_HOLDS_VALUE (answer) && json_node_get_value_type (answer) == G_TYPE_STRING)
    return convert_words (property, json_node_get_string (answer));
  return NULL;
}

static JsonObject *
action (const char *name)
{
  return annex_json_build ("s", "action", name, NULL);
}

JsonObject *
annex_connector_elicit_answer (JsonObject *params, JsonObject *answer)
{
  JsonObject *schema = annex_json_opt_object (params, "requestedSchema");
  JsonObject *properties = schema != NULL ? annex_json_opt_object (schema, "properties") : NULL;
  const char *consent = answer != NULL ? annex_json_opt_string (answer, "consent", NULL) : NULL;
  g_autoptr (JsonObject) content = json_object_new ();
  g_autoptr (GList) names = NULL;
  JsonObject *result;

  if (answer == NULL || annex_json_opt_boolean (answer, "dismissed", FALSE))
    return action ("cancel");
  if (is_page (params))
    return action (g_strcmp0 (consent, DONE) == 0 ? "accept" : "decline");
  if (properties == NULL || json_object_get_size (properties) == 0)
    {
      if (g_strcmp0 (consent, YES) != 0)
        return action ("decline");
      names = NULL;
    }
  else
    names = json_object_get_members (properties);
  for (GList *l = names; l != NULL; l = l->next)
    {
      JsonObject *property = annex_json_opt_object (properties, l->data);
      JsonNode *given = json_object_get_member (answer, l->data);
      JsonNode *value = property != NULL && given != NULL ? convert (property, given) : NULL;

      /* What is not of the type it asked for is no answer to it. */
      if (value == NULL)
        return action ("cancel");
      json_object_set_member (content, l->data, value);
    }
  result = action ("accept");
  json_object_set_object_member (result, "content", g_steal_pointer (&content));
  return result;
}
