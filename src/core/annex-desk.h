/* annex-desk.h
 *
 * The Desk port: everything a window does with tasks, models and this machine. The app implements
 * it with the agent, the models and the computers; a window sees only this and the values of core,
 * so that it holds no logic of its own. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-again.h"
#include "annex-browser.h"
#include "annex-check.h"
#include "annex-computer.h"
#include "annex-connectors.h"
#include "annex-draft.h"
#include "annex-inbox.h"
#include "annex-model-profile.h"
#include "annex-skill-library.h"
#include "annex-space.h"
#include "annex-store.h"
#include "annex-task.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_DESK (annex_desk_get_type ())
G_DECLARE_INTERFACE (AnnexDesk, annex_desk, ANNEX, DESK, GObject)

/* What the computer needs before it can be used for the first time, for the consent page. */
typedef struct
{
  gboolean installed;        /* an image is here and current */
  guint64 download_bytes;    /* 0: nothing is downloaded (it is built here) */
  guint64 disk_bytes;        /* that the image takes when it is there */
  guint64 disk_free_bytes;   /* at @folder */
  guint64 memory_bytes;      /* that one computer takes while it runs */
  gboolean metered;          /* the connection is metered */
  char *folder;              /* where it will live */
  char *source;              /* "Downloaded from example.org" or "Built on this machine" */
} AnnexComputerNeeds;
#define ANNEX_TYPE_COMPUTER_NEEDS (annex_computer_needs_get_type ())
GType annex_computer_needs_get_type (void) G_GNUC_CONST;
AnnexComputerNeeds *annex_computer_needs_copy (const AnnexComputerNeeds *self);
void annex_computer_needs_free (AnnexComputerNeeds *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComputerNeeds, annex_computer_needs_free)

/* What a computer uses now; -1 where it is not known. */
typedef struct
{
  gint64 memory_bytes;       /* that it takes of this machine */
  gint64 memory_limit_bytes;
  gint64 disk_bytes;         /* its files on this machine */
  gint64 disk_used_bytes;    /* inside, of */
  gint64 disk_limit_bytes;
  char *accelerator;         /* "kvm", "tcg"; nullable while off */
  char *folder;              /* where its files live */
} AnnexComputerUse;
#define ANNEX_TYPE_COMPUTER_USE (annex_computer_use_get_type ())
GType annex_computer_use_get_type (void) G_GNUC_CONST;
AnnexComputerUse *annex_computer_use_copy (const AnnexComputerUse *self);
void annex_computer_use_free (AnnexComputerUse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComputerUse, annex_computer_use_free)

/* A folder for a new task. */
typedef struct
{
  char *path;
  AnnexShareMode mode;
} AnnexFolderChoice;

/* A new task as the composer has it. Free with annex_new_task_free. */
typedef struct
{
  char *prompt;
  GPtrArray *folders;  /* AnnexFolderChoice */
  GPtrArray *files;    /* char *: absolute paths of single files; copied into the computer's
                        * /home/agent/inbox, images and PDFs also shown to the model */
  GPtrArray *images;   /* GBytes, PNG: pasted */
  GPtrArray *skills;   /* char *: names of skills that the user wants to be used */
  char *profile;       /* the model profile's id; NULL: the default one */
} AnnexNewTask;
AnnexNewTask *annex_new_task_new (void);
void annex_new_task_add_folder (AnnexNewTask *self, const char *path, AnnexShareMode mode);
AnnexNewTask *annex_new_task_copy (const AnnexNewTask *self);
void annex_new_task_free (AnnexNewTask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexNewTask, annex_new_task_free)

/* Signals:
 * "ask-opened" (AnnexAsk), "ask-closed" (AnnexAsk): of any task, after the commit.
 * "task-state" (AnnexTask): a task that runs here came to another state.
 * "browser-opened" (AnnexTask): it has a browser pane now, which the agent or the user wanted.
 * "checks-changed" (): annex_desk_get_checks has news.
 * "profiles-changed" (): the model profiles. */
struct _AnnexDeskInterface
{
  GTypeInterface parent_iface;

  AnnexStore *(*get_store) (AnnexDesk *self);
  AnnexInbox *(*get_inbox) (AnnexDesk *self);

