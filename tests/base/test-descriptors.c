/* test-descriptors.c
 *
 * The app may open more files than it was given, and what it starts may not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-descriptors.h"

#include <sys/resource.h>

static guint64
ask_child (GSpawnChildSetupFunc setup)
{
  char *argv[] = { (char *) "sh", (char *) "-c", (char *) "ulimit -n", NULL };
  g_autofree char *out = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (
      g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, setup, NULL, &out, NULL, NULL, &error));
  g_assert_no_error (error);
  return g_ascii_strtoull (out, NULL, 10);
}

static void
test_raise (void)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = 300;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  annex_descriptors_restore (NULL);
  g_assert_cmpuint (ask_child (annex_descriptors_restore), ==, 300);

  annex_descriptors_raise ();
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  g_assert_cmpuint (limit.rlim_cur, ==, MIN (limit.rlim_max, 8192));
  g_assert_cmpuint (ask_child (NULL), ==, limit.rlim_cur);
  g_assert_cmpuint (ask_child (annex_descriptors_restore), ==, 300);
  annex_descriptors_raise ();
  g_assert_cmpuint (ask_child (annex_descriptors_restore), ==, 300);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/descriptors/raise", test_raise);
  return g_test_run ();
}
