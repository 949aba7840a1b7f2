/* annex-markdown.h
 *
 * Markdown (GitHub's) as a flat list of blocks that a list of widgets can show: every paragraph, code
 * block or table is one block that knows what it is nested in. Pure: no widget, no markup; may run in
 * any thread. Text comes from models and is hostile: nothing is loaded, depth and sizes are limited,
 * and all of it is shown as the literal text it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ANNEX_MARKDOWN_MAX_NEST 8
/* Characters in one paragraph; longer ones become several blocks. */
#define ANNEX_MARKDOWN_MAX_CHARS 4000
/* Blocks of one text; what is left is one code block of its source. */
#define ANNEX_MARKDOWN_MAX_BLOCKS 10000

typedef enum
{
  ANNEX_SPAN_STRONG = 1 << 0,
  ANNEX_SPAN_EMPHASIS = 1 << 1,
  ANNEX_SPAN_STRIKE = 1 << 2,
  ANNEX_SPAN_CODE = 1 << 3,
} AnnexSpanFlags;

/* Bytes [start, end) of the text. */
typedef struct
{
  guint start;
  guint end;
  AnnexSpanFlags flags;
  const char *link; /* http, https or mailto, nullable; lives as long as the inline */
} AnnexMarkdownSpan;

typedef struct
{
  char *text;       /* valid UTF-8 */
  GArray *spans;    /* AnnexMarkdownSpan, by start, none overlaps another */
  GPtrArray *links; /* char *, that spans point to */
} AnnexMarkdownInline;

typedef enum
{
  ANNEX_NEST_QUOTE,
  ANNEX_NEST_ITEM,
} AnnexNestKind;

typedef enum
{
  ANNEX_MARKER_NONE, /* not the first block of the item */
  ANNEX_MARKER_BULLET,
  ANNEX_MARKER_NUMBER,
  ANNEX_MARKER_OPEN, /* of a task list */
  ANNEX_MARKER_DONE,
} AnnexMarker;

typedef struct
{
  AnnexNestKind kind;
  AnnexMarker marker;
  int number;
} AnnexMarkdownNest;

typedef enum
{
  ANNEX_MARKDOWN_PARAGRAPH,
  ANNEX_MARKDOWN_HEADING,
  ANNEX_MARKDOWN_CODE,
  ANNEX_MARKDOWN_TABLE,
  ANNEX_MARKDOWN_RULE,
} AnnexMarkdownKind;

/* Immutable, counted atomically. */
typedef struct
{
  AnnexMarkdownKind kind;
  guint level; /* of a heading, 1 to 6 */
  guint n_nest;
  AnnexMarkdownNest nest[ANNEX_MARKDOWN_MAX_NEST];
  gboolean tight;     /* in a tight list, or the next piece of a long paragraph: little space above */
  gboolean continued; /* the next piece of a long paragraph */
  AnnexMarkdownInline *text; /* PARAGRAPH, HEADING; of CODE its text without spans */
  char *info;                /* of CODE: the language, nullable */
  guint n_columns;           /* of TABLE */
  char *alignments;          /* of TABLE: 'l', 'c', 'r' or 0, one a column */
  GPtrArray *cells;          /* of TABLE: AnnexMarkdownInline, row by row, the first row is the header */
} AnnexMarkdownBlock;

AnnexMarkdownBlock *
annex_markdown_block_ref (AnnexMarkdownBlock *self);
void
annex_markdown_block_unref (AnnexMarkdownBlock *self);
gboolean
annex_markdown_block_equal (const AnnexMarkdownBlock *a, const AnnexMarkdownBlock *b);
/* What a search finds, and what is copied of one block. (transfer full) */
char *
annex_markdown_block_dup_text (const AnnexMarkdownBlock *self);

/* Is it an address a person may open? (http, https and mailto with something behind it) */
gboolean
annex_markdown_is_safe_link (const char *address);
/* What is shown of an address before it is opened: the host in the form that cannot be mistaken for
 * another (punycode), or the mail address. NULL when there is none. (transfer full, nullable) */
char *
annex_markdown_dup_host (const char *address);

/* Adds the blocks of @text to @blocks. *@tail_bytes (nullable): where the last top-level block begins,
 * *@tail_index: its first block in @blocks; all before stay whatever is appended to @text. */
void
annex_markdown_parse (const char *text,
                      gsize length,
                      GPtrArray *blocks,
                      gsize *tail_bytes,
                      guint *tail_index);

/* A text that grows. */
typedef struct _AnnexMarkdownStream AnnexMarkdownStream;

AnnexMarkdownStream *
annex_markdown_stream_new (void);
void
annex_markdown_stream_free (AnnexMarkdownStream *self);
/* AnnexMarkdownBlock elements. (borrowed) */
GPtrArray *
annex_markdown_stream_get_blocks (AnnexMarkdownStream *self);
/* Takes the whole @text so far; parses only what is new and the last open block. Returns the first
 * block that may have changed. */
guint
annex_markdown_stream_update (AnnexMarkdownStream *self,
                              const char *text,
                              gsize length,
                              gboolean finished);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexMarkdownBlock, annex_markdown_block_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexMarkdownStream, annex_markdown_stream_free)

G_END_DECLS
