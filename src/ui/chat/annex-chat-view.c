/* annex-chat-view.c
 *
 * See annex-chat-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-view.h"

#include "annex-block-view.h"
#include "annex-chat-find.h"
#include "annex-chat-rows.h"
#include "annex-code-view.h"
#include "annex-question-card.h"
#include "annex-record-view.h"
#include "annex-row-list.h"
#include "annex-spoken.h"
#include "annex-steps-view.h"
#include "annex-ui.h"
#include "annex-user-card.h"

#include <glib/gi18n.h>

#define COLUMN_WIDTH 720
#define SEARCH_MS 150
#define QUESTION_ROWS 200 /* how far back an open question is looked for */

struct _AnnexChatView
{
  AnnexTaskWidget base;

  AnnexTranscript *transcript;
  AnnexChatRows *rows;
  AnnexChatFind *find;
  char *words; /* searched for; nullable */
  guint search_id;
  gboolean results_below;
  gboolean step_wanted; /* the first match is to be shown */
  guint question_id;    /* an idle source */
  char *question;       /* the ask that was last told of; nullable */
  char *wanted_ask;     /* to be shown when it is read; nullable */
  guint asked_at;       /* so many items were there when older ones were last read for it */

  GtkWidget *box;
  GtkWidget *search_bar;
  GtkWidget *search_entry;
  GtkWidget *search_count;
  GtkWidget *search_previous;
  GtkWidget *search_next;
  GtkWidget *scroller;
  AnnexRowList *list;
  GtkWidget *end_revealer;
  GtkWidget *end_button;
};

G_DEFINE_FINAL_TYPE (AnnexChatView, annex_chat_view, ANNEX_TYPE_TASK_WIDGET)

enum { SIGNAL_QUESTION, N_SIGNALS };

static guint signals[N_SIGNALS];

/* Rows */

static void
apply_search (GtkWidget *widget, const char *words)
{
  if (ANNEX_IS_BLOCK_VIEW (widget))
    annex_block_view_set_search (ANNEX_BLOCK_VIEW (widget), words);
  else if (ANNEX_IS_USER_CARD (widget))
    annex_user_card_set_search (ANNEX_USER_CARD (widget), words);
}

static GtkWidget *
new_row (AnnexChatView *self, AnnexChatRow *row)
{
  switch (row->kind)
    {
    case ANNEX_ROW_USER:
      return annex_user_card_new (self->base.desk, self->base.task, row);
    case ANNEX_ROW_BLOCK:
      return annex_block_view_new (row);
    case ANNEX_ROW_STEPS:
      return annex_steps_view_new (self->base.task, row);
    case ANNEX_ROW_THINKING:
    case ANNEX_ROW_ASK:
    case ANNEX_ROW_RESULT:
    case ANNEX_ROW_DRAFT:
    case ANNEX_ROW_NOTICE:
    case ANNEX_ROW_ERROR:
      return annex_record_view_new (self->base.desk, self->base.task, row);
    }
  return NULL;
}

/* The newest open question: its row, or NULL. (transfer full) */
static AnnexChatRow *
find_question (AnnexChatView *self, guint *position)
{
  guint n = self->rows != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->rows)) : 0;

  for (guint i = n; i > 0 && i + QUESTION_ROWS > n; i--)
    {
      g_autoptr (AnnexChatRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), i - 1);

      if (row->kind != ANNEX_ROW_ASK || annex_transcript_item_get_answer (row->item) != NULL ||
          annex_ask_get_kind (annex_transcript_item_get_ask (row->item)) != ANNEX_ASK_QUESTION)
        continue;
      *position = i - 1;
      return g_steal_pointer (&row);
    }
  return NULL;
}

static gboolean
is_in_sight (AnnexChatView *self, GtkWidget *widget)
{
  graphene_rect_t bounds;

  return gtk_widget_get_mapped (widget) &&
         gtk_widget_compute_bounds (widget, self->scroller, &bounds) && bounds.origin.y >= 0 &&
         bounds.origin.y + bounds.size.height <= gtk_widget_get_height (self->scroller);
}

