/* draft-fixture.h
 *
 * For the tests of drafts, keeps and undo: a folder of the user's with fixed times, an upper layer
 * made by hand, and snapshots that show every byte, mode and time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-keep.h"

G_BEGIN_DECLS

typedef struct
{
  char *base; /* everything is below; removed at the end */
  char *root; /* the user's folder */
  char *undo_dir;
  AnnexBaseline *baseline;
  GPtrArray *upper;     /* AnnexUpperEntry */
  GHashTable *contents; /* path → GBytes: the agent's files */
} DraftFixture;

/* Also for the undo store on another file system: @undo_base may be NULL. */
DraftFixture *
draft_fixture_new (const char *undo_base);
void
draft_fixture_free (DraftFixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DraftFixture, draft_fixture_free)

/* The user's side. Times are fixed: 2021 plus a second for each entry made. */
void
draft_fixture_host_file (DraftFixture *self, const char *path, const char *content, int mode);
void
draft_fixture_host_folder (DraftFixture *self, const char *path, int mode);
void
draft_fixture_host_link (DraftFixture *self, const char *path, const char *target);
/* Gives every folder its fixed time, from the deepest up, and scans the baseline. */
void
draft_fixture_settle (DraftFixture *self);

/* The agent's side. */
AnnexUpperEntry *
draft_fixture_file (DraftFixture *self, const char *path, const char *content, int mode);
void
draft_fixture_folder (DraftFixture *self, const char *path, gboolean opaque);
void
draft_fixture_whiteout (DraftFixture *self, const char *path);
void
draft_fixture_link (DraftFixture *self, const char *path, const char *target);

/* Sorts the upper layer, freezes the baseline, and works the draft out. */
GPtrArray *
draft_fixture_compute (DraftFixture *self);
gboolean
draft_fixture_fetch (const char *path, int fd, gpointer user_data, GError **error);
GPtrArray *
draft_fixture_keep (DraftFixture *self, const char *keep_id, GPtrArray *changes);

/* path → a line of kind, mode, times, size and content. */
GHashTable *
draft_fixture_snapshot (const char *root);
/* Fails the test with the first difference. */
void
draft_fixture_assert_same (GHashTable *expected, GHashTable *actual);
/* "kind path" of each, separated by newlines, renames as "renamed old -> new", "!" for conflicts.
 */
char *
draft_fixture_describe (GPtrArray *changes);
const AnnexKept *
draft_fixture_find (GPtrArray *kept, const char *path);
char *
draft_fixture_read (DraftFixture *self, const char *path);
char *
draft_fixture_path (DraftFixture *self, const char *path);
/* Undoes the keep @keep_id, asserting that it can be. */
GPtrArray *
draft_fixture_undo (DraftFixture *fixture, const char *keep_id);
void
draft_fixture_assert_outcome (GPtrArray *kept,
                              const char *path,
                              AnnexOutcome outcome,
                              const char *other);
void
draft_fixture_assert_content (DraftFixture *fixture, const char *path, const char *expected);

G_END_DECLS
