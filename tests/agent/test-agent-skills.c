/* test-agent-skills.c
 *
 * Skills in the loop: the catalogue and its changes come in messages, use_skill gives instructions
 * and puts the files into the computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include "annex-answers.h"
#include "annex-skill-files.h"
#include "annex-skill-store.h"

#include <string.h>

typedef struct
{
  Fixture base;
  AnnexSkillPlaces *places;
  AnnexSkillLibrary *library;
} SkillFixture;

static void
put_skill (SkillFixture *f, const char *name, const char *description, gboolean script)
{
  g_autofree char *folder = g_build_filename (f->places->built_in, name, NULL);
  g_autofree char *file = g_build_filename (folder, "SKILL.md", NULL);
  g_autofree char *other = g_build_filename (folder, "run.sh", NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: %s\n---\nDo as I say.\n", name, description);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
  if (script)
    g_assert_true (g_file_set_contents_full (other, "echo done", -1, 0, 0700, NULL));
}

static void
set_up_skills (SkillFixture *f, gconstpointer data)
{
  set_up (&f->base, data);
  f->places = g_new0 (AnnexSkillPlaces, 1);
  f->places->data = g_build_filename (f->base.dir, "library", NULL);
  f->places->config = g_build_filename (f->base.dir, "config", NULL);
  f->places->built_in = g_build_filename (f->base.dir, "built-in", NULL);
  f->places->home = g_build_filename (f->base.dir, "nobody", NULL);
  put_skill (f, "tidy", "Tidies folders", TRUE);
  f->library = annex_skill_store_new (f->places);
  annex_workspace_set_skills (f->base.workspace, f->library);
}

static void
tear_down_skills (SkillFixture *f, gconstpointer data)
{
  g_clear_object (&f->library);
  annex_skill_places_free (f->places);
  tear_down (&f->base, data);
}

/* How many announcements tell of @part. */
static guint
count_told (SkillFixture *f, const char *part)
{
  g_autoptr (GPtrArray) events = events_of (&f->base);
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      const char *text = annex_json_opt_string (annex_event_get_data (event), "text", "");

      if (annex_event_get_event_type (event) == ANNEX_EVENT_ANNOUNCEMENT)
        n += strstr (text, part) != NULL;
    }
  return n;
}

static void
say_and_run (SkillFixture *f, const char *text)
{
  settle_ok (annex_agent_say (f->base.agent, text));
  g_assert_cmpint (settle_state (annex_agent_run (f->base.agent)), ==, ANNEX_TASK_DONE);
}

