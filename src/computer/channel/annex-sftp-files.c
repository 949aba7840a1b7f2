/* annex-sftp-files.c
 *
 * See annex-sftp.h: reading, writing and looking at files as sequences of SFTP requests. Runs in
 * fibers; knows nothing of the wire format beyond the builders.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sftp.h"

#include "annex-future.h"
#include "annex-paths.h"

#include <string.h>
#include <sys/stat.h>

#define PIECE_BYTES (64u * 1024u)
#define PIECES_UNDER_WAY 16
#define DISK_FULL_BELOW_BYTES (256u * 1024u)

typedef struct
{
  AnnexSftp *sftp;
  char *path;
  guint64 offset;
  guint64 max;
  GBytes *bytes;
} Job;

static Job *
job_new (AnnexSftp *sftp, const char *path)
{
  Job *job = g_new0 (Job, 1);

  job->sftp = g_object_ref (sftp);
  job->path = g_strdup (path);
  return job;
}

static void
job_free (gpointer user)
{
  Job *job = user;

  g_object_unref (job->sftp);
  g_free (job->path);
  g_clear_pointer (&job->bytes, g_bytes_unref);
  g_free (job);
}

/* ---- single requests */

static void
set_status_error (GError **error, guint32 status, const char *path)
{
  g_autofree char *shown = g_utf8_make_valid (path, -1);

  if (status == ANNEX_SFTP_STATUS_NO_SUCH_FILE)
    g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND, "There is no “%s”",
                 shown);
  else if (status == ANNEX_SFTP_STATUS_PERMISSION_DENIED)
    g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED, "No permission for “%s”",
                 shown);
  else
    g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                 "The computer could not do this with “%s”", shown);
}

/* Takes @future. NULL with an error unless a reply of @type came; for STATUS it must be OK. */
static AnnexSftpReply *
await_reply (DexFuture *future, AnnexSftpType type, const char *path, GError **error)
{
  g_autoptr (AnnexSftpReply) reply = dex_await_boxed (future, error);

  if (reply == NULL)
    {
      annex_error_normalise (error);
      return NULL;
    }
  if (reply->type == ANNEX_SFTP_STATUS && reply->status != ANNEX_SFTP_STATUS_OK)
    {
      set_status_error (error, reply->status, path);
      return NULL;
    }
  if (reply->type != type)
    {
      g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                           "The computer’s file service gave an answer of the wrong kind");
      return NULL;
    }
  return g_steal_pointer (&reply);
}

static AnnexSftpReply *
ask_path (AnnexSftp *sftp,
          AnnexSftpType type,
          AnnexSftpType reply,
          const char *path,
          GError **error)
{
  GByteArray *request = annex_sftp_request_begin (type);

  annex_sftp_request_add_text (request, path);
  if (type == ANNEX_SFTP_MKDIR)
    annex_sftp_request_add_permissions (request, 0755);
  return await_reply (annex_sftp_send (sftp, request), reply, path, error);
}

static GBytes *
open_file (AnnexSftp *sftp, const char *path, guint32 flags, int permissions, GError **error)
{
  GByteArray *request = annex_sftp_request_begin (ANNEX_SFTP_OPEN);
  g_autoptr (AnnexSftpReply) reply = NULL;

  annex_sftp_request_add_text (request, path);
  annex_sftp_request_add_u32 (request, flags);
  annex_sftp_request_add_permissions (request, permissions);
  reply = await_reply (annex_sftp_send (sftp, request), ANNEX_SFTP_HANDLE, path, error);
  return reply != NULL ? g_bytes_ref (reply->data) : NULL;
}

static GByteArray *
request_on_handle (AnnexSftpType type, GBytes *handle)
{
  GByteArray *request = annex_sftp_request_begin (type);
  gsize length;
  const void *bytes = g_bytes_get_data (handle, &length);

  annex_sftp_request_add_data (request, bytes, length);
  return request;
}

static gboolean
close_file (AnnexSftp *sftp, GBytes *handle, const char *path, GError **error)
{
  g_autoptr (AnnexSftpReply) reply =
      await_reply (annex_sftp_send (sftp, request_on_handle (ANNEX_SFTP_CLOSE, handle)),
                   ANNEX_SFTP_STATUS, path, error);

  return reply != NULL;
}

