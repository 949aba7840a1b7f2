/* annex-cli-tasks-private.h
 *
 * Shared by the files of `annex tasks`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-cli.h"

G_BEGIN_DECLS

/* What every subcommand gets. */
typedef struct
{
  AnnexSession *session;
  AnnexStore *store;
  char **words; /* after the subcommand */
  gboolean json;
  gboolean csv;
  gboolean diff;
  gboolean archived;
  gboolean list;
  gboolean contents;
  gboolean touched; /* a draft had something at the PATHs */
  char *folder;
  char *search;
  char *remove;
  char *title;
} AnnexCliTasks;

/* "2025-01-31 12:00" in local time. (transfer full) */
char *
annex_cli_format_time (gint64 time_us);
/* In a fiber: the task that the first word names. (transfer full) */
AnnexTask *
annex_cli_tasks_load (AnnexCliTasks *tasks, GError **error);

/* Subcommands: an exit status; -1 with an error. */
int
annex_cli_tasks_checkpoint (AnnexCliTasks *tasks, GError **error);
int
annex_cli_tasks_roll_back (AnnexCliTasks *tasks, GError **error);
int
annex_cli_tasks_fork (AnnexCliTasks *tasks, GError **error);
/* The audit, or the @ledger's part of it, as a table. */
int
annex_cli_tasks_table (AnnexCliTasks *tasks, gboolean ledger, GError **error);
int
annex_cli_tasks_audit (AnnexCliTasks *tasks, GError **error);

G_END_DECLS
