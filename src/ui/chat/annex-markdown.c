/* annex-markdown.c
 *
 * See annex-markdown.h: from cmark's tree to blocks. Walks the tree without recursion, for a text
 * can be nested as deeply as it is long.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-markdown-private.h"

#include <cmark-gfm-core-extensions.h>
#include <string.h>

/* Cells of one table that are kept; what is beyond is cut. */
#define MAX_COLUMNS 64
#define MAX_CHARS_WITHOUT_SPACE 1000
#define MAX_CELLS 200000

typedef struct
{
  AnnexNestKind kind;
  AnnexMarker marker;
  int number;
  gboolean tight;
  gboolean used; /* a block has shown the marker */
} Level;

typedef struct
{
  const char *source;
  gsize length;
  GPtrArray *blocks;
  GArray *levels; /* Level */
  gboolean full;
} Walk;

/* Blocks */

static void
block_clear (gpointer data)
{
  AnnexMarkdownBlock *self = data;

  g_clear_pointer (&self->text, annex_markdown_inline_free);
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_free (self->info);
  g_free (self->alignments);
}

AnnexMarkdownBlock *
annex_markdown_block_ref (AnnexMarkdownBlock *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
annex_markdown_block_unref (AnnexMarkdownBlock *self)
{
  g_atomic_rc_box_release_full (self, block_clear);
}

gboolean
annex_markdown_block_equal (const AnnexMarkdownBlock *a, const AnnexMarkdownBlock *b)
{
  if (a->kind != b->kind || a->level != b->level || a->n_nest != b->n_nest ||
      a->tight != b->tight || a->continued != b->continued || a->n_columns != b->n_columns ||
      g_strcmp0 (a->info, b->info) != 0 ||
      (a->cells != NULL ? a->cells->len : 0) != (b->cells != NULL ? b->cells->len : 0))
    return FALSE;
  for (guint i = 0; i < a->n_nest; i++)
    if (a->nest[i].kind != b->nest[i].kind || a->nest[i].marker != b->nest[i].marker ||
        a->nest[i].number != b->nest[i].number)
      return FALSE;
  if (!annex_markdown_inline_equal (a->text, b->text))
    return FALSE;
  if (a->n_columns > 0 && memcmp (a->alignments, b->alignments, a->n_columns) != 0)
    return FALSE;
  for (guint i = 0; a->cells != NULL && i < a->cells->len; i++)
    if (!annex_markdown_inline_equal (a->cells->pdata[i], b->cells->pdata[i]))
      return FALSE;
  return TRUE;
}

char *
annex_markdown_block_dup_text (const AnnexMarkdownBlock *self)
{
  GString *text;

  if (self->text != NULL)
    return g_strdup (self->text->text);
  text = g_string_new (NULL);
  for (guint i = 0; self->cells != NULL && i < self->cells->len; i++)
    {
      AnnexMarkdownInline *cell = self->cells->pdata[i];

      if (i > 0)
        g_string_append_c (text, i % self->n_columns == 0 ? '\n' : '\t');
      g_string_append (text, cell->text);
    }
  return g_string_free_and_steal (text);
}

/* Walking */

static AnnexMarkdownBlock *
add_block (Walk *walk, AnnexMarkdownKind kind)
{
  AnnexMarkdownBlock *block = g_atomic_rc_box_new0 (AnnexMarkdownBlock);

  block->kind = kind;
  block->n_nest = MIN (walk->levels->len, ANNEX_MARKDOWN_MAX_NEST);
  for (guint i = 0; i < walk->levels->len; i++)
    {
      Level *level = &g_array_index (walk->levels, Level, i);

      if (i < ANNEX_MARKDOWN_MAX_NEST)
        {
          block->nest[i].kind = level->kind;
          block->nest[i].marker = level->used ? ANNEX_MARKER_NONE : level->marker;
          block->nest[i].number = level->number;
        }
      block->tight = level->tight;
      level->used = TRUE;
    }
  g_ptr_array_add (walk->blocks, block);
  return block;
}

/* Where a long paragraph may be cut: after white space if there is some near the limit. What has
 * none is no prose, and slow to lay out: it is cut sooner. */
static guint
find_cut (const char *text, guint start)
{
  const char *p = text + start;
  const char *space = NULL;
  const char *sooner = NULL;

  for (guint n = 0; n < ANNEX_MARKDOWN_MAX_CHARS && *p != '\0'; n++)
    {
      if (n == MAX_CHARS_WITHOUT_SPACE)
        sooner = p;
      if (n > ANNEX_MARKDOWN_MAX_CHARS / 2 && (*p == ' ' || *p == '\n'))
        space = p + 1;
      p = g_utf8_next_char (p);
    }
  if (space == NULL && sooner != NULL && *p != '\0')
    p = sooner;
  return (guint) ((*p != '\0' && space != NULL ? space : p) - text);
}

static void
add_text (Walk *walk, AnnexMarkdownKind kind, guint level, AnnexMarkdownInline *text)
{
  guint length = (guint) strlen (text->text);
  guint start = 0;

  if (length <= ANNEX_MARKDOWN_MAX_CHARS)
    {
      AnnexMarkdownBlock *block = add_block (walk, kind);

      block->level = level;
      block->text = text;
      return;
    }
  while (start < length)
    {
      guint end = find_cut (text->text, start);
      AnnexMarkdownBlock *block = add_block (walk, kind);

      block->level = level;
      block->continued = start > 0;
      block->tight = block->tight || start > 0;
      block->text = annex_markdown_inline_slice (text, start, end);
      start = end;
    }
  annex_markdown_inline_free (text);
}

static void
add_code (Walk *walk, const char *literal, const char *info)
{
  AnnexMarkdownBlock *block = add_block (walk, ANNEX_MARKDOWN_CODE);
  gsize length = literal != NULL ? strlen (literal) : 0;
  const char *space = info != NULL ? strpbrk (info, " \t") : NULL;

  while (length > 0 && literal[length - 1] == '\n')
    length--;
  block->text = annex_markdown_inline_new_plain (literal != NULL ? literal : "", length);
  if (info != NULL && info[0] != '\0' && strlen (info) < 200)
    block->info = space != NULL ? g_strndup (info, space - info) : g_strdup (info);
}

static void
add_table (Walk *walk, cmark_node *table)
{
  AnnexMarkdownBlock *block = add_block (walk, ANNEX_MARKDOWN_TABLE);
  guint n = cmark_gfm_extensions_get_table_columns (table);
  uint8_t *alignments = cmark_gfm_extensions_get_table_alignments (table);

  block->n_columns = CLAMP (n, 1, MAX_COLUMNS);
  block->alignments = g_malloc0 (block->n_columns);
  for (guint i = 0; alignments != NULL && i < MIN (n, block->n_columns); i++)
    block->alignments[i] = (char) alignments[i];
  block->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_inline_free);
  for (cmark_node *row = cmark_node_first_child (table); row != NULL; row = cmark_node_next (row))
    {
      cmark_node *cell = cmark_node_first_child (row);

      if (block->cells->len + block->n_columns > MAX_CELLS)
        return;
      for (guint i = 0; i < block->n_columns; i++)
        {
          g_ptr_array_add (block->cells, cell != NULL ? annex_markdown_inline_new (cell)
                                                      : annex_markdown_inline_new_plain ("", 0));
          cell = cell != NULL ? cmark_node_next (cell) : NULL;
        }
    }
}

