/* annex-result-strip.c
 *
 * See annex-result-strip.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-result-strip.h"

#include "annex-draft-actions.h"
#include "annex-future.h"
#include "annex-result-card.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define MAX_CARDS 12
/* Of the cards, before they scroll: a large one or three small ones; in one column, where the
 * conversation needs the room, two, or one and a half to show that there are more. */
#define MAX_HEIGHT 230
#define MAX_HEIGHT_TWO 148
#define MAX_HEIGHT_MORE 112

struct _AnnexResultStrip
{
  AnnexTaskWidget base;

  guint refresh_id;
  guint serial;
  guint n_cards;
  gboolean busy;
  gboolean narrow;
  gboolean shows_results;
  gboolean unread; /* what was presented is not known yet */

  GtkScrolledWindow *scroller;
  GtkBox *cards;
  AdwWrapBox *draft;
  GtkLabel *summary;
  AdwSpinner *spinner;
  GtkButton *keep;
  GtkButton *discard;
};

enum { PROP_SHOWS_RESULTS = 1, PROP_NARROW, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexResultStrip, annex_result_strip, ANNEX_TYPE_TASK_WIDGET)

/* ---- the draft */

/* Changes of @share that can be kept, by the log. */
static guint
count_changes (AnnexTask *task, AnnexShare *share)
{
  JsonObject *data = annex_task_get_draft (task, annex_share_get_id (share));
  gint64 n = 0;

  if (data == NULL || annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
    return 0;
  n = annex_json_opt_int (data, "added", 0) + annex_json_opt_int (data, "changed", 0) +
      annex_json_opt_int (data, "renamed", 0) + annex_json_opt_int (data, "deleted", 0);
  return (guint) CLAMP (n, 0, G_MAXINT);
}

static GPtrArray *
open_parts (AnnexResultStrip *self, char **summary)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_draft_part_free);
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (self->base.task);
  g_autofree char *name = NULL;
  guint total = 0;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      guint n = count_changes (self->base.task, share);

      if (n == 0)
        continue;
      total += n;
      g_ptr_array_add (parts, annex_draft_part_new (annex_share_get_id (share), NULL, n));
      g_free (name);
      name = annex_text_for_display (annex_share_get_name (share));
    }
  if (self->narrow)
    *summary = g_strdup_printf (ngettext ("%u change", "%u changes", total), total);
  else if (parts->len == 1)
    *summary =
        g_strdup_printf (ngettext ("%u change in %s", "%u changes in %s", total), total, name);
  else
    *summary = g_strdup_printf (
        ngettext ("%u change in %u folders", "%u changes in %u folders", total), total, parts->len);
  return parts;
}

/* Until the log is read a task that rests is taken for one whose results stand here, so that they
 * are not seen in the conversation first, and then move. */
static void
show (AnnexResultStrip *self, gboolean visible, gboolean resting)
{
  gboolean shows_results = self->unread ? resting : visible && self->n_cards > 0;

  gtk_widget_set_visible (GTK_WIDGET (self), visible);
  if (self->shows_results == shows_results)
    return;
  self->shows_results = shows_results;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWS_RESULTS]);
}

static void
update (AnnexResultStrip *self)
{
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *summary = NULL;
  gboolean working;

  if (self->base.desk == NULL || self->base.task == NULL)
    {
      show (self, FALSE, FALSE);
      return;
    }
  parts = open_parts (self, &summary);
  working = annex_task_get_state (self->base.task) == ANNEX_TASK_RUNNING;
  gtk_label_set_text (self->summary, summary);
  gtk_widget_set_visible (GTK_WIDGET (self->draft), parts->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->scroller), self->n_cards > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "strip.keep", !self->busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "strip.discard", !self->busy);
  show (self, !working && (parts->len > 0 || self->n_cards > 0), !working);
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexResultStrip) self = g_weak_ref_get (data);

  if (self != NULL)
    {
      self->busy = FALSE;
      update (self);
    }
  return dex_ref (future);
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
decide_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexResultStrip *self = ANNEX_RESULT_STRIP (widget);
  g_autoptr (GPtrArray) parts = NULL;
  g_autofree char *summary = NULL;
  GWeakRef *ref;
  DexFuture *future;

  if (self->base.desk == NULL || self->base.task == NULL || self->busy)
    return;
  parts = open_parts (self, &summary);
  if (parts->len == 0)
    return;
  future = g_str_equal (name, "strip.keep")
               ? annex_draft_keep_parts (widget, self->base.desk, self->base.task, parts)
               : annex_draft_discard_parts (widget, self->base.desk, self->base.task, parts);
  self->busy = TRUE;
  update (self);
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  dex_future_disown (dex_future_finally (future, done_cb, ref, weak_free));
}

/* ---- the files */

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexTask *task;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_weak_ref_clear (&reading->self);
  g_clear_object (&reading->task);
  g_free (reading);
}

/* What is read of the log. */
static const AnnexEventType read_types[] = { ANNEX_EVENT_FILES_PRESENTED,
                                             ANNEX_EVENT_USER_MESSAGE };

/* Those of the user's last request: what was presented before it is old. As many as are shown: an
 * imported log may name any number. */
