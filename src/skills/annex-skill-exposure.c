/* annex-skill-exposure.c
 *
 * See annex-skill-exposure.h: finding.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-exposure.h"

#include "annex-json.h"
#include "annex-skill-files.h"

#include <string.h>

#define MAX_EXPOSURES 500
#define MAX_LINE_BYTES 400

/* ---- judging */

static gboolean
is_iban (const char *text)
{
  g_autoptr (GString) compact = g_string_new (NULL);
  guint rest = 0;

  for (const char *p = text; *p != '\0'; p++)
    if (*p != ' ')
      g_string_append_c (compact, *p);
  if (compact->len < 15 || compact->len > 34)
    return FALSE;
  for (gsize i = 0; i < compact->len; i++)
    {
      char c = compact->str[(i + 4) % compact->len];
      guint value = g_ascii_isdigit (c) ? (guint) (c - '0') : (guint) (c - 'A' + 10);

      rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
  return rest == 1;
}

static gboolean
is_card (const char *text)
{
  guint sum = 0;
  guint n = 0;

  for (gsize i = strlen (text); i-- > 0;)
    {
      guint digit = (guint) (text[i] - '0');

      if (!g_ascii_isdigit (text[i]))
        continue;
      if (n++ % 2 == 1)
        digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sum += digit;
    }
  return sum > 0 && sum % 10 == 0;
}

/* Addresses that are made for examples (RFC 2606). */
static gboolean
is_real_mail (const char *text)
{
  const char *host = strrchr (text, '@') + 1;

  return !g_str_has_prefix (host, "example.") && !g_str_has_suffix (host, ".example") &&
         !g_str_has_suffix (host, ".invalid");
}

static gboolean
is_real_path (const char *text)
{
  return !g_str_equal (text, "/home/agent") && !g_str_has_prefix (text, "/home/agent/");
}

static const struct
{
  AnnexExposureKind kind;
  guint group;
  gboolean (*judge) (const char *text); /* nullable */
  const char *pattern;
} rules[] = {
  { ANNEX_EXPOSURE_KEY, 0, NULL,
    "-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^-]{0,20000}-----END [A-Z ]*PRIVATE KEY-----)?" },
  { ANNEX_EXPOSURE_KEY, 0, NULL,
    "\\b(?:(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,200}|gh[pousr]_[A-Za-z0-9]{20,200}"
    "|github_pat_[A-Za-z0-9_]{20,200}|AKIA[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{10,200}"
    "|AIza[0-9A-Za-z_-]{35}|eyJ[A-Za-z0-9_-]{8,2000}\\.eyJ[A-Za-z0-9_-]{8,4000}"
    "\\.[A-Za-z0-9_-]{8,2000})" },
  { ANNEX_EXPOSURE_KEY, 1, NULL,
    "(?i)(?:password|passwort|passwd|secret|token|api[_-]?key)[\"']?\\s{0,4}[:=]\\s{0,4}[\"']?"
    "([^\\s\"'{}$<>()\\[\\],;]{8,200})" },
  { ANNEX_EXPOSURE_MAIL, 0, is_real_mail,
    "[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,8}" },
  { ANNEX_EXPOSURE_ACCOUNT, 0, is_iban,
    "\\b[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\b" },
  { ANNEX_EXPOSURE_ACCOUNT, 0, is_card,
    "(?<![\\w.-])(?<![A-Z]{2}\\d{2} )\\d(?:[ -]?\\d){12,18}(?![\\w-])" },
  { ANNEX_EXPOSURE_PHONE, 0, NULL, "(?<![\\w+])\\+\\d[\\d ()/.-]{7,18}\\d" },
  { ANNEX_EXPOSURE_STREET, 0, NULL,
    "\\b\\p{Lu}[\\p{L}-]{1,40}(?:straße|strasse|str\\.|weg|platz|gasse|allee) \\d{1,4}\\w?\\b" },
  { ANNEX_EXPOSURE_STREET, 0, NULL,
    "\\b\\d{1,5} (?:\\p{Lu}\\p{Ll}{1,30} ){1,3}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive"
    "|Boulevard|Blvd)\\b" },
  { ANNEX_EXPOSURE_PATH, 0, is_real_path,
    "(?:/home/|/Users/|[A-Z]:\\\\Users\\\\)[\\p{L}\\p{N}._-]{1,64}(?:[/"
    "\\\\](?:[^\\s\"'<>|`)]{0,300}"
    "[^\\s\"'<>|`),.;:])?)?" },
};

/* ---- searching */

/* The line that begins at @line; of a long one the part around @place. (transfer full) */
static char *
dup_line (const char *line, const char *place)
{
  const char *end = line + strcspn (line, "\r\n");

  while (place - line > MAX_LINE_BYTES / 2)
    line = g_utf8_next_char (line);
  if (end - line > MAX_LINE_BYTES)
    end = g_utf8_find_prev_char (line, line + MAX_LINE_BYTES);
  return g_strstrip (g_strndup (line, (gsize) (end - line)));
}

static void
add (GPtrArray *found,
     AnnexExposureKind kind,
     const char *path,
     const char *text,
     gsize offset,
     gsize length)
{
  AnnexExposure *self;
  const char *line = text;

  if (found->len == MAX_EXPOSURES || length == 0)
    return;
  self = g_new0 (AnnexExposure, 1);
  self->kind = kind;
  self->path = g_strdup (path);
  self->text = g_strndup (text + offset, length);
  self->offset_bytes = offset;
  self->line = 1;
  for (const char *p = text; p < text + offset; p++)
    if (*p == '\n')
      {
        self->line++;
        line = p + 1;
      }
  self->column = (guint) g_utf8_strlen (line, text + offset - line) + 1;
  self->line_text = dup_line (line, text + offset);
  g_ptr_array_add (found, self);
}

static void
search (GPtrArray *found,
        AnnexExposureKind kind,
        const char *pattern,
        guint group,
        gboolean (*judge) (const char *text),
        const char *path,
        const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  g_return_if_fail (regex != NULL);
  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match);
       g_match_info_next (match, NULL))
    {
      g_autofree char *part = g_match_info_fetch (match, (int) group);
      int start, end;

      if (g_match_info_fetch_pos (match, (int) group, &start, &end) && start >= 0 &&
          (judge == NULL || judge (part)))
        add (found, kind, path, text, (gsize) start, (gsize) (end - start));
    }
}

