/* annex-fake-desk-private.h
 *
 * Shared by the fake desk's files: what it has, and its port.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-fake-desk.h"

#include "annex-ask-watch.h"

G_BEGIN_DECLS

struct _AnnexFakeDesk
{
  GObject parent_instance;

  char *folder;
  AnnexStore *store;
  AnnexInbox *inbox;
  AnnexAskWatch *watch;
  GPtrArray *calls;
  GHashTable *failures; /* function → GError */
  GHashTable *held;     /* function → DexPromise */
  GPtrArray *undone;    /* AnnexKept, of the next undo */
  GHashTable *tasks;    /* id → AnnexTask */
  GHashTable *running;  /* id */
  GHashTable *drafts;   /* share → GPtrArray of AnnexChange */
  GHashTable *files;    /* "before:share:path", "after:share:path", "file:path" → GBytes */
  AnnexComputer *computer;
  AnnexBrowser *browser; /* nullable: there is no display */
  AnnexComputerUse *use;
  AnnexComputerNeeds *needs;
  GPtrArray *checkpoints; /* AnnexCheckpoint, oldest first */
  GPtrArray *checks;
  GPtrArray *profiles;
  GPtrArray *local;
  AnnexConnectors *connectors; /* made when first needed */
  AnnexSkillLibrary *skills; /* a real one, below the folder; made when first needed */
};

void
annex_fake_desk_port_init (AnnexDeskInterface *iface);
void
annex_fake_desk_machine_init (AnnexDeskInterface *iface);

/* Notes a call. */
void
fake_record (AnnexDesk *desk, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The answer of @function: @future (taken) unless the test wants a failure; now, unless it wants to
 * hold it. */
DexFuture *
fake_answer_with (AnnexDesk *desk, const char *function, DexFuture *future);
DexFuture *
fake_answer_true (AnnexDesk *desk, const char *function);
/* Does the test want the next call of @function to fail? */
gboolean
fake_will_fail (AnnexDesk *desk, const char *function);
/* Takes @boxed. */
DexFuture *
fake_boxed (GType type, gpointer boxed);
/* Runs the main loop until @future (taken) is done; it must resolve. */
void
annex_fake_desk_await (DexFuture *future);

G_END_DECLS
