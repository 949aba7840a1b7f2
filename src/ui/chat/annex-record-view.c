/* annex-record-view.c
 *
 * See annex-record-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-record-view.h"

#include "annex-chat-words.h"
#include "annex-error-text.h"
#include "annex-prose.h"
#include "annex-question-card.h"
#include "annex-result-card.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_THOUGHT 8000
#define MAX_DETAILS 4000
#define MAX_FILES 24

struct _AnnexRecordView
{
  GtkWidget parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  AnnexChatRow *row;
  GtkWidget *box;
  GtkWidget *button; /* of thinking and errors: opens; nullable */
  GtkWidget *arrow;
  GtkWidget *words;
  GtkWidget *inside; /* nullable: closed */
  gboolean placed_below;
};

G_DEFINE_FINAL_TYPE (AnnexRecordView, annex_record_view, GTK_TYPE_WIDGET)

static void
add_inside (AnnexRecordView *self, GtkWidget *widget)
{
  self->inside = widget;
  gtk_widget_add_css_class (widget, "annex-details");
  gtk_box_append (GTK_BOX (self->box), widget);
}

static GtkWidget *
new_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

/* A quiet line: an icon and words. */
static void
make_line (AnnexRecordView *self, const char *icon, const char *text)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *image = gtk_image_new_from_icon_name (icon);

  self->words = annex_prose_new ();
  annex_prose_set_plain (ANNEX_PROSE (self->words), text);
  gtk_widget_set_hexpand (self->words, TRUE);
  gtk_widget_add_css_class (self->words, "dimmed");
  gtk_widget_add_css_class (image, "dimmed");
  gtk_widget_set_valign (image, GTK_ALIGN_START);
  gtk_widget_set_margin_top (image, 2);
  gtk_widget_add_css_class (line, "annex-record");
  gtk_box_append (GTK_BOX (line), image);
  gtk_box_append (GTK_BOX (line), self->words);
  gtk_box_append (GTK_BOX (self->box), line);
}

/* Thinking */

static void
fill_thought (AnnexRecordView *self)
{
  const char *text = annex_transcript_item_get_text (self->row->item);
  g_autofree char *cut = NULL;

  if (self->inside == NULL)
    return;
  if (strlen (text) > MAX_THOUGHT)
    {
      const char *from = g_utf8_find_next_char (text + strlen (text) - MAX_THOUGHT, NULL);

      cut = g_strconcat ("…\n", from, NULL);
    }
  annex_prose_set_plain (ANNEX_PROSE (self->inside), cut != NULL ? cut : text);
}

static void
toggle_inside (AnnexRecordView *self, GtkWidget *(*create) (AnnexRecordView *self))
{
  g_clear_pointer (&self->inside, gtk_widget_unparent);
  if (self->row->open)
    add_inside (self, create (self));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow),
                                self->row->open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_STATE_EXPANDED,
                               self->row->open ? 1 : 0, -1);
}

static GtkWidget *
create_thought (AnnexRecordView *self)
{
  GtkWidget *prose = annex_prose_new ();

  gtk_widget_add_css_class (prose, "dimmed");
  return prose;
}

static void
thought_clicked_cb (AnnexRecordView *self)
{
  self->row->open = !self->row->open;
  toggle_inside (self, create_thought);
  fill_thought (self);
}

/* A button over the whole line, which opens what is below. */
static void
make_opener (AnnexRecordView *self, const char *icon, GCallback callback)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->button = gtk_button_new ();
  self->arrow = gtk_image_new_from_icon_name ("pan-end-symbolic");
  self->words = new_label ("", NULL);
  gtk_label_set_wrap (GTK_LABEL (self->words), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->words, TRUE);
  gtk_widget_add_css_class (self->arrow, "dimmed");
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "annex-line");
  gtk_box_append (GTK_BOX (line), self->arrow);
  if (icon != NULL)
    gtk_box_append (GTK_BOX (line), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (line), self->words);
  gtk_button_set_child (GTK_BUTTON (self->button), line);
  g_signal_connect_swapped (self->button, "clicked", callback, self);
}

static void
update_thinking (AnnexRecordView *self)
{
  g_autofree char *words = annex_chat_words_thinking (self->row->item);

  gtk_label_set_text (GTK_LABEL (self->words), words);
  if (annex_transcript_item_is_finished (self->row->item))
    gtk_widget_remove_css_class (self->words, "annex-breathe");
  else
    gtk_widget_add_css_class (self->words, "annex-breathe");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
  fill_thought (self);
}