static gboolean
question_cb (gpointer data)
{
  AnnexChatView *self = data;
  guint position;
  g_autoptr (AnnexChatRow) row = find_question (self, &position);
  GtkWidget *widget = row != NULL ? annex_row_list_get_widget (self->list, position) : NULL;
  GtkWidget *card = widget != NULL && ANNEX_IS_RECORD_VIEW (widget)
                        ? annex_record_view_get_question (ANNEX_RECORD_VIEW (widget))
                        : NULL;
  const char *ask = row != NULL ? annex_ask_get_id (annex_transcript_item_get_ask (row->item)) : "";

  self->question_id = 0;
  if (card == NULL || !annex_question_card_is_open (ANNEX_QUESTION_CARD (card)) ||
      g_strcmp0 (ask, self->question) == 0 || !gtk_widget_get_mapped (card))
    return G_SOURCE_REMOVE;
  /* While one reads further up, it waits until it is seen. */
  if (!annex_row_list_get_at_end (self->list) && !is_in_sight (self, card))
    return G_SOURCE_REMOVE;
  g_set_str (&self->question, ask);
  g_signal_emit (self, signals[SIGNAL_QUESTION], 0, card);
  return G_SOURCE_REMOVE;
}

/* After the row has its place. */
static void
look_for_question (AnnexChatView *self)
{
  if (self->question_id == 0)
    self->question_id = g_idle_add_full (G_PRIORITY_LOW, question_cb, self, NULL);
}

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  AnnexChatView *self = data;
  GtkWidget *widget = new_row (self, item);

  gtk_widget_add_css_class (widget, "annex-row");
  if (self->words != NULL)
    apply_search (widget, self->words);
  if (ANNEX_CHAT_ROW (item)->kind == ANNEX_ROW_ASK)
    look_for_question (self);
  return widget;
}

/* What was written into a row and not sent is in its widget alone. */
static gboolean
is_begun (GtkWidget *widget)
{
  GtkWidget *card = NULL;

  if (ANNEX_IS_USER_CARD (widget))
    return annex_user_card_is_edited (ANNEX_USER_CARD (widget));
  if (ANNEX_IS_RECORD_VIEW (widget))
    card = annex_record_view_get_question (ANNEX_RECORD_VIEW (widget));
  return card != NULL && annex_question_card_is_begun (ANNEX_QUESTION_CARD (card));
}

gboolean
annex_chat_view_is_begun (AnnexChatView *self)
{
  guint n = self->rows != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->rows)) : 0;

  for (guint i = 0; i < n; i++)
    {
      GtkWidget *widget = annex_row_list_get_widget (self->list, i);

      if (widget != NULL && is_begun (widget))
        return TRUE;
    }
  return FALSE;
}

/* Finding */

static void
show_count (AnnexChatView *self)
{
  guint present;
  guint n;
  g_autofree char *text = NULL;

  if (self->find == NULL || self->words == NULL)
    {
      gtk_label_set_text (GTK_LABEL (self->search_count), "");
      return;
    }
  n = annex_chat_find_count (self->find, &present);
  /* Translators: which of the matches is shown, "3 of 12" */
  text = n > 0 ? g_strdup_printf (_ ("%u of %u"), present, n) : g_strdup (_ ("Not found"));
  gtk_label_set_text (GTK_LABEL (self->search_count), text);
  gtk_widget_set_sensitive (self->search_previous, n > 0);
  gtk_widget_set_sensitive (self->search_next, n > 0);
}

static void
step (AnnexChatView *self, gboolean forward)
{
  guint row;

  if (self->find == NULL || self->words == NULL)
    return;
  if (annex_chat_find_step (self->find, forward, &row))
    {
      self->step_wanted = FALSE;
      annex_row_list_scroll_to (self->list, row);
    }
  show_count (self);
}

static void
next_cb (AnnexChatView *self)
{
  step (self, TRUE);
}

