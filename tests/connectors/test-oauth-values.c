/* test-oauth-values.c
 *
 * What services say about signing in, as tables: challenges, addresses, metadata, tokens.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth-grant.h"
#include "annex-oauth-metadata.h"

#include <string.h>

static void
test_challenge (void)
{
  static const struct
  {
    const char *header, *metadata, *scope, *error;
  } cases[] = {
    { NULL, NULL, NULL, NULL },
    { "", NULL, NULL, NULL },
    { "Basic realm=\"x\"", NULL, NULL, NULL },
    { "Bearer", NULL, NULL, NULL },
    { "bearer resource_metadata=\"https://a/b\"", "https://a/b", NULL, NULL },
    { "Bearer RESOURCE_METADATA = \"https://a/b\" , scope=read", "https://a/b", "read", NULL },
    { "Basic realm=\"Bearer scope=\\\"a\\\"\", Bearer scope=\"b c\", error=\"insufficient_scope\"",
      NULL, "b c", "insufficient_scope" },
    /* the next scheme's parameters are not ours */
    { "Bearer scope=\"a\", Digest scope=\"b\", error=\"c\"", NULL, "a", NULL },
    { "Negotiate abc==, Bearer error=invalid_token", NULL, NULL, "invalid_token" },
    /* the first counts; what no scope can be is left out */
    { "Bearer scope=\"a\", scope=\"b\"", NULL, "a", NULL },
    { "Bearer scope=\"a \\\"b  c a\"", NULL, "a c", NULL },
    { "Bearer scope=\"unended", NULL, "unended", NULL },
    { "Bearer ,,, ;;; error=\"x\"", NULL, NULL, "x" },
    { "Bearer error=\"\\", NULL, NULL, "\\" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexOauthChallenge) self = annex_oauth_challenge_new (cases[i].header);

      g_test_message ("%s", cases[i].header);
      g_assert_cmpstr (self->metadata, ==, cases[i].metadata);
      g_assert_cmpstr (self->scope, ==, cases[i].scope);
      g_assert_cmpstr (self->error, ==, cases[i].error);
    }
}

static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    gboolean far, local; /* good for a connector out there, in this machine or network */
  } cases[] = {
    { "https://a.example.org/x?y=1", TRUE, TRUE },
    { "https://a.example.org:8443/x", TRUE, TRUE },
    { "https://93.184.216.34/", TRUE, TRUE },
    { "http://a.example.org/", FALSE, FALSE },
    { "http://127.0.0.1:80/", FALSE, TRUE },
    { "http://[::1]/", FALSE, TRUE },
    { "http://localhost/", FALSE, TRUE },
    { "http://10.0.0.1/", FALSE, FALSE },
    { "https://127.0.0.1/", FALSE, TRUE },
    { "https://2130706433/", FALSE, TRUE },
    { "https://0x7f.1/", FALSE, TRUE },
    { "https://[::ffff:10.0.0.1]/", FALSE, TRUE },
    { "https://169.254.169.254/latest", FALSE, TRUE },
    { "https://metadata.internal/", FALSE, TRUE },
    { "https://router.local/", FALSE, TRUE },
    { "https://user@a.example.org/", FALSE, FALSE },
    { "https://a.example.org/#x", FALSE, FALSE },
    { "javascript:alert(1)", FALSE, FALSE },
    { "file:///etc/passwd", FALSE, FALSE },
    { "https:///x", FALSE, FALSE },
    { "", FALSE, FALSE },
    { "/token", FALSE, FALSE },
  };
  g_autofree char *plain = annex_oauth_dup_host ("https://Bücher.example/x");
  g_autofree char *port = annex_oauth_dup_host ("https://a.example.org:8443/x");
  g_autofree char *usual = annex_oauth_dup_host ("https://a.example.org:443/x");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", cases[i].address);
      g_assert_true (annex_oauth_check_address (cases[i].address, FALSE, "page", &error) ==
                     cases[i].far);
      if (!cases[i].far)
        g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
      g_assert_true (annex_oauth_check_address (cases[i].address, TRUE, "page", NULL) ==
                     cases[i].local);
    }
  g_assert_cmpstr (plain, ==, "xn--bcher-kva.example");
  g_assert_cmpstr (port, ==, "a.example.org:8443");
  g_assert_cmpstr (usual, ==, "a.example.org");
}

