/* annex-oauth.c
 *
 * See annex-oauth.h. The tokens: kept, renewed, given back. How they are got is
 * annex-oauth-sign-in.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth.h"

#include "annex-future.h"
#include "annex-oauth-metadata.h"
#include "annex-oauth-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define REQUEST_MS 20000
#define ANSWER_MS (10 * 60 * 1000)

G_DEFINE_FINAL_TYPE (AnnexOauth, annex_oauth, G_TYPE_OBJECT)

void
annex_oauth_way_init (AnnexOauth *self, AnnexOauthWay *way, DexFuture *cancel)
{
  g_autoptr (GUri) uri = g_uri_parse (self->address, G_URI_FLAGS_NONE, NULL);

  way->timeout_ms = self->request_ms;
  way->traffic = self->traffic;
  way->traffic_data = self->traffic_data;
  way->cancel = cancel;
  way->local = annex_oauth_host_is_local (g_uri_get_host (uri), way);
}

/* ---- what is kept */

/* Asks the keyring, whatever is known already. */
static void
look_again (AnnexOauth *self)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text =
      dex_await_string (annex_secrets_lookup (self->secrets, self->secret_id), &error);
  AnnexOauthGrant *grant = text != NULL ? annex_oauth_grant_from_text (text, self->address) : NULL;

  /* One that could not be asked is asked again; what is known meanwhile is what there is. */
  if (text == NULL && !g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND))
    return;
  self->looked = TRUE;
  g_clear_pointer (&self->grant, annex_oauth_grant_free);
  self->grant = grant;
}

AnnexOauthGrant *
annex_oauth_look (AnnexOauth *self)
{
  if (!self->looked)
    look_again (self);
  return self->grant;
}

gboolean
annex_oauth_keep (AnnexOauth *self, AnnexOauthGrant *grant, GError **error)
{
  g_autofree char *text = annex_oauth_grant_to_text (grant);
  g_autofree char *label = g_strdup_printf ("Annex: signed in to %s", self->title);
  g_autoptr (GError) local = NULL;
  gboolean kept;

  /* Before it is kept: who signs out meanwhile gives this one up. */
  g_clear_pointer (&self->grant, annex_oauth_grant_free);
  self->grant = grant;
  self->looked = TRUE;
  kept = dex_await (annex_secrets_store (self->secrets, self->secret_id, label, text), &local);
  if (!kept)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                      N_ ("You are signed in to %s until Annex ends; it could not be kept: %s."),
                      self->title, local->message);
  return kept;
}

/* ---- the token address */

JsonObject *
annex_oauth_ask_token (AnnexOauth *self,
                       const AnnexOauthWay *way,
                       const char *address,
                       const AnnexOauthClient *client,
                       char *form,
                       char **code,
                       GError **error)
{
  g_autofree char *authorization = NULL;
  g_autofree char *body = annex_oauth_client_sign (client, form, &authorization);
  AnnexOauthRequest request = { .address = address,
                                .type = "application/x-www-form-urlencoded",
                                .body = body,
                                .authorization = authorization };
  guint status = 0;
  g_autoptr (JsonObject) answer = annex_oauth_request_run (&request, way, FALSE, &status, error);
  const char *refusal;
  g_autofree char *reason = NULL;

  if (answer == NULL)
    return NULL;
  refusal = annex_json_opt_string (answer, "error", NULL);
  /* Some refuse with 200. */
  if (status < 400 && refusal == NULL)
    return g_steal_pointer (&answer);
  reason =
      annex_oauth_dup_reason (refusal, annex_json_opt_string (answer, "error_description", NULL));
  if (code != NULL)
    *code = g_strdup (refusal != NULL ? refusal : "");
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                    N_ ("%s refused the sign-in: %s. Sign in again."), self->title, reason);
  return NULL;
}

/* ---- renewing */

static gboolean
is_refused_for_good (const char *code)
{
  static const char *const final[] = { "invalid_grant", "invalid_client", "unauthorized_client",
                                       "invalid_scope", NULL };

  return code != NULL && g_strv_contains (final, code);
}

