/* annex-files-pane.c
 *
 * The tree, its reading and what is selected. Actions are in annex-files-pane-actions.c, earlier
 * keeps in annex-files-pane-history.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-files-pane-private.h"

#include "annex-change-words.h"
#include "annex-draft-row.h"
#include "annex-future.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define MAX_EXPANDED 200
#define MAX_LOOKED_AT 2000

G_DEFINE_FINAL_TYPE (AnnexFilesPane, annex_files_pane, ANNEX_TYPE_TASK_WIDGET)

/* ---- the line and the buttons */

static void
count_roots (AnnexFilesPane *self, guint *keepable, guint *checked, guint *refused, guint64 *size)
{
  *keepable = *checked = *refused = 0;
  *size = 0;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->roots)); i++)
    {
      g_autoptr (AnnexDraftNode) root = g_list_model_get_item (G_LIST_MODEL (self->roots), i);

      *keepable += annex_draft_node_get_n_keepable (root);
      *checked += annex_draft_node_get_n_checked (root);
      *refused += annex_draft_node_get_counts (root)->refused;
      *size += annex_draft_node_get_counts (root)->size_bytes;
    }
}

void
annex_files_pane_update (AnnexFilesPane *self)
{
  guint keepable;
  guint checked;
  guint refused;
  guint64 size;
  g_autofree char *text = NULL;
  g_autofree char *bytes = NULL;

  count_roots (self, &keepable, &checked, &refused, &size);
  bytes = annex_text_format_size (size);
  if (keepable + refused == 0)
    text = g_strdup (_ ("No changes to look at"));
  else if (checked < keepable)
    text =
        g_strdup_printf (ngettext ("%u of %u change chosen", "%u of %u changes chosen", keepable),
                         checked, keepable);
  else
    text =
        g_strdup_printf (ngettext ("%u change · %s", "%u changes · %s", keepable), keepable, bytes);
  if (!self->busy)
    gtk_label_set_text (self->status, text);
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), self->busy);
  gtk_widget_set_visible (GTK_WIDGET (self->keep), keepable > 0);
  gtk_widget_set_visible (GTK_WIDGET (self->discard), keepable > 0);
  gtk_button_set_label (self->keep, checked == keepable ? _ ("Keep All") : _ ("Keep Chosen"));
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "keep")),
      checked > 0 && !self->busy);
  g_simple_action_set_enabled (
      G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "discard")),
      checked > 0 && !self->busy);
}

/* ---- reading */

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexDesk *desk;
  AnnexTask *task;
  GHashTable *unchosen; /* share id → set of paths */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_weak_ref_clear (&reading->self);
  g_clear_object (&reading->desk);
  g_clear_object (&reading->task);
  g_clear_pointer (&reading->unchosen, g_hash_table_unref);
  g_free (reading);
}

typedef struct
{
  AnnexShare *share;
  GPtrArray *changes;
  GHashTable *unchosen;
} Build;

static void
build_free (gpointer data)
{
  Build *build = data;

  annex_share_unref (build->share);
  g_ptr_array_unref (build->changes);
  g_clear_pointer (&build->unchosen, g_hash_table_unref);
  g_free (build);
}

static DexFuture *
build_work (gpointer data)
{
  Build *build = data;

  return dex_future_new_take_object (
      annex_draft_node_new (build->share, build->changes, build->unchosen));
}

/* The draft as the log tells it; @cut when it tells only the first of many. */
static GPtrArray *
changes_of_log (AnnexTask *task, AnnexShare *share, gboolean *cut)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  JsonObject *data = annex_task_get_draft (task, annex_share_get_id (share));
  JsonArray *entries = data != NULL ? annex_json_opt_array (data, "entries") : NULL;
  guint n = entries != NULL ? json_array_get_length (entries) : 0;
  gint64 total = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (entries, i);
      AnnexChange *change = NULL;

      if (JSON_NODE_HOLDS_OBJECT (element))
        change = annex_change_new_from_json (json_node_get_object (element));
      if (change != NULL)
        g_ptr_array_add (changes, change);
    }
  if (data != NULL)
    total = annex_json_opt_int (data, "added", 0) + annex_json_opt_int (data, "changed", 0) +
            annex_json_opt_int (data, "renamed", 0) + annex_json_opt_int (data, "deleted", 0) +
            annex_json_opt_int (data, "refused", 0);
  *cut = total > n;
  return changes;
}

