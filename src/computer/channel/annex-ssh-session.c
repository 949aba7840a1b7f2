/* annex-ssh-session.c
 *
 * See annex-ssh-session-private.h: the mailbox, the poll loop, liveness. Connecting and logging in
 * are in annex-ssh-login.c, the bytes of each stream in annex-ssh-stream.c.
 *
 * libssh is only ever called from the session's thread and never blocks in it: the session is in
 * non-blocking mode, poll () here decides when to call, ssh_event_dopoll (…, 0) does one read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-session-private.h"

#include "annex-computer.h"
#include "annex-ssh-listener-private.h"
#include "annex-ssh-login-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <libssh/server.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define READS_A_ROUND 64
#define ROUNDS_OF_WORK 16
#define IDLE_BEFORE_ASKING_MS 15000

typedef enum {
  LETTER_EXEC,
  LETTER_ABANDON,
  LETTER_RESIZE,
  LETTER_LISTEN,
} LetterKind;

typedef struct
{
  LetterKind kind;
  guint64 id;
  guint columns;
  guint rows;
  AnnexSshExec *exec;
  AnnexSshListener *listener;
} Letter;

struct _AnnexSshSession
{
  gatomicrefcount ref_count;
  GMainContext *context;
  AnnexSshOptions options;
  int wake_fd;
  DexPromise *ready;
  DexPromise *lost;

  GMutex mutex; /* guards the next five */
  GQueue letters;
  gboolean stopping;
  gboolean ended;
  GError *reason;
  guint64 last_id;

  /* The thread's own. */
  AnnexSshLogin *login;
  ssh_session ssh;
  ssh_event event;
  struct ssh_callbacks_struct callbacks;
  struct ssh_counter_struct traffic;
  GPtrArray *streams;   /* of AnnexSshStream */
  GPtrArray *listeners; /* that the guest accepted or is asked for */
  GQueue asking; /* AnnexSshListener: waiting for its global request; the head is under way */
  gboolean asking_for_life;
  gboolean unfinished; /* work stopped with more to do */
  GArray *fds;
  guint64 heard_bytes;
  gint64 heard_us;
};

/* ---- listeners */

static guint
count_forwards (AnnexSshSession *self)
{
  guint i, count = 0;

  for (i = 0; i < self->streams->len; i++)
    count += annex_ssh_stream_is_forward (self->streams->pdata[i]);
  return count;
}

/* The guest opens a connection. NULL refuses it. */
static ssh_channel
forwarded_cb (ssh_session ssh,
              const char *address,
              int port,
              const char *from_address,
              int from_port,
              void *user)
{
  AnnexSshSession *self = user;
  AnnexSshStream *stream;
  guint i;
  int pair[2];

  for (i = 0; i < self->listeners->len; i++)
    if (annex_ssh_listener_get_port (self->listeners->pdata[i]) == port)
      break;
  /* A guest that closes at once what it opens has no stream left of it: the app's ends count, too.
   */
  if (i == self->listeners->len || count_forwards (self) >= ANNEX_SSH_MAX_FORWARDS ||
      annex_ssh_listener_get_n_held (self->listeners->pdata[i]) >= ANNEX_SSH_MAX_FORWARDS)
    return NULL;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return NULL;
  stream = annex_ssh_stream_new_forward (ssh, pair[0]);
  if (stream == NULL)
    {
      close (pair[1]);
      return NULL;
    }
  g_ptr_array_add (self->streams, stream);
  annex_ssh_listener_deliver (self->listeners->pdata[i], pair[1]);
  return annex_ssh_stream_get_channel (stream);
}

/* Whatever else the guest asks for (sessions, X11, agents) is refused by libssh's default answer
 * and not kept: without a callback libssh would queue it for ever. */
static int
message_cb (ssh_session ssh, ssh_message message, void *user)
{
  return 1;
}

/* ---- the mailbox */

static void
letter_free (Letter *letter)
{
  annex_ssh_exec_free (letter->exec);
  g_clear_pointer (&letter->listener, annex_ssh_listener_unref);
  g_free (letter);
}

static void
reject_copy (DexPromise *promise, const GError *reason)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_reject (promise, g_error_copy (reason));
}

