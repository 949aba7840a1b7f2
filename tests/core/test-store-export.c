/* test-store-export.c
 *
 * A task as a file and back: the round trip, and files that lie, each line broken in every way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task.h"

#include "test-fiber.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *folder;

static AnnexStore *
open_store (void)
{
  static guint n;
  g_autofree char *path = g_strdup_printf ("%s/%u.db", folder, ++n);
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

static void
put (AnnexStore *store, const char *task, AnnexEventType type, const char *data)
{
  JsonObject *object = annex_json_parse_object (data, -1, NULL);

  g_assert_nonnull (object);
  test_await (annex_store_append (store, task, type, object));
}

static void
fill (AnnexStore *store, const char *task)
{
  put (store, task, ANNEX_EVENT_TASK_CREATED,
       "{\"title\":\"Grüße\",\"provider\":\"openai\",\"model\":\"m\",\"base_url\":"
       "\"http://evil.example\",\"system\":\"s\",\"tools\":\"[]\"}");
  put (store, task, ANNEX_EVENT_SHARE_GRANTED,
       "{\"share\":{\"id\":\"s1\",\"name\":\"etc\",\"path\":\"/etc\",\"mode\":\"keep\"}}");
  put (store, task, ANNEX_EVENT_USER_MESSAGE,
       "{\"blocks\":[{\"type\":\"text\",\"text\":\"needle \\u0007 \\\"q\\\" \\\\ 1.5\"}]}");
  put (store, task, ANNEX_EVENT_NETWORK_DECIDED,
       "{\"host\":\"evil.example\",\"decision\":\"allow\",\"scope\":\"task\",\"by\":\"user\"}");
  put (store, task, ANNEX_EVENT_DRAFT_KEPT, "{\"keep\":\"k1\",\"share\":\"s1\",\"entries\":[]}");
  put (store, task, ANNEX_EVENT_ASK_OPENED,
       "{\"ask\":{\"id\":\"q1\",\"kind\":\"network\",\"task\":\"x\",\"text\":\"h\"}}");
  put (store, task, ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"r\",\"model\":\"m\",\"seen\":3}");
  put (store, task, ANNEX_EVENT_BLOCK,
       "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"thinking\",\"thinking\":\"\","
       "\"signature\":"
       "\"sig==\"}}");
  put (store, task, ANNEX_EVENT_REPLY_FINISHED,
       "{\"reply\":\"r\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":3},\"cost_usd\":"
       "0.1}");
  put (store, task, ANNEX_EVENT_STATE_CHANGED, "{\"state\":\"running\"}");
}

static char *
export_task (AnnexStore *store, const char *task)
{
  g_autofree char *path = g_build_filename (folder, "export.jsonl", NULL);
  char *text = NULL;
  struct stat st;

  test_await (annex_store_export (store, task, path));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
  return text;
}

/* Imports @text. Returns the new id, or NULL with @error. */
static char *
import_text (AnnexStore *store, const char *text, gsize length, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "import.jsonl", NULL);

  g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
  return dex_await_string (annex_store_import (store, path), error);
}

static GPtrArray *
list (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *array = dex_await_boxed (future, &error);

  g_assert_no_error (error);
  return array;
}

static void
check_nothing_kept (AnnexStore *store, guint n_tasks)
{
  g_autoptr (GPtrArray) tasks = list (annex_store_list_tasks (store));
  g_autoptr (GPtrArray) found = list (annex_store_search (store, "needle", 0));

  g_assert_cmpuint (tasks->len, ==, n_tasks);
  g_assert_cmpuint (found->len, ==, n_tasks);
}

static void
test_round_trip (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexStore) other = open_store ();
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  AnnexEvent *last;

  fill (store, "old");
  text = export_task (store, "old");
  id = import_text (other, text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (id, !=, "old");
  before = list (annex_store_list_events (store, "old", 0, 0));
  after = list (annex_store_list_events (other, id, 0, 0));
  g_assert_cmpuint (after->len, ==, before->len + 1);
  for (guint i = 0; i < before->len; i++)
    {
      AnnexEvent *a = g_ptr_array_index (before, i);
      AnnexEvent *b = g_ptr_array_index (after, i);
      g_autofree char *a_data = annex_json_object_to_string (annex_event_get_data (a));
      g_autofree char *b_data = annex_json_object_to_string (annex_event_get_data (b));

      g_assert_cmpstr (annex_event_get_type_name (a), ==, annex_event_get_type_name (b));
      g_assert_cmpint (annex_event_get_time_us (a) / 1000, ==, annex_event_get_time_us (b) / 1000);
      g_assert_cmpstr (a_data, ==, b_data);
    }
  last = g_ptr_array_index (after, before->len);
  g_assert_cmpint (annex_event_get_event_type (last), ==, ANNEX_EVENT_IMPORTED);
  g_assert_cmpstr (annex_json_opt_string (annex_event_get_data (last), "task", ""), ==, "old");
  check_nothing_kept (other, 1);
  test_await (annex_store_close (store));
  test_await (annex_store_close (other));
}

