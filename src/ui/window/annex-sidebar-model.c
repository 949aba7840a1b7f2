/* annex-sidebar-model.c
 *
 * See annex-sidebar-model.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sidebar-model.h"

#include "annex-text.h"

#include <glib/gi18n.h>

#define REGROUP_DELAY_MS 50
#define ROWS_AT_ONCE 16

struct _AnnexSidebarModel
{
  GObject parent_instance;

  AnnexTaskList *tasks;
  GPtrArray *watched; /* AnnexTaskItem, as in tasks */
  GtkFilterListModel *filtered;
  GtkSortListModel *sorted;
  GtkSliceListModel *shown; /* of sorted: at first a part, then all */
  GtkFilter *filter;
  GtkSorter *sorter;
  GtkSorter *section_sorter;
  GHashTable *hidden; /* task ids */
  gboolean show_archived;
  guint regroup_id;
  guint grow_id;
};

G_DEFINE_FINAL_TYPE (AnnexSidebarModel, annex_sidebar_model, G_TYPE_OBJECT)

AnnexSidebarGroup
annex_sidebar_group_of (AnnexTaskItem *item, gint64 now_us)
{
  AnnexTaskState state = annex_task_item_get_state (item);
  int days;

  if (annex_task_item_get_archived (item))
    return ANNEX_GROUP_ARCHIVED;
  if (annex_task_item_get_open_asks (item) > 0 || state == ANNEX_TASK_WAITING)
    return ANNEX_GROUP_NEEDS_YOU;
  if (state == ANNEX_TASK_RUNNING)
    return ANNEX_GROUP_WORKING;
  days = annex_text_days_ago (annex_task_item_get_updated_us (item), now_us);
  return days == 0 ? ANNEX_GROUP_TODAY : days == 1 ? ANNEX_GROUP_YESTERDAY : ANNEX_GROUP_EARLIER;
}

const char *
annex_sidebar_group_name (AnnexSidebarGroup group)
{
  switch (group)
    {
    case ANNEX_GROUP_NEEDS_YOU:
      return _ ("Needs You");
    case ANNEX_GROUP_WORKING:
      return _ ("Working");
    case ANNEX_GROUP_TODAY:
      return _ ("Today");
    case ANNEX_GROUP_YESTERDAY:
      return _ ("Yesterday");
    case ANNEX_GROUP_EARLIER:
      return _ ("Earlier");
    case ANNEX_GROUP_ARCHIVED:
      return _ ("Archived");
    }
  g_return_val_if_reached ("");
}

/* ---- order */

static gboolean
is_shown (gpointer item, gpointer data)
{
  AnnexSidebarModel *self = data;

  if (annex_task_item_get_archived (item) && !self->show_archived)
    return FALSE;
  return !g_hash_table_contains (self->hidden, annex_task_item_get_id (item));
}

static int
compare_groups (gconstpointer a, gconstpointer b, gpointer data)
{
  return gtk_ordering_from_cmpfunc ((int) annex_sidebar_group_of ((AnnexTaskItem *) a, 0) -
                                    (int) annex_sidebar_group_of ((AnnexTaskItem *) b, 0));
}

static int
compare_times (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 first = annex_task_item_get_updated_us ((AnnexTaskItem *) a);
  gint64 second = annex_task_item_get_updated_us ((AnnexTaskItem *) b);

  if (first != second)
    return first > second ? GTK_ORDERING_SMALLER : GTK_ORDERING_LARGER;
  return gtk_ordering_from_cmpfunc (g_strcmp0 (annex_task_item_get_id ((AnnexTaskItem *) b),
                                               annex_task_item_get_id ((AnnexTaskItem *) a)));
}

void
annex_sidebar_model_refresh (AnnexSidebarModel *self)
{
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (self->section_sorter, GTK_SORTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (self->sorter, GTK_SORTER_CHANGE_DIFFERENT);
}

static void
regroup_cb (gpointer data)
{
  AnnexSidebarModel *self = data;

  self->regroup_id = 0;
  annex_sidebar_model_refresh (self);
}

static void
item_changed_cb (AnnexSidebarModel *self)
{
  if (self->regroup_id == 0)
    self->regroup_id = g_timeout_add_once (REGROUP_DELAY_MS, regroup_cb, self);
}

/* ---- what is watched */

static void
watch (AnnexSidebarModel *self, AnnexTaskItem *item)
{
  static const char *const properties[] = { "notify::state", "notify::open-asks",
                                            "notify::archived", "notify::updated-us" };

  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    g_signal_connect_object (item, properties[i], G_CALLBACK (item_changed_cb), self,
                             G_CONNECT_SWAPPED);
}

static void
tasks_changed_cb (AnnexSidebarModel *self, guint position, guint removed, guint added)
{
  for (guint i = 0; i < removed; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->watched, position + i),
                                          item_changed_cb, self);
  if (removed > 0)
    g_ptr_array_remove_range (self->watched, position, removed);
  for (guint i = 0; i < added; i++)
    {
      AnnexTaskItem *item = g_list_model_get_item (G_LIST_MODEL (self->tasks), position + i);

      watch (self, item);
      g_ptr_array_insert (self->watched, (int) (position + i), item);
    }
}

/* ---- growing */

