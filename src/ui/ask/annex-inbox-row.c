/* annex-inbox-row.c
 *
 * See annex-inbox-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-inbox-row.h"

#include "annex-ask-words.h"
#include "annex-draft-card.h"
#include "annex-grant-card.h"
#include "annex-question-card.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

/* ---- the item */

struct _AnnexInboxItem
{
  GObject parent_instance;

  AnnexInboxEntry *entry;
  gboolean expanded;
};

enum { ITEM_PROP_ENTRY = 1, ITEM_PROP_EXPANDED, N_ITEM_PROPS };

static GParamSpec *item_properties[N_ITEM_PROPS];

G_DEFINE_FINAL_TYPE (AnnexInboxItem, annex_inbox_item, G_TYPE_OBJECT)

static void
annex_inbox_item_finalize (GObject *object)
{
  g_clear_pointer (&ANNEX_INBOX_ITEM (object)->entry, annex_inbox_entry_free);
  G_OBJECT_CLASS (annex_inbox_item_parent_class)->finalize (object);
}

static void
annex_inbox_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexInboxItem *self = ANNEX_INBOX_ITEM (object);

  if (id == ITEM_PROP_ENTRY)
    g_value_set_boxed (value, self->entry);
  else
    g_value_set_boolean (value, self->expanded);
}

static void
annex_inbox_item_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexInboxItem *self = ANNEX_INBOX_ITEM (object);

  if (id != ITEM_PROP_EXPANDED || self->expanded == g_value_get_boolean (value))
    return;
  self->expanded = g_value_get_boolean (value);
  g_object_notify_by_pspec (object, pspec);
}

static void
annex_inbox_item_class_init (AnnexInboxItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = annex_inbox_item_finalize;
  object_class->get_property = annex_inbox_item_get_property;
  object_class->set_property = annex_inbox_item_set_property;
  item_properties[ITEM_PROP_ENTRY] = g_param_spec_boxed (
      "entry", NULL, NULL, ANNEX_TYPE_INBOX_ENTRY, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  item_properties[ITEM_PROP_EXPANDED] =
      g_param_spec_boolean ("expanded", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_ITEM_PROPS, item_properties);
}

static void
annex_inbox_item_init (AnnexInboxItem *self)
{
}

AnnexInboxItem *
annex_inbox_item_new (const AnnexInboxEntry *entry)
{
  AnnexInboxItem *self = g_object_new (ANNEX_TYPE_INBOX_ITEM, NULL);

  self->entry = annex_inbox_entry_copy (entry);
  return self;
}

const AnnexInboxEntry *
annex_inbox_item_get_entry (AnnexInboxItem *self)
{
  return self->entry;
}

const char *
annex_inbox_item_get_id (AnnexInboxItem *self)
{
  return annex_ask_get_id (self->entry->ask);
}

void
annex_inbox_item_set_entry (AnnexInboxItem *self, const AnnexInboxEntry *entry)
{
  if (self->entry->state == entry->state && self->entry->closed_us == entry->closed_us &&
      g_strcmp0 (self->entry->task_title, entry->task_title) == 0)
    return;
  annex_inbox_entry_free (self->entry);
  self->entry = annex_inbox_entry_copy (entry);
  g_object_notify_by_pspec (G_OBJECT (self), item_properties[ITEM_PROP_ENTRY]);
}

/* ---- the row */

struct _AnnexInboxRow
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexInboxItem *item;
  GSignalGroup *item_signals;

  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkWidget *answer_button;
  GtkWidget *reopen_button;
  GtkWidget *task_button;
  GtkLabel *failure;
  AdwBin *place;
};

static guint open_task_signal;

G_DEFINE_FINAL_TYPE (AnnexInboxRow, annex_inbox_row, ADW_TYPE_BIN)

static void
show_failure (AnnexInboxRow *self, const char *message)
{
  g_autofree char *shown = message != NULL ? annex_ask_words_block (message, 3) : NULL;

  gtk_label_set_text (self->failure, shown != NULL ? shown : "");
  gtk_widget_set_visible (GTK_WIDGET (self->failure), shown != NULL);
}

static void
task_cb (AnnexInboxRow *self)
{
  const AnnexInboxEntry *entry = annex_inbox_item_get_entry (self->item);
  g_autofree char *task_id = g_strdup (annex_ask_get_task_id (entry->ask));
  g_autofree char *ask_id = g_strdup (annex_ask_get_id (entry->ask));

  g_signal_emit (self, open_task_signal, 0, task_id, ask_id);
}

static void
put_off_cb (AnnexInboxRow *self)
{
  if (self->item != NULL)
    g_object_set (self->item, "expanded", FALSE, NULL);
}

