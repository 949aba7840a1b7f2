/* annex-image-assembly.h
 *
 * What the sources that bring a finished image have in common: what is there already, room, age.
 * Blocking, for worker threads; private to this folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-store.h"

G_BEGIN_DECLS

/* The current image of @store, NULL where there is none or it is damaged. (transfer full) */
AnnexImage *
annex_image_assembly_open_current (AnnexImageStore *store, GCancellable *cancellable);

/* Whether @current (nullable) is the described one; then only its manifest may differ in dates. */
gboolean
annex_image_assembly_is_same (AnnexImage *current, const AnnexImageManifest *manifest);

/* The described image, where it is in @store whole though another one is the current one: it is made
 * that again. NULL: it must be brought. (transfer full) */
AnnexImage *
annex_image_assembly_take_present (AnnexImageStore *store,
                                   const AnnexImageManifest *manifest,
                                   GCancellable *cancellable);

/* An image that was made before the current one is not taken in its place: whoever can put an old
 * image where a new one is expected could bring its faults back. FALSE with
 * ANNEX_IMAGE_ERROR_DAMAGED. @current is nullable. */
gboolean
annex_image_assembly_check_age (AnnexImage *current,
                                const AnnexImageManifest *manifest,
                                GError **error);

/* This machine can run it. FALSE with ANNEX_IMAGE_ERROR_NOT_FOUND. */
gboolean
annex_image_assembly_check_machine (const AnnexImageManifest *manifest, GError **error);

/* The bytes of the image that neither @staging (nullable) nor @current (nullable) has. */
guint64
annex_image_assembly_measure_missing (const char *staging,
                                      const AnnexImageManifest *manifest,
                                      AnnexImage *current);

/* There is room in @staging for those, and some to spare. FALSE with ANNEX_IMAGE_ERROR_NO_SPACE. */
gboolean
annex_image_assembly_check_space (const char *staging,
                                  const AnnexImageManifest *manifest,
                                  AnnexImage *current,
                                  GError **error);

/* Is @path the file @file, whole? If not, it is taken from @current (nullable), as a second name of
 * one file, where the same file is there. FALSE: it must be brought. */
gboolean
annex_image_assembly_find (const char *path,
                           const AnnexImageFile *file,
                           AnnexImage *current,
                           GCancellable *cancellable);

G_END_DECLS