/* All of it. Only what the log does not hold is asked of the computer. */
static GPtrArray *
read_changes (Reading *reading, AnnexShare *share)
{
  gboolean cut = FALSE;
  g_autoptr (GPtrArray) changes = changes_of_log (reading->task, share, &cut);
  g_autoptr (GError) error = NULL;
  GPtrArray *all;

  if (!cut)
    return g_steal_pointer (&changes);
  all = dex_await_boxed (
      annex_desk_list_draft (reading->desk, reading->task, annex_share_get_id (share)), &error);
  if (all == NULL)
    g_info ("The whole draft cannot be read now: %s", error->message);
  return all != NULL ? all : g_steal_pointer (&changes);
}

static void
expand (AnnexFilesPane *self, guint total)
{
  GtkTreeListModel *model = GTK_TREE_LIST_MODEL (gtk_single_selection_get_model (self->selection));
  guint limit = total <= MAX_EXPANDED ? G_MAXUINT : 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (model)); i++)
    {
      g_autoptr (GtkTreeListRow) row = gtk_tree_list_model_get_row (model, i);

      if (gtk_tree_list_row_get_depth (row) == 0 || i < limit)
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

/* The share and the path of @node, to find it again in another tree; "" for none. (transfer full)
 */
static char *
dup_place (AnnexDraftNode *node)
{
  const AnnexChange *change = node != NULL ? annex_draft_node_get_change (node) : NULL;
  AnnexShare *share =
      change != NULL ? annex_draft_node_get_share (annex_draft_node_get_root (node)) : NULL;

  return share != NULL ? g_strdup_printf ("%s/%s", annex_share_get_id (share), change->path)
                       : g_strdup ("");
}

static char *
dup_selected_place (AnnexFilesPane *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (AnnexDraftNode) node = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;

  return dup_place (node);
}

static void
select_place (AnnexFilesPane *self, const char *place)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  for (guint i = 0; place[0] != '\0' && i < n && i < MAX_LOOKED_AT; i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), i);
      g_autoptr (AnnexDraftNode) node = gtk_tree_list_row_get_item (row);
      g_autofree char *other = dup_place (node);

      if (g_str_equal (place, other))
        {
          gtk_single_selection_set_selected (self->selection, i);
          return;
        }
    }
}

static void
set_roots (AnnexFilesPane *self, gpointer *roots, guint n_roots)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->roots));

  for (guint i = 0; i < n_old; i++)
    g_ptr_array_add (old, g_list_model_get_item (G_LIST_MODEL (self->roots), i));
  g_list_store_splice (self->roots, 0, n_old, roots, n_roots);
  for (guint i = 0; i < old->len; i++)
    annex_draft_node_retire (g_ptr_array_index (old, i));
}

static void
show (AnnexFilesPane *self, GPtrArray *roots)
{
  g_autofree char *selected = dup_selected_place (self);
  guint total = 0;

  set_roots (self, roots->pdata, roots->len);
  for (guint i = 0; i < roots->len; i++)
    {
      AnnexDraftNode *root = g_ptr_array_index (roots, i);

      total += annex_draft_node_get_n_keepable (root);
      g_signal_connect_object (root, "notify::inconsistent", G_CALLBACK (annex_files_pane_update),
                               self, G_CONNECT_SWAPPED);
    }
  expand (self, total);
  select_place (self, selected);
  gtk_stack_set_visible_child_name (self->stack, roots->len > 0 ? "files" : "empty");
  annex_files_pane_update (self);
}

static GHashTable *
dup_unchosen (AnnexFilesPane *self)
{
  GHashTable *all =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_hash_table_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->roots)); i++)
    {
      g_autoptr (AnnexDraftNode) root = g_list_model_get_item (G_LIST_MODEL (self->roots), i);
      g_autoptr (GPtrArray) paths = g_ptr_array_new ();
      GHashTable *set = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      annex_draft_node_collect (root, FALSE, paths);
      for (guint k = 0; k < paths->len; k++)
        g_hash_table_add (set, g_ptr_array_index (paths, k));
      g_hash_table_insert (all, g_strdup (annex_share_get_id (annex_draft_node_get_share (root))),
                           set);
    }
  return all;
}

static gboolean
same_set (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer path;

  if (a == NULL || b == NULL || g_hash_table_size (a) != g_hash_table_size (b))
    return a == b;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (!g_hash_table_contains (b, path))
      return FALSE;
  return TRUE;
}

static gboolean
same_choice (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer share_id;
  gpointer set;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &share_id, &set))
    if (!same_set (set, g_hash_table_lookup (b, share_id)))
      return FALSE;
  return TRUE;
}

