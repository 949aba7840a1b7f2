/* annex-question-card.c
 *
 * See annex-question-card.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-question-card.h"

#include "annex-ask-words.h"
#include "annex-question-field.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

typedef enum {
  STATE_OPEN,
  STATE_LATER,
  STATE_CLOSED,
} CardState;

struct _AnnexQuestionCard
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTranscriptItem *item; /* nullable */
  AnnexAsk *ask;
  CardState state;
  gboolean busy;
  gboolean expired;
  JsonObject *pending; /* the answer while secrets are put away */
  guint next_secret;
  GPtrArray *fields; /* AnnexQuestionField, borrowed */

  GtkWidget *open_box;
  GtkBox *fields_box;
  GtkLabel *failure;
  GtkWidget *answer_button;
  GtkWidget *later_button;
  GtkWidget *folded_box;
  GtkImage *folded_icon;
  GtkLabel *folded_title;
  GtkLabel *folded_words;
  GtkWidget *show_button;
  GtkWidget *now_button;
  GtkWidget *reopen_button;
  GtkLabel *full;
};

enum { PROP_ANSWERABLE = 1, N_PROPS };

static GParamSpec *properties[N_PROPS];

enum { SIGNAL_LATER, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexQuestionCard, annex_question_card, ADW_TYPE_BIN)

static AnnexQuestionField *
get_field (AnnexQuestionCard *self, guint index)
{
  return g_ptr_array_index (self->fields, index);
}

gboolean
annex_question_card_get_answerable (AnnexQuestionCard *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_CARD (self), FALSE);

  if (self->state != STATE_OPEN || self->busy || self->fields->len == 0)
    return FALSE;
  for (guint i = 0; i < self->fields->len; i++)
    if (!annex_question_field_is_answered (get_field (self, i)))
      return FALSE;
  return TRUE;
}

gboolean
annex_question_card_is_begun (AnnexQuestionCard *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_CARD (self), FALSE);

  for (guint i = 0; self->state != STATE_CLOSED && i < self->fields->len; i++)
    if (annex_question_field_is_begun (get_field (self, i)))
      return TRUE;
  return FALSE;
}

static void
update_answerable (AnnexQuestionCard *self)
{
  gtk_widget_set_sensitive (self->answer_button, annex_question_card_get_answerable (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ANSWERABLE]);
}

static void
show_failure (AnnexQuestionCard *self, const char *message)
{
  g_autofree char *shown = message != NULL ? annex_ask_words_block (message, 4) : NULL;

  gtk_label_set_text (self->failure, shown != NULL ? shown : "");
  gtk_widget_set_visible (GTK_WIDGET (self->failure), shown != NULL);
}

static void
set_busy (AnnexQuestionCard *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_sensitive (self->later_button, !busy);
  update_answerable (self);
}

/* ---- states */

static void
show_state (AnnexQuestionCard *self, CardState state)
{
  GtkWidget *widget = GTK_WIDGET (self);
  gboolean had_focus = gtk_widget_get_focus_child (widget) != NULL;

  self->state = state;
  gtk_widget_set_visible (self->folded_box, state != STATE_OPEN);
  gtk_widget_set_visible (self->now_button, state == STATE_LATER);
  gtk_widget_set_visible (self->show_button, state == STATE_CLOSED);
  gtk_widget_set_visible (self->reopen_button, state == STATE_CLOSED && self->expired);
  /* The focus moves before what had it goes. */
  if (had_focus && state != STATE_OPEN)
    gtk_widget_grab_focus (state == STATE_LATER ? self->now_button : self->show_button);
  gtk_widget_set_visible (self->open_box, state == STATE_OPEN);
  if (state == STATE_OPEN)
    gtk_widget_remove_css_class (widget, "folded");
  else
    gtk_widget_add_css_class (widget, "folded");
  update_answerable (self);
}

/* Every question with its answer, for the opened record. (transfer full) */
static char *
describe_all (AnnexQuestionCard *self, JsonObject *answer)
{
  JsonArray *questions = annex_ask_words_questions (self->ask);
  GString *out = g_string_new (NULL);

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);
      g_autofree char *text =
          annex_ask_words_block (annex_json_opt_string (question, "question", ""), 60);
      g_autofree char *one =
          answer != NULL ? annex_ask_words_one_answer (question, answer) : g_strdup ("");

      g_string_append_printf (out, "%s%s%s%s", i > 0 ? "\n\n" : "", text,
                              one[0] != '\0' ? "\n→ " : "", one);
    }
  return g_string_free_and_steal (out);
}

