/* annex-transcript.c
 *
 * See annex-transcript.h: the list, and how it reads the log in parts. What events mean is in
 * annex-transcript-build.c and annex-transcript-append.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-transcript-private.h"

/* Events in the first part and in each one more. */
#define FIRST_EVENTS 120
#define MORE_EVENTS 300
/* A part that shows less than this is followed by another. */
#define MIN_ITEMS 20

struct _AnnexTranscript
{
  GObject parent_instance;

  AnnexTask *task;
  AnnexTranscriptBuilder *builder;
  GPtrArray *waiting; /* AnnexEvent that came before the first part; NULL: it is there */
  gint64 before_seq;  /* the oldest event that was read */
  guint n_wanted;     /* of items, before reading stops */
  gboolean loading;
  gboolean complete;
};

static void
list_model_iface_init (GListModelInterface *iface);
static void
load_part (AnnexTranscript *self);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexTranscript,
                               annex_transcript,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

enum {
  PROP_0,
  PROP_LOADED,
  PROP_LOADING,
  PROP_COMPLETE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];
static guint failed_signal;

/* The list */

static GType
transcript_get_item_type (GListModel *model)
{
  return ANNEX_TYPE_TRANSCRIPT_ITEM;
}

static GListModel *
get_items (AnnexTranscript *self)
{
  return G_LIST_MODEL (annex_transcript_builder_get_items (self->builder));
}

static guint
transcript_get_n_items (GListModel *model)
{
  return g_list_model_get_n_items (get_items (ANNEX_TRANSCRIPT (model)));
}

static gpointer
transcript_get_item (GListModel *model, guint position)
{
  return g_list_model_get_item (get_items (ANNEX_TRANSCRIPT (model)), position);
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = transcript_get_item_type;
  iface->get_n_items = transcript_get_n_items;
  iface->get_item = transcript_get_item;
}

/* Reading */

static void
set_loading (AnnexTranscript *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
take_part (AnnexTranscript *self, GPtrArray *events)
{
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  if (events->len > 0)
    self->before_seq = annex_event_get_seq (g_ptr_array_index (events, 0));
  annex_transcript_builder_prepend (self->builder, events);
  for (guint i = 0; waiting != NULL && i < waiting->len; i++)
    annex_transcript_builder_append (self->builder, g_ptr_array_index (waiting, i));
  if ((events->len == 0 || self->before_seq <= 1) && !self->complete)
    {
      self->complete = TRUE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_COMPLETE]);
    }
  if (waiting != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

static DexFuture *
part_read_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexTranscript) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    {
      take_part (self, g_value_get_boxed (value));
      if (!self->complete && transcript_get_n_items (G_LIST_MODEL (self)) < self->n_wanted)
        {
          load_part (self);
          return dex_future_new_true ();
        }
    }
  set_loading (self, FALSE);
  if (error != NULL)
    g_signal_emit (self, failed_signal, 0, error);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
load_part (AnnexTranscript *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  dex_future_disown (dex_future_finally (
      annex_store_list_events_before (annex_task_get_store (self->task),
                                      annex_task_get_id (self->task), self->before_seq,
                                      self->waiting != NULL ? FIRST_EVENTS : MORE_EVENTS),
      part_read_cb, weak, weak_free));
}

void
annex_transcript_load_older (AnnexTranscript *self)
{
  g_return_if_fail (ANNEX_IS_TRANSCRIPT (self));

  if (self->loading || self->complete)
    return;
  self->n_wanted = transcript_get_n_items (G_LIST_MODEL (self)) + MIN_ITEMS;
  set_loading (self, TRUE);
  load_part (self);
}

/* News */

static void
event_cb (AnnexTranscript *self, AnnexEvent *event)
{
  if (self->waiting != NULL)
    g_ptr_array_add (self->waiting, annex_event_ref (event));
  else
    annex_transcript_builder_append (self->builder, event);
}

static void
delta_cb (AnnexTranscript *self, const AnnexDelta *delta)
{
  if (self->waiting == NULL)
    annex_transcript_builder_add_delta (self->builder, delta);
}

static void
output_cb (AnnexTranscript *self, const char *id, GBytes *piece)
{
  if (self->waiting == NULL)
    annex_transcript_builder_add_output (self->builder, id, piece);
}

static void
items_changed_cb (AnnexTranscript *self, guint position, guint removed, guint added)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* The object */

static void
annex_transcript_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexTranscript *self = ANNEX_TRANSCRIPT (object);

  if (id == PROP_LOADED)
    g_value_set_boolean (value, annex_transcript_get_loaded (self));
  else if (id == PROP_LOADING)
    g_value_set_boolean (value, self->loading);
  else if (id == PROP_COMPLETE)
    g_value_set_boolean (value, self->complete);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_transcript_finalize (GObject *object)
{
  AnnexTranscript *self = ANNEX_TRANSCRIPT (object);

  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->builder, annex_transcript_builder_free);
  g_clear_object (&self->task);
  G_OBJECT_CLASS (annex_transcript_parent_class)->finalize (object);
}

static void
annex_transcript_class_init (AnnexTranscriptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  static const char *const names[] = { "loaded", "loading", "complete" };

  object_class->get_property = annex_transcript_get_property;
  object_class->finalize = annex_transcript_finalize;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    properties[i + 1] = g_param_spec_boolean (names[i], NULL, NULL, FALSE,
                                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  failed_signal = g_signal_new ("failed", ANNEX_TYPE_TRANSCRIPT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
annex_transcript_init (AnnexTranscript *self)
{
  self->builder = annex_transcript_builder_new ();
  self->waiting = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_signal_connect_object (annex_transcript_builder_get_items (self->builder), "items-changed",
                           G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
}

AnnexTranscript *
annex_transcript_new (AnnexTask *task)
{
  AnnexTranscript *self;

  g_return_val_if_fail (ANNEX_IS_TASK (task), NULL);

  self = g_object_new (ANNEX_TYPE_TRANSCRIPT, NULL);
  self->task = g_object_ref (task);
  self->before_seq = annex_task_get_last_seq (task) + 1;
  self->n_wanted = MIN_ITEMS;
  self->loading = TRUE;
  g_signal_connect_object (task, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (task, "delta", G_CALLBACK (delta_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (task, "output", G_CALLBACK (output_cb), self, G_CONNECT_SWAPPED);
  load_part (self);
  return self;
}

AnnexTask *
annex_transcript_get_task (AnnexTranscript *self)
{
  return self->task;
}

gboolean
annex_transcript_get_loaded (AnnexTranscript *self)
{
  return self->waiting == NULL;
}

gboolean
annex_transcript_get_loading (AnnexTranscript *self)
{
  return self->loading;
}

gboolean
annex_transcript_get_complete (AnnexTranscript *self)
{
  return self->complete;
}
