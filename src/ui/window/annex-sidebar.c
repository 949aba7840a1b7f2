/* annex-sidebar.c
 *
 * See annex-sidebar.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sidebar.h"

#include "annex-sidebar-model.h"
#include "annex-sidebar-row.h"

#include <glib/gi18n.h>

#define SEARCH_DELAY_MS 150
#define SEARCH_RESULTS_MAX 200
/* Rows are made for all of a list that short: a few at a time no frame is held up. */
#define RESULTS_AT_ONCE 16

struct _AnnexSidebar
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTaskList *tasks;
  AnnexSidebarModel *model;
  GtkSingleSelection *selection;
  GListStore *results;
  GtkSliceListModel *results_shown;
  GtkSingleSelection *results_selection;
  char *selected_task;
  char *computer_state;
  gboolean computer_ready;
  gboolean show_archived;
  guint inbox_count;
  guint search_id;
  guint search_serial;
  guint results_id;
  guint day_id;
  guint select_id;

  GtkStack *stack;
  GtkSearchBar *search_bar;
  GtkSearchEntry *search_entry;
  GtkListView *list;
  GtkListView *result_list;
  GtkButton *inbox_button;
  GtkLabel *inbox_badge;
  GtkButton *computer_button;
  GtkLabel *computer_label;
  GtkImage *computer_icon;
};

G_DEFINE_FINAL_TYPE (AnnexSidebar, annex_sidebar, ADW_TYPE_BIN)

enum {
  PROP_DESK = 1,
  PROP_SELECTED_TASK,
  PROP_SHOW_ARCHIVED,
  PROP_INBOX_COUNT,
  PROP_COMPUTER_STATE,
  PROP_COMPUTER_READY,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

/* ---- which page */

static gboolean
is_searching (AnnexSidebar *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));

  return gtk_search_bar_get_search_mode (self->search_bar) && *text != '\0';
}

static void
update_page (AnnexSidebar *self)
{
  const char *page;

  if (is_searching (self))
    page =
        g_list_model_get_n_items (G_LIST_MODEL (self->results)) > 0 ? "results" : "nothing-found";
  else if (g_list_model_get_n_items (G_LIST_MODEL (self->selection)) > 0)
    page = "tasks";
  else
    page = self->tasks != NULL && annex_task_list_get_loaded (self->tasks) ? "empty" : "loading";
  gtk_stack_set_visible_child_name (self->stack, page);
}

/* ---- search */

typedef struct
{
  GWeakRef sidebar;
  guint serial;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_weak_ref_clear (&search->sidebar);
  g_free (search);
}

static gboolean
more_results_cb (gpointer data)
{
  AnnexSidebar *self = data;
  guint size = gtk_slice_list_model_get_size (self->results_shown) + RESULTS_AT_ONCE;

  gtk_slice_list_model_set_size (self->results_shown, size);
  if (size < g_list_model_get_n_items (G_LIST_MODEL (self->results)))
    return G_SOURCE_CONTINUE;
  self->results_id = 0;
  return G_SOURCE_REMOVE;
}

static void
show_results (AnnexSidebar *self, GPtrArray *items)
{
  g_clear_handle_id (&self->results_id, g_source_remove);
  gtk_slice_list_model_set_size (self->results_shown, RESULTS_AT_ONCE);
  g_list_store_splice (self->results, 0, g_list_model_get_n_items (G_LIST_MODEL (self->results)),
                       items->pdata, items->len);
  if (items->len > RESULTS_AT_ONCE)
    self->results_id = g_idle_add (more_results_cb, self);
  update_page (self);
}

static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  Search *search = data;
  g_autoptr (AnnexSidebar) self = g_weak_ref_get (&search->sidebar);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *found = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self == NULL || self->tasks == NULL || search->serial != self->search_serial)
    return dex_future_new_true ();
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      AnnexTaskSummary *summary = g_ptr_array_index (found, i);
      AnnexTaskItem *item = annex_task_list_find (self->tasks, summary->id);

      if (item != NULL && !annex_sidebar_model_is_hidden (self->model, summary->id))
        g_ptr_array_add (items, item);
    }
  show_results (self, items);
  return dex_future_new_true ();
}

static void
search_now_cb (gpointer data)
{
  AnnexSidebar *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search_entry));
  Search *search;

  self->search_id = 0;
  self->search_serial++;
  if (!is_searching (self) || self->desk == NULL)
    {
      g_list_store_remove_all (self->results);
      update_page (self);
      return;
    }
  search = g_new0 (Search, 1);
  g_weak_ref_init (&search->sidebar, self);
  search->serial = self->search_serial;
  dex_future_disown (dex_future_finally (
      annex_store_search (annex_desk_get_store (self->desk), text, SEARCH_RESULTS_MAX), found_cb,
      search, search_free));
}

