/* channel.c
 *
 * Keeps sshd reachable through the host's port, and reaps every other process that loses its
 * parent. Returns when the machine shall be turned off.
 *
 * A virtio port is no socket. It can be open once; a blocking write that the host does not take
 * spins with interrupts off; and it carries one host connection after the other in one stream,
 * whose ends are told beside it and perhaps late. So this process holds the port, never blocks on
 * it, and hands its bytes to an sshd on a socketpair. What begins like an SSH client's greeting
 * begins a new connection, whatever was before, and gets a fresh sshd; that one is started ahead,
 * and heard only once the client has spoken.
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
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SSHD "/usr/sbin/sshd"
#define SSHD_CONFIG "/etc/annex/sshd_config"
/* RFC 4253 §4.2. Each read of the port gives bytes of one host write at most, so that a greeting is
 * always at the start of a read. */
#define GREETING "SSH-2.0-"
#define BUFFER_BYTES 65536
/* How long a connection outlives its host's hang-up. The hang-up is told beside the stream: it may
 * be that of the connection before, heard late, when the new one's first bytes are here already. */
#define LINGER_MS 500
/* How long an sshd may take to end by itself after its connection has. */
#define GRACE_MS 2000
/* The shortest time from one sshd's start to the next one's. */
#define SPACING_MS 200
/* How often the port is looked at when the kernel gave no sign. */
#define LOOK_MS 1000

typedef struct
{
  char bytes[BUFFER_BYTES];
  size_t start, end;
} Buffer;

typedef struct
{
  int signals;
  int port;
  bool host;         /* the host holds its end of the port */
  long long lost_ms; /* when it went, or last spoke up although it seemed gone */
  int sshd;          /* our end of its socketpair, or -1 */
  pid_t sshd_pid;
  bool in_use;          /* the client has greeted this sshd */
  long long started_ms; /* when this sshd was */
  pid_t ending_pid;     /* the one before, or 0 */
  long long ending_ms;  /* since when */
  bool stop;            /* the machine shall be turned off */
  Buffer to_sshd;
  Buffer to_port;
} Channel;

static long long
now_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static bool
is_empty (const Buffer *buffer)
{
  return buffer->start == buffer->end;
}

static void
clear (Buffer *buffer)
{
  buffer->start = buffer->end = 0;
}

/* Writes what @buffer holds, as far as @fd takes it. False when it takes nothing more, ever. */
static bool
flush (Buffer *buffer, int fd)
{
  while (!is_empty (buffer))
    {
      ssize_t n = write (fd, buffer->bytes + buffer->start, buffer->end - buffer->start);

      if (n > 0)
        buffer->start += n;
      else if (n < 0 && errno == EINTR)
        continue;
      else
        return n < 0 && errno == EAGAIN;
    }
  clear (buffer);
  return true;
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
      fd = open (path, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    }
  closedir (dir);
  return fd;
}

/* A port without its host reports a hang-up at every poll; meanwhile the kernel's SIGIO tells of a
 * host that comes. With a host it would come with every byte, so it is off then. */
static void
set_host (Channel *self, bool there)
{
  self->host = there;
  self->lost_ms = now_ms ();
  fcntl (self->port, F_SETOWN, getpid ());
  fcntl (self->port, F_SETFL, O_NONBLOCK | (there ? 0 : O_ASYNC));
}

static bool
host_is_there (int port)
{
  struct pollfd poller = { .fd = port };

  return poll (&poller, 1, 0) >= 0 && (poller.revents & POLLHUP) == 0;
}

/* ---- sshd */

static void
become_sshd (int stream)
{
  sigset_t none;

  setsid ();
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  /* The channel is what the host repairs everything else through: the last to be killed. Commands
   * are set back to 0 by whoever starts them. */
  write_file ("/proc/self/oom_score_adj", "-900");
  dup2 (stream, STDIN_FILENO);
  dup2 (stream, STDOUT_FILENO);
  execl (SSHD, SSHD, "-i", "-e", "-f", SSHD_CONFIG, NULL);
  say ("cannot start " SSHD ": %s", strerror (errno));
  _exit (127);
}

static void
start_sshd (Channel *self)
{
  int ends[2];

  self->started_ms = now_ms ();
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
    return;
  self->sshd_pid = fork ();
  if (self->sshd_pid == 0)
    become_sshd (ends[1]);
  close (ends[1]);
  if (self->sshd_pid < 0)
    {
      say ("cannot start " SSHD ": %s", strerror (errno));
      close (ends[0]);
      return;
    }
  fcntl (ends[0], F_SETFL, O_NONBLOCK);
  self->sshd = ends[0];
  self->in_use = false;
}

/* Lets the sshd of a connection that is over end by itself, for a while. */
static void
end_sshd (Channel *self)
{
  if (self->sshd < 0)
    return;
  close (self->sshd);
  self->sshd = -1;
  clear (&self->to_sshd);
  clear (&self->to_port);
  if (self->ending_pid > 0)
    kill (-self->ending_pid, SIGKILL);
  self->ending_pid = self->sshd_pid;
  self->ending_ms = now_ms ();
  self->sshd_pid = 0;
  self->in_use = false;
}

