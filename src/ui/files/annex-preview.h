/* annex-preview.h
 *
 * One change of a draft, before and after: text, cells, pages, pictures, or what is known of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_PREVIEW (annex_preview_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPreview, annex_preview, ANNEX, PREVIEW, AdwBin)

/* Loads and shows @change; an earlier call's result no longer counts. */
void
annex_preview_show_change (AnnexPreview *self,
                           AnnexDesk *desk,
                           AnnexTask *task,
                           const char *share_id,
                           const AnnexChange *change);
void
annex_preview_clear (AnnexPreview *self);

G_END_DECLS
