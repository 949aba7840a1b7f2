/* annex-ask-words-taint.c
 *
 * What the window says of a task that asks for a way out and has read what others wrote: what it
 * has read, what it holds, how much it has sent. See annex-ask-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-words.h"

#include "annex-taint.h"
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
  return annex_ask_words_spell_host (colon != NULL ? colon + 1 : source);
}

static char *
list_words (JsonArray *texts, char *(*to_words) (const char *) )
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; texts != NULL && i < json_array_get_length (texts); i++)
    {
      g_autofree char *words = to_words (json_array_get_string_element (texts, i));

      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", words);
    }
  return g_string_free_and_steal (g_steal_pointer (&list));
}

static char *
holds_words (JsonObject *json)
{
  g_autofree char *folders =
      list_words (annex_json_opt_array (json, "holds"), annex_text_for_display);
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
  JsonArray *read = annex_json_opt_array (json, "read");
  g_autofree char *sources = NULL;
  g_autofree char *folders = NULL;
  g_autofree char *sent = NULL;

  if (read == NULL)
    return NULL;
  sources = list_words (read, source_words);
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
