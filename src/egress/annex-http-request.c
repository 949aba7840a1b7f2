/* annex-http-request.c
 *
 * Reads the lines of a head into one request, and writes a request's head anew. Pure. A field the
 * peer sent is never copied into what we decide ourselves: target, Host, framing, Connection.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-http-head-private.h"

#include <string.h>

/* Fits gint64, so that sums of two lengths never wrap. */
#define MAX_LENGTH_DIGITS 18

static void
field_free (gpointer data)
{
  AnnexHttpField *field = data;

  g_free (field->name);
  g_free (field->value);
  g_free (field);
}

void
annex_http_request_free (AnnexHttpRequest *self)
{
  if (self == NULL)
    return;
  g_free (self->method);
  g_free (self->host);
  g_free (self->target);
  g_free (self->proxy_authorization);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
  g_free (self);
}

static gboolean
fail (GError **error, AnnexHttpHeadError code, const char *what)
{
  g_set_error (error, ANNEX_HTTP_HEAD_ERROR, (int) code, "Annex refused the request: %s.", what);
  return FALSE;
}

/* ---------------------------------------------------------------- request line */

static gboolean
parse_port (const char *text, guint *port)
{
  gsize length = strlen (text);

  if (length < 1 || length > 5 || text[0] == '0' || strspn (text, "0123456789") != length)
    return FALSE;
  *port = (guint) g_ascii_strtoull (text, NULL, 10);
  return *port <= 65535;
}

/* Who is asked about hosts that are no public names. */
typedef struct
{
  AnnexHttpHostFunc func; /* nullable */
  gpointer data;
} HostCheck;

/* The host as an exception has it: no public name, but allowed. */
static char *
dup_exception (const HostCheck *check, const char *text, gsize length, guint port)
{
  g_autofree char *host = g_ascii_strdown (text, (gssize) length);

  if (check->func == NULL)
    return NULL;
  if (length > 2 && host[0] == '[' && host[length - 1] == ']')
    {
      host[length - 1] = '\0';
      memmove (host, host + 1, length - 1);
    }
  return check->func (host, port, check->data) ? g_steal_pointer (&host) : NULL;
}

/* @authority is "host" or "host:port"; without a port *@port stays. */
static gboolean
parse_authority (const HostCheck *check,
                 const char *authority,
                 char **host,
                 guint *port,
                 gboolean *has_port,
                 GError **error)
{
  const char *colon = strrchr (authority, ':');
  const char *bracket = strrchr (authority, ']');
  gsize host_length = strlen (authority);

  *has_port = FALSE;
  if (strpbrk (authority, "@\\") != NULL)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "a user name stands in front of the host");
  if (colon != NULL && (bracket == NULL || colon > bracket))
    {
      if (!parse_port (colon + 1, port))
        return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "the port is not a number from 1 to 65535");
      *has_port = TRUE;
      host_length = (gsize) (colon - authority);
    }
  *host = dup_exception (check, authority, host_length, *port);
  if (*host == NULL)
    *host = annex_host_normalise (authority, (gssize) host_length, error);
  return *host != NULL;
}

static gboolean
parse_connect (AnnexHttpRequest *self, const HostCheck *check, const char *target, GError **error)
{
  gboolean has_port;

  self->is_connect = TRUE;
  if (strpbrk (target, "/?#") != NULL)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "CONNECT takes a host and a port");
  if (!parse_authority (check, target, &self->host, &self->port, &has_port, error))
    return FALSE;
  if (!has_port)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "CONNECT takes a host and a port");
  return TRUE;
}

static gboolean
parse_absolute (AnnexHttpRequest *self, const HostCheck *check, const char *target, GError **error)
{
  g_autofree char *authority = NULL;
  gboolean has_port;
  gsize length;

  if (g_ascii_strncasecmp (target, "https://", 8) == 0)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "https:// addresses are reached by CONNECT");
  self->is_socket = g_ascii_strncasecmp (target, "ws://", 5) == 0;
  if (!self->is_socket && g_ascii_strncasecmp (target, "http://", 7) != 0)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM,
                 "the target is neither CONNECT host:port nor a whole http:// address");
  if (strpbrk (target, "#\\") != NULL)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "the address holds a # or a backslash");

  target += self->is_socket ? 5 : 7;
  length = strcspn (target, "/?");
  authority = g_strndup (target, length);
  self->port = 80;
  if (!parse_authority (check, authority, &self->host, &self->port, &has_port, error))
    return FALSE;
  target += length;
  self->target = target[0] == '/' ? g_strdup (target) : g_strconcat ("/", target, NULL);
  return TRUE;
}

