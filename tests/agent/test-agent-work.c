/* test-agent-work.c
 *
 * What the loop does with the computer, the network and the folders: the same model, store and
 * computer as in test-agent.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

#include "annex-answers.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-picture-head.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static void
test_files (Fixture *f, gconstpointer data)
{
  gboolean is_error;
  g_autofree char *read = NULL;
  g_autofree char *ambiguous = NULL;
  g_autofree char *missing = NULL;

  scripted_model_add (f->model,
                      "[" USE ("a", "write_file",
                               "{\"path\":\"notes.txt\",\"content\":\"one\\ntwo\\ntwo\\n\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE (
          "b", "edit_file",
          "{\"path\":\"~/notes.txt\",\"old_text\":\"two\",\"new_text\":\"2\"}") "," USE ("c",
                                                                                         "edit_"
                                                                                         "file",
                                                                                         "{\"path\""
                                                                                         ":\"nothin"
                                                                                         "g\","
                                                                                         "\"old_"
                                                                                         "text\":"
                                                                                         "\"x\","
                                                                                         "\"new_"
                                                                                         "text\":"
                                                                                         "\"y\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE ("d", "edit_file",
               "{\"path\":\"/home/agent/"
               "notes.txt\",\"old_text\":\"two\",\"new_text\":\"2\",\"replace_all\":true}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model,
                      "[" USE ("e", "read_file", "{\"path\":\"notes.txt\",\"offset\":2}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  ambiguous = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (ambiguous, "2 times"));
  missing = result_of (f, "c", &is_error);
  g_assert_true (is_error);
  read = result_of (f, "e", &is_error);
  g_assert_cmpstr (read, ==, "     2\t2\n     3\t2\n");
}

/* The picture in the result of @id, decoded; NULL: there is none. */
static GBytes *
picture_of (Fixture *f, const char *id)
{
  g_autoptr (GPtrArray) events = events_of (f);

  for (guint i = 0; i < events->len; i++)
    {
      JsonObject *data = annex_event_get_data (g_ptr_array_index (events, i));
      JsonObject *result = annex_json_opt_object (data, "result");
      JsonArray *content = result != NULL ? annex_json_opt_array (result, "content") : NULL;
      JsonObject *source =
          content != NULL && json_array_get_length (content) > 0
              ? annex_json_opt_object (json_array_get_object_element (content, 0), "source")
              : NULL;
      guchar *decoded;
      gsize size;

      if (source == NULL || g_strcmp0 (annex_json_opt_string (data, "tool_use_id", ""), id) != 0)
        continue;
      decoded = g_base64_decode (annex_json_opt_string (source, "data", ""), &size);
      return g_bytes_new_take (decoded, size);
    }
  return NULL;
}