static void
previous_cb (AnnexChatView *self)
{
  step (self, FALSE);
}

static gboolean
search_cb (gpointer data)
{
  AnnexChatView *self = data;
  guint n = self->rows != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->rows)) : 0;

  self->search_id = 0;
  for (guint i = 0; i < n; i++)
    {
      GtkWidget *widget = annex_row_list_get_widget (self->list, i);

      if (widget != NULL)
        apply_search (widget, self->words);
    }
  if (self->find == NULL)
    return G_SOURCE_REMOVE;
  annex_chat_find_set_words (self->find, self->words);
  if (self->words != NULL)
    annex_transcript_load_older (
        self->transcript); /* one part after the other, while one searches */
  if (self->step_wanted)
    step (self, FALSE);
  show_count (self);
  return G_SOURCE_REMOVE;
}

static void
search_later (AnnexChatView *self)
{
  if (self->search_id == 0)
    self->search_id = g_timeout_add (SEARCH_MS, search_cb, self);
}

static void
search_changed_cb (AnnexChatView *self)
{
  const char *words = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  g_set_str (&self->words, words[0] != '\0' ? words : NULL);
  self->step_wanted = self->words != NULL;
  search_later (self);
}

static void
search_mode_cb (AnnexChatView *self)
{
  if (gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->search_bar)))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  g_clear_pointer (&self->words, g_free);
  search_later (self);
}

void
annex_chat_view_find (AnnexChatView *self)
{
  g_return_if_fail (ANNEX_IS_CHAT_VIEW (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), TRUE);
  gtk_widget_grab_focus (self->search_entry);
}

/* Scrolling */

static void
near_start_cb (AnnexChatView *self)
{
  if (self->transcript != NULL && annex_transcript_get_loaded (self->transcript))
    annex_transcript_load_older (self->transcript);
}

static gboolean
find_ask (AnnexChatView *self, const char *ask_id, guint *position)
{
  guint n = self->rows != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->rows)) : 0;

  for (guint i = n; i > 0; i--)
    {
      g_autoptr (AnnexChatRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), i - 1);

      if (row->kind != ANNEX_ROW_ASK ||
          g_strcmp0 (annex_ask_get_id (annex_transcript_item_get_ask (row->item)), ask_id) != 0)
        continue;
      *position = i - 1;
      return TRUE;
    }
  return FALSE;
}

/* Older parts are read until it is there, or nothing more comes. */
static void
show_wanted_ask (AnnexChatView *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->transcript));
  guint position;

  if (find_ask (self, self->wanted_ask, &position))
    annex_row_list_scroll_to (self->list, position);
  else if (!annex_transcript_get_complete (self->transcript) && n > self->asked_at)
    {
      self->asked_at = n;
      annex_transcript_load_older (self->transcript);
      return;
    }
  g_clear_pointer (&self->wanted_ask, g_free);
}

void
annex_chat_view_show_ask (AnnexChatView *self, const char *ask_id)
{
  g_return_if_fail (ANNEX_IS_CHAT_VIEW (self));

  if (self->transcript == NULL)
    return;
  g_set_str (&self->wanted_ask, ask_id);
  self->asked_at = 0;
  if (!annex_transcript_get_loading (self->transcript))
    show_wanted_ask (self);
}

static void
loading_cb (AnnexChatView *self)
{
  if (self->transcript == NULL || annex_transcript_get_loading (self->transcript))
    return;
  if (self->wanted_ask != NULL)
    show_wanted_ask (self);
  if (self->words != NULL)
    search_later (self);
  else
    gtk_widget_queue_allocate (GTK_WIDGET (self->list)); /* it may still be near its start */
}

static void
at_end_cb (AnnexChatView *self)
{
  gboolean away = !annex_row_list_get_at_end (self->list);

  gtk_revealer_set_reveal_child (GTK_REVEALER (self->end_revealer), away);
  gtk_widget_set_can_target (self->end_revealer, away);
  gtk_widget_set_focusable (self->end_button, away);
  if (!away)
    look_for_question (self);
}

