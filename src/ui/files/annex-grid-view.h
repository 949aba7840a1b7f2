/* annex-grid-view.h
 *
 * A spreadsheet, or what differs between two, as rows and columns with marks. Virtualised.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-preview-content.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_GRID_VIEW (annex_grid_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGridView, annex_grid_view, ANNEX, GRID_VIEW, AdwBin)

/* @content is of kind GRID, or NULL for nothing. */
void
annex_grid_view_set_content (AnnexGridView *self, AnnexPreviewContent *content);

G_END_DECLS
