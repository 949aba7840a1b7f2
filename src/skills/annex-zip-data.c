/* annex-zip-data.c
 *
 * See annex-zip.h: the contents of an archive, unpacked by their real size, and writing one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-zip-private.h"

#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536

guint32
annex_zip_crc (guint32 crc, const guint8 *data, gsize length)
{
  static guint32 table[256];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint32 i = 0; i < 256; i++)
        {
          guint32 c = i;

          for (int k = 0; k < 8; k++)
            c = (c & 1) != 0 ? 0xedb88320u ^ (c >> 1) : c >> 1;
          table[i] = c;
        }
      g_once_init_leave (&ready, 1);
    }
  crc = ~crc;
  for (gsize i = 0; i < length; i++)
    crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
  return ~crc;
}

static gboolean
lied (const AnnexZipEntry *entry, GError **error)
{
  annex_set_spoken (error, ANNEX_ZIP_ERROR, ANNEX_ZIP_ERROR_HOSTILE,
                    N_ ("“%s” is damaged, or not as large as it says"), entry->path);
  return FALSE;
}

static gboolean
inflate_entry (const AnnexZipEntry *entry, const guint8 *packed, guint8 *out, GError **error)
{
  g_autoptr (GZlibDecompressor) inflater = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW);
  gsize in_at = 0, out_at = 0;
  guint8 more[16];

  for (;;)
    {
      gboolean full = out_at == entry->size_bytes;
      gsize n_read, n_written;
      GConverterResult result;
      g_autoptr (GError) wrong = NULL;

      result = g_converter_convert (G_CONVERTER (inflater), packed + in_at,
                                    entry->packed_bytes - in_at, full ? more : out + out_at,
                                    full ? sizeof more : entry->size_bytes - out_at,
                                    G_CONVERTER_INPUT_AT_END, &n_read, &n_written, &wrong);
      if (result == G_CONVERTER_ERROR || (full && n_written > 0))
        return lied (entry, error);
      in_at += n_read;
      out_at += full ? 0 : n_written;
      if (result == G_CONVERTER_FINISHED)
        break;
      if (n_read == 0 && n_written == 0)
        return lied (entry, error);
    }
  return out_at == entry->size_bytes && in_at == entry->packed_bytes ? TRUE : lied (entry, error);
}

GBytes *
annex_zip_read (AnnexZip *self, const AnnexZipEntry *entry, GError **error)
{
  const guint8 *data = g_bytes_get_data (self->bytes, NULL);
  g_autofree guint8 *out = g_malloc (entry->size_bytes + 1);

  if (entry->method == ZIP_STORED)
    memcpy (out, data + entry->data_offset, entry->size_bytes);
  else if (!inflate_entry (entry, data + entry->data_offset, out, error))
    return NULL;
  if (annex_zip_crc (0, out, entry->size_bytes) != entry->crc)
    {
      lied (entry, error);
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&out), entry->size_bytes);
}

static gboolean
fail_errno (const char *path, GError **error)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), _ ("“%s” cannot be written: %s"),
               path, g_strerror (code));
  return FALSE;
}

static gboolean
write_bytes (int fd, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  while (length > 0)
    {
      gssize n = write (fd, data, MIN (length, CHUNK));

      if (n < 0 && errno != EINTR)
        return FALSE;
      if (n > 0)
        {
          data += n;
          length -= (gsize) n;
        }
    }
  return TRUE;
}

static gboolean
unpack_entry (AnnexZip *self, const AnnexZipEntry *entry, const char *target, GError **error)
{
  g_autofree char *path = g_build_filename (target, entry->path, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autofd int fd = -1;

  if (g_mkdir_with_parents (entry->is_folder ? path : parent, 0700) != 0)
    return fail_errno (entry->path, error);
  if (entry->is_folder)
    return TRUE;
  bytes = annex_zip_read (self, entry, error);
  if (bytes == NULL)
    return FALSE;
  /* The folder was empty and names are unique: whatever is there already was not made by us. */
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
             entry->executable ? 0700 : 0600);
  return fd >= 0 && write_bytes (fd, bytes) ? TRUE : fail_errno (entry->path, error);
}

