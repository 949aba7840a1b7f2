/* annex-helper.c
 *
 * See annex-helper.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-helper.h"

#include "annex-module.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_AT_ONCE 2
#define PIPE_BYTES                                                                                 \
  (1024 * 1024) /* the most that users get; the less, the more often both wake up */

/* Of the user's environment, what fonts are found by; keys may be in the rest. */
static const char *const passed_on[] = { "HOME",
                                         "XDG_DATA_HOME",
                                         "XDG_DATA_DIRS",
                                         "FONTCONFIG_FILE",
                                         "FONTCONFIG_PATH",
                                         "LD_LIBRARY_PATH",
                                         "ASAN_OPTIONS",
                                         "UBSAN_OPTIONS" };

struct _AnnexHelper
{
  GSubprocess *process;
  int fd;       /* the process's */
  gint64 until; /* monotonic */
};

static GMutex mutex;
static GCond ended;
static guint n_running;

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

/* A file without a name: a pipe would have to be fed while the answer is read. -1 on failure. */
static int
put_aside (GBytes *bytes)
{
  g_autofd int fd = memfd_create ("annex-helper", MFD_CLOEXEC);
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
launch (const char *program, const char *const *arguments, GBytes *bytes, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  g_auto (GStrv) environment = g_new0 (char *, 1);
  int fd = put_aside (bytes);

  if (fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, _ ("There is no memory for it"));
      return NULL;
    }
  for (guint i = 0; i < G_N_ELEMENTS (passed_on); i++)
    if (g_getenv (passed_on[i]) != NULL)
      environment = g_environ_setenv (environment, passed_on[i], g_getenv (passed_on[i]), TRUE);
  g_subprocess_launcher_set_environ (launcher, environment);
  g_subprocess_launcher_take_stdin_fd (launcher, fd);
  g_strv_builder_take (argv, annex_module_dup_path (program));
  g_strv_builder_addv (argv, (const char **) arguments);
  words = g_strv_builder_end (argv);
  return g_subprocess_launcher_spawnv (launcher, (const char *const *) words, error);
}

AnnexHelper *
annex_helper_start (const char *program, const char *const *arguments, GBytes *bytes, guint time_ms)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process;
  AnnexHelper *self;

  wait_for_turn ();
  process = launch (program, arguments, bytes, &error);
  if (process == NULL)
    {
      g_warning ("%s cannot be started: %s", program, error->message);
      end_turn ();
      return NULL;
    }
  self = g_new0 (AnnexHelper, 1);
  self->process = process;
  self->fd =
      g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (g_subprocess_get_stdout_pipe (process)));
  fcntl (self->fd, F_SETPIPE_SZ, PIPE_BYTES); /* slower without */
  self->until = g_get_monotonic_time () + (gint64) time_ms * 1000;
  return self;
}

gboolean
annex_helper_read (AnnexHelper *self, gpointer buffer, gsize size)
{
  for (gsize done = 0; done < size;)
    {
      gint64 left_us = self->until - g_get_monotonic_time ();
      GPollFD poll = { .fd = self->fd, .events = G_IO_IN };
      gssize n;

      if (left_us <= 0)
        return FALSE;
      if (g_poll (&poll, 1, (int) (left_us / 1000) + 1) <= 0)
        continue;
      n = read (self->fd, (char *) buffer + done, size - done);
      if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        return FALSE;
      done += (gsize) MAX (n, 0);
    }
  return TRUE;
}

void
annex_helper_end (AnnexHelper *self)
{
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->process);
  g_free (self);
  end_turn ();
}
