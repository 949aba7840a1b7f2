/* annex-oauth-metadata.c
 *
 * See annex-oauth-metadata.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth-metadata.h"

#include "annex-policy.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define URI_FLAGS                                                                                  \
  (G_URI_FLAGS_ENCODED | G_URI_FLAGS_ENCODED_FRAGMENT | G_URI_FLAGS_SCHEME_NORMALIZE)
#define MAX_ADDRESS_BYTES 2048
#define MAX_SCOPE_BYTES 4096

/* ---- addresses */

static GUri *
parse (const char *address)
{
  g_autoptr (GUri) uri =
      strlen (address) <= MAX_ADDRESS_BYTES ? g_uri_parse (address, URI_FLAGS, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  return host != NULL && host[0] != '\0' ? g_steal_pointer (&uri) : NULL;
}

/* @path of the same place, without query. */
static char *
at_path (GUri *uri, const char *path)
{
  g_autofree char *scheme = g_ascii_strdown (g_uri_get_scheme (uri), -1);
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  int usual = g_str_equal (scheme, "http") ? 80 : 443;
  int port = g_uri_get_port (uri);

  return g_uri_join (URI_FLAGS, scheme, NULL, host, port == usual ? -1 : port, path, NULL, NULL);
}

/* Its path without slashes at the end. */
static char *
bare_path (GUri *uri)
{
  char *path = g_strdup (g_uri_get_path (uri));

  for (gsize length = strlen (path); length > 0 && path[length - 1] == '/'; length--)
    path[length - 1] = '\0';
  return path;
}

static gboolean
is_public_name (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);
  g_autofree char *name = NULL;

  if (address != NULL)
    return annex_address_is_public (address);
  name = annex_host_normalise (host, -1, NULL);
  return name != NULL && !annex_host_is_local (name);
}

static gboolean
is_this_machine (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address)
                         : g_ascii_strcasecmp (host, "localhost") == 0;
}

gboolean
annex_oauth_check_address (const char *address, gboolean local, const char *what, GError **error)
{
  g_autoptr (GUri) uri = parse (address);
  const char *problem = NULL;
  GError *made;

  if (uri == NULL)
    problem = NC_ ("an address", "is no address");
  else if (g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    problem = NC_ ("an address", "holds a user name or a mark that does not belong there");
  else if (!g_str_equal (g_uri_get_scheme (uri), "https") &&
           !(local && g_str_equal (g_uri_get_scheme (uri), "http") &&
             is_this_machine (g_uri_get_host (uri))))
    problem = NC_ ("an address", "is not secure: it does not begin with https://");
  else if (!local && !is_public_name (g_uri_get_host (uri)))
    problem =
        NC_ ("an address", "lies in a private network, which the service has no business with");
  if (problem == NULL)
    return TRUE;
  made = g_error_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                      "The service’s %s cannot be used: it %s.", what, problem);
  /* Translators: first a part of the service, as "sign-in page", then what is wrong with it */
  annex_spoken_take (made, g_strdup_printf (_ ("The service’s %s cannot be used: it %s."),
                                            g_dpgettext2 (NULL, "part of a service", what),
                                            g_dpgettext2 (NULL, "an address", problem)));
  g_propagate_error (error, made);
  return FALSE;
}

char *
annex_oauth_dup_host (const char *address)
{
  g_autoptr (GUri) uri = parse (address);
  g_autofree char *name = NULL;
  int port;

  if (uri == NULL)
    return NULL;
  /* In letters that cannot be mistaken for others. */
  name = g_hostname_to_ascii (g_uri_get_host (uri));
  if (name == NULL)
    return NULL;
  port = g_uri_get_port (uri);
  if (port == -1 || port == (g_str_equal (g_uri_get_scheme (uri), "http") ? 80 : 443))
    return g_steal_pointer (&name);
  return g_strdup_printf (strchr (name, ':') != NULL ? "[%s]:%d" : "%s:%d", name, port);
}

