/* annex-markdown-box.h
 *
 * Markdown as it reads, whole at once: for a preview and a few words in a card. The conversation, which
 * is long, has its list of blocks (annex-chat-view.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Fills @box with @text instead of what is in it. Nothing is loaded. */
void
annex_markdown_box_fill (GtkBox *box, const char *text);

G_END_DECLS
