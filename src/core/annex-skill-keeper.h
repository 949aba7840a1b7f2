/* annex-skill-keeper.h
 *
 * The SkillKeeper port: all that a person does with skills: reading one, installing a package after
 * seeing it, versions, writing, the own values, passing one on, trust, plugins and marketplaces.
 * What a task does with them is the SkillLibrary's; the same object is both. Implemented in
 * src/skills. Main thread; nothing here runs anything of a skill.
 *
 * Rejects with ANNEX_SKILL_ERROR of src/skills or G_IO_ERROR, whose messages are plain sentences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-view.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SKILL_KEEPER (annex_skill_keeper_get_type ())
G_DECLARE_INTERFACE (AnnexSkillKeeper, annex_skill_keeper, ANNEX, SKILL_KEEPER, GObject)

struct _AnnexSkillKeeperInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*read) (AnnexSkillKeeper *self, const char *name, const char *const *folders);
  DexFuture *(*load_file) (AnnexSkillKeeper *self, const char *name, const char *path);
  DexFuture *(*list_versions) (AnnexSkillKeeper *self, const char *name);
  DexFuture *(*restore) (AnnexSkillKeeper *self, const char *name, const char *version);
  DexFuture *(*remove) (AnnexSkillKeeper *self, const char *name);
  DexFuture *(*set_enabled) (AnnexSkillKeeper *self, const char *name, gboolean enabled);

  DexFuture *(*open) (AnnexSkillKeeper *self, const char *place);
  DexFuture *(*load_offered) (AnnexSkillKeeper *self,
                              const AnnexSkillOffer *offer,
                              const char *name,
                              const char *path);
  DexFuture *(*install) (AnnexSkillKeeper *self,
                         const AnnexSkillOffer *offer,
                         const char *const *names);

  DexFuture *(*edit) (AnnexSkillKeeper *self, const char *name);
  GPtrArray *(*check) (AnnexSkillKeeper *self, const AnnexSkillDraft *draft);
  char *(*to_text) (AnnexSkillKeeper *self, const AnnexSkillDraft *draft);
  gboolean (*from_text) (AnnexSkillKeeper *self,
                         AnnexSkillDraft *draft,
                         const char *text,
                         GPtrArray **faults);
  DexFuture *(*write) (AnnexSkillKeeper *self, const AnnexSkillDraft *draft);

  DexFuture *(*set_value) (AnnexSkillKeeper *self,
                           const char *name,
                           const char *need_id,
                           const char *value);

  DexFuture *(*find_private) (AnnexSkillKeeper *self, const char *name, const char *const *shares);
  DexFuture *(*export_) (AnnexSkillKeeper *self,
                         const char *name,
                         const AnnexExposures *exposures);

  DexFuture *(*find_untrusted) (AnnexSkillKeeper *self, const char *folder);
  DexFuture *(*set_trusted) (AnnexSkillKeeper *self, const char *folder, gboolean trusted);
  DexFuture *(*list_trusted) (AnnexSkillKeeper *self);
  gboolean (*get_look_in_home) (AnnexSkillKeeper *self);
  DexFuture *(*set_look_in_home) (AnnexSkillKeeper *self, gboolean look);

  DexFuture *(*list_markets) (AnnexSkillKeeper *self);
  DexFuture *(*add_market) (AnnexSkillKeeper *self, const char *place);
  DexFuture *(*refresh_market) (AnnexSkillKeeper *self, const char *market);
  DexFuture *(*remove_market) (AnnexSkillKeeper *self, const char *market);
  DexFuture *(*open_plugin) (AnnexSkillKeeper *self, const char *market, const char *plugin);
  DexFuture *(*list_plugins) (AnnexSkillKeeper *self);
  DexFuture *(*remove_plugin) (AnnexSkillKeeper *self, const char *plugin);
};

/* ---- the library. What is in it is listed by annex_skill_library_list */

/* The skill of @name, whole, with its needs and the user's values. @folders (nullable) as of
 * annex_skill_library_list. Resolves to an AnnexSkillView (boxed). */
DexFuture *
annex_skill_keeper_read (AnnexSkillKeeper *self,
                         const char *name,
                         const char *const *folders) G_GNUC_WARN_UNUSED_RESULT;
