/* annex-sftp.c
 *
 * See annex-sftp.h: the session, that is requests out, replies in, each matched by its number. What
 * is done with files is in annex-sftp-files.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sftp.h"

#include "annex-future.h"

#include <string.h>

/* A file system that does not answer (a hung share, a FIFO) must not hang the caller for ever. */
#define REPLY_LIMIT_MS 30000

struct _AnnexSftp
{
  GObject parent_instance;

  AnnexProcess *process;
  GCancellable *cancellable;
  GHashTable *waiting; /* number -> DexPromise */
  GQueue out;          /* of GBytes */
  GBytes *in_flight;   /* the head of out, while it is written */
  guint32 last_id;
  gboolean greeted; /* the version came */
  GError *broken;
  guint8 head[4];
  guint8 *body;
  gsize body_length;
};

G_DEFINE_FINAL_TYPE (AnnexSftp, annex_sftp, G_TYPE_OBJECT)

static void
read_head (AnnexSftp *self);

static void
break_session (AnnexSftp *self, GError *error)
{
  g_autoptr (GHashTable) waiting = NULL;
  GHashTableIter iter;
  gpointer promise;

  if (self->broken != NULL)
    {
      g_error_free (error);
      return;
    }
  self->broken = error;
  g_cancellable_cancel (self->cancellable);
  waiting = g_steal_pointer (&self->waiting);
  self->waiting = g_hash_table_new_full (NULL, NULL, NULL, dex_unref);
  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, NULL, &promise))
    dex_promise_reject (promise, g_error_copy (error));
  g_queue_clear_full (&self->out, (GDestroyNotify) g_bytes_unref);
  /* The last reference: ends the server. */
  g_clear_object (&self->process);
}

static void
break_lost (AnnexSftp *self)
{
  break_session (self, g_error_new_literal (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                                            "The computer’s file service ended"));
}

/* ---- replies */

static void
take_reply (AnnexSftp *self, AnnexSftpReply *reply)
{
  DexPromise *promise;

  if (reply->type == ANNEX_SFTP_VERSION && !self->greeted)
    {
      self->greeted = TRUE;
      return;
    }
  promise = g_hash_table_lookup (self->waiting, GUINT_TO_POINTER (reply->id));
  if (reply->type == ANNEX_SFTP_VERSION || promise == NULL)
    {
      break_session (self, g_error_new_literal (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                                                "The computer’s file service answered something "
                                                "that was not asked"));
      return;
    }
  dex_ref (promise);
  g_hash_table_remove (self->waiting, GUINT_TO_POINTER (reply->id));
  dex_promise_resolve_boxed (promise, ANNEX_TYPE_SFTP_REPLY, annex_sftp_reply_copy (reply));
  dex_unref (promise);
}

static void
body_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (AnnexSftp) self = user;
  g_autoptr (AnnexSftpReply) reply = NULL;
  GError *error = NULL;
  gsize got = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &got, NULL) ||
      got < self->body_length)
    {
      break_lost (self);
      return;
    }
  reply = annex_sftp_reply_parse (self->body, self->body_length, &error);
  if (reply == NULL)
    {
      break_session (self, error);
      return;
    }
  take_reply (self, reply);
  if (self->broken == NULL)
    read_head (self);
}

static void
head_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (AnnexSftp) self = user;
  guint32 length;
  gsize got = 0;

  if (!g_input_stream_read_all_finish (G_INPUT_STREAM (source), result, &got, NULL) || got < 4)
    {
      break_lost (self);
      return;
    }
  memcpy (&length, self->head, 4);
  length = GUINT32_FROM_BE (length);
  if (length < 5 || length > ANNEX_SFTP_MAX_PACKET)
    {
      break_session (self, g_error_new_literal (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                                                "The computer’s file service sent a reply of an "
                                                "impossible length"));
      return;
    }
  self->body_length = length;
  g_input_stream_read_all_async (G_INPUT_STREAM (source), self->body, length, G_PRIORITY_DEFAULT,
                                 self->cancellable, body_cb, g_object_ref (self));
}

