/* annex-zip.c
 *
 * See annex-zip.h: the directory of an archive, read and judged.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-zip-private.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_zip_error)
G_DEFINE_BOXED_TYPE (AnnexZip, annex_zip, annex_zip_ref, annex_zip_unref)

#define HOST_UNIX 3
#define HOST_MACOS 19

typedef struct
{
  gsize start; /* of the local header */
  gsize end;   /* behind the data, without a descriptor */
  gboolean described;
} Range;

typedef struct
{
  const guint8 *data;
  gsize length;
  gsize central; /* where the directory begins */
  GPtrArray *entries;
  GHashTable *seen; /* folded path → is it a folder */
  GArray *ranges;
  guint64 total;
} Scan;

static guint32
get16 (const guint8 *p)
{
  return (guint32) p[0] | (guint32) p[1] << 8;
}

static guint32
get32 (const guint8 *p)
{
  return get16 (p) | get16 (p + 2) << 16;
}

static gboolean
refuse (GError **error, AnnexZipError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
refuse (GError **error, AnnexZipError code, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_propagate_error (error, annex_spoken_new_valist (ANNEX_ZIP_ERROR, code, format, args));
  va_end (args);
  return FALSE;
}

static void
entry_free (gpointer data)
{
  AnnexZipEntry *entry = data;

  g_free (entry->path);
  g_free (entry);
}

AnnexZip *
annex_zip_ref (AnnexZip *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
annex_zip_unref (AnnexZip *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_bytes_unref (self->bytes);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

GPtrArray *
annex_zip_get_entries (AnnexZip *self)
{
  return self->entries;
}

/* ---- names */

static char *
fold (const char *path)
{
  g_autofree char *normal = g_utf8_normalize (path, -1, G_NORMALIZE_NFKC);

  return g_utf8_casefold (normal, -1);
}

/* A name once, and no file where another entry needs a folder. */
static gboolean
check_twins (Scan *scan, const AnnexZipEntry *entry, GError **error)
{
  g_autofree char *folded = fold (entry->path);

  if (g_hash_table_contains (scan->seen, folded))
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE,
                   N_ ("It holds “%s” twice, or two names that look the same"), entry->path);
  g_hash_table_insert (scan->seen, g_strdup (folded), GINT_TO_POINTER (entry->is_folder ? 1 : 2));
  return TRUE;
}

/* After all entries are known: a parent must not be a file. */
static gboolean
check_parents (Scan *scan, GError **error)
{
  for (guint i = 0; i < scan->entries->len; i++)
    {
      AnnexZipEntry *entry = g_ptr_array_index (scan->entries, i);
      g_autofree char *folded = fold (entry->path);

      for (char *slash = strrchr (folded, '/'); slash != NULL; slash = strrchr (folded, '/'))
        {
          *slash = '\0';
          if (GPOINTER_TO_INT (g_hash_table_lookup (scan->seen, folded)) == 2)
            return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” lies in a file"), entry->path);
        }
    }
  return TRUE;
}

/* ---- entries */

/* What kind of thing the central header at @p says it is. */
static gboolean
read_kind (const guint8 *p, AnnexZipEntry *entry, GError **error)
{
  guint host = p[5];
  guint32 mode = get32 (p + 38) >> 16;

  if (host != HOST_UNIX && host != HOST_MACOS)
    mode = 0;
  if ((mode & S_IFMT) != 0 && !S_ISREG (mode) && !S_ISDIR (mode))
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” is a link or a device"), entry->path);
  if ((mode & (S_ISUID | S_ISGID)) != 0)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” would run as another user"),
                   entry->path);
  if ((mode & S_IFMT) != 0 && S_ISDIR (mode) != entry->is_folder)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” is both a file and a folder"),
                   entry->path);
  entry->executable = (mode & S_IXUSR) != 0 && !entry->is_folder;
  return TRUE;
}

static gboolean
read_name (const guint8 *name, gsize length, AnnexZipEntry *entry, GError **error)
{
  if (memchr (name, '\0', length) != NULL)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("A name in it holds a null character"));
  entry->is_folder = length > 0 && name[length - 1] == '/';
  entry->path = g_strndup ((const char *) name, length - (entry->is_folder ? 1 : 0));
  if (!annex_zip_is_clean_path (entry->path))
    {
      g_autofree char *shown = g_strescape (entry->path, NULL);

      if (strlen (shown) > 80)
        shown[80] = '\0';
      return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("A name in it is not allowed: “%s”"),
                     shown);
    }
  return TRUE;
}

