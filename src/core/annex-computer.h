/* annex-computer.h
 *
 * The Computer port: the task's own computer. Implemented in src/computer (a virtual machine) and by
 * a fake in the tests. Everything that comes out of it is untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-checkpoint.h"
#include "annex-draft.h"
#include "annex-share.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_COMPUTER_ERROR (annex_computer_error_quark ())

typedef enum
{
  ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION, /* libvirt or QEMU missing, or not starting */
  ANNEX_COMPUTER_ERROR_NO_IMAGE,          /* not built or fetched yet */
  ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED,
  ANNEX_COMPUTER_ERROR_NO_MEMORY,      /* not enough free memory, and waiting was refused */
  ANNEX_COMPUTER_ERROR_BOOT_STALLED,   /* started, but stopped making progress */
  ANNEX_COMPUTER_ERROR_GUEST_LOST,     /* QEMU gone or the channel broke for good */
  ANNEX_COMPUTER_ERROR_DISK_FULL,      /* the host's disk */
  ANNEX_COMPUTER_ERROR_DISK_LIMIT,     /* what the user lets Annex take of it; see annex-space.h */
  ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL,
  ANNEX_COMPUTER_ERROR_SHARE_REFUSED,  /* virtiofsd or the mount failed */
  ANNEX_COMPUTER_ERROR_NOT_FOUND,      /* no such file in the computer */
  ANNEX_COMPUTER_ERROR_TOO_LARGE,
  ANNEX_COMPUTER_ERROR_PROTOCOL,       /* the guest answered nonsense */
  ANNEX_COMPUTER_ERROR_FAILED,
} AnnexComputerError;

GQuark annex_computer_error_quark (void);
const char *annex_computer_error_name (AnnexComputerError code);

typedef enum
{
  ANNEX_COMPUTER_OFF,      /* never started, or reset */
  ANNEX_COMPUTER_WAITING,  /* for memory */
  ANNEX_COMPUTER_STARTING,
  ANNEX_COMPUTER_READY,
  ANNEX_COMPUTER_SAVING,
  ANNEX_COMPUTER_SAVED,    /* asleep: memory and disk on the host's disk */
  ANNEX_COMPUTER_FAILED,
} AnnexComputerState;

const char *annex_computer_state_to_name (AnnexComputerState state);

/* A command for the computer. */
typedef struct
{
  char *command;    /* for bash -c */
  char *cwd;        /* nullable: the home folder */
  char **env;       /* nullable: NAME=value, added */
  gboolean as_root; /* only for Annex's own housekeeping; the agent's commands never */
  gboolean pty;
} AnnexCommand;
#define ANNEX_TYPE_COMMAND (annex_command_get_type ())
GType annex_command_get_type (void) G_GNUC_CONST;
AnnexCommand *annex_command_new (const char *command);
AnnexCommand *annex_command_copy (const AnnexCommand *self);
void annex_command_free (AnnexCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexCommand, annex_command_free)

/* A running command. The streams are ordinary GIO streams with back-pressure: what is not read is
 * not sent. Dropping the last reference kills it. */
#define ANNEX_TYPE_PROCESS (annex_process_get_type ())
G_DECLARE_INTERFACE (AnnexProcess, annex_process, ANNEX, PROCESS, GObject)

struct _AnnexProcessInterface
{
  GTypeInterface parent_iface;

  GOutputStream *(*get_stdin) (AnnexProcess *self);
  GInputStream *(*get_stdout) (AnnexProcess *self);
  GInputStream *(*get_stderr) (AnnexProcess *self);
  DexFuture *(*wait) (AnnexProcess *self);
  DexFuture *(*kill) (AnnexProcess *self);
};

GOutputStream *annex_process_get_stdin (AnnexProcess *self);
GInputStream *annex_process_get_stdout (AnnexProcess *self);
GInputStream *annex_process_get_stderr (AnnexProcess *self);
/* Resolves to an int: the exit status 0–255, or -signal when a signal ended it. Rejects with
 * ANNEX_COMPUTER_ERROR_GUEST_LOST. */
