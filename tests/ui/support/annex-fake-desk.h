/* annex-fake-desk.h
 *
 * A desk for tests of widgets: a real store in a temporary folder, real tasks made by appending
 * real events, and everything else as the test sets it. No agent, no computer, no network. Each
 * call of the port is recorded as "name:argument:argument" and answered sensibly; any may be made
 * to fail or to stay pending.
 *
 * The helpers run the main loop until what they append is committed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"
#include "annex-desk.h"
#include "annex-keep.h"
#include "annex-policy.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_FAKE_DESK (annex_fake_desk_get_type ())
G_DECLARE_FINAL_TYPE (AnnexFakeDesk, annex_fake_desk, ANNEX, FAKE_DESK, GObject)

/* After annex_shot_init (or dex_init). The folder is removed with the last reference; close it
 * before with annex_fake_desk_close, so that nothing of it is left in the main loop. */
AnnexFakeDesk *
annex_fake_desk_new (void);
void
annex_fake_desk_close (AnnexFakeDesk *self);
/* The temporary folder. (borrowed) */
const char *
annex_fake_desk_get_folder (AnnexFakeDesk *self);
/* Makes a folder below it, with @names files of a few bytes each (NULL-terminated); for sharing.
 * Returns its path. (transfer full) */
char *
annex_fake_desk_make_folder (AnnexFakeDesk *self, const char *name, const char *const *names);

/* The calls so far: "keep:<share>:<path>,<path>", "say:<text>" … (borrowed) */
GPtrArray *
annex_fake_desk_get_calls (AnnexFakeDesk *self);
/* Was there such a call? @call may end with '*'. */
gboolean
annex_fake_desk_was_called (AnnexFakeDesk *self, const char *call);
void
annex_fake_desk_forget_calls (AnnexFakeDesk *self);
/* The next call of @function ("keep") rejects with @error (taken). "keep:<share>" and
 * "discard:<share>": the next one for that folder; "kept:<share>": after it was kept. */
void
annex_fake_desk_fail (AnnexFakeDesk *self, const char *function, GError *error);
/* What the next undo answers; takes @kept (AnnexKept). With one that failed the keep stays. */
void
annex_fake_desk_set_undone (AnnexFakeDesk *self, GPtrArray *kept);
/* Calls of @function stay pending until released. */
void
annex_fake_desk_hold (AnnexFakeDesk *self, const char *function);
void
annex_fake_desk_release (AnnexFakeDesk *self, const char *function);

/* Tasks. Each is kept by the desk. (borrowed) */
AnnexTask *
annex_fake_desk_add_task (AnnexFakeDesk *self, const char *title);
/* @n tasks without a conversation, titled "Task 1" …, quickly. */
void
annex_fake_desk_add_tasks (AnnexFakeDesk *self, guint n);
/* Appends any event; takes @data. */
void
annex_fake_desk_append (AnnexFakeDesk *self,
                        AnnexTask *task,
                        AnnexEventType type,
                        JsonObject *data);
/* The same with the data as JSON text. */
void
annex_fake_desk_append_text (AnnexFakeDesk *self,
                             AnnexTask *task,
                             AnnexEventType type,
                             const char *data);
/* Also makes annex_desk_is_running say so. */
void
annex_fake_desk_set_state (AnnexFakeDesk *self, AnnexTask *task, AnnexTaskState state);

