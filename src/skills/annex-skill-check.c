/* annex-skill-check.c
 *
 * The strict side of annex-skill.h: checking every rule of the format, and writing a SKILL.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-private.h"

#include "annex-front-matter.h"
#include "annex-json.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

static void
blame (GPtrArray *faults, const char *field, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
blame (GPtrArray *faults, const char *field, const char *format, ...)
{
  AnnexSkillFault *fault = g_new0 (AnnexSkillFault, 1);
  va_list args;

  va_start (args, format);
  fault->field = g_strdup (field);
  fault->message = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (faults, fault);
}

/* The text of @key, which is blamed when it is no text. NULL when it is absent or blamed. */
static const char *
get_text (JsonObject *head, const char *key, glong max, GPtrArray *faults)
{
  const char *value = annex_json_opt_string (head, key, NULL);

  if (value == NULL)
    {
      if (json_object_has_member (head, key))
        blame (faults, key, _ ("“%s” must be text"), key);
      return NULL;
    }
  if (strspn (value, " \t\r\n") == strlen (value))
    blame (faults, key, _ ("“%s” is empty"), key);
  else if (max > 0 && g_utf8_strlen (value, -1) > max)
    blame (faults, key, _ ("“%s” is longer than %ld characters"), key, max);
  return value;
}

static void
check_name (JsonObject *head, const char *folder, GPtrArray *faults)
{
  const char *name = get_text (head, "name", ANNEX_SKILL_MAX_NAME, faults);

  if (!json_object_has_member (head, "name"))
    blame (faults, "name", _ ("“name” is missing"));
  if (name == NULL || *name == '\0')
    return;
  if (strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (name))
    blame (faults, "name", _ ("“name” may hold small letters a–z, digits and hyphens only"));
  if (g_str_has_prefix (name, "-") || g_str_has_suffix (name, "-"))
    blame (faults, "name", _ ("“name” may not begin or end with a hyphen"));
  if (strstr (name, "--") != NULL)
    blame (faults, "name", _ ("“name” may not hold two hyphens in a row"));
  if (folder != NULL && !g_str_equal (name, folder))
    blame (faults, "name", _ ("“name” must be the name of its folder, “%s”"), folder);
}

static void
check_description (JsonObject *head, GPtrArray *faults)
{
  const char *text = get_text (head, "description", ANNEX_SKILL_MAX_DESCRIPTION, faults);

  if (!json_object_has_member (head, "description"))
    blame (faults, "description", _ ("“description” is missing"));
  if (text != NULL && strpbrk (text, "<>") != NULL)
    blame (faults, "description", _ ("“description” may not hold < or >"));
}

static void
check_metadata (JsonObject *head, GPtrArray *faults)
{
  JsonObject *metadata = annex_json_opt_object (head, "metadata");
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) needs = annex_skill_needs_from_metadata (metadata, problems);
  g_autoptr (GList) keys = metadata != NULL ? json_object_get_members (metadata) : NULL;

  for (guint p = 0; p < problems->len; p++)
    blame (faults, "metadata", "%s", (char *) g_ptr_array_index (problems, p));
  if (metadata == NULL && json_object_has_member (head, "metadata"))
    blame (faults, "metadata", _ ("“metadata” must be keys with one text each"));
  for (GList *l = keys; l != NULL; l = l->next)
    {
      g_auto (GStrv) parts = g_strsplit (l->data, ".", 3);

      if (annex_json_opt_string (metadata, l->data, NULL) == NULL)
        blame (faults, "metadata", _ ("“metadata.%s” must be text"), (const char *) l->data);
      if (g_strv_length (parts) == 3 && g_str_equal (parts[0], "annex"))
        {
          g_autofree char *owner = g_strconcat ("annex.", parts[1], NULL);

          if (!json_object_has_member (metadata, owner))
            blame (faults, "metadata", _ ("“metadata.%s” belongs to “%s”, which is not there"),
                   (const char *) l->data, owner);
        }
    }
}

static void
check_keys (JsonObject *head, GPtrArray *faults)
{
  static const char *const own[] = { "name",     "description",   "license", "compatibility",
                                     "metadata", "allowed-tools", NULL };
  g_autoptr (GList) keys = json_object_get_members (head);

  for (GList *l = keys; l != NULL; l = l->next)
    if (!g_strv_contains (own, l->data))
      blame (faults, "",
             annex_skill_is_foreign_key (l->data)
                 ? _ ("“%s” is no key of the format, though another app knows it")
                 : _ ("“%s” is no key of the format"),
             (const char *) l->data);
}