static void
read_head (AnnexSftp *self)
{
  g_input_stream_read_all_async (annex_process_get_stdout (self->process), self->head, 4,
                                 G_PRIORITY_DEFAULT, self->cancellable, head_cb,
                                 g_object_ref (self));
}

/* ---- requests */

static void
write_next (AnnexSftp *self);

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user)
{
  g_autoptr (AnnexSftp) self = user;

  g_clear_pointer (&self->in_flight, g_bytes_unref);
  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL))
    {
      break_lost (self);
      return;
    }
  g_bytes_unref (g_queue_pop_head (&self->out));
  write_next (self);
}

static void
write_next (AnnexSftp *self)
{
  GBytes *packet = g_queue_peek_head (&self->out);
  gsize length;
  const void *bytes;

  if (packet == NULL || self->in_flight != NULL || self->broken != NULL)
    return;
  bytes = g_bytes_get_data (packet, &length);
  self->in_flight = g_bytes_ref (packet); /* break_session may empty the queue meanwhile */
  g_output_stream_write_all_async (annex_process_get_stdin (self->process), bytes, length,
                                   G_PRIORITY_DEFAULT, self->cancellable, written_cb,
                                   g_object_ref (self));
}

static void
push (AnnexSftp *self, GBytes *packet)
{
  g_queue_push_tail (&self->out, packet);
  write_next (self);
}

/* Without an answer in time nothing more is expected from this server. */
static DexFuture *
late_cb (DexFuture *future, gpointer user)
{
  AnnexSftp *self = user;
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    break_session (self, g_error_copy (error));
  return dex_ref (future);
}

DexFuture *
annex_sftp_send (AnnexSftp *self, GByteArray *request)
{
  DexPromise *promise;
  DexFuture *limited;

  if (self->broken != NULL)
    {
      g_byte_array_unref (request);
      return dex_future_new_for_error (g_error_copy (self->broken));
    }
  promise = dex_promise_new ();
  self->last_id++;
  g_hash_table_insert (self->waiting, GUINT_TO_POINTER (self->last_id), dex_ref (promise));
  push (self, annex_sftp_request_end (request, self->last_id));
  limited = annex_future_with_timeout (DEX_FUTURE (promise), REPLY_LIMIT_MS);
  return dex_future_catch (limited, late_cb, g_object_ref (self), g_object_unref);
}

/* ---- life */

gboolean
annex_sftp_is_broken (AnnexSftp *self)
{
  g_return_val_if_fail (ANNEX_IS_SFTP (self), TRUE);

  return self->broken != NULL;
}

void
annex_sftp_close (AnnexSftp *self)
{
  g_return_if_fail (ANNEX_IS_SFTP (self));

  break_lost (self);
}

AnnexSftp *
annex_sftp_new (AnnexProcess *process)
{
  AnnexSftp *self = g_object_new (ANNEX_TYPE_SFTP, NULL);

  self->process = g_object_ref (process);
  push (self, annex_sftp_request_end (annex_sftp_request_begin (ANNEX_SFTP_INIT), 3));
  read_head (self);
  return self;
}

static void
annex_sftp_finalize (GObject *object)
{
  AnnexSftp *self = ANNEX_SFTP (object);

  g_clear_object (&self->process);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->waiting, g_hash_table_unref);
  g_queue_clear_full (&self->out, (GDestroyNotify) g_bytes_unref);
  g_clear_error (&self->broken);
  g_free (self->body);
  G_OBJECT_CLASS (annex_sftp_parent_class)->finalize (object);
}

static void
annex_sftp_class_init (AnnexSftpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_sftp_finalize;
}

static void
annex_sftp_init (AnnexSftp *self)
{
  self->cancellable = g_cancellable_new ();
  self->waiting = g_hash_table_new_full (NULL, NULL, NULL, dex_unref);
  self->body = g_malloc (ANNEX_SFTP_MAX_PACKET);
  g_queue_init (&self->out);
}
