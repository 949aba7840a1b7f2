/* test-vm.c
 *
 * The life of a task's computer, with a real virtual machine: from the template, asleep and awake,
 * damaged, killed, waiting, left behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-template.h"
#include "computer-fixture.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

/* ---------------------------------------------------------------- beginning */

static void
test_first_start (void)
{
  gint64 start_us = g_get_monotonic_time ();
  g_autoptr (AnnexComputer) computer = NULL;
  g_autofree char *message = NULL;
  g_autofree char *out = NULL;
  double first_s, second_s;

  computer = await_computer ();
  first_s = seconds_since (start_us);
  message = annex_computer_dup_message (computer);
  g_assert_cmpstr (message, ==, "Ready");
  assert_output (computer, "id -un; pwd", "agent\n/home/agent");
  await_true (annex_computer_stop (computer));
  g_assert_cmpint (annex_computer_get_state (computer), ==, ANNEX_COMPUTER_OFF);

  start_us = g_get_monotonic_time ();
  g_clear_object (&computer);
  computer = await_computer ();
  second_s = seconds_since (start_us);
  g_test_message ("measured: first start with template made %.2f s, start from template %.2f s",
                  first_s, second_s);
  g_assert_cmpfloat (second_s, <, first_s);
  await_true (annex_computer_reset (computer));
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  fixture_add ("/vm/first-start", test_first_start);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
