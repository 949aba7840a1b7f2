/* annex-browser-picture.c
 *
 * A picture of what a tab shows, for the model: no larger than it sees, nor than providers take.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"
#include "annex-browser-wheel.h"

#include "annex-future.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <math.h>

/* Models see no more of the longer side. */
#define MAX_SIDE 1568
/* Of the PNG: the strictest provider takes 5 MB in base64. */
#define MAX_BYTES (3500 * 1024)
#define SHRINKS_BY 0.75

typedef struct
{
  DexPromise *promise;
  gboolean has_box;
  double box[4];
  double view_width;
} Picture;

static void
picture_free (Picture *picture)
{
  dex_clear (&picture->promise);
  g_free (picture);
}

/* The part of @texture that shows @box; NULL when none of it is there. */
static GdkTexture *
crop (GdkTexture *texture, const double *box, double scale)
{
  int width = gdk_texture_get_width (texture);
  int height = gdk_texture_get_height (texture);
  int left = (int) CLAMP (floor (box[0] * scale), 0, width);
  int top = (int) CLAMP (floor (box[1] * scale), 0, height);
  int right = (int) CLAMP (ceil ((box[0] + box[2]) * scale), 0, width);
  int bottom = (int) CLAMP (ceil ((box[1] + box[3]) * scale), 0, height);
  gsize stride = (gsize) width * 4;
  g_autofree guchar *pixels = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (right <= left || bottom <= top)
    return NULL;
  pixels = g_malloc (stride * (gsize) height);
  gdk_texture_download (texture, pixels, stride);
  bytes = g_bytes_new (pixels + (gsize) top * stride + (gsize) left * 4,
                       stride * (gsize) (bottom - top - 1) + (gsize) (right - left) * 4);
  return gdk_memory_texture_new (right - left, bottom - top, GDK_MEMORY_DEFAULT, bytes, stride);
}

/* ---- in a thread of its own */

static void
free_pixels (guchar *pixels, gpointer bytes)
{
  g_bytes_unref (bytes);
}

static GdkPixbuf *
make_pixbuf (GdkTexture *texture)
{
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);
  GBytes *bytes;
  gsize stride;

  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8);
  bytes = gdk_texture_downloader_download_bytes (downloader, &stride);
  return gdk_pixbuf_new_from_data (
      g_bytes_get_data (bytes, NULL), GDK_COLORSPACE_RGB, FALSE, 8, gdk_texture_get_width (texture),
      gdk_texture_get_height (texture), (int) stride, free_pixels, bytes);
}

/* (transfer full, nullable) */
static GBytes *
write_png (GdkPixbuf *pixbuf, double scale, GError **error)
{
  int width = MAX (1, (int) (gdk_pixbuf_get_width (pixbuf) * scale));
  int height = MAX (1, (int) (gdk_pixbuf_get_height (pixbuf) * scale));
  g_autoptr (GdkPixbuf) scaled =
      scale < 1 ? gdk_pixbuf_scale_simple (pixbuf, width, height, GDK_INTERP_BILINEAR)
                : g_object_ref (pixbuf);
  char *data;
  gsize size;

  if (scaled == NULL || !gdk_pixbuf_save_to_buffer (scaled, &data, &size, "png", error, NULL))
    return NULL;
  return g_bytes_new_take (data, size);
}

static DexFuture *
encode (gpointer data)
{
  GdkTexture *texture = data;
  g_autoptr (GdkPixbuf) pixbuf = make_pixbuf (texture);
  int side = MAX (gdk_texture_get_width (texture), gdk_texture_get_height (texture));
  double scale = MIN (1.0, (double) MAX_SIDE / side);
  GError *error = NULL;
  GBytes *png = write_png (pixbuf, scale, &error);

  while (png != NULL && g_bytes_get_size (png) > MAX_BYTES)
    {
      scale *= SHRINKS_BY;
      g_bytes_unref (png);
      png = write_png (pixbuf, scale, &error);
    }
  if (png != NULL)
    return dex_future_new_take_boxed (G_TYPE_BYTES, png);
  if (error == NULL)
    error = g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_HIDDEN,
                                 "No picture could be taken: there is no room for it in memory.");
  return dex_future_new_for_error (error);
}

static DexFuture *
encode_cb (DexFuture *taken, gpointer data)
{
  return annex_worker_run ("annex-picture", encode,
                           g_value_dup_object (dex_future_get_value (taken, NULL)), g_object_unref);
}

/* ---- */

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Picture *picture = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) whole =
      webkit_web_view_get_snapshot_finish (WEBKIT_WEB_VIEW (source), result, &error);
  g_autoptr (GdkTexture) part = NULL;

  if (whole != NULL && picture->has_box)
    part =
        crop (whole, picture->box, gdk_texture_get_width (whole) / MAX (picture->view_width, 1.0));
  else if (whole != NULL)
    part = g_object_ref (whole);
  if (part != NULL)
    dex_promise_resolve_object (picture->promise, g_object_ref (part));
  else
    dex_promise_reject (
        picture->promise,
        g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_HIDDEN,
                     "No picture could be taken: %s.",
                     error != NULL ? error->message : "that part is outside what is visible"));
  picture_free (picture);
}

DexFuture *
annex_browser_tab_take_picture (AnnexBrowserTab *self, const double *box)
{
  DexPromise *promise = dex_promise_new ();
  Picture *picture;

  if (self->view == NULL || self->failure != NULL)
    {
      dex_promise_reject (promise,
                          g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_HIDDEN,
                                               "There is no page to take a picture of."));
      return DEX_FUTURE (promise);
    }
  picture = g_new0 (Picture, 1);
  picture->promise = dex_ref (promise);
  picture->view_width =
      gtk_widget_get_width (GTK_WIDGET (self->view)) / webkit_web_view_get_zoom_level (self->view);
  picture->has_box = box != NULL;
  for (guint i = 0; box != NULL && i < 4; i++)
    picture->box[i] = box[i];
  webkit_web_view_get_snapshot (self->view, WEBKIT_SNAPSHOT_REGION_VISIBLE,
                                WEBKIT_SNAPSHOT_OPTIONS_NONE, NULL, taken_cb, picture);
  return dex_future_then (DEX_FUTURE (promise), encode_cb, NULL, NULL);
}
