/* annex-guest-draft.c
 *
 * The guest's drafts: the list of the upper layer, the contents of its files, and taking entries
 * out of it. Contents come from `annex-guest serve`, which answers one path after the other: one
 * idle helper a share is kept, since starting one costs far more than a small file.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-guest-private.h"

#include "annex-future.h"
#include "annex-spoken.h"
#include "annex-upper-reader.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#define OPEN_LIMIT_MS 30000
#define DRAFT_LIMIT_MS 300000
#define MAX_FRAME (16u << 20)
#define FRAME_END 0u
#define FRAME_ERROR 0xffffffffu

/* ---------------------------------------------------------------- one file's content */

#define ANNEX_TYPE_DRAFT_STREAM (annex_draft_stream_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDraftStream, annex_draft_stream, ANNEX, DRAFT_STREAM, GInputStream)

/* Decodes the frames of one answer. Read in a worker thread by GIO, given back on the main one. */
struct _AnnexDraftStream
{
  GInputStream parent_instance;

  AnnexGuest *guest;
  AnnexProcess *process;
  GInputStream *source;
  char *share_id;
  guint32 left;
  gboolean ended; /* the end frame has come: the helper waits for the next path */
  gboolean failed;
};

G_DEFINE_FINAL_TYPE (AnnexDraftStream, annex_draft_stream, G_TYPE_INPUT_STREAM)

static gboolean
next_frame (AnnexDraftStream *self, GCancellable *cancellable, GError **error)
{
  guint32 length;
  gsize n;

  if (!g_input_stream_read_all (self->source, &length, sizeof length, &n, cancellable, error))
    return FALSE;
  length = GUINT32_FROM_LE (length);
  if (n < sizeof length || length == FRAME_ERROR || length > MAX_FRAME)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR,
                        n < sizeof length ? ANNEX_COMPUTER_ERROR_GUEST_LOST
                                          : ANNEX_COMPUTER_ERROR_PROTOCOL,
                        N_ ("The file could not be read from Annex’s computer to its end"));
      return FALSE;
    }
  self->left = length;
  self->ended = length == FRAME_END;
  return TRUE;
}

static gssize
annex_draft_stream_read (GInputStream *stream,
                         void *buffer,
                         gsize count,
                         GCancellable *cancellable,
                         GError **error)
{
  AnnexDraftStream *self = ANNEX_DRAFT_STREAM (stream);
  gssize n;

  if (self->failed)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                        N_ ("The file could not be read from Annex’s computer"));
      return -1;
    }
  if (self->left == 0 && !self->ended && !next_frame (self, cancellable, error))
    {
      self->failed = TRUE;
      return -1;
    }
  if (self->ended || count == 0)
    return 0;
  n = g_input_stream_read (self->source, buffer, MIN (count, self->left), cancellable, error);
  if (n > 0)
    {
      self->left -= (guint32) n;
      return n;
    }
  self->failed = TRUE;
  if (n == 0)
    annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                      N_ ("Annex’s computer ended while a file was read from it"));
  return -1;
}

typedef struct
{
  AnnexGuest *guest;
  AnnexProcess *process;
  char *share_id;
  gboolean reusable;
} Return;

/* On the main thread, wherever the stream's last reference was dropped. */
static gboolean
give_back_cb (gpointer data)
{
  Return *back = data;

  if (back->reusable && !g_hash_table_contains (back->guest->servers, back->share_id))
    g_hash_table_insert (back->guest->servers, g_strdup (back->share_id),
                         g_object_ref (back->process));
  g_object_unref (back->process);
  g_object_unref (back->guest);
  g_free (back->share_id);
  g_free (back);
  return G_SOURCE_REMOVE;
}

static void
annex_draft_stream_finalize (GObject *object)
{
  AnnexDraftStream *self = ANNEX_DRAFT_STREAM (object);
  Return *back = g_new0 (Return, 1);

  back->guest = g_steal_pointer (&self->guest);
  back->process = g_steal_pointer (&self->process);
  back->share_id = g_steal_pointer (&self->share_id);
  back->reusable = self->ended && !self->failed;
  g_clear_object (&self->source);
  g_idle_add_full (G_PRIORITY_DEFAULT, give_back_cb, back, NULL);
  G_OBJECT_CLASS (annex_draft_stream_parent_class)->finalize (object);
}

static void
annex_draft_stream_class_init (AnnexDraftStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_draft_stream_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = annex_draft_stream_read;
}

static void
annex_draft_stream_init (AnnexDraftStream *self)
{
}

