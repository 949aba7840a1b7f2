/* annex-image-fetcher.c
 *
 * See annex-image-fetcher.h. Runs in a worker thread with a main context of its own for libsoup.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-fetcher.h"

#include "annex-future.h"
#include "annex-image-assembly.h"
#include "annex-image-download.h"
#include "annex-image-signature.h"
#include "annex-image-work.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

/* Progress is told this often at most. */
#define REPORT_INTERVAL_US (G_USEC_PER_SEC / 5)
#define FETCHING _ ("Downloading the computer’s image…")

struct _AnnexImageFetcher
{
  GObject parent_instance;
  char *address; /* without a trailing slash */
  char *sha256;  /* of the manifest, or NULL */
  char *key;     /* the manifest is signed with, or NULL */
  guint retry_delay_ms;
};

static void
source_iface_init (AnnexImageSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexImageFetcher,
                               annex_image_fetcher,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_IMAGE_SOURCE, source_iface_init))

typedef struct
{
  AnnexImageWork base;
  guint64 total_bytes;
  guint64 base_bytes; /* of the files before the one that is fetched now */
  gint64 reported_us;
} Work;

static Work *
work_new (AnnexImageSource *source, AnnexImageStore *store, GCancellable *cancellable)
{
  return annex_image_work_new (sizeof (Work), source, store, cancellable);
}

static AnnexImageFetcher *
fetcher_of (Work *work)
{
  return ANNEX_IMAGE_FETCHER (work->base.source);
}

static void
on_request (gboolean ended,
            const char *host,
            guint port,
            guint64 bytes,
            const char *failure,
            gpointer data)
{
  Work *work = data;

  if (ended)
    annex_image_work_report_transfer (&work->base, host, port, bytes, failure);
  else
    annex_image_work_report_request (&work->base, host, port);
}

static void
on_progress (guint64 done_bytes, gpointer data)
{
  Work *work = data;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - work->reported_us < REPORT_INTERVAL_US || work->total_bytes == 0)
    return;
  work->reported_us = now_us;
  annex_image_work_report_progress (
      &work->base, FETCHING, (double) (work->base_bytes + done_bytes) / (double) work->total_bytes);
}

/* The signature of @manifest lies beside it. */
static gboolean
check_signature (Work *work, GBytes *manifest, GError **error)
{
  g_autofree char *address =
      g_strconcat (fetcher_of (work)->address, "/" ANNEX_IMAGE_SIGNATURE_NAME, NULL);
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) signature = annex_image_download_text (
      address, ANNEX_IMAGE_SIGNATURE_MAX_BYTES, on_request, work, work->base.cancellable, &local);

  if (signature != NULL)
    return annex_image_signature_check (manifest, signature, fetcher_of (work)->key, error);
  if (g_error_matches (local, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND))
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                      N_ ("The computer’s image at the address is not signed"));
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Whether @manifest is what this Annex was built for: the very one, or one that is signed. */
static gboolean
check_origin (Work *work, GBytes *manifest, GError **error)
{
  AnnexImageFetcher *self = fetcher_of (work);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, manifest);

  if (self->sha256 != NULL && strcmp (sum, self->sha256) != 0)
    {
      annex_set_spoken (
          error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
          N_ ("The image at the address is not the one that this Annex was built for"));
      return FALSE;
    }
  return self->sha256 != NULL || self->key == NULL || check_signature (work, manifest, error);
}

/* Fetches and parses the manifest; @text is what it was parsed from. */
static AnnexImageManifest *
fetch_manifest (Work *work, GBytes **text, GError **error)
{
  AnnexImageFetcher *self = fetcher_of (work);
  g_autofree char *address = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexImageManifest) manifest = NULL;
  const char *data;

  if (self->address == NULL)
    {
      annex_set_spoken (
          error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
          N_ ("This Annex has no address to fetch its computer’s image from. Install the image "
              "from where you have Annex, or chat without a computer"));
      return NULL;
    }
  address = g_strconcat (self->address, "/" ANNEX_IMAGE_MANIFEST_NAME, NULL);
  bytes = annex_image_download_text (address, ANNEX_IMAGE_MANIFEST_MAX_BYTES, on_request, work,
                                     work->base.cancellable, error);
  if (bytes == NULL)
    return NULL;
  if (!check_origin (work, bytes, error))
    return NULL;
  /* An empty answer has no data at all. */
  data = g_bytes_get_data (bytes, NULL);
  manifest = annex_image_manifest_parse (data != NULL ? data : "", g_bytes_get_size (bytes), error);
  if (manifest == NULL)
    return NULL;
  if (!annex_image_assembly_check_machine (manifest, error))
    return NULL;
  *text = g_steal_pointer (&bytes);
  return g_steal_pointer (&manifest);
}

