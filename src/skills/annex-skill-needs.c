/* annex-skill-needs.c
 *
 * See annex-skill-needs.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-needs.h"

#include "annex-json.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define PREFIX "annex."
#define MAX_ID 32
#define MAX_NEEDS 50
#define MAX_VALUE_BYTES 4096

gboolean
annex_skill_need_is_id (const char *id)
{
  gsize length = strlen (id);

  return length > 0 && length <= MAX_ID && g_ascii_islower (id[0]) &&
         strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static const char *
member (JsonObject *metadata, const char *id, const char *what)
{
  g_autofree char *key = g_strconcat (PREFIX, id, ".", what, NULL);
  const char *value = annex_json_opt_string (metadata, key, NULL);

  return value != NULL && *value != '\0' ? value : NULL;
}

static gboolean
is_yes (const char *text)
{
  static const char *const words[] = { "yes", "true", "on", "1" };

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return TRUE;
  return FALSE;
}

static char *
make_label (const char *id)
{
  char *label = g_strdelimit (g_strdup (id), "_", ' ');

  label[0] = g_ascii_toupper (label[0]);
  return label;
}

static char **
split_options (const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text != NULL ? text : "", "|", -1);
  g_autoptr (GStrvBuilder) options = g_strv_builder_new ();

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_strv_builder_add (options, parts[i]);
  return g_strv_builder_end (options);
}

static gboolean
is_env (const char *name)
{
  gsize length = strlen (name);

  return length > 0 && length <= 64 && !g_ascii_isdigit (name[0]) &&
         strspn (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == length;
}

/* What is wrong with @need; NULL when nothing is. */
static const char *
find_fault (const AnnexSkillNeed *need)
{
  if (need->kind == ANNEX_NEED_CHOICE && g_strv_length (need->options) < 2)
    return "a choice needs two options at least, as “.options: A | B”";
  if (need->kind == ANNEX_NEED_CHOICE && need->fallback != NULL &&
      !g_strv_contains ((const char *const *) need->options, need->fallback))
    return "its default is none of its options";
  if (need->kind == ANNEX_NEED_SECRET && need->fallback != NULL)
    return "a secret has no default";
  if (need->env != NULL && !is_env (need->env))
    return "“.env” must be a variable's name in capitals";
  return NULL;
}

static AnnexSkillNeed *
read_need (JsonObject *metadata, const char *id, AnnexNeedKind kind)
{
  AnnexSkillNeed *need = g_new0 (AnnexSkillNeed, 1);
  const char *label = member (metadata, id, "label");
  const char *env = member (metadata, id, "env");

  need->id = g_strdup (id);
  need->kind = kind;
  need->label = label != NULL ? g_strdup (label) : make_label (id);
  need->help = g_strdup (member (metadata, id, "help"));
  need->fallback = g_strdup (member (metadata, id, "default"));
  need->optional = is_yes (member (metadata, id, "optional"));
  if (kind == ANNEX_NEED_CHOICE)
    need->options = split_options (member (metadata, id, "options"));
  if (kind == ANNEX_NEED_SECRET)
    need->env = env != NULL ? g_strdup (env) : g_ascii_strup (id, -1);
  return need;
}

static void
add_need (GPtrArray *needs, JsonObject *metadata, const char *id, GPtrArray *problems)
{
  g_autofree char *key = g_strconcat (PREFIX, id, NULL);
  const char *kind = annex_json_opt_string (metadata, key, "");
  g_autoptr (AnnexSkillNeed) need = NULL;
  const char *fault;

  if (!annex_skill_need_is_id (id) || needs->len == MAX_NEEDS)
    {
      g_ptr_array_add (problems,
                       g_strdup_printf (needs->len == MAX_NEEDS
                                            ? "There are more than 50 values, “%s” is too many"
                                            : "“%s” is no name for a value: small letters, digits "
                                              "and _",
                                        key));
      return;
    }
  for (AnnexNeedKind i = ANNEX_NEED_TEXT; i <= ANNEX_NEED_SECRET; i++)
    if (g_str_equal (annex_need_kind_to_name (i), kind))
      need = read_need (metadata, id, i);
  fault = need == NULL ? "its kind is none of text, choice, folder, secret" : find_fault (need);
  if (fault != NULL)
    g_ptr_array_add (problems,
                     g_strdup_printf ("The value “%s” cannot be asked for: %s", key, fault));
  else
    g_ptr_array_add (needs, g_steal_pointer (&need));
}

GPtrArray *
annex_skill_needs_from_metadata (JsonObject *metadata, GPtrArray *problems)
{
  GPtrArray *needs = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_need_free);
  g_autoptr (GList) keys = metadata != NULL ? json_object_get_members (metadata) : NULL;

  for (GList *l = keys; l != NULL; l = l->next)
    {
      const char *key = l->data;

      if (g_str_has_prefix (key, PREFIX) && strchr (key + strlen (PREFIX), '.') == NULL)
        add_need (needs, metadata, key + strlen (PREFIX), problems);
    }
  return needs;
}

AnnexSkillNeed *
annex_skill_needs_find (GPtrArray *needs, const char *id)
{
  for (guint i = 0; i < needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (needs, i);

      if (g_str_equal (need->id, id))
        return need;
    }
  return NULL;
}

gboolean
annex_skill_need_check (const AnnexSkillNeed *need, const char *value, GError **error)
{
  g_autofree char *options = NULL;

  if (strlen (value) > MAX_VALUE_BYTES || !g_utf8_validate (value, -1, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” is too long or no text (at most %d bytes)"), need->label,
                   MAX_VALUE_BYTES);
      return FALSE;
    }
  if (need->kind == ANNEX_NEED_FOLDER && !g_file_test (value, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   _ ("“%s” must be a folder; there is none at “%s”"), need->label, value);
      return FALSE;
    }
  if (need->kind != ANNEX_NEED_CHOICE ||
      g_strv_contains ((const char *const *) need->options, value))
    return TRUE;
  options = g_strjoinv (", ", need->options);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, _ ("“%s” must be one of: %s"),
               need->label, options);
  return FALSE;
}

char *
annex_skill_needs_fill (const char *text, JsonObject *values)
{
  GString *filled = g_string_new (NULL);
  const char *mark = "{{" PREFIX;

  for (const char *next; (next = strstr (text, mark)) != NULL;)
    {
      const char *end = strstr (next, "}}");
      const char *start = next + strlen (mark);
      g_autofree char *id =
          end != NULL && end - start <= MAX_ID ? g_strndup (start, (gsize) (end - start)) : NULL;
      const char *value = id != NULL ? annex_json_opt_string (values, id, NULL) : NULL;

      g_string_append_len (filled, text, next - text);
      if (value != NULL)
        g_string_append (filled, value);
      else
        g_string_append (filled, mark);
      text = value != NULL ? end + 2 : start;
    }
  g_string_append (filled, text);
  return g_string_free (filled, FALSE);
}