/* No picture reaches the model that its server may refuse, whatever lies in the computer. */
static void
test_pictures (Fixture *f, gconstpointer data)
{
  g_autoptr (GBytes) small = NULL;
  g_autoptr (GBytes) tall = NULL;
  g_autoptr (GBytes) half = NULL;
  g_autofree char *said = NULL;
  AnnexPictureHead head;
  gboolean is_error;

  scripted_model_add (
      f->model,
      "[" USE (
          "make", "shell",
          "{\"command\":\"mkdir -p /home/agent && cd /home/agent && convert -size 40x20 xc:red "
          "small.png && cp small.png 'odd: 100%d [1].jpg' && convert -size 10x9000 xc:blue "
          "tall.gif && convert -size 900x900 plasma: whole.jpg && head -c 30000 whole.jpg > "
          "half.jpg "
          "&& printf '\\\\x89PNG\\\\r\\\\n\\\\x1a\\\\n%0100d' 7 > broken.png\"}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (
      f->model,
      "[" USE ("small", "read_file", "{\"path\":\"/home/agent/odd: 100%d [1].jpg\"}") "," USE (
          "tall", "read_file",
          "{\"path\":\"/home/agent/tall.gif\"}") "," USE ("half", "read_file",
                                                          "{\"path\":\"/home/agent/"
                                                          "half.jpg\"}") "," USE ("bro"
                                                                                  "ke"
                                                                                  "n",
                                                                                  "rea"
                                                                                  "d_"
                                                                                  "fil"
                                                                                  "e",
                                                                                  "{\""
                                                                                  "pat"
                                                                                  "h\""
                                                                                  ":\""
                                                                                  "/ho"
                                                                                  "me/"
                                                                                  "age"
                                                                                  "nt/"
                                                                                  "bro"
                                                                                  "ken"
                                                                                  ".pn"
                                                                                  "g\""
                                                                                  "}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  small = picture_of (f, "small");
  tall = picture_of (f, "tall");
  half = picture_of (f, "half");
  g_assert_nonnull (small);
  g_assert_true (annex_picture_head_is_fit (small));
  g_assert_true (annex_picture_head_read (small, &head));
  g_assert_cmpstr (head.media_type, ==, "image/png");
  g_assert_cmpuint (head.width, ==, 40);
  g_assert_true (annex_picture_head_is_fit (tall));
  g_assert_true (annex_picture_head_is_fit (half));
  g_assert_null (picture_of (f, "broken"));
  said = result_of (f, "broken", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (said, "cannot be shown"));
}

static void
test_plan (Fixture *f, gconstpointer data)
{
  scripted_model_add (
      f->model,
      "[" USE ("a", "update_plan",
               "{\"steps\":[{\"title\":\"Look\",\"state\":\"in_progress\"},{\"title\":\"Write\","
               "\"state\":\"pending\"}]}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  g_assert_cmpuint (annex_plan_get_n_steps (annex_task_get_plan (f->task)), ==, 2);
  g_assert_cmpint (annex_plan_get_step (annex_task_get_plan (f->task), 0)->state, ==,
                   ANNEX_STEP_IN_PROGRESS);
}

/* What the user does with the plan, once, while the model writes the next one. */
typedef struct
{
  const char *plans[3]; /* one after the other */
} Edits;

static void
edit_on_start_cb (AnnexTask *task, AnnexEvent *event, Edits *edits)
{
  if (annex_event_get_event_type (event) != ANNEX_EVENT_REPLY_STARTED)
    return;
  for (guint i = 0; edits->plans[i] != NULL; i++)
    {
      g_autofree char *data = g_strdup_printf ("{\"by\":\"user\",\"steps\":[%s]}", edits->plans[i]);
      g_autoptr (JsonNode) node = annex_json_parse (data, -1, NULL);

      dex_future_disown (
          annex_task_append (task, ANNEX_EVENT_PLAN_UPDATED, json_node_dup_object (node)));
    }
  edits->plans[0] = NULL;
}

static char *
dup_plan (AnnexTask *task)
{
  AnnexPlan *plan = annex_task_get_plan (task);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    g_string_append_printf (text, "%s%s:%s", i > 0 ? "; " : "",
                            annex_plan_get_step (plan, i)->title,
                            annex_step_state_to_name (annex_plan_get_step (plan, i)->state));
  return g_string_free (text, FALSE);
}

#define STEP(id, title, state) "{\"id\":\"" id "\",\"title\":\"" title "\",\"state\":\"" state "\"}"
#define PLANNED(look, write, check)                                                                \
  "{\"steps\":[{\"title\":\"Look\",\"state\":\"" look                                              \
  "\"},{\"title\":\"Write\",\"state\":\"" write "\"},{\"title\":\"Check\",\"state\":\"" check      \
  "\"}]}"

static void
test_plan_changed_meanwhile (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *plans[3];
    const char *then;   /* the plan */
    const char *before; /* nullable: how far it was */
  } cases[] = {
    { { NULL }, "Look:completed; Write:in_progress; Check:pending" },
    { { STEP ("s1", "Look", "in_progress") "," STEP ("s2", "Write", "pending") "," STEP (
            "s3", "Check", "pending") "," STEP ("u4", "Call home", "pending"),
        STEP ("s1", "Look", "in_progress") "," STEP ("s2", "Write", "pending") "," STEP (
            "s3", "Check", "skipped") "," STEP ("u4", "Call home", "pending") },
      "Look:completed; Write:in_progress; Check:skipped; Call home:pending" },
    /* done by now, struck or not; renamed; moved */
    { { STEP ("s1", "Look", "skipped") "," STEP ("s2", "Write", "pending") "," STEP ("s3", "Check",
                                                                                     "pending"),
        STEP ("s1", "Look", "skipped") "," STEP ("s2", "Write in German",
                                                 "pending") "," STEP ("s3", "Check", "pending") },
      "Look:completed; Write in German:in_progress; Check:pending" },
    { { STEP ("s3", "Check", "pending") "," STEP ("s1", "Look", "in_progress") "," STEP (
          "s2", "Write", "pending") },
      "Check:pending; Look:completed; Write:in_progress" },
    { { STEP ("s2", "Write", "pending") "," STEP ("s3", "Check", "pending") "," STEP (
          "s1", "Look", "in_progress") },
      "Write:in_progress; Check:pending; Look:completed" },
    /* to be done again */
    { { STEP ("s1", "Look", "pending") "," STEP ("s2", "Write", "pending") "," STEP ("s3", "Check",
                                                                                     "pending") },
      "Look:pending; Write:in_progress; Check:pending",
      "[" USE ("a", "update_plan", PLANNED ("completed", "pending", "pending")) "]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Edits edits = { { cases[i].plans[0], cases[i].plans[1] } };
      g_autofree char *plan = NULL;
      g_autofree char *said = NULL;
      gulong handler;
      gboolean is_error;

      if (i > 0)
        {
          tear_down (f, NULL);
          memset (f, 0, sizeof *f);
          set_up (f, NULL);
        }
      scripted_model_add (
          f->model,
          cases[i].before != NULL
              ? cases[i].before
              : "[" USE ("a", "update_plan", PLANNED ("in_progress", "pending", "pending")) "]",
          ANNEX_STOP_TOOL_USE);
      scripted_model_add (f->model, "[" TEXT ("So far.") "]", ANNEX_STOP_END_TURN);
      settle_ok (annex_agent_say (f->agent, "Go"));
      g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
      scripted_model_add (
          f->model,
          "[" USE ("b", "update_plan", PLANNED ("completed", "in_progress", "pending")) "]",
          ANNEX_STOP_TOOL_USE);
      scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
      settle_ok (annex_agent_say (f->agent, "On"));
      handler = g_signal_connect (f->task, "event", G_CALLBACK (edit_on_start_cb), &edits);
      g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
      g_signal_handler_disconnect (f->task, handler);
      plan = dup_plan (f->task);
      g_assert_cmpstr (plan, ==, cases[i].then);
      said = result_of (f, "b", &is_error);
      g_assert_cmpint (strstr (said, "The user changed it") != NULL, ==, i > 0);
    }
}

static void
test_computer_problem_is_told (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  gboolean is_error;

  fake_computer_fail_refresh (f->computer, "it was ended by somebody");
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"echo x\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  text = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (text, "it was ended by somebody"));
}

static void
test_shell_limits (Fixture *f, gconstpointer data)
{
  g_autofree char *flood = NULL;
  g_autofree char *slow = NULL;
  gboolean is_error;

  scripted_model_add (
      f->model,
      "[" USE ("a", "shell", "{\"command\":\"seq 1 200000\"}") "," USE (
          "b", "shell", "{\"command\":\"echo early; sleep 30\",\"timeout_s\":1}") "]",
      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  flood = result_of (f, "a", &is_error);
  g_assert_cmpuint (strlen (flood), <, 20000);
  g_assert_nonnull (strstr (flood, "\n200000\n"));
  g_assert_nonnull (strstr (flood, "The full text is in"));
  slow = result_of (f, "b", &is_error);
  g_assert_true (is_error);
  g_assert_nonnull (strstr (slow, "time limit"));
  g_assert_nonnull (strstr (slow, "early"));
}

static void
refuse_cb (AnnexWorkspace *workspace, const char *id, GBytes *piece, gpointer data)
{
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *reason = g_strdup_printf ("Annex refused host%u.\nCall request_network.", i);

      annex_workspace_add_refusal (workspace, reason);
      annex_workspace_add_refusal (workspace, reason);
    }
}

/* What the way out refused while a command ran stands in its result, once and bounded. */
static void
test_refusals_are_told (Fixture *f, gconstpointer data)
{
  g_autofree char *one = NULL;
  g_autofree char *two = NULL;
  gulong handler;
  gboolean is_error;

  handler = g_signal_connect (f->workspace, "output", G_CALLBACK (refuse_cb), NULL);
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"echo x; exit 7\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("First.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  one = result_of (f, "a", &is_error);
  g_assert_nonnull (strstr (one, "exit status 7"));
  g_assert_nonnull (strstr (one, "- Annex refused host0. Call request_network.\n"));
  g_assert_nonnull (strstr (one, "- Annex refused host7. Call request_network.\nand 8 more.\n"));
  g_assert_null (strstr (one, "host8"));
  g_signal_handler_disconnect (f->workspace, handler);
  scripted_model_add (f->model, "[" USE ("b", "shell", "{\"command\":\"true\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Second.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Again"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  two = result_of (f, "b", &is_error);
  g_assert_null (strstr (two, "refused"));
}

static AnnexUpperEntry *
upper_file (const char *path, const char *content)
{
  AnnexUpperEntry *entry = g_new0 (AnnexUpperEntry, 1);

  entry->path = g_strdup (path);
  entry->kind = ANNEX_UPPER_FILE;
  entry->mode = 0644;
  entry->size_bytes = strlen (content);
  entry->mtime_ns = 1700000000 * G_GINT64_CONSTANT (1000000000);
  entry->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, content, -1);
  return entry;
}

typedef struct
{
  AnnexWorkspace *workspace;
  char *path;
  AnnexShareMode mode;
} Grant;

static DexFuture *
grant_fiber (gpointer data)
{
  Grant *grant = data;
  GError *error = NULL;
  g_autoptr (AnnexShare) share =
      annex_workspace_grant_folder (grant->workspace, grant->path, grant->mode, &error);

  g_assert_no_error (error);
  return dex_future_new_true ();
}

static void
add_share_with_draft (Fixture *f, AnnexShareMode mode)
{
  g_autofree char *folder = g_build_filename (f->dir, "shared", NULL);
  g_autofree char *upper_dir = g_build_filename (f->dir, "upper", NULL);
  g_autofree char *staged = g_build_filename (f->dir, "upper/new.txt", NULL);
  g_autoptr (GPtrArray) upper =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  Grant grant = { f->workspace, folder, mode };

  g_mkdir_with_parents (folder, 0700);
  g_mkdir_with_parents (upper_dir, 0700);
  g_assert_true (g_file_set_contents (staged, "new text\n", -1, NULL));
  settle_ok (dex_scheduler_spawn (NULL, 0, grant_fiber, &grant, NULL));
  g_ptr_array_add (upper, upper_file ("new.txt", "new text\n"));
  fake_computer_set_upper (f->computer, upper);
}

static void
run_with_draft (Fixture *f)
{
  scripted_model_add (f->model, "[" USE ("a", "shell", "{\"command\":\"true\"}") "]",
                      ANNEX_STOP_TOOL_USE);
  scripted_model_add (f->model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
}

static void
test_keep_and_undo (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (f->dir, "shared/new.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) keeps = NULL;

  add_share_with_draft (f, ANNEX_SHARE_KEEP);
  run_with_draft (f);
  g_assert_true (g_file_get_contents (kept, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "new text\n");
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 1);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_DRAFT_KEPT), ==, 1);
  keeps = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 1);
  settle_ok (annex_drafts_undo (annex_workspace_get_drafts (f->workspace), keeps[0]));
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_clear_pointer (&keeps, g_strfreev);
  keeps = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 0);
}

/* Nothing of a keep is saved any more: it is asked for once, and not offered for good. */
static void
test_nothing_to_undo (Fixture *f, gconstpointer data)
{
  g_autofree char *undo_dir = g_build_filename (f->dir, "undo", NULL);
  g_auto (GStrv) keeps = NULL;
  g_auto (GStrv) after = NULL;

  add_share_with_draft (f, ANNEX_SHARE_KEEP);
  run_with_draft (f);
  keeps = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (keeps), ==, 1);
  g_assert_true (annex_keep_forget (undo_dir, keeps[0], NULL));
  settle_error (annex_drafts_undo (annex_workspace_get_drafts (f->workspace), keeps[0]),
                ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND);
  after = annex_task_dup_keeps (f->task);
  g_assert_cmpuint (g_strv_length (after), ==, 0);
}

/* Whoever is granted a folder is told in the same event: a crash right after it loses nothing. */
static void
test_share_is_told (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) events = NULL;
  const char *messages;

  add_share_with_draft (f, ANNEX_SHARE_READ_ONLY);
  events = events_of (f);
  g_assert_cmpint (annex_event_get_event_type (g_ptr_array_index (events, events->len - 1)), ==,
                   ANNEX_EVENT_SHARE_GRANTED);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ANNOUNCEMENT), ==, 0);
  restart (f);
  scripted_model_add (f->model, "[" TEXT ("I see it.") "]", ANNEX_STOP_END_TURN);
  settle_ok (annex_agent_say (f->agent, "Go"));
  g_assert_cmpint (settle_state (annex_agent_run (f->agent)), ==, ANNEX_TASK_DONE);
  messages = scripted_model_get_messages (f->model, 0);
  g_assert_nonnull (strstr (messages, "/folders/shared. It is read only."));
}

