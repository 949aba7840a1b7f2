/* annex-pdf.c
 *
 * See annex-pdf.h. The program may say anything: sizes are checked before anything is kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-pdf.h"

#include "annex-module.h"

#include <errno.h>
#include <gdk/gdk.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROGRAM "annex-pdf"
#define BYTES_PER_PIXEL 4

/* Of the user's environment, what fonts are found by; keys may be in the rest. */
static const char *const passed_on[] = { "HOME",
                                         "XDG_DATA_HOME",
                                         "XDG_DATA_DIRS",
                                         "FONTCONFIG_FILE",
                                         "FONTCONFIG_PATH",
                                         "LD_LIBRARY_PATH",
                                         "ASAN_OPTIONS",
                                         "UBSAN_OPTIONS" };

/* A file without a name: a pipe would have to be fed while the answer is read. -1 on failure. */
static int
put_aside (GBytes *bytes)
{
  g_autofd int fd = memfd_create ("annex-pdf", MFD_CLOEXEC);
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
launch (GBytes *bytes, guint max_side, guint max_pages, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autofree char *program = annex_module_dup_path (PROGRAM);
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
  return g_subprocess_launcher_spawn (launcher, error, program, side, count, NULL);
}

static gboolean
read_all (GInputStream *in, gpointer buffer, gsize size)
{
  gsize n;

  return g_input_stream_read_all (in, buffer, size, &n, NULL, NULL) && n == size;
}

static GdkTexture *
read_page (GInputStream *in, guint max_side)
{
  AnnexPdfPage page;
  g_autofree guchar *pixels = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize stride;
  gsize size;

  if (!read_all (in, &page, sizeof page) || page.width == 0 || page.height == 0 ||
      page.width > max_side || page.height > max_side)
    return NULL;
  stride = (gsize) page.width * BYTES_PER_PIXEL;
  size = stride * page.height;
  pixels = g_try_malloc (size);
  if (pixels == NULL || !read_all (in, pixels, size))
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&pixels), size);
  return gdk_memory_texture_new ((int) page.width, (int) page.height, GDK_MEMORY_DEFAULT, bytes,
                                 stride);
}

guint
annex_pdf_render_pages (GBytes *bytes, guint max_side, guint max_pages, GPtrArray *pages)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = launch (bytes, max_side, max_pages, &error);
  AnnexPdfHead head = { 0 };
  GInputStream *in;

  if (process == NULL)
    {
      g_warning ("PDF files cannot be shown: %s", error->message);
      return 0;
    }
  in = g_subprocess_get_stdout_pipe (process);
  if (!read_all (in, &head, sizeof head))
    head.n_pages = 0;
  for (guint i = 0; i < MIN (head.n_pages, max_pages); i++)
    {
      GdkTexture *texture = read_page (in, max_side);

      if (texture == NULL)
        break;
      g_ptr_array_add (pages, texture);
    }
  g_subprocess_force_exit (process);
  g_subprocess_wait (process, NULL, NULL);
  return pages->len > 0 ? head.n_pages : 0;
}
