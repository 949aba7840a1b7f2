/* test-agent-skills.c
 *
 * Skills in the loop: the catalogue and its changes come in messages, use_skill gives instructions
 * and puts the files into the computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add ("/agent-skills/catalogue", SkillFixture, NULL, set_up_skills, test_catalogue,
              tear_down_skills);
  g_test_add ("/agent-skills/use", SkillFixture, NULL, set_up_skills, test_use, tear_down_skills);
  return g_test_run ();
}
