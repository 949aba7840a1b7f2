/* annex-image.c
 *
 * See annex-image.h. The stamp "verified" beside the files holds the manifest's checksum and, a
 * line a file, name, size, time and inode as they were when all checksums were right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

#define STAMP_NAME "verified"

struct _AnnexImage
{
  gatomicrefcount ref_count;
  AnnexImageManifest *manifest;
  char *folder;
  char *kernel;
  char *initramfs;
  char *disk;
  GPtrArray *layers; /* of char *: paths, in the manifest's order */
};

G_DEFINE_BOXED_TYPE (AnnexImage, annex_image, annex_image_ref, annex_image_unref)

AnnexImage *
annex_image_ref (AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
annex_image_unref (AnnexImage *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  annex_image_manifest_unref (self->manifest);
  g_free (self->folder);
  g_free (self->kernel);
  g_free (self->initramfs);
  g_free (self->disk);
  g_ptr_array_unref (self->layers);
  g_free (self);
}

static AnnexImage *
image_new (const char *folder, AnnexImageManifest *manifest)
{
  AnnexImage *self = g_new0 (AnnexImage, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->manifest = annex_image_manifest_ref (manifest);
  self->folder = g_canonicalize_filename (folder, NULL);
  self->kernel = g_build_filename (self->folder, manifest->kernel, NULL);
  self->initramfs = g_build_filename (self->folder, manifest->initramfs, NULL);
  self->disk = g_build_filename (self->folder, manifest->disk, NULL);
  self->layers = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < manifest->layers->len; i++)
    {
      const AnnexImageLayer *layer = g_ptr_array_index (manifest->layers, i);

      g_ptr_array_add (self->layers, g_build_filename (self->folder, layer->file, NULL));
    }
  return self;
}

/* Reads a small file; NULL with ANNEX_IMAGE_ERROR. */
static char *
read_manifest_text (const char *folder, gsize *length, GError **error)
{
  g_autofree char *path = g_build_filename (folder, ANNEX_IMAGE_MANIFEST_NAME, NULL);
  g_autoptr (GError) local = NULL;
  struct stat info;
  char *text = NULL;

  if (stat (path, &info) == 0 && info.st_size > ANNEX_IMAGE_MANIFEST_MAX_BYTES)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                      N_ ("The description of the computer’s image is too large"));
  else if (!g_file_get_contents (path, &text, length, &local))
    annex_set_spoken (error, ANNEX_IMAGE_ERROR,
                      g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT) ||
                              g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOTDIR)
                          ? ANNEX_IMAGE_ERROR_NOT_FOUND
                          : ANNEX_IMAGE_ERROR_DAMAGED,
                      N_ ("There is no image of the computer: %s"), local->message);
  return text;
}

/* What the stamp must say for the files as they are now. NULL with ANNEX_IMAGE_ERROR_DAMAGED when a
 * file is missing, is not a plain file or has another size. */
static char *
describe_files (const char *folder,
                const AnnexImageManifest *manifest,
                const char *text,
                gsize length,
                GError **error)
{
  g_autoptr (GString) stamp = g_string_new ("annex-image-verified 1 ");
  g_autofree char *sum =
      g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) text, length);

  g_string_append_printf (stamp, "%s\n", sum);
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (manifest->files, i);
      g_autofree char *path = g_build_filename (folder, file->name, NULL);
      struct stat info;

      if (lstat (path, &info) < 0 || !S_ISREG (info.st_mode) ||
          (guint64) info.st_size != file->size_bytes)
        {
          annex_set_spoken (
              error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
              N_ ("The computer’s image is damaged: %s is missing or has the wrong size"),
              file->name);
          return NULL;
        }
      g_string_append_printf (stamp, "%s %" G_GUINT64_FORMAT " %lld.%09ld %llu\n", file->name,
                              file->size_bytes, (long long) info.st_mtim.tv_sec,
                              (long) info.st_mtim.tv_nsec, (unsigned long long) info.st_ino);
    }
  return g_string_free (g_steal_pointer (&stamp), FALSE);
}

