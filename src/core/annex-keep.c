/* annex-keep.c
 *
 * The outcome of a keep as a value, and the undo store as a whole: undoing by identifier, repairing
 * after a crash, sizes, forgetting.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"
#include "annex-json.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_keep_error)
G_DEFINE_BOXED_TYPE (AnnexKept, annex_kept, annex_kept_copy, annex_kept_free)

AnnexKept *
annex_kept_copy (const AnnexKept *self)
{
  AnnexKept *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->action = g_strdup (self->action);
  copy->other_path = g_strdup (self->other_path);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
annex_kept_free (AnnexKept *self)
{
  g_free (self->path);
  g_free (self->action);
  g_free (self->other_path);
  g_free (self->reason);
  g_free (self);
}

static const char *
outcome_name (AnnexOutcome outcome)
{
  switch (outcome)
    {
    case ANNEX_OUTCOME_DONE:
      return "done";
    case ANNEX_OUTCOME_KEPT_BOTH:
      return "kept-both";
    case ANNEX_OUTCOME_REFUSED:
      return "refused";
    case ANNEX_OUTCOME_FAILED:
      return "failed";
    }
  return "failed";
}

static void
set_text (JsonObject *json, const char *name, const char *bytes)
{
  g_autofree char *valid = bytes != NULL ? annex_text_make_valid (bytes, -1) : NULL;

  if (valid != NULL)
    json_object_set_string_member (json, name, valid);
}

JsonObject *
annex_kept_to_json (const AnnexKept *self)
{
  JsonObject *json = json_object_new ();

  set_text (json, "path", self->path);
  set_text (json, "action", self->action);
  json_object_set_string_member (json, "outcome", outcome_name (self->outcome));
  set_text (json, "other_path", self->other_path);
  set_text (json, "reason", self->reason);
  return json;
}

guint
annex_kept_count (JsonArray *entries, AnnexOutcome outcome)
{
  guint n = 0;

  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonNode *node = json_array_get_element (entries, i);

      n += JSON_NODE_HOLDS_OBJECT (node) &&
           g_str_equal (annex_json_opt_string (json_node_get_object (node), "outcome", "done"),
                        outcome_name (outcome));
    }
  return n;
}

guint
annex_kept_count_done (JsonArray *entries)
{
  return annex_kept_count (entries, ANNEX_OUTCOME_DONE) +
         annex_kept_count (entries, ANNEX_OUTCOME_KEPT_BOTH);
}

static gboolean
nothing_to_undo (GError **error)
{
  annex_set_spoken (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                    N_ ("There is nothing to undo"));
  return FALSE;
}

GPtrArray *
annex_keep_undo (const char *undo_dir,
                 const char *keep_id,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autoptr (AnnexKeepStore) store = annex_keep_store_open (undo_dir, keep_id, error);

  if (store == NULL)
    return NULL;
  if (!store->begun || store->undo_ended)
    {
      annex_keep_store_remove (store);
      nothing_to_undo (error);
      return NULL;
    }
  if (!annex_keep_store_open_root (store, error))
    return NULL;
  /* Where the journal knows less than the folder, nothing saved may go as if it were not needed. */
  if ((!store->ended || annex_keep_has_open_steps (store)) && !annex_keep_finish (store))
    {
      nothing_to_undo (error);
      return NULL;
    }
  return annex_keep_undo_store (store, cancellable, error);
}

/* Repairs one keep. TRUE when there was something to repair. */
static gboolean
recover_one (const char *undo_dir, const char *keep_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexKeepStore) store = annex_keep_store_open (undo_dir, keep_id, &error);
  g_autoptr (GPtrArray) told = NULL;

  if (store == NULL)
    {
      /* Without a journal nothing was begun. The folder can be made by another process just now, so
       * only an empty one is taken away. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BUSY))
        {
          g_autofree char *folder = g_build_filename (undo_dir, keep_id, NULL);
          g_autofree char *objects = g_build_filename (folder, "objects", NULL);
          g_autofree char *journal = g_build_filename (folder, "journal", NULL);

          if (!g_file_test (journal, G_FILE_TEST_EXISTS))
            {
              rmdir (objects);
              rmdir (folder);
            }
        }
      return FALSE;
    }
  if (!store->begun || store->undo_ended)
    {
      annex_keep_store_remove (store);
      return store->undo_ended;
    }
  if (store->ended && (!store->undoing || store->undo_left))
    return FALSE;
  if (!annex_keep_store_open_root (store, &error))
    return FALSE; /* the folder may come back: a disk that is not there now */
  if (!store->ended)
    annex_keep_finish (store);
  else
    {
      told = annex_keep_undo_store (store, NULL, &error);
      if (told == NULL)
        g_warning ("An undo cannot be finished: %s", error->message);
    }
  return TRUE;
}

int
annex_keep_recover (const char *undo_dir, GError **error)
{
  g_autofd int fd = open (undo_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GPtrArray) names = fd >= 0 ? annex_beneath_list (fd) : NULL;
  int count = 0;

  if (fd < 0 && errno == ENOENT)
    return 0;
  if (names == NULL)
    {
      annex_beneath_set_error (error, "Cannot read the undo store", undo_dir);
      return -1;
    }
  for (guint i = 0; i < names->len; i++)
    count += recover_one (undo_dir, g_ptr_array_index (names, i));
  return count;
}

static guint64
count_bytes (int folder_fd, const char *name, guint depth)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofd int fd = -1;
  struct stat info;
  guint64 bytes;

  if (fstatat (folder_fd, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    return 0;
  bytes = (guint64) info.st_blocks * 512;
  if (!S_ISDIR (info.st_mode) || depth > ANNEX_BENEATH_MAX_DEPTH)
    return bytes;
  fd = openat (folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  names = fd >= 0 ? annex_beneath_list (fd) : NULL;
  for (guint i = 0; names != NULL && i < names->len; i++)
    bytes += count_bytes (fd, g_ptr_array_index (names, i), depth + 1);
  return bytes;
}

guint64
annex_keep_get_size (const char *undo_dir, const char *keep_id)
{
  g_autofree char *path = g_build_filename (undo_dir, keep_id, NULL);

  return annex_beneath_is_clean (keep_id) ? count_bytes (AT_FDCWD, path, 0) : 0;
}

gboolean
annex_keep_forget (const char *undo_dir, const char *keep_id, GError **error)
{
  g_autoptr (AnnexKeepStore) store = annex_keep_store_open (undo_dir, keep_id, error);

  if (store == NULL)
    return FALSE;
  /* One that a crash interrupted is brought to its end first, so that no temporary stays behind. */
  if (store->begun && !store->ended && annex_keep_store_open_root (store, NULL))
    {
      if (!annex_keep_finish (store))
        return TRUE;
    }
  if (annex_keep_store_remove (store))
    return TRUE;
  annex_beneath_set_error (error, "Cannot remove", keep_id);
  return FALSE;
}
