/* test-helper.c
 *
 * The programs that read files of strangers': what they have given up, and what one that was taken
 * over can bring about.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-package-wire.h"
#include "annex-package.h"
#include "annex-painter.h"
#include "painter-samples.h"
#include "zip-fixture.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

static char *programs; /* the folder of the real ones */
static char *folder;   /* of those that stand in for them */

static GBytes *
new_picture (void)
{
  gsize length;
  guchar *data;

  g_assert_cmpstr (painter_samples[0].name, ==, "plain.png");
  data = g_base64_decode (painter_samples[0].base64, &length);
  return g_bytes_new_take (data, length);
}

/* More than a pipe holds, however it is packed. */
static GBytes *
new_large_picture (void)
{
  enum { SIDE = 400 };
  guint32 *pixels = g_new (guint32, SIDE * SIDE);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GdkTexture) texture = NULL;

  for (guint i = 0; i < SIDE * SIDE; i++)
    pixels[i] = 0xff000000 | g_random_int ();
  bytes = g_bytes_new_take (pixels, sizeof (guint32) * SIDE * SIDE);
  texture = gdk_memory_texture_new (SIDE, SIDE, GDK_MEMORY_DEFAULT, bytes, sizeof (guint32) * SIDE);
  return gdk_texture_save_to_png_bytes (texture);
}

/* ---- what they have given up */

