/* annex-baseline-view.c
 *
 * See annex-baseline.h: the newest view across a restart. Without it, nobody could say of a file
 * that an interrupted command had changed whether its user changed it, too. As GVariant: a view of
 * 100,000 files is read in a moment.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-baseline-private.h"

#include "annex-paths.h"

#define VIEW_TYPE "(uttba(ayuttxx))"
#define ENTRY_TYPE "(ayuttxx)"
#define VIEW_VERSION 1

gboolean
annex_baseline_store_view (AnnexBaseline *self, const char *path, GError **error)
{
  GVariantBuilder entries;
  g_autoptr (GVariant) view = NULL;
  GHashTableIter iter;
  const char *name;
  const AnnexStat *stat;

  if (self->is_stored || self->root_device == 0)
    return TRUE;
  g_variant_builder_init (&entries, G_VARIANT_TYPE ("a" ENTRY_TYPE));
  g_hash_table_iter_init (&iter, self->newest);
  while (g_hash_table_iter_next (&iter, (gpointer *) &name, (gpointer *) &stat))
    g_variant_builder_add (&entries, "(^ayuttxx)", name, stat->mode, stat->inode, stat->size_bytes,
                           stat->mtime_ns, stat->ctime_ns);
  view = g_variant_ref_sink (g_variant_new (VIEW_TYPE, (guint32) VIEW_VERSION,
                                            (guint64) self->root_device, (guint64) self->root_inode,
                                            self->partial, &entries));
  self->is_stored = annex_file_write_atomic (path, g_variant_get_data (view),
                                             g_variant_get_size (view), 0600, error);
  return self->is_stored;
}

gboolean
annex_baseline_is_loaded (AnnexBaseline *self)
{
  return self->is_loaded;
}

void
annex_baseline_load_view (AnnexBaseline *self, const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GVariant) view = NULL;
  g_autoptr (GVariantIter) entries = NULL;
  guint32 version;
  guint64 device;
  guint64 inode;
  gboolean partial;
  char *name;
  AnnexStat stat = { .exists = TRUE };
  gsize length;

  if (self->root_device != 0 || !g_file_get_contents (path, &data, &length, NULL))
    return;
  bytes = g_bytes_new_take (g_steal_pointer (&data), length);
  view = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (VIEW_TYPE), bytes, FALSE));
  if (!g_variant_is_normal_form (view))
    return;
  g_variant_get (view, VIEW_TYPE, &version, &device, &inode, &partial, &entries);
  if (version != VIEW_VERSION || device == 0)
    return;
  while (g_variant_iter_next (entries, "(^ayuttxx)", &name, &stat.mode, &stat.inode,
                              &stat.size_bytes, &stat.mtime_ns, &stat.ctime_ns))
    g_hash_table_insert (self->newest, name, g_memdup2 (&stat, sizeof stat));
  self->root_device = (dev_t) device;
  self->root_inode = (ino_t) inode;
  self->partial = partial;
  self->is_stored = TRUE;
  self->is_loaded = TRUE;
}
