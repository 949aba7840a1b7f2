/* annex-block-view.h
 *
 * One Markdown block as a widget: what it is nested in (bars of quotes, marks of items), then the
 * paragraph, heading, code, table or rule.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-row.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_BLOCK_VIEW (annex_block_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBlockView, annex_block_view, ANNEX, BLOCK_VIEW, GtkWidget)

/* Follows the row. */
GtkWidget *
annex_block_view_new (AnnexChatRow *row);
void
annex_block_view_set_search (AnnexBlockView *self, const char *words);

/* A table of @block: the first rows, more when asked. (annex-table-view.c) */
GtkWidget *
annex_table_view_new (AnnexMarkdownBlock *block);
void
annex_table_view_set_search (GtkWidget *table, const char *words);

G_END_DECLS
