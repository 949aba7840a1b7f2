/* annex-plan-view.c
 *
 * See annex-plan-view.h. Rows keep their identity over changes of the plan, so that focus, an edit
 * that is being made and what is read stay where they are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-view.h"

#include "annex-ask-words.h"
#include "annex-event-follower.h"
#include "annex-plan-change.h"
#include "annex-plan-row.h"
#include "annex-spoken.h"
#include "annex-then.h"

#include <glib/gi18n.h>

/* How long steps are made in one turn of the main loop: a long plan grows over some frames. */
#define SHOW_MS 5

struct _AnnexPlanView
{
  AnnexTaskWidget base;

  AnnexPlan *plan; /* shown: the task's, or the user's change that is on its way */
  AnnexPlanTrack *track;
  AnnexEventFollower *follower;
  guint clock;
  guint changing; /* changes that are not committed yet */
  guint next;     /* the step that is shown next */
  guint more;     /* the source that shows the rest */

  GtkStack *stack;
  GtkListBox *list;
  GtkLabel *explanation;
  GtkLabel *failure;
  GtkWidget *add_button;
  GtkEditable *add_entry;
};

static guint open_file_signal;

G_DEFINE_FINAL_TYPE (AnnexPlanView, annex_plan_view, ANNEX_TYPE_TASK_WIDGET)

static AnnexPlanRow *
row_at (AnnexPlanView *self, int index)
{
  return (AnnexPlanRow *) gtk_list_box_get_row_at_index (self->list, index);
}

static AnnexPlanRow *
find_row (AnnexPlanView *self, const char *id)
{
  AnnexPlanRow *row;

  for (int i = 0; (row = row_at (self, i)) != NULL; i++)
    if (g_str_equal (annex_plan_row_get_id (row), id))
      return row;
  return NULL;
}

/* ---- changes */

static void
refresh (AnnexPlanView *self);

static void
changed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPlanView *self = object;
  g_autofree char *message = NULL;

  if (self->changing > 0)
    self->changing--;
  if (error != NULL)
    {
      message = annex_ask_words_block (annex_error_said (error), 3);
      gtk_label_set_text (self->failure, message);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->failure), error != NULL);
  refresh (self);
}

/* Takes @plan and @what; NULL: nothing is to be changed. */
static void
change (AnnexPlanView *self, AnnexPlan *plan, char *what)
{
  g_autofree char *words = what;

  if (plan == NULL || self->base.desk == NULL || self->base.task == NULL)
    {
      g_clear_pointer (&plan, annex_plan_unref);
      return;
    }
  g_clear_pointer (&self->plan, annex_plan_unref);
  self->plan = plan;
  self->changing++;
  refresh (self);
  annex_then (annex_desk_change_plan (self->base.desk, self->base.task, plan, words), self,
              changed_cb);
}

static void
renamed_cb (AnnexPlanView *self, const char *title, AnnexPlanRow *row)
{
  char *what = NULL;
  AnnexPlan *plan =
      annex_plan_change_rename (self->plan, annex_plan_row_get_id (row), title, &what);

  change (self, plan, what);
}

static void
move_to (AnnexPlanView *self, const char *id, int index)
{
  char *what = NULL;
  AnnexPlan *plan =
      index >= 0 ? annex_plan_change_move (self->plan, id, (guint) index, &what) : NULL;

  change (self, plan, what);
}

static void
move_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPlanView *self = ANNEX_PLAN_VIEW (widget);
  const char *id = g_variant_get_string (target, NULL);
  AnnexPlanRow *row = find_row (self, id);

  if (row != NULL)
    move_to (self, id,
             gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row)) +
                 (g_str_equal (name, "plan.up") ? -1 : 1));
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPlanRow *row = find_row (ANNEX_PLAN_VIEW (widget), g_variant_get_string (target, NULL));

  if (row != NULL)
    annex_plan_row_edit (row);
}

