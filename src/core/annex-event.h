/* annex-event.h
 *
 * One committed event of a task, immutable. The types and the members of their data are listed in
 * src/core/README.md; they are the format of `--json`, of exports and of the database.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  ANNEX_EVENT_TASK_CREATED,      /* {title, provider, model, base_url?, system, tools} exact texts */
  ANNEX_EVENT_TITLE_CHANGED,     /* {title} */
  ANNEX_EVENT_STATE_CHANGED,     /* {state, reason?}: running, waiting, done, failed, stopped */
  ANNEX_EVENT_USER_MESSAGE,      /* {blocks} */
  ANNEX_EVENT_ANNOUNCEMENT,      /* {text}: Annex tells the model; joins the next user turn */
  ANNEX_EVENT_REPLY_STARTED,     /* {reply, model, seen}: seen, added by AnnexTask, is the seq of the
                                  * last event the request was built from */
  ANNEX_EVENT_BLOCK,             /* {reply, index, block} */
  ANNEX_EVENT_REPLY_FINISHED,    /* {reply, stop_reason, usage, cost_usd?} */
  ANNEX_EVENT_REPLY_FAILED,      /* {reply, error, message, retry_in_ms?}: its blocks do not count */
  ANNEX_EVENT_TOOL_STARTED,      /* {tool_use_id, name, parent?}: parent is a delegate's call; then it is
                                  * no part of the conversation */
  ANNEX_EVENT_TOOL_FINISHED,     /* {tool_use_id, name, result (tool_result block), duration_ms,
                                  *  interrupted?} */
  ANNEX_EVENT_PLAN_UPDATED,      /* {steps: [{id, title, state, files?}], explanation?, by} */
  ANNEX_EVENT_ASK_OPENED,        /* {ask: {id, kind, …}} */
  ANNEX_EVENT_ASK_ANSWERED,      /* {ask, answer, by} */
  ANNEX_EVENT_ASK_EXPIRED,       /* {ask, answer} the safe default that was taken */
  ANNEX_EVENT_SHARE_GRANTED,     /* {share: {id, name, path, mode}} */
  ANNEX_EVENT_SHARE_MODE,        /* {share, mode} */
  ANNEX_EVENT_SHARE_REVOKED,     /* {share} */
  ANNEX_EVENT_DRAFT_CHANGED,     /* {share, added, changed, renamed, deleted, entries: […]} */
  ANNEX_EVENT_DRAFT_KEEPING,     /* {keep, share}: before the first file is touched */
  ANNEX_EVENT_DRAFT_KEPT,        /* {keep, share, entries: [{path, action, outcome}]} */
  ANNEX_EVENT_DRAFT_DISCARDED,   /* {share, paths} */
  ANNEX_EVENT_DRAFT_UNDONE,      /* {keep, entries: [{path, outcome}]} */
  ANNEX_EVENT_FILES_PRESENTED,   /* {paths} */
  ANNEX_EVENT_NETWORK_DECIDED,   /* {host, decision, scope, by} */
  ANNEX_EVENT_UNTRUSTED_READ,    /* {source}: "web", "connector:ID", "tools:ID", "host:NAME" or
                                  * "import", once each */
  ANNEX_EVENT_DATA_GIVEN,        /* {what: "files" or "secret", count?, name?}: beside folders, before it
                                  * is in the computer */
  ANNEX_EVENT_CONNECTOR_DECIDED, /* {connector, tool, decision, scope, digest?, by} */
  ANNEX_EVENT_COMPUTER_CHANGED,  /* {state, message?} */
  ANNEX_EVENT_CHECKPOINT_MADE,   /* {checkpoint: {id, name?, kind, time, seq, memory, size}} */
  ANNEX_EVENT_CHECKPOINT_REMOVED, /* {checkpoint, reason: user, limit, reset} */
  ANNEX_EVENT_ROLLING_BACK,      /* {checkpoint, time, before?}: before the computer is touched */
  ANNEX_EVENT_ROLLED_BACK,       /* {checkpoint, time, before?, kept: [{share, path}], text}, or
                                  * {checkpoint, error}: then nothing changed */
  ANNEX_EVENT_TRIES_AGAIN,       /* {task}: this is another try of that task, on copies of its folders */
  ANNEX_EVENT_FORKED,            /* {task, checkpoint, time, text}: all before it is another task's */
  ANNEX_EVENT_REWOUND,           /* {to_seq}: events after it no longer count */
  ANNEX_EVENT_COMPACTED,         /* {text, seen}: what the model is told instead of all up to seen */
  ANNEX_EVENT_ERROR,             /* {domain, code, message, advice?} */
  ANNEX_EVENT_IMPORTED,          /* {task, exported}: came from an export */
  ANNEX_EVENT_UNKNOWN,           /* written by a newer Annex; kept verbatim */
} AnnexEventType;

#define ANNEX_TYPE_EVENT (annex_event_get_type ())
typedef struct _AnnexEvent AnnexEvent;
GType annex_event_get_type (void) G_GNUC_CONST;

/* Takes @data. @time_us: microseconds since 1970 UTC. @type_name is kept for UNKNOWN. */
AnnexEvent *annex_event_new (gint64 id,
                             const char *task_id,
                             gint64 seq,
                             gint64 time_us,
                             const char *type_name,
                             JsonObject *data);
AnnexEvent *annex_event_ref (AnnexEvent *self);
void annex_event_unref (AnnexEvent *self);

gint64 annex_event_get_id (AnnexEvent *self);
const char *annex_event_get_task_id (AnnexEvent *self);
gint64 annex_event_get_seq (AnnexEvent *self); /* 1, 2, 3 … within the task */
gint64 annex_event_get_time_us (AnnexEvent *self);
AnnexEventType annex_event_get_event_type (AnnexEvent *self);
const char *annex_event_get_type_name (AnnexEvent *self);
JsonObject *annex_event_get_data (AnnexEvent *self); /* do not change (borrowed) */
/* {id, task, seq, time (RFC 3339 UTC, milliseconds), type, data} on one line. (transfer full) */
char *annex_event_to_json_line (AnnexEvent *self);

const char *annex_event_type_to_name (AnnexEventType type);
AnnexEventType annex_event_type_from_name (const char *name);
/* Does @data hold the members its type must have? ANNEX_JSON_ERROR. TRUE for UNKNOWN. */
gboolean annex_event_check_data (AnnexEventType type, JsonObject *data, GError **error);

/* Times as every public line has them: RFC 3339, UTC, milliseconds. (transfer full) */
char *annex_time_to_text (gint64 time_us);
/* FALSE when @text (nullable) is no time since 1970. */
gboolean annex_time_from_text (const char *text, gint64 *time_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexEvent, annex_event_unref)

G_END_DECLS
