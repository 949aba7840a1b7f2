/* annex-computer-host.h
 *
 * What all computers of this process share: the connection to libvirt, the image, the memory there
 * is for them, the making of templates. Must not know tasks. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer-kit.h"
#include "annex-machine.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_COMPUTER_HOST (annex_computer_host_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComputerHost, annex_computer_host, ANNEX, COMPUTER_HOST, GObject)

AnnexComputerHost *
annex_computer_host_new (AnnexVirt *virt, AnnexImageStore *images);
/* Borrowed. */
AnnexVirt *
annex_computer_host_get_virt (AnnexComputerHost *self);

/* The kit of a new computer, or of one that was made with image @version (NULL: the current one).
 * Resolves to an AnnexComputerKit (boxed). */
DexFuture *
annex_computer_host_kit (AnnexComputerHost *self, const char *version) G_GNUC_WARN_UNUSED_RESULT;

/* Makes sure that there is a template; one at a time is made, whoever asks. Resolves to TRUE. Where
 * the guest of an image that has never started does not come up, twice, and that of the image before
 * it does, that one is made the current one: rejects IMAGE_DAMAGED, and a new kit has the image
 * before. */
DexFuture *
annex_computer_host_template (AnnexComputerHost *self,
                              AnnexComputerKit *kit) G_GNUC_WARN_UNUSED_RESULT;
/* In a fiber: @kit's image has started; see annex_image_store_note_started (). */
void
annex_computer_host_await_noted (AnnexComputerHost *self, const AnnexComputerKit *kit);
/* In a fiber, when Annex ends: gives up the templates that are being made, and waits until their
 * computers are gone. */
void
annex_computer_host_await_ended (AnnexComputerHost *self);

/* In a fiber: removes the images that no task's disk needs any more; see
 * annex_image_keeper_remove_unused (). What cannot be removed is only logged. */
void
annex_computer_host_await_images_tidy (AnnexComputerHost *self);

/* Asks for @memory_mib for @machine; it holds them until annex_computer_host_leave (). Asking again
 * is fine. TRUE: it may start now. */
gboolean
annex_computer_host_try_enter (AnnexComputerHost *self, AnnexMachine *machine, guint memory_mib);
/* The same, waiting for its turn: first come, first served. Resolves to TRUE; rejects NO_MEMORY
 * after half an hour. Discarding the future gives the turn up. */
DexFuture *
annex_computer_host_enter (AnnexComputerHost *self,
                           AnnexMachine *machine,
                           guint memory_mib) G_GNUC_WARN_UNUSED_RESULT;
void
annex_computer_host_leave (AnnexComputerHost *self, AnnexMachine *machine);

/* At most so many bytes for all computers together, instead of what this machine has free; 0: what
 * it has free. */
void
annex_computer_host_set_memory_limit (AnnexComputerHost *self, guint64 bytes);
/* Turned off, none is started any more, whatever for: NO_VIRTUALIZATION, which says why. Those that
 * run go on until they sleep. */
void
annex_computer_host_set_off (AnnexComputerHost *self, gboolean off);
/* Computers that hold memory now. */
guint
annex_computer_host_get_n_running (AnnexComputerHost *self);

G_END_DECLS