/* Lines as cmark counts them: ended by a line feed, a carriage return or both. *@complete: the line
 * has its end, so that nothing appended can change what it is. */
static gsize
offset_of_line (Walk *walk, int line, gboolean *complete)
{
  const char *p = walk->source;
  const char *end = walk->source + walk->length;
  gsize length;

  for (int i = 1; i < line && p < end; i++)
    {
      length = strcspn (p, "\r\n");
      p = MIN (p + length + 1, end);
      if (p < end && p[-1] == '\r' && *p == '\n')
        p++;
    }
  length = p < end ? strcspn (p, "\r\n") : 0;
  *complete = p + length < end && (p[length] == '\n' || p + length + 1 < end);
  return p - walk->source;
}

static void
push_level (Walk *walk, AnnexNestKind kind, cmark_node *node)
{
  Level level = { .kind = kind };
  cmark_node *list = kind == ANNEX_NEST_ITEM ? cmark_node_parent (node) : NULL;

  if (list != NULL)
    {
      level.tight = cmark_node_get_list_tight (list) && cmark_node_previous (node) != NULL;
      level.marker = ANNEX_MARKER_BULLET;
      if (g_str_equal (cmark_node_get_type_string (node), "tasklist"))
        level.marker = cmark_gfm_extensions_get_tasklist_item_checked (node) ? ANNEX_MARKER_DONE
                                                                             : ANNEX_MARKER_OPEN;
      else if (cmark_node_get_list_type (list) == CMARK_ORDERED_LIST)
        {
          /* cmark keeps the number of the list; an item's is that of the one before and one. */
          cmark_node *before = cmark_node_previous (node);

          level.marker = ANNEX_MARKER_NUMBER;
          level.number = before != NULL ? GPOINTER_TO_INT (cmark_node_get_user_data (before)) + 1
                                        : cmark_node_get_list_start (list);
          cmark_node_set_user_data (node, GINT_TO_POINTER (level.number));
        }
      if (level.tight == FALSE && cmark_node_get_list_tight (list) && walk->levels->len > 0)
        level.tight = TRUE; /* a list within a tight one begins without a gap */
    }
  g_array_append_val (walk->levels, level);
}