/* A copy that is what the user's file is would hide their later edits: it goes at once. */
static void
test_unchanged_copy_goes (Fixture *f, gconstpointer data)
{
  g_autofree char *same = g_build_filename (f->dir, "shared/same.txt", NULL);
  g_autoptr (GPtrArray) upper =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  struct timespec times[2] = { { 1700000000, 0 }, { 1700000000, 0 } };

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  g_assert_true (
      g_file_set_contents_full (same, "the same\n", -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
  g_assert_cmpint (g_chmod (same, 0644), ==, 0);
  g_assert_cmpint (utimensat (AT_FDCWD, same, times, 0), ==, 0);
  g_ptr_array_add (upper, upper_file ("new.txt", "new text\n"));
  g_ptr_array_add (upper, upper_file ("same.txt", "the same\n"));
  fake_computer_set_upper (f->computer, upper);
  run_with_draft (f);
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 1);
}

/* One file of the draft is not there; another one's content never comes: what fetches that is ended
 * before the folder it writes to is cleared. */
static void
test_keep_fails (Fixture *f, gconstpointer data)
{
  g_autofree char *stalled = g_build_filename (f->dir, "upper/stalled.txt", NULL);
  g_autofree char *staging = NULL;
  AnnexDrafts *drafts = annex_workspace_get_drafts (f->workspace);
  g_autoptr (GPtrArray) upper =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  g_autoptr (GPtrArray) shares = NULL;
  const char *share;
  int end;

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  g_assert_cmpint (mkfifo (stalled, 0600), ==, 0);
  end = open (stalled, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (end, >=, 0);
  g_ptr_array_add (upper, upper_file ("missing.txt", "gone\n"));
  g_ptr_array_add (upper, upper_file ("stalled.txt", "never\n"));
  fake_computer_set_upper (f->computer, upper);
  run_with_draft (f);
  shares = annex_task_dup_shares (f->task);
  share = annex_share_get_id (g_ptr_array_index (shares, 0));
  settle_error (annex_drafts_keep (drafts, share, NULL), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  staging = g_build_filename (f->dir, "tasks", annex_task_get_id (f->task), "staging", NULL);
  g_assert_false (g_file_test (staging, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_close (end, NULL), ==, TRUE); /* ends the read */
}

static void
test_review_asks (Fixture *f, gconstpointer data)
{
  g_autofree char *kept = g_build_filename (f->dir, "shared/new.txt", NULL);
  AnnexDrafts *drafts = annex_workspace_get_drafts (f->workspace);
  g_autoptr (GPtrArray) open = NULL;
  AnnexAsk *ask;

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  run_with_draft (f);
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 1);
  g_assert_cmpint (annex_ask_get_kind (g_ptr_array_index (open, 0)), ==, ANNEX_ASK_DRAFT);
  ask = g_ptr_array_index (open, 0);
  /* What is no label changes nothing, and leaves the question open. */
  settle_error (annex_answers_settle_draft (f->inbox, drafts, ask, "yes", "user"), ANNEX_JSON_ERROR,
                ANNEX_JSON_ERROR_VALUE);
  g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (fake_computer_get_n_forgotten (f->computer), ==, 0);
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_ASK_ANSWERED), ==, 0);
  settle_ok (annex_answers_settle_draft (f->inbox, drafts, ask, " Keep ", "user"));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_events (f, ANNEX_EVENT_DRAFT_DISCARDED), ==, 0);
}