/* A name in any case; the others only as they are written, as they may be everyday words. */
static void
search_words (GPtrArray *found,
              AnnexExposureKind kind,
              const char *const *words,
              const char *path,
              const char *text)
{
  for (; words != NULL && *words != NULL; words++)
    {
      g_autofree char *escaped = g_regex_escape_string (*words, -1);
      g_autofree char *pattern =
          g_strdup_printf ("%s(?<![\\p{L}\\p{N}])%s(?![\\p{L}\\p{N}])",
                           kind == ANNEX_EXPOSURE_NAME ? "(?i)" : "", escaped);

      if (g_utf8_strlen (*words, -1) >= 3)
        search (found, kind, pattern, 0, NULL, path, text);
    }
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const AnnexExposure *first = *(AnnexExposure *const *) a;
  const AnnexExposure *second = *(AnnexExposure *const *) b;
  int order = strcmp (first->path, second->path);

  if (order != 0)
    return order;
  if (first->offset_bytes != second->offset_bytes)
    return first->offset_bytes < second->offset_bytes ? -1 : 1;
  if (strlen (first->text) != strlen (second->text))
    return strlen (first->text) > strlen (second->text) ? -1 : 1;
  return (int) second->kind - (int) first->kind; /* that it is the user's own says most */
}

/* Of two that overlap the first counts. */
static void
drop_overlaps (GPtrArray *found)
{
  gsize end = 0;
  const char *path = "";

  g_ptr_array_sort (found, compare);
  for (guint i = 0; i < found->len;)
    {
      AnnexExposure *self = g_ptr_array_index (found, i);

      if (g_str_equal (self->path, path) && self->offset_bytes < end)
        {
          g_ptr_array_remove_index (found, i);
          continue;
        }
      path = self->path;
      end = self->offset_bytes + strlen (self->text);
      i++;
    }
}

