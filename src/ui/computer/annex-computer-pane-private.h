/* annex-computer-pane-private.h
 *
 * Shared by the files of AnnexComputerPane.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-checkpoint-list.h"
#include "annex-computer-pane.h"
#include "annex-machine-drawing.h"
#include "annex-use-graph.h"

G_BEGIN_DECLS

struct _AnnexComputerPane
{
  AnnexTaskWidget base;

  AnnexComputer *computer; /* nullable */
  guint poll_id;
  gboolean polling; /* an answer is awaited */
  gboolean busy;    /* the user's own action runs */
  double moved;     /* fraction of a move; < 0: not known */
  GCancellable *moving;

  AnnexMachineDrawing *drawing;
  GtkLabel *state;
  GtkLabel *message;
  GtkProgressBar *progress;
  GtkButton *start;
  GtkButton *sleep;
  AdwPreferencesGroup *running_group;
  GtkListBox *running;
  GtkBox *graphs;
  GtkLabel *memory;
  AnnexUseGraph *memory_graph;
  GtkLabel *disk;
  AnnexUseGraph *disk_graph;
  AnnexCheckpointList *checkpoints;
  AdwActionRow *space;
  AdwActionRow *place;
  AdwActionRow *speed;
  AdwActionRow *terminal;
  GtkWidget *terminal_button;
  GtkButton *move;
};

AnnexComputerState
annex_computer_pane_get_state (AnnexComputerPane *self);
/* What is said of a computer while something takes its time, in the user's language where it is
 * known. (transfer full) */
char *
annex_computer_dup_message_words (const char *message);
/* Everything but what is polled. */
void
annex_computer_pane_update (AnnexComputerPane *self);
/* Asks what it uses, once. */
void
annex_computer_pane_poll (AnnexComputerPane *self);
/* The actions "computer.…" of the class. */
void
annex_computer_pane_install_actions (GtkWidgetClass *klass);

G_END_DECLS
