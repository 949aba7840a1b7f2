/* annex-store.h
 *
 * The event log in SQLite (WAL, synchronous=FULL, migrations by user_version), and what is derived
 * from it: the list of tasks, search, the inbox's index, the ledger, standing network rules. One
 * thread owns the connection; every call is queued to it in order, so nothing here blocks. Events
 * are never changed or deleted by anything but deleting a whole task; derived tables are rebuilt
 * from them when their version differs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"
#include "annex-ledger.h"

#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_STORE_ERROR (annex_store_error_quark ())

/* OPEN: cannot be opened or made; DAMAGED: not a database, or fails its integrity check; NEWER: made
 * by a newer Annex; DISK_FULL; NOT_FOUND: no such task; FORMAT: an export that is not one, or
 * an event that is too large to be read again. */
typedef enum
{
  ANNEX_STORE_ERROR_OPEN,
  ANNEX_STORE_ERROR_DAMAGED,
  ANNEX_STORE_ERROR_NEWER,
  ANNEX_STORE_ERROR_DISK_FULL,
  ANNEX_STORE_ERROR_NOT_FOUND,
  ANNEX_STORE_ERROR_FORMAT,
  ANNEX_STORE_ERROR_FAILED,
} AnnexStoreError;

GQuark annex_store_error_quark (void);

/* Signals, in the thread of whoever called: "appended" (AnnexEvent): an event of this process, of
 * whichever task, is committed. "tasks-changed" (): a task was archived, deleted or imported here.
 * "rules-changed" (): a standing network rule was set or removed here. */
#define ANNEX_TYPE_STORE (annex_store_get_type ())
G_DECLARE_FINAL_TYPE (AnnexStore, annex_store, ANNEX, STORE, GObject)

/* Opens or makes the database at @path (NULL: annex_paths_data ("tasks.db")).
 * Resolves to an AnnexStore object; rejects with ANNEX_STORE_ERROR. */
