/* annex-vm-private.h
 *
 * What the files of AnnexVm share: annex-vm.c (the port), -start.c (from nothing to ready),
 * -shares.c (folders), -save.c (asleep, off, away, the end of Annex), -checkpoint.c (as it was, and
 * in a copy).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-gate.h"
#include "annex-guest.h"
#include "annex-share-daemon.h"
#include "annex-vm.h"

G_BEGIN_DECLS

#define ANNEX_VM_DISK "disk.qcow2"
#define ANNEX_VM_MEMORY "memory.save"
#define ANNEX_VM_COPY "template.save"
#define ANNEX_VM_FACTS "computer.json"

/* How long it may take libvirt to say that a machine ended whose channel has hung up. */
#define ANNEX_VM_MACHINE_END_MS 1500
/* What the agent is told of it. */
#define ANNEX_VM_ENDED_NOTE                                                                        \
  "Annex's computer stopped unexpectedly and was started again: files on its own disk and drafts " \
  "are as they were, programs that were running have ended."

/* One attached share. */
typedef struct
{
  AnnexShare *share;
  AnnexShareDaemon *daemon;
  gboolean mounted;
  DexFuture *cut; /* its daemon was ended because it was revoked; settles when it is unplugged, too */
  gulong ended_id;
} AnnexVmShare;

struct _AnnexVm
{
  GObject parent_instance;

  AnnexComputerHost *host;
  AnnexEgressProxy *egress;
  AnnexMachine *machine;
  AnnexGuest *guest; /* NULL while there is no channel */
  char *image_version;
  char *accelerator;

  AnnexComputerState state;
  char *message;
  GString *notes;
  guint stall_ms;

  AnnexGate lifecycle;    /* start, save, stop, reset, reconnect: one at a time */
  DexFuture *starting;    /* a start in progress */
  DexCancellable *cancel; /* ends it */
  gboolean waking;        /* its saved memory is in use and in no file: ended now, it is lost */

  AnnexGate sharing;    /* changes to what is mounted: one at a time */
  GPtrArray *wanted;    /* AnnexShare */
  GHashTable *refused;  /* ids of shares the administrator forbids, of which the agent was told */
  GHashTable *attached; /* id → AnnexVmShare */
  GHashTable *tidying;  /* name in /folders → DexFuture: being taken away, not behind the gate */

  guint disk_full_id;
  guint n_terminals;
};

/* ---- annex-vm.c */
void
annex_vm_set_state (AnnexVm *self, AnnexComputerState state, const char *message);
AnnexComputerFolder *
annex_vm_get_folder (AnnexVm *self);
/* In a fiber: starts it when needed. The guest, referenced, or NULL with an error. */
AnnexGuest *
annex_vm_await_guest (AnnexVm *self, GError **error);
/* In a fiber, after a call failed with @error: whether it did because the machine ended while it
 * was under way. Then it may be made once more, and a new machine is started for it. */
gboolean
annex_vm_await_is_lost (AnnexVm *self, const GError *error);

/* ---- annex-vm-start.c */
/* Ready, with an open channel. */
gboolean
annex_vm_is_usable (AnnexVm *self);
DexFuture *
annex_vm_start (AnnexVm *self);
/* In a fiber: may so many bytes more lie on this machine's disk? FALSE with DISK_LIMIT. */
gboolean
annex_vm_await_space (guint64 bytes, GError **error);
/* In a fiber that holds the lifecycle gate: from any state without a machine to ready. FALSE: it is
 * as off as it was, and the state says failed, or off when it was cancelled. */
gboolean
annex_vm_await_ready (AnnexVm *self, GError **error);
/* In a fiber that holds the lifecycle gate: opens the channel of a running machine and makes the
 * guest ready to be used. @new_identity: it is a copy. */
gboolean
annex_vm_await_connected (AnnexVm *self, guint stall_ms, gboolean new_identity, GError **error);
/* Lets go of a guest that cannot be reached any more. */
void
annex_vm_drop_guest (AnnexVm *self);
/* It is gone: forgets machine, guest and shares, and says why. */
void
annex_vm_give_up (AnnexVm *self, const char *message);

/* ---- annex-vm-shares.c */
/* In a fiber: makes what is attached equal to what is wanted. */
gboolean
annex_vm_await_shares (AnnexVm *self, GError **error);
/* In a fiber: unmounts and unplugs all, before a save. */
gboolean
annex_vm_await_no_shares (AnnexVm *self, GError **error);
/* Ends all daemons at once; the machine is gone. */
void
annex_vm_forget_shares (AnnexVm *self);
void
annex_vm_share_free (gpointer data);
DexFuture *
annex_vm_set_shares (AnnexComputer *computer, GPtrArray *shares);
DexFuture *
annex_vm_refresh (AnnexComputer *computer);
DexFuture *
annex_vm_read_draft (AnnexComputer *computer, AnnexShare *share);
DexFuture *
annex_vm_open_draft_file (AnnexComputer *computer, AnnexShare *share, const char *path);
DexFuture *
annex_vm_forget_draft (AnnexComputer *computer, AnnexShare *share, const char *const *paths);

/* ---- annex-vm-save.c */
/* In a fiber that holds the lifecycle gate, of a computer that is ready: its memory goes to disk and
 * its machine ends; memory and folder stay reserved. When it fails it runs on, as far as it can. */
gboolean
annex_vm_await_saved (AnnexVm *self, const char *message, GError **error);
/* The same, without its memory; any state. */
gboolean
annex_vm_await_off (AnnexVm *self, GError **error);
/* Nothing runs any more: gives memory and folder back, and says what it is now. */
void
annex_vm_rest (AnnexVm *self);
DexFuture *
annex_vm_save (AnnexComputer *computer);
DexFuture *
annex_vm_stop (AnnexComputer *computer);
DexFuture *
annex_vm_reset (AnnexComputer *computer);

/* ---- annex-vm-checkpoint.c */
DexFuture *
annex_vm_list_checkpoints (AnnexComputer *computer);
DexFuture *
annex_vm_checkpoint (AnnexComputer *computer, const AnnexCheckpoint *wanted);
DexFuture *
annex_vm_roll_back (AnnexComputer *computer, const char *id, const AnnexCheckpoint *before);
DexFuture *
annex_vm_fork (AnnexComputer *computer, const char *id, const char *task_id);
DexFuture *
annex_vm_remove_checkpoint (AnnexComputer *computer, const char *id);

G_END_DECLS
