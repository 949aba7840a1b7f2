/* annex-sidebar-row.c
 *
 * See annex-sidebar-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sidebar-row.h"

#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexSidebarRow
{
  AdwBin parent_instance;

  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *time;
  GtkWidget *menu; /* GtkPopoverMenu while it is needed */
  AnnexTaskItem *item;
  char *words; /* nullable */
};

G_DEFINE_FINAL_TYPE (AnnexSidebarRow, annex_sidebar_row, ADW_TYPE_BIN)

enum { PROP_ITEM = 1, PROP_WORDS, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

const char *
annex_task_state_words (AnnexTaskState state, gboolean has_asks)
{
  if (has_asks)
    return _ ("Needs you");
  switch (state)
    {
    case ANNEX_TASK_RUNNING:
      return _ ("Working");
    case ANNEX_TASK_WAITING:
      return _ ("Needs you");
    case ANNEX_TASK_DONE:
      return _ ("Done");
    case ANNEX_TASK_FAILED:
      return _ ("Could not finish");
    case ANNEX_TASK_STOPPED:
      return _ ("Stopped");
    }
  return "";
}

const char *
annex_task_state_icon (AnnexTaskState state, gboolean has_asks)
{
  if (has_asks)
    return "annex-needs-you-symbolic";
  switch (state)
    {
    case ANNEX_TASK_RUNNING:
      return "annex-working-symbolic";
    case ANNEX_TASK_WAITING:
      return "annex-needs-you-symbolic";
    case ANNEX_TASK_DONE:
      return "annex-done-symbolic";
    case ANNEX_TASK_FAILED:
      return "annex-failed-symbolic";
    case ANNEX_TASK_STOPPED:
      return "annex-stopped-symbolic";
    }
  return "annex-done-symbolic";
}

static void
update (AnnexSidebarRow *self)
{
  gboolean asks = annex_task_item_get_open_asks (self->item) > 0;
  AnnexTaskState state = annex_task_item_get_state (self->item);
  g_autofree char *title = annex_text_for_display (annex_task_item_get_title (self->item));
  g_autofree char *when = annex_text_format_when (annex_task_item_get_updated_us (self->item), 0);
  g_autofree char *words = NULL;

  gtk_image_set_from_icon_name (self->icon, annex_task_state_icon (state, asks));
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "accent");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "warning");
  gtk_widget_remove_css_class (GTK_WIDGET (self->icon), "dimmed");
  if (asks || state == ANNEX_TASK_WAITING)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "accent");
  else if (state == ANNEX_TASK_FAILED)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "warning");
  else if (state != ANNEX_TASK_RUNNING)
    gtk_widget_add_css_class (GTK_WIDGET (self->icon), "dimmed");
  gtk_label_set_text (self->title, *title != '\0' ? title : _ ("Untitled task"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title),
                               g_utf8_strlen (title, -1) > 28 ? title : NULL);
  gtk_label_set_text (self->time, when);
  /* Translators: a task's title, its state, and when something last happened in it */
  words =
      g_strdup_printf (_ ("%1$s, %2$s, %3$s"), title, annex_task_state_words (state, asks), when);
  if (g_set_str (&self->words, words))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WORDS]);
}

/* ---- the menu */

static GMenuModel *
build_menu (AnnexSidebarRow *self)
{
  const char *id = annex_task_item_get_id (self->item);
  gboolean archived = annex_task_item_get_archived (self->item);
  const struct
  {
    const char *label;
    const char *action;
  } entries[] = {
    { _ ("_Rename…"), "win.rename-task" },
    { archived ? _ ("Take _Out of Archive") : _ ("_Archive"),
      archived ? "win.unarchive-task" : "win.archive-task" },
    { _ ("_Export…"), "win.export-task" },
    { _ ("_Delete"), "win.delete-task" },
  };
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (entries[i].label, NULL);

      g_menu_item_set_action_and_target (item, entries[i].action, "s", id);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

static void
show_menu_at (AnnexSidebarRow *self, double x, double y)
{
  g_autoptr (GMenuModel) model = NULL;

  if (self->item == NULL)
    return;
  model = build_menu (self);
  if (self->menu == NULL)
    {
      self->menu = gtk_popover_menu_new_from_model (model);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
      gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
    }
  else
    gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu),
                               &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

void
annex_sidebar_row_show_menu (AnnexSidebarRow *self)
{
  show_menu_at (self, 24, gtk_widget_get_height (GTK_WIDGET (self)));
}

static void
pressed_cb (AnnexSidebarRow *self, int n_press, double x, double y, GtkGesture *gesture)
{
  show_menu_at (self, x, y);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
long_pressed_cb (AnnexSidebarRow *self, double x, double y, GtkGesture *gesture)
{
  show_menu_at (self, x, y);
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
}

/* ---- the type */

static void
set_item (AnnexSidebarRow *self, AnnexTaskItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, update, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    {
      g_signal_connect_object (item, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
      update (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}

AnnexTaskItem *
annex_sidebar_row_get_item (AnnexSidebarRow *self)
{
  return self->item;
}

static void
annex_sidebar_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_WORDS)
    g_value_set_string (value, ANNEX_SIDEBAR_ROW (object)->words);
  else
    g_value_set_object (value, ANNEX_SIDEBAR_ROW (object)->item);
}

static void
annex_sidebar_row_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  set_item (ANNEX_SIDEBAR_ROW (object), g_value_get_object (value));
}

static void
annex_sidebar_row_dispose (GObject *object)
{
  AnnexSidebarRow *self = ANNEX_SIDEBAR_ROW (object);

  set_item (self, NULL);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SIDEBAR_ROW);
  G_OBJECT_CLASS (annex_sidebar_row_parent_class)->dispose (object);
}

static void
annex_sidebar_row_finalize (GObject *object)
{
  g_free (ANNEX_SIDEBAR_ROW (object)->words);
  G_OBJECT_CLASS (annex_sidebar_row_parent_class)->finalize (object);
}

static void
annex_sidebar_row_class_init (AnnexSidebarRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_sidebar_row_get_property;
  object_class->set_property = annex_sidebar_row_set_property;
  object_class->dispose = annex_sidebar_row_dispose;
  object_class->finalize = annex_sidebar_row_finalize;
  properties[PROP_ITEM] =
      g_param_spec_object ("item", NULL, NULL, ANNEX_TYPE_TASK_ITEM,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_WORDS] =
      g_param_spec_string ("words", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-sidebar-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebarRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebarRow, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebarRow, time);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, long_pressed_cb);
}

static void
annex_sidebar_row_init (AnnexSidebarRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
