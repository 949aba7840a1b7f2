/* annex-ledger.h
 *
 * One row of the ledger: something left, or tried to leave, the machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 id;       /* 0 until stored */
  gint64 begun;    /* what it was called while it was under way (annex-store-begun.h); 0: it never was */
  gint64 time_us;
  char *task_id;   /* nullable: not of a task (image download …) */
  char *channel;   /* computer, model, browser, connector, image, skill, audit */
  char *host;      /* normalised; the text as given when it was refused as malformed */
  guint port;
  char *method;    /* CONNECT, GET, POST …; nullable */
  guint64 bytes_up;
  guint64 bytes_down;
  char *decision;  /* allowed, refused, failed */
  char *by;        /* who decided: package-hosts, task, user, rule, default, policy, address … */
  char *reason;    /* nullable: a plain sentence when refused or failed */
} AnnexLedgerEntry;

#define ANNEX_TYPE_LEDGER_ENTRY (annex_ledger_entry_get_type ())
GType annex_ledger_entry_get_type (void) G_GNUC_CONST;
AnnexLedgerEntry *annex_ledger_entry_new (const char *task_id,
                                          const char *channel,
                                          const char *host,
                                          guint port);
AnnexLedgerEntry *annex_ledger_entry_copy (const AnnexLedgerEntry *self);
void annex_ledger_entry_free (AnnexLedgerEntry *self);
/* Of a listed one: has it not ended yet? Then its time is when it began, and its bytes are those that
 * were last noted. */
gboolean annex_ledger_entry_is_under_way (const AnnexLedgerEntry *self);
/* {id?, under_way?, task?, time, channel, host, port, method?, bytes_up, bytes_down, decision, by,
 * reason?} on one line; under_way (true) is there instead of an id. (transfer full) */
char *annex_ledger_entry_to_json_line (const AnnexLedgerEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexLedgerEntry, annex_ledger_entry_free)

G_END_DECLS