/* What another machine's log grants is not granted here. */
static void
test_grants_nothing (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexTask) original = NULL;
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GPtrArray) asks = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_auto (GStrv) keeps = NULL;
  g_auto (GStrv) read = NULL;
  g_autofree char *title = NULL;

  fill (store, "old");
  text = export_task (store, "old");
  id = import_text (store, text, strlen (text), NULL);
  original = dex_await_object (annex_task_load (store, "old"), NULL);
  task = dex_await_object (annex_task_load (store, id), NULL);
  g_assert_cmpstr (annex_task_get_base_url (original), ==, "http://evil.example");
  g_assert_null (annex_task_get_base_url (task));
  shares = annex_task_dup_shares (task);
  rules = annex_task_dup_network_rules (task);
  asks = annex_task_dup_open_asks (task);
  keeps = annex_task_dup_keeps (task);
  messages = annex_task_dup_messages (task);
  title = annex_task_dup_title (task);
  g_assert_cmpuint (shares->len, ==, 0);
  g_assert_cmpuint (rules->len, ==, 0);
  g_assert_cmpuint (asks->len, ==, 0);
  g_assert_cmpuint (g_strv_length (keeps), ==, 0);
  g_assert_cmpuint (messages->len, ==, 2);
  g_assert_cmpstr (title, ==, "Grüße");
  g_assert_cmpint (annex_task_get_state (task), ==, ANNEX_TASK_STOPPED);
  /* Who made the file wrote all of it. */
  read = annex_task_dup_untrusted (task);
  g_assert_cmpint (annex_task_get_taint (task) & ANNEX_TAINT_UNTRUSTED, !=, 0);
  g_assert_true (g_strv_contains ((const char *const *) read, ANNEX_SOURCE_IMPORT));
  g_assert_cmpint (annex_task_get_taint (original) & ANNEX_TAINT_UNTRUSTED, ==, 0);
  g_assert_null (annex_task_get_system (task));
  g_assert_null (annex_task_get_tools (task));
  g_assert_cmpstr (annex_task_get_system (original), ==, "s");
  open = list (annex_store_list_open_asks (store));
  g_assert_cmpuint (open->len, ==, 1); /* the original's */
  test_await (annex_store_close (store));
}

/* As Annex writes it a line may be longer than it was: what could not be read again is not taken.
 */
static void
test_grows (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  g_string_append (
      text, "{\"annex_export\":1,\"task\":\"t\"}\n{\"id\":1,\"task\":\"t\",\"seq\":1,\"time\":"
            "\"2026-01-01T00:00:00.000Z\",\"type\":\"task-created\",\"data\":{\"title\":\"needle\","
            "\"provider\":\"p\",\"model\":\"m\",\"system\":\"s\",\"tools\":\"[]\",\"fill\":\"");
  /* Two bytes here, six there. */
  for (guint i = 0; i < ANNEX_JSON_MAX_BYTES / 6 + 1; i++)
    g_string_append (text, "\\b");
  g_string_append (text, "\"}}\n");
  g_assert_cmpuint (text->len, <, ANNEX_JSON_MAX_BYTES);
  id = import_text (store, text->str, text->len, &error);
  g_assert_null (id);
  g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT);
  g_assert_nonnull (strstr (error->message, "larger than 64 MiB"));
  check_nothing_kept (store, 0);
  test_await (annex_store_close (store));
}

/* Cut anywhere, it is refused whole. */
static void
test_truncated (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexStore) other = open_store ();
  g_autofree char *text = NULL;
  gsize length;

  fill (store, "old");
  text = export_task (store, "old");
  length = strlen (text) - 1; /* the last newline may be missing */
  for (gsize n = 0; n < length; n += n % 7 + 1)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = import_text (other, text, n, &error);

      g_assert_null (id);
      g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT);
    }
  check_nothing_kept (other, 0);
  test_await (annex_store_close (store));
  test_await (annex_store_close (other));
}

/* One byte changed anywhere: refused, or a whole task that can be loaded and exported again. */
static void
test_mutated (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autoptr (AnnexStore) other = open_store ();
  g_autofree char *text = NULL;
  gsize length;
  guint n_kept = 0;

  fill (store, "old");
  text = export_task (store, "old");
  length = strlen (text);
  for (guint round = 0; round < 1200; round++)
    {
      g_autofree char *bytes = g_memdup2 (text, length);
      g_autoptr (GError) error = NULL;
      g_autofree char *id = NULL;
      g_autoptr (AnnexTask) task = NULL;
      g_autoptr (GPtrArray) messages = NULL;

      bytes[g_test_rand_int_range (0, (gint32) length)] = (char) g_test_rand_int_range (0, 256);
      id = import_text (other, bytes, length, &error);
      if (id == NULL)
        {
          g_assert_true (
              error->domain == ANNEX_STORE_ERROR &&
              (error->code == ANNEX_STORE_ERROR_FORMAT || error->code == ANNEX_STORE_ERROR_NEWER));
          continue;
        }
      n_kept++;
      task = dex_await_object (annex_task_load (other, id), &error);
      g_assert_no_error (error);
      messages = annex_task_dup_messages (task);
      test_await (annex_store_delete_task (other, id));
    }
  g_test_message ("%u of 1200 were still whole", n_kept);
  check_nothing_kept (other, 0);
  test_await (annex_store_close (store));
  test_await (annex_store_close (other));
}

