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

/* Different texts, as each is a question to the user; and how often all of them may stand there. */
#define MAX_TEXTS 500
#define MAX_TEXTS_OF_KIND 100 /* in one file */
#define MAX_PLACES 5000
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

/* The search through one text. */
typedef struct
{
  GPtrArray *found;
  GHashTable *texts; /* that were found, in all files */
  const char *path;
  const char *text;
  guint n_of_kind[ANNEX_EXPOSURE_VALUE + 1]; /* different texts of this file */
  gboolean cut;                              /* there is more than is found */
} Search;

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

/* Is there room for @found? What is a question already is one everywhere. */
static gboolean
has_room (Search *self, AnnexExposureKind kind, const char *found)
{
  if (self->found->len == MAX_PLACES)
    return FALSE;
  if (g_hash_table_contains (self->texts, found))
    return TRUE;
  return g_hash_table_size (self->texts) < MAX_TEXTS && self->n_of_kind[kind] < MAX_TEXTS_OF_KIND;
}

static void
add (Search *search, AnnexExposureKind kind, gsize offset, gsize length)
{
  const char *text = search->text;
  const char *line = text;
  g_autofree char *found = g_strndup (text + offset, length);
  AnnexExposure *self;

  if (length == 0)
    return;
  if (!has_room (search, kind, found))
    {
      search->cut = TRUE;
      return;
    }
  if (g_hash_table_add (search->texts, g_strdup (found)))
    search->n_of_kind[kind]++;
  self = g_new0 (AnnexExposure, 1);
  self->kind = kind;
  self->path = g_strdup (search->path);
  self->text = g_steal_pointer (&found);
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
  g_ptr_array_add (search->found, self);
}

