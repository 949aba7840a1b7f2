/* shots-world.h
 *
 * What the pictures show: a desk with tasks in every state, as a person would have them, with real
 * files behind their drafts and results.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-fake-desk.h"
#include "pane-computer.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexFakeDesk *desk;
  PaneComputer *computer;
  AnnexTask *working;  /* in the middle of its plan */
  AnnexTask *done;     /* with results and a draft */
  AnnexTask *question; /* with a question open */
  AnnexTask *grant;    /* with two permissions open */
  AnnexTask *failed;
  AnnexTask *hostile; /* everything in it wants to be something else; NULL at first */
  AnnexTask *fresh;   /* one message, nothing else */
  AnnexTask *again;   /* another try of one; NULL at first */
  char *folder;       /* of the draft */
} ShotsWorld;

ShotsWorld *
shots_world_new (void);
void
shots_world_free (ShotsWorld *self);
/* Only then is there a hostile task: nobody would have it in the other pictures. */
void
shots_world_add_hostile (ShotsWorld *self);

/* shots-files.c: the files behind it. (transfer full) */
GBytes *
shots_make_chart (gboolean after);
GBytes *
shots_make_letter (const char *greeting, guint n_pages);
GBytes *
shots_make_report (void);
GBytes *
shots_make_page (void);
/* A draft of @task with a file of each kind. */
void
shots_set_draft (ShotsWorld *self, AnnexTask *task, const char *share);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ShotsWorld, shots_world_free)

G_END_DECLS
