/* draft-fixture.c
 *
 * See draft-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draft-fixture.h"

#include "annex-beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_TIME 1609459200 /* 2021-01-01 */

DraftFixture *
draft_fixture_new (const char *undo_base)
{
  DraftFixture *self = g_new0 (DraftFixture, 1);

  umask (022);
  self->base = g_dir_make_tmp ("annex-draft-XXXXXX", NULL);
  g_assert_nonnull (self->base);
  self->root = g_build_filename (self->base, "folder", NULL);
  self->undo_dir = g_build_filename (undo_base != NULL ? undo_base : self->base, "undo", NULL);
  g_assert_cmpint (g_mkdir (self->root, 0755), ==, 0);
  self->baseline = annex_baseline_new ();
  self->upper = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  self->contents =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

void
draft_fixture_free (DraftFixture *self)
{
  g_assert_true (annex_beneath_remove (AT_FDCWD, self->base));
  g_object_unref (self->baseline);
  g_ptr_array_unref (self->upper);
  g_hash_table_unref (self->contents);
  g_free (self->base);
  g_free (self->root);
  g_free (self->undo_dir);
  g_free (self);
}

char *
draft_fixture_path (DraftFixture *self, const char *path)
{
  return g_build_filename (self->root, path, NULL);
}

/* ---- the user's side */

static void
set_time (const char *path, guint number)
{
  const struct timespec times[2] = { { FIRST_TIME, 0 }, { FIRST_TIME + number, 123456789 } };

  g_assert_cmpint (utimensat (AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), ==, 0);
}

void
draft_fixture_host_file (DraftFixture *self, const char *path, const char *content, int mode)
{
  g_autofree char *full = draft_fixture_path (self, path);

  g_assert_true (
      g_file_set_contents_full (full, content, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  g_assert_cmpint (chmod (full, (mode_t) mode), ==, 0);
  set_time (full, g_str_hash (path) % 1000000);
}

void
draft_fixture_host_folder (DraftFixture *self, const char *path, int mode)
{
  g_autofree char *full = draft_fixture_path (self, path);

  g_assert_cmpint (g_mkdir (full, 0755), ==, 0);
  g_assert_cmpint (chmod (full, (mode_t) mode), ==, 0);
}

void
draft_fixture_host_link (DraftFixture *self, const char *path, const char *target)
{
  g_autofree char *full = draft_fixture_path (self, path);

  g_assert_cmpint (symlink (target, full), ==, 0);
  set_time (full, g_str_hash (path) % 1000000);
}

static void
settle_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        settle_folder (child);
    }
  set_time (path, (guint) strlen (path));
}

void
draft_fixture_settle (DraftFixture *self)
{
  GError *error = NULL;

  settle_folder (self->root);
  annex_baseline_scan (self->baseline, self->root, 100000, &error);
  g_assert_no_error (error);
}

/* ---- the agent's side */

static AnnexUpperEntry *
add_upper (DraftFixture *self, const char *path, AnnexUpperKind kind, int mode)
{
  AnnexUpperEntry *entry = annex_upper_entry_new (path, kind);

  entry->mode = (guint32) mode;
  entry->mtime_ns = G_GINT64_CONSTANT (1700000000987654321);
  g_ptr_array_add (self->upper, entry);
  return entry;
}

AnnexUpperEntry *
draft_fixture_file (DraftFixture *self, const char *path, const char *content, int mode)
{
  AnnexUpperEntry *entry = add_upper (self, path, ANNEX_UPPER_FILE, mode);
  gsize length = strlen (content);

  entry->size_bytes = length;
  entry->sha256 = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) content, length);
  g_hash_table_replace (self->contents, g_strdup (path), g_bytes_new (content, length));
  return entry;
}

void
draft_fixture_folder (DraftFixture *self, const char *path, gboolean opaque)
{
  add_upper (self, path, ANNEX_UPPER_FOLDER, 0755)->opaque = opaque;
}

void
draft_fixture_whiteout (DraftFixture *self, const char *path)
{
  add_upper (self, path, ANNEX_UPPER_WHITEOUT, 0);
}

void
draft_fixture_link (DraftFixture *self, const char *path, const char *target)
{
  add_upper (self, path, ANNEX_UPPER_SYMLINK, 0777)->target = g_strdup (target);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const char *x = (*(AnnexUpperEntry *const *) a)->path;
  const char *y = (*(AnnexUpperEntry *const *) b)->path;

  while (*x != '\0' && *x == *y)
    x++, y++;
  return (*x == '/' ? 1 : (guchar) *x * 2) - (*y == '/' ? 1 : (guchar) *y * 2);
}

GPtrArray *
draft_fixture_compute (DraftFixture *self)
{
  GError *error = NULL;
  GPtrArray *changes;

  g_ptr_array_sort (self->upper, compare_entries);
  annex_baseline_follow (self->baseline, self->upper);
  changes = annex_draft_compute (self->upper, self->baseline, self->root, &error);
  g_assert_no_error (error);
  return changes;
}