void
annex_question_card_set_outcome (AnnexQuestionCard *self, JsonObject *answer, gboolean expired)
{
  g_autofree char *words = NULL;
  g_autofree char *summary = NULL;
  g_autofree char *all = NULL;

  g_return_if_fail (ANNEX_IS_QUESTION_CARD (self));

  self->busy = FALSE;
  self->expired = expired;
  for (guint i = 0; i < self->fields->len; i++)
    annex_question_field_clear (get_field (self, i));
  words = annex_ask_words_answer (self->ask, answer, expired);
  summary = annex_ask_words_summary (self->ask);
  all = describe_all (self, answer);
  gtk_label_set_text (self->folded_title, summary);
  gtk_label_set_text (self->folded_words, words);
  gtk_label_set_text (self->full, all);
  gtk_image_set_from_icon_name (self->folded_icon, expired ? "document-open-recent-symbolic"
                                                           : "object-select-symbolic");
  show_state (self, STATE_CLOSED);
}

static void
put_off (AnnexQuestionCard *self)
{
  g_autofree char *summary = NULL;

  if (self->state != STATE_OPEN || self->busy)
    return;
  summary = annex_ask_words_summary (self->ask);
  gtk_label_set_text (self->folded_title, summary);
  gtk_label_set_text (self->folded_words, _ ("Waits for you in the inbox"));
  gtk_image_set_from_icon_name (self->folded_icon, "annex-inbox-symbolic");
  show_state (self, STATE_LATER);
  g_signal_emit (self, signals[SIGNAL_LATER], 0);
}

gboolean
annex_question_card_is_open (AnnexQuestionCard *self)
{
  g_return_val_if_fail (ANNEX_IS_QUESTION_CARD (self), FALSE);
  return self->state == STATE_OPEN;
}

void
annex_question_card_focus (AnnexQuestionCard *self)
{
  g_return_if_fail (ANNEX_IS_QUESTION_CARD (self));
  if (self->state == STATE_OPEN)
    gtk_widget_child_focus (GTK_WIDGET (self->fields_box), GTK_DIR_TAB_FORWARD);
}

static void
answer_now_cb (AnnexQuestionCard *self)
{
  show_state (self, STATE_OPEN);
  annex_question_card_focus (self);
}

static void
reopened_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexQuestionCard *self = object;

  if (error == NULL)
    return;
  gtk_widget_set_sensitive (self->reopen_button, TRUE);
  gtk_label_set_text (self->folded_words, annex_error_said (error));
}

static void
reopen_cb (AnnexQuestionCard *self)
{
  gtk_widget_set_sensitive (self->reopen_button, FALSE);
  annex_then (annex_desk_reopen (self->desk, annex_ask_get_id (self->ask)), self, reopened_cb);
}

/* ---- answering */

static void
answered_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexQuestionCard *self = object;

  set_busy (self, FALSE);
  if (error != NULL)
    show_failure (self, annex_error_said (error));
}

static void
send_next (AnnexQuestionCard *self);

static void
secret_stored_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexQuestionCard *self = object;
  AnnexQuestionField *field;
  JsonObject *secret;

  if (error != NULL || self->pending == NULL)
    {
      g_clear_pointer (&self->pending, json_object_unref);
      set_busy (self, FALSE);
      show_failure (self, error != NULL ? annex_error_said (error) : NULL);
      return;
    }
  field = get_field (self, self->next_secret);
  secret = json_object_new ();
  json_object_set_string_member (secret, "secret", g_value_get_string (value));
  json_object_set_object_member (
      self->pending, annex_json_opt_string (annex_question_field_get_question (field), "id", ""),
      secret);
  annex_question_field_clear (field);
  self->next_secret++;
  send_next (self);
}

/* Puts the next secret into the keyring; when there is none left, answers. */
static void
send_next (AnnexQuestionCard *self)
{
  for (; self->next_secret < self->fields->len; self->next_secret++)
    {
      AnnexQuestionField *field = get_field (self, self->next_secret);
      JsonObject *question = annex_question_field_get_question (field);
      g_autofree char *label = NULL;

      if (!annex_question_field_is_secret (field))
        continue;
      label = annex_text_for_display (annex_json_opt_string (question, "header", ""));
      annex_then (annex_desk_store_secret (self->desk, label[0] != '\0' ? label : _ ("Secret"),
                                           annex_question_field_get_secret (field)),
                  self, secret_stored_cb);
      return;
    }
  annex_then (annex_desk_answer (self->desk, self->ask, g_steal_pointer (&self->pending)), self,
              answered_cb);
}

