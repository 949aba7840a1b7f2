/* annex-checkpoint-row.c
 *
 * See annex-checkpoint-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-row.h"

#include "annex-text.h"
#include "annex-timeline-mark.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexCheckpointRow
{
  GtkListBoxRow parent_instance;

  AnnexCheckpoint *checkpoint; /* nullable */

  AnnexTimelineMark *mark;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkWidget *spinner;
  GtkButton *action;
  GtkWidget *menu;
};

G_DEFINE_FINAL_TYPE (AnnexCheckpointRow, annex_checkpoint_row, GTK_TYPE_LIST_BOX_ROW)

static guint chosen_signal;

char *
annex_checkpoint_dup_words (const AnnexCheckpoint *checkpoint)
{
  if (checkpoint->name != NULL)
    return annex_text_for_display (checkpoint->name);
  switch (checkpoint->kind)
    {
    case ANNEX_CHECKPOINT_MANUAL:
      return g_strdup (_ ("Checkpoint"));
    case ANNEX_CHECKPOINT_AUTOMATIC:
      return g_strdup (_ ("When it fell asleep"));
    case ANNEX_CHECKPOINT_BEFORE:
      return g_strdup (_ ("Before you went back"));
    case ANNEX_CHECKPOINT_COPY:
      return g_strdup (_ ("When you made a copy"));
    }
  return g_strdup ("");
}

static void
choose (AnnexCheckpointRow *self, const char *what)
{
  g_signal_emit (self, chosen_signal, 0, what);
}

static void
clicked_cb (AnnexCheckpointRow *self)
{
  choose (self, self->checkpoint != NULL ? "back" : "keep");
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (ANNEX_CHECKPOINT_ROW (widget), "copy");
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  choose (ANNEX_CHECKPOINT_ROW (widget), "remove");
}

static void
show_checkpoint (AnnexCheckpointRow *self)
{
  const AnnexCheckpoint *one = self->checkpoint;
  g_autofree char *words = annex_checkpoint_dup_words (one);
  g_autofree char *when = annex_text_format_day_and_time (one->time_us, 0);
  g_autofree char *size = annex_text_format_size (one->size_bytes);
  g_autofree char *label = g_strdup_printf (_ ("Go Back to %s, %s"), words, when);
  g_autofree char *more = g_strdup_printf (_ ("More for %s, %s"), words, when);
  g_autofree char *text = g_strdup_printf ("%s · %s%s%s", when, size, one->memory ? "" : " · ",
                                           one->memory ? "" : _ ("files only"));

  gtk_label_set_text (self->title, words);
  gtk_label_set_text (self->subtitle, text);
  gtk_button_set_label (self->action, _ ("Go Back"));
  annex_ui_name_button (GTK_WIDGET (self->action), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu), GTK_ACCESSIBLE_PROPERTY_LABEL, more,
                                  -1);
}

static void
show_present (AnnexCheckpointRow *self)
{
  gtk_label_set_text (self->title, _ ("Now"));
  gtk_label_set_text (self->subtitle, _ ("Keep it, to try something and come back"));
  gtk_button_set_label (self->action, _ ("Keep…"));
  annex_ui_name_button (GTK_WIDGET (self->action), _ ("Keep the Computer as It Is Now"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("More"), -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "checkpoint.remove", FALSE);
}

static void
annex_checkpoint_row_dispose (GObject *object)
{
  AnnexCheckpointRow *self = ANNEX_CHECKPOINT_ROW (object);

  /* The row lets go of its child by itself, and must not find it gone. */
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_CHECKPOINT_ROW);
  g_clear_pointer (&self->checkpoint, annex_checkpoint_free);
  G_OBJECT_CLASS (annex_checkpoint_row_parent_class)->dispose (object);
}

static void
annex_checkpoint_row_class_init (AnnexCheckpointRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_checkpoint_row_dispose;
  chosen_signal = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (ANNEX_TYPE_TIMELINE_MARK);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-checkpoint-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, mark);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, subtitle);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, spinner);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, action);
  gtk_widget_class_bind_template_child (widget_class, AnnexCheckpointRow, menu);
  gtk_widget_class_install_action (widget_class, "checkpoint.copy", NULL, copy_action);
  gtk_widget_class_install_action (widget_class, "checkpoint.remove", NULL, remove_action);
}

static void
annex_checkpoint_row_init (AnnexCheckpointRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->action, "clicked", G_CALLBACK (clicked_cb), self,
                           G_CONNECT_SWAPPED);
}

GtkWidget *
annex_checkpoint_row_new (const AnnexCheckpoint *checkpoint, gboolean is_last)
{
  AnnexCheckpointRow *self = g_object_new (ANNEX_TYPE_CHECKPOINT_ROW, NULL);

  if (checkpoint != NULL)
    self->checkpoint = annex_checkpoint_copy (checkpoint);
  annex_timeline_mark_set (self->mark, checkpoint == NULL, checkpoint != NULL, !is_last);
  if (checkpoint != NULL)
    show_checkpoint (self);
  else
    show_present (self);
  return GTK_WIDGET (self);
}

const AnnexCheckpoint *
annex_checkpoint_row_get_checkpoint (AnnexCheckpointRow *self)
{
  g_return_val_if_fail (ANNEX_IS_CHECKPOINT_ROW (self), NULL);

  return self->checkpoint;
}

void
annex_checkpoint_row_set_state (AnnexCheckpointRow *self, gboolean is_sensitive, gboolean is_busy)
{
  g_return_if_fail (ANNEX_IS_CHECKPOINT_ROW (self));

  gtk_widget_set_sensitive (GTK_WIDGET (self->action), is_sensitive);
  gtk_widget_set_sensitive (self->menu, is_sensitive);
  gtk_widget_set_visible (self->spinner, is_busy);
}