static void
test_lies (void)
{
#define HEADER "{\"annex_export\":1,\"task\":\"o\",\"title\":\"T\",\"exported\":\"x\"}\n"
#define CREATED                                                                                    \
  "{\"id\":1,\"task\":\"o\",\"seq\":1,\"time\":\"2024-01-01T00:00:00.000Z\",\"type\":"             \
  "\"task-created\",\"data\":{\"title\":\"needle\",\"provider\":\"\",\"model\":\"\",\"system\":"   \
  "\"\",\"tools\":\"\"}}\n"
#define EVENT(task, seq, time, type, data)                                                         \
  "{\"id\":2,\"task\":\"" task "\",\"seq\":" seq ",\"time\":\"" time "\",\"type\":\"" type         \
  "\",\"data\":" data "}\n"
#define TIME "2024-01-01T00:00:00.000Z"
  static const struct
  {
    const char *text;
    int code; /* -1: it is good */
  } cases[] = {
    { HEADER CREATED, -1 },
    { HEADER CREATED EVENT ("o", "2", TIME, "title-changed", "{\"title\":\"n\"}"), -1 },
    { HEADER CREATED EVENT ("o", "2", TIME, "from-the-future", "{}"), -1 },
    { "", ANNEX_STORE_ERROR_FORMAT },
    { "\n", ANNEX_STORE_ERROR_FORMAT },
    { "PK\x03\x04", ANNEX_STORE_ERROR_FORMAT },
    { HEADER, ANNEX_STORE_ERROR_FORMAT },
    { CREATED, ANNEX_STORE_ERROR_FORMAT },
    { HEADER "\n" CREATED, ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED "\n", ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED CREATED, ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED "[]\n", ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("p", "2", TIME, "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "3", TIME, "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "1", TIME, "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2.0", TIME, "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2", "now", "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2", TIME, "", "{}"), ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2", TIME, "title-changed", "{}"), ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2", TIME, "title-changed", "{\"title\":7}"),
      ANNEX_STORE_ERROR_FORMAT },
    { HEADER CREATED EVENT ("o", "2", TIME, "title-changed", "[]"), ANNEX_STORE_ERROR_FORMAT },
    { HEADER EVENT ("o", "1", TIME, "title-changed", "{\"title\":\"n\"}"),
      ANNEX_STORE_ERROR_FORMAT },
    { "{\"annex_export\":2,\"task\":\"o\"}\n" CREATED, ANNEX_STORE_ERROR_NEWER },
    { "{\"annex_export\":0,\"task\":\"o\"}\n" CREATED, ANNEX_STORE_ERROR_FORMAT },
    { "{\"annex_export\":1,\"task\":\"o\",\"events\":2}\n" CREATED, ANNEX_STORE_ERROR_FORMAT },
    { "{\"annex_export\":1,\"task\":\"o\",\"events\":1}\n" CREATED, -1 },
  };
  g_autoptr (AnnexStore) store = open_store ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = import_text (store, cases[i].text, strlen (cases[i].text), &error);

      g_test_message ("case %u", i);
      if (cases[i].code < 0)
        {
          g_assert_no_error (error);
          test_await (annex_store_delete_task (store, id));
        }
      else
        g_assert_error (error, ANNEX_STORE_ERROR, cases[i].code);
    }
  check_nothing_kept (store, 0);
  test_await (annex_store_close (store));
}

static void
test_no_file (void)
{
  g_autoptr (AnnexStore) store = open_store ();
  g_autofree char *absent = g_build_filename (folder, "absent", NULL);
  g_autofree char *below = g_build_filename (folder, "absent", "x", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);

  fill (store, "old");
  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  test_await_error (annex_store_import (store, absent), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FAILED);
  test_await_error (annex_store_import (store, folder), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FORMAT);
  test_await_error (annex_store_import (store, fifo), ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT);
  test_await_error (annex_store_export (store, "old", below), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FAILED);
  test_await_error (annex_store_export (store, "none", absent), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (absent, G_FILE_TEST_EXISTS));
  test_await (annex_store_close (store));
}

int
main (int argc, char *argv[])
{
  int status;

  folder = g_dir_make_tmp ("annex-export-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/export/round-trip", test_round_trip);
  test_add_fiber ("/export/grants-nothing", test_grants_nothing);
  test_add_fiber ("/export/grows", test_grows);
  test_add_fiber ("/export/truncated", test_truncated);
  test_add_fiber ("/export/mutated", test_mutated);
  test_add_fiber ("/export/lies", test_lies);
  test_add_fiber ("/export/no-file", test_no_file);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return status;
}
