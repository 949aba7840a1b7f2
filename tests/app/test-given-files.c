/* test-given-files.c
 *
 * What of the files that the user hands over is shown to the model: nothing that its server may
 * refuse. All of it is in the computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-taint.h"
#include "annex-desk-session-private.h"
#include "annex-json-build.h"
#include "annex-picture-head.h"
#include "office.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <string.h>

/* A GIF of that size with @rest bytes of something in it. (transfer full) */
static GBytes *
new_picture (guint side, gsize rest)
{
  GByteArray *bytes = g_byte_array_new ();
  const guint8 head[] = { 'G', 'I', 'F', '8', '9', 'a', side & 0xff, side >> 8, 1, 0, 0, 0, 0 };
  g_autofree guint8 *filling = g_malloc0 (rest + 1);

  filling[rest] = 0x3b;
  g_byte_array_append (bytes, head, sizeof head);
  g_byte_array_append (bytes, filling, (guint) rest + 1);
  return g_byte_array_free_to_bytes (bytes);
}

static void
give (AnnexNewTask *request, const char *name, GBytes *bytes)
{
  g_autoptr (GBytes) taken = bytes;
  g_autofree char *rest = g_build_filename ("given", name, NULL);
  g_autofree char *path = app_fixture_write (rest, "");

  g_assert_true (g_file_set_contents (path, g_bytes_get_data (taken, NULL),
                                      (gssize) g_bytes_get_size (taken), NULL));
  g_ptr_array_add (request->files, g_steal_pointer (&path));
}

/* Hands all of @request over. Returns what the model was sent. (transfer full) */
static char *
hand_over (Office *office, AnnexNewTask *request, AnnexTask **task)
{
  g_autoptr (GPtrArray) log = NULL;
  g_autoptr (GError) error = NULL;

  office_open (office, "{\"turns\":[{\"blocks\":[" SAY ("Seen") "]}]}");
  request->prompt = g_strdup ("Look at these");
  *task = dex_await_object (annex_desk_create_task (office->desk, request), &error);
  g_assert_no_error (error);
  office_await_rest (office, *task, ANNEX_TASK_DONE);
  log = fake_model_dup_log (office->model);
  return g_strdup (annex_json_opt_string (g_ptr_array_index (log, log->len - 1), "text", ""));
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *at = text; (at = strstr (at, part)) != NULL; at += strlen (part))
    n++;
  return n;
}

static void
test_kinds (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *sent = NULL;

  give (request, "wrong-name.png", new_picture (100, 0));
  give (request, "broken.png", g_bytes_new_static ("\x89PNG\r\n\x1a\nrubbish rubbish rubbish", 31));
  give (request, "no-picture.jpg", g_bytes_new_static ("just words", 10));
  give (request, "open.pdf", g_bytes_new_static ("%PDF-1.7 trailer << >>", 22));
  give (request, "locked.pdf", g_bytes_new_static ("%PDF-1.7 trailer << /Encrypt 5 0 R >>", 37));
  give (request, "photo.gif", new_picture (4032, 0));
  give (request, "huge.gif", new_picture (9000, 0));
  give (request, "heavy.gif", new_picture (100, 4 << 20));
  sent = hand_over (&office, request, &task);
  g_assert_cmpuint (count (sent, "\"type\":\"image\""), ==, 2);
  g_assert_cmpuint (count (sent, "\"media_type\":\"image/gif\""), ==, 2);
  g_assert_cmpuint (count (sent, "\"type\":\"document\""), ==, 1);
  g_assert_nonnull (strstr (sent, "\"title\":\"open.pdf\""));
  /* They all are in the computer. */
  g_assert_cmpuint (count (sent, "\\n- /home/agent/inbox/"), ==, 8);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_many (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *sent = NULL;

  for (guint i = 0; i < 30; i++)
    {
      g_autofree char *name = g_strdup_printf ("receipt-%u.jpg", i);

      give (request, name, new_picture (i < 25 ? 3000 : 2000, 0));
    }
  sent = hand_over (&office, request, &task);
  g_assert_cmpuint (count (sent, "\"type\":\"image\""), ==, 10);
  g_assert_cmpuint (count (sent, "\\n- /home/agent/inbox/"), ==, 30);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_heavy (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *sent = NULL;

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("photo-%u.jpg", i);

      give (request, name, new_picture (1000, 3 << 20));
    }
  sent = hand_over (&office, request, &task);
  g_assert_cmpuint (count (sent, "\"type\":\"image\""), ==, 3);
  g_clear_object (&task);
  office_close (&office);
}

/* What was pasted is nowhere else: it becomes a file where it is not shown. */
static void
test_pasted (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autofree char *sent = NULL;

  g_ptr_array_add (request->images, new_picture (100, 0));
  g_ptr_array_add (request->images, new_picture (100, 4 << 20));
  sent = hand_over (&office, request, &task);
  g_assert_cmpuint (count (sent, "\"type\":\"image\""), ==, 1);
  kept = dex_await_boxed (annex_desk_load_file (office.desk, task, "/home/agent/inbox/pasted.png"),
                          NULL);
  g_assert_nonnull (kept);
  g_assert_cmpuint (g_bytes_get_size (kept), >, 4 << 20);
  g_clear_object (&task);
  office_close (&office);
}

/* Single files are data of the user's as folders are, from before they are in the computer, also
 * after a restart; a host that is open to all tasks is asked about then, and the ask says so. */
static void
test_private (void)
{
  Office office;
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *sent = NULL;
  g_autofree char *log = NULL;
  g_autofree char *id = NULL;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (GError) error = NULL;

  give (request, "bill.txt", g_bytes_new_static ("42", 2));
  g_ptr_array_add (request->images, new_picture (100, 0));
  sent = hand_over (&office, request, &task);
  g_assert_cmpint (annex_task_get_taint (task), ==, ANNEX_TAINT_PRIVATE);
  log = office_dup_log (&office, task);
  g_assert_nonnull (strstr (log, "\"what\":\"files\",\"count\":2"));
  g_assert_true (strstr (log, "\"data-given\"") < strstr (log, "\"user-message\""));
  id = g_strdup (annex_task_get_id (task));
  g_clear_object (&task);
  office_reopen (&office);
  test_await (annex_store_set_rule (annex_desk_get_store (office.desk), "rates.example", TRUE));
  task = dex_await_object (annex_desk_open_task (office.desk, id), NULL);
  g_assert_cmpint (annex_task_get_taint (task), ==, ANNEX_TAINT_PRIVATE);
  test_await (annex_task_append (task, ANNEX_EVENT_UNTRUSTED_READ,
                                 annex_json_build ("s", "source", "web", NULL)));
  {
    g_autoptr (AnnexWork) work = annex_desk_session_get_work (office.self, task, &error);

    g_assert_no_error (error);
    g_assert_false (annex_network_policy_peek (annex_workspace_get_policy (work->workspace),
                                               "rates.example", 443, NULL, &error));
    g_assert_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_EXPOSED);
  }
  ask = annex_ask_new_way_out (ANNEX_ASK_NETWORK, task, "rates.example", "to look");
  g_assert_cmpint (annex_json_opt_int (annex_ask_get_json (ask), "files", 0), ==, 2);
  g_assert_cmpint (annex_json_opt_int (annex_ask_get_json (ask), "secrets", -1), ==, 0);
  g_clear_object (&task);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/given-files/kinds", test_kinds);
  app_fixture_add ("/given-files/many", test_many);
  app_fixture_add ("/given-files/heavy", test_heavy);
  app_fixture_add ("/given-files/pasted", test_pasted);
  app_fixture_add ("/given-files/private", test_private);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
