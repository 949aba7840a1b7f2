/* annex-skill-use.c
 *
 * See annex-skill-values.h: a skill as the model and its computer get it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-values.h"

#include "annex-json.h"
#include "annex-skill-files.h"

#include <string.h>

#define MAX_LISTED_FILES 100
#define TAR_BLOCK 512

/* ---- the folder, as a tar */

static void
put_block (GByteArray *tar, const char *name, gsize size, char type, gboolean executable)
{
  guint8 block[TAR_BLOCK] = { 0 };
  guint sum = 0;

  memcpy (block, name, MIN (strlen (name), 100));
  g_snprintf ((char *) block + 100, 8, "%07o", executable ? 0755u : 0644u);
  g_snprintf ((char *) block + 108, 8, "%07o", 0u);
  g_snprintf ((char *) block + 116, 8, "%07o", 0u);
  g_snprintf ((char *) block + 124, 12, "%011" G_GINT64_MODIFIER "o", (guint64) size);
  g_snprintf ((char *) block + 136, 12, "%011o", 0u);
  memset (block + 148, ' ', 8);
  block[156] = (guint8) type;
  memcpy (block + 257, "ustar  ", 8);
  for (guint i = 0; i < TAR_BLOCK; i++)
    sum += block[i];
  g_snprintf ((char *) block + 148, 8, "%06o", sum);
  g_byte_array_append (tar, block, TAR_BLOCK);
}

static void
put_data (GByteArray *tar, const void *data, gsize length)
{
  static const guint8 zeros[TAR_BLOCK];

  g_byte_array_append (tar, data, (guint) length);
  if (length % TAR_BLOCK != 0)
    g_byte_array_append (tar, zeros, (guint) (TAR_BLOCK - length % TAR_BLOCK));
}

static void
put_file (GByteArray *tar, const char *path, GBytes *bytes, gboolean executable)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  if (strlen (path) > 99)
    {
      put_block (tar, "././@LongLink", strlen (path) + 1, 'L', FALSE);
      put_data (tar, path, strlen (path) + 1);
    }
  put_block (tar, path, length, '0', executable);
  put_data (tar, data, length);
}

/* A text with the user's values in it; other files as they are. (transfer full) */
static GBytes *
fill (GBytes *bytes, JsonObject *values)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = NULL;
  char *filled;

  if (!annex_skill_files_is_text (bytes) || memmem (data, length, "{{annex.", 8) == NULL)
    return g_bytes_ref (bytes);
  text = g_strndup (data, length);
  filled = annex_skill_needs_fill (text, values);
  return g_bytes_new_take (filled, strlen (filled));
}

static GBytes *
make_tar (const char *folder, GPtrArray *files, JsonObject *values, GError **error)
{
  static const guint8 end[2 * TAR_BLOCK];
  GByteArray *tar = g_byte_array_new ();

  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
      g_autoptr (GBytes) filled = NULL;

      if (bytes == NULL)
        {
          g_byte_array_unref (tar);
          return NULL;
        }
      filled = fill (bytes, values);
      put_file (tar, file->path, filled, file->executable);
    }
  g_byte_array_append (tar, end, sizeof end);
  return g_byte_array_free_to_bytes (tar);
}

/* ---- the text */

static void
append_files (GString *text, GPtrArray *files)
{
  guint n = 0;

  if (files->len < 2)
    return;
  g_string_append (text, "<skill_resources>\n");
  for (guint i = 0; i < files->len && n < MAX_LISTED_FILES; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autofree char *path = g_markup_escape_text (file->path, -1);

      if (g_ascii_strcasecmp (file->path, "SKILL.md") == 0)
        continue;
      g_string_append_printf (text, "<file>%s</file>\n", path);
      n++;
    }
  if (files->len > MAX_LISTED_FILES + 1)
    g_string_append_printf (text, "and %u more\n", files->len - 1 - n);
  g_string_append (text, "</skill_resources>\n");
}

static void
append_need (GString *text, const AnnexSkillNeed *need, const char *value)
{
  g_string_append_printf (text, "- %s (%s): ", need->id, need->label);
  if (value == NULL)
    g_string_append_printf (text, "not given%s\n",
                            need->optional ? ", and not needed" : ". Ask with ask_user first");
  else if (need->kind == ANNEX_NEED_SECRET)
    g_string_append_printf (text,
                            "%s. A command gets it by shell's secrets: {\"env\": \"%s\", "
                            "\"id\": \"%s\"}\n",
                            value, need->env, value);
  else if (need->kind == ANNEX_NEED_FOLDER)
    g_string_append_printf (text,
                            "%s. If it is not there, call request_folder with that name as the "
                            "suggestion\n",
                            value);
  else
    g_string_append_printf (text, "%s\n", value);
}

static void
append_needs (GString *text, AnnexSkill *skill, JsonObject *values)
{
  GPtrArray *needs = annex_skill_get_needs (skill);

  if (needs->len == 0)
    return;
  g_string_append (text, "The user's own values for this skill:\n");
  for (guint i = 0; i < needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (needs, i);

      append_need (text, need, annex_json_opt_string (values, need->id, NULL));
    }
}

static char *
make_text (AnnexSkill *skill,
           const char *name,
           GPtrArray *files,
           JsonObject *values,
           const char *arguments)
{
  g_autofree char *body = annex_skill_needs_fill (annex_skill_get_body (skill), values);
  g_autofree char *folder = g_strconcat ("/skills/", name, NULL);
  g_autoptr (GString) text = g_string_new (body);
  gboolean placed = arguments != NULL && strstr (body, "$ARGUMENTS") != NULL;

  g_string_replace (text, "</skill_content", "&lt;/skill_content", 0);
  g_string_replace (text, "${CLAUDE_SKILL_DIR}", folder, 0);
  if (placed)
    g_string_replace (text, "$ARGUMENTS", arguments, 0);
  g_string_prepend (text, "\">\n");
  g_string_prepend (text, name);
  g_string_prepend (text, "<skill_content name=\"");
  g_string_append_printf (text,
                          "\n</skill_content>\nThe skill's folder in your computer is %s; paths in "
                          "it are relative to that. It is a copy: changes there do not change the "
                          "skill.\n",
                          folder);
  append_files (text, files);
  append_needs (text, skill, values);
  if (arguments != NULL && *arguments != '\0' && !placed)
    g_string_append_printf (text, "ARGUMENTS: %s\n", arguments);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

AnnexSkillUse *
annex_skill_use_make (AnnexSkillPlaces *places,
                      const AnnexSkillInfo *info,
                      const char *arguments,
                      GError **error)
{
  g_autoptr (AnnexSkill) skill = annex_skill_load (info->path, error);
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (JsonObject) stored = NULL;
  g_autoptr (JsonObject) values = NULL;
  g_autoptr (GBytes) tar = NULL;
  AnnexSkillUse *use;

  if (skill == NULL)
    return NULL;
  files = annex_skill_files_list (info->path, NULL, error);
  stored = annex_skill_values_load (places, info->name, info->origin);
  values = annex_skill_values_resolve (skill, stored);
  tar = files != NULL ? make_tar (info->path, files, values, error) : NULL;
  if (tar == NULL)
    return NULL;
  use = g_new0 (AnnexSkillUse, 1);
  use->name = g_strdup (info->name);
  use->text = make_text (skill, info->name, files, values, arguments);
  use->digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, tar);
  use->tar = g_steal_pointer (&tar);
  use->n_files = files->len;
  return use;
}
