/* annex-preferences-network.c
 *
 * The network's page of AnnexPreferences: sites that every task may reach, or none.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-preferences-private.h"

#include "annex-policy.h"
#include "annex-site-rule.h"
#include "annex-store-rules.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#include <string.h>

static void
changed_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_preferences_tell (object, error);
  annex_preferences_update_rules (object);
}

/* ---- adding */

void
annex_preferences_update_site (AnnexPreferences *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->site));

  gtk_widget_remove_css_class (GTK_WIDGET (self->site), "error");
  gtk_widget_set_sensitive (self->allow_site, *text != '\0');
  gtk_widget_set_sensitive (self->refuse_site, *text != '\0');
}

/* Takes what people paste: an address with scheme and path becomes its host. */
static char *
dup_host (const char *text, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));
  g_autoptr (GUri) uri = g_uri_parse (trimmed, G_URI_FLAGS_NONE, NULL);
  const char *host = uri != NULL && g_uri_get_host (uri) != NULL ? g_uri_get_host (uri) : trimmed;

  return annex_host_normalise (host, -1, error);
}

static void
add_site (AnnexPreferences *self, gboolean allow)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *host = NULL;

  if (self->desk == NULL || *gtk_editable_get_text (GTK_EDITABLE (self->site)) == '\0')
    return;
  host = dup_host (gtk_editable_get_text (GTK_EDITABLE (self->site)), &error);
  if (host == NULL)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->site), "error");
      annex_preferences_tell (self, error);
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->site), "");
  annex_then (annex_store_set_rule (annex_desk_get_store (self->desk), host, allow), self,
              changed_cb);
}

static void
site_changed_cb (AnnexPreferences *self)
{
  annex_preferences_update_site (self);
}

static void
allow_site_cb (AnnexPreferences *self)
{
  add_site (self, TRUE);
}

static void
refuse_site_cb (AnnexPreferences *self)
{
  add_site (self, FALSE);
}

/* ---- removing */

static void
undo_cb (AdwToast *toast, AnnexPreferences *self)
{
  const AnnexNetworkRule *rule = g_object_get_data (G_OBJECT (toast), "annex-rule");

  if (self->desk != NULL)
    annex_then (annex_store_restore_rule (annex_desk_get_store (self->desk), rule), self,
                changed_cb);
}

static const char *
get_name (const AnnexNetworkRule *rule)
{
  const char *site = annex_site_rule_get_site (rule->host);

  return site != NULL ? site : rule->host;
}

static const char *
rule_words (const AnnexNetworkRule *rule)
{
  if (annex_site_rule_get_site (rule->host) != NULL)
    return rule->allow
               ? _ ("Annex may use this site in every task")
               : _ ("Annex may use this site in no task, unless you allowed it there later");
  return rule->allow ? _ ("Every task may reach it")
                     : _ ("No task may reach it, unless you allowed it there later");
}

/* Taken back at once: a permission must not live on while a toast is shown. */
static void
remove_cb (GtkButton *button, AnnexPreferences *self)
{
  const AnnexNetworkRule *rule = g_object_get_data (G_OBJECT (button), "annex-rule");
  g_autofree char *host = annex_text_for_display (get_name (rule));
  g_autofree char *text = g_strdup_printf (_ ("Annex asks about %s again"), host);
  AdwToast *toast = annex_ui_toast_new (text);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  g_object_set_data_full (G_OBJECT (toast), "annex-rule", annex_network_rule_copy (rule),
                          (GDestroyNotify) annex_network_rule_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undo_cb), self, 0);
  if (self->desk != NULL)
    annex_then (annex_store_remove_rule (annex_desk_get_store (self->desk), rule->host), self,
                changed_cb);
  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self), toast);
}

/* ---- the list */

static GtkWidget *
make_row (AnnexPreferences *self, const AnnexNetworkRule *rule)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = gtk_image_new_from_icon_name (rule->allow ? "annex-done-symbolic"
                                                              : "action-unavailable-symbolic");
  GtkWidget *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *host = annex_text_for_display (get_name (rule));
  g_autofree char *label = g_strdup_printf (_ ("Ask about %s again"), host);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), host);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), rule_words (rule));
  gtk_widget_add_css_class (icon, rule->allow ? "success" : "error");
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  rule->allow ? _ ("Always") : _ ("Never"), -1);
  gtk_widget_add_css_class (remove, "flat");
  gtk_widget_set_valign (remove, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (remove, _ ("Ask Again"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_object_set_data_full (G_OBJECT (remove), "annex-rule", annex_network_rule_copy (rule),
                          (GDestroyNotify) annex_network_rule_free);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_cb), self, 0);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), remove);
  return row;
}

static void
listed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPreferences *self = object;
  GPtrArray *rules = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self->rules_group == NULL)
    return;
  annex_preferences_clear (self->rules_group, self->rule_rows);
  for (guint i = 0; rules != NULL && i < rules->len; i++)
    {
      GtkWidget *row = make_row (self, g_ptr_array_index (rules, i));

      adw_preferences_group_add (self->rules_group, row);
      g_ptr_array_add (self->rule_rows, row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->rules_group), self->rule_rows->len > 0);
  if (error != NULL)
    annex_preferences_tell (self, error);
}

void
annex_preferences_update_rules (AnnexPreferences *self)
{
  if (self->desk != NULL)
    annex_then (annex_store_list_rules (annex_desk_get_store (self->desk)), self, listed_cb);
}

/* ---- sources of packages */

void
annex_preferences_show_sources (AnnexPreferences *self)
{
  g_auto (GStrv) hosts = annex_desk_dup_package_hosts (self->desk);

  for (gsize i = 0; hosts[i] != NULL; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *host = annex_text_for_display (hosts[i]);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), host);
      adw_expander_row_add_row (self->package_sources, row);
    }
}

void
annex_preferences_bind_network (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, site);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, allow_site);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, refuse_site);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, rules_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreferences, package_sources);
  gtk_widget_class_bind_template_callback (widget_class, site_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_site_cb);
  gtk_widget_class_bind_template_callback (widget_class, refuse_site_cb);
}
