/* computer-fixture.c
 *
 * See computer-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "computer-fixture.h"

#include "annex-paths.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static char *root;
static AnnexImageStore *images;
static AnnexComputers *computers;

const char *
fixture_root (void)
{
  return root;
}

AnnexImageStore *
fixture_images (void)
{
  return images;
}

AnnexComputers *
fixture_computers (void)
{
  if (computers == NULL)
    computers = annex_computers_new (NULL, images, NULL);
  return computers;
}

void
fixture_drop_computers (void)
{
  g_clear_object (&computers);
}

static void
set_folder (const char *variable, const char *name)
{
  g_autofree char *path = g_build_filename (root, name, NULL);

  g_mkdir_with_parents (path, 0700);
  g_setenv (variable, path, TRUE);
}

gboolean
fixture_init (int *argc, char ***argv, int *status)
{
  g_autofree char *image_folder =
      g_build_filename (g_get_home_dir (), ".local", "share", "annex", "image", NULL);
  const char *given = g_getenv ("ANNEX_TEST_IMAGE_STORE");
  const char *old_root = g_getenv ("ANNEX_TEST_ROOT");
  g_autofree char *current = NULL;

  /* Short: paths of sockets are limited. A child of a test is given its parent's folders. */
  root = old_root != NULL ? g_strdup (old_root) : g_strdup ("/tmp/annex-XXXXXX");
  if (old_root == NULL)
    g_assert_nonnull (g_mkdtemp (root));
  g_setenv ("ANNEX_TEST_ROOT", root, TRUE);
  set_folder ("XDG_RUNTIME_DIR", "r");
  set_folder ("XDG_DATA_HOME", "data");
  set_folder ("XDG_CACHE_HOME", "cache");
  set_folder ("XDG_CONFIG_HOME", "config");
  g_unsetenv ("ANNEX_LIBVIRT_URI");
  g_test_init (argc, argv, NULL);
  dex_init ();

  images = annex_image_store_new (given != NULL ? given : image_folder);
  current = annex_image_store_dup_current (images);
  if (current != NULL)
    return TRUE;
  g_print ("1..0 # SKIP there is no image of the computer: ./dev annex computer build\n");
  fixture_clear ();
  *status = 0;
  return FALSE;
}

void
fixture_log_without_bound (void)
{
  g_autofree char *folder = g_build_filename (root, "config", "libvirt", NULL);
  g_autofree char *path = g_build_filename (folder, "qemu.conf", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "stdio_handler = \"file\"\n", -1, NULL));
}

/* The daemons that libvirt started for these folders: they name them, or lie in them. */
static void
end_daemons (void)
{
  g_autofree char *pid_path = g_build_filename (root, "r", "libvirt", "libvirtd.pid", NULL);
  g_autofree char *log_path = g_build_filename (root, "r", "libvirt", "virtlogd.pid", NULL);
  const char *const paths[] = { pid_path, log_path };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autofree char *text = NULL;

      if (g_file_get_contents (paths[i], &text, NULL, NULL) && atoi (text) > 1)
        kill (atoi (text), SIGTERM);
    }
}

void
fixture_clear (void)
{
  const char *argv[] = { "rm", "-rf", root, NULL };

  g_clear_object (&computers);
  g_clear_object (&images);
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  end_daemons ();
  g_usleep (200000);
  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_clear_pointer (&root, g_free);
}

/* ---------------------------------------------------------------- fibers */

static DexFuture *
ended_cb (DexFuture *future, gpointer data)
{
  *(gboolean *) data = TRUE;
  return dex_ref (future);
}

void
fixture_run (DexFiberFunc func, gpointer data, guint limit_s)
{
  gboolean ended = FALSE;
  gint64 deadline_us = g_get_monotonic_time () + (gint64) limit_s * G_USEC_PER_SEC;
  g_autoptr (DexFuture) fiber = dex_future_finally (
      dex_scheduler_spawn (NULL, 512 * 1024, func, data, NULL), ended_cb, &ended, NULL);

  while (!ended)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (500);
      if (g_get_monotonic_time () > deadline_us)
        g_error ("The test took longer than %u s", limit_s);
    }
}

