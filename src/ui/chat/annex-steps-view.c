/* annex-steps-view.c
 *
 * See annex-steps-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-steps-view.h"

#include "annex-code-view.h"
#include "annex-prose.h"
#include "annex-step-phrase.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* Steps of a run that are listed at first. */
#define MAX_LISTED 50
#define MAX_OUTPUT (1024 * 1024)
/* Of a running command: so much of the end, looked at so often, while it can be seen. */
#define TAIL_LINES 20
#define TAIL_MS 250

struct _AnnexStepsView
{
  GtkWidget parent_instance;

  AnnexTask *task;
  AnnexChatRow *row;
  GtkWidget *box;
  GtkWidget *header; /* button */
  GtkWidget *show;   /* button: leads to the browser */
  GtkWidget *arrow;
  GtkWidget *icon;
  GtkWidget *words;
  GtkWidget *time;
  GtkWidget *details;    /* nullable: closed */
  gboolean of_one;       /* the details are of one step … */
  gboolean of_finished;  /* … that has its result */
  GtkWidget *nested_box; /* AnnexStepsView, a line each; nullable */
  GtkWidget *more;       /* how many are not listed; nullable */
  GtkWidget *tail;       /* what a running command wrote last; nullable */
  guint tail_id;
  guint tick_id;
  gboolean nested;
};

G_DEFINE_FINAL_TYPE (AnnexStepsView, annex_steps_view, GTK_TYPE_WIDGET)

static void
update (AnnexStepsView *self);

/* State */

static gboolean
is_running (AnnexStepsView *self)
{
  AnnexTaskState state = annex_task_get_state (self->task);

  if (state != ANNEX_TASK_RUNNING && state != ANNEX_TASK_WAITING)
    return FALSE;
  for (guint i = 0; i < self->row->items->len; i++)
    if (!annex_transcript_item_is_finished (self->row->items->pdata[i]))
      return TRUE;
  return FALSE;
}

static guint
count_failed (AnnexStepsView *self)
{
  guint n = 0;

  for (guint i = 0; i < self->row->items->len; i++)
    if (annex_transcript_item_is_error (self->row->items->pdata[i]))
      n++;
  return n;
}

static gboolean
was_stopped (AnnexStepsView *self)
{
  for (guint i = 0; i < self->row->items->len; i++)
    if (annex_transcript_item_is_stopped (self->row->items->pdata[i]))
      return TRUE;
  return FALSE;
}

/* It ended without a result, or its task did. */
static gboolean
is_interrupted (AnnexStepsView *self)
{
  for (guint i = 0; i < self->row->items->len; i++)
    if (annex_transcript_item_get_result (self->row->items->pdata[i]) == NULL)
      return !is_running (self);
  return FALSE;
}

/* The first line of what went wrong. (transfer full) */
static char *
dup_reason (AnnexStepsView *self)
{
  for (guint i = 0; i < self->row->items->len; i++)
    {
      g_autofree char *plain = NULL;
      g_autofree char *line = NULL;

      if (!annex_transcript_item_is_error (self->row->items->pdata[i]))
        continue;
      line = g_strndup (annex_transcript_item_get_text (self->row->items->pdata[i]), 400);
      plain = annex_step_strip_escapes (line);
      plain[strcspn (plain, "\n")] = '\0';
      return annex_text_for_display (plain);
    }
  return g_strdup ("");
}

/* The line */

static void
show_time (AnnexStepsView *self)
{
  gint64 duration_ms = annex_steps_get_duration_ms (self->row->items);
  g_autofree char *text = NULL;

  if (is_running (self))
    {
      gint64 began_us =
          annex_transcript_item_get_began_us (self->row->items->pdata[self->row->items->len - 1]);

      duration_ms = (g_get_real_time () - began_us) / 1000;
      text = duration_ms >= 2000 ? annex_text_format_clock (duration_ms) : NULL;
    }
  else if (duration_ms >= 100)
    text = annex_text_format_duration (duration_ms);
  gtk_label_set_text (GTK_LABEL (self->time), text != NULL ? text : "");
}

static gboolean
tick_cb (gpointer data)
{
  show_time (data);
  return G_SOURCE_CONTINUE;
}

