/* office.c
 *
 * See office.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "office.h"

#include "test-fiber.h"

#include <string.h>

void
office_open (Office *office, const char *scenario)
{
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("anthropic", "Fake");
  g_autoptr (GError) error = NULL;

  office->session = app_fixture_open ();
  office->model = scenario != NULL ? fake_model_new (scenario, NULL, &error) : NULL;
  g_assert_no_error (error);
  office->self = annex_desk_session_new (office->session);
  office->desk = ANNEX_DESK (office->self);
  if (office->model == NULL)
    return;
  profile->base_url = fake_model_dup_base_url (office->model);
  profile->model = g_strdup ("fake-1");
  profile->is_default = TRUE;
  test_await (annex_desk_save_profile (office->desk, profile, "sk-right"));
}

void
office_close (Office *office)
{
  test_await (annex_desk_session_close (office->self));
  app_fixture_wait (50); /* what was emitted last is let go of */
  g_assert_finalize_object (office->self);
  g_assert_finalize_object (office->session);
  g_clear_pointer (&office->model, fake_model_free);
}

void
office_reopen (Office *office)
{
  test_await (annex_desk_session_close (office->self));
  app_fixture_wait (50);
  g_assert_finalize_object (office->self);
  g_assert_finalize_object (office->session);
  office->session = app_fixture_open ();
  office->self = annex_desk_session_new (office->session);
  office->desk = ANNEX_DESK (office->self);
}

AnnexTask *
office_begin (Office *office, const char *prompt)
{
  g_autoptr (AnnexNewTask) request = annex_new_task_new ();
  g_autoptr (GError) error = NULL;
  AnnexTask *task;

  request->prompt = g_strdup (prompt);
  task = dex_await_object (annex_desk_create_task (office->desk, request), &error);
  g_assert_no_error (error);
  return task;
}

void
office_await_state (AnnexTask *task, AnnexTaskState state)
{
  for (guint i = 0; i < 1000 && annex_task_get_state (task) != state; i++)
    app_fixture_wait (20);
  g_assert_cmpstr (annex_task_state_to_name (annex_task_get_state (task)), ==,
                   annex_task_state_to_name (state));
}

void
office_await_rest (Office *office, AnnexTask *task, AnnexTaskState state)
{
  office_await_state (task, state);
  for (guint i = 0; i < 1000 && annex_desk_is_running (office->desk, task); i++)
    app_fixture_wait (20);
  g_assert_false (annex_desk_is_running (office->desk, task));
}

/* The state comes before the ask. */
void
office_await_ask (AnnexTask *task)
{
  gboolean open = FALSE;

  office_await_state (task, ANNEX_TASK_WAITING);
  for (guint i = 0; i < 500 && !open; i++)
    {
      g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (task);

      open = asks->len > 0;
      app_fixture_wait (20);
    }
  g_assert_true (open);
}

/* The text of all messages as they go to the model. (transfer full) */
char *
office_dup_log (Office *office, AnnexTask *task)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (annex_desk_get_store (office->desk), annex_task_get_id (task), 0, 0),
      NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < events->len; i++)
    {
      g_autofree char *line = annex_event_to_json_line (g_ptr_array_index (events, i));

      g_string_append_printf (text, "%s\n", line);
    }
  return g_string_free_and_steal (text);
}

gboolean
office_log_has (Office *office, AnnexTask *task, const char *part)
{
  g_autofree char *log = office_dup_log (office, task);

  return strstr (log, part) != NULL;
}

void
office_assert_log (Office *office, AnnexTask *task, const char *part, gboolean there)
{
  g_autofree char *log = office_dup_log (office, task);

  if ((strstr (log, part) != NULL) != there)
    g_error ("“%s” is %sin the log:\n%s", part, there ? "not " : "", log);
}

GPtrArray *
office_list_inbox (Office *office)
{
  GPtrArray *entries = dex_await_boxed (annex_desk_list_inbox (office->desk), NULL);

  g_assert_nonnull (entries);
  return entries;
}
