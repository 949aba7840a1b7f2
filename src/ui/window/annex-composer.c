/* annex-composer.c
 *
 * See annex-composer.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

#define LINES_MAX 8

G_DEFINE_FINAL_TYPE (AnnexComposer, annex_composer, ADW_TYPE_BIN)

enum {
  PROP_DESK = 1,
  PROP_TASK,
  PROP_PLACEHOLDER,
  PROP_SHOW_PROFILES,
  PROP_SHOW_STOP,
  PROP_BUSY,
  PROP_CAN_SEND,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

enum { SEND, STOP, ATTACHMENTS_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* ---- text */

/* (transfer full) */
static char *
dup_text (AnnexComposer *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

/* Something that a task which goes on needs no word for. */
static gboolean
has_attachment (AnnexComposer *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chips)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (annex_composer_chip_get_kind (ANNEX_COMPOSER_CHIP (child)) != ANNEX_CHIP_SKILL)
      return TRUE;
  return FALSE;
}

/* @text: what is written, without the blanks at its beginning. */
static gboolean
has_message (AnnexComposer *self, const char *text)
{
  return *text != '\0' || (self->task != NULL && has_attachment (self));
}

static void
update (AnnexComposer *self)
{
  g_autofree char *text = dup_text (self);
  gboolean can_send;

  gtk_label_set_text (self->placeholder, self->sent_text != NULL ? _ ("Sending…") : self->words);
  gtk_widget_set_visible (GTK_WIDGET (self->placeholder), *text == '\0');
  can_send = has_message (self, g_strchug (text)) && self->desk != NULL && !self->busy;
  gtk_widget_set_sensitive (GTK_WIDGET (self->send_button), can_send);
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), self->show_stop);
  if (self->can_send == can_send)
    return;
  self->can_send = can_send;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_SEND]);
}

static void
text_changed_cb (AnnexComposer *self)
{
  update (self);
  annex_composer_update_skills (self);
}

static void
send_cb (AnnexComposer *self)
{
  if (self->can_send)
    g_signal_emit (self, signals[SEND], 0);
}

static void
stop_cb (AnnexComposer *self)
{
  g_signal_emit (self, signals[STOP], 0);
}

static gboolean
key_cb (AnnexComposer *self,
        guint key,
        guint code,
        GdkModifierType state,
        GtkEventController *controller)
{
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  GdkEvent *event = gtk_event_controller_get_current_event (controller);

  if (modifiers == 0 && annex_composer_skills_key (self, key))
    return GDK_EVENT_STOP;
  if (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_ISO_Enter)
    return GDK_EVENT_PROPAGATE;
  if (modifiers != 0 && modifiers != GDK_CONTROL_MASK)
    return GDK_EVENT_PROPAGATE; /* Shift: another line */
  if (gtk_text_view_im_context_filter_keypress (self->text, event))
    return GDK_EVENT_STOP; /* it ends what an input method was composing */
  send_cb (self);
  return GDK_EVENT_STOP;
}

static void
paste_cb (AnnexComposer *self)
{
  if (annex_composer_paste (self))
    g_signal_stop_emission_by_name (self->text, "paste-clipboard");
}

/* Eight lines of the present font, then it scrolls. */
static void
mapped_cb (AnnexComposer *self)
{
  PangoContext *context = gtk_widget_get_pango_context (GTK_WIDGET (self->text));
  PangoFontMetrics *metrics = pango_context_get_metrics (context, NULL, NULL);
  int line = PANGO_PIXELS_CEIL (pango_font_metrics_get_height (metrics));
  int margins =
      gtk_text_view_get_top_margin (self->text) + gtk_text_view_get_bottom_margin (self->text);

  pango_font_metrics_unref (metrics);
  gtk_scrolled_window_set_max_content_height (self->scroller, LINES_MAX * MAX (line, 12) + margins);
}

/* ---- chips */

static void
chips_changed (AnnexComposer *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->chips),
                          gtk_widget_get_first_child (GTK_WIDGET (self->chips)) != NULL);
  update (self);
  g_signal_emit (self, signals[ATTACHMENTS_CHANGED], 0);
}

static void
chip_removed_cb (AnnexComposer *self, AnnexComposerChip *chip)
{
  adw_wrap_box_remove (self->chips, GTK_WIDGET (chip));
  chips_changed (self);
  annex_composer_focus (self);
}

static gboolean
has_path (AnnexComposer *self, AnnexChipKind kind, const char *path)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chips)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      AnnexComposerChip *chip = ANNEX_COMPOSER_CHIP (child);

      if (annex_composer_chip_get_kind (chip) == kind &&
          g_strcmp0 (annex_composer_chip_get_path (chip), path) == 0)
        return TRUE;
    }
  return FALSE;
}