static void
test_resources (void)
{
  static const struct
  {
    const char *resource, *address;
    gboolean covers;
  } cases[] = {
    { "https://a.org", "https://a.org/mcp", TRUE },
    { "https://a.org/", "https://a.org/mcp", TRUE },
    { "https://A.org:443/mcp", "https://a.org/mcp", TRUE },
    { "https://a.org/mcp/", "https://a.org/mcp", TRUE },
    { "https://a.org/mcp", "https://a.org/mcp/", TRUE },
    { "https://a.org/mcp", "https://a.org/mcp/v1", TRUE },
    { "https://a.org/mc", "https://a.org/mcp", FALSE },
    { "https://a.org/mcp/v1", "https://a.org/mcp", FALSE },
    { "https://a.org/mcp", "https://a.org/mcp/../other", FALSE },
    { "http://a.org/mcp", "https://a.org/mcp", FALSE },
    { "https://a.org:8443/mcp", "https://a.org/mcp", FALSE },
    { "https://a.org.evil.org/mcp", "https://a.org/mcp", FALSE },
    { "https://x@a.org/mcp", "https://a.org/mcp", FALSE },
    { "https://a.org/mcp#x", "https://a.org/mcp", FALSE },
    { "https://a.org/mcp?team=2", "https://a.org/mcp?team=1", FALSE },
    { "https://a.org/mcp?team=1", "https://a.org/mcp?team=1", TRUE },
    { "", "https://a.org/mcp", FALSE },
  };
  g_autofree char *bare = annex_oauth_dup_resource ("https://A.org:443/");
  g_autofree char *whole = annex_oauth_dup_resource ("https://a.org/MCP?x=1#y");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s %s", cases[i].resource, cases[i].address);
      g_assert_true (annex_oauth_resource_covers (cases[i].resource, cases[i].address) ==
                     cases[i].covers);
    }
  g_assert_cmpstr (bare, ==, "https://a.org");
  g_assert_cmpstr (whole, ==, "https://a.org/MCP?x=1");
}

static void
assert_places (char **places, const char *expected)
{
  g_auto (GStrv) taken = places;
  g_autofree char *joined = g_strjoinv (" ", taken);

  g_assert_cmpstr (joined, ==, expected);
}

static void
test_places (void)
{
  assert_places (annex_oauth_resource_places ("https://a.org/x/mcp?y"),
                 "https://a.org/.well-known/oauth-protected-resource/x/mcp "
                 "https://a.org/.well-known/oauth-protected-resource");
  assert_places (annex_oauth_resource_places ("https://a.org:8443/"),
                 "https://a.org:8443/.well-known/oauth-protected-resource");
  assert_places (annex_oauth_server_places ("https://a.org/tenant/"),
                 "https://a.org/.well-known/oauth-authorization-server/tenant "
                 "https://a.org/.well-known/openid-configuration/tenant "
                 "https://a.org/tenant/.well-known/openid-configuration");
  assert_places (annex_oauth_server_places ("https://a.org"),
                 "https://a.org/.well-known/oauth-authorization-server "
                 "https://a.org/.well-known/openid-configuration");
}

