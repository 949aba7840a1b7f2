/* test-channel-files.c
 *
 * Files over the channel, and the guest's own connections through a forwarded port.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "channel-harness.h"

#include "annex-future.h"

#include <string.h>
#include <sys/stat.h>

#define MIB (1024 * 1024)
#define PORT 3128

static GBytes *
read_file (AnnexSshChannel *channel, const char *path, guint64 offset, guint64 max, GError **error)
{
  return dex_await_boxed (annex_ssh_channel_read_file (channel, path, offset, max), error);
}

static void
write_text (AnnexSshChannel *channel, const char *path, const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;

  g_assert_true (dex_await (annex_ssh_channel_write_file (channel, path, bytes), &error));
  g_assert_no_error (error);
}

static void
assert_shell (AnnexSshChannel *channel, const char *command, const char *expected)
{
  g_autofree char *out = NULL;

  harness_shell (channel, command, &out, NULL);
  g_assert_cmpstr (out, ==, expected);
}

static void
test_write_and_read (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  write_text (channel, "/home/agent/new folder/deep/it's ü.txt", "one\n");
  assert_shell (channel, "cd 'new folder/deep'; cat *; stat -c '%U %a' *; ls -a | wc -l",
                "one\nagent 644\n3\n");
  /* Again: replaced, permissions kept, nothing left beside it. */
  assert_shell (channel, "chmod 750 'new folder/deep/'*", "");
  write_text (channel, "/home/agent/new folder/deep/it's ü.txt", "two");
  assert_shell (channel, "cd 'new folder/deep'; cat *; stat -c ' %U %a' *; ls -a | wc -l",
                "two agent 750\n3\n");
  /* Through a link: the link stays. Relative: from the home folder. */
  assert_shell (channel, "echo old >target; ln -s target link", "");
  write_text (channel, "link", "three");
  assert_shell (channel, "cat target; readlink link", "threetarget\n");
  write_text (channel, "empty", "");
  assert_shell (channel, "stat -c %s empty", "0\n");

  bytes = read_file (channel, "/home/agent/target", 0, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "three", 5);
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = read_file (channel, "target", 1, 3, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "hre", 3);
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = read_file (channel, "target", 99, 3, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 0);
}

static void
test_large (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  guint8 *data = g_malloc (50 * MIB);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, 50 * MIB);
  g_autoptr (GBytes) back = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *expected = NULL;
  gint64 start_us;
  gsize at;

  for (at = 0; at < 50 * MIB; at++)
    data[at] = (guint8) (at * 13 + (at >> 9));
  start_us = g_get_monotonic_time ();
  g_assert_true (dex_await (annex_ssh_channel_write_file (channel, "large", bytes), &error));
  g_assert_no_error (error);
  g_test_message ("wrote 50 MiB in %.2f s", (g_get_monotonic_time () - start_us) / 1e6);
  sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  expected = g_strconcat (sum, "  large\n", NULL);
  assert_shell (channel, "sha256sum large", expected);
  start_us = g_get_monotonic_time ();
  back = read_file (channel, "large", 0, G_MAXINT32, &error);
  g_assert_no_error (error);
  g_test_message ("read 50 MiB in %.2f s", (g_get_monotonic_time () - start_us) / 1e6);
  g_assert_true (g_bytes_equal (bytes, back));
}

