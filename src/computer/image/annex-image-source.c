/* annex-image-source.c
 *
 * See annex-image-source.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-source.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/utsname.h>

/* What the recipe of the image is for, and the machine that is made of it. */
#define PROCESSOR "x86_64"

enum { PROGRESS, REQUESTED, TRANSFERRED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_INTERFACE (AnnexImageSource, annex_image_source, G_TYPE_OBJECT)

static void
annex_image_source_default_init (AnnexImageSourceInterface *iface)
{
  signals[PROGRESS] = g_signal_new ("progress", ANNEX_TYPE_IMAGE_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_DOUBLE);
  signals[REQUESTED] = g_signal_new ("requested", ANNEX_TYPE_IMAGE_SOURCE, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_UINT);
  signals[TRANSFERRED] =
      g_signal_new ("transferred", ANNEX_TYPE_IMAGE_SOURCE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_UINT, G_TYPE_UINT64, G_TYPE_STRING);
}

gboolean
annex_image_source_is_for_this_machine (GError **error)
{
  struct utsname machine;

  if (uname (&machine) != 0 || strcmp (machine.machine, PROCESSOR) == 0)
    return TRUE;
  annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                    N_ ("Annex’s computer needs a 64-bit processor of Intel’s or AMD’s kind "
                        "(x86_64), and this machine is %s"),
                    machine.machine);
  return FALSE;
}

DexFuture *
annex_image_source_find_version (AnnexImageSource *self, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_SOURCE (self));
  if (!annex_image_source_is_for_this_machine (&error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return ANNEX_IMAGE_SOURCE_GET_IFACE (self)->find_version (self, cancellable);
}

static gpointer
estimate_copy (gpointer estimate)
{
  return g_memdup2 (estimate, sizeof (AnnexImageEstimate));
}

G_DEFINE_BOXED_TYPE (AnnexImageEstimate, annex_image_estimate, estimate_copy, g_free)

DexFuture *
annex_image_estimate_new_future (const AnnexImageEstimate *estimate)
{
  return dex_future_new_take_boxed (ANNEX_TYPE_IMAGE_ESTIMATE, estimate_copy ((gpointer) estimate));
}

DexFuture *
annex_image_source_estimate (AnnexImageSource *self,
                             AnnexImageStore *store,
                             GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_SOURCE (self));
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (store));
  if (!annex_image_source_is_for_this_machine (&error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return ANNEX_IMAGE_SOURCE_GET_IFACE (self)->estimate (self, store, cancellable);
}

DexFuture *
annex_image_source_provide (AnnexImageSource *self,
                            AnnexImageStore *store,
                            GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_SOURCE (self));
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (store));
  if (!annex_image_source_is_for_this_machine (&error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return ANNEX_IMAGE_SOURCE_GET_IFACE (self)->provide (self, store, cancellable);
}

typedef struct
{
  AnnexImageSource *source;
  guint signal;
  char *text;
  double fraction;
  guint port;
  guint64 bytes;
  char *failure; /* nullable */
} Report;

static void
report_free (gpointer data)
{
  Report *report = data;

  g_object_unref (report->source);
  g_free (report->text);
  g_free (report->failure);
  g_free (report);
}

static gboolean
emit_report (gpointer data)
{
  Report *report = data;

  if (report->signal == PROGRESS)
    g_signal_emit (report->source, signals[PROGRESS], 0, report->text, report->fraction);
  else if (report->signal == REQUESTED)
    g_signal_emit (report->source, signals[REQUESTED], 0, report->text, report->port);
  else
    g_signal_emit (report->source, signals[TRANSFERRED], 0, report->text, report->port,
                   report->bytes, report->failure);
  return G_SOURCE_REMOVE;
}

/* Always through the loop: invoking directly could run in the worker thread. */
static void
queue_report (GMainContext *context, Report *report)
{
  g_autoptr (GSource) idle = g_idle_source_new ();

  g_source_set_priority (idle, G_PRIORITY_DEFAULT);
  g_source_set_callback (idle, emit_report, report, report_free);
  g_source_attach (idle, context);
}

void
annex_image_source_report_progress (AnnexImageSource *self,
                                    GMainContext *context,
                                    const char *sentence,
                                    double fraction)
{
  Report *report;

  g_return_if_fail (ANNEX_IS_IMAGE_SOURCE (self) && sentence != NULL);
  report = g_new0 (Report, 1);
  report->source = g_object_ref (self);
  report->signal = PROGRESS;
  report->text = g_strdup (sentence);
  report->fraction = fraction;
  queue_report (context, report);
}

void
annex_image_source_report_request (AnnexImageSource *self,
                                   GMainContext *context,
                                   const char *host,
                                   guint port)
{
  Report *report;

  g_return_if_fail (ANNEX_IS_IMAGE_SOURCE (self) && host != NULL);
  report = g_new0 (Report, 1);
  report->source = g_object_ref (self);
  report->signal = REQUESTED;
  report->text = g_strdup (host);
  report->port = port;
  queue_report (context, report);
}

void
annex_image_source_report_transfer (AnnexImageSource *self,
                                    GMainContext *context,
                                    const char *host,
                                    guint port,
                                    guint64 bytes,
                                    const char *failure)
{
  Report *report;

  g_return_if_fail (ANNEX_IS_IMAGE_SOURCE (self) && host != NULL);
  report = g_new0 (Report, 1);
  report->source = g_object_ref (self);
  report->signal = TRANSFERRED;
  report->text = g_strdup (host);
  report->port = port;
  report->bytes = bytes;
  report->failure = g_strdup (failure);
  queue_report (context, report);
}
