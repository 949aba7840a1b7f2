/* annex-question-field.h
 *
 * One question and its choices: radio or check buttons with a line of description, a preview beside
 * them, the user's own words, or a secret. Knows what is chosen, and nothing of sending it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_QUESTION_FIELD (annex_question_field_get_type ())
G_DECLARE_FINAL_TYPE (AnnexQuestionField, annex_question_field, ANNEX, QUESTION_FIELD, AdwBin)

/* Signals: "changed" (), "activated" () (Enter in its entry). */

/* @question: as an ask holds it (referenced). */
GtkWidget *
annex_question_field_new (JsonObject *question);
JsonObject *
annex_question_field_get_question (AnnexQuestionField *self);
gboolean
annex_question_field_is_secret (AnnexQuestionField *self);
gboolean
annex_question_field_is_answered (AnnexQuestionField *self);
/* Something that is no secret was chosen or written, whether it is an answer or not. */
gboolean
annex_question_field_is_begun (AnnexQuestionField *self);
/* The value for the answer object: a label, labels, or {other_text}. NULL for a secret, and when
 * nothing is chosen. (transfer full) */
JsonNode *
annex_question_field_dup_value (AnnexQuestionField *self);
/* What was typed as the secret. (borrowed) */
const char *
annex_question_field_get_secret (AnnexQuestionField *self);
/* Chooses option @index (0 …; the one after the last: own words). FALSE when there is none. */
gboolean
annex_question_field_choose (AnnexQuestionField *self, guint index);
/* Forgets what was typed. */
void
annex_question_field_clear (AnnexQuestionField *self);

G_END_DECLS
