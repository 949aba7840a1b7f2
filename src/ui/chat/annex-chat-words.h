/* annex-chat-words.h
 *
 * The sentences of the conversation that are Annex's own: notices, what became of changes and asks,
 * how long it thought. One place, so that they can be read and translated together.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-transcript.h"

G_BEGIN_DECLS

/* Each: transfer full; one line or two, plain text. */
char *
annex_chat_words_thinking (AnnexTranscriptItem *item);
char *
annex_chat_words_notice (AnnexTask *task, AnnexTranscriptItem *item);
char *
annex_chat_words_draft (AnnexTask *task, AnnexTranscriptItem *item);
/* Of a permission: "Asked to contact example.org: you allowed it for this task". */
char *
annex_chat_words_ask (AnnexTranscriptItem *item);
/* Of presented files: "Expense report.xlsx and 2 more". */
char *
annex_chat_words_result (AnnexTranscriptItem *item);
const char *
annex_chat_words_mode (const char *mode);

G_END_DECLS
