/* annex-image-store.h
 *
 * Where images are kept: one folder a version, "current" pointing at the one in use. Installing and
 * switching are atomic. Several processes may use one store. Knows nothing of where images come
 * from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE_STORE (annex_image_store_get_type ())
G_DECLARE_FINAL_TYPE (AnnexImageStore, annex_image_store, ANNEX, IMAGE_STORE, GObject)

/* One installed image, as the settings list them. */
typedef struct
{
  char *version;
  guint64 size_bytes; /* on disk */
  gboolean current;
} AnnexImageEntry;

void
annex_image_entry_free (AnnexImageEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexImageEntry, annex_image_entry_free)

/* @folder NULL: $XDG_DATA_HOME/annex/image. Nothing is made on disk yet. (transfer full) */
AnnexImageStore *
annex_image_store_new (const char *folder);

/* Absolute. (transfer none) */
const char *
annex_image_store_get_folder (AnnexImageStore *self);

/* The version in use, or NULL. Blocking, but only one readlink. (transfer full) */
char *
annex_image_store_dup_current (AnnexImageStore *self);

/* Opens the image in use; see annex_image_open. Resolves to an AnnexImage (boxed); rejects with
 * ANNEX_IMAGE_ERROR_NOT_FOUND when there is none. */
DexFuture *
annex_image_store_open_current (AnnexImageStore *self,
                                GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* The same of a named version: a saved computer needs the very image it was saved with. */
DexFuture *
annex_image_store_open_version (AnnexImageStore *self,
                                const char *version,
                                GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* The folder where a source assembles @version, made if needed. What an interrupted download left
 * there is kept, so that it can be resumed. NULL with ANNEX_IMAGE_ERROR. Blocking. (transfer full)
 */
char *
annex_image_store_stage (AnnexImageStore *self, const char *version, GError **error);

/* Only one source at a time may fill a store: waits for the others, in this process or
 * another. The lock ends with the descriptor, so also with the process. Blocking; for
 * worker threads. -1 with ANNEX_IMAGE_ERROR or G_IO_ERROR_CANCELLED. (transfer full) */
int
annex_image_store_lock_blocking (AnnexImageStore *self, GCancellable *cancellable, GError **error);

/* Verifies the image in @staging (one of annex_image_store_stage), moves it into the store and
 * makes it the current one, in a worker thread. The image before stays until
 * annex_image_store_remove_unused. Resolves to the AnnexImage (boxed); rejects with
 * ANNEX_IMAGE_ERROR, G_IO_ERROR_CANCELLED. */
DexFuture *
annex_image_store_install (AnnexImageStore *self,
                           const char *staging,
                           GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* As annex_image_store_install, blocking; for worker threads. (transfer full) */
AnnexImage *
annex_image_store_install_blocking (AnnexImageStore *self,
                                    const char *staging,
                                    GCancellable *cancellable,
                                    GError **error);

/* Makes an installed version the current one: back to the image before, when a new one does not
 * boot. Resolves to TRUE; rejects with ANNEX_IMAGE_ERROR. */
DexFuture *
annex_image_store_set_current (AnnexImageStore *self,
                               const char *version) G_GNUC_WARN_UNUSED_RESULT;

/* The same in a worker thread; verifies it. NULL with ANNEX_IMAGE_ERROR. (transfer full) */
AnnexImage *
annex_image_store_set_current_blocking (AnnexImageStore *self,
                                        const char *version,
                                        GCancellable *cancellable,
                                        GError **error);

/* Notes beside the files of the installed @version that it has started, for
 * annex_image_store_has_started: until then the image before it stays. In a store that cannot be
 * written nothing is noted. Resolves to TRUE. */
DexFuture *
annex_image_store_note_started (AnnexImageStore *self,
                                const char *version) G_GNUC_WARN_UNUSED_RESULT;
/* Blocking, but only one look. */
gboolean
annex_image_store_has_started (AnnexImageStore *self, const char *version);

/* Notes that the image @version with @sha256 did not start, and that the one before it was taken
 * again, until it has started all the same, or another one does not: so that it is not offered again.
 * In a store that cannot be written nothing is noted. Resolves to TRUE. */
DexFuture *
annex_image_store_note_fallen (AnnexImageStore *self,
                               const char *version,
                               const char *sha256) G_GNUC_WARN_UNUSED_RESULT;
/* Is that noted of @version, with @sha256 (NULL: with any)? Blocking, but only one small file. */
gboolean
annex_image_store_has_fallen (AnnexImageStore *self, const char *version, const char *sha256);

/* Resolves to a GPtrArray (boxed) of AnnexImageEntry, newest first. */
DexFuture *
annex_image_store_list (AnnexImageStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* Once the current image has booted: removes all others, except those in @keep (nullable), which
 * saved computers still need, and staging folders that nobody has touched for a day. While a source
 * fills the store nothing is removed. Resolves to the freed bytes (guint64). */
DexFuture *
annex_image_store_remove_unused (AnnexImageStore *self,
                                 const char *const *keep) G_GNUC_WARN_UNUSED_RESULT;

/* Removes everything: images, staging and the folder. Resolves to the freed bytes (guint64);
 * rejects with ANNEX_IMAGE_ERROR_FAILED while a source fills the store. */
DexFuture *
annex_image_store_clear (AnnexImageStore *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