static void
letter_reject (Letter *letter, const GError *reason)
{
  if (letter->exec != NULL)
    {
      reject_copy (letter->exec->started, reason);
      reject_copy (letter->exec->exit, reason);
    }
  if (letter->listener != NULL)
    annex_ssh_listener_fail (letter->listener, reason);
  letter_free (letter);
}

static void
wake (AnnexSshSession *self)
{
  guint64 one = 1;

  /* Can only fail when the counter is full, and then it wakes anyway. */
  if (write (self->wake_fd, &one, sizeof one) < 0)
    return;
}

static void
post (AnnexSshSession *self, Letter *letter)
{
  g_mutex_lock (&self->mutex);
  if (!self->ended)
    {
      g_queue_push_tail (&self->letters, g_steal_pointer (&letter));
      wake (self);
    }
  g_mutex_unlock (&self->mutex);
  if (letter != NULL)
    letter_reject (letter, self->reason); /* set before `ended`, and never again */
}

static AnnexSshStream *
find_stream (AnnexSshSession *self, guint64 id)
{
  guint i;

  for (i = 0; i < self->streams->len; i++)
    if (annex_ssh_stream_get_id (self->streams->pdata[i]) == id)
      return self->streams->pdata[i];
  return NULL;
}

static void
open_letter (AnnexSshSession *self, Letter *letter)
{
  AnnexSshStream *stream;

  switch (letter->kind)
    {
    case LETTER_EXEC:
      stream = annex_ssh_stream_new_exec (self->ssh, g_steal_pointer (&letter->exec));
      if (stream != NULL)
        g_ptr_array_add (self->streams, stream);
      break;
    case LETTER_ABANDON:
      stream = find_stream (self, letter->id);
      if (stream != NULL)
        annex_ssh_stream_abandon (stream);
      break;
    case LETTER_RESIZE:
      stream = find_stream (self, letter->id);
      if (stream != NULL)
        annex_ssh_stream_resize (stream, letter->columns, letter->rows);
      break;
    case LETTER_LISTEN:
      g_queue_push_tail (&self->asking, annex_ssh_listener_ref (letter->listener));
      g_ptr_array_add (self->listeners, g_steal_pointer (&letter->listener));
      break;
    }
  letter_free (letter);
}

/* Returns FALSE when the session shall stop. Letters wait until the login is done. */
static gboolean
open_letters (AnnexSshSession *self)
{
  gboolean stopping;

  for (;;)
    {
      Letter *letter = NULL;

      g_mutex_lock (&self->mutex);
      stopping = self->stopping;
      if (!stopping && self->login == NULL)
        letter = g_queue_pop_head (&self->letters);
      g_mutex_unlock (&self->mutex);
      if (letter == NULL)
        return !stopping;
      open_letter (self, letter);
    }
}

/* ---- the loop */

/* One global request at a time: SSH answers them in order and libssh keeps a single state, which
 * only a repeated call takes back. */
static void
step_requests (AnnexSshSession *self)
{
  if (self->asking_for_life)
    {
      /* Asks to end a forward that never was: the guest must refuse, and that is a sign of life.
       * (libssh's own keepalive does not tell when its answer has come.) */
      if (ssh_channel_cancel_forward (self->ssh, "127.0.0.1", 1) == SSH_AGAIN)
        return;
      self->asking_for_life = FALSE;
    }
  while (!g_queue_is_empty (&self->asking))
    {
      AnnexSshListener *listener = g_queue_peek_head (&self->asking);
      int rc = ssh_channel_listen_forward (self->ssh, "127.0.0.1",
                                           annex_ssh_listener_get_port (listener), NULL);

      if (rc == SSH_AGAIN || !annex_ssh_connection_is_up (self->ssh))
        return;
      g_queue_pop_head (&self->asking);
      if (rc == SSH_OK)
        annex_ssh_listener_accept (listener);
      else
        {
          g_autoptr (GError) error = g_error_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                                  "The computer refused to listen on port %u",
                                                  annex_ssh_listener_get_port (listener));

          annex_ssh_listener_fail (listener, error);
          if (g_ptr_array_remove (self->listeners, listener))
            annex_ssh_listener_unref (listener);
        }
      annex_ssh_listener_unref (listener);
    }
}

