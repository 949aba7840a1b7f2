/* annex-image-keeper.h
 *
 * Which images the disks of tasks still need, and removing the others. Knows the folders of
 * computers and the image store; must not know machines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-store.h"

G_BEGIN_DECLS

/* The image versions that disks of tasks were made with. Blocking but short. NULL-terminated.
 * (transfer full) */
GStrv
annex_image_keeper_dup_needed (void);

/* The version @version of @images does not start. Finds the one to go back to, and changes nothing:
 * the newest one that has started before, or that a task's disk was made with; where another one is
 * current already, that one. Resolves to its version (string); rejects with ANNEX_IMAGE_ERROR_NOT_FOUND when there is none, or
 * @version has started itself. */
DexFuture *
annex_image_keeper_find_before (AnnexImageStore *images,
                                const char *version) G_GNUC_WARN_UNUSED_RESULT;

/* Removes from @images what no disk needs, except the current version. All stay until the current
 * one has started: it may turn out that it does not. Nothing is done where @images are not
 * those of this user's own data folder, which another's computers may need. Resolves to the freed
 * bytes (guint64); rejects with ANNEX_IMAGE_ERROR. */
DexFuture *
annex_image_keeper_remove_unused (AnnexImageStore *images) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
