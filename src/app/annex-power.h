/* annex-power.h
 *
 * Does this machine run on its battery? Asked of UPower over D-Bus; where there is none, or it may
 * not be asked, the answer is no.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_POWER (annex_power_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPower, annex_power, ANNEX, POWER, GObject)

/* Asks, and listens from then on; does not block. (transfer full) */
AnnexPower *
annex_power_new (void);
/* As far as is known now. */
gboolean
annex_power_is_on_battery (AnnexPower *self);

G_END_DECLS
