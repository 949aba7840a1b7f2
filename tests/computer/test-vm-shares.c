/* test-vm-shares.c
 *
 * Folders in a running computer, with a real virtual machine and a real virtiofsd: what the guest
 * sees is what the host has, what the agent writes is a draft, what is revoked is gone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-landlock.h"
#include "annex-share-daemon.h"
#include "computer-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* All tests but one use this computer, so that it starts once. */
static AnnexComputer *computer;

/* ---------------------------------------------------------------- the host's side */

static char *
make_folder (const char *name)
{
  g_autofree char *folder = g_build_filename (fixture_root (), "shared", name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return g_steal_pointer (&folder);
}

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  /* In place: the inode stays. */
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
}

static void
append (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);

  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
}

static void
replace (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
take_away (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
}

static char *
get (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, NULL);
  return text;
}

/* ---------------------------------------------------------------- the guest's side */

static AnnexShare *
await_shared (AnnexComputer *at, const char *folder)
{
  g_autoptr (GPtrArray) shares = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  AnnexShare *share = annex_share_new (folder, ANNEX_SHARE_REVIEW, NULL, &error);

  g_assert_no_error (error);
  g_ptr_array_add (shares, share);
  await_true (annex_computer_set_shares (at, shares));
  return share;
}

static void
await_none_shared (AnnexComputer *at)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();

  await_true (annex_computer_set_shares (at, none));
}

static char *
await_refreshed (AnnexComputer *at)
{
  g_autoptr (GError) error = NULL;
  char *told = dex_await_string (annex_computer_refresh (at), &error);

  g_assert_no_error (error);
  return told;
}

static void
assert_sees (const char *command, const char *expected)
{
  g_autofree char *told = await_refreshed (computer);

  if (told != NULL)
    g_test_message ("told: %s", told);
  assert_output (computer, command, expected);
}

/* ---------------------------------------------------------------- tests */

static void
test_draft (void)
{
  g_autofree char *folder = make_folder ("draft");
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GInputStream) stream = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const char *paths[] = { "one", "new/deep", NULL };
  gint64 start_us;
  guint n_files = 0;

  put (folder, "one", "host");
  put (folder, "two", "host");
  start_us = g_get_monotonic_time ();
  share = await_shared (computer, folder);
  g_test_message ("measured: attach a share %.2f s", seconds_since (start_us));

  assert_output (computer, "cat /folders/draft/one", "host");
  g_assert_cmpint (await_command (computer,
                                  "cd /folders/draft && echo agent >one && rm two && mkdir new && "
                                  "echo deep >new/deep",
                                  NULL),
                   ==, 0);
  text = get (folder, "one");
  g_assert_cmpstr (text, ==, "host");
  g_clear_pointer (&text, g_free);
  text = get (folder, "two");
  g_assert_cmpstr (text, ==, "host");

  entries = dex_await_boxed (annex_computer_read_draft (computer, share), &error);
  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);

      if (entry->kind == ANNEX_UPPER_WHITEOUT)
        g_assert_cmpstr (entry->path, ==, "two");
      else if (entry->kind == ANNEX_UPPER_FILE)
        n_files++;
    }
  g_assert_cmpuint (n_files, ==, 2);

  for (int i = 0; i < 3; i++)
    {
      g_clear_object (&stream);
      g_clear_pointer (&bytes, g_bytes_unref);
      stream =
          dex_await_object (annex_computer_open_draft_file (computer, share, "new/deep"), &error);
      g_assert_no_error (error);
      bytes = dex_await_boxed (dex_input_stream_read_bytes (stream, 100, 0), &error);
      g_assert_no_error (error);
      g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "deep\n", 5);
      g_clear_pointer (&bytes, g_bytes_unref);
      bytes = dex_await_boxed (dex_input_stream_read_bytes (stream, 100, 0), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
    }
  g_assert_null (
      dex_await_object (annex_computer_open_draft_file (computer, share, "none"), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND);
  g_clear_error (&error);

  /* Kept or discarded: the guest sees the host's file again. */
  await_true (annex_computer_forget_draft (computer, share, paths));
  assert_sees ("cd /folders/draft; cat one; ls", "hostnew\none");
  await_true (annex_computer_forget_draft (computer, share, NULL));
  assert_sees ("cd /folders/draft; cat one two; ls", "hosthostone\ntwo");
  await_none_shared (computer);
}

