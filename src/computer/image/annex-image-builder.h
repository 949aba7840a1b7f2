/* annex-image-builder.h
 *
 * Builds the image on this machine from Debian packages, by the recipe in vm/. Needs the tools that
 * vm/README.md names, user namespaces, and some minutes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE_BUILDER (annex_image_builder_get_type ())
G_DECLARE_FINAL_TYPE (AnnexImageBuilder, annex_image_builder, ANNEX, IMAGE_BUILDER, GObject)

/* @recipe: the folder with build-image; NULL: the one this program was built with.
 * @with_office: build the LibreOffice layer too. (transfer full) */
AnnexImageBuilder *
annex_image_builder_new (const char *recipe, gboolean with_office);

G_END_DECLS
