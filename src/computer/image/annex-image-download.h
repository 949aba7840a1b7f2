/* annex-image-download.h
 *
 * One file from the network into one file on disk: resumed by a range, checked against size and
 * checksum. Blocking, for worker threads; private to this folder.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Called as bytes arrive: how many of the file are on disk. In the downloading thread. */
typedef void (*AnnexImageDownloadFunc) (guint64 done_bytes, gpointer data);

/* A request begins, and has @ended or was sent on to another address: who is asked, how many bytes
 * of the answer came, and why it failed (NULL: it did not). In the downloading thread. */
typedef void (*AnnexImageRequestFunc) (gboolean ended,
                                       const char *host,
                                       guint port,
                                       guint64 bytes,
                                       const char *failure,
                                       gpointer data);

typedef struct
{
  const char *address;  /* of the file */
  const char *path;     /* the finished file; <path>.part until then */
  guint64 size_bytes;   /* expected */
  const char *sha256;   /* expected */
  guint retry_delay_ms; /* before the first retry; doubled each time */
  AnnexImageDownloadFunc progress;
  gpointer progress_data;
  AnnexImageRequestFunc request; /* nullable */
  gpointer request_data;
} AnnexImageDownload;

/* Whether @address may be fetched from: https, or http on loopback. */
gboolean
annex_image_address_is_allowed (const char *address);

/* A small text, at most @limit bytes. @request is nullable. NULL with ANNEX_IMAGE_ERROR or
 * G_IO_ERROR_CANCELLED. (transfer full) */
GBytes *
annex_image_download_text (const char *address,
                           gsize limit,
                           AnnexImageRequestFunc request,
                           gpointer request_data,
                           GCancellable *cancellable,
                           GError **error);

/* Fetches the file. A connection that breaks is tried again, from where it broke, until several
 * attempts in a row brought nothing; then the partial file stays for the next call. FALSE with
 * ANNEX_IMAGE_ERROR (NOT_FOUND, DAMAGED, NETWORK, NO_SPACE, FAILED) or G_IO_ERROR_CANCELLED. */
gboolean
annex_image_download (AnnexImageDownload *download, GCancellable *cancellable, GError **error);

G_END_DECLS
