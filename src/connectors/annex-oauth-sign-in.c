/* annex-oauth-sign-in.c
 *
 * One sign-in: where, as whom, the user's way through the browser, the tokens for the answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-oauth-listener.h"
#include "annex-oauth-metadata.h"
#include "annex-oauth-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <sys/random.h>

#define RANDOM_BYTES 32
/* What an MCP client begins with; enough for a service to refuse it. */
#define PROBE "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"ping\",\"params\":{}}"

/* All that is known on the way. */
typedef struct
{
  AnnexOauth *self;
  AnnexOauthWay way;
  AnnexOauthChallenge *challenge;
  AnnexOauthServer *server;
  AnnexOauthListener *listener;
  AnnexOauthClient client;
  char *resource;
  char *scope; /* nullable */
  char *verifier;
  char *state;
  char *code;
} Trip;

static void
trip_clear (Trip *trip)
{
  g_clear_pointer (&trip->challenge, annex_oauth_challenge_free);
  g_clear_pointer (&trip->server, annex_oauth_server_free);
  g_clear_object (&trip->listener);
  g_free (trip->client.id);
  g_free (trip->client.secret);
  g_free (trip->resource);
  g_free (trip->scope);
  g_free (trip->verifier);
  g_free (trip->state);
  g_free (trip->code);
}

static gboolean
fail (GError **error, AnnexConnectorError code, const char *sentence)
{
  annex_set_spoken_literal (error, ANNEX_CONNECTOR_ERROR, code, sentence);
  return FALSE;
}

/* In the letters of base64url (RFC 7636 appendix A). (transfer full) */
static char *
encode (const guchar *bytes, gsize length)
{
  char *text = g_base64_encode (bytes, length);

  g_strdelimit (text, "+", '-');
  g_strdelimit (text, "/", '_');
  text[strcspn (text, "=")] = '\0';
  return text;
}

static char *
random_text (GError **error)
{
  guchar bytes[RANDOM_BYTES];

  if (getrandom (bytes, sizeof bytes, 0) == sizeof bytes)
    return encode (bytes, sizeof bytes);
  fail (error, ANNEX_CONNECTOR_ERROR_SIGN_IN,
        N_ ("This computer has no random numbers to sign in with."));
  return NULL;
}

/* ---- where */

/* What the service says about a request without a token. */
static gboolean
ask_challenge (Trip *trip, const char *header, GError **error)
{
  AnnexOauth *self = trip->self;
  AnnexOauthRequest probe = { .address = self->address, .type = "application/json", .body = PROBE };
  g_autofree char *asked = NULL;
  guint status = 0;

  if (header == NULL)
    {
      if (!annex_oauth_request_probe (&probe, &trip->way, &status, &asked, error))
        return FALSE;
      if (status >= 200 && status < 300)
        {
          annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                            N_ ("%s does not ask you to sign in."), self->title);
          return FALSE;
        }
      header = asked;
    }
  trip->challenge = annex_oauth_challenge_new (header);
  return TRUE;
}

/* The first of @places that has an object; NULL without an error when none has, but where that is
 * because of something worth telling @why is set. */