static void
strike_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexPlanView *self = ANNEX_PLAN_VIEW (widget);
  const char *id = g_variant_get_string (target, NULL);
  char *what = NULL;
  AnnexPlan *plan = g_str_equal (name, "plan.strike")
                        ? annex_plan_change_strike (self->plan, id, &what)
                        : annex_plan_change_restore (self->plan, id, &what);

  change (self, plan, what);
}

/* ---- adding */

static void
show_adding (AnnexPlanView *self, gboolean adding)
{
  gtk_widget_set_visible (GTK_WIDGET (self->add_entry), adding);
  if (adding)
    {
      gtk_stack_set_visible_child_name (self->stack, "plan");
      gtk_editable_set_text (self->add_entry, "");
      gtk_widget_grab_focus (GTK_WIDGET (self->add_entry));
    }
  else
    gtk_widget_grab_focus (self->add_button);
}

static void
add_clicked_cb (AnnexPlanView *self)
{
  show_adding (self, TRUE);
}

static void
add_activated_cb (AnnexPlanView *self)
{
  g_autofree char *title = g_strdup (gtk_editable_get_text (self->add_entry));
  char *what = NULL;
  AnnexPlan *plan = self->plan != NULL ? annex_plan_change_add (self->plan, title, &what) : NULL;

  show_adding (self, FALSE);
  change (self, plan, what);
}

static gboolean
add_key_cb (AnnexPlanView *self, guint key, guint code, GdkModifierType state)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  show_adding (self, FALSE);
  refresh (self);
  return GDK_EVENT_STOP;
}

/* ---- keys */

static gboolean
key_cb (AnnexPlanView *self, guint key, guint code, GdkModifierType state)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  AnnexPlanRow *row = ANNEX_IS_PLAN_ROW (focus) ? ANNEX_PLAN_ROW (focus) : NULL;
  GdkModifierType held = state & gtk_accelerator_get_default_mod_mask ();
  AnnexPlan *plan;
  char *what = NULL;
  int index;

  if (row == NULL || annex_plan_row_is_edited (row))
    return GDK_EVENT_PROPAGATE;
  index = gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (row));
  if (key == GDK_KEY_F2 && held == 0)
    annex_plan_row_edit (row);
  else if ((key == GDK_KEY_Up || key == GDK_KEY_Down) && held == GDK_ALT_MASK)
    move_to (self, annex_plan_row_get_id (row), index + (key == GDK_KEY_Up ? -1 : 1));
  else if (key == GDK_KEY_Delete && held == 0)
    {
      plan = annex_plan_change_strike (self->plan, annex_plan_row_get_id (row), &what);
      change (self, plan, what);
    }
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

/* ---- dragging */

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source, double x, double y, gpointer data)
{
  AnnexPlanRow *row =
      ANNEX_PLAN_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));

  if (annex_plan_row_is_edited (row))
    return NULL;
  return gdk_content_provider_new_typed (ANNEX_TYPE_PLAN_ROW, row);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer data)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (row);

  gtk_drag_source_set_icon (source, picture, 0, 0);
}

static gboolean
drop_cb (AnnexPlanView *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  AnnexPlanRow *moved = g_value_get_object (value);
  GtkWidget *onto = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (target));

  if (moved == NULL || gtk_widget_get_parent (GTK_WIDGET (moved)) != GTK_WIDGET (self->list))
    return FALSE;
  move_to (self, annex_plan_row_get_id (moved),
           gtk_list_box_row_get_index (GTK_LIST_BOX_ROW (onto)));
  return TRUE;
}

static void
open_file_cb (AnnexPlanView *self, const char *path)
{
  g_signal_emit (self, open_file_signal, 0, path);
}