static void
test_refused (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GError) error = NULL;
  const struct
  {
    const char *path;
    int code;
  } reads[] = { { "/nowhere", ANNEX_COMPUTER_ERROR_NOT_FOUND },
                { "/home/agent", ANNEX_COMPUTER_ERROR_FAILED },
                { "/home/agent/fifo", ANNEX_COMPUTER_ERROR_FAILED },
                { "/dev/zero", ANNEX_COMPUTER_ERROR_FAILED },
                { "/home/root/secret", ANNEX_COMPUTER_ERROR_FAILED },
                { "/home/agent/to-root", ANNEX_COMPUTER_ERROR_FAILED } };
  const char *writes[] = { "/home/agent", "/home/agent/fifo", "/home/agent/to-root", "/proc/x",
                           "/home/agent/file/below" };
  guint i;

  /* Root's file, and the agent's link to it: SFTP is the agent's, not root's. */
  assert_shell (channel, "mkfifo fifo; ln -s /home/root/secret to-root; touch file", "");
  {
    g_autoptr (AnnexCommand) command =
        annex_command_new ("echo secret >/home/root/secret; chmod 600 /home/root/secret; id -u");
    g_autoptr (AnnexProcess) process = NULL;

    command->as_root = TRUE;
    process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
    g_assert_no_error (error);
    g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 0);
  }
  for (i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      g_assert_null (read_file (channel, reads[i].path, 0, 100, &error));
      g_assert_error (error, ANNEX_COMPUTER_ERROR, reads[i].code);
      g_clear_error (&error);
    }
  for (i = 0; i < G_N_ELEMENTS (writes); i++)
    {
      g_assert_false (dex_await (annex_ssh_channel_write_file (channel, writes[i], bytes), &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == ANNEX_COMPUTER_ERROR);
      g_clear_error (&error);
    }
  g_assert_null (dex_await_boxed (annex_ssh_channel_stat_file (channel, "/nowhere"), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND);
}

static void
test_stat (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (GError) error = NULL;
  AnnexSftpAttributes *attributes;

  write_text (channel, "five", "12345");
  attributes = dex_await_boxed (annex_ssh_channel_stat_file (channel, "five"), &error);
  g_assert_no_error (error);
  g_assert_true (attributes->has_size && attributes->has_mode);
  g_assert_cmpuint (attributes->size, ==, 5);
  g_assert_true (S_ISREG (attributes->mode));
  g_boxed_free (ANNEX_TYPE_SFTP_ATTRIBUTES, attributes);
}

/* A full disk has a name of its own, and leaves nothing behind. */
static void
test_disk_full (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autofree char *filler = g_strnfill (3 * MIB, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (filler, 3 * MIB);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexCommand) command =
      annex_command_new ("mkdir /home/small; mount -t tmpfs -o size=1m,mode=777 small /home/small");
  g_autoptr (AnnexProcess) process = NULL;

  command->as_root = TRUE;
  process = dex_await_object (annex_ssh_channel_spawn (channel, command), &error);
  g_assert_no_error (error);
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 0);
  g_assert_false (
      dex_await (annex_ssh_channel_write_file (channel, "/home/small/file", bytes), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL);
  assert_shell (channel, "ls -A /home/small | wc -l", "0\n");
}

/* Many at once share one session; when its server is killed the next call has a new one. */
static void
test_many (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  DexFuture *futures[60];
  g_autoptr (GError) error = NULL;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autofree char *path = g_strdup_printf ("many/%u/file", i % 7 * 10 + i);
      g_autoptr (GBytes) bytes = g_bytes_new (path, strlen (path));

      futures[i] = annex_ssh_channel_write_file (channel, path, bytes);
    }
  for (i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_assert_true (dex_await (futures[i], &error));
      g_assert_no_error (error);
    }
  assert_shell (channel, "find many -type f | wc -l; pkill -x sftp-server; sleep 0.3", "60\n");
  write_text (channel, "again", "yes");
  assert_shell (channel, "cat again", "yes");
}

/* ---- the guest's connections */

static guint open_streams, seen_streams, most_streams;

static DexFuture *
answer_fiber (gpointer data)
{
  GIOStream *stream = data;
  GInputStream *in = g_io_stream_get_input_stream (stream);
  GOutputStream *out = g_io_stream_get_output_stream (stream);
  g_autoptr (GError) error = NULL;
  gsize total = 0;

  for (;;)
    {
      g_autoptr (GBytes) piece =
          dex_await_boxed (dex_input_stream_read_bytes (in, 65536, 0), &error);
      gsize at = 0;

      if (piece == NULL || g_bytes_get_size (piece) == 0)
        break;
      total += g_bytes_get_size (piece);
      while (at < g_bytes_get_size (piece))
        {
          g_autoptr (GBytes) rest =
              g_bytes_new_from_bytes (piece, at, g_bytes_get_size (piece) - at);
          gint64 done = dex_await_int64 (dex_output_stream_write_bytes (out, rest, 0), &error);

          if (error != NULL)
            break;
          at += done;
        }
      if (error != NULL)
        break;
    }
  if (error == NULL)
    {
      g_autofree char *text = g_strdup_printf ("%" G_GSIZE_FORMAT "\n", total);
      g_autoptr (GBytes) last = g_bytes_new (text, strlen (text));

      /* After the guest's end of input the other direction still works. */
      dex_await (dex_output_stream_write_bytes (out, last, 0), NULL);
    }
  g_io_stream_close (stream, NULL, NULL);
  open_streams--;
  return dex_future_new_true ();
}

static void
answer_cb (GIOStream *stream, gpointer data)
{
  g_assert_cmpstr (data, ==, "data");
  seen_streams++;
  open_streams++;
  most_streams = MAX (most_streams, open_streams);
  dex_future_disown (
      dex_scheduler_spawn (NULL, 0, answer_fiber, g_object_ref (stream), g_object_unref));
}

