/* app-fixture.c
 *
 * See app-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "app-fixture.h"

#include "test-fiber.h"

static char *home;
static GHashTable *computers; /* task → FakeComputer */

static void
run_rm (const char *path)
{
  g_autofree char *line =
      g_strdup_printf ("chmod -R u+rwX '%s' 2>/dev/null; rm -rf '%s'", path, path);
  const char *remove[] = { "sh", "-c", line, NULL };

  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

void
app_fixture_init (int *argc, char ***argv)
{
  static const char *const folders[][2] = { { "XDG_DATA_HOME", "data" },
                                            { "XDG_CACHE_HOME", "cache" },
                                            { "XDG_CONFIG_HOME", "config" },
                                            { "XDG_RUNTIME_DIR", "run" } };

  home = g_dir_make_tmp ("annex-app-XXXXXX", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (home, folders[i][1], NULL);

      g_setenv (folders[i][0], path, TRUE);
      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
    }
  g_setenv ("HOME", home, TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_setenv ("ANNEX_LIBVIRT_URI", "none:///", TRUE);
  g_unsetenv ("ANNEX_API_KEY");
  g_test_init (argc, argv, NULL);
  dex_init ();
}

void
app_fixture_done (void)
{
  g_clear_pointer (&computers, g_hash_table_unref);
  run_rm (home);
  g_clear_pointer (&home, g_free);
}

const char *
app_fixture_get_home (void)
{
  return home;
}

void
app_fixture_reset (void)
{
  static const char *const folders[] = { "data", "cache", "config", "run" };

  g_clear_pointer (&computers, g_hash_table_unref);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (home, folders[i], NULL);

      run_rm (path);
      g_assert_cmpint (g_mkdir_with_parents (path, 0700), ==, 0);
    }
}

static void
run_reset (gconstpointer test)
{
  app_fixture_reset ();
  test_run_fiber (test);
}

void
app_fixture_add (const char *path, void (*test) (void))
{
  g_test_add_data_func (path, (gconstpointer) test, run_reset);
}

char *
app_fixture_write (const char *rest, const char *text)
{
  char *path = g_build_filename (home, rest, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

void
app_fixture_wait (guint ms)
{
  /* A time-out rejects; that is what is waited for. */
  dex_await (dex_timeout_new_msec ((int) ms), NULL);
}

static AnnexComputer *
make_computer (const char *task_id, gpointer data)
{
  g_autofree char *root = NULL;
  FakeComputer *computer;

  if (computers == NULL)
    computers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  computer = g_hash_table_lookup (computers, task_id);
  if (computer == NULL)
    {
      root = g_build_filename (home, "computers", task_id, NULL);
      g_assert_cmpint (g_mkdir_with_parents (root, 0700), ==, 0);
      computer = fake_computer_new (root);
      g_hash_table_insert (computers, g_strdup (task_id), computer);
    }
  return ANNEX_COMPUTER (g_object_ref (computer));
}

AnnexSession *
app_fixture_open (void)
{
  g_autoptr (GError) error = NULL;
  AnnexSession *session = dex_await_object (annex_session_open (), &error);

  g_assert_no_error (error);
  annex_session_set_computer_func (session, make_computer, NULL);
  return session;
}

FakeComputer *
app_fixture_get_computer (const char *task_id)
{
  return computers != NULL ? g_hash_table_lookup (computers, task_id) : NULL;
}
