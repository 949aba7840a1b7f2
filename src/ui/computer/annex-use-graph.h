/* annex-use-graph.h
 *
 * How much was in use over the last minutes: a quiet line. Decoration beside the number.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_USE_GRAPH_SAMPLES 150

#define ANNEX_TYPE_USE_GRAPH (annex_use_graph_get_type ())
G_DECLARE_FINAL_TYPE (AnnexUseGraph, annex_use_graph, ANNEX, USE_GRAPH, GtkWidget)

/* @fraction: 0–1 of what there is; < 0: not known, a gap in the line. */
void
annex_use_graph_add (AnnexUseGraph *self, double fraction);
void
annex_use_graph_clear (AnnexUseGraph *self);

G_END_DECLS
