/* annex-machine-private.h
 *
 * What the files of AnnexMachine share: annex-machine.c (what it is told to do), -connect.c (the
 * channel), -watch.c (what happens to it).
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
  char *log_path;         /* what the guest says on its serial port */
  char *program_log_path; /* what QEMU says, as libvirt keeps it */
  char *socket_path;

  gboolean running;
  gboolean beginning;   /* a boot or restore is under way */
  gboolean ending;      /* its end is expected */
  char *lost_reason;    /* why it ended, when nobody asked */
  DexPromise *gone;     /* resolves when it ends */
  guint trim_source;    /* while it runs */
  DexFuture *trimming;  /* the last time, in a thread; nullable */
  GHashTable *removals; /* alias → DexPromise of an unplug in progress */
};

/* ---- annex-machine.c */
/* For how long that thread of it which waited longest has waited for one of the host's processors;
 * 0 where the kernel does not tell. Source: proc_pid_schedstat. */
gint64
annex_machine_get_waited_us (AnnexMachine *self);

/* ---- annex-machine-connect.c */
/* What the guest says on its serial port, or makes QEMU say, is written to a file of this machine's,
 * and nothing else bounds it: where @path takes more than a MiB of the disk, all but its end goes. TRUE: it did. */
gboolean
annex_machine_trim_log (const char *path);

/* ---- annex-machine-watch.c */
/* Begins to hear what libvirt tells of it. */
void
annex_machine_watch (AnnexMachine *self);
void
annex_machine_set_running (AnnexMachine *self);
void
annex_machine_set_ended (AnnexMachine *self, const char *reason);
/* Its end was told, perhaps late: looks, and ends it when it is so. */
void
annex_machine_end_if_gone (AnnexMachine *self, const char *reason);

G_END_DECLS
