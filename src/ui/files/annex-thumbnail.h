/* annex-thumbnail.h
 *
 * A small drawing of what a file holds: its first cells, lines or page, its picture; an icon where
 * nothing is known. Decoration: what it is, a label beside it says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-preview-content.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_THUMBNAIL (annex_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (AnnexThumbnail, annex_thumbnail, ANNEX, THUMBNAIL, GtkWidget)

void
annex_thumbnail_set_icon (AnnexThumbnail *self, const char *icon_name);
/* NULL: the icon again. */
void
annex_thumbnail_set_content (AnnexThumbnail *self, AnnexPreviewContent *content);
/* In pixels; 112 × 84 unless told. */
void
annex_thumbnail_set_size (AnnexThumbnail *self, int width, int height);

G_END_DECLS
