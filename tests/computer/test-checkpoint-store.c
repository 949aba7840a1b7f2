/* test-checkpoint-store.c
 *
 * Checkpoints as files, without a machine: made, listed, gone back to, copied, removed; and the
 * process killed before each of its writes: afterwards, cleaned as at the next start, a checkpoint
 * is whole or not there, and the computer's disk and memory are the pair of before or that of
 * after.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-store-private.h"
#include "annex-domain-xml.h"
#include "annex-image-keeper.h"
#include "annex-paths.h"
#include "annex-save-file.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ID "01j000000000000000000000aa"
#define OTHER "01j000000000000000000000bb"

/* ---------------------------------------------------------------- being killed */

static int points_left = -1; /* -1: nobody is killed */

static void
point (void)
{
  if (points_left == 0)
    _exit (99);
  if (points_left > 0)
    points_left--;
}

/* The library's writes all end in one of these. */
int
fsync (int fd)
{
  point ();
  return (int) syscall (SYS_fsync, fd);
}

int
rename (const char *from, const char *to)
{
  point ();
  return (int) syscall (SYS_rename, from, to);
}

int
unlink (const char *path)
{
  point ();
  return (int) syscall (SYS_unlink, path);
}

int
link (const char *from, const char *to)
{
  point ();
  return (int) syscall (SYS_link, from, to);
}

/* FALSE when the work was done before the point was reached. */
static gboolean
is_killed_at (int n, void (*work) (void))
{
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      points_left = n;
      work ();
      _exit (0);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  g_assert_true (WEXITSTATUS (status) == 99 || WEXITSTATUS (status) == 0);
  return WEXITSTATUS (status) == 99;
}

/* ---------------------------------------------------------------- a computer's files */

static AnnexComputerFolder *
new_folder (const char *id)
{
  AnnexComputerFolder *folder = annex_computer_folder_new (id);
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_computer_folder_lock (folder, &error));
  g_assert_no_error (error);
  return folder;
}