static void
make_thinking (AnnexRecordView *self)
{
  make_opener (self, NULL, G_CALLBACK (thought_clicked_cb));
  gtk_box_append (GTK_BOX (self->box), self->button);
  toggle_inside (self, create_thought);
  update_thinking (self);
}

/* Errors */

static GtkWidget *
create_details (AnnexRecordView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  JsonObject *data = annex_event_get_data (annex_transcript_item_get_event (self->row->item));
  g_autoptr (AnnexErrorText) words = annex_error_text_new_from_event (
      annex_json_opt_string (data, "domain", NULL), annex_json_opt_string (data, "code", NULL),
      annex_json_opt_string (data, "message", ""));
  g_autofree char *clean = annex_prose_clean (words->details);
  g_autofree char *cut = g_utf8_substring (clean, 0, MIN (g_utf8_strlen (clean, -1), MAX_DETAILS));
  GtkWidget *label = annex_prose_new ();

  annex_prose_set_plain (ANNEX_PROSE (label), cut);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_set_valign (copy, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (copy, _ ("Copy Details"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (copy), "chat.copy-text");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (copy), "s", clean);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), copy);
  return box;
}

static void
details_clicked_cb (AnnexRecordView *self)
{
  self->row->open = !self->row->open;
  toggle_inside (self, create_details);
}

static void
make_error (AnnexRecordView *self)
{
  JsonObject *data = annex_event_get_data (annex_transcript_item_get_event (self->row->item));
  g_autoptr (AnnexErrorText) words = annex_error_text_new_from_event (
      annex_json_opt_string (data, "domain", NULL), annex_json_opt_string (data, "code", NULL),
      annex_json_opt_string (data, "message", ""));
  GtkWidget *title_row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title_label = new_label (words->title, "heading");
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_add_css_class (self->box, "card");
  gtk_widget_add_css_class (self->box, "annex-error");
  gtk_widget_set_hexpand (title_label, TRUE);
  gtk_box_append (GTK_BOX (title_row), gtk_image_new_from_icon_name ("dialog-warning-symbolic"));
  gtk_box_append (GTK_BOX (title_row), title_label);
  gtk_box_append (GTK_BOX (self->box), title_row);
  gtk_box_append (GTK_BOX (self->box), new_label (words->advice, NULL));
  make_opener (self, NULL, G_CALLBACK (details_clicked_cb));
  gtk_label_set_text (GTK_LABEL (self->words), _ ("Details"));
  gtk_widget_set_hexpand (self->button, TRUE);
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (buttons), self->button);
  if (words->action != NULL)
    {
      GtkWidget *repair = gtk_button_new_with_label (words->label);

      gtk_actionable_set_action_name (GTK_ACTIONABLE (repair), words->action);
      gtk_widget_set_halign (repair, GTK_ALIGN_END);
      gtk_box_append (GTK_BOX (buttons), repair);
    }
  gtk_box_append (GTK_BOX (self->box), buttons);
  toggle_inside (self, create_details);
}

/* Files */

static void
add_cards (AnnexRecordView *self, GtkWidget *box)
{
  JsonObject *data = annex_event_get_data (annex_transcript_item_get_event (self->row->item));
  JsonArray *paths = annex_json_opt_array (data, "paths");
  guint n = paths != NULL ? json_array_get_length (paths) : 0;

  for (guint i = 0; i < n && i < MAX_FILES; i++)
    {
      JsonNode *node = json_array_get_element (paths, i);
      const char *path = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (path != NULL)
        gtk_box_append (GTK_BOX (box), annex_result_card_new (self->desk, self->task, path));
    }
}

static GtkWidget *
create_cards (AnnexRecordView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  add_cards (self, box);
  return box;
}

static void
result_clicked_cb (AnnexRecordView *self)
{
  self->row->open = !self->row->open;
  toggle_inside (self, create_cards);
}