/* Every change of the host, with the file untouched in the guest, held open, mapped, and with the
 * working folder inside. */
static void
test_truth (void)
{
  static const char *const holders[] = {
    NULL,
    "setsid sh -c 'exec 3</folders/truth/file; sleep 1000' >/dev/null 2>&1 </dev/null & sleep 0.3",
    "setsid python3 -c 'import mmap,time; f=open(\"/folders/truth/file\",\"rb\"); "
    "m=mmap.mmap(f.fileno(),0,prot=mmap.PROT_READ); m[0]; time.sleep(1000)' >/dev/null 2>&1 "
    "</dev/null & sleep 1.5",
    "cd /folders/truth && setsid sleep 1000 >/dev/null 2>&1 </dev/null & sleep 0.3",
  };
  g_autofree char *folder = make_folder ("truth");
  g_autoptr (AnnexShare) share = NULL;

  put (folder, "file", "old\n");
  share = await_shared (computer, folder);
  for (guint i = 0; i < G_N_ELEMENTS (holders); i++)
    {
      g_test_message ("holder: %s", holders[i] != NULL ? holders[i] : "none");
      replace (folder, "file", "old\n");
      replace (folder, "gone", "gone\n");
      assert_sees ("cat /folders/truth/file /folders/truth/gone", "old\ngone");
      if (holders[i] != NULL)
        g_assert_cmpint (await_command (computer, holders[i], NULL), ==, 0);
      append (folder, "file", "more\n");
      assert_sees ("cat /folders/truth/file", "old\nmore");
      put (folder, "file", "cut\n");
      assert_sees ("cat /folders/truth/file; stat -c %s /folders/truth/file", "cut\n4");
      replace (folder, "file", "replaced\n");
      assert_sees ("cat /folders/truth/file", "replaced");
      put (folder, "fresh", "fresh\n");
      assert_sees ("cat /folders/truth/fresh; ls /folders/truth", "fresh\nfile\nfresh\ngone");
      take_away (folder, "gone");
      take_away (folder, "fresh");
      assert_sees ("ls /folders/truth; test ! -e /folders/truth/gone", "file");
      await_command (computer, "pkill sleep; pkill python3; true", NULL);
    }
  await_none_shared (computer);
}

/* What the agent is told when it writes to @file, a path without anything to quote. */
static void
assert_read_only (const char *file)
{
  g_autofree char *command = g_strdup_printf (
      "LC_ALL=C; export LC_ALL; ! echo x 2>&1 >>%s; ! touch %s-new 2>&1; ! rm %s 2>&1", file, file,
      file);
  g_autofree char *out = await_output (computer, command);
  g_auto (GStrv) lines = g_strsplit (out, "\n", -1);

  g_assert_cmpuint (g_strv_length (lines), ==, 3);
  for (char **line = lines; *line != NULL; line++)
    if (strstr (*line, "Read-only file system") == NULL)
      g_error ("%s: %s", file, *line);
}

/* A folder that is read only cannot be written to in the guest, beside one that can be; and a mode
 * that is changed counts at once. */
