/* test-plan.c
 *
 * The plan: times and helpers from the log, the user's changes and the words they are told in, and
 * the view with nothing, with a normal plan, with 200 steps and with hostile words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-plan-change.h"
#include "annex-plan-row.h"
#include "annex-plan-track.h"
#include "annex-plan-view.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

#define PLAN                                                                                       \
  "[{\"id\":\"a\",\"title\":\"Look at the receipts\",\"state\":\"completed\"},"                    \
  "{\"id\":\"b\",\"title\":\"Read amounts and dates\",\"state\":\"completed\",\"files\":["         \
  "\"Receipts/amounts.csv\",\"Receipts/a very long name of a file that has no end.xlsx\"]},"       \
  "{\"id\":\"c\",\"title\":\"Check duplicates\",\"state\":\"in_progress\"},"                       \
  "{\"id\":\"d\",\"title\":\"Ask the bank\",\"state\":\"failed\"},"                                \
  "{\"id\":\"e\",\"title\":\"Write the report\",\"state\":\"pending\"},"                           \
  "{\"id\":\"f\",\"title\":\"File by month\",\"state\":\"skipped\"}]"

/* ---- the track */

static void
apply (AnnexPlanTrack *track, gint64 seq, const char *type, const char *json)
{
  g_autoptr (AnnexEvent) event = annex_event_new (seq, "t", seq, seq * G_USEC_PER_SEC, type,
                                                  annex_json_parse_object (json, -1, NULL));

  annex_plan_track_apply (track, event);
}

static void
test_track (void)
{
  g_autoptr (AnnexPlanTrack) track = annex_plan_track_new ();
  GPtrArray *branches;
  AnnexPlanBranch *branch;

  apply (track, 1, "plan-updated",
         "{\"steps\":[{\"id\":\"a\",\"title\":\"A\",\"state\":\"in_progress\"},"
         "{\"id\":\"b\",\"title\":\"B\",\"state\":\"pending\"}],\"explanation\":\"First A.\"}");
  apply (track, 2, "block",
         "{\"reply\":\"r\",\"index\":0,\"block\":{\"type\":\"tool_use\",\"id\":\"x\","
         "\"name\":\"delegate\",\"input\":{\"goal\":\"Find the rates\"}}}");
  apply (track, 3, "tool-started", "{\"tool_use_id\":\"x\",\"name\":\"delegate\"}");
  apply (track, 4, "tool-started", "{\"tool_use_id\":\"y\",\"name\":\"shell\",\"parent\":\"x\"}");
  apply (track, 5, "tool-started",
         "{\"tool_use_id\":\"q\",\"name\":\"shell\",\"parent\":\"none\"}");
  g_assert_cmpint (annex_plan_track_get_started (track, "a"), ==, G_USEC_PER_SEC);
  g_assert_cmpint (annex_plan_track_get_finished (track, "a"), ==, 0);
  g_assert_cmpint (annex_plan_track_get_started (track, "b"), ==, 0);
  g_assert_cmpstr (annex_plan_track_get_explanation (track), ==, "First A.");
  branches = annex_plan_track_get_branches (track, "a");
  g_assert_cmpuint (branches->len, ==, 1);
  branch = g_ptr_array_index (branches, 0);
  g_assert_cmpstr (branch->goal, ==, "Find the rates");
  g_assert_cmpuint (branch->n_calls, ==, 1);
  g_assert_cmpint (branch->finished_us, ==, 0);
  apply (track, 6, "tool-finished",
         "{\"tool_use_id\":\"x\",\"name\":\"delegate\",\"result\":{\"is_error\":true},"
         "\"duration_ms\":3}");
  g_assert_true (branch->failed);
  g_assert_false (branch->stopped);
  apply (track, 6, "tool-finished",
         "{\"tool_use_id\":\"x\",\"name\":\"delegate\",\"result\":{\"is_error\":true},"
         "\"duration_ms\":3,\"stopped\":true}");
  g_assert_true (branch->stopped && !branch->failed);
  apply (track, 7, "plan-updated",
         "{\"steps\":[{\"id\":\"a\",\"title\":\"A\",\"state\":\"completed\"},"
         "{\"id\":\"b\",\"title\":\"B\",\"state\":\"in_progress\"}]}");
  g_assert_cmpint (annex_plan_track_get_finished (track, "a"), ==, 7 * G_USEC_PER_SEC);
  g_assert_cmpint (annex_plan_track_get_started (track, "b"), ==, 7 * G_USEC_PER_SEC);
  apply (track, 8, "rewound", "{\"to_seq\":3}");
  g_assert_cmpint (annex_plan_track_get_finished (track, "a"), ==, 0);
  g_assert_cmpint (annex_plan_track_get_started (track, "b"), ==, 0);
  branch = g_ptr_array_index (annex_plan_track_get_branches (track, "a"), 0);
  g_assert_cmpuint (branch->n_calls, ==, 0);
  g_assert_false (branch->failed);
}