char *
annex_oauth_dup_resource (const char *address)
{
  g_autoptr (GUri) uri = parse (address);
  g_autofree char *place = NULL;
  const char *path;

  if (uri == NULL)
    return NULL;
  path = g_uri_get_path (uri);
  place = at_path (uri, path);
  if (g_str_equal (path, "/") || path[0] == '\0')
    place[strlen (place) - 1] = '\0';
  if (g_uri_get_query (uri) == NULL)
    return g_steal_pointer (&place);
  return g_strconcat (place, "?", g_uri_get_query (uri), NULL);
}

gboolean
annex_oauth_resource_covers (const char *resource, const char *address)
{
  g_autoptr (GUri) above = parse (resource);
  g_autoptr (GUri) below = parse (address);
  g_autofree char *place = NULL;
  g_autofree char *other = NULL;
  g_autofree char *path = NULL;
  const char *rest;

  if (above == NULL || below == NULL || g_uri_get_userinfo (above) != NULL ||
      g_uri_get_fragment (above) != NULL)
    return FALSE;
  place = at_path (above, "");
  other = at_path (below, "");
  if (!g_str_equal (place, other))
    return FALSE;
  path = bare_path (above);
  rest = g_uri_get_path (below);
  if (!g_str_has_prefix (rest, path) || strstr (rest, "/../") != NULL)
    return FALSE;
  rest += strlen (path);
  if (g_uri_get_query (above) != NULL &&
      (g_strcmp0 (g_uri_get_query (above), g_uri_get_query (below)) != 0 ||
       strspn (rest, "/") != strlen (rest)))
    return FALSE;
  return rest[0] == '\0' || rest[0] == '/';
}

static char **
places (const char *address, const char *const *patterns)
{
  g_autoptr (GUri) uri = parse (address);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *path = uri != NULL ? bare_path (uri) : NULL;

  for (guint i = 0; uri != NULL && patterns[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (patterns[i], "*", 2);
      g_autofree char *joined = NULL;

      /* Without a path the places that differ by it alone are one. */
      if (path[0] == '\0' && (parts[1] == NULL || parts[1][0] != '\0'))
        continue;
      joined = g_strconcat (parts[0], parts[1] != NULL ? path : "", parts[1], NULL);
      g_strv_builder_take (builder, at_path (uri, joined));
    }
  return g_strv_builder_end (builder);
}

char **
annex_oauth_resource_places (const char *address)
{
  static const char *const patterns[] = { "/.well-known/oauth-protected-resource*",
                                          "/.well-known/oauth-protected-resource", NULL };

  return places (address, patterns);
}

char **
annex_oauth_server_places (const char *issuer)
{
  static const char *const patterns[] = { "/.well-known/oauth-authorization-server*",
                                          "/.well-known/openid-configuration*",
                                          "*/.well-known/openid-configuration", NULL };

  return places (issuer, patterns);
}

/* ---- scopes */

static gboolean
is_scope (const char *word)
{
  for (const char *c = word; *c != '\0'; c++)
    if (*c < 0x21 || *c > 0x7e || *c == '"' || *c == '\\')
      return FALSE;
  return word[0] != '\0';
}

static void
add_scopes (GPtrArray *words, const char *scope)
{
  g_auto (GStrv) parts = g_strsplit (scope != NULL ? scope : "", " ", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (is_scope (parts[i]) &&
        !g_ptr_array_find_with_equal_func (words, parts[i], g_str_equal, NULL))
      g_ptr_array_add (words, g_strdup (parts[i]));
}

char *
annex_oauth_join_scopes (const char *first, const char *second)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

  if (first == NULL || strlen (first) <= MAX_SCOPE_BYTES)
    add_scopes (words, first);
  if (second == NULL || strlen (second) <= MAX_SCOPE_BYTES)
    add_scopes (words, second);
  if (words->len == 0)
    return NULL;
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **) words->pdata);
}

gboolean
annex_oauth_has_scopes (const char *granted, const char *wanted)
{
  g_autofree char *have = annex_oauth_join_scopes (granted, NULL);
  g_autofree char *both = annex_oauth_join_scopes (granted, wanted);

  return g_strcmp0 (have, both) == 0;
}

