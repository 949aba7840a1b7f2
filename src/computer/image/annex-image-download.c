/* annex-image-download.c
 *
 * See annex-image-download.h. Ranges: RFC 9110 §14. The server is not trusted: it cannot make the
 * file longer than the manifest says, and nothing is used before its checksum is right.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-download.h"

#include "annex-image-manifest.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <libsoup/soup.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Attempts in a row that brought no byte, before giving up. */
#define MAX_IDLE_ATTEMPTS 4
/* How often a file may begin anew because the server would not continue it. */
#define MAX_RESTARTS 3
/* Nothing heard for so long is a broken connection. */
#define TIMEOUT_S 30
#define CHUNK_BYTES (256 * 1024)

typedef enum {
  ATTEMPT_DONE,   /* the whole file is there */
  ATTEMPT_BROKEN, /* worth another try */
  ATTEMPT_FAILED, /* not */
} Attempt;

typedef struct
{
  AnnexImageDownload *download;
  GCancellable *cancellable;
  SoupSession *session;
  GChecksum *checksum; /* over the first @done bytes */
  char *part;
  int fd;
  guint64 done;
  guint64 received; /* of this attempt */
  guint restarts;
} Transfer;

gboolean
annex_image_address_is_allowed (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  const char *scheme, *host;

  if (uri == NULL || (host = g_uri_get_host (uri)) == NULL || host[0] == '\0')
    return FALSE;
  scheme = g_uri_get_scheme (uri);
  if (strcmp (scheme, "https") == 0)
    return TRUE;
  return strcmp (scheme, "http") == 0 &&
         (strcmp (host, "localhost") == 0 || strcmp (host, "127.0.0.1") == 0 ||
          strcmp (host, "::1") == 0);
}

static SoupSession *
make_session (void)
{
  return soup_session_new_with_options ("user-agent", "Annex/" ANNEX_VERSION, "timeout", TIMEOUT_S,
                                        NULL);
}

/* A redirect must not leave what is allowed. */
static gboolean
went_astray (SoupMessage *message)
{
  g_autofree char *address = g_uri_to_string (soup_message_get_uri (message));

  return !annex_image_address_is_allowed (address);
}

/* Turns an error of libsoup or GIO into this module's. Cancellation stays what it is. */
static void
set_network_error (GError **error, GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_propagate_error (error, cause);
      return;
    }
  if (cause != NULL)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
                      N_ ("The computer’s image could not be fetched: %s"), cause->message);
  else
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
                      N_ ("The computer’s image could not be fetched: the connection broke"));
  g_clear_error (&cause);
}

static void
set_disk_error (GError **error)
{
  int code = errno;

  annex_set_spoken (error, ANNEX_IMAGE_ERROR,
                    code == ENOSPC || code == EDQUOT ? ANNEX_IMAGE_ERROR_NO_SPACE
                                                     : ANNEX_IMAGE_ERROR_FAILED,
                    N_ ("The computer’s image could not be written: %s"), g_strerror (code));
}

/* FALSE with an error for every answer but success. @retry is set where another try may help. */
static gboolean
check_status (SoupMessage *message, gboolean *retry, GError **error)
{
  guint status = soup_message_get_status (message);

  *retry = FALSE;
  if (went_astray (message))
    annex_set_spoken (
        error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
        N_ ("The address of the computer’s image leads to one that is not encrypted"));
  else if (status == SOUP_STATUS_OK || status == SOUP_STATUS_PARTIAL_CONTENT)
    return TRUE;
  else if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND,
                      N_ ("There is no image of the computer at its address (HTTP status %u)"),
                      status);
  else
    {
      *retry = status >= 500 || status == SOUP_STATUS_REQUEST_TIMEOUT || status == 429;
      annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
                        N_ ("The computer’s image could not be fetched: HTTP status %u"), status);
    }
  return FALSE;
}

/* ---------------------------------------------------------------- who was asked */

typedef struct
{
  AnnexImageRequestFunc func; /* nullable */
  gpointer data;
  GUri *uri; /* that is asked now */
} Teller;

static void
tell (Teller *self, gboolean ended, guint64 bytes, const GError *failure)
{
  if (self->func != NULL)
    self->func (ended, g_uri_get_host (self->uri), (guint) g_uri_get_port (self->uri), bytes,
                failure != NULL ? failure->message : NULL, self->data);
}

/* Who sends on to another address was asked, too. */
static void
restarted_cb (SoupMessage *message, Teller *self)
{
  tell (self, TRUE, 0, NULL);
  g_uri_unref (self->uri);
  self->uri = g_uri_ref (soup_message_get_uri (message));
  tell (self, FALSE, 0, NULL);
}

static void
teller_start (Teller *self, SoupMessage *message)
{
  self->uri = g_uri_ref (soup_message_get_uri (message));
  g_signal_connect (message, "restarted", G_CALLBACK (restarted_cb), self);
  tell (self, FALSE, 0, NULL);
}

static void
teller_end (Teller *self, SoupMessage *message, guint64 bytes, const GError *failure)
{
  g_signal_handlers_disconnect_by_data (message, self);
  tell (self, TRUE, bytes, failure);
  g_uri_unref (self->uri);
}

