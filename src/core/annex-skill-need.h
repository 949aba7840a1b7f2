/* annex-skill-need.h
 *
 * One value that a skill needs from its user. How a skill declares it is src/skills' matter.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_NEED_TEXT,
  ANNEX_NEED_CHOICE,
  ANNEX_NEED_FOLDER,
  ANNEX_NEED_SECRET,
} AnnexNeedKind;

#define ANNEX_TYPE_SKILL_NEED (annex_skill_need_get_type ())
typedef struct
{
  char *id; /* [a-z][a-z0-9_]*, at most 32 */
  AnnexNeedKind kind;
  char *label;
  char *help;     /* nullable */
  char *fallback; /* the default; nullable, never of a secret */
  char **options; /* of a choice; else NULL */
  char *env;      /* of a secret: the variable a command gets it in; else NULL */
  gboolean optional;
  char *value; /* what the user has given, of a secret secret:<id>; NULL: nothing, or not asked */
} AnnexSkillNeed;
GType
annex_skill_need_get_type (void) G_GNUC_CONST;
AnnexSkillNeed *
annex_skill_need_copy (const AnnexSkillNeed *self);
void
annex_skill_need_free (AnnexSkillNeed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillNeed, annex_skill_need_free)

/* "text", "choice", "folder", "secret". */
const char *
annex_need_kind_to_name (AnnexNeedKind kind);

G_END_DECLS