  DexFuture *(*create_task) (AnnexDesk *self, const AnnexNewTask *request);
  DexFuture *(*open_task) (AnnexDesk *self, const char *task_id);
  DexFuture *(*say) (AnnexDesk *self, AnnexTask *task, const AnnexNewTask *message);
  DexFuture *(*resume) (AnnexDesk *self, AnnexTask *task);
  void (*stop) (AnnexDesk *self, AnnexTask *task);
  gboolean (*is_running) (AnnexDesk *self, AnnexTask *task);
  guint (*get_n_running) (AnnexDesk *self);
  DexFuture *(*rewind) (AnnexDesk *self, AnnexTask *task, gint64 seq, const char *text);
  DexFuture *(*change_plan) (AnnexDesk *self, AnnexTask *task, AnnexPlan *plan, const char *what);
  DexFuture *(*delete_task) (AnnexDesk *self, const char *task_id);
  DexFuture *(*try_again) (AnnexDesk *self, AnnexTask *task, const AnnexAgain *how);

  DexFuture *(*grant_folder) (AnnexDesk *self, AnnexTask *task, const char *path, AnnexShareMode mode);
  DexFuture *(*set_share_mode) (AnnexDesk *self, AnnexTask *task, const char *share_id, AnnexShareMode mode);
  DexFuture *(*revoke_share) (AnnexDesk *self, AnnexTask *task, const char *share_id);

  DexFuture *(*answer) (AnnexDesk *self, AnnexAsk *ask, JsonObject *answer);
  DexFuture *(*answer_text) (AnnexDesk *self, AnnexAsk *ask, const char *text);
  DexFuture *(*store_secret) (AnnexDesk *self, const char *label, const char *value);
  DexFuture *(*reopen) (AnnexDesk *self, const char *ask_id);
  DexFuture *(*list_inbox) (AnnexDesk *self);

  DexFuture *(*list_draft) (AnnexDesk *self, AnnexTask *task, const char *share_id);
  DexFuture *(*keep) (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *const *paths);
  DexFuture *(*discard) (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *const *paths);
  DexFuture *(*undo) (AnnexDesk *self, AnnexTask *task, const char *keep_id);
  DexFuture *(*load_before) (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path);
  DexFuture *(*load_after) (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path);
  DexFuture *(*load_file) (AnnexDesk *self, AnnexTask *task, const char *guest_path);

  AnnexComputer *(*get_computer) (AnnexDesk *self, AnnexTask *task);
  AnnexBrowser *(*get_browser) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*open_browser) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*get_use) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*list_space) (AnnexDesk *self);
  DexFuture *(*start_computer) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*reset_computer) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*list_checkpoints) (AnnexDesk *self, AnnexTask *task);
  DexFuture *(*checkpoint) (AnnexDesk *self, AnnexTask *task, const char *name);
  DexFuture *(*roll_back) (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id);
  DexFuture *(*fork) (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id, const char *title);
  DexFuture *(*remove_checkpoint) (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id);
  DexFuture *(*get_needs) (AnnexDesk *self);
  DexFuture *(*install_computer) (AnnexDesk *self, AnnexProgressFunc progress, gpointer user_data, GCancellable *cancellable);
  DexFuture *(*move_computers) (AnnexDesk *self, const char *folder, AnnexProgressFunc progress, gpointer user_data, GCancellable *cancellable);

  char **(*dup_package_hosts) (AnnexDesk *self);
  GPtrArray *(*dup_profiles) (AnnexDesk *self);
  DexFuture *(*find_local) (AnnexDesk *self);
  DexFuture *(*check_profile) (AnnexDesk *self, const AnnexModelProfile *profile, const char *key);
  DexFuture *(*save_profile) (AnnexDesk *self, const AnnexModelProfile *profile, const char *key);
  DexFuture *(*remove_profile) (AnnexDesk *self, const char *profile_id);
  DexFuture *(*list_models) (AnnexDesk *self, const AnnexModelProfile *profile, const char *key);

  GPtrArray *(*dup_checks) (AnnexDesk *self);
  DexFuture *(*run_checks) (AnnexDesk *self, gboolean thorough);
  DexFuture *(*repair) (AnnexDesk *self, const char *check_id);

  AnnexSkillLibrary *(*get_skills) (AnnexDesk *self);
  DexFuture *(*make_skill) (AnnexDesk *self, AnnexTask *task, GCancellable *cancellable);
  AnnexConnectors *(*get_connectors) (AnnexDesk *self);
};

