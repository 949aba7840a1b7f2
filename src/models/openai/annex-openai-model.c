/* annex-openai-model.c
 *
 * See annex-openai-model.h. Sequences only: the key, the model's name, the body, the exchange.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-model.h"

#include "annex-exchange.h"
#include "annex-future.h"
#include "annex-media.h"
#include "annex-model-key.h"
#include "annex-model-window.h"
#include "annex-openai-request.h"
#include "annex-openai-stream.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

/* A local server says nothing while it loads its model and reads the prompt. */
#define FIRST_BYTE_TIMEOUT_MS 300000
#define IDLE_TIMEOUT_MS 120000
#define PROGRESS_TIMEOUT_MS 1800000
#define CHECK_TIMEOUT_MS 20000

struct _AnnexOpenaiModel
{
  GObject parent_instance;

  AnnexHttp *http;
  AnnexSecrets *secrets;
  AnnexMedia *media; /* what the server did not take */
  char *model;       /* "" when the server chooses */
  char *chosen;      /* nullable: what it chose */
  char *secret_id;
  gboolean own_server;
};

static void
model_iface_init (AnnexModelInterface *iface);

static void
window_iface_init (AnnexModelWindowInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexOpenaiModel,
                               annex_openai_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL, model_iface_init)
                                   G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL_WINDOW,
                                                          window_iface_init))

/* One call on its way. */
typedef struct
{
  AnnexOpenaiModel *model;
  AnnexModelRequest *request; /* NULL for check, list and the window */
  char *window_of;            /* NULL for all else */
  DexFuture *cancel;
  char *key;           /* nullable */
  char *authorization; /* the header's value */
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
  annex_model_key_free (call->key);
  annex_model_key_free (call->authorization);
  g_free (call->window_of);
  g_free (call);
}

/* ---- steps */

static gboolean
look_up_key (Call *call, GError **error)
{
  AnnexOpenaiModel *self = call->model;
  g_autoptr (GError) local = NULL;

  call->key = annex_model_key_lookup (self->secrets, self->secret_id, !self->own_server, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* Servers that need no key may still want to see one. */
  call->authorization = g_strconcat ("Bearer ", call->key != NULL ? call->key : "none", NULL);
  return TRUE;
}

/* A server that refuses a request without a key asks for one. */
static DexFuture *
reject (Call *call, GError *error)
{
  if (call->authorization != NULL && call->key == NULL)
    annex_model_key_ask (error, annex_http_get_host (call->model->http));
  return annex_future_new_error (error);
}

static char *
get_models (Call *call, GError **error)
{
  const char *headers[] = { "authorization", call->authorization, NULL };

  return annex_exchange_get (&annex_openai_format, call->model->http, "/v1/models", headers,
                             call->key, CHECK_TIMEOUT_MS, error);
}

static char **
list_models (Call *call, GError **error)
{
  g_autofree char *body = get_models (call, error);
  char **models;

  if (body == NULL)
    return NULL;
  models = annex_wire_read_models (body);
  if (models == NULL)
    annex_set_spoken (
        error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
        N_ ("%s did not answer with a list of models; is the address a model server’s?"),
        annex_http_get_host (call->model->http));
  return models;
}

/* Makes sure the request names a model: the user's, or the first the server lists. */
static gboolean
choose_model (Call *call, GError **error)
{
  AnnexOpenaiModel *self = call->model;
  AnnexModelRequest *request = call->request;

  if (request->model != NULL && *request->model != '\0')
    return TRUE;
  if (*self->model == '\0' && self->chosen == NULL)
    {
      g_auto (GStrv) models = list_models (call, error);

      if (models == NULL)
        return FALSE;
      if (models[0] == NULL)
        {
          annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND,
                            N_ ("The server at %s has no model yet; get one there first"),
                            annex_http_get_host (self->http));
          return FALSE;
        }
      /* Another call may have chosen meanwhile. */
      if (self->chosen == NULL)
        self->chosen = g_strdup (models[0]);
    }
  g_free (request->model);
  request->model = g_strdup (*self->model != '\0' ? self->model : self->chosen);
  return TRUE;
}

static GBytes *
build_body (Call *call, GError **error)
{
  AnnexOpenaiModel *self = call->model;
  AnnexModelRequest sent = *call->request;
  g_autoptr (GPtrArray) messages =
      annex_media_dup_messages (self->media, sent.model, sent.messages);
  char *text;

  sent.messages = messages;
  text = annex_openai_build_body (&sent, sent.model,
                                  self->own_server ? ANNEX_OPENAI_LIMIT_MAX_COMPLETION_TOKENS
                                                   : ANNEX_OPENAI_LIMIT_MAX_TOKENS,
                                  error);
  return text != NULL ? g_bytes_new_take (text, strlen (text)) : NULL;
}