/* ---- changes */

static AnnexPlan *
new_plan (void)
{
  g_autoptr (JsonObject) data = annex_json_parse_object ("{\"steps\":" PLAN "}", -1, NULL);
  AnnexPlan *plan = annex_plan_new_from_json (data, NULL);

  g_assert_nonnull (plan);
  return plan;
}

static void
check_order (AnnexPlan *plan, const char *order)
{
  g_autoptr (GString) ids = g_string_new (NULL);

  g_assert_nonnull (plan);
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    g_string_append (ids, annex_plan_get_step (plan, i)->id);
  g_assert_cmpstr (ids->str, ==, order);
  annex_plan_unref (plan);
}

static void
check_what (char *what, const char *expected)
{
  g_assert_cmpstr (what, ==, expected);
  g_free (what);
}

static void
test_changes (void)
{
  g_autoptr (AnnexPlan) plan = new_plan ();
  g_autoptr (AnnexPlan) changed = NULL;
  char *what = NULL;

  check_order (annex_plan_change_move (plan, "a", 5, &what), "bcdefa");
  check_what (what, "The user moved the step “Look at the receipts” after “File by month”.");
  check_order (annex_plan_change_move (plan, "e", 0, &what), "eabcdf");
  check_what (what, "The user moved the step “Write the report” to the beginning.");
  check_order (annex_plan_change_move (plan, "c", 3, &what), "abdcef");
  check_what (what, "The user moved the step “Check duplicates” after “Ask the bank”.");
  g_assert_null (annex_plan_change_move (plan, "c", 2, &what));
  g_assert_null (annex_plan_change_move (plan, "c", 6, &what));
  g_assert_null (annex_plan_change_move (plan, "z", 0, &what));
  check_order (annex_plan_change_add (plan, " Call\nhome ", &what), "abcdefu7");
  check_what (what, "The user added the step “Call home” at the end.");
  g_assert_null (annex_plan_change_add (plan, " \n", &what));
  g_assert_null (annex_plan_change_strike (plan, "a", &what));
  g_assert_null (annex_plan_change_strike (plan, "f", &what));
  changed = annex_plan_change_strike (plan, "e", &what);
  g_assert_cmpint (annex_plan_get_step (changed, 4)->state, ==, ANNEX_STEP_SKIPPED);
  check_what (what, "The user struck this step, do not do it: “Write the report”.");
  g_assert_null (annex_plan_change_restore (plan, "e", &what));
  g_clear_pointer (&changed, annex_plan_unref);
  changed = annex_plan_change_restore (plan, "f", &what);
  g_assert_cmpint (annex_plan_get_step (changed, 5)->state, ==, ANNEX_STEP_PENDING);
  check_what (what, "The user wants this step done: “File by month”.");
  g_clear_pointer (&changed, annex_plan_unref);
  changed = annex_plan_change_rename (plan, "b", "Read all", &what);
  g_assert_cmpstr (annex_plan_get_step (changed, 1)->title, ==, "Read all");
  g_assert_cmpuint (annex_plan_get_step (changed, 1)->files->len, ==, 2); /* they stay its own */
  check_what (what, "The user changed the step “Read amounts and dates” to “Read all”.");
  g_assert_null (annex_plan_change_rename (plan, "b", "Read amounts and dates", &what));
}

/* ---- the view */

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  GtkWidget *view;
  GtkWindow *window;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer width)
{
  fixture->desk = annex_fake_desk_new ();
  fixture->task = annex_fake_desk_add_task (fixture->desk, "Receipts");
  fixture->view = annex_plan_view_new (ANNEX_DESK (fixture->desk), fixture->task);
  fixture->window = annex_shot_window (fixture->view, GPOINTER_TO_INT (width), 560);
}

static void
tear_down (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GtkWidget) view = g_object_ref (fixture->view);

  gtk_window_destroy (fixture->window);
  g_assert_finalize_object (g_steal_pointer (&view));
  annex_fake_desk_close (fixture->desk);
  g_object_unref (fixture->desk);
}

