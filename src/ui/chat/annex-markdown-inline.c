/* annex-markdown-inline.c
 *
 * The text inside a block: characters, and spans over them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-markdown-private.h"

#include <string.h>

typedef struct
{
  AnnexMarkdownInline *out;
  GString *text;
  guint strong;
  guint emphasis;
  guint strike;
  const char *link;
} Reader;

static AnnexMarkdownInline *
inline_new (void)
{
  AnnexMarkdownInline *self = g_new0 (AnnexMarkdownInline, 1);

  self->spans = g_array_new (FALSE, FALSE, sizeof (AnnexMarkdownSpan));
  self->links = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
annex_markdown_inline_free (AnnexMarkdownInline *self)
{
  g_free (self->text);
  g_array_unref (self->spans);
  g_ptr_array_unref (self->links);
  g_free (self);
}

/* Characters that would turn the order of what is read around; what they turn is shown as it is. */
static gboolean
is_hidden_control (gunichar c)
{
  return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
         (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0);
}

static gboolean
is_mark (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;
}

/* Text of a model as it may be shown: no writing direction, no control characters, and not more
 * marks on a letter than any language has. */
static void
append_clean (GString *out, const char *text, gsize length)
{
  guint marks = 0;

  for (const char *p = text; p < text + length; p = g_utf8_next_char (p))
    {
      gunichar c;

      if ((guchar) *p < 0x80 && (guchar) *p >= 0x20 && *p != 0x7f)
        {
          g_string_append_c (out, *p);
          marks = 0;
          continue;
        }
      c = g_utf8_get_char (p);
      marks = c >= 0x300 && is_mark (c) ? marks + 1 : 0;
      if (marks > 8)
        continue;
      g_string_append_unichar (out, is_hidden_control (c) ? 0xfffd : c);
    }
}

static void
add (Reader *reader, const char *text, AnnexSpanFlags flags)
{
  AnnexMarkdownSpan span = { .start = reader->text->len, .flags = flags, .link = reader->link };
  AnnexMarkdownSpan *last = NULL;

  if (text == NULL || text[0] == '\0')
    return;
  append_clean (reader->text, text, strlen (text));
  if (reader->strong > 0)
    span.flags |= ANNEX_SPAN_STRONG;
  if (reader->emphasis > 0)
    span.flags |= ANNEX_SPAN_EMPHASIS;
  if (reader->strike > 0)
    span.flags |= ANNEX_SPAN_STRIKE;
  span.end = reader->text->len;
  if (span.flags == 0 && span.link == NULL)
    return;
  if (reader->out->spans->len > 0)
    last = &g_array_index (reader->out->spans, AnnexMarkdownSpan, reader->out->spans->len - 1);
  if (last != NULL && last->end == span.start && last->flags == span.flags &&
      last->link == span.link)
    last->end = span.end;
  else
    g_array_append_val (reader->out->spans, span);
}

static void
enter_link (Reader *reader, cmark_node *node)
{
  const char *address = cmark_node_get_url (node);

  if (!annex_markdown_is_safe_link (address))
    return;
  g_ptr_array_add (reader->out->links, g_strdup (address));
  reader->link = reader->out->links->pdata[reader->out->links->len - 1];
}

/* Nothing is loaded: an image is its words and its address. */
static void
leave_image (Reader *reader, cmark_node *node)
{
  const char *address = cmark_node_get_url (node);
  g_autofree char *shown = NULL;

  if (address == NULL || address[0] == '\0')
    return;
  shown = g_utf8_substring (address, 0, MIN (g_utf8_strlen (address, -1), 200));
  add (reader, " (", 0);
  add (reader, shown, 0);
  add (reader, ")", 0);
}