static GError *
sign_in_error (AnnexOauth *self)
{
  return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                           N_ ("%s wants you to sign in."), self->title);
}

/* Another Annex of the user's may have renewed it meanwhile; a refresh token is good for once. */
static gboolean
was_renewed_elsewhere (AnnexOauth *self)
{
  g_autofree char *before = self->grant != NULL ? g_strdup (self->grant->access_token) : NULL;

  look_again (self);
  return self->grant != NULL && g_strcmp0 (self->grant->access_token, before) != 0;
}

static gboolean
renew (AnnexOauth *self, GError **error)
{
  AnnexOauthWay way = { 0 };
  g_autoptr (AnnexOauthGrant) next = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) unkept = NULL;
  g_autofree char *text = NULL;
  g_autofree char *code = NULL;

  if (was_renewed_elsewhere (self))
    return TRUE;
  if (self->grant == NULL || self->grant->refresh_token == NULL)
    {
      g_propagate_error (error, sign_in_error (self));
      return FALSE;
    }
  text = annex_oauth_grant_to_text (self->grant);
  next = annex_oauth_grant_from_text (text, self->address);
  annex_oauth_way_init (self, &way, NULL);
  if (!annex_oauth_check_address (next->token_address, way.local,
                                  NC_ ("part of a service", "token address"), error))
    return FALSE;
  answer = annex_oauth_ask_token (self, &way, next->token_address, &next->client,
                                  annex_oauth_form ("grant_type", "refresh_token", "refresh_token",
                                                    next->refresh_token, "resource", next->resource,
                                                    NULL),
                                  &code, error);
  if (answer == NULL && is_refused_for_good (code) && !was_renewed_elsewhere (self))
    {
      g_clear_pointer (&self->grant, annex_oauth_grant_free);
      dex_await (annex_secrets_remove (self->secrets, self->secret_id), NULL); /* useless now */
      return FALSE;
    }
  if (answer == NULL && is_refused_for_good (code))
    {
      g_clear_error (error);
      return TRUE;
    }
  if (answer == NULL || !annex_oauth_grant_take (next, answer, error))
    return FALSE;
  /* Where the keyring fails it is good until Annex ends. */
  if (!annex_oauth_keep (self, g_steal_pointer (&next), &unkept))
    g_warning ("%s", unkept->message);
  return TRUE;
}

static DexFuture *
renew_fiber (gpointer data)
{
  GError *error = NULL;

  return renew (data, &error) ? dex_future_new_true () : annex_future_new_error (error);
}

/* ---- tokens */

typedef struct
{
  AnnexOauth *self;
  char *text; /* the token refused; the challenge */
  DexFuture *cancel;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_free (call->text);
  dex_clear (&call->cancel);
  g_free (call);
}

static Call *
call_new (AnnexOauth *self, const char *text, DexFuture *cancel)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->text = g_strdup (text);
  call->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return call;
}

static DexFuture *
token_fiber (gpointer data)
{
  Call *call = data;
  AnnexOauth *self = call->self;
  AnnexOauthGrant *grant = annex_oauth_look (self);
  GError *error = NULL;

  if (grant == NULL)
    return annex_future_new_error (sign_in_error (self));
  if (g_strcmp0 (call->text, grant->access_token) != 0 && !annex_oauth_grant_is_over (grant))
    return dex_future_new_take_string (g_strdup (grant->access_token));
  if (self->renewing != NULL && !dex_future_is_pending (self->renewing))
    dex_clear (&self->renewing);
  if (self->renewing == NULL)
    self->renewing =
        annex_future_keep (annex_fiber_run (renew_fiber, g_object_ref (self), g_object_unref));
  if (!dex_await (dex_ref (self->renewing), &error))
    return annex_future_new_error (error);
  if (self->grant == NULL)
    return annex_future_new_error (sign_in_error (self));
  return dex_future_new_take_string (g_strdup (self->grant->access_token));
}