void
annex_chat_view_scroll_to_end (AnnexChatView *self)
{
  g_return_if_fail (ANNEX_IS_CHAT_VIEW (self));

  annex_row_list_scroll_to_end (self->list);
}

static gboolean
scroll_key_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (widget);
  GtkAdjustment *adjustment =
      gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));
  double pages = g_variant_get_double (args);

  if (pages >= 1000)
    annex_row_list_scroll_to_end (self->list);
  else if (pages <= -1000)
    gtk_adjustment_set_value (adjustment, 0);
  else
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) +
                                              pages * gtk_adjustment_get_page_size (adjustment));
  return TRUE;
}

/* Actions */

static void
find_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_chat_view_find (ANNEX_CHAT_VIEW (widget));
}

static void
end_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_chat_view_scroll_to_end (ANNEX_CHAT_VIEW (widget));
}

static void
copy_text_action (GtkWidget *widget, const char *name, GVariant *target)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), g_variant_get_string (target, NULL));
  annex_ui_toast (widget, _ ("Copied"));
}

/* One item, as it was written: Markdown. */
static void
copy_item_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (widget);
  guint n =
      self->transcript != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->transcript)) : 0;

  for (guint i = n; i > 0; i--)
    {
      g_autoptr (AnnexTranscriptItem) item =
          g_list_model_get_item (G_LIST_MODEL (self->transcript), i - 1);

      if (annex_transcript_item_get_seq (item) != g_variant_get_int64 (target))
        continue;
      gdk_clipboard_set_text (gtk_widget_get_clipboard (widget),
                              annex_transcript_item_get_text (item));
      annex_ui_toast (widget, _ ("Copied"));
      return;
    }
}

/* The prose since the user's last message, as it was written. */
static void
copy_reply_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (widget);
  guint n =
      self->transcript != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->transcript)) : 0;
  GString *text = g_string_new (NULL);

  for (guint i = n; i > 0; i--)
    {
      g_autoptr (AnnexTranscriptItem) item =
          g_list_model_get_item (G_LIST_MODEL (self->transcript), i - 1);

      if (annex_transcript_item_get_kind (item) == ANNEX_ITEM_USER)
        break;
      if (annex_transcript_item_get_kind (item) != ANNEX_ITEM_TEXT)
        continue;
      if (text->len > 0)
        g_string_prepend (text, "\n\n");
      g_string_prepend (text, annex_transcript_item_get_text (item));
    }
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text->str);
  g_string_free (text, TRUE);
  annex_ui_toast (widget, _ ("Copied"));
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static DexFuture *
resumed_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GtkWidget) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && self != NULL)
    annex_ui_toast (self, annex_error_said (error));
  return dex_future_new_true ();
}

static void
resume_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (widget);
  GWeakRef *weak;

  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  dex_future_disown (dex_future_finally (annex_desk_resume (self->base.desk, self->base.task),
                                         resumed_cb, weak, weak_free));
}

/* The task */

static void
failed_cb (AnnexChatView *self, GError *error)
{
  annex_ui_toast (GTK_WIDGET (self), annex_error_said (error));
}

static void
drop_task (AnnexChatView *self)
{
  g_clear_handle_id (&self->search_id, g_source_remove);
  g_clear_handle_id (&self->question_id, g_source_remove);
  g_clear_pointer (&self->wanted_ask, g_free);
  annex_row_list_set_model (self->list, NULL);
  g_clear_pointer (&self->find, annex_chat_find_free);
  g_clear_object (&self->rows);
  if (self->transcript != NULL)
    g_signal_handlers_disconnect_by_data (self->transcript, self);
  g_clear_object (&self->transcript);
}

