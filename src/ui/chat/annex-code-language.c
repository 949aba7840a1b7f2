/* annex-code-language.c
 *
 * See annex-code-language.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-code-language.h"

/* Larger texts are not highlighted. */
#define MAX_CHARS (128 * 1024)

typedef struct
{
  GWeakRef buffer;
  GtkSourceLanguage *language;
} Waiting;

/* GtkSourceLanguage → a buffer that keeps it */
static GHashTable *kept;
static GQueue waiting = G_QUEUE_INIT;
static guint read_id;

GtkSourceLanguage *
annex_code_language_find (const char *name)
{
  static const struct
  {
    const char *name;
    const char *id;
  } others[] = {
    { "py", "python3" }, { "python", "python3" }, { "bash", "sh" },
    { "shell", "sh" },   { "zsh", "sh" },         { "console", "sh" },
    { "js", "js" },      { "javascript", "js" },  { "ts", "typescript" },
    { "yml", "yaml" },   { "md", "markdown" },    { "c++", "cpp" },
    { "rs", "rust" },    { "cs", "c-sharp" },     { "csharp", "c-sharp" },
    { "htm", "html" },   { "golang", "go" },      { "rb", "ruby" },
    { "tex", "latex" },  { "patch", "diff" },
  };
  g_autofree char *folded = name != NULL ? g_utf8_strdown (name, -1) : NULL;
  const char *id = folded;

  for (guint i = 0; folded != NULL && i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (others[i].name, folded))
      id = others[i].id;
  return id != NULL && id[0] != '\0' ? gtk_source_language_manager_get_language (
                                           gtk_source_language_manager_get_default (), id)
                                     : NULL;
}

static gboolean
is_kept (GtkSourceLanguage *language)
{
  return kept != NULL && g_hash_table_contains (kept, language);
}

static void
keep (GtkSourceLanguage *language)
{
  GtkSourceBuffer *buffer;

  if (is_kept (language))
    return;
  if (kept == NULL)
    kept = g_hash_table_new_full (NULL, NULL, g_object_unref, g_object_unref);
  buffer = gtk_source_buffer_new (NULL);
  gtk_source_buffer_set_language (buffer, language);
  g_hash_table_insert (kept, g_object_ref (language), buffer);
}

static void
set_language (GtkSourceBuffer *buffer, GtkSourceLanguage *language)
{
  gboolean short_enough = gtk_text_buffer_get_char_count (GTK_TEXT_BUFFER (buffer)) <= MAX_CHARS;

  gtk_source_buffer_set_language (buffer, short_enough ? language : NULL);
}

/* One in a turn of the main loop. */
static gboolean
read_cb (gpointer data)
{
  Waiting *first = g_queue_pop_head (&waiting);
  g_autoptr (GtkSourceBuffer) buffer = g_weak_ref_get (&first->buffer);

  if (buffer != NULL)
    {
      keep (first->language);
      set_language (buffer, first->language);
    }
  g_weak_ref_clear (&first->buffer);
  g_object_unref (first->language);
  g_free (first);
  if (!g_queue_is_empty (&waiting))
    return G_SOURCE_CONTINUE;
  read_id = 0;
  return G_SOURCE_REMOVE;
}

void
annex_code_language_apply (GtkSourceLanguage *language, GtkSourceBuffer *buffer)
{
  Waiting *last;

  if (is_kept (language))
    {
      set_language (buffer, language);
      return;
    }
  last = g_new0 (Waiting, 1);
  g_weak_ref_init (&last->buffer, buffer);
  last->language = g_object_ref (language);
  g_queue_push_tail (&waiting, last);
  if (read_id == 0)
    read_id = g_idle_add_full (G_PRIORITY_LOW, read_cb, NULL, NULL);
}

gboolean
annex_code_language_warm_up (void)
{
  static const char *const common[] = { "python", "sh" };

  for (guint i = 0; i < G_N_ELEMENTS (common); i++)
    {
      GtkSourceLanguage *language = annex_code_language_find (common[i]);

      if (language == NULL || is_kept (language))
        continue;
      keep (language);
      return TRUE;
    }
  return FALSE;
}
