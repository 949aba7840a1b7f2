/* keeper-fixture.h
 *
 * A SkillKeeper on a shelf of its own, with a keyring in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-market.h"
#include "annex-skill-store.h"

G_BEGIN_DECLS

typedef struct
{
  char *dir;
  AnnexSkillPlaces *places;
  GObject *keyring;
  GHashTable *secrets; /* what is in it, borrowed */
  AnnexSkillLibrary *library;
  AnnexSkillKeeper *keeper; /* the same, borrowed */
  guint n_changed;
} Fixture;

Fixture *
keeper_set_up (Fixture *f);
void
keeper_tear_down (Fixture *f);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, keeper_tear_down)

/* The file @path below the fixture's folder, with @text. */
void
keeper_put (Fixture *f, const char *path, const char *text);
/* A skill in @folder; @extra: lines of its front matter. */
void
keeper_put_skill (Fixture *f, const char *folder, const char *extra, const char *body);
/* In a fiber, as all below. (transfer full) */
AnnexSkillOffer *
keeper_open_place (Fixture *f, const char *path, GError **error);
void
keeper_install (Fixture *f, const char *path);
/* (transfer full) */
AnnexSkillView *
keeper_read_skill (Fixture *f, const char *name);
gboolean
keeper_is_usable (Fixture *f, const char *name);

G_END_DECLS
