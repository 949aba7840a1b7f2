/* annex-chat-find.h
 *
 * Finding words in the rows of a conversation: which rows hold them, and which is the next. Knows no
 * widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _AnnexChatFind AnnexChatFind;

/* @rows: AnnexChatRow elements. */
AnnexChatFind *
annex_chat_find_new (GListModel *rows);
void
annex_chat_find_free (AnnexChatFind *self);
/* NULL or "": nothing. */
void
annex_chat_find_set_words (AnnexChatFind *self, const char *words);
/* The next match in that direction, from the present one or from the end; wraps. FALSE: none. */
gboolean
annex_chat_find_step (AnnexChatFind *self, gboolean forward, guint *row);
/* Of the words in all rows; the present one's number from 1 (0: none). Rows that hold them more than
 * once count so often. */
guint
annex_chat_find_count (AnnexChatFind *self, guint *present);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexChatFind, annex_chat_find_free)

G_END_DECLS
