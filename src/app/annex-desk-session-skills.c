/* annex-desk-session-skills.c
 *
 * The desk's skills and connectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

static AnnexSkillLibrary *
get_skills (AnnexDesk *desk)
{
  return annex_session_get_skills (ANNEX_DESK_SESSION (desk)->session);
}

static AnnexConnectors *
get_connectors (AnnexDesk *desk)
{
  return annex_session_get_connectors (ANNEX_DESK_SESSION (desk)->session);
}

void
annex_desk_session_init_skills (AnnexDeskInterface *iface)
{
  iface->get_skills = get_skills;
  iface->get_connectors = get_connectors;
}
