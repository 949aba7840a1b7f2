/* test-plan.c
 *
 * Plans: lenient reading, and steps that keep their identity and files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan.h"

#include <string.h>

static AnnexPlan *
update (AnnexPlan *previous, const char *text)
{
  g_autoptr (JsonObject) input = annex_json_parse_object (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  AnnexPlan *plan;

  g_assert_nonnull (input);
  plan = annex_plan_new_from_update (previous, input, &error);
  g_assert_no_error (error);
  return plan;
}

static void
test_lenient (void)
{
  static const char *const cases[] = {
    "{\"steps\":[{\"title\":\"A\",\"state\":\"pending\"},{\"title\":\"B\",\"state\":\"in_"
    "progress\"}]}",
    "{\"plan\":[{\"step\":\"A\",\"status\":\"todo\"},{\"step\":\"B\",\"status\":\"In Progress\"}]}",
    "{\"todos\":[{\"content\":\"A\"},{\"content\":\"B\",\"status\":\"active\"}]}",
    "{\"steps\":\"[\\\"A\\\",{\\\"title\\\":\\\"B\\\",\\\"state\\\":\\\"in-progress\\\"}]\"}",
    "{\"steps\":[\"A\",7,null,{},{\"title\":\"  \"},{\"title\":\"B\\n\",\"state\":\"running\"}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexPlan) plan = update (NULL, cases[i]);

      g_assert_cmpuint (annex_plan_get_n_steps (plan), ==, 2);
      g_assert_cmpstr (annex_plan_get_step (plan, 0)->title, ==, "A");
      g_assert_cmpint (annex_plan_get_step (plan, 0)->state, ==, ANNEX_STEP_PENDING);
      g_assert_cmpstr (annex_plan_get_step (plan, 1)->title, ==, "B");
      g_assert_cmpint (annex_plan_get_step (plan, 1)->state, ==, ANNEX_STEP_IN_PROGRESS);
      g_assert_cmpstr (annex_plan_get_step (plan, 0)->id, !=, annex_plan_get_step (plan, 1)->id);
    }
}

static void
test_refused (void)
{
  static const char *const cases[] = { "{}", "{\"steps\":[]}", "{\"steps\":{}}",
                                       "{\"steps\":\"x\"}", "{\"steps\":[1,null]}" };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) input = annex_json_parse_object (cases[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_plan_new_from_update (NULL, input, &error));
      g_assert_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING);
    }
}

static void
test_identity (void)
{
  g_autoptr (AnnexPlan) a = update (
      NULL, "{\"steps\":[{\"id\":\"x\",\"title\":\"A\",\"state\":\"in_progress\"},\"B\",\"C\"]}");
  g_autoptr (AnnexPlan) touched = annex_plan_with_file (a, "dir/f.txt");
  g_autoptr (AnnexPlan) twice = annex_plan_with_file (touched, "dir/f.txt");
  const char *b_id = annex_plan_get_step (a, 1)->id;
  const char *c_id = annex_plan_get_step (a, 2)->id;
  /* Moved, a new one put between, and one renamed but in its place. */
  g_autoptr (AnnexPlan) moved =
      update (twice, "{\"steps\":[\"C\",{\"title\":\"New\"},{\"id\":\"x\",\"title\":\"A, renamed\","
                     "\"state\":\"done\"}]}");
  g_autoptr (AnnexPlan) renamed = update (a, "{\"steps\":[\"A\",\"B2\",\"C\"]}");

  g_assert_cmpuint (annex_plan_get_step (a, 0)->files->len, ==, 0);
  g_assert_cmpuint (annex_plan_get_step (twice, 0)->files->len, ==, 1);
  g_assert_cmpstr (annex_plan_get_step (moved, 0)->id, ==, c_id);
  g_assert_cmpstr (annex_plan_get_step (moved, 2)->id, ==, "x");
  g_assert_cmpuint (annex_plan_get_step (moved, 2)->files->len, ==, 1);
  g_assert_cmpint (annex_plan_get_step (moved, 2)->state, ==, ANNEX_STEP_COMPLETED);
  /* "New" stands where B stood, and B is gone: by position it is B. */
  g_assert_cmpstr (annex_plan_get_step (moved, 1)->id, ==, b_id);
  g_assert_cmpstr (annex_plan_get_step (renamed, 1)->id, ==, b_id);
  g_assert_cmpstr (annex_plan_get_step (renamed, 1)->title, ==, "B2");
}