static void
search_changed_cb (AnnexSidebar *self)
{
  g_clear_handle_id (&self->search_id, g_source_remove);
  if (!is_searching (self))
    search_now_cb (self);
  else
    self->search_id = g_timeout_add_once (SEARCH_DELAY_MS, search_now_cb, self);
}

static void
search_mode_cb (AnnexSidebar *self)
{
  if (!gtk_search_bar_get_search_mode (self->search_bar))
    gtk_editable_set_text (GTK_EDITABLE (self->search_entry), "");
  search_changed_cb (self);
}

static void
open_item (AnnexSidebar *self, GtkSingleSelection *selection, guint position)
{
  g_autoptr (AnnexTaskItem) item = g_list_model_get_item (G_LIST_MODEL (selection), position);

  if (item != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-task", "s",
                                annex_task_item_get_id (item));
}

static void
activate_cb (AnnexSidebar *self, guint position, GtkListView *list)
{
  open_item (self, GTK_SINGLE_SELECTION (gtk_list_view_get_model (list)), position);
}

/* Enter in the entry opens the first that was found. */
static void
search_activate_cb (AnnexSidebar *self)
{
  if (is_searching (self) && g_list_model_get_n_items (G_LIST_MODEL (self->results)) > 0)
    open_item (self, self->results_selection, 0);
}

/* ---- the list */

/* What decides the group is named too: so the words follow when it changes under them. */
static char *
group_name (GtkListHeader *header, AnnexTaskItem *item, int state, int open_asks, gboolean archived)
{
  return g_strdup (item != NULL ? annex_sidebar_group_name (annex_sidebar_group_of (item, 0)) : "");
}

static void
select_task (AnnexSidebar *self, GtkSingleSelection *selection)
{
  guint length = g_list_model_get_n_items (G_LIST_MODEL (selection));

  for (guint i = 0; self->selected_task != NULL && i < length; i++)
    {
      g_autoptr (AnnexTaskItem) item = g_list_model_get_item (G_LIST_MODEL (selection), i);

      if (g_str_equal (annex_task_item_get_id (item), self->selected_task))
        {
          gtk_single_selection_set_selected (selection, i);
          return;
        }
    }
  gtk_single_selection_set_selected (selection, GTK_INVALID_LIST_POSITION);
}

static void
reselect_cb (gpointer data)
{
  AnnexSidebar *self = data;

  self->select_id = 0;
  select_task (self, self->selection);
  update_page (self);
}

/* Later: the list view has not heard of the change yet, and must hear of it before a selection. */
static void
items_changed_cb (AnnexSidebar *self)
{
  if (self->select_id == 0)
    self->select_id = g_idle_add_once (reselect_cb, self);
}

static AnnexSidebarRow *
focused_row (AnnexSidebar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkWidget *child = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  return child != NULL && ANNEX_IS_SIDEBAR_ROW (child) ? ANNEX_SIDEBAR_ROW (child) : NULL;
}

const char *
annex_sidebar_get_focused_task (AnnexSidebar *self)
{
  AnnexSidebarRow *row = focused_row (self);
  AnnexTaskItem *item = row != NULL ? annex_sidebar_row_get_item (row) : NULL;

  return item != NULL ? annex_task_item_get_id (item) : NULL;
}

static gboolean
key_cb (AnnexSidebar *self,
        guint key,
        guint code,
        GdkModifierType state,
        GtkEventController *controller)
{
  AnnexSidebarRow *row = focused_row (self);
  GdkModifierType modifiers = state & gtk_accelerator_get_default_mod_mask ();
  const char *action = NULL;

  if (row == NULL || annex_sidebar_row_get_item (row) == NULL)
    return GDK_EVENT_PROPAGATE;
  if (key == GDK_KEY_Escape && gtk_search_bar_get_search_mode (self->search_bar))
    {
      gtk_search_bar_set_search_mode (self->search_bar, FALSE);
      gtk_widget_grab_focus (GTK_WIDGET (self->list));
      return GDK_EVENT_STOP;
    }
  if (key == GDK_KEY_Menu || (key == GDK_KEY_F10 && modifiers == GDK_SHIFT_MASK))
    {
      annex_sidebar_row_show_menu (row);
      return GDK_EVENT_STOP;
    }
  if (modifiers == 0 && (key == GDK_KEY_Delete || key == GDK_KEY_KP_Delete))
    action = "win.delete-task";
  else if (modifiers == 0 && key == GDK_KEY_F2)
    action = "win.rename-task";
  if (action == NULL)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_activate_action (GTK_WIDGET (self), action, "s",
                              annex_task_item_get_id (annex_sidebar_row_get_item (row)));
  return GDK_EVENT_STOP;
}

