/* annex-machine-private.h
 *
 * What the two files of AnnexMachine share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-machine.h"

G_BEGIN_DECLS

struct _AnnexMachine
{
  GObject parent_instance;

  AnnexVirt *virt;
  AnnexComputerFolder *folder;
  char *name;
  char *log_path;
  char *socket_path;

  gboolean running;
  gboolean beginning;   /* a boot or restore is under way */
  gboolean ending;      /* its end is expected */
  char *lost_reason;    /* why it ended, when nobody asked */
  DexPromise *gone;     /* resolves when it ends */
  GHashTable *removals; /* alias → DexPromise of an unplug in progress */
};

G_END_DECLS
