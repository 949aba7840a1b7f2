/* agent-fixture.c
 *
 * See agent-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "agent-fixture.h"

static gboolean
too_late_cb (gpointer data)
{
  g_error ("the test took too long");
  return G_SOURCE_REMOVE;
}

DexFuture *
settle (DexFuture *future)
{
  guint limit = g_timeout_add_seconds (30, too_late_cb, NULL);

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  return future;
}

void
settle_ok (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;

  dex_future_get_value (done, &error);
  g_assert_no_error (error);
}

GObject *
settle_object (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

int
settle_state (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_get_int (value);
}

gboolean
settle_boolean (DexFuture *future)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (done, &error);

  g_assert_no_error (error);
  return g_value_get_boolean (value);
}

void
settle_error (DexFuture *future, GQuark domain, int code)
{
  g_autoptr (DexFuture) done = settle (future);
  GError *error = NULL;

  g_assert_null (dex_future_get_value (done, &error));
  g_assert_error (error, domain, code);
  g_error_free (error);
}

void
bind_agent (Fixture *f)
{
  g_autoptr (GPtrArray) tools = NULL;

  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  f->workspace = annex_workspace_new (f->task, ANNEX_COMPUTER (f->computer), f->inbox, f->policy,
                                      f->secrets, ANNEX_MODEL (f->model), f->dir);
  tools = annex_agent_create_tools (f->workspace);
  f->agent = annex_agent_new (f->workspace, tools);
}

void
set_up (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL;
  g_autofree char *home = NULL;
  g_autofree char *tools = annex_agent_dup_tools_text (TRUE);

  f->dir = g_dir_make_tmp ("annex-agent-XXXXXX", NULL);
  path = g_build_filename (f->dir, "tasks.db", NULL);
  home = g_build_filename (f->dir, "home/agent", NULL);
  g_mkdir_with_parents (home, 0700);
  f->store = ANNEX_STORE (settle_object (annex_store_open (path)));
  f->task = ANNEX_TASK (settle_object (annex_task_create (
      f->store, "A test", "scripted", "scripted", NULL, "The system text.", tools)));
  f->model = scripted_model_new ();
  f->computer = fake_computer_new (f->dir);
  f->inbox = annex_inbox_new (f->store);
  f->policy = annex_network_policy_new ();
  bind_agent (f);
}

void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *quoted = g_shell_quote (f->dir);
  g_autofree char *command = g_strdup_printf ("rm -rf %s", quoted);

  settle_ok (annex_store_close (f->store));
  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  g_clear_object (&f->policy);
  g_clear_object (&f->inbox);
  g_clear_object (&f->computer);
  g_clear_object (&f->secrets);
  g_clear_object (&f->model);
  g_clear_object (&f->task);
  g_clear_object (&f->store);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
}

void
restart (Fixture *f)
{
  g_autofree char *id = g_strdup (annex_task_get_id (f->task));

  g_clear_object (&f->agent);
  g_clear_object (&f->workspace);
  g_clear_object (&f->inbox);
  g_clear_object (&f->task);
  f->inbox = annex_inbox_new (f->store);
  f->task = ANNEX_TASK (settle_object (annex_task_load (f->store, id)));
  bind_agent (f);
}

GPtrArray *
events_of (Fixture *f)
{
  g_autoptr (DexFuture) done =
      settle (annex_store_list_events (f->store, annex_task_get_id (f->task), 0, 0));

  return g_value_dup_boxed (dex_future_get_value (done, NULL));
}

guint
count_events (Fixture *f, AnnexEventType type)
{
  g_autoptr (GPtrArray) events = events_of (f);
  guint n = 0;

  for (guint i = 0; i < events->len; i++)
    n += annex_event_get_event_type (g_ptr_array_index (events, i)) == type;
  return n;
}

char *
result_of (Fixture *f, const char *tool_use_id, gboolean *is_error)
{
  g_autoptr (GPtrArray) events = events_of (f);

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *data = annex_event_get_data (event);

      if (annex_event_get_event_type (event) == ANNEX_EVENT_TOOL_FINISHED &&
          g_strcmp0 (annex_json_opt_string (data, "tool_use_id", ""), tool_use_id) == 0)
        {
          g_autoptr (AnnexBlock) block = annex_block_new (
              annex_json_object_copy (annex_json_opt_object (data, "result")), NULL);

          *is_error = annex_block_get_is_error (block);
          return g_strdup (annex_block_get_text (block));
        }
    }
  return NULL;
}

void
put (Fixture *f, AnnexEventType type, const char *data)
{
  g_autoptr (GError) error = NULL;
  JsonObject *json = annex_json_parse_object (data, -1, &error);

  g_assert_no_error (error);
  settle_ok (annex_task_append (f->task, type, json));
}
