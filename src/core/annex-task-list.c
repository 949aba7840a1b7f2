/* annex-task-list.c
 *
 * See annex-task-list.h. Own changes are heard from the store and read one task at a time; whether
 * another process has written is looked at every two seconds, which costs next to nothing, and then
 * the whole list is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-list-private.h"

#include "annex-future.h"

#include <string.h>

#define OTHERS_POLL_S 2
/* A running task appends many events a second; its line follows that often. */
#define SETTLE_MS 120

struct _AnnexTaskList
{
  GObject parent_instance;

  AnnexStore *store;
  GPtrArray *items;  /* AnnexTaskItem, newest first */
  GHashTable *by_id; /* borrowed id → borrowed item */
  GHashTable *dirty; /* ids of tasks with news */
  gboolean stale;    /* the whole list must be read again */
  gboolean reading;
  gboolean loaded;
  gint64 others_version;
  guint settle;
  guint poll;
};

static void
list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexTaskList,
                               annex_task_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

enum {
  PROP_0,
  PROP_LOADED,
  N_PROPS,
};

enum {
  SIGNAL_FAILED,
  N_SIGNALS,
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static GType
get_item_type (GListModel *model)
{
  return ANNEX_TYPE_TASK_ITEM;
}

static guint
get_n_items (GListModel *model)
{
  return ANNEX_TASK_LIST (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  AnnexTaskList *self = ANNEX_TASK_LIST (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position))
                                     : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* Order */

/* Newest first, of two that are equally old the later made one, as the store has it. */
static gboolean
goes_before (AnnexTaskItem *item, const char *id, gint64 updated_us)
{
  gint64 own = annex_task_item_get_updated_us (item);

  return own > updated_us || (own == updated_us && strcmp (annex_task_item_get_id (item), id) > 0);
}

static void
insert_item (AnnexTaskList *self, const AnnexTaskSummary *summary)
{
  AnnexTaskItem *item = annex_task_item_new (summary);
  guint at = 0;

  while (at < self->items->len &&
         goes_before (g_ptr_array_index (self->items, at), summary->id, summary->updated_us))
    at++;
  g_ptr_array_insert (self->items, (int) at, item);
  g_hash_table_insert (self->by_id, (gpointer) annex_task_item_get_id (item), item);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 0, 1);
}

static void
remove_item (AnnexTaskList *self, AnnexTaskItem *item)
{
  guint at;

  if (!g_ptr_array_find (self->items, item, &at))
    return;
  g_hash_table_remove (self->by_id, annex_task_item_get_id (item));
  g_ptr_array_remove_index (self->items, at);
  g_list_model_items_changed (G_LIST_MODEL (self), at, 1, 0);
}

/* Moves @item to its place after it was updated. */
static void
place_item (AnnexTaskList *self, AnnexTaskItem *item)
{
  const char *id = annex_task_item_get_id (item);
  gint64 updated_us = annex_task_item_get_updated_us (item);
  guint from;
  guint to = 0;

  if (!g_ptr_array_find (self->items, item, &from))
    return;
  for (guint i = 0; i < self->items->len; i++)
    if (i != from && goes_before (g_ptr_array_index (self->items, i), id, updated_us))
      to++;
  if (to == from)
    return;
  g_ptr_array_insert (self->items, to > from ? (int) to + 1 : (int) to, g_object_ref (item));
  g_ptr_array_remove_index (self->items, to > from ? from : from + 1);
  g_list_model_items_changed (G_LIST_MODEL (self), MIN (from, to), ABS ((int) to - (int) from) + 1,
                              ABS ((int) to - (int) from) + 1);
}

static void
merge_summary (AnnexTaskList *self, const AnnexTaskSummary *summary)
{
  AnnexTaskItem *item = g_hash_table_lookup (self->by_id, summary->id);
  gboolean moved;

  if (item == NULL)
    {
      insert_item (self, summary);
      return;
    }
  moved = annex_task_item_get_updated_us (item) != summary->updated_us;
  annex_task_item_update (item, summary);
  if (moved)
    place_item (self, item);
}

/* The first reading: one change of the model instead of thousands. */
static void
fill (AnnexTaskList *self, GPtrArray *summaries)
{
  for (guint i = 0; i < summaries->len; i++)
    {
      AnnexTaskItem *item = annex_task_item_new (g_ptr_array_index (summaries, i));

      g_ptr_array_add (self->items, item);
      g_hash_table_insert (self->by_id, (gpointer) annex_task_item_get_id (item), item);
    }
  if (summaries->len > 0)
    g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, summaries->len);
}

static void
merge_all (AnnexTaskList *self, GPtrArray *summaries)
{
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < summaries->len; i++)
    g_hash_table_add (present, ((AnnexTaskSummary *) g_ptr_array_index (summaries, i))->id);
  for (guint i = self->items->len; i > 0; i--)
    {
      AnnexTaskItem *item = g_ptr_array_index (self->items, i - 1);

      if (!g_hash_table_contains (present, annex_task_item_get_id (item)))
        remove_item (self, item);
    }
  if (self->items->len == 0)
    fill (self, summaries);
  else
    for (guint i = 0; i < summaries->len; i++)
      merge_summary (self, g_ptr_array_index (summaries, i));
}

/* Reading */

typedef struct
{
  GWeakRef list;
  AnnexStore *store;
  gboolean everything;
  char **ids;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_weak_ref_clear (&reading->list);
  g_object_unref (reading->store);
  g_strfreev (reading->ids);
  g_free (reading);
}

static void
update (AnnexTaskList *self);

static void
loaded (AnnexTaskList *self)
{
  if (self->loaded)
    return;
  self->loaded = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADED]);
}