/* Where nobody waits for the answer: clean-up. */
static void
send_and_forget (AnnexSftp *sftp, GByteArray *request)
{
  dex_future_disown (annex_sftp_send (sftp, request));
}

/* ---- reading */

static DexFuture *
send_read (AnnexSftp *sftp, GBytes *handle, guint64 offset, guint32 length)
{
  GByteArray *request = request_on_handle (ANNEX_SFTP_READ, handle);

  annex_sftp_request_add_u64 (request, offset);
  annex_sftp_request_add_u32 (request, length);
  return annex_sftp_send (sftp, request);
}

/* Reads what one round of requests brings, in order. A short piece makes the later ones useless:
 * the next round starts after it. Returns FALSE with @error unset at the end of the file. */
static gboolean
read_round (Job *job, GBytes *handle, GByteArray *out, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (dex_unref);
  guint64 at = job->offset + out->len;
  guint64 left = job->max - out->len;
  guint i;

  for (i = 0; i < PIECES_UNDER_WAY && left > 0; i++)
    {
      guint32 length = (guint32) MIN (left, PIECE_BYTES);

      g_ptr_array_add (pieces, send_read (job->sftp, handle, at, length));
      at += length;
      left -= length;
    }
  at = job->offset + out->len;
  left = job->max - out->len;
  for (i = 0; i < pieces->len; i++)
    {
      guint32 asked = (guint32) MIN (left, PIECE_BYTES);
      g_autoptr (AnnexSftpReply) reply = dex_await_boxed (dex_ref (pieces->pdata[i]), error);
      gsize got;

      if (reply != NULL && reply->type == ANNEX_SFTP_STATUS &&
          reply->status == ANNEX_SFTP_STATUS_EOF)
        return FALSE;
      if (reply == NULL || reply->type != ANNEX_SFTP_DATA)
        {
          if (reply != NULL)
            set_status_error (error, reply->status, job->path);
          else
            annex_error_normalise (error);
          return FALSE;
        }
      got = g_bytes_get_size (reply->data);
      if (got == 0 || got > asked)
        {
          g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL,
                               "The computer’s file service sent more or less than it may");
          return FALSE;
        }
      g_byte_array_append (out, g_bytes_get_data (reply->data, NULL), (guint) got);
      left -= got;
      if (got < asked)
        return left > 0;
    }
  return left > 0;
}

static DexFuture *
read_fiber (gpointer user)
{
  Job *job = user;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (AnnexSftpReply) reply = NULL;
  g_autoptr (GBytes) handle = NULL;
  GError *error = NULL;

  /* Looked at before it is opened: opening a FIFO would hang the whole session. */
  reply = ask_path (job->sftp, ANNEX_SFTP_STAT, ANNEX_SFTP_ATTRS, job->path, &error);
  if (reply == NULL)
    return dex_future_new_for_error (error);
  if (!reply->attributes.has_mode || !S_ISREG (reply->attributes.mode))
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                    S_ISDIR (reply->attributes.mode) ? "It is a folder"
                                                                     : "It is not a regular file");
  handle = open_file (job->sftp, job->path, ANNEX_SFTP_FLAG_READ, -1, &error);
  if (handle == NULL)
    return dex_future_new_for_error (error);
  while (job->max > 0 && read_round (job, handle, out, &error))
    ;
  send_and_forget (job->sftp, request_on_handle (ANNEX_SFTP_CLOSE, handle));
  if (error != NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES,
                                    g_byte_array_free_to_bytes (g_steal_pointer (&out)));
}

DexFuture *
annex_sftp_read (AnnexSftp *self, const char *path, guint64 offset, guint64 max)
{
  Job *job;

  dex_return_error_if_fail (ANNEX_IS_SFTP (self));
  dex_return_error_if_fail (path != NULL);

  /* A GByteArray counts in 32 bits; nobody has a use for more in memory. */
  if (max > G_MAXINT32)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE,
                                    "At most 2 GiB can be read at a time");
  job = job_new (self, path);
  job->offset = offset;
  job->max = max;
  return annex_fiber_run (read_fiber, job, job_free);
}

/* ---- writing */

/* Makes the missing parents of @path, outermost first. Errors show when the file is opened, so none
 * is kept here. */
