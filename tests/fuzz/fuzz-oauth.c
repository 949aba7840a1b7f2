/* fuzz-oauth.c
 *
 * What a service says about signing in: on the first line a WWW-Authenticate header, below it one
 * JSON object that is its metadata, that of the sign-in server and an answer with tokens at once.
 * What is taken is safe to use: addresses are https and no place of this machine or network, tokens
 * and scopes fit into a header and a form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-oauth-grant.h"
#include "annex-oauth-metadata.h"

#include <string.h>

#define CONNECTOR "https://mcp.example.org/team/mcp"

static void
check_address (const char *address)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *host = NULL;

  if (address == NULL)
    return;
  uri = g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL);
  g_assert_nonnull (uri);
  g_assert_cmpint (g_ascii_strcasecmp (g_uri_get_scheme (uri), "https"), ==, 0);
  g_assert_null (g_uri_get_userinfo (uri));
  g_assert_true (annex_oauth_check_address (address, FALSE, "page", NULL));
  host = annex_oauth_dup_host (address);
  g_assert_true (host != NULL && g_str_is_ascii (host));
  g_assert_false (g_str_has_suffix (host, ".local"));
  g_assert_false (g_str_equal (host, "localhost") || g_str_equal (host, "127.0.0.1"));
}

static void
check_scope (const char *scope)
{
  g_autofree char *same = annex_oauth_join_scopes (scope, scope);

  g_assert_cmpstr (same, ==, scope);
  if (scope == NULL)
    return;
  g_assert_true (annex_oauth_has_scopes (scope, scope));
  for (const char *c = scope; *c != '\0'; c++)
    g_assert_true (*c >= 0x20 && *c < 0x7f && *c != '"' && *c != '\\');
}

static void
check_places (char **places)
{
  for (guint i = 0; places[i] != NULL; i++)
    g_assert_true (g_str_has_prefix (places[i], "https://"));
  g_strfreev (places);
}

static void
check_metadata (JsonObject *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexOauthService) service = annex_oauth_service_new (json, CONNECTOR, FALSE, &error);
  const char *issuer = annex_json_opt_string (json, "issuer", "https://sign-in.example.org");
  g_autoptr (AnnexOauthServer) server = NULL;

  g_assert_true ((service == NULL) == (error != NULL));
  if (service != NULL)
    {
      g_autofree char *host = annex_oauth_dup_host (service->resource);

      g_assert_cmpstr (host, ==, "mcp.example.org");
      check_address (service->server);
      check_scope (service->scope);
      check_places (annex_oauth_server_places (service->server));
    }
  g_clear_error (&error);
  server = annex_oauth_server_new (json, issuer, FALSE, &error);
  g_assert_true ((server == NULL) == (error != NULL));
  if (server == NULL)
    return;
  check_address (server->authorization);
  check_address (server->token);
  check_address (server->registration);
  check_address (server->revocation);
  g_assert_true (server->authorization != NULL && server->token != NULL);
}

static void
check_tokens (JsonObject *json)
{
  g_autoptr (AnnexOauthGrant) grant = annex_oauth_grant_new ();
  g_autofree char *text = NULL;
  g_autofree char *reason =
      annex_oauth_dup_reason (annex_json_opt_string (json, "error", NULL),
                              annex_json_opt_string (json, "error_description", NULL));
  g_autoptr (AnnexOauthGrant) again = NULL;

  g_assert_true (g_utf8_validate (reason, -1, NULL));
  g_assert_null (strchr (reason, '\n'));
  g_assert_cmpint (g_utf8_strlen (reason, -1), <=, 200);
  if (!annex_oauth_grant_take (grant, json, NULL))
    return;
  for (const char *c = grant->access_token; *c != '\0'; c++)
    g_assert_true (*c > 0x20 && *c < 0x7f);
  check_scope (grant->scope);
  g_assert_cmpint (grant->expires_s, >=, 0);
  grant->issuer = g_strdup ("i");
  grant->resource = g_strdup ("r");
  grant->address = g_strdup (CONNECTOR);
  grant->token_address = g_strdup ("t");
  grant->client.id = g_strdup ("c");
  text = annex_oauth_grant_to_text (grant);
  again = annex_oauth_grant_from_text (text, CONNECTOR);
  g_assert_cmpstr (again->access_token, ==, grant->access_token);
  g_assert_cmpstr (again->refresh_token, ==, grant->refresh_token);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const char *text = size > 0 ? (const char *) data : "";
  const char *end = size > 0 ? memchr (text, '\n', size) : NULL;
  gsize length = end != NULL ? (gsize) (end - text) : size;
  g_autofree char *header = g_strndup (text, length);
  g_autoptr (AnnexOauthChallenge) challenge = annex_oauth_challenge_new (header);
  g_autoptr (JsonObject) json = NULL;

  check_scope (challenge->scope);
  if (challenge->metadata != NULL)
    {
      g_assert_true (g_utf8_validate (challenge->metadata, -1, NULL));
      if (annex_oauth_check_address (challenge->metadata, FALSE, "page", NULL))
        check_address (challenge->metadata);
    }
  if (end == NULL)
    return 0;
  json = annex_json_parse_object (end + 1, (gssize) (size - length - 1), NULL);
  if (json != NULL)
    {
      check_metadata (json);
      check_tokens (json);
    }
  return 0;
}
