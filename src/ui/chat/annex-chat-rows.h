/* annex-chat-rows.h
 *
 * The rows of a conversation, a GListModel of AnnexChatRow over an AnnexTranscript: prose is split
 * into its Markdown blocks, runs of steps of one kind become one row, what another row shows
 * already is left out. Streaming changes only the last rows; rows that did not change stay the same
 * objects.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-row.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_CHAT_ROWS (annex_chat_rows_get_type ())
G_DECLARE_FINAL_TYPE (AnnexChatRows, annex_chat_rows, ANNEX, CHAT_ROWS, GObject)

AnnexChatRows *
annex_chat_rows_new (AnnexTranscript *transcript);
/* The results of the last request stand below the conversation: their rows need not show them. */
void
annex_chat_rows_set_results_below (AnnexChatRows *self, gboolean below);
/* What waits for the next update is shown now. For tests. */
void
annex_chat_rows_flush (AnnexChatRows *self);
/* Texts are being read in a worker thread. */
gboolean
annex_chat_rows_is_busy (AnnexChatRows *self);

G_END_DECLS
