/* annex-office-text.c
 *
 * See annex-office-text.h. WordprocessingML and DrawingML (w:p, w:t, a:p, a:t) and OpenDocument
 * (text:p, text:h) have enough in common for one reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-office-text.h"

#include "annex-package.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_DEPTH 400

typedef struct
{
  GString *text;
  gboolean open_document; /* text stands in paragraphs, not in runs */
  guint paragraphs;       /* open ones: text boxes nest them */
  guint runs;
  guint skip;
  guint depth;
  gboolean full;
} Reader;

static gboolean
is_one_of (const char *name, const char *const *names)
{
  return g_strv_contains (names, name);
}

static void
start (GMarkupParseContext *context,
       const char *element,
       const char **names,
       const char **values,
       gpointer data,
       GError **error)
{
  static const char *const unseen[] = { "del",  "delText",         "instrText", "annotation",
                                        "note", "tracked-changes", "Fallback",  NULL };
  static const char *const paragraphs[] = { "p", "h", NULL };
  Reader *self = data;
  const char *local = annex_package_local_name (element);

  if (++self->depth > MAX_DEPTH)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("Too deeply nested"));
  else if (self->skip > 0 || is_one_of (local, unseen))
    self->skip++;
  else if (is_one_of (local, paragraphs))
    self->paragraphs++;
  else if (g_str_equal (local, "t") && !self->open_document)
    self->runs++;
  else if (self->paragraphs > 0 && g_str_equal (local, "tab"))
    g_string_append_c (self->text, '\t');
  else if (self->paragraphs > 0 && (g_str_equal (local, "br") || g_str_equal (local, "line-break")))
    g_string_append_c (self->text, '\n');
  else if (self->open_document && self->paragraphs > 0 && g_str_equal (local, "s"))
    {
      const char *count = annex_package_attribute (names, values, "c");
      guint64 n = count != NULL ? g_ascii_strtoull (count, NULL, 10) : 1;

      for (guint64 i = 0; i < MIN (n, 100); i++)
        g_string_append_c (self->text, ' ');
    }
}

static void
end (GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
  Reader *self = data;
  const char *local = annex_package_local_name (element);

  self->depth--;
  if (self->skip > 0)
    self->skip--;
  else if (g_str_equal (local, "p") || g_str_equal (local, "h"))
    {
      self->paragraphs -= self->paragraphs > 0;
      g_string_append_c (self->text, '\n');
    }
  else if (g_str_equal (local, "t") && !self->open_document)
    self->runs -= self->runs > 0;
  if (self->text->len > ANNEX_OFFICE_MAX_TEXT)
    {
      self->full = TRUE;
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
    }
}

static void
text (GMarkupParseContext *context, const char *text, gsize length, gpointer data, GError **error)
{
  Reader *self = data;
  gsize space =
      self->text->len < ANNEX_OFFICE_MAX_TEXT ? ANNEX_OFFICE_MAX_TEXT - self->text->len : 0;

  if (self->skip > 0 || (self->open_document ? self->paragraphs : self->runs) == 0)
    return;
  if (length > space)
    {
      self->full = TRUE;
      length = space;
      while (length > 0 && ((guchar) text[length] & 0xc0) == 0x80)
        length--;
    }
  g_string_append_len (self->text, text, (gssize) length);
}

static gboolean
read_part (Reader *self, GBytes *part, GError **error)
{
  static const GMarkupParser parser = { start, end, text, NULL, NULL };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) local = NULL;
  g_autofree char *xml = NULL;
  gsize length = 0;

  xml = annex_package_dup_xml (part, &length);
  if (xml == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It has no text"));
      return FALSE;
    }
  self->depth = self->skip = self->paragraphs = self->runs = 0;
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, self, NULL);
  if ((g_markup_parse_context_parse (context, xml, (gssize) length, &local) &&
       g_markup_parse_context_end_parse (context, &local)) ||
      self->full)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static int
compare_slides (gconstpointer a, gconstpointer b)
{
  const char *one = strrchr (a, '/');
  const char *other = strrchr (b, '/');

  /* slide2 before slide10 */
  if (strlen (one) != strlen (other))
    return strlen (one) < strlen (other) ? -1 : 1;
  return strcmp (one, other);
}

GBytes *
annex_office_text_read (GBytes *bytes, gboolean *cut, GError **error)
{
  static const char *const wanted[] = { "word/document.xml", "content.xml", "ppt/slides/", NULL };
  g_autoptr (GHashTable) members = annex_package_read (bytes, wanted, error);
  g_autoptr (GString) all = g_string_new (NULL);
  g_autoptr (GList) names = NULL;
  Reader self = { .text = all };

  *cut = FALSE;
  if (members == NULL)
    return NULL;
  if (g_hash_table_contains (members, "word/document.xml"))
    names = g_list_prepend (NULL, (gpointer) "word/document.xml");
  else if (g_hash_table_contains (members, "content.xml"))
    names = g_list_prepend (NULL, (gpointer) "content.xml");
  else
    names = g_list_sort (g_hash_table_get_keys (members), compare_slides);
  if (names == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _ ("It has no text"));
      return NULL;
    }
  for (GList *l = names; l != NULL && !self.full; l = l->next)
    {
      self.open_document = g_str_equal (l->data, "content.xml");
      if (g_str_has_prefix (l->data, "ppt/") && !g_str_has_suffix (l->data, ".xml"))
        continue;
      if (!read_part (&self, g_hash_table_lookup (members, l->data), error))
        return NULL;
    }
  *cut = self.full;
  return g_string_free_to_bytes (g_steal_pointer (&all));
}
