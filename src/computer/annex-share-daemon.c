/* annex-share-daemon.c
 *
 * See annex-share-daemon.h. The socket is made here and handed over as a file descriptor, so that
 * it is there before QEMU looks for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-share-daemon.h"

#include "annex-future.h"
#include "annex-json.h"
#include "annex-landlock.h"
#include "annex-spoken.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKET_FD 3
#define START_LIMIT_MS 5000
#define MAX_WORDS 4096

/* What virtiofsd says once its sandbox stands. */
#define READY_WORDS "Waiting for vhost-user socket connection"

struct _AnnexShareDaemon
{
  GObject parent_instance;

  GSubprocess *process;
  GInputStream *words;
  char *socket_path;
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (AnnexShareDaemon, annex_share_daemon, G_TYPE_OBJECT)

enum { SIGNAL_ENDED, N_SIGNALS };

static guint signals[N_SIGNALS];

static const char *
find_virtiofsd (void)
{
  static const char *const places[] = { "/usr/libexec/virtiofsd", "/app/libexec/virtiofsd",
                                        "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd" };

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_EXECUTABLE))
      return places[i];
  return "virtiofsd";
}

static int
listen_at (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (strlen (path) >= sizeof address.sun_path)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED,
                        N_ ("The path of the folder’s socket is too long: “%s”"), path);
      return -1;
    }
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_unlink (path);
  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, 1) != 0)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED,
                        N_ ("The folder’s socket cannot be made: %s"), g_strerror (errno));
      return -1;
    }
  return g_steal_fd (&fd);
}

/* Between fork and exec: end with the thread that started it, which is the main one, and be bound
 * to the folder. */
static void
child_setup_cb (gpointer data)
{
  int ruleset_fd = GPOINTER_TO_INT (data);

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (ruleset_fd >= 0 && !annex_landlock_enter (ruleset_fd))
    _exit (126);
}

static GSubprocess *
launch (const char *folder, const char *socket_path, gboolean landlock, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
  const char *const folders[] = { folder, NULL };
  g_autofd int socket_fd = listen_at (socket_path, error);
  g_autofd int ruleset_fd = -1;

  if (socket_fd < 0)
    return NULL;
  if (landlock && (ruleset_fd = annex_landlock_new_reader (folders, error)) < 0)
    return NULL;
  g_subprocess_launcher_take_fd (launcher, g_steal_fd (&socket_fd), SOCKET_FD);
  g_subprocess_launcher_set_child_setup (launcher, child_setup_cb, GINT_TO_POINTER (ruleset_fd),
                                         NULL);
  /* The guest's root and its agent read as the user does; ids of the host mean nothing there. */
  return g_subprocess_launcher_spawn (
      launcher, error, find_virtiofsd (), "--fd=3", "--shared-dir", folder, "--readonly",
      "--sandbox", landlock ? "none" : "namespace", "--cache", "auto", "--inode-file-handles=never",
      "--migration-on-error", "guest-error", "--translate-uid", "squash-host:0:1000:4294967295",
      "--translate-gid", "squash-host:0:1000:4294967295", "--log-level", "info", NULL);
}

/* ---------------------------------------------------------------- starting */

typedef struct
{
  char *folder;
  char *socket_path;
  AnnexShareSandbox sandbox;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_free (start->folder);
  g_free (start->socket_path);
  g_free (start);
}

/* Reads on until it is ready; what it said is the reason when it is not. */
static gboolean
await_ready (AnnexShareDaemon *self, GError **error)
{
  g_autoptr (GString) said = g_string_new (NULL);
  g_autofree char *text = NULL;

  while (said->len < MAX_WORDS)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) bytes = dex_await_boxed (
          annex_future_with_timeout (
              dex_input_stream_read_bytes (self->words, 1024, G_PRIORITY_DEFAULT), START_LIMIT_MS),
          &local);

      if (bytes == NULL || g_bytes_get_size (bytes) == 0)
        break;
      g_string_append_len (said, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
      if (strstr (said->str, READY_WORDS) != NULL)
        return TRUE;
    }
  text = annex_text_make_valid (said->str, (gssize) said->len);
  annex_set_spoken_detail (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED,
                           N_ ("The folder could not be served: %s"),
                           *g_strstrip (text) != '\0' ? text : N_ ("virtiofsd ended at once"));
  return FALSE;
}

