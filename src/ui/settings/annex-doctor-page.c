/* annex-doctor-page.c
 *
 * See annex-doctor-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-page.h"

#include "annex-computer-setup.h"
#include "annex-doctor-row.h"
#include "annex-error-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexDoctorPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  GSignalGroup *desk_signals;
  GPtrArray *rows;       /* GtkWidget, borrowed from the groups */
  GHashTable *repairing; /* ids */
  gboolean busy;

  GtkStack *icon_stack;
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *body;
  AdwPreferencesGroup *bad_group;
  AdwPreferencesGroup *limit_group;
  AdwPreferencesGroup *good_group;
  AdwPreferencesGroup *report_group;
};

enum { PROP_DESK = 1, PROP_BUSY, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexDoctorPage, annex_doctor_page, ADW_TYPE_BIN)

/* ---- what is shown */

static void
show_summary (AnnexDoctorPage *self, guint n_checks, guint n_bad, guint n_limits)
{
  g_autofree char *title = NULL;
  const char *body = NULL;
  const char *icon = "annex-done-symbolic";

  /* The rows of the last time do not say how it is now. */
  if (self->busy)
    title = g_strdup (_ ("Looking at What Annex Needs…"));
  else if (n_checks == 0)
    title = g_strdup (_ ("Not Looked at Yet"));
  else if (n_bad > 0)
    {
      title = g_strdup_printf (
          ngettext ("%u Thing Needs Attention", "%u Things Need Attention", n_bad), n_bad);
      body = _ ("Where a button offers a repair, Annex can do it by itself.");
      icon = "dialog-warning-symbolic";
    }
  else
    {
      title = g_strdup (_ ("Annex Has What It Needs"));
      if (n_limits > 0)
        body = _ ("Some of it works with a limit.");
    }
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->body, body != NULL ? body : "");
  gtk_widget_set_visible (GTK_WIDGET (self->body), body != NULL);
  gtk_image_set_from_icon_name (self->icon, icon);
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), n_bad > 0 ? "success" : "warning");
  gtk_widget_add_css_class (GTK_WIDGET (self->icon), n_bad > 0 ? "warning" : "success");
  gtk_stack_set_visible_child_name (self->icon_stack,
                                    self->busy || n_checks == 0 ? "busy" : "icon");
}

static AdwPreferencesGroup *
group_of (AnnexDoctorPage *self, AnnexCheckState state)
{
  switch (state)
    {
    case ANNEX_CHECK_OK:
      return self->good_group;
    case ANNEX_CHECK_NOTICE:
    case ANNEX_CHECK_UNKNOWN:
      return self->limit_group;
    case ANNEX_CHECK_FAILED:
      break;
    }
  return self->bad_group;
}

/* Takes the rows away; returns the ids of those whose details are open, and which has the focus. */
static GHashTable *
clear_rows (AnnexDoctorPage *self, char **focused)
{
  GHashTable *expanded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (guint i = 0; i < self->rows->len; i++)
    {
      GtkWidget *row = g_ptr_array_index (self->rows, i);
      GtkWidget *group = gtk_widget_get_ancestor (row, ADW_TYPE_PREFERENCES_GROUP);

      if (annex_doctor_row_is_expanded (row))
        g_hash_table_add (expanded, g_strdup (annex_doctor_row_get_id (row)));
      if (focus != NULL && (focus == row || gtk_widget_is_ancestor (focus, row)))
        *focused = g_strdup (annex_doctor_row_get_id (row));
      adw_preferences_group_remove (ADW_PREFERENCES_GROUP (group), row);
    }
  g_ptr_array_set_size (self->rows, 0);
  return expanded;
}