static void
search_pattern (Search *self,
                AnnexExposureKind kind,
                const char *pattern,
                guint group,
                gboolean (*judge) (const char *text))
{
  g_autoptr (GRegex) regex = g_regex_new (pattern, G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (regex != NULL);
  for (g_regex_match_full (regex, self->text, -1, 0, 0, &match, &error);
       error == NULL && g_match_info_matches (match); g_match_info_next (match, &error))
    {
      g_autofree char *part = g_match_info_fetch (match, (int) group);
      int start, end;

      if (g_match_info_fetch_pos (match, (int) group, &start, &end) && start >= 0 &&
          (judge == NULL || judge (part)))
        add (self, kind, (gsize) start, (gsize) (end - start));
    }
  self->cut = self->cut || error != NULL; /* a pattern that went too far */
}

/* @words as a pattern, in which a line may end between two of them. (transfer full) */
static char *
make_pattern (const char *words)
{
  g_auto (GStrv) parts = g_strsplit_set (words, " \t\r\n", -1);
  g_autoptr (GString) pattern = g_string_new (NULL);

  for (char **part = parts; *part != NULL; part++)
    {
      g_autofree char *escaped = g_regex_escape_string (*part, -1);

      if (*escaped != '\0' && pattern->len > 0)
        g_string_append (pattern, "\\s+");
      g_string_append (pattern, escaped);
    }
  return g_string_free (g_steal_pointer (&pattern), FALSE);
}

/* A name in any case; the others only as they are written, as they may be everyday words. */
static void
search_words (Search *self, AnnexExposureKind kind, const char *const *words)
{
  for (; words != NULL && *words != NULL; words++)
    {
      g_autofree char *plain = make_pattern (*words);
      g_autofree char *pattern = g_strdup_printf ("%s(?<![\\p{L}\\p{N}])%s(?![\\p{L}\\p{N}])",
                                                  kind == ANNEX_EXPOSURE_NAME ? "(?i)" : "", plain);

      if (*plain != '\0' && g_utf8_strlen (*words, -1) >= 3)
        search_pattern (self, kind, pattern, 0, NULL);
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

/* What of @other is after the end of @self belongs to @self from now on. */
static void
extend (AnnexExposure *self, const AnnexExposure *other)
{
  gsize end = self->offset_bytes + strlen (self->text);
  g_autofree char *text = NULL;

  if (other->offset_bytes + strlen (other->text) <= end)
    return;
  text = g_strconcat (self->text, other->text + (end - other->offset_bytes), NULL);
  g_set_str (&self->text, text);
  if (self->kind == ANNEX_EXPOSURE_VALUE || other->kind == ANNEX_EXPOSURE_KEY)
    self->kind = other->kind;
}

/* Of two that overlap the first counts, and takes the other in. */
static void
join_overlaps (GPtrArray *found)
{
  AnnexExposure *last = NULL;

  g_ptr_array_sort (found, compare);
  for (guint i = 0; i < found->len;)
    {
      AnnexExposure *self = g_ptr_array_index (found, i);

      if (last != NULL && g_str_equal (self->path, last->path) &&
          self->offset_bytes < last->offset_bytes + strlen (last->text))
        {
          extend (last, self);
          g_ptr_array_remove_index (found, i);
          continue;
        }
      last = self;
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

/* What the user gave the skill, and then wrote into it too. A choice is one of the skill's own
 * words. */
static void
search_values (Search *self, AnnexSkill *skill, JsonObject *values)
{
  g_autoptr (GList) ids = json_object_get_members (values);

  for (GList *l = ids; l != NULL; l = l->next)
    {
      const AnnexSkillNeed *need = annex_skill_needs_find (annex_skill_get_needs (skill), l->data);
      const char *words[] = { annex_json_opt_string (values, l->data, ""), NULL };
      guint before = self->found->len;

      if (need == NULL || need->kind == ANNEX_NEED_CHOICE ||
          g_str_has_prefix (words[0], "secret:") || g_strcmp0 (words[0], need->fallback) == 0)
        continue;
      search_words (self, ANNEX_EXPOSURE_VALUE, words);
      for (guint i = before; i < self->found->len; i++)
        g_set_str (&((AnnexExposure *) self->found->pdata[i])->need_id, l->data);
    }
}

/* What is looked for, and what was found. */
typedef struct
{
  GPtrArray *found;
  GHashTable *texts;
  AnnexSkill *skill; /* nullable */
  const char *const *names;
  const char *const *shares;
  JsonObject *values; /* nullable */
} Wanted;

/* FALSE where there is more than is found. */
static gboolean
look_through (const Wanted *wanted, gboolean keys, const char *path, const char *text)
{
  Search search = { .found = wanted->found, .texts = wanted->texts, .path = path, .text = text };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if ((rules[i].kind == ANNEX_EXPOSURE_KEY) == keys)
      search_pattern (&search, rules[i].kind, rules[i].pattern, rules[i].group, rules[i].judge);
  if (keys && wanted->values != NULL && wanted->skill != NULL)
    search_values (&search, wanted->skill, wanted->values);
  if (!keys)
    {
      search_words (&search, ANNEX_EXPOSURE_NAME, wanted->names);
      search_words (&search, ANNEX_EXPOSURE_SHARE, wanted->shares);
    }
  return !search.cut;
}

/* What would hurt most goes first through all files: nothing of another kind takes its place. */
static gboolean
look_through_all (const Wanted *wanted,
                  const char *folder,
                  GPtrArray *files,
                  AnnexExposures *self,
                  GError **error)
{
  g_autofree gboolean *seen = g_new0 (gboolean, files->len + 1);
  g_autoptr (GStrvBuilder) unseen = g_strv_builder_new ();

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < files->len; i++)
      {
        const AnnexSkillFile *file = g_ptr_array_index (files, i);
        g_autoptr (GBytes) bytes = annex_skill_files_read (folder, file->path, error);
        g_autofree char *text = NULL;

        if (bytes == NULL)
          return FALSE;
        if (!annex_skill_files_is_text (bytes))
          continue;
        text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
        seen[i] = look_through (wanted, pass == 0, file->path, text) && (pass == 0 || seen[i]);
      }
  for (guint i = 0; i < files->len; i++)
    if (!seen[i])
      g_strv_builder_add (unseen, ((AnnexSkillFile *) g_ptr_array_index (files, i))->path);
  self->unseen = g_strv_builder_end (unseen);
  return TRUE;
}

AnnexExposures *
annex_exposures_find (const char *folder,
                      const char *const *names,
                      const char *const *shares,
                      JsonObject *values,
                      GError **error)
{
  g_autoptr (GPtrArray) files = annex_skill_files_list (folder, NULL, error);
  g_autoptr (AnnexExposures) self = g_new0 (AnnexExposures, 1);
  g_autoptr (GHashTable) texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (AnnexSkill) skill = NULL;
  Wanted wanted = { .texts = texts, .names = names, .shares = shares, .values = values };

  if (files == NULL)
    return NULL;
  self->list = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_exposure_free);
  wanted.found = self->list;
  self->digest = annex_skill_files_digest (folder, error);
  wanted.skill = skill = annex_skill_load (folder, NULL);
  if (self->digest == NULL || !look_through_all (&wanted, folder, files, self, error))
    return NULL;
  join_overlaps (self->list);
  name_needs (self->list, skill != NULL ? annex_skill_get_needs (skill) : NULL);
  return g_steal_pointer (&self);
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
