/* annex-trial.h
 *
 * Trying a recorded task again: the same words of the user on copies of the same folders, in a new
 * computer, with what the model said then or with a model of today, and what came out beside what
 * was expected. The folders of then are not touched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-answers-file.h"
#include "annex-recording.h"
#include "annex-session.h"
#include "annex-tree.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;        /* as in the recording */
  gboolean writable; /* not read-only then */
  char *before;      /* what the task saw */
  char *after;       /* nullable: what should come out */
} AnnexTrialFolder;

typedef struct
{
  AnnexRecording *recording;
  GPtrArray *folders; /* AnnexTrialFolder, each of the recording's */
  gboolean is_others; /* the recorded task was imported: its words are whoever's made that file */
  char *provider;     /* NULL: the model's words and the user's answers are the recorded ones */
  char *model;        /* nullable */
  char *base_url;     /* nullable */
  char **skills;      /* nullable: names of skills it is told to use */
  AnnexAnswersFile *answers; /* nullable: to what a model of today asks */
  guint timeout_s;           /* 0: none */
} AnnexTrial;

AnnexTrial *
annex_trial_new (AnnexRecording *recording);
void
annex_trial_free (AnnexTrial *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTrial, annex_trial_free)
/* Adds a folder; @before and @after (nullable) are not checked here. */
void
annex_trial_add_folder (AnnexTrial *self,
                        const char *name,
                        gboolean writable,
                        const char *before,
                        const char *after);

typedef struct
{
  char *folder; /* its name */
  AnnexTreeFile *file;
} AnnexTrialFile;

typedef struct
{
  AnnexTask *task; /* the one that ran; not deleted */
  AnnexTaskState state;
  char *failure;             /* nullable: why it did not run to its end, a sentence */
  AnnexRecording *recording; /* of what ran; NULL when nothing did */
  GPtrArray *files;          /* AnnexTrialFile: all that was changed, or should have been */
  guint n_worse;             /* steps that went well then and failed now */
  gint64 duration_ms;        /* from the first word to the last */
  gboolean passed;           /* it ran to its end, and what was expected came out; where nothing was
                              * expected: no step is worse */
} AnnexTrialResult;

void
annex_trial_result_free (AnnexTrialResult *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTrialResult, annex_trial_result_free)

/* In a fiber: runs @trial as a new task. A task that fails is a result; NULL with an error: it
 * could not begin. @cancellable (nullable) stops it, from the main thread. (transfer full) */
AnnexTrialResult *
annex_trial_run (AnnexSession *session,
                 AnnexTrial *trial,
                 GCancellable *cancellable,
                 GError **error);

G_END_DECLS