static gboolean freed;

static void
free_cb (gpointer data)
{
  freed = TRUE;
}

static void
listen_on (AnnexSshChannel *channel)
{
  g_autoptr (GError) error = NULL;

  freed = FALSE;
  open_streams = seen_streams = most_streams = 0;
  g_assert_true (dex_await (
      annex_ssh_channel_listen (channel, PORT, answer_cb, (gpointer) "data", free_cb), &error));
  g_assert_no_error (error);
}

static const char client[] =
    "python3 - <<'END'\n"
    "import socket, threading\n"
    "def one (n):\n"
    "    s = socket.create_connection (('127.0.0.1', 3128))\n"
    "    data = bytes ([n % 251]) * (n * 3000)\n"
    "    t = threading.Thread (target=lambda: (s.sendall (data), s.shutdown (socket.SHUT_WR)))\n"
    "    t.start ()\n"
    "    got = b''\n"
    "    while True:\n"
    "        piece = s.recv (65536)\n"
    "        if not piece: break\n"
    "        got += piece\n"
    "    t.join ()\n"
    "    assert got == data + b'%d\\n' % len (data), (n, len (got))\n"
    "threads = [threading.Thread (target=one, args=(n,)) for n in range (COUNT)]\n"
    "for t in threads: t.start ()\n"
    "for t in threads: t.join ()\n"
    "print ('done')\n"
    "END\n";

static void
test_forward (void)
{
  AnnexSshChannel *channel = harness_open (NULL);
  g_auto (GStrv) parts = g_strsplit (client, "COUNT", 2);
  g_autofree char *command = g_strjoinv ("60", parts);
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;

  listen_on (channel);
  harness_shell (channel, command, &out, &err);
  g_assert_cmpstr (err, ==, "");
  g_assert_cmpstr (out, ==, "done\n");
  harness_sleep (300);
  g_assert_cmpuint (seen_streams, ==, 60);
  g_assert_cmpuint (open_streams, ==, 0);
  /* Taken already, so the guest refuses; another port is not ours. */
  g_assert_false (
      dex_await (annex_ssh_channel_listen (channel, PORT, answer_cb, NULL, NULL), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED);
  g_object_unref (channel);
  harness_sleep (300);
  g_assert_true (freed);
}

/* No more than 128 at a time; those over it are closed, and later ones work again. Connections that
 * stand still cost nothing. */
static void
test_forward_limit (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_auto (GStrv) parts = g_strsplit (client, "COUNT", 2);
  g_autofree char *command = g_strjoinv ("5", parts);
  g_autofree char *out = NULL;

  listen_on (channel);
  assert_shell (channel,
                "python3 - <<'END'\n"
                "import socket, time\n"
                "all = [socket.create_connection (('127.0.0.1', 3128)) for n in range (150)]\n"
                "refused = 0\n"
                "time.sleep (1)\n"
                "for s in all:\n"
                "    s.setblocking (False)\n"
                "    try:\n"
                "        if s.recv (1) == b'': refused += 1\n"
                "    except BlockingIOError: pass\n"
                "    except ConnectionResetError: refused += 1\n"
                "print (refused)\n"
                "END\n",
                "22\n");
  harness_sleep (500);
  g_assert_cmpuint (most_streams, ==, 128);
  g_assert_cmpuint (open_streams, ==, 0);
  harness_shell (channel, command, &out, NULL);
  g_assert_cmpstr (out, ==, "done\n");
}

#define TEST(name, limit_s)                                                                        \
  static void run_##name (void)                                                                    \
  {                                                                                                \
    harness_run (test_##name, limit_s);                                                            \
  }

TEST (write_and_read, 30)
TEST (large, 120)
TEST (refused, 60)
TEST (stat, 30)
TEST (disk_full, 30)
TEST (many, 60)
TEST (forward, 60)
TEST (forward_limit, 60)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/channel/files/write-and-read", run_write_and_read);
  g_test_add_func ("/channel/files/large", run_large);
  g_test_add_func ("/channel/files/refused", run_refused);
  g_test_add_func ("/channel/files/stat", run_stat);
  g_test_add_func ("/channel/files/disk-full", run_disk_full);
  g_test_add_func ("/channel/files/many", run_many);
  g_test_add_func ("/channel/forward/echo", run_forward);
  g_test_add_func ("/channel/forward/limit", run_forward_limit);
  return g_test_run ();
}
