/* test-image-builder.c
 *
 * The builder against recipes that behave like vm/build-image: they succeed, fail in each way, and
 * hang. The real recipe is asked for what needs no building.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-builder.h"
#include "image-harness.h"

#include <glib/gstdio.h>
#include <libdex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#define BUILD_HERE "ANNEX_TEST_BUILD_HERE"

typedef struct
{
  char *folder;
  char *recipe;
  AnnexImageStore *store;
  AnnexImageBuilder *builder;
  GCancellable *cancellable;
  guint reports;
  GPtrArray *hosts; /* that packages were fetched from, as it tells them */
} Fixture;

static void
on_progress (AnnexImageSource *source, const char *sentence, double fraction, gpointer data)
{
  Fixture *f = data;

  /* A sentence for people, not the recipe's own words. */
  g_assert_true (g_str_has_suffix (sentence, "…"));
  g_assert_cmpfloat (fraction, >=, 0);
  g_assert_cmpfloat (fraction, <=, 1);
  f->reports++;
}

static void
on_transferred (AnnexImageSource *source,
                const char *host,
                guint port,
                guint64 bytes,
                const char *failure,
                Fixture *f)
{
  g_assert_cmpuint (port, >, 0);
  g_ptr_array_add (f->hosts, g_strdup_printf ("%s%s", host, failure != NULL ? " failed" : ""));
}

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *folder = NULL, *ready = NULL;

  f->folder = image_harness_make_folder ();
  f->recipe = g_build_filename (f->folder, "vm", NULL);
  folder = g_build_filename (f->folder, "image", NULL);
  ready = g_build_filename (f->folder, "ready", NULL);
  g_assert_cmpint (g_mkdir (f->recipe, 0700), ==, 0);
  image_harness_write_image (ready, "built", "a");
  f->store = annex_image_store_new (folder);
  f->builder = annex_image_builder_new (f->recipe, FALSE);
  f->cancellable = g_cancellable_new ();
  f->hosts = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (f->builder, "progress", G_CALLBACK (on_progress), f);
  g_signal_connect (f->builder, "transferred", G_CALLBACK (on_transferred), f);
}

/* A thread that has told its end may hold it for a moment yet; who holds it for good is found by
 * the time limit. */
static void
let_go (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  while (object != NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  let_go (f->builder);
  let_go (f->store);
  g_object_unref (f->cancellable);
  g_ptr_array_unref (f->hosts);
  g_free (f->recipe);
  image_harness_remove_folder (f->folder);
}

/* A recipe that tells its version, and otherwise runs @body with $output set and $ready the folder
 * of a finished image. */
static void
write_recipe (Fixture *f, const char *body)
{
  g_autofree char *path = g_build_filename (f->recipe, "build-image", NULL);
  g_autofree char *text =
      g_strdup_printf ("#!/bin/bash\n"
                       "if [ \"$1\" = --version ]; then echo built; exit 0; fi\n"
                       "echo \"$*\" >>%s/arguments\n"
                       "ready=%s/ready\n"
                       "output=; while [ $# -gt 0 ]; do\n"
                       "  if [ \"$1\" = --output ]; then output=$2; fi; shift\n"
                       "done\n%s\n",
                       f->folder, f->folder, body);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0755, NULL));
}

static const GValue *
provide (Fixture *f, GError **error)
{
  return image_harness_wait (
      annex_image_source_provide (ANNEX_IMAGE_SOURCE (f->builder), f->store, f->cancellable),
      error);
}

static gboolean
has_told (Fixture *f, const char *host)
{
  return g_ptr_array_find_with_equal_func (f->hosts, host, g_str_equal, NULL);
}

/* Whose packages it was made of is told once a build, and not of a build that fetched none. */
static void
test_hosts (Fixture *f, gconstpointer data)
{
  guint n;

  write_recipe (f, "echo 'annex-image: installing Debian packages'\n"
                   "printf 'deb.example\\tapt\\nwheels.example\\tpip\\n' "
                   ">\"$output/package-hosts.txt\"\n"
                   "echo 'annex-image: failed: the disk is full'; exit 4");
  g_assert_null (provide (f, NULL));
  g_assert_true (has_told (f, "wheels.example failed"));
  n = f->hosts->len;
  g_assert_cmpuint (n, >=, 2); /* and at least one mirror */
  write_recipe (f, "echo 'annex-image: taking the layers of the image before'\n"
                   "cp \"$ready\"/* \"$output\"/");
  g_assert_nonnull (provide (f, NULL));
  g_assert_cmpuint (f->hosts->len, ==, n);
}