/* The trees of @shares with their @changes, with what is not chosen. (transfer full) */
static GPtrArray *
build_roots (Reading *reading, GPtrArray *shares, GPtrArray *changes)
{
  GPtrArray *roots = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      GHashTable *unchosen = g_hash_table_lookup (reading->unchosen, annex_share_get_id (share));
      Build *build = g_new0 (Build, 1);
      AnnexDraftNode *root;

      build->share = annex_share_ref (share);
      build->changes = g_ptr_array_ref (g_ptr_array_index (changes, i));
      build->unchosen = unchosen != NULL ? g_hash_table_ref (unchosen) : NULL;
      root =
          dex_await_object (annex_worker_run ("annex-tree", build_work, build, build_free), NULL);
      if (root != NULL) /* building cannot fail */
        g_ptr_array_add (roots, root);
    }
  return roots;
}

static DexFuture *
reading_fiber (gpointer data)
{
  Reading *reading = data;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (reading->task);
  g_autoptr (GPtrArray) changes =
      g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; i < shares->len; i++)
    g_ptr_array_add (changes, read_changes (reading, g_ptr_array_index (shares, i)));
  /* That takes its time, and meanwhile the user may have chosen otherwise. */
  for (;;)
    {
      g_autoptr (GPtrArray) roots = build_roots (reading, shares, changes);
      g_autoptr (AnnexFilesPane) self = g_weak_ref_get (&reading->self);
      GHashTable *unchosen;

      if (self == NULL || self->serial != reading->serial)
        return dex_future_new_true ();
      unchosen = dup_unchosen (self);
      if (same_choice (unchosen, reading->unchosen))
        {
          g_hash_table_unref (unchosen);
          show (self, roots);
          return dex_future_new_true ();
        }
      g_hash_table_unref (reading->unchosen);
      reading->unchosen = unchosen;
    }
}

static void
refresh (gpointer data)
{
  AnnexFilesPane *self = data;
  Reading *reading;

  self->refresh_id = 0;
  self->serial++;
  if (self->base.desk == NULL || self->base.task == NULL)
    {
      set_roots (self, NULL, 0);
      gtk_stack_set_visible_child_name (self->stack, "empty");
      return;
    }
  annex_files_pane_add_mode_actions (self);
  annex_files_pane_read_history (self);
  reading = g_new0 (Reading, 1);
  g_weak_ref_init (&reading->self, self);
  reading->serial = self->serial;
  reading->desk = g_object_ref (self->base.desk);
  reading->task = g_object_ref (self->base.task);
  reading->unchosen = dup_unchosen (self);
  annex_fiber_start (reading_fiber, reading, reading_free);
}

static void
queue_refresh (AnnexFilesPane *self)
{
  if (self->refresh_id == 0)
    self->refresh_id = g_idle_add_once (refresh, self);
}

static void
event_cb (AnnexTaskWidget *widget, AnnexEvent *event)
{
  AnnexFilesPane *self = ANNEX_FILES_PANE (widget);
  static const AnnexEventType types[] = {
    ANNEX_EVENT_DRAFT_CHANGED, ANNEX_EVENT_DRAFT_KEPT,    ANNEX_EVENT_DRAFT_DISCARDED,
    ANNEX_EVENT_DRAFT_UNDONE,  ANNEX_EVENT_SHARE_GRANTED, ANNEX_EVENT_SHARE_MODE,
    ANNEX_EVENT_SHARE_REVOKED,
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (annex_event_get_event_type (event) == types[i])
      queue_refresh (self);
}

/* ---- the tree */

static GListModel *
create_children (gpointer item, gpointer data)
{
  GListModel *children = annex_draft_node_get_children (item);

  return children != NULL && g_list_model_get_n_items (children) > 0 ? g_object_ref (children)
                                                                     : NULL;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *expander = gtk_tree_expander_new ();

  gtk_tree_expander_set_indent_for_icon (GTK_TREE_EXPANDER (expander), TRUE);
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander),
                               g_object_new (ANNEX_TYPE_DRAFT_ROW, NULL));
  gtk_list_item_set_child (item, expander);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkTreeExpander *expander = GTK_TREE_EXPANDER (gtk_list_item_get_child (item));
  GtkTreeListRow *row = gtk_list_item_get_item (item);
  g_autoptr (AnnexDraftNode) node = gtk_tree_list_row_get_item (row);
  const AnnexChange *change = annex_draft_node_get_change (node);
  g_autofree char *name = annex_text_for_display (annex_draft_node_get_name (node));
  g_autofree char *label = NULL;

  gtk_tree_expander_set_list_row (expander, row);
  annex_draft_row_set_node (ANNEX_DRAFT_ROW (gtk_tree_expander_get_child (expander)), node);
  label = change != NULL
              ? g_strdup_printf ("%s, %s", name, annex_change_kind_to_words (change->kind))
              : g_strdup (name);
  gtk_list_item_set_accessible_label (item, label);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkTreeExpander *expander = GTK_TREE_EXPANDER (gtk_list_item_get_child (item));

  annex_draft_row_set_node (ANNEX_DRAFT_ROW (gtk_tree_expander_get_child (expander)), NULL);
  gtk_tree_expander_set_list_row (expander, NULL);
}

