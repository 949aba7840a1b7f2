/* annex-page-tree.h
 *
 * A snapshot of a whole page: lines of all its frames in one tree, as text, and what changed
 * between two. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-page-decode.h"

G_BEGIN_DECLS

/* What one text for the model may have at most, in characters. */
#define ANNEX_PAGE_MAX_TEXT_CHARS 48000
/* Lines of all frames together. */
#define ANNEX_PAGE_MAX_ALL_LINES 40000

/* The lines of a frame at @path (guint), or NULL when it did not answer. (borrowed) */
typedef GPtrArray *(*AnnexPageFrameFunc) (const GArray *path, gpointer data);

/* The lines of the frame at @path with those of the frames in it below their places.
 * What is beyond the limit is said to be left out. (transfer full) (element-type AnnexPageLine) */
GPtrArray *
annex_page_tree_merge (const GArray *path, AnnexPageFrameFunc frame, gpointer data);

/* The lines as text, two spaces a level; what exceeds the limit is said to be left out. */
char *
annex_page_tree_to_text (GPtrArray *lines);

/* What is in @now and was not, or was another, in @before, and what is gone: lines in the
 * snapshot's form, marked [new], [changed], [gone], with the node they are in. NULL when nothing
 * changed. A change of nearly everything is the whole snapshot. (transfer full) */
char *
annex_page_tree_diff (GPtrArray *before, GPtrArray *now);

G_END_DECLS
