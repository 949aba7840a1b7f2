/* annex-skill-draft.c
 *
 * See annex-skill-view.h: a skill while it is written.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-view.h"

G_DEFINE_BOXED_TYPE (AnnexSkillDraft,
                     annex_skill_draft,
                     annex_skill_draft_copy,
                     annex_skill_draft_free)

static void
clear_bytes (gpointer bytes)
{
  if (bytes != NULL)
    g_bytes_unref (bytes);
}

AnnexSkillDraft *
annex_skill_draft_new (void)
{
  AnnexSkillDraft *self = g_new0 (AnnexSkillDraft, 1);

  self->name = g_strdup ("");
  self->description = g_strdup ("");
  self->body = g_strdup ("");
  self->metadata = json_object_new ();
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, clear_bytes);
  return self;
}

AnnexSkillDraft *
annex_skill_draft_copy (const AnnexSkillDraft *self)
{
  AnnexSkillDraft *copy = g_memdup2 (self, sizeof *self);
  GHashTableIter iter;
  gpointer path;
  gpointer bytes;

  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->license = g_strdup (self->license);
  copy->compatibility = g_strdup (self->compatibility);
  copy->tools = g_strdup (self->tools);
  copy->body = g_strdup (self->body);
  copy->metadata = self->metadata != NULL ? annex_json_object_copy (self->metadata) : NULL;
  copy->base = g_strdup (self->base);
  copy->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, clear_bytes);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &path, &bytes))
    annex_skill_draft_set_file (copy, path, bytes);
  return copy;
}

void
annex_skill_draft_free (AnnexSkillDraft *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->license);
  g_free (self->compatibility);
  g_free (self->tools);
  g_free (self->body);
  g_clear_pointer (&self->metadata, json_object_unref);
  g_free (self->base);
  g_hash_table_unref (self->files);
  g_free (self);
}

void
annex_skill_draft_set_file (AnnexSkillDraft *self, const char *path, GBytes *bytes)
{
  g_hash_table_insert (self->files, g_strdup (path), bytes != NULL ? g_bytes_ref (bytes) : NULL);
}

/* ---- needs */

static void
declare (JsonObject *metadata, const char *id, const char *what, const char *value)
{
  g_autofree char *key = g_strconcat ("annex.", id, what != NULL ? "." : NULL, what, NULL);

  if (value != NULL && *value != '\0')
    json_object_set_string_member (metadata, key, value);
}

void
annex_skill_draft_remove_need (AnnexSkillDraft *self, const char *id)
{
  g_autofree char *key = g_strconcat ("annex.", id, NULL);
  g_autofree char *prefix = g_strconcat (key, ".", NULL);
  g_autoptr (GList) keys = self->metadata != NULL ? json_object_get_members (self->metadata) : NULL;

  for (GList *l = keys; l != NULL; l = l->next)
    if (g_str_equal (l->data, key) || g_str_has_prefix (l->data, prefix))
      json_object_remove_member (self->metadata, l->data);
}

void
annex_skill_draft_set_need (AnnexSkillDraft *self, const AnnexSkillNeed *need)
{
  g_autofree char *options = need->options != NULL ? g_strjoinv (" | ", need->options) : NULL;

  annex_skill_draft_remove_need (self, need->id);
  if (self->metadata == NULL)
    self->metadata = json_object_new ();
  declare (self->metadata, need->id, NULL, annex_need_kind_to_name (need->kind));
  declare (self->metadata, need->id, "label", need->label);
  declare (self->metadata, need->id, "help", need->help);
  declare (self->metadata, need->id, "default", need->fallback);
  declare (self->metadata, need->id, "options", options);
  declare (self->metadata, need->id, "env", need->env);
  declare (self->metadata, need->id, "optional", need->optional ? "yes" : NULL);
}
