/* annex-skill-library.c
 *
 * See annex-skill-library.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-library.h"

#define MAX_DESCRIPTION_CHARS 1024
#define MAX_SKILLS 200

G_DEFINE_BOXED_TYPE (AnnexSkillInfo, annex_skill_info, annex_skill_info_copy, annex_skill_info_free)
G_DEFINE_BOXED_TYPE (AnnexSkillUse, annex_skill_use, annex_skill_use_copy, annex_skill_use_free)
G_DEFINE_INTERFACE (AnnexSkillLibrary, annex_skill_library, G_TYPE_OBJECT)

static guint changed_signal;

static void
annex_skill_library_default_init (AnnexSkillLibraryInterface *iface)
{
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_SKILL_LIBRARY, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

const char *
annex_skill_origin_to_name (AnnexSkillOrigin origin)
{
  static const char *const names[] = {
    [ANNEX_SKILL_ORIGIN_SHARE] = "share",
    [ANNEX_SKILL_ORIGIN_LIBRARY] = "library",
    [ANNEX_SKILL_ORIGIN_HOME] = "home",
    [ANNEX_SKILL_ORIGIN_BUILT_IN] = "built-in",
  };

  return names[origin];
}

AnnexSkillInfo *
annex_skill_info_new (const char *name, AnnexSkillOrigin origin)
{
  AnnexSkillInfo *self = g_new0 (AnnexSkillInfo, 1);

  self->name = g_strdup (name);
  self->origin = origin;
  self->description = g_strdup ("");
  self->enabled = TRUE;
  return self;
}

AnnexSkillInfo *
annex_skill_info_copy (const AnnexSkillInfo *self)
{
  AnnexSkillInfo *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->description = g_strdup (self->description);
  copy->path = g_strdup (self->path);
  copy->source = g_strdup (self->source);
  copy->fault = g_strdup (self->fault);
  copy->warnings = g_strdupv (self->warnings);
  return copy;
}

void
annex_skill_info_free (AnnexSkillInfo *self)
{
  g_free (self->name);
  g_free (self->description);
  g_free (self->path);
  g_free (self->source);
  g_free (self->fault);
  g_strfreev (self->warnings);
  g_free (self);
}

gboolean
annex_skill_info_is_usable (const AnnexSkillInfo *self)
{
  return self->enabled && !self->shadowed && self->fault == NULL;
}

AnnexSkillUse *
annex_skill_use_copy (const AnnexSkillUse *self)
{
  AnnexSkillUse *copy = g_new0 (AnnexSkillUse, 1);

  copy->name = g_strdup (self->name);
  copy->text = g_strdup (self->text);
  copy->tar = g_bytes_ref (self->tar);
  copy->digest = g_strdup (self->digest);
  copy->n_files = self->n_files;
  return copy;
}

void
annex_skill_use_free (AnnexSkillUse *self)
{
  g_free (self->name);
  g_free (self->text);
  g_clear_pointer (&self->tar, g_bytes_unref);
  g_free (self->digest);
  g_free (self);
}

DexFuture *
annex_skill_library_list (AnnexSkillLibrary *self, const char *const *folders)
{
  return ANNEX_SKILL_LIBRARY_GET_IFACE (self)->list (self, folders);
}

DexFuture *
annex_skill_library_use (AnnexSkillLibrary *self,
                         const char *name,
                         const char *arguments,
                         const char *const *folders)
{
  return ANNEX_SKILL_LIBRARY_GET_IFACE (self)->use (self, name, arguments, folders);
}

void
annex_skill_library_emit_changed (AnnexSkillLibrary *self)
{
  g_signal_emit (self, changed_signal, 0);
}

/* ---- the catalogue */

JsonObject *
annex_skill_catalogue (GPtrArray *infos)
{
  JsonObject *catalogue = json_object_new ();

  for (guint i = 0; i < infos->len && json_object_get_size (catalogue) < MAX_SKILLS; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);
      g_autofree char *text = g_utf8_strlen (info->description, -1) > MAX_DESCRIPTION_CHARS
                                  ? g_utf8_substring (info->description, 0, MAX_DESCRIPTION_CHARS)
                                  : g_strdup (info->description);

      if (annex_skill_info_is_usable (info))
        json_object_set_string_member (catalogue, info->name, text);
    }
  return catalogue;
}

/* The description is somebody's text: it must not end its own element. */
static void
append_skill (GString *text, const char *name, const char *description)
{
  g_autofree char *escaped = g_markup_escape_text (description, -1);

  g_string_append_printf (text,
                          "<skill>\n<name>%s</name>\n<description>%s</description>\n"
                          "<location>/skills/%s/SKILL.md</location>\n</skill>\n",
                          name, escaped, name);
}

static char *
make_whole (JsonObject *now, GList *names)
{
  g_autoptr (GString) text = g_string_new (
      "Skills are instructions for certain kinds of work, written by the user or others. When one "
      "fits what the user wants, or the user writes /NAME, call use_skill with its name before you "
      "begin. These are there:\n"
      "<available_skills>\n");

  for (GList *l = names; l != NULL; l = l->next)
    append_skill (text, l->data, annex_json_opt_string (now, l->data, ""));
  g_string_append (text, "</available_skills>");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
annex_skill_catalogue_news (JsonObject *before, JsonObject *now)
{
  g_autoptr (GList) names = json_object_get_members (now);
  g_autoptr (GList) old = before != NULL ? json_object_get_members (before) : NULL;
  g_autoptr (GString) came = g_string_new (NULL);
  g_autoptr (GString) went = g_string_new (NULL);

  if (old == NULL)
    return names != NULL ? make_whole (now, names) : NULL;
  for (GList *l = names; l != NULL; l = l->next)
    if (g_strcmp0 (annex_json_opt_string (before, l->data, NULL),
                   annex_json_opt_string (now, l->data, NULL)) != 0)
      append_skill (came, l->data, annex_json_opt_string (now, l->data, ""));
  for (GList *l = old; l != NULL; l = l->next)
    if (!json_object_has_member (now, l->data))
      g_string_append_printf (went, "%s%s", went->len > 0 ? ", " : "", (const char *) l->data);
  if (came->len == 0 && went->len == 0)
    return NULL;
  if (came->len > 0)
    {
      g_string_prepend (came, "Skills that are new or have changed:\n<available_skills>\n");
      g_string_append (came, "</available_skills>");
    }
  if (went->len > 0)
    g_string_append_printf (came, "%sThese skills are no longer there: %s.",
                            came->len > 0 ? "\n" : "", went->str);
  return g_string_free (g_steal_pointer (&came), FALSE);
}
