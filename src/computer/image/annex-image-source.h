/* annex-image-source.h
 *
 * Where an image comes from: built here (AnnexImageBuilder) or fetched (AnnexImageFetcher). Both
 * put it into a store after the same checks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE_SOURCE (annex_image_source_get_type ())
G_DECLARE_INTERFACE (AnnexImageSource, annex_image_source, ANNEX, IMAGE_SOURCE, GObject)

/* What an image would take, roughly. */
typedef struct
{
  guint64 download_bytes;
  guint64 disk_bytes;
} AnnexImageEstimate;
#define ANNEX_TYPE_IMAGE_ESTIMATE (annex_image_estimate_get_type ())
GType
annex_image_estimate_get_type (void) G_GNUC_CONST;

struct _AnnexImageSourceInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*find_version) (AnnexImageSource *self, GCancellable *cancellable);
  DexFuture *(*estimate) (AnnexImageSource *self,
                          AnnexImageStore *store,
                          GCancellable *cancellable);
  DexFuture *(*provide) (AnnexImageSource *self, AnnexImageStore *store, GCancellable *cancellable);
};

/* Signal "progress" (const char *sentence, double fraction): what goes on, in plain words; fraction
 * is 0 to 1, or negative where nobody knows. In the main context of the thread that called provide.
 * Signal "requested" (const char *host, guint port): a request to the network begins; of a builder,
 * those to the hosts that are known by then.
 * Signal "transferred" (const char *host, guint port, guint64 bytes, const char *failure): a
 * request to the network has ended, by a sentence about why where it failed (NULL: it did not); of
 * a builder, all of them to that host together, whose bytes nobody counts (0). For the ledger. */

/* Whether there is an image for this machine at all: it is one for x86_64. FALSE with
 * ANNEX_IMAGE_ERROR_NOT_FOUND, and then no source finds, estimates or provides one. Any thread. */
gboolean
annex_image_source_is_for_this_machine (GError **error);

/* The version that annex_image_source_provide would bring now. Cheap for a builder (a hash of its
 * recipe), one request for a fetcher. Resolves to a string; rejects with ANNEX_IMAGE_ERROR. */
DexFuture *
annex_image_source_find_version (AnnexImageSource *self,
                                 GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* What bringing the image would take: what a fetcher's server says, or, of a builder, the size of
 * the image in @store that was built before, else what building one took when this was written.
 * Resolves to an AnnexImageEstimate (boxed); rejects with ANNEX_IMAGE_ERROR. */
DexFuture *
annex_image_source_estimate (AnnexImageSource *self,
                             AnnexImageStore *store,
                             GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
/* @estimate is copied. (transfer full) */
DexFuture *
annex_image_estimate_new_future (const AnnexImageEstimate *estimate) G_GNUC_WARN_UNUSED_RESULT;

/* Brings the image into @store and makes it the current one; an image that is there already is only
 * verified. Takes minutes. Resolves to an AnnexImage (boxed); rejects with ANNEX_IMAGE_ERROR,
 * G_IO_ERROR_CANCELLED. A cancelled or broken fetch resumes at the next call. */
DexFuture *
annex_image_source_provide (AnnexImageSource *self,
                            AnnexImageStore *store,
                            GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;

/* For implementations, from any thread: emits the signals in @context (nullable: the default one).
 */
void
annex_image_source_report_progress (AnnexImageSource *self,
                                    GMainContext *context,
                                    const char *sentence,
                                    double fraction);
void
annex_image_source_report_request (AnnexImageSource *self,
                                   GMainContext *context,
                                   const char *host,
                                   guint port);
void
annex_image_source_report_transfer (AnnexImageSource *self,
                                    GMainContext *context,
                                    const char *host,
                                    guint port,
                                    guint64 bytes,
                                    const char *failure);

G_END_DECLS
