/* test-media.c
 *
 * Pictures and documents that a model's server does not take: the conversation goes on without
 * them, against the fake model server in both formats.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-media.h"
#include "annex-models.h"

#include "fake-model.h"
#include "model-test.h"

#include <string.h>

#define TURN "{\"type\":\"text\",\"text\":\"Hi\"}"

typedef struct
{
  FakeModel *server;
  AnnexModel *model;
  GError *error;
} Fixture;

static void
fixture_clear (Fixture *self)
{
  g_clear_pointer (&self->server, fake_model_free);
  g_clear_object (&self->model);
  g_clear_error (&self->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
fixture_start (Fixture *self, const char *provider, const char *scenario)
{
  g_autofree char *base_url = NULL;

  self->server = fake_model_new (scenario, NULL, &self->error);
  g_assert_no_error (self->error);
  base_url = fake_model_dup_base_url (self->server);
  self->model = annex_models_new (provider, "claude-opus-5-5", base_url, NULL, &self->error);
  g_assert_no_error (self->error);
}

/* A server that answers after it refused once, with @status and what comes after it. */
static void
fixture_start_refusing (Fixture *self, const char *provider, const char *refusal)
{
  g_autofree char *scenario =
      g_strdup_printf ("{\"turns\":[{\"fault\":{\"kind\":\"status\",%s},\"blocks\":[" TURN "]},"
                       "{\"repeat\":true,\"blocks\":[" TURN "]}]}",
                       refusal);

  fixture_start (self, provider, scenario);
}

/* The log once it has @n records, and no more. (transfer full) */
static GPtrArray *
wait_for_log (FakeModel *server, guint n)
{
  for (int i = 0; i < 1000; i++)
    {
      g_autoptr (GPtrArray) log = fake_model_dup_log (server);

      g_assert_cmpuint (log->len, <=, n);
      if (log->len == n)
        return g_steal_pointer (&log);
      g_usleep (10000);
    }
  g_assert_not_reached ();
}

#define PICTURE "cGljdHVyZSBvbmU="

static AnnexBlock *
new_picture (const char *data)
{
  g_autofree char *json = g_strdup_printf (
      "{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\","
      "\"data\":\"%s\"}}",
      data);

  return block_from (json);
}

/* Of a user, and of a tool. */
static AnnexModelRequest *
new_picture_request (void)
{
  AnnexModelRequest *request = new_request ("Look", NULL);
  g_autoptr (AnnexBlock) picture = new_picture ("b2YgYSB0b29s");
  g_autoptr (GPtrArray) content = g_ptr_array_new ();

  g_ptr_array_set_size (request->messages, 0);
  add_message (request, ANNEX_ROLE_USER, new_picture (PICTURE), annex_block_new_text ("Look"),
               NULL);
  add_message (request, ANNEX_ROLE_ASSISTANT,
               annex_block_new_tool_use ("t1", "shell", json_object_new ()), NULL);
  g_ptr_array_add (content, picture);
  add_message (request, ANNEX_ROLE_USER, annex_block_new_tool_result ("t1", content, TRUE), NULL);
  return request;
}

static const char *
sent_text (GPtrArray *log, guint i)
{
  return annex_json_opt_string (g_ptr_array_index (log, i), "text", "");
}

static void
send_once (Fixture *fixture, AnnexModelRequest *request)
{
  AnnexModelReply *reply =
      settle_reply (annex_model_send (fixture->model, request, NULL), &fixture->error);

  g_assert_no_error (fixture->error);
  annex_model_reply_free (reply);
}

/* One that the server cannot read: without it the task goes on, and it is not sent again; the next
 * one is. */
