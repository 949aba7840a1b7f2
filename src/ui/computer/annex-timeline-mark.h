/* annex-timeline-mark.h
 *
 * A piece of a time line beside a row: a dot, and the line to its neighbours. Says nothing that the
 * row does not say in words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_TIMELINE_MARK (annex_timeline_mark_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTimelineMark, annex_timeline_mark, ANNEX, TIMELINE_MARK, GtkWidget)

/* @present: the filled dot of what is now. @above, @below: the line goes on there. */
void
annex_timeline_mark_set (AnnexTimelineMark *self, gboolean present, gboolean above, gboolean below);

G_END_DECLS
