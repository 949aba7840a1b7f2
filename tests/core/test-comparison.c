/* test-comparison.c
 *
 * Two tries of a task beside each other, from their logs alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-comparison.h"
#include "annex-event.h"

static void
put (GPtrArray *events, const char *type, const char *data)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = annex_json_parse_object (data, -1, &error);

  g_assert_no_error (error);
  g_ptr_array_add (events,
                   annex_event_new (0, "t", (gint64) events->len + 1,
                                    (gint64) (events->len + 1) * G_USEC_PER_SEC, type, object));
}

static GPtrArray *
begin (const char *share)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autofree char *granted = g_strdup_printf (
      "{\"share\":{\"id\":\"%s\",\"name\":\"Notes\",\"path\":\"/h/Notes\",\"mode\":\"review\"}}",
      share);

  put (events, "task-created",
       "{\"title\":\"T\",\"provider\":\"openai\",\"model\":\"m1\",\"system\":\"s\",\"tools\":\"[]"
       "\"}");
  put (events, "share-granted", granted);
  put (events, "user-message", "{\"blocks\":[{\"type\":\"text\",\"text\":\"Tidy\"}]}");
  return events;
}

static void
reply (GPtrArray *events, const char *text)
{
  g_autofree char *block = g_strdup_printf (
      "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"text\",\"text\":\"%s\"}}", text);

  put (events, "reply-started", "{\"reply\":\"r\",\"model\":\"m1\",\"seen\":1}");
  put (events, "block", block);
  put (events, "reply-finished",
       "{\"reply\":\"r\",\"stop_reason\":\"end_turn\",\"cost_usd\":0.5,\"usage\":{\"input_tokens\":"
       "10,\"output_tokens\":2}}");
}

static const AnnexComparedFile *
find (AnnexComparison *comparison, const char *path)
{
  for (guint i = 0; i < comparison->files->len; i++)
    {
      const AnnexComparedFile *file = &g_array_index (comparison->files, AnnexComparedFile, i);
      const AnnexMadeFile *made = file->before != NULL ? file->before : file->after;

      if (g_str_equal (made->path, path))
        return file;
    }
  g_error ("there is no %s", path);
}

static void
test_files (void)
{
  g_autoptr (GPtrArray) before = begin ("s1");
  g_autoptr (GPtrArray) after = begin ("s2");
  g_autoptr (AnnexComparison) comparison = NULL;
  g_autoptr (GError) error = NULL;
  const AnnexComparedFile *file;

  reply (before, "First words");
  put (before, "draft-changed",
       "{\"share\":\"s1\",\"entries\":["
       "{\"kind\":\"changed\",\"path\":\"same.txt\",\"size\":3,\"old_size\":1,\"sha256\":\"aa\"},"
       "{\"kind\":\"added\",\"path\":\"other.txt\",\"size\":3,\"sha256\":\"bb\"},"
       "{\"kind\":\"deleted\",\"path\":\"gone.txt\",\"size\":0,\"old_size\":5},"
       "{\"kind\":\"added\",\"path\":\"old.txt\",\"size\":7},"
       "{\"kind\":\"added\",\"path\":\"went.txt\",\"size\":7,\"sha256\":\"cc\"},"
       "{\"kind\":\"refused\",\"path\":\"device\",\"size\":0},"
       "{\"kind\":\"added\",\"path\":\"mine.txt\",\"size\":9,\"sha256\":\"dd\"}]}");
  /* The agent took one back itself. */
  put (before, "draft-changed",
       "{\"share\":\"s1\",\"entries\":["
       "{\"kind\":\"changed\",\"path\":\"same.txt\",\"size\":3,\"old_size\":1,\"sha256\":\"aa\"},"
       "{\"kind\":\"added\",\"path\":\"other.txt\",\"size\":3,\"sha256\":\"bb\"},"
       "{\"kind\":\"deleted\",\"path\":\"gone.txt\",\"size\":0,\"old_size\":5},"
       "{\"kind\":\"added\",\"path\":\"old.txt\",\"size\":7},"
       "{\"kind\":\"added\",\"path\":\"mine.txt\",\"size\":9,\"sha256\":\"dd\"}]}");
  put (before, "draft-kept",
       "{\"keep\":\"k1\",\"share\":\"s1\",\"entries\":["
       "{\"path\":\"same.txt\",\"action\":\"changed\",\"outcome\":\"done\"},"
       "{\"path\":\"gone.txt\",\"action\":\"deleted\",\"outcome\":\"done\"},"
       "{\"path\":\"old.txt\",\"action\":\"added\",\"outcome\":\"failed\"}]}");
  put (before, "draft-discarded", "{\"share\":\"s1\",\"paths\":[\"mine.txt\"]}");
  put (before, "draft-changed",
       "{\"share\":\"s1\",\"entries\":["
       "{\"kind\":\"added\",\"path\":\"other.txt\",\"size\":3,\"sha256\":\"bb\"},"
       "{\"kind\":\"added\",\"path\":\"old.txt\",\"size\":7}]}");

  reply (after, "Second words");
  put (after, "draft-changed",
       "{\"share\":\"s2\",\"entries\":["
       "{\"kind\":\"changed\",\"path\":\"same.txt\",\"size\":3,\"old_size\":1,\"sha256\":\"aa\"},"
       "{\"kind\":\"added\",\"path\":\"other.txt\",\"size\":3,\"sha256\":\"b2\"},"
       "{\"kind\":\"deleted\",\"path\":\"gone.txt\",\"size\":0,\"old_size\":5},"
       "{\"kind\":\"added\",\"path\":\"old.txt\",\"size\":7,\"sha256\":\"ee\"},"
       "{\"kind\":\"added\",\"path\":\"new.txt\",\"size\":4,\"sha256\":\"ff\"}]}");
  put (after, "draft-changed", "{\"share\":\"s2\",\"entries\":[]}");
  /* Told after the draft that is left. */
  put (after, "draft-kept",
       "{\"keep\":\"k2\",\"share\":\"s2\",\"entries\":["
       "{\"path\":\"same.txt\",\"action\":\"changed\",\"outcome\":\"done\"},"
       "{\"path\":\"other.txt\",\"action\":\"added\",\"outcome\":\"done\"},"
       "{\"path\":\"gone.txt\",\"action\":\"deleted\",\"outcome\":\"done\"},"
       "{\"path\":\"old.txt\",\"action\":\"added\",\"outcome\":\"kept-both\"},"
       "{\"path\":\"untold.txt\",\"action\":\"added\",\"outcome\":\"done\"},"
       "{\"path\":\"new.txt\",\"action\":\"added\",\"outcome\":\"done\"}]}");
  put (after, "draft-undone",
       "{\"keep\":\"k2\",\"entries\":[{\"path\":\"new.txt\",\"outcome\":\"failed\"}]}");

  comparison = annex_comparison_new (before, after, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (comparison->before->words, ==, "First words");
  g_assert_cmpstr (comparison->after->words, ==, "Second words");
  g_assert_cmpuint (comparison->files->len, ==, 7);
  g_assert_cmpuint (comparison->n_different, ==, 5);
  /* Different ones come first. */
  for (guint i = 0; i < 7; i++)
    g_assert_cmpint (g_array_index (comparison->files, AnnexComparedFile, i).is_same, ==, i >= 5);

  file = find (comparison, "same.txt");
  g_assert_true (file->is_same);
  g_assert_cmpint (file->before->state, ==, ANNEX_MADE_KEPT);
  g_assert_cmpint (file->after->state, ==, ANNEX_MADE_UNDONE);
  g_assert_true (find (comparison, "gone.txt")->is_same);
  file = find (comparison, "other.txt");
  g_assert_false (file->is_same || file->is_unsure);
  g_assert_cmpint (file->before->state, ==, ANNEX_MADE_DRAFT);
  /* A log of before contents were recorded: as long as the other, and no more is known. */
  file = find (comparison, "old.txt");
  g_assert_true (!file->is_same && file->is_unsure);
  g_assert_cmpint (file->before->state, ==, ANNEX_MADE_DRAFT);
  file = find (comparison, "mine.txt");
  g_assert_null (file->after);
  g_assert_cmpint (file->before->state, ==, ANNEX_MADE_DISCARDED);
  g_assert_null (find (comparison, "new.txt")->before);
  g_assert_cmpint (find (comparison, "new.txt")->after->state, ==, ANNEX_MADE_KEPT);
  g_assert_cmpint (find (comparison, "untold.txt")->after->size_bytes, ==, -1);
  g_assert_cmpstr (comparison->before->keeps[0], ==, "k1");
  g_assert_cmpstr (comparison->after->keeps[0], ==, "k2");
}

static void
test_nothing_said (void)
{
  g_autoptr (GPtrArray) before = begin ("s1");
  g_autoptr (GPtrArray) after = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autoptr (GError) error = NULL;

  g_assert_null (annex_comparison_new (before, after, &error));
  g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/comparison/files", test_files);
  g_test_add_func ("/comparison/nothing-said", test_nothing_said);
  return g_test_run ();
}
