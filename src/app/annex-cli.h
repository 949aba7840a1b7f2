/* annex-cli.h
 *
 * The command line: each command is one function that runs in a fiber and returns an exit status.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-session.h"

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_EXIT_DONE = 0,
  ANNEX_EXIT_FAILED = 1,
  ANNEX_EXIT_USAGE = 2,
  ANNEX_EXIT_NEEDS_USER = 3,
  ANNEX_EXIT_MISSING = 4,
} AnnexExit;

/* @argv: the words after the command, NULL-terminated; the function may change the array. */
typedef int (*AnnexCliFunc) (char **argv);

int
annex_cli_run (char **argv);
int
annex_cli_tasks (char **argv);
int
annex_cli_inbox (char **argv);
int
annex_cli_computer (char **argv);
int
annex_cli_skills (char **argv);
int
annex_cli_eval (char **argv);
int
annex_cli_connectors (char **argv);
int
annex_cli_doctor (char **argv);

/* In a fiber: what `computer status` says. Returns an exit status; -1 with an error. */
int
annex_cli_print_computer_status (gboolean json, GError **error);

/* The manual of a command ("run", "tasks" …; NULL: of annex itself); NULL when there is none. */
const char *
annex_cli_help (const char *command);

/* What a person can do about @error, one sentence without its full stop; NULL when the message says
 * it all. */
const char *
annex_cli_advice (const GError *error);
/* Prints "annex: MESSAGE", and the advice there is, to stderr and returns the exit status that fits
 * @error. */
int
annex_cli_fail (const GError *error);
/* Prints "annex: MESSAGE" and where the manual is; returns ANNEX_EXIT_USAGE. */
int
annex_cli_usage (const char *command, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* Parses @argv with @entries; prints the manual for --help. Returns TRUE to go on, with the rest in
 * *argv; else *status is the exit status. */
gboolean
annex_cli_parse (const char *command, const GOptionEntry *entries, char ***argv, int *status);

/* In a fiber: opens the session, or fails as annex_cli_fail. (transfer full) */
AnnexSession *
annex_cli_open (int *status);
/* In a fiber: closes and releases it; returns @status, or FAILED when closing failed. */
int
annex_cli_close (AnnexSession *session, int status);
/* Can @secrets keep something when this process has ended? FALSE with ANNEX_SECRETS_ERROR_ABSENT,
 * which says why not. */
gboolean
annex_cli_keeps_secrets (AnnexSecrets *secrets, GError **error);
/* In a fiber: loads the task that @text names. (transfer full) */
AnnexTask *
annex_cli_load_task (AnnexSession *session, const char *text, int *status);

/* Text from a task, a file or a guest for a terminal: valid UTF-8, no control characters but line
 * feed and tab, no bidirectional overrides. (transfer full) */
char *
annex_cli_clean (const char *text);
/* As annex_cli_clean, on one line: for names, hosts and titles, so that none can look like a line
 * of Annex's own. (transfer full) */
char *
annex_cli_clean_line (const char *text);
void
annex_cli_print (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* FALSE, after saying so, when something of the output was lost (a full disk; a closed pipe is not
 * worth a word). */
gboolean
annex_cli_check_output (void);
/* Takes a "--" out of @words, for commands in which it only ends the options. */
void
annex_cli_drop_separator (char **words);

G_END_DECLS