/* What is due by the clock; returns how long until something else is. */
static int
mind_the_clock (Channel *self)
{
  long long now = now_ms ();
  int wait_ms = self->host ? -1 : LOOK_MS;

  if (!self->host && self->in_use && now - self->lost_ms >= LINGER_MS)
    end_sshd (self);
  if (!self->host && self->in_use)
    wait_ms = LINGER_MS;
  if (self->sshd < 0 && now - self->started_ms >= SPACING_MS)
    start_sshd (self);
  if (self->sshd < 0)
    wait_ms = SPACING_MS;
  if (self->ending_pid > 0 && now - self->ending_ms >= GRACE_MS)
    {
      kill (-self->ending_pid, SIGKILL);
      self->ending_pid = 0;
    }
  if (self->ending_pid > 0 && (wait_ms < 0 || wait_ms > GRACE_MS))
    wait_ms = GRACE_MS;
  return wait_ms;
}

static void
reap (Channel *self)
{
  pid_t pid;

  while ((pid = waitpid (-1, NULL, WNOHANG)) > 0)
    {
      if (pid == self->ending_pid)
        self->ending_pid = 0;
      /* Its own end is also the end of its stream, which is where it is noticed. */
      if (pid == self->sshd_pid)
        self->sshd_pid = 0;
    }
}

static void
take_signals (Channel *self)
{
  struct signalfd_siginfo info;

  while (read (self->signals, &info, sizeof info) == sizeof info)
    switch (info.ssi_signo)
      {
      case SIGCHLD:
        reap (self);
        break;
      case SIGIO:
        break;
      default:
        self->stop = true;
      }
}

/* ---- bytes */

/* Takes one read's worth from the port. False when there is nothing more now. */
static bool
read_port (Channel *self)
{
  Buffer *buffer = &self->to_sshd;
  ssize_t n;

  if (!is_empty (buffer))
    return false;
  clear (buffer);
  n = read (self->port, buffer->bytes, sizeof buffer->bytes);
  if (n <= 0)
    return false;
  buffer->end = n;
  if ((size_t) n >= strlen (GREETING) && memcmp (buffer->bytes, GREETING, strlen (GREETING)) == 0)
    {
      if (self->in_use)
        {
          end_sshd (self);
          buffer->end = n;
        }
      if (self->sshd < 0)
        start_sshd (self);
      self->in_use = true;
      self->lost_ms = now_ms ();
    }
  /* The rest of a connection that is over. */
  if (!self->in_use || self->sshd < 0)
    clear (buffer);
  else if (!flush (buffer, self->sshd))
    end_sshd (self);
  return true;
}

static void
read_sshd (Channel *self)
{
  Buffer *buffer = &self->to_port;
  ssize_t n;

  if (!is_empty (buffer))
    return;
  clear (buffer);
  n = read (self->sshd, buffer->bytes, sizeof buffer->bytes);
  if (n > 0)
    {
      buffer->end = n;
      flush (buffer, self->port);
    }
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    {
      end_sshd (self);
    }
}

/* What to wait for. Nothing is waited for that could not be acted on: the end of an sshd is of no
 * use while its last bytes wait for the host. */
static void
fill_pollers (const Channel *self, struct pollfd *port, struct pollfd *sshd)
{
  bool room_to_port = is_empty (&self->to_port), room_to_sshd = is_empty (&self->to_sshd);

  port->fd = self->host ? self->port : -1;
  port->events = (room_to_sshd ? POLLIN : 0) | (room_to_port ? 0 : POLLOUT);
  sshd->fd = room_to_port || !room_to_sshd ? self->sshd : -1;
  sshd->events =
      (self->in_use && self->host && room_to_port ? POLLIN : 0) | (room_to_sshd ? 0 : POLLOUT);
}

/* One round: wait for anything, move what can be moved. */
static void
serve (Channel *self)
{
  struct pollfd pollers[3] = { { .fd = self->signals, .events = POLLIN } };
  int wait_ms = mind_the_clock (self);

  if (!self->host && host_is_there (self->port))
    set_host (self, true);
  fill_pollers (self, &pollers[1], &pollers[2]);
  if (poll (pollers, 3, wait_ms) < 0)
    return;

  take_signals (self);
  if (!is_empty (&self->to_port) && !flush (&self->to_port, self->port))
    clear (&self->to_port);
  if (self->sshd >= 0 && !is_empty (&self->to_sshd) && !flush (&self->to_sshd, self->sshd))
    end_sshd (self);
  for (int i = 0; i < 32 && read_port (self); i++)
    continue;
  /* Unless a greeting has just replaced the sshd that was waited for. */
  if (self->sshd >= 0 && self->sshd == pollers[2].fd)
    {
      if (self->in_use && (pollers[2].revents & (POLLIN | POLLHUP)) != 0)
        read_sshd (self);
      else if (!self->in_use && (pollers[2].revents & POLLHUP) != 0)
        end_sshd (self);
    }
  if (self->host && (pollers[1].revents & POLLHUP) != 0 && !host_is_there (self->port))
    set_host (self, false);
}

void
serve_channel (void)
{
  static Channel self = { .port = -1, .sshd = -1 };
  const struct timespec step = { .tv_nsec = 100 * 1000 * 1000 };
  bool waited = false;
  sigset_t signals;

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigaddset (&signals, SIGIO);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigaddset (&signals, SIGPWR);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  self.signals = signalfd (-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self.signals < 0)
    fail ("no signals: %s", strerror (errno));

  say ("starting the channel");
  while ((self.port = open_port ()) < 0 && !self.stop)
    {
      if (!waited)
        say ("waiting for the port " PORT_NAME);
      waited = true;
      nanosleep (&step, NULL);
      take_signals (&self);
    }
  set_host (&self, false);
  self.started_ms = now_ms () - SPACING_MS;
  say ("ready");
  while (!self.stop)
    serve (&self);
  end_sshd (&self);
}