static void
write_file (const char *path, const char *text, gsize length)
{
  g_assert_true (
      g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/* Memory as libvirt writes it, as far as anyone looks; @state is what tells it apart. */
static void
write_memory (const char *path, const char *id, const char *state)
{
  g_autofree char *uuid = annex_domain_uuid (id);
  g_autofree char *xml =
      g_strdup_printf ("<name>annex-%s</name><uuid>%s</uuid>/%s/disk", id, uuid, id);
  guint32 length = (guint32) strlen (xml);
  g_autoptr (GString) all = g_string_new ("LibvirtQemudSave");

  g_string_append_len (all, "\0\0\0\0", 4);
  g_string_append_len (all, (const char *) &length, sizeof length);
  while (all->len < 92)
    g_string_append_c (all, '\0');
  g_string_append (all, xml);
  g_string_append (all, state);
  write_file (path, all->str, all->len);
}

/* The state @name of the computer: its disk, and its memory unless it is off. */
static void
set_state (AnnexComputerFolder *folder, const char *name, gboolean memory)
{
  g_autofree char *disk = annex_computer_folder_dup_path (folder, "disk.qcow2");
  g_autofree char *save = annex_computer_folder_dup_path (folder, "memory.save");
  g_autofree char *facts = annex_computer_folder_dup_path (folder, "computer.json");

  /* In place, as a running machine writes. */
  {
    FILE *file = fopen (disk, "we");

    g_assert_nonnull (file);
    g_assert_cmpint (fputs (name, file), >=, 0);
    g_assert_cmpint (fclose (file), ==, 0);
  }
  annex_computer_folder_discard (folder, "memory.save");
  if (memory)
    write_memory (save, annex_computer_folder_get_id (folder), name);
  {
    g_autofree char *text = g_strdup_printf ("{\"image\":\"%s\"}", name);

    write_file (facts, text, strlen (text));
  }
}

static char *
read_text (AnnexComputerFolder *folder, const char *name, gsize *length)
{
  g_autofree char *path = annex_computer_folder_dup_path (folder, name);
  char *text = NULL;

  g_file_get_contents (path, &text, length, NULL);
  return text;
}

/* "disk", or "disk+memory": which state each is of. (transfer full) */
static char *
get_state (AnnexComputerFolder *folder)
{
  gsize length = 0;
  g_autofree char *disk = read_text (folder, "disk.qcow2", NULL);
  g_autofree char *memory = read_text (folder, "memory.save", &length);
  const char *end;

  if (memory == NULL)
    return g_strdup (disk);
  end = memmem (memory, length, "/disk", 5);
  g_assert_nonnull (end);
  return g_strdup_printf ("%s+%.*s", disk, (int) (memory + length - end - 5), end + 5);
}

static void
check_state (AnnexComputerFolder *folder, const char *wanted)
{
  g_autofree char *state = get_state (folder);

  g_assert_cmpstr (state, ==, wanted);
}

static AnnexCheckpoint *
make (AnnexComputerFolder *folder, const char *name)
{
  g_autoptr (AnnexCheckpoint) wanted = annex_checkpoint_new (name, ANNEX_CHECKPOINT_MANUAL, 7);
  g_autoptr (GError) error = NULL;
  AnnexCheckpoint *made = annex_checkpoint_store_make (folder, wanted, &error);

  g_assert_no_error (error);
  return made;
}

static void
go_back (AnnexComputerFolder *folder, const char *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_checkpoint_store_prepare_return (folder, id, &error) &&
                 annex_checkpoint_store_decide_return (folder, id, &error) &&
                 annex_checkpoint_store_finish_return (folder, &error));
  g_assert_no_error (error);
}

static void
clear (void)
{
  g_autofree char *root = annex_paths_computer ("");
  const char *argv[] = { "rm", "-rf", root, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
}

/* ---------------------------------------------------------------- the tests */

static void
test_round_trip (void)
{
  g_autoptr (AnnexComputerFolder) folder = new_folder (ID);
  g_autoptr (AnnexCheckpoint) awake = NULL;
  g_autoptr (AnnexCheckpoint) off = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) images = NULL;

  set_state (folder, "one", TRUE);
  awake = make (folder, " Before\nlunch ");
  g_assert_cmpstr (awake->name, ==, "Before lunch");
  g_assert_true (awake->memory);
  g_assert_cmpuint (awake->size_bytes, >, 0);
  check_state (folder, "one+one"); /* it goes on */
  set_state (folder, "two", FALSE);
  off = make (folder, NULL);
  g_assert_false (off->memory);
  set_state (folder, "three", TRUE);

  all = annex_checkpoint_store_list (ID);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_cmpstr (((AnnexCheckpoint *) g_ptr_array_index (all, 0))->id, ==, awake->id);
  g_assert_cmpint (((AnnexCheckpoint *) g_ptr_array_index (all, 0))->seq, ==, 7);
  images = annex_image_keeper_dup_needed ();
  g_assert_true (g_strv_contains ((const char *const *) images, "one"));
  g_assert_true (g_strv_contains ((const char *const *) images, "two"));

  go_back (folder, awake->id);
  check_state (folder, "one+one");
  set_state (folder, "four", TRUE); /* and writes: the checkpoint stays what it is */
  go_back (folder, off->id);
  check_state (folder, "two");
  go_back (folder, awake->id);
  check_state (folder, "one+one");

  g_assert_true (annex_checkpoint_store_remove (ID, awake->id, &error));
  g_assert_true (annex_checkpoint_store_remove (ID, awake->id, &error));
  g_assert_true (annex_checkpoint_store_remove (ID, "../" ID, &error));
  check_state (folder, "one+one"); /* the computer has its own */
  g_assert_false (annex_checkpoint_store_prepare_return (folder, awake->id, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (annex_checkpoint_store_prepare_return (folder, "../computers/" ID, NULL));
  g_assert_true (annex_checkpoint_store_remove_all (ID, &error));
  g_ptr_array_unref (all);
  all = annex_checkpoint_store_list (ID);
  g_assert_cmpuint (all->len, ==, 0);
  clear ();
}

/* What is damaged is no checkpoint; what a move left behind is one without memory. */
static void
test_damaged (void)
{
  g_autoptr (AnnexComputerFolder) folder = new_folder (ID);
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autoptr (AnnexCheckpoint) found = NULL;
  g_autofree char *memory = NULL;
  g_autofree char *facts = NULL;

  set_state (folder, "one", TRUE);
  one = make (folder, NULL);
  memory = annex_checkpoint_dup_path (ID, one->id, "memory.save");
  facts = annex_checkpoint_dup_path (ID, one->id, "checkpoint.json");
  g_assert_cmpint (g_unlink (memory), ==, 0);
  found = annex_checkpoint_store_find (ID, one->id, NULL);
  g_assert_nonnull (found);
  g_assert_false (found->memory);
  set_state (folder, "two", TRUE);
  go_back (folder, one->id);
  check_state (folder, "one");
  write_file (facts, "{", 1);
  g_assert_null (annex_checkpoint_store_find (ID, one->id, NULL));
  /* Half-written memory is none. */
  set_state (folder, "three", FALSE);
  {
    g_autofree char *save = annex_computer_folder_dup_path (folder, "memory.save");
    g_autoptr (AnnexCheckpoint) files = NULL;

    write_file (save, "LibvirtQemudPart", 16);
    files = make (folder, NULL);
    g_assert_false (files->memory);
  }
  clear ();
}

static void
test_room (void)
{
  g_autoptr (AnnexComputerFolder) folder = new_folder (ID);
  g_autoptr (GError) error = NULL;

  set_state (folder, "one", TRUE);
  g_assert_false (annex_checkpoint_store_check_room (folder, G_MAXUINT64 / 4, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, "are free"));
  clear ();
}

static void
test_copy (void)
{
  g_autoptr (AnnexComputerFolder) folder = new_folder (ID);
  g_autoptr (AnnexComputerFolder) target = new_folder (OTHER);
  g_autoptr (AnnexCheckpoint) one = NULL;
  g_autofree char *memory = annex_computer_folder_dup_path (target, "memory.save");
  g_autofree char *facts = NULL;
  g_autoptr (GError) error = NULL;

  set_state (folder, "one", TRUE);
  one = make (folder, NULL);
  g_assert_true (annex_checkpoint_store_fork (ID, one->id, target, &error));
  g_assert_no_error (error);
  check_state (target, "one+one");
  check_state (folder, "one+one");
  g_assert_true (annex_save_file_check (memory, OTHER, NULL));
  facts = read_text (target, "computer.json", NULL);
  g_assert_nonnull (strstr (facts, "\"new_identity\":true"));
  g_assert_nonnull (strstr (facts, "\"image\":\"one\""));
  g_assert_false (annex_checkpoint_store_fork (ID, one->id, target, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  clear ();
}

/* ---------------------------------------------------------------- killed at every point */

static AnnexComputerFolder *victim;
static char *victim_checkpoint;

static void
make_work (void)
{
  g_autoptr (AnnexCheckpoint) made = make (victim, "cut short");
}

static void
test_killed_making (void)
{
  gboolean killed = TRUE;

  for (int n = 0; killed; n++)
    {
      g_autoptr (GPtrArray) all = NULL;

      victim = new_folder (ID);
      set_state (victim, "one", TRUE);
      killed = is_killed_at (n, make_work);
      annex_checkpoint_store_clean (victim);
      g_assert_false (annex_checkpoint_store_has_leftovers (victim));
      check_state (victim, "one+one");
      all = annex_checkpoint_store_list (ID);
      g_assert_cmpuint (all->len, <=, 1);
      g_assert_true (killed || all->len == 1);
      if (all->len == 1)
        {
          set_state (victim, "two", TRUE);
          go_back (victim, ((AnnexCheckpoint *) g_ptr_array_index (all, 0))->id);
          check_state (victim, "one+one");
        }
      g_assert_cmpint (n, <, 100);
      g_clear_pointer (&victim, annex_computer_folder_free);
      clear ();
    }
}

static void
back_work (void)
{
  go_back (victim, victim_checkpoint);
}

/* @with: the checkpoint has memory; @from: the computer has when it goes back. */
static void
kill_going_back (gboolean with, gboolean from)
{
  const char *before = from ? "two+two" : "two";
  const char *after = with ? "one+one" : "one";
  gboolean killed = TRUE;
  guint n_before = 0;
  guint n_after = 0;

  for (int n = 0; killed; n++)
    {
      g_autoptr (AnnexCheckpoint) one = NULL;
      g_autofree char *state = NULL;

      victim = new_folder (ID);
      set_state (victim, "one", with);
      one = make (victim, NULL);
      victim_checkpoint = one->id;
      set_state (victim, "two", from);
      killed = is_killed_at (n, back_work);
      annex_checkpoint_store_clean (victim);
      g_assert_false (annex_checkpoint_store_has_leftovers (victim));
      state = get_state (victim);
      if (g_strcmp0 (state, before) == 0)
        n_before++;
      else
        {
          g_autofree char *facts = read_text (victim, "computer.json", NULL);

          g_assert_cmpstr (state, ==, after);
          g_assert_nonnull (strstr (facts, "\"image\":\"one\""));
          n_after++;
        }
      /* And it can be done again. */
      go_back (victim, victim_checkpoint);
      check_state (victim, after);
      g_assert_cmpint (n, <, 100);
      g_clear_pointer (&victim, annex_computer_folder_free);
      clear ();
    }
  g_assert_cmpuint (n_before, >, 2);
  g_assert_cmpuint (n_after, >, 2);
}

static void
test_killed_going_back (void)
{
  kill_going_back (TRUE, TRUE);
  kill_going_back (TRUE, FALSE);
  kill_going_back (FALSE, TRUE);
  kill_going_back (FALSE, FALSE);
}

static void
remove_work (void)
{
  g_assert_true (annex_checkpoint_store_remove (ID, victim_checkpoint, NULL));
}

static void
test_killed_removing (void)
{
  gboolean killed = TRUE;

  for (int n = 0; killed; n++)
    {
      g_autoptr (AnnexCheckpoint) one = NULL;
      g_autoptr (GPtrArray) all = NULL;
      g_autofree char *root = annex_checkpoint_dup_path (ID, NULL, NULL);

      victim = new_folder (ID);
      set_state (victim, "one", TRUE);
      one = make (victim, NULL);
      victim_checkpoint = one->id;
      killed = is_killed_at (n, remove_work);
      annex_checkpoint_store_clean (victim);
      all = annex_checkpoint_store_list (ID);
      g_assert_true (all->len == 1 || !g_file_test (root, G_FILE_TEST_EXISTS));
      if (all->len == 1)
        {
          go_back (victim, one->id);
          check_state (victim, "one+one");
        }
      g_assert_cmpint (n, <, 100);
      g_clear_pointer (&victim, annex_computer_folder_free);
      clear ();
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *root = g_dir_make_tmp ("annex-cp-XXXXXX", NULL);
  g_autofree char *data = g_build_filename (root, "data", NULL);
  g_autofree char *runtime = g_build_filename (root, "run", NULL);
  const char *end[] = { "rm", "-rf", root, NULL };
  int status;

  g_mkdir (data, 0700);
  g_mkdir (runtime, 0700);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_RUNTIME_DIR", runtime, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/checkpoint-store/round-trip", test_round_trip);
  g_test_add_func ("/checkpoint-store/damaged", test_damaged);
  g_test_add_func ("/checkpoint-store/room", test_room);
  g_test_add_func ("/checkpoint-store/copy", test_copy);
  g_test_add_func ("/checkpoint-store/killed-making", test_killed_making);
  g_test_add_func ("/checkpoint-store/killed-going-back", test_killed_going_back);
  g_test_add_func ("/checkpoint-store/killed-removing", test_killed_removing);
  status = g_test_run ();
  g_spawn_sync (NULL, (char **) end, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  return status;
}
