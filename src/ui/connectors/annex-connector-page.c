/* annex-connector-page.c
 *
 * See annex-connector-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-page-private.h"

#include "annex-connector-sign-in.h"
#include "annex-connector-words.h"
#include "annex-row.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#define FIRST_TOOLS 60

G_DEFINE_FINAL_TYPE (AnnexConnectorPage, annex_connector_page, ADW_TYPE_NAVIGATION_PAGE)

static void
load (AnnexConnectorPage *self);

/* ---- changing it */

static void
followed_cb (gpointer object, const GValue *value, GError *error)
{
  if (error == NULL)
    return;
  annex_connector_tell (object, error);
  load (object);
}

void
annex_connector_page_follow (AnnexConnectorPage *self, DexFuture *future)
{
  annex_then (future, self, followed_cb);
}

static void
enabled_cb (AnnexConnectorPage *self)
{
  if (!self->updating)
    annex_connector_page_follow (
        self, annex_connectors_set_enabled (self->connectors, self->id,
                                            adw_switch_row_get_active (self->enabled_row)));
}

static void
approve_all_cb (AnnexConnectorPage *self)
{
  annex_connector_page_follow (self, annex_connectors_approve (self->connectors, self->id, NULL));
}

static void
more_cb (AnnexConnectorPage *self)
{
  self->n_shown = G_MAXUINT;
  annex_connector_page_show_tools (self);
}

/* ---- what takes time: checking, signing in */

static void
show_state (AnnexConnectorPage *self);

static void
set_busy (AnnexConnectorPage *self, DexPromise *cancel)
{
  dex_clear (&self->cancel);
  self->cancel = cancel;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connector.test", cancel == NULL);
  show_state (self);
}

static void
cancel_cb (AnnexConnectorPage *self)
{
  if (self->cancel != NULL && dex_future_is_pending (DEX_FUTURE (self->cancel)))
    dex_promise_reject (self->cancel,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
}

static void
tested_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorPage *self = object;

  set_busy (self, NULL);
  if (error != NULL)
    annex_connector_tell (GTK_WIDGET (self), error);
  load (self);
}

static void
test (AnnexConnectorPage *self)
{
  DexPromise *cancel = dex_promise_new ();

  set_busy (self, cancel);
  annex_then (annex_connectors_test (self->connectors, self->id, DEX_FUTURE (cancel)), self,
              tested_cb);
}

static void
test_action (GtkWidget *widget, const char *name, GVariant *target)
{
  test (ANNEX_CONNECTOR_PAGE (widget));
}

static void
signed_in_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorPage *self = object;

  annex_connector_sign_in_close (GTK_WIDGET (self));
  set_busy (self, NULL);
  if (error != NULL)
    {
      annex_connector_tell (GTK_WIDGET (self), error);
      load (self);
    }
  else
    test (self); /* now its tools can be listed */
}

static void
sign_in (AnnexConnectorPage *self)
{
  DexPromise *cancel = dex_promise_new ();

  set_busy (self, cancel);
  annex_then (annex_connector_sign_in (GTK_WIDGET (self), self->connectors, self->info, cancel),
              self, signed_in_cb);
}

static void
sign_out_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexConnectorPage *self = ANNEX_CONNECTOR_PAGE (widget);

  annex_connector_page_follow (self, annex_connectors_sign_out (self->connectors, self->id));
}

static void
repair_cb (AnnexConnectorPage *self)
{
  if (self->info == NULL || self->cancel != NULL)
    return;
  if (self->info->state == ANNEX_CONNECTOR_STATE_SIGN_IN)
    sign_in (self);
  else if (self->info->state == ANNEX_CONNECTOR_STATE_VALUES)
    gtk_widget_child_focus (GTK_WIDGET (self->values_group), GTK_DIR_TAB_FORWARD);
  else
    test (self);
}

/* ---- removing: what is forgotten cannot be brought back */

static void
removed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorPage *self = object;

  if (error != NULL)
    annex_connector_tell (GTK_WIDGET (self), error);
  else
    annex_ui_leave_page (ADW_NAVIGATION_PAGE (self));
}

