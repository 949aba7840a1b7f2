/* annex-sftp-packet.c
 *
 * See annex-sftp-packet.h. Every read is bounds-checked through Reader; a reply that is short, has
 * a lying length or trailing bytes is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sftp-packet.h"

#include "annex-computer.h"

#include <string.h>

#define ATTRIBUTE_SIZE 0x00000001u
#define ATTRIBUTE_OWNER 0x00000002u
#define ATTRIBUTE_PERMISSIONS 0x00000004u
#define ATTRIBUTE_TIMES 0x00000008u
#define ATTRIBUTE_EXTENDED 0x80000000u

#define PATH_MAX_BYTES 4096

static AnnexSftpAttributes *
attributes_copy (AnnexSftpAttributes *self)
{
  return g_memdup2 (self, sizeof *self);
}

static void
attributes_free (AnnexSftpAttributes *self)
{
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AnnexSftpAttributes, annex_sftp_attributes, attributes_copy, attributes_free)
G_DEFINE_BOXED_TYPE (AnnexSftpReply, annex_sftp_reply, annex_sftp_reply_copy, annex_sftp_reply_free)

AnnexSftpReply *
annex_sftp_reply_copy (const AnnexSftpReply *self)
{
  AnnexSftpReply *copy = g_memdup2 (self, sizeof *self);

  if (copy->data != NULL)
    g_bytes_ref (copy->data);
  copy->name = g_strdup (copy->name);
  return copy;
}

void
annex_sftp_reply_free (AnnexSftpReply *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->data, g_bytes_unref);
  g_free (self->name);
  g_free (self);
}

/* ---- reading */

typedef struct
{
  const guint8 *at;
  gsize left;
  gboolean failed;
} Reader;

static const guint8 *
read_raw (Reader *self, gsize length)
{
  const guint8 *at = self->at;

  if (self->failed || length > self->left)
    {
      self->failed = TRUE;
      return NULL;
    }
  self->at += length;
  self->left -= length;
  return at;
}

static guint32
read_u32 (Reader *self)
{
  const guint8 *raw = read_raw (self, 4);
  guint32 value = 0;

  if (raw != NULL)
    memcpy (&value, raw, 4);
  return GUINT32_FROM_BE (value);
}

static guint64
read_u64 (Reader *self)
{
  guint64 high = read_u32 (self);

  return high << 32 | read_u32 (self);
}

static const guint8 *
read_data (Reader *self, gsize *length)
{
  *length = read_u32 (self);
  return read_raw (self, *length);
}

static void
read_attributes (Reader *self, AnnexSftpAttributes *out)
{
  guint32 flags = read_u32 (self);

  if (flags & ATTRIBUTE_SIZE)
    {
      out->size = read_u64 (self);
      out->has_size = TRUE;
    }
  if (flags & ATTRIBUTE_OWNER)
    read_raw (self, 8);
  if (flags & ATTRIBUTE_PERMISSIONS)
    {
      out->mode = read_u32 (self);
      out->has_mode = TRUE;
    }
  if (flags & ATTRIBUTE_TIMES)
    {
      read_raw (self, 4);
      out->mtime = read_u32 (self);
    }
  if (flags & ATTRIBUTE_EXTENDED)
    {
      guint32 count = read_u32 (self);
      gsize length;

      /* Each pair has at least two lengths, so a lying count ends with the packet. */
      for (; count > 0 && !self->failed; count--)
        {
          read_data (self, &length);
          read_data (self, &length);
        }
    }
}

static void
read_name (Reader *self, AnnexSftpReply *reply)
{
  guint32 count = read_u32 (self);
  gsize length = 0;
  const guint8 *name = read_data (self, &length);

  if (count < 1 || name == NULL || length == 0 || length > PATH_MAX_BYTES ||
      memchr (name, 0, length) != NULL)
    {
      self->failed = TRUE;
      return;
    }
  reply->name = g_strndup ((const char *) name, length);
  /* A long name, attributes and further names follow; nothing here asks for them. */
  read_raw (self, self->left);
}

