/* test-channel-flow.c
 *
 * Back-pressure both ways with bounded memory, no work while nothing happens, and a channel that is
 * cut, silent or full of noise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "channel-harness.h"

#include "annex-future.h"
#include "annex-ssh-session-private.h"

#include <gio/gunixoutputstream.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB (1024 * 1024)

static double
cpu_seconds (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/* A busy loop would use the whole second. */
static void
assert_idle (void)
{
  double before = cpu_seconds ();

  harness_sleep (1000);
  g_assert_cmpfloat (cpu_seconds () - before, <, 0.2);
}

static guint8
pattern (gsize at)
{
  return (guint8) (at * 31 + (at >> 12) * 7);
}

typedef struct
{
  GOutputStream *stream;
  gsize total;
} Feed;

static DexFuture *
feed_fiber (gpointer data)
{
  Feed *feed = data;
  gsize at = 0;

  while (at < feed->total)
    {
      gsize length = MIN (feed->total - at, 200000), i;
      guint8 *bytes = g_malloc (length);
      g_autoptr (GBytes) piece = NULL;
      GError *error = NULL;
      gssize done;

      for (i = 0; i < length; i++)
        bytes[i] = pattern (at + i);
      piece = g_bytes_new_take (bytes, length);
      done = dex_await_int64 (dex_output_stream_write_bytes (feed->stream, piece, 0), &error);
      if (error != NULL)
        return dex_future_new_for_error (error);
      at += done;
    }
  g_output_stream_close (feed->stream, NULL, NULL);
  return dex_future_new_true ();
}

static void
feed_free (gpointer data)
{
  Feed *feed = data;

  g_object_unref (feed->stream);
  g_free (feed);
}

/* Reads everything, checks it against the pattern and returns how much it was. */
static gsize
check_pattern (GInputStream *stream)
{
  gsize at = 0;

  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) piece =
          dex_await_boxed (dex_input_stream_read_bytes (stream, 256 * 1024, 0), &error);
      const guint8 *bytes;
      gsize length, i;

      g_assert_no_error (error);
      bytes = g_bytes_get_data (piece, &length);
      if (length == 0)
        return at;
      for (i = 0; i < length; i++)
        if (bytes[i] != pattern (at + i))
          g_error ("wrong byte at %" G_GSIZE_FORMAT, at + i);
      at += length;
    }
}

static void
echo (AnnexSshChannel *channel, gsize total)
{
  g_autoptr (AnnexProcess) process = harness_spawn (channel, "cat");
  Feed feed = { .stream = annex_process_get_stdin (process), .total = total };
  DexFuture *feeding = dex_scheduler_spawn (NULL, 0, feed_fiber, &feed, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (check_pattern (annex_process_get_stdout (process)), ==, total);
  g_assert_true (dex_await (feeding, &error));
  g_assert_no_error (error);
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 0);
  g_assert_no_error (error);
}

static void
test_echo (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  gsize before;

  echo (channel, 4 * MIB);
  before = harness_rss_bytes ();
  echo (channel, 100 * MIB);
  harness_assert_rss_below (before + 32 * MIB);
}

/* New keys in the middle of bulk data, often. */
static void
test_new_keys (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open ("RekeyLimit 2M\n");

  echo (channel, 24 * MIB);
}

static void
test_gigabyte (void)
{
  const gsize total = 1024u * MIB;
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexProcess) process = NULL;
  gint64 start_us;
  gsize before, at = 0;

  harness_shell (channel, "head -c 8M /dev/zero", NULL, NULL);
  before = harness_rss_bytes ();
  start_us = g_get_monotonic_time ();
  process = harness_spawn (channel, "head -c 1G /dev/zero");
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) piece = dex_await_boxed (
          dex_input_stream_read_bytes (annex_process_get_stdout (process), 256 * 1024, 0), &error);

      g_assert_no_error (error);
      if (g_bytes_get_size (piece) == 0)
        break;
      at += g_bytes_get_size (piece);
    }
  g_assert_cmpuint (at, ==, total);
  harness_assert_rss_below (before + 16 * MIB);
  g_test_message ("1 GiB in %.2f s, memory grew by %.1f MiB",
                  (g_get_monotonic_time () - start_us) / 1e6,
                  ((double) harness_rss_bytes () - before) / MIB);
}

/* Output that nobody reads stops in the guest; others do not notice. */
static void
test_unread_flood (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (GPtrArray) floods = g_ptr_array_new_with_free_func (g_object_unref);
  gsize before;
  guint i;

  harness_shell (channel, "head -c 8M /dev/zero", NULL, NULL);
  before = harness_rss_bytes ();
  for (i = 0; i < 4; i++)
    g_ptr_array_add (floods, harness_spawn (channel, "cat /dev/zero & cat /dev/zero >&2"));
  harness_sleep (1500);
  /* At most a window of 2 MiB for each, stdout and stderr together; libssh's buffers double. */
  harness_assert_rss_below (before + 4 * 6 * MIB);
  assert_idle ();
  for (i = 0; i < 10; i++)
    {
      gint64 start_us = g_get_monotonic_time ();
      g_autofree char *out = NULL;

      harness_shell (channel, "echo quick", &out, NULL);
      g_assert_cmpstr (out, ==, "quick\n");
      g_assert_cmpint (g_get_monotonic_time () - start_us, <, 2 * G_USEC_PER_SEC);
    }
}

