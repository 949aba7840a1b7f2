/* annex-skill.c
 *
 * See annex-skill.h: the value, and lenient reading.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-private.h"

#include "annex-front-matter.h"
#include "annex-json.h"
#include "annex-spoken.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_skill_error)

struct _AnnexSkill
{
  gatomicrefcount refs;
  char *name;
  char *description;
  char *license;
  char *compatibility;
  JsonObject *metadata;
  char **allowed_tools;
  char *body;
  char **warnings;
  GPtrArray *needs;
};

G_DEFINE_BOXED_TYPE (AnnexSkill, annex_skill, annex_skill_ref, annex_skill_unref)

/* Keys of Claude Code that other tools write; no part of the format, and harmless. */
static const char *const foreign_keys[] = {
  "when_to_use",
  "argument-hint",
  "arguments",
  "disable-model-invocation",
  "user-invocable",
  "disallowed-tools",
  "model",
  "effort",
  "context",
  "agent",
  "background",
  "hooks",
  "paths",
  "shell",
  "version",
  "author",
  NULL,
};

gboolean
annex_skill_is_foreign_key (const char *key)
{
  return g_strv_contains (foreign_keys, key);
}

AnnexSkill *
annex_skill_ref (AnnexSkill *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
annex_skill_unref (AnnexSkill *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_free (self->description);
  g_free (self->license);
  g_free (self->compatibility);
  g_clear_pointer (&self->metadata, json_object_unref);
  g_strfreev (self->allowed_tools);
  g_free (self->body);
  g_strfreev (self->warnings);
  g_clear_pointer (&self->needs, g_ptr_array_unref);
  g_free (self);
}

/* ---- names */

gboolean
annex_skill_is_name (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= ANNEX_SKILL_MAX_NAME && name[0] != '-' &&
         name[length - 1] != '-' && strstr (name, "--") == NULL &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

char *
annex_skill_make_name (const char *text)
{
  g_autofree char *valid = annex_text_make_valid (text, -1);
  g_autofree char *ascii = g_str_to_ascii (valid, "C");
  GString *name = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0' && name->len < ANNEX_SKILL_MAX_NAME; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (name, g_ascii_tolower (*p));
    else if (name->len > 0 && name->str[name->len - 1] != '-' && *p != '?' && *p != '\'')
      g_string_append_c (name, '-');
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  if (name->len == 0)
    g_string_assign (name, "skill");
  return g_string_free (name, FALSE);
}

/* ---- reading leniently */

static void
warn (GPtrArray *warnings, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
warn (GPtrArray *warnings, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (warnings, g_strdup_vprintf (format, args));
  va_end (args);
}

JsonObject *
annex_skill_read_head (const char *text,
                       gsize length,
                       gboolean *mended,
                       const char **body,
                       GError **error)
{
  g_autoptr (GError) first = NULL;
  g_autofree char *quoted = NULL;
  const char *yaml;
  gsize yaml_length;
  guint line = 2;
  JsonObject *head;

  if (!annex_front_matter_split (text, length, &yaml, &yaml_length, body, error))
    return NULL;
  head = annex_front_matter_parse (yaml, yaml_length, line, &first);
  if (head == NULL && mended != NULL && yaml_length <= ANNEX_FRONT_MATTER_MAX_BYTES &&
      g_error_matches (first, ANNEX_FRONT_MATTER_ERROR, ANNEX_FRONT_MATTER_ERROR_SYNTAX))
    {
      quoted = annex_front_matter_quote_values (yaml, yaml_length);
      head = annex_front_matter_parse (quoted, strlen (quoted), line, NULL);
      *mended = head != NULL;
    }
  if (head == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return head;
}

static char *
read_name (JsonObject *head, const char *folder, GPtrArray *warnings)
{
  const char *name = annex_json_opt_string (head, "name", NULL);
  g_autofree char *normal = name != NULL ? g_utf8_normalize (name, -1, G_NORMALIZE_NFKC) : NULL;
  char *made;

  if (normal != NULL && annex_skill_is_name (normal))
    {
      if (folder != NULL && !g_str_equal (normal, folder))
        warn (warnings, _ ("Its name is “%s”, its folder’s “%s”"), normal, folder);
      return g_steal_pointer (&normal);
    }
  if (folder != NULL && annex_skill_is_name (folder))
    made = g_strdup (folder);
  else
    made = annex_skill_make_name (normal != NULL ? normal : folder != NULL ? folder : "");
  if (normal == NULL || *normal == '\0')
    warn (warnings, _ ("It has no name; “%s” is taken"), made);
  else
    warn (warnings,
          _ ("Its name is none that the format allows (small letters, digits, hyphens); "
             "“%s” is taken"),
          made);
  return made;
}

/* Patterns are separated by spaces or commas, but not inside their parentheses. */
static void
split_tools (const char *text, GStrvBuilder *tools)
{
  g_autoptr (GString) word = g_string_new (NULL);
  guint depth = 0;

  for (const char *p = text;; p++)
    {
      if (*p == '(')
        depth++;
      if (*p == ')' && depth > 0)
        depth--;
      if (*p == '\0' || (depth == 0 && (*p == ' ' || *p == ',' || *p == '\n' || *p == '\t')))
        {
          if (word->len > 0)
            g_strv_builder_add (tools, word->str);
          g_string_truncate (word, 0);
        }
      else
        g_string_append_c (word, *p);
      if (*p == '\0')
        break;
    }
}

static char **
read_tools (JsonObject *head, GPtrArray *warnings)
{
  g_autoptr (GStrvBuilder) tools = g_strv_builder_new ();
  JsonArray *list = annex_json_opt_array (head, "allowed-tools");

  split_tools (annex_json_opt_string (head, "allowed-tools", ""), tools);
  if (list != NULL)
    warn (warnings, _ ("“allowed-tools” is a list; the format has one text"));
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);

      if (JSON_NODE_HOLDS_VALUE (node))
        split_tools (json_node_get_string (node), tools);
    }
  return g_strv_builder_end (tools);
}

static JsonObject *
read_metadata (JsonObject *head, GPtrArray *warnings)
{
  JsonObject *found = annex_json_opt_object (head, "metadata");
  JsonObject *metadata = json_object_new ();
  g_autoptr (GList) keys = found != NULL ? json_object_get_members (found) : NULL;

  if (found == NULL && json_object_has_member (head, "metadata"))
    warn (warnings, _ ("“metadata” is no list of keys and values"));
  for (GList *l = keys; l != NULL; l = l->next)
    {
      const char *value = annex_json_opt_string (found, l->data, NULL);

      if (value != NULL)
        json_object_set_string_member (metadata, l->data, value);
      else
        warn (warnings, _ ("“metadata.%s” is no text and is left out"), (const char *) l->data);
    }
  return metadata;
}

static void
warn_of_keys (JsonObject *head, GPtrArray *warnings)
{
  static const char *const own[] = { "name",     "description",   "license", "compatibility",
                                     "metadata", "allowed-tools", NULL };
  g_autoptr (GList) keys = json_object_get_members (head);

  for (GList *l = keys; l != NULL; l = l->next)
    if (g_str_equal (l->data, "hooks"))
      warn (warnings, _ ("“hooks” are never run"));
    else if (!g_strv_contains (own, l->data) && !annex_skill_is_foreign_key (l->data))
      warn (warnings, _ ("“%s” is no key of the format and is ignored"), (const char *) l->data);
}

static char *
dup_text (JsonObject *head, const char *key, guint max, GPtrArray *warnings)
{
  const char *value = annex_json_opt_string (head, key, NULL);

  if (value == NULL && json_object_has_member (head, key))
    warn (warnings, _ ("“%s” is no text and is ignored"), key);
  if (value != NULL && max > 0 && g_utf8_strlen (value, -1) > max)
    warn (warnings, _ ("“%s” is longer than %u characters"), key, max);
  return value != NULL && *value != '\0' ? g_strstrip (g_strdup (value)) : NULL;
}

AnnexSkill *
annex_skill_parse (const char *text, gsize length, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  g_autoptr (JsonObject) head = NULL;
  g_autoptr (GError) cause = NULL;
  AnnexSkill *self;
  const char *body;
  gboolean mended = FALSE;

  if (length > ANNEX_SKILL_MAX_FILE_BYTES)
    g_set_error_literal (&cause, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_LIMIT,
                         _ ("it is larger than 1 MiB"));
  else
    head = annex_skill_read_head (text, length, &mended, &body, &cause);
  if (head == NULL)
    {
      g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
                   _ ("SKILL.md cannot be read: %s"), annex_error_said (cause));
      return NULL;
    }
  if (*annex_json_opt_string (head, "description", "") == '\0' ||
      strspn (annex_json_opt_string (head, "description", ""), " \t\r\n") ==
          strlen (annex_json_opt_string (head, "description", "")))
    {
      g_set_error_literal (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_UNUSABLE,
                           _ ("SKILL.md has no description, so nobody can know when to use it"));
      return NULL;
    }
  if (mended)
    warn (warnings, _ ("A value with a colon in it is not in quotes"));
  self = g_new0 (AnnexSkill, 1);
  g_atomic_ref_count_init (&self->refs);
  self->name = read_name (head, folder, warnings);
  self->description = dup_text (head, "description", ANNEX_SKILL_MAX_DESCRIPTION, warnings);
  self->license = dup_text (head, "license", 0, warnings);
  self->compatibility = dup_text (head, "compatibility", ANNEX_SKILL_MAX_COMPATIBILITY, warnings);
  self->allowed_tools = read_tools (head, warnings);
  self->metadata = read_metadata (head, warnings);
  self->needs = annex_skill_needs_from_metadata (self->metadata, warnings);
  warn_of_keys (head, warnings);
  self->body = g_strstrip (annex_text_make_valid (body, (gssize) (text + length - body)));
  self->warnings = (char **) g_ptr_array_steal (warnings, NULL);
  if (self->warnings == NULL)
    self->warnings = g_new0 (char *, 1);
  return self;
}

char *
annex_skill_read_text (const char *path, gsize *length, GError **error)
{
  static const char *const names[] = { "SKILL.md", "skill.md" };
  g_autofree char *buffer = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *file = g_build_filename (path, names[i], NULL);
      g_autofd int fd = open (file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
      struct stat info;
      gsize n = 0;

      if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      buffer = g_malloc (ANNEX_SKILL_MAX_FILE_BYTES + 2);
      for (gssize got = 1; got > 0 && n <= ANNEX_SKILL_MAX_FILE_BYTES; n += (gsize) MAX (got, 0))
        got = read (fd, buffer + n, ANNEX_SKILL_MAX_FILE_BYTES + 1 - n);
      buffer[n] = '\0';
      *length = n;
      return g_steal_pointer (&buffer);
    }
  g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT,
               _ ("There is no SKILL.md in “%s”"), path);
  return NULL;
}

