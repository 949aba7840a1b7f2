/* annex-draft-node.c
 *
 * See annex-draft-node.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft-node.h"

#include <string.h>

/* Deeper ones are shown with the rest of their path as a name. */
#define MAX_DEPTH 12
/* Nodes freed in one turn of the main loop. */
#define FREED_AT_ONCE 400

struct _AnnexDraftNode
{
  GObject parent_instance;

  AnnexDraftNode *parent; /* not owned: it owns this one */
  AnnexShare *share;
  AnnexChange *change;
  char *name;
  char *sort_key;
  GListStore *children;
  AnnexDraftCounts counts;
  guint n_keepable;
  guint n_checked;
  gboolean chosen; /* of the change itself */
};

enum { PROP_0, PROP_CHECKED, PROP_INCONSISTENT, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexDraftNode, annex_draft_node, G_TYPE_OBJECT)

static void
annex_draft_node_finalize (GObject *object)
{
  AnnexDraftNode *self = ANNEX_DRAFT_NODE (object);

  /* someone may still hold a child */
  for (guint i = 0;
       self->children != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->children)); i++)
    {
      g_autoptr (AnnexDraftNode) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      child->parent = NULL;
    }
  g_clear_pointer (&self->share, annex_share_unref);
  g_clear_pointer (&self->change, annex_change_free);
  g_clear_object (&self->children);
  g_free (self->name);
  g_free (self->sort_key);
  G_OBJECT_CLASS (annex_draft_node_parent_class)->finalize (object);
}

static void
annex_draft_node_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexDraftNode *self = ANNEX_DRAFT_NODE (object);

  switch (id)
    {
    case PROP_CHECKED:
      g_value_set_boolean (value, self->n_checked > 0 && self->n_checked == self->n_keepable);
      break;
    case PROP_INCONSISTENT:
      g_value_set_boolean (value, self->n_checked > 0 && self->n_checked < self->n_keepable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_draft_node_class_init (AnnexDraftNodeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = annex_draft_node_finalize;
  object_class->get_property = annex_draft_node_get_property;
  properties[PROP_CHECKED] = g_param_spec_boolean ("checked", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_INCONSISTENT] = g_param_spec_boolean ("inconsistent", NULL, NULL, FALSE,
                                                        G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
annex_draft_node_init (AnnexDraftNode *self)
{
}

/* ---- building */

/* The path of the node that holds what is at @path, or NULL: the root. (transfer full) */
static char *
dup_parent_path (const char *path)
{
  const char *end = NULL;
  guint depth = 0;

  for (const char *slash = strchr (path, '/'); slash != NULL && depth < MAX_DEPTH;
       slash = strchr (slash + 1, '/'))
    {
      end = slash;
      depth++;
    }
  return end != NULL ? g_strndup (path, (gsize) (end - path)) : NULL;
}

static AnnexDraftNode *
add_child (AnnexDraftNode *parent, const char *name)
{
  AnnexDraftNode *self = g_object_new (ANNEX_TYPE_DRAFT_NODE, NULL);
  g_autofree char *valid = g_utf8_make_valid (name, -1);

  self->parent = parent;
  self->name = g_strdup (name);
  self->sort_key = g_utf8_collate_key_for_filename (valid, -1);
  if (parent->children == NULL)
    parent->children = g_list_store_new (ANNEX_TYPE_DRAFT_NODE);
  g_list_store_append (parent->children, self);
  g_object_unref (self);
  return self;
}

/* The node at @path, made with all folders above it where it is not there. (borrowed) */
static AnnexDraftNode *
find_or_add (AnnexDraftNode *root, GHashTable *nodes, const char *path)
{
  AnnexDraftNode *self = g_hash_table_lookup (nodes, path);
  g_autofree char *above = NULL;
  AnnexDraftNode *parent;

  if (self != NULL)
    return self;
  above = dup_parent_path (path);
  parent = above != NULL ? find_or_add (root, nodes, above) : root;
  self = add_child (parent, above != NULL ? path + strlen (above) + 1 : path);
  g_hash_table_insert (nodes, g_strdup (path), self);
  return self;
}

static int
compare_nodes (gconstpointer a, gconstpointer b, gpointer data)
{
  AnnexDraftNode *one = (AnnexDraftNode *) a;
  AnnexDraftNode *other = (AnnexDraftNode *) b;
  gboolean folder = annex_draft_node_is_folder (one);

  if (folder != annex_draft_node_is_folder (other))
    return folder ? -1 : 1;
  return strcmp (one->sort_key, other->sort_key);
}

static void
count_own (AnnexDraftNode *self)
{
  const AnnexChange *change = self->change;

  if (change == NULL)
    return;
  switch (change->kind)
    {
    case ANNEX_CHANGE_ADDED:
      self->counts.added++;
      break;
    case ANNEX_CHANGE_CHANGED:
    case ANNEX_CHANGE_MODE:
      self->counts.changed++;
      break;
    case ANNEX_CHANGE_RENAMED:
      self->counts.moved++;
      break;
    case ANNEX_CHANGE_DELETED:
      self->counts.deleted++;
      break;
    case ANNEX_CHANGE_REFUSED:
      self->counts.refused++;
      break;
    }
  if (change->kind != ANNEX_CHANGE_REFUSED)
    {
      self->counts.conflicts += change->conflict;
      /* a folder goes with what is in it */
      self->n_keepable += self->children == NULL;
      self->n_checked += self->children == NULL && self->chosen;
    }
  if (change->kind != ANNEX_CHANGE_DELETED)
    self->counts.size_bytes += change->size_bytes;
}

/* Sorts and counts; no deeper than MAX_DEPTH. */
static void
finish (AnnexDraftNode *self)
{
  guint n = self->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->children)) : 0;

  count_own (self);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexDraftNode) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      finish (child);
      self->counts.added += child->counts.added;
      self->counts.changed += child->counts.changed;
      self->counts.moved += child->counts.moved;
      self->counts.deleted += child->counts.deleted;
      self->counts.refused += child->counts.refused;
      self->counts.conflicts += child->counts.conflicts;
      self->counts.size_bytes += child->counts.size_bytes;
      self->n_keepable += child->n_keepable;
      self->n_checked += child->n_checked;
    }
  if (n > 1)
    g_list_store_sort (self->children, compare_nodes, NULL);
}

