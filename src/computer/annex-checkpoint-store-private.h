/* annex-checkpoint-store-private.h
 *
 * Shared by annex-checkpoint-store.c and annex-checkpoint-return.c: names and careful copying.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-checkpoint-store.h"

G_BEGIN_DECLS

/* The same names as in the computer's folder. */
#define ANNEX_CHECKPOINT_DISK "disk.qcow2"
#define ANNEX_CHECKPOINT_MEMORY "memory.save"
#define ANNEX_CHECKPOINT_FACTS "checkpoint.json"
#define ANNEX_COMPUTER_FACTS "computer.json"
#define ANNEX_FACT_IMAGE "image"
#define ANNEX_FACT_NEW_IDENTITY "new_identity"
/* Copies beside the present files, and the decision to take them. */
#define ANNEX_CHECKPOINT_NEW ".new"
#define ANNEX_CHECKPOINT_DECISION "roll-back.json"

/* …/checkpoints/<id>/<checkpoint id>/<name>; NULL ends it earlier. (transfer full) */
char *
annex_checkpoint_dup_path (const char *id, const char *checkpoint_id, const char *name);
/* Sets a G_IO_ERROR from errno; FALSE. */
gboolean
annex_checkpoint_fail (GError **error, const char *what, const char *path);
gboolean
annex_checkpoint_sync (const char *path, GError **error);
/* Each replaces @to, and is on disk afterwards: a second name for a file that nobody writes to, or
 * a copy. */
gboolean
annex_checkpoint_share_file (const char *from, const char *to, GError **error);
gboolean
annex_checkpoint_copy_file (const char *from, const char *to, GError **error);
/* NULL when there are none or they are damaged. */
JsonObject *
annex_checkpoint_read_facts (const char *path);
gboolean
annex_checkpoint_write_facts (const char *path, JsonObject *facts, GError **error);

G_END_DECLS
