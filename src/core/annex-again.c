/* annex-again.c
 *
 * See annex-again.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-again.h"

#include "annex-spoken.h"

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_again_error)
G_DEFINE_BOXED_TYPE (AnnexAgain, annex_again, annex_again_copy, annex_again_free)

AnnexAgain *
annex_again_new (void)
{
  return g_new0 (AnnexAgain, 1);
}

AnnexAgain *
annex_again_copy (const AnnexAgain *self)
{
  AnnexAgain *copy = g_memdup2 (self, sizeof *self);

  copy->profile = g_strdup (self->profile);
  copy->skills = g_strdupv (self->skills);
  return copy;
}

void
annex_again_free (AnnexAgain *self)
{
  g_free (self->profile);
  g_strfreev (self->skills);
  g_free (self);
}