/* With @bytes at its input. */
static GSubprocess *
start_program (const char *name, const char *first, GBytes *bytes)
{
  g_autofree char *program = g_build_filename (programs, name, NULL);
  g_autofree char *path = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  int fd = g_file_open_tmp ("annex-painter-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  g_subprocess_launcher_set_stdin_file_path (launcher, path);
  process = g_subprocess_launcher_spawn (launcher, &error, program, first, "1", NULL);
  g_assert_no_error (error);
  g_unlink (path);
  return g_steal_pointer (&process);
}

static void
assert_line (GSubprocess *process, const char *file, const char *pattern)
{
  g_autofree char *path =
      g_strdup_printf ("/proc/%s/%s", g_subprocess_get_identifier (process), file);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  if (!g_regex_match_simple (pattern, text, G_REGEX_MULTILINE, 0))
    g_error ("no line of %s is %s: %s", path, pattern, text);
}

/* While it works: it has written the first bytes, and waits for somebody to read the rest. */
static void
assert_confined (const char *name, const char *first, GBytes *bytes)
{
  g_autoptr (GSubprocess) process = start_program (name, first, bytes);
  guint8 byte;

  g_assert_cmpint (
      g_input_stream_read (g_subprocess_get_stdout_pipe (process), &byte, 1, NULL, NULL), ==, 1);
  assert_line (process, "status", "^NoNewPrivs:\\s+1$");
  assert_line (process, "status", "^Seccomp:\\s+2$"); /* by a filter */
  assert_line (process, "limits", "^Max open files\\s+0 +0 ");
  assert_line (process, "limits", "^Max file size\\s+0 +0 ");
  assert_line (process, "limits", "^Max core file size\\s+0 +0 ");
  assert_line (process, "limits", "^Max cpu time\\s+20 +20 ");
#ifndef __SANITIZE_ADDRESS__
  assert_line (process, "limits", "^Max address space\\s+1073741824 +1073741824 ");
#endif
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
}

static void
test_confined (void)
{
  g_autoptr (GBytes) picture = new_large_picture ();
  g_autoptr (GBytes) package =
      zip_fixture_new_repeated ("content.xml", "<a>", "                ", 1024 * 1024, "</a>");

  assert_confined (ANNEX_PAINTER_PICTURE, "1000", picture);
  assert_confined ("annex-unpack", "content.xml", package);
}

/* ---- a program that was taken over */

static void
write_program (const char *name, const char *script)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = g_strconcat ("#!/bin/sh\n", script, "\n", NULL);

  g_assert_true (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

static char *
read_written (const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* The head of one page, then a page of 1 × 1. */
#define HEAD "printf '\\001\\000\\000\\000'; "
#define ONE_PIXEL "printf '\\001\\000\\000\\000\\001\\000\\000\\000\\377\\377\\377\\377'; "

static void
test_hostile_programs (void)
{
  static const struct
  {
    const char *name;
    const char *script;
    guint n_pages;
    guint n_painted;
  } rows[] = {
    { "fine", HEAD ONE_PIXEL, 1, 1 },
    { "crashed", "kill -SEGV $$", 0, 0 },
    { "crashed-late", HEAD "kill -KILL $$", 0, 0 },
    { "nothing", "exit 0", 0, 0 },
    { "half-a-head", "printf '\\001\\000'", 0, 0 },
    { "half-a-page", HEAD "printf '\\377\\000\\000\\000\\377\\000\\000\\000abc'", 0, 0 },
    { "no-width", HEAD "printf '\\000\\000\\000\\000\\001\\000\\000\\000abcd'", 0, 0 },
    { "too-wide", HEAD "printf '\\001\\001\\000\\000\\001\\000\\000\\000'; exec cat /dev/zero", 0,
      0 },
    { "huge", HEAD "printf '\\377\\377\\377\\377\\377\\377\\377\\377'; exec cat /dev/zero", 0, 0 },
    { "endless", HEAD ONE_PIXEL "exec cat /dev/zero", 1, 1 },
    { "many", "printf '\\377\\377\\377\\377'; " ONE_PIXEL ONE_PIXEL ONE_PIXEL, G_MAXUINT32, 2 },
    { "waits", HEAD "exec sleep 1000", 0, 0 },
    { "works", "while :; do :; done", 0, 0 },
    { "trickles", HEAD "while :; do printf '\\001'; sleep 0.01; done", 0, 0 },
  };
  g_autoptr (GBytes) bytes = new_picture ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);
      gint64 begin = g_get_monotonic_time ();
      /* Those that end have all the time that a busy machine needs for them. */
      guint time_ms = i >= G_N_ELEMENTS (rows) - 3 ? 300 : 30 * 1000;

      g_test_message ("%s", rows[i].name);
      write_program (rows[i].name, rows[i].script);
      g_assert_cmpuint (annex_painter_run (rows[i].name, bytes, 256, 2, time_ms, pages), ==,
                        rows[i].n_pages);
      g_assert_cmpuint (pages->len, ==, rows[i].n_painted);
      g_assert_cmpint (g_get_monotonic_time () - begin, <, 29 * G_USEC_PER_SEC);
    }
}

/* A member named "a" of three bytes. */
#define MEMBER "printf '\\001\\000\\000\\000\\003\\000\\000\\000axyz'; "
#define END "printf '\\000\\000\\000\\000\\000\\000\\000\\000'; "

static void
test_hostile_unpackers (void)
{
  static const struct
  {
    const char *script;
    guint n_members;
    int code; /* of G_IO_ERROR, or 0 */
  } rows[] = {
    { MEMBER END, 1, 0 },
    { MEMBER MEMBER END "exec cat /dev/zero", 1, 0 },
    { END, 0, 0 },
    { MEMBER "kill -SEGV $$", 0, G_IO_ERROR_INVALID_DATA },
    { "exit 0", 0, G_IO_ERROR_INVALID_DATA },
    { "printf '\\000\\000\\000\\000\\002\\000\\000\\000'", 0, G_IO_ERROR_NO_SPACE },
    { "printf '\\000\\000\\000\\000\\377\\377\\377\\377'", 0, G_IO_ERROR_INVALID_DATA },
    /* a name or a member that is too long; then too many bytes altogether */
    { "printf '\\001\\004\\000\\000\\000\\000\\000\\000'; exec cat /dev/zero", 0,
      G_IO_ERROR_INVALID_DATA },
    { "printf '\\001\\000\\000\\000\\001\\000\\200\\001'; exec cat /dev/zero", 0,
      G_IO_ERROR_INVALID_DATA },
    { "for i in a b c d e f; do printf '\\001\\000\\000\\000\\000\\000\\000\\001'$i; "
      "head -c 16777216 /dev/zero; done; " END,
      0, G_IO_ERROR_INVALID_DATA },
  };
  static const char *const wanted[] = { "a", NULL };
  g_autoptr (GBytes) bytes = zip_fixture_new ("a", "x", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GHashTable) members = NULL;

      g_test_message ("%s", rows[i].script);
      write_program ("annex-unpack", rows[i].script);
      members = annex_package_read (bytes, wanted, &error);
      if (rows[i].code == 0)
        {
          g_assert_no_error (error);
          g_assert_cmpuint (g_hash_table_size (members), ==, rows[i].n_members);
        }
      else
        {
          g_assert_null (members);
          g_assert_error (error, G_IO_ERROR, rows[i].code);
        }
    }
}

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  n_warnings++;
  return G_LOG_WRITER_HANDLED;
}

