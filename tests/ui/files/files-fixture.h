/* files-fixture.h
 *
 * For the tests of the files pane: one in a window, on a fake desk with a task and a folder, and
 * what a person does with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft-node.h"
#include "annex-fake-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  char *share; /* of the folder "Receipts" */
  GtkWidget *pane;
  GtkWindow *window;
} Fixture;

void
fixture_open (Fixture *self, int width, int height);
void
fixture_close (Fixture *self);
AnnexChange *
change (AnnexChangeKind kind, const char *path, guint64 size, guint64 old_size);

/* The first widget that is shown in @widget and @is what @text says. */
GtkWidget *
find (GtkWidget *widget, gboolean (*is) (GtkWidget *widget, const char *text), const char *text);
/* One that has @text somewhere in it. */
gboolean
is_label (GtkWidget *widget, const char *text);
void
assert_seen (Fixture *self, const char *text);
void
click (Fixture *self, const char *label);
GtkSingleSelection *
selection_of (Fixture *self);
/* The line of the tree with @name, selected. (borrowed) */
AnnexDraftNode *
select_node (Fixture *self, const char *name);
void
assert_called (Fixture *self, const char *call);

G_END_DECLS
