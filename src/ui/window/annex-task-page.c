/* annex-task-page.c
 *
 * See annex-task-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-page-private.h"

#include "annex-chat-view.h"
#include "annex-grant-bar.h"
#include "annex-question-card.h"
#include "annex-result-strip.h"
#include "annex-task-words.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

#define UPDATE_DELAY_MS 50
#define PANE_WIDTH_MIN 300
#define PANE_WIDTH_MAX 900
#define HANDLE_PX 8

G_DEFINE_FINAL_TYPE (AnnexTaskPage, annex_task_page, ANNEX_TYPE_TASK_WIDGET)

enum {
  PROP_COMPACT = 1,
  PROP_NARROW,
  PROP_PANE_SHOWN,
  PROP_PANE_TAB,
  PROP_PANE_WIDTH,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

/* ---- what it is doing now */

static void
queue_update (AnnexTaskPage *self);

static void
follow_computer (AnnexTaskPage *self)
{
  AnnexComputer *computer = self->base.desk != NULL && self->base.task != NULL
                                ? annex_desk_get_computer (self->base.desk, self->base.task)
                                : NULL;

  if (self->computer == computer)
    return;
  if (self->computer != NULL)
    g_signal_handlers_disconnect_by_func (self->computer, queue_update, self);
  g_set_object (&self->computer, computer);
  if (computer != NULL)
    g_signal_connect_object (computer, "changed", G_CALLBACK (queue_update), self,
                             G_CONNECT_SWAPPED);
}

static void
update_cb (gpointer data)
{
  AnnexTaskPage *self = data;
  gboolean running;
  AnnexTaskState state;
  g_autofree char *title = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *words = NULL;
  g_autofree char *name = NULL;

  self->update_id = 0;
  if (self->base.task == NULL)
    return;
  follow_computer (self);
  running = self->base.desk != NULL && annex_desk_is_running (self->base.desk, self->base.task);
  state = annex_task_get_state (self->base.task);
  title = annex_task_dup_title (self->base.task);
  shown = annex_text_for_display (title);
  words = annex_task_words_now (self->base.task, self->computer, running);
  gtk_label_set_text (self->title, shown);
  gtk_label_set_text (self->state_label, words);
  name = g_strdup_printf ("%s, %s", shown, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->title_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->stop_button), running && !self->narrow);
  gtk_widget_set_visible (GTK_WIDGET (self->resume_button),
                          !running && (state == ANNEX_TASK_STOPPED || state == ANNEX_TASK_FAILED ||
                                       state == ANNEX_TASK_RUNNING));
  /* next to a title there is room for its icon alone */
  adw_button_content_set_label (self->resume_content, self->narrow ? "" : _ ("Continue"));
  g_object_set (self->composer, "show-stop", running && self->narrow, "placeholder",
                running ? _ ("Say something to Annex while it works…") : _ ("Message…"), NULL);
  annex_task_page_update_actions (self, running);
}

static void
queue_update (AnnexTaskPage *self)
{
  if (self->update_id == 0)
    self->update_id = g_timeout_add_once (UPDATE_DELAY_MS, update_cb, self);
}

/* ---- in the archive or not */

static void
summary_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexTaskPage *self = object;
  AnnexTaskSummary *summary = value != NULL ? g_value_get_boxed (value) : NULL;

  if (summary == NULL || self->base.task == NULL ||
      !g_str_equal (summary->id, annex_task_get_id (self->base.task)))
    return;
  self->archived = summary->archived;
  queue_update (self);
}

static void
read_summary (AnnexTaskPage *self)
{
  if (self->base.task != NULL)
    annex_then (annex_store_get_summary (annex_task_get_store (self->base.task),
                                         annex_task_get_id (self->base.task)),
                self, summary_cb);
}

/* ---- keys */

static gboolean
key_cb (AnnexTaskPage *self,
        guint key,
        guint code,
        GdkModifierType state,
        GtkEventController *controller)
{
  if (key != GDK_KEY_Escape || (state & gtk_accelerator_get_default_mod_mask ()) != 0)
    return GDK_EVENT_PROPAGATE;
  if (self->compact && adw_overlay_split_view_get_show_sidebar (self->split))
    {
      adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
      return GDK_EVENT_STOP;
    }
  if (self->base.desk == NULL || self->base.task == NULL ||
      !annex_desk_is_running (self->base.desk, self->base.task))
    return GDK_EVENT_PROPAGATE;
  gtk_widget_activate_action (GTK_WIDGET (self), "task.stop", NULL);
  return GDK_EVENT_STOP;
}