static void
pop_level (Walk *walk)
{
  Level *level = &g_array_index (walk->levels, Level, walk->levels->len - 1);

  if (level->kind == ANNEX_NEST_ITEM && !level->used) /* an empty item is seen, too */
    add_text (walk, ANNEX_MARKDOWN_PARAGRAPH, 0, annex_markdown_inline_new_plain ("", 0));
  g_array_set_size (walk->levels, walk->levels->len - 1);
}

/* TRUE: what is below @node has been read. */
static gboolean
enter (Walk *walk, cmark_node *node)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_BLOCK_QUOTE)
    push_level (walk, ANNEX_NEST_QUOTE, node);
  else if (type == CMARK_NODE_ITEM)
    push_level (walk, ANNEX_NEST_ITEM, node);
  else if (type == CMARK_NODE_PARAGRAPH)
    add_text (walk, ANNEX_MARKDOWN_PARAGRAPH, 0, annex_markdown_inline_new (node));
  else if (type == CMARK_NODE_HEADING)
    add_text (walk, ANNEX_MARKDOWN_HEADING, cmark_node_get_heading_level (node),
              annex_markdown_inline_new (node));
  else if (type == CMARK_NODE_CODE_BLOCK)
    add_code (walk, cmark_node_get_literal (node), cmark_node_get_fence_info (node));
  else if (type == CMARK_NODE_HTML_BLOCK)
    add_code (walk, cmark_node_get_literal (node), NULL);
  else if (type == CMARK_NODE_THEMATIC_BREAK)
    add_block (walk, ANNEX_MARKDOWN_RULE);
  else if (g_str_equal (cmark_node_get_type_string (node), "table"))
    add_table (walk, node);
  else
    return FALSE;
  return type != CMARK_NODE_BLOCK_QUOTE && type != CMARK_NODE_ITEM;
}

static void
walk_tree (Walk *walk, cmark_node *document, GArray *top)
{
  cmark_iter *iter = cmark_iter_new (document);
  guint limit = walk->blocks->len + ANNEX_MARKDOWN_MAX_BLOCKS;
  cmark_event_type event;

  while ((event = cmark_iter_next (iter)) != CMARK_EVENT_DONE)
    {
      cmark_node *node = cmark_iter_get_node (iter);
      cmark_node_type type = cmark_node_get_type (node);

      if (event == CMARK_EVENT_EXIT)
        {
          if (type == CMARK_NODE_BLOCK_QUOTE || type == CMARK_NODE_ITEM)
            pop_level (walk);
          continue;
        }
      if (cmark_node_parent (node) == document)
        g_array_append_val (top, walk->blocks->len);
      if (walk->blocks->len >= limit)
        {
          gboolean complete;
          gsize rest = offset_of_line (walk, cmark_node_get_start_line (node), &complete);

          g_array_set_size (walk->levels, 0);
          add_code (walk, walk->source + rest, NULL);
          walk->full = TRUE;
          break;
        }
      if (enter (walk, node))
        cmark_iter_reset (iter, node, CMARK_EVENT_EXIT);
    }
  cmark_iter_free (iter);
}