static void
test_scopes (void)
{
  g_autofree char *both = annex_oauth_join_scopes ("a b", " b  c\td \xc3\xbc ");
  g_autofree char *none = annex_oauth_join_scopes (" ", NULL);

  g_assert_cmpstr (both, ==, "a b");
  g_assert_null (none);
  g_assert_true (annex_oauth_has_scopes ("a b", "b"));
  g_assert_true (annex_oauth_has_scopes ("a b", NULL));
  g_assert_true (annex_oauth_has_scopes (NULL, NULL));
  g_assert_false (annex_oauth_has_scopes ("a b", "b c"));
  g_assert_false (annex_oauth_has_scopes (NULL, "a"));
}

#define SERVER                                                                                     \
  "\"issuer\":\"https://s.org\",\"authorization_endpoint\":\"https://s.org/a\","                   \
  "\"token_endpoint\":\"https://s.org/t\""
#define PKCE ",\"code_challenge_methods_supported\":[\"S256\"]"

static void
test_server (void)
{
  static const struct
  {
    const char *json, *problem; /* NULL: it is good */
  } cases[] = {
    { "{" SERVER PKCE "}", NULL },
    { "{" SERVER PKCE ",\"response_types_supported\":[\"code\",3,null]}", NULL },
    { "{" SERVER PKCE ",\"registration_endpoint\":7}", NULL },
    { "{}", "another one" },
    { "{\"issuer\":\"https://s.org.evil.org\"" PKCE "}", "another one" },
    { "{\"issuer\":[\"https://s.org\"]}", "another one" },
    { "{\"issuer\":\"https://s.org/\"}", "where its pages are" },
    { "{" SERVER "}", "PKCE" },
    { "{" SERVER ",\"code_challenge_methods_supported\":\"S256\"}", "PKCE" },
    { "{" SERVER PKCE ",\"response_types_supported\":[\"token\"]}", "the way of signing in" },
    { "{" SERVER PKCE ",\"grant_types_supported\":[\"client_credentials\"]}",
      "the way of signing in" },
    { "{" SERVER PKCE ",\"registration_endpoint\":\"http://s.org/r\"}", "registration address" },
    { "{" SERVER PKCE ",\"revocation_endpoint\":\"https://10.0.0.1/r\"}", "private network" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) json = annex_json_parse_object (cases[i].json, -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexOauthServer) self =
          annex_oauth_server_new (json, "https://s.org", FALSE, &error);

      g_test_message ("%s", cases[i].json);
      g_assert_true ((self != NULL) == (cases[i].problem == NULL));
      if (self != NULL)
        continue;
      g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
      g_assert_nonnull (strstr (error->message, cases[i].problem));
    }
}

