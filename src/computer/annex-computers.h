/* annex-computers.h
 *
 * All computers of this process: one a task, found by the task's id. The app makes one of these and
 * wires it in. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-vm.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_COMPUTERS (annex_computers_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComputers, annex_computers, ANNEX, COMPUTERS, GObject)

/* @uri: libvirt's, NULL for $ANNEX_LIBVIRT_URI or the session. @images: where the image is found.
 * @store: takes the ledger's rows of what the computers send out; nullable in tests only. */
AnnexComputers *
annex_computers_new (const char *uri, AnnexImageStore *images, AnnexStore *store);

/* The computer of @task_id (of annex_identifier_new ()), the same object for as long as it is not
 * deleted. @policy: whom it may reach, NULL for nobody; looked at only the first time. NULL when
 * @task_id is not an identifier. (transfer full) */
AnnexComputer *
annex_computers_get (AnnexComputers *self, const char *task_id, AnnexNetworkPolicy *policy);
/* The way out of a task's computer, to be told of refusals; NULL before annex_computers_get ().
 * Borrowed. */
AnnexEgressProxy *
annex_computers_get_egress (AnnexComputers *self, const char *task_id);

/* Clears up what a process that died has left: its running computers are ended (their disks stay),
 * half-written saves and sockets are deleted, and images that no task's disk needs. What another
 * living Annex owns is not touched. Call it once, before the first start. Resolves to the number of
 * computers ended (int). */
DexFuture *
annex_computers_clean (AnnexComputers *self) G_GNUC_WARN_UNUSED_RESULT;

/* Puts every running computer to sleep (@save) or ends it, in parallel, and closes the ways out.
 * Resolves to TRUE; rejects with the first failure after all were tried. */
DexFuture *
annex_computers_shutdown (AnnexComputers *self, gboolean save) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the computer of a task and deletes all its files. Resolves to TRUE. */
DexFuture *
annex_computers_delete (AnnexComputers *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

/* The image versions that disks of tasks were made with: those must stay
 * (annex_image_store_remove_unused ()). Blocking but short. NULL-terminated. (transfer full) */
GStrv
annex_computers_dup_image_versions (AnnexComputers *self);

/* Makes the warm template ahead of need. Resolves to TRUE. */
DexFuture *
annex_computers_prepare (AnnexComputers *self) G_GNUC_WARN_UNUSED_RESULT;

/* See annex_computer_host_set_off (). */
void
annex_computers_set_off (AnnexComputers *self, gboolean off);
/* See annex_computer_host_set_memory_limit (). */
void
annex_computers_set_memory_limit (AnnexComputers *self, guint64 bytes);

G_END_DECLS
