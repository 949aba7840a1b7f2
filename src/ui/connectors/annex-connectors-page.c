/* annex-connectors-page.c
 *
 * See annex-connectors-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connectors-page.h"

#include "annex-connector-add.h"
#include "annex-connector-page.h"
#include "annex-connector-words.h"
#include "annex-row.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexConnectorsPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexConnectors *connectors; /* nullable */
  gboolean loading;
  gboolean again;

  AdwNavigationView *navigation;
  GtkStack *stack;
  AdwStatusPage *broken;
  AdwPreferencesGroup *needs_group;
  AdwPreferencesGroup *on_group;
  AdwPreferencesGroup *off_group;
};

enum { PROP_DESK = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexConnectorsPage, annex_connectors_page, ADW_TYPE_BIN)

static void
load (AnnexConnectorsPage *self);

/* ---- rows */

static void
switched_cb (gpointer object, const GValue *value, GError *error)
{
  if (error == NULL)
    return;
  annex_connector_tell (object, error);
  load (object);
}

static void
active_cb (GtkSwitch *button, GParamSpec *pspec, AnnexConnectorsPage *self)
{
  annex_then (annex_connectors_set_enabled (self->connectors,
                                            g_object_get_data (G_OBJECT (button), "annex-id"),
                                            gtk_switch_get_active (button)),
              self, switched_cb);
}

static void
activated_cb (GtkWidget *row, AnnexConnectorsPage *self)
{
  annex_connectors_page_show (self, g_object_get_data (G_OBJECT (row), "annex-id"));
}

static GtkWidget *
make_row (AnnexConnectorsPage *self, const AnnexConnectorInfo *info)
{
  const char *style;
  /* What works, but is not what was agreed to, does not look as if all were well. */
  gboolean changed = info->n_unapproved > 0 && (info->state == ANNEX_CONNECTOR_STATE_IDLE ||
                                                info->state == ANNEX_CONNECTOR_STATE_READY);
  const char *icon =
      annex_connector_state_icon (changed ? ANNEX_CONNECTOR_STATE_VALUES : info->state, &style);
  GtkWidget *row = annex_row_new (
      info->title, changed ? _ ("It has changed since you agreed to it.") : info->sentence);
  GtkWidget *button = gtk_switch_new ();
  g_autofree char *title = annex_text_for_display (info->title);
  g_autofree char *name = g_strdup_printf (_ ("Use %s"), title);

  annex_row_set_icon (row, icon, style,
                      changed ? _ ("Needs You") : annex_connector_state_words (info->state));
  gtk_switch_set_active (GTK_SWITCH (button), info->enabled);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "annex-id", g_strdup (info->id), g_free);
  g_signal_connect_object (button, "notify::active", G_CALLBACK (active_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                             gtk_image_new_from_icon_name ("go-next-symbolic"));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "annex-id", g_strdup (info->id), g_free);
  g_signal_connect_object (row, "activated", G_CALLBACK (activated_cb), self, 0);
  return row;
}

/* The id of the row in which the focus is, so that it stays there. (transfer full, nullable) */
static char *
dup_focused (AnnexConnectorsPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, ADW_TYPE_ACTION_ROW) : NULL;

  if (row == NULL || !gtk_widget_is_ancestor (row, GTK_WIDGET (self)))
    return NULL;
  return g_strdup (g_object_get_data (G_OBJECT (row), "annex-id"));
}

static void
show_infos (AnnexConnectorsPage *self, GPtrArray *infos)
{
  g_autofree char *focused = dup_focused (self);

  annex_group_clear (self->needs_group);
  annex_group_clear (self->on_group);
  annex_group_clear (self->off_group);
  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexConnectorInfo *info = g_ptr_array_index (infos, i);
      GtkWidget *row = make_row (self, info);

      annex_group_add (annex_connector_needs_user (info) ? self->needs_group
                       : info->enabled                   ? self->on_group
                                                         : self->off_group,
                       row);
      if (g_strcmp0 (focused, info->id) == 0)
        gtk_widget_grab_focus (row);
    }
  gtk_stack_set_visible_child_name (self->stack, infos->len > 0 ? "list" : "empty");
}