static void
test_catalogue (SkillFixture *f, gconstpointer data)
{
  scripted_model_add (f->base.model, "[" TEXT ("Hello.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->base.model, "[" TEXT ("Again.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->base.model, "[" TEXT ("And again.") "]", ANNEX_STOP_END_TURN);
  scripted_model_add (f->base.model, "[" TEXT ("Once more.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Hi");
  g_assert_cmpuint (count_told (f, "<available_skills>"), ==, 1);
  g_assert_cmpuint (count_told (f, "<description>Tidies folders</description>"), ==, 1);
  g_assert_true (json_object_has_member (annex_task_get_skills (f->base.task), "tidy"));
  say_and_run (f, "Hi again");
  g_assert_cmpuint (count_told (f, "<available_skills>"), ==, 1);
  put_skill (f, "sums", "Adds up", FALSE);
  annex_skill_shelf_set_enabled (f->places, "tidy", FALSE, NULL);
  say_and_run (f, "Hi once more");
  g_assert_cmpuint (count_told (f, "<name>sums</name>"), ==, 1);
  g_assert_cmpuint (count_told (f, "no longer there: tidy."), ==, 1);
  /* Another process tells nothing twice. */
  restart (&f->base);
  annex_workspace_set_skills (f->base.workspace, f->library);
  say_and_run (f, "Hi for the last time");
  g_assert_cmpuint (count_told (f, "<available_skills>"), ==, 2);
}

static void
test_use (SkillFixture *f, gconstpointer data)
{
  g_autofree char *script = g_build_filename (f->base.dir, "skills", "tidy", "run.sh", NULL);
  g_autofree char *text = NULL;
  g_autofree char *none = NULL;
  g_autofree char *contents = NULL;
  gboolean is_error;

  scripted_model_add (
      f->base.model,
      "[" USE ("a", "use_skill", "{\"name\":\"tidy\",\"arguments\":\"the attic\"}") "," USE (
          "b", "use_skill", "{\"name\":\"../etc\"}") "," USE ("c", "use_skill", "{}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->base.model, "[" USE ("d", "use_skill", "{\"name\":\"tidy\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "/tidy the attic");
  text = result_of (&f->base, "a", &is_error);
  g_test_message ("%s", text);
  g_assert_false (is_error);
  g_assert_nonnull (strstr (text, "<skill_content name=\"tidy\">\nDo as I say.\n"));
  g_assert_nonnull (strstr (text, "<file>run.sh</file>"));
  g_assert_nonnull (strstr (text, "ARGUMENTS: the attic"));
  g_assert_null (strstr (text, "could not be put"));
  g_assert_null (strstr (text, f->base.dir));
  g_assert_true (g_file_get_contents (script, &contents, NULL, NULL));
  g_assert_cmpstr (contents, ==, "echo done");
  g_assert_true (g_file_test (script, G_FILE_TEST_IS_EXECUTABLE));
  none = result_of (&f->base, "b", &is_error);
  g_assert_true (is_error);
  g_free (result_of (&f->base, "c", &is_error));
  g_assert_true (is_error);
  g_free (result_of (&f->base, "d", &is_error));
  g_assert_false (is_error);
}

/* ---- skills that a shared folder brings */

static void
put_in_share (SkillFixture *f, const char *name)
{
  g_autofree char *folder =
      g_build_filename (f->base.dir, "Share", ".agents", "skills", name, NULL);
  g_autofree char *file = g_build_filename (folder, "SKILL.md", NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: Does %s\n---\nDo it.\n", name, name);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, text, -1, NULL));
}

static void
share_as (SkillFixture *f, const char *id)
{
  g_autofree char *data =
      g_strdup_printf ("{\"share\":{\"id\":\"%s\",\"name\":\"Share\",\"path\":\"%s/Share\","
                       "\"mode\":\"read-only\"}}",
                       id, f->base.dir);

  put (&f->base, ANNEX_EVENT_SHARE_GRANTED, data);
}

static void
share (SkillFixture *f)
{
  share_as (f, "s1");
}

static void
stop_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *f)
{
  annex_agent_stop (f->agent);
}

/* As if Annex had ended while the question stood there. */
static void
run_until_asked (SkillFixture *f)
{
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (stop_cb), &f->base);
  settle_ok (annex_agent_say (f->base.agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->base.agent)), ==, ANNEX_TASK_STOPPED);
  restart (&f->base);
  annex_workspace_set_skills (f->base.workspace, f->library);
}

/* The one that is open. */
static AnnexAsk *
dup_open (SkillFixture *f)
{
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (f->base.task);

  g_assert_cmpuint (open->len, ==, 1);
  return annex_ask_ref (g_ptr_array_index (open, 0));
}

static void
assert_asks_about (SkillFixture *f, const char *names)
{
  g_autoptr (AnnexAsk) ask = dup_open (f);
  g_autofree char *text = annex_json_object_to_string (annex_ask_get_json (ask));

  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, names));
}

/* What is asked is what is there now: the older question is closed, and with nothing to ask about
 * so is the last. */
static void
test_share_changes (SkillFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *first = g_build_filename (f->base.dir, "Share", NULL);

  put_in_share (f, "first");
  share (f);
  run_until_asked (f);
  assert_asks_about (f, "its own: first.");
  put_in_share (f, "second");
  run_until_asked (f);
  assert_asks_about (f, "its own: first, second.");
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_OPENED), ==, 2);
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_EXPIRED), ==, 1);

  g_assert_true (annex_skill_shelf_set_trusted (f->places, first, FALSE, NULL));
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Go on");
  open = annex_task_dup_open_asks (f->base.task);
  g_assert_cmpuint (open->len, ==, 0);
  g_assert_cmpuint (count_told (f, "<name>first</name>"), ==, 0);
}

/* So it is where not all of them are named. */
static void
test_share_has_many (SkillFixture *f, gconstpointer data)
{
  put_in_share (f, "z-last");
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *name = g_strdup_printf ("a-skill-with-a-rather-long-name-%02u", i);

      put_in_share (f, name);
    }
  share (f);
  run_until_asked (f);
  assert_asks_about (f, "a-skill-with-a-rather-long-name-00");
  put_in_share (f, "z-other");
  run_until_asked (f);
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_OPENED), ==, 2);
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_EXPIRED), ==, 1);
}

static guint n_asked;

/* Another skill comes before the first yes. */
static void
agree_cb (AnnexInbox *inbox, AnnexAsk *ask, SkillFixture *f)
{
  if (++n_asked == 1)
    put_in_share (f, "second");
  dex_future_disown (annex_answers_submit (inbox, NULL, ask, "Use them", "user"));
}

