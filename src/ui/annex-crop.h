/* annex-crop.h
 *
 * A picture in a place of a fixed size.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The middle of @texture, filling @width × @height. A GtkPicture of the texture itself wants as much
 * room as that has pixels, whatever size it requests. (transfer full) */
GdkPaintable *
annex_crop_new (GdkTexture *texture, int width, int height);

G_END_DECLS
