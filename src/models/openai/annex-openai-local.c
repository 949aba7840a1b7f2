/* annex-openai-local.c
 *
 * See annex-openai-local.h. Loopback only, and a server is told by what it says, never by its port:
 * 8080 and 8000 are mostly something else.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-local.h"

#include "annex-exchange.h"
#include "annex-future.h"
#include "annex-openai-stream.h"

#include <string.h>

#define PROBE_TIMEOUT_MS 400

static const char *const usual_addresses[] = {
  "http://127.0.0.1:11434", /* Ollama */
  "http://127.0.0.1:9931",  /* llama.cpp, from August 2026 */
  "http://127.0.0.1:8080",  /* llama.cpp before that */
  "http://127.0.0.1:1234",  /* LM Studio */
  "http://127.0.0.1:8000",  /* vLLM */
  NULL,
};

G_DEFINE_BOXED_TYPE (AnnexLocalServer,
                     annex_local_server,
                     annex_local_server_copy,
                     annex_local_server_free)

AnnexLocalServer *
annex_local_server_copy (const AnnexLocalServer *self)
{
  AnnexLocalServer *copy = g_new0 (AnnexLocalServer, 1);

  copy->name = g_strdup (self->name);
  copy->base_url = g_strdup (self->base_url);
  copy->models = g_strdupv (self->models);
  return copy;
}

void
annex_local_server_free (AnnexLocalServer *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->base_url);
  g_strfreev (self->models);
  g_free (self);
}

/* ---- telling them apart */

/* Who the first model says it belongs to; "" when it does not say. (transfer full) */
static char *
owner_of_first (const char *models)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (models, -1, NULL);
  JsonArray *data = json != NULL ? annex_json_opt_array (json, "data") : NULL;
  JsonNode *first =
      data != NULL && json_array_get_length (data) > 0 ? json_array_get_element (data, 0) : NULL;

  if (first == NULL || !JSON_NODE_HOLDS_OBJECT (first))
    return g_strdup ("");
  return g_strdup (annex_json_opt_string (json_node_get_object (first), "owned_by", ""));
}

static const char *
name_of (const char *root, const char *owner)
{
  if (root != NULL && strstr (root, "Ollama is running") != NULL)
    return "Ollama";
  if (g_str_equal (owner, "llamacpp"))
    return "llama.cpp";
  if (g_str_equal (owner, "vllm"))
    return "vLLM";
  if (g_str_equal (owner, "organization_owner"))
    return "LM Studio";
  return "Local server";
}

AnnexLocalServer *
annex_openai_identify (const char *base_url, const char *root, const char *models)
{
  g_auto (GStrv) ids = models != NULL ? annex_wire_read_models (models) : NULL;
  g_autofree char *owner = NULL;
  AnnexLocalServer *server;

  if (ids == NULL)
    return NULL;
  owner = owner_of_first (models);
  server = g_new0 (AnnexLocalServer, 1);
  server->name = g_strdup (name_of (root, owner));
  server->base_url = g_strdup (base_url);
  server->models = g_steal_pointer (&ids);
  return server;
}

/* ---- asking */

static DexFuture *
probe_fiber (gpointer data)
{
  const char *base_url = data;
  static const char *const headers[] = { "authorization", "Bearer none", NULL };
  /* That nothing answers there is no error: most ports have nobody. */
  g_autoptr (AnnexHttp) http = annex_http_new (base_url, NULL);
  g_autofree char *models = NULL;
  g_autofree char *root = NULL;
  AnnexLocalServer *server;

  if (http == NULL || !annex_http_is_loopback (http))
    return dex_future_new_for_pointer (NULL);
  models = annex_exchange_get (&annex_openai_format, http, "/v1/models", headers, NULL,
                               PROBE_TIMEOUT_MS, NULL);
  if (models == NULL)
    return dex_future_new_for_pointer (NULL);
  root = annex_exchange_get (&annex_openai_format, http, "/", NULL, NULL, PROBE_TIMEOUT_MS, NULL);
  server = annex_openai_identify (base_url, root, models);
  return server != NULL ? dex_future_new_take_boxed (ANNEX_TYPE_LOCAL_SERVER, server)
                        : dex_future_new_for_pointer (NULL);
}

static DexFuture *
find_fiber (gpointer data)
{
  char **base_urls = data;
  guint n = g_strv_length (base_urls);
  g_autoptr (GPtrArray) probes = g_ptr_array_new_with_free_func (dex_unref);
  GPtrArray *servers = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_local_server_free);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (probes, annex_future_with_timeout (
                                 annex_fiber_run (probe_fiber, g_strdup (base_urls[i]), g_free),
                                 PROBE_TIMEOUT_MS));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (DexFuture) probe = dex_ref (g_ptr_array_index (probes, i));
      const GValue *value;

      /* What did not answer in time is not there. */
      if (!dex_await (dex_ref (probe), NULL))
        continue;
      value = dex_future_get_value (probe, NULL);
      if (value != NULL && G_VALUE_HOLDS (value, ANNEX_TYPE_LOCAL_SERVER))
        g_ptr_array_add (servers, g_value_dup_boxed (value));
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, servers);
}

DexFuture *
annex_openai_find_at (const char *const *base_urls)
{
  return annex_fiber_run (find_fiber, g_strdupv ((char **) base_urls), (GDestroyNotify) g_strfreev);
}

DexFuture *
annex_openai_find_local (void)
{
  return annex_openai_find_at (usual_addresses);
}
