/* annex-record-view.h
 *
 * The smaller rows of a conversation: thinking, notices, what became of asks and changes, files
 * that were presented, errors. And the questions, whose card belongs to another area.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-row.h"
#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_RECORD_VIEW (annex_record_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexRecordView, annex_record_view, ANNEX, RECORD_VIEW, GtkWidget)

/* Of any kind but USER, BLOCK and STEPS. */
GtkWidget *
annex_record_view_new (AnnexDesk *desk, AnnexTask *task, AnnexChatRow *row);
/* The card of a question, an AnnexQuestionCard; NULL when the row is something else. (borrowed) */
GtkWidget *
annex_record_view_get_question (AnnexRecordView *self);

G_END_DECLS
