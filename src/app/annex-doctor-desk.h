/* annex-doctor-desk.h
 *
 * The doctor for a window that has no tasks to show, because they cannot be opened.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

G_BEGIN_DECLS

/* A desk of which nothing but the checks may be used: annex_desk_dup_checks, _run_checks and
 * _repair. The tasks are opened anew each time it looks or mends, one after the other, and closed
 * again: once the check "store" is OK, annex_desk_session_open works. */
#define ANNEX_TYPE_DOCTOR_DESK (annex_doctor_desk_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDoctorDesk, annex_doctor_desk, ANNEX, DOCTOR_DESK, GObject)

AnnexDesk *
annex_doctor_desk_new (void);

G_END_DECLS
