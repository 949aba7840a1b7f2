/* annex-image-work.c
 *
 * See annex-image-work.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-work.h"

#include <unistd.h>

gpointer
annex_image_work_new (gsize size,
                      AnnexImageSource *source,
                      AnnexImageStore *store,
                      GCancellable *cancellable)
{
  AnnexImageWork *self;

  g_return_val_if_fail (size >= sizeof *self && ANNEX_IS_IMAGE_SOURCE (source), NULL);
  self = g_malloc0 (size);
  self->source = g_object_ref (source);
  g_set_object (&self->store, store);
  g_set_object (&self->cancellable, cancellable);
  self->context = g_main_context_ref_thread_default ();
  return self;
}

void
annex_image_work_free (gpointer data)
{
  AnnexImageWork *self = data;

  g_object_unref (self->source);
  g_clear_object (&self->store);
  g_clear_object (&self->cancellable);
  g_main_context_unref (self->context);
  g_free (self);
}

void
annex_image_work_report_progress (AnnexImageWork *self, const char *sentence, double fraction)
{
  annex_image_source_report_progress (self->source, self->context, sentence, fraction);
}

void
annex_image_work_report_request (AnnexImageWork *self, const char *host, guint port)
{
  annex_image_source_report_request (self->source, self->context, host, port);
}

void
annex_image_work_report_transfer (AnnexImageWork *self,
                                  const char *host,
                                  guint port,
                                  guint64 bytes,
                                  const char *failure)
{
  annex_image_source_report_transfer (self->source, self->context, host, port, bytes, failure);
}

DexFuture *
annex_image_work_provide (gpointer data, AnnexImageWorkFunc func)
{
  AnnexImageWork *self = data;
  AnnexImage *image = NULL;
  GError *error = NULL;

  self->lock = annex_image_store_lock_blocking (self->store, self->cancellable, &error);
  if (self->lock >= 0)
    {
      image = func (data, &error);
      close (self->lock);
    }
  if (image == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_IMAGE, image);
}
