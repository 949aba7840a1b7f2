/* image-harness.h
 *
 * Small made-up images, a folder that removes itself, and waiting for futures on the main loop.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-store.h"

G_BEGIN_DECLS

/* A new empty folder. (transfer full) */
char *
image_harness_make_folder (void);
/* Removes a folder of image_harness_make_folder with all below it, and frees @folder. */
void
image_harness_remove_folder (char *folder);

/* Writes a whole image of tiny files into @folder, made if needed; @seed makes the base layer's and
 * the initramfs's content, the kernel is always the same. */
void
image_harness_write_image (const char *folder, const char *version, const char *seed);
/* The content that image_harness_write_image gives file @name. (transfer full) */
GBytes *
image_harness_content (const char *name, const char *seed);
/* A manifest as image_harness_write_image writes it. (transfer full) */
char *
image_harness_manifest (const char *version, const char *seed);

/* A key of the tests' own: its public half in base64. */
const char *
image_harness_get_key (void);
/* The signature with it, as it lies beside a manifest. (transfer full) */
char *
image_harness_sign (const char *manifest, gsize length);

/* Runs the case @path of @program, which must pass, in a mount namespace of its own, where @folder is
 * a small file system with the tmpfs @options; the case is skipped where none can be had. */
void
image_harness_run_on_disk (const char *program,
                           const char *path,
                           const char *folder,
                           const char *options);
/* In such a case: the folder. (transfer none) */
const char *
image_harness_get_disk (void);
/* In such a case: gives the file system other @options. */
void
image_harness_change_disk (const char *options);

/* Takes @future, runs the main loop until it settles (30 s at most, else the test fails). NULL with
 * the error when it rejected; otherwise its value, which lives until the next call. */
const GValue *
image_harness_wait (DexFuture *future, GError **error);

G_END_DECLS