/* ---- a question gets the keyboard */

/* Whoever is typing, or walking through the window by keyboard, goes on undisturbed. */
static gboolean
may_take_focus (AnnexTaskPage *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (root == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return FALSE;
  if (focus == NULL)
    return TRUE;
  if (gtk_widget_is_ancestor (focus, GTK_WIDGET (self->composer)))
    return annex_composer_is_empty (self->composer);
  if (GTK_IS_TEXT (focus) || GTK_IS_TEXT_VIEW (focus) ||
      gtk_widget_get_ancestor (focus, GTK_TYPE_POPOVER) != NULL ||
      gtk_widget_get_ancestor (focus, ADW_TYPE_DIALOG) != NULL ||
      gtk_widget_is_ancestor (focus, GTK_WIDGET (self->grant_slot)) ||
      gtk_widget_is_ancestor (focus, GTK_WIDGET (self->pane)))
    return FALSE;
  return gtk_widget_is_ancestor (focus, GTK_WIDGET (self)) || !GTK_IS_WINDOW (root) ||
         !gtk_window_get_focus_visible (GTK_WINDOW (root));
}

static void
question_cb (AnnexTaskPage *self, AnnexQuestionCard *card)
{
  if (may_take_focus (self))
    annex_question_card_focus (card);
}

/* What came out stands at one place: in the strip, once the task rests. */
static void
results_cb (AnnexTaskPage *self, GParamSpec *pspec, AnnexResultStrip *strip)
{
  gboolean below;

  g_object_get (strip, "shows-results", &below, NULL);
  annex_chat_view_set_results_below (ANNEX_CHAT_VIEW (adw_bin_get_child (self->chat_slot)), below);
}

/* ---- the width of the pane */

static void
apply_pane_width (AnnexTaskPage *self)
{
  gboolean is_whole = self->narrow || self->enlarged;

  /* in one column, or enlarged, it is a page of its own, as wide as the window */
  adw_overlay_split_view_set_sidebar_width_fraction (self->split, is_whole ? 1 : 0.25);
  if (is_whole)
    {
      adw_overlay_split_view_set_max_sidebar_width (self->split, G_MAXINT16);
      adw_overlay_split_view_set_min_sidebar_width (self->split, PANE_WIDTH_MIN);
      return;
    }
  adw_overlay_split_view_set_max_sidebar_width (self->split, self->pane_width);
  adw_overlay_split_view_set_min_sidebar_width (self->split,
                                                self->compact ? PANE_WIDTH_MIN : self->pane_width);
}

static void
set_pane_width (AnnexTaskPage *self, int width)
{
  width = CLAMP (width, PANE_WIDTH_MIN, PANE_WIDTH_MAX);
  if (self->pane_width == width)
    return;
  self->pane_width = width;
  apply_pane_width (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PANE_WIDTH]);
}

/* The edge between conversation and pane, in the split view's coordinates. */
static gboolean
is_on_edge (AnnexTaskPage *self, double x)
{
  int width = gtk_widget_get_width (GTK_WIDGET (self->split));
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  double edge = rtl ? self->pane_width : width - self->pane_width;

  return !self->compact && adw_overlay_split_view_get_show_sidebar (self->split) &&
         ABS (x - edge) <= HANDLE_PX / 2;
}

static void
drag_begin_cb (AnnexTaskPage *self, double x, double y, GtkGesture *gesture)
{
  if (!is_on_edge (self, x))
    {
      gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  self->drag_width = self->pane_width;
}

static void
drag_update_cb (AnnexTaskPage *self, double x, double y, GtkGesture *gesture)
{
  gboolean rtl = gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL;
  int room = gtk_widget_get_width (GTK_WIDGET (self->split)) - 360;

  set_pane_width (self, MIN (self->drag_width + (int) (rtl ? x : -x), MAX (room, PANE_WIDTH_MIN)));
}

static void
motion_cb (AnnexTaskPage *self, double x, double y)
{
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self->split),
                                   is_on_edge (self, x) ? "col-resize" : NULL);
}

void
annex_task_page_set_enlarged (AnnexTaskPage *self, gboolean enlarged)
{
  if (self->enlarged == enlarged)
    return;
  /* Collapsing hides the pane for a moment, which is no wish of the user's. */
  self->enlarged = FALSE;
  self->is_arranging = TRUE;
  adw_overlay_split_view_set_collapsed (self->split, self->compact || enlarged);
  adw_overlay_split_view_set_show_sidebar (self->split, enlarged || !self->compact);
  self->is_arranging = FALSE;
  self->enlarged = enlarged;
  apply_pane_width (self);
}

