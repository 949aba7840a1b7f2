/* channel.c
 *
 * Keeps one sshd on the host's port: opened, served, hung up, opened anew. Reaps every other
 * process that loses its parent. Returns when the machine shall be turned off.
 *
 * A virtio port can be open once, so this process holds it and sshd inherits it. The port is closed
 * between two sshds: that drops bytes of the old stream which nobody read. The next sshd is started
 * before the host comes back; it waits in its first write, which a port without a host blocks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"
#define SSHD_CONFIG "/etc/annex/sshd_config"

/* How long an sshd may take to end by itself after the host has hung up. */
#define GRACE_MS 2000
/* The shortest time from one sshd's start to the next one's. */
#define SPACING_MS 300

typedef struct
{
  int signals;
  int port;
  pid_t sshd;
  bool connected;          /* the host has been seen on the port since it was opened */
  bool stop;               /* the machine shall be turned off */
  long long started_ms;
  long long hung_up_ms;    /* 0 while the host is there */
} Channel;

static long long
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void
sleep_ms (long ms)
{
  const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000 };

  nanosleep (&time, NULL);
}

/* Opens the port with the wanted name; -1 when the kernel does not show it (yet). */
static int
open_port (void)
{
  struct dirent *entry;
  DIR *dir = opendir ("/sys/class/virtio-ports");
  int fd = -1;

  if (dir == NULL)
    return -1;
  while (fd < 0 && (entry = readdir (dir)) != NULL)
    {
      char path[300], name[128];

      if (entry->d_name[0] == '.')
        continue;
      snprintf (path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
      if (!read_line (path, name, sizeof name) || strcmp (name, PORT_NAME) != 0)
        continue;
      snprintf (path, sizeof path, "/dev/%s", entry->d_name);
      fd = open (path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
  closedir (dir);
  return fd;
}

/* Whether the host holds the other end of the port. */
static bool
host_is_there (int port)
{
  struct pollfd poller = { .fd = port };

  return poll (&poller, 1, 0) >= 0 && (poller.revents & POLLHUP) == 0;
}

static pid_t
start_sshd (int port)
{
  pid_t pid = fork ();
  sigset_t none;

  if (pid != 0)
    return pid;

  setsid ();
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  /* The channel is what the host repairs everything else through: the last to be killed. Commands
   * are set back to 0 by whoever starts them. */
  write_file ("/proc/self/oom_score_adj", "-900");
  dup2 (port, STDIN_FILENO);
  dup2 (port, STDOUT_FILENO);
  execl (SSHD, SSHD, "-i", "-e", "-f", SSHD_CONFIG, NULL);
  say ("cannot start " SSHD ": %s", strerror (errno));
  _exit (127);
}

/* Opens the port and puts an sshd on it. False when there is no port. */
static bool
open_channel (Channel *self)
{
  self->port = open_port ();
  if (self->port < 0)
    return false;
  self->connected = false;
  self->hung_up_ms = 0;
  self->started_ms = now_ms ();
  self->sshd = start_sshd (self->port);
  return true;
}

static void
close_channel (Channel *self)
{
  if (self->sshd > 0)
    kill (-self->sshd, SIGKILL);
  self->sshd = 0;
  if (self->port >= 0)
    close (self->port);
  self->port = -1;
}

/* True when the channel's own sshd was among the ended. */
static bool
reap (const Channel *self)
{
  bool ended = false;
  pid_t pid;

  while ((pid = waitpid (-1, NULL, WNOHANG)) > 0)
    ended |= pid == self->sshd;
  return ended;
}

/* Takes the pending signals. True when the channel's sshd has ended. */
static bool
take_signals (Channel *self)
{
  struct signalfd_siginfo info;
  bool ended = false;

  while (read (self->signals, &info, sizeof info) == sizeof info)
    {
      if (info.ssi_signo == SIGCHLD)
        ended |= reap (self);
      else
        self->stop = true;
    }
  return ended;
}

/* Waits for a signal or, once the host has been there, for its hang-up. A port without a host
 * reports its hang-up all the time, so until the host comes it is looked at by the clock. */
static bool
wait_for_change (Channel *self)
{
  struct pollfd pollers[2] = { { .fd = self->signals, .events = POLLIN }, { .fd = self->port } };
  bool watch = self->connected && self->hung_up_ms == 0;
  int timeout_ms = watch ? -1 : (self->hung_up_ms != 0 ? 50 : 250);

  if (poll (pollers, watch ? 2 : 1, timeout_ms) < 0 && errno != EINTR)
    sleep_ms (50);
  if (host_is_there (self->port))
    self->connected = true;
  else if (self->connected && self->hung_up_ms == 0)
    self->hung_up_ms = now_ms ();
  return take_signals (self);
}

void
serve_channel (void)
{
  Channel self = { .port = -1 };
  sigset_t signals;
  bool waited = false, ready = false;

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGPWR);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  self.signals = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self.signals < 0)
    fail ("no signals: %s", strerror (errno));

  say ("starting the channel");
  while (!self.stop)
    {
      bool ended = false;
      long long alive_ms;

      if (!open_channel (&self))
        {
          if (!waited)
            say ("waiting for the port " PORT_NAME);
          waited = true;
          sleep_ms (100);
          take_signals (&self);
          continue;
        }
      if (!ready)
        say ("ready");
      ready = true;
      while (!ended && !self.stop)
        {
          ended = wait_for_change (&self);
          if (self.hung_up_ms != 0 && now_ms () - self.hung_up_ms > GRACE_MS)
            break;
        }
      alive_ms = now_ms () - self.started_ms;
      close_channel (&self);
      if (!self.stop && alive_ms < SPACING_MS)
        sleep_ms (SPACING_MS - alive_ms);
    }
}
