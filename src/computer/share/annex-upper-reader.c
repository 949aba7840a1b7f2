/* annex-upper-reader.c
 *
 * See annex-upper-reader.h. Knows the stream's format, nothing of guests or channels.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-upper-reader.h"

#include "annex-computer.h"

#include <string.h>
#include <sys/stat.h>

#define MAGIC "ANXDRAFT"
#define MAGIC_LENGTH 8
#define VERSION 1
#define HEAD_LENGTH (MAGIC_LENGTH + 4)
#define MAX_PATH 4096
#define MAX_NAME 255
/* An entry's fixed part: type, kind, flags, mode, uid, size, mtime, rdev, sha256, two lengths. */
#define ENTRY_LENGTH (1 + 1 + 1 + 4 + 4 + 8 + 8 + 8 + 32 + 4 + 4)
#define END_LENGTH (1 + 1 + 8 + 8)
#define MAX_RECORD (ENTRY_LENGTH + 2 * MAX_PATH)

#define FLAG_OPAQUE 1
#define FLAG_TOO_LARGE 2
#define FLAG_UNSTABLE 4
#define FLAG_UNREADABLE 8
#define FLAG_TOO_DEEP 16
#define ALL_FLAGS 31

struct _AnnexUpperReader
{
  GByteArray *pending; /* the beginning of a record */
  GPtrArray *entries;
  GPtrArray *folders; /* borrowed paths: the folders the last entry lies in, and itself */
  guint max_entries;
  gboolean begun;
  gboolean ended;
  gboolean cut;
  gboolean failed;
};

AnnexUpperReader *
annex_upper_reader_new (void)
{
  return annex_upper_reader_new_with_limit (ANNEX_UPPER_READER_MAX_ENTRIES);
}

AnnexUpperReader *
annex_upper_reader_new_with_limit (guint max_entries)
{
  AnnexUpperReader *self = g_new0 (AnnexUpperReader, 1);

  self->pending = g_byte_array_new ();
  self->entries = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  self->folders = g_ptr_array_new ();
  self->max_entries = MAX (max_entries, 1);
  return self;
}

void
annex_upper_reader_free (AnnexUpperReader *self)
{
  g_byte_array_unref (self->pending);
  g_ptr_array_unref (self->entries);
  g_ptr_array_unref (self->folders);
  g_free (self);
}

static gboolean
nonsense (GError **error, const char *what)
{
  g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
               "The list of changed files makes no sense: %s", what);
  return FALSE;
}

static gboolean
too_many (AnnexUpperReader *self, GError **error)
{
  g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE,
               "More than %u files were changed in the folder", self->max_entries);
  return FALSE;
}

static guint32
get_u32 (const guint8 *bytes)
{
  return (guint32) bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 |
         (guint32) bytes[3] << 24;
}

static guint64
get_u64 (const guint8 *bytes)
{
  return get_u32 (bytes) | (guint64) get_u32 (bytes + 4) << 32;
}

/* ---- paths */

static gboolean
is_path (const char *path, gsize length)
{
  if (length == 0 || length > MAX_PATH || memchr (path, '\0', length) != NULL)
    return FALSE;
  for (gsize start = 0; start <= length;)
    {
      const char *slash = memchr (path + start, '/', length - start);
      gsize part = slash != NULL ? (gsize) (slash - path) - start : length - start;

      if (part == 0 || part > MAX_NAME || (part == 1 && path[start] == '.') ||
          (part == 2 && path[start] == '.' && path[start + 1] == '.'))
        return FALSE;
      start += part + 1;
    }
  return TRUE;
}

/* Does @path come after @before when '/' sorts before every other byte? Then none comes twice. */
static gboolean
comes_after (const char *path, const char *before)
{
  while (*path != '\0' && *path == *before)
    path++, before++;
  if (*path == '\0' || *before == '\0')
    return *path != '\0';
  if (*path == '/' || *before == '/')
    return *before == '/';
  return (guchar) *path > (guchar) *before;
}