/* Anything heard counts as a sign of life. After a while of silence the guest is asked. Returns
 * FALSE when it has been silent for too long. */
static gboolean
check_life (AnnexSshSession *self, gint64 now_us)
{
  gint64 silent_ms;

  if (self->traffic.in_bytes != self->heard_bytes)
    {
      self->heard_bytes = self->traffic.in_bytes;
      self->heard_us = now_us;
    }
  silent_ms = (now_us - self->heard_us) / 1000;
  if (silent_ms >= self->options.silence_limit_ms)
    return FALSE;
  if (silent_ms >= MIN (IDLE_BEFORE_ASKING_MS, self->options.silence_limit_ms / 2) &&
      !self->asking_for_life && g_queue_is_empty (&self->asking))
    {
      self->asking_for_life = TRUE;
      step_requests (self);
    }
  return TRUE;
}

static int
poll_timeout_ms (AnnexSshSession *self)
{
  gint64 silent_ms = (g_get_monotonic_time () - self->heard_us) / 1000;
  gint64 ask_ms = MIN (IDLE_BEFORE_ASKING_MS, self->options.silence_limit_ms / 2);
  gint64 next_ms =
      self->asking_for_life || silent_ms >= ask_ms ? self->options.silence_limit_ms : ask_ms;

  if (self->unfinished)
    return 0;
  return (int) CLAMP (next_ms - silent_ms + 1, 1, 60000);
}

static void
add_poll (GArray *fds, int fd, short events)
{
  struct pollfd entry = { .fd = fd, .events = events };

  g_array_append_val (fds, entry);
}

static void
empty_wake_fd (AnnexSshSession *self)
{
  guint64 count;

  if (read (self->wake_fd, &count, sizeof count) < 0)
    return;
}

static void
reap (AnnexSshSession *self)
{
  guint i = 0;

  /* What a broken connection ends is ended with its reason: see finish. */
  if (!annex_ssh_connection_is_up (self->ssh))
    return;
  while (i < self->streams->len)
    {
      AnnexSshStream *stream = self->streams->pdata[i];

      if (!annex_ssh_stream_is_finished (stream))
        {
          i++;
          continue;
        }
      g_ptr_array_remove_index (self->streams, i);
      annex_ssh_stream_free (stream, NULL);
    }
}

/* Everything that does not wait. libssh may process packets of any stream inside any of these
 * calls; it is repeated until nothing new came in, since nobody else would look again. */
static void
work (AnnexSshSession *self, gboolean may_write)
{
  guint round, i;

  /* Limited, so that a guest that never stops sending cannot keep the mailbox closed. */
  self->unfinished = TRUE;
  for (round = 0; round < ROUNDS_OF_WORK && self->unfinished; round++)
    {
      guint64 before = self->traffic.in_bytes;

      step_requests (self);
      for (i = 0; i < self->streams->len; i++)
        annex_ssh_stream_step (self->streams->pdata[i]);
      for (i = 0; i < self->streams->len; i++)
        annex_ssh_stream_pump (self->streams->pdata[i], self->fds, may_write);
      reap (self);
      /* The poll results are used up. */
      for (i = 0; i < self->fds->len; i++)
        g_array_index (self->fds, struct pollfd, i).revents = 0;
      self->unfinished = self->traffic.in_bytes != before && annex_ssh_connection_is_up (self->ssh);
    }
}

