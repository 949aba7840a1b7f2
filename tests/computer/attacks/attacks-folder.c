/* attacks-folder.c
 *
 * The attacks F on the user's folders by root of the guest. After each of them the folder, and what
 * lies beside it, are as before; what it left in the layer above becomes a draft, is kept, changes
 * nothing but the folder, and only as a user's files may be; and is taken back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attack-fixture.h"

#include <string.h>

typedef struct
{
  const char *name;
  const char *refused; /* a path that cannot be kept, and is named; nullable */
  const char *kept;    /* one that can; nullable */
  const char *active;  /* one that the user is to look at first; nullable */
  guint n_looks;       /* how often the draft is read and kept, while the guest goes on; 0: once */
  AnnexComputerError list_error; /* instead of a draft; 0: none */
} Row;

static const Row rows[] = {
  { .name = "F1-dot-dot" },
  { .name = "F2-absolute-link", .refused = "to-passwd" },
  { .name = "F3-chain-of-links", .refused = "way", .kept = "top" },
  { .name = "F4-swapped-link", .n_looks = 8 },
  { .name = "F5-swapped-folder", .n_looks = 8 },
  { .name = "F6-hard-link-outside", .kept = "hard" },
  { .name = "F7-hard-link-across", .kept = "dir/linked" },
  { .name = "F8-bind-mount", .refused = "bound" },
  { .name = "F9-remounted" },
  { .name = "F10-devices", .refused = "zero" },
  { .name = "F11-fifo", .refused = "Report.docx" },
  { .name = "F12-socket", .refused = "socket" },
  { .name = "F13-setuid", .kept = "setuid" },
  { .name = "F14-capabilities", .kept = "capable" },
  { .name = "F15-attributes" },
  { .name = "F16-access-lists", .kept = "listed" },
  { .name = "F17-owner", .kept = "roots" },
  { .name = "F18-forged-handle" },
  { .name = "F19-by-number", .refused = "by-number" },
  { .name = "F20-nameless-file", .kept = "named" },
  { .name = "F21-exchange" },
  { .name = "F22-copy-range", .kept = "copied" },
  { .name = "F23-immutable", .kept = "immutable" },
  { .name = "F24-long-names" },
  { .name = "F25-odd-names", .kept = "line\nfeed" },
  { .name = "F26-twins", .kept = "Twin" },
  { .name = "F27-sparse-giant", .refused = "giant" },
  { .name = "F28-very-many", .list_error = ANNEX_COMPUTER_ERROR_TOO_LARGE },
  { .name = "F29-flood", .kept = "renamed-1" },
  { .name = "F31-protected-names", .active = ".git/hooks/post-commit" },
  { .name = "F32-dropped-files", .active = "Invoice.desktop" },
};

static const Row *running;

/* ---------------------------------------------------------------- the draft */

static const AnnexChange *
find_change (GPtrArray *changes, const char *path)
{
  for (guint i = 0; i < changes->len; i++)
    if (g_str_equal (((AnnexChange *) g_ptr_array_index (changes, i))->path, path))
      return g_ptr_array_index (changes, i);
  return NULL;
}

static void
check_changes (GPtrArray *changes)
{
  const AnnexChange *change;

  for (guint i = 0; i < changes->len; i++)
    {
      change = g_ptr_array_index (changes, i);
      g_test_message ("%s %s: %s", annex_change_kind_to_name (change->kind), change->path,
                      change->reason != NULL ? change->reason : "");
    }
  if (running->refused != NULL)
    {
      change = find_change (changes, running->refused);
      g_assert_nonnull (change);
      g_assert_cmpint (change->kind, ==, ANNEX_CHANGE_REFUSED);
      g_assert_nonnull (change->reason);
    }
  if (running->kept != NULL)
    {
      change = find_change (changes, running->kept);
      g_assert_nonnull (change);
      g_assert_cmpint (change->kind, !=, ANNEX_CHANGE_REFUSED);
    }
  if (running->active != NULL)
    {
      change = find_change (changes, running->active);
      g_assert_nonnull (change);
      g_assert_true (change->active);
    }
}

static GPtrArray *
await_kept (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *kept = dex_await_boxed (future, &error);

  /* A guest that changes what it has while it is read out is told so, and loses nothing. */
  if (kept == NULL && (running->n_looks > 0))
    {
      g_test_message ("%s", error->message);
      return g_ptr_array_new ();
    }
  g_assert_no_error (error);
  return kept;
}

/* In the order of their being kept, from the last. */
static void
await_undone (void)
{
  g_auto (GStrv) keeps = annex_task_dup_keeps (annex_workspace_get_task (attack_get_workspace ()));

  for (guint i = g_strv_length (keeps); i > 0; i--)
    {
      g_autoptr (GPtrArray) undone = NULL;
      g_autoptr (GError) error = NULL;

      undone = dex_await_boxed (annex_drafts_undo (attack_get_drafts (), keeps[i - 1]), &error);
      if (undone == NULL) /* everything in it was refused */
        g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
    }
}