/* ---- loading */

static void
loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorsPage *self = object;

  self->loading = FALSE;
  if (value != NULL)
    show_infos (self, g_value_get_boxed (value));
  else
    {
      annex_ui_describe (self->broken, annex_error_said (error));
      gtk_stack_set_visible_child_name (self->stack, "broken");
    }
  if (self->again)
    load (self);
}

static void
load (AnnexConnectorsPage *self)
{
  self->again = self->loading;
  if (self->loading || self->connectors == NULL)
    return;
  self->loading = TRUE;
  annex_then (annex_connectors_list (self->connectors, NULL), self, loaded_cb);
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *target)
{
  load (ANNEX_CONNECTORS_PAGE (widget));
}

/* ---- adding */

static void
added_cb (AnnexConnectorsPage *self, const char *const *ids)
{
  if (ids != NULL && ids[0] != NULL)
    annex_connectors_page_show (self, ids[1] == NULL ? ids[0] : NULL);
}

void
annex_connectors_page_add (AnnexConnectorsPage *self, const char *text)
{
  AdwDialog *dialog;

  if (self->connectors == NULL)
    return;
  dialog = annex_connector_add_new (self->connectors, text);
  g_signal_connect_object (dialog, "added", G_CALLBACK (added_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
add_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_connectors_page_add (ANNEX_CONNECTORS_PAGE (widget), NULL);
}

void
annex_connectors_page_show (AnnexConnectorsPage *self, const char *id)
{
  AdwNavigationPage *visible = adw_navigation_view_get_visible_page (self->navigation);

  if (self->connectors == NULL)
    return;
  if (id == NULL)
    {
      adw_navigation_view_pop_to_tag (self->navigation, "list");
      return;
    }
  if (ANNEX_IS_CONNECTOR_PAGE (visible) &&
      g_str_equal (annex_connector_page_get_id (ANNEX_CONNECTOR_PAGE (visible)), id))
    return;
  adw_navigation_view_pop_to_tag (self->navigation, "list");
  adw_navigation_view_push (self->navigation,
                            ADW_NAVIGATION_PAGE (annex_connector_page_new (self->connectors, id)));
}

/* ---- the type */

static void
set_desk (AnnexConnectorsPage *self, AnnexDesk *desk)
{
  AnnexConnectors *connectors = desk != NULL ? annex_desk_get_connectors (desk) : NULL;

  if (!g_set_object (&self->desk, desk))
    return;
  if (self->connectors != NULL)
    g_signal_handlers_disconnect_by_func (self->connectors, load, self);
  adw_navigation_view_pop_to_tag (self->navigation, "list");
  g_set_object (&self->connectors, connectors);
  if (self->connectors != NULL)
    g_signal_connect_object (self->connectors, "changed", G_CALLBACK (load), self,
                             G_CONNECT_SWAPPED);
  load (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static void
annex_connectors_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, ANNEX_CONNECTORS_PAGE (object)->desk);
}

static void
annex_connectors_page_set_property (GObject *object,
                                    guint id,
                                    const GValue *value,
                                    GParamSpec *pspec)
{
  set_desk (ANNEX_CONNECTORS_PAGE (object), g_value_get_object (value));
}

static void
annex_connectors_page_dispose (GObject *object)
{
  AnnexConnectorsPage *self = ANNEX_CONNECTORS_PAGE (object);

  adw_bin_set_child (ADW_BIN (self), NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_CONNECTORS_PAGE);
  g_clear_object (&self->connectors);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_connectors_page_parent_class)->dispose (object);
}

static void
annex_connectors_page_class_init (AnnexConnectorsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_connectors_page_get_property;
  object_class->set_property = annex_connectors_page_set_property;
  object_class->dispose = annex_connectors_page_dispose;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-connectors-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, broken);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, needs_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, on_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorsPage, off_group);
  gtk_widget_class_install_action (widget_class, "connectors.add", NULL, add_action);
  gtk_widget_class_install_action (widget_class, "connectors.reload", NULL, reload_action);
}

static void
annex_connectors_page_init (AnnexConnectorsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_connectors_page_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_CONNECTORS_PAGE, "desk", desk, NULL);
}
