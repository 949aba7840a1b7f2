/* annex-machine-connect.c
 *
 * From a running machine to a guest that answers: the channel, and the watch over the serial log
 * while the guest boots.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-machine-private.h"

#include "annex-future.h"
#include "annex-json.h"
#include "annex-spoken.h"
#include "annex-ssh-channel.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define WORDS_BYTES 4096
#define MAX_LOG_BYTES (1024 * 1024)
/* One attempt at a login; a guest that is still booting does not answer. */
#define ATTEMPT_MS 60000
#define LOOK_MS 250
/* A guest that talks on and never answers is given up all the same: after so many times the limit,
 * and what it says beyond so much is no progress. */
#define MAX_STALLS 5
#define MAX_SAID_BYTES (64 * 1024)

/* What it said last is only nice to have, and its disk may never answer. */
#define WORDS_LIMIT_MS 2000

/* ---------------------------------------------------------------- the guest's first words */

static char *
read_last_words (const char *log_path)
{
  g_autofd int fd = open (log_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char buffer[WORDS_BYTES + 1];
  struct stat info;
  gssize n;
  g_auto (GStrv) lines = NULL;

  if (fd < 0 || fstat (fd, &info) != 0)
    return NULL;
  n = pread (fd, buffer, WORDS_BYTES, MAX (0, info.st_size - WORDS_BYTES));
  if (n <= 0)
    return NULL;
  for (gssize i = 0; i < n; i++)
    if (buffer[i] == '\0')
      buffer[i] = ' ';
  buffer[n] = '\0';
  lines = g_strsplit (buffer, "\n", -1);
  for (guint i = g_strv_length (lines); i > 0; i--)
    {
      const char *words = strstr (lines[i - 1], "annex-init: ");

      if (words != NULL)
        return annex_text_make_valid (g_strstrip ((char *) words + strlen ("annex-init: ")), -1);
    }
  return NULL;
}

char *
annex_machine_dup_last_words (AnnexMachine *self)
{
  return read_last_words (self->log_path);
}

static DexFuture *
words_work (gpointer data)
{
  return dex_future_new_take_string (read_last_words (data));
}

gboolean
annex_machine_trim_log (const char *path)
{
  g_autofd int fd = open (path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  char end[WORDS_BYTES];
  struct stat info;
  gssize n;

  /* Not its size: a computer that was saved by an earlier Annex writes on where it was, and leaves
   * a hole before. */
  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) ||
      (gint64) info.st_blocks * 512 <= MAX_LOG_BYTES)
    return FALSE;
  n = pread (fd, end, sizeof end, MAX (0, info.st_size - (gint64) sizeof end));
  if (ftruncate (fd, 0) != 0)
    return FALSE;
  /* On a full disk its last words are lost, and its room is won. */
  if (n > 0 && write (fd, end, (gsize) n) != n)
    g_debug ("The end of “%s” could not be kept: %s", path, g_strerror (errno));
  return TRUE;
}

typedef struct
{
  AnnexMachine *self;
  guint stall_ms;
  DexFuture *look;  /* at the log's size, in a thread; nullable */
  gint64 log_bytes; /* -1: not known yet */
} Connecting;

static void
connecting_free (gpointer data)
{
  Connecting *connecting = data;

  g_object_unref (connecting->self);
  dex_clear (&connecting->look);
  g_free (connecting);
}

/* The socket was made by libvirt before QEMU started, so connecting never waits. */
static int
connect_socket (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofd int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (strlen (path) >= sizeof address.sun_path)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                        N_ ("The path of the channel is too long: “%s”"), path);
      return -1;
    }
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  if (fd < 0 || connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    {
      annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                        N_ ("The channel to the computer is not there: %s"), g_strerror (errno));
      return -1;
    }
  return g_steal_fd (&fd);
}

static DexFuture *
log_size_work (gpointer data)
{
  struct stat info;

  return dex_future_new_for_int64 (stat (data, &info) == 0 ? (gint64) info.st_size : 0);
}

/* Logs lie where computers do, and that disk may never answer: one thread at a time waits for it,
 * and what is not known is no progress. Returns by how much the log has changed. */
static gint64
look_at_log (Connecting *self)
{
  gint64 before = self->log_bytes;
  const GValue *value;

  if (self->look != NULL && dex_future_is_pending (self->look))
    return 0;
  if (self->look != NULL && (value = dex_future_get_value (self->look, NULL)) != NULL)
    self->log_bytes = g_value_get_int64 (value);
  dex_clear (&self->look);
  self->look =
      annex_worker_run ("annex-log-size", log_size_work, g_strdup (self->self->log_path), g_free);
  return before >= 0 ? self->log_bytes - before : 0;
}