/* The ids are none of those that the skill declares already: their values are others. */
static void
name_needs (GPtrArray *found, GPtrArray *declared)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  guint counts[ANNEX_EXPOSURE_VALUE + 1] = { 0 };

  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *self = g_ptr_array_index (found, i);
      const char *id = g_hash_table_lookup (ids, self->text);

      if (self->kind == ANNEX_EXPOSURE_VALUE)
        continue;
      if (id == NULL)
        {
          char *made = NULL;

          do
            {
              guint n = ++counts[self->kind];

              g_free (made);
              made = n == 1
                         ? g_strdup (annex_exposure_kind_to_name (self->kind))
                         : g_strdup_printf ("%s_%u", annex_exposure_kind_to_name (self->kind), n);
          } while (declared != NULL && annex_skill_needs_find (declared, made) != NULL);
          g_hash_table_insert (ids, self->text, made);
          id = made;
        }
      g_set_str (&self->need_id, id);
    }
}

void
annex_exposures_find_in_text (const char *path,
                              const char *text,
                              const char *const *names,
                              const char *const *shares,
                              GPtrArray *found)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    search (found, rules[i].kind, rules[i].pattern, rules[i].group, rules[i].judge, path, text);
  search_words (found, ANNEX_EXPOSURE_NAME, names, path, text);
  search_words (found, ANNEX_EXPOSURE_SHARE, shares, path, text);
  drop_overlaps (found);
  name_needs (found, NULL);
}

/* What the user gave the skill, and then wrote into it too. A choice is one of the skill's own
 * words. */
static void
search_values (GPtrArray *found,
               AnnexSkill *skill,
               JsonObject *values,
               const char *path,
               const char *text)
{
  g_autoptr (GList) ids = json_object_get_members (values);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      const AnnexSkillNeed *need = annex_skill_needs_find (annex_skill_get_needs (skill), l->data);
      const char *words[] = { annex_json_opt_string (values, l->data, ""), NULL };
      guint before = found->len;

      if (need == NULL || need->kind == ANNEX_NEED_CHOICE ||
          g_str_has_prefix (words[0], "secret:") || g_strcmp0 (words[0], need->fallback) == 0)
        continue;
      search_words (found, ANNEX_EXPOSURE_VALUE, words, path, text);
      for (guint i = before; i < found->len; i++)
        g_set_str (&((AnnexExposure *) found->pdata[i])->need_id, l->data);
    }
}

GPtrArray *
annex_exposures_find (const char *folder,
                      const char *const *names,
                      const char *const *shares,
                      JsonObject *values,
                      GError **error)
{
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);
  g_autoptr (GPtrArray) found =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_exposure_free);
  g_autoptr (AnnexSkill) skill = NULL;

  if (files == NULL)
    return NULL;
  skill = annex_skill_load (folder, NULL);
  for (guint i = 0; i < files->len; i++)
    {
      AnnexSkillFile *file = g_ptr_array_index (files, i);
      g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
      g_autofree char *text = NULL;

      if (bytes == NULL)
        return NULL;
      if (!annex_skill_files_is_text (bytes))
        continue;
      text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (values != NULL && skill != NULL)
        search_values (found, skill, values, file->path, text);
      annex_exposures_find_in_text (file->path, text, names, shares, found);
    }
  if (skill != NULL)
    name_needs (found, annex_skill_get_needs (skill));
  return g_steal_pointer (&found);
}

char **
annex_exposures_dup_user_names (void)
{
  static const char *const common[] = {
    "root", "user", "annex", "admin", "Unknown", "agent", NULL
  };
  const char *candidates[] = { g_get_real_name (), g_get_user_name () };
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (candidates[i] != NULL && !g_strv_contains (common, candidates[i]) &&
        g_utf8_validate (candidates[i], -1, NULL))
      g_strv_builder_add (names, candidates[i]);
  return g_strv_builder_end (names);
}
