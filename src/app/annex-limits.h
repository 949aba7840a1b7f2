/* annex-limits.h
 *
 * What the user lets Annex take of this machine: the settings limit-memory and limit-disk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computers.h"

G_BEGIN_DECLS

/* The settings; NULL where their schema is not installed: then nothing is limited. (transfer full) */
GSettings *
annex_limits_dup_settings (void);
/* Makes what the settings say now hold. @computers nullable. */
void
annex_limits_apply (GSettings *settings, AnnexComputers *computers);

G_END_DECLS
