/* annex-chat-view.h
 *
 * The conversation of a task: one column of rows, what one reads never moves, the end is followed
 * only at the end. Finds words in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task-widget.h"
#include "annex-transcript.h"

G_BEGIN_DECLS

/* Actions "chat.find", "chat.copy-text" (s), "chat.copy-reply" (the last answer), "chat.resume",
 * "chat.end". Signal "question" (AnnexQuestionCard): an open question is in sight for the first
 * time. */
#define ANNEX_TYPE_CHAT_VIEW (annex_chat_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexChatView, annex_chat_view, ANNEX, CHAT_VIEW, AnnexTaskWidget)

GtkWidget *
annex_chat_view_new (AnnexDesk *desk, AnnexTask *task);
/* Shows the search bar. */
void
annex_chat_view_find (AnnexChatView *self);
void
annex_chat_view_scroll_to_end (AnnexChatView *self);
/* Brings the ask's row into view, if it is known. */
/* A message is edited or a question half answered in it. */
gboolean
annex_chat_view_is_begun (AnnexChatView *self);
void
annex_chat_view_show_ask (AnnexChatView *self, const char *ask_id);
/* The page shows the results of the last request below the conversation. */
void
annex_chat_view_set_results_below (AnnexChatView *self, gboolean below);
/* NULL without a task. (borrowed) */
AnnexTranscript *
annex_chat_view_get_transcript (AnnexChatView *self);

G_END_DECLS