static GPtrArray *
presented_paths (GPtrArray *events)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonArray *list = NULL;

      if (annex_event_get_event_type (event) == ANNEX_EVENT_USER_MESSAGE)
        g_ptr_array_set_size (paths, 0);
      else if (annex_event_get_event_type (event) == ANNEX_EVENT_FILES_PRESENTED)
        list = annex_json_opt_array (annex_event_get_data (event), "paths");
      for (guint k = 0; list != NULL && k < json_array_get_length (list) && paths->len < MAX_CARDS;
           k++)
        {
          const char *path = json_node_get_string (json_array_get_element (list, k));

          if (path != NULL && !g_ptr_array_find_with_equal_func (paths, path, g_str_equal, NULL))
            g_ptr_array_add (paths, g_strdup (path));
        }
    }
  return paths;
}

static void
fit_cards (AnnexResultStrip *self)
{
  for (GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (self->cards)); card != NULL;
       card = gtk_widget_get_next_sibling (card))
    {
      annex_result_card_set_compact (ANNEX_RESULT_CARD (card), self->narrow || self->n_cards > 1);
      annex_result_card_set_narrow (ANNEX_RESULT_CARD (card), self->narrow);
    }
  gtk_scrolled_window_set_max_content_height (self->scroller, !self->narrow ? MAX_HEIGHT
                                                              : self->n_cards <= 2
                                                                  ? MAX_HEIGHT_TWO
                                                                  : MAX_HEIGHT_MORE);
}

static void
show_cards (AnnexResultStrip *self, GPtrArray *paths)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->cards))) != NULL)
    gtk_box_remove (self->cards, child);
  self->n_cards = MIN (paths->len, MAX_CARDS);
  for (guint i = 0; i < self->n_cards; i++)
    gtk_box_append (self->cards, annex_result_card_new (self->base.desk, self->base.task,
                                                        g_ptr_array_index (paths, i)));
  fit_cards (self);
  update (self);
}

static DexFuture *
reading_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (AnnexResultStrip) self = NULL;
  g_autoptr (GError) error = NULL;

  events = dex_await_boxed (annex_store_list_events_of (annex_task_get_store (reading->task),
                                                        annex_task_get_id (reading->task),
                                                        read_types, G_N_ELEMENTS (read_types)),
                            &error);
  self = g_weak_ref_get (&reading->self);
  if (events == NULL)
    g_info ("The results cannot be read: %s", error->message);
  if (self == NULL || self->serial != reading->serial)
    return dex_future_new_true ();
  self->unread = FALSE;
  if (events == NULL)
    update (self);
  else
    {
      paths = presented_paths (events);
      show_cards (self, paths);
    }
  return dex_future_new_true ();
}

static void
refresh (gpointer data)
{
  AnnexResultStrip *self = data;
  Reading *reading;

  self->refresh_id = 0;
  self->serial++;
  update (self);
  if (self->base.desk == NULL || self->base.task == NULL)
    return;
  reading = g_new0 (Reading, 1);
  g_weak_ref_init (&reading->self, self);
  reading->serial = self->serial;
  reading->task = g_object_ref (self->base.task);
  annex_fiber_start (reading_fiber, reading, reading_free);
}

static void
queue_refresh (AnnexResultStrip *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_idle_add_once (refresh, self);
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  AnnexResultStrip *self = ANNEX_RESULT_STRIP (widget);
  static const AnnexEventType draw[] = { ANNEX_EVENT_DRAFT_CHANGED, ANNEX_EVENT_STATE_CHANGED,
                                         ANNEX_EVENT_SHARE_MODE, ANNEX_EVENT_SHARE_REVOKED };

  for (guint i = 0; i < G_N_ELEMENTS (read_types); i++)
    if (annex_event_get_event_type (event) == read_types[i])
      queue_refresh (self);
  for (guint i = 0; i < G_N_ELEMENTS (draw); i++)
    if (annex_event_get_event_type (event) == draw[i])
      update (self);
}

/* ---- properties and life */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  queue_refresh (ANNEX_RESULT_STRIP (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexResultStrip *self = ANNEX_RESULT_STRIP (widget);

  self->n_cards = 0;
  self->unread = TRUE;
  update (self);
  queue_refresh (self);
}

static void
set_narrow (AnnexResultStrip *self, gboolean narrow)
{
  if (self->narrow == narrow)
    return;
  self->narrow = narrow;
  fit_cards (self);
  update (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NARROW]);
}

static void
annex_result_strip_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexResultStrip *self = ANNEX_RESULT_STRIP (object);

  switch (id)
    {
    case PROP_SHOWS_RESULTS:
      g_value_set_boolean (value, self->shows_results);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_result_strip_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_NARROW)
    set_narrow (ANNEX_RESULT_STRIP (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_result_strip_dispose (GObject *object)
{
  AnnexResultStrip *self = ANNEX_RESULT_STRIP (object);

  self->serial++;
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  G_OBJECT_CLASS (annex_result_strip_parent_class)->dispose (object);
}

static void
annex_result_strip_class_init (AnnexResultStripClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->get_property = annex_result_strip_get_property;
  object_class->set_property = annex_result_strip_set_property;
  object_class->dispose = annex_result_strip_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  properties[PROP_SHOWS_RESULTS] = g_param_spec_boolean ("shows-results", NULL, NULL, FALSE,
                                                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_NARROW] =
      g_param_spec_boolean ("narrow", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-result-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, scroller);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, cards);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, draft);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, summary);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, spinner);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, keep);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultStrip, discard);
  gtk_widget_class_install_action (widget_class, "strip.keep", NULL, decide_action);
  gtk_widget_class_install_action (widget_class, "strip.discard", NULL, decide_action);
}

static void
annex_result_strip_init (AnnexResultStrip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_result_strip_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_RESULT_STRIP, "desk", desk, "task", task, NULL);
}