AnnexSftpReply *
annex_sftp_reply_parse (const guint8 *bytes, gsize length, GError **error)
{
  g_autoptr (AnnexSftpReply) reply = g_new0 (AnnexSftpReply, 1);
  Reader reader = { .at = bytes, .left = length };
  const guint8 *type = read_raw (&reader, 1);
  const guint8 *data;
  gsize data_length = 0;

  reply->type = type != NULL ? *type : 0;
  reply->id = read_u32 (&reader);
  switch ((guint) reply->type)
    {
    case ANNEX_SFTP_VERSION:
      read_raw (&reader, reader.left); /* names of extensions */
      break;
    case ANNEX_SFTP_STATUS:
      reply->status = read_u32 (&reader);
      read_raw (&reader, reader.left); /* message and language: never shown */
      break;
    case ANNEX_SFTP_HANDLE:
    case ANNEX_SFTP_DATA:
      data = read_data (&reader, &data_length);
      if (data != NULL)
        reply->data = g_bytes_new (data, data_length);
      break;
    case ANNEX_SFTP_EXTENDED_REPLY:
      data_length = reader.left;
      data = read_raw (&reader, data_length);
      if (data != NULL)
        reply->data = g_bytes_new (data, data_length);
      break;
    case ANNEX_SFTP_NAME:
      read_name (&reader, reply);
      break;
    case ANNEX_SFTP_ATTRS:
      read_attributes (&reader, &reply->attributes);
      break;
    default:
      reader.failed = TRUE;
      break;
    }
  if (reader.failed || reader.left > 0)
    {
      g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                   "The computer’s file service sent a malformed reply (type %u, %" G_GSIZE_FORMAT
                   " bytes)",
                   (guint) reply->type, length);
      return NULL;
    }
  return g_steal_pointer (&reply);
}

gboolean
annex_sftp_parse_statvfs (GBytes *payload, guint64 *available_bytes)
{
  gsize length;
  const guint8 *bytes = g_bytes_get_data (payload, &length);
  Reader reader = { .at = bytes, .left = length };
  guint64 fragment, available;

  /* f_bsize, f_frsize, f_blocks, f_bfree, f_bavail, … */
  read_u64 (&reader);
  fragment = read_u64 (&reader);
  read_raw (&reader, 16);
  available = read_u64 (&reader);
  if (reader.failed || (fragment != 0 && available > G_MAXUINT64 / fragment))
    return FALSE;
  *available_bytes = fragment * available;
  return TRUE;
}

/* ---- writing */

GByteArray *
annex_sftp_request_begin (AnnexSftpType type)
{
  GByteArray *request = g_byte_array_new ();
  guint8 head[9] = { 0 };

  head[4] = (guint8) type;
  return g_byte_array_append (request, head, sizeof head);
}

void
annex_sftp_request_add_u32 (GByteArray *request, guint32 value)
{
  guint32 wire = GUINT32_TO_BE (value);

  g_byte_array_append (request, (const guint8 *) &wire, 4);
}

void
annex_sftp_request_add_u64 (GByteArray *request, guint64 value)
{
  guint64 wire = GUINT64_TO_BE (value);

  g_byte_array_append (request, (const guint8 *) &wire, 8);
}

void
annex_sftp_request_add_data (GByteArray *request, const void *bytes, gsize length)
{
  annex_sftp_request_add_u32 (request, (guint32) length);
  g_byte_array_append (request, bytes, (guint) length);
}

void
annex_sftp_request_add_text (GByteArray *request, const char *text)
{
  annex_sftp_request_add_data (request, text, strlen (text));
}

void
annex_sftp_request_add_permissions (GByteArray *request, int permissions)
{
  annex_sftp_request_add_u32 (request, permissions < 0 ? 0 : ATTRIBUTE_PERMISSIONS);
  if (permissions >= 0)
    annex_sftp_request_add_u32 (request, (guint32) permissions);
}

GBytes *
annex_sftp_request_end (GByteArray *request, guint32 id)
{
  guint32 wire = GUINT32_TO_BE (request->len - 4);

  memcpy (request->data, &wire, 4);
  wire = GUINT32_TO_BE (id);
  memcpy (request->data + 5, &wire, 4);
  return g_byte_array_free_to_bytes (request);
}
