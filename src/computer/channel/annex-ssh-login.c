/* annex-ssh-login.c
 *
 * See annex-ssh-login-private.h.
 *
 * The host key is not checked and the password is empty, on purpose: the port is the authority. It
 * is a socket that only this user's QEMU serves, so there is no one else to pretend to be the
 * guest, and nothing in the guest is secret. SSH is here for its streams, not for its cryptography.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-login-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* With an emulated guest aes128-gcm moves about twice as much as chacha20 (11 against 6 MiB/s in
 * one run); natively both are faster than anything that waits for them. */
#define ANNEX_SSH_CIPHERS "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com"

#define BANNER "SSH-2.0-"
#define BANNER_LENGTH (sizeof BANNER - 1)

typedef enum {
  STEP_GREETING,
  STEP_BANNER,
  STEP_CONNECT,
  STEP_NO_PASSWORD,
  STEP_EMPTY_PASSWORD,
  STEP_DONE,
} Step;

struct _AnnexSshLogin
{
  int fd;       /* the port, until libssh has it */
  int stand_in; /* the other end of what libssh has until then */
  char *user;
  ssh_session ssh;
  Step step;
};

AnnexSshLogin *
annex_ssh_login_new (int fd, const char *user)
{
  AnnexSshLogin *self = g_new0 (AnnexSshLogin, 1);

  self->fd = fd;
  self->stand_in = -1;
  self->user = g_strdup (user);
  /* libssh waits by poll () only when the socket does not block. */
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) | O_NONBLOCK);
  return self;
}

void
annex_ssh_login_free (AnnexSshLogin *self)
{
  g_clear_fd (&self->fd, NULL);
  g_clear_fd (&self->stand_in, NULL);
  if (self->ssh != NULL)
    ssh_free (self->ssh);
  g_free (self->user);
  g_free (self);
}

ssh_session
annex_ssh_login_steal (AnnexSshLogin *self)
{
  return g_steal_pointer (&self->ssh);
}

static const char *
make_session (AnnexSshLogin *self)
{
  bool no = false;
  long fast = 30;
  int pair[2];

  self->ssh = ssh_new ();
  if (self->ssh == NULL || socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return "Out of memory";
  self->stand_in = pair[1];
  /* Nothing of the user's own SSH configuration applies. The key exchange and ciphers are the
   * cheapest good ones for an emulated processor; only the guest's load counts here. */
  if (ssh_options_set (self->ssh, SSH_OPTIONS_PROCESS_CONFIG, &no) != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_HOST, "computer") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_USER, self->user) != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_SSH_DIR, "/nonexistent") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_KNOWNHOSTS, "/dev/null") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_TIMEOUT, &fast) != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_COMPRESSION, "no") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_KEY_EXCHANGE,
                       "curve25519-sha256,ecdh-sha2-nistp256") != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_CIPHERS_C_S, ANNEX_SSH_CIPHERS) != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_CIPHERS_S_C, ANNEX_SSH_CIPHERS) != SSH_OK ||
      ssh_options_set (self->ssh, SSH_OPTIONS_FD, &pair[0]) != SSH_OK)
    {
      close (pair[0]);
      return "The SSH library refused an option";
    }
  ssh_set_blocking (self->ssh, 0);
  return NULL;
}

/* The port is one stream for one connection after the other: after a restore or a broken connection
 * it may still hold bytes of the one before, and the guest starts a new sshd when it reads a
 * client's greeting, whole and by itself. So libssh first gets a stand-in; its greeting is taken
 * from there and sent by one write; what the guest sends is thrown away up to its banner; then the
 * port takes the stand-in's place. Returns FALSE when libssh must be called again first. */
static gboolean
send_greeting (AnnexSshLogin *self, const char **problem)
{
  char greeting[256];
  gssize length;

  if (ssh_connect (self->ssh) == SSH_ERROR)
    {
      *problem = "The SSH library could not begin";
      return FALSE;
    }
  length = recv (self->stand_in, greeting, sizeof greeting, MSG_DONTWAIT);
  if (length <= 0)
    return FALSE;
  /* Always fits: nothing was written to this socket before. */
  if (send (self->fd, greeting, (gsize) length, MSG_DONTWAIT | MSG_NOSIGNAL) != length)
    *problem = "The connection to the computer broke";
  return TRUE;
}

