/* annex-given-files.h
 *
 * Single files the user hands over with a message. They are copied beside the task's other data
 * first, so that none is lost when Annex ends before the computer is up, and from there into the
 * computer's /home/agent/inbox before the agent goes on. Pictures and PDFs that a model takes are
 * also shown to it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"
#include "annex-computer.h"
#include "annex-desk.h"
#include "annex-task.h"

G_BEGIN_DECLS

#define ANNEX_GIVEN_FILES_FOLDER ANNEX_TAINT_FILES_FOLDER
/* A larger file, or more of them, are better shared as a folder. */
#define ANNEX_GIVEN_FILES_MAX_BYTES (G_GUINT64_CONSTANT (64) << 20)

/* In a fiber: copies @message's files to where they wait for the computer. Returns the blocks of
 * the user message (JsonArray): pasted pictures, pictures and PDFs among the files, and the words,
 * with the list of files. A pasted picture that is too large to be shown becomes a file. NULL with
 * G_IO_ERROR, in plain words. (transfer full) */
JsonArray *
annex_given_files_stage (AnnexTask *task, const AnnexNewTask *message, GError **error);
/* In a fiber: @n files and pictures are handed over, an event; for 0 there is none. Before the
 * computer or the model gets them. FALSE with ANNEX_STORE_ERROR. */
gboolean
annex_given_files_note (AnnexTask *task, guint n, GError **error);
/* Are files waiting? Blocking but short. */
gboolean
annex_given_files_are_waiting (AnnexTask *task);
/* In a fiber: puts what waits into the computer, which is started for it. What could not be put
 * there is told to the model; FALSE only when that could not be recorded. */
gboolean
annex_given_files_deliver (AnnexTask *task, AnnexComputer *computer, GError **error);
/* In a fiber: all that @from_task was given waits for @task's computer too, under the names that it
 * had. *@n: how many files these are. G_IO_ERROR. */
gboolean
annex_given_files_give_again (AnnexTask *task, const char *from_task, guint *n, GError **error);
/* Forgets what the task was given. */
void
annex_given_files_remove (const char *task_id);

G_END_DECLS