static JsonObject *
look_at_places (Trip *trip, const char *const *places, GError **why, GError **error)
{
  for (guint i = 0; places[i] != NULL; i++)
    {
      AnnexOauthRequest request = { .address = places[i] };
      g_autoptr (GError) local = NULL;
      g_autoptr (JsonObject) json = NULL;
      guint status = 0;

      json = annex_oauth_request_run (&request, &trip->way, TRUE, &status, &local);
      if (json != NULL && status < 300 && json_object_get_size (json) > 0)
        return g_steal_pointer (&json);
      if (local != NULL &&
          !g_error_matches (local, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
      if (local != NULL)
        {
          g_clear_error (why);
          *why = g_steal_pointer (&local);
        }
    }
  return NULL;
}

/* The service's own description. FALSE without an error: it has none. */
static gboolean
ask_service (Trip *trip, char **issuer, GError **why, GError **error)
{
  const char *address = trip->self->address;
  const char *told[] = { trip->challenge->metadata, NULL };
  g_auto (GStrv) usual = annex_oauth_resource_places (address);
  g_autoptr (JsonObject) json = NULL;
  g_autoptr (AnnexOauthService) service = NULL;

  if (told[0] != NULL &&
      !annex_oauth_check_address (told[0], trip->way.local,
                                  NC_ ("part of a service", "description of its sign-in"), error))
    return FALSE;
  json = look_at_places (trip, told[0] != NULL ? told : (const char *const *) usual, why, error);
  if (json == NULL)
    return FALSE;
  service = annex_oauth_service_new (json, address, trip->way.local, error);
  if (service == NULL)
    return FALSE;
  *issuer = g_strdup (service->server);
  trip->resource = g_strdup (service->resource);
  trip->scope = g_strdup (trip->challenge->scope != NULL ? trip->challenge->scope : service->scope);
  return TRUE;
}

static gboolean
ask_server (Trip *trip, const char *issuer, GError **why, GError **error)
{
  g_auto (GStrv) places = annex_oauth_server_places (issuer);
  g_autoptr (JsonObject) json = look_at_places (trip, (const char *const *) places, why, error);

  if (json == NULL)
    return FALSE;
  trip->server = annex_oauth_server_new (json, issuer, trip->way.local, error);
  return trip->server != NULL;
}

/* Where to sign in, for what. Before there were descriptions of services, the place was the root of
 * the service's host (MCP 2025-03-26). */
static gboolean
find_server (Trip *trip, const char *header, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GError) why = NULL;
  g_autofree char *issuer = NULL;

  if (!ask_challenge (trip, header, error))
    return FALSE;
  if (!ask_service (trip, &issuer, &why, &local) && local == NULL &&
      trip->challenge->metadata == NULL)
    {
      g_autoptr (GUri) uri = g_uri_parse (trip->self->address, SOUP_HTTP_URI_FLAGS, NULL);
      g_autoptr (GUri) root = soup_uri_copy (uri, SOUP_URI_PATH, "", SOUP_URI_QUERY, NULL,
                                             SOUP_URI_FRAGMENT, NULL, SOUP_URI_NONE);

      issuer = g_uri_to_string (root);
      trip->resource = annex_oauth_dup_resource (trip->self->address);
      trip->scope = g_strdup (trip->challenge->scope);
    }
  if (local == NULL && issuer != NULL && ask_server (trip, issuer, &why, &local))
    return TRUE;
  if (local == NULL)
    local = g_steal_pointer (&why);
  if (local == NULL)
    annex_set_spoken (
        error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
        N_ ("%s wants you to sign in, but does not say where. If it gave you a key, add it to "
            "the connector as a header."),
        trip->self->title);
  else
    g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What is asked for: with what there is when the service wants more, and with a way to stay signed
 * in where the server knows one. */
static gboolean
decide_scope (Trip *trip, GError **error)
{
  gboolean more = g_strcmp0 (trip->challenge->error, "insufficient_scope") == 0;
  AnnexOauthGrant *grant = more ? annex_oauth_look (trip->self) : NULL;
  const char *wanted = trip->challenge->scope;
  g_autofree char *scope = NULL;

  if (grant != NULL && (wanted == NULL || annex_oauth_has_scopes (grant->scope, wanted)))
    {
      annex_set_spoken (
          error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_FORBIDDEN,
          N_ ("%s refuses this though you are signed in with all that it asks for. Ask those "
              "who run it whether your account may do this."),
          trip->self->title);
      return FALSE;
    }
  scope = annex_oauth_join_scopes (grant != NULL ? grant->scope : NULL, trip->scope);
  g_free (trip->scope);
  trip->scope = annex_oauth_join_scopes (scope, trip->server->offline ? "offline_access" : NULL);
  return TRUE;
}

/* ---- as whom */

static JsonObject *
registration (Trip *trip)
{
  JsonArray *redirects = json_array_new ();
  JsonArray *grants = json_array_new ();
  JsonArray *types = json_array_new ();

  json_array_add_string_element (redirects, annex_oauth_listener_get_address (trip->listener));
  json_array_add_string_element (grants, "authorization_code");
  json_array_add_string_element (grants, "refresh_token");
  json_array_add_string_element (types, "code");
  return annex_json_build ("s", "client_name", "Annex", "a", "redirect_uris", redirects, "a",
                           "grant_types", grants, "a", "response_types", types, "s",
                           "token_endpoint_auth_method", "none", "s", "application_type", "native",
                           "s", "scope", trip->scope, NULL);
}

static gboolean
is_registered_as_asked (Trip *trip, JsonObject *answer)
{
  JsonArray *redirects = annex_json_opt_array (answer, "redirect_uris");

  for (guint i = 0; redirects != NULL && i < json_array_get_length (redirects); i++)
    {
      JsonNode *node = json_array_get_element (redirects, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING &&
          g_str_equal (json_node_get_string (node),
                       annex_oauth_listener_get_address (trip->listener)))
        return TRUE;
    }
  return redirects == NULL;
}

/* RFC 7591. Anew for each sign-in: servers forget apps, and say so on a page that leads nowhere. */
static gboolean
register_client (Trip *trip, GError **error)
{
  g_autoptr (JsonObject) asked = registration (trip);
  g_autofree char *body = annex_json_object_to_string (asked);
  AnnexOauthRequest request = { .address = trip->server->registration,
                                .type = "application/json",
                                .body = body };
  guint status = 0;
  g_autoptr (JsonObject) answer =
      annex_oauth_request_run (&request, &trip->way, FALSE, &status, error);
  const char *id, *secret;

  if (answer == NULL)
    return FALSE;
  if (status >= 400)
    {
      g_autofree char *reason =
          annex_oauth_dup_reason (annex_json_opt_string (answer, "error", NULL),
                                  annex_json_opt_string (answer, "error_description", NULL));

      annex_set_spoken (
          error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
          N_ ("%s does not take new apps by itself: %s. Make an app for Annex there and give "
              "the connector its client id."),
          trip->self->title, reason);
      return FALSE;
    }
  id = annex_json_opt_string (answer, "client_id", "");
  secret = annex_json_opt_string (answer, "client_secret", NULL);
  if (id[0] == '\0' || !is_registered_as_asked (trip, answer))
    return fail (
        error, ANNEX_CONNECTOR_ERROR_PROTOCOL,
        N_ ("The sign-in server registered Annex as something else than it is, so the sign-in "
            "was not begun."));
  trip->client.id = g_strdup (id);
  if (secret != NULL && secret[0] != '\0')
    trip->client.secret = g_strdup (secret);
  trip->client.post = g_str_equal (
      annex_json_opt_string (answer, "token_endpoint_auth_method", "client_secret_basic"),
      "client_secret_post");
  return TRUE;
}

static gboolean
find_client (Trip *trip, GError **error)
{
  AnnexOauth *self = trip->self;

  if (self->client.id != NULL)
    {
      trip->client.id = g_strdup (self->client.id);
      trip->client.secret = g_strdup (self->client.secret);
      trip->client.post = trip->server->post;
      return TRUE;
    }
  if (self->document != NULL && trip->server->documents)
    {
      trip->client.id = g_strdup (self->document);
      return TRUE;
    }
  if (trip->server->registration != NULL)
    return register_client (trip, error);
  annex_set_spoken (
      error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
      N_ ("%s takes only apps that it knows. Make an app for Annex there (of the kind "
          "“native” or “desktop”) and give the connector its client id."),
      self->title);
  return FALSE;
}

/* ---- through the browser */

static char *
dup_page (Trip *trip)
{
  const char *page = trip->server->authorization;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  guchar digest[32];
  gsize length = sizeof digest;
  g_autofree char *challenge = NULL;
  g_autofree char *form = NULL;

  g_checksum_update (sum, (const guchar *) trip->verifier, -1);
  g_checksum_get_digest (sum, digest, &length);
  challenge = encode (digest, length);
  form = annex_oauth_form ("response_type", "code", "client_id", trip->client.id, "redirect_uri",
                           annex_oauth_listener_get_address (trip->listener), "code_challenge",
                           challenge, "code_challenge_method", "S256", "state", trip->state,
                           "resource", trip->resource, "scope", trip->scope, NULL);
  return g_strconcat (page, strchr (page, '?') != NULL ? "&" : "?", form, NULL);
}

static gboolean
open_page (Trip *trip, GError **error)
{
  AnnexOauth *self = trip->self;
  g_autofree char *page = dup_page (trip);
  g_autofree char *host = annex_oauth_dup_host (trip->server->authorization);
  g_autoptr (GError) local = NULL;

  if (self->open == NULL || host == NULL)
    return fail (error, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                 N_ ("Nobody is here to sign in. Do it in Annex’s window, under Connectors."));
  if (annex_await_cancellable (
          annex_future_with_timeout (self->open (page, host, self->open_data), self->answer_ms),
          trip->way.cancel, &local))
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                      N_ ("The sign-in page could not be opened in the browser: %s."),
                      local->message);
  return FALSE;
}

/* What the browser brought, which is of this sign-in: from which server, before what it says. */
static gboolean
take_answer (Trip *trip, const char *query, GError **error)
{
  g_autoptr (GHashTable) answer = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL);
  const char *issuer = g_hash_table_lookup (answer, "iss");
  const char *refusal, *code;

  if (issuer != NULL ? !g_str_equal (issuer, trip->server->issuer) : trip->server->says_iss)
    return fail (error, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                 N_ ("What came back from the browser is from another sign-in server than the one "
                     "asked, so Annex did not use it. Sign in again."));
  refusal = g_hash_table_lookup (answer, "error");
  code = g_hash_table_lookup (answer, "code");
  if (g_strcmp0 (refusal, "access_denied") == 0)
    return fail (error, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                 N_ ("The sign-in was not allowed in the browser. Sign in again if it should be."));
  if (refusal != NULL || code == NULL || code[0] == '\0')
    {
      g_autofree char *reason =
          annex_oauth_dup_reason (refusal, g_hash_table_lookup (answer, "error_description"));

      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                        N_ ("%s refused the sign-in: %s. Sign in again."), trip->self->title,
                        reason);
      return FALSE;
    }
  trip->code = g_strdup (code);
  return TRUE;
}

