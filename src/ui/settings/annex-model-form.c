/* annex-model-form.c
 *
 * See annex-model-form.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model-form.h"

#include "annex-error-text.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

enum {
  ANTHROPIC,
  OPENAI,
  OTHER,
};

struct _AnnexModelForm
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexModelProfile *begun; /* nullable: a new one */
  AnnexModelProfile *saving;
  char *saving_key; /* nullable */
  gboolean roles_shown;
  gboolean busy;

  AdwComboRow *provider;
  AdwEntryRow *address;
  AdwEntryRow *key;
  AdwEntryRow *model;
  AdwEntryRow *name;
  GtkWidget *models_button;
  GtkPopover *models_popover;
  GtkStack *models_stack;
  GtkListView *models_list;
  GtkLabel *models_failed;
  GtkWidget *roles;
  AdwSwitchRow *is_default;
  AdwSwitchRow *is_helper;
  GtkWidget *failure;
  GtkLabel *failure_title;
  GtkLabel *failure_advice;
  GtkLabel *failure_details;
  GtkWidget *save;
  GtkStack *save_stack;
  GtkLabel *save_label;
  GtkWidget *save_anyway;
};

enum { PROP_DESK = 1, PROP_BUSY, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint saved_signal;

G_DEFINE_FINAL_TYPE (AnnexModelForm, annex_model_form, ADW_TYPE_BIN)

/* ---- what is entered */

/* The entry's text without blanks around it; NULL when there is none. */
static char *
dup_entry (AdwEntryRow *row)
{
  char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (row))));

  if (*text == '\0')
    g_clear_pointer (&text, g_free);
  return text;
}

/* What the server wants: without "/v1" and slashes at the end, with a scheme. */
static char *
dup_address (AnnexModelForm *self)
{
  g_autofree char *text = dup_entry (self->address);

  if (text == NULL)
    return NULL;
  while (g_str_has_suffix (text, "/"))
    text[strlen (text) - 1] = '\0';
  if (g_str_has_suffix (text, "/v1"))
    text[strlen (text) - 3] = '\0';
  if (strstr (text, "://") == NULL)
    return g_strconcat (g_str_has_prefix (text, "localhost") || g_str_has_prefix (text, "127.")
                            ? "http://"
                            : "https://",
                        text, NULL);
  return g_steal_pointer (&text);
}

static char *
dup_host (const char *address)
{
  g_autoptr (GUri) uri = address != NULL ? g_uri_parse (address, G_URI_FLAGS_NONE, NULL) : NULL;

  return uri != NULL && g_uri_get_host (uri) != NULL ? g_strdup (g_uri_get_host (uri)) : NULL;
}

AnnexModelProfile *
annex_model_form_dup_profile (AnnexModelForm *self)
{
  guint provider = adw_combo_row_get_selected (self->provider);
  g_autofree char *name = dup_entry (self->name);
  AnnexModelProfile *profile;

  g_return_val_if_fail (ANNEX_IS_MODEL_FORM (self), NULL);
  profile = annex_model_profile_new (provider == ANTHROPIC ? "anthropic" : "openai", "");
  if (self->begun != NULL)
    g_set_str (&profile->id, self->begun->id);
  profile->model = dup_entry (self->model);
  if (provider == OTHER)
    profile->base_url = dup_address (self);
  if (name == NULL && provider == OTHER)
    name = dup_host (profile->base_url);
  if (name == NULL)
    name = g_strdup (provider == ANTHROPIC ? _ ("Anthropic")
                     : provider == OPENAI  ? _ ("OpenAI")
                                           : _ ("Own server"));
  g_set_str (&profile->name, name);
  profile->is_default = self->roles_shown ? adw_switch_row_get_active (self->is_default) : TRUE;
  profile->is_helper = self->roles_shown && adw_switch_row_get_active (self->is_helper);
  return profile;
}

/* Is it one that was saved before, so that its key may be known? */
static gboolean
is_stored (AnnexModelForm *self)
{
  g_autoptr (GPtrArray) profiles = self->desk != NULL ? annex_desk_dup_profiles (self->desk) : NULL;

  for (guint i = 0; profiles != NULL && self->begun != NULL && i < profiles->len; i++)
    if (g_strcmp0 (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->id, self->begun->id) ==
        0)
      return TRUE;
  return FALSE;
}