/* The texts among @array's elements as one line of words. */
static char *
dup_words (JsonArray *array)
{
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_string_append_printf (line, " %s", json_node_get_string (node));
    }
  return annex_oauth_join_scopes (line->str, NULL);
}

static gboolean
has_word (JsonArray *array, const char *word)
{
  g_autofree char *words = dup_words (array);

  return words != NULL && annex_oauth_has_scopes (words, word);
}

/* ---- the challenge */

static gboolean
is_token_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

static const char *
skip (const char *at, const char *characters)
{
  return at + strspn (at, characters);
}

/* A token or a quoted text. (transfer full) */
static char *
read_value (const char **at)
{
  g_autoptr (GString) value = g_string_new (NULL);
  const char *c = *at;

  if (*c != '"')
    {
      while (is_token_char (*c) || *c == '/' || *c == ':')
        g_string_append_c (value, *c++);
    }
  else
    {
      for (c++; *c != '\0' && *c != '"'; c++)
        {
          if (*c == '\\' && c[1] != '\0')
            c++;
          g_string_append_c (value, *c);
        }
      if (*c == '"')
        c++;
    }
  *at = c;
  return g_string_free_and_steal (g_steal_pointer (&value));
}

static void
take_parameter (AnnexOauthChallenge *self, const char *name, const char *value)
{
  char **member = g_ascii_strcasecmp (name, "resource_metadata") == 0 ? &self->metadata
                  : g_ascii_strcasecmp (name, "scope") == 0           ? &self->scope
                  : g_ascii_strcasecmp (name, "error") == 0           ? &self->error
                                                                      : NULL;

  if (member == NULL || *member != NULL)
    return;
  *member = member == &self->scope ? annex_oauth_join_scopes (value, NULL)
                                   : g_utf8_make_valid (value, -1);
}

AnnexOauthChallenge *
annex_oauth_challenge_new (const char *header)
{
  AnnexOauthChallenge *self = g_new0 (AnnexOauthChallenge, 1);
  gboolean bearer = FALSE, over = FALSE;
  const char *at = header != NULL ? header : "";

  while (*at != '\0' && !over)
    {
      const char *begin = at = skip (at, " \t,");
      g_autofree char *word = NULL;

      while (is_token_char (*at))
        at++;
      word = g_strndup (begin, (gsize) (at - begin));
      at = skip (at, " \t");
      if (*at == '=')
        {
          g_autofree char *value = NULL;

          at = skip (at + 1, " \t");
          value = read_value (&at);
          if (bearer)
            take_parameter (self, word, value);
        }
      else if (word[0] != '\0')
        {
          over = bearer; /* the next scheme's */
          bearer = g_ascii_strcasecmp (word, "Bearer") == 0;
        }
      else if (*at != '\0')
        at++;
    }
  return self;
}

void
annex_oauth_challenge_free (AnnexOauthChallenge *self)
{
  g_free (self->metadata);
  g_free (self->scope);
  g_free (self->error);
  g_free (self);
}

/* ---- the service */

static gboolean
fail (GError **error, const char *sentence)
{
  annex_set_spoken_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL, sentence);
  return FALSE;
}