static void
take_task (AnnexChatView *self)
{
  drop_task (self);
  if (self->base.task == NULL || self->base.desk == NULL)
    return;
  self->transcript = annex_transcript_new (self->base.task);
  g_signal_connect_object (self->transcript, "notify::loading", G_CALLBACK (loading_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->transcript, "failed", G_CALLBACK (failed_cb), self,
                           G_CONNECT_SWAPPED);
  self->rows = annex_chat_rows_new (self->transcript);
  annex_chat_rows_set_results_below (self->rows, self->results_below);
  self->find = annex_chat_find_new (G_LIST_MODEL (self->rows));
  annex_row_list_set_model (self->list, G_LIST_MODEL (self->rows));
}

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  take_task (ANNEX_CHAT_VIEW (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (widget);

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->search_bar), FALSE);
  take_task (self);
}

void
annex_chat_view_set_results_below (AnnexChatView *self, gboolean below)
{
  g_return_if_fail (ANNEX_IS_CHAT_VIEW (self));

  self->results_below = below;
  if (self->rows != NULL)
    annex_chat_rows_set_results_below (self->rows, below);
}

AnnexTranscript *
annex_chat_view_get_transcript (AnnexChatView *self)
{
  return self->transcript;
}

/* The object */

static void
annex_chat_view_dispose (GObject *object)
{
  AnnexChatView *self = ANNEX_CHAT_VIEW (object);

  if (self->list != NULL)
    drop_task (self);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->question, g_free);
  g_clear_handle_id (&self->question_id, g_source_remove);
  G_OBJECT_CLASS (annex_chat_view_parent_class)->dispose (object);
}

static void
add_shortcuts (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint key;
    double pages;
  } keys[] = {
    { GDK_KEY_Page_Up, -0.9 }, { GDK_KEY_Page_Down, 0.9 }, { GDK_KEY_Home, -1000 },
    { GDK_KEY_End, 1000 },     { GDK_KEY_Up, -0.1 },       { GDK_KEY_Down, 0.1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding (widget_class, keys[i].key, 0, scroll_key_cb, "d", keys[i].pages);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "chat.find",
                                       NULL);
}

static void
annex_chat_view_class_init (AnnexChatViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_chat_view_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  signals[SIGNAL_QUESTION] =
      g_signal_new ("question", ANNEX_TYPE_CHAT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, ANNEX_TYPE_QUESTION_CARD);
  g_type_ensure (ANNEX_TYPE_ROW_LIST);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, box);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, search_count);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, search_previous);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, search_next);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, scroller);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, list);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, end_revealer);
  gtk_widget_class_bind_template_child (widget_class, AnnexChatView, end_button);
  gtk_widget_class_install_action (widget_class, "chat.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "chat.end", NULL, end_action);
  gtk_widget_class_install_action (widget_class, "chat.copy-text", "s", copy_text_action);
  gtk_widget_class_install_action (widget_class, "chat.copy-item", "x", copy_item_action);
  gtk_widget_class_install_action (widget_class, "chat.copy-reply", NULL, copy_reply_action);
  gtk_widget_class_install_action (widget_class, "chat.resume", NULL, resume_action);
  add_shortcuts (widget_class);
  gtk_widget_class_set_css_name (widget_class, "chat-view");
}

static void
annex_chat_view_init (AnnexChatView *self)
{
  annex_code_view_warm_up ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Conversation"), -1);
  annex_row_list_set_func (self->list, create_row, self);
  annex_row_list_set_keep (self->list, is_begun);
  annex_row_list_set_max_width (self->list, COLUMN_WIDTH);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->search_bar),
                                GTK_EDITABLE (self->search_entry));
  g_signal_connect_object (self->list, "near-start", G_CALLBACK (near_start_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->list, "notify::at-end", G_CALLBACK (at_end_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "activate", G_CALLBACK (previous_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "next-match", G_CALLBACK (next_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_entry, "previous-match", G_CALLBACK (previous_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_next, "clicked", G_CALLBACK (next_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_previous, "clicked", G_CALLBACK (previous_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search_bar, "notify::search-mode-enabled",
                           G_CALLBACK (search_mode_cb), self, G_CONNECT_SWAPPED);
  at_end_cb (self);
}

GtkWidget *
annex_chat_view_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_CHAT_VIEW, "desk", desk, "task", task, NULL);
}