/* ---------------------------------------------------------------- a small text */

static gboolean
read_text (SoupMessage *message,
           GByteArray *text,
           gsize limit,
           GCancellable *cancellable,
           GError **error)
{
  g_autoptr (SoupSession) session = make_session ();
  g_autoptr (GInputStream) body = NULL;
  g_autofree guint8 *buffer = g_malloc (CHUNK_BYTES);
  GError *local = NULL;
  gboolean retry;
  gssize n;

  body = soup_session_send (session, message, cancellable, &local);
  if (body == NULL)
    {
      set_network_error (error, local);
      return FALSE;
    }
  if (!check_status (message, &retry, error))
    return FALSE;
  while ((n = g_input_stream_read (body, buffer, CHUNK_BYTES, cancellable, &local)) > 0)
    {
      if (text->len + (gsize) n > limit)
        {
          annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                            N_ ("The description of the computer’s image is too large"));
          return FALSE;
        }
      g_byte_array_append (text, buffer, n);
    }
  if (n < 0)
    {
      set_network_error (error, local);
      return FALSE;
    }
  return TRUE;
}

GBytes *
annex_image_download_text (const char *address,
                           gsize limit,
                           AnnexImageRequestFunc request,
                           gpointer request_data,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, address);
  g_autoptr (GByteArray) text = g_byte_array_new ();
  Teller teller = { .func = request, .data = request_data };
  GError *local = NULL;

  if (message == NULL || !annex_image_address_is_allowed (address))
    {
      annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
                        N_ ("The address of the computer’s image is not an https address"));
      return NULL;
    }
  teller_start (&teller, message);
  read_text (message, text, limit, cancellable, &local);
  teller_end (&teller, message, text->len, local);
  if (local == NULL)
    return g_byte_array_free_to_bytes (g_steal_pointer (&text));
  g_propagate_error (error, local);
  return NULL;
}

/* ---------------------------------------------------------------- a file */

/* Forgets what was fetched. */
static gboolean
start_over (Transfer *self, GError **error)
{
  g_checksum_reset (self->checksum);
  self->done = 0;
  if (ftruncate (self->fd, 0) == 0 && lseek (self->fd, 0, SEEK_SET) == 0)
    return TRUE;
  set_disk_error (error);
  return FALSE;
}

/* As start_over, when the server does not continue the file; not for ever. */
static gboolean
restart (Transfer *self, GError **error)
{
  if (++self->restarts <= MAX_RESTARTS)
    return start_over (self, error);
  annex_set_spoken (
      error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
      N_ ("The computer’s image could not be fetched: a file is not as long as it should be, "
          "or the server cannot continue it"));
  return FALSE;
}

/* Opens the partial file and takes what an earlier attempt left into the checksum. */
static gboolean
open_part (Transfer *self, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK_BYTES);
  struct stat info;
  ssize_t n;

  self->fd = open (self->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0 || fstat (self->fd, &info) < 0)
    {
      set_disk_error (error);
      return FALSE;
    }
  if (!S_ISREG (info.st_mode) || (guint64) info.st_size > self->download->size_bytes)
    return start_over (self, error);
  while ((n = read (self->fd, buffer, CHUNK_BYTES)) > 0)
    {
      g_checksum_update (self->checksum, buffer, n);
      self->done += n;
      if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
        return FALSE;
    }
  if (n == 0)
    return TRUE;
  set_disk_error (error);
  return FALSE;
}

static gboolean
append (Transfer *self, const guint8 *bytes, gsize length, GError **error)
{
  gsize written = 0;

  while (written < length)
    {
      ssize_t n = write (self->fd, bytes + written, length - written);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          set_disk_error (error);
          return FALSE;
        }
      written += n;
    }
  g_checksum_update (self->checksum, bytes, length);
  self->done += length;
  self->received += length;
  if (self->download->progress != NULL)
    self->download->progress (self->done, self->download->progress_data);
  return TRUE;
}

/* Whether the answer continues what is on disk; otherwise the file begins anew with it. */
static gboolean
begin_body (Transfer *self, SoupMessage *message, GError **error)
{
  goffset start = 0, end = 0, total = 0;

  if (self->done == 0)
    return TRUE;
  if (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT &&
      soup_message_headers_get_content_range (soup_message_get_response_headers (message), &start,
                                              &end, &total) &&
      start >= 0 && (guint64) start == self->done &&
      (total < 0 || (guint64) total == self->download->size_bytes))
    return TRUE;
  if (soup_message_get_status (message) == SOUP_STATUS_OK)
    return restart (self, error);
  annex_set_spoken (
      error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
      N_ ("The computer’s image could not be fetched: the server sent another part of it"));
  return FALSE;
}