DexFuture *annex_store_open (const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* Reads the whole database for damage; takes its time. Resolves to TRUE; rejects with DAMAGED. */
DexFuture *annex_store_check (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Waits for queued work and closes. Resolves to TRUE. */
DexFuture *annex_store_close (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* What `tasks list` shows, newest first; derived. */
typedef struct
{
  char *id;
  char *title;
  char *state; /* running, waiting, done, failed, stopped */
  gint64 created_us;
  gint64 updated_us;
  gboolean archived;
  int open_asks;
} AnnexTaskSummary;
#define ANNEX_TYPE_TASK_SUMMARY (annex_task_summary_get_type ())
GType annex_task_summary_get_type (void) G_GNUC_CONST;
AnnexTaskSummary *annex_task_summary_copy (const AnnexTaskSummary *self);
void annex_task_summary_free (AnnexTaskSummary *self);
/* {id, title, state, created, updated} on one line: `tasks list --json`. (transfer full) */
char *annex_task_summary_to_json_line (const AnnexTaskSummary *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTaskSummary, annex_task_summary_free)

/* Appends one event; the transaction is durable when this resolves. Takes @data. task-created makes
 * the task, any other type needs it (NOT_FOUND); ask-answered and ask-expired need an open ask of the
 * task (NOT_FOUND), so that of two answers only one counts. Resolves to the AnnexEvent (boxed);
 * rejects with ANNEX_STORE_ERROR (DISK_FULL, …): then nothing was appended. */
DexFuture *annex_store_append (AnnexStore *self,
                               const char *task_id,
                               AnnexEventType type,
                               JsonObject *data) G_GNUC_WARN_UNUSED_RESULT;
/* The events of a task with seq > @after_seq, in order, at most @limit (0: all). Resolves to a boxed
 * GPtrArray of AnnexEvent (G_TYPE_PTR_ARRAY). Rejects NOT_FOUND for an unknown task. */
DexFuture *annex_store_list_events (AnnexStore *self,
                                    const char *task_id,
                                    gint64 after_seq,
                                    guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* The newest @limit (> 0) events of a task with seq < @before_seq, in order. Otherwise as
 * annex_store_list_events. */
DexFuture *annex_store_list_events_before (AnnexStore *self,
                                           const char *task_id,
                                           gint64 before_seq,
                                           guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* All events of a task of these types, in order: of a long log only what is asked for is read.
 * Otherwise as annex_store_list_events. */
DexFuture *annex_store_list_events_of (AnnexStore *self,
                                       const char *task_id,
                                       const AnnexEventType *types,
                                       guint n_types) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a boxed GPtrArray of AnnexTaskSummary, newest `updated` first. */
DexFuture *annex_store_list_tasks (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to the AnnexTaskSummary (boxed) of one task; rejects NOT_FOUND. */
DexFuture *annex_store_get_summary (AnnexStore *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a number (int64) that is another one after another process has written. Cheap. */
DexFuture *annex_store_get_others_version (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Full-text search over titles, messages, file names and results of all tasks; @query is the user's
 * own words, never FTS syntax. Resolves to a boxed GPtrArray of AnnexTaskSummary, best first. */
DexFuture *annex_store_search (AnnexStore *self,
                               const char *query,
                               guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* Completes an id, its unique beginning, a title or its unique beginning to the id. Resolves to a string; rejects NOT_FOUND,
 * saying so when several match. */
DexFuture *annex_store_find_task (AnnexStore *self, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* Open asks of all tasks, oldest first: boxed GPtrArray of JsonObject-holding AnnexEvent
 * (ASK_OPENED events that have neither been answered nor expired). */
DexFuture *annex_store_list_open_asks (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;
/* Each resolves to TRUE; rejects NOT_FOUND. Deleting removes the task's events and what is derived from
 * them; its ledger rows stay: what left the machine left it. */
DexFuture *annex_store_set_archived (AnnexStore *self,
                                     const char *task_id,
                                     gboolean archived) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_store_delete_task (AnnexStore *self,
                                    const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

/* Export: one JSON line an event, after a header line {annex_export: 1, task, title, exported, events};
 * @path is replaced whole or not at all. Resolves to TRUE. Import checks every line, gives the task a
 * new id and appends `imported`; nothing is kept of a damaged file (FORMAT). Resolves to the new id
 * (string). What another machine's log grants is not taken over: see annex-task.h. */
DexFuture *annex_store_export (AnnexStore *self,
                               const char *task_id,
                               const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_store_import (AnnexStore *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the task @new_id (of annex_identifier_new ()) from the events of @task_id up to and with
 * @to_seq, as they are, followed by @events (AnnexEvent; their type and data count), all or nothing.
 * The first of @events is `forked`, after which nothing of before is open any more. Resolves to TRUE;
 * rejects NOT_FOUND. */
DexFuture *annex_store_fork (AnnexStore *self,
                             const char *task_id,
                             gint64 to_seq,
                             const char *new_id,
                             GPtrArray *events) G_GNUC_WARN_UNUSED_RESULT;

/* The ledger. Takes nothing; copies @entry. Resolves to TRUE when durable. */
DexFuture *annex_store_append_ledger (AnnexStore *self,
                                      const AnnexLedgerEntry *entry) G_GNUC_WARN_UNUSED_RESULT;
/* Boxed GPtrArray of AnnexLedgerEntry, oldest first; @task_id NULL: all. */
DexFuture *annex_store_list_ledger (AnnexStore *self,
                                    const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

/* For reporting elsewhere (annex-audit.h): the events of all tasks with an id above @after_id, in the
 * order they were committed, at most @limit. As annex_store_list_events. */
DexFuture *annex_store_list_all_events (AnnexStore *self,
                                        gint64 after_id,
                                        guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* The same of the ledger: boxed GPtrArray of AnnexLedgerEntry. */
DexFuture *annex_store_list_all_ledger (AnnexStore *self,
                                        gint64 after_id,
                                        guint limit) G_GNUC_WARN_UNUSED_RESULT;
/* A number that stays under @name. Resolves to an int64, -1 when none was set; to TRUE. */
DexFuture *annex_store_get_mark (AnnexStore *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_store_set_mark (AnnexStore *self,
                                 const char *name,
                                 gint64 value) G_GNUC_WARN_UNUSED_RESULT;

/* Standing network rules ("always", "never"): host → decision. Resolves to a boxed GPtrArray of
 * AnnexNetworkRule (annex-policy.h). */
DexFuture *annex_store_list_rules (AnnexStore *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_store_set_rule (AnnexStore *self,
                                 const char *host,
                                 gboolean allow) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_store_remove_rule (AnnexStore *self, const char *host) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