static gboolean
parse_request_line (AnnexHttpRequest *self,
                    const HostCheck *check,
                    const char *line,
                    GError **error)
{
  g_auto (GStrv) words = g_strsplit (line, " ", 4);

  if (g_strv_length (words) != 3 || words[0][0] == '\0')
    return fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "the first line is not a request");
  for (const char *p = words[0]; *p != '\0'; p++)
    if (!annex_http_is_token_byte (*p))
      return fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "the method is malformed");
  for (const char *p = words[1]; *p != '\0'; p++)
    if ((guint8) *p <= 0x20 || (guint8) *p >= 0x7f)
      return fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "the address holds a byte outside ASCII");
  if (g_str_equal (words[2], "HTTP/1.1"))
    self->minor_version = 1;
  else if (!g_str_equal (words[2], "HTTP/1.0"))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "only HTTP/1.0 and HTTP/1.1 are spoken");

  self->method = g_strdup (words[0]);
  /* Methods are case-sensitive; "connect" would be one thing to us and another to a server. */
  if (g_ascii_strcasecmp (self->method, "CONNECT") == 0 && !g_str_equal (self->method, "CONNECT"))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_METHOD, "the method is not written in capitals");
  if (g_ascii_strcasecmp (self->method, "TRACE") == 0 ||
      g_ascii_strcasecmp (self->method, "TRACK") == 0)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_METHOD, "TRACE shows what should not be seen");
  if (g_str_equal (self->method, "CONNECT"))
    return parse_connect (self, check, words[1], error);
  return parse_absolute (self, check, words[1], error);
}

/* ---------------------------------------------------------------- fields */

static AnnexHttpField *
parse_field (const char *line, GError **error)
{
  const char *colon = strchr (line, ':');
  AnnexHttpField *field;

  if (line[0] == ' ' || line[0] == '\t')
    {
      fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "a field goes on in a second line");
      return NULL;
    }
  if (colon == NULL || colon == line)
    {
      fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "a field has no name");
      return NULL;
    }
  for (const char *p = line; p < colon; p++)
    if (!annex_http_is_token_byte (*p))
      {
        fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "a field's name is malformed");
        return NULL;
      }
  field = g_new0 (AnnexHttpField, 1);
  field->name = g_strndup (line, (gsize) (colon - line));
  for (colon++; *colon == ' ' || *colon == '\t';)
    colon++;
  field->value = g_strdup (colon);
  for (gsize end = strlen (field->value);
       end > 0 && (field->value[end - 1] == ' ' || field->value[end - 1] == '\t'); end--)
    field->value[end - 1] = '\0';
  return field;
}

static GPtrArray *
parse_fields (char **lines, GError **error)
{
  g_autoptr (GPtrArray) fields = g_ptr_array_new_with_free_func (field_free);

  for (; *lines != NULL; lines++)
    {
      AnnexHttpField *field = parse_field (*lines, error);

      if (field == NULL)
        return NULL;
      g_ptr_array_add (fields, field);
      if (fields->len > ANNEX_HTTP_HEAD_MAX_FIELDS)
        {
          fail (error, ANNEX_HTTP_HEAD_ERROR_TOO_LARGE, "it has more than 100 fields");
          return NULL;
        }
    }
  return g_steal_pointer (&fields);
}

/* The value of the one field called @name, NULL when absent. FALSE when it is there twice. */
static gboolean
find_single (GPtrArray *fields, const char *name, const char **value)
{
  *value = NULL;
  for (guint i = 0; i < fields->len; i++)
    {
      AnnexHttpField *field = g_ptr_array_index (fields, i);

      if (g_ascii_strcasecmp (field->name, name) != 0)
        continue;
      if (*value != NULL)
        return FALSE;
      *value = field->value;
    }
  return TRUE;
}