/* The text ends nowhere but at its length. */
static gboolean
is_blank (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (strchr (" \t\r\n", text[i]) == NULL || text[i] == '\0')
      return FALSE;
  return TRUE;
}

GPtrArray *
annex_skill_find_faults (const char *text, gsize length, const char *folder)
{
  GPtrArray *faults = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_fault_free);
  g_autoptr (JsonObject) head = NULL;
  g_autoptr (GError) error = NULL;
  const char *body = NULL;

  if (length > ANNEX_SKILL_MAX_FILE_BYTES)
    blame (faults, "body", _ ("SKILL.md is larger than 1 MiB"));
  else if (!g_utf8_validate (text, (gssize) length, NULL))
    blame (faults, "", _ ("SKILL.md is not UTF-8 text"));
  else
    head = annex_skill_read_head (text, length, NULL, &body, &error);
  if (error != NULL)
    blame (faults, "", "%s", annex_error_said (error));
  if (head == NULL)
    return faults;
  check_name (head, folder, faults);
  check_description (head, faults);
  get_text (head, "license", 0, faults);
  get_text (head, "compatibility", ANNEX_SKILL_MAX_COMPATIBILITY, faults);
  if (json_object_has_member (head, "allowed-tools") &&
      annex_json_opt_string (head, "allowed-tools", NULL) == NULL)
    blame (faults, "allowed-tools", _ ("“allowed-tools” must be one text with spaces between"));
  check_metadata (head, faults);
  check_keys (head, faults);
  if (is_blank (body, (gsize) (text + length - body)))
    blame (faults, "body", _ ("There are no instructions below the front matter"));
  return faults;
}

char **
annex_skill_check (const char *text, gsize length, const char *folder)
{
  g_autoptr (GPtrArray) faults = annex_skill_find_faults (text, length, folder);
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();

  for (guint i = 0; i < faults->len; i++)
    g_strv_builder_add (problems, ((AnnexSkillFault *) g_ptr_array_index (faults, i))->message);
  return g_strv_builder_end (problems);
}

/* ---- writing */

static void
append_pair (GString *text, const char *indent, const char *key, const char *value)
{
  g_autofree char *scalar = NULL;
  g_autofree char *name = NULL;

  if (value == NULL)
    return;
  name = annex_front_matter_write_scalar (key);
  scalar = annex_front_matter_write_scalar (value);
  g_string_append_printf (text, "%s%s: %s\n", indent, name, scalar);
}

char *
annex_skill_compose (const char *name,
                     const char *description,
                     const char *license,
                     const char *compatibility,
                     JsonObject *metadata,
                     const char *allowed_tools,
                     const char *body)
{
  GString *text = g_string_new ("---\n");
  g_autoptr (GList) keys = metadata != NULL ? json_object_get_members (metadata) : NULL;

  append_pair (text, "", "name", name);
  append_pair (text, "", "description", description);
  append_pair (text, "", "license", license);
  append_pair (text, "", "compatibility", compatibility);
  append_pair (text, "", "allowed-tools", allowed_tools);
  if (keys != NULL)
    g_string_append (text, "metadata:\n");
  for (GList *l = keys; l != NULL; l = l->next)
    append_pair (text, "  ", l->data, annex_json_opt_string (metadata, l->data, ""));
  g_string_append_printf (text, "---\n\n%s%s", body, g_str_has_suffix (body, "\n") ? "" : "\n");
  return g_string_free (text, FALSE);
}

char *
annex_skill_write (const char *name,
                   const char *description,
                   const char *license,
                   const char *compatibility,
                   JsonObject *metadata,
                   const char *allowed_tools,
                   const char *body,
                   GError **error)
{
  g_autofree char *text = annex_skill_compose (name, description, license, compatibility, metadata,
                                               allowed_tools, body);
  g_auto (GStrv) problems = annex_skill_check (text, strlen (text), name);

  if (problems[0] == NULL)
    return g_steal_pointer (&text);
  g_set_error_literal (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FORMAT, problems[0]);
  return NULL;
}
