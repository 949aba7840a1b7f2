/* annex-vm.h
 *
 * The computer of one task: the AnnexComputer port on a virtual machine. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer-host.h"
#include "annex-egress-proxy.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_VM (annex_vm_get_type ())
G_DECLARE_FINAL_TYPE (AnnexVm, annex_vm, ANNEX, VM, GObject)

/* @task_id: of annex_identifier_new (). @egress: the task's way out. */
AnnexVm *
annex_vm_new (AnnexComputerHost *host, const char *task_id, AnnexEgressProxy *egress);

/* For the end of Annex: a start that is under way is cut short, and then nothing of it runs any
 * more. With @save a computer that is ready goes to sleep. What sleeps already stays asleep either
 * way. Resolves to TRUE. */
DexFuture *
annex_vm_shut_down (AnnexVm *self, gboolean save) G_GNUC_WARN_UNUSED_RESULT;

/* Whether it runs on KVM or emulated, and why, in plain words; NULL before its first start.
 * (transfer full) */
char *
annex_vm_dup_accelerator (AnnexVm *self);
/* How long its guest may say nothing new while it boots. Default 60 s. */
void
annex_vm_set_stall_limit (AnnexVm *self, guint stall_ms);
/* Whether a command with a terminal runs in it. */
gboolean
annex_vm_has_terminal (AnnexVm *self);
/* What its files take on disk, and its process of memory, in bytes. Blocking but short. */
guint64
annex_vm_measure_disk (AnnexVm *self);
guint64
annex_vm_measure_memory (AnnexVm *self);
/* The machine below, for the status and tests. Borrowed. */
AnnexMachine *
annex_vm_get_machine (AnnexVm *self);
/* Sentences for the agent that the next annex_computer_refresh () tells. */
void
annex_vm_add_note (AnnexVm *self, const char *sentence);

G_END_DECLS
