/* annex-json.c
 *
 * The readers of annex-json.h: members of an object, deep copies, cleaning text. Parsing is in
 * annex-json-parse.c, writing in annex-json-write.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json.h"

#include <math.h>

G_DEFINE_QUARK (annex_json_error, annex_json_error)

JsonNode *
annex_json_copy (JsonNode *node)
{
  JsonNode *copy;

  g_return_val_if_fail (node != NULL, NULL);

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      copy = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (copy, annex_json_object_copy (json_node_get_object (node)));
      return copy;

    case JSON_NODE_ARRAY:
      {
        JsonArray *from = json_node_get_array (node);
        guint n = json_array_get_length (from);
        JsonArray *to = json_array_sized_new (n);

        for (guint i = 0; i < n; i++)
          json_array_add_element (to, annex_json_copy (json_array_get_element (from, i)));
        copy = json_node_new (JSON_NODE_ARRAY);
        json_node_take_array (copy, to);
        return copy;
      }

    case JSON_NODE_VALUE:
    case JSON_NODE_NULL:
    default: /* there is no other type */
      return json_node_copy (node);
    }
}

JsonObject *
annex_json_object_copy (JsonObject *object)
{
  JsonObject *copy = json_object_new ();
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    json_object_set_member (copy, name, annex_json_copy (node));
  return copy;
}

/* Members */

static gboolean
holds (JsonNode *node, GType type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

static JsonNode *
need (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL)
    g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING, "“%s” is missing", name);
  return node;
}

static void
set_type_error (GError **error, const char *name, const char *what)
{
  g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE, "“%s” must be %s", name, what);
}

const char *
annex_json_get_string (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = need (object, name, error);

  if (node == NULL)
    return NULL;
  if (holds (node, G_TYPE_STRING))
    return json_node_get_string (node);
  set_type_error (error, name, "a string");
  return NULL;
}

gboolean
annex_json_get_int (JsonObject *object, const char *name, gint64 *value, GError **error)
{
  JsonNode *node = need (object, name, error);

  if (node == NULL)
    return FALSE;
  if (!holds (node, G_TYPE_INT64))
    {
      set_type_error (error, name, "a whole number");
      return FALSE;
    }
  *value = json_node_get_int (node);
  return TRUE;
}

JsonObject *
annex_json_get_object (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = need (object, name, error);

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  set_type_error (error, name, "an object");
  return NULL;
}

JsonArray *
annex_json_get_array (JsonObject *object, const char *name, GError **error)
{
  JsonNode *node = need (object, name, error);

  if (node == NULL)
    return NULL;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_node_get_array (node);
  set_type_error (error, name, "an array");
  return NULL;
}

const char *
annex_json_opt_string (JsonObject *object, const char *name, const char *fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : fallback;
}

gint64
annex_json_opt_int (JsonObject *object, const char *name, gint64 fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  if (holds (node, G_TYPE_INT64))
    return json_node_get_int (node);
  if (holds (node, G_TYPE_DOUBLE))
    {
      double value = json_node_get_double (node);

      /* Models write 120.0 for 120. The range where a double still names one integer. */
      if (value == floor (value) && fabs (value) <= 9007199254740992.0)
        return (gint64) value;
    }
  return fallback;
}

double
annex_json_opt_double (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  if (holds (node, G_TYPE_DOUBLE))
    return json_node_get_double (node);
  if (holds (node, G_TYPE_INT64))
    return (double) json_node_get_int (node);
  return fallback;
}

gboolean
annex_json_opt_boolean (JsonObject *object, const char *name, gboolean fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return holds (node, G_TYPE_BOOLEAN) ? json_node_get_boolean (node) : fallback;
}

JsonObject *
annex_json_opt_object (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
annex_json_opt_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

char *
annex_text_make_valid (const char *bytes, gssize length)
{
  if (bytes == NULL || length == 0)
    return g_strdup ("");
  return g_utf8_make_valid (bytes, length);
}
