/* annex-skill-view.c
 *
 * See annex-skill-view.h. Lists are shared between copies, as nobody changes them, but for the
 * exposures, which have the user's choices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-view.h"

G_DEFINE_BOXED_TYPE (AnnexSkillPart, annex_skill_part, annex_skill_part_copy, annex_skill_part_free)
G_DEFINE_BOXED_TYPE (AnnexSkillVersion,
                     annex_skill_version,
                     annex_skill_version_copy,
                     annex_skill_version_free)
G_DEFINE_BOXED_TYPE (AnnexSkillFault,
                     annex_skill_fault,
                     annex_skill_fault_copy,
                     annex_skill_fault_free)
G_DEFINE_BOXED_TYPE (AnnexExposure, annex_exposure, annex_exposure_copy, annex_exposure_free)
G_DEFINE_BOXED_TYPE (AnnexExposures, annex_exposures, annex_exposures_copy, annex_exposures_free)
G_DEFINE_BOXED_TYPE (AnnexSkillPlugin,
                     annex_skill_plugin,
                     annex_skill_plugin_copy,
                     annex_skill_plugin_free)
G_DEFINE_BOXED_TYPE (AnnexSkillMarket,
                     annex_skill_market,
                     annex_skill_market_copy,
                     annex_skill_market_free)
G_DEFINE_BOXED_TYPE (AnnexSkillView, annex_skill_view, annex_skill_view_copy, annex_skill_view_free)
G_DEFINE_BOXED_TYPE (AnnexSkillOffer,
                     annex_skill_offer,
                     annex_skill_offer_copy,
                     annex_skill_offer_free)

const char *
annex_skill_change_to_name (AnnexSkillChange change)
{
  static const char *const names[] = {
    [ANNEX_SKILL_FILE_SAME] = "same",
    [ANNEX_SKILL_FILE_ADDED] = "added",
    [ANNEX_SKILL_FILE_CHANGED] = "changed",
    [ANNEX_SKILL_FILE_REMOVED] = "removed",
  };

  return names[change];
}

const char *
annex_exposure_kind_to_name (AnnexExposureKind kind)
{
  static const char *const names[] = {
    [ANNEX_EXPOSURE_MAIL] = "mail",     [ANNEX_EXPOSURE_PHONE] = "phone",
    [ANNEX_EXPOSURE_STREET] = "street", [ANNEX_EXPOSURE_ACCOUNT] = "account",
    [ANNEX_EXPOSURE_KEY] = "key",       [ANNEX_EXPOSURE_PATH] = "path",
    [ANNEX_EXPOSURE_NAME] = "name",     [ANNEX_EXPOSURE_SHARE] = "share",
    [ANNEX_EXPOSURE_VALUE] = "value",
  };

  return names[kind];
}

AnnexSkillPart *
annex_skill_part_copy (const AnnexSkillPart *self)
{
  AnnexSkillPart *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->diff = g_strdup (self->diff);
  return copy;
}

void
annex_skill_part_free (AnnexSkillPart *self)
{
  g_free (self->path);
  g_free (self->diff);
  g_free (self);
}

AnnexSkillVersion *
annex_skill_version_copy (const AnnexSkillVersion *self)
{
  AnnexSkillVersion *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->source = g_strdup (self->source);
  return copy;
}

void
annex_skill_version_free (AnnexSkillVersion *self)
{
  g_free (self->id);
  g_free (self->source);
  g_free (self);
}

AnnexSkillFault *
annex_skill_fault_copy (const AnnexSkillFault *self)
{
  AnnexSkillFault *copy = g_memdup2 (self, sizeof *self);

  copy->field = g_strdup (self->field);
  copy->message = g_strdup (self->message);
  return copy;
}

void
annex_skill_fault_free (AnnexSkillFault *self)
{
  g_free (self->field);
  g_free (self->message);
  g_free (self);
}

AnnexExposure *
annex_exposure_copy (const AnnexExposure *self)
{
  AnnexExposure *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->text = g_strdup (self->text);
  copy->line_text = g_strdup (self->line_text);
  copy->need_id = g_strdup (self->need_id);
  return copy;
}

void
annex_exposure_free (AnnexExposure *self)
{
  g_free (self->path);
  g_free (self->text);
  g_free (self->line_text);
  g_free (self->need_id);
  g_free (self);
}

AnnexExposures *
annex_exposures_copy (const AnnexExposures *self)
{
  AnnexExposures *copy = g_memdup2 (self, sizeof *self);

  copy->list = g_ptr_array_copy (self->list, (GCopyFunc) annex_exposure_copy, NULL);
  g_ptr_array_set_free_func (copy->list, (GDestroyNotify) annex_exposure_free);
  copy->unseen = g_strdupv (self->unseen);
  copy->digest = g_strdup (self->digest);
  return copy;
}

void
annex_exposures_free (AnnexExposures *self)
{
  g_clear_pointer (&self->list, g_ptr_array_unref);
  g_strfreev (self->unseen);
  g_free (self->digest);
  g_free (self);
}

AnnexSkillPlugin *
annex_skill_plugin_copy (const AnnexSkillPlugin *self)
{
  AnnexSkillPlugin *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->market = g_strdup (self->market);
  copy->version = g_strdup (self->version);
  copy->fault = g_strdup (self->fault);
  copy->skills = g_strdupv (self->skills);
  return copy;
}

void
annex_skill_plugin_free (AnnexSkillPlugin *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->market);
  g_free (self->version);
  g_free (self->fault);
  g_strfreev (self->skills);
  g_free (self);
}

AnnexSkillMarket *
annex_skill_market_copy (const AnnexSkillMarket *self)
{
  AnnexSkillMarket *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->owner = g_strdup (self->owner);
  copy->address = g_strdup (self->address);
  copy->commit = g_strdup (self->commit);
  copy->fault = g_strdup (self->fault);
  copy->plugins = self->plugins != NULL ? g_ptr_array_ref (self->plugins) : NULL;
  return copy;
}

void
annex_skill_market_free (AnnexSkillMarket *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->owner);
  g_free (self->address);
  g_free (self->commit);
  g_free (self->fault);
  g_clear_pointer (&self->plugins, g_ptr_array_unref);
  g_free (self);
}

AnnexSkillView *
annex_skill_view_copy (const AnnexSkillView *self)
{
  AnnexSkillView *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->license = g_strdup (self->license);
  copy->compatibility = g_strdup (self->compatibility);
  copy->body = g_strdup (self->body);
  copy->text = g_strdup (self->text);
  copy->tools = g_strdupv (self->tools);
  copy->hosts = g_strdupv (self->hosts);
  copy->warnings = g_strdupv (self->warnings);
  copy->problems = g_strdupv (self->problems);
  copy->parts = self->parts != NULL ? g_ptr_array_ref (self->parts) : NULL;
  copy->needs = self->needs != NULL ? g_ptr_array_ref (self->needs) : NULL;
  copy->metadata = self->metadata != NULL ? json_object_ref (self->metadata) : NULL;
  copy->info = self->info != NULL ? annex_skill_info_copy (self->info) : NULL;
  return copy;
}

void
annex_skill_view_free (AnnexSkillView *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->license);
  g_free (self->compatibility);
  g_free (self->body);
  g_free (self->text);
  g_strfreev (self->tools);
  g_strfreev (self->hosts);
  g_strfreev (self->warnings);
  g_strfreev (self->problems);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_pointer (&self->needs, g_ptr_array_unref);
  g_clear_pointer (&self->metadata, json_object_unref);
  g_clear_pointer (&self->info, annex_skill_info_free);
  g_free (self);
}

AnnexSkillView *
annex_skill_view_new (void)
{
  AnnexSkillView *self = g_new0 (AnnexSkillView, 1);

  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_part_free);
  self->needs = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_need_free);
  return self;
}

gboolean
annex_skill_view_runs (const AnnexSkillView *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (((AnnexSkillPart *) g_ptr_array_index (self->parts, i))->runs)
      return TRUE;
  return FALSE;
}

AnnexSkillOffer *
annex_skill_offer_copy (const AnnexSkillOffer *self)
{
  AnnexSkillOffer *copy = g_memdup2 (self, sizeof *self);

  copy->source = g_strdup (self->source);
  copy->plugin = g_strdup (self->plugin);
  copy->version = g_strdup (self->version);
  copy->commit = g_strdup (self->commit);
  copy->left_out = g_strdupv (self->left_out);
  copy->gone = g_strdupv (self->gone);
  copy->skills = self->skills != NULL ? g_ptr_array_ref (self->skills) : NULL;
  copy->connectors = self->connectors != NULL ? g_ptr_array_ref (self->connectors) : NULL;
  copy->staged = self->staged != NULL ? g_object_ref (self->staged) : NULL;
  return copy;
}

void
annex_skill_offer_free (AnnexSkillOffer *self)
{
  g_free (self->source);
  g_free (self->plugin);
  g_free (self->version);
  g_free (self->commit);
  g_strfreev (self->left_out);
  g_strfreev (self->gone);
  g_clear_pointer (&self->skills, g_ptr_array_unref);
  g_clear_pointer (&self->connectors, g_ptr_array_unref);
  g_clear_object (&self->staged);
  g_free (self);
}
