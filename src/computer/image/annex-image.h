/* annex-image.h
 *
 * An image of the computer, opened and verified: where its kernel, initramfs, layers and disk
 * template lie. Immutable. Knows nothing of where images are kept or come from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-manifest.h"

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE (annex_image_get_type ())
typedef struct _AnnexImage AnnexImage;
GType
annex_image_get_type (void) G_GNUC_CONST;

AnnexImage *
annex_image_ref (AnnexImage *self);
void
annex_image_unref (AnnexImage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexImage, annex_image_unref)

/* Opens the image in @folder and checks every file's size and sha256 in a worker thread. The
 * verdict is remembered in a stamp beside the files; while size, time and inode of all files are
 * the same, the next opening only compares those. @cancellable is nullable. Resolves to an
 * AnnexImage (boxed); rejects with ANNEX_IMAGE_ERROR_NOT_FOUND (no manifest),
 * ANNEX_IMAGE_ERROR_DAMAGED, G_IO_ERROR_CANCELLED. */
DexFuture *
annex_image_open (const char *folder, GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* As annex_image_open, blocking; for worker threads. (transfer full) */
AnnexImage *
annex_image_open_blocking (const char *folder, GCancellable *cancellable, GError **error);

/* The manifest it was opened with. (transfer none) */
const AnnexImageManifest *
annex_image_get_manifest (const AnnexImage *self);
/* One word that names it, also its folder's name in the store. (transfer none) */
const char *
annex_image_get_version (const AnnexImage *self);
/* The image's identity: equal exactly when all files are equal. Hex. (transfer none) */
const char *
annex_image_get_sha256 (const AnnexImage *self);

/* Absolute paths. (transfer none) */
const char *
annex_image_get_folder (const AnnexImage *self);
const char *
annex_image_get_kernel (const AnnexImage *self);
const char *
annex_image_get_initramfs (const AnnexImage *self);
/* The qcow2 file, formatted and empty, that every task's disk begins as. */
const char *
annex_image_get_disk (const AnnexImage *self);
/* What the kernel is started with. */
const char *
annex_image_get_command_line (const AnnexImage *self);

/* Path of the layer's erofs file, attached as a read-only raw disk with the serial annex-<name>;
 * NULL when the image has no such layer. "base" is always there. (transfer none) */
const char *
annex_image_get_layer (const AnnexImage *self, const char *name);
/* Names of all layers, base first, NULL-terminated. (transfer full) */
GStrv
annex_image_dup_layer_names (const AnnexImage *self);

/* The hosts that the package managers in the image are set to, one name each, sorted; of one
 * manager
 * ("apt", "npm", "pip") or, with NULL, of all. (transfer full) */
GStrv
annex_image_dup_package_hosts (const AnnexImage *self, const char *manager);

G_END_DECLS