static void
remove_response_cb (AdwAlertDialog *dialog, const char *response, AnnexConnectorPage *self)
{
  if (g_str_equal (response, "remove"))
    annex_then (annex_connectors_remove (self->connectors, self->id), self, removed_cb);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexConnectorPage *self = ANNEX_CONNECTOR_PAGE (widget);
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Remove This Connector?"), NULL);

  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog),
                             _ ("Its keys, your sign-in and your rules are forgotten. The service "
                                "itself is not changed."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "remove",
                                  _ ("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, 0);
  adw_dialog_present (dialog, widget);
}

/* ---- values */

static void
apply_cb (AdwEntryRow *row, AnnexConnectorPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (row));

  annex_connector_page_follow (
      self, annex_connectors_set_value (
                self->connectors, self->id, g_object_get_data (G_OBJECT (row), "annex-name"),
                *text != '\0' ? text : NULL, ADW_IS_PASSWORD_ENTRY_ROW (row)));
}

static GtkWidget *
make_value (AnnexConnectorPage *self, const AnnexConnectorNeed *need)
{
  GtkWidget *row = need->secret ? adw_password_entry_row_new () : adw_entry_row_new ();
  g_autofree char *name = annex_text_for_display (need->name);
  g_autofree char *text = annex_text_for_display (need->text);
  g_autofree char *title = NULL;

  if (need->missing) /* Translators: %s is what a value is called: “API_KEY” */
    title = g_strdup_printf (_ ("%s (missing)"), name);
  else if (need->secret)
    title = g_strdup_printf (_ ("%s (in your keyring)"), name);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title != NULL ? title : name);
  gtk_editable_set_text (GTK_EDITABLE (row), text);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
  g_object_set_data_full (G_OBJECT (row), "annex-name", g_strdup (need->name), g_free);
  g_signal_connect_object (row, "apply", G_CALLBACK (apply_cb), self, 0);
  return row;
}

/* ---- showing it */

static void
show_state (AnnexConnectorPage *self)
{
  const AnnexConnectorInfo *info = self->info;
  gboolean busy =
      self->cancel != NULL || (info != NULL && info->state == ANNEX_CONNECTOR_STATE_STARTING);
  g_autofree char *sentence = NULL;
  const char *label = NULL;
  const char *style;

  if (info == NULL)
    return;
  sentence = annex_text_for_display (info->sentence);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->state_row),
                                 annex_connector_state_words (info->state));
  adw_action_row_set_subtitle (self->state_row, sentence);
  gtk_image_set_from_icon_name (self->state_icon, annex_connector_state_icon (info->state, &style));
  gtk_widget_set_css_classes (GTK_WIDGET (self->state_icon), (const char *[]) { style, NULL });
  gtk_stack_set_visible_child_name (self->state_stack, busy ? "busy" : "icon");
  if (info->state == ANNEX_CONNECTOR_STATE_SIGN_IN)
    label = _ ("_Sign In…");
  else if (info->state == ANNEX_CONNECTOR_STATE_VALUES)
    label = _ ("_Fill In");
  else if (info->state == ANNEX_CONNECTOR_STATE_FAILED ||
           info->state == ANNEX_CONNECTOR_STATE_NO_TOOLS)
    label = _ ("_Try Again");
  else if (!info->looked_at && info->enabled)
    label = _ ("_Check Now");
  if (label != NULL)
    {
      gtk_button_set_label (self->repair_button, label);
      gtk_button_set_use_underline (self->repair_button, TRUE);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->repair_button), label != NULL && !busy);
  gtk_widget_set_visible (self->cancel_button, self->cancel != NULL);
}

static void
show_values (AnnexConnectorPage *self)
{
  /* What is being written is not taken away. */
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self->values_group)) &&
      GTK_IS_TEXT (focus) && *gtk_editable_get_text (GTK_EDITABLE (focus)) != '\0' &&
      g_object_get_data (G_OBJECT (self->values_group), "annex-id") != NULL)
    return;
  annex_group_clear (self->values_group);
  for (guint i = 0; i < self->info->needs->len; i++)
    annex_group_add (self->values_group,
                     make_value (self, g_ptr_array_index (self->info->needs, i)));
  g_object_set_data (G_OBJECT (self->values_group), "annex-id", self->id);
}