/* Groups are named after days: some time after midnight they are made anew. */
static gboolean
day_cb (gpointer data)
{
  annex_sidebar_model_refresh (ANNEX_SIDEBAR (data)->model);
  return G_SOURCE_CONTINUE;
}

/* ---- properties */

void
annex_sidebar_set_desk (AnnexSidebar *self, AnnexDesk *desk)
{
  if (!g_set_object (&self->desk, desk))
    return;
  if (self->tasks != NULL)
    g_signal_handlers_disconnect_by_func (self->tasks, update_page, self);
  g_clear_object (&self->tasks);
  if (desk != NULL)
    {
      self->tasks = annex_task_list_new (annex_desk_get_store (desk));
      g_signal_connect_object (self->tasks, "notify::loaded", G_CALLBACK (update_page), self,
                               G_CONNECT_SWAPPED);
    }
  annex_sidebar_model_set_tasks (self->model, self->tasks);
  update_page (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

AnnexTaskList *
annex_sidebar_get_tasks (AnnexSidebar *self)
{
  return self->tasks;
}

const char *
annex_sidebar_get_selected_task (AnnexSidebar *self)
{
  return self->selected_task;
}

void
annex_sidebar_set_selected_task (AnnexSidebar *self, const char *task_id)
{
  if (!g_set_str (&self->selected_task, task_id))
    return;
  select_task (self, self->selection);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_TASK]);
}

void
annex_sidebar_set_task_hidden (AnnexSidebar *self, const char *task_id, gboolean hidden)
{
  guint length = g_list_model_get_n_items (G_LIST_MODEL (self->results));

  annex_sidebar_model_set_hidden (self->model, task_id, hidden);
  if (!hidden)
    search_changed_cb (self);
  for (guint i = 0; hidden && i < length; i++)
    {
      g_autoptr (AnnexTaskItem) item = g_list_model_get_item (G_LIST_MODEL (self->results), i);

      if (!g_str_equal (annex_task_item_get_id (item), task_id))
        continue;
      g_list_store_remove (self->results, i);
      update_page (self);
      return;
    }
}

void
annex_sidebar_start_search (AnnexSidebar *self, const char *text)
{
  gtk_search_bar_set_search_mode (self->search_bar, TRUE);
  if (text != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->search_entry), text);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

char *
annex_sidebar_dup_neighbour (AnnexSidebar *self, int step)
{
  guint selected = gtk_single_selection_get_selected (self->selection);
  gint64 position = selected == GTK_INVALID_LIST_POSITION ? (step > 0 ? -1 : 1) : (gint64) selected;
  g_autoptr (AnnexTaskItem) item = NULL;

  position += step;
  if (position < 0)
    return NULL;
  item = g_list_model_get_item (G_LIST_MODEL (self->selection), (guint) position);
  return item != NULL ? g_strdup (annex_task_item_get_id (item)) : NULL;
}

static void
update_foot (AnnexSidebar *self)
{
  g_autofree char *count = g_strdup_printf ("%u", self->inbox_count);
  g_autofree char *name = NULL;

  gtk_label_set_text (self->inbox_badge, count);
  gtk_widget_set_visible (GTK_WIDGET (self->inbox_badge), self->inbox_count > 0);
  name = self->inbox_count == 0
             ? g_strdup (_ ("Inbox"))
             : g_strdup_printf (ngettext ("Inbox, %u open", "Inbox, %u open", self->inbox_count),
                                self->inbox_count);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->inbox_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->computer_button), self->computer_state != NULL);
  gtk_label_set_text (self->computer_label,
                      self->computer_state != NULL ? self->computer_state : "");
  gtk_widget_remove_css_class (GTK_WIDGET (self->computer_icon), "success");
  if (self->computer_ready)
    gtk_widget_add_css_class (GTK_WIDGET (self->computer_icon), "success");
}