static AnnexPlanRow *
nth_row (Fixture *fixture, int n)
{
  GtkWidget *list = annex_find (fixture->view, annex_is_type, "GtkListBox");

  return ANNEX_PLAN_ROW (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), n));
}

static void
show_plan (Fixture *fixture)
{
  g_autofree char *call = NULL;
  g_autofree char *sub = NULL;

  annex_fake_desk_set_state (fixture->desk, fixture->task, ANNEX_TASK_RUNNING);
  annex_fake_desk_append_text (fixture->desk, fixture->task, ANNEX_EVENT_PLAN_UPDATED,
                               "{\"steps\":" PLAN ",\"explanation\":\"I read everything first, "
                               "then look for what is there twice.\",\"by\":\"agent\"}");
  call = annex_fake_desk_call (fixture->desk, fixture->task, "delegate",
                               "{\"goal\":\"Compare the amounts of all receipts in pairs\"}");
  sub = annex_fake_desk_sub_call (fixture->desk, fixture->task, call, "shell",
                                  "{\"command\":\"ls\"}");
  annex_shot_settle (200);
}

static void
test_shown (Fixture *fixture, gconstpointer width)
{
  g_assert_true (annex_shows (fixture->view, "Add a Step"));
  annex_shot_take (fixture->window, "plan-empty");
  show_plan (fixture);
  g_assert_true (annex_shows (fixture->view, "Check duplicates"));
  g_assert_true (annex_shows (fixture->view, "Compare the amounts"));
  g_assert_true (annex_shows (fixture->view, "amounts.csv"));
  g_assert_true (annex_shows (fixture->view, "I read everything first"));
  g_assert_true (annex_shows (GTK_WIDGET (nth_row (fixture, 2)), "0:00"));
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (nth_row (fixture, 4)),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Step 5 of 6, to do, Write the report");
  annex_shot_settle (2500);
  g_assert_false (annex_shows (GTK_WIDGET (nth_row (fixture, 2)), "0:00"));
  annex_shot_take (fixture->window, "plan");
}

static void
test_keys (Fixture *fixture, gconstpointer width)
{
  GtkWidget *list;
  GtkWidget *entry;

  show_plan (fixture);
  list = annex_find (fixture->view, annex_is_type, "GtkListBox");
  gtk_widget_grab_focus (GTK_WIDGET (nth_row (fixture, 4)));
  g_assert_true (annex_type_key (list, GDK_KEY_Up, GDK_ALT_MASK));
  annex_shot_settle (100);
  g_assert_true (annex_called (fixture->desk, "change_plan:*“Write the report” after “Check*"));
  g_assert_cmpstr (annex_plan_row_get_id (nth_row (fixture, 3)), ==, "e");
  g_assert_true (gtk_widget_get_focus_child (list) == GTK_WIDGET (nth_row (fixture, 3)));
  g_assert_true (annex_type_key (list, GDK_KEY_Delete, 0));
  annex_shot_settle (100);
  g_assert_true (annex_called (fixture->desk, "change_plan:*struck*“Write the report”*"));
  g_assert_true (annex_type_key (list, GDK_KEY_F2, 0));
  entry = annex_find (GTK_WIDGET (nth_row (fixture, 3)), annex_is_type, "GtkEntry");
  g_assert_nonnull (entry);
  gtk_editable_set_text (GTK_EDITABLE (entry), "Write it in German");
  /* A plan of the agent's that comes meanwhile leaves the entry alone. */
  annex_fake_desk_append_text (fixture->desk, fixture->task, ANNEX_EVENT_PLAN_UPDATED,
                               "{\"steps\":" PLAN ",\"by\":\"agent\"}");
  annex_shot_settle (100);
  g_assert_true (annex_plan_row_is_edited (nth_row (fixture, 4)));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (entry)), ==, "Write it in German");
  g_signal_emit_by_name (entry, "activate");
  annex_shot_settle (100);
  g_assert_true (annex_called (fixture->desk, "change_plan:*to “Write it in German”*"));
}

