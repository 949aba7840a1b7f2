/* annex-site-policy.c
 *
 * See annex-site-policy.h. What is not understood is refused or asked about, never let through.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-site-policy.h"

#include "annex-policy.h"

#include <string.h>

/* ---------------------------------------------------------------- addresses */

static guint
port_of (GUri *uri)
{
  int port = g_uri_get_port (uri);

  if (port > 0)
    return (guint) port;
  return g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
}

static GUri *
parse_web_address (const char *text)
{
  g_autoptr (GUri) uri = NULL;

  if (text == NULL || strpbrk (text, "\\ \t\r\n") != NULL)
    return NULL;
  uri = g_uri_parse (text, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL || g_uri_get_host (uri)[0] == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") &&
       !g_str_equal (g_uri_get_scheme (uri), "https")))
    return NULL;
  return g_steal_pointer (&uri);
}

/* A public name in normal form; of anything else what stands there, in lower case. */
static char *
dup_host (GUri *uri, gboolean *is_public)
{
  char *host = annex_host_normalise (g_uri_get_host (uri), -1, NULL);

  *is_public = host != NULL && !annex_host_is_local (host);
  return host != NULL ? host : g_ascii_strdown (g_uri_get_host (uri), -1);
}

static gboolean
is_plain_host (const char *host)
{
  return strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") == strlen (host);
}

char *
annex_site_policy_dup_origin (const char *text)
{
  g_autoptr (GUri) uri = parse_web_address (text);
  g_autofree char *host = NULL;
  g_autofree char *place = NULL;
  gboolean is_public;
  const char *scheme;
  guint port;

  if (uri == NULL)
    return NULL;
  host = dup_host (uri, &is_public);
  if (!is_plain_host (host))
    return NULL;
  scheme = g_uri_get_scheme (uri);
  port = port_of (uri);
  place = strchr (host, ':') != NULL ? g_strdup_printf ("[%s]", host) : g_strdup (host);
  if (port == (g_str_equal (scheme, "https") ? 443u : 80u))
    return g_strdup_printf ("%s://%s", scheme, place);
  return g_strdup_printf ("%s://%s:%u", scheme, place, port);
}

gboolean
annex_site_policy_split_origin (const char *origin, char **scheme, char **host, guint *port)
{
  g_autoptr (GUri) uri = parse_web_address (origin);
  gboolean is_public;

  if (uri == NULL)
    return FALSE;
  *scheme = g_strdup (g_uri_get_scheme (uri));
  *host = dup_host (uri, &is_public);
  *port = port_of (uri);
  return TRUE;
}

AnnexAddressKind
annex_site_policy_judge_address (const char *text, char **site)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *host = NULL;
  gboolean is_public;
  guint port;

  if (site != NULL)
    *site = NULL;
  if (text == NULL || text[0] == '\0' || g_str_equal (text, "about:blank") ||
      g_str_equal (text, "about:srcdoc") || g_str_has_prefix (text, "about:blank#"))
    return ANNEX_ADDRESS_EMPTY;
  uri = parse_web_address (text);
  if (uri == NULL || g_uri_get_userinfo (uri) != NULL)
    return ANNEX_ADDRESS_REFUSED;
  host = dup_host (uri, &is_public);
  if (!is_plain_host (host))
    return ANNEX_ADDRESS_REFUSED;
  port = port_of (uri);
  if (is_public && port == (g_str_equal (g_uri_get_scheme (uri), "https") ? 443u : 80u))
    {
      if (site != NULL)
        *site = g_strdup (
            g_str_has_prefix (host, "www.") && strchr (host + 4, '.') != NULL ? host + 4 : host);
      return ANNEX_ADDRESS_SITE;
    }
  if (site != NULL)
    *site = annex_site_policy_dup_origin (text);
  return ANNEX_ADDRESS_LOCAL;
}

/* ---------------------------------------------------------------- sites in a text */

/* Top-level domains that people write without a scheme, and that are no ending of a file. */
static gboolean
is_spoken_name (const char *name)
{
  static const char *const ends[] = { "app",  "at",      "be", "biz", "ca",   "ch",  "cn",
                                      "com",  "cz",      "de", "dev", "dk",   "edu", "es",
                                      "eu",   "example", "fi", "fr",  "gov",  "ie",  "in",
                                      "info", "int",     "it", "jp",  "net",  "nl",  "no",
                                      "nz",   "org",     "pt", "se",  "shop", "uk",  "us" };
  const char *end = strrchr (name, '.');

  if (end == NULL || end == name || end[1] == '\0')
    return FALSE;
  if (g_ascii_strncasecmp (name, "www.", 4) == 0)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    if (g_ascii_strcasecmp (end + 1, ends[i]) == 0)
      return TRUE;
  return FALSE;
}