static void
show_place (AnnexInboxRow *self)
{
  const AnnexInboxEntry *entry = annex_inbox_item_get_entry (self->item);
  GtkWidget *card = NULL;
  gboolean expanded;

  g_object_get (self->item, "expanded", &expanded, NULL);
  if (expanded && entry->state == ANNEX_INBOX_OPEN)
    {
      if (annex_ask_words_is_permission (entry->ask))
        {
          card = annex_grant_card_new (self->desk);
          annex_grant_card_set_ask (ANNEX_GRANT_CARD (card), entry->ask);
        }
      else if (annex_ask_get_kind (entry->ask) == ANNEX_ASK_QUESTION)
        {
          card = annex_question_card_new_for_ask (self->desk, entry->ask);
          g_signal_connect_object (card, "later", G_CALLBACK (put_off_cb), self, G_CONNECT_SWAPPED);
        }
      else
        {
          card = annex_draft_card_new (self->desk, entry->ask);
          g_signal_connect_object (card, "review", G_CALLBACK (task_cb), self, G_CONNECT_SWAPPED);
        }
    }
  adw_bin_set_child (self->place, card);
  gtk_widget_set_visible (self->answer_button, card == NULL && entry->state == ANNEX_INBOX_OPEN);
  gtk_widget_set_visible (GTK_WIDGET (self->place), card != NULL);
}

static void
show_entry (AnnexInboxRow *self)
{
  const AnnexInboxEntry *entry = annex_inbox_item_get_entry (self->item);
  gboolean open = entry->state == ANNEX_INBOX_OPEN;
  gboolean draft = annex_ask_get_kind (entry->ask) == ANNEX_ASK_DRAFT;
  g_autofree char *title = annex_ask_words_summary (entry->ask);
  g_autofree char *task = annex_text_for_display (entry->task_title);
  g_autofree char *when =
      annex_text_format_when (entry->closed_us > 0 ? entry->closed_us : entry->opened_us, 0);
  g_autofree char *subtitle =
      open ? g_strdup_printf ("%s · %s", task, when)
           : g_strdup_printf ("%s · %s · %s", annex_ask_words_state (entry->state), task, when);

  gtk_image_set_from_icon_name (self->icon, annex_ask_words_icon (annex_ask_get_kind (entry->ask)));
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->subtitle, subtitle);
  gtk_widget_set_visible (self->reopen_button, !open);
  gtk_widget_set_sensitive (self->reopen_button, TRUE);
  gtk_widget_set_tooltip_text (self->task_button,
                               draft ? _ ("Look at the Changes") : _ ("Go to the Task"));
  show_failure (self, NULL);
  show_place (self);
}

static void
answer_cb (AnnexInboxRow *self)
{
  gboolean expanded;

  g_object_get (self->item, "expanded", &expanded, NULL);
  g_object_set (self->item, "expanded", !expanded, NULL);
  if (!expanded && adw_bin_get_child (self->place) != NULL)
    gtk_widget_child_focus (adw_bin_get_child (self->place), GTK_DIR_TAB_FORWARD);
}

static void
reopened_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexInboxRow *self = object;

  gtk_widget_set_sensitive (self->reopen_button, TRUE);
  if (error != NULL)
    show_failure (self, annex_error_said (error));
}

static void
reopen_cb (AnnexInboxRow *self)
{
  gtk_widget_set_sensitive (self->reopen_button, FALSE);
  annex_then (annex_desk_reopen (self->desk, annex_inbox_item_get_id (self->item)), self,
              reopened_cb);
}

void
annex_inbox_row_set_item (AnnexInboxRow *self, AnnexDesk *desk, AnnexInboxItem *item)
{
  g_return_if_fail (ANNEX_IS_INBOX_ROW (self));

  g_set_object (&self->desk, desk);
  if (!g_set_object (&self->item, item))
    return;
  g_signal_group_set_target (self->item_signals, item);
  if (item != NULL)
    show_entry (self);
  else
    adw_bin_set_child (self->place, NULL);
}

static void
annex_inbox_row_dispose (GObject *object)
{
  AnnexInboxRow *self = ANNEX_INBOX_ROW (object);

  g_clear_object (&self->item_signals);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_INBOX_ROW);
  g_clear_object (&self->item);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_inbox_row_parent_class)->dispose (object);
}

static void
annex_inbox_row_class_init (AnnexInboxRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_inbox_row_dispose;
  open_task_signal = g_signal_new ("open-task", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-inbox-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, answer_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, reopen_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, task_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxRow, place);
  gtk_widget_class_bind_template_callback (widget_class, answer_cb);
  gtk_widget_class_bind_template_callback (widget_class, reopen_cb);
  gtk_widget_class_bind_template_callback (widget_class, task_cb);
}

static void
annex_inbox_row_init (AnnexInboxRow *self)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  /* A hyphen at the end of a line would stand in a host as if it were of it. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (self->title, attributes);
  self->item_signals = g_signal_group_new (ANNEX_TYPE_INBOX_ITEM);
  g_signal_group_connect_swapped (self->item_signals, "notify::entry", G_CALLBACK (show_entry),
                                  self);
  g_signal_group_connect_swapped (self->item_signals, "notify::expanded", G_CALLBACK (show_place),
                                  self);
}

GtkWidget *
annex_inbox_row_new (void)
{
  return g_object_new (ANNEX_TYPE_INBOX_ROW, NULL);
}
