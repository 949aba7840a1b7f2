/* annex-skill-job.c
 *
 * See annex-skill-store-private.h: one request to the store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-store-private.h"

AnnexSkillJob *
annex_skill_job_new (gpointer store, AnnexWorkerFunc work, const char *name, const char *text)
{
  AnnexSkillJob *self = g_atomic_rc_box_new0 (AnnexSkillJob);

  self->store = g_object_ref (ANNEX_SKILL_STORE (store));
  self->places = annex_skill_places_copy (self->store->places);
  self->work = work;
  self->name = g_strdup (name);
  self->text = g_strdup (text);
  return self;
}

AnnexSkillJob *
annex_skill_job_ref (AnnexSkillJob *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexSkillJob *self = data;

  g_object_unref (self->store);
  annex_skill_places_free (self->places);
  g_free (self->name);
  g_free (self->text);
  g_strfreev (self->names);
  g_clear_pointer (&self->values, json_object_unref);
  g_clear_pointer (&self->need, annex_skill_need_free);
  g_clear_pointer (&self->offer, annex_skill_offer_free);
  g_clear_pointer (&self->draft, annex_skill_draft_free);
  g_clear_pointer (&self->exposures, annex_exposures_free);
}

void
annex_skill_job_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, clear);
}

DexFuture *
annex_skill_job_run (AnnexSkillJob *job)
{
  return annex_worker_run ("annex-skills", job->work, job, annex_skill_job_unref);
}

static DexFuture *
change_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  g_autoptr (DexFuture) work = annex_skill_job_run (annex_skill_job_ref (job));
  GError *error = NULL;

  if (!dex_await (dex_ref (work), &error))
    return annex_future_new_error (error);
  annex_skill_library_emit_changed (ANNEX_SKILL_LIBRARY (job->store));
  return g_steal_pointer (&work);
}

DexFuture *
annex_skill_job_change (AnnexSkillJob *job)
{
  return annex_fiber_run (change_fiber, job, annex_skill_job_unref);
}

DexFuture *
annex_skill_job_end (gboolean done, GError **error)
{
  return done ? dex_future_new_true () : annex_future_new_error (g_steal_pointer (error));
}
