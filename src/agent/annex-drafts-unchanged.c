/* annex-drafts-unchanged.c
 *
 * Takes copies out of the upper layer that change nothing: a file that the agent opened for writing
 * and left as it was would go on hiding the user's later edits (D5b).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

/* Is @path, or a folder it lies in, part of a change? */
static gboolean
is_named (GHashTable *named, const char *path)
{
  g_autofree char *part = g_strdup (path);
  char *slash;

  if (g_hash_table_contains (named, part))
    return TRUE;
  while ((slash = strrchr (part, '/')) != NULL)
    {
      *slash = '\0';
      if (g_hash_table_contains (named, part))
        return TRUE;
    }
  return FALSE;
}

static GHashTable *
collect_named (GPtrArray *changes)
{
  GHashTable *named = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      g_hash_table_add (named, change->path);
      if (change->old_path != NULL)
        g_hash_table_add (named, change->old_path);
    }
  return named;
}

gboolean
annex_drafts_forget_unchanged (AnnexDrafts *self,
                               AnnexShare *share,
                               GPtrArray *upper,
                               GPtrArray *changes,
                               GError **error)
{
  g_autoptr (GHashTable) named = collect_named (changes);
  g_autoptr (GPtrArray) paths = g_ptr_array_new ();
  g_autoptr (GHashTable) newer = NULL;
  const char *id = annex_share_get_id (share);
  AnnexBaseline *baseline = annex_drafts_get_baseline (self, id);

  for (guint i = 0; i < upper->len; i++)
    {
      AnnexUpperEntry *entry = g_ptr_array_index (upper, i);

      if (entry->kind != ANNEX_UPPER_FOLDER && !is_named (named, entry->path))
        g_ptr_array_add (paths, entry->path);
    }
  if (paths->len == 0)
    return TRUE;
  /* To read it all took its time, and what runs may have written on. */
  newer = annex_drafts_read_newer (self, share, upper, error);
  if (newer == NULL)
    return FALSE;
  for (guint i = paths->len; i > 0; i--)
    if (g_hash_table_contains (newer, g_ptr_array_index (paths, i - 1)))
      g_ptr_array_remove_index (paths, i - 1);
  if (paths->len == 0)
    return TRUE;
  g_ptr_array_add (paths, NULL);
  if (!dex_await (
          annex_computer_forget_draft (self->computer, share, (const char *const *) paths->pdata),
          error))
    return FALSE;
  for (guint i = 0; i + 1 < paths->len; i++)
    annex_baseline_thaw (baseline, g_ptr_array_index (paths, i));
  return annex_drafts_save_baseline (self, id, error);
}
