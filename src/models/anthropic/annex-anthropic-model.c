/* annex-anthropic-model.c
 *
 * See annex-anthropic-model.h. Sequences only: the key, the body, the exchange, the price.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-model.h"

#include "annex-anthropic-error.h"
#include "annex-anthropic-request.h"
#include "annex-anthropic-stream.h"
#include "annex-exchange.h"
#include "annex-future.h"
#include "annex-media.h"
#include "annex-model-key.h"
#include "annex-model-window.h"
#include "annex-pricing.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define API_VERSION "2023-06-01"
#define FIRST_BYTE_TIMEOUT_MS 120000
#define IDLE_TIMEOUT_MS 120000
#define PROGRESS_TIMEOUT_MS 600000
#define CHECK_TIMEOUT_MS 20000
/* Of pictures and documents, when all of them would be more than a request may be. */
#define MAX_MEDIA_CHARS (12u * 1024u * 1024u)
#define LIST_PATH "/v1/models?limit=1000"

struct _AnnexAnthropicModel
{
  GObject parent_instance;

  AnnexHttp *http;
  AnnexSecrets *secrets;
  AnnexMedia *media; /* what the server did not take */
  char *model;
  char *secret_id;
  gboolean own_server;
};

static void
model_iface_init (AnnexModelInterface *iface);

static void
window_iface_init (AnnexModelWindowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexAnthropicModel,
                               annex_anthropic_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL, model_iface_init)
                                   G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL_WINDOW,
                                                          window_iface_init))

/* ---- calls */

/* One call on its way. */
typedef struct
{
  AnnexAnthropicModel *model;
  AnnexModelRequest *request; /* NULL for check, list and the window */
  char *window_of;            /* NULL for all else */
  DexFuture *cancel;
  gboolean without_thinking;
} Call;

static Call *
call_new (gpointer model, const AnnexModelRequest *request, DexFuture *cancel)
{
  Call *call = g_new0 (Call, 1);

  call->model = g_object_ref (model);
  call->request = request != NULL ? annex_model_request_copy (request) : NULL;
  call->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return call;
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->model);
  g_clear_pointer (&call->request, annex_model_request_free);
  dex_clear (&call->cancel);
  g_free (call->window_of);
  g_free (call);
}

static char *
look_up_key (AnnexAnthropicModel *self, GError **error)
{
  return annex_model_key_lookup (self->secrets, self->secret_id, !self->own_server, error);
}

/* A compatible server without a key still wants to see the header. */
static const char *
header_key (const char *key)
{
  return key != NULL ? key : "none";
}

static char *
build_body (Call *call, GError **error)
{
  AnnexModelRequest sent = *call->request;
  g_autoptr (GPtrArray) messages =
      annex_media_dup_messages (call->model->media, sent.model, sent.messages);

  sent.messages = messages;
  return annex_anthropic_build_body (&sent, sent.model, call->without_thinking, error);
}

