/* places-fixture.c
 *
 * See places-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "places-fixture.h"

void
places_set_up (PlacesFixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("annex-skills-XXXXXX", NULL);
  f->places = g_new0 (AnnexSkillPlaces, 1);
  f->places->data = g_build_filename (f->dir, "data", NULL);
  f->places->config = g_build_filename (f->dir, "config", NULL);
  f->places->built_in = g_build_filename (f->dir, "built-in", NULL);
  f->places->home = g_build_filename (f->dir, "home", NULL);
}

void
places_tear_down (PlacesFixture *f, gconstpointer data)
{
  g_assert_true (annex_skill_files_remove (f->dir));
  g_free (f->dir);
  annex_skill_places_free (f->places);
}

void
places_put (PlacesFixture *f, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

void
places_put_skill (PlacesFixture *f, const char *folder, const char *description)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *path = g_build_filename (folder, "SKILL.md", NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: %s\n---\nDo it.\n", name, description);

  places_put (f, path, text);
}
