/* annex-oauth-grant.c
 *
 * See annex-oauth-grant.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-oauth-grant.h"

#include "annex-json-build.h"
#include "annex-oauth-metadata.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_TOKEN_BYTES (32 * 1024)
#define MAX_LIFE_S (10 * 365 * 24 * 60 * 60)
#define EARLY_S 30
#define MAX_REASON_CHARS 200

AnnexOauthGrant *
annex_oauth_grant_new (void)
{
  return g_new0 (AnnexOauthGrant, 1);
}

void
annex_oauth_grant_free (AnnexOauthGrant *self)
{
  g_free (self->issuer);
  g_free (self->resource);
  g_free (self->address);
  g_free (self->scope);
  g_free (self->token_address);
  g_free (self->revocation_address);
  g_free (self->client.id);
  g_free (self->client.secret);
  g_free (self->access_token);
  g_free (self->refresh_token);
  g_free (self);
}

AnnexOauthGrant *
annex_oauth_grant_from_text (const char *text, const char *address)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (text, -1, NULL);
  g_autoptr (AnnexOauthGrant) self = annex_oauth_grant_new ();

  if (json == NULL)
    return NULL;
  self->issuer = g_strdup (annex_json_opt_string (json, "issuer", NULL));
  self->resource = g_strdup (annex_json_opt_string (json, "resource", NULL));
  self->address = g_strdup (annex_json_opt_string (json, "address", NULL));
  self->scope = g_strdup (annex_json_opt_string (json, "scope", NULL));
  self->token_address = g_strdup (annex_json_opt_string (json, "token_address", NULL));
  self->revocation_address = g_strdup (annex_json_opt_string (json, "revocation_address", NULL));
  self->client.id = g_strdup (annex_json_opt_string (json, "client_id", NULL));
  self->client.secret = g_strdup (annex_json_opt_string (json, "client_secret", NULL));
  self->client.post = annex_json_opt_boolean (json, "client_post", FALSE);
  self->access_token = g_strdup (annex_json_opt_string (json, "access_token", NULL));
  self->refresh_token = g_strdup (annex_json_opt_string (json, "refresh_token", NULL));
  self->expires_s = annex_json_opt_int (json, "expires", 0);
  if (self->issuer == NULL || self->resource == NULL || self->token_address == NULL ||
      self->client.id == NULL || self->access_token == NULL ||
      g_strcmp0 (self->address, address) != 0)
    return NULL;
  return g_steal_pointer (&self);
}

char *
annex_oauth_grant_to_text (const AnnexOauthGrant *self)
{
  g_autoptr (JsonObject) json = annex_json_build (
      "s", "issuer", self->issuer, "s", "resource", self->resource, "s", "address", self->address,
      "s", "scope", self->scope, "s", "token_address", self->token_address, "s",
      "revocation_address", self->revocation_address, "s", "client_id", self->client.id, "s",
      "client_secret", self->client.secret, "b", "client_post", self->client.post, "s",
      "access_token", self->access_token, "s", "refresh_token", self->refresh_token, "i", "expires",
      self->expires_s, NULL);

  return annex_json_object_to_string (json);
}

/* What a header can hold (RFC 6750 §2.1, and a little more that is in use). */
static gboolean
is_token (const char *token)
{
  for (const char *c = token; *c != '\0'; c++)
    if (*c < 0x21 || *c > 0x7e)
      return FALSE;
  return token[0] != '\0' && strlen (token) <= MAX_TOKEN_BYTES;
}

gboolean
annex_oauth_grant_take (AnnexOauthGrant *self, JsonObject *answer, GError **error)
{
  const char *access = annex_json_opt_string (answer, "access_token", "");
  const char *refresh = annex_json_opt_string (answer, "refresh_token", NULL);
  const char *type = annex_json_opt_string (answer, "token_type", "Bearer");
  const char *scope = annex_json_opt_string (answer, "scope", NULL);
  gint64 life_s = annex_json_opt_int (answer, "expires_in", 0);

  if (!is_token (access) || (refresh != NULL && !is_token (refresh)) ||
      g_ascii_strcasecmp (type, "Bearer") != 0)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                        N_ ("The sign-in server gave a token that Annex cannot use."));
      return FALSE;
    }
  g_set_str (&self->access_token, access);
  if (refresh != NULL)
    g_set_str (&self->refresh_token, refresh);
  if (scope != NULL)
    {
      g_autofree char *words = annex_oauth_join_scopes (scope, NULL);

      g_set_str (&self->scope, words);
    }
  self->expires_s = life_s > 0 ? g_get_real_time () / G_USEC_PER_SEC + MIN (life_s, MAX_LIFE_S) : 0;
  return TRUE;
}

gboolean
annex_oauth_grant_is_over (const AnnexOauthGrant *self)
{
  return self->expires_s > 0 && self->expires_s - EARLY_S <= g_get_real_time () / G_USEC_PER_SEC;
}

/* ---- requests */

static void
append_pair (GString *form, const char *name, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  g_string_append_printf (form, "%s%s=%s", form->len > 0 ? "&" : "", name, escaped);
}

char *
annex_oauth_form (const char *name, ...)
{
  g_autoptr (GString) form = g_string_new (NULL);
  va_list args;

  va_start (args, name);
  for (const char *at = name; at != NULL; at = va_arg (args, const char *))
    {
      const char *value = va_arg (args, const char *);

      if (value != NULL)
        append_pair (form, at, value);
    }
  va_end (args);
  return g_string_free_and_steal (g_steal_pointer (&form));
}

char *
annex_oauth_client_sign (const AnnexOauthClient *client, char *form, char **authorization)
{
  GString *all = g_string_new (form);

  g_free (form);
  *authorization = NULL;
  if (client->secret != NULL && !client->post)
    {
      g_autofree char *id = g_uri_escape_string (client->id, NULL, FALSE);
      g_autofree char *secret = g_uri_escape_string (client->secret, NULL, FALSE);
      g_autofree char *both = g_strconcat (id, ":", secret, NULL);
      g_autofree char *basic = g_base64_encode ((const guchar *) both, strlen (both));

      *authorization = g_strconcat ("Basic ", basic, NULL);
    }
  else
    {
      append_pair (all, "client_id", client->id);
      if (client->secret != NULL)
        append_pair (all, "client_secret", client->secret);
    }
  return g_string_free_and_steal (all);
}

char *
annex_oauth_dup_reason (const char *error, const char *description)
{
  const char *text = description != NULL && description[0] != '\0' ? description : error;
  g_autofree char *valid = annex_text_make_valid (text != NULL ? text : "it gave no reason", -1);
  g_autofree char *line =
      g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), (glong) MAX_REASON_CHARS));
  GString *clean = g_string_new (NULL);

  for (const char *c = line; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      g_string_append_unichar (clean, g_unichar_isprint (letter) ? letter : ' ');
    }
  while (clean->len > 0 && strchr (". ", clean->str[clean->len - 1]) != NULL)
    g_string_truncate (clean, clean->len - 1);
  return g_string_free_and_steal (clean);
}
