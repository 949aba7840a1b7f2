/* annex-answers-file.c
 *
 * See annex-answers-file.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-answers-file.h"

#include <gio/gio.h>

typedef struct
{
  char *kind;
  char *match; /* case-folded; nullable */
  char *answer;
} Entry;

struct _AnnexAnswersFile
{
  GObject parent_instance;

  GPtrArray *entries;
};

G_DEFINE_FINAL_TYPE (AnnexAnswersFile, annex_answers_file, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->kind);
  g_free (entry->match);
  g_free (entry->answer);
  g_free (entry);
}

static void
annex_answers_file_finalize (GObject *object)
{
  AnnexAnswersFile *self = ANNEX_ANSWERS_FILE (object);

  g_ptr_array_unref (self->entries);
  G_OBJECT_CLASS (annex_answers_file_parent_class)->finalize (object);
}

static void
annex_answers_file_class_init (AnnexAnswersFileClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_answers_file_finalize;
}

static void
annex_answers_file_init (AnnexAnswersFile *self)
{
  self->entries = g_ptr_array_new_with_free_func (entry_free);
}

static gboolean
is_kind (const char *name)
{
  static const char *const kinds[] = { "question", "network", "folder", "site", "draft" };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (name, kinds[i]))
      return TRUE;
  return FALSE;
}

static gboolean
has_only_known (JsonObject *object, const char *match)
{
  guint n_known = json_object_has_member (object, "ask") +
                  json_object_has_member (object, "answer") +
                  json_object_has_member (object, "match");

  return json_object_get_size (object) == n_known &&
         (match != NULL || !json_object_has_member (object, "match"));
}

static gboolean
add_entry (AnnexAnswersFile *self, JsonNode *node, guint number, GError **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *kind = object != NULL ? annex_json_opt_string (object, "ask", NULL) : NULL;
  const char *answer = object != NULL ? annex_json_opt_string (object, "answer", NULL) : NULL;
  const char *match = object != NULL ? annex_json_opt_string (object, "match", NULL) : NULL;
  Entry *entry;

  /* A slip in "match" would make the answer fit every ask. */
  if (object != NULL && !has_only_known (object, match))
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                   "entry %u may hold “ask”, “match” and “answer” only, all texts", number);
      return FALSE;
    }
  if (kind == NULL || answer == NULL || !is_kind (kind))
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                   "entry %u needs “ask” (question, network, folder, site or draft) and “answer”, "
                   "both texts",
                   number);
      return FALSE;
    }
  entry = g_new0 (Entry, 1);
  entry->kind = g_strdup (kind);
  entry->match = match != NULL ? g_utf8_casefold (match, -1) : NULL;
  entry->answer = g_strdup (answer);
  g_ptr_array_add (self->entries, entry);
  return TRUE;
}

AnnexAnswersFile *
annex_answers_file_load (const char *path, GError **error)
{
  g_autoptr (AnnexAnswersFile) self = g_object_new (ANNEX_TYPE_ANSWERS_FILE, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  JsonArray *array;
  gsize length;

  if (!g_file_load_contents (file, NULL, &text, &length, NULL, error))
    return NULL;
  node = annex_json_parse (text, (gssize) length, error);
  if (node == NULL)
    {
      g_prefix_error (error, "The answers file %s: ", path);
      return NULL;
    }
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE,
                   "The answers file %s: it must be a list of answers", path);
      return NULL;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_entry (self, json_array_get_element (array, i), i + 1, error))
      {
        g_prefix_error (error, "The answers file %s: ", path);
        return NULL;
      }
  return g_steal_pointer (&self);
}

const char *
annex_answers_file_find (AnnexAnswersFile *self, AnnexAsk *ask)
{
  const char *kind = annex_ask_kind_to_name (annex_ask_get_kind (ask));
  g_autofree char *text = g_utf8_casefold (annex_ask_get_text (ask), -1);

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (g_str_equal (entry->kind, kind) &&
          (entry->match == NULL || strstr (text, entry->match) != NULL))
        return entry->answer;
    }
  return NULL;
}
