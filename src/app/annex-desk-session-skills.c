/* annex-desk-session-skills.c
 *
 * The desk's skills and connectors.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"
#include "annex-skill-maker.h"

#include <glib/gi18n.h>

static AnnexSkillLibrary *
get_skills (AnnexDesk *desk)
{
  return annex_session_get_skills (ANNEX_DESK_SESSION (desk)->session);
}

/* Needs the model, and no computer. */
static DexFuture *
make_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  AnnexSkillLibrary *skills = annex_session_get_skills (call->self->session);
  g_autoptr (DexFuture) cancel = NULL;
  AnnexSkillDraft *draft;

  if (work == NULL)
    return annex_desk_fail (error);
  if (work->running)
    return annex_future_new_errorf (
        G_IO_ERROR, G_IO_ERROR_BUSY,
        _ ("The task is at work; wait until it is done, or stop it first"));
  if (!annex_desk_session_ensure_model (call->self, work, &error))
    return annex_desk_fail (error);
  if (call->cancellable != NULL)
    cancel = DEX_FUTURE (dex_cancellable_new_from_cancellable (call->cancellable));
  draft = dex_await_boxed (
      annex_skill_maker_run (work->workspace, ANNEX_SKILL_KEEPER (skills), cancel), &error);
  if (draft == NULL)
    return annex_desk_fail (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_DRAFT, draft);
}

static DexFuture *
make_skill (AnnexDesk *desk, AnnexTask *task, GCancellable *cancellable)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  g_set_object (&call->cancellable, cancellable);
  return annex_desk_call_run (call, make_fiber);
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
  iface->make_skill = make_skill;
  iface->get_connectors = get_connectors;
}
