/* bare-init.c
 *
 * The least a kernel can start: says that it is there on the console, and turns the machine off.
 * What the benchmark holds Annex's own boot against.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <fcntl.h>
#include <sys/reboot.h>
#include <unistd.h>

int
main (void)
{
  static const char words[] = "bare-init: here\n";
  int console = open ("/dev/console", O_WRONLY);

  if (console < 0 || write (console, words, sizeof words - 1) < 0)
    return 1;
  sync ();
  reboot (RB_POWER_OFF);
  return 1;
}
