/* annex-preferences-private.h
 *
 * Shared by the files of AnnexPreferences: one for each page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-preferences.h"

G_BEGIN_DECLS

struct _AnnexPreferences
{
  AdwPreferencesDialog parent_instance;

  AnnexDesk *desk;
  GSignalGroup *desk_signals;
  GSettings *settings;   /* nullable */
  GHashTable *removing;  /* ids of profiles whose toast is still there */
  GPtrArray *model_rows; /* borrowed from their groups */
  GPtrArray *local_rows;
  GPtrArray *rule_rows;
  GPtrArray *found; /* nullable; AnnexModelProfile: servers on this machine */

  AdwPreferencesGroup *models_group;
  AdwPreferencesGroup *local_group;
  AdwEntryRow *site;
  GtkWidget *allow_site;
  GtkWidget *refuse_site;
  AdwPreferencesGroup *rules_group;
  AdwExpanderRow *package_sources;
  GtkWidget *general_page;
  AdwComboRow *folder_mode;
  AdwSwitchRow *background;
  AdwSwitchRow *awake;
  AdwSwitchRow *notify;
  AdwSwitchRow *keep_cookies;
  AdwSpinRow *limit_cost;
  AdwSpinRow *limit_turns;
  AdwSpinRow *limit_memory;
  AdwSpinRow *limit_disk;
  GtkLabel *space_total;
  AdwSwitchRow *use_computer;
};

/* Shows @error as a toast in the dialog. */
void
annex_preferences_tell (AnnexPreferences *self, const GError *error);
/* Takes rows out of @group. */
void
annex_preferences_clear (AdwPreferencesGroup *group, GPtrArray *rows);

/* Models. */
void
annex_preferences_bind_models (GtkWidgetClass *widget_class);
void
annex_preferences_update_models (AnnexPreferences *self);
void
annex_preferences_find_local (AnnexPreferences *self);
/* Carries out what still waits for its toast. */
void
annex_preferences_flush (AnnexPreferences *self);

/* Network. */
void
annex_preferences_bind_network (GtkWidgetClass *widget_class);
void
annex_preferences_update_rules (AnnexPreferences *self);
void
annex_preferences_update_site (AnnexPreferences *self);
/* Lists the sources of packages; once. */
void
annex_preferences_show_sources (AnnexPreferences *self);

G_END_DECLS
