/* annex-doctor-page.h
 *
 * What Annex needs, as a list: what fails first, each with its repair. Without a header bar: it
 * goes into a page of the window, or opens as a dialog of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (AnnexDesk, nullable); "busy" (read only: checks are running). Checks by
 * itself whenever it is shown, and gets another desk. */
#define ANNEX_TYPE_DOCTOR_PAGE (annex_doctor_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDoctorPage, annex_doctor_page, ANNEX, DOCTOR_PAGE, AdwBin)

GtkWidget *
annex_doctor_page_new (AnnexDesk *desk);
/* Opens it in a dialog above @parent, and returns it. (borrowed) */
GtkWidget *
annex_doctor_page_present (AnnexDesk *desk, GtkWidget *parent);

G_END_DECLS
