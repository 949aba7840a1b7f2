/* tls-hello-builder.c
 *
 * See tls-hello-builder.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tls-hello-builder.h"

#include <string.h>

static void
put_number (GByteArray *out, guint n_bytes, gsize number)
{
  for (guint i = n_bytes; i > 0; i--)
    {
      guint8 byte = (guint8) (number >> (8 * (i - 1)));

      g_byte_array_append (out, &byte, 1);
    }
}

static void
put_vector (GByteArray *out, guint n_bytes, GByteArray *vector)
{
  put_number (out, n_bytes, vector->len);
  g_byte_array_append (out, vector->data, vector->len);
}

static void
put_name (GByteArray *list, const char *name)
{
  put_number (list, 1, 0);
  put_number (list, 2, strlen (name));
  g_byte_array_append (list, (const guint8 *) name, (guint) strlen (name));
}

static void
put_server_name (GByteArray *extensions, const TlsHelloOptions *options)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autoptr (GByteArray) extension = g_byte_array_new ();

  put_name (list, options->server_name);
  if (options->second_name != NULL)
    put_name (list, options->second_name);
  put_vector (extension, 2, list);
  put_number (extensions, 2, 0);
  put_vector (extensions, 2, extension);
}

static void
put_filler (GByteArray *extensions, guint type, guint length)
{
  g_autoptr (GByteArray) filler = g_byte_array_new ();

  g_byte_array_set_size (filler, length);
  memset (filler->data, 0, length);
  put_number (extensions, 2, type);
  put_vector (extensions, 2, filler);
}

GBytes *
tls_hello_build (const TlsHelloOptions *options)
{
  static const guint8 random[32] = { 7 };
  g_autoptr (GByteArray) extensions = g_byte_array_new ();
  g_autoptr (GByteArray) hello = g_byte_array_new ();
  g_autoptr (GByteArray) message = g_byte_array_new ();
  GByteArray *wire = g_byte_array_new ();
  guint record_bytes;

  put_filler (extensions, 0x002b, 3);
  if (options->server_name != NULL)
    put_server_name (extensions, options);
  if (options->second_extension)
    put_server_name (extensions, options);
  if (options->encrypted)
    put_filler (extensions, 0xfe0d, 50);
  if (options->padding > 0)
    put_filler (extensions, 0x0015, options->padding);

  put_number (hello, 2, 0x0303);
  g_byte_array_append (hello, random, sizeof random);
  put_number (hello, 1, 0);
  put_number (hello, 2, 2);
  put_number (hello, 2, 0x1301);
  put_number (hello, 1, 1);
  put_number (hello, 1, 0);
  put_vector (hello, 2, extensions);

  put_number (message, 1, 1);
  put_vector (message, 3, hello);

  record_bytes = options->record_bytes > 0 ? options->record_bytes : 16384;
  for (guint i = 0; i < message->len; i += record_bytes)
    {
      guint n = MIN (record_bytes, message->len - i);

      put_number (wire, 1, 22);
      put_number (wire, 2, 0x0301);
      put_number (wire, 2, n);
      g_byte_array_append (wire, message->data + i, n);
    }
  return g_byte_array_free_to_bytes (wire);
}
