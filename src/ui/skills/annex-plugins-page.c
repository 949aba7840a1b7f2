/* annex-plugins-page.c
 *
 * See annex-plugins-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plugins-page.h"

#include "annex-row.h"
#include "annex-spoken.h"
#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexPluginsPage
{
  AdwNavigationPage parent_instance;

  AnnexSkillKeeper *keeper;
  gboolean updating;
  guint n_busy;

  GtkStack *stack;
  AdwEntryRow *address_row;
  GtkWidget *busy_row;
  AdwPreferencesGroup *installed_group;
  AdwPreferencesGroup *markets_group;
  AdwSwitchRow *home_row;
  AdwPreferencesGroup *trusted_group;
};

static guint offer_signal;

G_DEFINE_FINAL_TYPE (AnnexPluginsPage, annex_plugins_page, ADW_TYPE_NAVIGATION_PAGE)

static void
load (AnnexPluginsPage *self);

static void
set_busy (AnnexPluginsPage *self, int by)
{
  self->n_busy += by;
  gtk_widget_set_visible (self->busy_row, self->n_busy > 0);
}

/* ---- adding */

static void
offered_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPluginsPage *self = object;

  set_busy (self, -1);
  if (error != NULL)
    annex_skill_tell (GTK_WIDGET (self), error);
  else
    g_signal_emit (self, offer_signal, 0, g_value_get_boxed (value));
}

/* The entry keeps what failed, and what was written into it meanwhile. */
static void
added_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPluginsPage *self = object;
  GtkEditable *entry = GTK_EDITABLE (self->address_row);
  const AnnexSkillMarket *market;

  if (value == NULL || G_VALUE_HOLDS (value, ANNEX_TYPE_SKILL_OFFER))
    {
      offered_cb (object, value, error);
      return;
    }
  set_busy (self, -1);
  market = g_value_get_boxed (value);
  if (g_strcmp0 (gtk_editable_get_text (entry), market->address) == 0)
    gtk_editable_set_text (entry, "");
  load (self);
}

typedef struct
{
  AnnexSkillKeeper *keeper;
  char *place;
} Place;

static void
place_free (gpointer data)
{
  Place *self = data;

  g_object_unref (self->keeper);
  g_free (self->place);
  g_free (self);
}

/* No marketplace: it may be a single plugin or skill. */
static DexFuture *
open_instead (DexFuture *future, gpointer data)
{
  Place *self = data;

  if (g_str_has_prefix (self->place, "https://") || g_path_is_absolute (self->place))
    return annex_skill_keeper_open (self->keeper, self->place);
  return dex_ref (future);
}

static void
add_cb (AnnexPluginsPage *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->address_row)));
  Place *place;

  if (*g_strstrip (text) == '\0')
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->address_row), text);
  set_busy (self, 1);
  place = g_new0 (Place, 1);
  place->keeper = g_object_ref (self->keeper);
  place->place = g_steal_pointer (&text);
  annex_then (dex_future_catch (annex_skill_keeper_add_market (self->keeper, place->place),
                                open_instead, place, place_free),
              self, added_cb);
}

/* ---- what a row does */

static void
changed_cb (gpointer object, const GValue *value, GError *error)
{
  set_busy (object, -1);
  if (error != NULL)
    annex_skill_tell (object, error);
  load (object);
}

static void
remove_response_cb (AdwAlertDialog *dialog, const char *response, AnnexPluginsPage *self)
{
  const char *plugin = g_object_get_data (G_OBJECT (dialog), "annex-plugin");

  if (!g_str_equal (response, "remove"))
    return;
  set_busy (self, 1);
  annex_then (annex_skill_keeper_remove_plugin (self->keeper, plugin), self, changed_cb);
}

