/* hub-fixture.c
 *
 * See hub-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hub-fixture.h"

#include "annex-answers.h"
#include "annex-session-secrets.h"

#include <glib/gstdio.h>
#include <string.h>

char *
in_folder (Notes *f, const char *name)
{
  return g_build_filename (f->folder, name, NULL);
}

char *
read_file (Notes *f, const char *name)
{
  g_autofree char *path = in_folder (f, name);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

void
write_file (Notes *f, const char *name, const char *text)
{
  g_autofree char *path = in_folder (f, name);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static AnnexComputer *
make_computer (gpointer data, GError **error)
{
  Notes *f = data;

  return g_object_ref (ANNEX_COMPUTER (f->base.computer));
}

static void
opened_cb (AnnexInbox *inbox, AnnexAsk *ask, Notes *f)
{
  f->n_asks++;
  g_free (f->last_ask);
  f->last_ask = annex_json_object_to_string (annex_ask_get_json (ask));
  if (f->label == NULL)
    annex_agent_park (f->base.agent);
  else
    dex_future_disown (annex_answers_submit (inbox, NULL, ask, f->label, "user"));
}

void
bind_hub (Notes *f)
{
  g_autofree char *file = in_folder (f, "connectors.json");
  g_autofree char *known = in_folder (f, "known");

  f->hub = annex_connector_hub_new (f->secrets, f->base.store, file, known);
  annex_connector_hub_set_computer_func (f->hub, make_computer, f);
  annex_workspace_set_connectors (f->base.workspace, ANNEX_CONNECTORS (f->hub));
  g_signal_connect (f->base.inbox, "opened", G_CALLBACK (opened_cb), f);
}

/* As another process finds it. */
void
restart_notes (Notes *f)
{
  settle_ok (annex_connector_hub_close (f->hub));
  g_clear_object (&f->hub);
  restart (&f->base);
  bind_hub (f);
}

void
add_notes (Notes *f)
{
  g_autofree char *text = g_strdup_printf ("{\"mcpServers\":{\"Notes\":{\"command\":\"python3\","
                                           "\"args\":[\"-B\",\"%s\",\"%s\"],"
                                           "\"env\":{\"NOTES_TOKEN\":\"" SECRET "\"}}}}",
                                           FAKE_NOTES, f->folder);

  settle_ok (annex_connectors_add (ANNEX_CONNECTORS (f->hub), text, NULL));
}

AnnexConnectorInfo *
get_info (Notes *f)
{
  g_autoptr (DexFuture) done = settle (annex_connectors_list (ANNEX_CONNECTORS (f->hub), NULL));
  GPtrArray *infos = g_value_get_boxed (dex_future_get_value (done, NULL));

  g_assert_cmpuint (infos->len, ==, 1);
  return annex_connector_info_copy (infos->pdata[0]);
}

void
set_up_notes (Notes *f, gconstpointer data)
{
  set_up (&f->base, data);
  f->folder = g_build_filename (f->base.dir, "service", NULL);
  g_assert_cmpint (g_mkdir (f->folder, 0700), ==, 0);
  f->secrets = annex_session_secrets_new ("for the test");
  f->label = "once";
  bind_hub (f);
  add_notes (f);
}

void
tear_down_notes (Notes *f, gconstpointer data)
{
  settle_ok (annex_connector_hub_close (f->hub));
  annex_workspace_set_connectors (f->base.workspace, NULL);
  g_signal_handlers_disconnect_by_data (f->base.inbox, f);
  g_clear_object (&f->hub);
  g_clear_object (&f->secrets);
  g_free (f->folder);
  g_free (f->last_ask);
  tear_down (&f->base, data);
}

void
add_turn (Notes *f, const char *blocks)
{
  g_autofree char *turn = g_strdup_printf ("[%s]", blocks);

  scripted_model_add (f->base.model, turn, ANNEX_STOP_TOOL_USE);
}

void
add_end (Notes *f)
{
  scripted_model_add (f->base.model, "[" TEXT ("Done.") "]", ANNEX_STOP_END_TURN);
}

void
run (Notes *f, AnnexTaskState state)
{
  settle_ok (annex_agent_say (f->base.agent, "Please"));
  g_assert_cmpint (settle_state (annex_agent_run (f->base.agent)), ==, (int) state);
}

void
assert_result (Notes *f, const char *id, gboolean is_error, const char *part)
{
  gboolean failed = FALSE;
  g_autofree char *text = result_of (&f->base, id, &failed);

  g_assert_nonnull (text);
  if (strstr (text, part) == NULL || failed != is_error)
    g_error ("The result of %s is “%s”", id, text);
}

guint
count_told (Notes *f, const char *part)
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

AnnexConnectorInfo *
find_info (Notes *f, const char *id)
{
  g_autoptr (DexFuture) done = settle (annex_connectors_list (ANNEX_CONNECTORS (f->hub), NULL));
  GPtrArray *infos = g_value_get_boxed (dex_future_get_value (done, NULL));

  for (guint i = 0; i < infos->len; i++)
    if (g_str_equal (((AnnexConnectorInfo *) infos->pdata[i])->id, id))
      return annex_connector_info_copy (infos->pdata[i]);
  g_error ("There is no connector %s", id);
}

gboolean
tree_has (const char *folder, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *contents = NULL;
      gsize length;

      if (g_file_test (path, G_FILE_TEST_IS_DIR)
              ? tree_has (path, text)
              : g_file_get_contents (path, &contents, &length, NULL) &&
                    memmem (contents, length, text, strlen (text)) != NULL)
        return TRUE;
    }
  return FALSE;
}
