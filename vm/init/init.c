/* init.c
 *
 * Process 1 of the computer: boots into the layers, prepares the system, serves the channel, turns
 * the machine off. It knows nothing of tasks, shares or the agent.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
turn_off (void) __attribute__ ((noreturn));

void
say (const char *format, ...)
{
  char line[512];
  int n = snprintf (line, sizeof line, "annex-init: ");
  va_list args;

  va_start (args, format);
  n += vsnprintf (line + n, sizeof line - n - 2, format, args);
  va_end (args);
  if (n > (int) sizeof line - 2)
    n = sizeof line - 2;
  line[n++] = '\n';
  (void) !write (STDERR_FILENO, line, n);
}

void
fail (const char *format, ...)
{
  char reason[400];
  va_list args;

  va_start (args, format);
  vsnprintf (reason, sizeof reason, format, args);
  va_end (args);
  say ("failed: %s", reason);
  turn_off ();
}

bool
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  bool ok;

  if (fd < 0)
    return false;
  ok = write (fd, text, strlen (text)) == (ssize_t) strlen (text);
  close (fd);
  return ok;
}

bool
read_line (const char *path, char *line, size_t size)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n;

  if (fd < 0)
    return false;
  n = read (fd, line, size - 1);
  close (fd);
  if (n <= 0)
    return false;
  line[n] = '\0';
  line[strcspn (line, "\n")] = '\0';
  return true;
}

void
make_dir (const char *path, mode_t mode)
{
  if (mkdir (path, mode) == 0)
    chmod (path, mode);
}

void
mount_or_fail (const char *source,
               const char *target,
               const char *type,
               unsigned long flags,
               const char *data)
{
  if (mount (source, target, type, flags, data) < 0)
    fail ("cannot mount %s on %s: %s", source, target, strerror (errno));
}

/* Waits for every process but this one to end, at most @limit_ms. */
static void
wait_for_all (int limit_ms)
{
  const struct timespec step = { .tv_nsec = 10 * 1000 * 1000 };

  for (int waited_ms = 0; waited_ms < limit_ms; waited_ms += 10)
    {
      pid_t pid;

      while ((pid = waitpid (-1, NULL, WNOHANG)) > 0)
        continue;
      if (pid < 0 && errno == ECHILD)
        return;
      nanosleep (&step, NULL);
    }
}

static void
turn_off (void)
{
  if (getpid () == 1)
    {
      kill (-1, SIGTERM);
      wait_for_all (2000);
      kill (-1, SIGKILL);
      wait_for_all (1000);
      sync ();
      mount (NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
      mount (NULL, DISK_DIR, NULL, MS_REMOUNT | MS_RDONLY, NULL);
      sync ();
      reboot (RB_POWER_OFF);
    }
  for (;;)
    pause ();
}

int
main (void)
{
  if (getpid () != 1)
    {
      fprintf (stderr, "This is the first process of Annex's computer, not a command\n");
      return 2;
    }
  umask (022);
  boot_into_root ();
  prepare_system ();
  serve_channel ();
  say ("turning off");
  turn_off ();
}