static void
offer_remove (AnnexPluginsPage *self, const char *plugin)
{
  g_autofree char *title = annex_skill_dup_title (plugin);
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (dialog);

  adw_alert_dialog_format_heading (alert, _ ("Remove “%s”?"), title);
  adw_alert_dialog_set_body (alert,
                             _ ("Its skills and the values that you gave them are removed. What "
                                "you wrote yourself stays."));
  adw_alert_dialog_add_responses (alert, "cancel", _ ("_Cancel"), "remove", _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "annex-plugin", g_strdup (plugin), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
do_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPluginsPage *self = ANNEX_PLUGINS_PAGE (widget);
  const char *first = NULL;
  const char *second = NULL;
  DexFuture *future;

  g_variant_get (target, "(&s&s)", &first, &second);
  if (g_str_equal (name, "plugins.remove"))
    {
      offer_remove (self, first);
      return;
    }
  set_busy (self, 1);
  if (g_str_equal (name, "plugins.open"))
    {
      annex_then (annex_skill_keeper_open_plugin (self->keeper, first, second), self, offered_cb);
      return;
    }
  if (g_str_equal (name, "plugins.refresh"))
    future = annex_skill_keeper_refresh_market (self->keeper, first);
  else if (g_str_equal (name, "plugins.remove-market"))
    future = annex_skill_keeper_remove_market (self->keeper, first);
  else
    future = annex_skill_keeper_set_trusted (self->keeper, first, FALSE);
  annex_then (future, self, changed_cb);
}

static void
add_button (GtkWidget *row,
            const char *label,
            const char *about,
            const char *action,
            const char *first,
            const char *second)
{
  /* Translators: what a button does, and with what: “Remove: Sales tools” */
  g_autofree char *name = g_strdup_printf (_ ("%s: %s"), label, about);
  GtkWidget *button = annex_row_add_button (row, label, name);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "(ss)", first,
                                    second != NULL ? second : "");
}

/* ---- rows */

static void
add_installed (AnnexPluginsPage *self, const AnnexSkillPlugin *plugin)
{
  g_autofree char *title = annex_skill_dup_title (plugin->name);
  g_autofree char *skills = plugin->skills != NULL ? g_strjoinv (", ", plugin->skills) : NULL;
  GtkWidget *row =
      annex_row_new (title, skills != NULL && *skills != '\0' ? skills : plugin->description);

  if (plugin->market != NULL && plugin->outdated)
    add_button (row, _ ("Update…"), title, "plugins.open", plugin->market, plugin->name);
  add_button (row, _ ("Remove"), title, "plugins.remove", plugin->name, NULL);
  annex_group_add (self->installed_group, row);
}

static GtkWidget *
make_offered (const AnnexSkillMarket *market, const AnnexSkillPlugin *plugin)
{
  g_autofree char *title = annex_skill_dup_title (plugin->name);
  GtkWidget *row =
      annex_row_new (title, plugin->fault != NULL ? plugin->fault : plugin->description);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  if (plugin->fault != NULL)
    annex_row_set_icon (row, "dialog-warning-symbolic", "warning", _ ("Cannot be used"));
  else if (!plugin->installed)
    add_button (row, _ ("Look at It…"), title, "plugins.open", market->name, plugin->name);
  else if (plugin->outdated)
    add_button (row, _ ("Update…"), title, "plugins.open", market->name, plugin->name);
  else
    annex_row_set_icon (row, "annex-done-symbolic", "success", _ ("Installed"));
  return row;
}

static GtkWidget *
make_remove (const AnnexSkillMarket *market)
{
  GtkWidget *row = adw_button_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Remove This Marketplace"));
  gtk_widget_add_css_class (row, "destructive-action");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "plugins.remove-market");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "(ss)", market->name, "");
  return row;
}

static void
add_market (AnnexPluginsPage *self, const AnnexSkillMarket *market)
{
  g_autofree char *title = annex_skill_dup_title (market->name);
  gboolean broken = market->fault != NULL;
  GtkWidget *row = annex_row_new_expander (title, broken ? market->fault : market->address);
  GtkWidget *last =
      annex_row_new (_ ("This marketplace"), broken ? market->address : market->owner);

  if (broken)
    {
      annex_row_set_icon (row, "dialog-warning-symbolic", "warning", _ ("Cannot be used"));
      adw_expander_row_set_subtitle_lines (ADW_EXPANDER_ROW (row), 0);
    }
  for (guint i = 0; i < market->plugins->len; i++)
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              make_offered (market, g_ptr_array_index (market->plugins, i)));
  if (*market->address != '\0')
    add_button (last, _ ("Refresh"), title, "plugins.refresh", market->name, NULL);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), last);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_remove (market));
  annex_group_add (self->markets_group, row);
}

