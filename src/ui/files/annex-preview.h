/* annex-preview.h
 *
 * One change of a draft, before and after, or one file: text, cells, pages, pictures, a web page,
 * or what is known of it.
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
/* The same of a whole file: @bytes, which are called @name. */
void
annex_preview_show_bytes (AnnexPreview *self, const char *name, GBytes *bytes);
/* The same of two files that are called @name, beside each other; either may be NULL, not both. */
void
annex_preview_show_pair (AnnexPreview *self, const char *name, GBytes *before, GBytes *after);
/* That there is nothing to see of it, and why (a sentence). */
void
annex_preview_show_failure (AnnexPreview *self, const char *name, const char *reason);
void
annex_preview_clear (AnnexPreview *self);

G_END_DECLS
