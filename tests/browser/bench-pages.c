/* bench-pages.c
 *
 * Snapshots of every page in pages/: characters, time, what is covered, and a second look after one
 * click; beside them the reference peer's snapshot of the same page, where it is installed. "ratio"
 * is of all characters, "same" of what both tell (page-same.h). A click that builds all that is
 * seen anew (a table sorted) is told whole, and is no second look.
 *
 *   bench-pages FOLDER [PEER]   PEER: peer-snapshot.mjs, run with node
 *
 * With ANNEX_PEER, that command is run instead of node, with the same arguments.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-cover.h"
#include "page-same.h"
#include "page-task.h"

#include "annex-json.h"

#include <string.h>

/* The best of so many, as peer-snapshot.mjs does it. */
#define TIMES 30
#define MIN_TIMES 3
#define ENOUGH_US 400000

typedef struct
{
  char *name;
  char *text;
  glong chars, second;
  double ms;
  glong peer_chars, peer_covered, peer_all;
  double peer_ms, same;
  guint n_elements, n_texts, n_missing;
} Figure;

/* Of several pages. */
typedef struct
{
  double sum, worst;
  guint n;
} Spread;

static void
spread_add (Spread *self, double value)
{
  self->sum += value;
  self->worst = MAX (self->worst, value);
  self->n++;
}

static void
spread_print (const Spread *self, const char *what)
{
  if (self->n > 0)
    g_print ("%s: %.2f on average of %u pages, %.2f at worst\n", what, self->sum / self->n, self->n,
             self->worst);
}

/* The first button that can be pressed. */
static char *
find_button (const char *snapshot)
{
  g_auto (GStrv) lines = g_strsplit (snapshot, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "- button \"") != NULL && strstr (lines[i], "[disabled]") == NULL)
      return page_task_find_reference (lines[i], "- button");
  return NULL;
}

/* The second look: after a click on the first button that is not a submit to elsewhere. */
static glong
measure_second (PageCase *page, const char *snapshot)
{
  g_autofree char *target = find_button (snapshot);
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
  gint64 best = G_MAXINT64, spent = 0;

  figure->name = g_strdup (name);
  page_case_load (page, name);
  page_case_pause (page, 400);
  for (guint i = 0; i < TIMES && (i < MIN_TIMES || spent < ENOUGH_US); i++)
    {
      gint64 began = g_get_monotonic_time ();

      g_clear_pointer (&answer, annex_page_answer_free);
      answer = page_case_run (page, "snapshot", "{}", NULL);
      g_assert_nonnull (answer);
      best = MIN (best, g_get_monotonic_time () - began);
      spent += g_get_monotonic_time () - began;
    }
  figure->ms = best / 1000.0;
  figure->text = g_strdup (answer->text);
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
  g_free (figure->text);
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

/* {"NAME": {text, ms, covered, all}} of the peer, or NULL when it is not installed. */
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
read_peer (Figure *figure, JsonObject *own)
{
  const char *text = annex_json_opt_string (own, "text", "");
  glong ours, theirs;

  figure->peer_chars = g_utf8_strlen (text, -1);
  figure->peer_ms = annex_json_opt_double (own, "ms", 0);
  figure->peer_covered = (glong) annex_json_opt_int (own, "covered", 0);
  figure->peer_all = (glong) annex_json_opt_int (own, "all", 0);
  ours = page_same_count (figure->text, text);
  theirs = page_same_count (text, figure->text);
  figure->same = theirs > 0 ? (double) ours / theirs : 0;
}

static void
print_figure (Figure *f)
{
  guint all = f->n_elements + f->n_texts;
  g_autofree char *covered = g_strdup_printf ("%u/%u", all - f->n_missing, all);
  g_autofree char *peer_covered =
      f->peer_all > 0 ? g_strdup_printf ("%ld/%ld", f->peer_covered, f->peer_all) : g_strdup ("-");
  g_autofree char *second =
      f->second >= 0 ? g_strdup_printf ("%.0f%%", 100.0 * f->second / f->chars) : g_strdup ("-");

  g_print ("%-28s %6ld %7ld %6.2f %6.2f %7.1f %7.1f %6.2f %7s %10s %10s\n", f->name, f->chars,
           f->peer_chars, f->peer_chars > 0 ? (double) f->chars / f->peer_chars : 0, f->same, f->ms,
           f->peer_ms, f->peer_ms > 0 ? f->ms / f->peer_ms : 0, second, covered, peer_covered);
}

static void
print_figures (GPtrArray *figures)
{
  Spread sizes = { 0 }, same = { 0 }, sites = { 0 }, times = { 0 }, seconds = { 0 };
  guint missing = 0, rebuilt = 0;

  g_print ("%-28s %6s %7s %6s %6s %7s %7s %6s %7s %10s %10s\n", "page", "chars", "peer", "ratio",
           "same", "ms", "peer", "ratio", "second", "covered", "peer");
  for (guint i = 0; i < figures->len; i++)
    {
      Figure *f = figures->pdata[i];

      print_figure (f);
      missing += f->n_missing;
      if (f->second >= f->chars)
        rebuilt++;
      else if (f->second >= 0)
        spread_add (&seconds, (double) f->second / f->chars);
      if (f->peer_chars == 0)
        continue;
      spread_add (&sizes, (double) f->chars / f->peer_chars);
      spread_add (&same, f->same);
      spread_add (&times, f->ms / f->peer_ms);
      if (g_str_has_prefix (f->name, "site-"))
        spread_add (&sites, (double) f->chars / f->peer_chars);
    }
  spread_print (&sizes, "snapshot against the peer's");
  spread_print (&same, "the same, only what both tell");
  spread_print (&sites, "of these, whole sites");
  spread_print (&times, "time against the peer's");
  spread_print (&seconds, "second look after one click");
  g_print ("pages that the click built anew: %u\n", rebuilt);
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
  names = page_case_list (argv[1], ".html");
  for (guint i = 0; i < names->len; i++)
    g_ptr_array_add (figures, measure (page, names->pdata[i]));
  if (argc > 2)
    peer = run_peer (page, argv[2], names);
  for (guint i = 0; peer != NULL && i < figures->len; i++)
    {
      Figure *f = figures->pdata[i];
      JsonObject *own = annex_json_opt_object (peer, f->name);

      if (own != NULL)
        read_peer (f, own);
    }
  print_figures (figures);
  page_case_free (page);
  return 0;
}
