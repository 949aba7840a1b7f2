/* annex-image-keeper.c
 *
 * See annex-image-keeper.h. A computer's folder says in computer.json which image its disk was made
 * with, a checkpoint's in checkpoint.json.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-keeper.h"

#include "annex-future.h"
#include "annex-json.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

/* Adds the version that the file at @path names. */
static void
add_version (GStrvBuilder *versions, GHashTable *seen, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  const char *version = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    object = annex_json_parse_object (text, -1, NULL); /* damaged: no version to keep */
  if (object != NULL)
    version = annex_json_opt_string (object, "image", NULL);
  if (version != NULL && g_hash_table_add (seen, g_strdup (version)))
    g_strv_builder_add (versions, version);
}

/* The same of each folder in @root: <folder>/@file. */
static void
add_versions (GStrvBuilder *versions, GHashTable *seen, const char *root, const char *file)
{
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, file, NULL);

      add_version (versions, seen, path);
    }
}

GStrv
annex_image_keeper_dup_needed (void)
{
  g_autofree char *computers = annex_paths_computer ("computers");
  g_autofree char *checkpoints = annex_paths_computer ("checkpoints");
  g_autoptr (GDir) dir = g_dir_open (checkpoints, 0, NULL);
  g_autoptr (GStrvBuilder) versions = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *name;

  add_versions (versions, seen, computers, "computer.json");
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (checkpoints, name, NULL);

      add_versions (versions, seen, folder, "checkpoint.json");
    }
  return g_strv_builder_end (versions);
}

/* A folder that is only linked to is somebody else's. */
static gboolean
is_own (AnnexImageStore *images)
{
  g_autofree char *own = annex_paths_computer ("image");

  return g_str_equal (annex_image_store_get_folder (images), own) &&
         g_file_test (own, G_FILE_TEST_IS_DIR) && !g_file_test (own, G_FILE_TEST_IS_SYMLINK);
}

typedef struct
{
  AnnexImageStore *images;
  char *version;
} Find;

static void
find_free (gpointer data)
{
  Find *find = data;

  g_object_unref (find->images);
  g_free (find->version);
  g_free (find);
}

/* Whether it can be told of any image that it has started: Annex did not always note it. */
static gboolean
has_notes (AnnexImageStore *images, GPtrArray *entries)
{
  for (guint i = 0; i < entries->len; i++)
    if (annex_image_store_has_started (
            images, ((AnnexImageEntry *) g_ptr_array_index (entries, i))->version))
      return TRUE;
  return FALSE;
}

/* Of those that have started, or that a disk was made with, the one that was made last and is
 * whole. (transfer full, nullable) */
static AnnexImage *
await_newest (AnnexImageStore *images, GPtrArray *entries, GStrv needed)
{
  g_autoptr (AnnexImage) newest = NULL;
  g_autoptr (GDateTime) newest_date = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      AnnexImageEntry *entry = g_ptr_array_index (entries, i);
      g_autoptr (AnnexImage) image = NULL;
      g_autoptr (GDateTime) date = NULL;

      if (entry->current || !(annex_image_store_has_started (images, entry->version) ||
                              g_strv_contains ((const char *const *) needed, entry->version)))
        continue;
      image = dex_await_boxed (annex_image_store_open_version (images, entry->version, NULL), NULL);
      if (image == NULL)
        continue;
      date = g_date_time_new_from_iso8601 (annex_image_get_manifest (image)->created, NULL);
      if (newest != NULL &&
          (date == NULL || (newest_date != NULL && g_date_time_compare (date, newest_date) <= 0)))
        continue;
      g_clear_pointer (&newest, annex_image_unref);
      g_clear_pointer (&newest_date, g_date_time_unref);
      newest = g_steal_pointer (&image);
      newest_date = g_steal_pointer (&date);
    }
  return g_steal_pointer (&newest);
}

static DexFuture *
find_before_fiber (gpointer data)
{
  Find *find = data;
  AnnexImageStore *images = find->images;
  g_autofree char *current = annex_image_store_dup_current (images);
  g_auto (GStrv) needed = annex_image_keeper_dup_needed ();
  gboolean has_disk = g_strv_contains ((const char *const *) needed, find->version);
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (AnnexImage) before = NULL;

  if (current != NULL && !annex_image_store_has_started (images, find->version))
    entries = dex_await_boxed (annex_image_store_list (images), NULL);
  if (entries != NULL && (has_notes (images, entries) || !has_disk))
    {
      /* Somebody else was first. */
      if (g_strcmp0 (current, find->version) != 0)
        return dex_future_new_for_string (current);
      before = await_newest (images, entries, needed);
    }
  if (before != NULL)
    return dex_future_new_for_string (annex_image_get_version (before));
  return annex_future_new_spoken (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                                  N_ ("There is no such image of the computer"));
}

DexFuture *
annex_image_keeper_find_before (AnnexImageStore *images, const char *version)
{
  Find *find;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (images));
  dex_return_error_if_fail (version != NULL);
  find = g_new0 (Find, 1);
  find->images = g_object_ref (images);
  find->version = g_strdup (version);
  return annex_fiber_run (find_before_fiber, find, find_free);
}

DexFuture *
annex_image_keeper_remove_unused (AnnexImageStore *images)
{
  g_autofree char *current = NULL;
  g_auto (GStrv) needed = NULL;

  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (images));
  if (!is_own (images))
    return dex_future_new_for_uint64 (0);
  current = annex_image_store_dup_current (images);
  if (!annex_image_store_has_started (images, current))
    return dex_future_new_for_uint64 (0);
  needed = annex_image_keeper_dup_needed ();
  return annex_image_store_remove_unused (images, (const char *const *) needed);
}
