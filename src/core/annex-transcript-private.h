/* annex-transcript-private.h
 *
 * From events to items, without a store: AnnexTranscriptBuilder. Private to core and its tests.
 *
 * A log is read from its end: a part that is put before the others knows all that came after it
 * (what was rewound, which replies failed, what calls returned). Events that are appended change
 * what is there. Both ways give the same items.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-transcript.h"

G_BEGIN_DECLS

struct _AnnexTranscriptItem
{
  GObject parent_instance;

  AnnexItemKind kind;
  gint64 seq;
  gint64 time_us;
  gint64 began_us;
  gint64 duration_ms;
  guint revision;
  gboolean finished;
  gboolean edited;
  gboolean expired;
  gboolean called;      /* its tool-started was seen */
  gboolean answered;    /* by an event; not only closed by an import */
  gboolean silent;      /* nothing is notified: it is in no list yet */
  AnnexEvent *event;    /* nullable while provisional */
  AnnexEvent *finish;   /* tool-finished; nullable */
  JsonObject *block;    /* of a block event, owned by it; nullable */
  JsonObject *answer;   /* nullable */
  AnnexAsk *ask;        /* nullable */
  GPtrArray *folders;   /* AnnexEvent; nullable */
  GListStore *children; /* nullable */
  GString *stream;      /* provisional text; nullable */
  GString *output;      /* the last bytes a running command wrote; nullable */
  char *text;           /* made when asked for; nullable */
  char *tool;           /* nullable */
  char *call;           /* tool_use_id; nullable */
  guint index;          /* of the block */
};

AnnexTranscriptItem *
annex_transcript_item_new (AnnexItemKind kind, AnnexEvent *event);
void
annex_transcript_item_changed (AnnexTranscriptItem *self);
/* A child call of a sub-agent: tool-started or tool-finished. */
void
annex_transcript_item_add_child_event (AnnexTranscriptItem *self, AnnexEvent *event);
void
annex_transcript_item_add_output (AnnexTranscriptItem *self, GBytes *piece);
/* A tool-finished event; NULL takes the result back. */
void
annex_transcript_item_set_finish (AnnexTranscriptItem *self, AnnexEvent *finish);
/* @block: of its event. Turns a provisional item into a committed one. */
void
annex_transcript_item_commit (AnnexTranscriptItem *self, AnnexEvent *event);
void
annex_transcript_item_set_answer (AnnexTranscriptItem *self, AnnexEvent *answer);

typedef struct _AnnexTranscriptBuilder AnnexTranscriptBuilder;

AnnexTranscriptBuilder *
annex_transcript_builder_new (void);
void
annex_transcript_builder_free (AnnexTranscriptBuilder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTranscriptBuilder, annex_transcript_builder_free)

/* Of AnnexTranscriptItem. (borrowed) */
GListStore *
annex_transcript_builder_get_items (AnnexTranscriptBuilder *self);
/* @events: AnnexEvent in order of seq, all older than those that are known. */
void
annex_transcript_builder_prepend (AnnexTranscriptBuilder *self, GPtrArray *events);
void
annex_transcript_builder_append (AnnexTranscriptBuilder *self, AnnexEvent *event);
void
annex_transcript_builder_add_delta (AnnexTranscriptBuilder *self, const AnnexDelta *delta);
/* What the command of the call @id writes. */
void
annex_transcript_builder_add_output (AnnexTranscriptBuilder *self, const char *id, GBytes *piece);

/* What is known of events whose subject was not read yet, and of the newest ones. */
struct _AnnexTranscriptBuilder
{
  GListStore *items;
  GPtrArray *older; /* AnnexEvent, known, newest first: put before */
  GPtrArray *newer; /* AnnexEvent, known, in order: appended */

  /* Looking back: what older events will need. */
  GArray *cuts;           /* Cut: rewound parts */
  GHashTable *closings;   /* reply → Closing, of what ended before the next start */
  gboolean started_later; /* a reply began after all that is still to be read: unfinished ones are
                             dead */
  gboolean called_later;  /* the model was called again: calls without a result were interrupted */
  gboolean imported_later;
  gboolean retry_over;
  GHashTable *results;           /* tool_use_id → AnnexEvent, the first */
  GHashTable *starts;            /* tool_use_id → AnnexEvent, the first */
  GHashTable *answers;           /* ask → AnnexEvent, the first */
  GHashTable *calls;             /* parent → GQueue of AnnexEvent, newest first */
  AnnexTranscriptItem *thinking; /* whose beginning is the next older event's time; owned */
  AnnexTranscriptItem *said;     /* the user message just read, nothing else before it yet; owned */

  /* Looking ahead: what newer events will need. */
  GHashTable *steps;          /* tool_use_id → AnnexTranscriptItem, the latest call of that id */
  GHashTable *asks;           /* ask → AnnexTranscriptItem, the latest */
  GPtrArray *open_blocks;     /* AnnexTranscriptItem of replies that have not ended */
  GPtrArray *open_calls;      /* AnnexTranscriptItem without a result */
  GPtrArray *fresh;           /* notices of folders nothing came after */
  gboolean fresh_cut;         /* nothing came after a rewind */
  gboolean only_quiet;        /* all that was read so far is quiet */
  AnnexTranscriptItem *retry; /* nullable, owned */
  char *reply;                /* the running one; nullable */
  guint
      missed_index; /* the block whose beginning was streamed before anyone looked; or G_MAXUINT */
  gboolean missed;  /* the running reply was found running, and no delta was seen yet */
  gint64 last_time_us;
  guint n_provisional; /* items at the end without an event */
};

typedef struct
{
  gint64 from; /* exclusive */
  gint64 to;   /* exclusive */
} AnnexTranscriptCut;

/* Shared by the two directions (annex-transcript-build.c, annex-transcript-append.c). */
gboolean
annex_transcript_is_cut (AnnexTranscriptBuilder *self, gint64 seq);
gboolean
annex_transcript_is_quiet (AnnexEventType type);
gboolean
annex_transcript_ends_retry (AnnexEventType type);
/* The item a block of a reply becomes; NULL: nothing that is shown. (transfer full) */
AnnexTranscriptItem *
annex_transcript_item_new_for_block (AnnexEvent *event);
/* The item of an event that needs no other one; NULL: it is none. (transfer full) */
AnnexTranscriptItem *
annex_transcript_item_new_simple (AnnexEvent *event);
gboolean
annex_transcript_reply_counts (AnnexEvent *finished);
/* Forgets what was derived and derives it again from the known events. */
void
annex_transcript_builder_rebuild (AnnexTranscriptBuilder *self);

G_END_DECLS