DexFuture *annex_process_wait (AnnexProcess *self) G_GNUC_WARN_UNUSED_RESULT;
/* Ends the whole process tree (TERM, then KILL). Resolves to TRUE once it is gone. */
DexFuture *annex_process_kill (AnnexProcess *self) G_GNUC_WARN_UNUSED_RESULT;

#define ANNEX_TYPE_COMPUTER (annex_computer_get_type ())
G_DECLARE_INTERFACE (AnnexComputer, annex_computer, ANNEX, COMPUTER, GObject)

/* Signal "changed" (): state or message changed; main thread. */
struct _AnnexComputerInterface
{
  GTypeInterface parent_iface;

  AnnexComputerState (*get_state) (AnnexComputer *self);
  char *(*dup_message) (AnnexComputer *self);
  DexFuture *(*start) (AnnexComputer *self);
  DexFuture *(*spawn) (AnnexComputer *self, const AnnexCommand *command);
  DexFuture *(*read_file) (AnnexComputer *self, const char *path, guint64 offset, guint64 max);
  DexFuture *(*write_file) (AnnexComputer *self, const char *path, GBytes *bytes);
  DexFuture *(*set_shares) (AnnexComputer *self, GPtrArray *shares);
  DexFuture *(*refresh) (AnnexComputer *self);
  DexFuture *(*read_draft) (AnnexComputer *self, AnnexShare *share);
  DexFuture *(*open_draft_file) (AnnexComputer *self, AnnexShare *share, const char *path);
  DexFuture *(*forget_draft) (AnnexComputer *self, AnnexShare *share, const char *const *paths);
  DexFuture *(*save) (AnnexComputer *self);
  DexFuture *(*stop) (AnnexComputer *self);
  DexFuture *(*reset) (AnnexComputer *self);
  DexFuture *(*list_checkpoints) (AnnexComputer *self);
  DexFuture *(*checkpoint) (AnnexComputer *self, const AnnexCheckpoint *wanted);
  DexFuture *(*roll_back) (AnnexComputer *self, const char *id, const AnnexCheckpoint *before);
  DexFuture *(*fork) (AnnexComputer *self, const char *id, const char *task_id);
  DexFuture *(*remove_checkpoint) (AnnexComputer *self, const char *id);
};

AnnexComputerState annex_computer_get_state (AnnexComputer *self);
/* Progress or the lasting cause in plain words: "Starting Annex's computer…". (transfer full) */
char *annex_computer_dup_message (AnnexComputer *self);
/* Makes it ready: restore, else cold boot, then attaches the present shares. Concurrent calls share
 * one start. Every other call below starts it first when needed. Resolves to TRUE. */
