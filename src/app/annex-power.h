/* annex-power.h
 *
 * Does this machine run on its battery? Asked of UPower over D-Bus; where there is none, or it may
 * not be asked, as in a sandbox, what the kernel tells of its supplies is read.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_POWER (annex_power_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPower, annex_power, ANNEX, POWER, GObject)

/* Asks, and listens from then on; does not block. @supplies is the kernel's folder of what gives
 * power, NULL for the one of this machine. (transfer full) */
AnnexPower *
annex_power_new (const char *supplies);
/* As far as is known now. Blocking, but only small files of the kernel's. */
gboolean
annex_power_is_on_battery (AnnexPower *self);

G_END_DECLS
