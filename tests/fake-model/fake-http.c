/* fake-http.c
 *
 * See fake-http.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-http.h"

#include <string.h>

#define MAX_HEAD_BYTES 65536
#define MAX_BODY_BYTES (64u * 1024u * 1024u)

/* The head up to its blank line, or NULL. (transfer full) */
static char *
read_head (GInputStream *stream)
{
  g_autoptr (GString) head = g_string_new (NULL);
  char byte;

  while (head->len < MAX_HEAD_BYTES)
    {
      if (g_input_stream_read (stream, &byte, 1, NULL, NULL) != 1)
        return NULL;
      /* Somebody who begins with TLS gets an end and not a wait. */
      if (head->len == 0 && !g_ascii_isupper (byte))
        return NULL;
      g_string_append_c (head, byte);
      if (g_str_has_suffix (head->str, "\r\n\r\n"))
        return g_string_free_and_steal (g_steal_pointer (&head));
    }
  return NULL;
}

static void
read_headers (FakeHttpRequest *self, char **lines)
{
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      char *colon = strchr (lines[i], ':');
      g_autofree char *name = NULL;

      if (colon == NULL)
        continue;
      *colon = '\0';
      name = g_ascii_strdown (lines[i], -1);
      json_object_set_string_member (self->headers, name, g_strstrip (colon + 1));
    }
}

FakeHttpRequest *
fake_http_read (GInputStream *stream)
{
  g_autofree char *head = read_head (stream);
  g_autoptr (FakeHttpRequest) self = NULL;
  g_auto (GStrv) lines = NULL;
  g_auto (GStrv) words = NULL;
  guint64 length;
  char *query;

  if (head == NULL)
    return NULL;
  lines = g_strsplit (head, "\r\n", -1);
  words = g_strsplit (lines[0], " ", -1);
  if (g_strv_length (words) != 3)
    return NULL;
  self = g_new0 (FakeHttpRequest, 1);
  self->method = g_strdup (words[0]);
  self->path = g_strdup (words[1]);
  query = strchr (self->path, '?');
  if (query != NULL)
    *query = '\0';
  self->headers = json_object_new ();
  read_headers (self, lines);

  length =
      g_ascii_strtoull (annex_json_opt_string (self->headers, "content-length", "0"), NULL, 10);
  if (length > MAX_BODY_BYTES)
    return NULL;
  if (length > 0)
    {
      gsize got = 0;

      self->body = g_malloc0 (length + 1);
      if (!g_input_stream_read_all (stream, self->body, length, &got, NULL, NULL) || got != length)
        return NULL;
    }
  return g_steal_pointer (&self);
}

void
fake_http_request_free (FakeHttpRequest *self)
{
  g_free (self->method);
  g_free (self->path);
  g_free (self->body);
  json_object_unref (self->headers);
  g_free (self);
}

gboolean
fake_http_write (GOutputStream *stream, const char *bytes, gsize length)
{
  return g_output_stream_write_all (stream, bytes, length, NULL, NULL, NULL);
}

static void
append_headers (GString *out, JsonObject *headers)
{
  g_autoptr (GList) names = headers != NULL ? json_object_get_members (headers) : NULL;

  for (GList *at = names; at != NULL; at = at->next)
    g_string_append_printf (out, "%s: %s\r\n", (const char *) at->data,
                            annex_json_opt_string (headers, at->data, ""));
}

gboolean
fake_http_respond (GOutputStream *stream,
                   guint status,
                   const char *type,
                   JsonObject *headers,
                   const char *body)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_string_printf (out, "HTTP/1.1 %u Scripted\r\nContent-Type: %s\r\nContent-Length: %zu\r\n",
                   status, type, strlen (body));
  append_headers (out, headers);
  g_string_append_printf (out, "\r\n%s", body);
  return fake_http_write (stream, out->str, out->len);
}

gboolean
fake_http_begin_stream (GOutputStream *stream, const char *type)
{
  g_autofree char *head =
      g_strdup_printf ("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nCache-Control: no-cache\r\n"
                       "request-id: req_fake\r\nTransfer-Encoding: chunked\r\n\r\n",
                       type);

  return fake_http_write (stream, head, strlen (head));
}

gboolean
fake_http_write_chunk (GOutputStream *stream, const char *bytes, gsize length)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (length == 0)
    return TRUE;
  g_string_printf (out, "%zx\r\n", length);
  g_string_append_len (out, bytes, (gssize) length);
  g_string_append (out, "\r\n");
  return fake_http_write (stream, out->str, out->len);
}

gboolean
fake_http_end_stream (GOutputStream *stream)
{
  return fake_http_write (stream, "0\r\n\r\n", 5);
}