/* The first text of an array; NULL when there is none. (borrowed) */
static const char *
first_text (JsonArray *array)
{
  JsonNode *node =
      array != NULL && json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
                 json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

AnnexOauthService *
annex_oauth_service_new (JsonObject *json, const char *address, gboolean local, GError **error)
{
  const char *resource = annex_json_opt_string (json, "resource", NULL);
  const char *server = first_text (annex_json_opt_array (json, "authorization_servers"));
  AnnexOauthService *self;

  if (resource == NULL || !annex_oauth_resource_covers (resource, address))
    {
      fail (error,
            N_ ("The service’s description of its sign-in is that of another address. Nothing "
                "was sent; tell those who run it."));
      return NULL;
    }
  if (server == NULL)
    {
      fail (error, N_ ("The service does not say where to sign in."));
      return NULL;
    }
  if (!annex_oauth_check_address (server, local, NC_ ("part of a service", "sign-in server"),
                                  error))
    return NULL;
  self = g_new0 (AnnexOauthService, 1);
  self->resource = g_strdup (resource);
  self->server = g_strdup (server);
  self->scope = dup_words (annex_json_opt_array (json, "scopes_supported"));
  return self;
}

void
annex_oauth_service_free (AnnexOauthService *self)
{
  g_free (self->resource);
  g_free (self->server);
  g_free (self->scope);
  g_free (self);
}

/* ---- the server that signs in */

/* https://a and https://a/ are one address. */
static gboolean
is_same_issuer (const char *first, const char *second)
{
  gsize one = strlen (first), two = strlen (second);

  if (one > 0 && first[one - 1] == '/')
    one--;
  if (two > 0 && second[two - 1] == '/')
    two--;
  return one == two && strncmp (first, second, one) == 0;
}

static gboolean
check_server (JsonObject *json, const char *issuer, GError **error)
{
  JsonArray *types = annex_json_opt_array (json, "response_types_supported");
  JsonArray *grants = annex_json_opt_array (json, "grant_types_supported");

  if (!is_same_issuer (annex_json_opt_string (json, "issuer", ""), issuer))
    return fail (error,
                 N_ ("The sign-in server says that it is another one. Nothing was sent; tell "
                     "those who run the service."));
  if (annex_json_opt_string (json, "authorization_endpoint", NULL) == NULL ||
      annex_json_opt_string (json, "token_endpoint", NULL) == NULL)
    return fail (error, N_ ("The sign-in server does not say where its pages are."));
  if ((types != NULL && !has_word (types, "code")) ||
      (grants != NULL && !has_word (grants, "authorization_code")))
    return fail (error,
                 N_ ("The sign-in server does not offer the way of signing in that Annex uses."));
  if (!has_word (annex_json_opt_array (json, "code_challenge_methods_supported"), "S256"))
    return fail (error,
                 N_ ("The sign-in server cannot protect a sign-in as it should be (PKCE with "
                     "S256), so Annex does not use it."));
  return TRUE;
}

AnnexOauthServer *
annex_oauth_server_new (JsonObject *json, const char *issuer, gboolean local, GError **error)
{
  static const struct
  {
    const char *name, *what;
    gsize offset;
  } pages[] = {
    { "authorization_endpoint", NC_ ("part of a service", "sign-in page"),
      G_STRUCT_OFFSET (AnnexOauthServer, authorization) },
    { "token_endpoint", NC_ ("part of a service", "token address"),
      G_STRUCT_OFFSET (AnnexOauthServer, token) },
    { "registration_endpoint", NC_ ("part of a service", "registration address"),
      G_STRUCT_OFFSET (AnnexOauthServer, registration) },
    { "revocation_endpoint", NC_ ("part of a service", "sign-out address"),
      G_STRUCT_OFFSET (AnnexOauthServer, revocation) },
  };
  g_autoptr (AnnexOauthServer) self = g_new0 (AnnexOauthServer, 1);
  JsonArray *methods = annex_json_opt_array (json, "token_endpoint_auth_methods_supported");

  if (!check_server (json, issuer, error))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (pages); i++)
    {
      const char *page = annex_json_opt_string (json, pages[i].name, NULL);

      if (page != NULL && !annex_oauth_check_address (page, local, pages[i].what, error))
        return NULL;
      G_STRUCT_MEMBER (char *, self, pages[i].offset) = g_strdup (page);
    }
  self->issuer = g_strdup (annex_json_opt_string (json, "issuer", ""));
  self->documents = annex_json_opt_boolean (json, "client_id_metadata_document_supported", FALSE);
  self->says_iss =
      annex_json_opt_boolean (json, "authorization_response_iss_parameter_supported", FALSE);
  self->offline = has_word (annex_json_opt_array (json, "scopes_supported"), "offline_access");
  self->post =
      has_word (methods, "client_secret_post") && !has_word (methods, "client_secret_basic");
  return g_steal_pointer (&self);
}

void
annex_oauth_server_free (AnnexOauthServer *self)
{
  g_free (self->issuer);
  g_free (self->authorization);
  g_free (self->token);
  g_free (self->registration);
  g_free (self->revocation);
  g_free (self);
}