static void
test_refused_picture (gconstpointer provider)
{
  static const char *const refusals[] = {
    "\"status\":400,\"message\":\"messages.0.content.0.image.source.base64.data: Could not process "
    "image\"",
    "\"status\":400,\"message\":\"The PDF specified is password protected\"",
    "\"status\":413,\"message\":\"Request Entity Too Large\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (AnnexModelRequest) request = new_picture_request ();
      g_autoptr (GPtrArray) log = NULL;

      fixture_start_refusing (&fixture, provider, refusals[i]);
      send_once (&fixture, request);
      log = wait_for_log (fixture.server, 2);
      g_assert_nonnull (strstr (sent_text (log, 0), PICTURE));
      g_assert_nonnull (strstr (sent_text (log, 0), "b2YgYSB0b29s"));
      g_assert_null (strstr (sent_text (log, 1), PICTURE));
      g_assert_null (strstr (sent_text (log, 1), "b2YgYSB0b29s"));
      g_assert_nonnull (strstr (sent_text (log, 1), "[A picture is left out here"));
      if (g_str_equal (provider, "anthropic"))
        g_assert_nonnull (strstr (sent_text (log, 1), "\"is_error\":true"));
      g_clear_pointer (&log, g_ptr_array_unref);

      add_message (request, ANNEX_ROLE_ASSISTANT, annex_block_new_text ("Hi"), NULL);
      add_message (request, ANNEX_ROLE_USER, new_picture ("YW5vdGhlcg=="), NULL);
      send_once (&fixture, request);
      log = wait_for_log (fixture.server, 3);
      g_assert_null (strstr (sent_text (log, 2), PICTURE));
      g_assert_nonnull (strstr (sent_text (log, 2), "YW5vdGhlcg=="));
    }
}

/* Large pictures are taken while there are few; then these alone are left out. */
static void
test_large_among_many (void)
{
  static const guchar large[] = "GIF89a\xa0\x0f\x20\x01\x00\x00\x00\x3b";
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_picture_request ();
  g_autoptr (GPtrArray) log = NULL;
  g_autofree char *data = g_base64_encode (large, sizeof large - 1);

  add_message (request, ANNEX_ROLE_ASSISTANT, annex_block_new_text ("Yes"), NULL);
  add_message (request, ANNEX_ROLE_USER, new_picture (data), NULL);
  fixture_start_refusing (&fixture, "anthropic",
                          "\"status\":400,\"message\":\"At least one of the image dimensions "
                          "exceed max allowed size for many-image requests: 2000 pixels\"");
  send_once (&fixture, request);
  log = wait_for_log (fixture.server, 2);
  g_assert_nonnull (strstr (sent_text (log, 0), data));
  g_assert_null (strstr (sent_text (log, 1), data));
  g_assert_nonnull (strstr (sent_text (log, 1), PICTURE));
}

/* A model that sees none is not sent another one. */
static void
test_blind_model (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_picture_request ();
  g_autoptr (GPtrArray) log = NULL;

  fixture_start_refusing (&fixture, "openai",
                          "\"status\":500,\"message\":\"image input is not supported - hint: if "
                          "this is unexpected, you "
                          "may need to provide the mmproj\"");
  send_once (&fixture, request);
  add_message (request, ANNEX_ROLE_ASSISTANT, annex_block_new_text ("Hi"), NULL);
  add_message (request, ANNEX_ROLE_USER, new_picture ("YW5vdGhlcg=="), NULL);
  send_once (&fixture, request);
  log = wait_for_log (fixture.server, 3);
  g_assert_null (strstr (sent_text (log, 1), PICTURE));
  g_assert_null (strstr (sent_text (log, 2), "YW5vdGhlcg=="));
}

/* Words that are about something else: it is not tried again, for that would hide the fault. */
static void
test_other_refusal (gconstpointer provider)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_picture_request ();

  fixture_start_refusing (
      &fixture, provider,
      "\"status\":400,\"message\":\"max_tokens: the intermediate value is wrong\"");
  g_assert_null (settle_reply (annex_model_send (fixture.model, request, NULL), &fixture.error));
  g_assert_error (fixture.error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID);
}

