/* annex-image-store-notes.c
 *
 * What AnnexImageStore notes of how its images did: that one has started, that one did not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-store-private.h"

#include "annex-future.h"
#include "annex-paths.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Beside an image's files: it has started. */
#define STARTED_NAME "started"

typedef struct
{
  AnnexImageStore *store;
  char *version;
  char *sha256; /* nullable */
} Note;

static void
note_free (gpointer data)
{
  Note *note = data;

  g_object_unref (note->store);
  g_free (note->version);
  g_free (note->sha256);
  g_free (note);
}

static Note *
note_new (AnnexImageStore *store, const char *version, const char *sha256)
{
  Note *note = g_new0 (Note, 1);

  note->store = g_object_ref (store);
  note->version = g_strdup (version);
  note->sha256 = g_strdup (sha256);
  return note;
}

static char *
dup_started_path (AnnexImageStore *self, const char *version)
{
  return g_build_filename (annex_image_store_get_folder (self), version, STARTED_NAME, NULL);
}

static char *
dup_fallen_path (AnnexImageStore *self)
{
  return g_build_filename (annex_image_store_get_folder (self), ANNEX_IMAGE_STORE_FALLEN, NULL);
}

static DexFuture *
note_started_work (gpointer data)
{
  Note *note = data;
  g_autofree char *path = dup_started_path (note->store, note->version);
  int fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0)
    close (fd);
  if (annex_image_store_has_fallen (note->store, note->version, NULL))
    {
      g_autofree char *fallen = dup_fallen_path (note->store);

      unlink (fallen);
    }
  return dex_future_new_true ();
}

DexFuture *
annex_image_store_note_started (AnnexImageStore *self, const char *version)
{
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  if (!annex_image_store_is_version (version))
    return dex_future_new_true ();
  return annex_worker_run ("image-started", note_started_work, note_new (self, version, NULL),
                           note_free);
}

gboolean
annex_image_store_has_started (AnnexImageStore *self, const char *version)
{
  g_autofree char *path = NULL;

  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), FALSE);
  if (!annex_image_store_is_version (version))
    return FALSE;
  path = dup_started_path (self, version);
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static DexFuture *
note_fallen_work (gpointer data)
{
  Note *note = data;
  g_autofree char *path = dup_fallen_path (note->store);
  g_autofree char *text = g_strconcat (note->version, "\n", note->sha256, "\n", NULL);

  annex_file_write_atomic (path, text, strlen (text), 0600, NULL); /* it is offered once more */
  return dex_future_new_true ();
}

DexFuture *
annex_image_store_note_fallen (AnnexImageStore *self, const char *version, const char *sha256)
{
  dex_return_error_if_fail (ANNEX_IS_IMAGE_STORE (self));
  dex_return_error_if_fail (sha256 != NULL);
  if (!annex_image_store_is_version (version))
    return dex_future_new_true ();
  return annex_worker_run ("image-fallen", note_fallen_work, note_new (self, version, sha256),
                           note_free);
}

gboolean
annex_image_store_has_fallen (AnnexImageStore *self, const char *version, const char *sha256)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_return_val_if_fail (ANNEX_IS_IMAGE_STORE (self), FALSE);
  g_return_val_if_fail (version != NULL, FALSE);
  path = dup_fallen_path (self);
  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", 3);
  return g_strcmp0 (lines[0], version) == 0 &&
         (sha256 == NULL || g_strcmp0 (lines[1], sha256) == 0);
}
