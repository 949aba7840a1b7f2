/* annex-tour-facts.h
 *
 * What the tour knows: everything is read anew from the conversation, so a restart in the middle
 * loses nothing. Pure; no script, no streaming.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-message.h"

G_BEGIN_DECLS

/* How one tool call of the tour ended. */
typedef struct
{
  char *text; /* the result as the model sees it */
  gboolean is_error;
  JsonObject *data; /* nullable: the object of the last "RESULT {…}" line */
} AnnexTourOutcome;

typedef struct
{
  char *folder;         /* nullable: the last shared folder, as a guest path */
  char *folder_name;    /* nullable */
  char *prompt;         /* the user's words in the last message; "" when there are none */
  gboolean awaits_next; /* the last message brings results of tool calls */
  char *turn;           /* nullable: the turn whose calls those are */
  gboolean touring;     /* the tour has called tools before */
  GHashTable *outcomes; /* id of a recorded call → AnnexTourOutcome of its latest run */
} AnnexTourFacts;

/* @messages: AnnexMessage elements, borrowed. (transfer full) */
AnnexTourFacts *
annex_tour_facts_new (GPtrArray *messages);
void
annex_tour_facts_free (AnnexTourFacts *self);

/* NULL when that call was not made or has no result. (borrowed) */
const AnnexTourOutcome *
annex_tour_facts_get_outcome (AnnexTourFacts *self, const char *call);
/* The member of "call.member" in what a script printed: strings and numbers as text, NULL when
 * there is none. (transfer full) */
char *
annex_tour_facts_dup_value (AnnexTourFacts *self, const char *path);
/* What the user chose or typed for the recorded question; "" without an answer. (transfer full) */
char *
annex_tour_facts_dup_answer (AnnexTourFacts *self, const char *call);
/* The end of a failed call's text, fit for a code block. (transfer full) */
char *
annex_tour_facts_dup_error (AnnexTourFacts *self, const char *call);

/* The id of a call in a reply, and back: tour_<turn>_<call>_<serial>. */
char *
annex_tour_call_id_new (const char *turn, const char *call, guint serial);
gboolean
annex_tour_call_id_parse (const char *id, char **turn, char **call);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTourFacts, annex_tour_facts_free)

G_END_DECLS
