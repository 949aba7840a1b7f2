/* test-local.c
 *
 * Making models from what the user chose, and finding servers on this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model-window.h"
#include "annex-models.h"

#include "annex-openai-local.h"
#include "annex-wire.h"
#include "fake-model.h"
#include "model-test.h"

#include <string.h>

#define TURN "{\"blocks\":[{\"type\":\"text\",\"text\":\"Done.\"}]"

static void
test_addresses (void)
{
  static const char *const bad[] = { "nonsense",          "ftp://host",
                                     "http://",           "http://user:pass@host",
                                     "http://host/?x",    "http://host/#x",
                                     "file:///etc/passwd" };
  static const char *const good[][2] = {
    { "http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434" },
    { "https://proxy.example/openai/v1", "https://proxy.example/openai" },
    { " http://[::1]:8080/ ", "http://[::1]:8080" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (annex_models_new ("openai", NULL, bad[i], NULL, &error));
      g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID);
      g_assert_null (strstr (error->message, "pass@"));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (AnnexModel) model = annex_models_new ("openai", NULL, good[i][0], NULL, NULL);
      g_autofree char *base_url = annex_model_dup_base_url (model);

      g_assert_cmpstr (base_url, ==, good[i][1]);
    }
}

static void
test_factory (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexModel) anthropic = annex_models_new ("anthropic", NULL, NULL, NULL, NULL);
  g_autoptr (AnnexModel) openai = annex_models_new ("openai", "", NULL, NULL, NULL);
  g_autoptr (AnnexModel) tour = annex_models_new ("tour", NULL, NULL, NULL, NULL);

  g_assert_cmpstr (annex_model_get_provider (anthropic), ==, "anthropic");
  g_assert_cmpstr (annex_model_get_model (anthropic), ==, "claude-opus-5-5");
  g_assert_cmpstr (annex_model_get_provider (openai), ==, "openai");
  g_assert_cmpstr (annex_model_get_model (openai), ==, "");
  g_assert_cmpstr (annex_model_get_provider (tour), ==, "tour");
  g_assert_null (annex_models_new ("other", NULL, NULL, NULL, &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID);
}

static void
test_first_model (void)
{
  g_autoptr (FakeModel) server =
      fake_model_new ("{\"models\":[\"qwen3:8b\",\"b\"],\"turns\":[" TURN "}]}", NULL, NULL);
  g_autoptr (FakeModel) empty = fake_model_new ("{\"models\":[],\"turns\":[]}", NULL, NULL);
  g_autofree char *base_url = fake_model_dup_base_url (server);
  g_autofree char *empty_url = fake_model_dup_base_url (empty);
  g_autoptr (AnnexModel) model = annex_models_new ("openai", NULL, base_url, NULL, NULL);
  g_autoptr (AnnexModel) none = annex_models_new ("openai", NULL, empty_url, NULL, NULL);
  g_autoptr (AnnexModelRequest) request = new_request ("Hello", NULL);
  g_autoptr (GError) error = NULL;
  AnnexModelReply *reply;

  g_clear_pointer (&request->model, g_free);
  reply = settle_reply (annex_model_send (model, request, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (reply->model, ==, "qwen3:8b");
  annex_model_reply_free (reply);
  g_assert_null (settle_reply (annex_model_send (none, request, NULL), &error));
  g_assert_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND);
}

static void
test_find_local (void)
{
  g_autoptr (FakeModel) ollama =
      fake_model_new ("{\"identity\":\"ollama\",\"models\":[\"a\"],\"turns\":[]}", NULL, NULL);
  g_autoptr (FakeModel) llama =
      fake_model_new ("{\"identity\":\"llama.cpp\",\"models\":[\"b\"],\"turns\":[]}", NULL, NULL);
  g_autoptr (FakeModel) locked =
      fake_model_new ("{\"api_key\":\"x\",\"models\":[\"b\"],\"turns\":[]}", NULL, NULL);
  g_autofree char *first = fake_model_dup_base_url (ollama);
  g_autofree char *second = fake_model_dup_base_url (llama);
  g_autofree char *third = fake_model_dup_base_url (locked);
  const char *const addresses[] = { first, "http://127.0.0.1:9",  second,
                                    third, "http://192.0.2.1:80", NULL };
  g_autoptr (DexFuture) future = annex_openai_find_at (addresses);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  GPtrArray *servers;

  settle (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_get_monotonic_time () - start, <, 2000000);
  servers = g_value_get_boxed (dex_future_get_value (future, NULL));
  g_assert_cmpuint (servers->len, ==, 2);
  g_assert_cmpstr (((AnnexLocalServer *) servers->pdata[0])->name, ==, "Ollama");
  g_assert_cmpstr (((AnnexLocalServer *) servers->pdata[0])->models[0], ==, "a");
  g_assert_cmpstr (((AnnexLocalServer *) servers->pdata[1])->name, ==, "llama.cpp");
  g_assert_cmpstr (((AnnexLocalServer *) servers->pdata[1])->base_url, ==, second);
}

/* Each server has its own word for how much a model takes. */
static void
test_window (void)
{
  static const struct
  {
    const char *model;
    guint64 tokens;
  } rows[] = {
    { "{\"id\":\"m\",\"max_model_len\":32768}", 32768 },
    { "{\"id\":\"m\",\"context_length\":131072}", 131072 },
    { "{\"id\":\"m\",\"context_window\":8192}", 8192 },
    { "{\"id\":\"m\",\"max_context_length\":131072,\"loaded_context_length\":4096}", 4096 },
    { "{\"id\":\"m\",\"meta\":{\"n_ctx\":2048,\"n_ctx_train\":131072}}", 2048 },
    { "{\"id\":\"m\",\"max_input_tokens\":1000000,\"max_tokens\":128000}", 1000000 },
    { "{\"id\":\"other\",\"max_model_len\":32768}", 0 },
    { "{\"id\":\"m\",\"max_model_len\":-1}", 0 },
    { "{\"id\":\"m\",\"max_model_len\":\"many\"}", 0 },
    { "{\"id\":\"m\"}", 0 },
    { "7", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *body = g_strdup_printf ("{\"data\":[{\"id\":\"first\"},%s]}", rows[i].model);

      g_assert_cmpuint (annex_wire_read_window (body, "m"), ==, rows[i].tokens);
    }
  g_assert_cmpuint (annex_wire_read_window ("no JSON", "m"), ==, 0);
  g_assert_cmpuint (
      annex_wire_read_window ("{\"id\":\"m-20251001\",\"max_input_tokens\":200000}", "m"), ==,
      200000);
}

/* What is asked of a server over HTTP, by either format. */
static void
test_ask_window (void)
{
  static const struct
  {
    const char *provider;
    const char *identity; /* a member of the scenario */
    const char *model;
    guint64 tokens;
  } rows[] = {
    { "anthropic", "", "claude-haiku-4-5-20251001", 200000 },
    { "anthropic", "", "claude-haiku-4-5", 200000 },
    { "anthropic", "\"identity\":\"ollama\",", "qwen3:8b", 200000 },
    { "anthropic", "", "no such/model?", 0 },
    { "anthropic", "\"api_key\":\"right-one\",", "qwen3:8b", 0 },
    { "openai", "", "qwen3:8b", 200000 },
    { "openai", "", "another", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *scenario =
          g_strdup_printf ("{%s\"models\":[\"qwen3:8b\",\"claude-haiku-4-5-20251001\"],"
                           "\"window\":200000,\"turns\":[]}",
                           rows[i].identity);
      g_autoptr (FakeModel) server = fake_model_new (scenario, NULL, NULL);
      g_autofree char *base_url = fake_model_dup_base_url (server);
      g_autoptr (AnnexModel) model =
          annex_models_new (rows[i].provider, rows[i].model, base_url, NULL, NULL);
      g_autoptr (DexFuture) future = annex_model_window_find (model, rows[i].model);
      g_autoptr (GError) error = NULL;

      settle (future, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_value_get_uint64 (dex_future_get_value (future, NULL)), ==,
                        rows[i].tokens);
    }
}

int
main (int argc, char **argv)
{
  g_unsetenv ("ANNEX_API_KEY");
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/models/addresses", test_addresses);
  g_test_add_func ("/models/factory", test_factory);
  g_test_add_func ("/models/first-model", test_first_model);
  g_test_add_func ("/models/find-local", test_find_local);
  g_test_add_func ("/models/local/window", test_window);
  g_test_add_func ("/models/local/ask-window", test_ask_window);
  return g_test_run ();
}
