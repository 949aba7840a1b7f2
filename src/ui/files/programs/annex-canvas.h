/* annex-canvas.h
 *
 * What a picture's rows are put on, one after the other: it makes them smaller on the way, so that
 * no decoder has to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _AnnexCanvas AnnexCanvas;

/* For a picture of that size, the longer side at most @max_side on the canvas. NULL when it is over
 * the limits of annex_image_read_size or there is no memory. (transfer full) */
AnnexCanvas *
annex_canvas_new (guint width, guint height, guint max_side);
void
annex_canvas_free (AnnexCanvas *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexCanvas, annex_canvas_free)

/* The next row: red, green, blue and alpha of each pixel, a byte each. What has no row stays
 * transparent; rows too many are left out. */
void
annex_canvas_add_row (AnnexCanvas *self, const guint8 *rgba);
/* @height rows, @stride bytes from row to row. */
void
annex_canvas_add_rows (AnnexCanvas *self, const guint8 *rgba, guint height, gsize stride);
/* Turns it the right way up; @orientation as of Exif, what is none does nothing. FALSE when there
 * is no memory. */
gboolean
annex_canvas_turn (AnnexCanvas *self, guint orientation);

guint
annex_canvas_get_width (AnnexCanvas *self);
guint
annex_canvas_get_height (AnnexCanvas *self);
/* As annex-painter-wire.h has them, without gaps. (borrowed) */
const guint32 *
annex_canvas_get_pixels (AnnexCanvas *self);

G_END_DECLS