/* With fewer of the older pictures where there are too many for one request. (transfer full) */
static GBytes *
build_first (Call *call, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *body = build_body (call, &local);

  if (g_error_matches (local, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TOO_LARGE) &&
      annex_media_make_room (call->model->media, call->request->model, call->request->messages,
                             MAX_MEDIA_CHARS))
    {
      g_clear_error (&local);
      body = build_body (call, &local);
    }
  if (body == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_bytes_new_take (body, strlen (body));
}

/* The server refused the conversation because of its thinking, or of a picture or document in it:
 * once more without. */
static GBytes *
repair_cb (const GError *refusal, gpointer data)
{
  Call *call = data;
  char *body;

  if (!call->without_thinking && annex_anthropic_is_thinking_refused (refusal))
    call->without_thinking = TRUE;
  else if (!annex_media_note_refusal (call->model->media, call->request->model,
                                      call->request->messages, refusal))
    return NULL;
  body = build_body (call, NULL);
  return body != NULL ? g_bytes_new_take (body, strlen (body)) : NULL;
}

static AnnexModelReply *
exchange (Call *call, GBytes *body, const char *key, GError **error)
{
  const char *headers[] = { "x-api-key", header_key (key), "anthropic-version",
                            API_VERSION, "accept",         "text/event-stream",
                            NULL };
  AnnexExchange exchange = {
    .format = &annex_anthropic_format,
    .http = call->model->http,
    .head = { .method = "POST",
              .path = "/v1/messages",
              .headers = headers,
              .first_byte_timeout_ms = FIRST_BYTE_TIMEOUT_MS },
    .body = body,
    .key = key,
    .sink = { .on_delta = call->request->on_delta,
              .on_block = call->request->on_block,
              .on_traffic = call->request->on_traffic,
              .user_data = call->request->user_data },
    .retry = annex_retry_policy_default,
    .idle_timeout_ms = IDLE_TIMEOUT_MS,
    .progress_timeout_ms = PROGRESS_TIMEOUT_MS,
    .repair = repair_cb,
    .repair_data = call,
  };

  return annex_exchange_run (&exchange, call->cancel, error);
}

static DexFuture *
send_fiber (gpointer data)
{
  Call *call = data;
  AnnexModelRequest *request = call->request;
  GError *error = NULL;
  AnnexModelReply *reply;
  g_autoptr (GBytes) body = NULL;
  char *key;

  if (request->model == NULL || *request->model == '\0')
    {
      g_free (request->model);
      request->model = g_strdup (call->model->model);
    }
  body = build_first (call, &error);
  if (body == NULL)
    return annex_future_new_error (error);
  key = look_up_key (call->model, &error);
  if (error != NULL)
    return annex_future_new_error (error);

  reply = exchange (call, body, key, &error);
  if (reply == NULL && key == NULL)
    annex_model_key_ask (error, annex_http_get_host (call->model->http));
  annex_model_key_free (key);
  if (reply == NULL)
    return annex_future_new_error (error);
  if (reply->model == NULL)
    reply->model = g_strdup (request->model);
  reply->usage.cost_usd = annex_pricing_cost (reply->model, &reply->usage);
  if (reply->usage.cost_usd < 0)
    reply->usage.cost_usd = annex_pricing_cost (request->model, &reply->usage);
  return dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, reply);
}

static char *
get (AnnexAnthropicModel *self, const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  char *body = NULL;
  char *key = look_up_key (self, &local);

  if (local == NULL)
    {
      const char *headers[] = { "x-api-key", header_key (key), "anthropic-version", API_VERSION,
                                NULL };

      body = annex_exchange_get (&annex_anthropic_format, self->http, path, headers, key,
                                 CHECK_TIMEOUT_MS, &local);
      if (body == NULL && key == NULL)
        annex_model_key_ask (local, annex_http_get_host (self->http));
      annex_model_key_free (key);
    }
  if (body == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return body;
}

static char **
list_models (AnnexAnthropicModel *self, GError **error)
{
  g_autofree char *body = get (self, LIST_PATH, error);
  char **models;

  if (body == NULL)
    return NULL;
  models = annex_wire_read_models (body);
  if (models == NULL)
    annex_set_spoken (
        error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
        N_ ("%s did not answer with a list of models; is the address a model server’s?"),
        annex_http_get_host (self->http));
  return models;
}

static DexFuture *
list_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  char **models = list_models (call->model, &error);

  if (models == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_STRV, models);
}

static DexFuture *
check_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) models = list_models (call->model, &error);

  /* A compatible server need not list its models: that it answered is what was asked. */
  if (models == NULL && !(!call->model->own_server &&
                          g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND)))
    return annex_future_new_error (g_steal_pointer (&error));
  return dex_future_new_true ();
}

