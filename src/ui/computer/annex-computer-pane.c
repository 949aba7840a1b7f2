/* annex-computer-pane.c
 *
 * What is shown; what can be done is in annex-computer-pane-actions.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-pane-private.h"

#include "annex-block.h"
#include "annex-future.h"
#include "annex-row.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#define POLL_SECONDS 2

G_DEFINE_FINAL_TYPE (AnnexComputerPane, annex_computer_pane, ANNEX_TYPE_TASK_WIDGET)

const char *
annex_computer_state_to_words (AnnexComputerState state)
{
  switch (state)
    {
    case ANNEX_COMPUTER_OFF:
      return _ ("Annex’s computer is off");
    case ANNEX_COMPUTER_WAITING:
      return _ ("Annex’s computer waits for memory");
    case ANNEX_COMPUTER_STARTING:
      return _ ("Annex’s computer is waking up");
    case ANNEX_COMPUTER_READY:
      return _ ("Annex’s computer is ready");
    case ANNEX_COMPUTER_SAVING:
      return _ ("Annex’s computer is falling asleep");
    case ANNEX_COMPUTER_SAVED:
      return _ ("Annex’s computer is asleep");
    case ANNEX_COMPUTER_FAILED:
      return _ ("Annex’s computer needs attention");
    }
  return "";
}

/* What is said of a computer while something takes its time; those who say it do not translate. */
static const char *const messages[] = {
  N_ ("Reconnecting to Annex’s computer…"),
  N_ ("Starting Annex’s computer…"),
  N_ ("Starting Annex’s computer… (emulated here, so it takes longer)"),
  N_ ("Preparing Annex’s computer for the first time…"),
  N_ ("Preparing Annex’s computer for the first time… (emulated here, so it takes longer)"),
  N_ ("Waking Annex’s computer…"),
  N_ ("Connecting your folders…"),
  N_ ("Putting Annex’s computer to sleep…"),
  N_ ("Keeping a checkpoint of Annex’s computer…"),
  N_ ("Waiting for memory: another task’s computer is using it"),
  N_ ("Waiting for memory: other programs are using it"),
  N_ ("Off, because Annex’s disk space is used up"),
  N_ ("Annex’s computer is paused because this machine’s disk is full. Free some space; it goes on "
      "by itself"),
  N_ ("Moving Annex’s computers…"),
  NULL,
};

char *
annex_computer_dup_message_words (const char *message)
{
  return annex_text_for_display (g_strv_contains (messages, message) ? _ (message) : message);
}

/* "" for what the state's own words say. (transfer full) */
static char *
dup_more_words (AnnexComputerState state, const char *message)
{
  if (message == NULL || (state == ANNEX_COMPUTER_READY && g_str_equal (message, "Ready")) ||
      (state == ANNEX_COMPUTER_OFF && g_str_equal (message, "Off")) ||
      (state == ANNEX_COMPUTER_SAVED && g_str_equal (message, "Asleep")))
    return g_strdup ("");
  return annex_computer_dup_message_words (message);
}

AnnexComputerState
annex_computer_pane_get_state (AnnexComputerPane *self)
{
  return self->computer != NULL ? annex_computer_get_state (self->computer) : ANNEX_COMPUTER_OFF;
}

/* ---- what runs in it */

static const char *
tool_in_words (const char *tool)
{
  static const struct
  {
    const char *tool;
    const char *words;
  } table[] = {
    { "shell", N_ ("Running a command") },      { "read_file", N_ ("Reading a file") },
    { "write_file", N_ ("Writing a file") },    { "edit_file", N_ ("Editing a file") },
    { "find_files", N_ ("Looking for files") }, { "search_text", N_ ("Searching in files") },
    { "delegate", N_ ("Working on a part") },   { "browse", N_ ("Looking on the web") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].tool, tool))
      return _ (table[i].words);
  return NULL;
}

/* The command or path a call is about; nullable. (borrowed) */
static const char *
get_object_of (AnnexBlock *block)
{
  JsonObject *input = annex_json_opt_object (annex_block_get_json (block), "input");
  const char *text = input != NULL ? annex_json_opt_string (input, "command", NULL) : NULL;

  if (text == NULL && input != NULL)
    text = annex_json_opt_string (input, "path", NULL);
  return text;
}

static guint
show_running (AnnexComputerPane *self)
{
  g_autoptr (GPtrArray) calls = NULL;
  guint n = 0;

  gtk_list_box_remove_all (self->running);
  if (self->base.task == NULL || self->base.desk == NULL ||
      !annex_desk_is_running (self->base.desk, self->base.task))
    return 0;
  calls = annex_task_dup_unanswered (self->base.task);
  for (guint i = 0; i < calls->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (calls, i);
      JsonObject *json = annex_block_get_json (block);
      const char *words = tool_in_words (annex_json_opt_string (json, "name", ""));
      GtkWidget *row;

      if (words == NULL ||
          !annex_task_was_tool_started (self->base.task, annex_json_opt_string (json, "id", "")))
        continue;
      row = annex_row_new (words, get_object_of (block));
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
      gtk_list_box_append (self->running, row);
      n++;
    }
  return n;
}

