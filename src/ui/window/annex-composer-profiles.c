/* annex-composer-profiles.c
 *
 * AnnexComposer's menu of models, shown when there is a choice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

static void
choose_profile_cb (GSimpleAction *action, GVariant *target, gpointer data)
{
  AnnexComposer *self = data;

  g_set_str (&self->profile, g_variant_get_string (target, NULL));
  g_simple_action_set_state (action, target);
  annex_composer_update_profiles (self);
}

void
annex_composer_update_profiles (AnnexComposer *self)
{
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *label = NULL;
  const AnnexModelProfile *chosen = NULL;

  for (guint i = 0; profiles != NULL && i < profiles->len; i++)
    {
      const AnnexModelProfile *profile = g_ptr_array_index (profiles, i);
      g_autofree char *name = annex_text_for_display (profile->name);
      g_auto (GStrv) parts = g_strsplit (name, "_", -1);
      g_autofree char *escaped = g_strjoinv ("__", parts); /* no mnemonic */
      g_autoptr (GMenuItem) item = g_menu_item_new (escaped, NULL);

      g_menu_item_set_action_and_target (item, "composer.profile", "s", profile->id);
      g_menu_append_item (menu, item);
      if (chosen == NULL || g_strcmp0 (profile->id, self->profile) == 0)
        chosen = profile;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->profile_button),
                          self->show_profiles && profiles != NULL && profiles->len > 1);
  gtk_menu_button_set_menu_model (self->profile_button, G_MENU_MODEL (menu));
  if (chosen == NULL)
    return;
  label = annex_text_for_display (chosen->name);
  gtk_label_set_text (self->profile_label, label);
  if (g_strcmp0 (self->profile, chosen->id) != 0)
    g_clear_pointer (&self->profile, g_free);
  g_simple_action_set_state (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "profile")),
      g_variant_new_string (chosen->id));
}

void
annex_composer_init_profiles (AnnexComposer *self)
{
  g_autoptr (GSimpleAction) action =
      g_simple_action_new_stateful ("profile", G_VARIANT_TYPE_STRING, g_variant_new_string (""));

  self->actions = g_simple_action_group_new ();
  g_signal_connect_object (action, "activate", G_CALLBACK (choose_profile_cb), self, 0);
  g_action_map_add_action (G_ACTION_MAP (self->actions), G_ACTION (action));
  gtk_widget_insert_action_group (GTK_WIDGET (self), "composer", G_ACTION_GROUP (self->actions));
}
