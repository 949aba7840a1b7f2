/* annex-space.h
 *
 * How much of this machine's disk Annex takes, and how much it may. Everything that takes room for
 * tasks asks here first. The limit is one for the process, as are the places (annex-paths.h).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Of one task's computer. */
typedef struct
{
  char *task_id;
  guint64 computer_bytes;   /* its disk and, while it sleeps, its memory */
  guint64 checkpoint_bytes;
} AnnexSpaceUse;

void
annex_space_use_free (AnnexSpaceUse *self);

/* Bytes on the disk; what is sparse does not count. */
typedef struct
{
  guint64 system_bytes;   /* images and templates, from which every computer begins */
  guint64 computer_bytes; /* of all computers */
  guint64 checkpoint_bytes;
  guint64 undo_bytes;  /* what was kept can be taken back with */
  guint64 total_bytes;
  guint64 limit_bytes; /* 0: none */
  GPtrArray *uses;     /* AnnexSpaceUse, the largest first */
} AnnexSpace;

#define ANNEX_TYPE_SPACE (annex_space_get_type ())
GType
annex_space_get_type (void) G_GNUC_CONST;
AnnexSpace *
annex_space_copy (const AnnexSpace *self);
void
annex_space_free (AnnexSpace *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSpace, annex_space_free)

/* Looks at all there is. Blocking; a worker's work. (transfer full) */
AnnexSpace *
annex_space_measure (void);
/* Bytes on the disk below @path; links are not followed. Blocking. */
guint64
annex_space_measure_folder (const char *path);

/* 0: no limit. Any thread. */
void
annex_space_set_limit (guint64 bytes);
guint64
annex_space_get_limit (void);
/* May @more_bytes be taken as well? FALSE with ANNEX_COMPUTER_ERROR_DISK_LIMIT, whose message says
 * how much there is and the ways out. Looks at nothing while there is no limit. Blocking. */
gboolean
annex_space_check (guint64 more_bytes, GError **error);

G_END_DECLS