static void
update_tick (AnnexStepsView *self)
{
  gboolean wanted = gtk_widget_get_mapped (GTK_WIDGET (self)) && is_running (self);

  if (wanted && self->tick_id == 0)
    self->tick_id = g_timeout_add_seconds (1, tick_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->tick_id, g_source_remove);
}

static void
set_class (GtkWidget *widget, const char *name, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
update_line (AnnexStepsView *self)
{
  gboolean running = is_running (self);
  guint n_failed = count_failed (self);
  g_autofree char *phrase = annex_step_dup_phrase (self->row->items, running);
  g_autofree char *reason = n_failed > 0 ? dup_reason (self) : NULL;
  g_autofree char *words = NULL;

  if (n_failed > 0 && self->row->items->len > 1)
    words = g_strdup_printf (ngettext ("%s · %u failed: %s", "%s · %u failed: %s", n_failed),
                             phrase, n_failed, reason);
  else if (n_failed > 0)
    words = g_strdup_printf (_ ("%s · failed: %s"), phrase, reason);
  else if (was_stopped (self)) /* Translators: what was being done, "Ran a script · stopped" */
    words = g_strdup_printf (_ ("%s · stopped"), phrase);
  else if (is_interrupted (self))
    words = g_strdup_printf (_ ("%s · not finished"), phrase);
  else
    words = g_steal_pointer (&phrase);
  gtk_label_set_text (GTK_LABEL (self->words), words);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon),
                                n_failed > 0 ? "dialog-warning-symbolic"
                                             : annex_step_get_icon (self->row->item));
  set_class (self->header, "warning", n_failed > 0);
  set_class (self->words, "annex-breathe", running);
  show_time (self);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->header), GTK_ACCESSIBLE_STATE_EXPANDED,
                               self->row->open ? 1 : 0, GTK_ACCESSIBLE_STATE_BUSY, running, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->header), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  gtk_label_get_text (GTK_LABEL (self->words)), -1);
}

/* Details */

static void
add_code (AnnexStepsView *self, const char *title, const char *language, const char *text)
{
  GtkWidget *code = annex_code_view_new (title, language);
  g_autofree char *clean = annex_prose_clean (text);

  annex_code_view_set_text (ANNEX_CODE_VIEW (code), clean);
  gtk_box_append (GTK_BOX (self->details), code);
}

static void
add_note (AnnexStepsView *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "caption");
  gtk_box_append (GTK_BOX (self->details), label);
}

/* The steps that are lines among the details: those of a run, or what one step did itself. As many
 * of them as are listed. */
static guint
count_nested (AnnexStepsView *self, guint *n_all)
{
  GPtrArray *items = self->row->items;
  GListModel *children =
      items->len == 1 ? annex_transcript_item_get_children (items->pdata[0]) : NULL;

  *n_all = items->len > 1 ? items->len : children != NULL ? g_list_model_get_n_items (children) : 0;
  return MIN (*n_all, MAX_LISTED);
}

/* (transfer full) */
static AnnexTranscriptItem *
get_nested (AnnexStepsView *self, guint i)
{
  GPtrArray *items = self->row->items;

  return items->len > 1
             ? g_object_ref (items->pdata[i])
             : g_list_model_get_item (annex_transcript_item_get_children (items->pdata[0]), i);
}

static void
add_nested (AnnexStepsView *self, AnnexTranscriptItem *item)
{
  GtkWidget *view = annex_steps_view_new (self->task, annex_chat_row_get_nested (self->row, item));

  ANNEX_STEPS_VIEW (view)->nested = TRUE;
  gtk_box_append (GTK_BOX (self->nested_box), view);
}

/* Lines that are there stay as they are, those that are new are put after them. FALSE when it
 * begins otherwise than what is there. */
static gboolean
extend_nested (AnnexStepsView *self)
{
  guint n_all;
  guint n = count_nested (self, &n_all);
  GtkWidget *view = gtk_widget_get_first_child (self->nested_box);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexTranscriptItem) item = get_nested (self, i);

      if (view == NULL)
        {
          add_nested (self, item);
          continue;
        }
      if (ANNEX_STEPS_VIEW (view)->row->item != item)
        return FALSE;
      annex_chat_row_changed (ANNEX_STEPS_VIEW (view)->row);
      view = gtk_widget_get_next_sibling (view);
    }
  gtk_widget_set_visible (self->nested_box, n > 0);
  gtk_widget_set_visible (self->more, n_all > n);
  if (n_all > n)
    {
      g_autofree char *text =
          g_strdup_printf (ngettext ("and %u more", "and %u more", n_all - n), n_all - n);

      gtk_label_set_text (GTK_LABEL (self->more), text);
    }
  return view == NULL;
}