/* Borrowed, always there. */
AnnexStore *annex_desk_get_store (AnnexDesk *self);
AnnexInbox *annex_desk_get_inbox (AnnexDesk *self);

/* ---- tasks */

/* Makes a task and starts it. Resolves to the AnnexTask as soon as its first message is committed;
 * rejects with ANNEX_STORE_ERROR, ANNEX_SHARE_ERROR, ANNEX_MODEL_ERROR (no such profile …). */
DexFuture *annex_desk_create_task (AnnexDesk *self, const AnnexNewTask *request) G_GNUC_WARN_UNUSED_RESULT;
/* The task of @task_id; the same object for everyone while anyone holds it. Starts nothing.
 * Resolves to an AnnexTask; rejects with ANNEX_STORE_ERROR_NOT_FOUND. */
DexFuture *annex_desk_open_task (AnnexDesk *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;
/* The user says something; folders are granted first. A task that rests goes on. Resolves to TRUE
 * once it is committed. */
DexFuture *annex_desk_say (AnnexDesk *self, AnnexTask *task, const AnnexNewTask *message) G_GNUC_WARN_UNUSED_RESULT;
/* Lets a task that rests go on without a new message (after stop, failure, a restart). Resolves to
 * TRUE when it runs. */
DexFuture *annex_desk_resume (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
void annex_desk_stop (AnnexDesk *self, AnnexTask *task);
/* In this process. */
gboolean annex_desk_is_running (AnnexDesk *self, AnnexTask *task);
guint annex_desk_get_n_running (AnnexDesk *self);
/* Edit and retry: stops it, appends rewound to before the user-message event @seq, says @text
 * instead and goes on. Resolves to TRUE. */
DexFuture *annex_desk_rewind (AnnexDesk *self, AnnexTask *task, gint64 seq, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The user's own change of the plan: appends plan-updated by user and tells the agent @what in plain
 * words ("The user struck the step …"). Resolves to TRUE. */
DexFuture *annex_desk_change_plan (AnnexDesk *self, AnnexTask *task, AnnexPlan *plan, const char *what) G_GNUC_WARN_UNUSED_RESULT;
/* Deletes the task, its computer and undo data. Resolves to TRUE. */
DexFuture *annex_desk_delete_task (AnnexDesk *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

/* Tries @task again, or the task that it is another try of: a new task with the user's words of
 * then, on copies of its folders as they were at its beginning. What is kept of it goes to the
 * folders themselves, which are not touched before. Resolves to the new AnnexTask as soon as its
 * first message is committed; rejects with ANNEX_AGAIN_ERROR, ANNEX_MODEL_ERROR, ANNEX_STORE_ERROR,
 * ANNEX_COMPUTER_ERROR; then nothing is left of it. */
DexFuture *annex_desk_try_again (AnnexDesk *self, AnnexTask *task, const AnnexAgain *how) G_GNUC_WARN_UNUSED_RESULT;

/* ---- folders */

/* Resolves to an AnnexShare (boxed) or TRUE. */
DexFuture *annex_desk_grant_folder (AnnexDesk *self, AnnexTask *task, const char *path, AnnexShareMode mode) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_set_share_mode (AnnexDesk *self, AnnexTask *task, const char *share_id, AnnexShareMode mode) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_revoke_share (AnnexDesk *self, AnnexTask *task, const char *share_id) G_GNUC_WARN_UNUSED_RESULT;

/* ---- asks */

/* Takes @answer (made by annex_ask_make_answer, or the object of a question). Carries out what a
 * draft ask's answer says; a task that rested because of the ask goes on. Resolves to TRUE. */
DexFuture *annex_desk_answer (AnnexDesk *self, AnnexAsk *ask, JsonObject *answer) G_GNUC_WARN_UNUSED_RESULT;
/* The same from one label or free text, as annex_ask_make_answer reads it. */
DexFuture *annex_desk_answer_text (AnnexDesk *self, AnnexAsk *ask, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* Puts a secret answer where it belongs. Resolves to a string, "secret:<id>". */
DexFuture *annex_desk_store_secret (AnnexDesk *self, const char *label, const char *value) G_GNUC_WARN_UNUSED_RESULT;
/* Opens an ask that was refused, dismissed or expired once more, as a new ask of the same content
 * whose answer reaches the agent as an announcement, and the task goes on. Resolves to the new
 * AnnexAsk (boxed). */
DexFuture *annex_desk_reopen (AnnexDesk *self, const char *ask_id) G_GNUC_WARN_UNUSED_RESULT;
/* Everything open, and what was refused, dismissed or expired and can be reopened, newest first, of
 * all tasks. Resolves to a boxed GPtrArray of AnnexInboxEntry (annex-inbox.h). */
DexFuture *annex_desk_list_inbox (AnnexDesk *self) G_GNUC_WARN_UNUSED_RESULT;

/* ---- drafts and files */

/* Boxed GPtrArray of AnnexChange; starts the computer when it must. */
DexFuture *annex_desk_list_draft (AnnexDesk *self, AnnexTask *task, const char *share_id) G_GNUC_WARN_UNUSED_RESULT;
/* NULL @paths: all. Keep and undo resolve to a boxed GPtrArray of AnnexKept, discard to TRUE. An ask
 * about this draft is closed with it when nothing of it remains. */
DexFuture *annex_desk_keep (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_discard (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_undo (AnnexDesk *self, AnnexTask *task, const char *keep_id) G_GNUC_WARN_UNUSED_RESULT;
/* The bytes of a file as the user's folder has it, as the draft has it, and of any file in the
 * computer; at most 32 MiB. Resolve to GBytes (boxed); G_IO_ERROR_NOT_FOUND when there is none on
 * that side, G_IO_ERROR_NO_SPACE when it is larger. */
DexFuture *annex_desk_load_before (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_load_after (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_load_file (AnnexDesk *self, AnnexTask *task, const char *guest_path) G_GNUC_WARN_UNUSED_RESULT;

/* ---- the computer */

/* Borrowed; NULL while none was needed in this process. */
AnnexComputer *annex_desk_get_computer (AnnexDesk *self, AnnexTask *task);
/* Borrowed; NULL while the task has no browser pane in this process. */
AnnexBrowser *annex_desk_get_browser (AnnexDesk *self, AnnexTask *task);
/* The task's browser pane, made when there is none. Resolves to an AnnexBrowser; rejects with
 * ANNEX_BROWSER_ERROR_NO_DISPLAY. */
DexFuture *annex_desk_open_browser (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an AnnexComputerUse (boxed). */
DexFuture *annex_desk_get_use (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* What Annex takes of the disk, all in all and by task: an AnnexSpace (boxed). */
DexFuture *annex_desk_list_space (AnnexDesk *self) G_GNUC_WARN_UNUSED_RESULT;
/* Makes the task's computer ready, also when none was needed before; then annex_desk_get_computer has
 * it. Resolves to TRUE. */
DexFuture *annex_desk_start_computer (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* Free its space: throws the computer's disk and its checkpoints away; drafts that are not kept are
 * lost, which the caller has said. Resolves to TRUE. */
DexFuture *annex_desk_reset_computer (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* The checkpoints of the task's computer, oldest first: boxed GPtrArray of AnnexCheckpoint. Starts
 * nothing. */
DexFuture *annex_desk_list_checkpoints (AnnexDesk *self, AnnexTask *task) G_GNUC_WARN_UNUSED_RESULT;
/* The next four reject with G_IO_ERROR_BUSY while the task is at work, else with
 * ANNEX_COMPUTER_ERROR or ANNEX_STORE_ERROR. What is said meanwhile waits for their end.
 *
 * Keeps the present state; the oldest makes room. @name nullable. Resolves to the AnnexCheckpoint
 * (boxed). */
DexFuture *annex_desk_checkpoint (AnnexDesk *self, AnnexTask *task, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Goes back to it. Resolves to a string: the checkpoint of what was there before, to which going back
 * undoes it; NULL when there was nothing. */
DexFuture *annex_desk_roll_back (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id) G_GNUC_WARN_UNUSED_RESULT;
/* Try in a copy: a new task, at rest, with the conversation and the computer as they were then
 * (@checkpoint_id NULL: as they are now). @title nullable. Resolves to the AnnexTask. */
DexFuture *annex_desk_fork (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id, const char *title) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to TRUE. */
DexFuture *annex_desk_remove_checkpoint (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an AnnexComputerNeeds (boxed). */
DexFuture *annex_desk_get_needs (AnnexDesk *self) G_GNUC_WARN_UNUSED_RESULT;
/* Fetches or builds the image and makes the warm template. An interrupted one is resumed. @progress:
 * main thread, a sentence and a fraction (< 0: unknown). Resolves to TRUE. */
DexFuture *annex_desk_install_computer (AnnexDesk *self, AnnexProgressFunc progress, gpointer user_data, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Moves image, templates and computers to @folder, whole or not at all; computers are put to sleep
 * first. Resolves to TRUE. */
DexFuture *annex_desk_move_computers (AnnexDesk *self, const char *folder, AnnexProgressFunc progress, gpointer user_data, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* The sources of packages that computers may reach without asking, if the user lets them; empty
 * before there is an image. (transfer full) */
char **annex_desk_dup_package_hosts (AnnexDesk *self);

/* ---- models: several, one the default, one (nullable) for sub-agents */

/* AnnexModelProfile elements, the default first; "tour" is always there. (transfer full) */
GPtrArray *annex_desk_dup_profiles (AnnexDesk *self);
/* Servers found running on this machine. Boxed GPtrArray of AnnexModelProfile. */
DexFuture *annex_desk_find_local (AnnexDesk *self) G_GNUC_WARN_UNUSED_RESULT;
/* A real check: is it reachable, is the key (NULL: the stored one) valid. TRUE, or ANNEX_MODEL_ERROR. */
DexFuture *annex_desk_check_profile (AnnexDesk *self, const AnnexModelProfile *profile, const char *key) G_GNUC_WARN_UNUSED_RESULT;
/* Stores it, the key (nullable: unchanged) in the keyring. Resolves to TRUE. */
DexFuture *annex_desk_save_profile (AnnexDesk *self, const AnnexModelProfile *profile, const char *key) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_desk_remove_profile (AnnexDesk *self, const char *profile_id) G_GNUC_WARN_UNUSED_RESULT;
/* Model ids it offers: G_TYPE_STRV. */
DexFuture *annex_desk_list_models (AnnexDesk *self, const AnnexModelProfile *profile, const char *key) G_GNUC_WARN_UNUSED_RESULT;

/* ---- doctor */

/* The last results (AnnexCheckResult), failing first. (transfer full) */
GPtrArray *annex_desk_dup_checks (AnnexDesk *self);
/* @thorough: boots a probe guest too. Resolves to a boxed GPtrArray of AnnexCheckResult. */
DexFuture *annex_desk_run_checks (AnnexDesk *self, gboolean thorough) G_GNUC_WARN_UNUSED_RESULT;
/* Carries out a check's repair. Resolves to the new AnnexCheckResult (boxed). */
DexFuture *annex_desk_repair (AnnexDesk *self, const char *check_id) G_GNUC_WARN_UNUSED_RESULT;

/* ---- skills and connectors */

/* Borrowed, always there; an AnnexSkillKeeper too. */
AnnexSkillLibrary *annex_desk_get_skills (AnnexDesk *self);
/* Lets the task's model write a draft of a skill out of what the task did; nothing is saved. What it
 * costs counts to the task. Resolves to an AnnexSkillDraft (boxed), which may still have faults;
 * rejects with G_IO_ERROR_BUSY while the task is at work, G_IO_ERROR_CANCELLED, ANNEX_MODEL_ERROR,
 * or with ANNEX_SKILL_MAKER_ERROR of the agent. @cancellable nullable. */
DexFuture *annex_desk_make_skill (AnnexDesk *self, AnnexTask *task, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* Borrowed; NULL where this desk has none. */
AnnexConnectors *annex_desk_get_connectors (AnnexDesk *self);

/* For implementations. */
void annex_desk_emit_ask_opened (AnnexDesk *self, AnnexAsk *ask);
void annex_desk_emit_ask_closed (AnnexDesk *self, AnnexAsk *ask);
void annex_desk_emit_task_state (AnnexDesk *self, AnnexTask *task);
void annex_desk_emit_browser_opened (AnnexDesk *self, AnnexTask *task);
void annex_desk_emit_checks_changed (AnnexDesk *self);
void annex_desk_emit_profiles_changed (AnnexDesk *self);

G_END_DECLS
