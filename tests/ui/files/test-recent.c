/* test-recent.c
 *
 * What was kept, in the list of recent files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-recent.h"

#include "annex-keep.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *folder; /* the user's */
  AnnexShare *share;
  GPtrArray *kept; /* of AnnexKept, on the heap */
} Fixture;

static void
entry_free (gpointer data)
{
  AnnexKept *entry = data;

  g_free (entry->path);
  g_free (entry->action);
  g_free (entry->other_path);
  g_free (entry);
}

static void
add (Fixture *self, const char *path, const char *action, AnnexOutcome outcome, const char *other)
{
  AnnexKept *entry = g_new0 (AnnexKept, 1);

  entry->path = g_strdup (path);
  entry->action = g_strdup (action);
  entry->outcome = outcome;
  entry->other_path = g_strdup (other);
  g_ptr_array_add (self->kept, entry);
}

static void
write_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const char *const names[] = { "report.xlsx", "a b.txt", "changed (Annex).txt", ".hidden",
                                "mode.sh" };

  self->folder = g_dir_make_tmp ("annex-recent-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    write_file (self, names[i]);
  self->share = annex_share_new (self->folder, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  self->kept = g_ptr_array_new_with_free_func (entry_free);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  annex_share_unref (self->share);
  g_ptr_array_unref (self->kept);
  g_free (self->folder);
}

static void
assert_uri (Fixture *self, const char *uri, const char *name)
{
  g_autofree char *path = g_build_filename (annex_share_get_home (self->share), name, NULL);
  g_autofree char *expected = g_filename_to_uri (path, NULL, NULL);

  g_assert_cmpstr (uri, ==, expected);
}

/* Only files that a keep wrote, and that somebody would look for. */
static void
test_which (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = NULL;

  add (self, "report.xlsx", "added", ANNEX_OUTCOME_DONE, NULL);
  add (self, "a b.txt", "changed", ANNEX_OUTCOME_DONE, NULL);
  add (self, "changed.txt", "changed", ANNEX_OUTCOME_KEPT_BOTH, "changed (Annex).txt");
  add (self, ".hidden", "added", ANNEX_OUTCOME_DONE, NULL);
  add (self, "mode.sh", "mode", ANNEX_OUTCOME_DONE, NULL);
  add (self, "gone.txt", "deleted", ANNEX_OUTCOME_DONE, NULL);
  add (self, "report.xlsx", "changed", ANNEX_OUTCOME_FAILED, NULL);
  add (self, "report.xlsx", "changed", ANNEX_OUTCOME_REFUSED, NULL);
  uris = annex_recent_dup_uris (self->share, self->kept);
  g_assert_cmpuint (g_strv_length (uris), ==, 3);
  assert_uri (self, uris[0], "report.xlsx");
  assert_uri (self, uris[1], "a b.txt");
  assert_uri (self, uris[2], "changed (Annex).txt");
}

/* A folder full of results does not push all else out of the list. */
static void
test_many (Fixture *self, gconstpointer data)
{
  g_auto (GStrv) uris = NULL;

  for (guint i = 0; i < 3 * ANNEX_RECENT_MAX; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u.txt", i);

      write_file (self, name);
      add (self, name, "added", ANNEX_OUTCOME_DONE, NULL);
    }
  uris = annex_recent_dup_uris (self->share, self->kept);
  g_assert_cmpuint (g_strv_length (uris), ==, ANNEX_RECENT_MAX);
}

static void
changed_cb (GtkRecentManager *manager, guint *n)
{
  (*n)++;
}

/* The file is written when the loop gets to it. */
static gboolean
is_listed (const char *list, const char *uri)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (list, &text, NULL, NULL) && strstr (text, uri) != NULL;
}

static void
test_list (Fixture *self, gconstpointer data)
{
  g_autofree char *list = g_build_filename (self->folder, "recently-used.xbel", NULL);
  g_autoptr (GtkRecentManager) manager =
      g_object_new (GTK_TYPE_RECENT_MANAGER, "filename", list, NULL);
  g_autofree char *path =
      g_build_filename (annex_share_get_home (self->share), "report.xlsx", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  gint64 until = g_get_monotonic_time () + 30 * G_USEC_PER_SEC;
  guint n = 0;

  g_signal_connect (manager, "changed", G_CALLBACK (changed_cb), &n);
  add (self, "report.xlsx", "added", ANNEX_OUTCOME_DONE, NULL);
  annex_recent_add (manager, NULL, self->kept);
  annex_recent_add (manager, self->share, self->kept);
  while (!is_listed (list, uri) && g_get_monotonic_time () < until)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (is_listed (list, uri));
  g_assert_cmpuint (n, >, 0);
}

#define ADD(name, func) g_test_add ("/ui/recent/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_init ();
  g_test_init (&argc, &argv, NULL);
  ADD ("which", test_which);
  ADD ("many", test_many);
  ADD ("list", test_list);
  return g_test_run ();
}
