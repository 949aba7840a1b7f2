/* annex-skill-keeper.c
 *
 * See annex-skill-keeper.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-keeper.h"

G_DEFINE_INTERFACE (AnnexSkillKeeper, annex_skill_keeper, G_TYPE_OBJECT)

static void
annex_skill_keeper_default_init (AnnexSkillKeeperInterface *iface)
{
}

DexFuture *
annex_skill_keeper_read (AnnexSkillKeeper *self, const char *name, const char *const *folders)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->read (self, name, folders);
}

DexFuture *
annex_skill_keeper_load_file (AnnexSkillKeeper *self, const char *name, const char *path)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->load_file (self, name, path);
}

DexFuture *
annex_skill_keeper_list_versions (AnnexSkillKeeper *self, const char *name)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->list_versions (self, name);
}

DexFuture *
annex_skill_keeper_restore (AnnexSkillKeeper *self, const char *name, const char *version)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->restore (self, name, version);
}

DexFuture *
annex_skill_keeper_remove (AnnexSkillKeeper *self, const char *name)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->remove (self, name);
}

DexFuture *
annex_skill_keeper_set_enabled (AnnexSkillKeeper *self, const char *name, gboolean enabled)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->set_enabled (self, name, enabled);
}

DexFuture *
annex_skill_keeper_open (AnnexSkillKeeper *self, const char *place)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->open (self, place);
}

DexFuture *
annex_skill_keeper_load_offered (AnnexSkillKeeper *self,
                                 const AnnexSkillOffer *offer,
                                 const char *name,
                                 const char *path)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->load_offered (self, offer, name, path);
}

DexFuture *
annex_skill_keeper_install (AnnexSkillKeeper *self,
                            const AnnexSkillOffer *offer,
                            const char *const *names)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->install (self, offer, names);
}

DexFuture *
annex_skill_keeper_edit (AnnexSkillKeeper *self, const char *name)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->edit (self, name);
}

GPtrArray *
annex_skill_keeper_check (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->check (self, draft);
}

char *
annex_skill_keeper_to_text (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->to_text (self, draft);
}

gboolean
annex_skill_keeper_from_text (AnnexSkillKeeper *self,
                              AnnexSkillDraft *draft,
                              const char *text,
                              GPtrArray **faults)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->from_text (self, draft, text, faults);
}

DexFuture *
annex_skill_keeper_write (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->write (self, draft);
}

DexFuture *
annex_skill_keeper_set_value (AnnexSkillKeeper *self,
                              const char *name,
                              const char *need_id,
                              const char *value)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->set_value (self, name, need_id, value);
}

DexFuture *
annex_skill_keeper_find_private (AnnexSkillKeeper *self,
                                 const char *name,
                                 const char *const *shares)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->find_private (self, name, shares);
}

DexFuture *
annex_skill_keeper_export (AnnexSkillKeeper *self,
                           const char *name,
                           const AnnexExposures *exposures)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->export_ (self, name, exposures);
}

DexFuture *
annex_skill_keeper_find_untrusted (AnnexSkillKeeper *self, const char *folder)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->find_untrusted (self, folder);
}

DexFuture *
annex_skill_keeper_set_trusted (AnnexSkillKeeper *self, const char *folder, gboolean trusted)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->set_trusted (self, folder, trusted);
}

DexFuture *
annex_skill_keeper_list_trusted (AnnexSkillKeeper *self)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->list_trusted (self);
}

gboolean
annex_skill_keeper_get_look_in_home (AnnexSkillKeeper *self)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->get_look_in_home (self);
}

DexFuture *
annex_skill_keeper_set_look_in_home (AnnexSkillKeeper *self, gboolean look)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->set_look_in_home (self, look);
}

DexFuture *
annex_skill_keeper_list_markets (AnnexSkillKeeper *self)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->list_markets (self);
}

DexFuture *
annex_skill_keeper_add_market (AnnexSkillKeeper *self, const char *place)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->add_market (self, place);
}

DexFuture *
annex_skill_keeper_refresh_market (AnnexSkillKeeper *self, const char *market)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->refresh_market (self, market);
}

DexFuture *
annex_skill_keeper_remove_market (AnnexSkillKeeper *self, const char *market)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->remove_market (self, market);
}

DexFuture *
annex_skill_keeper_open_plugin (AnnexSkillKeeper *self, const char *market, const char *plugin)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->open_plugin (self, market, plugin);
}

DexFuture *
annex_skill_keeper_list_plugins (AnnexSkillKeeper *self)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->list_plugins (self);
}

DexFuture *
annex_skill_keeper_remove_plugin (AnnexSkillKeeper *self, const char *plugin)
{
  return ANNEX_SKILL_KEEPER_GET_IFACE (self)->remove_plugin (self, plugin);
}
