/* annex-suggestions.h
 *
 * What one could ask for, by what is in a folder: looks at names only, in a worker thread, and at
 * no more than a few thousand of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

/* Counts of files by kind, as annex_suggestions_count makes them. */
typedef struct
{
  guint files;
  guint receipts; /* by their names, or their folder's */
  guint spreadsheets;
  guint pictures;
  guint documents;
  guint presentations;
  guint sounds;
} AnnexFolderContents;

/* A suggestion: static and translated when shown, except nothing of it comes from the folder. */
typedef struct
{
  const char *icon;
  const char *title;
  const char *prompt;
} AnnexSuggestion;

#define ANNEX_SUGGESTIONS 3

/* Adds what @name (a file's) in @folder (its folder's name) counts as. Pure. */
void
annex_folder_contents_add (AnnexFolderContents *self, const char *folder, const char *name);
/* The three that fit best; @contents NULL: nothing was given yet. */
void
annex_suggestions_choose (const AnnexFolderContents *contents,
                          AnnexSuggestion chosen[ANNEX_SUGGESTIONS]);
/* Looks into @folders. Resolves to a boxed GBytes that holds an AnnexFolderContents. */
DexFuture *
annex_suggestions_look (const char *const *folders) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
