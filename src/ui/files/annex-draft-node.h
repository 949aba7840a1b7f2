/* annex-draft-node.h
 *
 * A draft as a tree of folders with counts and with what of it is chosen. Knows no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft.h"
#include "annex-share.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* Counts by mark; MODE counts as changed. */
typedef struct
{
  guint added;
  guint changed;
  guint moved;
  guint deleted;
  guint refused;
  guint conflicts; /* of the others */
  guint64 size_bytes;
} AnnexDraftCounts;

/* Properties, notified: "checked", "inconsistent" (boolean). */
#define ANNEX_TYPE_DRAFT_NODE (annex_draft_node_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDraftNode, annex_draft_node, ANNEX, DRAFT_NODE, GObject)

/* The root: @share and its @changes (AnnexChange), all chosen but for those in @unchosen (paths, a
 * set, nullable). For a worker thread when there are many; belongs to one thread at a time. */
AnnexDraftNode *
annex_draft_node_new (AnnexShare *share, GPtrArray *changes, GHashTable *unchosen);

/* Gives up a whole tree that is shown no more (transfer full): many nodes are freed a few at a time,
 * from the main loop. */
void
annex_draft_node_retire (AnnexDraftNode *self);

/* Of the root: its share; of a change: itself; else NULL. All borrowed. */
AnnexShare *
annex_draft_node_get_share (AnnexDraftNode *self);
const AnnexChange *
annex_draft_node_get_change (AnnexDraftNode *self);
/* The last part of the path, as in the file system. */
const char *
annex_draft_node_get_name (AnnexDraftNode *self);
/* NULL for a file; for GtkTreeListModel. */
GListModel *
annex_draft_node_get_children (AnnexDraftNode *self);
gboolean
annex_draft_node_is_folder (AnnexDraftNode *self);
AnnexDraftNode *
annex_draft_node_get_root (AnnexDraftNode *self);
/* Of it and all below. */
const AnnexDraftCounts *
annex_draft_node_get_counts (AnnexDraftNode *self);

/* Changes that can be kept, of it and below; and how many of them are chosen. */
guint
annex_draft_node_get_n_keepable (AnnexDraftNode *self);
guint
annex_draft_node_get_n_checked (AnnexDraftNode *self);
void
annex_draft_node_set_checked (AnnexDraftNode *self, gboolean checked);
/* Adds the paths of what is chosen (or, @checked FALSE, is not) to @paths as new strings. */
void
annex_draft_node_collect (AnnexDraftNode *self, gboolean checked, GPtrArray *paths);

G_END_DECLS