/* ---------------------------------------------------------------- asking for one */

typedef struct
{
  AnnexGuest *guest;
  AnnexShare *share;
  char *path;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->guest);
  annex_share_unref (ask->share);
  g_free (ask->path);
  g_free (ask);
}

static Ask *
ask_new (AnnexGuest *guest, AnnexShare *share, const char *path)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->guest = g_object_ref (guest);
  ask->share = annex_share_ref (share);
  ask->path = g_strdup (path);
  return ask;
}

/* An idle helper, else a new one. (transfer full) */
static AnnexProcess *
take_server (Ask *ask, GError **error)
{
  const char *id = annex_share_get_id (ask->share);
  const char *argv[] = { ANNEX_GUEST_HELPER, "serve", "--tag", id, NULL };
  g_autoptr (AnnexCommand) command = NULL;
  g_autofree char *key = NULL;
  AnnexProcess *process = NULL;

  if (g_hash_table_steal_extended (ask->guest->servers, id, (gpointer *) &key,
                                   (gpointer *) &process))
    return process;
  command = annex_guest_root_command (argv);
  return dex_await_object (annex_computer_spawn (ANNEX_COMPUTER (ask->guest), command), error);
}

/* Sends the path, reads the first byte of the answer and, after a refusal, errno. */
static gboolean
ask_server (AnnexProcess *process, const char *path, int *number, GError **error)
{
  g_autoptr (GBytes) request = g_bytes_new (path, strlen (path) + 1);
  GInputStream *answers = annex_process_get_stdout (process);
  gsize done = 0;
  guint8 answer[5];
  gsize wanted = 1, have = 0;

  while (done < g_bytes_get_size (request))
    {
      g_autoptr (GBytes) rest =
          g_bytes_new_from_bytes (request, done, g_bytes_get_size (request) - done);
      gint64 n = dex_await_int64 (annex_future_with_timeout (dex_output_stream_write_bytes (
                                                                 annex_process_get_stdin (process),
                                                                 rest, G_PRIORITY_DEFAULT),
                                                             OPEN_LIMIT_MS),
                                  error);

      if (n <= 0)
        return FALSE;
      done += (gsize) n;
    }
  while (have < wanted)
    {
      g_autoptr (GBytes) bytes = dex_await_boxed (
          annex_future_with_timeout (
              dex_input_stream_read_bytes (answers, wanted - have, G_PRIORITY_DEFAULT),
              OPEN_LIMIT_MS),
          error);
      gsize n = bytes != NULL ? g_bytes_get_size (bytes) : 0;

      if (n == 0)
        return FALSE;
      memcpy (answer + have, g_bytes_get_data (bytes, NULL), n);
      have += n;
      if (answer[0] == 'X')
        wanted = sizeof answer;
      else if (answer[0] != 'F')
        return FALSE;
    }
  *number = 0;
  if (answer[0] == 'X')
    {
      guint32 value;

      memcpy (&value, answer + 1, sizeof value);
      *number = (int) GUINT32_FROM_LE (value);
      if (*number == 0)
        *number = EIO;
    }
  return TRUE;
}

static DexFuture *
open_fiber (gpointer data)
{
  Ask *ask = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexProcess) process = take_server (ask, &error);
  AnnexDraftStream *stream;
  int number = 0;

  if (process == NULL || !ask_server (process, ask->path, &number, &error))
    {
      if (error == NULL)
        return annex_future_new_spoken (
            ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
            N_ ("Annex’s computer gave no sensible answer about a file"));
      return annex_future_new_error (g_steal_pointer (&error));
    }
  if (number != 0)
    {
      g_hash_table_insert (ask->guest->servers, g_strdup (annex_share_get_id (ask->share)),
                           g_steal_pointer (&process));
      return annex_future_new_spoken (
          ANNEX_COMPUTER_ERROR,
          number == ENOENT ? ANNEX_COMPUTER_ERROR_NOT_FOUND : ANNEX_COMPUTER_ERROR_FAILED,
          N_ ("The file cannot be read from the draft: %s"), g_strerror (number));
    }
  stream = g_object_new (ANNEX_TYPE_DRAFT_STREAM, NULL);
  stream->guest = g_object_ref (ask->guest);
  stream->source = g_object_ref (annex_process_get_stdout (process));
  stream->process = g_steal_pointer (&process);
  stream->share_id = g_strdup (annex_share_get_id (ask->share));
  return dex_future_new_take_object (stream);
}

