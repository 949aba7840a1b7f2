/* zip-builder.c
 *
 * See zip-builder.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zip-builder.h"

#include <string.h>

struct _ZipBuilder
{
  GByteArray *data;
  GByteArray *central;
  guint n;
  guint32 offset;
  guint32 crc;
  guint32 packed;
  guint32 size;
  gboolean deflated;
};

static void
put (GByteArray *array, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++, value >>= 8)
    g_byte_array_append (array, &(guint8) { (guint8) value }, 1);
}

static guint32
sum (const char *data, gsize length)
{
  guint32 crc = 0xffffffffu;

  for (gsize i = 0; i < length; i++)
    {
      crc ^= (guint8) data[i];
      for (int k = 0; k < 8; k++)
        crc = (crc & 1) != 0 ? 0xedb88320u ^ (crc >> 1) : crc >> 1;
    }
  return ~crc;
}

ZipBuilder *
zip_builder_new (void)
{
  ZipBuilder *self = g_new0 (ZipBuilder, 1);

  self->data = g_byte_array_new ();
  self->central = g_byte_array_new ();
  return self;
}

static void
put_central (ZipBuilder *self, const char *name, gsize length, guint32 mode, guint32 flags)
{
  put (self->central, 0x02014b50u, 4);
  put (self->central, 3 << 8 | 20, 2);
  put (self->central, 20, 2);
  put (self->central, flags, 2);
  put (self->central, self->deflated ? 8 : 0, 2);
  put (self->central, 0x00210000u, 4);
  put (self->central, self->crc, 4);
  put (self->central, self->packed, 4);
  put (self->central, self->size, 4);
  put (self->central, (guint32) length, 2);
  put (self->central, 0, 2);
  put (self->central, 0, 2);
  put (self->central, 0, 2);
  put (self->central, 0, 2);
  put (self->central, mode << 16, 4);
  put (self->central, self->offset, 4);
  g_byte_array_append (self->central, (const guint8 *) name, (guint) length);
  self->n++;
}

void
zip_builder_add (ZipBuilder *self, const ZipMember *member)
{
  gsize name_length = member->name_length > 0 ? member->name_length : strlen (member->name);
  const char *local = member->local_name != NULL ? member->local_name : member->name;
  gsize local_length = member->local_name != NULL ? strlen (local) : name_length;
  gsize length = member->length > 0 ? member->length : strlen (member->data);
  guint32 flags = member->flags | (member->described ? 8 : 0);
  g_autoptr (GBytes) plain = g_bytes_new (member->data, length);
  g_autoptr (GZlibCompressor) deflater = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
  g_autoptr (GBytes) packed = member->deflated
                                  ? g_converter_convert_bytes (G_CONVERTER (deflater), plain, NULL)
                                  : g_bytes_ref (plain);
  gsize packed_length;
  const guint8 *packed_data = g_bytes_get_data (packed, &packed_length);

  self->offset = self->data->len;
  self->crc = sum (member->data, length) ^ (member->wrong_sum ? 1 : 0);
  self->packed = (guint32) packed_length;
  self->size = member->claimed_size != 0 ? member->claimed_size : (guint32) length;
  self->deflated = member->deflated;
  put (self->data, 0x04034b50u, 4);
  put (self->data, 20, 2);
  put (self->data, flags, 2);
  put (self->data, self->deflated ? 8 : 0, 2);
  put (self->data, 0x00210000u, 4);
  put (self->data, member->described ? 0 : self->crc, 4);
  put (self->data, member->described ? 0 : self->packed, 4);
  put (self->data,
       member->described        ? 0
       : member->local_size > 0 ? member->local_size
                                : self->size,
       4);
  put (self->data, (guint32) local_length, 2);
  put (self->data, 0, 2);
  g_byte_array_append (self->data, (const guint8 *) local, (guint) local_length);
  g_byte_array_append (self->data, packed_data, (guint) packed_length);
  if (member->described)
    {
      put (self->data, 0x08074b50u, 4);
      put (self->data, self->crc, 4);
      put (self->data, self->packed, 4);
      put (self->data, self->size, 4);
    }
  put_central (self, member->name, name_length, member->mode, flags);
}

void
zip_builder_add_alias (ZipBuilder *self, const char *name)
{
  put_central (self, name, strlen (name), 0, 0);
}

void
zip_builder_forget_first (ZipBuilder *self)
{
  guint length = 46 + (self->central->data[28] | (guint) self->central->data[29] << 8);

  g_byte_array_remove_range (self->central, 0, length);
  self->n--;
}

void
zip_builder_add_nested (ZipBuilder *self, const char *outer, const char *inner)
{
  ZipBuilder *other = zip_builder_new ();
  gsize length = 30 + strlen (inner) + 1;
  g_autoptr (GBytes) record = NULL;

  zip_builder_add (other, &(ZipMember) { .name = inner, .data = "x" });
  record = zip_builder_end (other);
  zip_builder_add (
      self,
      &(ZipMember) { .name = outer, .data = g_bytes_get_data (record, NULL), .length = length });
  self->offset += 30 + (guint32) strlen (outer);
  self->crc = sum ("x", 1);
  self->packed = self->size = 1;
  put_central (self, inner, strlen (inner), 0, 0);
}

GBytes *
zip_builder_end (ZipBuilder *self)
{
  guint32 offset = self->data->len;
  GBytes *bytes;

  g_byte_array_append (self->data, self->central->data, self->central->len);
  put (self->data, 0x06054b50u, 4);
  put (self->data, 0, 4);
  put (self->data, self->n, 2);
  put (self->data, self->n, 2);
  put (self->data, self->central->len, 4);
  put (self->data, offset, 4);
  put (self->data, 0, 2);
  bytes = g_byte_array_free_to_bytes (self->data);
  g_byte_array_unref (self->central);
  g_free (self);
  return bytes;
}