static void
test_read_only (void)
{
  static const AnnexShareMode modes[] = { ANNEX_SHARE_READ_ONLY, ANNEX_SHARE_REVIEW,
                                          ANNEX_SHARE_READ_ONLY, ANNEX_SHARE_KEEP,
                                          ANNEX_SHARE_READ_ONLY };
  g_autofree char *fixed_path = make_folder ("fixed");
  g_autofree char *free_path = make_folder ("free");
  g_autoptr (GPtrArray) shares =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *told = NULL;
  g_autofree char *text = NULL;
  AnnexShare *fixed;

  put (fixed_path, "file", "fixed\n");
  put (free_path, "file", "free\n");
  g_ptr_array_add (shares, annex_share_new (fixed_path, ANNEX_SHARE_READ_ONLY, NULL, &error));
  g_assert_no_error (error);
  g_ptr_array_add (shares, annex_share_new (free_path, ANNEX_SHARE_REVIEW, shares, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      fixed = annex_share_with_mode (g_ptr_array_index (shares, 0), modes[i]);
      annex_share_unref (g_ptr_array_index (shares, 0));
      g_ptr_array_index (shares, 0) = fixed;
      await_true (annex_computer_set_shares (computer, shares));
      if (modes[i] == ANNEX_SHARE_READ_ONLY)
        assert_read_only ("/folders/fixed/file");
      else
        assert_output (computer, "cd /folders/fixed; echo draft >>file; tail -n 1 file", "draft");
      assert_output (computer, "cd /folders/free; echo draft >>file; tail -n 1 file", "draft");
    }
  entries = dex_await_boxed (annex_computer_read_draft (computer, fixed), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (entries->len, ==, 1); /* what was written while it could be */

  /* Held, with what is held gone stale: the fresh view is read only too. */
  await_true (annex_computer_forget_draft (computer, fixed, NULL));
  assert_output (computer, "cat /folders/fixed/file", "fixed");
  g_assert_cmpint (await_command (computer,
                                  "cd /folders/fixed && setsid sh -c 'exec 3<file; sleep 1000' "
                                  ">/dev/null 2>&1 </dev/null & sleep 0.3",
                                  NULL),
                   ==, 0);
  replace (fixed_path, "file", "replaced\n");
  told = await_refreshed (computer);
  g_assert_nonnull (told);
  assert_output (computer, "cat /folders/fixed/file", "replaced");
  assert_read_only ("/folders/fixed/file");
  await_command (computer, "pkill sleep; true", NULL);

  /* And after a sleep, which mounts everything afresh. */
  await_true (annex_computer_save (computer));
  await_started (computer);
  g_clear_pointer (&told, g_free);
  told = await_refreshed (computer);
  g_assert_cmpstr (told, ==, NULL); /* why a folder could not be connected, among others */
  assert_read_only ("/folders/fixed/file");
  assert_output (computer, "cat /folders/fixed/file; tail -n 1 /folders/free/file",
                 "replaced\ndraft");
  text = get (fixed_path, "file");
  g_assert_cmpstr (text, ==, "replaced\n");
  await_none_shared (computer);
}

static void
test_revoke (void)
{
  g_autofree char *folder = make_folder ("secret");
  g_autoptr (AnnexShare) share = NULL;
  gint64 start_us;
  double revoke_s;

  put (folder, "file", "secret\n");
  share = await_shared (computer, folder);
  assert_output (computer, "cat /folders/secret/file", "secret");
  g_assert_cmpint (await_command (computer,
                                  "cd /folders/secret && setsid sh -c 'exec 3<file; sleep 3; cat "
                                  "<&3 >/tmp/leak 2>/tmp/why; cat file >>/tmp/leak' >/dev/null "
                                  "2>&1 </dev/null & sleep 0.3",
                                  NULL),
                   ==, 0);
  start_us = g_get_monotonic_time ();
  await_none_shared (computer);
  revoke_s = seconds_since (start_us);
  g_test_message ("measured: revoke %.2f s", revoke_s);
  g_assert_cmpfloat (revoke_s, <, 1.0);
  put (folder, "file", "new secret\n");
  await_ms (4000);
  g_assert_cmpint (await_command (computer, "grep new /tmp/leak", NULL), !=, 0);
  g_assert_cmpint (await_command (computer, "ls /folders/secret/file", NULL), !=, 0);
  /* It can be given again. */
  g_clear_pointer (&share, annex_share_unref);
  share = await_shared (computer, folder);
  assert_sees ("cat /folders/secret/file", "new secret");
  await_none_shared (computer);
}

/* Whether a daemon serves the folder. */
static gboolean
is_served (const char *folder)
{
  const char *argv[] = { "pgrep", "-f", folder, NULL };
  int status = -1;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL,
                               G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                               NULL, &status, NULL));
  return g_spawn_check_wait_status (status, NULL);
}

/* How long it takes until nothing serves the folder, which is revoked now. */
static double
await_revoked (const char *folder, DexFuture **revoked)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  gint64 start_us = g_get_monotonic_time ();

  g_assert_true (is_served (folder));
  *revoked = annex_computer_set_shares (computer, none);
  while (is_served (folder) && seconds_since (start_us) < 20)
    await_ms (10);
  return seconds_since (start_us);
}

/* Root has taken the helper's place: it answers nothing, and goes on talking when it is ended. */
#define HELPER "/usr/lib/annex/annex-guest"
#define HOSTILE                                                                                    \
  "printf '#!/bin/sh\\n(trap \"\" TERM; for i in $(seq 15); do echo; sleep 1; done) &\\nwait\\n' " \
  ">/var/lib/annex/hostile && chmod 755 /var/lib/annex/hostile && "                                \
  "mount --bind /var/lib/annex/hostile " HELPER

