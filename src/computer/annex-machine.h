/* annex-machine.h
 *
 * One virtual machine: start, restore, save, end it, plug shares in and out, open the channel to
 * its guest. Knows libvirt and the channel; must not know tasks, templates or what a share is for.
 * Main thread; the async functions may be called from any fiber there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer-folder.h"
#include "annex-domain-xml.h"
#include "annex-virt.h"

G_BEGIN_DECLS

/* Signals: "lost" (reason): it ended though nobody asked; "disk-full" (): it is paused because the
 * host's disk is full, annex_machine_resume () lets it go on. */
#define ANNEX_TYPE_MACHINE (annex_machine_get_type ())
G_DECLARE_FINAL_TYPE (AnnexMachine, annex_machine, ANNEX, MACHINE, GObject)

AnnexMachine *
annex_machine_new (AnnexVirt *virt, const char *id);
/* Borrowed. */
AnnexComputerFolder *
annex_machine_get_folder (AnnexMachine *self);
gboolean
annex_machine_is_running (AnnexMachine *self);

/* The paths every computer of this id has: disk, socket, log are filled in; the caller adds kernel,
 * layers, memory. (transfer full) */
AnnexDomainSpec *
annex_machine_new_spec (AnnexMachine *self);

/* Boots. Takes @spec. Resolves to TRUE once the machine runs (its guest does not answer yet). */
DexFuture *
annex_machine_boot (AnnexMachine *self, AnnexDomainSpec *spec) G_GNUC_WARN_UNUSED_RESULT;
/* Restores the memory in @path; the machine stays paused until annex_machine_resume (). Rejects
 * with FAILED when libvirt or QEMU refuses the save. */
DexFuture *
annex_machine_restore (AnnexMachine *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_machine_resume (AnnexMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/* Opens the channel: waits for the guest as long as its serial log grows, and gives up @stall_ms
 * after the last line, or after five times that: a guest may talk on and never answer. Resolves to an AnnexSshChannel (object). Rejects with BOOT_STALLED or, when
 * the machine ended meanwhile, GUEST_LOST. */
DexFuture *
annex_machine_connect (AnnexMachine *self, guint stall_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Writes the memory to @path (sparse, two channels) and ends the machine; the file appears whole or
 * not at all. When it fails the machine runs on. */
DexFuture *
annex_machine_save (AnnexMachine *self, const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* Ends the machine; TRUE also when there was none. */
DexFuture *
annex_machine_destroy (AnnexMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber, for when its guest was lost: whether the machine itself ended, asking libvirt until it
 * did or @limit_ms are over. */
gboolean
annex_machine_await_end (AnnexMachine *self, guint limit_ms);

/* Plugs in the virtiofs device served at @socket. */
DexFuture *
annex_machine_plug (AnnexMachine *self,
                    const char *tag,
                    const char *socket) G_GNUC_WARN_UNUSED_RESULT;
/* Asks the guest to let go of the device and waits until it has, at most @limit_ms
 * (G_IO_ERROR_TIMED_OUT). TRUE also when there was none. */
DexFuture *
annex_machine_unplug (AnnexMachine *self,
                      const char *tag,
                      guint limit_ms) G_GNUC_WARN_UNUSED_RESULT;

/* The last line of the serial log that the guest's own init wrote, made valid UTF-8, or NULL.
 * Blocking but short. (transfer full) */
char *
annex_machine_dup_last_words (AnnexMachine *self);
/* What the machine's process takes of the host's memory now, in bytes, 0 when unknown. Blocking but
 * short. */
guint64
annex_machine_resident_bytes (AnnexMachine *self);

G_END_DECLS