static void
add_lines (AnnexStepsView *self)
{
  self->nested_box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (self->details), self->nested_box);
  add_note (self, "");
  self->more = gtk_widget_get_last_child (self->details);
  extend_nested (self);
}

static void
add_one (AnnexStepsView *self, AnnexTranscriptItem *item)
{
  const char *language;
  g_autofree char *input = annex_step_dup_input (item, &language);
  g_autofree char *cut = g_strndup (annex_transcript_item_get_text (item), MAX_OUTPUT);
  g_autofree char *output = annex_step_strip_escapes (cut);

  if (input[0] != '\0')
    add_code (self, language != NULL ? _ ("Command") : _ ("Details"), language, input);
  add_lines (self);
  if (output[0] != '\0')
    add_code (self, annex_transcript_item_is_error (item) ? _ ("What went wrong") : _ ("Result"),
              NULL, output);
  else if (annex_transcript_item_is_finished (item))
    add_note (self, _ ("It said nothing."));
}

/* ---- what a running command writes */

static gboolean
tail_cb (gpointer data)
{
  AnnexStepsView *self = data;
  g_autofree char *output =
      annex_transcript_item_dup_output (self->row->items->pdata[0], TAIL_LINES);
  g_autofree char *plain = annex_step_strip_escapes (output);
  g_autofree char *clean = annex_prose_clean (plain);

  if (clean[0] == '\0')
    return G_SOURCE_CONTINUE;
  if (self->tail == NULL)
    {
      self->tail = annex_code_view_new (_ ("Output So Far"), NULL);
      gtk_box_append (GTK_BOX (self->details), self->tail);
    }
  annex_code_view_set_text (ANNEX_CODE_VIEW (self->tail), clean);
  return G_SOURCE_CONTINUE;
}

static void
update_tail (AnnexStepsView *self)
{
  gboolean wanted = self->details != NULL && self->row->items->len == 1 &&
                    gtk_widget_get_mapped (GTK_WIDGET (self)) &&
                    !annex_transcript_item_is_finished (self->row->items->pdata[0]);

  if (wanted && self->tail_id == 0)
    {
      self->tail_id = g_timeout_add (TAIL_MS, tail_cb, self);
      tail_cb (self);
    }
  else if (!wanted)
    g_clear_handle_id (&self->tail_id, g_source_remove);
}

static gboolean
is_one_finished (AnnexStepsView *self)
{
  return self->row->items->len == 1 &&
         annex_transcript_item_is_finished (self->row->items->pdata[0]);
}

static void
make_details (AnnexStepsView *self)
{
  g_clear_handle_id (&self->tail_id, g_source_remove);
  self->tail = self->nested_box = self->more = NULL;
  g_clear_pointer (&self->details, gtk_widget_unparent);
  if (!self->row->open)
    return;
  self->details = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->details, "annex-details");
  gtk_box_append (GTK_BOX (self->box), self->details);
  self->of_one = self->row->items->len == 1;
  self->of_finished = is_one_finished (self);
  if (self->of_one)
    add_one (self, self->row->items->pdata[0]);
  else
    add_lines (self);
  update_tail (self);
}

/* Nothing that is read jumps or closes because the work goes on. */
static void
update_details (AnnexStepsView *self)
{
  gboolean one = self->row->items->len == 1;

  if (self->details != NULL && self->of_one && !one) /* what is open is now one of several */
    annex_chat_row_get_nested (self->row, self->row->items->pdata[0])->open = TRUE;
  if (self->details == NULL || self->of_one != one || self->of_finished != is_one_finished (self) ||
      !extend_nested (self))
    make_details (self);
}

