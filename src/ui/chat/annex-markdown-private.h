/* annex-markdown-private.h
 *
 * The text of a block while it is being read. Shared by the files of the Markdown reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-markdown.h"

#include <cmark-gfm.h>

G_BEGIN_DECLS

/* The text below @node (a paragraph, heading or cell). (transfer full) */
AnnexMarkdownInline *
annex_markdown_inline_new (cmark_node *node);
AnnexMarkdownInline *
annex_markdown_inline_new_plain (const char *text, gssize length);
/* Bytes [start, end) of @self, which are whole characters. (transfer full) */
AnnexMarkdownInline *
annex_markdown_inline_slice (AnnexMarkdownInline *self, guint start, guint end);
void
annex_markdown_inline_free (AnnexMarkdownInline *self);
gboolean
annex_markdown_inline_equal (const AnnexMarkdownInline *a, const AnnexMarkdownInline *b);

G_END_DECLS
