/* annex-usual-mode.c
 *
 * See annex-usual-mode.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-usual-mode.h"

#include "annex-admin-policy.h"
#include "annex-ui.h"

AnnexShareMode
annex_usual_mode (void)
{
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();

  AnnexShareMode wanted =
      settings != NULL ? (AnnexShareMode) g_settings_get_enum (settings, "default-folder-mode")
                       : ANNEX_SHARE_REVIEW;

  return annex_admin_policy_nearest_mode (annex_admin_policy_get (), wanted);
}
