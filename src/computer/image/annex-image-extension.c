/* annex-image-extension.c
 *
 * See annex-image-extension.h. What is copied is verified in the store, not where it was.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-extension.h"

#include "annex-future.h"
#include "annex-image-assembly.h"
#include "annex-image-signature.h"
#include "annex-image-work.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <unistd.h>

#define COPYING _ ("Taking the computer’s image from its package…")

struct _AnnexImageExtension
{
  GObject parent_instance;
  char *folder;
  char *key;
};

static void
source_iface_init (AnnexImageSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexImageExtension,
                               annex_image_extension,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_IMAGE_SOURCE, source_iface_init))

typedef struct
{
  AnnexImageWork base;
  guint64 total_bytes;
  guint64 done_bytes; /* of the files before the one that is copied now */
} Work;

static Work *
work_new (AnnexImageSource *source, AnnexImageStore *store, GCancellable *cancellable)
{
  return annex_image_work_new (sizeof (Work), source, store, cancellable);
}

static AnnexImageExtension *
extension_of (Work *work)
{
  return ANNEX_IMAGE_EXTENSION (work->base.source);
}

/* At most @limit bytes of the file @name; NULL with ANNEX_IMAGE_ERROR. (transfer full) */
static GBytes *
read_small (const char *folder, const char *name, gsize limit, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autoptr (GBytes) bytes =
      stream != NULL ? g_input_stream_read_bytes (G_INPUT_STREAM (stream), limit + 1, NULL, NULL)
                     : NULL;

  if (bytes == NULL)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                      N_ ("The package of the computer’s image has no %s"), name);
  else if (g_bytes_get_size (bytes) > limit)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                      N_ ("In the package of the computer’s image, %s is too large"), name);
  else
    return g_steal_pointer (&bytes);
  return NULL;
}

/* The manifest, its signature checked; @text (nullable) is what it was parsed from. */
static AnnexImageManifest *
read_manifest (const char *folder, const char *key, GBytes **text, GError **error)
{
  g_autoptr (GBytes) bytes =
      read_small (folder, ANNEX_IMAGE_MANIFEST_NAME, ANNEX_IMAGE_MANIFEST_MAX_BYTES, error);
  g_autoptr (GBytes) signature = NULL;
  g_autoptr (AnnexImageManifest) manifest = NULL;
  gsize size = 0;
  const char *data;

  if (bytes == NULL)
    return NULL;
  signature =
      read_small (folder, ANNEX_IMAGE_SIGNATURE_NAME, ANNEX_IMAGE_SIGNATURE_MAX_BYTES, error);
  if (signature == NULL || !annex_image_signature_check (bytes, signature, key, error))
    return NULL;
  data = g_bytes_get_data (bytes, &size);
  manifest = annex_image_manifest_parse (data != NULL ? data : "", (gssize) size, error);
  if (manifest == NULL || !annex_image_assembly_check_machine (manifest, error))
    return NULL;
  if (text != NULL)
    *text = g_steal_pointer (&bytes);
  return g_steal_pointer (&manifest);
}

static AnnexImageManifest *
read_own_manifest (Work *work, GBytes **text, GError **error)
{
  AnnexImageExtension *self = extension_of (work);

  return read_manifest (self->folder, self->key, text, error);
}

static DexFuture *
find_version_work (gpointer data)
{
  Work *work = data;
  GError *error = NULL;
  g_autoptr (AnnexImageManifest) manifest = read_own_manifest (work, NULL, &error);

  return manifest != NULL ? dex_future_new_for_string (manifest->version)
                          : dex_future_new_for_error (error);
}

static DexFuture *
estimate_work (gpointer data)
{
  Work *work = data;
  GError *error = NULL;
  g_autoptr (AnnexImageManifest) manifest = read_own_manifest (work, NULL, &error);
  g_autoptr (AnnexImage) current = NULL;
  AnnexImageEstimate estimate = { 0 };

  if (manifest == NULL)
    return dex_future_new_for_error (error);
  current = annex_image_assembly_open_current (work->base.store, work->base.cancellable);
  if (!annex_image_assembly_check_age (current, manifest, &error))
    return dex_future_new_for_error (error);
  estimate.disk_bytes = annex_image_assembly_measure_missing (NULL, manifest, current);
  return annex_image_estimate_new_future (&estimate);
}

static void
on_copied (goffset done, goffset total, gpointer data)
{
  Work *work = data;

  if (work->total_bytes > 0)
    annex_image_work_report_progress (&work->base, COPYING,
                                      (double) (work->done_bytes + (guint64) done) /
                                          (double) work->total_bytes);
}

