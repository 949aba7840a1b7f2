/* annex-welcome.c
 *
 * See annex-welcome.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-welcome.h"

#include "annex-computer-setup.h"
#include "annex-error-text.h"
#include "annex-model-form.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexWelcome
{
  AdwDialog parent_instance;

  AnnexDesk *desk;
  GPtrArray *local_rows; /* borrowed */
  gboolean is_tour;
  gboolean is_hosted; /* what the form is for */
  char *hosted_id;    /* nullable: of the hosted model that was saved */

  AdwNavigationView *view;
  GtkWidget *hosted;
  GtkWidget *tour;
  AdwPreferencesGroup *local_group;
  GtkWidget *look_again;
  AdwPreferencesRow *nothing;
  AnnexModelForm *form;
  AdwBin *computer_slot;
};

enum { PROP_DESK = 1, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint finished_signal;

G_DEFINE_FINAL_TYPE (AnnexWelcome, annex_welcome, ADW_TYPE_DIALOG)

/* ---- the computer */

static gboolean
close_cb (gpointer data)
{
  g_autoptr (AnnexWelcome) self = g_weak_ref_get (data);

  if (self != NULL)
    adw_dialog_close (ADW_DIALOG (self));
  return G_SOURCE_REMOVE;
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* Closed a moment later: the button that was pressed is inside the dialog. */
static void
set_up_cb (AnnexWelcome *self, gboolean installed)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, self);
  g_idle_add_full (G_PRIORITY_DEFAULT, close_cb, ref, weak_free);
  g_signal_emit (self, finished_signal, 0, self->is_tour && installed);
}

static void
needs_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexWelcome *self = object;
  const AnnexComputerNeeds *needs = value != NULL ? g_value_get_boxed (value) : NULL;
  GtkWidget *setup;

  if (self->view == NULL)
    return; /* it was closed meanwhile */
  if (needs != NULL && needs->installed)
    {
      set_up_cb (self, TRUE); /* there is nothing to consent to */
      return;
    }
  setup = annex_computer_setup_new (self->desk);
  adw_bin_set_child (self->computer_slot, setup);
  g_signal_connect_object (setup, "finished", G_CALLBACK (set_up_cb), self, G_CONNECT_SWAPPED);
  adw_navigation_view_push_by_tag (self->view, "computer");
}

static void
go_on (AnnexWelcome *self)
{
  if (self->desk != NULL)
    annex_then (annex_desk_get_needs (self->desk), self, needs_cb);
}

/* A page begins with what it is for, not with Back. */
static void
shown_cb (AnnexWelcome *self)
{
  const char *tag = adw_navigation_view_get_visible_page_tag (self->view);

  if (g_strcmp0 (tag, "think") == 0)
    gtk_widget_grab_focus (self->hosted);
  else if (g_strcmp0 (tag, "model") == 0)
    gtk_widget_grab_focus (GTK_WIDGET (self->form));
  else if (g_strcmp0 (tag, "computer") == 0 && adw_bin_get_child (self->computer_slot) != NULL)
    gtk_widget_grab_focus (adw_bin_get_child (self->computer_slot));
}

/* ---- how it thinks */

static void
show_form (AnnexWelcome *self, const AnnexModelProfile *profile)
{
  self->is_tour = FALSE;
  annex_model_form_begin (self->form, profile, FALSE);
  annex_model_form_set_button_label (self->form, _ ("Check and Continue"));
  adw_navigation_view_push_by_tag (self->view, "model");
}

/* Who comes back changes what was saved: it stays one model. */
static void
hosted_cb (AnnexWelcome *self)
{
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;
  const AnnexModelProfile *saved = NULL;

  for (guint i = 0; profiles != NULL && saved == NULL && i < profiles->len; i++)
    if (g_strcmp0 (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->id, self->hosted_id) ==
        0)
      saved = g_ptr_array_index (profiles, i);
  self->is_hosted = TRUE;
  show_form (self, saved);
}

static void
saved_cb (AnnexWelcome *self, const char *id)
{
  if (self->is_hosted)
    g_set_str (&self->hosted_id, id);
  go_on (self);
}

static void
tour_saved_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexWelcome *self = object;

  gtk_widget_set_sensitive (self->tour, TRUE);
  if (error != NULL)
    {
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

      annex_ui_toast (GTK_WIDGET (self), text->title);
      return;
    }
  go_on (self);
}

static void
tour_cb (AnnexWelcome *self)
{
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;

  self->is_tour = TRUE;
  for (guint i = 0; profiles != NULL && i < profiles->len; i++)
    {
      g_autoptr (AnnexModelProfile) tour =
          annex_model_profile_copy (g_ptr_array_index (profiles, i));

      if (!g_str_equal (tour->provider, "tour") || tour->is_default)
        continue;
      tour->is_default = TRUE;
      gtk_widget_set_sensitive (self->tour, FALSE);
      annex_then (annex_desk_save_profile (self->desk, tour, NULL), self, tour_saved_cb);
      return;
    }
  go_on (self); /* it is the default already */
}