static void
pane_shown_cb (AnnexTaskPage *self)
{
  /* Hidden, it has given its room back. */
  if (self->enlarged && !adw_overlay_split_view_get_show_sidebar (self->split) &&
      adw_overlay_split_view_get_collapsed (self->split))
    annex_task_page_set_enlarged (self, FALSE);
  annex_task_page_pane_changed (self);
  if (!self->is_arranging)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PANE_SHOWN]);
}

static void
pane_tab_cb (AnnexTaskPage *self)
{
  annex_task_page_pane_changed (self);
  if (!self->is_arranging)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PANE_TAB]);
}

static void
set_pane_shown (AnnexTaskPage *self, gboolean shown)
{
  if (adw_overlay_split_view_get_show_sidebar (self->split) == shown)
    return;
  self->is_arranging = TRUE;
  adw_overlay_split_view_set_show_sidebar (self->split, shown);
  self->is_arranging = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PANE_SHOWN]);
}

static void
set_pane_tab (AnnexTaskPage *self, const char *tab)
{
  self->is_arranging = TRUE;
  g_object_set (self->pane, "tab", tab, NULL);
  self->is_arranging = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PANE_TAB]);
}

/* ---- properties */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  annex_task_page_find_browser (ANNEX_TASK_PAGE (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (widget);

  if (old != NULL)
    g_signal_handlers_disconnect_by_func (annex_task_get_store (old), read_summary, self);
  self->archived = FALSE;
  if (widget->task != NULL)
    {
      g_signal_connect_object (annex_task_get_store (widget->task), "tasks-changed",
                               G_CALLBACK (read_summary), self, G_CONNECT_SWAPPED);
      read_summary (self);
    }
  self->showed_browser = self->left_browser = FALSE;
  annex_task_page_find_browser (self);
  update_cb (self);
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  queue_update (ANNEX_TASK_PAGE (widget));
}

static void
run_changed (AnnexTaskWidget *widget)
{
  queue_update (ANNEX_TASK_PAGE (widget));
}

static void
browser_opened (AnnexTaskWidget *widget)
{
  annex_task_page_find_browser (ANNEX_TASK_PAGE (widget));
}

static void
set_layout (AnnexTaskPage *self, gboolean *field, gboolean value, GParamSpec *pspec)
{
  if (*field == value)
    return;
  *field = value;
  apply_pane_width (self);
  update_cb (self);
  g_object_notify_by_pspec (G_OBJECT (self), pspec);
}

static void
annex_task_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (object);

  switch (id)
    {
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_PANE_SHOWN:
      g_value_set_boolean (value, adw_overlay_split_view_get_show_sidebar (self->split));
      break;
    case PROP_PANE_TAB:
      g_object_get_property (G_OBJECT (self->pane), "tab", value);
      break;
    case PROP_PANE_WIDTH:
      g_value_set_int (value, self->pane_width);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_task_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (object);

  switch (id)
    {
    case PROP_COMPACT:
      set_layout (self, &self->compact, g_value_get_boolean (value), pspec);
      break;
    case PROP_NARROW:
      set_layout (self, &self->narrow, g_value_get_boolean (value), pspec);
      break;
    case PROP_PANE_SHOWN:
      set_pane_shown (self, g_value_get_boolean (value));
      break;
    case PROP_PANE_TAB:
      set_pane_tab (self, g_value_get_string (value));
      break;
    case PROP_PANE_WIDTH:
      set_pane_width (self, g_value_get_int (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* ---- the type */

static void
annex_task_page_dispose (GObject *object)
{
  AnnexTaskPage *self = ANNEX_TASK_PAGE (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  if (self->split != NULL)
    g_signal_handlers_disconnect_by_data (self->split, self);
  if (self->browser != NULL)
    g_signal_handlers_disconnect_by_data (self->browser, self);
  g_clear_object (&self->browser);
  g_clear_object (&self->computer);
  G_OBJECT_CLASS (annex_task_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, split);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, pane);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, state_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, title_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, stop_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, resume_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, composer);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, resume_content);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, banner_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, again_banner);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, grant_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, chat_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, strip_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, browser_line);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, browser_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, rename_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, started_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, model_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, read_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, written_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexTaskPage, cost_label);
  gtk_widget_class_bind_template_callback (widget_class, annex_task_page_fill_info);
  gtk_widget_class_bind_template_callback (widget_class, annex_task_page_send);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_begin_cb);
  gtk_widget_class_bind_template_callback (widget_class, drag_update_cb);
  gtk_widget_class_bind_template_callback (widget_class, motion_cb);
  gtk_widget_class_bind_template_callback (widget_class, pane_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, pane_tab_cb);
}

