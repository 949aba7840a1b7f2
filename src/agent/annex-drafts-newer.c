/* annex-drafts-newer.c
 *
 * What the agent has written since its draft was read. Only what was kept or is the user's own may
 * be taken out of the upper layer; what is newer stays there, as a draft of what was kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

#include "annex-baseline-renew.h"
#include "annex-beneath.h"
#include "annex-future.h"

#include <sys/stat.h>

/* ---- what is newer */

static gboolean
is_same (const AnnexUpperEntry *a, const AnnexUpperEntry *b)
{
  if (a->kind != b->kind || a->mode != b->mode || a->opaque != b->opaque)
    return FALSE;
  return a->kind == ANNEX_UPPER_FOLDER ||
         (a->size_bytes == b->size_bytes && a->mtime_ns == b->mtime_ns &&
          g_strcmp0 (a->sha256, b->sha256) == 0 && g_strcmp0 (a->target, b->target) == 0);
}

/* The paths of @now that are not in @then as they are now, and all folders above them: none of
 * these may go. (transfer full) */
static GHashTable *
collect_newer (GPtrArray *then, GPtrArray *now)
{
  GHashTable *newer = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < then->len; i++)
    {
      AnnexUpperEntry *entry = g_ptr_array_index (then, i);

      g_hash_table_insert (known, entry->path, entry);
    }
  for (guint i = 0; i < now->len; i++)
    {
      AnnexUpperEntry *entry = g_ptr_array_index (now, i);
      AnnexUpperEntry *before = g_hash_table_lookup (known, entry->path);
      g_autofree char *path = NULL;
      char *slash;

      if (before != NULL && is_same (before, entry))
        continue;
      path = g_strdup (entry->path);
      g_hash_table_add (newer, g_strdup (path));
      while ((slash = strrchr (path, '/')) != NULL)
        {
          *slash = '\0';
          g_hash_table_add (newer, g_strdup (path));
        }
    }
  return newer;
}

/* ---- what it is newer than */

typedef struct
{
  AnnexBaseline *baseline;
  GPtrArray *changes; /* AnnexChange: kept, and there is a newer version */
  char *root;
} Renewal;

static void
renewal_free (gpointer data)
{
  Renewal *renewal = data;

  g_object_unref (renewal->baseline);
  g_ptr_array_unref (renewal->changes);
  g_free (renewal->root);
  g_free (renewal);
}

/* What was kept is there, and the agent knows it: a newer version of it is no conflict. Unless the
 * user was there in the meantime. */
static void
renew_one (AnnexBaseline *baseline, int root_fd, const AnnexChange *change)
{
  g_autofree char *sha256 = NULL;
  AnnexStat now, after;

  if (!annex_stat_at (root_fd, change->path, &now, NULL))
    return;
  if (change->kind == ANNEX_CHANGE_DELETED)
    {
      if (!now.exists)
        annex_baseline_renew (baseline, change->path, &now);
      return;
    }
  if (!S_ISREG (now.mode) || change->sha256 == NULL)
    return;
  sha256 = annex_beneath_sha256 (root_fd, change->path, NULL);
  if (g_strcmp0 (sha256, change->sha256) == 0 &&
      annex_stat_at (root_fd, change->path, &after, NULL) && annex_stat_same (&now, &after))
    annex_baseline_renew (baseline, change->path, &now);
}

static DexFuture *
renew_work (gpointer data)
{
  Renewal *renewal = data;
  g_autofd int root_fd = annex_beneath_open_share (renewal->root);

  for (guint i = 0; root_fd >= 0 && i < renewal->changes->len; i++)
    renew_one (renewal->baseline, root_fd, g_ptr_array_index (renewal->changes, i));
  return dex_future_new_true ();
}

static gboolean
renew_baseline (AnnexDrafts *self,
                AnnexShare *share,
                GHashTable *newer,
                GPtrArray *chosen,
                GPtrArray *kept,
                GError **error)
{
  Renewal *renewal = g_new0 (Renewal, 1);

  renewal->baseline = g_object_ref (annex_drafts_get_baseline (self, annex_share_get_id (share)));
  renewal->root = g_strdup (annex_share_get_path (share));
  renewal->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  /* Both have one order. */
  for (guint i = 0; i < chosen->len && i < kept->len; i++)
    {
      const AnnexChange *change = g_ptr_array_index (chosen, i);

      if (((AnnexKept *) g_ptr_array_index (kept, i))->outcome == ANNEX_OUTCOME_DONE &&
          g_hash_table_contains (newer, change->path))
        g_ptr_array_add (renewal->changes, annex_change_copy (change));
    }
  return dex_await (annex_worker_run ("annex-renew", renew_work, renewal, renewal_free), error);
}

GHashTable *
annex_drafts_read_newer (AnnexDrafts *self, AnnexShare *share, GPtrArray *then, GError **error)
{
  g_autoptr (GPtrArray) now =
      dex_await_boxed (annex_computer_read_draft (self->computer, share), error);

  return now != NULL ? collect_newer (then, now) : NULL;
}

gboolean
annex_drafts_leave_newer (AnnexDrafts *self,
                          AnnexShare *share,
                          GPtrArray *then,
                          GPtrArray *chosen,
                          GPtrArray *kept,
                          GPtrArray *paths,
                          GError **error)
{
  g_autoptr (GHashTable) newer = annex_drafts_read_newer (self, share, then, error);

  if (newer == NULL)
    return FALSE;
  if (g_hash_table_size (newer) == 0)
    return TRUE;
  /* The last is the NULL that ends them. */
  for (guint i = paths->len - 1; i > 0; i--)
    if (g_hash_table_contains (newer, g_ptr_array_index (paths, i - 1)))
      g_ptr_array_remove_index (paths, i - 1);
  return renew_baseline (self, share, newer, chosen, kept, error);
}
