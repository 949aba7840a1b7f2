/* bench-navigations.c
 *
 * What 200 navigations of one tab leave behind: the memory of this process and of WebKit's, after
 * each quarter. On every page the agent looks, clicks nothing, and goes on.
 *
 *   bench-navigations FOLDER [NAVIGATIONS]
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-case.h"

#include <string.h>

#define NAVIGATIONS 200

/* The memory that is its own or its share of what several have, in kB; 0 when it is gone. */
static guint64
read_pss_kb (const char *pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/smaps_rollup", pid);
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  line = strstr (text, "\nPss:");
  return line != NULL ? g_ascii_strtoull (line + strlen ("\nPss:"), NULL, 10) : 0;
}

/* Of all processes called @name. */
static guint64
sum_pss_kb (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  const char *pid;
  guint64 sum = 0;

  while (dir != NULL && (pid = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_strdup_printf ("/proc/%s/comm", pid);
      g_autofree char *comm = NULL;

      if (g_ascii_isdigit (pid[0]) && g_file_get_contents (path, &comm, NULL, NULL) &&
          g_str_has_prefix (comm, name))
        sum += read_pss_kb (pid);
    }
  return sum;
}

static void
print_memory (guint n)
{
  g_print ("after %3u navigations: %5.1f MB here, %6.1f MB of pages, %5.1f MB of the network\n", n,
           read_pss_kb ("self") / 1024.0, sum_pss_kb ("WebKitWebProces") / 1024.0,
           sum_pss_kb ("WebKitNetworkPr") / 1024.0);
}

static void
look (PageCase *page)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = page_case_run (page, "snapshot", "{}", &error);

  g_assert_no_error (error);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (GPtrArray) sites = g_ptr_array_new ();
  guint n_navigations = argc > 2 ? (guint) g_ascii_strtoull (argv[2], NULL, 10) : NAVIGATIONS;
  PageCase *page;

  gtk_init ();
  dex_init ();
  g_assert_cmpint (argc, >=, 2);
  page = page_case_new (argv[1], 1000, 700);
  names = page_case_list (argv[1], ".html");
  for (guint i = 0; i < names->len; i++)
    if (g_str_has_prefix (names->pdata[i], "site-"))
      g_ptr_array_add (sites, names->pdata[i]);
  for (guint i = 1; i <= n_navigations; i++)
    {
      page_case_load (page, sites->pdata[i % sites->len]);
      look (page);
      if (i % MAX (n_navigations / 4, 1) == 0)
        print_memory (i);
    }
  page_case_free (page);
  return 0;
}
