/* annex-doctor-private.h
 *
 * Shared by the doctor's files: what it has, and the tables of checks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-doctor.h"
#include "annex-future.h"

G_BEGIN_DECLS

struct _AnnexDoctor
{
  GObject parent_instance;

  AnnexSession *session; /* nullable */
  GError *store_error;   /* nullable */
  AnnexDoctorWorld world;
};

/* In a fiber: fills in state, sentence and what else there is; id and title are set. */
typedef void (*AnnexDoctorLook) (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough);
/* In a fiber. */
typedef gboolean (*AnnexDoctorRepair) (AnnexDoctor *self, GError **error);

typedef struct
{
  const char *id;
  const char *title;
  AnnexDoctorLook look;
  AnnexDoctorRepair repair; /* nullable */
} AnnexDoctorCheck;

extern const AnnexDoctorCheck annex_doctor_machine_checks[]; /* ended by id NULL */
extern const AnnexDoctorCheck annex_doctor_disk_checks[];
extern const AnnexDoctorCheck annex_doctor_computer_checks[];
extern const AnnexDoctorCheck annex_doctor_model_checks[];
extern const AnnexDoctorCheck annex_doctor_store_checks[];
extern const AnnexDoctorCheck annex_doctor_connector_checks[];
extern const AnnexDoctorCheck annex_doctor_task_checks[];
extern const AnnexDoctorCheck annex_doctor_report_checks[];

#define ANNEX_DOCTOR_REPORTS "reports"
/* Does the administrator want anything reported? Else there is no such check. */
gboolean
annex_doctor_wants_reports (void);

/* Sets state and sentence; FAILED and UNKNOWN too. */
void
annex_doctor_say (AnnexCheckResult *result, AnnexCheckState state, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The same with the text of @error (nullable) as detail. */
void
annex_doctor_say_error (AnnexCheckResult *result,
                        AnnexCheckState state,
                        const GError *error,
                        const char *sentence);
/* The first line of the file, NULL when it cannot be read. (transfer full) */
char *
annex_doctor_read_line (const char *path);
/* A program of the world's search path. (transfer full, nullable) */
char *
annex_doctor_find_program (AnnexDoctor *self, const char *name);

/* Measuring all that Annex keeps takes its time, where there is much. */
#define ANNEX_DOCTOR_MEASURE_LIMIT_MS 60000
/* In a fiber, as annex_worker_run. A folder on another machine, or on a disk that is going, may
 * never answer, and it is looked at again and again: while the thread that asks for @what is stuck
 * no other one is made, and who comes then does not wait for it once more. Rejects
 * G_IO_ERROR_TIMED_OUT after @limit_ms. */
DexFuture *
annex_doctor_ask_disk (const char *what,
                       AnnexWorkerFunc func,
                       gpointer state,
                       GDestroyNotify free_state,
                       guint limit_ms) G_GNUC_WARN_UNUSED_RESULT;
/* In a fiber: what lies where computers live is not looked at, while that folder is not there or its
 * disk does not answer. TRUE: @result says so. */
gboolean
annex_doctor_is_out_of_reach (AnnexDoctor *self, AnnexCheckResult *result);

/* In a fiber: whether the system's proxy lets a connection to @address (NULL: only whether it
 * answers) through: NULL when it does, or there is none for it; else a sentence that says what is
 * wrong with it. Nothing is sent to @address itself. (transfer full) */
char *
annex_doctor_dup_proxy_fault (AnnexDoctor *self, const char *address);
/* In a fiber: a sentence when the certificate of the server at @address is not valid at the time
 * that this machine's clock says; NULL when it is, or nobody answers there. (transfer full) */
char *
annex_doctor_dup_time_fault (AnnexDoctor *self, const char *address);

G_END_DECLS