static void
update (AnnexModelForm *self)
{
  gboolean other = adw_combo_row_get_selected (self->provider) == OTHER;
  g_autofree char *address = dup_address (self);
  g_autofree char *host = dup_host (address);

  gtk_widget_set_visible (GTK_WIDGET (self->address), other);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->key),
                                 is_stored (self) ? _ ("Key (empty: as it is)")
                                 : other          ? _ ("Key (if the server wants one)")
                                                  : _ ("Key"));
  if (other && address != NULL && host == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  gtk_widget_set_sensitive (self->save, !self->busy && (!other || host != NULL));
  gtk_widget_set_sensitive (self->save_anyway, !self->busy);
  gtk_widget_set_sensitive (self->models_button, !other || host != NULL);
  gtk_stack_set_visible_child_name (self->save_stack, self->busy ? "busy" : "label");
}

static void
set_busy (AnnexModelForm *self, gboolean busy)
{
  if (self->busy == busy)
    return;
  self->busy = busy;
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
}

static void
show_failure (AnnexModelForm *self, const GError *error)
{
  gtk_widget_set_visible (self->failure, error != NULL);
  gtk_widget_set_visible (self->save_anyway, error != NULL);
  if (error != NULL)
    {
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

      gtk_label_set_text (self->failure_title, text->title);
      gtk_label_set_text (self->failure_advice, text->advice);
      gtk_label_set_text (self->failure_details, text->details);
      gtk_accessible_announce (GTK_ACCESSIBLE (self), text->title,
                               GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
    }
}

static void
changed_cb (AnnexModelForm *self)
{
  show_failure (self, NULL);
  update (self);
}

static void
provider_cb (AnnexModelForm *self)
{
  changed_cb (self);
}

/* ---- the server's models */

static void
listed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexModelForm *self = object;
  const char *const *ids = value != NULL ? g_value_get_boxed (value) : NULL;

  if (error != NULL)
    {
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

      gtk_label_set_text (self->models_failed, text->title);
    }
  else if (ids == NULL || ids[0] == NULL)
    gtk_label_set_text (self->models_failed, _ ("The server names none"));
  else
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new (ids);
      g_autoptr (GtkNoSelection) selection =
          gtk_no_selection_new (G_LIST_MODEL (g_steal_pointer (&list)));

      gtk_list_view_set_model (self->models_list, GTK_SELECTION_MODEL (selection));
      gtk_stack_set_visible_child_name (self->models_stack, "list");
      return;
    }
  gtk_stack_set_visible_child_name (self->models_stack, "failed");
}

static void
list_models_cb (AnnexModelForm *self)
{
  g_autoptr (AnnexModelProfile) profile = annex_model_form_dup_profile (self);
  g_autofree char *key = dup_entry (self->key);

  gtk_stack_set_visible_child_name (self->models_stack, "busy");
  if (self->desk != NULL)
    annex_then (annex_desk_list_models (self->desk, profile, key), self, listed_cb);
}

static void
model_chosen_cb (AnnexModelForm *self, guint position)
{
  g_autoptr (GtkStringObject) item =
      g_list_model_get_item (G_LIST_MODEL (gtk_list_view_get_model (self->models_list)), position);

  gtk_editable_set_text (GTK_EDITABLE (self->model), gtk_string_object_get_string (item));
  gtk_popover_popdown (self->models_popover);
}

static void
setup_model_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 32);
  gtk_list_item_set_child (item, label);
}

static void
bind_model_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkStringObject *object = gtk_list_item_get_item (item);
  g_autofree char *text = annex_text_for_display (gtk_string_object_get_string (object));

  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
  gtk_list_item_set_accessible_label (item, text);
}

/* ---- checking and saving */

static void
forget (AnnexModelForm *self)
{
  g_clear_pointer (&self->saving, annex_model_profile_free);
  g_clear_pointer (&self->saving_key, g_free);
  set_busy (self, FALSE);
}

static void
saved_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexModelForm *self = object;
  g_autofree char *id = g_strdup (self->saving->id);

  /* Saved once more, it is the same one. */
  if (error == NULL && self->begun == NULL)
    self->begun = annex_model_profile_copy (self->saving);
  forget (self);
  show_failure (self, error);
  if (error == NULL)
    {
      gtk_editable_set_text (GTK_EDITABLE (self->key), "");
      g_signal_emit (self, saved_signal, 0, id);
    }
}

static void
checked_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexModelForm *self = object;

  if (error != NULL)
    {
      forget (self);
      show_failure (self, error);
      return;
    }
  annex_then (annex_desk_save_profile (self->desk, self->saving, self->saving_key), self, saved_cb);
}

