/* annex-activity-row.c
 *
 * See annex-activity-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-activity-row.h"

#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexActivityRow
{
  AdwBin parent_instance;

  GtkImage *icon;
  GtkLabel *sentence;
  GtkLabel *detail;
  GtkLabel *time;
  GtkMenuButton *change_button;
};

G_DEFINE_FINAL_TYPE (AnnexActivityRow, annex_activity_row, ADW_TYPE_BIN)

static void
add_item (GMenu *menu, const char *label, const char *action, const char *host)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", host);
  g_menu_append_item (menu, item);
}

void
annex_activity_row_set_item (AnnexActivityRow *self, AnnexActivityItem *item)
{
  const char *detail = annex_activity_item_get_detail (item);
  const char *host = annex_activity_item_get_refused_host (item);
  g_autofree char *shown = annex_text_for_display (annex_activity_item_get_sentence (item));
  g_autofree char *when = annex_text_format_when (annex_activity_item_get_time_us (item), 0);
  g_autoptr (GMenu) menu = NULL;

  gtk_image_set_from_icon_name (self->icon, annex_activity_item_get_icon (item));
  gtk_label_set_text (self->sentence, shown);
  gtk_label_set_text (self->detail, detail != NULL ? detail : "");
  gtk_widget_set_visible (GTK_WIDGET (self->detail), detail != NULL);
  gtk_label_set_text (self->time, when);
  gtk_widget_set_visible (GTK_WIDGET (self->change_button), host != NULL);
  if (host == NULL)
    return;
  menu = g_menu_new ();
  add_item (menu, _ ("Allow for This _Task"), "activity.task", host);
  add_item (menu, _ ("_Always Allow"), "activity.always", host);
  add_item (menu, _ ("_Never Allow"), "activity.never", host);
  gtk_menu_button_set_menu_model (self->change_button, G_MENU_MODEL (menu));
}

static void
annex_activity_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_ACTIVITY_ROW);
  G_OBJECT_CLASS (annex_activity_row_parent_class)->dispose (object);
}

static void
annex_activity_row_class_init (AnnexActivityRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_activity_row_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-activity-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityRow, sentence);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityRow, detail);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityRow, time);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityRow, change_button);
}

static void
annex_activity_row_init (AnnexActivityRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_activity_row_new (void)
{
  return g_object_new (ANNEX_TYPE_ACTIVITY_ROW, NULL);
}