static void
make_parents (AnnexSftp *sftp, const char *path)
{
  g_autoptr (GPtrArray) missing = g_ptr_array_new_with_free_func (g_free);
  char *parent = g_path_get_dirname (path);
  guint i;

  while (strcmp (parent, "/") != 0 && strcmp (parent, ".") != 0 && !annex_sftp_is_broken (sftp))
    {
      g_autoptr (AnnexSftpReply) reply =
          ask_path (sftp, ANNEX_SFTP_STAT, ANNEX_SFTP_ATTRS, parent, NULL);

      if (reply != NULL)
        break;
      g_ptr_array_add (missing, parent);
      parent = g_path_get_dirname (parent);
    }
  g_free (parent);
  for (i = missing->len; i > 0; i--)
    {
      /* One that fails was perhaps made by somebody else meanwhile. */
      g_autoptr (AnnexSftpReply) reply =
          ask_path (sftp, ANNEX_SFTP_MKDIR, ANNEX_SFTP_STATUS, missing->pdata[i - 1], NULL);
    }
}

/* The computer's disk being full has no status of its own in SFTP 3: it is asked for. */
static void
explain_failure (AnnexSftp *sftp, const char *path, GError **error)
{
  GByteArray *request;
  g_autoptr (AnnexSftpReply) reply = NULL;
  g_autofree char *folder = g_path_get_dirname (path);
  guint64 available;

  if (!g_error_matches (*error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED))
    return;
  request = annex_sftp_request_begin (ANNEX_SFTP_EXTENDED);
  annex_sftp_request_add_text (request, "statvfs@openssh.com");
  annex_sftp_request_add_text (request, folder);
  reply = await_reply (annex_sftp_send (sftp, request), ANNEX_SFTP_EXTENDED_REPLY, path, NULL);
  if (reply == NULL || !annex_sftp_parse_statvfs (reply->data, &available) ||
      available >= DISK_FULL_BELOW_BYTES)
    return;
  g_clear_error (error);
  g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL,
                       "The computer’s disk is full");
}