/* The site that @word is, without what a sentence puts around it; NULL when it is none. */
static char *
dup_site_of_word (char *word)
{
  g_autofree char *uri = NULL;
  char *site = NULL;
  gboolean is_address;

  word += strspn (word, "(<[{\"'");
  for (gsize length = strlen (word);
       length > 0 && strchr (".,;:!?)>]}\"'", word[length - 1]) != NULL;)
    word[--length] = '\0';
  is_address = strstr (word, "://") != NULL;
  if (!is_address && strpbrk (word, "@:\\") != NULL)
    return NULL;
  uri = is_address ? g_strdup (word) : g_strconcat ("https://", word, NULL);
  if (!is_address)
    {
      g_autofree char *name = g_strndup (word, strcspn (word, "/?#"));

      if (!is_spoken_name (name))
        return NULL;
    }
  if (annex_site_policy_judge_address (uri, &site) == ANNEX_ADDRESS_SITE)
    return site;
  g_free (site);
  return NULL;
}

GPtrArray *
annex_site_policy_find_sites (const char *text, guint max)
{
  GPtrArray *sites = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) words = g_strsplit_set (text != NULL ? text : "", " \t\r\n|", -1);

  for (guint i = 0; words[i] != NULL && sites->len < max; i++)
    {
      g_autofree char *site = dup_site_of_word (words[i]);

      if (site != NULL && !g_ptr_array_find_with_equal_func (sites, site, g_str_equal, NULL))
        g_ptr_array_add (sites, g_steal_pointer (&site));
    }
  return sites;
}

/* ---------------------------------------------------------------- actions */

const char *
annex_action_kind_name (AnnexActionKind kind)
{
  static const char *const names[] = {
    [ANNEX_ACTION_NOTHING] = "nothing",
    [ANNEX_ACTION_PAY] = "pay",
    [ANNEX_ACTION_BUY] = "buy",
    [ANNEX_ACTION_SIGN_UP] = "sign-up",
    [ANNEX_ACTION_SEND] = "send",
    [ANNEX_ACTION_DELETE] = "delete",
    [ANNEX_ACTION_ACCEPT_TERMS] = "accept-terms",
    [ANNEX_ACTION_PERSONAL_DATA] = "personal-data",
    [ANNEX_ACTION_CAPTCHA] = "captcha",
    [ANNEX_ACTION_PASSWORD] = "password",
    [ANNEX_ACTION_CARD] = "card",
  };

  return names[kind];
}

static gboolean
is_one_of (const char *text, const char *const *list)
{
  return text != NULL && g_strv_contains (list, text);
}

static gboolean
has_word (JsonObject *inspect, const char *word)
{
  JsonArray *words = annex_json_opt_array (inspect, "words");

  for (guint i = 0; words != NULL && i < json_array_get_length (words); i++)
    {
      JsonNode *node = json_array_get_element (words, i);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), word) == 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
has_any (JsonObject *counts, const char *const *kinds)
{
  for (; counts != NULL && *kinds != NULL; kinds++)
    if (annex_json_opt_int (counts, *kinds, 0) > 0)
      return TRUE;
  return FALSE;
}

static gboolean
contains_folded (const char *text, const char *const *parts)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  for (; *parts != NULL; parts++)
    if (strstr (folded, *parts) != NULL)
      return TRUE;
  return FALSE;
}

/* A test that is meant for people only. */
static gboolean
is_captcha (JsonObject *inspect)
{
  static const char *const names[] = {
    "captcha",      "not a robot",        "kein roboter",         "no soy un robot",
    "pas un robot", "human verification", "verify you are human", NULL
  };
  static const char *const places[] = { "captcha",    "challenges.cloudflare.com",
                                        "arkoselabs", "funcaptcha",
                                        "turnstile",  NULL };

  return contains_folded (annex_json_opt_string (inspect, "name", ""), names) ||
         contains_folded (annex_json_opt_string (inspect, "url", ""), places);
}

static AnnexActionVerdict
say (AnnexActionKind *out, AnnexActionKind kind, AnnexActionVerdict verdict)
{
  if (out != NULL)
    *out = kind;
  return verdict;
}

static const char *const secret_fields[] = { "password", "code", NULL };
static const char *const card_fields[] = { "card", NULL };
static const char *const money_fields[] = { "card", "bank", NULL };
static const char *const personal_fields[] = { "identity", "birthday", "email", "phone",
                                               "address",  "name",     "bank",  NULL };

/* Writing into a field. */
static AnnexActionVerdict
judge_writing (JsonObject *inspect, AnnexActionKind *kind)
{
  const char *field = annex_json_opt_string (inspect, "field", NULL);

  if (is_one_of (field, secret_fields))
    return say (kind, ANNEX_ACTION_PASSWORD, ANNEX_ACTION_NEVER);
  if (is_one_of (field, card_fields))
    return say (kind, ANNEX_ACTION_CARD, ANNEX_ACTION_NEVER);
  if (is_one_of (field, personal_fields))
    return say (kind, ANNEX_ACTION_PERSONAL_DATA, ANNEX_ACTION_ASK);
  if (has_word (inspect, "accept") &&
      g_strcmp0 (annex_json_opt_string (inspect, "type", ""), "checkbox") == 0)
    return say (kind, ANNEX_ACTION_ACCEPT_TERMS, ANNEX_ACTION_ASK);
  return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
}