/* The guest does what it can to keep a folder: by not unmounting it, and by holding up what is
 * asked of it before. */
static void
test_revoke_hostile (void)
{
  static const gboolean with_refresh[] = { FALSE, TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (with_refresh); i++)
    {
      g_autofree char *folder = make_folder (i == 0 ? "grasped" : "clutched");
      g_autofree char *reader = NULL;
      g_autoptr (AnnexShare) share = NULL;
      g_autoptr (DexFuture) refresh = NULL;
      g_autoptr (DexFuture) revoked = NULL;
      double revoke_s;

      put (folder, "file", "secret\n");
      share = await_shared (computer, folder);
      reader = g_strdup_printf ("cd /folders/%s && setsid sh -c 'while sleep 0.2; do cat file "
                                ">>/tmp/leak-%u 2>&1; done' >/dev/null 2>&1 </dev/null &",
                                i == 0 ? "grasped" : "clutched", i);
      g_assert_cmpint (await_command (computer, reader, NULL), ==, 0);
      g_assert_cmpint (await_root_command (computer, HOSTILE, NULL), ==, 0);
      if (with_refresh[i])
        {
          refresh = annex_computer_refresh (computer);
          await_ms (500);
          g_assert_true (dex_future_is_pending (refresh));
        }
      revoke_s = await_revoked (folder, &revoked);
      g_test_message ("measured: nothing serves the folder any more after %.2f s", revoke_s);
      g_assert_cmpfloat (revoke_s, <, 1.5); /* a second, and looking takes a moment, too */
      put (folder, "file", "new secret\n");
      await_true (g_steal_pointer (&revoked));
      if (refresh != NULL)
        dex_await (g_steal_pointer (&refresh), NULL); /* whatever it said */
      await_ms (1000);
      g_assert_cmpint (
          await_root_command (computer, "pkill -KILL -f '[w]hile sleep'; umount -l " HELPER, NULL),
          ==, 0);
      g_assert_cmpint (await_root_command (computer, "grep new /tmp/leak-*", NULL), !=, 0);
    }
  /* Another one can be given afterwards. */
  {
    g_autofree char *folder = make_folder ("after");
    g_autoptr (AnnexShare) share = NULL;

    put (folder, "file", "after\n");
    share = await_shared (computer, folder);
    assert_output (computer, "cat /folders/after/file", "after");
    await_none_shared (computer);
  }
}

static void
test_asleep (void)
{
  g_autofree char *folder = make_folder ("asleep");
  g_autoptr (AnnexShare) share = NULL;

  put (folder, "stays", "one\n");
  put (folder, "goes", "two\n");
  share = await_shared (computer, folder);
  assert_output (computer, "cat /folders/asleep/*; echo draft >/folders/asleep/draft", "two\none");
  /* With a file of it open and the working folder inside. */
  g_assert_cmpint (await_command (computer,
                                  "cd /folders/asleep && setsid sh -c 'exec 3<goes; sleep 1000' "
                                  ">/dev/null 2>&1 </dev/null & sleep 0.3",
                                  NULL),
                   ==, 0);
  await_true (annex_computer_save (computer));
  take_away (folder, "goes");
  replace (folder, "stays", "changed\n");
  put (folder, "fresh", "fresh\n");
  await_started (computer);
  assert_sees ("cd /folders/asleep; ls; cat stays draft", "draft\nfresh\nstays\nchanged\ndraft");
  await_true (annex_computer_forget_draft (computer, share, NULL));
  await_none_shared (computer);
}

static void
test_several (void)
{
  static const char *const names[] = { "with space", "Straße „x“ & <y>", "a'b\"c$d" };
  g_autoptr (GPtrArray) shares =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *folder = make_folder (names[i]);

      put (folder, "file", names[i]);
      g_ptr_array_add (shares, annex_share_new (folder, ANNEX_SHARE_REVIEW, shares, &error));
      g_assert_no_error (error);
    }
  await_true (annex_computer_set_shares (computer, shares));
  for (guint i = 0; i < shares->len; i++)
    {
      g_autofree char *guest_path = annex_share_dup_guest_path (g_ptr_array_index (shares, i));
      g_autofree char *quoted = g_shell_quote (guest_path);
      g_autofree char *command = g_strdup_printf ("cat %s/file", quoted);

      assert_output (computer, command, names[i]);
    }
  /* One goes, the others stay; on a busy host its name goes a little later than what is in it. */
  g_ptr_array_remove_index (shares, 0);
  await_true (annex_computer_set_shares (computer, shares));
  assert_output (
      computer,
      "for i in $(seq 60); do test $(ls /folders | wc -l) = 2 && break; sleep 0.5; done; "
      "ls /folders | wc -l",
      "2");
  await_none_shared (computer);
}