static void
selected_cb (AnnexFilesPane *self)
{
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (AnnexDraftNode) node = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
  const AnnexChange *change = node != NULL ? annex_draft_node_get_change (node) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->preview), change != NULL);
  if (change == NULL)
    annex_preview_clear (self->preview);
  else
    annex_preview_show_change (
        self->preview, self->base.desk, self->base.task,
        annex_share_get_id (annex_draft_node_get_share (annex_draft_node_get_root (node))), change);
}

static void
activated_cb (GtkListView *view, guint position, AnnexFilesPane *self)
{
  g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->selection), position);

  if (row != NULL && gtk_tree_list_row_is_expandable (row))
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
}

/* Space chooses, as it does in a list of check boxes. */
static gboolean
toggle_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  AnnexFilesPane *self = ANNEX_FILES_PANE (gtk_widget_get_ancestor (widget, ANNEX_TYPE_FILES_PANE));
  GtkTreeListRow *row = gtk_single_selection_get_selected_item (self->selection);
  g_autoptr (AnnexDraftNode) node = row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean checked;

  /* the buttons in a line have their own use for the key */
  if (node == NULL || focus == NULL || gtk_widget_get_parent (focus) != widget)
    return FALSE;
  g_object_get (node, "checked", &checked, NULL);
  annex_draft_node_set_checked (node, !checked);
  return TRUE;
}

static void
make_tree (AnnexFilesPane *self)
{
  GtkTreeListModel *model;
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  self->roots = g_list_store_new (ANNEX_TYPE_DRAFT_NODE);
  model = gtk_tree_list_model_new (G_LIST_MODEL (g_object_ref (self->roots)), FALSE, FALSE,
                                   create_children, NULL, NULL);
  self->selection = gtk_single_selection_new (G_LIST_MODEL (model));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  g_signal_connect_swapped (self->selection, "notify::selected-item", G_CALLBACK (selected_cb),
                            self);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_list_view_set_factory (self->tree, factory);
  gtk_list_view_set_model (self->tree, GTK_SELECTION_MODEL (self->selection));
  g_object_unref (factory);
  g_signal_connect (self->tree, "activate", G_CALLBACK (activated_cb), self);
  gtk_event_controller_set_propagation_phase (shortcuts, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (shortcuts),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_space, 0),
                        gtk_callback_action_new (toggle_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self->tree), shortcuts);
}

/* ---- properties and life */

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  queue_refresh (ANNEX_FILES_PANE (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexFilesPane *self = ANNEX_FILES_PANE (widget);

  set_roots (self, NULL, 0);
  queue_refresh (self);
}

static void
annex_files_pane_dispose (GObject *object)
{
  AnnexFilesPane *self = ANNEX_FILES_PANE (object);

  self->serial++;
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_func (self->selection, selected_cb, self);
  g_clear_object (&self->selection);
  if (self->roots != NULL)
    set_roots (self, NULL, 0);
  g_clear_object (&self->roots);
  g_clear_object (&self->actions);
  G_OBJECT_CLASS (annex_files_pane_parent_class)->dispose (object);
}

static void
annex_files_pane_class_init (AnnexFilesPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_files_pane_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  task_widget_class->event = event_cb;
  g_type_ensure (ANNEX_TYPE_PREVIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-files-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, paned);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, tree);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, preview);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, spinner);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, status);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, history);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, history_popover);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, history_list);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, keep);
  gtk_widget_class_bind_template_child (widget_class, AnnexFilesPane, discard);
}

static void
annex_files_pane_init (AnnexFilesPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  annex_files_pane_add_actions (self);
  make_tree (self);
  annex_files_pane_update (self);
}

GtkWidget *
annex_files_pane_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_FILES_PANE, "desk", desk, "task", task, NULL);
}