/* What is left of the draft can always be thrown away. */
static void
await_discarded (const char *share)
{
  g_autoptr (GPtrArray) left = NULL;
  g_autoptr (GError) error = NULL;

  attack_clean ();
  await_true (annex_drafts_discard (attack_get_drafts (), share, NULL));
  left = dex_await_boxed (annex_drafts_list (attack_get_drafts (), share), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (left->len, ==, 0);
}

static void
await_look (const char *share)
{
  g_autoptr (GPtrArray) changes = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) error = NULL;

  changes = dex_await_boxed (annex_drafts_list (attack_get_drafts (), share), &error);
  if (running->list_error != 0)
    {
      g_assert_error (error, ANNEX_COMPUTER_ERROR, (int) running->list_error);
      g_test_message ("%s", error->message);
      return;
    }
  g_assert_no_error (error);
  check_changes (changes);
  /* What is to be looked at first is not kept by itself. */
  if (running->active != NULL)
    {
      g_autofree char *path = g_build_filename (attack_get_folder (), running->active, NULL);

      kept = await_kept (annex_drafts_keep_harmless (attack_get_drafts (), share));
      g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
      g_clear_pointer (&kept, g_ptr_array_unref);
    }
  kept = await_kept (annex_drafts_keep (attack_get_drafts (), share, NULL));
  for (guint i = 0; i < kept->len; i++)
    g_assert_cmpint (((AnnexKept *) g_ptr_array_index (kept, i))->outcome, !=,
                     ANNEX_OUTCOME_FAILED);
  if (running->kept != NULL)
    {
      g_autofree char *path = g_build_filename (attack_get_folder (), running->kept, NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS) ||
                     g_file_test (path, G_FILE_TEST_IS_SYMLINK));
    }
  attack_assert_untouched ();
  attack_assert_safe ();
}

static void
run_row (void)
{
  g_auto (GStrv) words = g_strsplit (running->name, "-", 2);
  g_autofree char *share = attack_dup_share ("Attack");
  g_autofree char *before = attack_describe (attack_get_folder ());
  g_autofree char *attacked = NULL;
  g_autofree char *after = NULL;

  await_true (annex_drafts_prepare (attack_get_drafts ()));
  attack_run (words[0]);
  attack_assert_untouched ();
  attacked = attack_describe (attack_get_folder ());
  g_assert_cmpstr (attacked, ==, before);
  for (guint i = 0; i < MAX (running->n_looks, 1); i++)
    await_look (share);
  await_undone ();
  after = attack_describe (attack_get_folder ());
  g_assert_cmpstr (after, ==, before);
  await_discarded (share);
  attack_assert_untouched ();
}

static void
test_row (gconstpointer data)
{
  running = data;
  fixture_run_body (run_row);
}

/* ---------------------------------------------------------------- of the read-only folder */

/* What root of the guest made writable for itself is still no draft that is kept. */
static void
body_of_fixed (void)
{
  g_autofree char *share = attack_dup_share ("Fixed");
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GError) error = NULL;

  kept = dex_await_boxed (annex_drafts_keep (attack_get_drafts (), share, NULL), &error);
  g_assert_null (kept);
  g_assert_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_READ_ONLY);
  attack_assert_untouched ();
}

/* ---------------------------------------------------------------- taken back */

static void
body_of_revoked (void)
{
  g_autofree char *share = attack_dup_share ("Revoked");
  g_autofree char *folder = g_build_filename (attack_get_folder (), "..", "Revoked", NULL);
  g_autofree char *file = g_build_filename (folder, "file", NULL);
  g_autofree char *fresh = g_build_filename (folder, "new", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us;

  attack_run ("F30");
  start_us = g_get_monotonic_time ();
  g_assert_true (annex_workspace_revoke_share (attack_get_workspace (), share, &error));
  g_assert_no_error (error);
  g_test_message ("measured: revoked in %.2f s", seconds_since (start_us));
  attack_assert_untouched ();
  attack_put_canary (file);
  attack_put_canary (fresh);
  attack_note_rest ();
  before = attack_describe (folder);
  await_ms (3000);
  attack_run ("F30_after");
  attack_clean ();
  after = attack_describe (folder);
  g_assert_cmpstr (after, ==, before);
  attack_assert_untouched ();
}

static void
test_fixed (void)
{
  fixture_run_body (body_of_fixed);
}

static void
test_revoked (void)
{
  fixture_run_body (body_of_revoked);
}

void
attack_add_folder (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/F/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
      if (g_str_has_prefix (rows[i].name, "F9-"))
        g_test_add_func ("/attacks/F/F9-draft-of-read-only", test_fixed);
    }
  g_test_add_func ("/attacks/F/F30-revoked", test_revoked);
}