/* A link that only leads to another page: what is done there is judged there. */
static gboolean
is_plain_link (JsonObject *inspect)
{
  const char *link = annex_json_opt_string (inspect, "link", NULL);
  const char *page = annex_json_opt_string (inspect, "url", "");
  gsize length;

  if (link == NULL || (!g_str_has_prefix (link, "http://") && !g_str_has_prefix (link, "https://")))
    return FALSE;
  length = strcspn (link, "#");
  return length != strcspn (page, "#") || strncmp (link, page, length) != 0;
}

/* Does sending the form tell the site anything that was written? */
static gboolean
sends_what_was_written (JsonObject *form)
{
  static const char *const files[] = { "file", NULL };
  JsonObject *filled = annex_json_opt_object (form, "filled");

  return (filled != NULL && json_object_get_size (filled) > 0) ||
         has_any (annex_json_opt_object (form, "fields"), files);
}

/* A click or key that sends @form. */
static AnnexActionVerdict
judge_form (JsonObject *inspect, JsonObject *form, AnnexActionKind *kind)
{
  JsonObject *fields = annex_json_opt_object (form, "fields");
  gboolean is_get = g_ascii_strcasecmp (annex_json_opt_string (form, "method", "get"), "get") == 0;

  if (has_any (fields, money_fields))
    return say (kind, ANNEX_ACTION_PAY, ANNEX_ACTION_ASK);
  if (has_any (fields, secret_fields) && !has_word (inspect, "signin") &&
      has_any (fields, personal_fields) && json_object_get_size (fields) > 2)
    return say (kind, ANNEX_ACTION_SIGN_UP, ANNEX_ACTION_ASK);
  if (has_word (inspect, "signin"))
    return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
  if (has_any (annex_json_opt_object (form, "filled"), personal_fields))
    return say (kind, ANNEX_ACTION_PERSONAL_DATA, ANNEX_ACTION_ASK);
  if (!is_get && sends_what_was_written (form))
    return say (kind, ANNEX_ACTION_SEND, ANNEX_ACTION_ASK);
  return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
}

static AnnexActionVerdict
judge_pressing (const char *command, JsonObject *inspect, AnnexActionKind *kind)
{
  static const struct
  {
    const char *word;
    AnnexActionKind kind;
  } grave[] = {
    { "transfer", ANNEX_ACTION_PAY },  { "pay", ANNEX_ACTION_PAY },
    { "buy", ANNEX_ACTION_BUY },       { "account", ANNEX_ACTION_SIGN_UP },
    { "delete", ANNEX_ACTION_DELETE }, { "accept", ANNEX_ACTION_ACCEPT_TERMS },
  };
  JsonObject *form = annex_json_opt_object (inspect, "form");
  const char *field = annex_json_opt_string (inspect, "field", NULL);
  const char *type = annex_json_opt_string (inspect, "type", "");
  gboolean submits = annex_json_opt_boolean (inspect, "submits", FALSE);
  gboolean is_get = form != NULL &&
                    g_ascii_strcasecmp (annex_json_opt_string (form, "method", "get"), "get") == 0;
  gboolean is_text =
      field != NULL && !g_str_equal (type, "checkbox") && !g_str_equal (type, "radio");

  if (!submits && is_plain_link (inspect))
    return has_word (inspect, "delete") ? say (kind, ANNEX_ACTION_DELETE, ANNEX_ACTION_ASK)
                                        : say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
  /* A click into a text field only puts the caret there, whatever its label says. */
  if (is_text && g_str_equal (command, "click"))
    return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
  for (guint i = 0; i < G_N_ELEMENTS (grave) && !is_text; i++)
    if (has_word (inspect, grave[i].word))
      return say (kind, grave[i].kind, ANNEX_ACTION_ASK);
  /* A key in a field sends its form, as a click on its button does. */
  if (form != NULL && (submits || (is_text && g_str_equal (command, "press"))))
    return judge_form (inspect, form, kind);
  if (has_word (inspect, "send") && !(submits && is_get))
    return say (kind, ANNEX_ACTION_SEND, ANNEX_ACTION_ASK);
  return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
}

AnnexActionVerdict
annex_site_policy_judge_action (const char *command, JsonObject *inspect, AnnexActionKind *kind)
{
  static const char *const writing[] = { "type", "fill", "select", NULL };
  static const char *const pressing[] = { "click", "press", "drag", "dialog", NULL };

  if (!is_one_of (command, writing) && !is_one_of (command, pressing))
    return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_FREE);
  if (inspect == NULL)
    return say (kind, ANNEX_ACTION_NOTHING, ANNEX_ACTION_ASK);
  if (is_captcha (inspect))
    return say (kind, ANNEX_ACTION_CAPTCHA, ANNEX_ACTION_NEVER);
  return is_one_of (command, writing) ? judge_writing (inspect, kind)
                                      : judge_pressing (command, inspect, kind);
}