/* Cards; one quiet line while they stand below the conversation. */
static void
make_result (AnnexRecordView *self)
{
  g_autofree char *words = NULL;
  GtkWidget *child;

  self->button = self->arrow = self->words = self->inside = NULL;
  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  self->placed_below = self->row->below;
  if (!self->placed_below)
    {
      add_cards (self, self->box);
      return;
    }
  words = annex_chat_words_result (self->row->item);
  make_opener (self, NULL, G_CALLBACK (result_clicked_cb));
  gtk_label_set_text (GTK_LABEL (self->words), words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
  gtk_box_append (GTK_BOX (self->box), self->button);
  toggle_inside (self, create_cards);
}

/* All kinds */

static void
make_ask (AnnexRecordView *self)
{
  AnnexAsk *ask = annex_transcript_item_get_ask (self->row->item);
  g_autofree char *words = NULL;

  if (annex_ask_get_kind (ask) == ANNEX_ASK_QUESTION)
    {
      gtk_box_append (GTK_BOX (self->box), annex_question_card_new (self->desk, self->row->item));
      return;
    }
  words = annex_chat_words_ask (self->row->item);
  make_line (self,
             annex_ask_get_kind (ask) == ANNEX_ASK_FOLDER ? "folder-symbolic"
                                                          : "annex-web-symbolic",
             words);
}

static void
make_notice (AnnexRecordView *self)
{
  AnnexEventType type =
      annex_event_get_event_type (annex_transcript_item_get_event (self->row->item));
  g_autofree char *words = annex_chat_words_notice (self->task, self->row->item);
  const char *icon = type == ANNEX_EVENT_REPLY_FAILED       ? "view-refresh-symbolic"
                     : type == ANNEX_EVENT_STATE_CHANGED    ? "media-playback-stop-symbolic"
                     : type == ANNEX_EVENT_COMPUTER_CHANGED ? "dialog-warning-symbolic"
                     : type == ANNEX_EVENT_ROLLED_BACK      ? "edit-undo-symbolic"
                     : type == ANNEX_EVENT_FORKED           ? "edit-copy-symbolic"
                     : type == ANNEX_EVENT_IMPORTED         ? "document-open-symbolic"
                     : type == ANNEX_EVENT_COMPACTED        ? "view-list-symbolic"
                                                            : "folder-symbolic";

  make_line (self, icon, words);
}

static void
make (AnnexRecordView *self)
{
  g_autofree char *words = NULL;

  switch (self->row->kind)
    {
    case ANNEX_ROW_THINKING:
      make_thinking (self);
      return;
    case ANNEX_ROW_ASK:
      make_ask (self);
      return;
    case ANNEX_ROW_RESULT:
      make_result (self);
      return;
    case ANNEX_ROW_DRAFT:
      words = annex_chat_words_draft (self->task, self->row->item);
      make_line (self, "object-select-symbolic", words);
      return;
    case ANNEX_ROW_NOTICE:
      make_notice (self);
      return;
    case ANNEX_ROW_ERROR:
      make_error (self);
      return;
    case ANNEX_ROW_USER:
    case ANNEX_ROW_BLOCK:
    case ANNEX_ROW_STEPS:
      return;
    }
}

static void
changed_cb (AnnexRecordView *self)
{
  g_autofree char *words = NULL;

  if (self->row->kind == ANNEX_ROW_THINKING)
    update_thinking (self);
  else if (self->row->kind == ANNEX_ROW_RESULT && self->placed_below != self->row->below)
    make_result (self);
  else if (self->row->kind == ANNEX_ROW_ASK && self->words != NULL)
    {
      words = annex_chat_words_ask (self->row->item);
      annex_prose_set_plain (ANNEX_PROSE (self->words), words);
    }
}

static void
annex_record_view_dispose (GObject *object)
{
  AnnexRecordView *self = ANNEX_RECORD_VIEW (object);

  self->inside = self->words = self->button = self->arrow = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->row);
  g_clear_object (&self->task);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_record_view_parent_class)->dispose (object);
}

static void
annex_record_view_class_init (AnnexRecordViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_record_view_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "record-view");
}

static void
annex_record_view_init (AnnexRecordView *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
annex_record_view_new (AnnexDesk *desk, AnnexTask *task, AnnexChatRow *row)
{
  AnnexRecordView *self = g_object_new (ANNEX_TYPE_RECORD_VIEW, NULL);

  self->desk = g_object_ref (desk);
  self->task = g_object_ref (task);
  self->row = g_object_ref (row);
  gtk_widget_set_margin_top (self->box, row->kind == ANNEX_ROW_THINKING ? 3 : 9);
  make (self);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

GtkWidget *
annex_record_view_get_question (AnnexRecordView *self)
{
  GtkWidget *child;

  g_return_val_if_fail (ANNEX_IS_RECORD_VIEW (self), NULL);

  child = gtk_widget_get_first_child (self->box);
  return ANNEX_IS_QUESTION_CARD (child) ? child : NULL;
}