static void
test_same_ids (void)
{
  g_autoptr (AnnexPlan) plan =
      update (NULL, "{\"steps\":[{\"id\":\"1\",\"title\":\"A\"},{\"id\":1,\"title\":\"B\"},"
                    "{\"id\":\"s1\",\"title\":\"C\"},\"D\"]}");

  for (guint i = 0; i < 4; i++)
    for (guint j = i + 1; j < 4; j++)
      g_assert_cmpstr (annex_plan_get_step (plan, i)->id, !=, annex_plan_get_step (plan, j)->id);
}

static void
test_round_trip (void)
{
  g_autoptr (AnnexPlan) plan =
      update (NULL, "{\"steps\":[{\"title\":\"A\",\"state\":\"in_progress\"},"
                    "{\"title\":\"B\",\"state\":\"skipped\"}]}");
  g_autoptr (AnnexPlan) touched = annex_plan_with_file (plan, "a\xff");
  g_autoptr (JsonObject) json = annex_plan_to_json (touched, "why", "model");
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPlan) again = annex_plan_new_from_json (json, &error);
  g_autoptr (JsonObject) json_again = NULL;
  g_autofree char *first = annex_json_object_to_string (json);
  g_autofree char *second = NULL;

  g_assert_no_error (error);
  json_again = annex_plan_to_json (again, "why", "model");
  second = annex_json_object_to_string (json_again);
  g_assert_cmpstr (first, ==, second);
  g_assert_nonnull (strstr (first, "\"explanation\":\"why\",\"by\":\"model\""));
}

static void
test_no_step_in_progress (void)
{
  g_autoptr (AnnexPlan) plan = update (NULL, "{\"steps\":[\"A\"]}");
  g_autoptr (AnnexPlan) touched = annex_plan_with_file (plan, "f");

  g_assert_cmpuint (annex_plan_get_step (touched, 0)->files->len, ==, 0);
  g_assert_null (annex_plan_get_step (touched, 1));
}

/* Any JSON from a model gives a plan or an error, nothing else. */
static void
test_random (void)
{
  static const char *const values[] = { "null",
                                        "7",
                                        "\"A\"",
                                        "[]",
                                        "{}",
                                        "{\"title\":\"B\"}",
                                        "{\"id\":\"s2\",\"title\":\"A\"}",
                                        "{\"id\":[],\"title\":1}" };
  g_autoptr (AnnexPlan) plan = annex_plan_new_empty ();

  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (GString) text = g_string_new ("{\"steps\":[null");
      g_autoptr (JsonObject) input = NULL;
      AnnexPlan *next;

      for (int n = g_test_rand_int_range (0, 6); n > 0; n--)
        g_string_append_printf (text, ",%s",
                                values[g_test_rand_int_range (0, G_N_ELEMENTS (values))]);
      g_string_append (text, "]}");
      input = annex_json_parse_object (text->str, -1, NULL);
      next = annex_plan_new_from_update (plan, input, NULL);
      if (next == NULL)
        continue;
      annex_plan_unref (plan);
      plan = next;
      for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
        for (guint j = i + 1; j < annex_plan_get_n_steps (plan); j++)
          g_assert_cmpstr (annex_plan_get_step (plan, i)->id, !=,
                           annex_plan_get_step (plan, j)->id);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/lenient", test_lenient);
  g_test_add_func ("/plan/refused", test_refused);
  g_test_add_func ("/plan/identity", test_identity);
  g_test_add_func ("/plan/same-ids", test_same_ids);
  g_test_add_func ("/plan/round-trip", test_round_trip);
  g_test_add_func ("/plan/no-step-in-progress", test_no_step_in_progress);
  g_test_add_func ("/plan/random", test_random);
  return g_test_run ();
}