AnnexDraftNode *
annex_draft_node_new (AnnexShare *share, GPtrArray *changes, GHashTable *unchosen)
{
  AnnexDraftNode *self = g_object_new (ANNEX_TYPE_DRAFT_NODE, NULL);
  g_autoptr (GHashTable) nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  self->share = annex_share_ref (share);
  self->name = g_strdup (annex_share_get_name (share));
  self->sort_key = g_strdup ("");
  self->children = g_list_store_new (ANNEX_TYPE_DRAFT_NODE);
  for (guint i = 0; i < changes->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (changes, i);
      AnnexDraftNode *node;

      if (change->path[0] == '\0')
        continue;
      node = find_or_add (self, nodes, change->path);
      if (node->change != NULL)
        continue;
      node->change = annex_change_copy (change);
      node->chosen = change->kind != ANNEX_CHANGE_REFUSED &&
                     (unchosen == NULL || !g_hash_table_contains (unchosen, change->path));
    }
  finish (self);
  return self;
}

/* ---- giving up */

static gboolean
free_some_cb (gpointer data)
{
  GPtrArray *nodes = data;

  g_ptr_array_set_size (nodes, nodes->len > FREED_AT_ONCE ? (int) (nodes->len - FREED_AT_ONCE) : 0);
  return nodes->len > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
annex_draft_node_retire (AnnexDraftNode *self)
{
  GPtrArray *nodes = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (nodes, self);
  for (guint i = 0; i < nodes->len; i++)
    {
      g_autoptr (GListModel) children = NULL;
      AnnexDraftNode *node = g_ptr_array_index (nodes, i);
      guint n;

      if (node->children == NULL)
        continue;
      children = G_LIST_MODEL (g_steal_pointer (&node->children));
      n = g_list_model_get_n_items (children);
      for (guint k = 0; k < n; k++)
        {
          AnnexDraftNode *child = g_list_model_get_item (children, k);

          child->parent = NULL;
          g_ptr_array_add (nodes, child);
        }
    }
  g_idle_add_full (G_PRIORITY_LOW, free_some_cb, nodes, (GDestroyNotify) g_ptr_array_unref);
}

/* ---- choosing */

static void
notify (AnnexDraftNode *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHECKED]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INCONSISTENT]);
}

static void
set_below (AnnexDraftNode *self, gboolean checked)
{
  guint n = self->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->children)) : 0;

  if (self->n_checked == (checked ? self->n_keepable : 0))
    return;
  self->chosen = checked && self->change != NULL && self->change->kind != ANNEX_CHANGE_REFUSED;
  self->n_checked = checked ? self->n_keepable : 0;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexDraftNode) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      set_below (child, checked);
    }
  notify (self);
}

void
annex_draft_node_set_checked (AnnexDraftNode *self, gboolean checked)
{
  guint before;

  g_return_if_fail (ANNEX_IS_DRAFT_NODE (self));

  before = self->n_checked;
  set_below (self, checked);
  if (self->n_checked == before)
    return;
  for (AnnexDraftNode *above = self->parent; above != NULL; above = above->parent)
    {
      above->n_checked = above->n_checked - before + self->n_checked;
      notify (above);
    }
}

void
annex_draft_node_collect (AnnexDraftNode *self, gboolean checked, GPtrArray *paths)
{
  guint n = self->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->children)) : 0;

  /* A folder's path stands for all that is in it, so it is named only where that is meant. */
  if (self->change != NULL && self->change->kind != ANNEX_CHANGE_REFUSED && self->n_keepable > 0 &&
      self->n_checked == (checked ? self->n_keepable : 0))
    {
      g_ptr_array_add (paths, g_strdup (self->change->path));
      if (checked)
        return;
    }
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexDraftNode) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);

      annex_draft_node_collect (child, checked, paths);
    }
}

/* ---- looking */

AnnexShare *
annex_draft_node_get_share (AnnexDraftNode *self)
{
  return self->share;
}

const AnnexChange *
annex_draft_node_get_change (AnnexDraftNode *self)
{
  return self->change;
}

const char *
annex_draft_node_get_name (AnnexDraftNode *self)
{
  return self->name;
}

GListModel *
annex_draft_node_get_children (AnnexDraftNode *self)
{
  return self->children != NULL ? G_LIST_MODEL (self->children) : NULL;
}

gboolean
annex_draft_node_is_folder (AnnexDraftNode *self)
{
  return self->children != NULL || (self->change != NULL && self->change->folder);
}

AnnexDraftNode *
annex_draft_node_get_root (AnnexDraftNode *self)
{
  while (self->parent != NULL)
    self = self->parent;
  return self;
}

const AnnexDraftCounts *
annex_draft_node_get_counts (AnnexDraftNode *self)
{
  return &self->counts;
}

guint
annex_draft_node_get_n_keepable (AnnexDraftNode *self)
{
  return self->n_keepable;
}

guint
annex_draft_node_get_n_checked (AnnexDraftNode *self)
{
  return self->n_checked;
}
