/* bench-pages.c
 *
 * Snapshots of every page in pages/: characters, time, what is covered, and a second look after one
 * click; beside them the reference peer's snapshot of the same page, where it is installed.
 *
 *   bench-pages FOLDER [PEER]   PEER: peer-snapshot.mjs, run with node
 *
 * With ANNEX_PEER, that command is run instead of node, with the same arguments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-cover.h"
#include "page-task.h"

#include "annex-json.h"

#include <string.h>

typedef struct
{
  char *name;
  glong chars, second;
  double ms;
  glong peer_chars;
  double peer_ms;
  guint n_elements, n_texts, n_missing;
} Figure;

static int
compare (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_pages (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".html") && !g_str_has_prefix (name, "frame-"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare);
  return names;
}

/* The second look: after a click on the first button that is not a submit to elsewhere. */
static glong
measure_second (PageCase *page, const char *snapshot)
{
  g_autofree char *target = page_task_find_reference (snapshot, "- button \"");
  g_autofree char *args = g_strdup_printf ("{\"target\":\"%s\"}", target != NULL ? target : "");
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;

  /* Of a page with little in it, a change is much. */
  if (target == NULL || strlen (snapshot) < 1200)
    return -1;
  before = page_case_script (page, "String(location.pathname)");
  answer = page_case_run_within (page, "click", args, 4000, NULL);
  after = page_case_script (page, "String(location.pathname)");
  return answer != NULL && g_str_equal (before, after) ? g_utf8_strlen (answer->text, -1) : -1;
}

static Figure *
measure (PageCase *page, const char *name)
{
  Figure *figure = g_new0 (Figure, 1);
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (PageCover) cover = NULL;
  gint64 best = G_MAXINT64;

  figure->name = g_strdup (name);
  page_case_load (page, name);
  page_case_pause (page, 400);
  for (guint i = 0; i < 3; i++)
    {
      gint64 began = g_get_monotonic_time ();

      g_clear_pointer (&answer, annex_page_answer_free);
      answer = page_case_run (page, "snapshot", "{}", NULL);
      g_assert_nonnull (answer);
      best = MIN (best, g_get_monotonic_time () - began);
    }
  figure->ms = best / 1000.0;
  figure->chars = g_utf8_strlen (answer->text, -1);
  if (g_getenv ("ANNEX_PAGE_PRINT") != NULL)
    g_print ("# %s\n%s\n", name, answer->text);
  cover = page_cover_new (page, answer->text);
  figure->n_elements = cover->n_elements;
  figure->n_texts = cover->n_texts;
  figure->n_missing = cover->n_missing;
  if (cover->n_missing > 0)
    g_print ("%s", cover->missing->str);
  page_case_load (page, name);
  page_case_pause (page, 400);
  g_clear_pointer (&answer, annex_page_answer_free);
  answer = page_case_run (page, "snapshot", "{}", NULL);
  figure->second = measure_second (page, answer->text);
  return figure;
}

static void
figure_free (Figure *figure)
{
  g_free (figure->name);
  g_free (figure);
}

static void
on_peer (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  char *out = NULL;

  if (!g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, &out, NULL, &error))
    out = g_strdup ("");
  *(char **) data = out;
}

/* {"NAME": [characters, ms]} of the peer, or NULL when it is not installed. */
static JsonObject *
run_peer (PageCase *page, const char *script, GPtrArray *names)
{
  const char *command = g_getenv ("ANNEX_PEER");
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_autofree char *base = g_strdup_printf ("http://127.0.0.1:%d/", page->ports[0]);
  g_autofree char *out = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;

  if (command == NULL)
    g_strv_builder_add (argv, "node");
  g_strv_builder_add_many (argv, command != NULL ? command : script, base, NULL);
  for (guint i = 0; i < names->len; i++)
    g_strv_builder_add (argv, names->pdata[i]);
  words = g_strv_builder_end (argv);
  process = g_subprocess_newv ((const char *const *) words, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  if (process == NULL)
    {
      g_print ("No comparison: %s. It needs node, the npm package playwright-core and Chromium.\n",
               error->message);
      return NULL;
    }
  g_subprocess_communicate_utf8_async (process, NULL, NULL, on_peer, &out);
  while (out == NULL)
    g_main_context_iteration (NULL, TRUE);
  return annex_json_parse_object (out, -1, NULL);
}

static void
print_figures (GPtrArray *figures)
{
  double sum = 0, worst = 0, site_sum = 0, site_worst = 0, second_sum = 0, second_worst = 0;
  guint n = 0, n_sites = 0, n_second = 0, missing = 0;

  g_print ("%-26s %7s %7s %6s %8s %8s %7s %9s\n", "page", "chars", "peer", "ratio", "ms", "peer ms",
           "second", "covered");
  for (guint i = 0; i < figures->len; i++)
    {
      Figure *f = figures->pdata[i];
      double ratio = f->peer_chars > 0 ? (double) f->chars / f->peer_chars : 0;

      g_print ("%-26s %7ld %7ld %6.2f %8.1f %8.1f %6.0f%% %5u/%u\n", f->name, f->chars,
               f->peer_chars, ratio, f->ms, f->peer_ms,
               f->second >= 0 ? 100.0 * f->second / f->chars : -1,
               f->n_elements + f->n_texts - f->n_missing, f->n_elements + f->n_texts);
      missing += f->n_missing;
      if (f->peer_chars > 0)
        {
          sum += ratio;
          worst = MAX (worst, ratio);
          n++;
          if (g_str_has_prefix (f->name, "site-"))
            {
              site_sum += ratio;
              site_worst = MAX (site_worst, ratio);
              n_sites++;
            }
        }
      if (f->second >= 0)
        {
          second_sum += (double) f->second / f->chars;
          second_worst = MAX (second_worst, (double) f->second / f->chars);
          n_second++;
        }
    }
  if (n > 0)
    g_print ("snapshot against the peer's: %.2f on average of %u pages, %.2f at worst\n", sum / n,
             n, worst);
  if (n_sites > 0)
    g_print ("of these, whole sites: %.2f on average of %u, %.2f at worst\n", site_sum / n_sites,
             n_sites, site_worst);
  if (n_second > 0)
    g_print (
        "second look after one click: %.2f of the first on average of %u pages, %.2f at worst\n",
        second_sum / n_second, n_second, second_worst);
  g_print ("not covered: %u\n", missing);
}

int
main (int argc, char *argv[])
{
  g_autoptr (GPtrArray) figures = g_ptr_array_new_with_free_func ((GDestroyNotify) figure_free);
  g_autoptr (GPtrArray) names = NULL;
  g_autoptr (JsonObject) peer = NULL;
  PageCase *page;

  gtk_init ();
  dex_init ();
  g_assert_cmpint (argc, >=, 2);
  page = page_case_new (argv[1], 1000, 700);
  names = list_pages (argv[1]);
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (figures, measure (page, names->pdata[i]));
  if (argc > 2)
    peer = run_peer (page, argv[2], names);
  for (guint i = 0; peer != NULL && i < figures->len; i++)
    {
      Figure *f = figures->pdata[i];
      JsonArray *own = annex_json_opt_array (peer, f->name);

      if (own != NULL && json_array_get_length (own) == 2)
        {
          f->peer_chars = (glong) json_array_get_double_element (own, 0);
          f->peer_ms = json_array_get_double_element (own, 1);
        }
    }
  print_figures (figures);
  page_case_free (page);
  return 0;
}
