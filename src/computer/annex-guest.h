/* annex-guest.h
 *
 * The guest side of one connected channel: what Annex itself runs in the computer as root. Mounts
 * shares, keeps them true, reads and forgets drafts, wakes the system up after a restore.
 * Everything the guest answers is untrusted. Knows the channel and vm/guest's helper; must not know
 * libvirt. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-ssh-channel.h"

G_BEGIN_DECLS

/* It is an AnnexComputer as far as spawn goes, so that annex_computer_run () works on it. */
#define ANNEX_TYPE_GUEST (annex_guest_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGuest, annex_guest, ANNEX, GUEST, GObject)

AnnexGuest *
annex_guest_new (AnnexSshChannel *channel);
/* Borrowed. */
AnnexSshChannel *
annex_guest_get_channel (AnnexGuest *self);

/* Runs @argv as root, feeding @input (nullable). Resolves to an AnnexOutput (boxed) when its exit
 * status is 0; otherwise rejects FAILED with what it wrote to stderr, GUEST_DISK_FULL when that
 * says so, G_IO_ERROR_TIMED_OUT after @timeout_ms, or some seconds later where the guest does what
 * it can to hold it up. */
DexFuture *
annex_guest_call (AnnexGuest *self,
                  const char *const *argv,
                  GBytes *input,
                  gsize max_bytes,
                  guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Right after a connection: sets the clock from the host's, stirs fresh randomness in; with
 * @new_identity also gives the system a machine id and an SSH host key of its own. Resolves to TRUE. */
DexFuture *
annex_guest_wake (AnnexGuest *self, gboolean new_identity) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the guest trust @certificates (PEM, may be empty) beside its own authorities, unless it
 * does already. Resolves to TRUE. */
DexFuture *
annex_guest_trust (AnnexGuest *self, GBytes *certificates) G_GNUC_WARN_UNUSED_RESULT;

/* The device of @share is plugged in: mounts it at /folders/<name>, read only when it is.
 * SHARE_REFUSED. */
DexFuture *
annex_guest_mount (AnnexGuest *self, AnnexShare *share) G_GNUC_WARN_UNUSED_RESULT;
/* A mounted share becomes read only, or writable again, as @share says. When it becomes read only
 * while something has a file open for writing, what uses it is ended. Resolves to a string for the
 * agent, or NULL. */
DexFuture *
annex_guest_change_mode (AnnexGuest *self, AnnexShare *share) G_GNUC_WARN_UNUSED_RESULT;
/* Lazily; the upper layer stays. */
DexFuture *
annex_guest_unmount (AnnexGuest *self, AnnexShare *share, guint limit_ms) G_GNUC_WARN_UNUSED_RESULT;
/* Makes the view of every mounted share true. Resolves to a string for the agent, or NULL. */
DexFuture *
annex_guest_refresh (AnnexGuest *self) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a boxed GPtrArray of AnnexUpperEntry; PROTOCOL when the stream is malformed. */
DexFuture *
annex_guest_read_draft (AnnexGuest *self, AnnexShare *share) G_GNUC_WARN_UNUSED_RESULT;
/* Resolves to a GInputStream of a regular file of the upper layer; NOT_FOUND. */
DexFuture *
annex_guest_open_draft_file (AnnexGuest *self,
                             AnnexShare *share,
                             const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* NULL @paths: all. Resolves to a string for the agent, or NULL. */
DexFuture *
annex_guest_forget_draft (AnnexGuest *self,
                          AnnexShare *share,
                          const char *const *paths) G_GNUC_WARN_UNUSED_RESULT;

/* The sentences for the agent that follow from the helper's report lines, or NULL. Pure, hostile
 * input. (transfer full) */
char *
annex_guest_describe_report (const char *lines, gsize length);

G_END_DECLS