/* ---- loading */

/* Empties @group for what has been listed. What could not be is no empty list. */
static void
begin_group (AdwPreferencesGroup *group, const GError *error)
{
  GtkWidget *row;
  GtkWidget *button;

  annex_group_clear (group);
  if (error == NULL)
    return;
  row = annex_row_new (_ ("This Cannot Be Read"), annex_error_said (error));
  annex_row_set_icon (row, "dialog-warning-symbolic", "warning", NULL);
  button = annex_row_add_button (row, _ ("Try Again"), _ ("Try Again"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "plugins.reload");
  annex_group_add (group, row);
}

static void
plugins_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPluginsPage *self = object;
  GPtrArray *plugins = value != NULL ? g_value_get_boxed (value) : NULL;

  begin_group (self->installed_group, error);
  for (guint i = 0; plugins != NULL && i < plugins->len; i++)
    add_installed (self, g_ptr_array_index (plugins, i));
  gtk_stack_set_visible_child_name (self->stack, "list");
}

static void
markets_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPluginsPage *self = object;
  GPtrArray *markets = value != NULL ? g_value_get_boxed (value) : NULL;

  begin_group (self->markets_group, error);
  for (guint i = 0; markets != NULL && i < markets->len; i++)
    add_market (self, g_ptr_array_index (markets, i));
}

static void
trusted_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPluginsPage *self = object;
  char **folders = value != NULL ? g_value_get_boxed (value) : NULL;

  begin_group (self->trusted_group, error);
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    {
      GtkWidget *row = annex_row_new (folders[i], NULL);

      add_button (row, _ ("Stop Trusting"), folders[i], "plugins.distrust", folders[i], NULL);
      annex_group_add (self->trusted_group, row);
    }
}

static void
load (AnnexPluginsPage *self)
{
  self->updating = TRUE;
  adw_switch_row_set_active (self->home_row, annex_skill_keeper_get_look_in_home (self->keeper));
  self->updating = FALSE;
  annex_then (annex_skill_keeper_list_markets (self->keeper), self, markets_cb);
  annex_then (annex_skill_keeper_list_plugins (self->keeper), self, plugins_cb);
  annex_then (annex_skill_keeper_list_trusted (self->keeper), self, trusted_cb);
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *target)
{
  load (ANNEX_PLUGINS_PAGE (widget));
}

static void
home_cb (AnnexPluginsPage *self)
{
  if (self->updating || self->keeper == NULL)
    return;
  set_busy (self, 1);
  annex_then (annex_skill_keeper_set_look_in_home (self->keeper,
                                                   adw_switch_row_get_active (self->home_row)),
              self, changed_cb);
}

/* ---- the type */

static void
annex_plugins_page_dispose (GObject *object)
{
  AnnexPluginsPage *self = ANNEX_PLUGINS_PAGE (object);

  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self),
                                 NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_PLUGINS_PAGE);
  g_clear_object (&self->keeper);
  G_OBJECT_CLASS (annex_plugins_page_parent_class)->dispose (object);
}

static void
annex_plugins_page_class_init (AnnexPluginsPageClass *klass)
{
  static const char *const actions[] = { "plugins.open", "plugins.refresh", "plugins.remove",
                                         "plugins.remove-market", "plugins.distrust" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_plugins_page_dispose;
  offer_signal = g_signal_new ("offer", ANNEX_TYPE_PLUGINS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, ANNEX_TYPE_SKILL_OFFER);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-plugins-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, address_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, busy_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, installed_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, markets_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, home_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexPluginsPage, trusted_group);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, home_cb);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], "(ss)", do_action);
  gtk_widget_class_install_action (widget_class, "plugins.reload", NULL, reload_action);
}

static void
annex_plugins_page_init (AnnexPluginsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_plugins_page_new (AnnexSkillKeeper *keeper)
{
  AnnexPluginsPage *self = g_object_new (ANNEX_TYPE_PLUGINS_PAGE, NULL);

  self->keeper = g_object_ref (keeper);
  g_signal_connect_object (keeper, "changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  load (self);
  return GTK_WIDGET (self);
}