void
annex_composer_add_chip (AnnexComposer *self, GtkWidget *widget)
{
  g_autoptr (AnnexComposerChip) chip = g_object_ref_sink (ANNEX_COMPOSER_CHIP (widget));
  const char *path = annex_composer_chip_get_path (chip);

  if (path != NULL && has_path (self, annex_composer_chip_get_kind (chip), path))
    return;
  g_signal_connect_object (chip, "removed", G_CALLBACK (chip_removed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (chip, "mode-changed", G_CALLBACK (chips_changed), self,
                           G_CONNECT_SWAPPED);
  adw_wrap_box_append (self->chips, widget);
  chips_changed (self);
}

/* ---- public */

void
annex_composer_set_text (AnnexComposer *self, const char *text)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  GtkTextIter start;
  GtkTextIter end;

  /* As if the user had written it, so that what stood there comes back with Ctrl+Z. */
  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_delete (buffer, &start, &end);
  gtk_text_buffer_insert (buffer, &end, text, -1);
  gtk_text_buffer_end_user_action (buffer);
}

AnnexNewTask *
annex_composer_dup_request (AnnexComposer *self)
{
  g_autoptr (AnnexNewTask) request = NULL;
  g_autofree char *text = dup_text (self);

  if (!has_message (self, g_strstrip (text)))
    return NULL;
  request = annex_new_task_new ();
  g_set_str (&request->prompt, text);
  g_set_str (&request->profile, self->profile);
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chips)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      AnnexComposerChip *chip = ANNEX_COMPOSER_CHIP (child);

      switch (annex_composer_chip_get_kind (chip))
        {
        case ANNEX_CHIP_FOLDER:
          annex_new_task_add_folder (request, annex_composer_chip_get_path (chip),
                                     annex_composer_chip_get_mode (chip));
          break;
        case ANNEX_CHIP_FILE:
          g_ptr_array_add (request->files, g_strdup (annex_composer_chip_get_path (chip)));
          break;
        case ANNEX_CHIP_IMAGE:
          g_ptr_array_add (request->images, g_bytes_ref (annex_composer_chip_get_png (chip)));
          break;
        case ANNEX_CHIP_SKILL:
          {
            /* In words: so it reaches every model, and stands in the conversation. */
            g_autofree char *prompt =
                g_strdup_printf ("/%s %s", annex_composer_chip_get_path (chip), request->prompt);

            g_set_str (&request->prompt, prompt);
            g_ptr_array_add (request->skills, g_strdup (annex_composer_chip_get_path (chip)));
            break;
          }
        }
    }
  return g_steal_pointer (&request);
}

char **
annex_composer_dup_folders (AnnexComposer *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->chips)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (annex_composer_chip_get_kind (ANNEX_COMPOSER_CHIP (child)) == ANNEX_CHIP_FOLDER)
      g_strv_builder_add (builder, annex_composer_chip_get_path (ANNEX_COMPOSER_CHIP (child)));
  return g_strv_builder_end (builder);
}

gboolean
annex_composer_is_empty (AnnexComposer *self)
{
  g_autofree char *text = dup_text (self);

  return *text == '\0' && gtk_widget_get_first_child (GTK_WIDGET (self->chips)) == NULL &&
         self->sent_text == NULL;
}

void
annex_composer_clear (AnnexComposer *self)
{
  GtkWidget *chip;

  while ((chip = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL)
    adw_wrap_box_remove (self->chips, chip);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->text), "", 0); /* also for Ctrl+Z */
  chips_changed (self);
}

/* ---- sending */

AnnexNewTask *
annex_composer_begin_send (AnnexComposer *self)
{
  g_autoptr (AnnexNewTask) request = self->busy ? NULL : annex_composer_dup_request (self);

  if (request == NULL)
    return NULL;
  self->sent_text = dup_text (self);
  self->sent_chips = g_ptr_array_new_with_free_func (g_object_unref);
  for (GtkWidget *chip = gtk_widget_get_first_child (GTK_WIDGET (self->chips)); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    g_ptr_array_add (self->sent_chips, g_object_ref (chip));
  g_object_set (self, "busy", TRUE, NULL);
  annex_composer_clear (self);
  return g_steal_pointer (&request);
}

/* Nothing of it can be taken back with Ctrl+Z, which would lose it after all. */
static void
put_back (AnnexComposer *self, char *text, GPtrArray *chips)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  g_autofree char *since = dup_text (self);
  GtkTextIter start;

  for (guint i = chips->len; i-- > 0;)
    {
      AnnexComposerChip *chip = g_ptr_array_index (chips, i);
      const char *path = annex_composer_chip_get_path (chip);

      if (path == NULL || !has_path (self, annex_composer_chip_get_kind (chip), path))
        adw_wrap_box_prepend (self->chips, GTK_WIDGET (chip));
    }
  gtk_text_buffer_begin_irreversible_action (buffer);
  if (*since != '\0' && *g_strchomp (text) != '\0')
    {
      gtk_text_buffer_get_start_iter (buffer, &start);
      gtk_text_buffer_insert (buffer, &start, "\n\n", -1);
    }
  gtk_text_buffer_get_start_iter (buffer, &start);
  gtk_text_buffer_insert (buffer, &start, text, -1);
  gtk_text_buffer_end_irreversible_action (buffer);
  chips_changed (self);
}

