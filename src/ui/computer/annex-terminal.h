/* annex-terminal.h
 *
 * A shell in a task's computer, for people who look for one. What it prints is untrusted: links are
 * no links, nothing it says leaves the widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Property "running" (boolean, read only). */
#define ANNEX_TYPE_TERMINAL (annex_terminal_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTerminal, annex_terminal, ANNEX, TERMINAL, AdwBin)

/* The shell starts when it is first shown, and ends with the widget. */
GtkWidget *
annex_terminal_new (AnnexComputer *computer);
/* What is written there now. (transfer full) */
char *
annex_terminal_dup_text (AnnexTerminal *self);
/* As if it had been typed. */
void
annex_terminal_type (AnnexTerminal *self, const char *text);

G_END_DECLS