/* Is the folder @path lies in one that was just listed? Drops the folders that were left. */
static gboolean
has_folder (AnnexUpperReader *self, const char *path)
{
  const char *slash = strrchr (path, '/');
  gsize length = slash != NULL ? (gsize) (slash - path) : 0;

  while (self->folders->len > 0)
    {
      const char *folder = g_ptr_array_index (self->folders, self->folders->len - 1);

      if (strlen (folder) == length && memcmp (folder, path, length) == 0)
        return TRUE;
      g_ptr_array_set_size (self->folders, (int) self->folders->len - 1);
    }
  return length == 0;
}

/* ---- records */

static gboolean
read_kind (AnnexUpperEntry *entry, guint8 kind, guint32 mode, GError **error)
{
  guint32 type = mode & S_IFMT;

  switch (kind)
    {
    case 'f':
      entry->kind = ANNEX_UPPER_FILE;
      return type == S_IFREG || nonsense (error, "a file that is none");
    case 'd':
      entry->kind = ANNEX_UPPER_FOLDER;
      return type == S_IFDIR || nonsense (error, "a folder that is none");
    case 'l':
      entry->kind = ANNEX_UPPER_SYMLINK;
      return type == S_IFLNK || nonsense (error, "a link that is none");
    case 'w':
      entry->kind = ANNEX_UPPER_WHITEOUT;
      return TRUE;
    case 'o':
      entry->kind = ANNEX_UPPER_OTHER;
      return TRUE;
    default:
      return nonsense (error, "an unknown kind");
    }
}

static const char *
describe_flags (guint8 flags)
{
  if (flags & FLAG_TOO_LARGE)
    return "It is too large to be kept";
  if (flags & FLAG_UNSTABLE)
    return "It was being written to";
  if (flags & FLAG_TOO_DEEP)
    return "Folders in it are nested too deeply";
  if (flags & FLAG_UNREADABLE)
    return "It cannot be read in Annex’s computer";
  return NULL;
}

