/* image-fetch.h
 *
 * For tests that fetch images: a server on loopback with its faults, a store and a fetcher.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-fetcher.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  SoupServer *server;
  AnnexImageStore *store;
  AnnexImageFetcher *fetcher;
  GHashTable *files;    /* path -> GBytes */
  GPtrArray *requests;  /* "path range" */
  guint cuts;           /* so many answers with the base layer break off halfway */
  gboolean no_ranges;   /* ranges are ignored */
  gboolean wrong_range; /* ranges are answered with another part */
  guint status;         /* instead of the base layer, if not 0 */
  guint statuses;       /* so many times */
  GCancellable *cancel_at_base;
  const char *disk_at_base; /* options that the disk gets then */
  guint progress_reports;
  double last_fraction;
  guint64 transferred_bytes;
  guint port;
} FetchFixture;

/* The server's file @name has @content from now on. (transfer full: @content) */
void
fetch_serve (FetchFixture *f, const char *name, GBytes *content);
/* Serves a whole image as image_harness_write_image writes it. */
void
fetch_serve_image (FetchFixture *f, const char *version, const char *seed);
/* Makes the fetcher anew; @sha256 (nullable) is that of the manifest it believes. */
void
fetch_use_address (FetchFixture *f, const char *sha256);
/* For g_test_add: a server with the image "one", an empty store, a fetcher. */
void
fetch_set_up (FetchFixture *f, gconstpointer data);
void
fetch_tear_down (FetchFixture *f, gconstpointer data);
/* Fetches; NULL with the error. The value lives until the next wait. */
const GValue *
fetch_provide (FetchFixture *f, GError **error);
/* Which version is in use in the store; NULL: none. */
void
fetch_assert_current (FetchFixture *f, const char *version);
/* Fetches, and @version is then the one in use. */
void
fetch_assert_provided (FetchFixture *f, const char *version);
/* Fetching ends with this error. */
void
fetch_assert_refused (FetchFixture *f, GQuark domain, int code);
/* Of what was asked so far ("path start"), how much begins with @prefix. */
guint
fetch_count_requests (FetchFixture *f, const char *prefix);
/* Counts the reports of a source in @data, a FetchFixture. */
void
fetch_on_progress (AnnexImageSource *source, const char *sentence, double fraction, gpointer data);

G_END_DECLS