gboolean
annex_zip_unpack (AnnexZip *self, const char *target, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + ANNEX_ZIP_MAX_SECONDS * G_USEC_PER_SEC;

  for (guint i = 0; i < self->entries->len; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (g_get_monotonic_time () > end)
        {
          annex_set_spoken (error, ANNEX_ZIP_ERROR, ANNEX_ZIP_ERROR_LIMIT,
                            N_ ("It takes too long to unpack"));
          return FALSE;
        }
      if (!unpack_entry (self, g_ptr_array_index (self->entries, i), target, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- writing */

struct _AnnexZipWriter
{
  GByteArray *data;
  GByteArray *central;
  guint n;
};

AnnexZipWriter *
annex_zip_writer_new (void)
{
  AnnexZipWriter *self = g_new0 (AnnexZipWriter, 1);

  self->data = g_byte_array_new ();
  self->central = g_byte_array_new ();
  return self;
}

void
annex_zip_writer_free (AnnexZipWriter *self)
{
  g_byte_array_unref (self->data);
  g_byte_array_unref (self->central);
  g_free (self);
}

static void
put (GByteArray *array, guint32 value, guint n_bytes)
{
  for (guint i = 0; i < n_bytes; i++, value >>= 8)
    g_byte_array_append (array, &(guint8) { (guint8) value }, 1);
}

/* NULL when it does not become smaller. */
static GBytes *
deflate (GBytes *bytes)
{
  g_autoptr (GZlibCompressor) deflater = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, 9);
  g_autoptr (GBytes) packed = g_converter_convert_bytes (G_CONVERTER (deflater), bytes, NULL);

  if (packed == NULL || g_bytes_get_size (packed) >= g_bytes_get_size (bytes))
    return NULL;
  return g_steal_pointer (&packed);
}

/* What both headers share: flags, method, time (1980-01-01), sums and lengths. */
static void
put_common (GByteArray *array, GBytes *bytes, GBytes *packed, const char *path)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  put (array, ZIP_UTF8, 2);
  put (array, packed != bytes ? ZIP_DEFLATED : ZIP_STORED, 2);
  put (array, 0, 2);
  put (array, 0x21, 2);
  put (array, annex_zip_crc (0, data, size), 4);
  put (array, (guint32) g_bytes_get_size (packed), 4);
  put (array, (guint32) size, 4);
  put (array, (guint32) strlen (path), 2);
  put (array, 0, 2);
}

void
annex_zip_writer_add (AnnexZipWriter *self, const char *path, GBytes *bytes, gboolean executable)
{
  g_autoptr (GBytes) smaller = deflate (bytes);
  GBytes *packed = smaller != NULL ? smaller : bytes;
  guint32 offset = self->data->len;
  gsize length;
  const guint8 *data = g_bytes_get_data (packed, &length);

  put (self->data, ZIP_LOCAL, 4);
  put (self->data, 20, 2);
  put_common (self->data, bytes, packed, path);
  g_byte_array_append (self->data, (const guint8 *) path, (guint) strlen (path));
  g_byte_array_append (self->data, data, (guint) length);

  put (self->central, ZIP_CENTRAL, 4);
  put (self->central, 3 << 8 | 20, 2); /* made on Unix */
  put (self->central, 20, 2);
  put_common (self->central, bytes, packed, path);
  put (self->central, 0, 2); /* comment */
  put (self->central, 0, 2); /* disk */
  put (self->central, 0, 2); /* internal */
  put (self->central, (guint32) (S_IFREG | (executable ? 0755 : 0644)) << 16, 4);
  put (self->central, offset, 4);
  g_byte_array_append (self->central, (const guint8 *) path, (guint) strlen (path));
  self->n++;
}

GBytes *
annex_zip_writer_end (AnnexZipWriter *self)
{
  guint32 offset = self->data->len;
  guint32 length = self->central->len;
  GBytes *bytes;

  g_byte_array_append (self->data, self->central->data, length);
  put (self->data, ZIP_END, 4);
  put (self->data, 0, 4);
  put (self->data, self->n, 2);
  put (self->data, self->n, 2);
  put (self->data, length, 4);
  put (self->data, offset, 4);
  put (self->data, 0, 2);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->data));
  self->data = g_byte_array_new ();
  annex_zip_writer_free (self);
  return bytes;
}