static void
register_extensions (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      cmark_gfm_core_extensions_ensure_registered ();
      g_once_init_leave (&once, 1);
    }
}

/* The last top-level block that begins on a line of its own, which has ended: all before it is
 * final. */
static void
find_tail (Walk *walk, cmark_node *document, GArray *top, gsize *tail_bytes, guint *tail_index)
{
  cmark_node *node = cmark_node_last_child (document);
  guint i = top->len;

  *tail_bytes = 0;
  *tail_index = 0;
  if (walk->full)
    return;
  for (; node != NULL && i > 0; node = cmark_node_previous (node), i--)
    {
      cmark_node *before = cmark_node_previous (node);
      gboolean complete;
      gsize begin;

      if (before == NULL)
        return;
      if (cmark_node_get_start_line (node) <= cmark_node_get_end_line (before) ||
          cmark_node_get_start_line (before) == 0)
        continue; /* a paragraph that a table was cut off has no lines */
      begin = offset_of_line (walk, cmark_node_get_start_line (node), &complete);
      if (!complete)
        continue;
      *tail_bytes = begin;
      *tail_index = g_array_index (top, guint, i - 1);
      return;
    }
}

void
annex_markdown_parse (const char *text,
                      gsize length,
                      GPtrArray *blocks,
                      gsize *tail_bytes,
                      guint *tail_index)
{
  static const char *const extensions[] = { "table", "strikethrough", "autolink", "tasklist" };
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (Level));
  g_autoptr (GArray) top = g_array_new (FALSE, FALSE, sizeof (guint));
  Walk walk = { .source = text, .length = length, .blocks = blocks, .levels = levels };
  cmark_parser *parser;
  cmark_node *document;

  register_extensions ();
  parser = cmark_parser_new (CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE);
  for (guint i = 0; i < G_N_ELEMENTS (extensions); i++)
    cmark_parser_attach_syntax_extension (parser, cmark_find_syntax_extension (extensions[i]));
  cmark_parser_feed (parser, text, length);
  document = cmark_parser_finish (parser);
  walk_tree (&walk, document, top);
  if (tail_bytes != NULL)
    find_tail (&walk, document, top, tail_bytes, tail_index);
  cmark_node_free (document);
  cmark_parser_free (parser);
}

/* A text that grows */

struct _AnnexMarkdownStream
{
  GString *text;
  GPtrArray *blocks;
  gsize tail_bytes; /* what is before is parsed for good */
  guint tail_index;
};

AnnexMarkdownStream *
annex_markdown_stream_new (void)
{
  AnnexMarkdownStream *self = g_new0 (AnnexMarkdownStream, 1);

  self->text = g_string_new (NULL);
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_block_unref);
  return self;
}

void
annex_markdown_stream_free (AnnexMarkdownStream *self)
{
  g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->blocks);
  g_free (self);
}

GPtrArray *
annex_markdown_stream_get_blocks (AnnexMarkdownStream *self)
{
  return self->blocks;
}

/* A definition of a link may stand anywhere, so a text that has one is read as a whole at its end.
 */
static gboolean
has_definitions (const char *text)
{
  return strstr (text, "]:") != NULL;
}

guint
annex_markdown_stream_update (AnnexMarkdownStream *self,
                              const char *text,
                              gsize length,
                              gboolean finished)
{
  guint first;
  gsize tail_bytes;
  guint tail_index;

  if (length < self->text->len || memcmp (text, self->text->str, self->text->len) != 0 ||
      (finished && self->tail_bytes > 0 && has_definitions (text)))
    {
      self->tail_bytes = 0;
      self->tail_index = 0;
      g_string_truncate (self->text, 0);
    }
  else if (length == self->text->len)
    return self->blocks->len;
  g_string_append_len (self->text, text + self->text->len, length - self->text->len);
  first = self->tail_index;
  g_ptr_array_set_size (self->blocks, (int) first);
  annex_markdown_parse (self->text->str + self->tail_bytes, self->text->len - self->tail_bytes,
                        self->blocks, &tail_bytes, &tail_index);
  if (tail_index > 0)
    {
      self->tail_bytes += tail_bytes;
      self->tail_index = tail_index;
    }
  return first;
}