gboolean
draft_fixture_fetch (const char *path, int fd, gpointer user_data, GError **error)
{
  DraftFixture *self = user_data;
  GBytes *bytes = g_hash_table_lookup (self->contents, path);
  gsize length;
  const char *data;

  g_assert_nonnull (bytes);
  data = g_bytes_get_data (bytes, &length);
  if (length > 0 && write (fd, data, length) != (gssize) length)
    return annex_beneath_set_error (error, "Cannot write", path);
  return TRUE;
}

GPtrArray *
draft_fixture_keep (DraftFixture *self, const char *keep_id, GPtrArray *changes)
{
  GError *error = NULL;
  GPtrArray *kept = annex_keep_apply (self->undo_dir, keep_id, self->root, changes, self->baseline,
                                      draft_fixture_fetch, self, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (kept->len, ==, changes->len);
  return kept;
}

/* ---- looking */

static void
add_lines (GHashTable *lines, int root_fd, const char *path)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *rest = NULL;
  g_autofd int fd = -1;
  struct stat info;

  g_assert_cmpint (annex_beneath_lstat (root_fd, path, &info), ==, 0);
  if (S_ISREG (info.st_mode))
    rest = annex_beneath_sha256 (root_fd, path, NULL);
  else if (S_ISLNK (info.st_mode))
    rest = annex_beneath_readlink (root_fd, path);
  g_hash_table_insert (lines, g_strdup (path),
                       g_strdup_printf ("%o %" G_GINT64_FORMAT ".%09ld %" G_GINT64_FORMAT " %s",
                                        info.st_mode, (gint64) info.st_mtim.tv_sec,
                                        info.st_mtim.tv_nsec,
                                        S_ISREG (info.st_mode) ? (gint64) info.st_size : 0,
                                        rest != NULL ? rest : ""));
  if (!S_ISDIR (info.st_mode))
    return;
  fd = annex_beneath_open (root_fd, path, O_RDONLY | O_DIRECTORY);
  names = annex_beneath_list (fd);
  g_assert_nonnull (names);
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *child =
          *path != '\0' ? g_build_filename (path, name, NULL) : g_strdup (name);

      add_lines (lines, root_fd, child);
    }
}

GHashTable *
draft_fixture_snapshot (const char *root)
{
  GHashTable *lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autofd int fd = annex_beneath_open_root (root);

  g_assert_cmpint (fd, >=, 0);
  add_lines (lines, fd, "");
  return lines;
}

void
draft_fixture_assert_same (GHashTable *expected, GHashTable *actual)
{
  GHashTableIter iter;
  const char *path, *line;

  g_hash_table_iter_init (&iter, expected);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, (gpointer *) &line))
    {
      if (g_strcmp0 (line, g_hash_table_lookup (actual, path)) != 0)
        g_test_message ("“%s” differs", path);
      g_assert_cmpstr (line, ==, g_hash_table_lookup (actual, path));
    }
  g_hash_table_iter_init (&iter, actual);
  while (g_hash_table_iter_next (&iter, (gpointer *) &path, NULL))
    if (!g_hash_table_contains (expected, path))
      g_error ("“%s” is there, and should not be", path);
}

char *
draft_fixture_describe (GPtrArray *changes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);

      if (i > 0)
        g_string_append_c (text, '\n');
      g_string_append_printf (text, "%s%s ", change->conflict ? "!" : "",
                              annex_change_kind_to_name (change->kind));
      if (change->old_path != NULL)
        g_string_append_printf (text, "%s -> ", change->old_path);
      g_string_append_printf (text, "%s%s", change->path, change->folder ? "/" : "");
    }
  return g_string_free (text, FALSE);
}

const AnnexKept *
draft_fixture_find (GPtrArray *kept, const char *path)
{
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *one = g_ptr_array_index (kept, i);

      if (g_str_equal (one->path, path))
        return one;
    }
  g_error ("No outcome for “%s”", path);
}

char *
draft_fixture_read (DraftFixture *self, const char *path)
{
  g_autofree char *full = draft_fixture_path (self, path);
  char *content = NULL;

  return g_file_get_contents (full, &content, NULL, NULL) ? content : NULL;
}

GPtrArray *
draft_fixture_undo (DraftFixture *fixture, const char *keep_id)
{
  GError *error = NULL;
  GPtrArray *undone = annex_keep_undo (fixture->undo_dir, keep_id, NULL, &error);

  g_assert_no_error (error);
  return undone;
}

void
draft_fixture_assert_outcome (GPtrArray *kept,
                              const char *path,
                              AnnexOutcome outcome,
                              const char *other)
{
  const AnnexKept *one = draft_fixture_find (kept, path);

  if (one->outcome != outcome)
    g_test_message ("%s: %s", path, one->reason);
  g_assert_cmpint (one->outcome, ==, outcome);
  g_assert_cmpstr (one->other_path, ==, other);
}

void
draft_fixture_assert_content (DraftFixture *fixture, const char *path, const char *expected)
{
  g_autofree char *content = draft_fixture_read (fixture, path);

  g_assert_cmpstr (content, ==, expected);
}
