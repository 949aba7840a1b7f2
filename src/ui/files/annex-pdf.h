/* annex-pdf.h
 *
 * Pages of PDF files as pictures. They are painted by a program of its own, annex-pdf, which has
 * given up everything but that: a PDF that the agent or the web made may know the library better
 * than we do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What the program writes: an AnnexPdfHead, then for each page an AnnexPdfPage and its pixels, as
 * GDK_MEMORY_DEFAULT, without gaps. */
typedef struct
{
  guint32 n_pages; /* of the document; so many follow at most */
} AnnexPdfHead;

typedef struct
{
  guint32 width;
  guint32 height;
} AnnexPdfPage;

/* Adds at most @max_pages pages of a PDF to @pages (GdkTexture), the longer side at most @max_side
 * pixels. Returns how many pages it has, 0 when it cannot be read or needs a password. Waits for
 * the program: not on the main thread. */
guint
annex_pdf_render_pages (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages);

G_END_DECLS
