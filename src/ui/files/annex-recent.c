/* annex-recent.c
 *
 * See annex-recent.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-recent.h"

#include "annex-draft.h"
#include "annex-keep.h"
#include "annex-sandbox.h"

#include <string.h>

/* The path that @entry wrote, below the folder; NULL when it wrote no file. */
static const char *
find_written (const AnnexKept *entry)
{
  if (strcmp (entry->action, annex_change_kind_to_name (ANNEX_CHANGE_MODE)) == 0)
    return NULL;
  switch (entry->outcome)
    {
    case ANNEX_OUTCOME_DONE:
      return entry->path;
    case ANNEX_OUTCOME_KEPT_BOTH:
      return entry->other_path;
    case ANNEX_OUTCOME_REFUSED:
    case ANNEX_OUTCOME_FAILED:
      return NULL;
    }
  g_assert_not_reached ();
}

/* A file that is hidden is no document. */
static gboolean
is_document (const char *folder, const char *written)
{
  g_autofree char *path = g_build_filename (folder, written, NULL);

  return written[0] != '.' && strstr (written, "/.") == NULL &&
         g_file_test (path, G_FILE_TEST_IS_REGULAR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK);
}

GStrv
annex_recent_dup_uris (AnnexShare *share, GPtrArray *kept)
{
  const char *folder = annex_share_get_home (share);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; i < kept->len && n < ANNEX_RECENT_MAX; i++)
    {
      const char *written = find_written (g_ptr_array_index (kept, i));
      g_autofree char *path = NULL;
      char *uri;

      if (written == NULL || !is_document (folder, written))
        continue;
      path = g_build_filename (folder, written, NULL);
      uri = g_filename_to_uri (path, NULL, NULL);
      if (uri == NULL)
        continue;
      g_strv_builder_take (builder, uri);
      n++;
    }
  return g_strv_builder_end (builder);
}

void
annex_recent_add (GtkRecentManager *manager, AnnexShare *share, GPtrArray *kept)
{
  g_auto (GStrv) uris = NULL;

  g_return_if_fail (GTK_IS_RECENT_MANAGER (manager) && kept != NULL);
  if (share == NULL || annex_sandbox_is_flatpak ())
    return;
  uris = annex_recent_dup_uris (share, kept);
  for (guint i = 0; uris[i] != NULL; i++)
    gtk_recent_manager_add_item (manager, uris[i]);
}
