/* annex-image-extension.h
 *
 * Takes the image out of a folder that came with the installation: a Flatpak's extension, or a
 * distribution's package. It is copied, because what tasks were begun with must outlive the next
 * update of that folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE_EXTENSION (annex_image_extension_get_type ())
G_DECLARE_FINAL_TYPE (AnnexImageExtension, annex_image_extension, ANNEX, IMAGE_EXTENSION, GObject)

/* @folder: holds manifest.json, its signature and the files. @key: what it must be signed with,
 * base64. NULL for either: what this program was built with. (transfer full) */
AnnexImageExtension *
annex_image_extension_new (const char *folder, const char *key);

/* Whether there is an image in the folder that was signed with the key, of this program's own where
 * they are NULL. Blocking, but only two small files; the others are checked when they are taken. */
gboolean
annex_image_extension_is_there (const char *folder, const char *key);

G_END_DECLS
