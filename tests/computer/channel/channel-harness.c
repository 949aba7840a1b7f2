/* channel-harness.c
 *
 * See channel-harness.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "channel-harness.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define UNSHARE                                                                                    \
  "unshare", "--map-root-user", "--map-auto", "--mount", "--pid", "--fork", "--kill-child",        \
      "--mount-proc", "--net"

/* $1: the folder with the configuration. Only what sshd and a login look at is replaced. */
static const char prepare[] =
    "set -e\n"
    "mount --bind $1/passwd /etc/passwd\n"
    "mount --bind $1/group /etc/group\n"
    "ip link set lo up\n"
    "mount -t tmpfs run /run\n"
    "mkdir /run/sshd\n"
    "mount -t tmpfs home /home\n"
    "mkdir -m 755 /home/agent /home/root\n"
    "chown 1000:1000 /home/agent\n"
    "mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts /dev/pts\n"
    "[ -c /dev/ptmx ] && [ ! -L /dev/ptmx ] && mount --bind /dev/pts/ptmx /dev/ptmx\n"
    "/usr/sbin/sshd -i -e -f $1/sshd_config 2>>$1/log\n";

static const char configuration[] = "PermitRootLogin yes\n"
                                    "PermitEmptyPasswords yes\n"
                                    "PasswordAuthentication yes\n"
                                    "KbdInteractiveAuthentication no\n"
                                    "PubkeyAuthentication no\n"
                                    "UsePAM no\n"
                                    "LoginGraceTime 0\n"
                                    "MaxSessions 200\n"
                                    "AllowTcpForwarding yes\n"
                                    "AcceptEnv ANNEX_ENV\n"
                                    "SetEnv http_proxy=http://127.0.0.1:3128\n"
                                    "UseDNS no\n"
                                    "LogLevel ERROR\n";

static char *folder; /* made once, removed at exit */

static void
remove_folder (void)
{
  const char *names[] = { "passwd", "group", "key", "key.pub", "sshd_config", "log" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
make_folder (const char *extra)
{
  g_autofree char *text = NULL;

  if (folder == NULL)
    {
      g_autofree char *line = NULL;
      int status = 0;

      folder = g_dir_make_tmp ("annex-channel-XXXXXX", NULL);
      g_assert_nonnull (folder);
      g_assert_cmpint (chmod (folder, 0755), ==, 0);
      atexit (remove_folder);
      write_file ("passwd", "root::0:0:root:/home/root:/bin/sh\n"
                            "agent:x:1000:1000::/home/agent:/bin/bash\n"
                            "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"
                            "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin\n");
      write_file ("group", "root:x:0:\ntty:x:5:\nagent:x:1000:\nnogroup:x:65534:\n");
      line = g_strdup_printf ("ssh-keygen -q -t ed25519 -N '' -f %s/key", folder);
      g_assert_true (g_spawn_command_line_sync (line, NULL, NULL, &status, NULL));
      g_assert_cmpint (status, ==, 0);
    }
  text =
      g_strdup_printf ("HostKey %s/key\n%s%s", folder, extra != NULL ? extra : "", configuration);
  write_file ("sshd_config", text);
}

gboolean
harness_is_possible (void)
{
  g_autoptr (GSubprocess) probe =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, UNSHARE, "true", NULL);

  if (probe != NULL && g_subprocess_wait_check (probe, NULL, NULL))
    return TRUE;
  g_test_skip ("user namespaces with a range of users are refused here");
  return FALSE;
}

int
harness_start (const char *extra, GSubprocess **server)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  make_folder (extra);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_subprocess_launcher_take_stdin_fd (launcher, dup (pair[1]));
  g_subprocess_launcher_take_stdout_fd (launcher, pair[1]);
  g_subprocess_launcher_unsetenv (launcher, "LD_PRELOAD");
  process = g_subprocess_launcher_spawn (launcher, &error, UNSHARE, "sh", "-c", prepare, "sh",
                                         folder, NULL);
  g_assert_no_error (error);
  if (server != NULL)
    *server = g_steal_pointer (&process);
  return pair[0];
}

/* ---- the relay */

struct _HarnessRelay
{
  int host; /* the relay's ends */
  int server;
  gint64 left; /* bytes until it cuts; negative: never */
  gint paused;
  GThread *thread;
};

static gboolean
relay_some (HarnessRelay *self, int from, int to)
{
  char bytes[16384];
  gssize got = read (from, bytes, sizeof bytes);
  gssize done = 0;

  if (got <= 0)
    return FALSE;
  if (self->left >= 0)
    {
      got = MIN (got, self->left);
      self->left -= got;
    }
  while (done < got)
    {
      gssize sent = send (to, bytes + done, got - done, MSG_NOSIGNAL);

      if (sent <= 0)
        return FALSE;
      done += sent;
    }
  return self->left != 0;
}

static gpointer
relay_thread (gpointer data)
{
  HarnessRelay *self = data;

  for (;;)
    {
      struct pollfd fds[2] = { { .fd = self->host, .events = POLLIN },
                               { .fd = self->server, .events = POLLIN } };

      if (g_atomic_int_get (&self->paused))
        {
          g_usleep (10000);
          continue;
        }
      if (poll (fds, 2, 50) < 0)
        break;
      if (fds[0].revents && !relay_some (self, self->host, self->server))
        break;
      if (fds[1].revents && !relay_some (self, self->server, self->host))
        break;
    }
  shutdown (self->host, SHUT_RDWR);
  shutdown (self->server, SHUT_RDWR);
  return NULL;
}