/* A reset loses the draft: the log says so, and nothing is asked about it any more. */
static void
test_reset_closes (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) open = NULL;

  add_share_with_draft (f, ANNEX_SHARE_REVIEW);
  run_with_draft (f);
  restart (f);
  g_assert_true (settle_boolean (annex_drafts_is_open (annex_workspace_get_drafts (f->workspace))));
  settle_ok (annex_drafts_tell_lost (annex_workspace_get_drafts (f->workspace)));
  restart (f);
  g_assert_false (
      settle_boolean (annex_drafts_is_open (annex_workspace_get_drafts (f->workspace))));
  open = annex_task_dup_open_asks (f->task);
  g_assert_cmpuint (open->len, ==, 0);
}

/* A folder that is shared already takes the mode that the user names now. */
static DexFuture *
share_again_fiber (gpointer data)
{
  Fixture *f = data;
  g_autofree char *path = g_build_filename (f->dir, "shared", ".", NULL);
  g_autofree char *named = g_strconcat (path, ":review", NULL);
  GError *error = NULL;
  g_autoptr (AnnexShare) share =
      annex_workspace_grant_folder (f->workspace, path, ANNEX_SHARE_READ_ONLY, &error);

  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_READ_ONLY);
  g_clear_pointer (&share, annex_share_unref);
  share = annex_workspace_grant_folder (f->workspace, path, ANNEX_SHARE_REVIEW, &error);
  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_READ_ONLY);
  g_clear_pointer (&share, annex_share_unref);
  /* A path alone names no mode. */
  share = annex_workspace_grant_answer (f->workspace, path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_READ_ONLY);
  g_clear_pointer (&share, annex_share_unref);
  share = annex_workspace_grant_answer (f->workspace, named, &error);
  g_assert_no_error (error);
  g_assert_cmpint (annex_share_get_mode (share), ==, ANNEX_SHARE_REVIEW);
  return dex_future_new_true ();
}