static void
test_missing_program (void)
{
  g_autoptr (GBytes) bytes = new_picture ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);

  g_assert_cmpuint (n_warnings, ==, 0);
  g_assert_cmpuint (annex_painter_run ("annex-none", bytes, 256, 1, 1000, pages), ==, 0);
  g_assert_cmpuint (n_warnings, ==, 1);
}

/* It gets the file without a name, two pipes' ends, and nothing of what the user's session knows.
 */
static void
test_given (void)
{
  g_autofree char *script = g_strdup_printf (
      "env >%s/env; readlink /proc/$$/fd/0 >%s/in; ls /proc/$$/fd >%s/fds; " HEAD ONE_PIXEL, folder,
      folder, folder);
  g_autoptr (GBytes) bytes = new_picture ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *environment = NULL;
  g_autofree char *in = NULL;
  g_autofree char *fds = NULL;
  g_auto (GStrv) numbers = NULL;

  g_setenv ("ANTHROPIC_API_KEY", "canary", TRUE);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "canary", TRUE);
  write_program ("given", script);
  g_assert_cmpuint (annex_painter_run ("given", bytes, 256, 1, 30 * 1000, pages), ==, 1);
  environment = read_written ("env");
  g_assert_null (strstr (environment, "canary"));
  in = read_written ("in");
  g_assert_true (g_str_has_prefix (in, "/memfd:"));
  fds = read_written ("fds");
  numbers = g_strsplit (g_strchomp (fds), "\n", -1);
  for (guint i = 0; numbers[i] != NULL; i++)
    g_assert_true (atoi (numbers[i]) <= 2 ||
                   atoi (numbers[i]) >= 10); /* the shell's own: its script */
}

static gpointer
paint_thread (gpointer data)
{
  g_autoptr (GBytes) bytes = new_picture ();
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);

  return GUINT_TO_POINTER (annex_painter_run ("slow", bytes, 256, 1, 60 * 1000, pages));
}

static void
test_two_at_once (void)
{
  g_autofree char *script = g_strdup_printf (
      "printf + >>%s/log; sleep 0.3; printf - >>%s/log; " HEAD ONE_PIXEL, folder, folder);
  GThread *threads[8];
  g_autofree char *log = NULL;
  int running = 0;
  int most = 0;

  write_program ("slow", script);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("test", paint_thread, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpuint (GPOINTER_TO_UINT (g_thread_join (threads[i])), ==, 1);
  log = read_written ("log");
  g_assert_cmpuint (strlen (log), ==, 2 * G_N_ELEMENTS (threads));
  for (const char *c = log; *c != '\0'; c++)
    {
      running += *c == '+' ? 1 : -1;
      most = MAX (most, running);
    }
  g_assert_cmpint (most, ==, 2);
}

static void
make_folder (void)
{
  g_autoptr (GError) error = NULL;

  programs = g_strdup (g_getenv ("ANNEX_MODULE_DIR"));
  folder = g_dir_make_tmp ("annex-painter-XXXXXX", &error);
  g_assert_no_error (error);
  g_setenv ("ANNEX_MODULE_DIR", folder, TRUE);
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
  g_free (programs);
}

int
main (int argc, char **argv)
{
  int status;

  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/helper/confined", test_confined);
  g_test_add_func ("/helper/hostile-programs", test_hostile_programs);
  g_test_add_func ("/helper/hostile-unpackers", test_hostile_unpackers);
  g_test_add_func ("/helper/missing-program", test_missing_program);
  g_test_add_func ("/helper/given", test_given);
  g_test_add_func ("/helper/two-at-once", test_two_at_once);
  make_folder ();
  status = g_test_run ();
  remove_folder ();
  return status;
}
