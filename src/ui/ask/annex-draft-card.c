/* annex-draft-card.c
 *
 * See annex-draft-card.h. It acts as the files pane does: through annex-draft-actions.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft-card.h"

#include "annex-ask-words.h"
#include "annex-draft-actions.h"
#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

struct _AnnexDraftCard
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexAsk *ask;

  GtkLabel *question;
  GtkWidget *buttons;
  GtkLabel *failure;
};

G_DEFINE_FINAL_TYPE (AnnexDraftCard, annex_draft_card, ADW_TYPE_BIN)

static guint review_signal;

static void
set_busy (AnnexDraftCard *self, gboolean busy, const char *failure)
{
  g_autofree char *shown = failure != NULL ? annex_ask_words_block (failure, 4) : NULL;

  gtk_widget_set_sensitive (self->buttons, !busy);
  gtk_label_set_text (self->failure, shown != NULL ? shown : "");
  gtk_widget_set_visible (GTK_WIDGET (self->failure), shown != NULL);
}

/* ---- deciding */

typedef struct
{
  GWeakRef card;
  GWeakRef place; /* what outlives the card: once the ask is closed, its row goes */
  AnnexDesk *desk;
  AnnexAsk *ask;
  gboolean keep;
} Decision;

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_weak_ref_clear (&decision->card);
  g_weak_ref_clear (&decision->place);
  g_object_unref (decision->desk);
  annex_ask_unref (decision->ask);
  g_free (decision);
}

/* How many changes the share has, by the log. */
static guint
count_changes (AnnexTask *task, const char *share)
{
  JsonObject *data = annex_task_get_draft (task, share);
  gint64 n = data == NULL
                 ? 0
                 : annex_json_opt_int (data, "added", 0) + annex_json_opt_int (data, "changed", 0) +
                       annex_json_opt_int (data, "renamed", 0) +
                       annex_json_opt_int (data, "deleted", 0);

  return (guint) CLAMP (n, 0, G_MAXINT);
}

static gboolean
decide (Decision *decision, GError **error)
{
  const char *share = annex_json_opt_string (annex_ask_get_json (decision->ask), "share", "");
  g_autoptr (AnnexTask) task = dex_await_object (
      annex_desk_open_task (decision->desk, annex_ask_get_task_id (decision->ask)), error);
  g_autoptr (GPtrArray) parts =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_draft_part_free);
  g_autoptr (GtkWidget) place = g_weak_ref_get (&decision->place);
  DexFuture *future;

  if (task == NULL)
    return FALSE;
  if (place == NULL)
    return TRUE; /* the window is gone: nothing was decided */
  g_ptr_array_add (parts, annex_draft_part_new (share, NULL, count_changes (task, share)));
  future = decision->keep ? annex_draft_keep_parts (place, decision->desk, task, parts)
                          : annex_draft_discard_parts (place, decision->desk, task, parts);
  g_clear_object (&place);
  dex_await (future, NULL); /* what failed was told, and the ask is still open */
  return TRUE;
}

static DexFuture *
decide_fiber (gpointer data)
{
  Decision *decision = data;
  g_autoptr (GError) error = NULL;
  gboolean begun = decide (decision, &error);
  g_autoptr (AnnexDraftCard) self = g_weak_ref_get (&decision->card);

  if (self != NULL && self->buttons != NULL)
    set_busy (self, FALSE, begun ? NULL : annex_error_said (error));
  return dex_future_new_true ();
}

static void
start (AnnexDraftCard *self, gboolean keep)
{
  Decision *decision = g_new0 (Decision, 1);
  GtkWidget *place = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  g_weak_ref_init (&decision->card, self);
  g_weak_ref_init (&decision->place, place != NULL ? place : GTK_WIDGET (self));
  decision->desk = g_object_ref (self->desk);
  decision->ask = annex_ask_ref (self->ask);
  decision->keep = keep;
  set_busy (self, TRUE, NULL);
  annex_fiber_start (decide_fiber, decision, decision_free);
}

static void
keep_cb (AnnexDraftCard *self)
{
  start (self, TRUE);
}

static void
discard_cb (AnnexDraftCard *self)
{
  start (self, FALSE);
}

static void
review_cb (AnnexDraftCard *self)
{
  g_signal_emit (self, review_signal, 0);
}

/* ---- the widget */

static void
annex_draft_card_dispose (GObject *object)
{
  AnnexDraftCard *self = ANNEX_DRAFT_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_DRAFT_CARD);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->ask, annex_ask_unref);
  G_OBJECT_CLASS (annex_draft_card_parent_class)->dispose (object);
}

static void
annex_draft_card_class_init (AnnexDraftCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_draft_card_dispose;
  review_signal = g_signal_new ("review", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-draft-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftCard, question);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftCard, buttons);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftCard, failure);
  gtk_widget_class_bind_template_callback (widget_class, keep_cb);
  gtk_widget_class_bind_template_callback (widget_class, discard_cb);
  gtk_widget_class_bind_template_callback (widget_class, review_cb);
}

static void
annex_draft_card_init (AnnexDraftCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_draft_card_new (AnnexDesk *desk, AnnexAsk *ask)
{
  g_autofree char *question = NULL;
  AnnexDraftCard *self;

  g_return_val_if_fail (ANNEX_IS_DESK (desk), NULL);
  g_return_val_if_fail (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT, NULL);

  self = g_object_new (ANNEX_TYPE_DRAFT_CARD, NULL);
  self->desk = g_object_ref (desk);
  self->ask = annex_ask_ref (ask);
  question = annex_ask_words_permission (ask);
  gtk_label_set_text (self->question, question);
  return GTK_WIDGET (self);
}
