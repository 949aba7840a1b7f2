/* annex-image-store-private.h
 *
 * What the files of AnnexImageStore share: annex-image-store.c (the images), -notes.c (how they did).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-store.h"

G_BEGIN_DECLS

/* Beside the images, for it outlives them: the version and sha256 of the one that did not start. */
#define ANNEX_IMAGE_STORE_FALLEN ".fallen"

/* A version is a folder's name, and comes from a link's target or a manifest. @version is nullable. */
gboolean
annex_image_store_is_version (const char *version);

G_END_DECLS
