/* annex-tour-words.c
 *
 * See annex-tour-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tour-words.h"

#include "annex-json.h"

#include <glib/gi18n.h>
#include <langinfo.h>

/* How many there are of something: none, one, more. */
#define N_PLURALS 3

const char *
annex_tour_words_translate (const char *text)
{
  return text[0] != '\0' ? gettext (text) : text; /* "" is the catalogue's own head */
}

gboolean
annex_tour_words_is_spoken (const char *name)
{
  static const char *const SPOKEN[] = { "question",     "header",  "label",
                                        "description",  "reason",  "help",
                                        "instructions", "options", "title",
                                        "text",         NULL };

  return g_strv_contains (SPOKEN, name);
}

/* Every _("…") of @script. */
static void
add_words (JsonObject *words, const char *script)
{
  g_autoptr (GRegex) call = g_regex_new ("\\b_\\(\"([^\"\\\\]+)\"\\)", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (call, script, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *text = g_match_info_fetch (match, 1);
      const char *translated = annex_tour_words_translate (text);

      if (!g_str_equal (text, translated))
        json_object_set_string_member (words, text, translated);
    }
}

/* Every ngettext ("…", "…", …) of @script. */
static void
add_plurals (JsonObject *plurals, const char *script)
{
  g_autoptr (GRegex) call =
      g_regex_new ("\\bngettext\\(\"([^\"\\\\]+)\", \"([^\"\\\\]+)\"", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  for (g_regex_match (call, script, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *one = g_match_info_fetch (match, 1);
      g_autofree char *more = g_match_info_fetch (match, 2);
      JsonArray *forms = json_array_new ();

      for (gulong n = 0; n < N_PLURALS; n++)
        json_array_add_string_element (forms, ngettext (one, more, n));
      json_object_set_array_member (plurals, one, forms);
    }
}

char *
annex_tour_words_dup_table (const char *const *scripts)
{
  g_autoptr (JsonObject) table = json_object_new ();
  g_autofree char *decimal = g_locale_to_utf8 (nl_langinfo (RADIXCHAR), -1, NULL, NULL, NULL);
  g_autofree char *group = g_locale_to_utf8 (nl_langinfo (THOUSEP), -1, NULL, NULL, NULL);
  JsonObject *words = json_object_new ();
  JsonObject *plurals = json_object_new ();

  for (gsize i = 0; scripts[i] != NULL; i++)
    {
      add_words (words, scripts[i]);
      add_plurals (plurals, scripts[i]);
    }
  if (decimal != NULL && group != NULL && decimal[0] != '\0' && group[0] != '\0')
    {
      json_object_set_string_member (table, "decimal", decimal);
      json_object_set_string_member (table, "group", group);
    }
  json_object_set_object_member (table, "words", words);
  json_object_set_object_member (table, "plurals", plurals);
  return annex_json_object_to_string (table);
}