void
annex_composer_end_send (AnnexComposer *self, gboolean sent)
{
  g_autofree char *text = g_steal_pointer (&self->sent_text);
  g_autoptr (GPtrArray) chips = g_steal_pointer (&self->sent_chips);

  if (text != NULL && !sent)
    put_back (self, text, chips);
  g_object_set (self, "busy", FALSE, NULL);
}

void
annex_composer_focus (AnnexComposer *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->text));
}

/* ---- the type */

static void
set_desk (AnnexComposer *self, AnnexDesk *desk)
{
  if (self->desk == desk)
    return;
  if (self->desk != NULL)
    g_signal_handlers_disconnect_by_func (self->desk, annex_composer_update_profiles, self);
  g_set_object (&self->desk, desk);
  if (desk != NULL)
    g_signal_connect_object (desk, "profiles-changed", G_CALLBACK (annex_composer_update_profiles),
                             self, G_CONNECT_SWAPPED);
  annex_composer_update_profiles (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static gboolean
set_boolean (gboolean *field, gboolean value)
{
  if (*field == value)
    return FALSE;
  *field = value;
  return TRUE;
}

static void
annex_composer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexComposer *self = ANNEX_COMPOSER (object);

  switch (id)
    {
    case PROP_DESK:
      g_value_set_object (value, self->desk);
      break;
    case PROP_TASK:
      g_value_set_object (value, self->task);
      break;
    case PROP_PLACEHOLDER:
      g_value_set_string (value, self->words);
      break;
    case PROP_SHOW_PROFILES:
      g_value_set_boolean (value, self->show_profiles);
      break;
    case PROP_SHOW_STOP:
      g_value_set_boolean (value, self->show_stop);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    case PROP_CAN_SEND:
      g_value_set_boolean (value, self->can_send);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_composer_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexComposer *self = ANNEX_COMPOSER (object);
  gboolean changed = FALSE;

  switch (id)
    {
    case PROP_DESK:
      set_desk (self, g_value_get_object (value));
      break;
    case PROP_TASK:
      changed = g_set_object (&self->task, g_value_get_object (value));
      break;
    case PROP_PLACEHOLDER:
      g_free (self->words);
      self->words = g_value_dup_string (value);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      g_value_get_string (value), -1);
      changed = TRUE;
      break;
    case PROP_SHOW_PROFILES:
      changed = set_boolean (&self->show_profiles, g_value_get_boolean (value));
      annex_composer_update_profiles (self);
      break;
    case PROP_SHOW_STOP:
      changed = set_boolean (&self->show_stop, g_value_get_boolean (value));
      break;
    case PROP_BUSY:
      changed = set_boolean (&self->busy, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
  update (self);
  if (changed)
    g_object_notify_by_pspec (object, pspec);
}

static void
annex_composer_dispose (GObject *object)
{
  AnnexComposer *self = ANNEX_COMPOSER (object);

  if (self->text != NULL)
    {
      g_signal_handlers_disconnect_by_func (gtk_text_view_get_buffer (self->text), text_changed_cb,
                                            self);
      annex_composer_drop_skills (self);
    }
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_COMPOSER);
  g_clear_object (&self->actions);
  g_clear_object (&self->desk);
  g_clear_object (&self->task);
  g_clear_pointer (&self->profile, g_free);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->sent_text, g_free);
  g_clear_pointer (&self->sent_chips, g_ptr_array_unref);
  G_OBJECT_CLASS (annex_composer_parent_class)->dispose (object);
}

static void
choose_folder_cb (AnnexComposer *self)
{
  annex_composer_choose (self, TRUE);
}

static void
choose_file_cb (AnnexComposer *self)
{
  annex_composer_choose (self, FALSE);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_TASK] = g_param_spec_object ("task", NULL, NULL, ANNEX_TYPE_TASK, flags);
  properties[PROP_PLACEHOLDER] = g_param_spec_string ("placeholder", NULL, NULL, "", flags);
  properties[PROP_SHOW_PROFILES] = g_param_spec_boolean ("show-profiles", NULL, NULL, FALSE, flags);
  properties[PROP_SHOW_STOP] = g_param_spec_boolean ("show-stop", NULL, NULL, FALSE, flags);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_SEND] = g_param_spec_boolean ("can-send", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
annex_composer_class_init (AnnexComposerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_composer_get_property;
  object_class->set_property = annex_composer_set_property;
  object_class->dispose = annex_composer_dispose;
  install_properties (object_class);
  signals[SEND] = g_signal_new ("send", ANNEX_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[STOP] = g_signal_new ("stop", ANNEX_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  signals[ATTACHMENTS_CHANGED] =
      g_signal_new ("attachments-changed", ANNEX_TYPE_COMPOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-composer.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, chips);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, scroller);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, text);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, placeholder);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, profile_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, profile_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, stop_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposer, send_button);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, paste_cb);
  gtk_widget_class_bind_template_callback (widget_class, mapped_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_folder_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_file_cb);
}

static void
annex_composer_init (AnnexComposer *self)
{
  self->words = g_strdup ("");
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (gtk_text_view_get_buffer (self->text), "changed",
                            G_CALLBACK (text_changed_cb), self);
  annex_composer_init_profiles (self);
  update (self);
}
