/* annex-descriptors.c
 *
 * See annex-descriptors.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-descriptors.h"

#include <sys/resource.h>

#define WANTED 8192

static struct rlimit before;

void
annex_descriptors_raise (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= WANTED)
    return;
  before = limit;
  limit.rlim_cur = MIN (limit.rlim_max, WANTED);
  setrlimit (RLIMIT_NOFILE, &limit); /* without it there are fewer */
}

void
annex_descriptors_restore (gpointer data)
{
  if (before.rlim_cur != 0)
    setrlimit (RLIMIT_NOFILE, &before); /* more do no harm */
}
