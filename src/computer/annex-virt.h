/* annex-virt.h
 *
 * The connection to libvirt: every call runs in a worker thread, errors become
 * ANNEX_COMPUTER_ERROR, a broken connection is opened anew. Knows nothing of tasks or images.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

#include <libvirt/libvirt.h>

G_BEGIN_DECLS

/* Signals, all on the main thread, with the domain's name first:
 * "domain-stopped" (name, reason: why in plain words);
 * "domain-paused" (name, disk_full: the host could not store what the guest wrote);
 * "device-removed" (name, alias);
 * "connection-lost" (): the connection to libvirt broke; what runs may be gone too. */
#define ANNEX_TYPE_VIRT (annex_virt_get_type ())
G_DECLARE_FINAL_TYPE (AnnexVirt, annex_virt, ANNEX, VIRT, GObject)

/* @uri NULL: $ANNEX_LIBVIRT_URI, else qemu:///session. Nothing is opened yet. */
AnnexVirt *
annex_virt_new (const char *uri);

/* Work with the connection, run in a worker thread; it returns a settled future, made by
 * annex_virt_reject () where libvirt failed, and must not await. */
typedef DexFuture *(*AnnexVirtFunc) (virConnectPtr connection, gpointer state);

/* Opens the connection when needed and runs @func. Resolves to and rejects with what @func
 * returned; rejects with NO_VIRTUALIZATION when libvirt cannot be reached. @state is freed by
 * @free_state in the worker. (transfer full) */
DexFuture *
annex_virt_call (AnnexVirt *self,
                 const char *name,
                 AnnexVirtFunc func,
                 gpointer state,
                 GDestroyNotify free_state) G_GNUC_WARN_UNUSED_RESULT;

/* In the thread where libvirt failed: its last error as ANNEX_COMPUTER_ERROR, after @what ("The
 * computer could not be started"). */
GError *
annex_virt_last_error (const char *what);
DexFuture *
annex_virt_reject (const char *what) G_GNUC_WARN_UNUSED_RESULT;

/* The code a libvirt error stands for; @number is errno where the error has one, else 0. Pure. */
AnnexComputerError
annex_virt_error_code (int code, int number, const char *message);

/* What the machine below offers. Resolves to a boxed AnnexVirtFacts. */
typedef struct
{
  char *emulator;       /* QEMU's path */
  guint64 qemu_version; /* major * 1000000 + minor * 1000 + micro */
  gboolean kvm_listed;  /* libvirt believes that KVM works */
} AnnexVirtFacts;
#define ANNEX_TYPE_VIRT_FACTS (annex_virt_facts_get_type ())
GType
annex_virt_facts_get_type (void) G_GNUC_CONST;
AnnexVirtFacts *
annex_virt_facts_copy (const AnnexVirtFacts *self);
void
annex_virt_facts_free (AnnexVirtFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexVirtFacts, annex_virt_facts_free)
DexFuture *
annex_virt_facts (AnnexVirt *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