/* After a stop in the middle it goes on where it was. */
static void
test_slow_reader (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexProcess) process = harness_spawn (channel, "cat");
  Feed feed = { .stream = annex_process_get_stdin (process), .total = 12 * MIB };
  DexFuture *feeding = dex_scheduler_spawn (NULL, 0, feed_fiber, &feed, NULL);
  g_autoptr (GError) error = NULL;

  harness_sleep (700);
  /* Windows, pipes and sockets are full in both directions. */
  g_assert_true (dex_future_is_pending (feeding));
  assert_idle ();
  g_assert_cmpuint (check_pattern (annex_process_get_stdout (process)), ==, 12 * MIB);
  g_assert_true (dex_await (feeding, &error));
}

/* What is written to a command that does not read is not taken without bound, and a command that
 * ended is a broken pipe, not a signal. */
static void
test_unread_input (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexProcess) process = harness_spawn (channel, "sleep 2");
  Feed feed = { .stream = annex_process_get_stdin (process), .total = 64 * MIB };
  gsize before = harness_rss_bytes ();
  DexFuture *feeding = dex_scheduler_spawn (NULL, 0, feed_fiber, &feed, NULL);
  g_autoptr (GError) error = NULL;

  harness_sleep (600);
  assert_idle ();
  g_assert_true (dex_future_is_pending (feeding));
  harness_assert_rss_below (before + 10 * MIB);
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 0);
  g_assert_no_error (error);
  g_assert_false (dex_await (feeding, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
}

/* The app stops listening to a command's output: the command goes on. */
static void
test_closed_output (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexProcess) process =
      harness_spawn (channel, "head -c 20M /dev/zero; echo done >&2; exit 7");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (g_input_stream_close (annex_process_get_stdout (process), NULL, NULL));
  g_assert_cmpint (dex_await_int (annex_process_wait (process), &error), ==, 7);
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stderr (process)), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 5);
}

static void
assert_lost (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (annex_future_with_timeout (future, 8000), &error));
  g_assert_nonnull (error);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
}

static void
incoming_cb (GIOStream *stream, gpointer data)
{
}

/* What was answered before the cut may have a success still on its way to who waits for it; it must
 * not stay pending, and if it fails, then because the line was cut. */
static void
assert_done_or_lost (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  if (dex_await (annex_future_with_timeout (dex_ref (future), 8000), &error))
    dex_unref (future);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_assert_no_error (error);
  else
    assert_lost (future);
}

/* Whatever is under way when the line is cut rejects. */
static void
use_until_cut (AnnexSshChannel *channel)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new ();
  g_autoptr (GPtrArray) processes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (AnnexCommand) command = annex_command_new ("cat; sleep 1000");
  g_autofree char *filler = g_strnfill (3 * MIB, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (filler, 3 * MIB);
  guint i;

  for (i = 0; i < 6; i++)
    {
      AnnexProcess *process = dex_await_object (annex_ssh_channel_spawn (channel, command), NULL);

      if (process == NULL)
        break;
      g_ptr_array_add (processes, process);
      g_ptr_array_add (futures, annex_process_wait (process));
    }
  if (processes->len > 0)
    {
      Feed *feed = g_new0 (Feed, 1);

      feed->stream = g_object_ref (annex_process_get_stdin (processes->pdata[0]));
      feed->total = 900u * MIB;
      /* Uses up what is left of the line; its output is not read, so it may also just wait. */
      g_ptr_array_add (futures, annex_ssh_channel_write_file (channel, "big", bytes));
      g_ptr_array_add (futures, annex_process_kill (processes->pdata[processes->len - 1]));
      g_ptr_array_add (futures, annex_ssh_channel_listen (channel, 3128, incoming_cb, NULL, NULL));
      dex_future_disown (dex_scheduler_spawn (NULL, 0, feed_fiber, feed, feed_free));
      check_pattern (annex_process_get_stdout (processes->pdata[0]));
    }
  g_assert_cmpuint (futures->len, <=, 9);
  assert_lost (annex_ssh_channel_closed (channel));
  for (i = 0; i < futures->len; i++)
    {
      DexFuture *future = futures->pdata[i];

      /* A write, the kill, the listener and the command that was killed may end in time. */
      if (i + 1 >= processes->len)
        assert_done_or_lost (future);
      else
        assert_lost (future);
    }
  g_assert_false (annex_ssh_channel_is_open (channel));
  assert_lost (annex_ssh_channel_spawn (channel, command));
  assert_lost (annex_ssh_channel_read_file (channel, "big", 0, 10));
}