void
annex_model_form_save (AnnexModelForm *self, gboolean check_first)
{
  g_return_if_fail (ANNEX_IS_MODEL_FORM (self));
  if (self->busy || self->desk == NULL || !gtk_widget_get_sensitive (self->save))
    return;
  show_failure (self, NULL);
  self->saving = annex_model_form_dup_profile (self);
  self->saving_key = dup_entry (self->key);
  set_busy (self, TRUE);
  if (check_first)
    annex_then (annex_desk_check_profile (self->desk, self->saving, self->saving_key), self,
                checked_cb);
  else
    checked_cb (self, NULL, NULL);
}

static void
save_cb (AnnexModelForm *self)
{
  annex_model_form_save (self, TRUE);
}

static void
save_anyway_cb (AnnexModelForm *self)
{
  annex_model_form_save (self, FALSE);
}

/* ---- object */

static guint
provider_of (const AnnexModelProfile *profile)
{
  if (profile == NULL ||
      (g_str_equal (profile->provider, "anthropic") && profile->base_url == NULL))
    return ANTHROPIC;
  return profile->base_url != NULL ? OTHER : OPENAI;
}

void
annex_model_form_begin (AnnexModelForm *self, const AnnexModelProfile *profile, gboolean roles)
{
  g_return_if_fail (ANNEX_IS_MODEL_FORM (self));
  g_clear_pointer (&self->begun, annex_model_profile_free);
  if (profile != NULL)
    self->begun = annex_model_profile_copy (profile);
  self->roles_shown = roles;
  adw_combo_row_set_selected (self->provider, provider_of (profile));
  gtk_editable_set_text (GTK_EDITABLE (self->address),
                         profile != NULL && profile->base_url != NULL ? profile->base_url : "");
  gtk_editable_set_text (GTK_EDITABLE (self->key), "");
  gtk_editable_set_text (GTK_EDITABLE (self->model),
                         profile != NULL && profile->model != NULL ? profile->model : "");
  gtk_editable_set_text (GTK_EDITABLE (self->name), profile != NULL ? profile->name : "");
  adw_switch_row_set_active (self->is_default, profile == NULL || profile->is_default);
  adw_switch_row_set_active (self->is_helper, profile != NULL && profile->is_helper);
  gtk_widget_set_visible (self->roles, roles);
  changed_cb (self);
}

void
annex_model_form_set_button_label (AnnexModelForm *self, const char *label)
{
  g_return_if_fail (ANNEX_IS_MODEL_FORM (self));
  gtk_label_set_label (self->save_label, label);
}

static void
annex_model_form_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexModelForm *self = ANNEX_MODEL_FORM (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else if (id == PROP_BUSY)
    g_value_set_boolean (value, self->busy);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_model_form_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id != PROP_DESK)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  else if (g_set_object (&ANNEX_MODEL_FORM (object)->desk, g_value_get_object (value)))
    g_object_notify_by_pspec (object, pspec);
}

static void
annex_model_form_dispose (GObject *object)
{
  AnnexModelForm *self = ANNEX_MODEL_FORM (object);

  g_clear_object (&self->desk);
  g_clear_pointer (&self->begun, annex_model_profile_free);
  g_clear_pointer (&self->saving, annex_model_profile_free);
  g_clear_pointer (&self->saving_key, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_MODEL_FORM);
  G_OBJECT_CLASS (annex_model_form_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-model-form.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, provider);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, address);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, key);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, model);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, name);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, models_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, models_popover);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, models_stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, models_list);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, models_failed);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, roles);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, is_default);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, is_helper);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, failure_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, failure_advice);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, failure_details);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, save);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, save_stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, save_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexModelForm, save_anyway);
  gtk_widget_class_bind_template_callback (widget_class, provider_cb);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_anyway_cb);
  gtk_widget_class_bind_template_callback (widget_class, list_models_cb);
  gtk_widget_class_bind_template_callback (widget_class, model_chosen_cb);
}

static void
annex_model_form_class_init (AnnexModelFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_model_form_get_property;
  object_class->set_property = annex_model_form_set_property;
  object_class->dispose = annex_model_form_dispose;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_BUSY] =
      g_param_spec_boolean ("busy", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  saved_signal = g_signal_new ("saved", ANNEX_TYPE_MODEL_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
annex_model_form_init (AnnexModelForm *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_model_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_model_cb), NULL);
  gtk_list_view_set_factory (self->models_list, factory);
  annex_model_form_begin (self, NULL, FALSE);
}

GtkWidget *
annex_model_form_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_MODEL_FORM, "desk", desk, NULL);
}
