/* annex-question-field.c
 *
 * See annex-question-field.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-question-field.h"

#include "annex-ask-words.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_QUESTION_LINES 60
#define MAX_PREVIEW_LINES 500
#define MAX_NUMBER_KEYS 9
#define MAX_OPTION_LINES 6
#define MAX_OPTION_CHARS 600
#define LONG_QUESTION_BYTES 900

struct _AnnexQuestionField
{
  AdwBin parent_instance;

  JsonObject *question;
  gboolean multiple;
  gboolean secret;
  GPtrArray *checks; /* GtkCheckButton, borrowed: one an option */
  GtkCheckButton *other_check;
  GtkEditable *entry;
  GtkLabel *preview;
  GtkWidget *preview_frame;
};

enum { SIGNAL_CHANGED, SIGNAL_ACTIVATED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexQuestionField, annex_question_field, ADW_TYPE_BIN)

static JsonObject *
get_option (AnnexQuestionField *self, guint index)
{
  JsonArray *options = annex_json_opt_array (self->question, "options");
  JsonNode *node;

  if (options == NULL || index >= json_array_get_length (options))
    return NULL;
  node = json_array_get_element (options, index);
  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* ---- what is chosen */

static gboolean
has_words (AnnexQuestionField *self)
{
  const char *text = self->entry != NULL ? gtk_editable_get_text (self->entry) : "";
  g_autofree char *words = g_strstrip (g_strdup (text));

  return words[0] != '\0';
}

static gboolean
other_chosen (AnnexQuestionField *self)
{
  return self->entry != NULL &&
         (self->checks->len == 0 ||
          (self->other_check != NULL && gtk_check_button_get_active (self->other_check)));
}

gboolean
annex_question_field_is_answered (AnnexQuestionField *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), FALSE);

  if (self->secret || other_chosen (self))
    return has_words (self);
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      return TRUE;
  return FALSE;
}

gboolean
annex_question_field_is_begun (AnnexQuestionField *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), FALSE);

  if (self->secret)
    return FALSE; /* it is kept nowhere longer than needed */
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      return TRUE;
  return has_words (self);
}

static JsonNode *
dup_words (AnnexQuestionField *self)
{
  g_autofree char *words = g_strstrip (g_strdup (gtk_editable_get_text (self->entry)));
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "other_text", words);
  json_node_take_object (node, object);
  return node;
}

JsonNode *
annex_question_field_dup_value (AnnexQuestionField *self)
{
  g_autoptr (JsonArray) labels = json_array_new ();
  JsonNode *node;

  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), NULL);

  if (self->secret || !annex_question_field_is_answered (self))
    return NULL;
  for (guint i = 0; i < self->checks->len; i++)
    if (gtk_check_button_get_active (g_ptr_array_index (self->checks, i)))
      json_array_add_string_element (labels,
                                     annex_json_opt_string (get_option (self, i), "label", ""));
  if (other_chosen (self))
    {
      g_autoptr (GString) all = NULL;
      JsonObject *object;

      node = dup_words (self);
      if (json_array_get_length (labels) == 0)
        return node;
      /* Several labels and own words: all of it as the user's words. */
      object = json_node_get_object (node);
      all = g_string_new (NULL);
      for (guint i = 0; i < json_array_get_length (labels); i++)
        g_string_append_printf (all, "%s, ", json_array_get_string_element (labels, i));
      g_string_append (all, annex_json_opt_string (object, "other_text", ""));
      json_object_set_string_member (object, "other_text", all->str);
      return node;
    }
  if (!self->multiple)
    return json_node_init_string (json_node_alloc (), json_array_get_string_element (labels, 0));
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, labels);
  return node;
}

const char *
annex_question_field_get_secret (AnnexQuestionField *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), NULL);
  return self->secret ? gtk_editable_get_text (self->entry) : NULL;
}

gboolean
annex_question_field_choose (AnnexQuestionField *self, guint index)
{
  GtkCheckButton *check;

  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), FALSE);

  if (index == self->checks->len && self->entry != NULL)
    return gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  if (index >= self->checks->len)
    return FALSE;
  check = g_ptr_array_index (self->checks, index);
  gtk_check_button_set_active (check, !self->multiple || !gtk_check_button_get_active (check));
  gtk_widget_grab_focus (GTK_WIDGET (check));
  return TRUE;
}

void
annex_question_field_clear (AnnexQuestionField *self)
{
  g_return_if_fail (ANNEX_IS_QUESTION_FIELD (self));
  if (self->entry != NULL)
    gtk_editable_set_text (self->entry, "");
}

/* ---- building */

static void
show_preview (AnnexQuestionField *self, guint index)
{
  JsonObject *option = get_option (self, index);
  g_autofree char *text = NULL;

  if (self->preview == NULL || option == NULL)
    return;
  text = annex_ask_words_block (annex_json_opt_string (option, "preview", NULL), MAX_PREVIEW_LINES);
  gtk_label_set_text (self->preview, text);
}