/* Libsoup's blocking calls iterate the thread's own main context. */
static DexFuture *
in_own_context (DexFuture *(*func) (Work *work), Work *work)
{
  g_autoptr (GMainContext) own = g_main_context_new ();
  DexFuture *future;

  g_main_context_push_thread_default (own);
  future = func (work);
  g_main_context_pop_thread_default (own);
  return future;
}

static DexFuture *
find_version (Work *work)
{
  g_autoptr (AnnexImageManifest) manifest = NULL;
  g_autoptr (GBytes) text = NULL;
  GError *error = NULL;

  manifest = fetch_manifest (work, &text, &error);
  if (manifest == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_for_string (manifest->version);
}

/* The very one that was meant may be any. */
static gboolean
check_age (Work *work, AnnexImage *current, const AnnexImageManifest *manifest, GError **error)
{
  return fetcher_of (work)->key == NULL || fetcher_of (work)->sha256 != NULL ||
         annex_image_assembly_check_age (current, manifest, error);
}

static DexFuture *
estimate (Work *work)
{
  g_autoptr (AnnexImageManifest) manifest = NULL;
  g_autoptr (AnnexImage) current = NULL;
  g_autoptr (GBytes) text = NULL;
  AnnexImageEstimate estimate;
  GError *error = NULL;

  manifest = fetch_manifest (work, &text, &error);
  if (manifest == NULL)
    return dex_future_new_for_error (error);
  current = annex_image_assembly_open_current (work->base.store, work->base.cancellable);
  if (!check_age (work, current, manifest, &error))
    return dex_future_new_for_error (error);
  estimate.download_bytes = estimate.disk_bytes =
      annex_image_assembly_measure_missing (NULL, manifest, current);
  return annex_image_estimate_new_future (&estimate);
}

static DexFuture *
estimate_work (gpointer data)
{
  return in_own_context (estimate, data);
}

static DexFuture *
find_version_work (gpointer data)
{
  return in_own_context (find_version, data);
}

static gboolean
fetch_file (Work *work,
            const char *staging,
            const AnnexImageFile *file,
            AnnexImage *current,
            GError **error)
{
  g_autofree char *path = g_build_filename (staging, file->name, NULL);
  g_autofree char *address = g_strconcat (fetcher_of (work)->address, "/", file->name, NULL);
  AnnexImageDownload download = {
    .address = address,
    .path = path,
    .size_bytes = file->size_bytes,
    .sha256 = file->sha256,
    .retry_delay_ms = fetcher_of (work)->retry_delay_ms,
    .progress = on_progress,
    .progress_data = work,
    .request = on_request,
    .request_data = work,
  };
  gboolean ok = TRUE;

  if (!annex_image_assembly_find (path, file, current, work->base.cancellable))
    {
      if (g_cancellable_set_error_if_cancelled (work->base.cancellable, error))
        return FALSE;
      ok = annex_image_download (&download, work->base.cancellable, error);
    }
  work->base_bytes += file->size_bytes;
  return ok;
}

/* With the store's lock held. */
static AnnexImage *
fetch_locked (gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (AnnexImageManifest) manifest = NULL;
  g_autoptr (AnnexImage) current = NULL;
  g_autoptr (AnnexImage) present = NULL;
  g_autoptr (GBytes) text = NULL;
  g_autofree char *staging = NULL, *manifest_path = NULL;

  manifest = fetch_manifest (work, &text, error);
  if (manifest == NULL)
    return NULL;
  work->total_bytes = manifest->size_bytes;
  current = annex_image_assembly_open_current (work->base.store, work->base.cancellable);
  if (annex_image_assembly_is_same (current, manifest))
    return g_steal_pointer (&current);
  if (!check_age (work, current, manifest, error))
    return NULL;
  present = annex_image_assembly_take_present (work->base.store, manifest, work->base.cancellable);
  if (present != NULL)
    return g_steal_pointer (&present);

  staging = annex_image_store_stage (work->base.store, manifest->version, error);
  if (staging == NULL || !annex_image_assembly_check_space (staging, manifest, current, error))
    return NULL;
  for (guint i = 0; i < manifest->files->len; i++)
    if (!fetch_file (work, staging, g_ptr_array_index (manifest->files, i), current, error))
      return NULL;
  manifest_path = g_build_filename (staging, ANNEX_IMAGE_MANIFEST_NAME, NULL);
  if (!annex_file_write_atomic (manifest_path, g_bytes_get_data (text, NULL),
                                g_bytes_get_size (text), 0600, error))
    return NULL;
  annex_image_work_report_progress (&work->base, _ ("Checking the computer’s image…"), 1);
  return annex_image_store_install_blocking (work->base.store, staging, work->base.cancellable,
                                             error);
}

static DexFuture *
provide (Work *work)
{
  if (fetcher_of (work)->address != NULL)
    annex_image_work_report_progress (&work->base, FETCHING, 0);
  return annex_image_work_provide (work, fetch_locked);
}

static DexFuture *
provide_work (gpointer data)
{
  return in_own_context (provide, data);
}

static DexFuture *
annex_image_fetcher_find_version (AnnexImageSource *source, GCancellable *cancellable)
{
  return annex_worker_run ("image-version", find_version_work, work_new (source, NULL, cancellable),
                           annex_image_work_free);
}

static DexFuture *
annex_image_fetcher_estimate (AnnexImageSource *source,
                              AnnexImageStore *store,
                              GCancellable *cancellable)
{
  return annex_worker_run ("image-size", estimate_work, work_new (source, store, cancellable),
                           annex_image_work_free);
}

static DexFuture *
annex_image_fetcher_provide (AnnexImageSource *source,
                             AnnexImageStore *store,
                             GCancellable *cancellable)
{
  return annex_worker_run ("image-fetch", provide_work, work_new (source, store, cancellable),
                           annex_image_work_free);
}

static void
source_iface_init (AnnexImageSourceInterface *iface)
{
  iface->find_version = annex_image_fetcher_find_version;
  iface->estimate = annex_image_fetcher_estimate;
  iface->provide = annex_image_fetcher_provide;
}

static void
annex_image_fetcher_finalize (GObject *object)
{
  AnnexImageFetcher *self = ANNEX_IMAGE_FETCHER (object);

  g_free (self->address);
  g_free (self->sha256);
  g_free (self->key);
  G_OBJECT_CLASS (annex_image_fetcher_parent_class)->finalize (object);
}

static void
annex_image_fetcher_class_init (AnnexImageFetcherClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_image_fetcher_finalize;
}

static void
annex_image_fetcher_init (AnnexImageFetcher *self)
{
  self->retry_delay_ms = 1000;
}

/* NULL for an empty text. */
static char *
dup_if_any (const char *text)
{
  return text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
}

AnnexImageFetcher *
annex_image_fetcher_new (const char *address, const char *sha256)
{
  AnnexImageFetcher *self = g_object_new (ANNEX_TYPE_IMAGE_FETCHER, NULL);

  self->address = dup_if_any (address != NULL ? address : ANNEX_IMAGE_URL);
  if (address == NULL || sha256 != NULL)
    self->sha256 = dup_if_any (sha256 != NULL ? sha256 : ANNEX_IMAGE_SHA256);
  if (address == NULL)
    self->key = dup_if_any (ANNEX_IMAGE_KEY);
  if (self->address != NULL && g_str_has_suffix (self->address, "/"))
    self->address[strlen (self->address) - 1] = '\0';
  return self;
}

gboolean
annex_image_fetcher_has_address (void)
{
  return ANNEX_IMAGE_URL[0] != '\0';
}

void
annex_image_fetcher_set_key (AnnexImageFetcher *self, const char *key)
{
  g_return_if_fail (ANNEX_IS_IMAGE_FETCHER (self));
  g_free (self->key);
  self->key = g_strdup (key);
}

void
annex_image_fetcher_set_retry_delay (AnnexImageFetcher *self, guint delay_ms)
{
  g_return_if_fail (ANNEX_IS_IMAGE_FETCHER (self));
  self->retry_delay_ms = delay_ms;
}
