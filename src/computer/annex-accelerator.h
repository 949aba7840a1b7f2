/* annex-accelerator.h
 *
 * Whether computers run on KVM or are emulated. KVM is trusted only after a probe guest has run on
 * it: its device may open and still never boot anything.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean kvm;
  char *reason; /* plain words: "Fast: this machine's virtualization works" or why not */
} AnnexAccelerator;
#define ANNEX_TYPE_ACCELERATOR (annex_accelerator_get_type ())
GType
annex_accelerator_get_type (void) G_GNUC_CONST;
AnnexAccelerator *
annex_accelerator_new (gboolean kvm, const char *reason);
AnnexAccelerator *
annex_accelerator_copy (const AnnexAccelerator *self);
void
annex_accelerator_free (AnnexAccelerator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexAccelerator, annex_accelerator_free)

/* Finds out, in at most five seconds: boots @kernel alone under @emulator with KVM and waits for it
 * to miss its root file system. The answer is kept in the cache folder for this boot of the
 * machine, this kernel and this QEMU. ANNEX_ACCELERATOR=kvm or tcg in the environment decides
 * instead. Resolves to an AnnexAccelerator (boxed), never rejects. */
DexFuture *
annex_accelerator_find (const char *emulator,
                        guint64 qemu_version,
                        const char *kernel) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets the answer: the next question is asked anew. Blocking but short. */
void
annex_accelerator_forget (void);

/* For tests and the doctor: the same without the cache, with another device than /dev/kvm.
 * Blocking. (transfer full) */
AnnexAccelerator *
annex_accelerator_probe (const char *emulator,
                         const char *kernel,
                         const char *device,
                         guint limit_ms);

G_END_DECLS
