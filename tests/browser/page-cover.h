/* page-cover.h
 *
 * Is everything of a page in its snapshot? Found by another route: the page's own world, its own
 * rules of what can be used and seen.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "page-case.h"

G_BEGIN_DECLS

typedef struct
{
  guint n_elements; /* that a person can use, in the main frame */
  guint n_texts;    /* that a person sees without scrolling */
  guint n_missing;
  GString *missing; /* what is not addressable, or not told */
} PageCover;

/* Of the page that is loaded. @snapshot: of the whole page. */
PageCover *
page_cover_new (PageCase *page, const char *snapshot);
void
page_cover_free (PageCover *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PageCover, page_cover_free)

G_END_DECLS
