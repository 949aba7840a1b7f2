/* annex-skill-library.h
 *
 * The SkillLibrary port: which skills a task can use, and what using one means. Implemented in
 * src/skills. The catalogue reaches the model in announcements only, so that what was sent before
 * stays as it is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <libdex.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_SKILL_ORIGIN_SHARE,    /* in a shared folder that the user trusts */
  ANNEX_SKILL_ORIGIN_LIBRARY,  /* installed */
  ANNEX_SKILL_ORIGIN_HOME,     /* in the home folder */
  ANNEX_SKILL_ORIGIN_BUILT_IN, /* came with Annex */
} AnnexSkillOrigin;

/* "share", "library", "home", "built-in". */
const char *
annex_skill_origin_to_name (AnnexSkillOrigin origin);

#define ANNEX_TYPE_SKILL_INFO (annex_skill_info_get_type ())
typedef struct
{
  char *name;
  char *description; /* untrusted; "" where it cannot be read */
  AnnexSkillOrigin origin;
  char *path;   /* its folder on this machine */
  char *source; /* where it came from, for people; nullable */
  char *fault;  /* why it cannot be used; nullable */
  char **warnings;
  gboolean enabled;
  gboolean shadowed; /* another of its name counts */
  guint n_versions;  /* in the library */
  gint64 installed_us;
  gint64 used_us; /* 0: never */
} AnnexSkillInfo;
GType
annex_skill_info_get_type (void) G_GNUC_CONST;
AnnexSkillInfo *
annex_skill_info_new (const char *name, AnnexSkillOrigin origin);
AnnexSkillInfo *
annex_skill_info_copy (const AnnexSkillInfo *self);
void
annex_skill_info_free (AnnexSkillInfo *self);
/* May the model use it? */
gboolean
annex_skill_info_is_usable (const AnnexSkillInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillInfo, annex_skill_info_free)

/* What the model gets for using a skill. */
#define ANNEX_TYPE_SKILL_USE (annex_skill_use_get_type ())
typedef struct
{
  char *name;
  char *text;   /* instructions, its folder in the computer, its files, the user's values */
  GBytes *tar;  /* the skill's folder, to be unpacked as /skills/NAME */
  char *digest; /* of that folder */
  guint n_files;
} AnnexSkillUse;
GType
annex_skill_use_get_type (void) G_GNUC_CONST;
AnnexSkillUse *
annex_skill_use_copy (const AnnexSkillUse *self);
void
annex_skill_use_free (AnnexSkillUse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSkillUse, annex_skill_use_free)

#define ANNEX_TYPE_SKILL_LIBRARY (annex_skill_library_get_type ())
G_DECLARE_INTERFACE (AnnexSkillLibrary, annex_skill_library, ANNEX, SKILL_LIBRARY, GObject)

/* Signal "changed" (): skills came, went or changed; main thread. */
struct _AnnexSkillLibraryInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*list) (AnnexSkillLibrary *self, const char *const *folders);
  DexFuture *(*use) (AnnexSkillLibrary *self,
                     const char *name,
                     const char *arguments,
                     const char *const *folders);
};

/* @folders (nullable): the folders a task shares, on this machine. Resolves to a boxed GPtrArray of
 * AnnexSkillInfo, those that are off, shadowed or faulty included. */
DexFuture *
annex_skill_library_list (AnnexSkillLibrary *self,
                          const char *const *folders) G_GNUC_WARN_UNUSED_RESULT;
/* @arguments (nullable): what the user or the model says to it. Resolves to an AnnexSkillUse
 * (boxed); rejects when there is no such skill. */
DexFuture *
annex_skill_library_use (AnnexSkillLibrary *self,
                         const char *name,
                         const char *arguments,
                         const char *const *folders) G_GNUC_WARN_UNUSED_RESULT;
void
annex_skill_library_emit_changed (AnnexSkillLibrary *self);

/* {name: description} of the usable ones of @infos, for comparing. (transfer full) */
JsonObject *
annex_skill_catalogue (GPtrArray *infos);
/* What the model is told when @now replaces @before (nullable: nothing was told yet): the whole
 * catalogue at first, later what came, went or changed. NULL when there is nothing to tell.
 * (transfer full) */
char *
annex_skill_catalogue_news (JsonObject *before, JsonObject *now);

G_END_DECLS