static void
test_build (Fixture *f, gconstpointer data)
{
  g_autofree char *current = NULL, *arguments = NULL, *link = NULL;
  g_autofree char *log = g_build_filename (f->folder, "arguments", NULL);
  g_autoptr (GError) error = NULL;
  const GValue *value;

  write_recipe (f, "echo 'annex-image: installing Debian packages'\n"
                   "echo noise >&2; printf '\\xff\\xfe binary\\n'\n"
                   "echo 'annex-image: packing the base layer'\n"
                   "cp \"$ready\"/* \"$output\"/");
  value = image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->builder), NULL), NULL);
  g_assert_cmpstr (g_value_get_string (value), ==, "built");
  value = provide (f, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (annex_image_get_version (g_value_get_boxed (value)), ==, "built");
  current = annex_image_store_dup_current (f->store);
  g_assert_cmpstr (current, ==, "built");
  g_assert_cmpuint (f->reports, >=, 2);
  /* What is there is not built again; where it is not the current one, it is so now. */
  g_assert_nonnull (provide (f, NULL));
  link = g_build_filename (annex_image_store_get_folder (f->store), "current", NULL);
  g_assert_cmpint (g_unlink (link), ==, 0);
  g_assert_nonnull (provide (f, NULL));
  g_set_str (&current, NULL);
  current = annex_image_store_dup_current (f->store);
  g_assert_cmpstr (current, ==, "built");
  g_assert_true (g_file_get_contents (log, &arguments, NULL, NULL));
  g_assert_cmpint (strchr (arguments, '\n') - arguments, ==, strlen (arguments) - 1);
  g_assert_nonnull (strstr (arguments, "--clean"));
}

static const struct
{
  const char *name, *body;
  AnnexImageError code;
  const char *message;
} failures[] = {
  { "no-tools", "echo 'annex-image: failed: these tools are missing: cpio' >&2; exit 3",
    ANNEX_IMAGE_ERROR_NO_TOOLS, "cpio" },
  { "no-space", "echo 'annex-image: failed: the disk is full' >&2; exit 4",
    ANNEX_IMAGE_ERROR_NO_SPACE, "full" },
  { "failed", "echo 'annex-image: failed: E: no such package' >&2; exit 1",
    ANNEX_IMAGE_ERROR_BUILD_FAILED, "no such package" },
  { "silent", "exit 9", ANNEX_IMAGE_ERROR_BUILD_FAILED, NULL },
  { "killed", "kill -KILL $$", ANNEX_IMAGE_ERROR_BUILD_FAILED, NULL },
  { "nothing-made", "exit 0", ANNEX_IMAGE_ERROR_NOT_FOUND, NULL },
  { "half-made", "cp \"$ready\"/manifest.json \"$output\"/", ANNEX_IMAGE_ERROR_DAMAGED, NULL },
};