static gboolean
check_host (AnnexHttpRequest *self, const HostCheck *check, GPtrArray *fields, GError **error)
{
  g_autofree char *host = NULL;
  gboolean has_port;
  guint port = self->port;
  const char *value;

  if (!find_single (fields, "Host", &value))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_HOST, "it names its Host twice");
  if (value == NULL)
    {
      /* HTTP/1.0 has no Host; older Pythons send CONNECT so. The target alone counts anyway. */
      if (self->minor_version == 0)
        return TRUE;
      return fail (error, ANNEX_HTTP_HEAD_ERROR_HOST, "it has no Host");
    }
  if (!parse_authority (check, value, &host, &port, &has_port, NULL))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_HOST, "its Host is malformed");
  if (!has_port && !self->is_connect)
    port = 80;
  if (!g_str_equal (host, self->host) || port != self->port)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_HOST, "its Host is not the host it is for");
  return TRUE;
}

static gboolean
check_framing (AnnexHttpRequest *self, GPtrArray *fields, GError **error)
{
  const char *length;
  const char *encoding;

  if (!find_single (fields, "Content-Length", &length) ||
      !find_single (fields, "Transfer-Encoding", &encoding))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FRAMING, "it gives the length of its body twice");
  if (length != NULL && encoding != NULL)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FRAMING,
                 "it gives the length of its body in two ways");
  if (encoding != NULL)
    {
      if (g_ascii_strcasecmp (encoding, "chunked") != 0 || self->minor_version == 0)
        return fail (error, ANNEX_HTTP_HEAD_ERROR_FRAMING,
                     "its Transfer-Encoding is not exactly chunked");
      self->framing = ANNEX_HTTP_BODY_CHUNKED;
    }
  if (length != NULL)
    {
      gsize digits = strlen (length);

      if (digits < 1 || digits > MAX_LENGTH_DIGITS || strspn (length, "0123456789") != digits)
        return fail (error, ANNEX_HTTP_HEAD_ERROR_FRAMING, "its Content-Length is not a number");
      self->content_length = g_ascii_strtoull (length, NULL, 10);
      self->framing = ANNEX_HTTP_BODY_LENGTH;
    }
  if (self->is_connect && (encoding != NULL || self->content_length > 0))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FRAMING, "CONNECT has no body");
  return TRUE;
}

/* Is @name named in a Connection field? */
static gboolean
is_named_by_connection (GPtrArray *fields, const char *name)
{
  for (guint i = 0; i < fields->len; i++)
    {
      AnnexHttpField *field = g_ptr_array_index (fields, i);
      g_auto (GStrv) options = NULL;

      if (g_ascii_strcasecmp (field->name, "Connection") != 0 &&
          g_ascii_strcasecmp (field->name, "Proxy-Connection") != 0)
        continue;
      options = g_strsplit (field->value, ",", -1);
      for (guint j = 0; options[j] != NULL; j++)
        if (g_ascii_strcasecmp (g_strstrip (options[j]), name) == 0)
          return TRUE;
    }
  return FALSE;
}

/* A page of the user's own machine, or of the task's, speaks to its server. */
static gboolean
is_own_socket (const AnnexHttpRequest *self,
               const HostCheck *check,
               GPtrArray *fields,
               const char *upgrade)
{
  return g_ascii_strcasecmp (upgrade, "websocket") == 0 && g_str_equal (self->method, "GET") &&
         self->minor_version == 1 && self->framing == ANNEX_HTTP_BODY_NONE &&
         is_named_by_connection (fields, "Upgrade") && check->func != NULL &&
         check->func (self->host, self->port, check->data);
}

static gboolean
check_upgrade (AnnexHttpRequest *self, const HostCheck *check, GPtrArray *fields, GError **error)
{
  const char *upgrade;
  const char *settings;

  if (!find_single (fields, "Upgrade", &upgrade) ||
      !find_single (fields, "HTTP2-Settings", &settings) || settings != NULL ||
      (upgrade != NULL && !is_own_socket (self, check, fields, upgrade)))
    return fail (error, ANNEX_HTTP_HEAD_ERROR_UPGRADE,
                 "it asks to change to another protocol; use https:// or plain HTTP/1.1");
  if (self->is_socket && upgrade == NULL)
    return fail (error, ANNEX_HTTP_HEAD_ERROR_FORM, "a ws:// address is no request by itself");
  self->is_socket = upgrade != NULL;
  return TRUE;
}