DexFuture *
annex_guest_open_draft_file (AnnexGuest *self, AnnexShare *share, const char *path)
{
  return annex_fiber_run (open_fiber, ask_new (self, share, path), ask_free);
}

void
annex_guest_draft_forget_servers (AnnexGuest *self, AnnexShare *share)
{
  g_hash_table_remove (self->servers, annex_share_get_id (share));
}

/* ---------------------------------------------------------------- the list */

static DexFuture *
read_draft_fiber (gpointer data)
{
  Ask *ask = data;
  const char *argv[] = { ANNEX_GUEST_HELPER, "draft", "--tag", annex_share_get_id (ask->share),
                         NULL };
  g_autoptr (AnnexCommand) command = annex_guest_root_command (argv);
  g_autoptr (AnnexUpperReader) reader = annex_upper_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexProcess) process = NULL;
  GPtrArray *entries;

  process = dex_await_object (annex_computer_spawn (ANNEX_COMPUTER (ask->guest), command), &error);
  if (process == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  for (;;)
    {
      g_autoptr (GBytes) bytes =
          dex_await_boxed (annex_future_with_timeout (
                               dex_input_stream_read_bytes (annex_process_get_stdout (process),
                                                            64 * 1024, G_PRIORITY_DEFAULT),
                               DRAFT_LIMIT_MS),
                           &error);

      if (bytes == NULL)
        return annex_future_new_error (g_steal_pointer (&error));
      if (g_bytes_get_size (bytes) == 0)
        break;
      if (!annex_upper_reader_feed (reader, g_bytes_get_data (bytes, NULL),
                                    g_bytes_get_size (bytes), &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
    }
  entries = annex_upper_reader_finish (reader, &error);
  if (entries == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, entries);
}

DexFuture *
annex_guest_read_draft (AnnexGuest *self, AnnexShare *share)
{
  return annex_fiber_run (read_draft_fiber, ask_new (self, share, NULL), ask_free);
}

/* ---------------------------------------------------------------- forgetting */

typedef struct
{
  AnnexGuest *guest;
  AnnexShare *share;
  GBytes *paths; /* each ended by NUL */
  gboolean all;
} Forget;

static void
forget_free (gpointer data)
{
  Forget *forget = data;

  g_object_unref (forget->guest);
  annex_share_unref (forget->share);
  g_bytes_unref (forget->paths);
  g_free (forget);
}

static DexFuture *
call_forget (Forget *forget)
{
  const char *argv[] = { ANNEX_GUEST_HELPER,
                         "forget",
                         "--tag",
                         annex_share_get_id (forget->share),
                         "--name",
                         annex_share_get_name (forget->share),
                         forget->all ? "--all" : NULL,
                         NULL };

  return dex_future_then (annex_guest_call (forget->guest, argv, forget->paths,
                                            ANNEX_GUEST_MAX_REPORT_BYTES, DRAFT_LIMIT_MS),
                          annex_guest_describe_cb, NULL, NULL);
}

/* What root of the guest has marked as not to be changed, not even root may remove. */
static DexFuture *
call_unlock (Forget *forget)
{
  g_autofree char *upper =
      g_strdup_printf ("/var/lib/annex/shares/%s/upper", annex_share_get_id (forget->share));
  const char *argv[] = { "chattr", "-R", "-f", "-i", "-a", upper, NULL };

  return annex_guest_call (forget->guest, argv, NULL, ANNEX_GUEST_MAX_REPORT_BYTES, DRAFT_LIMIT_MS);
}

static DexFuture *
forget_fiber (gpointer data)
{
  Forget *forget = data;
  g_autoptr (DexFuture) first = call_forget (forget);
  g_autoptr (GError) error = NULL;

  if (dex_await (dex_ref (first), &error) ||
      g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST))
    return g_steal_pointer (&first);
  dex_await (call_unlock (forget), NULL); /* whether it helped is seen at once */
  return call_forget (forget);
}

DexFuture *
annex_guest_forget_draft (AnnexGuest *self, AnnexShare *share, const char *const *paths)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  Forget *forget = g_new0 (Forget, 1);

  forget->guest = g_object_ref (self);
  forget->share = annex_share_ref (share);
  forget->all = paths == NULL;
  for (; paths != NULL && *paths != NULL; paths++)
    g_byte_array_append (list, (const guint8 *) *paths, (guint) strlen (*paths) + 1);
  forget->paths = g_byte_array_free_to_bytes (g_steal_pointer (&list));
  return annex_fiber_run (forget_fiber, forget, forget_free);
}