HarnessRelay *
harness_relay_new (int server_fd, gint64 cut_after_bytes, GBytes *prefix, int *host_fd)
{
  HarnessRelay *self = g_new0 (HarnessRelay, 1);
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  *host_fd = pair[0];
  self->host = pair[1];
  self->server = server_fd;
  self->left = cut_after_bytes;
  if (prefix != NULL)
    g_assert_cmpint (write (self->host, g_bytes_get_data (prefix, NULL), g_bytes_get_size (prefix)),
                     ==, g_bytes_get_size (prefix));
  self->thread = g_thread_new ("relay", relay_thread, self);
  return self;
}

void
harness_relay_pause (HarnessRelay *self)
{
  g_atomic_int_set (&self->paused, TRUE);
}

void
harness_relay_free (HarnessRelay *self)
{
  g_atomic_int_set (&self->paused, FALSE);
  shutdown (self->host, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->host);
  close (self->server);
  g_free (self);
}

AnnexSshChannel *
harness_open (const char *extra)
{
  g_autoptr (GError) error = NULL;
  AnnexSshChannel *channel =
      dex_await_object (annex_ssh_channel_open (harness_start (extra, NULL), 0), &error);

  g_assert_no_error (error);
  g_assert_true (ANNEX_IS_SSH_CHANNEL (channel));
  return channel;
}

typedef struct
{
  void (*body) (void);
  GMainLoop *loop;
} Run;

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;

  run->body ();
  g_main_loop_quit (run->loop);
  return dex_future_new_true ();
}

static gboolean
quit_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static gboolean
late_cb (gpointer data)
{
  g_error ("The test takes too long");
  return G_SOURCE_REMOVE;
}

void
harness_run (void (*body) (void), guint limit_s)
{
  Run run = { .body = body, .loop = g_main_loop_new (NULL, FALSE) };
  guint limit = g_timeout_add_seconds (limit_s, late_cb, NULL);

  if (harness_is_possible ())
    {
      dex_future_disown (dex_scheduler_spawn (NULL, 1024 * 1024, run_fiber, &run, NULL));
      g_main_loop_run (run.loop);
      /* What was dropped last still has to be seen off, by threads too: leaks are looked for. */
      g_timeout_add (100, quit_cb, run.loop);
      g_main_loop_run (run.loop);
    }
  g_source_remove (limit);
  g_main_loop_unref (run.loop);
}

AnnexProcess *
harness_spawn (AnnexSshChannel *channel, const char *command)
{
  g_autoptr (AnnexCommand) described = annex_command_new (command);
  g_autoptr (GError) error = NULL;
  AnnexProcess *process = dex_await_object (annex_ssh_channel_spawn (channel, described), &error);

  g_assert_no_error (error);
  g_assert_true (ANNEX_IS_PROCESS (process));
  return process;
}

static DexFuture *
read_fiber (gpointer data)
{
  GInputStream *stream = data;
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (;;)
    {
      GError *error = NULL;
      g_autoptr (GBytes) piece =
          dex_await_boxed (dex_input_stream_read_bytes (stream, 65536, 0), &error);

      if (piece == NULL)
        return dex_future_new_for_error (error);
      if (g_bytes_get_size (piece) == 0)
        return dex_future_new_take_boxed (G_TYPE_BYTES,
                                          g_byte_array_free_to_bytes (g_steal_pointer (&all)));
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), g_bytes_get_size (piece));
    }
}

DexFuture *
harness_read_all (GInputStream *stream)
{
  return dex_scheduler_spawn (NULL, 0, read_fiber, g_object_ref (stream), g_object_unref);
}

static char *
await_text (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = dex_await_boxed (future, &error);

  g_assert_no_error (error);
  if (g_bytes_get_size (bytes) == 0)
    return g_strdup ("");
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

int
harness_shell (AnnexSshChannel *channel, const char *command, char **out, char **err)
{
  g_autoptr (AnnexProcess) process = harness_spawn (channel, command);
  g_autoptr (GError) error = NULL;
  DexFuture *out_future = harness_read_all (annex_process_get_stdout (process));
  DexFuture *err_future = harness_read_all (annex_process_get_stderr (process));
  g_autofree char *out_text = NULL;
  g_autofree char *err_text = NULL;
  int status;

  g_output_stream_close (annex_process_get_stdin (process), NULL, NULL);
  status = dex_await_int (annex_process_wait (process), &error);
  g_assert_no_error (error);
  out_text = await_text (out_future);
  err_text = await_text (err_future);
  if (out != NULL)
    *out = g_steal_pointer (&out_text);
  if (err != NULL)
    *err = g_steal_pointer (&err_text);
  return status;
}

void
harness_sleep (guint ms)
{
  dex_await (dex_timeout_new_msec ((int) ms), NULL); /* it only ever rejects */
}

gsize
harness_rss_bytes (void)
{
  g_autofree char *text = NULL;
  unsigned long pages = 0;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%*u %lu", &pages), ==, 1);
  return pages * (gsize) sysconf (_SC_PAGESIZE);
}

void
harness_assert_rss_below (gsize limit)
{
#ifndef __SANITIZE_ADDRESS__
  g_assert_cmpuint (harness_rss_bytes (), <, limit);
#endif
}
