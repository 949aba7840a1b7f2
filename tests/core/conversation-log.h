/* conversation-log.h
 *
 * A log being written for tests of the conversation, in short: each call is one event. JSON is
 * written with ' for ".
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-conversation.h"

typedef struct
{
  AnnexConversation *conversation;
  GPtrArray *events; /* AnnexEvent */
} Log;

Log
log_new (void);
void
log_clear (Log *log);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

/* Each returns nothing but this one: the seq. */
gint64
log_add (Log *log, AnnexEventType type, const char *format, ...) G_GNUC_PRINTF (3, 4);
void
log_user (Log *log, const char *text);
void
log_announce (Log *log, const char *text);
/* A reply whose request was built from all so far. */
void
log_start (Log *log, const char *reply);
void
log_text (Log *log, const char *reply, int index, const char *text);
void
log_use (Log *log, const char *reply, int index, const char *id);
void
log_finish (Log *log, const char *reply, const char *stop_reason);
void
log_tool_start (Log *log, const char *id);
void
log_result (Log *log, const char *id, const char *text);

/* Messages as "U:a,b A:x,use(t1) U:res(t1)=ok,c"; an error's result is "!". (transfer full) */
char *
log_render (GPtrArray *messages);
