/* annex-limits.h
 *
 * What the user lets Annex take: of this machine (the settings limit-memory and limit-disk), for one
 * task (limit-turns and limit-cost), and of the network without asking (open-package-sources).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-agent.h"
#include "annex-computers.h"

G_BEGIN_DECLS

/* The settings; NULL where their schema is not installed: then nothing is limited. (transfer full) */
GSettings *
annex_limits_dup_settings (void);
/* Makes what the settings say now hold. @computers nullable. */
void
annex_limits_apply (GSettings *settings, AnnexComputers *computers);
/* What the settings say now of one task holds for @agent from its next step on. */
void
annex_limits_apply_to_agent (AnnexAgent *agent);
/* May a task reach the sources of packages without asking? TRUE where there are no settings. */
gboolean
annex_limits_open_package_sources (void);

G_END_DECLS