/* The local header must say what the directory says: other programs read it instead. */
static gboolean
check_local (Scan *scan, const guint8 *central, AnnexZipEntry *entry, GError **error)
{
  gsize offset = get32 (central + 42);
  const guint8 *p = scan->data + offset;
  gsize name_length = get16 (central + 28);
  Range range = { .start = offset };

  if (offset + ZIP_LOCAL_BYTES > scan->central || get32 (p) != ZIP_LOCAL)
    return refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("“%s” is not where it should be"),
                   entry->path);
  entry->data_offset = offset + ZIP_LOCAL_BYTES + get16 (p + 26) + get16 (p + 28);
  range.end = entry->data_offset + entry->packed_bytes;
  range.described = (get16 (p + 6) & ZIP_DESCRIPTOR) != 0;
  if (range.end > scan->central)
    return refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("“%s” is cut off"), entry->path);
  if (get16 (p + 26) != name_length ||
      memcmp (p + ZIP_LOCAL_BYTES, central + ZIP_CENTRAL_BYTES, name_length) != 0 ||
      get16 (p + 6) != get16 (central + 8) || get16 (p + 8) != entry->method)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” is described in two ways"),
                   entry->path);
  if (!(range.described && get32 (p + 14) == 0 && get32 (p + 18) == 0 && get32 (p + 22) == 0) &&
      (get32 (p + 14) != entry->crc || get32 (p + 18) != entry->packed_bytes ||
       get32 (p + 22) != entry->size_bytes))
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” is described in two ways"),
                   entry->path);
  g_array_append_val (scan->ranges, range);
  return TRUE;
}

static gboolean
check_sizes (Scan *scan, const guint8 *central, const AnnexZipEntry *entry, GError **error)
{
  if (entry->packed_bytes == G_MAXUINT32 || entry->size_bytes == G_MAXUINT32 ||
      get32 (central + 42) == G_MAXUINT32)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” has ZIP64 sizes"), entry->path);
  if ((entry->is_folder && (entry->size_bytes > 0 || entry->packed_bytes > 0)) ||
      (entry->method == ZIP_STORED && entry->size_bytes != entry->packed_bytes))
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("“%s” lies about its size"), entry->path);
  scan->total += entry->size_bytes;
  if (entry->size_bytes > ANNEX_ZIP_MAX_FILE_BYTES || scan->total > ANNEX_ZIP_MAX_BYTES)
    return refuse (error, ANNEX_ZIP_ERROR_LIMIT, N_ ("It is larger than is allowed when unpacked"));
  if (entry->size_bytes > 1024 * 1024 &&
      entry->size_bytes / MAX (entry->packed_bytes, 1) > ANNEX_ZIP_MAX_RATIO)
    return refuse (error, ANNEX_ZIP_ERROR_LIMIT, N_ ("“%s” is packed too tightly to be trusted"),
                   entry->path);
  return TRUE;
}

/* The central header at @offset; *@next is where the following one begins. */
static gboolean
scan_entry (Scan *scan, gsize offset, gsize end, gsize *next, GError **error)
{
  const guint8 *p = scan->data + offset;
  AnnexZipEntry *entry;
  gsize length;

  if (offset + ZIP_CENTRAL_BYTES > end || get32 (p) != ZIP_CENTRAL)
    return refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("Its directory is damaged"));
  length = get16 (p + 28);
  *next = offset + ZIP_CENTRAL_BYTES + length + get16 (p + 30) + get16 (p + 32);
  if (*next > end)
    return refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("Its directory is damaged"));
  entry = g_new0 (AnnexZipEntry, 1);
  g_ptr_array_add (scan->entries, entry);
  if (!read_name (p + ZIP_CENTRAL_BYTES, length, entry, error))
    return FALSE;
  entry->method = (guint16) get16 (p + 10);
  entry->crc = get32 (p + 16);
  entry->packed_bytes = get32 (p + 20);
  entry->size_bytes = get32 (p + 24);
  if ((get16 (p + 8) & ~(ZIP_UTF8 | ZIP_DESCRIPTOR | 0x0006u)) != 0 || get16 (p + 34) != 0)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE,
                   N_ ("“%s” is encrypted, patched or on another disk"), entry->path);
  if (entry->method != ZIP_STORED && entry->method != ZIP_DEFLATED)
    return refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("“%s” is packed in an unusual way"),
                   entry->path);
  return read_kind (p, entry, error) && check_sizes (scan, p, entry, error) &&
         check_twins (scan, entry, error) && check_local (scan, p, entry, error);
}

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
  const Range *first = a, *second = b;

  return first->start < second->start ? -1 : first->start > second->start;
}

