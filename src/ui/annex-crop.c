/* annex-crop.c
 *
 * See annex-crop.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-crop.h"

GdkPaintable *
annex_crop_new (GdkTexture *texture, int width, int height)
{
  double scale = MAX ((double) width / gdk_texture_get_width (texture),
                      (double) height / gdk_texture_get_height (texture));
  double full_width = gdk_texture_get_width (texture) * scale;
  double full_height = gdk_texture_get_height (texture) * scale;
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) (width - full_width) / 2,
                                                          (float) (height - full_height) / 2));
  gdk_paintable_snapshot (GDK_PAINTABLE (texture), snapshot, full_width, full_height);
  gtk_snapshot_pop (snapshot);
  return gtk_snapshot_free_to_paintable (snapshot,
                                         &GRAPHENE_SIZE_INIT ((float) width, (float) height));
}
