/* annex-skill.h
 *
 * One skill as its SKILL.md says it, in the open Agent Skills format. Immutable. Reading is lenient
 * and tells what is wrong; checking, before a skill is written or passed on, is strict.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-needs.h"
#include "annex-skill-view.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_SKILL_ERROR (annex_skill_error_quark ())

/* FORMAT: no readable SKILL.md; UNUSABLE: without a description; NOT_FOUND: no such skill; LIMIT:
 * too large; HOSTILE: an archive that tries what an honest one does not; EXISTS; NEEDS: private
 * values are missing; FAILED. */
typedef enum {
  ANNEX_SKILL_ERROR_FORMAT,
  ANNEX_SKILL_ERROR_UNUSABLE,
  ANNEX_SKILL_ERROR_NOT_FOUND,
  ANNEX_SKILL_ERROR_LIMIT,
  ANNEX_SKILL_ERROR_HOSTILE,
  ANNEX_SKILL_ERROR_EXISTS,
  ANNEX_SKILL_ERROR_NEEDS,
  ANNEX_SKILL_ERROR_FAILED,
} AnnexSkillError;

GQuark
annex_skill_error_quark (void);

#define ANNEX_SKILL_MAX_NAME 64
#define ANNEX_SKILL_MAX_DESCRIPTION 1024
#define ANNEX_SKILL_MAX_COMPATIBILITY 500
#define ANNEX_SKILL_MAX_FILE_BYTES (1024u * 1024u) /* of SKILL.md */

#define ANNEX_TYPE_SKILL (annex_skill_get_type ())
typedef struct _AnnexSkill AnnexSkill;
GType
annex_skill_get_type (void) G_GNUC_CONST;

/* Reads SKILL.md's @text (@length bytes, untrusted) of a folder named @folder (nullable: not
 * known). What can be borne is a warning. ANNEX_SKILL_ERROR_FORMAT or UNUSABLE. (transfer full) */
AnnexSkill *
annex_skill_parse (const char *text, gsize length, const char *folder, GError **error);
/* Reads the SKILL.md (or skill.md) below the folder @path, never through a symlink. Blocking.
 * (transfer full) */
AnnexSkill *
annex_skill_load (const char *path, GError **error);
AnnexSkill *
annex_skill_ref (AnnexSkill *self);
void
annex_skill_unref (AnnexSkill *self);

/* All borrowed; the nullable ones are marked. */
const char *
annex_skill_get_name (AnnexSkill *self);
const char *
annex_skill_get_description (AnnexSkill *self);
const char *
annex_skill_get_license (AnnexSkill *self); /* nullable */
const char *
annex_skill_get_compatibility (AnnexSkill *self); /* nullable */
const char *
annex_skill_get_metadata (AnnexSkill *self, const char *key); /* nullable */
JsonObject *
annex_skill_get_all_metadata (AnnexSkill *self); /* of strings */
const char *const *
annex_skill_get_allowed_tools (AnnexSkill *self); /* patterns, NULL-terminated */
const char *
annex_skill_get_body (AnnexSkill *self);
/* What was wrong and was borne, in plain words. NULL-terminated. */
const char *const *
annex_skill_get_warnings (AnnexSkill *self);
/* AnnexSkillNeed elements: what it needs from the user. */
GPtrArray *
annex_skill_get_needs (AnnexSkill *self);

/* Every rule of the format that @text breaks, strictly, one sentence each; empty when it is good.
 * @folder nullable. (transfer full) */
char **
annex_skill_check (const char *text, gsize length, const char *folder);
/* Is @name a name of the format: 1–64 of a–z, 0–9 and single hyphens inside? */
gboolean
annex_skill_is_name (const char *name);
/* A name of the format made out of any text: "Monatsbericht (neu)" → "monatsbericht-neu"; "skill"
 * where nothing remains. (transfer full) */
char *
annex_skill_make_name (const char *text);

/* The same as AnnexSkillFault elements, which name the field. (transfer full) */
GPtrArray *
annex_skill_find_faults (const char *text, gsize length, const char *folder);

/* A SKILL.md of these fields, good or not. Nullable as below. (transfer full) */
char *
annex_skill_compose (const char *name,
                     const char *description,
                     const char *license,
                     const char *compatibility,
                     JsonObject *metadata,
                     const char *allowed_tools,
                     const char *body);
/* A SKILL.md. @metadata (nullable): an object of strings. Fails with FORMAT when it would break a
 * rule. (transfer full) */
char *
annex_skill_write (const char *name,
                   const char *description,
                   const char *license,
                   const char *compatibility,
                   JsonObject *metadata,
                   const char *allowed_tools,
                   const char *body,
                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkill, annex_skill_unref)

G_END_DECLS
