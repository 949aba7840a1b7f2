/* shots-settings.c
 *
 * Pages of the preferences.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

void
shots_open_space (ShotsStage *stage)
{
  gtk_widget_activate_action (GTK_WIDGET (stage->window), "win.space", NULL);
  shots_stage_await (stage, annex_is_type, "AnnexSpacePage");
}
