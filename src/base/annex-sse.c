/* annex-sse.c
 *
 * See annex-sse.h. A line buffer and an event buffer; nothing else is kept between pieces.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sse.h"

#include "annex-json.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define MAX_ID_BYTES 1024

struct _AnnexSse
{
  GString *line;
  GString *data;
  GString *name;
  char *id;      /* of the event that is read, nullable */
  char *last_id; /* nullable */
  guint retry_ms;
  gsize max_event_bytes;
  gboolean has_data;
  gboolean first_line;
  gboolean after_cr;
};

G_DEFINE_QUARK (annex_sse_error, annex_sse_error)

AnnexSse *
annex_sse_new (gsize max_event_bytes)
{
  AnnexSse *self = g_new0 (AnnexSse, 1);

  self->line = g_string_new (NULL);
  self->data = g_string_new (NULL);
  self->name = g_string_new (NULL);
  self->max_event_bytes = max_event_bytes > 0 ? max_event_bytes : ANNEX_SSE_MAX_EVENT_BYTES;
  self->first_line = TRUE;
  return self;
}

void
annex_sse_free (AnnexSse *self)
{
  if (self == NULL)
    return;
  g_string_free (self->line, TRUE);
  g_string_free (self->data, TRUE);
  g_string_free (self->name, TRUE);
  g_free (self->id);
  g_free (self->last_id);
  g_free (self);
}

static gboolean
dispatch (AnnexSse *self, AnnexSseFunc func, gpointer user_data, GError **error)
{
  g_autofree char *name = NULL;
  g_autofree char *data = NULL;
  gboolean had_data = self->has_data;

  g_set_str (&self->last_id, self->id);
  if (had_data)
    {
      /* Whole events are validated, so a character split between pieces or lines stays whole. */
      name = self->name->len > 0 ? annex_text_make_valid (self->name->str, self->name->len)
                                 : g_strdup ("message");
      data = annex_text_make_valid (self->data->str, self->data->len);
    }
  g_string_truncate (self->name, 0);
  g_string_truncate (self->data, 0);
  self->has_data = FALSE;
  return !had_data || func (name, data, user_data, error);
}

static void
append_data (AnnexSse *self, const char *value, gsize length)
{
  if (self->has_data)
    g_string_append_c (self->data, '\n');
  g_string_append_len (self->data, value, length);
  self->has_data = TRUE;
}

/* One that has no business in a header is none. */
static void
take_id (AnnexSse *self, const char *value, gsize length)
{
  g_autofree char *id = NULL;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isprint (value[i]))
      return;
  if (length > MAX_ID_BYTES)
    return;
  id = g_strndup (value, length);
  g_set_str (&self->id, length > 0 ? id : NULL);
}

static void
take_retry (AnnexSse *self, const char *value, gsize length)
{
  g_autofree char *text = g_strndup (value, length);
  guint64 ms;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &ms, NULL))
    self->retry_ms = (guint) ms;
}

static gboolean
is_field (const char *line, gsize name_length, const char *name)
{
  return strlen (name) == name_length && memcmp (line, name, name_length) == 0;
}

static gboolean
take_line (AnnexSse *self, AnnexSseFunc func, gpointer user_data, GError **error)
{
  const char *line = self->line->str;
  gsize length = self->line->len;
  const char *value;
  const char *colon;
  gsize name_length;
  gsize value_length;

  if (self->first_line)
    {
      self->first_line = FALSE;
      if (length >= 3 && memcmp (line, BYTE_ORDER_MARK, 3) == 0)
        {
          line += 3;
          length -= 3;
        }
    }
  if (length == 0)
    return dispatch (self, func, user_data, error);

  colon = memchr (line, ':', length);
  name_length = colon != NULL ? (gsize) (colon - line) : length;
  value = colon != NULL ? colon + 1 : line + length;
  value_length = (gsize) (line + length - value);
  if (value_length > 0 && *value == ' ')
    {
      value++;
      value_length--;
    }

  if (is_field (line, name_length, "data"))
    append_data (self, value, value_length);
  else if (is_field (line, name_length, "event"))
    {
      g_string_truncate (self->name, 0);
      g_string_append_len (self->name, value, value_length);
    }
  else if (is_field (line, name_length, "id"))
    take_id (self, value, value_length);
  else if (is_field (line, name_length, "retry"))
    take_retry (self, value, value_length);
  else if (is_field (line, name_length, "error"))
    {
      g_string_assign (self->name, "error");
      append_data (self, value, value_length);
    }
  return TRUE;
}

/* Bytes up to the next CR or LF. */
static gsize
find_line_end (const char *bytes, gsize length)
{
  const char *lf = memchr (bytes, '\n', length);
  gsize end = lf != NULL ? (gsize) (lf - bytes) : length;
  const char *cr = memchr (bytes, '\r', end);

  return cr != NULL ? (gsize) (cr - bytes) : end;
}

gboolean
annex_sse_feed (AnnexSse *self,
                const char *bytes,
                gsize length,
                AnnexSseFunc func,
                gpointer user_data,
                GError **error)
{
  while (length > 0)
    {
      gsize end;

      if (self->after_cr)
        {
          self->after_cr = FALSE;
          if (*bytes == '\n')
            {
              bytes++;
              length--;
              continue;
            }
        }
      end = find_line_end (bytes, length);
      if (self->line->len + self->data->len + end > self->max_event_bytes)
        {
          g_set_error (error, ANNEX_SSE_ERROR, ANNEX_SSE_ERROR_LIMIT,
                       "One event is larger than %" G_GSIZE_FORMAT " bytes", self->max_event_bytes);
          return FALSE;
        }
      g_string_append_len (self->line, bytes, end);
      if (end == length)
        return TRUE;
      self->after_cr = bytes[end] == '\r';
      bytes += end + 1;
      length -= end + 1;
      if (!take_line (self, func, user_data, error))
        return FALSE;
      g_string_truncate (self->line, 0);
    }
  return TRUE;
}

const char *
annex_sse_get_last_id (AnnexSse *self)
{
  return self->last_id;
}

guint
annex_sse_get_retry_ms (AnnexSse *self)
{
  return self->retry_ms;
}
