/* test-guest-call.c
 *
 * What Annex asks of a computer for itself ends in time, whatever root has made of the computer: a
 * person waits behind it, to stop the computer or to revoke a folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-guest.h"
#include "channel-harness.h"

#include <string.h>

#define LIMIT_MS 500
/* Some seconds after the limit, and some more for a machine that is busy. */
#define PATIENCE_US (12 * G_USEC_PER_SEC)

static void
assert_late (AnnexGuest *guest, const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  gint64 began_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (annex_guest_call (guest, argv, NULL, 4096, LIMIT_MS), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "Annex’s computer did not answer in time");
  g_test_message ("measured: %.2f s", (g_get_monotonic_time () - began_us) / 1e6);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, PATIENCE_US);
}

static void
test_answers (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexGuest) guest = annex_guest_new (channel);
  const char *argv[] = { "echo", "it's me", NULL };
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GError) error = NULL;

  output = dex_await_boxed (annex_guest_call (guest, argv, NULL, 4096, 20000), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (output->out, NULL), g_bytes_get_size (output->out),
                   "it's me\n", strlen ("it's me\n"));
}

/* It has ended, and something it left there goes on talking. */
static void
test_chatter (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexGuest) guest = annex_guest_new (channel);

  assert_late (guest, "(while echo; do sleep 0.5; done) & exit 0");
}

/* It does not end, and does not let itself be ended soon. */
static void
test_stubborn (void)
{
  g_autoptr (AnnexSshChannel) channel = harness_open (NULL);
  g_autoptr (AnnexGuest) guest = annex_guest_new (channel);

  assert_late (guest, "trap '' TERM HUP INT; while :; do sleep 0.2; echo; done");
}

/* It is never begun. */
static void
test_silent (void)
{
  int fd;
  HarnessRelay *relay = harness_relay_new (harness_start (NULL, NULL), -1, NULL, &fd);
  g_autoptr (AnnexSshChannel) channel = NULL;
  g_autoptr (AnnexGuest) guest = NULL;
  g_autoptr (GError) error = NULL;

  channel = dex_await_object (annex_ssh_channel_open (fd, 20000), &error);
  g_assert_no_error (error);
  guest = annex_guest_new (channel);
  harness_relay_pause (relay);
  assert_late (guest, "exit 0");
  annex_ssh_channel_close (channel);
  harness_relay_free (relay);
}

#define TEST(name)                                                                                 \
  static void run_##name (void)                                                                    \
  {                                                                                                \
    harness_run (test_##name, 50);                                                                 \
  }

TEST (answers)
TEST (chatter)
TEST (stubborn)
TEST (silent)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/guest-call/answers", run_answers);
  g_test_add_func ("/guest-call/chatter", run_chatter);
  g_test_add_func ("/guest-call/stubborn", run_stubborn);
  g_test_add_func ("/guest-call/silent", run_silent);
  return g_test_run ();
}
