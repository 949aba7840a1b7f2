/* annex-inbox-page.c
 *
 * See annex-inbox-page.h. Items keep their identity from one reading to the next, so that one that
 * is being answered stays open.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-inbox-page.h"

#include "annex-inbox-row.h"
#include "annex-then.h"

#include <glib/gi18n.h>

#define RELOAD_DELAY_MS 120

struct _AnnexInboxPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  GListStore *items; /* AnnexInboxItem */
  GHashTable *by_id; /* ask id → AnnexInboxItem (borrowed from items) */
  guint reload_source;
  gboolean loading;
  gboolean again;
  guint n_open;
  char *wanted; /* the ask to show; nullable */

  GtkStack *stack;
  GtkListView *view;
};

enum { PROP_DESK = 1, PROP_N_OPEN, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint open_task_signal;

G_DEFINE_FINAL_TYPE (AnnexInboxPage, annex_inbox_page, ADW_TYPE_BIN)

/* ---- reading */

static AnnexInboxItem *
take_item (AnnexInboxPage *self, const AnnexInboxEntry *entry)
{
  AnnexInboxItem *item = g_hash_table_lookup (self->by_id, annex_ask_get_id (entry->ask));

  if (item == NULL)
    return annex_inbox_item_new (entry);
  annex_inbox_item_set_entry (item, entry);
  return g_object_ref (item);
}

static void
set_items (AnnexInboxPage *self, GPtrArray *fresh)
{
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint from = 0;
  guint same_end = 0;

  /* Only what differs is replaced: the rest keeps its place, its focus and what is open in it. */
  for (; from < n_old && from < fresh->len; from++)
    {
      g_autoptr (GObject) old = g_list_model_get_item (G_LIST_MODEL (self->items), from);

      if (old != g_ptr_array_index (fresh, from))
        break;
    }
  for (; same_end < n_old - from && same_end < fresh->len - from; same_end++)
    {
      g_autoptr (GObject) old =
          g_list_model_get_item (G_LIST_MODEL (self->items), n_old - 1 - same_end);

      if (old != g_ptr_array_index (fresh, fresh->len - 1 - same_end))
        break;
    }
  g_list_store_splice (self->items, from, n_old - from - same_end, fresh->pdata + from,
                       fresh->len - from - same_end);
  g_hash_table_remove_all (self->by_id);
  for (guint i = 0; i < fresh->len; i++)
    {
      AnnexInboxItem *item = g_ptr_array_index (fresh, i);

      g_hash_table_insert (self->by_id, (char *) annex_inbox_item_get_id (item), item);
    }
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const AnnexInboxEntry *first = *(const AnnexInboxEntry *const *) a;
  const AnnexInboxEntry *second = *(const AnnexInboxEntry *const *) b;
  gint64 time_first = MAX (first->opened_us, first->closed_us);
  gint64 time_second = MAX (second->opened_us, second->closed_us);

  if ((first->state == ANNEX_INBOX_OPEN) != (second->state == ANNEX_INBOX_OPEN))
    return first->state == ANNEX_INBOX_OPEN ? -1 : 1;
  return time_first > time_second ? -1 : time_first < time_second;
}

static void
show_wanted (AnnexInboxPage *self)
{
  AnnexInboxItem *item =
      self->wanted != NULL ? g_hash_table_lookup (self->by_id, self->wanted) : NULL;
  guint position;

  if (item == NULL || !g_list_store_find (self->items, item, &position))
    return;
  g_clear_pointer (&self->wanted, g_free);
  g_object_set (item, "expanded", TRUE, NULL);
  gtk_list_view_scroll_to (self->view, position, GTK_LIST_SCROLL_FOCUS, NULL);
}

static void
schedule_reload (AnnexInboxPage *self);

static void
loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexInboxPage *self = object;
  GPtrArray *entries = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autoptr (GPtrArray) sorted = NULL;
  g_autoptr (GPtrArray) fresh = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_open = 0;

