/* test-channel-flood.c
 *
 * A guest that speaks SSH itself and opens connections for as long as it can, closing each at once:
 * what it takes of the app stays bounded, and the window is drawn first.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer.h"
#include "annex-future.h"
#include "annex-ssh-session-private.h"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>
#include <libssh/server.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#define PORT 3128
#define FLOOD 600
#define REDRAW_PRIORITY 120

/* ---- the guest */

typedef struct
{
  int fd;
  GThread *thread;
  struct ssh_callbacks_struct callbacks;
  gboolean listens; /* the guest's thread only */
  gint wanted;      /* atomic: how many connections it shall have tried; negative: end */
  gint tried;
  gint taken;
} Guest;

static void
global_cb (ssh_session ssh, ssh_message message, void *user)
{
  Guest *self = user;

#ifdef __SANITIZE_ADDRESS__
  /* libssh forgets to free it. */
  __lsan_ignore_object (ssh_message_global_request_address (message));
#endif
  ssh_message_global_request_reply_success (message, PORT);
  self->listens = TRUE;
}

/* Lets the host in, and listens for it. */
static void
greet (Guest *self, ssh_session ssh)
{
  gboolean is_in = FALSE;
  ssh_event event = ssh_event_new ();

  self->callbacks.userdata = self;
  self->callbacks.global_request_function = global_cb;
  ssh_callbacks_init (&self->callbacks);
  g_assert_cmpint (ssh_set_callbacks (ssh, &self->callbacks), ==, SSH_OK);
  g_assert_cmpint (ssh_handle_key_exchange (ssh), ==, SSH_OK);
  while (!is_in)
    {
      ssh_message message = ssh_message_get (ssh);

      g_assert_nonnull (message);
      is_in = ssh_message_type (message) == SSH_REQUEST_AUTH;
      if (is_in)
        ssh_message_auth_reply_success (message, 0);
      else
        ssh_message_reply_default (message);
      ssh_message_free (message);
    }
  ssh_event_add_session (event, ssh);
  while (!self->listens)
    g_assert_cmpint (ssh_event_dopoll (event, 1000), !=, SSH_ERROR);
  ssh_event_remove_session (event, ssh);
  ssh_event_free (event);
}

static void
open_and_close (Guest *self, ssh_session ssh)
{
  ssh_channel channel = ssh_channel_new (ssh);

  if (ssh_channel_open_reverse_forward (channel, "127.0.0.1", PORT, "127.0.0.1", 4000) == SSH_OK)
    g_atomic_int_inc (&self->taken);
  ssh_channel_close (channel);
  ssh_channel_free (channel);
  g_atomic_int_inc (&self->tried);
}

static gpointer
guest_thread (gpointer data)
{
  Guest *self = data;
  ssh_bind bind = ssh_bind_new ();
  ssh_session ssh = ssh_new ();
  ssh_key key = NULL;
  bool no = false;

  g_assert_cmpint (ssh_pki_generate (SSH_KEYTYPE_ED25519, 0, &key), ==, SSH_OK);
  g_assert_cmpint (ssh_bind_options_set (bind, SSH_BIND_OPTIONS_PROCESS_CONFIG, &no), ==, SSH_OK);
  g_assert_cmpint (ssh_bind_options_set (bind, SSH_BIND_OPTIONS_IMPORT_KEY, key), ==, SSH_OK);
  g_assert_cmpint (ssh_bind_accept_fd (bind, ssh, self->fd), ==, SSH_OK);
  ssh_set_auth_methods (ssh, SSH_AUTH_METHOD_NONE);
  greet (self, ssh);
  for (;;)
    {
      int wanted = g_atomic_int_get (&self->wanted);

      if (wanted < 0)
        break;
      if (g_atomic_int_get (&self->tried) < wanted)
        open_and_close (self, ssh);
      else
        g_usleep (1000);
    }
  ssh_free (ssh);
  ssh_bind_free (bind);
  return NULL;
}

static void
guest_start (Guest *self, int *host_fd)
{
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  *host_fd = pair[0];
  self->fd = pair[1];
  self->thread = g_thread_new ("guest", guest_thread, self);
}

/* Nothing else happens in the app meanwhile. */
static void
guest_flood (Guest *self, int count)
{
  int wanted = g_atomic_int_get (&self->tried) + count;

  g_atomic_int_set (&self->wanted, wanted);
  while (g_atomic_int_get (&self->tried) < wanted)
    g_usleep (1000);
}

static void
guest_end (Guest *self)
{
  g_atomic_int_set (&self->wanted, -1);
  g_thread_join (self->thread);
}

/* ---- the app */

typedef struct
{
  guint n_accepted;
  GPtrArray *kept; /* nullable: else they are dropped */
} App;

static void
accept_cb (GIOStream *stream, gpointer data)
{
  App *self = data;

  self->n_accepted++;
  if (self->kept != NULL)
    g_ptr_array_add (self->kept, g_object_ref (stream));
}