static void
update (AnnexDoctorPage *self)
{
  g_autoptr (GPtrArray) checks = self->desk != NULL ? annex_desk_dup_checks (self->desk) : NULL;
  g_autofree char *focused = NULL;
  g_autoptr (GHashTable) expanded = clear_rows (self, &focused);
  guint counts[4] = { 0 };

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (checks, i);
      GtkWidget *row =
          annex_doctor_row_new (check, g_hash_table_contains (self->repairing, check->id),
                                g_hash_table_contains (expanded, check->id));

      counts[check->state]++;
      adw_preferences_group_add (group_of (self, check->state), row);
      g_ptr_array_add (self->rows, row);
      if (g_strcmp0 (focused, check->id) == 0)
        gtk_widget_grab_focus (row);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->bad_group), counts[ANNEX_CHECK_FAILED] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->limit_group),
                          counts[ANNEX_CHECK_NOTICE] + counts[ANNEX_CHECK_UNKNOWN] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->good_group), counts[ANNEX_CHECK_OK] > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->report_group), self->rows->len > 0);
  show_summary (self, self->rows->len, counts[ANNEX_CHECK_FAILED], counts[ANNEX_CHECK_NOTICE]);
}

static void
tell (AnnexDoctorPage *self, const GError *error)
{
  g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    annex_ui_toast (GTK_WIDGET (self), text->title);
}

/* ---- checks */

static void
set_busy (AnnexDoctorPage *self, gboolean busy)
{
  if (self->busy == busy)
    return;
  self->busy = busy;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "doctor.check-again", !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "doctor.check-thoroughly", !busy);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
checked_cb (gpointer object, const GValue *value, GError *error)
{
  set_busy (object, FALSE);
  if (error != NULL)
    tell (object, error);
}

static void
check (AnnexDoctorPage *self, gboolean thorough)
{
  if (self->busy || self->desk == NULL)
    return;
  set_busy (self, TRUE);
  annex_then (annex_desk_run_checks (self->desk, thorough), self, checked_cb);
}

static void
check_action (GtkWidget *widget, const char *name, GVariant *target)
{
  check (ANNEX_DOCTOR_PAGE (widget), g_str_equal (name, "doctor.check-thoroughly"));
}

/* ---- repair */

static void
repaired_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexDoctorPage *self = object;
  const AnnexCheckResult *result = value != NULL ? g_value_get_boxed (value) : NULL;

  /* Which one it was is not said by an error; they are few, and run one after another. */
  g_hash_table_remove_all (self->repairing);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "doctor.repair", TRUE);
  update (self);
  if (error != NULL)
    tell (self, error);
  else if (result != NULL && result->state == ANNEX_CHECK_FAILED)
    annex_ui_toast (GTK_WIDGET (self), _ ("That did not help yet"));
}

static AnnexCheckState
get_state (AnnexDoctorPage *self, const char *id)
{
  g_autoptr (GPtrArray) checks = annex_desk_dup_checks (self->desk);

  for (guint i = 0; i < checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) g_ptr_array_index (checks, i))->id, id))
      return ((AnnexCheckResult *) g_ptr_array_index (checks, i))->state;
  return ANNEX_CHECK_UNKNOWN;
}

static void
repair_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexDoctorPage *self = ANNEX_DOCTOR_PAGE (widget);
  const char *id = g_variant_get_string (target, NULL);

  if (self->desk == NULL || g_hash_table_size (self->repairing) > 0)
    return;
  if (g_str_equal (id, "image")) /* it is large: what it takes is said */
    {
      if (get_state (self, id) == ANNEX_CHECK_NOTICE)
        annex_computer_setup_present_change (self->desk, widget);
      else
        annex_computer_setup_present (self->desk, widget);
      return;
    }
  g_hash_table_add (self->repairing, g_strdup (id));
  gtk_widget_action_set_enabled (widget, "doctor.repair", FALSE);
  update (self);
  annex_then (annex_desk_repair (self->desk, id), self, repaired_cb);
}

/* ---- copy */

/* Whose details name the user's files and tasks: for the user alone. */
static gboolean
is_private (const AnnexCheckResult *check)
{
  static const char *const ids[] = { "folders", "guest-disks", NULL };

  return g_strv_contains (ids, check->id);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexDoctorPage *self = ANNEX_DOCTOR_PAGE (widget);
  g_autoptr (GPtrArray) checks = self->desk != NULL ? annex_desk_dup_checks (self->desk) : NULL;
  const char *id = target != NULL ? g_variant_get_string (target, NULL) : NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const AnnexCheckResult *result = g_ptr_array_index (checks, i);
      const char *detail = is_private (result) ? NULL : result->detail;

      if (id == NULL)
        g_string_append_printf (text, "[%s] %s: %s\n%s%s",
                                annex_check_state_to_name (result->state), result->title,
                                result->sentence != NULL ? result->sentence : "",
                                detail != NULL ? detail : "", detail != NULL ? "\n" : "");
      else if (g_str_equal (id, result->id) && result->admin_text != NULL)
        g_string_append_printf (text, "%s\n%s\n\n%s\n", result->title,
                                result->sentence != NULL ? result->sentence : "",
                                result->admin_text);
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text->str);
  annex_ui_toast (widget, id != NULL ? _ ("Copied. Send it to whoever looks after this machine.")
                                     : _ ("Copied"));
}