static gboolean
await_answer (Trip *trip, GError **error)
{
  g_autoptr (DexFuture) answer = annex_oauth_listener_wait (trip->listener);
  g_autoptr (GError) local = NULL;

  if (!annex_await_cancellable (annex_future_with_timeout (dex_ref (answer), trip->self->answer_ms),
                                trip->way.cancel, &local))
    {
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        g_propagate_error (error, g_steal_pointer (&local));
      else
        fail (error, ANNEX_CONNECTOR_ERROR_TIMED_OUT,
              N_ ("The sign-in was not finished in the browser in time. Sign in again."));
      return FALSE;
    }
  return take_answer (trip, g_value_get_string (dex_future_get_value (answer, NULL)), error);
}

/* ---- the whole way */

static AnnexOauthGrant *
get_tokens (Trip *trip, GError **error)
{
  g_autoptr (AnnexOauthGrant) grant = annex_oauth_grant_new ();
  g_autoptr (JsonObject) answer = annex_oauth_ask_token (
      trip->self, &trip->way, trip->server->token, &trip->client,
      annex_oauth_form ("grant_type", "authorization_code", "code", trip->code, "redirect_uri",
                        annex_oauth_listener_get_address (trip->listener), "code_verifier",
                        trip->verifier, "resource", trip->resource, NULL),
      NULL, error);

  grant->issuer = g_strdup (trip->server->issuer);
  grant->resource = g_strdup (trip->resource);
  grant->address = g_strdup (trip->self->address);
  grant->scope = g_strdup (trip->scope);
  grant->token_address = g_strdup (trip->server->token);
  grant->revocation_address = g_strdup (trip->server->revocation);
  grant->client.id = g_strdup (trip->client.id);
  grant->client.secret = g_strdup (trip->client.secret);
  grant->client.post = trip->client.post;
  if (answer == NULL || !annex_oauth_grant_take (grant, answer, error))
    return NULL;
  return g_steal_pointer (&grant);
}

static gboolean
prepare (Trip *trip, GError **error)
{
  trip->verifier = random_text (error);
  if (trip->verifier == NULL)
    return FALSE;
  trip->state = random_text (error);
  if (trip->state == NULL)
    return FALSE;
  trip->listener = annex_oauth_listener_new (trip->state, error);
  return trip->listener != NULL;
}

AnnexOauthGrant *
annex_oauth_go (AnnexOauth *self, const char *challenge, DexFuture *cancel, GError **error)
{
  Trip trip = { .self = self };
  AnnexOauthGrant *grant = NULL;

  annex_oauth_way_init (self, &trip.way, cancel);
  if (find_server (&trip, challenge, error) && decide_scope (&trip, error) &&
      prepare (&trip, error) && find_client (&trip, error) && open_page (&trip, error) &&
      await_answer (&trip, error))
    grant = get_tokens (&trip, error);
  trip_clear (&trip);
  return grant;
}
