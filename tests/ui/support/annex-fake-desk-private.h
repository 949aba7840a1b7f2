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
  GHashTable *tasks;    /* id → AnnexTask */
  GHashTable *running;  /* id */
  GHashTable *drafts;   /* share → GPtrArray of AnnexChange */
  GHashTable *files;    /* "before:share:path", "after:share:path", "file:path" → GBytes */
  AnnexComputer *computer;
  AnnexComputerUse *use;
  AnnexComputerNeeds *needs;
  GPtrArray *checks;
  GPtrArray *profiles;
  GPtrArray *local;
};

void
annex_fake_desk_port_init (AnnexDeskInterface *iface);
/* Runs the main loop until @future (taken) is done; it must resolve. */
void
annex_fake_desk_await (DexFuture *future);

G_END_DECLS
