/* annex-http-head.c
 *
 * Takes the bytes of a head, refuses what no head may hold as soon as it is seen, and cuts it into
 * lines. What the lines mean is read in annex-http-request.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-http-head-private.h"

#include <string.h>

/* No method in use is longer; a peer that speaks another protocol is told early. */
#define MAX_METHOD_BYTES 32
#define MAX_SHOWN_CHARACTERS 200

struct _AnnexHttpHead
{
  AnnexHttpHeadState state;
  GByteArray *bytes;
  AnnexHttpRequest *request;
  AnnexHttpHostFunc host_func;
  gpointer host_data;
  guint status;
  GError *error;
};

G_DEFINE_QUARK (annex_http_head_error, annex_http_head_error)

AnnexHttpHead *
annex_http_head_new (void)
{
  AnnexHttpHead *self = g_new0 (AnnexHttpHead, 1);

  self->bytes = g_byte_array_new ();
  return self;
}

void
annex_http_head_set_host_func (AnnexHttpHead *self, AnnexHttpHostFunc func, gpointer data)
{
  self->host_func = func;
  self->host_data = data;
}

void
annex_http_head_free (AnnexHttpHead *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->bytes);
  g_clear_pointer (&self->request, annex_http_request_free);
  g_clear_error (&self->error);
  g_free (self);
}

