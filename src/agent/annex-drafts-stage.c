/* annex-drafts-stage.c
 *
 * The contents of a draft, fetched from the guest before anything of the user's is changed. The
 * guest may send what it likes, as slowly as it likes: it is given the room it asked for, and no
 * more, and it is not waited for when nothing comes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-drafts-private.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-space.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STAGING_AT_ONCE 8
#define READ_BYTES (256u << 10)
/* So much has to come in the time that the guest has. */
#define PIECE_BYTES (1u << 20)
#define DISK_RESERVE (16u << 20)

static guint patience_ms = 30000;

void
annex_drafts_set_patience (guint milliseconds)
{
  patience_ms = milliseconds;
}

/* ---- reading what the guest sends */

typedef struct
{
  GInputStream *input;
  DexFuture *stop;   /* nullable: rejects when it is not wanted any more */
  gint64 waited_us;  /* for the piece that is coming */
  gsize piece_bytes; /* of it, what has come */
} Reader;

/* At most @most bytes; none at the end. NULL with G_IO_ERROR_TIMED_OUT or G_IO_ERROR_CANCELLED.
 * (transfer full) */
static GBytes *
reader_next (Reader *self, gsize most, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gint64 left_ms = (gint64) patience_ms - self->waited_us / 1000;
  g_autoptr (DexFuture) read = NULL;
  GBytes *bytes;

  read = annex_future_with_timeout (
      dex_input_stream_read_bytes (self->input, MIN (most, READ_BYTES), G_PRIORITY_DEFAULT),
      (guint) MAX (left_ms, 1));
  if (!annex_await_cancellable (dex_ref (read), self->stop, error))
    {
      if (error != NULL && g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          g_clear_error (error);
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                               _ ("Annex’s computer takes too long to send the agent’s files"));
        }
      return NULL;
    }
  bytes = g_value_dup_boxed (dex_future_get_value (read, NULL));
  self->waited_us += g_get_monotonic_time () - start;
  self->piece_bytes += g_bytes_get_size (bytes);
  if (self->piece_bytes >= PIECE_BYTES)
    {
      self->piece_bytes = 0;
      self->waited_us = 0;
    }
  return bytes;
}

