/* annex-task-private.h
 *
 * The state a task derives from its events, and how it is read. Private to core.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-call-asks.h"
#include "annex-conversation.h"
#include "annex-spent.h"
#include "annex-task.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexAsk *ask;
  gint64 seq;
} AnnexOpenAsk;

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
  GPtrArray *plans;        /* every plan so far with its seq, for a rewind */
  GPtrArray *skills;       /* every catalogue told so far with its seq, for a rewind */
  GPtrArray *connectors;   /* the same */
  GHashTable *tool_grants; /* "connector\ntool", allowed for this task: digest of its definition */
  GPtrArray *shares;       /* AnnexShare */
  GPtrArray *asks;         /* AnnexOpenAsk */
  AnnexCallAsks *calls;
  GHashTable *drafts;       /* id of a share → JsonObject, its last draft-changed */
  GPtrArray *rules;         /* AnnexNetworkRule */
  GPtrArray *keeps;         /* char * */
  JsonObject *rolling_back; /* a roll back that was begun and of which no end was told; nullable */
  GHashTable
      *kept_since; /* "share/path" of what was kept after the state the computer went back to */
  char *again_of;  /* nullable: the task that this is another try of */
  AnnexSpent spent;
  AnnexTaint taint;
  GPtrArray *untrusted; /* char *, sources that were read, each once */
  guint given_files;
  GPtrArray *given_secrets; /* char *, each once */
} AnnexTaskFacts;

/* (borrowed) */
const AnnexTaskFacts *
annex_task_peek_facts (AnnexTask *self);
/* The event that the last turn of the model began with; 0 before the first. */
gint64
annex_task_get_turn_seq (AnnexTask *self);

void
annex_task_facts_init (AnnexTaskFacts *self);
/* The last catalogue of skills that was told; NULL for none. (borrowed) */
JsonObject *
annex_task_facts_get_skills (AnnexTaskFacts *self);
/* The same of the connectors. */
JsonObject *
annex_task_facts_get_connectors (AnnexTaskFacts *self);
/* How kept_since names a file. (transfer full) */
char *
annex_task_facts_kept_key (const char *share_id, const char *path);
void
annex_task_facts_clear (AnnexTaskFacts *self);
/* Malformed events change nothing. */
void
annex_task_facts_apply (AnnexTaskFacts *self, AnnexEvent *event);

/* annex-task-load.c: what was read and made in the store's thread. */
typedef struct
{
  AnnexTaskFacts facts;
  AnnexConversation *conversation; /* nullable */
  gint64 last_seq;
  gboolean has_facts;
} AnnexTaskRecord;
#define ANNEX_TYPE_TASK_RECORD (annex_task_record_get_type ())
GType
annex_task_record_get_type (void) G_GNUC_CONST;

/* The facts of a stored task: events that no fact comes from are not read. Resolves to an
 * AnnexTaskRecord (boxed); rejects as annex_task_load. */
DexFuture *
annex_task_read_facts (AnnexStore *store, const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* The conversation up to @last_seq. Resolves to an AnnexTaskRecord (boxed). */
DexFuture *
annex_task_read_events (AnnexStore *store,
                        const char *id,
                        gint64 last_seq) G_GNUC_WARN_UNUSED_RESULT;
/* The same, waited for without running the main loop. NULL with an error. (transfer full) */
AnnexConversation *
annex_task_read_events_now (AnnexStore *store, const char *id, gint64 last_seq, GError **error);

G_END_DECLS
