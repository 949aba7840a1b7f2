/* annex-tls-hello.c
 *
 * See annex-tls-hello.h. Puts the handshake message together from its records, however they are
 * cut, and walks it with a bounded reader.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tls-hello.h"

#include <string.h>

#define RECORD_HEADER_BYTES 5
#define RECORD_MAX_BYTES 16384
#define RECORD_HANDSHAKE 22
#define HANDSHAKE_HEADER_BYTES 4
#define HANDSHAKE_CLIENT_HELLO 1
#define EXTENSION_SERVER_NAME 0
#define EXTENSION_ENCRYPTED_SERVER_NAME 0xffce
#define EXTENSION_ENCRYPTED_CLIENT_HELLO 0xfe0d
#define NAME_TYPE_HOST_NAME 0

struct _AnnexTlsHello
{
  AnnexTlsHelloState state;
  guint8 header[RECORD_HEADER_BYTES];
  guint header_length;
  gsize record_left;
  GByteArray *handshake;
  char *server_name;
  gboolean is_encrypted;
};

/* A piece of the message that is still to be read. */
typedef struct
{
  const guint8 *bytes;
  gsize length;
} Reader;

AnnexTlsHello *
annex_tls_hello_new (void)
{
  AnnexTlsHello *self = g_new0 (AnnexTlsHello, 1);

  self->handshake = g_byte_array_new ();
  return self;
}

void
annex_tls_hello_free (AnnexTlsHello *self)
{
  if (self == NULL)
    return;
  g_byte_array_unref (self->handshake);
  g_free (self->server_name);
  g_free (self);
}

static gboolean
read_number (Reader *reader, guint n_bytes, gsize *number)
{
  if (reader->length < n_bytes)
    return FALSE;
  *number = 0;
  for (guint i = 0; i < n_bytes; i++)
    *number = (*number << 8) | reader->bytes[i];
  reader->bytes += n_bytes;
  reader->length -= n_bytes;
  return TRUE;
}

/* Cuts off the next @length bytes as @piece. */
static gboolean
read_bytes (Reader *reader, gsize length, Reader *piece)
{
  if (reader->length < length)
    return FALSE;
  *piece = (Reader) { reader->bytes, length };
  reader->bytes += length;
  reader->length -= length;
  return TRUE;
}

/* Cuts off a vector: its length in @n_bytes bytes, then that many bytes. */
static gboolean
read_vector (Reader *reader, guint n_bytes, Reader *vector)
{
  gsize length;

  return read_number (reader, n_bytes, &length) && read_bytes (reader, length, vector);
}

/* Exactly one entry, of type host_name: what clients send; more would let two readers differ. */
static gboolean
parse_server_name (AnnexTlsHello *self, Reader extension)
{
  Reader list;
  Reader name;
  gsize type;

  if (!read_vector (&extension, 2, &list) || extension.length != 0)
    return FALSE;
  if (!read_number (&list, 1, &type) || type != NAME_TYPE_HOST_NAME)
    return FALSE;
  if (!read_vector (&list, 2, &name) || list.length != 0 || name.length == 0)
    return FALSE;
  if (memchr (name.bytes, '\0', name.length) != NULL)
    return FALSE;
  self->server_name = g_strndup ((const char *) name.bytes, name.length);
  return TRUE;
}

static gboolean
parse_extensions (AnnexTlsHello *self, Reader extensions)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_direct_hash, g_direct_equal);

  while (extensions.length > 0)
    {
      Reader extension;
      gsize type;

      if (!read_number (&extensions, 2, &type) || !read_vector (&extensions, 2, &extension))
        return FALSE;
      if (!g_hash_table_add (seen, GSIZE_TO_POINTER (type + 1)))
        return FALSE;
      if (type == EXTENSION_ENCRYPTED_CLIENT_HELLO || type == EXTENSION_ENCRYPTED_SERVER_NAME)
        self->is_encrypted = TRUE;
      if (type == EXTENSION_SERVER_NAME && !parse_server_name (self, extension))
        return FALSE;
    }
  return TRUE;
}

static gboolean
parse_hello (AnnexTlsHello *self, Reader hello)
{
  Reader piece;
  gsize version;

  if (!read_number (&hello, 2, &version) || (version >> 8) != 3)
    return FALSE;
  if (!read_bytes (&hello, 32, &piece) ||                      /* random */
      !read_vector (&hello, 1, &piece) || piece.length > 32 || /* session id */
      !read_vector (&hello, 2, &piece) || piece.length < 2 ||  /* cipher suites */
      !read_vector (&hello, 1, &piece) || piece.length < 1)    /* compression methods */
    return FALSE;
  if (hello.length == 0)
    return TRUE;
  if (!read_vector (&hello, 2, &piece) || hello.length != 0)
    return FALSE;
  return parse_extensions (self, piece);
}

/* Is the whole message there? */
static AnnexTlsHelloState
judge (AnnexTlsHello *self)
{
  Reader reader = { self->handshake->data, self->handshake->len };
  Reader hello;
  gsize type;
  gsize length;

  if (reader.length >= 1 && reader.bytes[0] != HANDSHAKE_CLIENT_HELLO)
    return ANNEX_TLS_HELLO_WRONG;
  if (!read_number (&reader, 1, &type) || !read_number (&reader, 3, &length))
    return ANNEX_TLS_HELLO_MORE;
  if (length > ANNEX_TLS_HELLO_MAX_BYTES - HANDSHAKE_HEADER_BYTES)
    return ANNEX_TLS_HELLO_WRONG;
  if (!read_bytes (&reader, length, &hello))
    return ANNEX_TLS_HELLO_MORE;
  return parse_hello (self, hello) ? ANNEX_TLS_HELLO_COMPLETE : ANNEX_TLS_HELLO_WRONG;
}

static gboolean
start_record (AnnexTlsHello *self)
{
  self->record_left = (gsize) (self->header[3] << 8 | self->header[4]);
  self->header_length = 0;
  return self->header[0] == RECORD_HANDSHAKE && self->header[1] == 3 && self->record_left > 0 &&
         self->record_left <= RECORD_MAX_BYTES;
}

AnnexTlsHelloState
annex_tls_hello_feed (AnnexTlsHello *self, const guint8 *bytes, gsize length)
{
  while (self->state == ANNEX_TLS_HELLO_MORE && length > 0)
    {
      gsize n;

      if (self->record_left == 0)
        {
          self->header[self->header_length++] = *bytes++;
          length--;
          if (self->header[0] != RECORD_HANDSHAKE)
            self->state = ANNEX_TLS_HELLO_WRONG;
          else if (self->header_length == RECORD_HEADER_BYTES && !start_record (self))
            self->state = ANNEX_TLS_HELLO_WRONG;
          continue;
        }
      n = MIN (self->record_left, length);
      if (self->handshake->len + n > ANNEX_TLS_HELLO_MAX_BYTES + RECORD_MAX_BYTES)
        {
          self->state = ANNEX_TLS_HELLO_WRONG;
          break;
        }
      g_byte_array_append (self->handshake, bytes, (guint) n);
      self->record_left -= n;
      bytes += n;
      length -= n;
      self->state = judge (self);
    }
  return self->state;
}

const char *
annex_tls_hello_get_server_name (AnnexTlsHello *self)
{
  return self->server_name;
}

gboolean
annex_tls_hello_is_encrypted (AnnexTlsHello *self)
{
  return self->is_encrypted;
}
