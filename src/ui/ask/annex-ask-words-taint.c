/* annex-ask-words-taint.c
 *
 * What the window says of a task that asks for a way out and has read what others wrote: what it
 * has read, what it holds, how much it has sent. See annex-ask-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-words.h"

#include "annex-ask-taint.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

static char *
source_words (const char *source)
{
  const char *colon = strchr (source, ':');

  if (g_str_equal (source, ANNEX_SOURCE_WEB))
    return g_strdup (C_ ("what a task has read", "web pages"));
  if (g_str_equal (source, ANNEX_SOURCE_IMPORT))
    return g_strdup (C_ ("what a task has read", "what the file said that it was imported from"));
  if (g_str_has_prefix (source, ANNEX_SOURCE_TOOLS))
    {
      g_autofree char *id = annex_ask_words_spell_host (source + strlen (ANNEX_SOURCE_TOOLS));

      /* Translators: a connector's name, as its tools have it */
      return g_strdup_printf (C_ ("what a task has read", "what %s says of its tools"), id);
    }
  return annex_ask_words_spell_host (colon != NULL ? colon + 1 : source);
}

static char *
read_words (AnnexAsk *ask)
{
  g_auto (GStrv) sources = annex_ask_dup_read (ask);

  for (guint i = 0; sources[i] != NULL; i++)
    {
      char *words = source_words (sources[i]);

      g_free (sources[i]);
      sources[i] = words;
    }
  return g_strjoinv (", ", sources);
}

static char *
folder_words (JsonArray *names)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; names != NULL && i < json_array_get_length (names); i++)
    g_strv_builder_take (words, annex_text_for_display (json_array_get_string_element (names, i)));
  all = g_strv_builder_end (words);
  return g_strjoinv (", ", all);
}

static char *
holds_words (JsonObject *json)
{
  g_autofree char *folders = folder_words (annex_json_opt_array (json, "holds"));
  guint n_files = (guint) CLAMP (annex_json_opt_int (json, "files", 0), 0, G_MAXINT);
  guint n_secrets = (guint) CLAMP (annex_json_opt_int (json, "secrets", 0), 0, G_MAXINT);
  GString *list = g_string_new (folders);

  if (n_files > 0)
    {
      g_string_append (list, list->len > 0 ? ", " : "");
      g_string_append_printf (list, ngettext ("%u single file", "%u single files", n_files),
                              n_files);
    }
  if (n_secrets > 0)
    {
      g_string_append (list, list->len > 0 ? ", " : "");
      g_string_append_printf (list, ngettext ("%u secret", "%u secrets", n_secrets), n_secrets);
    }
  if (list->len == 0)
    g_string_append (list, C_ ("what a task holds", "data of yours"));
  return g_string_free_and_steal (list);
}

char *
annex_ask_words_taint (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  g_autofree char *sources = NULL;
  g_autofree char *folders = NULL;
  g_autofree char *sent = NULL;

  if (annex_json_opt_array (json, "read") == NULL)
    return NULL;
  sources = read_words (ask);
  folders = holds_words (json);
  sent = annex_text_format_size ((guint64) MAX (annex_json_opt_int (json, "sent_bytes", 0), 0));
  /* Translators: what was read, the user's folders, an amount of data */
  if (annex_ask_get_kind (ask) == ANNEX_ASK_SITE)
    return g_strdup_printf (_ ("What this task has read may have told it to send your data there.\n"
                               "It has read: %s\nIt holds: %s\n"
                               "Its computer and its browser have sent: %s"),
                            sources, folders, sent);
  /* Translators: what was read, the user's folders, an amount of data */
  return g_strdup_printf (_ ("What this task has read may have told it to send your data there.\n"
                             "It has read: %s\nIt holds: %s\nIts computer has sent: %s"),
                          sources, folders, sent);
}