static void
show_info (AnnexConnectorPage *self)
{
  const AnnexConnectorInfo *info = self->info;
  g_autofree char *title = annex_text_for_display (info->title);
  g_autofree char *where = annex_text_for_display (info->where);
  g_autofree char *error = annex_text_for_display_lines (info->said);

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  self->updating = TRUE;
  adw_switch_row_set_active (self->enabled_row, info->enabled);
  self->updating = FALSE;
  adw_preferences_row_set_title (
      ADW_PREFERENCES_ROW (self->where_row),
      info->kind == ANNEX_CONNECTOR_COMMAND ? _ ("Runs in Annex’s Computer") : _ ("Address"));
  adw_action_row_set_subtitle (self->where_row, where);
  gtk_label_set_text (self->error_label, error);
  gtk_widget_set_visible (GTK_WIDGET (self->error_row), *error != '\0');
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connector.sign-out", info->signed_in);
  show_state (self);
  show_values (self);
  annex_connector_page_show_tools (self);
  gtk_stack_set_visible_child_name (self->stack, "connector");
}

static void
loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorPage *self = object;
  GPtrArray *infos = value != NULL ? g_value_get_boxed (value) : NULL;

  self->loading = FALSE;
  g_clear_pointer (&self->info, annex_connector_info_free);
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      AnnexConnectorInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->id, self->id))
        self->info = annex_connector_info_copy (info);
    }
  if (self->info != NULL)
    show_info (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "gone");
  if (self->again)
    load (self);
}

static void
load (AnnexConnectorPage *self)
{
  self->again = self->loading;
  if (self->loading)
    return;
  self->loading = TRUE;
  annex_then (annex_connectors_list (self->connectors, NULL), self, loaded_cb);
}

/* ---- the type */

static void
annex_connector_page_dispose (GObject *object)
{
  AnnexConnectorPage *self = ANNEX_CONNECTOR_PAGE (object);

  cancel_cb (self); /* nobody is there any more to see how it ends */
  dex_clear (&self->cancel);
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self),
                                 NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_CONNECTOR_PAGE);
  g_clear_object (&self->connectors);
  g_clear_pointer (&self->info, annex_connector_info_free);
  g_clear_pointer (&self->opened, g_hash_table_unref);
  G_OBJECT_CLASS (annex_connector_page_parent_class)->dispose (object);
}

static void
annex_connector_page_finalize (GObject *object)
{
  g_free (ANNEX_CONNECTOR_PAGE (object)->id);
  G_OBJECT_CLASS (annex_connector_page_parent_class)->finalize (object);
}

static void
annex_connector_page_class_init (AnnexConnectorPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_connector_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_connector_page_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-connector-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, state_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, state_stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, state_icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, repair_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, error_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, error_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, enabled_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, where_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, values_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, changed_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, approve_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, tools_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorPage, more_button);
  gtk_widget_class_bind_template_callback (widget_class, repair_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, enabled_cb);
  gtk_widget_class_bind_template_callback (widget_class, approve_all_cb);
  gtk_widget_class_bind_template_callback (widget_class, more_cb);
  gtk_widget_class_install_action (widget_class, "connector.test", NULL, test_action);
  gtk_widget_class_install_action (widget_class, "connector.sign-out", NULL, sign_out_action);
  gtk_widget_class_install_action (widget_class, "connector.remove", NULL, remove_action);
}

static void
annex_connector_page_init (AnnexConnectorPage *self)
{
  self->opened = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->n_shown = FIRST_TOOLS;
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "connector.sign-out", FALSE);
}

const char *
annex_connector_page_get_id (AnnexConnectorPage *self)
{
  return self->id;
}

GtkWidget *
annex_connector_page_new (AnnexConnectors *connectors, const char *id)
{
  AnnexConnectorPage *self = g_object_new (ANNEX_TYPE_CONNECTOR_PAGE, NULL);

  self->connectors = g_object_ref (connectors);
  self->id = g_strdup (id);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), id);
  g_signal_connect_object (connectors, "changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  load (self);
  return GTK_WIDGET (self);
}