static gboolean
entry_has_focus (AnnexQuestionField *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && (focus == GTK_WIDGET (self->entry) ||
                           gtk_widget_is_ancestor (focus, GTK_WIDGET (self->entry)));
}

static void
toggled_cb (AnnexQuestionField *self, GtkCheckButton *check)
{
  gboolean active = gtk_check_button_get_active (check);
  guint index;

  if (active && g_ptr_array_find (self->checks, check, &index))
    show_preview (self, index);
  if (active && check == self->other_check && !entry_has_focus (self))
    gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
focused_cb (GtkEventController *controller, AnnexQuestionField *self)
{
  guint index;

  if (g_ptr_array_find (self->checks, gtk_event_controller_get_widget (controller), &index))
    show_preview (self, index);
}

static void
entry_changed_cb (AnnexQuestionField *self)
{
  if (self->other_check != NULL && has_words (self))
    gtk_check_button_set_active (self->other_check, TRUE);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
entry_activated_cb (AnnexQuestionField *self)
{
  g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0);
}

static GtkWidget *
new_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

/* An option stays a few lines high, whatever is in it; the whole of it is in the tooltip. */
static GtkWidget *
new_short_label (const char *text, const char *style)
{
  GtkWidget *label = new_label (text, style);

  gtk_label_set_lines (GTK_LABEL (label), MAX_OPTION_LINES);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (strlen (text) > 120)
    gtk_widget_set_tooltip_text (label, text);
  return label;
}

/* A question stays small enough for its answers to be in sight. */
static GtkWidget *
new_question (const char *text)
{
  GtkWidget *label = new_label (text, "heading");
  GtkWidget *scrolled;

  if (strlen (text) < LONG_QUESTION_BYTES)
    return label;
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 240);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), label);
  return scrolled;
}

static GtkCheckButton *
new_check (AnnexQuestionField *self, guint index, const char *label, const char *about)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = new_short_label (label, NULL);

  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), title);
  if (about[0] != '\0')
    gtk_box_append (GTK_BOX (words), new_short_label (about, "caption"));
  if (about[0] != '\0')
    gtk_widget_add_css_class (gtk_widget_get_last_child (words), "dimmed");
  gtk_box_append (GTK_BOX (box), words);
  if (index < MAX_NUMBER_KEYS)
    {
      g_autofree char *number = g_strdup_printf ("%u", index + 1);
      GtkWidget *key = new_label (number, "caption");

      gtk_widget_add_css_class (key, "dimmed");
      gtk_widget_add_css_class (key, "numeric");
      gtk_box_append (GTK_BOX (box), key);
    }
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), box);
  gtk_widget_add_css_class (check, "annex-option");
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, about, -1);
  if (!self->multiple && self->checks->len > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (check), g_ptr_array_index (self->checks, 0));
  g_signal_connect_object (check, "toggled", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  return GTK_CHECK_BUTTON (check);
}

static gboolean
add_option (AnnexQuestionField *self, GtkBox *list, guint index)
{
  JsonObject *option = get_option (self, index);
  g_autofree char *label = annex_ask_words_line (
      annex_ask_words_own (self->question, annex_json_opt_string (option, "label", "")),
      MAX_OPTION_CHARS);
  g_autofree char *about =
      annex_ask_words_line (annex_json_opt_string (option, "description", ""), MAX_OPTION_CHARS);
  GtkCheckButton *check = new_check (self, index, label, about);
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();

  g_signal_connect (focus, "enter", G_CALLBACK (focused_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (check), focus);
  g_signal_connect (motion, "enter", G_CALLBACK (focused_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (check), motion);
  g_ptr_array_add (self->checks, check);
  gtk_box_append (list, GTK_WIDGET (check));
  return annex_json_opt_string (option, "preview", NULL) != NULL;
}

static void
add_entry (AnnexQuestionField *self, GtkBox *list)
{
  GtkWidget *entry = self->secret ? gtk_password_entry_new () : gtk_entry_new ();
  const char *name = self->secret            ? _ ("Secret")
                     : self->checks->len > 0 ? _ ("Other, in your own words")
                                             : _ ("Your answer");

  if (self->secret)
    g_object_set (entry, "show-peek-icon", TRUE, "placeholder-text",
                  _ ("Goes to your keyring, not to the model"), NULL);
  else
    gtk_entry_set_placeholder_text (GTK_ENTRY (entry), self->checks->len > 0
                                                           ? _ ("Other, in your own words")
                                                           : _ ("Your answer"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_hexpand (entry, TRUE);
  self->entry = GTK_EDITABLE (entry);
  if (self->checks->len > 0)
    {
      GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

      self->other_check = GTK_CHECK_BUTTON (gtk_check_button_new ());
      if (!self->multiple)
        gtk_check_button_set_group (self->other_check, g_ptr_array_index (self->checks, 0));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->other_check),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
      gtk_widget_add_css_class (GTK_WIDGET (self->other_check), "annex-option");
      g_signal_connect_object (self->other_check, "toggled", G_CALLBACK (toggled_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->other_check));
      gtk_box_append (GTK_BOX (box), entry);
      gtk_box_append (list, box);
    }
  else
    gtk_box_append (list, entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (entry_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (entry, "activate", G_CALLBACK (entry_activated_cb), self,
                           G_CONNECT_SWAPPED);
}

static GtkWidget *
new_preview (AnnexQuestionField *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->preview = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->preview, 0);
  gtk_label_set_yalign (self->preview, 0);
  gtk_label_set_selectable (self->preview, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->preview), "monospace");
  gtk_widget_add_css_class (scrolled, "annex-preview");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->preview));
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scrolled), 140);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 320);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_widget_set_size_request (scrolled, 240, -1);
  gtk_widget_set_hexpand (scrolled, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scrolled), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Preview"), -1);
  return scrolled;
}

