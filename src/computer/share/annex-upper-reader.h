/* annex-upper-reader.h
 *
 * Parses what `annex-guest draft` streams (the format: vm/guest/draft.c). The stream is hostile;
 * what comes out is checked. Pure: bytes in, values out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft.h"

G_BEGIN_DECLS

#define ANNEX_UPPER_READER_MAX_ENTRIES 200000u

typedef struct _AnnexUpperReader AnnexUpperReader;

AnnexUpperReader *
annex_upper_reader_new (void);
/* With another limit of entries; every limit is at least 1. */
AnnexUpperReader *
annex_upper_reader_new_with_limit (guint max_entries);
void
annex_upper_reader_free (AnnexUpperReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexUpperReader, annex_upper_reader_free)

/* Takes the next @length bytes, however the stream was cut. FALSE with
 * ANNEX_COMPUTER_ERROR_PROTOCOL for nonsense, or ANNEX_COMPUTER_ERROR_TOO_LARGE for more entries
 * than the limit; after that it takes no more. */
gboolean
annex_upper_reader_feed (AnnexUpperReader *self, const void *bytes, gsize length, GError **error);
/* After the last byte: the entries (AnnexUpperEntry), in depth-first order, each in a folder that
 * was listed before. NULL with PROTOCOL when the end record is missing, or TOO_LARGE when the guest
 * says that there is more. (transfer full) */
GPtrArray *
annex_upper_reader_finish (AnnexUpperReader *self, GError **error);

G_END_DECLS
