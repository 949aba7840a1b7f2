/* annex-question-card.h
 *
 * A question of the agent's in the conversation: one to four questions with choices, own words or a
 * secret. Answered it folds to one line that can be opened; Later leaves it open in the inbox.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"
#include "annex-transcript.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_QUESTION_CARD (annex_question_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexQuestionCard, annex_question_card, ANNEX, QUESTION_CARD, AdwBin)

/* Signal "later" (): the user put it off; nothing is answered. */

/* Follows @item, of kind ANNEX_ITEM_ASK: open, answered, expired. */
GtkWidget *
annex_question_card_new (AnnexDesk *desk, AnnexTranscriptItem *item);
/* The same without a conversation, as the inbox needs it: @ask is open. */
GtkWidget *
annex_question_card_new_for_ask (AnnexDesk *desk, AnnexAsk *ask);
/* It was closed: @answer, or the default that was taken when it @expired (nullable). */
void
annex_question_card_set_outcome (AnnexQuestionCard *self, JsonObject *answer, gboolean expired);
/* It waits for an answer, neither put off nor closed. */
gboolean
annex_question_card_is_open (AnnexQuestionCard *self);
/* The first question gets the keyboard, when the card is open. */
void
annex_question_card_focus (AnnexQuestionCard *self);
/* Could be sent: every question has an answer. Property "answerable". */
/* It waits for an answer of which a part is chosen or written. */
gboolean
annex_question_card_is_begun (AnnexQuestionCard *self);
gboolean
annex_question_card_get_answerable (AnnexQuestionCard *self);
/* Sends it, when it is answerable. */
void
annex_question_card_answer (AnnexQuestionCard *self);

G_END_DECLS