static char *
hex (const guint8 *bytes, gsize length)
{
  GString *text = g_string_sized_new (2 * length);

  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static gboolean
read_entry (AnnexUpperReader *self, const guint8 *bytes, gsize length, GError **error)
{
  g_autoptr (AnnexUpperEntry) entry = NULL;
  g_autofree char *path = NULL;
  guint8 flags;
  guint32 mode, path_length, target_length;

  if (length < ENTRY_LENGTH)
    return nonsense (error, "an entry is too short");
  path_length = get_u32 (bytes + ENTRY_LENGTH - 8);
  target_length = get_u32 (bytes + ENTRY_LENGTH - 4);
  if (path_length > MAX_PATH || target_length > MAX_PATH ||
      length != ENTRY_LENGTH + path_length + target_length)
    return nonsense (error, "an entry’s length");
  if (!is_path ((const char *) bytes + ENTRY_LENGTH, path_length))
    return nonsense (error, "a path that leads elsewhere");
  path = g_strndup ((const char *) bytes + ENTRY_LENGTH, path_length);
  if (self->entries->len > 0)
    {
      const AnnexUpperEntry *last = g_ptr_array_index (self->entries, self->entries->len - 1);

      if (!comes_after (path, last->path))
        return nonsense (error, "a path out of order");
    }
  if (!has_folder (self, path))
    return nonsense (error, "a file in no folder");

  entry = annex_upper_entry_new (path, ANNEX_UPPER_OTHER);
  flags = bytes[2];
  mode = get_u32 (bytes + 3);
  if (flags & ~ALL_FLAGS || !read_kind (entry, bytes[1], mode, error))
    return error != NULL && *error != NULL ? FALSE : nonsense (error, "unknown flags");
  entry->opaque = entry->kind == ANNEX_UPPER_FOLDER && (flags & FLAG_OPAQUE);
  entry->mode = mode & 07777;
  entry->size_bytes = get_u64 (bytes + 11);
  entry->mtime_ns = (gint64) get_u64 (bytes + 19);
  if (entry->size_bytes > G_MAXINT64 ||
      (entry->kind == ANNEX_UPPER_SYMLINK) != (target_length > 0) ||
      memchr (bytes + ENTRY_LENGTH + path_length, '\0', target_length) != NULL)
    return nonsense (error, "a size or link target");
  entry->problem = g_strdup (describe_flags (flags));
  if (entry->kind == ANNEX_UPPER_FILE && entry->problem == NULL)
    entry->sha256 = hex (bytes + 35, 32);
  if (entry->kind == ANNEX_UPPER_SYMLINK)
    entry->target = g_strndup ((const char *) bytes + ENTRY_LENGTH + path_length, target_length);
  if (entry->kind == ANNEX_UPPER_FOLDER)
    g_ptr_array_add (self->folders, entry->path);
  g_ptr_array_add (self->entries, g_steal_pointer (&entry));
  return TRUE;
}

static gboolean
read_record (AnnexUpperReader *self, const guint8 *bytes, gsize length, GError **error)
{
  if (self->ended)
    return nonsense (error, "it goes on after its end");
  if (bytes[0] == 'E')
    {
      if (self->entries->len >= self->max_entries)
        return too_many (self, error);
      return read_entry (self, bytes, length, error);
    }
  if (bytes[0] != 'Z' || length != END_LENGTH || bytes[1] > 1)
    return nonsense (error, "an unknown record");
  /* Entries that were gone by the time they were looked at are counted by neither side. */
  if (get_u64 (bytes + 2) != self->entries->len)
    return nonsense (error, "the count of entries");
  self->cut = bytes[1] == 1;
  self->ended = TRUE;
  return TRUE;
}

/* How long the next piece is: the head, a length, or a record with its length. 0: nonsense. */
static gsize
next_length (AnnexUpperReader *self)
{
  guint32 length;

  if (!self->begun)
    return HEAD_LENGTH;
  if (self->pending->len < 4)
    return 4;
  length = get_u32 (self->pending->data);
  return length == 0 || length > MAX_RECORD ? 0 : 4 + (gsize) length;
}

gboolean
annex_upper_reader_feed (AnnexUpperReader *self, const void *data, gsize length, GError **error)
{
  const guint8 *bytes = data;

  if (self->failed)
    return nonsense (error, "it was refused before");
  while (length > 0)
    {
      gsize wanted = next_length (self);
      gsize part;
      gboolean good = TRUE;

      if (wanted == 0)
        {
          self->failed = TRUE;
          return nonsense (error, "a record’s length");
        }
      part = MIN (wanted - self->pending->len, length);
      g_byte_array_append (self->pending, bytes, (guint) part);
      bytes += part;
      length -= part;
      if (self->pending->len < wanted || (self->begun && wanted == 4))
        continue;
      if (self->begun)
        good = read_record (self, self->pending->data + 4, wanted - 4, error);
      else if (memcmp (self->pending->data, MAGIC, MAGIC_LENGTH) != 0 ||
               get_u32 (self->pending->data + MAGIC_LENGTH) != VERSION)
        good = nonsense (error, "another version");
      self->begun = TRUE;
      g_byte_array_set_size (self->pending, 0);
      if (!good)
        {
          self->failed = TRUE;
          return FALSE;
        }
    }
  return TRUE;
}

GPtrArray *
annex_upper_reader_finish (AnnexUpperReader *self, GError **error)
{
  if (self->failed || !self->ended || self->pending->len > 0)
    {
      nonsense (error, "it is not complete");
      return NULL;
    }
  if (self->cut)
    {
      too_many (self, error);
      return NULL;
    }
  return g_ptr_array_ref (self->entries);
}
