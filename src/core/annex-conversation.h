/* annex-conversation.h
 *
 * From events to the messages that go to the model. Pure: no store, no clock. Private to core; used
 * through AnnexTask.
 *
 * What was sent once is never changed: a reply names the last event its request was built from
 * (seen), so whatever came later stands after it, and a result that came too late for the request
 * that needed it does not count any more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"
#include "annex-message.h"
#include "annex-model.h"

G_BEGIN_DECLS

typedef struct _AnnexConversation AnnexConversation;

AnnexConversation *
annex_conversation_new (void);
void
annex_conversation_free (AnnexConversation *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConversation, annex_conversation_free)

/* Takes note of @event; those of the task come in the order of seq. Events that are malformed, no
 * part of the conversation or of a sub-agent (`parent`) change nothing. */
void
annex_conversation_apply (AnnexConversation *self, AnnexEvent *event);
/* As annex_task_dup_messages, annex_task_dup_unanswered, annex_task_was_tool_started,
 * annex_task_needs_model and annex_task_count_compacted. */
GPtrArray *
annex_conversation_dup_messages (AnnexConversation *self);
GPtrArray *
annex_conversation_dup_unanswered (AnnexConversation *self);
gboolean
annex_conversation_was_tool_started (AnnexConversation *self, const char *tool_use_id);
/* Why the newest reply ended; ANNEX_STOP_OTHER where there is none. */
AnnexStopReason
annex_conversation_get_last_reason (AnnexConversation *self);
/* The event that the last turn of the model began with; 0 before the first. */
gint64
annex_conversation_get_turn_seq (AnnexConversation *self);
gboolean
annex_conversation_needs_model (AnnexConversation *self);
guint
annex_conversation_count_compacted (AnnexConversation *self);

G_END_DECLS
