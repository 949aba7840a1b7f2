/* annex-site-words.c
 *
 * See annex-site-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-site-words.h"

#include "annex-json.h"

#include <gio/gio.h>

#define RESOURCE "/io/github/annex_desktop/Annex/page/grave-words.json"

extern GResource *
annex_page_resources_get_resource (void);

const char *
annex_site_words_get_source (void)
{
  static char *source;
  g_autoptr (GBytes) bytes = NULL;

  if (source == NULL)
    {
      bytes = g_resource_lookup_data (annex_page_resources_get_resource (), RESOURCE, 0, NULL);
      g_assert (bytes != NULL); /* compiled in */
      source = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  return source;
}

static GHashTable *
compile (void)
{
  GHashTable *words =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_regex_unref);
  g_autoptr (JsonObject) list = annex_json_parse_object (annex_site_words_get_source (), -1, NULL);
  JsonObjectIter iter;
  const char *word;
  JsonNode *pattern;

  json_object_iter_init (&iter, list);
  while (json_object_iter_next (&iter, &word, &pattern))
    g_hash_table_insert (
        words, g_strdup (word),
        g_regex_new (json_node_get_string (pattern), G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL));
  return words;
}

/* The letters below their marks: a pattern's ends of words know ASCII only. */
static char *
drop_marks (const char *text)
{
  g_autofree char *apart = g_utf8_normalize (text, -1, G_NORMALIZE_NFD);
  GString *plain = g_string_new (NULL);

  for (const char *at = apart; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == 0xdf)
        g_string_append (plain, "ss");
      else if (!g_unichar_ismark (c))
        g_string_append_unichar (plain, c);
    }
  return g_string_free_and_steal (plain);
}

GStrv
annex_site_words_find (const char *text)
{
  static GHashTable *words;
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_autofree char *valid = annex_text_make_valid (text, -1);
  g_autofree char *plain = drop_marks (valid);
  GHashTableIter iter;
  gpointer word;
  gpointer pattern;

  if (words == NULL)
    words = compile ();
  g_hash_table_iter_init (&iter, words);
  while (g_hash_table_iter_next (&iter, &word, &pattern))
    if (g_regex_match (pattern, valid, 0, NULL) || g_regex_match (pattern, plain, 0, NULL))
      g_strv_builder_add (found, word);
  return g_strv_builder_end (found);
}
