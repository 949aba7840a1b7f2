/* annex-compare.h
 *
 * Two pictures one over the other with a line between them that can be moved: before at the left of
 * it, after at the right. Knows nothing of where they come from.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Property "position" (double, 0–1): where the line is. Keys: Left, Right, Home, End. */
#define ANNEX_TYPE_COMPARE (annex_compare_get_type ())
G_DECLARE_FINAL_TYPE (AnnexCompare, annex_compare, ANNEX, COMPARE, GtkWidget)

/* Either may be NULL: then the other one is shown whole, without a line. */
void
annex_compare_set_pictures (AnnexCompare *self, GdkPaintable *before, GdkPaintable *after);
double
annex_compare_get_position (AnnexCompare *self);
void
annex_compare_set_position (AnnexCompare *self, double position);

G_END_DECLS