static void
stop_cb (AnnexTaskPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "task.stop", NULL);
}

static void
rename_cb (AnnexTaskPage *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (self->rename_entry)));

  gtk_menu_button_popdown (self->title_button);
  if (self->base.task != NULL && *text != '\0')
    gtk_widget_activate_action (GTK_WIDGET (self), "win.set-title", "(ss)",
                                annex_task_get_id (self->base.task), text);
}

static void
annex_task_page_class_init (AnnexTaskPageClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->get_property = annex_task_page_get_property;
  object_class->set_property = annex_task_page_set_property;
  object_class->dispose = annex_task_page_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  task_widget_class->run_changed = run_changed;
  task_widget_class->browser_opened = browser_opened;
  properties[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, flags);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  properties[PROP_PANE_SHOWN] = g_param_spec_boolean ("pane-shown", NULL, NULL, TRUE, flags);
  properties[PROP_PANE_TAB] = g_param_spec_string ("pane-tab", NULL, NULL, "plan", flags);
  properties[PROP_PANE_WIDTH] =
      g_param_spec_int ("pane-width", NULL, NULL, PANE_WIDTH_MIN, PANE_WIDTH_MAX, 360, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  g_type_ensure (ANNEX_TYPE_COMPOSER);
  g_type_ensure (ANNEX_TYPE_SIDE_PANE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-task-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, rename_cb);
  annex_task_page_install_actions (widget_class);
}

/* A part of the page that is another area's own. */
static GtkWidget *
fill_slot (AnnexTaskPage *self, AdwBin *slot, GType type)
{
  GtkWidget *part = annex_task_widget_create_part (&self->base, type);

  adw_bin_set_child (slot, part);
  return part;
}

static void
annex_task_page_init (AnnexTaskPage *self)
{
  GtkWidget *chat;
  GtkWidget *strip;

  self->pane_width = 360;
  gtk_widget_init_template (GTK_WIDGET (self));
  apply_pane_width (self);
  fill_slot (self, self->grant_slot, ANNEX_TYPE_GRANT_BAR);
  chat = fill_slot (self, self->chat_slot, ANNEX_TYPE_CHAT_VIEW);
  g_signal_connect_object (chat, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  strip = fill_slot (self, self->strip_slot, ANNEX_TYPE_RESULT_STRIP);
  g_signal_connect_object (strip, "notify::shows-results", G_CALLBACK (results_cb), self,
                           G_CONNECT_SWAPPED);
  g_object_bind_property (self, "narrow", strip, "narrow", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "desk", self->composer, "desk", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "task", self->composer, "task", G_BINDING_SYNC_CREATE);
  annex_task_widget_bind_part (&self->base, ANNEX_TASK_WIDGET (self->pane));
  g_object_bind_property (self, "compact", self->split, "collapsed", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self, "compact", self->pane, "closable", G_BINDING_SYNC_CREATE);
}

GtkWidget *
annex_task_page_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_TASK_PAGE, "desk", desk, "task", task, NULL);
}

AnnexTask *
annex_task_page_get_task (AnnexTaskPage *self)
{
  return self->base.task;
}

AnnexComposer *
annex_task_page_get_composer (AnnexTaskPage *self)
{
  return self->composer;
}

gboolean
annex_task_page_is_busy (AnnexTaskPage *self)
{
  GtkWidget *chat = adw_bin_get_child (self->chat_slot);

  return !annex_composer_is_empty (self->composer) ||
         (chat != NULL && annex_chat_view_is_begun (ANNEX_CHAT_VIEW (chat))) ||
         annex_task_page_is_moving (self);
}

gboolean
annex_task_page_is_moving (AnnexTaskPage *self)
{
  return annex_side_pane_is_moving (self->pane);
}

void
annex_task_page_show_ask (AnnexTaskPage *self, const char *ask_id)
{
  if (self->compact)
    adw_overlay_split_view_set_show_sidebar (self->split, FALSE);
  annex_chat_view_show_ask (ANNEX_CHAT_VIEW (adw_bin_get_child (self->chat_slot)), ask_id);
  gtk_widget_child_focus (GTK_WIDGET (self->grant_slot), GTK_DIR_TAB_FORWARD);
}

AdwBin *
annex_task_page_get_banner_slot (AnnexTaskPage *self)
{
  g_return_val_if_fail (ANNEX_IS_TASK_PAGE (self), NULL);
  return self->banner_slot;
}
