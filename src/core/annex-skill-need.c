/* annex-skill-need.c
 *
 * See annex-skill-need.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-need.h"

G_DEFINE_BOXED_TYPE (AnnexSkillNeed, annex_skill_need, annex_skill_need_copy, annex_skill_need_free)

const char *
annex_need_kind_to_name (AnnexNeedKind kind)
{
  static const char *const names[] = {
    [ANNEX_NEED_TEXT] = "text",
    [ANNEX_NEED_CHOICE] = "choice",
    [ANNEX_NEED_FOLDER] = "folder",
    [ANNEX_NEED_SECRET] = "secret",
  };

  return names[kind];
}

AnnexSkillNeed *
annex_skill_need_copy (const AnnexSkillNeed *self)
{
  AnnexSkillNeed *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->label = g_strdup (self->label);
  copy->help = g_strdup (self->help);
  copy->fallback = g_strdup (self->fallback);
  copy->options = g_strdupv (self->options);
  copy->env = g_strdup (self->env);
  copy->value = g_strdup (self->value);
  return copy;
}

void
annex_skill_need_free (AnnexSkillNeed *self)
{
  g_free (self->id);
  g_free (self->label);
  g_free (self->help);
  g_free (self->fallback);
  g_strfreev (self->options);
  g_free (self->env);
  g_free (self->value);
  g_free (self);
}