static const char *
run_connected (AnnexSshSession *self)
{
  self->heard_us = g_get_monotonic_time ();
  while (open_letters (self))
    {
      gboolean may_write;
      int flags;
      guint i;

      work (self, FALSE);
      if (!annex_ssh_connection_is_up (self->ssh))
        return "The connection to the computer broke";
      if (!check_life (self, g_get_monotonic_time ()))
        return "The computer no longer answers";

      flags = ssh_get_poll_flags (self->ssh);
      may_write = (flags & SSH_WRITE_PENDING) == 0;
      g_array_set_size (self->fds, 0);
      add_poll (self->fds, self->wake_fd, POLLIN);
      add_poll (self->fds, ssh_get_fd (self->ssh), POLLIN | (may_write ? 0 : POLLOUT));
      for (i = 0; i < self->streams->len; i++)
        annex_ssh_stream_add_polls (self->streams->pdata[i], self->fds, may_write);

      if (poll ((struct pollfd *) self->fds->data, self->fds->len, poll_timeout_ms (self)) < 0)
        {
          if (errno == EINTR)
            continue;
          return "Waiting for the computer failed";
        }
      if (g_array_index (self->fds, struct pollfd, 0).revents != 0)
        empty_wake_fd (self);
      if (g_array_index (self->fds, struct pollfd, 1).revents != 0)
        for (i = 0; i < READS_A_ROUND; i++)
          if (ssh_event_dopoll (self->event, 0) != SSH_OK)
            break;
      if (!annex_ssh_connection_is_up (self->ssh))
        return "The connection to the computer broke";
      work (self, may_write);
    }
  return "The connection to the computer was closed";
}

/* Connects and logs in, watching for a stop. Returns NULL when logged in. */
static const char *
run_login (AnnexSshSession *self)
{
  gint64 deadline_us = g_get_monotonic_time () + self->options.connect_timeout_ms * 1000LL;

  while (open_letters (self))
    {
      struct pollfd fds[2] = { { .fd = self->wake_fd, .events = POLLIN } };
      int wait_ms = 1000;
      gint64 left_ms;
      const char *problem = NULL;

      if (annex_ssh_login_step (self->login, &fds[1], &wait_ms, &problem))
        return NULL;
      if (problem != NULL)
        return problem;
      left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;
      if (left_ms <= 0)
        return "The computer did not answer in time";
      if (poll (fds, G_N_ELEMENTS (fds), (int) MIN (left_ms + 1, wait_ms)) < 0 && errno != EINTR)
        return "Waiting for the computer failed";
      if (fds[0].revents != 0)
        empty_wake_fd (self);
    }
  return "The connection to the computer was closed";
}

static void
finish (AnnexSshSession *self, const char *problem)
{
  GQueue letters;
  Letter *letter;
  guint i;

  g_mutex_lock (&self->mutex);
  self->reason =
      g_error_new_literal (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST, problem);
  self->ended = TRUE;
  letters = self->letters;
  g_queue_init (&self->letters);
  g_mutex_unlock (&self->mutex);

  for (i = 0; i < self->streams->len; i++)
    annex_ssh_stream_free (self->streams->pdata[i], self->reason);
  g_ptr_array_set_size (self->streams, 0);
  while ((letter = g_queue_pop_head (&letters)) != NULL)
    letter_reject (letter, self->reason);
  g_queue_clear_full (&self->asking, (GDestroyNotify) annex_ssh_listener_unref);
  for (i = 0; i < self->listeners->len; i++)
    {
      AnnexSshListener *listener = self->listeners->pdata[i];

      annex_ssh_listener_fail (listener, self->reason);
      annex_ssh_listener_unref (listener);
    }
  g_ptr_array_set_size (self->listeners, 0);

  if (self->event != NULL)
    {
      ssh_event_remove_session (self->event, self->ssh);
      ssh_event_free (self->event);
    }
  /* No farewell: the socket's hang-up restarts the guest's sshd, and a write could block. */
  g_clear_pointer (&self->login, annex_ssh_login_free);
  if (self->ssh != NULL)
    ssh_free (self->ssh);
  reject_copy (self->ready, self->reason);
  reject_copy (self->lost, self->reason);
}

static gpointer
session_thread (gpointer user)
{
  AnnexSshSession *self = user;
  const char *problem = run_login (self);

  if (problem == NULL)
    {
      self->ssh = annex_ssh_login_steal (self->login);
      g_clear_pointer (&self->login, annex_ssh_login_free);
      self->callbacks.userdata = self;
      self->callbacks.channel_open_request_forwarded_tcpip_function = forwarded_cb;
      ssh_callbacks_init (&self->callbacks);
      ssh_set_callbacks (self->ssh, &self->callbacks);
      ssh_set_message_callback (self->ssh, message_cb, self);
      ssh_set_counters (self->ssh, &self->traffic, NULL);
      self->event = ssh_event_new ();
      if (self->event == NULL || ssh_event_add_session (self->event, self->ssh) != SSH_OK)
        problem = "Out of memory";
    }
  if (problem == NULL)
    {
      dex_promise_resolve_boolean (self->ready, TRUE);
      problem = run_connected (self);
    }
  finish (self, problem);
  annex_ssh_session_unref (self);
  return NULL;
}