/* Fields that end here or that we write ourselves (RFC 9110 7.6.1). */
static gboolean
is_end_to_end (GPtrArray *fields, const char *name)
{
  static const char *const ours[] = {
    "Host",    "Connection", "Keep-Alive",        "TE",
    "Trailer", "Upgrade",    "Transfer-Encoding", "Content-Length"
  };

  for (guint i = 0; i < G_N_ELEMENTS (ours); i++)
    if (g_ascii_strcasecmp (name, ours[i]) == 0)
      return FALSE;
  if (g_ascii_strncasecmp (name, "Proxy-", strlen ("Proxy-")) == 0)
    return FALSE;
  return !is_named_by_connection (fields, name);
}

AnnexHttpRequest *
annex_http_request_parse (char **lines,
                          AnnexHttpHostFunc host_func,
                          gpointer host_data,
                          GError **error)
{
  HostCheck check = { host_func, host_data };
  g_autoptr (AnnexHttpRequest) self = g_new0 (AnnexHttpRequest, 1);
  g_autoptr (GPtrArray) fields = NULL;
  const char *authorization;

  self->fields = g_ptr_array_new_with_free_func (field_free);
  if (lines[0] == NULL)
    {
      fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "it is empty");
      return NULL;
    }
  if (!parse_request_line (self, &check, lines[0], error))
    return NULL;
  fields = parse_fields (lines + 1, error);
  if (fields == NULL || !check_host (self, &check, fields, error) ||
      !check_framing (self, fields, error) || !check_upgrade (self, &check, fields, error))
    return NULL;
  if (!find_single (fields, "Proxy-Authorization", &authorization))
    {
      fail (error, ANNEX_HTTP_HEAD_ERROR_SYNTAX, "it has two Proxy-Authorization fields");
      return NULL;
    }
  self->proxy_authorization = g_strdup (authorization);

  for (guint i = 0; i < fields->len; i++)
    {
      AnnexHttpField *field = g_ptr_array_index (fields, i);
      AnnexHttpField *copy;

      if (!is_end_to_end (fields, field->name))
        continue;
      copy = g_new0 (AnnexHttpField, 1);
      copy->name = g_strdup (field->name);
      copy->value = g_strdup (field->value);
      g_ptr_array_add (self->fields, copy);
    }
  return g_steal_pointer (&self);
}

/* ---------------------------------------------------------------- writing */

GBytes *
annex_http_request_write_head (const AnnexHttpRequest *self,
                               gboolean absolute,
                               const char *proxy_authorization)
{
  g_autofree char *place = NULL;
  g_autofree char *authority = NULL;
  GString *head;

  g_return_val_if_fail (!self->is_connect, NULL);

  place = strchr (self->host, ':') != NULL ? g_strdup_printf ("[%s]", self->host)
                                           : g_strdup (self->host);
  authority = self->port == 80 ? g_strdup (place) : g_strdup_printf ("%s:%u", place, self->port);
  head = g_string_new (self->method);
  if (absolute)
    g_string_append_printf (head, " http://%s%s", authority, self->target);
  else
    g_string_append_printf (head, " %s", self->target);
  g_string_append_printf (head, " HTTP/1.%u\r\nHost: %s\r\n", self->minor_version, authority);
  for (guint i = 0; i < self->fields->len; i++)
    {
      const AnnexHttpField *field = g_ptr_array_index (self->fields, i);

      g_string_append_printf (head, "%s: %s\r\n", field->name, field->value);
    }
  switch (self->framing)
    {
    case ANNEX_HTTP_BODY_NONE:
      break;
    case ANNEX_HTTP_BODY_LENGTH:
      g_string_append_printf (head, "Content-Length: %" G_GUINT64_FORMAT "\r\n",
                              self->content_length);
      break;
    case ANNEX_HTTP_BODY_CHUNKED:
      g_string_append (head, "Transfer-Encoding: chunked\r\n");
      break;
    }
  if (absolute && proxy_authorization != NULL)
    g_string_append_printf (head, "Proxy-Authorization: %s\r\n", proxy_authorization);
  g_string_append (head, self->is_socket ? "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                                         : "Connection: close\r\n\r\n");
  return g_string_free_to_bytes (head);
}