/* ---- object */

static void
set_desk (AnnexDoctorPage *self, AnnexDesk *desk)
{
  if (!g_set_object (&self->desk, desk))
    return;
  g_signal_group_set_target (self->desk_signals, desk);
  g_hash_table_remove_all (self->repairing);
  update (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    check (self, FALSE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static gboolean
shown_cb (gpointer data)
{
  check (data, FALSE);
  return G_SOURCE_REMOVE;
}

/* What is known is what the window looks at by itself, or old. A moment later: that makes new rows,
 * and those that are there are just being mapped. */
static void
annex_doctor_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_doctor_page_parent_class)->map (widget);
  g_idle_add_full (G_PRIORITY_DEFAULT, shown_cb, g_object_ref (widget), g_object_unref);
}

static void
annex_doctor_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexDoctorPage *self = ANNEX_DOCTOR_PAGE (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else if (id == PROP_BUSY)
    g_value_set_boolean (value, self->busy);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_doctor_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DESK)
    set_desk (ANNEX_DOCTOR_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_doctor_page_dispose (GObject *object)
{
  AnnexDoctorPage *self = ANNEX_DOCTOR_PAGE (object);

  if (self->desk_signals != NULL)
    g_signal_group_set_target (self->desk_signals, NULL);
  g_clear_object (&self->desk_signals);
  g_clear_object (&self->desk);
  if (self->rows != NULL)
    g_ptr_array_set_size (self->rows, 0);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_DOCTOR_PAGE);
  G_OBJECT_CLASS (annex_doctor_page_parent_class)->dispose (object);
}

static void
annex_doctor_page_finalize (GObject *object)
{
  AnnexDoctorPage *self = ANNEX_DOCTOR_PAGE (object);

  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->repairing);
  G_OBJECT_CLASS (annex_doctor_page_parent_class)->finalize (object);
}

static void
annex_doctor_page_class_init (AnnexDoctorPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_doctor_page_get_property;
  object_class->set_property = annex_doctor_page_set_property;
  object_class->dispose = annex_doctor_page_dispose;
  object_class->finalize = annex_doctor_page_finalize;
  widget_class->map = annex_doctor_page_map;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_BUSY] =
      g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-doctor-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, icon_stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, body);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, bad_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, limit_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, good_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexDoctorPage, report_group);
  gtk_widget_class_install_action (widget_class, "doctor.check-again", NULL, check_action);
  gtk_widget_class_install_action (widget_class, "doctor.check-thoroughly", NULL, check_action);
  gtk_widget_class_install_action (widget_class, "doctor.repair", "s", repair_action);
  gtk_widget_class_install_action (widget_class, "doctor.copy", "s", copy_action);
  gtk_widget_class_install_action (widget_class, "doctor.copy-report", NULL, copy_action);
}

static void
annex_doctor_page_init (AnnexDoctorPage *self)
{
  self->rows = g_ptr_array_new ();
  self->repairing = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->desk_signals = g_signal_group_new (ANNEX_TYPE_DESK);
  g_signal_group_connect_swapped (self->desk_signals, "checks-changed", G_CALLBACK (update), self);
  gtk_widget_init_template (GTK_WIDGET (self));
  update (self);
}

GtkWidget *
annex_doctor_page_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_DOCTOR_PAGE, "desk", desk, NULL);
}

GtkWidget *
annex_doctor_page_present (AnnexDesk *desk, GtkWidget *parent)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *page = annex_doctor_page_new (desk);
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *toasts = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), page);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), toasts);
  adw_dialog_set_title (dialog, _ ("Doctor"));
  adw_dialog_set_content_width (dialog, 640);
  adw_dialog_set_content_height (dialog, 700);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
  return page;
}
