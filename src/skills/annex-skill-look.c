/* annex-skill-look.c
 *
 * See annex-skill-look.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-look.h"

#include "annex-draft.h"
#include "annex-policy.h"
#include "annex-skill-files.h"
#include "annex-skill-private.h"

#include <string.h>

#define MAX_HOSTS 50
#define MAX_DIFF_BYTES (256 * 1024)

/* ---- what runs, and where it goes */

static gboolean
is_program (const AnnexSkillFile *file, GBytes *bytes)
{
  static const char *const suffixes[] = { ".py", ".sh", ".bash", ".js", ".mjs", ".ts",
                                          ".rb", ".pl", ".php",  ".R",  ".lua", ".ps1" };
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (file->path, suffixes[i]))
      return TRUE;
  return file->executable || (length >= 2 && memcmp (data, "#!", 2) == 0) ||
         (length >= 4 && memcmp (data,
                                 "\x7f"
                                 "ELF",
                                 4) == 0);
}

/* Hosts that follow "://" in @bytes. */
static void
find_hosts (GBytes *bytes, GHashTable *hosts)
{
  gsize length;
  const char *p = g_bytes_get_data (bytes, &length);
  const char *end = p + length;

  while (g_hash_table_size (hosts) < MAX_HOSTS &&
         (p = memmem (p, (gsize) (end - p), "://", 3)) != NULL)
    {
      const char *start = p += 3;
      char *host;

      while (p < end && (g_ascii_isalnum (*p) || strchr ("-._", *p) != NULL) && *p != '\0')
        p++;
      while (p > start && p[-1] == '.')
        p--;
      host = annex_host_normalise (start, (gssize) (p - start), NULL);
      if (host != NULL)
        g_hash_table_add (hosts, host);
    }
}

static char **
sorted_keys (GHashTable *table)
{
  g_autoptr (GPtrArray) keys = g_hash_table_get_keys_as_ptr_array (table);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  g_ptr_array_sort_values (keys, (GCompareFunc) strcmp);
  for (guint i = 0; i < keys->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (keys, i));
  return g_strv_builder_end (builder);
}

/* ---- against the installed version */

static AnnexSkillFile *
find_file (GPtrArray *files, const char *path)
{
  for (guint i = 0; files != NULL && i < files->len; i++)
    if (g_str_equal (((AnnexSkillFile *) g_ptr_array_index (files, i))->path, path))
      return g_ptr_array_index (files, i);
  return NULL;
}

static AnnexSkillPart *
add_part (AnnexSkillView *self, const AnnexSkillFile *file, AnnexSkillChange change)
{
  AnnexSkillPart *part = g_new0 (AnnexSkillPart, 1);

  part->path = g_strdup (file->path);
  part->size_bytes = file->size_bytes;
  part->executable = file->executable;
  part->change = change;
  self->changed = self->changed || change != ANNEX_SKILL_FILE_SAME;
  g_ptr_array_add (self->parts, part);
  return part;
}

/* What has become of a file that the installed version has, too. */
static void
compare (AnnexSkillView *self,
         AnnexSkillPart *part,
         GBytes *bytes,
         const AnnexSkillFile *before,
         const char *old_folder)
{
  g_autoptr (GBytes) old = annex_skill_files_read (old_folder, before->path, NULL);

  if (old != NULL && g_bytes_equal (bytes, old) && before->executable == part->executable)
    {
      part->change = ANNEX_SKILL_FILE_SAME;
      return;
    }
  part->change = ANNEX_SKILL_FILE_CHANGED;
  self->changed = TRUE;
  if (old != NULL && g_bytes_get_size (old) <= MAX_DIFF_BYTES &&
      g_bytes_get_size (bytes) <= MAX_DIFF_BYTES)
    part->diff = annex_draft_diff (old, bytes, part->path);
}

/* The parts of @folder, against those of @old_folder (nullable: nothing is there before; @folder
 * itself: nothing has changed). */
static gboolean
look_at_files (AnnexSkillView *self, const char *folder, const char *old_folder, GError **error)
{
  gboolean same = g_strcmp0 (folder, old_folder) == 0;
  g_autoptr (GPtrArray) old =
      old_folder != NULL && !same ? annex_skill_files_list (old_folder, NULL, NULL) : NULL;
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);
  g_autoptr (GHashTable) hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (files == NULL)
    return FALSE;
  self->installed = old != NULL || same;
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
      AnnexSkillFile *before = find_file (old, file->path);
      AnnexSkillPart *part;

      if (bytes == NULL)
        return FALSE;
      part = add_part (self, file,
                       same || before != NULL ? ANNEX_SKILL_FILE_SAME : ANNEX_SKILL_FILE_ADDED);
      part->runs = is_program (file, bytes);
      if (before != NULL)
        compare (self, part, bytes, before, old_folder);
      find_hosts (bytes, hosts);
    }
  for (guint i = 0; old != NULL && i < old->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (old, i);

      if (find_file (files, file->path) == NULL)
        add_part (self, file, ANNEX_SKILL_FILE_REMOVED);
    }
  self->hosts = sorted_keys (hosts);
  return TRUE;
}

AnnexSkillView *
annex_skill_look (const char *folder,
                  const char *name,
                  const char *old_folder,
                  AnnexSkill **skill_out,
                  GError **error)
{
  g_autoptr (AnnexSkillView) self = annex_skill_view_new ();
  g_autoptr (AnnexSkill) skill = NULL;
  g_autofree char *text = NULL;
  gsize length;

  text = annex_skill_read_text (folder, &length, error);
  if (text == NULL)
    return NULL;
  skill = annex_skill_parse (text, length, name, error);
  if (skill == NULL || !look_at_files (self, folder, old_folder, error))
    return NULL;
  self->problems = annex_skill_check (text, length, name);
  self->name = g_strdup (annex_skill_get_name (skill));
  self->description = g_strdup (annex_skill_get_description (skill));
  self->license = g_strdup (annex_skill_get_license (skill));
  self->compatibility = g_strdup (annex_skill_get_compatibility (skill));
  self->tools = g_strdupv ((char **) annex_skill_get_allowed_tools (skill));
  self->warnings = g_strdupv ((char **) annex_skill_get_warnings (skill));
  self->body = g_strdup (annex_skill_get_body (skill));
  self->text = annex_text_make_valid (text, (gssize) length);
  self->metadata = annex_json_object_copy (annex_skill_get_all_metadata (skill));
  for (guint i = 0; i < annex_skill_get_needs (skill)->len; i++)
    g_ptr_array_add (self->needs, annex_skill_need_copy (annex_skill_get_needs (skill)->pdata[i]));
  if (skill_out != NULL)
    *skill_out = g_steal_pointer (&skill);
  return g_steal_pointer (&self);
}
