/* annex-skill-package.h
 *
 * What somebody passes on: a .skill or .zip archive, a folder with a skill, or a plugin folder with
 * several. It is copied into a staging folder, judged there, and shown before any of it is
 * installed. Making such an archive, too. Untrusted throughout; blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-plugin-manifest.h"
#include "annex-skill-look.h"

G_BEGIN_DECLS

/* One skill of a package, before it is installed. */
typedef struct
{
  AnnexSkill *skill;
  char *folder; /* where it is staged */
  char *digest; /* of what was looked at there */
  AnnexSkillView *view;
} AnnexSkillPreview;

#define ANNEX_TYPE_SKILL_PACKAGE (annex_skill_package_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSkillPackage, annex_skill_package, ANNEX, SKILL_PACKAGE, GObject)

/* Stages the file or folder @path. ANNEX_SKILL_ERROR, G_IO_ERROR. Staging is removed with the
 * object. (transfer full) */
AnnexSkillPackage *
annex_skill_package_open (AnnexSkillPlaces *places, const char *path, GError **error);
/* The files of @path, an archive or a folder, in the new folder @tree. @left_out (nullable): links
 * and special files, which are not taken. */
gboolean
annex_skill_package_stage (const char *path, const char *tree, GPtrArray *left_out, GError **error);
/* The same of what is staged already: @folder, in the staging folder @staging, which is taken over.
 * @name (nullable): that its folder had. @entry (nullable): a marketplace's entry for this plugin.
 * @left_out (nullable): files that were not staged. (transfer full) */
AnnexSkillPackage *
annex_skill_package_open_staged (AnnexSkillPlaces *places,
                                 const char *staging,
                                 const char *folder,
                                 const char *source,
                                 const char *name,
                                 JsonObject *entry,
                                 const char *const *left_out,
                                 GError **error);
/* What the plugin says of itself; NULL of a single skill. (borrowed) */
AnnexPluginManifest *
annex_skill_package_get_manifest (AnnexSkillPackage *self);
/* For people. (borrowed) */
const char *
annex_skill_package_get_source (AnnexSkillPackage *self);
/* AnnexSkillPreview elements; none only where there are connectors. (borrowed) */
GPtrArray *
annex_skill_package_get_previews (AnnexSkillPackage *self);
/* What of it is not taken, in plain words: hooks, links, agents … (borrowed) */
const char *const *
annex_skill_package_get_left_out (AnnexSkillPackage *self);
/* Installs one of its skills as it was looked at: the new version is there whole, or nothing has
 * changed. *@version (nullable, transfer full): the version's id. ANNEX_SKILL_ERROR_FAILED also
 * where what is staged has become another. */
gboolean
annex_skill_package_install (AnnexSkillPackage *self,
                             AnnexSkillPreview *preview,
                             char **version,
                             GError **error);

/* The archive of the skill in @folder, whose SKILL.md must keep every rule. @texts (nullable): path
 * → GBytes instead of the file's own. What packagers leave out is left out. (transfer full) */
GBytes *
annex_skill_package_make (const char *folder, GHashTable *texts, GError **error);

G_END_DECLS
