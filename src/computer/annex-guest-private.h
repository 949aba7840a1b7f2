/* annex-guest-private.h
 *
 * What the two files of AnnexGuest share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-guest.h"

G_BEGIN_DECLS

#define ANNEX_GUEST_HELPER "/usr/lib/annex/annex-guest"
#define ANNEX_GUEST_MAX_REPORT_BYTES (256 * 1024)

struct _AnnexGuest
{
  GObject parent_instance;

  AnnexSshChannel *channel;
  GHashTable *servers; /* share id → AnnexProcess, an idle `annex-guest serve` */
};

/* @argv as a command of root's. (transfer full) */
AnnexCommand *
annex_guest_root_command (const char *const *argv);
/* A dex_future_then block: the report in an AnnexOutput as sentences for the agent. */
DexFuture *
annex_guest_describe_cb (DexFuture *future, gpointer data);
/* Ends the idle helper of @share. */
void
annex_guest_draft_forget_servers (AnnexGuest *self, AnnexShare *share);

G_END_DECLS
