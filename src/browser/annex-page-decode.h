/* annex-page-decode.h
 *
 * Reads what the page scripts say, strictly and with limits: a message of a frame, and the lines of
 * a snapshot. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"

G_BEGIN_DECLS

#define ANNEX_PAGE_MAX_MESSAGE_BYTES (24u * 1024u * 1024u)
#define ANNEX_PAGE_MAX_LINES 20000
#define ANNEX_PAGE_MAX_LINE_CHARS 100000
#define ANNEX_PAGE_MAX_DEPTH 400
#define ANNEX_PAGE_MAX_FRAME_DEPTH 12
#define ANNEX_PAGE_MAX_FRAME_INDEX 1000
/* References beyond this are not given out: an answer that says so is refused. */
#define ANNEX_PAGE_MAX_REFERENCE 1000000000

typedef enum {
  ANNEX_PAGE_MESSAGE_POLL, /* the frame waits for a command */
  ANNEX_PAGE_MESSAGE_DONE, /* the answer to a command */
  ANNEX_PAGE_MESSAGE_BYE,  /* its document goes away */
} AnnexPageMessageKind;

typedef struct
{
  AnnexPageMessageKind kind;
  char *id;           /* of the document: digits and '-' */
  guint frame;        /* POLL: the number it has, 0 when none or the main one */
  gboolean main;      /* POLL */
  char *top;          /* POLL: the document in the main frame; NULL where that is another site's */
  gint64 seq;         /* DONE */
  gint64 next;        /* DONE: its first free reference */
  GArray *path;       /* DONE: guint indices from the top; NULL when it has no place any more */
  JsonObject *result; /* DONE: NULL on failure */
  GError *error;      /* DONE: NULL on success; ANNEX_BROWSER_ERROR */
} AnnexPageMessage;

/* NULL with ANNEX_BROWSER_ERROR_INVALID. (transfer full) */
AnnexPageMessage *
annex_page_message_read (const char *text, gssize length, GError **error);
void
annex_page_message_free (AnnexPageMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexPageMessage, annex_page_message_free)

/* One line of a snapshot. */
typedef struct
{
  guint depth;
  char *id;   /* the node, the same in every snapshot; unique in the view */
  char *text; /* without indentation, on one line, valid UTF-8 */
  int slot;   /* the child frame that belongs below, or -1 */
} AnnexPageLine;

void
annex_page_line_free (AnnexPageLine *self);
AnnexPageLine *
annex_page_line_new (guint depth, const char *id, const char *text, int slot);

/* The "lines" of a result, ids prefixed by @frame. NULL with ANNEX_BROWSER_ERROR_INVALID.
 * (transfer full) (element-type AnnexPageLine) */
GPtrArray *
annex_page_lines_read (JsonObject *result, guint frame, GError **error);

/* The number of the frame that @target ("f2e7") belongs to: 0 for "e12". FALSE when it is no
 * reference. */
gboolean
annex_page_reference_frame (const char *target, guint *frame);

G_END_DECLS