static void
annex_sidebar_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexSidebar *self = ANNEX_SIDEBAR (object);

  switch (id)
    {
    case PROP_DESK:
      g_value_set_object (value, self->desk);
      break;
    case PROP_SELECTED_TASK:
      g_value_set_string (value, self->selected_task);
      break;
    case PROP_SHOW_ARCHIVED:
      g_value_set_boolean (value, self->show_archived);
      break;
    case PROP_INBOX_COUNT:
      g_value_set_uint (value, self->inbox_count);
      break;
    case PROP_COMPUTER_STATE:
      g_value_set_string (value, self->computer_state);
      break;
    case PROP_COMPUTER_READY:
      g_value_set_boolean (value, self->computer_ready);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_sidebar_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexSidebar *self = ANNEX_SIDEBAR (object);

  switch (id)
    {
    case PROP_DESK:
      annex_sidebar_set_desk (self, g_value_get_object (value));
      return;
    case PROP_SELECTED_TASK:
      annex_sidebar_set_selected_task (self, g_value_get_string (value));
      return;
    case PROP_SHOW_ARCHIVED:
      if (self->show_archived == g_value_get_boolean (value))
        return;
      self->show_archived = g_value_get_boolean (value);
      annex_sidebar_model_set_show_archived (self->model, self->show_archived);
      break;
    case PROP_INBOX_COUNT:
      if (self->inbox_count == g_value_get_uint (value))
        return;
      self->inbox_count = g_value_get_uint (value);
      break;
    case PROP_COMPUTER_STATE:
      if (!g_set_str (&self->computer_state, g_value_get_string (value)))
        return;
      break;
    case PROP_COMPUTER_READY:
      if (self->computer_ready == g_value_get_boolean (value))
        return;
      self->computer_ready = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  update_foot (self);
  g_object_notify_by_pspec (object, pspec);
}

/* ---- the type */

static void
annex_sidebar_root (GtkWidget *widget)
{
  AnnexSidebar *self = ANNEX_SIDEBAR (widget);

  GTK_WIDGET_CLASS (annex_sidebar_parent_class)->root (widget);
  gtk_search_bar_set_key_capture_widget (self->search_bar, GTK_WIDGET (self->list));
}

static void
annex_sidebar_dispose (GObject *object)
{
  AnnexSidebar *self = ANNEX_SIDEBAR (object);

  g_clear_handle_id (&self->search_id, g_source_remove);
  g_clear_handle_id (&self->results_id, g_source_remove);
  g_clear_handle_id (&self->day_id, g_source_remove);
  g_clear_handle_id (&self->select_id, g_source_remove);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_func (self->selection, items_changed_cb, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SIDEBAR);
  g_clear_object (&self->selection);
  g_clear_object (&self->results_selection);
  g_clear_object (&self->results_shown);
  g_clear_object (&self->results);
  g_clear_object (&self->model);
  g_clear_object (&self->tasks);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->selected_task, g_free);
  g_clear_pointer (&self->computer_state, g_free);
  G_OBJECT_CLASS (annex_sidebar_parent_class)->dispose (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_SELECTED_TASK] = g_param_spec_string ("selected-task", NULL, NULL, NULL, flags);
  properties[PROP_SHOW_ARCHIVED] = g_param_spec_boolean ("show-archived", NULL, NULL, FALSE, flags);
  properties[PROP_INBOX_COUNT] =
      g_param_spec_uint ("inbox-count", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_COMPUTER_STATE] = g_param_spec_string ("computer-state", NULL, NULL, NULL, flags);
  properties[PROP_COMPUTER_READY] =
      g_param_spec_boolean ("computer-ready", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
annex_sidebar_class_init (AnnexSidebarClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_sidebar_get_property;
  object_class->set_property = annex_sidebar_set_property;
  object_class->dispose = annex_sidebar_dispose;
  widget_class->root = annex_sidebar_root;
  install_properties (object_class);

  g_type_ensure (ANNEX_TYPE_SIDEBAR_ROW);
  g_type_ensure (ANNEX_TYPE_TASK_ITEM);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-sidebar.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, list);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, result_list);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, inbox_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, inbox_badge);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, computer_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, computer_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidebar, computer_icon);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_mode_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, key_cb);
  gtk_widget_class_bind_template_callback (widget_class, group_name);
}

static GtkSingleSelection *
new_selection (GListModel *model)
{
  GtkSingleSelection *selection = gtk_single_selection_new (NULL);

  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_model (selection, model);
  return selection;
}

static void
annex_sidebar_init (AnnexSidebar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->model = annex_sidebar_model_new ();
  self->selection = new_selection (annex_sidebar_model_get_list (self->model));
  g_signal_connect_swapped (self->selection, "items-changed", G_CALLBACK (items_changed_cb), self);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  self->results = g_list_store_new (ANNEX_TYPE_TASK_ITEM);
  self->results_shown =
      gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (self->results)), 0, RESULTS_AT_ONCE);
  self->results_selection = new_selection (G_LIST_MODEL (self->results_shown));
  gtk_list_view_set_model (self->result_list, GTK_SELECTION_MODEL (self->results_selection));
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->search_entry));
  self->day_id = g_timeout_add_seconds (10 * 60, day_cb, self);
  update_foot (self);
  update_page (self);
}
