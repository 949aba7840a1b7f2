/* main.c
 *
 * The fake model server as a program: fake-model SCENARIO.json [LOG.jsonl]. Prints its port, then
 * serves until its standard input ends or it is killed; then prints how many turns are left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-model.h"

#include <signal.h>
#include <stdio.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *scenario = NULL;
  g_autoptr (FakeModel) model = NULL;

  if (argc < 2 || argc > 3)
    {
      g_printerr ("Usage: fake-model SCENARIO.json [LOG.jsonl]\n");
      return 2;
    }
  signal (SIGPIPE, SIG_IGN);
  if (!g_file_get_contents (argv[1], &scenario, NULL, &error) ||
      (model = fake_model_new (scenario, argc > 2 ? argv[2] : NULL, &error)) == NULL)
    {
      g_printerr ("fake-model: %s: %s\n", argv[1], error->message);
      return 1;
    }
  printf ("%u\n", fake_model_get_port (model));
  fflush (stdout);
  while (getchar () != EOF)
    continue;
  printf ("%u turns left\n", fake_model_count_left (model));
  return 0;
}