void
annex_question_card_answer (AnnexQuestionCard *self)
{
  g_return_if_fail (ANNEX_IS_QUESTION_CARD (self));

  if (!annex_question_card_get_answerable (self))
    return;
  show_failure (self, NULL);
  g_clear_pointer (&self->pending, json_object_unref);
  self->pending = json_object_new ();
  for (guint i = 0; i < self->fields->len; i++)
    {
      AnnexQuestionField *field = get_field (self, i);
      JsonNode *node = annex_question_field_dup_value (field);

      if (node != NULL)
        json_object_set_member (
            self->pending,
            annex_json_opt_string (annex_question_field_get_question (field), "id", ""), node);
    }
  self->next_secret = 0;
  set_busy (self, TRUE);
  send_next (self);
}

/* ---- keys */

/* The question the focus is in, else the first that has no answer. */
static AnnexQuestionField *
current_field (AnnexQuestionCard *self)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->fields_box));

  if (focus != NULL && g_ptr_array_find (self->fields, focus, NULL))
    return ANNEX_QUESTION_FIELD (focus);
  for (guint i = 0; i < self->fields->len; i++)
    if (!annex_question_field_is_answered (get_field (self, i)))
      return get_field (self, i);
  return self->fields->len > 0 ? get_field (self, 0) : NULL;
}

/* In a group Tab reaches only what is chosen; arrows reach the rest. The conversation around would
 * scroll with them. */
static gboolean
move_focus (AnnexQuestionCard *self, guint key)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean up = key == GDK_KEY_Up || key == GDK_KEY_KP_Up;
  GtkDirectionType direction = up ? GTK_DIR_UP : GTK_DIR_DOWN;

  if ((!up && key != GDK_KEY_Down && key != GDK_KEY_KP_Down) || !GTK_IS_CHECK_BUTTON (focus))
    return FALSE;
  return gtk_widget_child_focus (focus, direction) ||
         gtk_widget_child_focus (GTK_WIDGET (self->fields_box), direction);
}

static gboolean
key_cb (AnnexQuestionCard *self, guint key, guint code, GdkModifierType state)
{
  AnnexQuestionField *field;
  guint number = 0;

  if (self->state != STATE_OPEN ||
      (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Escape)
    {
      put_off (self);
      return GDK_EVENT_STOP;
    }
  if (move_focus (self, key))
    return GDK_EVENT_STOP;
  if (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)
    {
      annex_question_card_answer (self);
      return GDK_EVENT_STOP;
    }
  if (key >= GDK_KEY_1 && key <= GDK_KEY_9)
    number = key - GDK_KEY_1 + 1;
  else if (key >= GDK_KEY_KP_1 && key <= GDK_KEY_KP_9)
    number = key - GDK_KEY_KP_1 + 1;
  field = number > 0 ? current_field (self) : NULL;
  if (field == NULL || self->busy || !annex_question_field_choose (field, number - 1))
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* A check button would take Enter for itself. */
static gboolean
early_key_cb (AnnexQuestionCard *self, guint key, guint code, GdkModifierType state)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if ((key == GDK_KEY_Return || key == GDK_KEY_KP_Enter) && GTK_IS_CHECK_BUTTON (focus) &&
      annex_question_card_get_answerable (self))
    return key_cb (self, key, code, state);
  return GDK_EVENT_PROPAGATE;
}

/* ---- following the conversation */

static void
item_changed_cb (AnnexQuestionCard *self)
{
  JsonObject *answer = annex_transcript_item_get_answer (self->item);

  if (answer != NULL && self->state != STATE_CLOSED)
    annex_question_card_set_outcome (self, answer, annex_transcript_item_has_expired (self->item));
}

static void
closed_cb (AnnexQuestionCard *self, AnnexAsk *ask)
{
  /* The conversation tells the answer; without one, only that it is closed is known. */
  if (self->item == NULL && g_str_equal (annex_ask_get_id (ask), annex_ask_get_id (self->ask)))
    {
      annex_question_card_set_outcome (self, NULL, FALSE);
      gtk_label_set_text (self->folded_words, _ ("Answered"));
    }
}

static void
build_fields (AnnexQuestionCard *self)
{
  JsonArray *questions = annex_ask_words_questions (self->ask);
  guint n = questions != NULL ? json_array_get_length (questions) : 0;

  for (guint i = 0; i < n; i++)
    {
      GtkWidget *field = annex_question_field_new (json_array_get_object_element (questions, i));

      g_ptr_array_add (self->fields, field);
      g_signal_connect_object (field, "changed", G_CALLBACK (update_answerable), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (field, "activated", G_CALLBACK (annex_question_card_answer), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (self->fields_box, field);
    }
}

/* A permission is drawn by the app, elsewhere: here stands only that it is. */
static void
show_permission_record (AnnexQuestionCard *self)
{
  g_autofree char *summary = annex_ask_words_summary (self->ask);
  g_autofree char *question = annex_ask_words_permission (self->ask);

  gtk_label_set_text (self->folded_title, question);
  gtk_label_set_text (self->folded_words, _ ("Annex asks at the top of the task"));
  gtk_label_set_text (self->full, summary);
  gtk_image_set_from_icon_name (self->folded_icon, "annex-needs-you-symbolic");
  show_state (self, STATE_CLOSED);
  self->state = STATE_LATER; /* still open: its outcome replaces this */
}

/* ---- the widget */

static void
annex_question_card_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, annex_question_card_get_answerable (ANNEX_QUESTION_CARD (object)));
}

static void
annex_question_card_dispose (GObject *object)
{
  AnnexQuestionCard *self = ANNEX_QUESTION_CARD (object);

  g_ptr_array_set_size (self->fields, 0);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_QUESTION_CARD);
  g_clear_object (&self->desk);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (annex_question_card_parent_class)->dispose (object);
}

