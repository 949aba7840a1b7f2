/* annex-image-assembly.c
 *
 * See annex-image-assembly.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-assembly.h"

#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

/* Left free on the disk afterwards. */
#define SPARE_BYTES (G_GUINT64_CONSTANT (256) << 20)

static gboolean
is_complete (const char *path, const AnnexImageFile *file, GCancellable *cancellable)
{
  g_autofree char *sum = NULL;
  struct stat info;

  if (lstat (path, &info) < 0 || !S_ISREG (info.st_mode) ||
      (guint64) info.st_size != file->size_bytes)
    return FALSE;
  sum = annex_file_sha256 (path, cancellable, NULL);
  return g_strcmp0 (sum, file->sha256) == 0;
}

/* The file of @current (nullable) that is the same as @file, or NULL. */
static const AnnexImageFile *
find_in_current (AnnexImage *current, const AnnexImageFile *file)
{
  const AnnexImageManifest *manifest;

  if (current == NULL)
    return NULL;
  manifest = annex_image_get_manifest (current);
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *other = g_ptr_array_index (manifest->files, i);

      if (strcmp (other->sha256, file->sha256) == 0 && other->size_bytes == file->size_bytes)
        return other;
    }
  return NULL;
}

/* Takes @file from the current image when it is the same there, as a second name of one file. */
static gboolean
take_from_current (AnnexImage *current, const AnnexImageFile *file, const char *path)
{
  const AnnexImageFile *other = find_in_current (current, file);
  g_autofree char *from = NULL;

  if (other == NULL)
    return FALSE;
  from = g_build_filename (annex_image_get_folder (current), other->name, NULL);
  unlink (path);
  return link (from, path) == 0;
}

/* Bytes of @file that the staging folder already holds. */
static guint64
measure_present (const char *staging, const AnnexImageFile *file)
{
  g_autofree char *path = g_build_filename (staging, file->name, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  struct stat info;

  if (lstat (path, &info) != 0 && lstat (part, &info) != 0)
    return 0;
  return MIN ((guint64) info.st_size, file->size_bytes);
}

guint64
annex_image_assembly_measure_missing (const char *staging,
                                      const AnnexImageManifest *manifest,
                                      AnnexImage *current)
{
  guint64 missing = 0;

  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (manifest->files, i);

      if (find_in_current (current, file) == NULL)
        missing += file->size_bytes - (staging != NULL ? measure_present (staging, file) : 0);
    }
  return missing;
}

gboolean
annex_image_assembly_check_space (const char *staging,
                                  const AnnexImageManifest *manifest,
                                  AnnexImage *current,
                                  GError **error)
{
  guint64 needed = annex_image_assembly_measure_missing (staging, manifest, current) + SPARE_BYTES;
  struct statvfs info;
  guint64 free_bytes;
  g_autofree char *needed_text = NULL, *free_text = NULL;

  if (statvfs (staging, &info) < 0)
    return TRUE;
  free_bytes = (guint64) info.f_bavail * info.f_frsize;
  if (free_bytes >= needed)
    return TRUE;
  needed_text = g_format_size (needed);
  free_text = g_format_size (free_bytes);
  annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_SPACE,
                    N_ ("The computer’s image needs %s of free space, and there is %s"),
                    needed_text, free_text);
  return FALSE;
}

gboolean
annex_image_assembly_find (const char *path,
                           const AnnexImageFile *file,
                           AnnexImage *current,
                           GCancellable *cancellable)
{
  return is_complete (path, file, cancellable) || take_from_current (current, file, path);
}

AnnexImage *
annex_image_assembly_open_current (AnnexImageStore *store, GCancellable *cancellable)
{
  g_autofree char *version = annex_image_store_dup_current (store);
  g_autofree char *path = NULL;

  if (version == NULL)
    return NULL;
  path = g_build_filename (annex_image_store_get_folder (store), version, NULL);
  return annex_image_open_blocking (path, cancellable, NULL);
}

gboolean
annex_image_assembly_is_same (AnnexImage *current, const AnnexImageManifest *manifest)
{
  return current != NULL && strcmp (annex_image_get_version (current), manifest->version) == 0 &&
         strcmp (annex_image_get_sha256 (current), manifest->sha256) == 0;
}

AnnexImage *
annex_image_assembly_take_present (AnnexImageStore *store,
                                   const AnnexImageManifest *manifest,
                                   GCancellable *cancellable)
{
  g_autofree char *path =
      g_build_filename (annex_image_store_get_folder (store), manifest->version, NULL);
  g_autoptr (AnnexImage) present = annex_image_open_blocking (path, cancellable, NULL);

  if (!annex_image_assembly_is_same (present, manifest))
    return NULL;
  return annex_image_store_set_current_blocking (store, manifest->version, cancellable, NULL);
}

gboolean
annex_image_assembly_check_age (AnnexImage *current,
                                const AnnexImageManifest *manifest,
                                GError **error)
{
  g_autoptr (GDateTime) offered = g_date_time_new_from_iso8601 (manifest->created, NULL);
  g_autoptr (GDateTime) present = NULL;

  if (current == NULL)
    return TRUE;
  present = g_date_time_new_from_iso8601 (annex_image_get_manifest (current)->created, NULL);
  if (present == NULL || (offered != NULL && g_date_time_compare (offered, present) >= 0))
    return TRUE;
  annex_set_spoken (
      error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
      N_ ("The image of the computer that is offered is older than the one that is here, which "
          "stays in use"));
  return FALSE;
}

gboolean
annex_image_assembly_check_machine (const AnnexImageManifest *manifest, GError **error)
{
  struct utsname machine;

  if (uname (&machine) != 0 || strcmp (machine.machine, manifest->architecture) == 0)
    return TRUE;
  annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                    N_ ("The image of the computer that is offered is for %s, this machine is %s"),
                    manifest->architecture, machine.machine);
  return FALSE;
}
