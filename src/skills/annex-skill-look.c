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

#include <glib/gi18n.h>
#include <string.h>

#define MAX_HOSTS 500
#define MAX_DIFF_BYTES (256 * 1024)

/* ---- what runs, and where it goes */

static gboolean
is_program (const AnnexSkillFile *file, GBytes *bytes)
{
  static const char *const suffixes[] = {
    ".awk", ".bash",  ".bat", ".c",    ".cjs", ".class", ".cmd",  ".exe", ".fish",
    ".go",  ".ipynb", ".jar", ".java", ".jl",  ".js",    ".ksh",  ".lua", ".mjs",
    ".mk",  ".php",   ".pl",  ".ps1",  ".py",  ".pyw",   ".pyz",  ".r",   ".rb",
    ".rs",  ".sh",    ".so",  ".tcl",  ".ts",  ".vbs",   ".wasm", ".zsh",
  };
  g_autofree char *path = g_ascii_strdown (file->path, -1);
  const char *name = strrchr (path, '/');
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    if (g_str_has_suffix (path, suffixes[i]))
      return TRUE;
  return g_str_equal (name != NULL ? name + 1 : path, "makefile") || file->executable ||
         (length >= 2 && memcmp (data, "#!", 2) == 0) ||
         (length >= 4 && memcmp (data,
                                 "\x7f"
                                 "ELF",
                                 4) == 0);
}

static void
add_host (GHashTable *hosts, const char *text, gsize length)
{
  g_autofree char *plain = NULL;
  char *host;

  while (length > 0 && text[length - 1] == '.')
    length--;
  plain = g_uri_unescape_segment (text, text + length, NULL);
  host = plain != NULL ? annex_host_normalise (plain, -1, NULL) : NULL;
  if (host != NULL)
    g_hash_table_add (hosts, host);
}

static gboolean
is_in_host (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("-._%", c) != NULL) || (guchar) c >= 0x80;
}

/* The host of an address that goes on with @start, and ends before @end. Where a text may as well
 * go on after the address, both are taken: a host too many is seen, a missing one is not. */
static void
find_host (const char *start, const char *end, GHashTable *hosts)
{
  const char *at = NULL;
  gboolean is_user = TRUE;
  gsize n_plain = 0;
  gsize n_all = 0;

  for (const char *p = start; p < end && strchr ("/?#\"<>`{|} \t\r\n", *p) == NULL; p++)
    {
      if (*p == '@')
        at = p;
      else if (at == NULL && !is_in_host (*p) && strchr ("~:!$&*+=", *p) == NULL)
        is_user = FALSE;
    }
  if (at != NULL)
    find_host (at + 1, end, hosts);
  if (at != NULL && is_user)
    return;
  while (start + n_all < end && is_in_host (start[n_all]))
    n_all++;
  while (n_plain < n_all && (guchar) start[n_plain] < 0x80 && start[n_plain] != '%')
    n_plain++;
  add_host (hosts, start, n_plain);
  if (n_all > n_plain)
    add_host (hosts, start, n_all);
}

/* Hosts of the addresses in @bytes, also as JSON may write them. FALSE when they are too many. */
static gboolean
find_hosts (GBytes *bytes, GHashTable *hosts)
{
  static const char *const marks[] = { "://", ":\\/\\/" };
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);
  const char *end = text + length;

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    for (const char *p = text;
         (p = memmem (p, (gsize) (end - p), marks[i], strlen (marks[i]))) != NULL;)
      {
        if (g_hash_table_size (hosts) >= MAX_HOSTS)
          return FALSE;
        p += strlen (marks[i]);
        find_host (p, end, hosts);
      }
  return TRUE;
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
 * itself: nothing has changed). *@all_hosts: FALSE where there are more than are listed. */
static gboolean
look_at_files (AnnexSkillView *self,
               const char *folder,
               const char *old_folder,
               gboolean *all_hosts,
               GError **error)
{
  gboolean same = g_strcmp0 (folder, old_folder) == 0;
  g_autoptr (GPtrArray) old =
      old_folder != NULL && !same ? annex_skill_files_list (old_folder, NULL, NULL) : NULL;
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);
  g_autoptr (GHashTable) hosts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (files == NULL)
    return FALSE;
  *all_hosts = TRUE;
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
      *all_hosts = find_hosts (bytes, hosts) && *all_hosts;
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

/* What was wrong in @skill and is borne, and what of it is not shown. (transfer full) */
static char **
make_warnings (AnnexSkill *skill, gboolean all_hosts)
{
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();

  g_strv_builder_addv (warnings, (const char **) annex_skill_get_warnings (skill));
  if (!all_hosts)
    g_strv_builder_take (
        warnings,
        g_strdup_printf (
            _ ("It names more than %d addresses on the web, and not all of them are listed"),
            MAX_HOSTS));
  return g_strv_builder_end (warnings);
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
  gboolean all_hosts;
  gsize length;

  text = annex_skill_read_text (folder, &length, error);
  if (text == NULL)
    return NULL;
  skill = annex_skill_parse (text, length, name, error);
  if (skill == NULL || !look_at_files (self, folder, old_folder, &all_hosts, error))
    return NULL;
  self->problems = annex_skill_check (text, length, name);
  self->name = g_strdup (annex_skill_get_name (skill));
  self->description = g_strdup (annex_skill_get_description (skill));
  self->license = g_strdup (annex_skill_get_license (skill));
  self->compatibility = g_strdup (annex_skill_get_compatibility (skill));
  self->tools = g_strdupv ((char **) annex_skill_get_allowed_tools (skill));
  self->warnings = make_warnings (skill, all_hosts);
  self->body = g_strdup (annex_skill_get_body (skill));
  self->text = annex_text_make_valid (text, (gssize) length);
  self->metadata = annex_json_object_copy (annex_skill_get_all_metadata (skill));
  for (guint i = 0; i < annex_skill_get_needs (skill)->len; i++)
    g_ptr_array_add (self->needs, annex_skill_need_copy (annex_skill_get_needs (skill)->pdata[i]));
  if (skill_out != NULL)
    *skill_out = g_steal_pointer (&skill);
  return g_steal_pointer (&self);
}