gboolean
annex_http_is_token_byte (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-.^_`|~", c) != NULL);
}

guint
annex_http_status_of (const GError *error)
{
  if (error->domain == ANNEX_POLICY_ERROR)
    return error->code == ANNEX_POLICY_ERROR_BAD_HOST ? 400 : 403;
  switch ((AnnexHttpHeadError) error->code)
    {
    case ANNEX_HTTP_HEAD_ERROR_TOO_LARGE:
      return 431;
    case ANNEX_HTTP_HEAD_ERROR_UPGRADE:
    case ANNEX_HTTP_HEAD_ERROR_METHOD:
      return 403;
    case ANNEX_HTTP_HEAD_ERROR_SYNTAX:
    case ANNEX_HTTP_HEAD_ERROR_FORM:
    case ANNEX_HTTP_HEAD_ERROR_HOST:
    case ANNEX_HTTP_HEAD_ERROR_FRAMING:
      break;
    }
  return 400;
}

static AnnexHttpHeadState
reject (AnnexHttpHead *self, GError *error)
{
  self->error = error;
  self->status = annex_http_status_of (error);
  self->state = ANNEX_HTTP_HEAD_REJECTED;
  return self->state;
}

static AnnexHttpHeadState
reject_syntax (AnnexHttpHead *self, const char *what)
{
  return reject (self, g_error_new (ANNEX_HTTP_HEAD_ERROR, ANNEX_HTTP_HEAD_ERROR_SYNTAX,
                                    "Annex refused a malformed request: %s.", what));
}

/* Is @byte allowed after what was taken so far? Returns what is wrong, or NULL. */
static const char *
check_byte (AnnexHttpHead *self, guint8 byte)
{
  gsize length = self->bytes->len;
  guint8 before = length > 0 ? self->bytes->data[length - 1] : 0;

  if (before == '\r' && byte != '\n')
    return "a carriage return stands alone";
  if (byte == '\n' && before != '\r')
    return "a line feed stands alone";
  if ((byte < 0x20 && byte != '\r' && byte != '\n' && byte != '\t') || byte == 0x7f)
    return "it holds a control character";
  if (length == 0 && !annex_http_is_token_byte ((char) byte))
    return "it does not begin with a method";
  if (length == MAX_METHOD_BYTES && memchr (self->bytes->data, ' ', length) == NULL)
    return "it does not begin with a method";
  return NULL;
}

static gboolean
is_complete (AnnexHttpHead *self)
{
  return self->bytes->len >= 4 &&
         memcmp (self->bytes->data + self->bytes->len - 4, "\r\n\r\n", 4) == 0;
}

static AnnexHttpHeadState
finish (AnnexHttpHead *self)
{
  g_autofree char *text = g_strndup ((const char *) self->bytes->data, self->bytes->len - 4);
  g_auto (GStrv) lines = g_strsplit (text, "\r\n", -1);
  GError *error = NULL;

  self->request = annex_http_request_parse (lines, self->host_func, self->host_data, &error);
  if (self->request == NULL)
    return reject (self, error);
  self->state = ANNEX_HTTP_HEAD_ACCEPTED;
  return self->state;
}

AnnexHttpHeadState
annex_http_head_feed (AnnexHttpHead *self, const guint8 *bytes, gsize length, gsize *consumed)
{
  gsize i = 0;

  *consumed = 0;
  while (self->state == ANNEX_HTTP_HEAD_MORE && i < length)
    {
      const char *wrong = check_byte (self, bytes[i]);

      if (wrong != NULL)
        {
          reject_syntax (self, wrong);
          break;
        }
      if (self->bytes->len == ANNEX_HTTP_HEAD_MAX_BYTES)
        {
          reject (self, g_error_new (ANNEX_HTTP_HEAD_ERROR, ANNEX_HTTP_HEAD_ERROR_TOO_LARGE,
                                     "Annex refused a request whose head is longer than %u bytes.",
                                     ANNEX_HTTP_HEAD_MAX_BYTES));
          break;
        }
      g_byte_array_append (self->bytes, &bytes[i], 1);
      i++;
      if (is_complete (self))
        finish (self);
    }
  *consumed = i;
  return self->state;
}

gsize
annex_http_head_get_size (AnnexHttpHead *self)
{
  return self->bytes->len;
}

const AnnexHttpRequest *
annex_http_head_get_request (AnnexHttpHead *self)
{
  g_return_val_if_fail (self->state == ANNEX_HTTP_HEAD_ACCEPTED, NULL);
  return self->request;
}

guint
annex_http_head_get_status (AnnexHttpHead *self)
{
  g_return_val_if_fail (self->state == ANNEX_HTTP_HEAD_REJECTED, 500);
  return self->status;
}

const GError *
annex_http_head_get_error (AnnexHttpHead *self)
{
  g_return_val_if_fail (self->state == ANNEX_HTTP_HEAD_REJECTED, NULL);
  return self->error;
}

/* The @index-th word of the request line, made harmless. */
static char *
dup_word (AnnexHttpHead *self, guint index)
{
  GString *word = g_string_new (NULL);
  guint at = 0;

  for (gsize i = 0; i < self->bytes->len && self->bytes->data[i] != '\r'; i++)
    {
      guint8 c = self->bytes->data[i];

      if (c == ' ')
        at++;
      else if (at == index && word->len < MAX_SHOWN_CHARACTERS)
        g_string_append_c (word, c > 0x20 && c < 0x7f ? (char) c : '?');
      if (at > index)
        break;
    }
  return g_string_free (word, FALSE);
}

char *
annex_http_head_dup_method (AnnexHttpHead *self)
{
  return dup_word (self, 0);
}

/* Cuts the port off @place, "host:port" or "[address]:port". 0: there is none. */
static guint
cut_port (char *place)
{
  char *colon = strrchr (place, ':');
  guint64 port = 0;

  if (colon == NULL || strchr (colon, ']') != NULL)
    return 0;
  if (!g_ascii_string_to_unsigned (colon + 1, 10, 1, G_MAXUINT16, &port, NULL))
    port = 0;
  *colon = '\0';
  return (guint) port;
}

char *
annex_http_head_dup_place (AnnexHttpHead *self, guint *port)
{
  g_autofree char *target = dup_word (self, 1);
  char *scheme_end = strstr (target, "://");
  char *place = scheme_end != NULL ? scheme_end + 3 : target;
  char *user_end;

  place[strcspn (place, "/?#")] = '\0';
  user_end = strrchr (place, '@');
  if (user_end != NULL)
    place = user_end + 1;
  *port = cut_port (place);
  if (*port == 0 && scheme_end != NULL && place[0] != '\0')
    *port = g_ascii_strncasecmp (target, "https:", 6) == 0 ? 443 : 80;
  return g_ascii_strdown (place, -1);
}