static void
test_share_again (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) shares = NULL;

  add_share_with_draft (f, ANNEX_SHARE_KEEP);
  settle_ok (dex_scheduler_spawn (NULL, 256 * 1024, share_again_fiber, f, NULL));
  shares = annex_task_dup_shares (f->task);
  g_assert_cmpuint (shares->len, ==, 1);
  g_assert_cmpint (annex_share_get_mode (g_ptr_array_index (shares, 0)), ==, ANNEX_SHARE_REVIEW);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  ADD ("files", test_files);
  ADD ("pictures", test_pictures);
  ADD ("plan", test_plan);
  ADD ("plan-changed-meanwhile", test_plan_changed_meanwhile);
  ADD ("computer-problem", test_computer_problem_is_told);
  ADD ("shell-limits", test_shell_limits);
  ADD ("refusals-are-told", test_refusals_are_told);
  ADD ("share-is-told", test_share_is_told);
  ADD ("keep-and-undo", test_keep_and_undo);
  ADD ("nothing-to-undo", test_nothing_to_undo);
  ADD ("keep-fails", test_keep_fails);
  ADD ("unchanged-copy", test_unchanged_copy_goes);
  ADD ("review-asks", test_review_asks);
  ADD ("reset-closes", test_reset_closes);
  ADD ("share-again", test_share_again);
  return g_test_run ();
}
