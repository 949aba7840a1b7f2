/* annex-share.h
 *
 * One share: a folder of the user's that a task may see at /folders/<name>. Immutable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define ANNEX_SHARE_ERROR (annex_share_error_quark ())

/* NOT_FOUND: no such folder; NOT_A_FOLDER; UNREADABLE; NOT_ALLOWED: the root, a system folder,
 * Annex's own data, or the whole home folder; BAD_MODE. */
typedef enum
{
  ANNEX_SHARE_ERROR_NOT_FOUND,
  ANNEX_SHARE_ERROR_NOT_A_FOLDER,
  ANNEX_SHARE_ERROR_UNREADABLE,
  ANNEX_SHARE_ERROR_NOT_ALLOWED,
  ANNEX_SHARE_ERROR_BAD_MODE,
} AnnexShareError;

GQuark annex_share_error_quark (void);

typedef enum
{
  ANNEX_SHARE_READ_ONLY,
  ANNEX_SHARE_REVIEW,
  ANNEX_SHARE_KEEP,
} AnnexShareMode;

#define ANNEX_TYPE_SHARE (annex_share_get_type ())
typedef struct _AnnexShare AnnexShare;
GType annex_share_get_type (void) G_GNUC_CONST;

/* Checks and resolves @path (symlinks included) and makes the guest name unique among @taken
 * (AnnexShare elements, nullable). ANNEX_SHARE_ERROR. Blocking but short. (transfer full) */
AnnexShare *annex_share_new (const char *path,
                             AnnexShareMode mode,
                             GPtrArray *taken,
                             GError **error);
/* The same of @path, a copy of the user's folder @origin (absolute; NULL: no copy): the task sees the
 * copy, and what is kept goes to @origin, for which the administrator's rules are asked. Nothing of
 * @origin is looked at here. (transfer full) */
AnnexShare *annex_share_new_copy (const char *path,
                                  const char *origin,
                                  AnnexShareMode mode,
                                  GPtrArray *taken,
                                  GError **error);
AnnexShare *annex_share_new_from_json (JsonObject *json, GError **error);
JsonObject *annex_share_to_json (AnnexShare *self); /* {id, name, path, mode, origin?} (transfer full) */
AnnexShare *annex_share_with_mode (AnnexShare *self, AnnexShareMode mode);
AnnexShare *annex_share_ref (AnnexShare *self);
void annex_share_unref (AnnexShare *self);

const char *annex_share_get_id (AnnexShare *self);   /* short, [a-z0-9]+, also the virtiofs tag */
const char *annex_share_get_name (AnnexShare *self); /* folder name in the guest */
const char *annex_share_get_path (AnnexShare *self); /* absolute host path */
/* Of a copy the user's own folder, else NULL. (borrowed) */
const char *annex_share_get_origin (AnnexShare *self);
/* Where what is kept goes, and what the user calls this folder: the origin of a copy, else the
 * path. (borrowed) */
const char *annex_share_get_home (AnnexShare *self);
AnnexShareMode annex_share_get_mode (AnnexShare *self);
char *annex_share_dup_guest_path (AnnexShare *self); /* /folders/<name> */

const char *annex_share_mode_to_name (AnnexShareMode mode); /* read-only, review, keep */
gboolean annex_share_mode_from_name (const char *name, AnnexShareMode *mode, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexShare, annex_share_unref)

G_END_DECLS