/* In a fiber: @error (taken) with the last words of the computer, if it had any. */
static GError *
add_words (AnnexMachine *self, GError *error)
{
  g_autofree char *words = dex_await_string (
      annex_future_with_timeout (
          annex_worker_run ("annex-last-words", words_work, g_strdup (self->log_path), g_free),
          WORDS_LIMIT_MS),
      NULL); /* an error is told without them */
  GError *told;

  if (words == NULL)
    return error;
  told =
      g_error_new (error->domain, error->code, "%s. The last it said: %s", error->message, words);
  /* Translators: what happened to the computer, then its last words */
  annex_spoken_take (
      told, g_strdup_printf (_ ("%s. The last it said: %s"), annex_error_said (error), words));
  g_error_free (error);
  return told;
}

static GError *
ended_error (AnnexMachine *self)
{
  GError *error = NULL;

  annex_set_spoken_detail (&error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST,
                           N_ ("Annex’s computer ended while it was starting (%s)"),
                           self->lost_reason != NULL ? self->lost_reason : N_ ("it was stopped"));
  return add_words (self, error);
}

static GError *
stalled_error (AnnexMachine *self, guint stall_ms)
{
  return add_words (
      self,
      annex_spoken_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED,
                        N_ ("Annex’s computer made no progress for %u s while it was starting"),
                        stall_ms / 1000));
}

static GError *
never_answered_error (AnnexMachine *self, guint limit_ms)
{
  return add_words (self,
                    annex_spoken_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_BOOT_STALLED,
                                      N_ ("Annex’s computer runs, but did not answer within %u s"),
                                      limit_ms / 1000));
}

/* The time that the machine had, in microseconds from any moment: what it waits for a processor of
 * a busy host is none. */
static gint64
machine_time_us (AnnexMachine *self, gint64 *waited_us)
{
  *waited_us = MAX (*waited_us, annex_machine_get_waited_us (self));
  return g_get_monotonic_time () - *waited_us;
}

/* One attempt after the other, until the guest answers, ends, or says nothing new for too long. */
static DexFuture *
connect_fiber (gpointer data)
{
  Connecting *connecting = data;
  AnnexMachine *self = connecting->self;
  g_autoptr (DexFuture) attempt = NULL;
  gint64 said_bytes = 0;
  gint64 waited_us = 0;
  gint64 began_us = machine_time_us (self, &waited_us);
  gint64 last_progress_us = began_us;
  gint64 stall_us = (gint64) connecting->stall_ms * 1000;

  for (;;)
    {
      gint64 now_us, said;

      if (!self->running)
        return dex_future_new_for_error (ended_error (self));
      if (attempt == NULL)
        {
          g_autoptr (GError) error = NULL;
          int fd = connect_socket (self->socket_path, &error);

          if (fd >= 0)
            attempt = annex_future_keep (annex_ssh_channel_open (fd, ATTEMPT_MS));
          else if (!g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST))
            return dex_future_new_for_error (g_steal_pointer (&error));
        }
      dex_await (attempt != NULL ? dex_future_first (dex_ref (attempt), dex_ref (self->gone),
                                                     dex_timeout_new_msec (LOOK_MS), NULL)
                                 : dex_timeout_new_msec (LOOK_MS),
                 NULL); /* whatever came first is looked at below */
      if (attempt != NULL && dex_future_is_resolved (attempt))
        return g_steal_pointer (&attempt);
      if (attempt != NULL && dex_future_is_rejected (attempt))
        {
          g_autoptr (GError) error = NULL;

          dex_future_get_value (attempt, &error);
          g_debug ("The guest does not answer yet: %s", error->message);
          dex_clear (&attempt);
        }
      now_us = machine_time_us (self, &waited_us);
      said = look_at_log (connecting);
      said_bytes += MAX (0, said);
      if (said != 0 && said_bytes <= MAX_SAID_BYTES)
        last_progress_us = now_us;
      if (now_us - last_progress_us > stall_us)
        return dex_future_new_for_error (stalled_error (self, connecting->stall_ms));
      if (now_us - began_us > stall_us * MAX_STALLS)
        return dex_future_new_for_error (
            never_answered_error (self, connecting->stall_ms * MAX_STALLS));
    }
}

DexFuture *
annex_machine_connect (AnnexMachine *self, guint stall_ms)
{
  Connecting *connecting = g_new0 (Connecting, 1);

  connecting->self = g_object_ref (self);
  connecting->stall_ms = stall_ms;
  connecting->log_bytes = -1;
  look_at_log (connecting);
  return annex_fiber_run (connect_fiber, connecting, connecting_free);
}
