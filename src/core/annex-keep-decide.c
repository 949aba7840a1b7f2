/* annex-keep-decide.c
 *
 * What becomes of each change of a draft: a step, another name, or a refusal. Looks at the folder,
 * changes nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-apply-private.h"

#include "annex-beneath.h"

#include <string.h>
#include <sys/stat.h>

#define MAX_OTHER_NAMES 200

void
annex_keep_tell (AnnexKept *kept, AnnexOutcome outcome, const char *other_path, const char *reason)
{
  kept->outcome = outcome;
  g_free (kept->other_path);
  kept->other_path = g_strdup (other_path);
  g_free (kept->reason);
  kept->reason = g_strdup (reason);
}

/* Where @path goes, when a folder above it went elsewhere. (transfer full) */
char *
annex_keep_detour (AnnexKeepApply *self, const char *path)
{
  g_autofree char *folder = g_strdup (path);
  char *slash;

  while ((slash = strrchr (folder, '/')) != NULL)
    {
      const char *other;

      *slash = '\0';
      other = g_hash_table_lookup (self->detours, folder);
      if (other != NULL)
        return g_strconcat (other, path + strlen (folder), NULL);
    }
  return g_strdup (path);
}

gboolean
annex_keep_is_free (AnnexKeepApply *self, const char *path)
{
  AnnexStat now;

  return !g_hash_table_contains (self->taken, path) &&
         annex_stat_at (self->store->root_fd, path, &now, NULL) && !now.exists;
}

/* A free name beside @path: "name (Annex).ext". */
char *
annex_keep_other_path (AnnexKeepApply *self, const char *path)
{
  for (guint i = 1; i <= MAX_OTHER_NAMES; i++)
    {
      g_autofree char *other = annex_beneath_other_name (path, "Annex", i);

      if (annex_keep_is_free (self, other))
        return g_steal_pointer (&other);
    }
  return NULL;
}

AnnexKeepStep *
annex_keep_add_step (AnnexKeepApply *self,
                     AnnexKeepKind kind,
                     const char *path,
                     const AnnexChange *change)
{
  AnnexKeepStep *step = annex_keep_step_new (kind, path);

  step->number = self->store->steps->len;
  g_ptr_array_add (self->store->steps, step);
  if (change != NULL)
    {
      step->told_path = g_strdup (change->path);
      step->mode = change->mode & 0777;
      step->mtime_ns = change->mtime_ns;
      if (!change->folder && change->target == NULL)
        step->sha256 = g_strdup (change->sha256);
      if (change->folder)
        step->mode |= 0700;
    }
  g_hash_table_add (self->taken, g_strdup (path));
  return step;
}

/* The agent's version goes beside the user's. */
static AnnexKeepStep *
decide_beside (AnnexKeepApply *self, AnnexKeepItem *item, const char *path, const char *reason)
{
  g_autofree char *other = annex_keep_other_path (self, path);

  if (other == NULL)
    {
      annex_keep_tell (item->kept, ANNEX_OUTCOME_FAILED, NULL, "No free name was found beside it");
      return NULL;
    }
  annex_keep_tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other, reason);
  if (item->change->folder)
    g_hash_table_replace (self->detours, g_strdup (item->change->path), g_strdup (other));
  return annex_keep_add_step (self, item->change->folder ? ANNEX_KEEP_MKDIR : ANNEX_KEEP_PUT, other,
                              item->change);
}

static AnnexKeepStep *
decide_content (AnnexKeepApply *self,
                AnnexKeepItem *item,
                const char *path,
                const AnnexStat *now,
                gboolean conflict)
{
  const AnnexChange *change = item->change;
  AnnexKeepStep *step;

  if (!now->exists)
    {
      if (conflict)
        annex_keep_tell (
            item->kept, ANNEX_OUTCOME_DONE, NULL,
            "It had been deleted or moved on your computer; the agent’s version is there now");
      return annex_keep_add_step (self, change->folder ? ANNEX_KEEP_MKDIR : ANNEX_KEEP_PUT, path,
                                  change);
    }
  if (change->folder && S_ISDIR (now->mode))
    return NULL;
  if (conflict || change->kind == ANNEX_CHANGE_ADDED)
    return decide_beside (self, item, path, ANNEX_KEEP_CHANGED_MEANWHILE);
  step = annex_keep_add_step (self, ANNEX_KEEP_SWAP, path, change);
  step->before = *now;
  return step;
}

