/* annex-baseline-private.h
 *
 * Shared by annex-baseline.c and annex-baseline-view.c, which stores the newest view.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-baseline.h"

#include <sys/types.h>

G_BEGIN_DECLS

struct _AnnexBaseline
{
  GObject parent_instance;

  GHashTable *newest; /* path → AnnexStat, of the last scan */
  GHashTable *frozen; /* path → AnnexStat */
  GHashTable *trees;  /* paths frozen with all below */
  gboolean partial;
  gboolean is_stored; /* the newest view is in its file */
  gboolean is_loaded; /* it is an earlier process's, whose mounts may have had other numbers */
  dev_t root_device;  /* of the last scan; 0: there was none */
  ino_t root_inode;
};

G_END_DECLS
