/* annex-http-body.c
 *
 * See annex-http-body.h. Holds no bytes: state is a few numbers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-http-body.h"

/* 15 hexadecimal digits stay below 2^60. */
#define MAX_SIZE_DIGITS 15

enum {
  STEP_SIZE,
  STEP_SIZE_LF,
  STEP_DATA,
  STEP_DATA_CR,
  STEP_DATA_LF,
  STEP_LAST_CR,
  STEP_LAST_LF,
  STEP_END,
  STEP_WRONG,
};

void
annex_http_body_init (AnnexHttpBody *self, AnnexHttpFraming framing, guint64 content_length)
{
  *self = (AnnexHttpBody) { .framing = framing };
  switch (framing)
    {
    case ANNEX_HTTP_BODY_NONE:
      self->step = STEP_END;
      break;
    case ANNEX_HTTP_BODY_LENGTH:
      self->left = content_length;
      self->step = content_length > 0 ? STEP_DATA : STEP_END;
      break;
    case ANNEX_HTTP_BODY_CHUNKED:
      self->step = STEP_SIZE;
      break;
    }
}

static guint
read_size_byte (AnnexHttpBody *self, guint8 byte)
{
  if (g_ascii_isxdigit ((char) byte) && self->n_digits < MAX_SIZE_DIGITS)
    {
      self->size = self->size * 16 + (guint64) g_ascii_xdigit_value ((char) byte);
      self->n_digits++;
      return STEP_SIZE;
    }
  if (byte == '\r' && self->n_digits > 0)
    return STEP_SIZE_LF;
  return STEP_WRONG;
}

/* Takes one byte that is not data; returns the next step. */
static guint
read_frame_byte (AnnexHttpBody *self, guint8 byte)
{
  switch (self->step)
    {
    case STEP_SIZE:
      return read_size_byte (self, byte);
    case STEP_SIZE_LF:
      if (byte != '\n')
        return STEP_WRONG;
      self->left = self->size;
      self->size = 0;
      self->n_digits = 0;
      return self->left > 0 ? STEP_DATA : STEP_LAST_CR;
    case STEP_DATA_CR:
      return byte == '\r' ? STEP_DATA_LF : STEP_WRONG;
    case STEP_DATA_LF:
      return byte == '\n' ? STEP_SIZE : STEP_WRONG;
    case STEP_LAST_CR:
      return byte == '\r' ? STEP_LAST_LF : STEP_WRONG;
    case STEP_LAST_LF:
      return byte == '\n' ? STEP_END : STEP_WRONG;
    default:
      return STEP_WRONG;
    }
}

AnnexHttpBodyState
annex_http_body_next (AnnexHttpBody *self,
                      const guint8 *bytes,
                      gsize length,
                      gsize *consumed,
                      gsize *data_length)
{
  gsize i = 0;

  *data_length = 0;
  while (i < length && self->step < STEP_END && self->step != STEP_DATA)
    self->step = read_frame_byte (self, bytes[i++]);

  if (self->step == STEP_DATA && i < length)
    {
      *data_length = (gsize) MIN (self->left, (guint64) (length - i));
      self->left -= *data_length;
      i += *data_length;
      if (self->left == 0)
        self->step = self->framing == ANNEX_HTTP_BODY_CHUNKED ? STEP_DATA_CR : STEP_END;
      *consumed = i;
      return ANNEX_HTTP_BODY_DATA;
    }
  *consumed = i;
  if (self->step == STEP_END)
    return ANNEX_HTTP_BODY_END;
  return self->step == STEP_WRONG ? ANNEX_HTTP_BODY_WRONG : ANNEX_HTTP_BODY_MORE;
}
