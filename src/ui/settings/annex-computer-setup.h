/* annex-computer-setup.h
 *
 * Setting up Annex's computer: consent with numbers before anything large, where it will live,
 * progress with the time that is left, cancel, go on, and "not now", after which Annex still talks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (AnnexDesk, nullable); with it, it asks what is needed. "changes" (at
 * construction): a computer is there, and its system is changed for another one.
 * Signal "finished" (gboolean): TRUE when the computer is there, FALSE for not now. At once,
 * without anything shown, when it is there already and nothing is changed. */
#define ANNEX_TYPE_COMPUTER_SETUP (annex_computer_setup_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComputerSetup, annex_computer_setup, ANNEX, COMPUTER_SETUP, AdwBin)

GtkWidget *
annex_computer_setup_new (AnnexDesk *desk);
/* Opens it in a dialog of its own above @parent, and returns it. (borrowed) */
GtkWidget *
annex_computer_setup_present (AnnexDesk *desk, GtkWidget *parent);
/* The same for another system than the one that is there. */
GtkWidget *
annex_computer_setup_present_change (AnnexDesk *desk, GtkWidget *parent);
/* "About 3 minutes left" from how far it came in how long; NULL while nobody can tell.
 * (transfer full) */
char *
annex_computer_setup_format_remaining (double fraction, gint64 elapsed_ms);

G_END_DECLS