static gboolean
await (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) kept = future;

  /* Nobody is woken when it settles. */
  while (dex_future_is_pending (kept))
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  return dex_future_get_value (kept, error) != NULL;
}

static AnnexSshSession *
connect_app (App *self, int fd)
{
  AnnexSshOptions options = { (char *) "root", 30000, 60000 };
  AnnexSshSession *session = annex_ssh_session_new (fd, &options);
  g_autoptr (GError) error = NULL;

  g_assert_true (await (annex_ssh_session_ready (session), &error));
  g_assert_true (await (annex_ssh_session_listen (session, PORT, accept_cb, self, NULL), &error));
  g_assert_no_error (error);
  return session;
}

static void
end_app (AnnexSshSession *session)
{
  annex_ssh_session_stop (session);
  g_assert_false (await (annex_ssh_session_lost (session), NULL));
  annex_ssh_session_unref (session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static gboolean
drawn_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* Everything that the app has to do before the window is drawn again. */
static void
draw (void)
{
  gboolean drawn = FALSE;

  g_idle_add_full (REDRAW_PRIORITY, drawn_cb, &drawn, NULL);
  while (!drawn)
    g_main_context_iteration (NULL, TRUE);
}

static void
settle (App *self, guint n_accepted)
{
  while (self->n_accepted < n_accepted)
    g_main_context_iteration (NULL, TRUE);
  draw ();
}

static void
test_open_and_close (void)
{
  Guest guest = { 0 };
  App app = { 0 };
  int fd;
  guint before, i;
  AnnexSshSession *session;

  guest_start (&guest, &fd);
  session = connect_app (&app, fd);
  before = count_descriptors ();

  /* The app is busy for as long as all of it takes. */
  guest_flood (&guest, FLOOD);
  g_test_message ("%u descriptors for %d connections, %d were taken", count_descriptors () - before,
                  FLOOD, guest.taken);
  g_assert_cmpuint (count_descriptors () - before, <=, 2 * ANNEX_SSH_MAX_FORWARDS + 2);
  g_assert_cmpint (guest.taken, ==, ANNEX_SSH_MAX_FORWARDS);

  /* The window comes first, and between the portions. */
  draw ();
  g_assert_cmpuint (app.n_accepted, ==, 0);
  for (i = 1; app.n_accepted < ANNEX_SSH_MAX_FORWARDS; i++)
    {
      guint was = app.n_accepted;

      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (app.n_accepted - was, <=, 16);
      draw ();
    }
  g_assert_cmpuint (count_descriptors () - before, <=, 2);

  /* And afterwards it is as good as new. */
  guest_flood (&guest, 5);
  g_assert_cmpint (guest.taken, ==, ANNEX_SSH_MAX_FORWARDS + 5);
  settle (&app, ANNEX_SSH_MAX_FORWARDS + 5);
  guest_end (&guest);
  end_app (session);
}

/* The app has not done with them, though the guest has. */
static void
test_held (void)
{
  Guest guest = { 0 };
  App app = { .kept = g_ptr_array_new_with_free_func (g_object_unref) };
  int fd;
  AnnexSshSession *session;

  guest_start (&guest, &fd);
  session = connect_app (&app, fd);
  guest_flood (&guest, ANNEX_SSH_MAX_FORWARDS);
  settle (&app, ANNEX_SSH_MAX_FORWARDS);
  guest_flood (&guest, 20);
  g_assert_cmpint (guest.taken, ==, ANNEX_SSH_MAX_FORWARDS);

  g_ptr_array_set_size (app.kept, ANNEX_SSH_MAX_FORWARDS - 7);
  guest_flood (&guest, 20);
  g_assert_cmpint (guest.taken, ==, ANNEX_SSH_MAX_FORWARDS + 7);
  settle (&app, ANNEX_SSH_MAX_FORWARDS + 7);
  guest_end (&guest);
  /* The streams may outlive the connection. */
  end_app (session);
  g_ptr_array_unref (app.kept);
  draw ();
}

/* With no descriptor left, a connection fails, and nothing else does. */
static void
test_no_descriptors (void)
{
  AnnexSshOptions options = { (char *) "root", 1000, 1000 };
  struct rlimit limit, none;
  g_autoptr (AnnexSshSession) session = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  session = annex_ssh_session_new (pair[0], &options);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  g_assert_true (annex_ssh_session_has_ended (session));
  g_assert_false (await (annex_ssh_session_ready (session), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  g_clear_error (&error);
  g_assert_false (await (annex_ssh_session_listen (session, PORT, accept_cb, NULL, NULL), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  annex_ssh_session_stop (session);
  close (pair[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ssh_init ();
  g_test_add_func ("/channel/flood/Q5b-open-and-close", test_open_and_close);
  g_test_add_func ("/channel/flood/Q5c-held", test_held);
  g_test_add_func ("/channel/flood/Q5d-no-descriptors", test_no_descriptors);
  return g_test_run ();
}