/* ---- the state */

void
annex_computer_pane_update (AnnexComputerPane *self)
{
  AnnexComputerState state = annex_computer_pane_get_state (self);
  g_autofree char *message =
      self->computer != NULL ? annex_computer_dup_message (self->computer) : NULL;
  g_autofree char *shown = dup_more_words (state, message);
  gboolean there = self->base.desk != NULL && self->base.task != NULL;
  gboolean working = there && annex_desk_is_running (self->base.desk, self->base.task);
  gboolean can_start = state == ANNEX_COMPUTER_OFF || state == ANNEX_COMPUTER_SAVED ||
                       state == ANNEX_COMPUTER_FAILED;

  annex_machine_drawing_set_state (self->drawing, state);
  gtk_label_set_text (self->state, annex_computer_state_to_words (state));
  if (shown[0] == '\0' && state == ANNEX_COMPUTER_OFF)
    {
      g_free (shown);
      shown = g_strdup (_ ("It starts by itself when a task needs it."));
    }
  if (self->moving == NULL)
    gtk_label_set_text (self->message, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->message),
                          gtk_label_get_text (self->message)[0] != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->progress), self->moving != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->start), can_start);
  gtk_widget_set_visible (GTK_WIDGET (self->sleep), state == ANNEX_COMPUTER_READY);
  gtk_button_set_label (self->start, state == ANNEX_COMPUTER_SAVED ? _ ("Wake Up") : _ ("Start"));
  gtk_button_set_label (self->move, self->moving != NULL ? _ ("Cancel") : _ ("Move…"));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "computer.start", there && !self->busy);
  /* a task that works needs it */
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "computer.sleep",
                                 there && !self->busy && !working);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "computer.free",
                                 there && !self->busy && !working);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "computer.move",
                                 self->base.desk != NULL && (!self->busy || self->moving != NULL));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "computer.terminal",
                                 state == ANNEX_COMPUTER_READY);
  gtk_widget_set_visible (GTK_WIDGET (self->graphs), state == ANNEX_COMPUTER_READY);
  gtk_widget_set_visible (GTK_WIDGET (self->running_group), show_running (self) > 0);
  annex_checkpoint_list_update (self->checkpoints);
}

/* The task may have got its computer since. */
static void
find_computer (AnnexComputerPane *self)
{
  AnnexComputer *computer = self->base.desk != NULL && self->base.task != NULL
                                ? annex_desk_get_computer (self->base.desk, self->base.task)
                                : NULL;

  if (self->computer == computer)
    return;
  if (self->computer != NULL)
    g_signal_handlers_disconnect_by_func (self->computer, annex_computer_pane_update, self);
  g_set_object (&self->computer, computer);
  if (computer != NULL)
    g_signal_connect_object (computer, "changed", G_CALLBACK (annex_computer_pane_update), self,
                             G_CONNECT_SWAPPED);
}

static void
look_again (AnnexComputerPane *self)
{
  find_computer (self);
  annex_computer_pane_update (self);
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);
  static const AnnexEventType types[] = {
    ANNEX_EVENT_COMPUTER_CHANGED,
    ANNEX_EVENT_STATE_CHANGED,
    ANNEX_EVENT_TOOL_STARTED,
    ANNEX_EVENT_TOOL_FINISHED,
  };

  /* unseen, it looks when it is seen again */
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (annex_event_get_event_type (event) == types[i])
      look_again (self);
}

/* ---- what it uses */

static double
show_use (GtkLabel *label, gint64 used, gint64 limit)
{
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;
  g_autofree char *text = NULL;

  if (used < 0)
    {
      gtk_label_set_text (label, _ ("Not known"));
      return -1;
    }
  one = annex_text_format_size ((guint64) used);
  if (limit <= 0)
    {
      gtk_label_set_text (label, one);
      return -1;
    }
  other = annex_text_format_size ((guint64) limit);
  text = g_strdup_printf (C_ ("use", "%s of %s"), one, other);
  gtk_label_set_text (label, text);
  return (double) used / (double) limit;
}

/* Of a computer's own folder the one that all of them are in: where computers live. (transfer full)
 */
static char *
dup_place (AnnexComputerPane *self, const char *folder)
{
  g_autofree char *name = folder != NULL ? g_path_get_basename (folder) : NULL;
  g_autofree char *place =
      self->base.task != NULL && g_strcmp0 (name, annex_task_get_id (self->base.task)) == 0
          ? g_path_get_dirname (folder)
          : g_strdup (folder);

  return annex_text_for_display (place);
}