/* A list makes two hundred rows as soon as there are so many items, whatever is seen of them: a few
 * at a time no frame is held up. */
static gboolean
grow_cb (gpointer data)
{
  AnnexSidebarModel *self = data;
  guint size = gtk_slice_list_model_get_size (self->shown);

  if (size < ROWS_AT_ONCE * 13 && size < g_list_model_get_n_items (G_LIST_MODEL (self->sorted)))
    {
      gtk_slice_list_model_set_size (self->shown, size + ROWS_AT_ONCE);
      return G_SOURCE_CONTINUE;
    }
  gtk_slice_list_model_set_size (self->shown, G_MAXUINT);
  self->grow_id = 0;
  return G_SOURCE_REMOVE;
}

/* When there are items for the first time. */
static void
filled_cb (AnnexSidebarModel *self)
{
  if (self->grow_id == 0 && gtk_slice_list_model_get_size (self->shown) == ROWS_AT_ONCE &&
      g_list_model_get_n_items (G_LIST_MODEL (self->sorted)) > ROWS_AT_ONCE)
    self->grow_id = g_idle_add (grow_cb, self);
}

void
annex_sidebar_model_set_tasks (AnnexSidebarModel *self, AnnexTaskList *tasks)
{
  if (self->tasks == tasks)
    return;
  if (self->tasks != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->tasks, tasks_changed_cb, self);
      tasks_changed_cb (self, 0, self->watched->len, 0);
    }
  g_set_object (&self->tasks, tasks);
  g_clear_handle_id (&self->grow_id, g_source_remove);
  gtk_slice_list_model_set_size (self->shown, ROWS_AT_ONCE);
  if (tasks != NULL)
    {
      tasks_changed_cb (self, 0, 0, g_list_model_get_n_items (G_LIST_MODEL (tasks)));
      g_signal_connect_object (tasks, "items-changed", G_CALLBACK (tasks_changed_cb), self,
                               G_CONNECT_SWAPPED);
    }
  gtk_filter_list_model_set_model (self->filtered, tasks != NULL ? G_LIST_MODEL (tasks) : NULL);
}

static void
annex_sidebar_model_dispose (GObject *object)
{
  AnnexSidebarModel *self = ANNEX_SIDEBAR_MODEL (object);

  g_clear_handle_id (&self->regroup_id, g_source_remove);
  g_clear_handle_id (&self->grow_id, g_source_remove);
  if (self->filtered != NULL)
    annex_sidebar_model_set_tasks (self, NULL);
  g_clear_object (&self->shown);
  g_clear_object (&self->sorted);
  g_clear_object (&self->filtered);
  g_clear_object (&self->filter);
  g_clear_object (&self->sorter);
  g_clear_object (&self->section_sorter);
  g_clear_pointer (&self->watched, g_ptr_array_unref);
  g_clear_pointer (&self->hidden, g_hash_table_unref);
  G_OBJECT_CLASS (annex_sidebar_model_parent_class)->dispose (object);
}

static void
annex_sidebar_model_class_init (AnnexSidebarModelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_sidebar_model_dispose;
}

static void
annex_sidebar_model_init (AnnexSidebarModel *self)
{
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->filter = GTK_FILTER (gtk_custom_filter_new (is_shown, self, NULL));
  self->sorter = GTK_SORTER (gtk_custom_sorter_new (compare_times, self, NULL));
  self->section_sorter = GTK_SORTER (gtk_custom_sorter_new (compare_groups, self, NULL));
  self->filtered = gtk_filter_list_model_new (NULL, g_object_ref (self->filter));
  self->sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->filtered)),
                                          g_object_ref (self->sorter));
  gtk_sort_list_model_set_section_sorter (self->sorted, self->section_sorter);
  self->shown =
      gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (self->sorted)), 0, ROWS_AT_ONCE);
  g_signal_connect_object (self->sorted, "items-changed", G_CALLBACK (filled_cb), self,
                           G_CONNECT_SWAPPED);
}

AnnexSidebarModel *
annex_sidebar_model_new (void)
{
  return g_object_new (ANNEX_TYPE_SIDEBAR_MODEL, NULL);
}

GListModel *
annex_sidebar_model_get_list (AnnexSidebarModel *self)
{
  return G_LIST_MODEL (self->shown);
}

void
annex_sidebar_model_set_show_archived (AnnexSidebarModel *self, gboolean show_archived)
{
  if (self->show_archived == show_archived)
    return;
  self->show_archived = show_archived;
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

void
annex_sidebar_model_set_hidden (AnnexSidebarModel *self, const char *task_id, gboolean hidden)
{
  if (hidden)
    g_hash_table_add (self->hidden, g_strdup (task_id));
  else
    g_hash_table_remove (self->hidden, task_id);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
}

gboolean
annex_sidebar_model_is_hidden (AnnexSidebarModel *self, const char *task_id)
{
  return g_hash_table_contains (self->hidden, task_id);
}

guint
annex_sidebar_model_count (AnnexSidebarModel *self, AnnexSidebarGroup group)
{
  guint length = g_list_model_get_n_items (G_LIST_MODEL (self->sorted));
  guint count = 0;

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (AnnexTaskItem) item = g_list_model_get_item (G_LIST_MODEL (self->sorted), i);

      count += annex_sidebar_group_of (item, 0) == group;
    }
  return count;
}