/* Entries follow one another from the first byte to the directory: no overlap, and nothing hidden
 * between, before or behind them. */
static gboolean
check_ranges (Scan *scan, GError **error)
{
  gsize at = 0;
  gboolean described = FALSE;

  g_array_sort (scan->ranges, compare_ranges);
  for (guint i = 0; i <= scan->ranges->len; i++)
    {
      Range *range = i < scan->ranges->len ? &g_array_index (scan->ranges, Range, i) : NULL;
      gsize start = range != NULL ? range->start : scan->central;

      if (start < at)
        return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("Its entries overlap"));
      /* 12 or 16 bytes of a data descriptor may follow the data. */
      if (start != at && !(described && (start - at == 12 || start - at == 16)))
        return refuse (error, ANNEX_ZIP_ERROR_HOSTILE,
                       N_ ("Something is hidden between its entries"));
      if (range != NULL)
        {
          at = range->end;
          described = range->described;
        }
    }
  return TRUE;
}

/* ---- the end */

/* The end record must be the last thing there is, whatever its comment holds. */
static const guint8 *
find_end (const guint8 *data, gsize length, GError **error)
{
  gsize reach = MIN (length, ZIP_END_BYTES + 65535u);

  for (gsize back = ZIP_END_BYTES; back <= reach; back++)
    {
      const guint8 *p = data + length - back;

      if (get32 (p) == ZIP_END && get16 (p + 20) == back - ZIP_END_BYTES)
        return p;
    }
  refuse (error, ANNEX_ZIP_ERROR_FORMAT,
          N_ ("It is no ZIP archive, it is cut off, or more follows it"));
  return NULL;
}

static gboolean
scan_all (Scan *scan, GError **error)
{
  const guint8 *p =
      scan->length >= ZIP_END_BYTES ? find_end (scan->data, scan->length, error) : NULL;
  guint n;
  gsize at;
  gsize end;

  if (p == NULL)
    return scan->length >= ZIP_END_BYTES
               ? FALSE
               : refuse (error, ANNEX_ZIP_ERROR_FORMAT, N_ ("It is no ZIP archive"));
  n = get16 (p + 10);
  end = (gsize) (p - scan->data);
  scan->central = at = get32 (p + 16);
  if (get16 (p + 4) != 0 || get16 (p + 6) != 0 || get16 (p + 8) != n)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("It is spread over several disks"));
  if (n == 0xffff || scan->central == G_MAXUINT32)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("It has ZIP64 sizes"));
  if (n > ANNEX_ZIP_MAX_ENTRIES)
    return refuse (error, ANNEX_ZIP_ERROR_LIMIT, N_ ("It holds more than %d files"),
                   ANNEX_ZIP_MAX_ENTRIES);
  if (scan->central > end || end - scan->central != get32 (p + 12))
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE,
                   N_ ("Something stands before it or behind its directory"));
  for (guint i = 0; i < n; i++)
    if (!scan_entry (scan, at, end, &at, error))
      return FALSE;
  if (at != end)
    return refuse (error, ANNEX_ZIP_ERROR_HOSTILE, N_ ("Its directory is longer than it says"));
  return check_ranges (scan, error) && check_parents (scan, error);
}

AnnexZip *
annex_zip_open (GBytes *bytes, GError **error)
{
  Scan scan = { 0 };
  AnnexZip *self = NULL;

  scan.data = g_bytes_get_data (bytes, &scan.length);
  if (scan.length > ANNEX_ZIP_MAX_ARCHIVE_BYTES)
    {
      refuse (error, ANNEX_ZIP_ERROR_LIMIT, N_ ("It is larger than 64 MiB"));
      return NULL;
    }
  scan.entries = g_ptr_array_new_with_free_func (entry_free);
  scan.seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  scan.ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  if (scan_all (&scan, error))
    {
      self = g_new0 (AnnexZip, 1);
      g_atomic_ref_count_init (&self->refs);
      self->bytes = g_bytes_ref (bytes);
      self->entries = g_ptr_array_ref (scan.entries);
    }
  g_ptr_array_unref (scan.entries);
  g_hash_table_unref (scan.seen);
  g_array_unref (scan.ranges);
  return self;
}
