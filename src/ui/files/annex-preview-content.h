/* annex-preview-content.h
 *
 * What there is to see of a file before and after: read and decoded in a worker thread from
 * untrusted bytes, within limits. Immutable. Knows no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-file-kind.h"
#include "annex-workbook-diff.h"

#include <gdk/gdk.h>
#include <libdex.h>

G_BEGIN_DECLS

/* One line of text, for a list. */
#define ANNEX_TYPE_DIFF_LINE (annex_diff_line_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDiffLine, annex_diff_line, ANNEX, DIFF_LINE, GObject)

/* ' ' the same, '+' put in, '-' taken away, '@' lines left out before this. */
char
annex_diff_line_get_mark (AnnexDiffLine *self);
/* For display; of '@' empty. Borrowed. */
const char *
annex_diff_line_get_text (AnnexDiffLine *self);
/* Of '@': the number of the next line. */
guint
annex_diff_line_get_number (AnnexDiffLine *self);

typedef enum {
  ANNEX_PREVIEW_LINES,
  ANNEX_PREVIEW_GRID,
  ANNEX_PREVIEW_IMAGES, /* one picture a side at most */
  ANNEX_PREVIEW_PAGES,
  ANNEX_PREVIEW_DETAILS, /* nothing but sizes and hashes */
} AnnexPreviewKind;

#define ANNEX_TYPE_PREVIEW_CONTENT (annex_preview_content_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPreviewContent, annex_preview_content, ANNEX, PREVIEW_CONTENT, GObject)

#define ANNEX_PREVIEW_MAX_PAGES 12
#define ANNEX_PREVIEW_MAX_LINES 50000

/* Either side may be NULL, not both. Never fails because of what is in the bytes: then it is
 * DETAILS.
 * @max_side: pixels of a picture's or page's longer side. Resolves to an AnnexPreviewContent. */
DexFuture *
annex_preview_content_load (const char *name, GBytes *before, GBytes *after, guint max_side)
    G_GNUC_WARN_UNUSED_RESULT;

AnnexPreviewKind
annex_preview_content_get_kind (AnnexPreviewContent *self);
/* All borrowed. AnnexDiffLine elements. */
GPtrArray *
annex_preview_content_get_lines (AnnexPreviewContent *self);
/* Of LINES that are a web page: its bytes, after when there is that side. Nullable. */
GBytes *
annex_preview_content_get_page (AnnexPreviewContent *self);
AnnexWorkbookDiff *
annex_preview_content_get_grid (AnnexPreviewContent *self);
/* GdkTexture elements: pictures or pages of that side, maybe none. */
GPtrArray *
annex_preview_content_get_pictures (AnnexPreviewContent *self, gboolean after);
/* Pages there are on that side, shown or not. */
guint
annex_preview_content_get_n_pages (AnnexPreviewContent *self, gboolean after);
/* There was more than is shown. */
gboolean
annex_preview_content_is_cut (AnnexPreviewContent *self);
/* Has that side any bytes at all; how many; their sha256 (borrowed, nullable). */
gboolean
annex_preview_content_has_side (AnnexPreviewContent *self, gboolean after);
gsize
annex_preview_content_get_size (AnnexPreviewContent *self, gboolean after);
const char *
annex_preview_content_get_sha256 (AnnexPreviewContent *self, gboolean after);

G_END_DECLS