  self->loading = FALSE;
  if (self->again)
    schedule_reload (self);
  if (entries == NULL)
    {
      gtk_stack_set_visible_child_name (self->stack, "broken");
      return;
    }
  sorted = g_ptr_array_copy (entries, NULL, NULL);
  g_ptr_array_set_free_func (sorted, NULL);
  g_ptr_array_sort (sorted, compare_entries);
  for (guint i = 0; i < sorted->len; i++)
    {
      const AnnexInboxEntry *entry = g_ptr_array_index (sorted, i);

      g_ptr_array_add (fresh, take_item (self, entry));
      n_open += entry->state == ANNEX_INBOX_OPEN;
    }
  set_items (self, fresh);
  gtk_stack_set_visible_child_name (self->stack, fresh->len > 0 ? "list" : "empty");
  show_wanted (self);
  if (self->n_open == n_open)
    return;
  self->n_open = n_open;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_OPEN]);
}

static gboolean
reload_cb (gpointer data)
{
  AnnexInboxPage *self = data;

  self->reload_source = 0;
  self->again = FALSE;
  self->loading = TRUE;
  annex_then (annex_desk_list_inbox (self->desk), self, loaded_cb);
  return G_SOURCE_REMOVE;
}

static void
schedule_reload (AnnexInboxPage *self)
{
  if (self->loading)
    self->again = TRUE;
  else if (self->reload_source == 0 && self->desk != NULL)
    self->reload_source = g_timeout_add (RELOAD_DELAY_MS, reload_cb, self);
}

static void
reload_clicked_cb (AnnexInboxPage *self)
{
  schedule_reload (self);
}

/* ---- rows */

static void
open_task_cb (AnnexInboxPage *self, const char *task_id, const char *ask_id)
{
  g_signal_emit (self, open_task_signal, 0, task_id, ask_id);
}