/* By its own path, where aliases are known; compatible servers may have the list alone. */
static DexFuture *
window_fiber (gpointer data)
{
  Call *call = data;
  AnnexAnthropicModel *self = call->model;
  const char *id = *call->window_of != '\0' ? call->window_of : self->model;
  g_autofree char *escaped = g_uri_escape_string (id, NULL, FALSE);
  g_autofree char *path = g_strconcat ("/v1/models/", escaped, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *body = get (self, path, &error);

  if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      body = get (self, LIST_PATH, &error);
    }
  if (body == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  return dex_future_new_for_uint64 (annex_wire_read_window (body, id));
}

/* ---- the port */

static DexFuture *
model_find_window (AnnexModelWindow *model, const char *id)
{
  Call *call = call_new (model, NULL, NULL);

  call->window_of = g_strdup (id != NULL ? id : "");
  return annex_fiber_run (window_fiber, call, call_free);
}

static void
window_iface_init (AnnexModelWindowInterface *iface)
{
  iface->find = model_find_window;
}

static DexFuture *
model_send (AnnexModel *model, const AnnexModelRequest *request, DexFuture *cancel)
{
  return annex_fiber_run (send_fiber, call_new (model, request, cancel), call_free);
}

static DexFuture *
model_check (AnnexModel *model)
{
  return annex_fiber_run (check_fiber, call_new (model, NULL, NULL), call_free);
}

static DexFuture *
model_list (AnnexModel *model)
{
  return annex_fiber_run (list_fiber, call_new (model, NULL, NULL), call_free);
}

static const char *
model_get_provider (AnnexModel *model)
{
  return "anthropic";
}

static const char *
model_get_model (AnnexModel *model)
{
  return ANNEX_ANTHROPIC_MODEL (model)->model;
}

static char *
model_dup_base_url (AnnexModel *model)
{
  return g_strdup (annex_http_get_base_url (ANNEX_ANTHROPIC_MODEL (model)->http));
}

static void
model_iface_init (AnnexModelInterface *iface)
{
  iface->send = model_send;
  iface->check = model_check;
  iface->list = model_list;
  iface->get_provider = model_get_provider;
  iface->get_model = model_get_model;
  iface->dup_base_url = model_dup_base_url;
}

static void
annex_anthropic_model_finalize (GObject *object)
{
  AnnexAnthropicModel *self = ANNEX_ANTHROPIC_MODEL (object);

  g_clear_pointer (&self->http, annex_http_unref);
  g_clear_object (&self->secrets);
  annex_media_free (self->media);
  g_free (self->model);
  g_free (self->secret_id);
  G_OBJECT_CLASS (annex_anthropic_model_parent_class)->finalize (object);
}

static void
annex_anthropic_model_class_init (AnnexAnthropicModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_anthropic_model_finalize;
}

static void
annex_anthropic_model_init (AnnexAnthropicModel *self)
{
  self->media = annex_media_new ();
}

AnnexModel *
annex_anthropic_model_new (const char *model,
                           const char *base_url,
                           AnnexSecrets *secrets,
                           GError **error)
{
  g_autoptr (AnnexHttp) http =
      annex_http_new (base_url != NULL ? base_url : ANNEX_ANTHROPIC_BASE_URL, error);
  AnnexAnthropicModel *self;

  if (http == NULL)
    return NULL;
  self = g_object_new (ANNEX_TYPE_ANTHROPIC_MODEL, NULL);
  self->own_server = g_str_equal (annex_http_get_base_url (http), ANNEX_ANTHROPIC_BASE_URL);
  self->secret_id =
      annex_model_key_id ("anthropic", self->own_server ? NULL : annex_http_get_base_url (http));
  self->http = g_steal_pointer (&http);
  self->secrets = secrets != NULL ? g_object_ref (secrets) : NULL;
  self->model = g_strdup (model != NULL && *model != '\0' ? model : ANNEX_ANTHROPIC_DEFAULT_MODEL);
  return ANNEX_MODEL (self);
}