static void
test_daemon_killed (void)
{
  g_autofree char *folder = make_folder ("mended");
  g_autoptr (AnnexShare) share = NULL;
  const char *argv[] = { "pkill", "-KILL", "-f", folder, NULL };

  put (folder, "file", "here\n");
  share = await_shared (computer, folder);
  assert_output (computer, "cat /folders/mended/file", "here");
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
  await_ms (500);
  /* The next refresh waits until it is mended. */
  assert_sees ("cat /folders/mended/file", "here");
  await_none_shared (computer);
}

/* What a daemon that is kept by Landlock may still open. */
static void
test_landlock (void)
{
  g_autofree char *folder = make_folder ("kept");
  g_autofree char *inside = g_build_filename (folder, "file", NULL);
  g_autofree char *outside = g_build_filename (fixture_root (), "shared", "outside", NULL);
  g_autofree char *socket_path = g_build_filename (fixture_root (), "r", "landlock.sock", NULL);
  g_autoptr (AnnexShareDaemon) daemon = NULL;
  g_autoptr (GError) error = NULL;
  const char *const folders[] = { folder, NULL };
  int ruleset_fd = annex_landlock_new_reader (folders, &error);
  int status;
  pid_t pid;

  if (ruleset_fd < 0)
    {
      g_test_skip (error->message);
      return;
    }
  put (folder, "file", "x");
  g_assert_true (g_file_set_contents (outside, "x", -1, NULL));
  pid = fork ();
  if (pid == 0)
    {
      if (!annex_landlock_enter (ruleset_fd))
        _exit (1);
      if (open (inside, O_RDONLY) < 0)
        _exit (2);
      if (open (outside, O_RDONLY) >= 0 || errno != EACCES)
        _exit (3);
      if (open (inside, O_WRONLY) >= 0 || errno != EACCES)
        _exit (4);
      if (unlink (inside) == 0)
        _exit (5);
      _exit (0);
    }
  close (ruleset_fd);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);

  daemon = dex_await_object (
      annex_share_daemon_start (folder, socket_path, ANNEX_SHARE_SANDBOX_LANDLOCK), &error);
  g_assert_no_error (error);
  await_ms (300);
  g_assert_true (annex_share_daemon_is_running (daemon));
  annex_share_daemon_stop (daemon);
}

static void
test_missing_folder (void)
{
  g_autofree char *folder = make_folder ("missing");
  g_autoptr (GPtrArray) shares = g_ptr_array_new ();
  g_autoptr (AnnexShare) share = annex_share_new (folder, ANNEX_SHARE_REVIEW, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_ptr_array_add (shares, share);
  g_assert_false (dex_await (annex_computer_set_shares (computer, shares), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED);
  assert_output (computer, "echo fine", "fine");
  await_none_shared (computer);
}

static void
body_of_start (void)
{
  computer = await_computer ();
}

static void
body_of_end (void)
{
  await_true (annex_computer_reset (computer));
  g_clear_object (&computer);
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  fixture_add ("/vm-shares/start", body_of_start);
  fixture_add ("/vm-shares/draft", test_draft);
  fixture_add ("/vm-shares/several", test_several);
  fixture_add ("/vm-shares/truth", test_truth);
  fixture_add ("/vm-shares/read-only", test_read_only);
  fixture_add ("/vm-shares/revoke", test_revoke);
  fixture_add ("/vm-shares/asleep", test_asleep);
  fixture_add ("/vm-shares/missing-folder", test_missing_folder);
  fixture_add ("/vm-shares/Q12-daemon-killed", test_daemon_killed);
  fixture_add ("/vm-shares/landlock", test_landlock);
  /* It leaves the guest with mounts that nothing answers. */
  fixture_add ("/vm-shares/revoke-hostile", test_revoke_hostile);
  fixture_add ("/vm-shares/end", body_of_end);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
