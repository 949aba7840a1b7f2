/* test-recording.c
 *
 * What a log says of how a task went, two lists of steps beside each other, and whole folders
 * copied and compared.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-event.h"
#include "annex-recording.h"
#include "annex-tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---------------------------------------------------------------- recording */

static void
put (GPtrArray *events, const char *type, const char *data)
{
  JsonObject *object = annex_json_parse_object (data, -1, NULL);

  g_assert_nonnull (object);
  g_ptr_array_add (events,
                   annex_event_new (0, "t", (gint64) events->len + 1,
                                    (gint64) (events->len + 1) * G_USEC_PER_SEC, type, object));
}

static GPtrArray *
begin (void)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);

  put (events, "task-created",
       "{\"title\":\"T\",\"provider\":\"openai\",\"model\":\"m1\",\"system\":\"s\",\"tools\":\"[]"
       "\"}");
  return events;
}

static void
say (GPtrArray *events, const char *text)
{
  g_autofree char *data =
      g_strdup_printf ("{\"blocks\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);

  put (events, "user-message", data);
}

/* A reply with one call, and what it came to. */
static void
call (GPtrArray *events, const char *id, const char *parent, const char *tool, gboolean fails)
{
  g_autofree char *more =
      parent != NULL ? g_strdup_printf (",\"parent\":\"%s\"", parent) : g_strdup ("");
  g_autofree char *started =
      g_strdup_printf ("{\"reply\":\"r-%s\",\"model\":\"m1\",\"seen\":1%s}", id, more);
  g_autofree char *block = g_strdup_printf ("{\"reply\":\"r-%s\",\"index\":0,\"block\":{\"type\":"
                                            "\"tool_use\",\"id\":\"%s\",\"name\":\"%s\","
                                            "\"input\":{\"command\":\"%s\"}}%s}",
                                            id, id, tool, id, more);
  g_autofree char *finished = g_strdup_printf ("{\"reply\":\"r-%s\",\"stop_reason\":\"tool_use\","
                                               "\"cost_usd\":0.25,\"usage\":{\"input_tokens\":10,"
                                               "\"output_tokens\":2}%s}",
                                               id, more);
  g_autofree char *result =
      g_strdup_printf ("{\"tool_use_id\":\"%s\",\"name\":\"%s\",\"duration_ms\":7,\"result\":{"
                       "\"type\":\"tool_result\","
                       "\"tool_use_id\":\"%s\",\"content\":\"out\",\"is_error\":%s}%s}",
                       id, tool, id, fails ? "true" : "false", more);

  put (events, "reply-started", started);
  put (events, "block", block);
  put (events, "reply-finished", finished);
  put (events, "tool-finished", result);
}

static AnnexRecording *
read_log (GPtrArray *events)
{
  g_autoptr (GError) error = NULL;
  AnnexRecording *recording = annex_recording_new (events, &error);

  g_assert_no_error (error);
  return recording;
}

static void
test_log (void)
{
  g_autoptr (GPtrArray) events = begin ();
  g_autoptr (AnnexRecording) recording = NULL;
  const AnnexRecordedStep *step;
  const AnnexRecordedFolder *folder;

  put (events, "title-changed", "{\"title\":\"Receipts\"}");
  put (events, "share-granted",
       "{\"share\":{\"id\":\"s1\",\"name\":\"Receipts\",\"path\":\"/h/"
       "Receipts\",\"mode\":\"review\"}}");
  say (events, "first");
  call (events, "a", NULL, "shell", FALSE);
  call (events, "b", "a", "shell", TRUE); /* a sub-agent's */
  put (events, "reply-started", "{\"reply\":\"lost\",\"model\":\"m1\",\"seen\":1}");
  put (events, "block",
       "{\"reply\":\"lost\",\"index\":0,\"block\":{\"type\":\"text\",\"text\":\"x\"}}");
  put (events, "reply-failed", "{\"reply\":\"lost\",\"message\":\"gone\"}");
  call (events, "c", NULL, "write_file", TRUE);
  put (events, "draft-kept", "{\"keep\":\"k1\",\"share\":\"s1\",\"entries\":[]}");
  put (events, "draft-kept", "{\"keep\":\"k2\",\"share\":\"s1\",\"entries\":[]}");
  put (events, "draft-undone", "{\"keep\":\"k1\",\"entries\":[]}");
  put (events, "draft-undone",
       "{\"keep\":\"k2\",\"entries\":[{\"path\":\"a\",\"outcome\":\"failed\"}]}");
  put (events, "files-presented", "{\"paths\":[\"/folders/Receipts/a\",\"/folders/Receipts/a\"]}");
  recording = read_log (events);

  g_assert_cmpstr (recording->title, ==, "Receipts");
  g_assert_cmpuint (recording->prompts->len, ==, 1);
  g_assert_cmpuint (recording->replies->len, ==, 2);
  g_assert_cmpuint (recording->steps->len, ==, 2);
  step = annex_recording_find_step (recording, "a");
  g_assert_cmpstr (step->tool, ==, "shell");
  g_assert_cmpstr (step->input, ==, "{\"command\":\"a\"}");
  g_assert_false (step->is_error);
  g_assert_true (annex_recording_find_step (recording, "c")->is_error);
  g_assert_null (annex_recording_find_step (recording, "b"));
  folder = g_ptr_array_index (recording->folders, 0);
  g_assert_cmpstr (folder->name, ==, "Receipts");
  g_assert_cmpint (folder->mode, ==, ANNEX_SHARE_REVIEW);
  g_assert_cmpstr (recording->keeps[0], ==, "k2");
  g_assert_null (recording->keeps[1]);
  g_assert_null (recording->presented[1]);
  /* Three replies counted, the sub-agent's too; two of the conversation took two seconds each. */
  g_assert_cmpint (recording->usage.input_tokens, ==, 30);
  g_assert_cmpfloat (recording->usage.cost_usd, ==, 0.75);
  g_assert_cmpint (recording->duration_ms, ==, 2 * 2000 + 2 * 7);
}

static void
test_rewound (void)
{
  g_autoptr (GPtrArray) events = begin ();
  g_autoptr (AnnexRecording) recording = NULL;

  say (events, "first"); /* 2 */
  call (events, "a", NULL, "shell", FALSE);
  put (events, "rewound", "{\"to_seq\":1}");
  say (events, "second");
  call (events, "b", NULL, "shell", FALSE);
  recording = read_log (events);
  g_assert_cmpuint (recording->prompts->len, ==, 1);
  g_assert_cmpstr (annex_block_get_text (g_ptr_array_index (
                       (GPtrArray *) g_ptr_array_index (recording->prompts, 0), 0)),
                   ==, "second");
  g_assert_cmpuint (recording->steps->len, ==, 1);
  g_assert_null (annex_recording_find_step (recording, "a"));
  /* What was spent stays spent. */
  g_assert_cmpint (recording->usage.input_tokens, ==, 20);
}

/* An imported log may present any number of files; each is looked up once. */
static void
test_many_presented (void)
{
  g_autoptr (GPtrArray) events = begin ();
  g_autoptr (GString) paths = g_string_new ("{\"paths\":[\"/a\"");
  g_autoptr (AnnexRecording) recording = NULL;
  gint64 before;

  say (events, "Go");
  for (guint i = 0; i < 300000; i++)
    g_string_append_printf (paths, ",\"/home/agent/outbox/part %06u.txt\"", i);
  g_string_append (paths, "]}");
  put (events, "files-presented", paths->str);
  before = g_get_monotonic_time ();
  recording = annex_recording_new (events, NULL);
  g_assert_cmpint (g_get_monotonic_time () - before, <, 20 * G_USEC_PER_SEC);
  g_assert_cmpuint (g_strv_length (recording->presented), ==, 300001);
}

static void
test_nothing_said (void)
{
  g_autoptr (GPtrArray) events = begin ();
  g_autoptr (GError) error = NULL;

  g_assert_null (annex_recording_new (events, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
}

/* "a:a -:b": ids of the pairs. */
static char *
describe (const char *before, const char *after)
{
  AnnexRecording *sides[2];
  g_autoptr (GArray) pairs = NULL;
  GString *text = g_string_new (NULL);
  const char *words[2] = { before, after };

  for (guint s = 0; s < 2; s++)
    {
      g_autoptr (GPtrArray) events = begin ();
      g_auto (GStrv) calls = g_strsplit (words[s], " ", -1);

      say (events, "go");
      for (guint i = 0; calls[i] != NULL && calls[i][0] != '\0'; i++)
        call (events, calls[i], NULL, g_ascii_isupper (calls[i][0]) ? "shell" : "read_file", FALSE);
      sides[s] = read_log (events);
    }
  pairs = annex_recorded_steps_pair (sides[0]->steps, sides[1]->steps);
  for (guint i = 0; i < pairs->len; i++)
    {
      const AnnexStepPair *pair = &g_array_index (pairs, AnnexStepPair, i);

      g_string_append_printf (text, "%s%s:%s", i > 0 ? " " : "",
                              pair->before != NULL ? pair->before->tool_use_id : "-",
                              pair->after != NULL ? pair->after->tool_use_id : "-");
    }
  annex_recording_unref (sides[0]);
  annex_recording_unref (sides[1]);
  return g_string_free (text, FALSE);
}

static void
test_pairs (void)
{
  static const struct
  {
    const char *before, *after, *expected;
  } cases[] = {
    { "", "", "" },
    { "a B", "a B", "a:a B:B" },
    { "a B c", "a c", "a:a B:- c:c" },
    { "a c", "a B c", "a:a -:B c:c" },
    { "A", "B", "A:B" },             /* the same tool, another command */
    { "A", "b", "A:- -:b" },         /* another tool */
    { "A B C", "C", "A:- B:- C:C" }, /* the same call before the same tool */
    { "", "a b", "-:a -:b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = describe (cases[i].before, cases[i].after);

      g_assert_cmpstr (text, ==, cases[i].expected);
    }
}

/* ---------------------------------------------------------------- folders */

static char *base;

static char *
path_of (const char *tree, const char *path)
{
  return g_build_filename (base, tree, path, NULL);
}

static void
write_file (const char *tree, const char *path, const char *content)
{
  g_autofree char *file = path_of (tree, path);
  g_autofree char *folder = g_path_get_dirname (file);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  g_assert_true (g_file_set_contents (file, content, -1, NULL));
}

static gboolean
same_letters (const char *path, GBytes *expected, GBytes *actual, gpointer data)
{
  g_autofree char *one =
      g_ascii_strdown (g_bytes_get_data (expected, NULL), (gssize) g_bytes_get_size (expected));
  g_autofree char *other =
      g_ascii_strdown (g_bytes_get_data (actual, NULL), (gssize) g_bytes_get_size (actual));

  return g_str_equal (one, other);
}

static char *
compare (const char *before, const char *expected, const char *actual)
{
  g_autofree char *before_path = path_of (before, NULL);
  g_autofree char *expected_path = path_of (expected, NULL);
  g_autofree char *actual_path = path_of (actual, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) files =
      annex_tree_compare (before_path, expected_path, actual_path, same_letters, NULL, &error);
  GString *text = g_string_new (NULL);

  g_assert_no_error (error);
  for (guint i = 0; i < files->len; i++)
    {
      const AnnexTreeFile *file = g_ptr_array_index (files, i);

      g_string_append_printf (text, "%s %s\n", file->path, annex_likeness_to_name (file->likeness));
    }
  return g_string_free (text, FALSE);
}

static void
test_compare (void)
{
  g_autofree char *text = NULL;
  g_autofree char *link = NULL;
  g_autofree char *other = NULL;

  write_file ("b", "stays", "1");
  write_file ("b", "goes", "1");
  for (guint i = 0; i < 2; i++)
    {
      const char *tree = i == 0 ? "e" : "a";

      write_file (tree, "stays", "1");
      write_file (tree, "new/same", "made");
      write_file (tree, "new/alike", i == 0 ? "Made" : "mADE");
      write_file (tree, "new/different", i == 0 ? "made" : "male");
    }
  write_file ("e", "missing", "1");
  write_file ("a", "goes", "1");
  link = path_of ("e", "link");
  other = path_of ("a", "link");
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (symlink ("/etc/hostname", other), ==, 0);
  text = compare ("b", "e", "a");
  g_assert_cmpstr (text, ==,
                   "goes extra\nlink different\nmissing missing\nnew/alike alike\n"
                   "new/different different\nnew/same same\n");
}

static void
test_copy (void)
{
  g_autofree char *from = path_of ("a", NULL);
  g_autofree char *to = path_of ("copies/one", NULL);
  g_autofree char *none = path_of ("nowhere", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (annex_tree_copy (from, to, &error));
  g_assert_no_error (error);
  text = compare ("copies/one", "a", "copies/one");
  g_assert_cmpstr (text, ==, "");
  g_assert_false (annex_tree_copy (none, to, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_true (annex_tree_remove (to));
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  g_assert_true (annex_tree_remove (to));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  base = g_dir_make_tmp ("annex-recording-XXXXXX", NULL);
  g_test_add_func ("/recording/log", test_log);
  g_test_add_func ("/recording/rewound", test_rewound);
  g_test_add_func ("/recording/many-presented", test_many_presented);
  g_test_add_func ("/recording/nothing-said", test_nothing_said);
  g_test_add_func ("/recording/pairs", test_pairs);
  g_test_add_func ("/tree/compare", test_compare);
  g_test_add_func ("/tree/copy", test_copy);
  status = g_test_run ();
  annex_tree_remove (base);
  g_free (base);
  return status;
}