/* A model that is not there for a moment, whatever it is called: the pictures stay. */
static void
test_missing_model (gconstpointer provider)
{
  static const char *const refusals[] = {
    "\"status\":404,\"message\":\"The model `claude-opus-5-5` does not exist\"",
    "\"status\":404,\"message\":\"model 'llava-image-multimodal' not found, try pulling it\"",
    "\"status\":404,\"message\":\"The requested document was not found on this server\"",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_auto (Fixture) fixture = { 0 };
      g_autoptr (AnnexModelRequest) request = new_picture_request ();
      g_autoptr (GPtrArray) log = NULL;

      fixture_start_refusing (&fixture, provider, refusals[i]);
      g_assert_null (
          settle_reply (annex_model_send (fixture.model, request, NULL), &fixture.error));
      g_assert_error (fixture.error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND);
      g_clear_error (&fixture.error);
      send_once (&fixture, request);
      log = wait_for_log (fixture.server, 2);
      g_assert_nonnull (strstr (sent_text (log, 1), PICTURE));
      g_assert_nonnull (strstr (sent_text (log, 1), "b2YgYSB0b29s"));
    }
}

/* A name with such a word in it, in a fault of another kind. */
static void
test_named_model (void)
{
  g_autoptr (AnnexMedia) media = annex_media_new ();
  g_autoptr (AnnexModelRequest) request = new_picture_request ();
  g_autoptr (GError) other = g_error_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_SERVER,
                                          "Could not load Qwen-Image: out of memory");
  g_autoptr (GError) meant = g_error_new (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_SERVER,
                                          "Qwen-Image could not read the image");

  g_assert_false (annex_media_note_refusal (media, "org/qwen-image", request->messages, other));
  g_assert_true (annex_media_note_refusal (media, "org/qwen-image", request->messages, meant));
}

/* A server with models, of which none sees. */
static void
test_no_seeing_model (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_picture_request ();
  g_autoptr (GPtrArray) log = NULL;

  fixture_start_refusing (&fixture, "openai",
                          "\"status\":404,\"message\":\"No endpoints found that support image "
                          "input\"");
  send_once (&fixture, request);
  log = wait_for_log (fixture.server, 2);
  g_assert_null (strstr (sent_text (log, 1), PICTURE));
}

/* More pictures than a request may hold: the oldest are left out, the newest stay. */
static void
test_too_many_pictures (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autoptr (AnnexModelRequest) request = new_request ("Look", NULL);
  g_autoptr (GPtrArray) log = NULL;

  for (char c = 'a'; c <= 'h'; c++)
    {
      g_autofree char *data = g_strnfill (5 * 1024 * 1024, c);

      add_message (request, ANNEX_ROLE_ASSISTANT, annex_block_new_text ("Yes"), NULL);
      add_message (request, ANNEX_ROLE_USER, new_picture (data), NULL);
    }
  fixture_start (&fixture, "anthropic",
                 "{\"turns\":[{\"blocks\":[{\"type\":\"text\",\"text\":\"Hi\"}]}]}");
  send_once (&fixture, request);
  log = wait_for_log (fixture.server, 1);
  g_assert_null (strstr (sent_text (log, 0), "ffffffff"));
  g_assert_nonnull (strstr (sent_text (log, 0), "gggggggg"));
  g_assert_nonnull (strstr (sent_text (log, 0), "hhhhhhhh"));
}

int
main (int argc, char **argv)
{
  g_setenv ("ANNEX_API_KEY", "sk-0123456789", TRUE);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_data_func ("/media/anthropic/refused", "anthropic", test_refused_picture);
  g_test_add_data_func ("/media/openai/refused", "openai", test_refused_picture);
  g_test_add_data_func ("/media/anthropic/other-refusal", "anthropic", test_other_refusal);
  g_test_add_data_func ("/media/openai/other-refusal", "openai", test_other_refusal);
  g_test_add_data_func ("/media/anthropic/missing-model", "anthropic", test_missing_model);
  g_test_add_data_func ("/media/openai/missing-model", "openai", test_missing_model);
  g_test_add_func ("/media/named-model", test_named_model);
  g_test_add_func ("/media/no-seeing-model", test_no_seeing_model);
  g_test_add_func ("/media/large-among-many", test_large_among_many);
  g_test_add_func ("/media/blind", test_blind_model);
  g_test_add_func ("/media/too-many", test_too_many_pictures);
  return g_test_run ();
}