static void
test_cut (void)
{
  const gint64 cuts[] = { 0,     1,     20,    45,    400,    1200,    1500,    1800,
                          2400,  3000,  3300,  3600,  4200,   5000,    6000,    8000,
                          12000, 20000, 30000, 60000, 200000, 1000000, 6000000, 20000000 };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cuts); i++)
    {
      g_autoptr (AnnexSshChannel) channel = NULL;
      g_autoptr (GError) error = NULL;
      int fd;
      HarnessRelay *relay = harness_relay_new (harness_start (NULL, NULL), cuts[i], NULL, &fd);

      channel = dex_await_object (annex_ssh_channel_open (fd, 10000), &error);
      if (channel == NULL)
        g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
      else
        use_until_cut (channel);
      g_test_message ("cut after %" G_GINT64_FORMAT ": %s", cuts[i],
                      channel != NULL ? "was open" : error->message);
      harness_relay_free (relay);
    }
}

static void
test_close (void)
{
  AnnexSshChannel *channel = harness_open (NULL);
  g_autoptr (AnnexProcess) process = harness_spawn (channel, "sleep 100");
  g_autoptr (AnnexProcess) orphan = harness_spawn (channel, "sleep 100");
  DexFuture *closed = annex_ssh_channel_closed (channel);
  g_autoptr (GBytes) bytes = NULL;

  annex_ssh_channel_close (channel);
  annex_ssh_channel_close (channel);
  assert_lost (annex_process_wait (process));
  assert_lost (closed);
  assert_lost (annex_process_kill (process));
  bytes = dex_await_boxed (harness_read_all (annex_process_get_stdout (process)), NULL);
  g_assert_nonnull (bytes);
  g_object_unref (channel);
  assert_lost (annex_process_wait (orphan));
}

static void
test_silent_from_the_start (void)
{
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  g_assert_null (dex_await_object (annex_ssh_channel_open (pair[0], 300), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  close (pair[1]);
}

/* A guest that is paused or dead without hanging up is found out, a quiet one is not. */
static void
test_silence (void)
{
  AnnexSshOptions options = { .user = (char *) "root",
                              .connect_timeout_ms = 10000,
                              .silence_limit_ms = 1600 };
  int fd;
  HarnessRelay *relay = harness_relay_new (harness_start (NULL, NULL), -1, NULL, &fd);
  AnnexSshSession *session = annex_ssh_session_new (fd, &options);
  DexFuture *lost = annex_ssh_session_lost (session);
  g_autoptr (GError) error = NULL;

  g_assert_true (dex_await (annex_ssh_session_ready (session), &error));
  g_assert_no_error (error);
  harness_sleep (5000);
  g_assert_true (dex_future_is_pending (lost));
  assert_idle ();
  harness_relay_pause (relay);
  assert_lost (lost);
  annex_ssh_session_unref (session);
  harness_relay_free (relay);
}

/* What an earlier connection left in the port. */
static void
test_noise (void)
{
  const char *texts[] = { "\n", "SSH-", "SSH-2.0", "SSSSH-2", "garbage\r\nSSH-1.5-x\r\n" };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (texts) + 6; i++)
    {
      g_autoptr (AnnexSshChannel) channel = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) noise = NULL;
      int fd;
      HarnessRelay *relay;

      if (i < G_N_ELEMENTS (texts))
        noise = g_bytes_new_static (texts[i], strlen (texts[i]));
      else
        {
          guint8 *bytes = g_malloc (9000);
          gsize at;

          for (at = 0; at < 9000; at++)
            bytes[at] = (guint8) g_test_rand_int ();
          noise = g_bytes_new_take (bytes, 9000);
        }
      relay = harness_relay_new (harness_start (NULL, NULL), -1, noise, &fd);
      channel = dex_await_object (annex_ssh_channel_open (fd, 10000), &error);
      g_assert_no_error (error);
      g_assert_cmpint (harness_shell (channel, "exit 5", NULL, NULL), ==, 5);
      harness_relay_free (relay);
    }
}

#define TEST(name, limit_s)                                                                        \
  static void run_##name (void)                                                                    \
  {                                                                                                \
    harness_run (test_##name, limit_s);                                                            \
  }

TEST (echo, 120)
TEST (new_keys, 120)
TEST (gigabyte, 180)
TEST (unread_flood, 60)
TEST (slow_reader, 60)
TEST (unread_input, 30)
TEST (closed_output, 30)
TEST (cut, 180)
TEST (close, 30)
TEST (silent_from_the_start, 30)
TEST (silence, 60)
TEST (noise, 60)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/channel/flow/echo", run_echo);
  g_test_add_func ("/channel/flow/new-keys", run_new_keys);
  g_test_add_func ("/channel/flow/gigabyte", run_gigabyte);
  g_test_add_func ("/channel/flow/unread-flood", run_unread_flood);
  g_test_add_func ("/channel/flow/slow-reader", run_slow_reader);
  g_test_add_func ("/channel/flow/unread-input", run_unread_input);
  g_test_add_func ("/channel/flow/closed-output", run_closed_output);
  g_test_add_func ("/channel/flow/cut", run_cut);
  g_test_add_func ("/channel/flow/close", run_close);
  g_test_add_func ("/channel/flow/silent-from-the-start", run_silent_from_the_start);
  g_test_add_func ("/channel/flow/silence", run_silence);
  g_test_add_func ("/channel/flow/noise", run_noise);
  return g_test_run ();
}