static GtkWidget *
new_row (AnnexPlanView *self, const char *id)
{
  GtkWidget *row = annex_plan_row_new (id);
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (ANNEX_TYPE_PLAN_ROW, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), NULL);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), NULL);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (target));
  g_signal_connect_object (row, "renamed", G_CALLBACK (renamed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (row, "open-file", G_CALLBACK (open_file_cb), self, G_CONNECT_SWAPPED);
  return row;
}

/* ---- showing */

static gboolean
has_step (AnnexPlan *plan, const char *id)
{
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    if (g_str_equal (annex_plan_get_step (plan, i)->id, id))
      return TRUE;
  return FALSE;
}

static AnnexPlanRow *
take_row (AnnexPlanView *self, const char *id)
{
  AnnexPlanRow *row = find_row (self, id);

  if (row == NULL)
    {
      row = ANNEX_PLAN_ROW (new_row (self, id));
      gtk_list_box_append (self->list, GTK_WIDGET (row));
    }
  return row;
}

/* The list sorts, it does not take rows out: the focus stays in the row that has it. */
static int
compare_rows (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  guint first = annex_plan_row_get_index (ANNEX_PLAN_ROW (a));
  guint second = annex_plan_row_get_index (ANNEX_PLAN_ROW (b));

  return first < second ? -1 : first > second;
}

static gboolean
is_alive (AnnexPlanView *self)
{
  return self->base.task != NULL && self->base.desk != NULL &&
         annex_desk_is_running (self->base.desk, self->base.task);
}

/* As many steps as fit into a frame; TRUE when there are more. */
static gboolean
show_more (AnnexPlanView *self)
{
  gint64 end_us = g_get_monotonic_time () + SHOW_MS * 1000;
  guint n = annex_plan_get_n_steps (self->plan);
  gboolean alive = is_alive (self);

  while (self->next < n)
    {
      guint i = self->next++;
      const AnnexStep *step = annex_plan_get_step (self->plan, i);

      annex_plan_row_show (take_row (self, step->id), step, self->track, i, n, alive);
      if (g_get_monotonic_time () > end_us)
        break;
    }
  gtk_list_box_invalidate_sort (self->list);
  return self->next < n;
}

static gboolean
more_cb (gpointer data)
{
  AnnexPlanView *self = data;

  if (show_more (self))
    return G_SOURCE_CONTINUE;
  self->more = 0;
  return G_SOURCE_REMOVE;
}

static void
show_steps (AnnexPlanView *self)
{
  AnnexPlanRow *row;

  for (int i = 0; (row = row_at (self, i)) != NULL;)
    if (has_step (self->plan, annex_plan_row_get_id (row)))
      i++;
    else
      gtk_list_box_remove (self->list, GTK_WIDGET (row));
  self->next = 0;
  if (show_more (self) && self->more == 0)
    self->more = g_idle_add (more_cb, self);
}

static gboolean
clock_cb (gpointer data)
{
  AnnexPlanView *self = data;

  for (int i = 0; row_at (self, i) != NULL; i++)
    if (annex_plan_get_step (self->plan, (guint) i) != NULL &&
        annex_plan_get_step (self->plan, (guint) i)->state == ANNEX_STEP_IN_PROGRESS)
      annex_plan_row_update_time (row_at (self, i));
  return G_SOURCE_CONTINUE;
}

static void
update_clock (AnnexPlanView *self)
{
  gboolean wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && is_alive (self);

  if (wanted && self->clock == 0)
    self->clock = g_timeout_add_seconds (1, clock_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->clock, g_source_remove);
}

static void
show_explanation (AnnexPlanView *self)
{
  const char *text = self->track != NULL ? annex_plan_track_get_explanation (self->track) : NULL;
  g_autofree char *shown = annex_ask_words_block (text, 20);

  gtk_label_set_text (self->explanation, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->explanation), shown[0] != '\0');
}