static void
annex_question_card_finalize (GObject *object)
{
  AnnexQuestionCard *self = ANNEX_QUESTION_CARD (object);

  g_ptr_array_unref (self->fields);
  g_clear_pointer (&self->ask, annex_ask_unref);
  g_clear_pointer (&self->pending, json_object_unref);
  G_OBJECT_CLASS (annex_question_card_parent_class)->finalize (object);
}

static void
annex_question_card_class_init (AnnexQuestionCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_question_card_get_property;
  object_class->dispose = annex_question_card_dispose;
  object_class->finalize = annex_question_card_finalize;
  properties[PROP_ANSWERABLE] = g_param_spec_boolean ("answerable", NULL, NULL, FALSE,
                                                      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_LATER] = g_signal_new ("later", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-question-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, open_box);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, fields_box);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, answer_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, later_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, folded_box);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, folded_icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, folded_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, folded_words);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, show_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, now_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, reopen_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexQuestionCard, full);
  gtk_widget_class_bind_template_callback (widget_class, annex_question_card_answer);
  gtk_widget_class_bind_template_callback (widget_class, put_off);
  gtk_widget_class_bind_template_callback (widget_class, answer_now_cb);
  gtk_widget_class_bind_template_callback (widget_class, reopen_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, early_key_cb);
}

static void
annex_question_card_init (AnnexQuestionCard *self)
{
  self->fields = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

static AnnexQuestionCard *
new_card (AnnexDesk *desk, AnnexAsk *ask)
{
  AnnexQuestionCard *self = g_object_new (ANNEX_TYPE_QUESTION_CARD, NULL);

  self->desk = g_object_ref (desk);
  self->ask = annex_ask_ref (ask);
  if (annex_ask_words_is_permission (ask))
    show_permission_record (self);
  else
    {
      build_fields (self);
      show_state (self, STATE_OPEN);
    }
  g_signal_connect_object (desk, "ask-closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

GtkWidget *
annex_question_card_new (AnnexDesk *desk, AnnexTranscriptItem *item)
{
  AnnexQuestionCard *self;

  g_return_val_if_fail (ANNEX_IS_DESK (desk), NULL);
  g_return_val_if_fail (annex_transcript_item_get_ask (item) != NULL, NULL);

  self = new_card (desk, annex_transcript_item_get_ask (item));
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "notify::revision", G_CALLBACK (item_changed_cb), self,
                           G_CONNECT_SWAPPED);
  item_changed_cb (self);
  return GTK_WIDGET (self);
}

GtkWidget *
annex_question_card_new_for_ask (AnnexDesk *desk, AnnexAsk *ask)
{
  g_return_val_if_fail (ANNEX_IS_DESK (desk) && ask != NULL, NULL);
  return GTK_WIDGET (new_card (desk, ask));
}