AnnexSkill *
annex_skill_load (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_basename (path);
  g_autofree char *text = NULL;
  gsize length;

  text = annex_skill_read_text (path, &length, error);
  return text != NULL ? annex_skill_parse (text, length, folder, error) : NULL;
}

/* ---- getters */

const char *
annex_skill_get_name (AnnexSkill *self)
{
  return self->name;
}

const char *
annex_skill_get_description (AnnexSkill *self)
{
  return self->description;
}

const char *
annex_skill_get_license (AnnexSkill *self)
{
  return self->license;
}

const char *
annex_skill_get_compatibility (AnnexSkill *self)
{
  return self->compatibility;
}

const char *
annex_skill_get_metadata (AnnexSkill *self, const char *key)
{
  return annex_json_opt_string (self->metadata, key, NULL);
}

JsonObject *
annex_skill_get_all_metadata (AnnexSkill *self)
{
  return self->metadata;
}

const char *const *
annex_skill_get_allowed_tools (AnnexSkill *self)
{
  return (const char *const *) self->allowed_tools;
}

const char *
annex_skill_get_body (AnnexSkill *self)
{
  return self->body;
}

const char *const *
annex_skill_get_warnings (AnnexSkill *self)
{
  return (const char *const *) self->warnings;
}

GPtrArray *
annex_skill_get_needs (AnnexSkill *self)
{
  return self->needs;
}
