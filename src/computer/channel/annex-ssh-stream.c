/* annex-ssh-stream.c
 *
 * See annex-ssh-stream-private.h. Runs on the connection's thread; everything the guest sends is
 * only moved or counted here, never interpreted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-stream-private.h"

#include "annex-computer.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIECE (32 * 1024)
#define PIECES_A_ROUND 8

typedef enum {
  PHASE_OPENING,
  PHASE_ENVIRONMENT,
  PHASE_PTY,
  PHASE_EXEC,
  PHASE_RUNNING,
  PHASE_FAILED,
} Phase;

struct _AnnexSshStream
{
  ssh_session ssh;
  ssh_channel channel;
  struct ssh_channel_callbacks_struct callbacks;
  AnnexSshExec *exec; /* NULL: a forward */
  Phase phase;

  int in_fd;
  int out_fd[2];       /* stdout, stderr; of a forward out_fd[0] is in_fd */
  gboolean blocked[2]; /* the socketpair is full: bytes wait in libssh or in out_rest */
  GByteArray *out_rest[2];
  GByteArray *in_rest;
  int poll_index[3]; /* in, out, err in the array of the last add_polls; -1: not there */

  gboolean in_eof;
  gboolean eof_sent;
  gboolean out_broken;
  gboolean remote_eof;
  gboolean remote_closed;
  gboolean abandoned;
};