static AnnexKeepStep *
decide_rename (AnnexKeepApply *self, AnnexKeepItem *item, const char *path, const AnnexStat *now)
{
  const AnnexChange *change = item->change;
  g_autofree char *other = NULL;
  AnnexKeepStep *step;
  AnnexStat old;

  if (!annex_stat_at (self->store->root_fd, change->old_path, &old, NULL) || !old.exists ||
      change->conflict ||
      annex_draft_is_conflict (self->store->root_fd, self->baseline, change->old_path))
    {
      if (change->folder)
        {
          annex_keep_tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, ANNEX_KEEP_CHANGED_MEANWHILE);
          return NULL;
        }
      if (now->exists)
        return decide_beside (self, item, path, ANNEX_KEEP_CHANGED_MEANWHILE);
      annex_keep_tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, path,
                       "The file with the old name changed on your computer, and stays");
      return annex_keep_add_step (self, ANNEX_KEEP_PUT, path, change);
    }
  if (now->exists && (other = annex_keep_other_path (self, path)) == NULL)
    {
      annex_keep_tell (item->kept, ANNEX_OUTCOME_FAILED, NULL, "No free name was found beside it");
      return NULL;
    }
  if (other != NULL)
    annex_keep_tell (item->kept, ANNEX_OUTCOME_KEPT_BOTH, other,
                     "Another file has that name on your computer");
  step = annex_keep_add_step (self, ANNEX_KEEP_MOVE, other != NULL ? other : path, change);
  step->old_path = g_strdup (change->old_path);
  step->before = old;
  return step;
}

/* What becomes of one change: a step, or an outcome at once. */
AnnexKeepStep *
annex_keep_decide (AnnexKeepApply *self, AnnexKeepItem *item)
{
  const AnnexChange *change = item->change;
  g_autofree char *path = annex_keep_detour (self, change->path);
  g_autoptr (GError) error = NULL;
  AnnexKeepStep *step = NULL;
  gboolean conflict;
  AnnexStat now;

  if (change->kind == ANNEX_CHANGE_REFUSED ||
      (change->target != NULL && !annex_draft_link_stays (path, change->target)))
    {
      annex_keep_tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL,
                       change->reason != NULL ? change->reason
                                              : "The link could lead out of the folder");
      return NULL;
    }
  if (!annex_stat_at (self->store->root_fd, path, &now, &error) ||
      (change->old_path != NULL && !annex_beneath_is_clean (change->old_path)))
    {
      annex_keep_tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL,
                       error != NULL ? error->message : "A path outside the folder");
      return NULL;
    }
  if (change->kind == ANNEX_CHANGE_RENAMED)
    return decide_rename (self, item, path, &now);
  conflict = change->conflict ||
             annex_draft_is_conflict (self->store->root_fd, self->baseline, change->path);
  if (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_CHANGED)
    return decide_content (self, item, path, &now, conflict);
  if (!now.exists)
    {
      if (change->kind == ANNEX_CHANGE_MODE)
        annex_keep_tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, "It is no longer there");
      return NULL;
    }
  if (conflict)
    {
      annex_keep_tell (item->kept, ANNEX_OUTCOME_REFUSED, NULL, ANNEX_KEEP_CHANGED_MEANWHILE);
      return NULL;
    }
  step = annex_keep_add_step (
      self, change->kind == ANNEX_CHANGE_MODE ? ANNEX_KEEP_MODE : ANNEX_KEEP_REMOVE, path, change);
  step->before = now;
  if (step->kind == ANNEX_KEEP_MODE && S_ISDIR (now.mode))
    step->mode = change->mode & 0777;
  return step;
}