/* The server did not take a picture, as one does whose model sees none: once more without. */
static GBytes *
repair_cb (const GError *refusal, gpointer data)
{
  Call *call = data;

  if (!annex_media_note_refusal (call->model->media, call->request->model, call->request->messages,
                                 refusal))
    return NULL;
  return build_body (call, NULL);
}

static AnnexModelReply *
exchange (Call *call, GBytes *body, GError **error)
{
  const char *headers[] = { "authorization", call->authorization, "accept", "text/event-stream",
                            NULL };
  AnnexExchange exchange = {
    .format = &annex_openai_format,
    .http = call->model->http,
    .head = { .method = "POST",
              .path = "/v1/chat/completions",
              .headers = headers,
              .first_byte_timeout_ms = FIRST_BYTE_TIMEOUT_MS },
    .body = body,
    .key = call->key,
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

static AnnexModelReply *
send_request (Call *call, GError **error)
{
  g_autoptr (GBytes) body = NULL;
  AnnexModelReply *reply;

  if (!look_up_key (call, error) || !choose_model (call, error))
    return NULL;
  body = build_body (call, error);
  if (body == NULL)
    return NULL;
  reply = exchange (call, body, error);
  if (reply != NULL && reply->model == NULL)
    reply->model = g_strdup (call->request->model);
  return reply;
}

/* ---- fibers */

static DexFuture *
send_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  AnnexModelReply *reply = send_request (call, &error);

  if (reply == NULL)
    return reject (call, error);
  return dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, reply);
}

static DexFuture *
list_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  char **models = NULL;

  if (look_up_key (call, &error))
    models = list_models (call, &error);
  if (models == NULL)
    return reject (call, error);
  return dex_future_new_take_boxed (G_TYPE_STRV, models);
}

static DexFuture *
check_fiber (gpointer data)
{
  g_autoptr (DexFuture) list = list_fiber (data);
  GError *error = NULL;

  if (dex_future_get_value (list, &error) == NULL)
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

static DexFuture *
window_fiber (gpointer data)
{
  Call *call = data;
  AnnexOpenaiModel *self = call->model;
  const char *id = call->window_of;
  GError *error = NULL;
  g_autofree char *body = NULL;

  if (*id == '\0')
    id = *self->model != '\0' ? self->model : self->chosen != NULL ? self->chosen : "";
  if (look_up_key (call, &error))
    body = get_models (call, &error);
  if (body == NULL)
    return annex_future_new_error (error);
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
  return "openai";
}

static const char *
model_get_model (AnnexModel *model)
{
  return ANNEX_OPENAI_MODEL (model)->model;
}

static char *
model_dup_base_url (AnnexModel *model)
{
  return g_strdup (annex_http_get_base_url (ANNEX_OPENAI_MODEL (model)->http));
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
annex_openai_model_finalize (GObject *object)
{
  AnnexOpenaiModel *self = ANNEX_OPENAI_MODEL (object);

  g_clear_pointer (&self->http, annex_http_unref);
  g_clear_object (&self->secrets);
  annex_media_free (self->media);
  g_free (self->model);
  g_free (self->chosen);
  g_free (self->secret_id);
  G_OBJECT_CLASS (annex_openai_model_parent_class)->finalize (object);
}

static void
annex_openai_model_class_init (AnnexOpenaiModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_openai_model_finalize;
}

static void
annex_openai_model_init (AnnexOpenaiModel *self)
{
  self->media = annex_media_new ();
}

AnnexModel *
annex_openai_model_new (const char *model,
                        const char *base_url,
                        AnnexSecrets *secrets,
                        GError **error)
{
  g_autoptr (AnnexHttp) http =
      annex_http_new (base_url != NULL ? base_url : ANNEX_OPENAI_BASE_URL, error);
  AnnexOpenaiModel *self;

  if (http == NULL)
    return NULL;
  self = g_object_new (ANNEX_TYPE_OPENAI_MODEL, NULL);
  self->own_server = g_str_equal (annex_http_get_base_url (http), ANNEX_OPENAI_BASE_URL);
  self->secret_id =
      annex_model_key_id ("openai", self->own_server ? NULL : annex_http_get_base_url (http));
  self->http = g_steal_pointer (&http);
  self->secrets = secrets != NULL ? g_object_ref (secrets) : NULL;
  self->model = g_strdup (model != NULL ? model : "");
  return ANNEX_MODEL (self);
}