gboolean
annex_ssh_connection_is_up (ssh_session ssh)
{
  return ssh_is_connected (ssh) && (ssh_get_status (ssh) & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0;
}

AnnexSshExec *
annex_ssh_exec_new (guint64 id, const char *command)
{
  AnnexSshExec *self = g_new0 (AnnexSshExec, 1);

  self->id = id;
  self->command = g_strdup (command);
  self->columns = 80;
  self->rows = 24;
  self->in_fd = -1;
  self->out_fd = -1;
  self->err_fd = -1;
  self->started = dex_promise_new ();
  self->exit = dex_promise_new ();
  return self;
}

void
annex_ssh_exec_free (AnnexSshExec *self)
{
  if (self == NULL)
    return;
  g_clear_fd (&self->in_fd, NULL);
  g_clear_fd (&self->out_fd, NULL);
  g_clear_fd (&self->err_fd, NULL);
  g_free (self->command);
  g_free (self->environment);
  dex_clear (&self->started);
  dex_clear (&self->exit);
  g_free (self);
}

static void
reject (DexPromise *promise, const GError *reason, const char *otherwise)
{
  if (!dex_future_is_pending (DEX_FUTURE (promise)))
    return;
  if (reason != NULL)
    dex_promise_reject (promise, g_error_copy (reason));
  else
    dex_promise_reject (promise, g_error_new_literal (ANNEX_COMPUTER_ERROR,
                                                      ANNEX_COMPUTER_ERROR_FAILED, otherwise));
}

/* ---- what the app gets */

static void
close_out (AnnexSshStream *self, int i)
{
  if (self->out_fd[i] < 0)
    return;
  if (self->out_fd[i] == self->in_fd)
    shutdown (self->out_fd[i], SHUT_WR);
  else
    close (self->out_fd[i]);
  self->out_fd[i] = -1;
  self->blocked[i] = FALSE;
  g_byte_array_set_size (self->out_rest[i], 0);
}

/* The app closed its end: what still comes is thrown away, so that the guest does not stall. */
static void
throw_away (AnnexSshStream *self, int i)
{
  guint8 piece[4096];

  close_out (self, i);
  if (i == 0)
    self->out_broken = TRUE;
  while (ssh_channel_read_nonblocking (self->channel, piece, sizeof piece, i) > 0)
    ;
}

/* Returns how much was taken, 0 when it is full, -1 when the reader is gone. */
static gssize
give (AnnexSshStream *self, int i, const void *data, gsize length)
{
  gssize sent;

  do
    sent = send (self->out_fd[i], data, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0)
    return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
  return sent;
}

static int
data_cb (ssh_session ssh,
         ssh_channel channel,
         void *data,
         uint32_t length,
         int is_stderr,
         void *user)
{
  AnnexSshStream *self = user;
  int i = is_stderr ? 1 : 0;
  gssize taken;

  if (self->out_fd[i] < 0)
    return (int) length;
  if (self->blocked[i])
    return 0;
  taken = give (self, i, data, length);
  if (taken < 0)
    {
      /* Not throw_away: libssh is in the middle of this very buffer. */
      close_out (self, i);
      if (i == 0)
        self->out_broken = TRUE;
      return (int) length;
    }
  if (taken < length)
    self->blocked[i] = TRUE;
  return (int) taken;
}

static void
drain (AnnexSshStream *self, int i)
{
  guint8 piece[PIECE];
  guint round;

  for (round = 0; round < PIECES_A_ROUND; round++)
    {
      GByteArray *rest = self->out_rest[i];
      int got;

      if (rest->len > 0)
        {
          gssize taken = give (self, i, rest->data, rest->len);

          if (taken < 0)
            {
              throw_away (self, i);
              return;
            }
          g_byte_array_remove_range (rest, 0, (guint) taken);
          if (rest->len > 0)
            return;
        }
      /* `blocked` stays set while libssh may process packets in here, so that data_cb cannot
       * overtake. */
      got = ssh_channel_read_nonblocking (self->channel, piece, sizeof piece, i);
      if (got <= 0)
        {
          self->blocked[i] = FALSE;
          return;
        }
      g_byte_array_append (rest, piece, got);
    }
}

static gboolean
is_drained (AnnexSshStream *self)
{
  return !self->blocked[0] && !self->blocked[1];
}

/* ---- what the guest gets */

static void
end_input (AnnexSshStream *self)
{
  self->in_eof = TRUE;
  if (self->in_fd >= 0 && self->in_fd != self->out_fd[0] && self->exec != NULL)
    g_clear_fd (&self->in_fd, NULL);
}

/* FALSE: nothing more can be written now. */
static gboolean
write_rest (AnnexSshStream *self)
{
  int written;

  if (self->in_rest->len == 0)
    return TRUE;
  written = ssh_channel_write (self->channel, self->in_rest->data, self->in_rest->len);
  if (written < 0)
    {
      g_byte_array_set_size (self->in_rest, 0);
      end_input (self);
      return FALSE;
    }
  g_byte_array_remove_range (self->in_rest, 0, (guint) written);
  return self->in_rest->len == 0;
}

static void
pump_in (AnnexSshStream *self, gboolean readable)
{
  guint8 piece[PIECE];
  guint round;

  for (round = 0; round < PIECES_A_ROUND; round++)
    {
      guint32 window;
      gssize got;

      if (!write_rest (self))
        return;
      if (self->in_eof)
        {
          if (!self->eof_sent)
            self->eof_sent = ssh_channel_send_eof (self->channel) != SSH_AGAIN;
          return;
        }
      window = ssh_channel_window_size (self->channel);
      if (!readable || window == 0)
        return;
      got = recv (self->in_fd, piece, MIN (sizeof piece, window), MSG_DONTWAIT);
      if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return;
      if (got <= 0)
        end_input (self);
      else
        g_byte_array_append (self->in_rest, piece, (guint) got);
    }
}

/* ---- what the guest says about it */

static void
eof_cb (ssh_session ssh, ssh_channel channel, void *user)
{
  AnnexSshStream *self = user;

  self->remote_eof = TRUE;
}

static void
close_cb (ssh_session ssh, ssh_channel channel, void *user)
{
  AnnexSshStream *self = user;

  self->remote_eof = TRUE;
  self->remote_closed = TRUE;
}

static void
exit_status_cb (ssh_session ssh, ssh_channel channel, int status, void *user)
{
  AnnexSshStream *self = user;

  if (self->exec != NULL && dex_future_is_pending (DEX_FUTURE (self->exec->exit)))
    dex_promise_resolve_int (self->exec->exit, status & 0xff);
}

/* RFC 4254, section 6.10. */
static int
signal_from_name (const char *name)
{
  static const struct
  {
    const char *name;
    int number;
  } table[] = {
    { "ABRT", SIGABRT }, { "ALRM", SIGALRM }, { "FPE", SIGFPE },   { "HUP", SIGHUP },
    { "ILL", SIGILL },   { "INT", SIGINT },   { "KILL", SIGKILL }, { "PIPE", SIGPIPE },
    { "QUIT", SIGQUIT }, { "SEGV", SIGSEGV }, { "TERM", SIGTERM }, { "USR1", SIGUSR1 },
    { "USR2", SIGUSR2 },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (name, table[i].name) == 0)
      return table[i].number;
  return ANNEX_SSH_UNKNOWN_SIGNAL;
}

static void
exit_signal_cb (ssh_session ssh,
                ssh_channel channel,
                const char *name,
                int core,
                const char *message,
                const char *language,
                void *user)
{
  AnnexSshStream *self = user;

  if (self->exec != NULL && dex_future_is_pending (DEX_FUTURE (self->exec->exit)))
    dex_promise_resolve_int (self->exec->exit, -signal_from_name (name));
}

/* ---- life */

static AnnexSshStream *
stream_new (ssh_session ssh, AnnexSshExec *exec)
{
  AnnexSshStream *self;
  ssh_channel channel = ssh_channel_new (ssh);

  if (channel == NULL)
    return NULL;
  self = g_new0 (AnnexSshStream, 1);
  self->ssh = ssh;
  self->channel = channel;
  self->exec = exec;
  self->in_rest = g_byte_array_new ();
  self->out_rest[0] = g_byte_array_new ();
  self->out_rest[1] = g_byte_array_new ();
  self->in_fd = self->out_fd[0] = self->out_fd[1] = -1;
  self->poll_index[0] = self->poll_index[1] = self->poll_index[2] = -1;
  self->callbacks.userdata = self;
  self->callbacks.channel_data_function = data_cb;
  self->callbacks.channel_eof_function = eof_cb;
  self->callbacks.channel_close_function = close_cb;
  self->callbacks.channel_exit_status_function = exit_status_cb;
  self->callbacks.channel_exit_signal_function = exit_signal_cb;
  ssh_callbacks_init (&self->callbacks);
  ssh_add_channel_callbacks (channel, &self->callbacks);
  return self;
}

AnnexSshStream *
annex_ssh_stream_new_exec (ssh_session ssh, AnnexSshExec *exec)
{
  AnnexSshStream *self = stream_new (ssh, exec);

  if (self == NULL)
    {
      reject (exec->started, NULL, "Out of memory");
      reject (exec->exit, NULL, "Out of memory");
      annex_ssh_exec_free (exec);
      return NULL;
    }
  self->phase = PHASE_OPENING;
  self->in_fd = g_steal_fd (&exec->in_fd);
  self->out_fd[0] = g_steal_fd (&exec->out_fd);
  self->out_fd[1] = g_steal_fd (&exec->err_fd);
  self->in_eof = self->in_fd < 0;
  return self;
}

AnnexSshStream *
annex_ssh_stream_new_forward (ssh_session ssh, int fd)
{
  AnnexSshStream *self = stream_new (ssh, NULL);

  if (self == NULL)
    {
      close (fd);
      return NULL;
    }
  self->phase = PHASE_RUNNING;
  self->in_fd = fd;
  self->out_fd[0] = fd;
  return self;
}

void
annex_ssh_stream_free (AnnexSshStream *self, const GError *reason)
{
  static const char no_status[] = "The command ended without a status";

  close_out (self, 1);
  close_out (self, 0);
  g_clear_fd (&self->in_fd, NULL);
  ssh_remove_channel_callbacks (self->channel, &self->callbacks);
  ssh_channel_free (self->channel);
  if (self->exec != NULL)
    {
      reject (self->exec->started, reason, no_status);
      reject (self->exec->exit, reason, no_status);
      annex_ssh_exec_free (self->exec);
    }
  g_byte_array_unref (self->in_rest);
  g_byte_array_unref (self->out_rest[0]);
  g_byte_array_unref (self->out_rest[1]);
  g_free (self);
}

ssh_channel
annex_ssh_stream_get_channel (AnnexSshStream *self)
{
  return self->channel;
}

guint64
annex_ssh_stream_get_id (AnnexSshStream *self)
{
  return self->exec != NULL ? self->exec->id : 0;
}

gboolean
annex_ssh_stream_is_forward (AnnexSshStream *self)
{
  return self->exec == NULL;
}

void
annex_ssh_stream_abandon (AnnexSshStream *self)
{
  self->abandoned = TRUE;
}

void
annex_ssh_stream_resize (AnnexSshStream *self, guint columns, guint rows)
{
  if (self->exec == NULL || !self->exec->pty)
    return;
  self->exec->columns = columns;
  self->exec->rows = rows;
  if (self->phase == PHASE_RUNNING && !self->remote_closed)
    ssh_channel_change_pty_size (self->channel, (int) columns, (int) rows);
}

/* ---- opening */

/* Returns TRUE when the phase is over. */
static gboolean
step_once (AnnexSshStream *self)
{
  AnnexSshExec *exec = self->exec;
  Phase was = self->phase;
  Phase next = PHASE_RUNNING;
  int rc = SSH_OK;

  switch (self->phase)
    {
    case PHASE_OPENING:
      rc = ssh_channel_open_session (self->channel);
      next = PHASE_ENVIRONMENT;
      break;
    case PHASE_ENVIRONMENT:
      if (exec->environment != NULL)
        rc = ssh_channel_request_env (self->channel, "ANNEX_ENV", exec->environment);
      next = PHASE_PTY;
      break;
    case PHASE_PTY:
      if (exec->pty)
        rc = ssh_channel_request_pty_size (self->channel, "xterm-256color", (int) exec->columns,
                                           (int) exec->rows);
      next = PHASE_EXEC;
      break;
    case PHASE_EXEC:
      rc = ssh_channel_request_exec (self->channel, exec->command);
      next = PHASE_RUNNING;
      break;
    case PHASE_RUNNING:
    case PHASE_FAILED:
      return FALSE;
    }
  if (rc == SSH_AGAIN || (rc != SSH_OK && !annex_ssh_connection_is_up (self->ssh)))
    return FALSE;
  self->phase = rc == SSH_OK ? next : PHASE_FAILED;
  if (self->phase == PHASE_RUNNING)
    dex_promise_resolve_boolean (exec->started, TRUE);
  else if (self->phase == PHASE_FAILED)
    {
      const char *words = was == PHASE_ENVIRONMENT
                              ? "The computer refused the command’s environment variables"
                              : "The computer refused to start another command";

      reject (exec->started, NULL, words);
      reject (exec->exit, NULL, words);
    }
  return TRUE;
}

void
annex_ssh_stream_step (AnnexSshStream *self)
{
  while (step_once (self))
    /* Once open, an abandoned one goes no further: its command never begins. */
    if (self->abandoned && self->phase != PHASE_RUNNING)
      return;
}

/* ---- running */

static int
add_poll (GArray *fds, int fd, short events)
{
  struct pollfd entry = { .fd = fd, .events = events };

  g_array_append_val (fds, entry);
  return (int) fds->len - 1;
}

void
annex_ssh_stream_add_polls (AnnexSshStream *self, GArray *fds, gboolean may_write)
{
  gboolean wants_in;

  self->poll_index[0] = self->poll_index[1] = self->poll_index[2] = -1;
  if (self->phase != PHASE_RUNNING)
    return;
  wants_in = may_write && !self->in_eof && self->in_rest->len == 0 &&
             ssh_channel_window_size (self->channel) > 0;

  if (self->exec == NULL)
    {
      short events = (wants_in ? POLLIN : 0) | (self->blocked[0] ? POLLOUT : 0);

      /* Without a reason to look it is left out: poll () would report a hang-up again and again.
       * After our EOF a hang-up is the only way to learn that the app closed it. */
      if (events != 0 || (self->eof_sent && self->out_fd[0] >= 0))
        self->poll_index[0] = self->poll_index[1] = add_poll (fds, self->in_fd, events);
      return;
    }
  if (wants_in)
    self->poll_index[0] = add_poll (fds, self->in_fd, POLLIN);
  if (self->blocked[0])
    self->poll_index[1] = add_poll (fds, self->out_fd[0], POLLOUT);
  if (self->blocked[1])
    self->poll_index[2] = add_poll (fds, self->out_fd[1], POLLOUT);
}

static short
revents_of (AnnexSshStream *self, int which, GArray *fds)
{
  int index = self->poll_index[which];

  return index < 0 ? 0 : g_array_index (fds, struct pollfd, index).revents;
}

void
annex_ssh_stream_pump (AnnexSshStream *self, GArray *fds, gboolean may_write)
{
  int i;

  if (self->phase != PHASE_RUNNING)
    return;
  for (i = 0; i < 2; i++)
    {
      if (self->blocked[i] && revents_of (self, i + 1, fds) != 0)
        drain (self, i);
      if (self->remote_eof && !self->blocked[i])
        close_out (self, i);
    }
  if (self->exec == NULL && self->eof_sent && (revents_of (self, 0, fds) & (POLLHUP | POLLERR)))
    self->out_broken = TRUE;

  if (self->remote_closed)
    {
      /* Whoever still writes learns it from a broken pipe. */
      g_byte_array_set_size (self->in_rest, 0);
      self->eof_sent = TRUE;
      end_input (self);
    }
  else if (may_write || self->in_rest->len > 0 || (self->in_eof && !self->eof_sent))
    pump_in (self, may_write && revents_of (self, 0, fds) != 0);
}

gboolean
annex_ssh_stream_is_finished (AnnexSshStream *self)
{
  if (self->phase == PHASE_FAILED)
    return TRUE;
  /* While it is being opened it cannot be closed: SSH has no name for it yet. */
  if (self->abandoned)
    return self->phase != PHASE_OPENING;
  if (self->remote_closed)
    return self->phase != PHASE_RUNNING || is_drained (self);
  if (self->phase != PHASE_RUNNING)
    return FALSE;
  return self->exec == NULL && self->eof_sent &&
         (self->out_broken || (self->remote_eof && is_drained (self)));
}