static gboolean
check_sums (const char *folder,
            const AnnexImageManifest *manifest,
            GCancellable *cancellable,
            GError **error)
{
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (manifest->files, i);
      g_autofree char *path = g_build_filename (folder, file->name, NULL);
      g_autoptr (GError) local = NULL;
      g_autofree char *sum = annex_file_sha256 (path, cancellable, &local);

      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (g_strcmp0 (sum, file->sha256) != 0)
        {
          annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                            N_ ("The computer’s image is damaged: %s is not what it should be"),
                            file->name);
          return FALSE;
        }
    }
  return TRUE;
}

AnnexImage *
annex_image_open_blocking (const char *folder, GCancellable *cancellable, GError **error)
{
  g_autoptr (AnnexImageManifest) manifest = NULL;
  g_autofree char *text = NULL, *stamp = NULL, *known = NULL, *stamp_path = NULL;
  gsize length = 0;

  g_return_val_if_fail (folder != NULL, NULL);
  if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
      (text = read_manifest_text (folder, &length, error)) == NULL ||
      (manifest = annex_image_manifest_parse (text, length, error)) == NULL ||
      (stamp = describe_files (folder, manifest, text, length, error)) == NULL)
    return NULL;

  stamp_path = g_build_filename (folder, STAMP_NAME, NULL);
  if (!g_file_get_contents (stamp_path, &known, NULL, NULL) || strcmp (known, stamp) != 0)
    {
      if (!check_sums (folder, manifest, cancellable, error))
        return NULL;
      /* A folder that cannot be written to is verified each time. */
      annex_file_write_atomic (stamp_path, stamp, strlen (stamp), 0600, NULL);
    }
  return image_new (folder, manifest);
}

typedef struct
{
  char *folder;
  GCancellable *cancellable;
} OpenState;

static void
open_state_free (gpointer data)
{
  OpenState *state = data;

  g_free (state->folder);
  g_clear_object (&state->cancellable);
  g_free (state);
}

static DexFuture *
open_work (gpointer data)
{
  OpenState *state = data;
  GError *error = NULL;
  AnnexImage *image = annex_image_open_blocking (state->folder, state->cancellable, &error);

  if (image == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_IMAGE, image);
}

DexFuture *
annex_image_open (const char *folder, GCancellable *cancellable)
{
  OpenState *state;

  dex_return_error_if_fail (folder != NULL);
  state = g_new0 (OpenState, 1);
  state->folder = g_strdup (folder);
  g_set_object (&state->cancellable, cancellable);
  return annex_worker_run ("image-open", open_work, state, open_state_free);
}

const AnnexImageManifest *
annex_image_get_manifest (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->manifest;
}

const char *
annex_image_get_version (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->manifest->version;
}

const char *
annex_image_get_sha256 (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->manifest->sha256;
}

const char *
annex_image_get_folder (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->folder;
}

const char *
annex_image_get_kernel (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->kernel;
}

const char *
annex_image_get_initramfs (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->initramfs;
}

const char *
annex_image_get_disk (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->disk;
}

const char *
annex_image_get_command_line (const AnnexImage *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  return self->manifest->command_line;
}

const char *
annex_image_get_layer (const AnnexImage *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  for (guint i = 0; i < self->layers->len; i++)
    {
      const AnnexImageLayer *layer = g_ptr_array_index (self->manifest->layers, i);

      if (strcmp (layer->name, name) == 0)
        return g_ptr_array_index (self->layers, i);
    }
  return NULL;
}

GStrv
annex_image_dup_layer_names (const AnnexImage *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < self->layers->len; i++)
    g_strv_builder_add (builder,
                        ((AnnexImageLayer *) g_ptr_array_index (self->manifest->layers, i))->name);
  return g_strv_builder_end (builder);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GStrv
annex_image_dup_package_hosts (const AnnexImage *self, const char *manager)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (4, g_free, TRUE);

  g_return_val_if_fail (self != NULL, NULL);
  for (guint i = 0; i < self->manifest->package_hosts->len; i++)
    {
      const AnnexImagePackageHost *host = g_ptr_array_index (self->manifest->package_hosts, i);

      if ((manager == NULL || strcmp (manager, host->manager) == 0) &&
          !g_ptr_array_find_with_equal_func (names, host->host, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (host->host));
    }
  g_ptr_array_sort (names, compare_names);
  return (GStrv) g_ptr_array_steal (names, NULL);
}
