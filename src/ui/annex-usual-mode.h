/* annex-usual-mode.h
 *
 * How a folder is given to Annex unless the user says otherwise.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-share.h"

G_BEGIN_DECLS

/* "New Folders" of the preferences. */
AnnexShareMode
annex_usual_mode (void);

G_END_DECLS