/* A yes is to what was named. */
static void
test_share_grows (SkillFixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;

  put_in_share (f, "first");
  share (f);
  n_asked = 0;
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (agree_cb), f);
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Go");
  g_assert_cmpuint (n_asked, ==, 2);
  open = annex_task_dup_open_asks (f->base.task);
  g_assert_cmpuint (open->len, ==, 0);
  g_assert_cmpuint (count_told (f, "<name>second</name>"), ==, 1);
}

static DexFuture *
revoke_fiber (gpointer data)
{
  SkillFixture *f = data;
  GError *error = NULL;

  g_assert_true (annex_workspace_revoke_share (f->base.workspace, "s1", &error));
  g_assert_no_error (error);
  return dex_future_new_true ();
}

static void
revoke_cb (AnnexInbox *inbox, AnnexAsk *ask, SkillFixture *f)
{
  dex_future_disown (dex_scheduler_spawn (NULL, 0, revoke_fiber, f, NULL));
}

static void
assert_untrusted (SkillFixture *f)
{
  g_auto (GStrv) trusted = annex_skill_shelf_list_trusted (f->places, NULL);
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (f->base.task);

  g_assert_null (trusted[0]);
  g_assert_cmpuint (open->len, ==, 0);
  g_assert_cmpuint (count_told (f, "<name>first</name>"), ==, 0);
}

/* The user takes the folder back instead of answering: nobody waits any longer. */
static void
test_share_taken_back (SkillFixture *f, gconstpointer data)
{
  put_in_share (f, "first");
  share (f);
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (revoke_cb), f);
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Go");
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_EXPIRED), ==, 1);
  assert_untrusted (f);
  /* Given once more it is asked about once more. */
  share_as (f, "s2");
  g_signal_handlers_disconnect_by_func (f->base.inbox, revoke_cb, f);
  run_until_asked (f);
  assert_asks_about (f, "its own: first.");
}

/* The same of a question that an earlier run left, whoever took the folder back. */
static void
test_share_taken_later (SkillFixture *f, gconstpointer data)
{
  put_in_share (f, "first");
  share (f);
  run_until_asked (f);
  if (data == NULL)
    {
      settle_ok (dex_scheduler_spawn (NULL, 0, revoke_fiber, f, NULL));
      g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_EXPIRED), ==, 1);
    }
  else
    put (&f->base, ANNEX_EVENT_SHARE_REVOKED, "{\"share\":\"s1\"}");
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Go on");
  assert_untrusted (f);
}

static void
agree_too_late_cb (AnnexInbox *inbox, AnnexAsk *ask, SkillFixture *f)
{
  dex_future_disown (annex_task_append (f->base.task, ANNEX_EVENT_SHARE_REVOKED,
                                        annex_json_parse_object ("{\"share\":\"s1\"}", -1, NULL)));
  dex_future_disown (annex_answers_submit (inbox, NULL, ask, "Use them", "user"));
}

/* A yes that comes after it trusts nothing. */
static void
test_share_answered_late (SkillFixture *f, gconstpointer data)
{
  put_in_share (f, "first");
  share (f);
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (agree_too_late_cb), f);
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  say_and_run (f, "Go");
  g_assert_cmpuint (count_events (&f->base, ANNEX_EVENT_ASK_ANSWERED), ==, 1);
  assert_untrusted (f);
  share_as (f, "s2");
  g_signal_handlers_disconnect_by_func (f->base.inbox, agree_too_late_cb, f);
  run_until_asked (f);
  assert_asks_about (f, "its own: first.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add ("/agent-skills/catalogue", SkillFixture, NULL, set_up_skills, test_catalogue,
              tear_down_skills);
  g_test_add ("/agent-skills/use", SkillFixture, NULL, set_up_skills, test_use, tear_down_skills);
  g_test_add ("/agent-skills/share-changes", SkillFixture, NULL, set_up_skills, test_share_changes,
              tear_down_skills);
  g_test_add ("/agent-skills/share-grows", SkillFixture, NULL, set_up_skills, test_share_grows,
              tear_down_skills);
  g_test_add ("/agent-skills/share-many", SkillFixture, NULL, set_up_skills, test_share_has_many,
              tear_down_skills);
  g_test_add ("/agent-skills/share-taken-back", SkillFixture, NULL, set_up_skills,
              test_share_taken_back, tear_down_skills);
  g_test_add ("/agent-skills/share-taken-later", SkillFixture, NULL, set_up_skills,
              test_share_taken_later, tear_down_skills);
  g_test_add ("/agent-skills/share-taken-elsewhere", SkillFixture, "elsewhere", set_up_skills,
              test_share_taken_later, tear_down_skills);
  g_test_add ("/agent-skills/share-answered-late", SkillFixture, NULL, set_up_skills,
              test_share_answered_late, tear_down_skills);
  return g_test_run ();
}