static void
show_all_use (AnnexComputerPane *self, const AnnexComputerUse *use)
{
  g_autofree char *disk = NULL;
  g_autofree char *folder = dup_place (self, use->folder);
  const char *speed = _ ("Not known yet");

  annex_use_graph_add (self->memory_graph,
                       show_use (self->memory, use->memory_bytes, use->memory_limit_bytes));
  annex_use_graph_add (self->disk_graph,
                       show_use (self->disk, use->disk_used_bytes, use->disk_limit_bytes));
  disk = use->disk_bytes >= 0 ? annex_text_format_size ((guint64) use->disk_bytes)
                              : g_strdup (_ ("Not known"));
  adw_action_row_set_subtitle (self->space, disk);
  adw_action_row_set_subtitle (self->place, folder);
  if (g_strcmp0 (use->accelerator, "kvm") == 0)
    speed = _ ("Full speed");
  else if (use->accelerator != NULL)
    speed = _ ("Slow: this machine cannot run it directly");
  adw_action_row_set_subtitle (self->speed, speed);
  gtk_widget_set_visible (GTK_WIDGET (self->speed), use->accelerator != NULL);
}

static DexFuture *
poll_fiber (gpointer data)
{
  GWeakRef *ref = data;
  g_autoptr (AnnexComputerPane) self = g_weak_ref_get (ref);
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexDesk) desk = NULL;
  g_autoptr (AnnexComputerUse) use = NULL;
  g_autoptr (GError) error = NULL;

  if (self == NULL || self->base.desk == NULL || self->base.task == NULL)
    return dex_future_new_true ();
  desk = g_object_ref (self->base.desk);
  task = g_object_ref (self->base.task);
  self->polling = TRUE;
  g_clear_object (&self);
  use = dex_await_boxed (annex_desk_get_use (desk, task), &error);
  self = g_weak_ref_get (ref);
  if (self == NULL)
    return dex_future_new_true ();
  self->polling = FALSE;
  if (use == NULL)
    g_info ("What the computer uses is not known: %s", error->message);
  else if (self->base.task == task)
    show_all_use (self, use);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

void
annex_computer_pane_poll (AnnexComputerPane *self)
{
  GWeakRef *ref;

  look_again (self);
  if (self->polling || self->base.desk == NULL || self->base.task == NULL)
    return;
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  annex_fiber_start (poll_fiber, ref, weak_free);
}

static gboolean
poll_cb (gpointer data)
{
  annex_computer_pane_poll (data);
  return G_SOURCE_CONTINUE;
}

static void
annex_computer_pane_map (GtkWidget *widget)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  GTK_WIDGET_CLASS (annex_computer_pane_parent_class)->map (widget);
  annex_computer_pane_poll (self);
  if (self->poll_id == 0)
    self->poll_id = g_timeout_add_seconds (POLL_SECONDS, poll_cb, self);
}

static void
annex_computer_pane_unmap (GtkWidget *widget)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  g_clear_handle_id (&self->poll_id, g_source_remove);
  /* what was not looked at is a gap */
  annex_use_graph_add (self->memory_graph, -1);
  annex_use_graph_add (self->disk_graph, -1);
  GTK_WIDGET_CLASS (annex_computer_pane_parent_class)->unmap (widget);
}

/* ---- properties and life */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  look_again (ANNEX_COMPUTER_PANE (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (widget);

  annex_use_graph_clear (self->memory_graph);
  annex_use_graph_clear (self->disk_graph);
  look_again (self);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    annex_computer_pane_poll (self);
}

static void
annex_computer_pane_dispose (GObject *object)
{
  AnnexComputerPane *self = ANNEX_COMPUTER_PANE (object);

  g_clear_handle_id (&self->poll_id, g_source_remove);
  if (self->computer != NULL)
    g_signal_handlers_disconnect_by_func (self->computer, annex_computer_pane_update, self);
  if (self->moving != NULL)
    g_cancellable_cancel (self->moving);
  g_clear_object (&self->moving);
  g_clear_object (&self->computer);
  G_OBJECT_CLASS (annex_computer_pane_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, drawing);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, state);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, message);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, progress);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, start);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, sleep);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, running_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, running);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, graphs);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, memory);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, memory_graph);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, disk);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, disk_graph);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, checkpoints);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, space);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, place);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, speed);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, terminal);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, terminal_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerPane, move);
}

static void
annex_computer_pane_class_init (AnnexComputerPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_computer_pane_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  widget_class->map = annex_computer_pane_map;
  widget_class->unmap = annex_computer_pane_unmap;
  g_type_ensure (ANNEX_TYPE_CHECKPOINT_LIST);
  g_type_ensure (ANNEX_TYPE_MACHINE_DRAWING);
  g_type_ensure (ANNEX_TYPE_USE_GRAPH);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-computer-pane.ui");
  bind_children (widget_class);
  annex_computer_pane_install_actions (widget_class);
}

static void
annex_computer_pane_init (AnnexComputerPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  annex_task_widget_bind_part (&self->base, ANNEX_TASK_WIDGET (self->checkpoints));
  gtk_widget_set_visible (GTK_WIDGET (self->speed), FALSE);
  annex_ui_name_button (self->terminal_button, _ ("Open Terminal"));
  annex_computer_pane_update (self);
}

gboolean
annex_computer_pane_is_moving (AnnexComputerPane *self)
{
  return self->moving != NULL;
}

GtkWidget *
annex_computer_pane_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_COMPUTER_PANE, "desk", desk, "task", task, NULL);
}