static Attempt
receive (Transfer *self, GInputStream *body, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (CHUNK_BYTES);
  GError *local = NULL;
  gssize n;

  while ((n = g_input_stream_read (body, buffer, CHUNK_BYTES, self->cancellable, &local)) > 0)
    {
      if (self->done + n > self->download->size_bytes)
        {
          annex_set_spoken (
              error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
              N_ ("The computer’s image is damaged: a file is longer than it should be"));
          start_over (self, NULL);
          return ATTEMPT_FAILED;
        }
      if (!append (self, buffer, n, error))
        return ATTEMPT_FAILED;
    }
  if (n == 0 && self->done == self->download->size_bytes)
    return ATTEMPT_DONE;
  set_network_error (error, local);
  return ATTEMPT_BROKEN;
}

static Attempt
send_and_receive (Transfer *self, SoupMessage *message, GError **error)
{
  g_autoptr (GInputStream) body = NULL;
  SoupMessageHeaders *headers;
  GError *local = NULL;
  gboolean retry = FALSE;

  headers = soup_message_get_request_headers (message);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (self->done > 0)
    soup_message_headers_set_range (headers, self->done, -1);
  body = soup_session_send (self->session, message, self->cancellable, &local);
  if (body == NULL)
    {
      set_network_error (error, local);
      return ATTEMPT_BROKEN;
    }
  /* 416: what is on disk does not fit the file any more. */
  if (soup_message_get_status (message) == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE &&
      self->done > 0)
    {
      if (!restart (self, error))
        return ATTEMPT_FAILED;
      set_network_error (error, NULL);
      return ATTEMPT_BROKEN;
    }
  if (!check_status (message, &retry, error))
    return retry ? ATTEMPT_BROKEN : ATTEMPT_FAILED;
  if (!begin_body (self, message, error))
    return ATTEMPT_FAILED;
  return receive (self, body, error);
}

/* One request. Sets @error for BROKEN and FAILED. */
static Attempt
attempt (Transfer *self, GError **error)
{
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, self->download->address);
  Teller teller = { .func = self->download->request, .data = self->download->request_data };
  GError *local = NULL;
  Attempt result;

  if (message == NULL)
    {
      annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NETWORK,
                        N_ ("The address of the computer’s image is not an https address"));
      return ATTEMPT_FAILED;
    }
  self->received = 0;
  teller_start (&teller, message);
  result = send_and_receive (self, message, &local);
  teller_end (&teller, message, self->received, local);
  if (local != NULL)
    g_propagate_error (error, local);
  return result;
}

/* Waits before the next try; FALSE when cancelled meanwhile. */
static gboolean
wait_a_while (GCancellable *cancellable, guint delay_ms)
{
  for (guint waited_ms = 0; waited_ms < delay_ms; waited_ms += 20)
    {
      if (g_cancellable_is_cancelled (cancellable))
        return FALSE;
      g_usleep (20 * 1000);
    }
  return !g_cancellable_is_cancelled (cancellable);
}

/* Requests until the file is complete in length. */
static gboolean
transfer (Transfer *self, GError **error)
{
  guint idle_attempts = 0;

  while (self->done < self->download->size_bytes)
    {
      guint64 before = self->done;
      g_autoptr (GError) local = NULL;
      Attempt result = attempt (self, &local);

      if (result == ATTEMPT_DONE)
        return TRUE;
      idle_attempts = self->done > before ? 0 : idle_attempts + 1;
      if (result == ATTEMPT_FAILED || idle_attempts >= MAX_IDLE_ATTEMPTS ||
          g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!wait_a_while (self->cancellable, self->download->retry_delay_ms << idle_attempts))
        {
          g_cancellable_set_error_if_cancelled (self->cancellable, error);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
finish (Transfer *self, GError **error)
{
  if (fsync (self->fd) == 0 && rename (self->part, self->download->path) == 0)
    return TRUE;
  set_disk_error (error);
  return FALSE;
}

static gboolean
run (Transfer *self, GError **error)
{
  gboolean resumed;

  if (!open_part (self, error))
    return FALSE;
  resumed = self->done > 0;
  for (;;)
    {
      g_autoptr (GChecksum) sum = NULL;

      if (!transfer (self, error))
        return FALSE;
      sum = g_checksum_copy (self->checksum);
      if (strcmp (g_checksum_get_string (sum), self->download->sha256) == 0)
        return finish (self, error);
      /* What was left from an earlier attempt may have been of another file: once more, whole. */
      if (!start_over (self, error))
        return FALSE;
      if (!resumed)
        break;
      resumed = FALSE;
    }
  unlink (self->part);
  annex_set_spoken (
      error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
      N_ ("The computer’s image is damaged: a fetched file is not what it should be"));
  return FALSE;
}

gboolean
annex_image_download (AnnexImageDownload *download, GCancellable *cancellable, GError **error)
{
  Transfer self = { .download = download, .cancellable = cancellable, .fd = -1 };
  gboolean ok;

  g_return_val_if_fail (download != NULL && download->address != NULL, FALSE);
  self.session = make_session ();
  self.checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self.part = g_strconcat (download->path, ".part", NULL);
  ok = run (&self, error);
  if (self.fd >= 0)
    close (self.fd);
  g_free (self.part);
  g_checksum_free (self.checksum);
  g_object_unref (self.session);
  return ok;
}
