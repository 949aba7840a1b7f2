/* annex-ssh-login.c
 *
 * See annex-ssh-login-private.h.
 *
 * The host key is not checked and the password is empty, on purpose: the port is the authority. It
 * is a socket that only this user's QEMU serves, so there is no one else to pretend to be the guest,
 * and nothing in the guest is secret. SSH is here for its streams, not for its cryptography.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-login-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Measured with the guest emulated (TCG): see the channel's README section in src/README.md. */
#define ANNEX_SSH_CIPHERS "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com"

#define BANNER "SSH-2.0-"
#define BANNER_LENGTH (sizeof BANNER - 1)

typedef enum
{
  STEP_BANNER,
  STEP_CONNECT,
  STEP_NO_PASSWORD,
  STEP_EMPTY_PASSWORD,
  STEP_DONE,
} Step;

struct _AnnexSshLogin
{
  int fd; /* until libssh has it */
  char *user;
  ssh_session ssh;
  Step step;
};

AnnexSshLogin *
annex_ssh_login_new (int fd, const char *user)
{
  AnnexSshLogin *self = g_new0 (AnnexSshLogin, 1);

  self->fd = fd;
  self->user = g_strdup (user);
  return self;
}

void
annex_ssh_login_free (AnnexSshLogin *self)
{
  g_clear_fd (&self->fd, NULL);
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

  self->ssh = ssh_new ();
  if (self->ssh == NULL)
    return "Out of memory";
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
      ssh_options_set (self->ssh, SSH_OPTIONS_FD, &self->fd) != SSH_OK)
    return "The SSH library refused an option";
  self->fd = -1;
  ssh_set_blocking (self->ssh, 0);
  return NULL;
}

static gboolean
has_hung_up (int fd)
{
  struct pollfd poller = { .fd = fd, .events = POLLRDHUP };

  return poll (&poller, 1, 0) > 0 && (poller.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* After a restore or a broken connection the port may still hold bytes of the previous session. They
 * are thrown away up to the guest's greeting, which is left for libssh. Returns TRUE when it is
 * there; @kept: only its beginning is. */
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
  found = memmem (bytes, (gsize) got, BANNER, BANNER_LENGTH);
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

gboolean
annex_ssh_login_step (AnnexSshLogin *self,
                      struct pollfd *wait,
                      int *wait_ms,
                      const char **problem)
{
  int rc;

  if (self->step == STEP_BANNER)
    {
      gboolean kept = FALSE;

      wait->fd = self->fd;
      wait->events = POLLIN;
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
      *problem = make_session (self);
      if (*problem != NULL)
        return FALSE;
      self->step = STEP_CONNECT;
    }
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
