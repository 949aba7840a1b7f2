/* test-page-cover.c
 *
 * Every page's snapshot holds all that can be used and seen, and is short: against the reference
 * peer's figures (peer.json, measured by ./dev bench pages), and after one click.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-cover.h"
#include "page-task.h"

#include "annex-json.h"

#include <string.h>

/* Against the peer. */
#define MAX_AVERAGE 0.5
#define MAX_WORST 0.7
/* That the peer is compared on: its own script fails on a page that breaks the page's world. */
#define MIN_COMPARED 60
/* After one click, of a page with something in it. */
#define MAX_SECOND 0.15
#define SMALL_CHARS 2000

static PageCase *page;
static JsonObject *peer;
static double sum;
static guint n_compared;

/* Clicks the first button: what comes back is short. */
static void
check_second (const char *snapshot)
{
  g_auto (GStrv) lines = g_strsplit (snapshot, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *ref = strstr (lines[i], "[ref=");
      g_autofree char *args = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexPageAnswer) answer = NULL;

      if (ref == NULL || strstr (lines[i], "- button \"") == NULL ||
          strstr (lines[i], "- button \"Search") != NULL || strstr (lines[i], "[disabled]") != NULL)
        continue;
      args = g_strdup_printf ("{\"target\":\"%.*s\"}", (int) strcspn (ref + 5, "]"), ref + 5);
      answer = page_case_run (page, "click", args, &error);
      g_assert_no_error (error);
      if (strlen (answer->text) > MAX_SECOND * strlen (snapshot))
        {
          g_test_message ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " after %s\n%s",
                          strlen (answer->text), strlen (snapshot), lines[i], answer->text);
          g_test_fail ();
        }
      return;
    }
}

static void
compare (glong chars, gint64 peer_chars)
{
  double ratio = (double) chars / peer_chars;

  g_test_message ("%.2f of the peer's", ratio);
  g_assert_cmpfloat (ratio, <=, MAX_WORST);
  sum += ratio;
  n_compared++;
}

static void
test_cover (gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (PageCover) cover = NULL;
  gint64 peer_chars = annex_json_opt_int (peer, data, 0);

  page_case_load (page, data);
  /* What the page makes a moment after it has come. */
  g_clear_pointer (&answer, annex_page_answer_free);
  answer = page_case_run (page, "wait", "{\"time_s\":0.1}", &error);
  g_assert_no_error (error);
  annex_page_answer_free (answer);
  answer = page_case_run (page, "snapshot", "{}", &error);
  g_assert_no_error (error);
  cover = page_cover_new (page, answer->text);
  if (cover->n_missing > 0)
    {
      g_test_message ("%s%s", cover->missing->str, answer->text);
      g_test_fail ();
    }
  if (peer_chars > 0)
    compare (g_utf8_strlen (answer->text, -1), peer_chars);
  if (!g_str_has_prefix (data, "site-"))
    return;
  g_clear_pointer (&answer, annex_page_answer_free);
  answer = page_case_run (page, "snapshot", "{}", &error);
  g_assert_no_error (error);
  if (strlen (answer->text) >= SMALL_CHARS)
    check_second (answer->text);
}

static void
test_average (void)
{
  g_assert_cmpuint (n_compared, >=, MIN_COMPARED);
  g_assert_cmpfloat (sum / n_compared, <=, MAX_AVERAGE);
}

int
main (int argc, char *argv[])
{
  g_autofree char *file = NULL, *text = NULL;
  g_autoptr (GPtrArray) names = NULL;
  int status;

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();
  g_assert_cmpint (argc, ==, 2);
  file = g_build_filename (argv[1], "peer.json", NULL);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  peer = annex_json_parse_object (text, -1, NULL);
  g_assert_nonnull (peer);
  page = page_case_new (argv[1], 1000, 700);
  names = page_case_list (argv[1], ".html");
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_strdup_printf ("/page-cover/%s", (char *) names->pdata[i]);

      g_test_add_data_func (path, names->pdata[i], test_cover);
    }
  g_test_add_func ("/page-cover/average", test_average);
  status = g_test_run ();
  page_case_free (page);
  json_object_unref (peer);
  return status;
}
