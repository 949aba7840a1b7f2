/* annex-tour-folder.c
 *
 * See annex-tour-folder.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tour-folder.h"

#include "annex-future.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

typedef struct
{
  char *samples;
  char *parent;
} Tour;

static void
tour_free (gpointer data)
{
  Tour *tour = data;

  g_free (tour->samples);
  g_free (tour->parent);
  g_free (tour);
}

static gboolean
make_folder (const char *path, GError **error)
{
  if (g_mkdir (path, 0755) == 0)
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return FALSE;
}

/* Files and folders, nothing else; of links, neither what they are nor where they lead. */
static gboolean
copy_files (const char *from, const char *to, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (from, 0, error);
  const char *name;

  if (folder == NULL)
    return FALSE;
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (from, name, NULL);
      g_autofree char *copy = g_build_filename (to, name, NULL);
      g_autoptr (GFile) source = g_file_new_for_path (path);
      g_autoptr (GFile) target = g_file_new_for_path (copy);

      if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          if (!make_folder (copy, error) || !copy_files (path, copy, error))
            return FALSE;
          continue;
        }
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        continue;
      if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error))
        return FALSE;
    }
  return TRUE;
}

/* A copy is whole or not there: it is made beside and renamed. */
static DexFuture *
make_work (gpointer data)
{
  Tour *tour = data;
  g_autofree char *receipts = g_build_filename (tour->samples, "receipts", NULL);
  g_autofree char *folder = g_build_filename (tour->parent, _ ("Annex Tour"), NULL);
  g_autofree char *target = g_build_filename (folder, _ ("Receipts"), NULL);
  g_autofree char *beside = NULL;
  GError *error = NULL;

  if (g_file_test (target, G_FILE_TEST_IS_DIR))
    return dex_future_new_take_string (g_steal_pointer (&target));
  beside = g_build_filename (folder, ".receipts-XXXXXX", NULL);
  if (g_mkdir_with_parents (folder, 0755) != 0 || g_mkdtemp_full (beside, 0755) == NULL)
    return annex_future_new_errorf (G_IO_ERROR, g_io_error_from_errno (errno),
                                    _ ("The tour’s folder could not be made: %s"),
                                    g_strerror (errno));
  if (!copy_files (receipts, beside, &error))
    return annex_future_new_error (error);
  if (g_rename (beside, target) != 0 && !g_file_test (target, G_FILE_TEST_IS_DIR))
    return annex_future_new_errorf (G_IO_ERROR, g_io_error_from_errno (errno),
                                    _ ("The tour’s folder could not be made: %s"),
                                    g_strerror (errno));
  return dex_future_new_take_string (g_steal_pointer (&target));
}

DexFuture *
annex_tour_folder_make (const char *samples, const char *parent)
{
  Tour *tour = g_new0 (Tour, 1);
  const char *named = g_getenv ("ANNEX_SAMPLES");

  if (parent == NULL)
    parent = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);
  tour->samples = g_strdup (samples != NULL ? samples : named != NULL ? named : ANNEX_SAMPLES_DIR);
  tour->parent = g_strdup (parent != NULL ? parent : g_get_home_dir ());
  return annex_worker_run ("annex-tour", make_work, tour, tour_free);
}
