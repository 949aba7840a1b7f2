/* page-same.c
 *
 * See page-same.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-same.h"

#include <string.h>

/* The words of a text: no escapes, quotes, marks and white space between them. */
static char *
words_of (const char *text)
{
  g_autoptr (GRegex) escapes = g_regex_new ("\\\\(.)", 0, 0, NULL);
  g_autoptr (GRegex) between = g_regex_new ("[\\s|\"]+", 0, 0, NULL);
  g_autofree char *without = g_regex_replace (escapes, text, -1, 0, "\\1", 0, NULL);
  g_autofree char *words = g_regex_replace_literal (between, without, -1, 0, " ", 0, NULL);

  return g_strdup (g_strstrip (words));
}

/* A line without what only one of the two formats has. */
static char *
common_form (const char *line)
{
  g_autoptr (GRegex) states = g_regex_new (
      " \\[(?!ref=|checked|disabled|expanded|active|level=|pressed|selected)[^\\]\"]*\\]", 0, 0,
      NULL);

  return g_regex_replace_literal (states, line, -1, 0, "", 0, NULL);
}

/* Are the words of @line, name and text one by one, in @words? */
static gboolean
is_told (const char *line, const char *words, gboolean *has_words)
{
  g_autoptr (GRegex) parts = g_regex_new (
      "\"((?:[^\"\\\\]|\\\\.)*)\"|(?:^- /[a-z]+|^- [a-z]+(?: \"(?:[^\"\\\\]|\\\\.)*\")?(?: "
      "\\[[^\\]]*\\])*): (?!\")(.+)$|^- (…[^\\[]*)",
      0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  *has_words = FALSE;
  for (g_regex_match (parts, line, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    for (int group = 1; group <= 3; group++)
      {
        g_autofree char *part = g_match_info_fetch (match, group);
        g_autofree char *own = words_of (part != NULL ? part : "");

        if (own[0] == '\0')
          continue;
        *has_words = TRUE;
        if (strstr (words, own) == NULL)
          return FALSE;
      }
  return TRUE;
}

glong
page_same_count (const char *text, const char *other)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *words = words_of (other);
  guint n = g_strv_length (lines);
  g_autofree gboolean *counts = g_new0 (gboolean, n + 1);
  glong sum = 0;

  for (guint i = n; i-- > 0;)
    {
      gsize depth = strspn (lines[i], " ");
      gboolean has_words, told, inner = FALSE, counted = FALSE;

      if (lines[i][depth] == '\0')
        continue;
      told = is_told (lines[i] + depth, words, &has_words);
      for (guint k = i + 1; k < n && strspn (lines[k], " ") > depth; k++)
        {
          inner = TRUE;
          counted = counted || counts[k];
        }
      counts[i] = told && (has_words || !inner || counted);
      /* What is around something that counts is needed for it. */
      counts[i] = counts[i] || counted;
      if (counts[i])
        {
          g_autofree char *common = common_form (lines[i]);

          sum += g_utf8_strlen (common, -1) + 1;
        }
    }
  return sum;
}
