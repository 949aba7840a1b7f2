/* annex-tree.h
 *
 * Whole folders: copying, removing, and what of two of them is alike. Nothing is followed, names
 * are any bytes. Blocking: worker threads.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Copies the folder @from to the new folder @to (its parent is made): contents, modes and times;
 * never shares an inode. G_IO_ERROR; then nothing is left of it. */
gboolean
annex_tree_copy (const char *from, const char *to, GError **error);
/* FALSE when something of it is still there. TRUE also when it was not there. */
gboolean
annex_tree_remove (const char *path);

/* SAME: byte for byte. ALIKE: as far as a person can see; only what a program notes by itself
 * differs (when it was made, by which version). MISSING: not there, and was expected. EXTRA: there,
 * and was not expected. */
typedef enum {
  ANNEX_LIKENESS_SAME,
  ANNEX_LIKENESS_ALIKE,
  ANNEX_LIKENESS_DIFFERENT,
  ANNEX_LIKENESS_MISSING,
  ANNEX_LIKENESS_EXTRA,
} AnnexLikeness;

/* "same", "alike", "different", "missing", "extra". */
const char *
annex_likeness_to_name (AnnexLikeness likeness);

typedef struct
{
  char *path; /* relative; any bytes */
  AnnexLikeness likeness;
  guint64 expected_bytes;
  guint64 actual_bytes;
} AnnexTreeFile;
#define ANNEX_TYPE_TREE_FILE (annex_tree_file_get_type ())
GType
annex_tree_file_get_type (void) G_GNUC_CONST;
AnnexTreeFile *
annex_tree_file_copy (const AnnexTreeFile *self);
void
annex_tree_file_free (AnnexTreeFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTreeFile, annex_tree_file_free)

/* Are two files of the same name alike though their bytes differ? Returns FALSE when it cannot
 * tell. */
typedef gboolean (*AnnexTreeAlikeFunc) (const char *path,
                                        GBytes *expected,
                                        GBytes *actual,
                                        gpointer user_data);

/* Compares the files of @actual with those of @expected. What @before (nullable) has too, and is
 * the same in all three, is not told. @alike (nullable) is asked about files of at most 64 MiB.
 * Returns AnnexTreeFile elements sorted by path; NULL with G_IO_ERROR: a folder cannot be read, or
 * has more than 100 000 files. (transfer full) */
GPtrArray *
annex_tree_compare (const char *before,
                    const char *expected,
                    const char *actual,
                    AnnexTreeAlikeFunc alike,
                    gpointer user_data,
                    GError **error);

G_END_DECLS