static gboolean
has_hung_up (int fd)
{
  struct pollfd poller = { .fd = fd, .events = POLLRDHUP };

  return poll (&poller, 1, 0) > 0 && (poller.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* The last one, because the connection before may have left its own. */
static const char *
last_banner (const char *bytes, gsize length)
{
  const char *found = NULL;
  const char *next = memmem (bytes, length, BANNER, BANNER_LENGTH);

  while (next != NULL)
    {
      found = next;
      next = memmem (found + 1, length - (gsize) (found + 1 - bytes), BANNER, BANNER_LENGTH);
    }
  return found;
}

/* Throws away what comes before the guest's banner, which is left for libssh. Returns TRUE when it
 * is there; @kept: only its beginning is. */
static gboolean
find_banner (AnnexSshLogin *self, gboolean *kept, const char **problem)
{
  char bytes[4096];
  const char *found;
  gssize got = recv (self->fd, bytes, sizeof bytes, MSG_PEEK | MSG_DONTWAIT);
  gsize skip, keep;

  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    return FALSE;
  if (got <= 0)
    {
      *problem = "The connection to the computer broke";
      return FALSE;
    }
  found = last_banner (bytes, (gsize) got);
  if (found != NULL)
    skip = (gsize) (found - bytes);
  else
    {
      /* Keep what may be the beginning of a greeting. */
      for (keep = MIN ((gsize) got, BANNER_LENGTH - 1); keep > 0; keep--)
        if (memcmp (bytes + got - keep, BANNER, keep) == 0)
          break;
      skip = (gsize) got - keep;
      *kept = keep > 0;
      if (*kept && has_hung_up (self->fd))
        *problem = "The connection to the computer broke";
    }
  while (skip > 0)
    {
      gssize gone = recv (self->fd, bytes, MIN (skip, sizeof bytes), MSG_DONTWAIT);

      if (gone <= 0)
        break;
      skip -= (gsize) gone;
    }
  return found != NULL;
}

static void
wait_for_ssh (AnnexSshLogin *self, struct pollfd *wait)
{
  wait->fd = ssh_get_fd (self->ssh);
  wait->events = POLLIN;
  if (ssh_get_poll_flags (self->ssh) & SSH_WRITE_PENDING)
    wait->events |= POLLOUT;
}

/* From the new socket to libssh's turn. TRUE: it is. */
static gboolean
begin (AnnexSshLogin *self, struct pollfd *wait, int *wait_ms, const char **problem)
{
  gboolean kept = FALSE;

  wait->fd = self->fd;
  wait->events = POLLIN;
  if (self->step == STEP_GREETING)
    {
      if (self->ssh == NULL)
        *problem = make_session (self);
      if (*problem != NULL || !send_greeting (self, problem))
        {
          /* libssh's turn again at once: its stand-in takes everything. */
          *wait_ms = 0;
          return FALSE;
        }
      if (*problem != NULL)
        return FALSE;
      self->step = STEP_BANNER;
    }
  if (!find_banner (self, &kept, problem))
    {
      if (kept)
        {
          /* poll () would report the kept bytes again at once: wait by time instead. */
          wait->fd = -1;
          *wait_ms = 20;
        }
      return FALSE;
    }
  if (dup3 (self->fd, ssh_get_fd (self->ssh), O_CLOEXEC) < 0)
    {
      *problem = "Too many files are open";
      return FALSE;
    }
  g_clear_fd (&self->fd, NULL);
  g_clear_fd (&self->stand_in, NULL);
  self->step = STEP_CONNECT;
  return TRUE;
}

gboolean
annex_ssh_login_step (AnnexSshLogin *self, struct pollfd *wait, int *wait_ms, const char **problem)
{
  int rc;

  if (self->step < STEP_CONNECT && !begin (self, wait, wait_ms, problem))
    return FALSE;
  if (self->step == STEP_CONNECT)
    {
      rc = ssh_connect (self->ssh);
      if (rc == SSH_AGAIN)
        {
          wait_for_ssh (self, wait);
          return FALSE;
        }
      if (rc != SSH_OK)
        {
          *problem = "The computer did not agree on a connection";
          return FALSE;
        }
      self->step = STEP_NO_PASSWORD;
    }
  while (self->step != STEP_DONE)
    {
      rc = self->step == STEP_NO_PASSWORD ? ssh_userauth_none (self->ssh, NULL)
                                          : ssh_userauth_password (self->ssh, NULL, "");
      if (rc == SSH_AUTH_AGAIN)
        {
          wait_for_ssh (self, wait);
          return FALSE;
        }
      if (rc == SSH_AUTH_SUCCESS)
        self->step = STEP_DONE;
      else if (rc != SSH_AUTH_ERROR && self->step == STEP_NO_PASSWORD)
        self->step = STEP_EMPTY_PASSWORD;
      else
        {
          *problem = "The computer refused the login";
          return FALSE;
        }
    }
  return TRUE;
}