static DexFuture *
watch_fiber (gpointer data)
{
  GWeakRef *owner = data;

  for (;;)
    {
      g_autoptr (AnnexShareDaemon) self = g_weak_ref_get (owner);
      g_autoptr (GInputStream) words = NULL;
      g_autoptr (GBytes) bytes = NULL;

      if (self == NULL)
        return dex_future_new_true ();
      words = g_object_ref (self->words);
      g_clear_object (&self);
      /* What it says is of no use; that it ends is. An error is an end too. */
      bytes = dex_await_boxed (dex_input_stream_read_bytes (words, 4096, G_PRIORITY_DEFAULT), NULL);
      if (bytes != NULL && g_bytes_get_size (bytes) > 0)
        continue;
      self = g_weak_ref_get (owner);
      if (self != NULL && !self->stopped)
        {
          self->stopped = TRUE;
          g_signal_emit (self, signals[SIGNAL_ENDED], 0);
        }
      return dex_future_new_true ();
    }
}

static void
owner_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static AnnexShareDaemon *
try_start (Start *start, gboolean landlock, GError **error)
{
  g_autoptr (AnnexShareDaemon) self = g_object_new (ANNEX_TYPE_SHARE_DAEMON, NULL);
  GWeakRef *owner;

  self->socket_path = g_strdup (start->socket_path);
  self->process = launch (start->folder, start->socket_path, landlock, error);
  if (self->process == NULL)
    {
      self->stopped = TRUE;
      return NULL;
    }
  self->words = g_object_ref (g_subprocess_get_stderr_pipe (self->process));
  if (!await_ready (self, error))
    return NULL;
  owner = g_new0 (GWeakRef, 1);
  g_weak_ref_init (owner, self);
  annex_fiber_start (watch_fiber, owner, owner_free);
  return g_steal_pointer (&self);
}

static DexFuture *
start_fiber (gpointer data)
{
  /* Whether user namespaces may be made does not change while this process runs. */
  static gboolean namespaces_refused = FALSE;
  Start *start = data;
  g_autoptr (AnnexShareDaemon) self = NULL;
  g_autoptr (GError) error = NULL;

  if (start->sandbox != ANNEX_SHARE_SANDBOX_LANDLOCK &&
      !(start->sandbox == ANNEX_SHARE_SANDBOX_AUTO && namespaces_refused))
    {
      self = try_start (start, FALSE, &error);
      if (self != NULL)
        return dex_future_new_take_object (g_steal_pointer (&self));
      if (start->sandbox == ANNEX_SHARE_SANDBOX_NAMESPACE)
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_clear_error (&error);
    }
  self = try_start (start, TRUE, &error);
  if (self == NULL)
    {
      if (error->domain != ANNEX_COMPUTER_ERROR)
        {
          g_autoptr (GError) cause = g_steal_pointer (&error);

          annex_set_spoken (&error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_SHARE_REFUSED,
                            N_ ("The folder could not be served: %s"), cause->message);
        }
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  if (start->sandbox == ANNEX_SHARE_SANDBOX_AUTO)
    namespaces_refused = TRUE;
  return dex_future_new_take_object (g_steal_pointer (&self));
}

DexFuture *
annex_share_daemon_start (const char *folder, const char *socket_path, AnnexShareSandbox sandbox)
{
  Start *start = g_new0 (Start, 1);

  start->folder = g_strdup (folder);
  start->socket_path = g_strdup (socket_path);
  start->sandbox = sandbox;
  return annex_fiber_run (start_fiber, start, start_free);
}

/* ---------------------------------------------------------------- the object */

void
annex_share_daemon_stop (AnnexShareDaemon *self)
{
  if (self->stopped)
    return;
  self->stopped = TRUE;
  g_subprocess_force_exit (self->process);
  g_unlink (self->socket_path);
}

gboolean
annex_share_daemon_is_running (AnnexShareDaemon *self)
{
  return !self->stopped;
}

static void
annex_share_daemon_finalize (GObject *object)
{
  AnnexShareDaemon *self = ANNEX_SHARE_DAEMON (object);

  annex_share_daemon_stop (self);
  g_clear_object (&self->words);
  g_clear_object (&self->process);
  g_free (self->socket_path);
  G_OBJECT_CLASS (annex_share_daemon_parent_class)->finalize (object);
}

static void
annex_share_daemon_class_init (AnnexShareDaemonClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_share_daemon_finalize;
  signals[SIGNAL_ENDED] = g_signal_new ("ended", ANNEX_TYPE_SHARE_DAEMON, G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_share_daemon_init (AnnexShareDaemon *self)
{
}
