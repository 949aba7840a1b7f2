/* annex-picture.h
 *
 * Pictures from untrusted bytes, never larger than asked for. For worker threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* The picture, scaled down so that its longer side is at most @max_side, turned the right way up;
 * NULL when it cannot be decoded or is over the limits of annex_image_read_size. (transfer full) */
GdkTexture *
annex_picture_decode (GBytes *bytes, guint max_side);

G_END_DECLS
