/* test-attacks-vm.c
 *
 * The attacks that need a real computer, all with one: ways out, folders, and whatever
 * there is used up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attack-fixture.h"

static void
test_start (void)
{
  fixture_run_body (attack_start);
}

static void
test_end (void)
{
  fixture_run_body (attack_end);
}

int
main (int argc, char **argv)
{
  int status;

  if (!fixture_init (&argc, &argv, &status))
    return status;
  g_test_add_func ("/attacks/vm-begin/start", test_start);
  attack_add_direct ();
  attack_add_folder ();
  attack_add_floods ();
  g_test_add_func ("/attacks/vm-end/end", test_end);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