/* A link is copied as a link, which the store then refuses. */
static gboolean
copy_file (Work *work, const AnnexImageFile *file, const char *path, GError **error)
{
  g_autofree char *from_path = g_build_filename (extension_of (work)->folder, file->name, NULL);
  g_autoptr (GFile) from = g_file_new_for_path (from_path);
  g_autoptr (GFile) to = g_file_new_for_path (path);
  g_autoptr (GError) local = NULL;
  AnnexImageError code = ANNEX_IMAGE_ERROR_FAILED;

  if (g_file_copy (from, to, G_FILE_COPY_OVERWRITE | G_FILE_COPY_NOFOLLOW_SYMLINKS,
                   work->base.cancellable, on_copied, work, &local))
    return TRUE;
  unlink (path);
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    code = ANNEX_IMAGE_ERROR_NO_SPACE;
  else if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    code = ANNEX_IMAGE_ERROR_DAMAGED;
  annex_set_spoken (error, ANNEX_IMAGE_ERROR, code,
                    N_ ("The computer’s image could not be copied: %s"), local->message);
  return FALSE;
}

/* With the store's lock held. */
static AnnexImage *
copy_locked (gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (GBytes) text = NULL;
  g_autoptr (AnnexImageManifest) manifest = read_own_manifest (work, &text, error);
  g_autoptr (AnnexImage) current = NULL;
  g_autoptr (AnnexImage) present = NULL;
  g_autofree char *staging = NULL, *manifest_path = NULL;

  if (manifest == NULL)
    return NULL;
  current = annex_image_assembly_open_current (work->base.store, work->base.cancellable);
  if (annex_image_assembly_is_same (current, manifest))
    return g_steal_pointer (&current);
  if (!annex_image_assembly_check_age (current, manifest, error))
    return NULL;
  present = annex_image_assembly_take_present (work->base.store, manifest, work->base.cancellable);
  if (present != NULL)
    return g_steal_pointer (&present);
  staging = annex_image_store_stage (work->base.store, manifest->version, error);
  if (staging == NULL || !annex_image_assembly_check_space (staging, manifest, current, error))
    return NULL;
  work->total_bytes = manifest->size_bytes;
  for (guint i = 0; i < manifest->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (manifest->files, i);
      g_autofree char *path = g_build_filename (staging, file->name, NULL);

      if (!annex_image_assembly_find (path, file, current, work->base.cancellable) &&
          !copy_file (work, file, path, error))
        return NULL;
      work->done_bytes += file->size_bytes;
    }
  manifest_path = g_build_filename (staging, ANNEX_IMAGE_MANIFEST_NAME, NULL);
  if (!annex_file_write_atomic (manifest_path, g_bytes_get_data (text, NULL),
                                g_bytes_get_size (text), 0600, error))
    return NULL;
  return annex_image_store_install_blocking (work->base.store, staging, work->base.cancellable,
                                             error);
}

static DexFuture *
provide_work (gpointer data)
{
  Work *work = data;

  annex_image_work_report_progress (&work->base, COPYING, 0);
  return annex_image_work_provide (work, copy_locked);
}

static DexFuture *
annex_image_extension_find_version (AnnexImageSource *source, GCancellable *cancellable)
{
  return annex_worker_run ("image-version", find_version_work, work_new (source, NULL, cancellable),
                           annex_image_work_free);
}

static DexFuture *
annex_image_extension_estimate (AnnexImageSource *source,
                                AnnexImageStore *store,
                                GCancellable *cancellable)
{
  return annex_worker_run ("image-size", estimate_work, work_new (source, store, cancellable),
                           annex_image_work_free);
}

static DexFuture *
annex_image_extension_provide (AnnexImageSource *source,
                               AnnexImageStore *store,
                               GCancellable *cancellable)
{
  return annex_worker_run ("image-copy", provide_work, work_new (source, store, cancellable),
                           annex_image_work_free);
}

static void
source_iface_init (AnnexImageSourceInterface *iface)
{
  iface->find_version = annex_image_extension_find_version;
  iface->estimate = annex_image_extension_estimate;
  iface->provide = annex_image_extension_provide;
}

static void
annex_image_extension_finalize (GObject *object)
{
  AnnexImageExtension *self = ANNEX_IMAGE_EXTENSION (object);

  g_free (self->folder);
  g_free (self->key);
  G_OBJECT_CLASS (annex_image_extension_parent_class)->finalize (object);
}

static void
annex_image_extension_class_init (AnnexImageExtensionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_image_extension_finalize;
}

static void
annex_image_extension_init (AnnexImageExtension *self)
{
}

AnnexImageExtension *
annex_image_extension_new (const char *folder, const char *key)
{
  AnnexImageExtension *self = g_object_new (ANNEX_TYPE_IMAGE_EXTENSION, NULL);

  self->folder = g_strdup (folder != NULL ? folder : ANNEX_IMAGE_EXTENSION_DIR);
  self->key = g_strdup (key != NULL ? key : ANNEX_IMAGE_KEY);
  return self;
}

gboolean
annex_image_extension_is_there (const char *folder, const char *key)
{
  g_autoptr (AnnexImageManifest) manifest =
      read_manifest (folder != NULL ? folder : ANNEX_IMAGE_EXTENSION_DIR,
                     key != NULL ? key : ANNEX_IMAGE_KEY, NULL, NULL);

  return manifest != NULL;
}
