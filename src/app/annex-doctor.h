/* annex-doctor.h
 *
 * Looks at everything Annex needs and says in plain words what is missing, why, and what mends it.
 * One check a thing; the groups are in annex-doctor-*.c. The window and `annex doctor` show the
 * same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-check.h"
#include "annex-session.h"

G_BEGIN_DECLS

/* What is looked at of this machine; a test gives its own. */
typedef struct
{
  const char *kvm;                /* /dev/kvm */
  const char *cpuinfo;            /* /proc/cpuinfo */
  const char *meminfo;            /* /proc/meminfo */
  const char *max_namespaces;     /* /proc/sys/user/max_user_namespaces */
  const char *namespace_switch;   /* /proc/sys/kernel/unprivileged_userns_clone; may be missing */
  const char *namespace_apparmor; /* /proc/sys/kernel/apparmor_restrict_unprivileged_userns */
  const char *subuid;             /* /etc/subuid */
  const char *subgid;
  const char *user;         /* the user's name in them */
  const char *search_path;  /* for programs; NULL: $PATH */
  const char *virtiofsd;    /* NULL: where distributions put it, and the search path */
  const char *libvirt_uri;  /* NULL: the session's */
  const char *disk;         /* the folder whose disk counts; NULL: where computers live */
  const char *task_disk;    /* the same for the tasks; NULL: where they are kept */
  guint64 least_disk_bytes; /* fewer free are a failure */
  guint kvm_limit_ms;       /* how long a trial guest may take */
  guint answer_limit_ms;    /* how long a disk, or a server's certificate */
  GProxyResolver *proxies;  /* NULL: the system's */
  gboolean asks_network;    /* ask the desktop whether the network is up */
  gboolean network_up;      /* otherwise this */
  gint64 now_us;            /* what the clock says; 0: what it says */
} AnnexDoctorWorld;

/* This machine. */
void
annex_doctor_world_init (AnnexDoctorWorld *world);

#define ANNEX_TYPE_DOCTOR (annex_doctor_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDoctor, annex_doctor, ANNEX, DOCTOR, GObject)

/* @session: NULL when it could not be opened, then @store_error (copied) says why. @world NULL:
 * this machine; its strings must outlive the doctor. (transfer full) */
AnnexDoctor *
annex_doctor_new (AnnexSession *session, const GError *store_error, const AnnexDoctorWorld *world);
/* The one it was made with, or that a repair opened. (borrowed, nullable) */
AnnexSession *
annex_doctor_get_session (AnnexDoctor *self);
/* Looks at everything. @thorough: also starts a trial computer, reads whole files and asks the
 * model's server. Resolves to a boxed GPtrArray of AnnexCheckResult, failing first. */
DexFuture *
annex_doctor_run (AnnexDoctor *self, gboolean thorough) G_GNUC_WARN_UNUSED_RESULT;
/* One check by its id. Resolves to an AnnexCheckResult (boxed); rejects with G_IO_ERROR_NOT_FOUND.
 */
DexFuture *
annex_doctor_look (AnnexDoctor *self, const char *id, gboolean thorough) G_GNUC_WARN_UNUSED_RESULT;
/* Carries out the repair of the check @id and looks again. Resolves to the new result (boxed);
 * rejects with the failure of the repair, NOT_FOUND when it has none. */
DexFuture *
annex_doctor_repair (AnnexDoctor *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* For tests: the ids in order, NULL-terminated. (transfer full) */
char **
annex_doctor_dup_ids (void);

G_END_DECLS