static void
update (AnnexStepsView *self)
{
  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow),
                                self->row->open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_widget_set_visible (
      self->show,
      self->row->items->len == 1 &&
          g_strcmp0 (annex_transcript_item_get_tool (self->row->items->pdata[0]), "browse") == 0);
  update_line (self);
  update_tick (self);
  gtk_widget_set_margin_top (self->box, self->nested ? 0 : 3);
}

static void
changed_cb (AnnexStepsView *self)
{
  update (self);
  if (self->row->open)
    update_details (self);
}

static void
clicked_cb (AnnexStepsView *self)
{
  self->row->open = !self->row->open;
  make_details (self);
  update (self);
}

/* The object */

static void
annex_steps_view_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_steps_view_parent_class)->map (widget);
  update_tick (ANNEX_STEPS_VIEW (widget));
  update_tail (ANNEX_STEPS_VIEW (widget));
}

static void
annex_steps_view_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (annex_steps_view_parent_class)->unmap (widget);
  g_clear_handle_id (&ANNEX_STEPS_VIEW (widget)->tick_id, g_source_remove);
  g_clear_handle_id (&ANNEX_STEPS_VIEW (widget)->tail_id, g_source_remove);
}

static void
annex_steps_view_dispose (GObject *object)
{
  AnnexStepsView *self = ANNEX_STEPS_VIEW (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  g_clear_handle_id (&self->tail_id, g_source_remove);
  self->details = self->tail = self->nested_box = self->more = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->row);
  g_clear_object (&self->task);
  G_OBJECT_CLASS (annex_steps_view_parent_class)->dispose (object);
}

static void
annex_steps_view_class_init (AnnexStepsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_steps_view_dispose;
  widget_class->map = annex_steps_view_map;
  widget_class->unmap = annex_steps_view_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "steps-view");
}

static GtkWidget *
make_show_button (void)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("sidebar-show-right-symbolic");

  gtk_widget_set_tooltip_text (button, _ ("Show the Browser"));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "annex-line");
  gtk_widget_set_visible (button, FALSE);
  gtk_actionable_set_detailed_action_name (GTK_ACTIONABLE (button), "task.show-pane::browser");
  return button;
}

static void
annex_steps_view_init (AnnexStepsView *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->header = gtk_button_new ();
  self->arrow = gtk_image_new ();
  self->icon = gtk_image_new ();
  self->words = gtk_label_new (NULL);
  self->time = gtk_label_new (NULL);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->arrow), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_add_css_class (self->arrow, "dimmed");
  gtk_label_set_ellipsize (GTK_LABEL (self->words), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->words), 0);
  gtk_widget_set_hexpand (self->words, TRUE);
  gtk_widget_add_css_class (self->time, "numeric");
  gtk_widget_add_css_class (self->time, "dimmed");
  gtk_widget_add_css_class (self->header, "flat");
  gtk_widget_add_css_class (self->header, "annex-line");
  gtk_box_append (GTK_BOX (line), self->arrow);
  gtk_box_append (GTK_BOX (line), self->icon);
  gtk_box_append (GTK_BOX (line), self->words);
  gtk_box_append (GTK_BOX (line), self->time);
  gtk_button_set_child (GTK_BUTTON (self->header), line);
  g_signal_connect_swapped (self->header, "clicked", G_CALLBACK (clicked_cb), self);
  gtk_widget_set_hexpand (self->header, TRUE);
  self->show = make_show_button ();
  gtk_box_append (GTK_BOX (top), self->header);
  gtk_box_append (GTK_BOX (top), self->show);
  gtk_box_append (GTK_BOX (self->box), top);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
task_event_cb (AnnexStepsView *self, AnnexEvent *event)
{
  if (annex_event_get_event_type (event) == ANNEX_EVENT_STATE_CHANGED)
    update (self);
}

GtkWidget *
annex_steps_view_new (AnnexTask *task, AnnexChatRow *row)
{
  AnnexStepsView *self = g_object_new (ANNEX_TYPE_STEPS_VIEW, NULL);

  self->task = g_object_ref (task);
  self->row = g_object_ref (row);
  g_signal_connect_object (row, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (task, "event", G_CALLBACK (task_event_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
  return GTK_WIDGET (self);
}

const char *
annex_steps_view_get_words (AnnexStepsView *self)
{
  return gtk_label_get_text (GTK_LABEL (self->words));
}