static void
build (AnnexQuestionField *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  GtkWidget *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  JsonArray *options = annex_json_opt_array (self->question, "options");
  g_autofree char *header = annex_text_for_display (
      annex_ask_words_own (self->question, annex_json_opt_string (self->question, "header", "")));
  g_autofree char *text = annex_ask_words_block (
      annex_json_opt_string (self->question, "question", ""), MAX_QUESTION_LINES);
  GtkWidget *chip = gtk_label_new (header);
  GtkWidget *title = new_question (text);
  gboolean previews = FALSE;

  gtk_label_set_ellipsize (GTK_LABEL (chip), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (chip), 24);
  gtk_widget_add_css_class (chip, "annex-ask-chip");
  gtk_widget_set_halign (chip, GTK_ALIGN_START);
  if (header[0] != '\0' && !g_str_has_prefix (text, header))
    gtk_box_append (GTK_BOX (box), chip);
  else
    g_object_ref_sink (chip), g_object_unref (chip);
  gtk_box_append (GTK_BOX (box), title);
  for (guint i = 0; !self->secret && options != NULL && i < json_array_get_length (options); i++)
    if (add_option (self, GTK_BOX (list), i))
      previews = TRUE;
  add_entry (self, GTK_BOX (list));
  gtk_widget_set_size_request (list, 210, -1);
  gtk_widget_set_hexpand (list, TRUE);
  if (previews)
    {
      GtkWidget *wrap = adw_wrap_box_new ();

      adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 12);
      adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 12);
      adw_wrap_box_set_wrap_policy (ADW_WRAP_BOX (wrap), ADW_WRAP_MINIMUM);
      adw_wrap_box_append (ADW_WRAP_BOX (wrap), list);
      adw_wrap_box_append (ADW_WRAP_BOX (wrap), new_preview (self));
      gtk_box_append (GTK_BOX (box), wrap);
      show_preview (self, 0);
    }
  else
    gtk_box_append (GTK_BOX (box), list);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  adw_bin_set_child (ADW_BIN (self), box);
}

static void
annex_question_field_dispose (GObject *object)
{
  AnnexQuestionField *self = ANNEX_QUESTION_FIELD (object);

  g_ptr_array_set_size (self->checks, 0);
  self->other_check = NULL;
  self->entry = NULL;
  self->preview = NULL;
  G_OBJECT_CLASS (annex_question_field_parent_class)->dispose (object);
}

static void
annex_question_field_finalize (GObject *object)
{
  AnnexQuestionField *self = ANNEX_QUESTION_FIELD (object);

  g_ptr_array_unref (self->checks);
  g_clear_pointer (&self->question, json_object_unref);
  G_OBJECT_CLASS (annex_question_field_parent_class)->finalize (object);
}

static void
annex_question_field_class_init (AnnexQuestionFieldClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = annex_question_field_dispose;
  object_class->finalize = annex_question_field_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass),
                                            G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
annex_question_field_init (AnnexQuestionField *self)
{
  self->checks = g_ptr_array_new ();
}

GtkWidget *
annex_question_field_new (JsonObject *question)
{
  AnnexQuestionField *self = g_object_new (ANNEX_TYPE_QUESTION_FIELD, NULL);

  self->question = json_object_ref (question);
  self->multiple = annex_json_opt_boolean (question, "multi_select", FALSE);
  self->secret = annex_json_opt_boolean (question, "secret", FALSE);
  build (self);
  return GTK_WIDGET (self);
}

JsonObject *
annex_question_field_get_question (AnnexQuestionField *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), NULL);
  return self->question;
}

gboolean
annex_question_field_is_secret (AnnexQuestionField *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_FIELD (self), FALSE);
  return self->secret;
}
