/* annex-task-private.h
 *
 * The state a task derives from its events. Private to core.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-conversation.h"
#include "annex-task.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexAsk *ask;
  gint64 seq;
} AnnexOpenAsk;

/* What a tool call asked last. */
typedef struct
{
  AnnexAsk *ask;
  gint64 seq;
  gboolean is_closed;
  JsonObject *answer; /* nullable */
} AnnexCallAsk;

typedef struct
{
  char *title;
  AnnexTaskState state;
  char *provider;
  char *model;
  char *base_url;
  char *system;
  char *tools;
  AnnexPlan *plan;
  GPtrArray *plans;  /* every plan so far with its seq, for a rewind */
  GPtrArray *skills; /* every catalogue told so far with its seq, for a rewind */
  GPtrArray *shares; /* AnnexShare */
  GPtrArray *asks;   /* AnnexOpenAsk */
  GHashTable *calls;  /* id of a tool call → AnnexCallAsk */
  GHashTable *drafts; /* id of a share → JsonObject, its last draft-changed */
  GPtrArray *rules;  /* AnnexNetworkRule */
  GPtrArray *keeps;  /* char * */
  JsonObject *rolling_back; /* a roll back that was begun and of which no end was told; nullable */
  GHashTable *kept_since; /* "share/path" of what was kept after the state the computer went back to */
  AnnexUsage usage;
  AnnexConversation *conversation;
} AnnexTaskFacts;

void
annex_task_facts_init (AnnexTaskFacts *self);
/* The last catalogue of skills that was told; NULL for none. (borrowed) */
JsonObject *
annex_task_facts_get_skills (AnnexTaskFacts *self);
/* How kept_since names a file. (transfer full) */
char *
annex_task_facts_kept_key (const char *share_id, const char *path);
void
annex_task_facts_clear (AnnexTaskFacts *self);
/* Malformed events change nothing. */
void
annex_task_facts_apply (AnnexTaskFacts *self, AnnexEvent *event);

G_END_DECLS