static void
local_cb (AdwActionRow *row, AnnexWelcome *self)
{
  self->is_hosted = FALSE;
  show_form (self, g_object_get_data (G_OBJECT (row), "annex-profile"));
}

static void
found_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexWelcome *self = object;
  GPtrArray *found = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self->local_group == NULL)
    return;
  for (guint i = 0; i < self->local_rows->len; i++)
    adw_preferences_group_remove (self->local_group, g_ptr_array_index (self->local_rows, i));
  g_ptr_array_set_size (self->local_rows, 0);
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const AnnexModelProfile *profile = g_ptr_array_index (found, i);
      GtkWidget *row = adw_action_row_new ();
      g_autofree char *name = annex_text_for_display (profile->name);
      g_autofree char *address = annex_text_for_display (profile->base_url);

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), address);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("computer-symbolic"));
      adw_action_row_add_suffix (ADW_ACTION_ROW (row),
                                 gtk_image_new_from_icon_name ("go-next-symbolic"));
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), "annex-profile", annex_model_profile_copy (profile),
                              (GDestroyNotify) annex_model_profile_free);
      g_signal_connect_object (row, "activated", G_CALLBACK (local_cb), self, 0);
      adw_preferences_group_add (self->local_group, row);
      g_ptr_array_add (self->local_rows, row);
    }
  gtk_widget_set_sensitive (self->look_again, TRUE);
  adw_preferences_row_set_title (self->nothing,
                                 _ ("No model server is running here. Ollama, llama.cpp, LM Studio "
                                    "and vLLM are found by themselves."));
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), self->local_rows->len == 0);
}

static void
look_again_cb (AnnexWelcome *self)
{
  if (self->desk == NULL)
    return;
  gtk_widget_set_sensitive (self->look_again, FALSE);
  adw_preferences_row_set_title (self->nothing, _ ("Looking for servers…"));
  annex_then (annex_desk_find_local (self->desk), self, found_cb);
}

/* ---- object */

static void
annex_welcome_closed (AdwDialog *dialog)
{
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  if (settings != NULL)
    g_settings_set_boolean (settings, "first-run-done", TRUE);
}

static void
annex_welcome_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DESK)
    g_value_set_object (value, ANNEX_WELCOME (object)->desk);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_welcome_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexWelcome *self = ANNEX_WELCOME (object);

  if (id != PROP_DESK)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (!g_set_object (&self->desk, g_value_get_object (value)))
    return;
  g_object_set (self->form, "desk", self->desk, NULL);
  look_again_cb (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
annex_welcome_dispose (GObject *object)
{
  AnnexWelcome *self = ANNEX_WELCOME (object);

  g_clear_object (&self->desk);
  g_clear_pointer (&self->local_rows, g_ptr_array_unref);
  g_clear_pointer (&self->hosted_id, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_WELCOME);
  G_OBJECT_CLASS (annex_welcome_parent_class)->dispose (object);
}

static void
annex_welcome_class_init (AnnexWelcomeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_welcome_get_property;
  object_class->set_property = annex_welcome_set_property;
  object_class->dispose = annex_welcome_dispose;
  ADW_DIALOG_CLASS (klass)->closed = annex_welcome_closed;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  finished_signal = g_signal_new ("finished", ANNEX_TYPE_WELCOME, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  g_type_ensure (ANNEX_TYPE_MODEL_FORM);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-welcome.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, view);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, hosted);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, tour);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, local_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, look_again);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, nothing);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, form);
  gtk_widget_class_bind_template_child (widget_class, AnnexWelcome, computer_slot);
  gtk_widget_class_bind_template_callback (widget_class, hosted_cb);
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, tour_cb);
  gtk_widget_class_bind_template_callback (widget_class, saved_cb);
  gtk_widget_class_bind_template_callback (widget_class, look_again_cb);
}

static void
annex_welcome_init (AnnexWelcome *self)
{
  self->local_rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
annex_welcome_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_WELCOME, "desk", desk, NULL);
}

gboolean
annex_welcome_is_needed (AnnexDesk *desk)
{
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  g_autoptr (GPtrArray) profiles = NULL;

  g_return_val_if_fail (ANNEX_IS_DESK (desk), FALSE);
  if (settings == NULL || g_settings_get_boolean (settings, "first-run-done"))
    return FALSE;
  profiles = annex_desk_dup_profiles (desk);
  for (guint i = 0; i < profiles->len; i++)
    if (!g_str_equal (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->provider, "tour"))
      return FALSE;
  return TRUE;
}
