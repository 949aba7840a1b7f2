/* annex-store-private.h
 *
 * What the files of the store share: its jobs, its tables, and the digest of an event. Private to
 * core.
 *
 * A job is made in the caller's thread, worked on in the store's thread with the database, and
 * settled in the caller's thread again, because JSON nodes are not counted atomically: what a job
 * got from its caller is only touched there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-db.h"
#include "annex-owners.h"
#include "annex-spent.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_STORE_SCHEMA_VERSION 1

/* What the derived tables need of an event, plain strings. */
typedef struct
{
  char *title;
  char *state;
  char *opens;       /* the ask it opens */
  char *kind;        /* of that ask */
  char *refusal;     /* the answer to it that refuses; NULL: none does */
  char *reopens;     /* the closed ask that it opens again */
  char *closes;      /* the ask it closes */
  char *answer;      /* with this label; NULL: none */
  const char *closed; /* "dismissed", "expired"; NULL: answered */
  gint64 rewinds_to; /* -1: no rewind */
  gboolean creates;
  gboolean imported; /* or a copy: nothing of before is open or runs */
  gboolean forked;   /* a copy: what was spent before was spent by another task */
  gboolean spends;   /* what usage says */
  AnnexUsage usage;
  gboolean gives;    /* files, with what the user says */
  char *headline; /* for the search: a title */
  char *words;    /* for the search: everything else */
} AnnexDigest;

/* (transfer full) */
AnnexDigest *
annex_digest_new (AnnexEventType type, JsonObject *data);
void
annex_digest_free (AnnexDigest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexDigest, annex_digest_free)

typedef struct _StoreJob StoreJob;

/* In the store's thread. FALSE with @error. May set job->result. */
typedef gboolean (*StoreWork) (AnnexDb *db, StoreJob *job, GError **error);
/* In the caller's thread, after the work was committed: completes job->result. */
typedef void (*StoreSettle) (StoreJob *job);

struct _StoreJob
{
  StoreWork work;
  StoreSettle settle; /* nullable */
  GWeakRef store;
  gboolean lists; /* the list of tasks is another one afterwards */
  gboolean rules; /* the standing rules are others afterwards */
  gboolean shares;    /* one transaction may hold several such jobs */
  gboolean keeps;     /* one that shares: tried again before the next until it is done */
  gboolean kept;
  StoreJob *with; /* of one that shares: both are done, or neither; nullable */
  DexPromise *promise;
  GMainContext *context;
  GValue result; /* unset: TRUE */
  GError *error;

  /* What the work needs; copies, of which each work uses some. */
  char *task_id;
  char *text;
  gint64 number;
  guint limit;
  AnnexEventType type;
  AnnexDigest *digest;
  AnnexLedgerEntry *entry;
  AnnexOwners *owners; /* of the store (borrowed) */
  char *other;       /* a second task */
  GPtrArray *extras; /* what a fork adds */
  /* Touched only in the caller's thread. */
  JsonObject *data;
  /* What append found. */
  gint64 id;
  gint64 seq;
  gint64 time_us;
};

StoreJob *
annex_store_job_new (StoreWork work);
/* Queues @job (taken). */
DexFuture *
annex_store_queue (AnnexStore *self, StoreJob *job) G_GNUC_WARN_UNUSED_RESULT;
/* Appends two events to a task, in this order, or neither. Takes both data. Resolves to the second
 * AnnexEvent; rejects as annex_store_append. */
DexFuture *
annex_store_append_both (AnnexStore *self,
                         const char *task_id,
                         AnnexEventType type,
                         JsonObject *data,
                         AnnexEventType then_type,
                         JsonObject *then_data) G_GNUC_WARN_UNUSED_RESULT;
/* Sets the result to an array (taken). */
void
annex_store_job_take_array (StoreJob *job, GPtrArray *array);

/* As it can be stored: nothing missing, all of it text. (transfer full) */
AnnexLedgerEntry *
annex_store_copy_entry (const AnnexLedgerEntry *entry);
/* Is there a table of what is under way? FALSE without an error: nothing ever was. */
gboolean
annex_store_has_begun (AnnexDb *db, GError **error);
/* Within a transaction: it is no longer under way. */
gboolean
annex_store_end_begun (AnnexDb *db, gint64 begun, GError **error);
/* What was under way in processes that are gone becomes rows of the ledger. */
void
annex_store_settle_begun (AnnexDb *db, AnnexOwners *owners);

/* Makes or migrates the tables, rebuilds the derived ones when their version differs. */
gboolean
annex_store_prepare_schema (AnnexDb *db, GError **error);

/* Within a transaction: appends one event, and to the derived tables. A closed ask that was not
 * open is NOT_FOUND when @strict. */
gboolean
annex_store_insert_event (AnnexDb *db,
                          const char *task_id,
                          gint64 seq,
                          gint64 time_us,
                          const char *type_name,
                          const char *data,
                          const AnnexDigest *digest,
                          gboolean strict,
                          gint64 *id,
                          GError **error);
/* Within a transaction: only the derived tables. */
gboolean
annex_store_derive (AnnexDb *db,
                    gint64 id,
                    const char *task_id,
                    gint64 seq,
                    gint64 time_us,
                    const AnnexDigest *digest,
                    gboolean strict,
                    GError **error);
/* Events that a fact of a task comes from: not those that most of any log is, of which what is
 * wanted is kept as sums. There is an index of them, by task and seq. */
#define ANNEX_STORE_IS_FACT                                                                        \
  "type NOT IN ('user-message', 'reply-started', 'block', 'reply-finished', 'reply-failed', "      \
  "'tool-started', 'tool-finished')"
/* What is kept of the others of a task. */
typedef struct
{
  AnnexSpent spent;
  gboolean given; /* files came with what the user said */
} AnnexStoreSums;
gboolean
annex_store_read_sums (AnnexDb *db, const char *task_id, AnnexStoreSums *sums, GError **error);
/* Last seq of a task, 0 when it has no events; -1 with NOT_FOUND when there is no such task. */
gint64
annex_store_last_seq (AnnexDb *db, const char *task_id, GError **error);
/* Within a transaction: a task with all it has. FALSE with NOT_FOUND when there is none. */
gboolean
annex_store_remove_task (AnnexDb *db, const char *task_id, GError **error);
/* All tasks, newest first; AnnexTaskSummary elements. NULL with an error. (transfer full) */
GPtrArray *
annex_store_read_summaries (AnnexDb *db, GError **error);
/* Reads a row (id, task, seq, time_us, type, data). NULL with DAMAGED. */
AnnexEvent *
annex_store_read_event (sqlite3_stmt *statement, GError **error);
/* The same for the audit, where one that cannot be read holds up nobody: it is known what it was,
 * and it comes without its data. Never NULL. */
AnnexEvent *
annex_store_read_reported (sqlite3_stmt *statement);
/* All such rows of a bound statement. NULL with an error. (transfer full) */
GPtrArray *
annex_store_read_events (AnnexDb *db, sqlite3_stmt *statement, GError **error);

G_END_DECLS
