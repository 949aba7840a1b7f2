/* annex-preferences.h
 *
 * The preferences: models and their keys, sites that are always or never allowed, folders,
 * behaviour, limits. What is removed can be brought back until its toast is gone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Property: "desk" (AnnexDesk, nullable). */
#define ANNEX_TYPE_PREFERENCES (annex_preferences_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPreferences, annex_preferences, ANNEX, PREFERENCES, AdwPreferencesDialog)

AdwDialog *
annex_preferences_new (AnnexDesk *desk);
/* The same, opened where it tells what takes space on the disk. */
AdwDialog *
annex_preferences_new_at_space (AnnexDesk *desk);

G_END_DECLS
