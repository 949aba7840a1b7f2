/* annex-owners.h
 *
 * Which of the processes that share a database are still there. Each has a number, and holds a lock
 * on the byte of that number in a file beside the database; the kernel lets go of it when the
 * process ends, however it ends. Numbers are never given again. Private to core; one thread at a
 * time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _AnnexOwners AnnexOwners;

/* @path: of the database. Touches nothing yet. (transfer full) */
AnnexOwners *
annex_owners_new (const char *path);
void
annex_owners_free (AnnexOwners *self);
/* Our own number, above 0, locked from the first call on. 0 with ANNEX_STORE_ERROR. Blocking. */
gint64
annex_owners_claim (AnnexOwners *self, GError **error);
/* Has @number ended for certain? Of what cannot be known FALSE. Blocking. */
gboolean
annex_owners_is_gone (AnnexOwners *self, gint64 number);
/* From now on ours is gone, too. */
void
annex_owners_release (AnnexOwners *self);

G_END_DECLS