static void
read_node (Reader *reader, cmark_node *node, gboolean enter)
{
  cmark_node_type type = cmark_node_get_type (node);
  int step = enter ? 1 : -1;

  if (type == CMARK_NODE_TEXT || type == CMARK_NODE_HTML_INLINE)
    add (reader, cmark_node_get_literal (node), 0);
  else if (type == CMARK_NODE_CODE)
    add (reader, cmark_node_get_literal (node), ANNEX_SPAN_CODE);
  else if (type == CMARK_NODE_SOFTBREAK)
    add (reader, " ", 0);
  else if (type == CMARK_NODE_LINEBREAK)
    add (reader, "\n", 0);
  else if (type == CMARK_NODE_EMPH)
    reader->emphasis += step;
  else if (type == CMARK_NODE_STRONG)
    reader->strong += step;
  else if (type == CMARK_NODE_LINK && enter)
    enter_link (reader, node);
  else if (type == CMARK_NODE_LINK)
    reader->link = NULL;
  else if (type == CMARK_NODE_IMAGE && !enter)
    leave_image (reader, node);
  else if (g_str_equal (cmark_node_get_type_string (node), "strikethrough"))
    reader->strike += step;
}

AnnexMarkdownInline *
annex_markdown_inline_new (cmark_node *node)
{
  Reader reader = { .out = inline_new (), .text = g_string_new (NULL) };
  cmark_iter *iter = cmark_iter_new (node);
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    if (cmark_iter_get_node (iter) != node)
      read_node (&reader, cmark_iter_get_node (iter), event == CMARK_EVENT_ENTER);
  cmark_iter_free (iter);
  reader.out->text = g_string_free_and_steal (reader.text);
  return reader.out;
}

AnnexMarkdownInline *
annex_markdown_inline_new_plain (const char *text, gssize length)
{
  AnnexMarkdownInline *self = inline_new ();
  GString *clean = g_string_new (NULL);

  append_clean (clean, text, length < 0 ? strlen (text) : (gsize) length);
  self->text = g_string_free_and_steal (clean);
  return self;
}

AnnexMarkdownInline *
annex_markdown_inline_slice (AnnexMarkdownInline *self, guint start, guint end)
{
  AnnexMarkdownInline *slice = inline_new ();

  slice->text = g_strndup (self->text + start, end - start);
  for (guint i = 0; i < self->spans->len; i++)
    {
      AnnexMarkdownSpan span = g_array_index (self->spans, AnnexMarkdownSpan, i);

      if (span.end <= start || span.start >= end)
        continue;
      span.start = MAX (span.start, start) - start;
      span.end = MIN (span.end, end) - start;
      if (span.link != NULL)
        {
          g_ptr_array_add (slice->links, g_strdup (span.link));
          span.link = slice->links->pdata[slice->links->len - 1];
        }
      g_array_append_val (slice->spans, span);
    }
  return slice;
}

gboolean
annex_markdown_inline_equal (const AnnexMarkdownInline *a, const AnnexMarkdownInline *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->spans->len != b->spans->len || !g_str_equal (a->text, b->text))
    return FALSE;
  for (guint i = 0; i < a->spans->len; i++)
    {
      AnnexMarkdownSpan *x = &g_array_index (a->spans, AnnexMarkdownSpan, i);
      AnnexMarkdownSpan *y = &g_array_index (b->spans, AnnexMarkdownSpan, i);

      if (x->start != y->start || x->end != y->end || x->flags != y->flags ||
          g_strcmp0 (x->link, y->link) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Addresses */

gboolean
annex_markdown_is_safe_link (const char *address)
{
  g_autofree char *host = NULL;

  if (address == NULL || strlen (address) > 8192)
    return FALSE;
  for (const char *p = address; *p != '\0'; p++)
    if ((guchar) *p <= 0x20 || *p == 0x7f || *p == '\\')
      return FALSE;
  host = annex_markdown_dup_host (address);
  return host != NULL;
}

char *
annex_markdown_dup_host (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_PARSE_RELAXED, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  const char *host;
  char *ascii;

  if (scheme == NULL)
    return NULL;
  if (g_ascii_strcasecmp (scheme, "mailto") == 0)
    {
      const char *path = g_uri_get_path (uri);

      return path[0] != '\0' ? g_strdup (path) : NULL;
    }
  if (g_ascii_strcasecmp (scheme, "http") != 0 && g_ascii_strcasecmp (scheme, "https") != 0)
    return NULL;
  host = g_uri_get_host (uri);
  if (host == NULL || host[0] == '\0')
    return NULL;
  ascii = g_hostname_to_ascii (host);
  if (ascii != NULL && g_uri_get_port (uri) > 0)
    {
      g_autofree char *plain = ascii;

      ascii = g_strdup_printf ("%s:%d", plain, g_uri_get_port (uri));
    }
  return ascii;
}