/* A file of it. Resolves to GBytes. */
DexFuture *
annex_skill_keeper_load_file (AnnexSkillKeeper *self,
                              const char *name,
                              const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* Boxed GPtrArray of AnnexSkillVersion, the newest first; empty where it is not in the library. */
DexFuture *
annex_skill_keeper_list_versions (AnnexSkillKeeper *self,
                                  const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* @version counts from now on; others stay. NULL: the one before the current. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_restore (AnnexSkillKeeper *self,
                            const char *name,
                            const char *version) G_GNUC_WARN_UNUSED_RESULT;
/* Removes all its versions, its values and their secrets. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_remove (AnnexSkillKeeper *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_skill_keeper_set_enabled (AnnexSkillKeeper *self,
                                const char *name,
                                gboolean enabled) G_GNUC_WARN_UNUSED_RESULT;

/* ---- packages */

/* @place: a .skill or .zip file, a folder (a skill or a plugin), or an https address of a git
 * repository with one. Nothing is installed. Resolves to an AnnexSkillOffer (boxed). */
DexFuture *
annex_skill_keeper_open (AnnexSkillKeeper *self, const char *place) G_GNUC_WARN_UNUSED_RESULT;
/* A file of the skill @name in @offer. Resolves to GBytes. */
DexFuture *
annex_skill_keeper_load_offered (AnnexSkillKeeper *self,
                                 const AnnexSkillOffer *offer,
                                 const char *name,
                                 const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* @names (nullable: all): which of its skills. Skills in its "gone" are removed. Resolves to TRUE.
 */
DexFuture *
annex_skill_keeper_install (AnnexSkillKeeper *self,
                            const AnnexSkillOffer *offer,
                            const char *const *names) G_GNUC_WARN_UNUSED_RESULT;

/* ---- writing */

/* A draft of the skill @name; of one that is not in the library a copy that will be. Resolves to an
 * AnnexSkillDraft (boxed). */
DexFuture *
annex_skill_keeper_edit (AnnexSkillKeeper *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* AnnexSkillFault elements, by field; empty when it is good. Quick. (transfer full) */
GPtrArray *
annex_skill_keeper_check (AnnexSkillKeeper *self, const AnnexSkillDraft *draft);
/* The SKILL.md of @draft, good or not. (transfer full) */
char *
annex_skill_keeper_to_text (AnnexSkillKeeper *self, const AnnexSkillDraft *draft);
/* Takes the fields of @draft from a SKILL.md that the user wrote. FALSE where it cannot be read at
 * all: then @draft is as it was. *@faults (nullable; transfer full): what is wrong. */
gboolean
annex_skill_keeper_from_text (AnnexSkillKeeper *self,
                              AnnexSkillDraft *draft,
                              const char *text,
                              GPtrArray **faults);
/* Puts it into the library as a new version. A draft under a new name leaves the old skill.
 * Resolves to the name (string); rejects while a fault is left. */
DexFuture *
annex_skill_keeper_write (AnnexSkillKeeper *self,
                          const AnnexSkillDraft *draft) G_GNUC_WARN_UNUSED_RESULT;

/* ---- the user's own values (AnnexSkillView.needs has them) */

/* @value NULL: takes it away. A secret's goes to the keyring. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_set_value (AnnexSkillKeeper *self,
                              const char *name,
                              const char *need_id,
                              const char *value) G_GNUC_WARN_UNUSED_RESULT;

/* ---- passing on */

/* What looks private in it. @shares: names of folders to look for; NULL: of those that the last
 * tasks were given. Resolves to AnnexExposures (boxed). */
DexFuture *
annex_skill_keeper_find_private (AnnexSkillKeeper *self,
                                 const char *name,
                                 const char *const *shares) G_GNUC_WARN_UNUSED_RESULT;
/* One .skill file without the user's values. @exposures: as found, each with its choice. Resolves
 * to GBytes; the name to save it as is NAME.skill. Rejects where the skill is no longer what was
 * looked through. */
DexFuture *
annex_skill_keeper_export (AnnexSkillKeeper *self,
                           const char *name,
                           const AnnexExposures *exposures) G_GNUC_WARN_UNUSED_RESULT;

/* ---- whose skills count */

/* Names of the skills in @folder/.agents/skills, where the user does not trust it yet and has not
 * said no. G_TYPE_STRV, empty when there is nothing to ask. */
DexFuture *
annex_skill_keeper_find_untrusted (AnnexSkillKeeper *self,
                                   const char *folder) G_GNUC_WARN_UNUSED_RESULT;
/* FALSE is remembered, too: nobody asks again. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_set_trusted (AnnexSkillKeeper *self,
                                const char *folder,
                                gboolean trusted) G_GNUC_WARN_UNUSED_RESULT;
/* Folders, G_TYPE_STRV. */
DexFuture *
annex_skill_keeper_list_trusted (AnnexSkillKeeper *self) G_GNUC_WARN_UNUSED_RESULT;
/* Are the skills of ~/.agents/skills and ~/.claude/skills used? */
gboolean
annex_skill_keeper_get_look_in_home (AnnexSkillKeeper *self);
DexFuture *
annex_skill_keeper_set_look_in_home (AnnexSkillKeeper *self,
                                     gboolean look) G_GNUC_WARN_UNUSED_RESULT;

/* ---- plugins and marketplaces */

/* Boxed GPtrArray of AnnexSkillMarket. */
DexFuture *
annex_skill_keeper_list_markets (AnnexSkillKeeper *self) G_GNUC_WARN_UNUSED_RESULT;
/* @place: an https address of a git repository, "owner/name" of GitHub, or a folder. Resolves to an
 * AnnexSkillMarket (boxed). */
DexFuture *
annex_skill_keeper_add_market (AnnexSkillKeeper *self, const char *place) G_GNUC_WARN_UNUSED_RESULT;
/* Fetches what is new; what is installed stays. Resolves to the AnnexSkillMarket (boxed), whose
 * plugins say what is outdated. */
DexFuture *
annex_skill_keeper_refresh_market (AnnexSkillKeeper *self,
                                   const char *market) G_GNUC_WARN_UNUSED_RESULT;
/* What is installed of it stays. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_remove_market (AnnexSkillKeeper *self,
                                  const char *market) G_GNUC_WARN_UNUSED_RESULT;
/* To install or update it: the offer shows the difference. Resolves to an AnnexSkillOffer (boxed).
 */
DexFuture *
annex_skill_keeper_open_plugin (AnnexSkillKeeper *self,
                                const char *market,
                                const char *plugin) G_GNUC_WARN_UNUSED_RESULT;
/* The installed ones. Boxed GPtrArray of AnnexSkillPlugin. */
DexFuture *
annex_skill_keeper_list_plugins (AnnexSkillKeeper *self) G_GNUC_WARN_UNUSED_RESULT;
/* With its skills. Resolves to TRUE. */
DexFuture *
annex_skill_keeper_remove_plugin (AnnexSkillKeeper *self,
                                  const char *plugin) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