static void
refresh (AnnexPlanView *self)
{
  guint n;

  if (self->changing == 0)
    {
      g_clear_pointer (&self->plan, annex_plan_unref);
      if (self->base.task != NULL && annex_task_get_plan (self->base.task) != NULL)
        self->plan = annex_plan_ref (annex_task_get_plan (self->base.task));
      else
        self->plan = annex_plan_new_empty ();
    }
  n = annex_plan_get_n_steps (self->plan);
  show_steps (self);
  show_explanation (self);
  if (n > 0 || !gtk_widget_get_visible (GTK_WIDGET (self->add_entry)))
    gtk_stack_set_visible_child_name (self->stack, n > 0 ? "plan" : "empty");
  update_clock (self);
}

static void
events_cb (AnnexPlanView *self, GPtrArray *events)
{
  gboolean changed = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      if (annex_plan_track_apply (self->track, event) ||
          annex_event_get_event_type (event) == ANNEX_EVENT_IMPORTED)
        changed = TRUE;
    }
  if (changed && annex_event_follower_is_caught_up (self->follower))
    refresh (self);
}

static void
run_changed (AnnexTaskWidget *widget)
{
  refresh (ANNEX_PLAN_VIEW (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexPlanView *self = ANNEX_PLAN_VIEW (widget);
  GtkListBoxRow *row;

  g_clear_object (&self->follower);
  g_clear_pointer (&self->track, annex_plan_track_free);
  self->track = annex_plan_track_new ();
  self->changing = 0;
  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  gtk_widget_set_visible (GTK_WIDGET (self->add_entry), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
  if (widget->task != NULL)
    {
      self->follower = annex_event_follower_new (widget->task);
      g_signal_connect_object (self->follower, "events", G_CALLBACK (events_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (self->follower, "caught-up", G_CALLBACK (refresh), self,
                               G_CONNECT_SWAPPED);
    }
  refresh (self);
}

/* ---- the widget */

static void
annex_plan_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_plan_view_parent_class)->map (widget);
  update_clock (ANNEX_PLAN_VIEW (widget));
}

static void
annex_plan_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_plan_view_parent_class)->unmap (widget);
  update_clock (ANNEX_PLAN_VIEW (widget));
}

static void
annex_plan_view_dispose (GObject *object)
{
  AnnexPlanView *self = ANNEX_PLAN_VIEW (object);

  g_clear_handle_id (&self->clock, g_source_remove);
  g_clear_handle_id (&self->more, g_source_remove);
  g_clear_object (&self->follower);
  G_OBJECT_CLASS (annex_plan_view_parent_class)->dispose (object);
}

static void
annex_plan_view_finalize (GObject *object)
{
  AnnexPlanView *self = ANNEX_PLAN_VIEW (object);

  g_clear_pointer (&self->plan, annex_plan_unref);
  g_clear_pointer (&self->track, annex_plan_track_free);
  G_OBJECT_CLASS (annex_plan_view_parent_class)->finalize (object);
}

static void
annex_plan_view_class_init (AnnexPlanViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_plan_view_dispose;
  task_widget_class->task_changed = task_changed;
  task_widget_class->run_changed = run_changed;
  object_class->finalize = annex_plan_view_finalize;
  widget_class->map = annex_plan_view_map;
  widget_class->unmap = annex_plan_view_unmap;
  open_file_signal = g_signal_new ("open-file", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-plan-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, list);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, explanation);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, add_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanView, add_entry);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_key_cb);
  gtk_widget_class_install_action (widget_class, "plan.edit", "s", edit_action);
  gtk_widget_class_install_action (widget_class, "plan.up", "s", move_action);
  gtk_widget_class_install_action (widget_class, "plan.down", "s", move_action);
  gtk_widget_class_install_action (widget_class, "plan.strike", "s", strike_action);
  gtk_widget_class_install_action (widget_class, "plan.restore", "s", strike_action);
}

static void
annex_plan_view_init (AnnexPlanView *self)
{
  self->track = annex_plan_track_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_sort_func (self->list, compare_rows, NULL, NULL);
  refresh (self);
}

GtkWidget *
annex_plan_view_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_PLAN_VIEW, "desk", desk, "task", task, NULL);
}
