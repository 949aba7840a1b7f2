/* annex-csv.c
 *
 * See annex-csv.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-csv.h"

#include <string.h>

/* With what a formula begins, in the full-width forms too, which some spreadsheets read alike. */
static gboolean
begins_formula (const char *text)
{
  static const gunichar marks[] = { '=',  '+',    '-',    '@',    '\t',  '\r',
                                    '\n', 0xff1d, 0xff0b, 0xff0d, 0xff20 };
  gunichar first = g_utf8_get_char (text);

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (first == marks[i])
      return TRUE;
  return FALSE;
}

void
annex_csv_append_cell (GString *out, const char *text, gboolean last)
{
  g_autofree char *valid = annex_text_make_valid (text != NULL ? text : "", -1);
  gboolean quote = strpbrk (valid, ",\"\n\r") != NULL;

  if (quote)
    g_string_append_c (out, '"');
  if (begins_formula (valid))
    g_string_append_c (out, '\'');
  for (const char *p = valid; *p != '\0'; p++)
    {
      if (*p == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *p);
    }
  if (quote)
    g_string_append_c (out, '"');
  g_string_append (out, last ? "\r\n" : ",");
}

/* The names of all members, each once. (transfer full) */
static GPtrArray *
list_names (GPtrArray *objects)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < objects->len; i++)
    {
      JsonObjectIter iter;
      const char *name;

      json_object_iter_init_ordered (&iter, g_ptr_array_index (objects, i));
      while (json_object_iter_next_ordered (&iter, &name, NULL))
        if (!g_hash_table_contains (seen, name))
          {
            char *own = g_strdup (name);

            g_ptr_array_add (names, own);
            g_hash_table_add (seen, own);
          }
    }
  return names;
}

/* (transfer full) */
static char *
dup_value (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return g_strdup ("");
  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return json_node_dup_string (node);
  return annex_json_to_string (node);
}

char *
annex_csv_from_objects (GPtrArray *objects)
{
  g_autoptr (GPtrArray) names = list_names (objects);
  GString *out = g_string_new (NULL);

  for (guint k = 0; k < names->len; k++)
    annex_csv_append_cell (out, g_ptr_array_index (names, k), k + 1 == names->len);
  for (guint i = 0; names->len > 0 && i < objects->len; i++)
    for (guint k = 0; k < names->len; k++)
      {
        g_autofree char *value =
            dup_value (g_ptr_array_index (objects, i), g_ptr_array_index (names, k));

        annex_csv_append_cell (out, value, k + 1 == names->len);
      }
  return g_string_free_and_steal (out);
}
