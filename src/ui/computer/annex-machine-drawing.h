/* annex-machine-drawing.h
 *
 * A small machine, drawn, that looks as Annex's computer is: off, waking, ready, asleep, in
 * trouble. Decoration: the words are beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_MACHINE_DRAWING (annex_machine_drawing_get_type ())
G_DECLARE_FINAL_TYPE (AnnexMachineDrawing, annex_machine_drawing, ANNEX, MACHINE_DRAWING, GtkWidget)

void
annex_machine_drawing_set_state (AnnexMachineDrawing *self, AnnexComputerState state);

G_END_DECLS
