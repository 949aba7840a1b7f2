/* annex-image-work.h
 *
 * What a worker thread of an AnnexImageSource needs. For the sources alone: each begins its own
 * structure with it, and adds what only it needs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexImageSource *source;
  AnnexImageStore *store;    /* nullable */
  GCancellable *cancellable; /* nullable */
  GMainContext *context;     /* where signals go: that of who asked */
  int lock;                  /* the store's, while it is provided */
} AnnexImageWork;

/* Zeroed memory of @size bytes that begins with an AnnexImageWork. (transfer full) */
gpointer
annex_image_work_new (gsize size,
                      AnnexImageSource *source,
                      AnnexImageStore *store,
                      GCancellable *cancellable);
/* A GDestroyNotify for what annex_image_work_new made. */
void
annex_image_work_free (gpointer data);

/* See annex_image_source_report_progress and those beside it. */
void
annex_image_work_report_progress (AnnexImageWork *self, const char *sentence, double fraction);
void
annex_image_work_report_request (AnnexImageWork *self, const char *host, guint port);
void
annex_image_work_report_transfer (AnnexImageWork *self,
                                  const char *host,
                                  guint port,
                                  guint64 bytes,
                                  const char *failure);

/* Brings an image into the store; @data is what annex_image_work_new made. NULL with an error.
 * (transfer full) */
typedef AnnexImage *(*AnnexImageWorkFunc) (gpointer data, GError **error);

/* Calls @func with @data while the store's lock is held; blocking, for worker threads. Resolves or
 * rejects as annex_image_source_provide. */
DexFuture *
annex_image_work_provide (gpointer data, AnnexImageWorkFunc func) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
