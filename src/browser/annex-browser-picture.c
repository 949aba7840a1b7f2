/* annex-browser-picture.c
 *
 * A picture of what a tab shows, for the model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"
#include "annex-browser-wheel.h"

#include <math.h>

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
    dex_promise_resolve_boxed (picture->promise, G_TYPE_BYTES,
                               gdk_texture_save_to_png_bytes (part));
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
  return DEX_FUTURE (promise);
}