/* Conversation. */
void
annex_fake_desk_user (AnnexFakeDesk *self, AnnexTask *task, const char *text);
/* Provisional text of the reply being streamed; annex_fake_desk_text finishes it. */
void
annex_fake_desk_stream (AnnexFakeDesk *self, AnnexTask *task, const char *text);
void
annex_fake_desk_text (AnnexFakeDesk *self, AnnexTask *task, const char *text);
void
annex_fake_desk_thinking (AnnexFakeDesk *self, AnnexTask *task, const char *text);
/* A tool call that has begun; @input: JSON text. Returns its id. (transfer full) */
/* The pane that every task has from now on; "browser-opened" tells of it. */
void
annex_fake_desk_set_browser (AnnexFakeDesk *self, AnnexTask *task, AnnexBrowser *browser);
char *
annex_fake_desk_call (AnnexFakeDesk *self, AnnexTask *task, const char *tool, const char *input);
/* A call of the sub-agent that the call @parent started. (transfer full) */
char *
annex_fake_desk_sub_call (AnnexFakeDesk *self,
                          AnnexTask *task,
                          const char *parent,
                          const char *tool,
                          const char *input);
void
annex_fake_desk_result (AnnexFakeDesk *self,
                        AnnexTask *task,
                        const char *id,
                        const char *tool,
                        const char *text,
                        gboolean is_error,
                        gint64 duration_ms);
/* @steps: JSON text, [{"title": …, "state": …}]. */
void
annex_fake_desk_plan (AnnexFakeDesk *self, AnnexTask *task, const char *steps);
/* Opens @ask (taken). (borrowed by the desk until it is closed; transfer none) */
AnnexAsk *
annex_fake_desk_ask (AnnexFakeDesk *self, AnnexTask *task, AnnexAsk *ask);
void
annex_fake_desk_error (AnnexFakeDesk *self,
                       AnnexTask *task,
                       const char *domain,
                       const char *code,
                       const char *message);
/* Results: guest paths, NULL-terminated. */
void
annex_fake_desk_present (AnnexFakeDesk *self, AnnexTask *task, const char *const *paths);
void
annex_fake_desk_ledger (AnnexFakeDesk *self,
                        AnnexTask *task,
                        const char *host,
                        const char *decision,
                        guint64 bytes_down);

/* Folders and drafts. Returns the share's id. (transfer full) */
char *
annex_fake_desk_share (AnnexFakeDesk *self, AnnexTask *task, const char *path, AnnexShareMode mode);
/* What annex_desk_list_draft answers, and its draft-changed event; takes @changes. */
void
annex_fake_desk_set_draft (AnnexFakeDesk *self,
                           AnnexTask *task,
                           const char *share_id,
                           GPtrArray *changes);
/* Bytes of a file on one side of a draft; @length -1: a text. */
void
annex_fake_desk_set_before (AnnexFakeDesk *self,
                            const char *share_id,
                            const char *path,
                            const void *bytes,
                            gssize length);
void
annex_fake_desk_set_after (AnnexFakeDesk *self,
                           const char *share_id,
                           const char *path,
                           const void *bytes,
                           gssize length);
/* A file in the computer. */
void
annex_fake_desk_set_file (AnnexFakeDesk *self,
                          const char *guest_path,
                          const void *bytes,
                          gssize length);

/* The machine. Each is copied, but for @computer. */
void
annex_fake_desk_set_computer (AnnexFakeDesk *self, AnnexComputer *computer);
void
annex_fake_desk_set_use (AnnexFakeDesk *self, const AnnexComputerUse *use);
/* One more checkpoint of the computer, the newest; takes it. */
void
annex_fake_desk_add_checkpoint (AnnexFakeDesk *self, AnnexCheckpoint *checkpoint);
void
annex_fake_desk_set_needs (AnnexFakeDesk *self, const AnnexComputerNeeds *needs);
/* Adds or replaces, and emits checks-changed. */
void
annex_fake_desk_set_check (AnnexFakeDesk *self,
                           const char *id,
                           AnnexCheckState state,
                           const char *title,
                           const char *sentence,
                           const char *repair,
                           const char *admin_text);
/* Adds a profile, and emits profiles-changed; takes it. */
void
annex_fake_desk_add_profile (AnnexFakeDesk *self, AnnexModelProfile *profile);
/* What annex_desk_find_local answers; takes it. */
void
annex_fake_desk_add_local (AnnexFakeDesk *self, AnnexModelProfile *profile);

G_END_DECLS
