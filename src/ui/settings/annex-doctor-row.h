/* annex-doctor-row.h
 *
 * One line of the doctor page: a mark, what it is, what is the matter, and the button that helps.
 * Its buttons use the page's actions doctor.repair and doctor.copy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-check.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* @busy: its repair is running. @expanded: its details are open. (transfer none, floating) */
GtkWidget *
annex_doctor_row_new (const AnnexCheckResult *check, gboolean busy, gboolean expanded);
/* The check it shows. (borrowed) */
const char *
annex_doctor_row_get_id (GtkWidget *row);
gboolean
annex_doctor_row_is_expanded (GtkWidget *row);

G_END_DECLS