/* ---- public */

AnnexSshSession *
annex_ssh_session_new (int fd, const AnnexSshOptions *options)
{
  AnnexSshSession *self = g_new0 (AnnexSshSession, 1);
  GThread *thread = NULL;

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->mutex);
  g_queue_init (&self->letters);
  g_queue_init (&self->asking);
  self->context = g_main_context_ref_thread_default ();
  self->options = *options;
  self->options.user = g_strdup (options->user);
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->ready = dex_promise_new ();
  self->lost = dex_promise_new ();
  self->streams = g_ptr_array_new ();
  self->listeners = g_ptr_array_new ();
  self->fds = g_array_new (FALSE, TRUE, sizeof (struct pollfd));
  self->login = annex_ssh_login_new (fd, self->options.user);
  if (self->wake_fd >= 0)
    thread = g_thread_try_new ("annex-channel", session_thread, annex_ssh_session_ref (self), NULL);
  if (thread != NULL)
    g_thread_unref (thread);
  else
    {
      /* Other computers have used up what there is. They go on, and so does the app. */
      finish (self, "Too many files are open");
      if (self->wake_fd >= 0)
        annex_ssh_session_unref (self);
    }
  return self;
}

AnnexSshSession *
annex_ssh_session_ref (AnnexSshSession *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
annex_ssh_session_unref (AnnexSshSession *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_clear_fd (&self->wake_fd, NULL);
  dex_clear (&self->ready);
  dex_clear (&self->lost);
  g_clear_error (&self->reason);
  g_ptr_array_unref (self->streams);
  g_ptr_array_unref (self->listeners);
  g_array_unref (self->fds);
  g_mutex_clear (&self->mutex);
  g_main_context_unref (self->context);
  g_free (self->options.user);
  g_free (self);
}

DexFuture *
annex_ssh_session_ready (AnnexSshSession *self)
{
  return dex_ref (DEX_FUTURE (self->ready));
}

DexFuture *
annex_ssh_session_lost (AnnexSshSession *self)
{
  return dex_ref (DEX_FUTURE (self->lost));
}

gboolean
annex_ssh_session_has_ended (AnnexSshSession *self)
{
  return !dex_future_is_pending (DEX_FUTURE (self->lost));
}

guint64
annex_ssh_session_next_id (AnnexSshSession *self)
{
  guint64 id;

  g_mutex_lock (&self->mutex);
  id = ++self->last_id;
  g_mutex_unlock (&self->mutex);
  return id;
}

void
annex_ssh_session_exec (AnnexSshSession *self, AnnexSshExec *exec)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->kind = LETTER_EXEC;
  letter->exec = exec;
  post (self, letter);
}

void
annex_ssh_session_abandon (AnnexSshSession *self, guint64 id)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->kind = LETTER_ABANDON;
  letter->id = id;
  post (self, letter);
}

void
annex_ssh_session_resize (AnnexSshSession *self, guint64 id, guint columns, guint rows)
{
  Letter *letter = g_new0 (Letter, 1);

  letter->kind = LETTER_RESIZE;
  letter->id = id;
  letter->columns = columns;
  letter->rows = rows;
  post (self, letter);
}

DexFuture *
annex_ssh_session_listen (AnnexSshSession *self,
                          guint16 port,
                          AnnexSshAcceptFunc accept,
                          gpointer data,
                          GDestroyNotify free_data)
{
  Letter *letter = g_new0 (Letter, 1);
  DexFuture *future;

  letter->kind = LETTER_LISTEN;
  letter->listener = annex_ssh_listener_new (port, self->context, accept, data, free_data);
  future = annex_ssh_listener_accepted (letter->listener);
  post (self, letter);
  return future;
}

void
annex_ssh_session_stop (AnnexSshSession *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  wake (self);
  g_mutex_unlock (&self->mutex);
}
