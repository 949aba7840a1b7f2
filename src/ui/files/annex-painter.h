/* annex-painter.h
 *
 * Pictures, and pages of PDF files as pictures, painted by programs of their own (annex-helper.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define ANNEX_PAINTER_PDF "annex-pdf"
#define ANNEX_PAINTER_PICTURE "annex-picture"

/* Lets @program paint at most @max_pages pages of @bytes, the longer side at most @max_side pixels,
 * and adds them to @pages (GdkTexture). It is ended after @time_ms, whatever it does. Returns how
 * many pages there are, 0 when nothing was painted. All of these wait for the program: not on the
 * main thread. */
guint
annex_painter_run (const char *program,
                   GBytes *bytes,
                   guint max_side,
                   guint max_pages,
                   guint time_ms,
                   GPtrArray *pages);
/* The pages of a PDF as above; 0 when it cannot be read or needs a password. */
guint
annex_painter_paint_pdf (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages);
/* A picture (PNG, JPEG, GIF or WebP), scaled down so that its longer side is at most @max_side, and
 * turned the right way up; of several the first. One that ends early is shown as far as it goes,
 * where its kind allows that. NULL when it cannot be decoded or is over the limits of
 * annex_image_read_size. (transfer full) */
GdkTexture *
annex_painter_paint_picture (GBytes *bytes, guint max_side);

G_END_DECLS
