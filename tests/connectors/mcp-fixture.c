/* mcp-fixture.c
 *
 * See mcp-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "mcp-fixture.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-mcp-http-private.h"
#include "annex-mcp-stdio.h"
#include "host-process.h"

const McpWay mcp_ways[MCP_N_WAYS] = { { "modern", FALSE },
                                      { "handshake", FALSE },
                                      { "modern", TRUE },
                                      { "handshake", TRUE } };

void
mcp_case_settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

gpointer
mcp_case_take_object (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;
  const GValue *value;

  mcp_case_settle (taken);
  value = dex_future_get_value (taken, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

gboolean
mcp_case_take_true (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) taken = future;

  mcp_case_settle (taken);
  return dex_future_get_value (taken, error) != NULL;
}

static DexFuture *
traffic_cb (AnnexMcpTraffic *traffic, gpointer data)
{
  McpCase *self = data;

  g_assert_cmpstr (traffic->host, ==, "127.0.0.1");
  g_assert_cmpuint (traffic->port, >, 0);
  if (!traffic->ended)
    {
      traffic->begun = ++self->begun;
      if (self->refused_listens > 0 && g_str_equal (traffic->method, "GET"))
        {
          self->refused_listens--;
          return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full");
        }
      return NULL;
    }
  g_assert_cmpint (traffic->begun, >, 0);
  self->sent += traffic->sent_bytes;
  self->received += traffic->received_bytes;
  return NULL;
}

static DexFuture *
open_cb (gpointer data)
{
  McpCase *self = data;
  g_autoptr (AnnexMcpTransport) transport = NULL;

  self->opened++;
  if (self->late != NULL)
    return dex_ref (DEX_FUTURE (self->late));
  if (self->address != NULL)
    {
      transport = annex_mcp_http_new (self->address, NULL);
      if (self->listen_pause_ms > 0)
        ANNEX_MCP_HTTP (transport)->listen_pause_ms = self->listen_pause_ms;
      annex_mcp_http_set_token (ANNEX_MCP_HTTP (transport), self->token);
      annex_mcp_http_set_traffic_func (ANNEX_MCP_HTTP (transport), traffic_cb, self, NULL);
    }
  else
    {
      g_autoptr (AnnexProcess) process = host_process_new ((const char *const *) self->arguments);

      transport = annex_mcp_stdio_new (process);
    }
  return dex_future_new_take_object (g_steal_pointer (&transport));
}

static DexFuture *
thought_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, json_object_ref (data));
}

static DexFuture *
elicit_cb (JsonObject *params, gpointer data)
{
  McpCase *self = data;
  JsonObject *answer =
      annex_json_build ("s", "action", self->choice != NULL ? "accept" : "decline", NULL);

  g_ptr_array_add (self->asked, g_strdup (annex_json_opt_string (params, "message", "")));
  if (self->choice != NULL)
    json_object_set_object_member (answer, "content",
                                   annex_json_build ("s", "colour", self->choice, NULL));
  if (self->thinking != NULL)
    return dex_future_finally (dex_ref (DEX_FUTURE (self->thinking)), thought_cb, answer,
                               (GDestroyNotify) json_object_unref);
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, answer);
}

static void
changed_cb (AnnexMcpClient *client, const char *what, McpCase *self)
{
  g_assert_cmpstr (what, ==, "tools");
  self->changes++;
}

static void
ended_cb (AnnexMcpClient *client, GError *error, McpCase *self)
{
  g_assert_cmpint (error->domain, ==, ANNEX_CONNECTOR_ERROR);
  self->ends++;
}

static char *
read_port (AnnexProcess *process)
{
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (annex_process_get_stdout (process));
  g_autofree char *port = g_data_input_stream_read_line (lines, NULL, NULL, NULL);

  g_assert_nonnull (port);
  return g_strdup_printf ("http://127.0.0.1:%s/mcp", port);
}

/* @more: further arguments of the server's, NULL at the end. */
McpCase *
mcp_case_new (const McpWay *way, ...)
{
  McpCase *self = g_new0 (McpCase, 1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const char *word;
  va_list args;

  g_strv_builder_add_many (builder, "python3", "-B", FAKE_MCP, "--era", way->era, NULL);
  va_start (args, way);
  while ((word = va_arg (args, const char *)) != NULL)
    g_strv_builder_add (builder, word);
  va_end (args);
  if (way->http)
    g_strv_builder_add (builder, "--http");
  self->arguments = g_strv_builder_end (builder);
  if (way->http)
    {
      self->server = host_process_new ((const char *const *) self->arguments);
      self->address = read_port (self->server);
    }
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->progress = g_ptr_array_new_with_free_func (g_free);
  self->client = annex_mcp_client_new (open_cb, self, NULL);
  annex_mcp_client_set_elicit_func (self->client, elicit_cb, self, NULL);
  g_signal_connect (self->client, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (self->client, "ended", G_CALLBACK (ended_cb), self);
  return self;
}

void
mcp_case_free (McpCase *self)
{
  g_assert_true (mcp_case_take_true (annex_mcp_client_stop (self->client), NULL));
  g_assert_finalize_object (self->client);
  g_clear_object (&self->server);
  /* Readers and writers let go of the process when its streams end. */
  while (host_process_get_n () > 0)
    g_main_context_iteration (NULL, TRUE);
  g_strfreev (self->arguments);
  g_free (self->address);
  dex_clear (&self->thinking);
  dex_clear (&self->late);
  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->progress);
  g_free (self);
}

DexFuture *
mcp_case_call (McpCase *self, const char *tool, const char *arguments, DexFuture *cancel)
{
  g_autoptr (JsonObject) params = annex_json_build (
      "s", "name", tool, "o", "arguments", annex_json_parse_object (arguments, -1, NULL), NULL);
  AnnexMcpRequestOptions options = { .name = tool, .idle_ms = 20000 };

  return annex_mcp_client_request (self->client, "tools/call", params, &options, cancel);
}

char *
mcp_case_first_text (JsonObject *result)
{
  JsonArray *content = annex_json_opt_array (result, "content");
  JsonObject *first = json_array_get_object_element (content, 0);

  return g_strdup (annex_json_opt_string (first, "text", ""));
}
