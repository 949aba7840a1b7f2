/* probe.c
 *
 * Loaded before a program with a window that is measured: writes, to the descriptor in
 * $ANNEX_PROBE_FD, when its first frame was painted and which turns of its main loop were long.
 * Knows nothing of the program.
 *
 *   run TIME_US CPU_US       main () handed over to GIO: all libraries are there
 *   frame TIME_US CPU_US     the first frame: monotonic time, the process's own work until then
 *   turn TIME_US LENGTH_US WORK_US     from waiting to waiting: how long, of it the thread's own
 * work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <dlfcn.h>
#include <gtk/gtk.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LONG_TURN_US 8000

static int probe_fd = -1;
static gint64 turn_began_us;
static gint64 turn_began_cpu_us;

static gint64
read_clock (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static int
poll_cb (GPollFD *fds, guint n_fds, int timeout)
{
  gint64 length_us = read_clock (CLOCK_MONOTONIC) - turn_began_us;
  int result;

  if (turn_began_us > 0 && length_us > LONG_TURN_US)
    dprintf (probe_fd, "turn %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
             turn_began_us, length_us, read_clock (CLOCK_THREAD_CPUTIME_ID) - turn_began_cpu_us);
  result = g_poll (fds, n_fds, timeout);
  turn_began_us = read_clock (CLOCK_MONOTONIC);
  turn_began_cpu_us = read_clock (CLOCK_THREAD_CPUTIME_ID);
  return result;
}

static void
tell (const char *what)
{
  dprintf (probe_fd, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", what,
           read_clock (CLOCK_MONOTONIC), read_clock (CLOCK_PROCESS_CPUTIME_ID));
}

static gboolean
painted_hook (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  tell ("frame");
  return FALSE; /* the first is all that is asked for */
}

/* In the place of GIO's own. */
int
g_application_run (GApplication *application, int argc, char **argv)
{
  int (*run) (GApplication *, int, char **) = dlsym (RTLD_NEXT, "g_application_run");
  const char *fd = g_getenv ("ANNEX_PROBE_FD");
  gpointer clock_class;

  if (fd == NULL)
    return run (application, argc, argv);
  probe_fd = atoi (fd);
  g_unsetenv ("ANNEX_PROBE_FD");
  g_unsetenv ("LD_PRELOAD");
  tell ("run");
  clock_class = g_type_class_ref (GDK_TYPE_FRAME_CLOCK);
  g_signal_add_emission_hook (g_signal_lookup ("after-paint", GDK_TYPE_FRAME_CLOCK), 0,
                              painted_hook, NULL, NULL);
  g_type_class_unref (clock_class);
  g_main_context_set_poll_func (NULL, poll_cb);
  return run (application, argc, argv);
}
