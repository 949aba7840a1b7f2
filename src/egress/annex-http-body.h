/* annex-http-body.h
 *
 * The strict, pure reader of a request's body: by counted length or by chunks. Chunk extensions and
 * trailers are refused: no package manager sends them, and they are where two readers disagree.
 * RFC 9112 section 7.1. Fuzzed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-http-head.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_HTTP_BODY_MORE,  /* all bytes were taken, more are needed */
  ANNEX_HTTP_BODY_DATA,  /* a piece of the body was found */
  ANNEX_HTTP_BODY_END,   /* the body is complete; what follows is not part of it */
  ANNEX_HTTP_BODY_WRONG, /* malformed chunks */
} AnnexHttpBodyState;

typedef struct
{
  AnnexHttpFraming framing;
  guint64 left; /* bytes of the body or chunk still to come */
  guint64 size; /* of the chunk whose size is being read */
  guint n_digits;
  guint step; /* private: what the next byte must be */
} AnnexHttpBody;

void
annex_http_body_init (AnnexHttpBody *self, AnnexHttpFraming framing, guint64 content_length);
/* Reads on. *@consumed bytes of @bytes are done with; on DATA the last *@data_length of those are
 * body. Call again with the rest until MORE, END or WRONG. Never consumes beyond the body's end. */
AnnexHttpBodyState
annex_http_body_next (AnnexHttpBody *self,
                      const guint8 *bytes,
                      gsize length,
                      gsize *consumed,
                      gsize *data_length);

G_END_DECLS
