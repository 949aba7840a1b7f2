/* annex-draft.h
 *
 * A draft: what the agent changed in a share and the user has not kept yet, worked out from the
 * guest's upper layer and the host's baseline. Pure; nothing here touches the guest or writes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-baseline.h"
#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* One entry of the upper layer as the guest helper streamed it, already checked by the reader: the
 * path is relative, valid, without "." or "..". Untrusted otherwise. */
typedef enum {
  ANNEX_UPPER_FILE,
  ANNEX_UPPER_FOLDER,
  ANNEX_UPPER_SYMLINK,
  ANNEX_UPPER_WHITEOUT,
  ANNEX_UPPER_OTHER, /* device, FIFO, socket: never kept, reported */
} AnnexUpperKind;

typedef struct
{
  char *path; /* bytes as in the file system, may be invalid UTF-8 */
  AnnexUpperKind kind;
  gboolean opaque; /* a folder that hides the host's one */
  guint32 mode;    /* permission bits */
  guint64 size_bytes;
  gint64 mtime_ns;
  char *sha256;  /* of FILE, lower-case hex; NULL when there is a problem */
  char *target;  /* of SYMLINK, any bytes but NUL */
  char *problem; /* nullable: why it cannot be kept, in plain words */
} AnnexUpperEntry;
#define ANNEX_TYPE_UPPER_ENTRY (annex_upper_entry_get_type ())
GType
annex_upper_entry_get_type (void) G_GNUC_CONST;
AnnexUpperEntry *
annex_upper_entry_new (const char *path, AnnexUpperKind kind);
AnnexUpperEntry *
annex_upper_entry_copy (const AnnexUpperEntry *self);
void
annex_upper_entry_free (AnnexUpperEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexUpperEntry, annex_upper_entry_free)

typedef enum {
  ANNEX_CHANGE_ADDED,
  ANNEX_CHANGE_CHANGED,
  ANNEX_CHANGE_RENAMED,
  ANNEX_CHANGE_DELETED,
  ANNEX_CHANGE_MODE,   /* only permission bits or time differ */
  ANNEX_CHANGE_REFUSED /* cannot be kept (device …); reason says why */
} AnnexChangeKind;

typedef struct
{
  AnnexChangeKind kind;
  char *path;     /* where it is now, relative to the share */
  char *old_path; /* of RENAMED */
  gboolean folder;
  char *target; /* symlinks: nullable */
  guint32 mode;
  guint64 size_bytes;
  guint64 old_size_bytes;
  gint64 mtime_ns;
  char *sha256;      /* nullable */
  gboolean conflict; /* the host's file is no longer what the agent saw */
  gboolean
      active; /* the user's programs would run or obey it by itself: looked at before it is kept */
  char *reason; /* nullable */
} AnnexChange;
#define ANNEX_TYPE_CHANGE (annex_change_get_type ())
GType
annex_change_get_type (void) G_GNUC_CONST;
AnnexChange *
annex_change_new (AnnexChangeKind kind, const char *path);
AnnexChange *
annex_change_copy (const AnnexChange *self);
void
annex_change_free (AnnexChange *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexChange, annex_change_free)
const char *
annex_change_kind_to_name (AnnexChangeKind kind);
/* {kind, path, old_path?, folder?, size, old_size?, sha256?, conflict?, active?, reason?}; paths made
 * valid UTF-8, and where they were not, path_bytes and old_path_bytes beside them. (transfer full) */
JsonObject *
annex_change_to_json (const AnnexChange *self);

/* Works out the changes of a share: @upper (AnnexUpperEntry), the frozen @baseline (nullable: no
 * conflicts are known then), and the host's folder @root as it is now (read with openat and
 * O_NOFOLLOW; sha256 of host files only where sizes match, to find renames and unchanged copies).
 *
 * An upper file equal in content, mode and time to the host's is no change. An opaque folder
 * deletes what it hides. What replaces something of another kind is CHANGED. RENAMED is a file
 * found by its content, or a folder all of whose content is the deleted folder's (one change then,
 * not one for each file in it). Symlinks that are absolute or lead out of the share, devices,
 * FIFOs, sockets and what the guest could not hash are REFUSED.
 *
 * Blocking: worker thread. Sorted by path. Returns AnnexChange elements; NULL with G_IO_ERROR when
 * @root cannot be read. (transfer full) */
GPtrArray *
annex_draft_compute (GPtrArray *upper, AnnexBaseline *baseline, const char *root, GError **error);

/* Is the host's @path below @root_fd, with all that is in it if it is a folder, no longer what the
 * agent saw? */
gboolean
annex_draft_is_conflict (int root_fd, AnnexBaseline *baseline, const char *path);
/* Would the user's own programs run or obey a file at @path (relative to the share) without being
 * asked: hooks, start files of shells and editors, launchers? By its name alone. */
gboolean
annex_draft_is_active (const char *path);
/* Does a symlink at @path with @target stay within the share, by its text alone? Up first, then
 * down: after a name that may be a link itself, up leads anywhere. */
gboolean
annex_draft_link_stays (const char *path, const char *target);

/* A unified text diff (three lines of context) when both sides are text of at most 1 MiB, else
 * NULL. Either side may be NULL (added, deleted). "" when they are equal. (transfer full, nullable)
 */
char *
annex_draft_diff (GBytes *before, GBytes *after, const char *path);

G_END_DECLS
