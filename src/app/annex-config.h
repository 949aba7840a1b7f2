/* annex-config.h
 *
 * What the user set up once and both the window and the command line use: the models, and where
 * computers live. A small JSON file, $XDG_CONFIG_HOME/annex/config.json, replaced whole. Keys are
 * not in it: they are in the keyring.
 *
 *   {"models": [profile…], "computer_folder"?: path, "use_computer"?: boolean}
 *
 * Members it does not know stay.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model-profile.h"

#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_CONFIG (annex_config_get_type ())
G_DECLARE_FINAL_TYPE (AnnexConfig, annex_config, ANNEX, CONFIG, GObject)

/* Signal "changed" (): something was set here. */

/* Reads @path (NULL: the usual one). A file that is missing is an empty one; one that cannot be
 * read also, and annex_config_get_problem says so: the first change then puts it aside. Blocking
 * but short. (transfer full) */
AnnexConfig *
annex_config_new (const char *path);
/* A sentence, or NULL. */
const char *
annex_config_get_problem (AnnexConfig *self);

/* AnnexModelProfile elements, the default first, the tour always among them; where none is named
 * the default, the first one is, the tour if there is no other. (transfer full) */
GPtrArray *
annex_config_dup_profiles (AnnexConfig *self);
/* @id NULL: the default one. NULL when there is none of that id. (transfer full) */
AnnexModelProfile *
annex_config_dup_profile (AnnexConfig *self, const char *id);
/* The cheaper one for sub-agents; NULL when none was named. (transfer full) */
AnnexModelProfile *
annex_config_dup_helper (AnnexConfig *self);
/* Adds or replaces the one of its id; there is one default and at most one helper. Each resolves to
 * TRUE once it is on disk; rejects with G_IO_ERROR: then nothing has changed. */
DexFuture *
annex_config_save_profile (AnnexConfig *self,
                           const AnnexModelProfile *profile) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_config_remove_profile (AnnexConfig *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Where images and computers live; NULL: the usual place. (borrowed) */
const char *
annex_config_get_computer_folder (AnnexConfig *self);
DexFuture *
annex_config_set_computer_folder (AnnexConfig *self, const char *folder) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
