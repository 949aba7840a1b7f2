/* shots-screens.h
 *
 * The screens of Annex, each with a name, and how one gets there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ui-find.h"
#include "annex-window.h"
#include "shots-world.h"

G_BEGIN_DECLS

typedef struct
{
  ShotsWorld *world;
  AnnexWindow *window;
  GtkWindow *other; /* what a screen opened beside it; nullable */
  int width;
} ShotsStage;

typedef struct
{
  const char *name;
  void (*open) (ShotsStage *stage);
  gboolean main; /* also with large text and from right to left */
} ShotsScreen;

/* With tasks on the desk; on a desk without any, at the first start. */
const ShotsScreen *
shots_get_screens (guint *n_screens);
const ShotsScreen *
shots_get_library_screens (guint *n_screens); /* skills and connectors */
const ShotsScreen *
shots_get_again_screens (guint *n_screens); /* a task tried again */
const ShotsScreen *
shots_get_rare_screens (guint *n_screens); /* what is seldom seen */
const ShotsScreen *
shots_get_first_screens (guint *n_screens);

/* Closes dialogs and what else a screen left open, and shows a new task. */
void
shots_stage_reset (ShotsStage *stage);
/* shots-stage.c: helpers of the screens' files. The first widget on screen of that type; nullable. */
GtkWidget *
shots_stage_find (ShotsStage *stage, const char *type_name);
/* These wait until it is there: on a slow machine that takes long. */
GtkWidget *
shots_stage_await (ShotsStage *stage, AnnexFindFunc func, const char *text);
AdwDialog *
shots_stage_await_dialog (ShotsStage *stage);
/* shots-settings.c */
void
shots_open_space (ShotsStage *stage);
/* shots-reach.c: fails the test when something on screen has no name, or no way by keyboard. */
void
shots_stage_check_reach (ShotsStage *stage, const char *screen);
void
shots_stage_press (ShotsStage *stage, const char *label);
void
shots_stage_open_task (ShotsStage *stage, AnnexTask *task);
void
shots_stage_show_pane (ShotsStage *stage, AnnexTask *task, const char *tab);

G_END_DECLS
