/* annex-inbox.h
 *
 * All asks of all tasks. An ask is stored before it is shown, can be answered by anyone who can
 * reach the store (this process, later another one), and resolves whoever waits for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-store.h"
#include "annex-task.h"

G_BEGIN_DECLS

/* One line of the inbox: an open ask, or one that was refused, dismissed or expired. */
typedef enum
{
  ANNEX_INBOX_OPEN,
  ANNEX_INBOX_REFUSED,
  ANNEX_INBOX_DISMISSED,
  ANNEX_INBOX_EXPIRED,
} AnnexInboxState;

typedef struct
{
  AnnexAsk *ask;
  AnnexInboxState state;
  char *task_title;
  gint64 opened_us;
  gint64 closed_us; /* 0 while open */
} AnnexInboxEntry;
#define ANNEX_TYPE_INBOX_ENTRY (annex_inbox_entry_get_type ())
GType annex_inbox_entry_get_type (void) G_GNUC_CONST;
AnnexInboxEntry *annex_inbox_entry_copy (const AnnexInboxEntry *self);
void annex_inbox_entry_free (AnnexInboxEntry *self);
const char *annex_inbox_state_to_name (AnnexInboxState state); /* open, refused, dismissed, expired */
/* The ask's own members, and `state`, `task_title`, `opened`, `closed?`, on one line. (transfer full) */
char *annex_inbox_entry_to_json_line (const AnnexInboxEntry *self);
/* What is open in all tasks, newest first, then what was refused, dismissed or expired and not opened
 * again since (at most @max_closed, newest first). Drafts are never among the latter. Resolves to a
 * boxed GPtrArray of AnnexInboxEntry; rejects with ANNEX_STORE_ERROR. */
DexFuture *annex_inbox_list (AnnexStore *store, guint max_closed) G_GNUC_WARN_UNUSED_RESULT;
/* In the same manner one entry by the ask's id, open or closed. Rejects NOT_FOUND. */
DexFuture *annex_inbox_find (AnnexStore *store, const char *ask_id) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexInboxEntry, annex_inbox_entry_free)

#define ANNEX_TYPE_INBOX (annex_inbox_get_type ())
G_DECLARE_FINAL_TYPE (AnnexInbox, annex_inbox, ANNEX, INBOX, GObject)

/* Signals, main thread: "opened" (AnnexAsk), after it is committed, also for one that is waited for
 * again; "closed" (AnnexAsk), after its answer is. Whoever can answer listens: the command line's
 * answers file or terminal, the window. */
AnnexInbox *annex_inbox_new (AnnexStore *store);
/* Stores @ask as an event of @task and waits. Resolves to a string: the answer object as JSON text;
 * rejects with G_IO_ERROR_CANCELLED when @cancel (nullable, borrowed) rejects (the ask stays open) or
 * the ask was rewound away. If an identical ask of the task is already open (after a restart, or asked
 * twice), that one is waited for instead. An answer of another process is noticed within about a
 * second. */
DexFuture *annex_inbox_ask (AnnexInbox *self,
                            AnnexTask *task,
                            AnnexAsk *ask,
                            DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* Answers an open ask by id; takes @answer (annex_ask_make_answer). @by: user, answers-file,
 * default. Also wakes a waiter. Resolves to TRUE; rejects with ANNEX_STORE_ERROR_NOT_FOUND. */
DexFuture *annex_inbox_answer (AnnexInbox *self,
                               const char *ask_id,
                               JsonObject *answer,
                               const char *by) G_GNUC_WARN_UNUSED_RESULT;
/* Nobody answered in time: appends ask-expired with the safe default @answer (taken; NULL:
 * {"answer": "none"}, which grants nothing) and wakes a waiter with it. Resolves to TRUE; rejects with
 * ANNEX_STORE_ERROR_NOT_FOUND. */
DexFuture *annex_inbox_expire (AnnexInbox *self,
                               const char *ask_id,
                               JsonObject *answer) G_GNUC_WARN_UNUSED_RESULT;
/* Open asks this process waits on. AnnexAsk elements. (transfer full) */
GPtrArray *annex_inbox_dup_waiting (AnnexInbox *self);

/* Opens an ask that was refused, dismissed or expired once more, as a new one of the same content. Its
 * answer is for annex_workspace_take_late_answer: no call waits for it. Resolves to the new AnnexAsk
 * (boxed); rejects with ANNEX_STORE_ERROR_NOT_FOUND when it is not closed in that way. */
DexFuture *annex_inbox_reopen (AnnexStore *store, const char *ask_id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
