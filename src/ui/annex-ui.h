/* annex-ui.h
 *
 * What every widget of Annex needs before it is made: its resources, its style and the types that
 * templates name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* After adw_init (), once: adds the style sheet and initialises the libraries that widgets use. */
void annex_ui_init (void);

G_END_DECLS
