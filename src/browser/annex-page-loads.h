/* annex-page-loads.h
 *
 * What a view is loading at the moment: a navigation that has begun, resources under way. Private
 * to AnnexPage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <webkit/webkit.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_PAGE_LOADS (annex_page_loads_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPageLoads, annex_page_loads, ANNEX, PAGE_LOADS, GObject)

AnnexPageLoads *
annex_page_loads_new (WebKitWebView *view);

/* A navigation of the main frame has begun and shows nothing yet. */
gboolean
annex_page_loads_is_navigating (AnnexPageLoads *self);
/* The main frame's document, or what it needs, is still coming. */
gboolean
annex_page_loads_is_loading (AnnexPageLoads *self);
/* Resources asked for at or after @since_us (monotonic) that are under way. */
guint
annex_page_loads_count_since (AnnexPageLoads *self, gint64 since_us);

G_END_DECLS
