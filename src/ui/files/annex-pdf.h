/* annex-pdf.h
 *
 * Pages of PDF files as pictures. A module of its own (see annex-module.h), because of its library.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

#define ANNEX_PDF_MODULE_FILE "annex-pdf.so"
#define ANNEX_PDF_MODULE_SYMBOL "annex_pdf_render_pages"

/* As annex_picture_render_pages, but one call at a time. */
typedef guint (*AnnexPdfRenderFunc) (GBytes *bytes,
                                     guint max_side,
                                     guint max_pages,
                                     GPtrArray *pages);
guint
annex_pdf_render_pages (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages);

G_END_DECLS
