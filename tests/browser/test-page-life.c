/* test-page-life.c
 *
 * What happens to a command when it is cancelled, when the page is busy, crashes, goes away, or
 * when nobody keeps the page's object.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-case.h"
#include "page-task.h"

#include "annex-json.h"

#include <string.h>

static PageCase *page;

static void
load_body (const char *body)
{
  g_free (page->body);
  page->body = g_strdup_printf ("<!doctype html><title>Life</title><body>%s</body>", body);
  page_case_load (page, "case");
}

static DexFuture *
start (const char *command, const char *json, guint timeout_ms, DexFuture *cancel)
{
  g_autoptr (JsonObject) args = annex_json_parse_object (json, -1, NULL);

  return annex_page_run (page->page, command, args, timeout_ms, cancel);
}

static void
test_cancel (void)
{
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (GError) error = NULL;

  load_body ("<p>Nothing comes");
  future = start ("wait", "{\"text\":\"never\"}", 600000, DEX_FUTURE (cancel));
  page_case_pause (page, 200);
  g_assert_true (dex_future_is_pending (future));
  dex_cancellable_cancel (cancel);
  page_case_settle (page, future);
  dex_future_get_value (future, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Cancelled while an element is waited for: it is not clicked afterwards. */
static void
test_cancel_click (void)
{
  g_autoptr (DexCancellable) cancel = dex_cancellable_new ();
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *reference = NULL, *args = NULL, *title = NULL;

  load_body ("<button disabled onclick=\"document.title='clicked'\">Later</button>");
  answer = page_case_run (page, "snapshot", "{}", NULL);
  reference = page_task_find_reference (answer->text, "Later");
  args = g_strdup_printf ("{\"target\":\"%s\"}", reference);
  future = start ("click", args, 600000, DEX_FUTURE (cancel));
  page_case_pause (page, 200);
  dex_cancellable_cancel (cancel);
  page_case_settle (page, future);
  dex_future_get_value (future, &error);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  page_case_pause (page, 500);
  g_free (page_case_script (page, "document.querySelector('button').disabled=false;''"));
  page_case_pause (page, 1000);
  title = page_case_script (page, "document.title");
  g_assert_cmpstr (title, ==, "Life");
}

/* The box of what is in a frame is one of the whole page. */
static void
test_box_in_frame (void)
{
  g_autoptr (AnnexPageAnswer) answer = NULL, box = NULL;
  g_autofree char *reference = NULL, *args = NULL;
  g_autoptr (GError) error = NULL;
  JsonArray *array;
  const double wanted[] = { 100 + 7, 200 + 7, 50, 20 };

  load_body (
      "<style>*{margin:0;border:0;padding:0}</style><iframe style='position:absolute;left:100px;"
      "top:200px;border:3px solid;padding:4px' srcdoc=\"<button style='position:absolute;left:0;"
      "top:0;width:50px;height:20px'>Inside</button>\"></iframe>");
  while (reference == NULL)
    {
      g_clear_pointer (&answer, annex_page_answer_free);
      answer = page_case_run (page, "snapshot", "{}", &error);
      g_assert_no_error (error);
      reference = page_task_find_reference (answer->text, "Inside");
    }
  args = g_strdup_printf ("{\"target\":\"%s\"}", reference);
  box = page_case_run (page, "box", args, &error);
  g_assert_no_error (error);
  array = annex_json_opt_array (box->detail, "box");
  g_assert_cmpuint (json_array_get_length (array), ==, 4);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (json_array_get_double_element (array, i), wanted[i], 1);
}

/* Presses the only button, which runs for as long as @ms. */
static DexFuture *
start_busy (guint ms, guint timeout_ms)
{
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autofree char *body = NULL, *reference = NULL, *args = NULL;

  body = g_strdup_printf (
      "<button onclick=\"const e=Date.now()+%u;while(Date.now()<e);\">Busy</button>", ms);
  load_body (body);
  answer = page_case_run (page, "snapshot", "{}", NULL);
  g_assert_nonnull (answer);
  reference = page_task_find_reference (answer->text, "Busy");
  args = g_strdup_printf ("{\"target\":\"%s\"}", reference);
  return start ("click", args, timeout_ms, NULL);
}

static void
test_busy (void)
{
  g_autoptr (DexFuture) future = start_busy (6000, 500);
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  page_case_settle (page, future);
  dex_future_get_value (future, &error);
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT);
  /* And it comes back. */
  g_clear_error (&error);
  answer = page_case_run_within (page, "wait", "{\"time_s\":0.1}", 60000, &error);
  g_assert_no_error (error);
}

static void
test_crash (void)
{
  g_autoptr (DexFuture) future = start_busy (600000, 60000);
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;

  page_case_pause (page, 100);
  webkit_web_view_terminate_web_process (page->view);
  page_case_settle (page, future);
  dex_future_get_value (future, &error);
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED);
  g_clear_error (&error);
  load_body ("<button>Again</button>");
  answer = page_case_run (page, "snapshot", "{}", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (answer->text, "Again"));
}

/* A reference of a page that is gone stays stale on every later page. */
static void
test_stale_over_pages (void)
{
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *old = NULL, *args = NULL;

  load_body ("<button>Old</button>");
  answer = page_case_run (page, "snapshot", "{}", NULL);
  old = page_task_find_reference (answer->text, "Old");
  args = g_strdup_printf ("{\"target\":\"%s\"}", old);
  load_body ("<button onclick=\"document.title='hit'\">New</button>");
  g_clear_pointer (&answer, annex_page_answer_free);
  answer = page_case_run (page, "snapshot", "{}", NULL);
  g_assert_null (strstr (answer->text, old));
  g_clear_pointer (&answer, annex_page_answer_free);
  answer = page_case_run (page, "click", args, &error);
  g_assert_null (answer);
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE);
}

static void
test_dropped (void)
{
  g_autoptr (DexFuture) future = NULL;
  gpointer watched;

  load_body ("<p>x");
  future = start ("wait", "{\"text\":\"never\"}", 1000, NULL);
  watched = page->page;
  g_object_add_weak_pointer (G_OBJECT (page->page), &watched);
  g_clear_object (&page->page);
  page_case_settle (page, future);
  dex_clear (&future);
  for (guint i = 0; i < 200 && watched != NULL; i++)
    page_case_pause (page, 50);
  g_assert_null (watched);
  page->page = annex_page_new (page->view);
}

int
main (int argc, char *argv[])
{
  int status;

  gtk_test_init (&argc, &argv, NULL);
  dex_init ();
  page = page_case_new (".", 800, 600);
  g_test_add_func ("/page-life/cancel", test_cancel);
  g_test_add_func ("/page-life/cancel-click", test_cancel_click);
  g_test_add_func ("/page-life/stale-over-pages", test_stale_over_pages);
  g_test_add_func ("/page-life/box-in-frame", test_box_in_frame);
  g_test_add_func ("/page-life/busy", test_busy);
  g_test_add_func ("/page-life/crash", test_crash);
  g_test_add_func ("/page-life/dropped", test_dropped);
  status = g_test_run ();
  page_case_free (page);
  return status;
}