static void
test_failure (Fixture *f, gconstpointer data)
{
  guint row = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;

  write_recipe (f, failures[row].body);
  g_assert_null (provide (f, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, (int) failures[row].code);
  if (failures[row].message != NULL)
    g_assert_nonnull (strstr (error->message, failures[row].message));
  g_assert_null (annex_image_store_dup_current (f->store));
}

static void
test_no_recipe (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (provide (f, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_TOOLS);
}

static gboolean
cancel_once_started (gpointer data)
{
  Fixture *f = data;
  g_autofree char *pids = g_build_filename (f->folder, "pids", NULL);

  if (!g_file_test (pids, G_FILE_TEST_EXISTS))
    return G_SOURCE_CONTINUE;
  g_cancellable_cancel (f->cancellable);
  return G_SOURCE_REMOVE;
}

/* A cancel ends the recipe and what it started, and only then settles. */
static void
test_cancel (Fixture *f, gconstpointer data)
{
  g_autofree char *body = g_strdup_printf ("sleep 1000 & child=$!\n"
                                           "echo \"$$ $child\" >%s/pids.new\n"
                                           "mv %s/pids.new %s/pids\nsleep 1000",
                                           f->folder, f->folder, f->folder);
  g_autofree char *path = g_build_filename (f->folder, "pids", NULL);
  g_autofree char *pids = NULL;
  g_auto (GStrv) each = NULL;
  g_autoptr (GError) error = NULL;

  write_recipe (f, body);
  g_timeout_add (10, cancel_once_started, f);
  g_assert_null (provide (f, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_get_contents (path, &pids, NULL, NULL));
  each = g_strsplit (g_strstrip (pids), " ", 0);
  for (guint i = 0; each[i] != NULL; i++)
    {
      gboolean gone = FALSE;

      /* The orphan is reaped by whoever adopts it. */
      for (guint j = 0; j < 200 && !gone; j++)
        {
          g_autofree char *stat_path = g_strdup_printf ("/proc/%s/stat", each[i]);
          g_autofree char *state = NULL;

          gone = !g_file_get_contents (stat_path, &state, NULL, NULL) ||
                 strstr (state, ") Z ") != NULL;
          g_usleep (10 * 1000);
        }
      g_assert_true (gone);
    }
}

/* Another Annex's build, in the folder that BUILD_HERE names. */
static int
build_here (const char *folder)
{
  g_autofree char *recipe = g_build_filename (folder, "vm", NULL);
  g_autofree char *images = g_build_filename (folder, "image", NULL);
  g_autoptr (AnnexImageStore) store = annex_image_store_new (images);
  g_autoptr (AnnexImageBuilder) builder = annex_image_builder_new (recipe, FALSE);

  image_harness_wait (annex_image_source_provide (ANNEX_IMAGE_SOURCE (builder), store, NULL), NULL);
  return 0;
}

static void
await_file (Fixture *f, const char *name)
{
  g_autofree char *path = g_build_filename (f->folder, name, NULL);

  for (guint n = 0; n < 3000 && !g_file_test (path, G_FILE_TEST_EXISTS); n++)
    g_usleep (10 * 1000);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* Annex killed: the recipe hears of it, and what it has not ended yet keeps the store. */
static void
test_killed (Fixture *f, gconstpointer program)
{
  g_autofree char *body = g_strdup_printf ("trap 'echo >%s/ended; exit 143' TERM\n"
                                           "sleep 1000 & echo $! >%s/child\n"
                                           "echo >%s/begun\n"
                                           "wait",
                                           f->folder, f->folder, f->folder);
  g_autofree char *child_path = g_build_filename (f->folder, "child", NULL);
  g_autofree char *child = NULL;
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) other = NULL;
  g_autoptr (GError) error = NULL;
  int lock;

  write_recipe (f, body);
  g_subprocess_launcher_setenv (launcher, BUILD_HERE, f->folder, TRUE);
  other = g_subprocess_launcher_spawn (launcher, &error, (const char *) program, NULL);
  g_assert_no_error (error);
  await_file (f, "begun");
  g_subprocess_force_exit (other);
  await_file (f, "ended");
  g_assert_true (g_file_get_contents (child_path, &child, NULL, NULL));
  g_cancellable_cancel (f->cancellable);
  g_assert_cmpint (annex_image_store_lock_blocking (f->store, f->cancellable, NULL), ==, -1);
  g_assert_cmpint (kill (atoi (child), SIGKILL), ==, 0);
  lock = annex_image_store_lock_blocking (f->store, NULL, NULL);
  g_assert_cmpint (lock, >=, 0);
  close (lock);
}

/* Two builds at once: the second waits, finds the image there, and builds nothing. */
static void
test_twice (Fixture *f, gconstpointer data)
{
  g_autofree char *log = g_build_filename (f->folder, "arguments", NULL);
  g_autofree char *arguments = NULL;
  g_autoptr (AnnexImageBuilder) other = annex_image_builder_new (f->recipe, FALSE);
  g_autoptr (GError) error = NULL;
  DexFuture *first, *second;

  write_recipe (f, "sleep 1; cp \"$ready\"/* \"$output\"/");
  first = annex_image_source_provide (ANNEX_IMAGE_SOURCE (f->builder), f->store, NULL);
  second = annex_image_source_provide (ANNEX_IMAGE_SOURCE (other), f->store, NULL);
  g_assert_nonnull (image_harness_wait (first, &error));
  g_assert_no_error (error);
  g_assert_nonnull (image_harness_wait (second, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (log, &arguments, NULL, NULL));
  g_assert_cmpint (strchr (arguments, '\n') - arguments, ==, strlen (arguments) - 1);
}

/* The recipe this program was built with tells a version that could be a folder's name. */
static void
test_real_recipe (void)
{
  g_autoptr (AnnexImageBuilder) builder = annex_image_builder_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  const GValue *value = image_harness_wait (
      annex_image_source_find_version (ANNEX_IMAGE_SOURCE (builder), NULL), &error);

  g_assert_no_error (error);
  g_assert_true (g_regex_match_simple ("^13-[0-9a-f]{12}$", g_value_get_string (value), 0, 0));
}

/* On a machine of another kind nothing is begun: it is said what is missing. */
static void
test_other_machine (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  int before = personality (PER_LINUX32); /* uname() says i686 */

  if (before == -1)
    {
      g_test_skip ("this kernel does not take another kind of machine");
      return;
    }
  write_recipe (f, "cp \"$ready\"/* \"$output\"/");
  g_assert_null (provide (f, &error));
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "x86_64"));
  g_assert_nonnull (strstr (error->message, "i686"));
  g_clear_error (&error);
  image_harness_wait (annex_image_source_find_version (ANNEX_IMAGE_SOURCE (f->builder), NULL),
                      &error);
  g_assert_error (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND);
  g_assert_cmpint (personality ((unsigned long) before), !=, -1);
  path = g_build_filename (f->folder, "arguments", NULL);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

#define ADD(name, data, func) g_test_add (name, Fixture, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  if (g_getenv (BUILD_HERE) != NULL)
    return build_here (g_getenv (BUILD_HERE));
  ADD ("/image/builder/hosts", NULL, test_hosts);
  ADD ("/image/builder/build", NULL, test_build);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/image/builder/failure/", failures[i].name, NULL);

      ADD (path, GUINT_TO_POINTER (i), test_failure);
    }
  ADD ("/image/builder/no-recipe", NULL, test_no_recipe);
  ADD ("/image/builder/other-machine", NULL, test_other_machine);
  ADD ("/image/builder/cancel", NULL, test_cancel);
  ADD ("/image/builder/killed", argv[0], test_killed);
  ADD ("/image/builder/twice", NULL, test_twice);
  g_test_add_func ("/image/builder/real-recipe", test_real_recipe);
  return g_test_run ();
}