static void
setup_cb (AnnexInboxPage *self, GtkListItem *list_item)
{
  GtkWidget *row = annex_inbox_row_new ();

  g_signal_connect_object (row, "open-task", G_CALLBACK (open_task_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (list_item, row);
  gtk_list_item_set_activatable (list_item, FALSE);
  gtk_list_item_set_focusable (list_item, FALSE);
}

static void
bind_cb (AnnexInboxPage *self, GtkListItem *list_item)
{
  annex_inbox_row_set_item (ANNEX_INBOX_ROW (gtk_list_item_get_child (list_item)), self->desk,
                            gtk_list_item_get_item (list_item));
}

static void
unbind_cb (AnnexInboxPage *self, GtkListItem *list_item)
{
  if (gtk_list_item_get_child (list_item) != NULL)
    annex_inbox_row_set_item (ANNEX_INBOX_ROW (gtk_list_item_get_child (list_item)), self->desk,
                              NULL);
}

static gboolean
is_open (gpointer item)
{
  return annex_inbox_item_get_entry (item)->state == ANNEX_INBOX_OPEN;
}

static int
compare_sections (gconstpointer a, gconstpointer b, gpointer data)
{
  return is_open ((gpointer) b) - is_open ((gpointer) a);
}

static void
header_setup_cb (AnnexInboxPage *self, GtkListHeader *header)
{
  GtkWidget *clamp = adw_clamp_new ();
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  g_object_set (label, "margin-start", 6, "margin-top", 18, "margin-bottom", 6, NULL);
  gtk_widget_add_css_class (label, "heading");
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 800);
  adw_clamp_set_child (ADW_CLAMP (clamp), label);
  gtk_list_header_set_child (header, clamp);
}

static void
header_bind_cb (AnnexInboxPage *self, GtkListHeader *header)
{
  GtkWidget *label = adw_clamp_get_child (ADW_CLAMP (gtk_list_header_get_child (header)));

  gtk_label_set_text (GTK_LABEL (label), is_open (gtk_list_header_get_item (header))
                                             ? _ ("Needs You")
                                             : _ ("Went On Without It"));
}

/* ---- the widget */

guint
annex_inbox_page_get_n_open (AnnexInboxPage *self)
{
  g_return_val_if_fail (ANNEX_IS_INBOX_PAGE (self), 0);
  return self->n_open;
}

void
annex_inbox_page_show_ask (AnnexInboxPage *self, const char *ask_id)
{
  g_return_if_fail (ANNEX_IS_INBOX_PAGE (self));
  g_free (self->wanted);
  self->wanted = g_strdup (ask_id);
  show_wanted (self);
}

static void
set_desk (AnnexInboxPage *self, AnnexDesk *desk)
{
  if (!g_set_object (&self->desk, desk))
    return;
  if (desk != NULL)
    {
      g_signal_connect_object (desk, "ask-opened", G_CALLBACK (schedule_reload), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (desk, "ask-closed", G_CALLBACK (schedule_reload), self,
                               G_CONNECT_SWAPPED);
      reload_cb (self);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static void
annex_inbox_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexInboxPage *self = ANNEX_INBOX_PAGE (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else
    g_value_set_uint (value, self->n_open);
}

static void
annex_inbox_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  set_desk (ANNEX_INBOX_PAGE (object), g_value_get_object (value));
}

static void
annex_inbox_page_dispose (GObject *object)
{
  AnnexInboxPage *self = ANNEX_INBOX_PAGE (object);

  g_clear_handle_id (&self->reload_source, g_source_remove);
  adw_bin_set_child (ADW_BIN (self), NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_INBOX_PAGE);
  g_hash_table_remove_all (self->by_id);
  g_clear_object (&self->items);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_inbox_page_parent_class)->dispose (object);
}

static void
annex_inbox_page_finalize (GObject *object)
{
  AnnexInboxPage *self = ANNEX_INBOX_PAGE (object);

  g_hash_table_unref (self->by_id);
  g_free (self->wanted);
  G_OBJECT_CLASS (annex_inbox_page_parent_class)->finalize (object);
}

/* Who comes to it sees what came last; while it is looked at, nothing moves. */
static void
annex_inbox_page_map (GtkWidget *widget)
{
  AnnexInboxPage *self = ANNEX_INBOX_PAGE (widget);

  GTK_WIDGET_CLASS (annex_inbox_page_parent_class)->map (widget);
  if (self->wanted == NULL && g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0)
    gtk_list_view_scroll_to (self->view, 0, GTK_LIST_SCROLL_NONE, NULL);
}

static void
annex_inbox_page_class_init (AnnexInboxPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_inbox_page_get_property;
  object_class->set_property = annex_inbox_page_set_property;
  object_class->dispose = annex_inbox_page_dispose;
  widget_class->map = annex_inbox_page_map;
  object_class->finalize = annex_inbox_page_finalize;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_N_OPEN] = g_param_spec_uint ("n-open", NULL, NULL, 0, G_MAXUINT, 0,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  open_task_signal = g_signal_new ("open-task", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                   NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-inbox-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexInboxPage, view);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, header_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, header_bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, reload_clicked_cb);
}

static void
annex_inbox_page_init (AnnexInboxPage *self)
{
  GtkSortListModel *sorted;
  GtkNoSelection *selection;

  self->items = g_list_store_new (ANNEX_TYPE_INBOX_ITEM);
  self->by_id = g_hash_table_new (g_str_hash, g_str_equal);
  gtk_widget_init_template (GTK_WIDGET (self));
  sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->items)), NULL);
  gtk_sort_list_model_set_section_sorter (
      sorted, GTK_SORTER (gtk_custom_sorter_new (compare_sections, NULL, NULL)));
  selection = gtk_no_selection_new (G_LIST_MODEL (sorted));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

GtkWidget *
annex_inbox_page_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_INBOX_PAGE, "desk", desk, NULL);
}
