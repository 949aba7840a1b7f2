/* annex-picture-decoders.h
 *
 * A picture from untrusted bytes, of several the first, onto a canvas whose longer side is at most
 * @max_side. They run where nothing can be reached; each still checks the size that its decoder
 * found. NULL when there is nothing to be seen. (transfer full)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-canvas.h"

G_BEGIN_DECLS

AnnexCanvas *
annex_picture_decode_gif (GBytes *bytes, guint max_side);
/* Turned the right way up, as its Exif data says. */
AnnexCanvas *
annex_picture_decode_jpeg (GBytes *bytes, guint max_side);
AnnexCanvas *
annex_picture_decode_png (GBytes *bytes, guint max_side);
AnnexCanvas *
annex_picture_decode_webp (GBytes *bytes, guint max_side);

G_END_DECLS