typedef struct
{
  void (*body) (void);
} Test;

static DexFuture *
test_fiber (gpointer data)
{
  const Test *test = data;

  test->body ();
  return dex_future_new_true ();
}

static void
run_test (gconstpointer data)
{
  fixture_run (test_fiber, (gpointer) data, 240);
}

void
fixture_run_body (void (*body) (void))
{
  Test test = { body };

  fixture_run (test_fiber, &test, 600);
}

void
fixture_add (const char *path, void (*body) (void))
{
  Test *test = g_new0 (Test, 1);

  test->body = body;
  g_test_add_data_func_full (path, test, run_test, g_free);
}

/* ---------------------------------------------------------------- short forms */

void
await_true (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  dex_await (future, &error);
  g_assert_no_error (error);
}

void
await_ms (guint ms)
{
  dex_await (dex_timeout_new_msec ((int) ms), NULL);
}

/* What the user would see, as comments of the test's output. */
static void
changed_cb (AnnexComputer *computer, gpointer data)
{
  g_autofree char *message = annex_computer_dup_message (computer);

  g_test_message ("%s: %s", annex_computer_state_to_name (annex_computer_get_state (computer)),
                  message);
}

AnnexComputer *
new_computer (char **task_id)
{
  g_autofree char *id = annex_identifier_new ();
  AnnexComputer *computer = annex_computers_get (fixture_computers (), id, NULL);

  g_assert_nonnull (computer);
  g_signal_connect (computer, "changed", G_CALLBACK (changed_cb), NULL);
  if (task_id != NULL)
    *task_id = g_steal_pointer (&id);
  return computer;
}

void
await_started (AnnexComputer *computer)
{
  await_true (annex_computer_start (computer));
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_READY);
}

AnnexComputer *
await_computer (void)
{
  AnnexComputer *computer = new_computer (NULL);

  await_started (computer);
  return computer;
}

static int
await_run (AnnexComputer *computer, const char *text, gboolean as_root, char **out)
{
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *bytes;

  command->as_root = as_root;
  output =
      dex_await_boxed (annex_computer_run (computer, command, NULL, 1 << 20, 60000, NULL), &error);
  g_assert_no_error (error);
  g_assert_false (output->timed_out);
  bytes = g_bytes_get_data (output->out, &size);
  if (out != NULL)
    *out = g_strchomp (g_strndup (bytes != NULL ? bytes : "", size));
  if (output->status != 0)
    g_test_message ("“%s” ended with %d: %.*s", text, output->status,
                    (int) g_bytes_get_size (output->err),
                    (const char *) g_bytes_get_data (output->err, NULL));
  return output->status;
}

int
await_command (AnnexComputer *computer, const char *command, char **out)
{
  return await_run (computer, command, FALSE, out);
}

int
await_root_command (AnnexComputer *computer, const char *command, char **out)
{
  return await_run (computer, command, TRUE, out);
}

char *
await_output (AnnexComputer *computer, const char *command)
{
  char *out = NULL;
  int status = await_command (computer, command, &out);

  g_assert_cmpint (status, ==, 0);
  return out;
}

void
assert_output (AnnexComputer *computer, const char *command, const char *expected)
{
  g_autofree char *out = await_output (computer, command);

  g_assert_cmpstr (out, ==, expected);
}

int
machine_pid (AnnexComputer *computer)
{
  AnnexMachine *machine = annex_vm_get_machine (ANNEX_VM (computer));
  g_autofree char *path =
      g_strdup_printf ("%s/libvirt/qemu/run/annex-%s.pid", g_get_user_runtime_dir (),
                       annex_computer_folder_get_id (annex_machine_get_folder (machine)));
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? atoi (text) : 0;
}

double
seconds_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC;
}