/* Writes all bytes, some pieces under way at a time. */
static gboolean
write_all (Job *job, GBytes *handle, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func (dex_unref);
  gsize length, at = 0;
  guint next = 0;
  const guint8 *bytes = g_bytes_get_data (job->bytes, &length);

  while (at < length || next < pieces->len)
    {
      g_autoptr (AnnexSftpReply) reply = NULL;

      while (at < length && pieces->len - next < PIECES_UNDER_WAY)
        {
          GByteArray *request = request_on_handle (ANNEX_SFTP_WRITE, handle);
          gsize piece = MIN (length - at, PIECE_BYTES);

          annex_sftp_request_add_u64 (request, at);
          annex_sftp_request_add_data (request, bytes + at, piece);
          g_ptr_array_add (pieces, annex_sftp_send (job->sftp, request));
          at += piece;
        }
      reply = await_reply (dex_ref (pieces->pdata[next++]), ANNEX_SFTP_STATUS, job->path, error);
      if (reply == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Follows a symbolic link to where the file is, so that writing through a link keeps the link.
 * Returns the permissions the file has now, 0644 for a new one, -1 with @error. */
static int
look_at_target (Job *job, GError **error)
{
  g_autoptr (AnnexSftpReply) reply =
      ask_path (job->sftp, ANNEX_SFTP_LSTAT, ANNEX_SFTP_ATTRS, job->path, NULL);
  g_autoptr (AnnexSftpReply) name = NULL;

  if (reply != NULL && S_ISLNK (reply->attributes.mode))
    {
      name = ask_path (job->sftp, ANNEX_SFTP_REALPATH, ANNEX_SFTP_NAME, job->path, error);
      if (name == NULL)
        return -1;
      g_set_str (&job->path, name->name);
      g_clear_pointer (&reply, annex_sftp_reply_free);
      reply = ask_path (job->sftp, ANNEX_SFTP_LSTAT, ANNEX_SFTP_ATTRS, job->path, NULL);
    }
  if (reply == NULL || !reply->attributes.has_mode)
    return 0644;
  if (!S_ISREG (reply->attributes.mode))
    {
      g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                           S_ISDIR (reply->attributes.mode) ? "It is a folder"
                                                            : "It is not a regular file");
      return -1;
    }
  return (int) (reply->attributes.mode & 0777);
}

static gboolean
rename_over (AnnexSftp *sftp, const char *from, const char *to, GError **error)
{
  GByteArray *request = annex_sftp_request_begin (ANNEX_SFTP_EXTENDED);
  g_autoptr (AnnexSftpReply) reply = NULL;

  /* Plain RENAME of version 3 refuses to replace. */
  annex_sftp_request_add_text (request, "posix-rename@openssh.com");
  annex_sftp_request_add_text (request, from);
  annex_sftp_request_add_text (request, to);
  reply = await_reply (annex_sftp_send (sftp, request), ANNEX_SFTP_STATUS, to, error);
  return reply != NULL;
}

static gboolean
fill_file (Job *job, GBytes *handle, int permissions, GError **error)
{
  GByteArray *request;
  g_autoptr (AnnexSftpReply) reply = NULL;

  if (!write_all (job, handle, error))
    return FALSE;
  if (permissions == 0644)
    return TRUE; /* a new file: as it was opened, less the umask */
  request = request_on_handle (ANNEX_SFTP_FSETSTAT, handle);
  annex_sftp_request_add_permissions (request, permissions);
  reply = await_reply (annex_sftp_send (job->sftp, request), ANNEX_SFTP_STATUS, job->path, error);
  return reply != NULL;
}

static DexFuture *
write_fiber (gpointer user)
{
  Job *job = user;
  const guint32 flags = ANNEX_SFTP_FLAG_WRITE | ANNEX_SFTP_FLAG_CREATE | ANNEX_SFTP_FLAG_EXCLUSIVE;
  g_autofree char *identifier = annex_identifier_new ();
  g_autofree char *folder = NULL;
  g_autofree char *temporary = NULL;
  g_autoptr (GBytes) handle = NULL;
  GError *error = NULL;
  int permissions = look_at_target (job, &error);
  gboolean done;

  if (permissions < 0)
    return dex_future_new_for_error (error);
  folder = g_path_get_dirname (job->path);
  temporary = g_strdup_printf ("%s/.annex-%s", folder, identifier);
  handle = open_file (job->sftp, temporary, flags, 0644, &error);
  if (g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      make_parents (job->sftp, job->path);
      handle = open_file (job->sftp, temporary, flags, 0644, &error);
    }
  if (handle == NULL)
    {
      explain_failure (job->sftp, job->path, &error);
      return dex_future_new_for_error (error);
    }
  done = fill_file (job, handle, permissions, &error);
  done = close_file (job->sftp, handle, job->path, done ? &error : NULL) && done;
  done = done && rename_over (job->sftp, temporary, job->path, &error);
  if (!done)
    {
      g_autoptr (AnnexSftpReply) removed = NULL;

      explain_failure (job->sftp, job->path, &error);
      removed = ask_path (job->sftp, ANNEX_SFTP_REMOVE, ANNEX_SFTP_STATUS, temporary, NULL);
      return dex_future_new_for_error (error);
    }
  return dex_future_new_true ();
}

DexFuture *
annex_sftp_write (AnnexSftp *self, const char *path, GBytes *bytes)
{
  Job *job;

  dex_return_error_if_fail (ANNEX_IS_SFTP (self));
  dex_return_error_if_fail (path != NULL);
  dex_return_error_if_fail (bytes != NULL);

  job = job_new (self, path);
  job->bytes = g_bytes_ref (bytes);
  return annex_fiber_run (write_fiber, job, job_free);
}

/* ---- looking */

static DexFuture *
stat_fiber (gpointer user)
{
  Job *job = user;
  GError *error = NULL;
  g_autoptr (AnnexSftpReply) reply =
      ask_path (job->sftp, ANNEX_SFTP_STAT, ANNEX_SFTP_ATTRS, job->path, &error);

  if (reply == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_SFTP_ATTRIBUTES,
                                    g_boxed_copy (ANNEX_TYPE_SFTP_ATTRIBUTES, &reply->attributes));
}

DexFuture *
annex_sftp_stat (AnnexSftp *self, const char *path)
{
  dex_return_error_if_fail (ANNEX_IS_SFTP (self));
  dex_return_error_if_fail (path != NULL);

  return annex_fiber_run (stat_fiber, job_new (self, path), job_free);
}