DexFuture *annex_computer_start (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to an AnnexProcess (object). The agent's user, unless as_root. */
DexFuture *annex_computer_spawn (AnnexComputer *self,
                                 const AnnexCommand *command) G_GNUC_WARN_UNUSED_RESULT;
/* At most @max bytes from @offset. Resolves to GBytes (boxed); rejects NOT_FOUND, FAILED (a folder,
 * no permission). As the agent's user. */
DexFuture *annex_computer_read_file (AnnexComputer *self,
                                     const char *path,
                                     guint64 offset,
                                     guint64 max) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the whole file (temporary file and rename in the guest), making parent folders. As the
 * agent's user. Resolves to TRUE. */
DexFuture *annex_computer_write_file (AnnexComputer *self,
                                      const char *path,
                                      GBytes *bytes) G_GNUC_WARN_UNUSED_RESULT;
/* The present set of shares (AnnexShare): attaches and mounts new ones, unmounts and detaches
 * revoked ones within a second. On a computer that is not running only the set is remembered. */
DexFuture *annex_computer_set_shares (AnnexComputer *self,
                                      GPtrArray *shares) G_GNUC_WARN_UNUSED_RESULT;
/* Makes the guest's view of every share true before a tool call (D6). Resolves to a string for the
 * agent, or NULL when there is nothing to tell ("a program that held an old copy of … was ended"). */
DexFuture *annex_computer_refresh (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Syncs and lists the upper layer of @share. Resolves to a boxed GPtrArray of AnnexUpperEntry
 * (annex-draft.h). Rejects PROTOCOL when the guest's stream is malformed or over the limits. */
DexFuture *annex_computer_read_draft (AnnexComputer *self,
                                      AnnexShare *share) G_GNUC_WARN_UNUSED_RESULT;
/* The content of a regular file of the upper layer. @path is relative to the share. Resolves to a
 * GInputStream. */
DexFuture *annex_computer_open_draft_file (AnnexComputer *self,
                                           AnnexShare *share,
                                           const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* Takes entries out of the upper layer (D5b), so that the guest sees the host's files again. NULL
 * @paths: all. Resolves to TRUE. */
DexFuture *annex_computer_forget_draft (AnnexComputer *self,
                                        AnnexShare *share,
                                        const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;
/* Puts it to sleep on disk; stop ends it without saving memory (the disk stays); reset also throws
 * its disk and its checkpoints away. Each resolves to TRUE. */
DexFuture *annex_computer_save (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_computer_stop (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_computer_reset (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
/* ---- checkpoints: disk and memory are one pair, taken while the computer stands still. A computer
 * that is off has no memory: then the disk alone. Each of these waits for a start or sleep that is
 * under way; commands that run through this process end with it, programs in the computer do not. */

/* Those that are whole: a boxed GPtrArray of AnnexCheckpoint, oldest first. Starts nothing. */
DexFuture *annex_computer_list_checkpoints (AnnexComputer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps the present state under @wanted's id and name; a computer that was ready is ready again
 * afterwards. There either is such a checkpoint or, after a crash at any moment, there is none.
 * Resolves to the AnnexCheckpoint (boxed) as it was made; at once when there is one of that id.
 * Rejects with NOT_FOUND (there is no disk yet), DISK_FULL (looked for before it begins), FAILED. */
DexFuture *annex_computer_checkpoint (AnnexComputer *self,
                                      const AnnexCheckpoint *wanted) G_GNUC_WARN_UNUSED_RESULT;
/* Disk and memory become those of the checkpoint @id; the computer is asleep or off afterwards, and
 * gets the shares that are set when it
 * starts. @before (nullable): the present state is kept as that first,
 * where there is one. A crash leaves the old state, or the new one once the computer is next used or
 * cleaned. Resolves to TRUE; rejects with NOT_FOUND, DISK_FULL, FAILED, or
 * G_IO_ERROR_BUSY when another process has the computer: then nothing has changed. */
DexFuture *annex_computer_roll_back (AnnexComputer *self,
                                     const char *id,
                                     const AnnexCheckpoint *before) G_GNUC_WARN_UNUSED_RESULT;
/* Makes the computer of @task_id, which has none yet, a copy of the checkpoint @id: asleep or off,
 * with an identity of its own from its first start on. Resolves to TRUE; rejects as above. */
DexFuture *annex_computer_fork (AnnexComputer *self,
                                const char *id,
                                const char *task_id) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to TRUE, also when there was none. */
DexFuture *annex_computer_remove_checkpoint (AnnexComputer *self,
                                             const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* For implementations: emits "changed". */
void annex_computer_emit_changed (AnnexComputer *self);

/* For callers that just want output: runs @command, collects at most @max_bytes of each stream
 * (draining the rest), ends it after @timeout_ms (0: none) or on @cancel. Resolves to an
 * AnnexOutput (boxed). Implemented in core on top of spawn. */
typedef struct
{
  int status; /* exit status, -signal */
  GBytes *out;
  GBytes *err;
  gboolean out_cut;
  gboolean err_cut;
  gboolean timed_out;
  guint64 out_total;
  guint64 err_total;
} AnnexOutput;
#define ANNEX_TYPE_OUTPUT (annex_output_get_type ())
GType annex_output_get_type (void) G_GNUC_CONST;
AnnexOutput *annex_output_copy (const AnnexOutput *self);
void annex_output_free (AnnexOutput *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexOutput, annex_output_free)
DexFuture *annex_computer_run (AnnexComputer *self,
                               const AnnexCommand *command,
                               GBytes *input,
                               gsize max_bytes,
                               guint timeout_ms,
                               DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
