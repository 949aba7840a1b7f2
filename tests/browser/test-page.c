/* test-page.c
 *
 * The web's habits: every page in pages/ with the task beside it, done through annex_page_run ()
 * alone and checked on the page's side.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-task.h"

#include <string.h>

#define MIN_PAGES 40

static PageCase *page;

static void
test_page (gconstpointer data)
{
  g_autofree char *name = g_strndup (data, strlen (data) - strlen (".task"));
  g_autofree char *file = g_build_filename (page->folder, data, NULL);
  g_autofree char *html = g_strconcat (name, ".html", NULL);
  g_autofree char *script = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (file, &script, NULL, &error);
  g_assert_no_error (error);
  page_case_load (page, html);
  page_task_run (page, name, script);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) names = NULL;
  int status;

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();
  g_assert_cmpint (argc, ==, 2);
  page = page_case_new (argv[1], 1000, 700);
  names = page_case_list (argv[1], ".task");
  g_assert_cmpuint (names->len, >=, MIN_PAGES);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/page/%s", (char *) names->pdata[i]);

      *strrchr (path, '.') = '\0';
      g_test_add_data_func (path, names->pdata[i], test_page);
    }
  status = g_test_run ();
  page_case_free (page);
  return status;
}