DexFuture *
annex_oauth_get_token (AnnexOauth *self, const char *refused)
{
  return annex_fiber_run (token_fiber, call_new (self, refused, NULL), call_free);
}

static DexFuture *
look_fiber (gpointer data)
{
  return dex_future_new_for_boolean (annex_oauth_look (data) != NULL);
}

DexFuture *
annex_oauth_is_signed_in (AnnexOauth *self)
{
  return annex_fiber_run (look_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
token_cb (const char *refused, gpointer data)
{
  return annex_oauth_get_token (data, refused);
}

static void
wanted_cb (const char *challenge, gpointer data)
{
  g_set_str (&ANNEX_OAUTH (data)->wanted, challenge);
}

void
annex_oauth_attach (AnnexOauth *self, AnnexMcpHttp *http)
{
  annex_mcp_http_set_token_func (http, token_cb, wanted_cb, g_object_ref (self), g_object_unref);
}

/* ---- in and out */

/* TRUE when the service has taken it back. */
static gboolean
give_back (AnnexOauth *self, const AnnexOauthGrant *grant)
{
  gboolean refresh = grant->refresh_token != NULL;
  g_autofree char *authorization = NULL;
  g_autofree char *body = NULL;
  AnnexOauthRequest request = { .address = grant->revocation_address,
                                .type = "application/x-www-form-urlencoded" };
  AnnexOauthWay way = { 0 };
  g_autoptr (JsonObject) answer = NULL;
  guint status = 0;

  if (grant->revocation_address == NULL)
    return FALSE;
  body = annex_oauth_client_sign (
      &grant->client,
      annex_oauth_form ("token", refresh ? grant->refresh_token : grant->access_token,
                        "token_type_hint", refresh ? "refresh_token" : "access_token", NULL),
      &authorization);
  request.body = body;
  request.authorization = authorization;
  annex_oauth_way_init (self, &way, NULL);
  if (!annex_oauth_check_address (request.address, way.local,
                                  NC_ ("part of a service", "sign-out address"), NULL))
    return FALSE;
  answer = annex_oauth_request_run (&request, &way, TRUE, &status, NULL);
  return answer != NULL && status < 300;
}

static DexFuture *
sign_in_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  g_autofree char *challenge = g_strdup (call->text != NULL ? call->text : call->self->wanted);
  guint n_sign_outs = call->self->n_sign_outs;
  AnnexOauthGrant *grant = annex_oauth_go (call->self, challenge, call->cancel, &error);

  if (grant != NULL && n_sign_outs != call->self->n_sign_outs)
    {
      give_back (call->self, grant);
      annex_oauth_grant_free (grant);
      return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                      _ ("You signed out of %s meanwhile."), call->self->title);
    }
  /* What it wants after this sign-in it says anew. */
  if (grant != NULL)
    g_clear_pointer (&call->self->wanted, g_free);
  if (grant == NULL || !annex_oauth_keep (call->self, grant, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

DexFuture *
annex_oauth_sign_in (AnnexOauth *self, const char *challenge, DexFuture *cancel)
{
  if (self->signing_in != NULL && !dex_future_is_pending (self->signing_in))
    dex_clear (&self->signing_in);
  if (self->signing_in == NULL)
    self->signing_in = annex_future_keep (
        annex_fiber_run (sign_in_fiber, call_new (self, challenge, cancel), call_free));
  return dex_ref (self->signing_in);
}

/* What is renewed at this moment is waited for: else it would be kept after it was given up, and
 * the service would not hear of it. */
static AnnexOauthGrant *
take_grant (AnnexOauth *self)
{
  do
    {
      if (self->renewing != NULL)
        dex_await (dex_ref (self->renewing), NULL); /* either way */
      annex_oauth_look (self);
  } while (self->renewing != NULL && dex_future_is_pending (self->renewing));
  self->looked = TRUE;
  return g_steal_pointer (&self->grant);
}

static DexFuture *
leave (AnnexOauth *self, gboolean tell)
{
  g_autoptr (AnnexOauthGrant) grant = NULL;
  GError *error = NULL;
  gboolean forgotten, told;

  self->n_sign_outs++;
  grant = take_grant (self);
  g_clear_pointer (&self->wanted, g_free);
  forgotten = dex_await (annex_secrets_remove (self->secrets, self->secret_id), &error) ||
              g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND);
  told = tell && grant != NULL && give_back (self, grant);
  if (!forgotten)
    return annex_future_new_error (error);
  g_clear_error (&error);
  return dex_future_new_for_boolean (told);
}

static DexFuture *
sign_out_fiber (gpointer data)
{
  return leave (data, TRUE);
}

DexFuture *
annex_oauth_sign_out (AnnexOauth *self)
{
  return annex_fiber_run (sign_out_fiber, g_object_ref (self), g_object_unref);
}

static DexFuture *
forget_fiber (gpointer data)
{
  return leave (data, FALSE);
}

DexFuture *
annex_oauth_forget (AnnexOauth *self)
{
  return annex_fiber_run (forget_fiber, g_object_ref (self), g_object_unref);
}

/* ---- the object */

static void
annex_oauth_finalize (GObject *object)
{
  AnnexOauth *self = ANNEX_OAUTH (object);

  g_clear_object (&self->secrets);
  g_free (self->secret_id);
  g_free (self->title);
  g_free (self->address);
  g_free (self->client.id);
  g_free (self->client.secret);
  g_free (self->document);
  if (self->open_free != NULL)
    self->open_free (self->open_data);
  if (self->traffic_free != NULL)
    self->traffic_free (self->traffic_data);
  g_clear_pointer (&self->grant, annex_oauth_grant_free);
  g_free (self->wanted);
  dex_clear (&self->renewing);
  dex_clear (&self->signing_in);
  G_OBJECT_CLASS (annex_oauth_parent_class)->finalize (object);
}

static void
annex_oauth_class_init (AnnexOauthClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_oauth_finalize;
}

static void
annex_oauth_init (AnnexOauth *self)
{
  self->request_ms = REQUEST_MS;
  self->answer_ms = ANSWER_MS;
}

AnnexOauth *
annex_oauth_new (AnnexSecrets *secrets,
                 const char *id,
                 const char *title,
                 const char *address,
                 GError **error)
{
  g_autoptr (AnnexMcpTransport) checked = annex_mcp_http_new (address, error);
  AnnexOauth *self;

  if (checked == NULL)
    return NULL;
  self = g_object_new (ANNEX_TYPE_OAUTH, NULL);
  self->secrets = g_object_ref (secrets);
  self->secret_id = g_strconcat ("connector:", id, NULL);
  self->title = g_strdup (title);
  self->address = g_strdup (address);
  return self;
}

void
annex_oauth_set_open_func (AnnexOauth *self,
                           AnnexOauthOpenFunc func,
                           gpointer data,
                           GDestroyNotify free_data)
{
  if (self->open_free != NULL)
    self->open_free (self->open_data);
  self->open = func;
  self->open_data = data;
  self->open_free = free_data;
}

void
annex_oauth_set_traffic_func (AnnexOauth *self,
                              AnnexMcpTrafficFunc func,
                              gpointer data,
                              GDestroyNotify free_data)
{
  if (self->traffic_free != NULL)
    self->traffic_free (self->traffic_data);
  self->traffic = func;
  self->traffic_data = data;
  self->traffic_free = free_data;
}

void
annex_oauth_set_client (AnnexOauth *self, const char *id, const char *secret)
{
  g_set_str (&self->client.id, id);
  g_set_str (&self->client.secret, secret);
}

void
annex_oauth_set_document (AnnexOauth *self, const char *address)
{
  g_set_str (&self->document, address);
}

void
annex_oauth_set_limits (AnnexOauth *self, guint request_ms, guint answer_ms)
{
  if (request_ms > 0)
    self->request_ms = request_ms;
  if (answer_ms > 0)
    self->answer_ms = answer_ms;
}