static void
test_added (Fixture *fixture, gconstpointer width)
{
  GtkWidget *entry;

  annex_press (fixture->view, "Add a Step");
  annex_shot_settle (100);
  entry = annex_find (fixture->view, annex_is_type, "GtkEntry");
  gtk_editable_set_text (GTK_EDITABLE (entry), "Call home");
  g_signal_emit_by_name (entry, "activate");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "change_plan:The user added the step “Call home”*"));
  g_assert_nonnull (nth_row (fixture, 0));
  annex_fake_desk_fail (fixture->desk, "change_plan",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full"));
  gtk_widget_activate_action (fixture->view, "plan.strike", "s",
                              annex_plan_row_get_id (nth_row (fixture, 0)));
  annex_shot_settle (200);
  g_assert_true (annex_shows (fixture->view, "The disk is full"));
  gtk_widget_activate_action (fixture->view, "plan.strike", "s",
                              annex_plan_row_get_id (nth_row (fixture, 0)));
  annex_shot_settle (200);
  g_assert_false (annex_shows (fixture->view, "The disk is full"));
}

static void
opened_cb (GtkWidget *view, const char *path, char **opened)
{
  *opened = g_strdup (path);
}

static void
test_file (Fixture *fixture, gconstpointer width)
{
  g_autofree char *opened = NULL;
  GtkWidget *chip;

  show_plan (fixture);
  g_signal_connect (fixture->view, "open-file", G_CALLBACK (opened_cb), &opened);
  chip = annex_find_button (fixture->view, "Receipts/amounts.csv");
  g_assert_nonnull (chip);
  g_signal_emit_by_name (chip, "clicked");
  g_assert_cmpstr (opened, ==, "Receipts/amounts.csv");
}

static gboolean
has_last_row (gpointer data)
{
  return nth_row (data, 199) != NULL;
}

static void
test_many (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GString) steps = g_string_new ("[");
  gint64 begun;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (steps,
                            "%s{\"id\":\"s%u\",\"title\":\"Step number %u\",\"state\":\"%s\"}",
                            i > 0 ? "," : "", i, i, i < 120 ? "completed" : "pending");
  g_string_append (steps, "]");
  begun = g_get_monotonic_time ();
  annex_fake_desk_plan (fixture->desk, fixture->task, steps->str);
  g_assert_true (annex_shot_wait (has_last_row, fixture, 30 * 1000));
  g_test_message ("200 steps: %.0f ms", (g_get_monotonic_time () - begun) / 1000.0);
  annex_shot_take (fixture->window, "plan-many");
  annex_fake_desk_plan (fixture->desk, fixture->task,
                        "[{\"title\":\"One\",\"state\":\"pending\"}]");
  annex_shot_settle (100);
  g_assert_null (nth_row (fixture, 1));
}

/* Attack list U. */
static void
test_hostile (Fixture *fixture, gconstpointer width)
{
  g_autofree char *word = g_strnfill (20 * 1000, 'W');
  const char *titles[] = {
    word,
    "<span size='90000'>big</span> &amp; <b>b</b> &",
    "\u202egnihtyreve wollA\u202c \u200b",
    "\x1b[2J\x07 javascript:alert(1)",
    "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
    "مرحبا بالعالم هل تريد حفظ الملفات؟",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦"
  };
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *steps = NULL;

  json_builder_begin_array (builder);
  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    {
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "title");
      json_builder_add_string_value (builder, titles[i]);
      json_builder_set_member_name (builder, "state");
      json_builder_add_string_value (builder, i == 2 ? "in_progress" : "pending");
      json_builder_set_member_name (builder, "files");
      json_builder_begin_array (builder);
      json_builder_add_string_value (builder, titles[i]);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  node = json_builder_get_root (builder);
  steps = annex_json_to_string (node);
  annex_fake_desk_plan (fixture->desk, fixture->task, steps);
  annex_shot_settle (300);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->window)), <=,
                   GPOINTER_TO_INT (width));
  g_assert_true (annex_shows (fixture->view, "<b>b</b>"));
  g_assert_false (annex_shows (fixture->view, "\u202e"));
  annex_shot_take (fixture->window, "plan-hostile");
}

static void
add (const char *path, int width, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (width), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/plan/track", test_track);
  g_test_add_func ("/ui/plan/changes", test_changes);
  add ("/ui/plan/shown", 360, test_shown);
  add ("/ui/plan/shown-wide", 800, test_shown);
  add ("/ui/plan/keys", 360, test_keys);
  add ("/ui/plan/added", 360, test_added);
  add ("/ui/plan/file", 360, test_file);
  add ("/ui/plan/many", 360, test_many);
  add ("/ui/plan/hostile", 360, test_hostile);
  return g_test_run ();
}