static void
test_service (void)
{
  static const struct
  {
    const char *json, *problem;
  } cases[] = {
    { "{\"resource\":\"https://a.org\",\"authorization_servers\":[\"https://s.org\"]}", NULL },
    { "{\"resource\":\"https://b.org\",\"authorization_servers\":[\"https://s.org\"]}",
      "another address" },
    { "{\"authorization_servers\":[\"https://s.org\"]}", "another address" },
    { "{\"resource\":\"https://a.org\",\"authorization_servers\":[{}]}", "where to sign in" },
    { "{\"resource\":\"https://a.org\"}", "where to sign in" },
    { "{\"resource\":\"https://a.org\",\"authorization_servers\":[\"http://s.org\"]}",
      "not secure" },
    { "{\"resource\":\"https://a.org\",\"authorization_servers\":[\"https://192.168.0.1\"]}",
      "private network" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (JsonObject) json = annex_json_parse_object (cases[i].json, -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexOauthService) self =
          annex_oauth_service_new (json, "https://a.org/mcp", FALSE, &error);

      g_test_message ("%s", cases[i].json);
      g_assert_true ((self != NULL) == (cases[i].problem == NULL));
      if (self == NULL)
        g_assert_nonnull (strstr (error->message, cases[i].problem));
    }
}

static void
test_grant (void)
{
  static const char *const bad[] = {
    "{}",
    "{\"access_token\":\"\"}",
    "{\"access_token\":5}",
    "{\"access_token\":\"a b\"}",
    "{\"access_token\":\"a\\nb\"}",
    "{\"access_token\":\"a\",\"refresh_token\":\"\\u0007\"}",
    "{\"access_token\":\"a\",\"token_type\":\"MAC\"}",
  };
  g_autoptr (JsonObject) good = annex_json_parse_object (
      "{\"access_token\":\"a1\",\"token_type\":\"BEARER\",\"expires_in\":99999999999}", -1, NULL);
  g_autoptr (AnnexOauthGrant) self = annex_oauth_grant_new ();
  g_autoptr (AnnexOauthGrant) again = NULL;
  g_autoptr (AnnexOauthGrant) elsewhere = NULL;
  g_autofree char *text = NULL;
  g_autofree char *form = NULL;
  g_autofree char *authorization = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonObject) json = annex_json_parse_object (bad[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_assert_false (annex_oauth_grant_take (self, json, &error));
      g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL);
      g_assert_null (self->access_token);
    }
  self->issuer = g_strdup ("https://s.org");
  self->resource = g_strdup ("https://a.org");
  self->address = g_strdup ("https://a.org/mcp");
  self->token_address = g_strdup ("https://s.org/t");
  self->refresh_token = g_strdup ("r1");
  self->client.id = g_strdup ("an app");
  self->client.secret = g_strdup ("a:b");
  g_assert_true (annex_oauth_grant_take (self, good, NULL));
  g_assert_false (annex_oauth_grant_is_over (self));
  text = annex_oauth_grant_to_text (self);
  again = annex_oauth_grant_from_text (text, "https://a.org/mcp");
  g_assert_cmpstr (again->access_token, ==, "a1");
  g_assert_cmpstr (again->refresh_token, ==, "r1");
  g_assert_cmpint (again->expires_s, ==, self->expires_s);
  /* It is for that address alone. */
  elsewhere = annex_oauth_grant_from_text (text, "https://a.org/other");
  g_assert_null (elsewhere);
  g_assert_null (annex_oauth_grant_from_text ("not JSON", "https://a.org/mcp"));
  again->expires_s = g_get_real_time () / G_USEC_PER_SEC + 5;
  g_assert_true (annex_oauth_grant_is_over (again));

  form = annex_oauth_client_sign (&self->client, annex_oauth_form ("a", "b&c", "d", NULL, NULL),
                                  &authorization);
  g_assert_cmpstr (form, ==, "a=b%26c");
  g_assert_cmpstr (authorization, ==, "Basic YW4lMjBhcHA6YSUzQWI=");
}

static void
test_reasons (void)
{
  g_autofree char *none = annex_oauth_dup_reason (NULL, NULL);
  g_autofree char *code = annex_oauth_dup_reason ("invalid_grant", "");
  g_autofree char *hostile = annex_oauth_dup_reason ("x", "a\xe2\x80\xae\nb\x1b[1m\xff.. ");
  g_autofree char *lengthy = g_strnfill (5000, 'x');
  g_autofree char *cut = annex_oauth_dup_reason ("x", lengthy);

  g_assert_cmpstr (none, ==, "it gave no reason");
  g_assert_cmpstr (code, ==, "invalid_grant");
  g_assert_cmpstr (hostile, ==, "a  b [1m\xef\xbf\xbd");
  g_assert_cmpuint (strlen (cut), ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/oauth-values/challenge", test_challenge);
  g_test_add_func ("/oauth-values/addresses", test_addresses);
  g_test_add_func ("/oauth-values/resources", test_resources);
  g_test_add_func ("/oauth-values/places", test_places);
  g_test_add_func ("/oauth-values/scopes", test_scopes);
  g_test_add_func ("/oauth-values/server", test_server);
  g_test_add_func ("/oauth-values/service", test_service);
  g_test_add_func ("/oauth-values/grant", test_grant);
  g_test_add_func ("/oauth-values/reasons", test_reasons);
  return g_test_run ();
}
