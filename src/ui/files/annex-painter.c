/* annex-painter.c
 *
 * See annex-painter.h. The program may say anything: sizes are checked before anything is kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-painter.h"

#include "annex-file-kind.h"
#include "annex-module.h"
#include "annex-painter-wire.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES_PER_PIXEL 4
#define MAX_AT_ONCE 2
/* For a program that waits instead of working; one that works has a limit of its own. */
#define TIME_MS (60 * 1000)

/* Of the user's environment, what fonts are found by; keys may be in the rest. */
static const char *const passed_on[] = { "HOME",
                                         "XDG_DATA_HOME",
                                         "XDG_DATA_DIRS",
                                         "FONTCONFIG_FILE",
                                         "FONTCONFIG_PATH",
                                         "LD_LIBRARY_PATH",
                                         "ASAN_OPTIONS",
                                         "UBSAN_OPTIONS" };

static GMutex mutex;
static GCond ended;
static guint n_running;

/* A file without a name: a pipe would have to be fed while the answer is read. -1 on failure. */
static int
put_aside (GBytes *bytes)
{
  g_autofd int fd = memfd_create ("annex-painter", MFD_CLOEXEC);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  for (gsize done = 0; fd >= 0 && done < size;)
    {
      gssize n = write (fd, data + done, size - done);

      if (n < 0 && errno != EINTR)
        return -1;
      done += (gsize) MAX (n, 0);
    }
  if (fd >= 0)
    lseek (fd, 0, SEEK_SET);
  return g_steal_fd (&fd);
}

static GSubprocess *
launch (const char *program, GBytes *bytes, guint max_side, guint max_pages, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *path = annex_module_dup_path (program);
  g_autofree char *side = g_strdup_printf ("%u", max_side);
  g_autofree char *count = g_strdup_printf ("%u", max_pages);
  g_auto (GStrv) environment = g_new0 (char *, 1);
  int fd = put_aside (bytes);

  if (fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "There is no memory for it");
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (passed_on); i++)
    if (g_getenv (passed_on[i]) != NULL)
      environment = g_environ_setenv (environment, passed_on[i], g_getenv (passed_on[i]), TRUE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  return g_subprocess_launcher_spawn (launcher, error, path, side, count, NULL);
}

typedef struct
{
  int fd;
  gint64 until; /* monotonic */
} Answer;

static gboolean
read_all (const Answer *answer, gpointer buffer, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gint64 left_us = answer->until - g_get_monotonic_time ();
      GPollFD poll = { .fd = answer->fd, .events = G_IO_IN };
      gssize n;

      if (left_us <= 0)
        return FALSE;
      if (g_poll (&poll, 1, (int) (left_us / 1000) + 1) <= 0)
        continue;
      n = read (answer->fd, (char *) buffer + done, size - done);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        return FALSE;
      done += (gsize) MAX (n, 0);
    }
  return TRUE;
}

static GdkTexture *
read_page (const Answer *answer, guint max_side)
{
  AnnexPainterPage page;
  g_autofree guchar *pixels = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;
  gsize size;

  if (!read_all (answer, &page, sizeof page) || page.width == 0 || page.height == 0 ||
      page.width > max_side || page.height > max_side)
    return NULL;
  stride = (gsize) page.width * BYTES_PER_PIXEL;
  size = stride * page.height;
  pixels = g_try_malloc (size);
  if (pixels == NULL || !read_all (answer, pixels, size))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), size);
  return gdk_memory_texture_new ((int) page.width, (int) page.height, GDK_MEMORY_DEFAULT, bytes,
                                 stride);
}

static guint
read_pages (const Answer *answer, guint max_side, guint max_pages, GPtrArray *pages)
{
  guint before = pages->len;
  AnnexPainterHead head;

  if (!read_all (answer, &head, sizeof head))
    return 0;
  for (guint i = 0; i < MIN (head.n_pages, max_pages); i++)
    {
      GdkTexture *texture = read_page (answer, max_side);

      if (texture == NULL)
        break;
      g_ptr_array_add (pages, texture);
    }
  return pages->len > before ? head.n_pages : 0;
}

static void
wait_for_turn (void)
{
  g_mutex_lock (&mutex);
  while (n_running >= MAX_AT_ONCE)
    g_cond_wait (&ended, &mutex);
  n_running++;
  g_mutex_unlock (&mutex);
}

static void
end_turn (void)
{
  g_mutex_lock (&mutex);
  n_running--;
  g_cond_signal (&ended);
  g_mutex_unlock (&mutex);
}

guint
annex_painter_run (const char *program,
                   GBytes *bytes,
                   guint max_side,
                   guint max_pages,
                   guint time_ms,
                   GPtrArray *pages)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = NULL;
  guint n_pages = 0;

  wait_for_turn ();
  process = launch (program, bytes, max_side, max_pages, &error);
  if (process != NULL)
    {
      GUnixInputStream *out = G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (process));
      Answer answer = { .fd = g_unix_input_stream_get_fd (out),
                        .until = g_get_monotonic_time () + (gint64) time_ms * 1000 };

      n_pages = read_pages (&answer, max_side, max_pages, pages);
      g_subprocess_force_exit (process);
      g_subprocess_wait (process, NULL, NULL);
    }
  else
    g_warning ("%s cannot be started: %s", program, error->message);
  end_turn ();
  return n_pages;
}

guint
annex_painter_paint_pdf (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages)
{
  return annex_painter_run (ANNEX_PAINTER_PDF, bytes, max_side, max_pages, TIME_MS, pages);
}

GdkTexture *
annex_painter_paint_picture (GBytes *bytes, guint max_side)
{
  g_autoptr (GPtrArray) pages = g_ptr_array_new_with_free_func (g_object_unref);
  guint width;
  guint height;

  /* A program for what is refused at its first bytes would be a waste. */
  if (!annex_image_read_size (bytes, &width, &height) ||
      annex_painter_run (ANNEX_PAINTER_PICTURE, bytes, max_side, 1, TIME_MS, pages) == 0)
    return NULL;
  return g_object_ref (g_ptr_array_index (pages, 0));
}
