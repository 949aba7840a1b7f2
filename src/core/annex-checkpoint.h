/* annex-checkpoint.h
 *
 * A checkpoint of a task's computer: what it is called, when it was made and what it holds. A plain
 * value; the files are the computer's. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* How many a task keeps, of all kinds together; the next one takes the oldest one's place. */
#define ANNEX_CHECKPOINT_MAX 6
/* A longer name is cut. */
#define ANNEX_CHECKPOINT_MAX_NAME_CHARS 80

typedef enum
{
  ANNEX_CHECKPOINT_MANUAL,    /* the user made it */
  ANNEX_CHECKPOINT_AUTOMATIC, /* made by itself, when the computer went to sleep */
  ANNEX_CHECKPOINT_BEFORE,    /* what was there before the user went back: undoing that is going
                               * back to it */
  ANNEX_CHECKPOINT_COPY,      /* made because the user tried something in a copy */
} AnnexCheckpointKind;

const char *annex_checkpoint_kind_to_name (AnnexCheckpointKind kind);

typedef struct
{
  char *id;   /* of annex_identifier_new () */
  char *name; /* the user's; nullable */
  AnnexCheckpointKind kind;
  gint64 time_us;     /* when it was made */
  gint64 seq;         /* the task's last event then: where a copy's conversation ends */
  gboolean memory;    /* programs too; else the disk alone, and the computer boots from it */
  guint64 size_bytes; /* that its files take */
} AnnexCheckpoint;

#define ANNEX_TYPE_CHECKPOINT (annex_checkpoint_get_type ())
GType annex_checkpoint_get_type (void) G_GNUC_CONST;

/* A new one with an identifier of its own, of now. @name nullable: made valid, one line, cut. */
AnnexCheckpoint *annex_checkpoint_new (const char *name, AnnexCheckpointKind kind, gint64 seq);
AnnexCheckpoint *annex_checkpoint_copy (const AnnexCheckpoint *self);
void annex_checkpoint_free (AnnexCheckpoint *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexCheckpoint, annex_checkpoint_free)

/* {id, name?, kind, time, seq, memory, size}, as events and `--json` have it. (transfer full) */
JsonObject *annex_checkpoint_to_json (const AnnexCheckpoint *self);
/* NULL with ANNEX_JSON_ERROR when a member is missing or none. (transfer full) */
AnnexCheckpoint *annex_checkpoint_new_from_json (JsonObject *json, GError **error);

/* What goes when there are more than @max: of @all (AnnexCheckpoint, oldest first) those to remove,
 * the oldest that nobody asked for first, then the oldest; never the newest, and never @spared
 * (nullable: an id). AnnexCheckpoint elements, copies. (transfer full) */
GPtrArray *annex_checkpoints_choose_excess (GPtrArray *all, guint max, const char *spared);
/* The one that @text names: an id, its unique beginning, a name (the newest of that name), or with
 * NULL the newest. (borrowed, nullable) */
AnnexCheckpoint *annex_checkpoints_find (GPtrArray *all, const char *text);

G_END_DECLS
