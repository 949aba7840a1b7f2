/* test-page-names.c
 *
 * Accessible names, case by case: names.cases says which role has which name in which HTML.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-case.h"

#include <string.h>

#define MIN_CASES 150

static PageCase *page;

static void
test_name (gconstpointer data)
{
  g_auto (GStrv) parts = g_strsplit (data, "|", 3);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autofree char *wanted = g_strdup_printf ("- %s \"%s\"", parts[0], parts[1]);
  /* A heading that is a link says its words once, in the link. */
  g_autofree char *inside = g_strdup_printf ("link \"%s\"", parts[1]);

  g_free (page->body);
  page->body = g_strdup_printf ("<!doctype html><title>Case</title><body>%s</body>", parts[2]);
  page_case_load (page, "case");
  answer = page_case_run (page, "snapshot", "{}", &error);
  g_assert_no_error (error);
  if (strstr (answer->text, wanted) == NULL &&
      !(g_str_equal (parts[0], "heading") && strstr (answer->text, inside) != NULL))
    {
      g_test_message ("%s\nwants %s, and got\n%s", parts[2], wanted, answer->text);
      g_test_fail ();
    }
}

int
main (int argc, char *argv[])
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  guint n_cases = 0;
  int status;

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();
  g_assert_cmpint (argc, ==, 2);
  g_assert_true (g_file_get_contents (argv[1], &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  page = page_case_new (".", 800, 600);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*lines[i] != '\0' && *lines[i] != '#')
      {
        g_autofree char *path = g_strdup_printf ("/page-names/%02u", ++n_cases);

        g_test_add_data_func (path, lines[i], test_name);
      }
  g_assert_cmpuint (n_cases, >=, MIN_CASES);
  status = g_test_run ();
  page_case_free (page);
  return status;
}