GBytes *
annex_drafts_read_file (AnnexDrafts *self,
                        AnnexShare *share,
                        const char *path,
                        gsize max_bytes,
                        GError **error)
{
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  Reader reader = { 0 };

  input = dex_await_object (annex_computer_open_draft_file (self->computer, share, path), error);
  if (input == NULL)
    return NULL;
  reader.input = input;
  while (all->len < max_bytes)
    {
      g_autoptr (GBytes) piece = reader_next (&reader, max_bytes - all->len, error);

      if (piece == NULL)
        return NULL;
      if (g_bytes_get_size (piece) == 0)
        break;
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* ---- one file */

typedef struct
{
  AnnexDrafts *self;
  AnnexShare *share;
  char *path;
  char *staged;
  guint64 size_bytes; /* as the guest said before */
  DexFuture *stop;    /* rejects when another one has failed */
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_clear_object (&fetch->self);
  g_clear_pointer (&fetch->share, annex_share_unref);
  g_free (fetch->path);
  g_free (fetch->staged);
  dex_clear (&fetch->stop);
  g_free (fetch);
}

static gboolean
write_all (GOutputStream *output, GBytes *bytes, GError **error)
{
  gsize done = 0;

  while (done < g_bytes_get_size (bytes))
    {
      g_autoptr (GBytes) rest =
          g_bytes_new_from_bytes (bytes, done, g_bytes_get_size (bytes) - done);
      gint64 n =
          dex_await_int64 (dex_output_stream_write_bytes (output, rest, G_PRIORITY_DEFAULT), error);

      if (n < 0)
        return FALSE;
      done += (gsize) n;
    }
  return TRUE;
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *fetch = data;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GFileOutputStream) output = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (fetch->staged);
  Reader reader = { .stop = fetch->stop };
  guint64 done = 0;
  GError *error = NULL;

  input = dex_await_object (
      annex_computer_open_draft_file (fetch->self->computer, fetch->share, fetch->path), &error);
  if (input == NULL)
    return annex_future_new_error (error);
  output = dex_await_object (
      dex_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, G_PRIORITY_DEFAULT), &error);
  if (output == NULL)
    return annex_future_new_error (error);
  reader.input = input;
  /* One byte too many is enough to see that it is another file by now. */
  while (done <= fetch->size_bytes)
    {
      guint64 most = fetch->size_bytes - done;
      g_autoptr (GBytes) piece =
          reader_next (&reader, (gsize) MIN (most, READ_BYTES - 1) + 1, &error);

      if (piece == NULL || !write_all (G_OUTPUT_STREAM (output), piece, &error))
        return annex_future_new_error (error);
      if (g_bytes_get_size (piece) == 0)
        break;
      done += g_bytes_get_size (piece);
    }
  if (!dex_await (dex_output_stream_close (G_OUTPUT_STREAM (output), G_PRIORITY_DEFAULT), &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

/* ---- all of them */

gboolean
annex_drafts_needs_content (AnnexChange *change)
{
  return !change->folder && change->target == NULL &&
         (change->kind == ANNEX_CHANGE_ADDED || change->kind == ANNEX_CHANGE_CHANGED ||
          change->kind == ANNEX_CHANGE_RENAMED);
}

typedef struct
{
  char *folder;
  guint64 bytes;
} Room;

static void
room_free (gpointer data)
{
  Room *room = data;

  g_free (room->folder);
  g_free (room);
}

static DexFuture *
room_work (gpointer data)
{
  Room *room = data;
  struct statvfs disk;
  GError *error = NULL;

  if (statvfs (room->folder, &disk) == 0)
    {
      guint64 free_bytes = (guint64) disk.f_bavail * disk.f_frsize;

      if (free_bytes < DISK_RESERVE || room->bytes > free_bytes - DISK_RESERVE)
        {
          guint64 most = G_MAXUINT64 - DISK_RESERVE;
          g_autofree char *needed = g_format_size (MIN (room->bytes, most) + DISK_RESERVE);

          /* Translators: a size with its unit, such as 2.1 GB */
          return annex_future_new_errorf (
              ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_DISK_FULL,
              _ ("There is not enough free space to keep this: %s are needed"), needed);
        }
    }
  if (!annex_space_check (room->bytes, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

/* Is there room for what the guest says it has? It may say any number. */
static gboolean
check_room (GPtrArray *changes, const char *folder, GError **error)
{
  Room *room = g_new0 (Room, 1);

  room->folder = g_strdup (folder);
  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (annex_drafts_needs_content (change) &&
          !g_uint64_checked_add (&room->bytes, room->bytes, change->size_bytes))
        room->bytes = G_MAXUINT64;
    }
  return dex_await (annex_worker_run ("annex-room", room_work, room, room_free), error);
}

/* After one has failed: what is cleared next must not be written to any more. */
static void
end_fetches (GPtrArray *running, DexPromise *stop)
{
  dex_promise_reject (stop,
                      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped"));
  for (guint i = 0; i < running->len; i++)
    dex_await (dex_ref (g_ptr_array_index (running, i)),
               NULL); /* the first error is the one told */
}

GHashTable *
annex_drafts_stage (AnnexDrafts *self,
                    AnnexShare *share,
                    GPtrArray *changes,
                    const char *folder,
                    GError **error)
{
  g_autoptr (GHashTable) staged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) running = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (DexPromise) stop = dex_promise_new ();
  gboolean ok = TRUE;

  if (!annex_paths_make (folder, error) || !check_room (changes, folder, error))
    return NULL;
  for (guint i = 0; ok && i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);
      Fetch *fetch;

      if (!annex_drafts_needs_content (change))
        continue;
      fetch = g_new0 (Fetch, 1);
      fetch->self = g_object_ref (self);
      fetch->share = annex_share_ref (share);
      fetch->path = g_strdup (change->path);
      fetch->staged = g_strdup_printf ("%s/%u", folder, i);
      fetch->size_bytes = change->size_bytes;
      fetch->stop = dex_ref (DEX_FUTURE (stop));
      g_hash_table_insert (staged, g_strdup (change->path), g_strdup (fetch->staged));
      g_ptr_array_add (running, annex_fiber_run (fetch_fiber, fetch, fetch_free));
      if (running->len == STAGING_AT_ONCE)
        {
          ok = dex_await (dex_ref (g_ptr_array_index (running, 0)), error);
          g_ptr_array_remove_index (running, 0);
        }
    }
  for (guint i = 0; ok && i < running->len; i++)
    ok = dex_await (dex_ref (g_ptr_array_index (running, i)), error);
  if (ok)
    return g_steal_pointer (&staged);
  end_fetches (running, stop);
  return NULL;
}

void
annex_drafts_remove_staging (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

gboolean
annex_drafts_fetch_staged (const char *path, int fd, gpointer user_data, GError **error)
{
  GHashTable *staged = user_data;
  const char *source = g_hash_table_lookup (staged, path);
  g_autofd int in = source != NULL ? open (source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
  g_autofree char *buffer = g_malloc (1 << 17);

  if (in < 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The content of “%s” is missing", path);
      return FALSE;
    }
  for (;;)
    {
      gssize n = read (in, buffer, 1 << 17);
      gssize done = 0;

      if (n == 0)
        return TRUE;
      while (n > 0 && done < n)
        {
          gssize m = write (fd, buffer + done, (gsize) (n - done));

          if (m < 0 && errno != EINTR)
            break;
          done += MAX (m, 0);
        }
      if (n < 0 || done < n)
        {
          int code = errno;

          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "Cannot copy “%s”: %s",
                       path, g_strerror (code));
          return FALSE;
        }
    }
}