static void
fail (Reading *reading, const GError *error)
{
  g_autoptr (AnnexTaskList) self = g_weak_ref_get (&reading->list);

  if (self != NULL)
    g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

static void
read_all (Reading *reading)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) summaries =
      dex_await_boxed (annex_store_list_tasks (reading->store), &error);
  g_autoptr (AnnexTaskList) self = g_weak_ref_get (&reading->list);

  if (summaries == NULL)
    fail (reading, error);
  else if (self != NULL)
    {
      merge_all (self, summaries);
      loaded (self);
    }
}

static void
read_one (Reading *reading, const char *id)
{
  g_autoptr (GError) error = NULL;
  AnnexTaskSummary *summary =
      dex_await_boxed (annex_store_get_summary (reading->store, id), &error);
  g_autoptr (AnnexTaskList) self = g_weak_ref_get (&reading->list);
  AnnexTaskItem *item = self != NULL ? g_hash_table_lookup (self->by_id, id) : NULL;

  if (summary != NULL && self != NULL)
    merge_summary (self, summary);
  else if (g_error_matches (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND))
    {
      if (item != NULL)
        remove_item (self, item);
    }
  else if (summary == NULL)
    fail (reading, error);
  g_clear_pointer (&summary, annex_task_summary_free);
}

static DexFuture *
read_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr (AnnexTaskList) self = NULL;

  if (reading->everything)
    read_all (reading);
  for (guint i = 0; !reading->everything && reading->ids[i] != NULL; i++)
    read_one (reading, reading->ids[i]);
  self = g_weak_ref_get (&reading->list);
  if (self != NULL)
    {
      self->reading = FALSE;
      update (self);
    }
  return dex_future_new_true ();
}

static gboolean
settle_cb (gpointer data)
{
  AnnexTaskList *self = data;
  Reading *reading = g_new0 (Reading, 1);
  g_autofree char **ids = (char **) g_hash_table_get_keys_as_array (self->dirty, NULL);

  self->settle = 0;
  self->reading = TRUE;
  g_weak_ref_init (&reading->list, self);
  reading->store = g_object_ref (self->store);
  reading->everything = self->stale;
  reading->ids = g_strdupv (ids);
  self->stale = FALSE;
  g_hash_table_remove_all (self->dirty);
  annex_fiber_start (read_fiber, reading, reading_free);
  return G_SOURCE_REMOVE;
}

static void
update (AnnexTaskList *self)
{
  if (self->reading || self->settle != 0 || (!self->stale && g_hash_table_size (self->dirty) == 0))
    return;
  self->settle = g_timeout_add (self->loaded ? SETTLE_MS : 0, settle_cb, self);
}

/* News */

static void
appended_cb (AnnexTaskList *self, AnnexEvent *event)
{
  g_hash_table_add (self->dirty, g_strdup (annex_event_get_task_id (event)));
  update (self);
}

static void
tasks_changed_cb (AnnexTaskList *self)
{
  self->stale = TRUE;
  update (self);
}

static DexFuture *
others_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexTaskList) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL); /* the next look tries again */

  if (self == NULL || value == NULL)
    return dex_future_new_true ();
  if (self->others_version != 0 && self->others_version != g_value_get_int64 (value))
    tasks_changed_cb (self);
  self->others_version = g_value_get_int64 (value);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static gboolean
poll_cb (gpointer data)
{
  AnnexTaskList *self = data;
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  dex_future_disown (dex_future_finally (annex_store_get_others_version (self->store), others_cb,
                                         weak, weak_free));
  return G_SOURCE_CONTINUE;
}

/* The object */

static void
annex_task_list_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOADED)
    g_value_set_boolean (value, ANNEX_TASK_LIST (object)->loaded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_task_list_dispose (GObject *object)
{
  AnnexTaskList *self = ANNEX_TASK_LIST (object);

  g_clear_handle_id (&self->settle, g_source_remove);
  g_clear_handle_id (&self->poll, g_source_remove);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_task_list_parent_class)->dispose (object);
}

static void
annex_task_list_finalize (GObject *object)
{
  AnnexTaskList *self = ANNEX_TASK_LIST (object);

  g_hash_table_unref (self->by_id);
  g_hash_table_unref (self->dirty);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (annex_task_list_parent_class)->finalize (object);
}

static void
annex_task_list_class_init (AnnexTaskListClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_task_list_get_property;
  object_class->dispose = annex_task_list_dispose;
  object_class->finalize = annex_task_list_finalize;
  properties[PROP_LOADED] =
      g_param_spec_boolean ("loaded", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", ANNEX_TYPE_TASK_LIST, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
annex_task_list_init (AnnexTaskList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  self->dirty = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

AnnexTaskList *
annex_task_list_new (AnnexStore *store)
{
  AnnexTaskList *self = g_object_new (ANNEX_TYPE_TASK_LIST, NULL);

  g_return_val_if_fail (ANNEX_IS_STORE (store), self);
  self->store = g_object_ref (store);
  g_signal_connect_swapped (store, "appended", G_CALLBACK (appended_cb), self);
  g_signal_connect_swapped (store, "tasks-changed", G_CALLBACK (tasks_changed_cb), self);
  self->poll = g_timeout_add_seconds (OTHERS_POLL_S, poll_cb, self);
  poll_cb (self);
  tasks_changed_cb (self);
  return self;
}

gboolean
annex_task_list_get_loaded (AnnexTaskList *self)
{
  return self->loaded;
}

AnnexTaskItem *
annex_task_list_find (AnnexTaskList *self, const char *task_id)
{
  return g_hash_table_lookup (self->by_id, task_id);
}
