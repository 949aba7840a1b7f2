/* annex-admin-policy-read.c
 *
 * See annex-admin-policy.h: reading the files, and saying what they say.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy-private.h"

#include "annex-json.h"
#include "annex-policy.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_FILE_BYTES (1024 * 1024)
#define MAX_ENTRIES 10000

typedef gboolean (*EntryFunc) (const char *entry);

static gboolean
is_provider (const char *entry)
{
  return entry[0] != '\0';
}

static gboolean
is_address (const char *entry)
{
  g_autofree char *normal = annex_admin_address_normalise (entry);

  return normal != NULL && g_str_equal (normal, entry);
}

static gboolean
is_host (const char *entry)
{
  g_autofree char *normal = NULL;

  if (g_str_has_prefix (entry, "*."))
    entry += 2;
  normal = annex_host_normalise (entry, -1, NULL);
  return normal != NULL && g_str_equal (normal, entry);
}

static gboolean
is_folder (const char *entry)
{
  return entry[0] == '/' || g_str_equal (entry, "~") || g_str_has_prefix (entry, "~/");
}

static gboolean
is_mode (const char *entry)
{
  AnnexShareMode mode;

  return annex_share_mode_from_name (entry, &mode, NULL);
}

static gboolean
is_name (const char *entry)
{
  const char *star = strchr (entry, '*');

  return entry[0] != '\0' && (star == NULL || star[1] == '\0' || g_str_has_prefix (entry, "*."));
}

/* By AnnexAdminList. */
static const struct
{
  const char *name;
  EntryFunc is_entry;
  const char *what;     /* an entry must be … */
  const char *sentence; /* what it says */
} lists[ANNEX_ADMIN_N_LISTS] = {
  { "providers", is_provider, "the name of a provider", "Model providers: %s." },
  { "base_urls", is_address,
    "an address such as “https://models.example.com”, in lower case and without a slash at its end",
    "Addresses of models: %s." },
  { "network_hosts", is_host, "a host in lower case, such as “example.com” or “*.example.com”",
    "Hosts that can be reached: %s." },
  { "network_never", is_host, "a host in lower case, such as “example.com” or “*.example.com”",
    "Hosts that cannot be reached: %s." },
  { "share_roots", is_folder, "a folder that begins with “/” or “~/”",
    "Folders can be given out of: %s." },
  { "share_modes", is_mode, "“read-only”, “review” or “keep”", "Folders can be given as: %s." },
  { "skills", is_name, "a name, with “*” at its end at most", "Skills: %s." },
  { "connectors", is_name, "a name or a host, with “*” at its end or “*.” at its beginning",
    "Connectors: %s." },
  { "audit_collectors", is_address,
    "an address such as “https://logs.example.com”, in lower case and without a slash at its end",
    "What Annex does, without contents, is reported to: %s." },
};

void
annex_admin_rules_free (gpointer data)
{
  AnnexAdminRules *rules = data;

  for (guint i = 0; i < ANNEX_ADMIN_N_LISTS; i++)
    g_strfreev (rules->lists[i]);
  g_free (rules);
}

char *
annex_admin_address_normalise (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  g_autofree char *host = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GString) normal = NULL;
  gsize length;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL || strstr (g_uri_get_path (uri), "/.") != NULL ||
      (!g_str_equal (g_uri_get_scheme (uri), "https") &&
       !g_str_equal (g_uri_get_scheme (uri), "http")))
    return NULL;
  host = g_ascii_strdown (g_uri_get_host (uri), -1);
  path = g_strdup (g_uri_get_path (uri));
  for (length = strlen (path); length > 0 && path[length - 1] == '/'; length--)
    path[length - 1] = '\0';
  normal = g_string_new (NULL);
  g_string_append_printf (normal, strchr (host, ':') != NULL ? "%s://[%s]" : "%s://%s",
                          g_uri_get_scheme (uri), host);
  if (g_uri_get_port (uri) > 0 &&
      g_uri_get_port (uri) != (g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80))
    g_string_append_printf (normal, ":%d", g_uri_get_port (uri));
  g_string_append (normal, path);
  return g_string_free (g_steal_pointer (&normal), FALSE);
}

/* ---- one file */

typedef struct
{
  const char *where;
  const char *text;
  gsize length;
  char **fault;
} Reader;

static guint
line_of (const Reader *reader, const char *at)
{
  guint line = 1;

  for (const char *p = reader->text; p < at; p++)
    if (*p == '\n')
      line++;
  return line;
}

/* Where the member @name is, from @from on; NULL: not there. */
static const char *
find_member (const Reader *reader, const char *name, const char *from)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", name);
  const char *at = from;
  const char *end = reader->text + reader->length;

  while ((at = g_strstr_len (at, end - at, quoted)) != NULL)
    {
      const char *after = at + strlen (quoted);

      while (after < end && g_ascii_isspace (*after))
        after++;
      if (after < end && *after == ':')
        return at;
      at++;
    }
  return NULL;
}

G_GNUC_PRINTF (3, 4)
static gboolean
fail (const Reader *reader, const char *member, const char *format, ...)
{
  const char *at = find_member (reader, member, reader->text);
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  if (*reader->fault == NULL)
    *reader->fault = g_strdup_printf ("%s, line %u: “%s” %s.", reader->where,
                                      line_of (reader, at != NULL ? at : reader->text), member,
                                      what);
  return FALSE;
}

static gboolean
read_list (const Reader *reader, AnnexAdminRules *rules, AnnexAdminList list, JsonNode *node)
{
  const char *name = lists[list].name;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail (reader, name, "must be a list");
  array = json_node_get_array (node);
  if (json_array_get_length (array) > MAX_ENTRIES)
    return fail (reader, name, "has more than %d entries", MAX_ENTRIES);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *entry = json_array_get_element (array, i);
      const char *text = JSON_NODE_HOLDS_VALUE (entry) ? json_node_get_string (entry) : NULL;

      if (text == NULL || !lists[list].is_entry (text))
        return fail (reader, name, "has an entry, number %u, that is not %s", i + 1,
                     lists[list].what);
      g_strv_builder_add (builder, text);
    }
  rules->lists[list] = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_number (const Reader *reader, const char *name, JsonNode *node, double most, double *number)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return fail (reader, name, "must be a number");
  *number = json_node_get_double (node);
  if (!(*number > 0) || *number > most)
    return fail (reader, name, "must be more than 0 and at most %.0f", most);
  return TRUE;
}

static gboolean
read_member (const Reader *reader, AnnexAdminRules *rules, const char *name, JsonNode *node)
{
  const char *at = find_member (reader, name, reader->text);
  double number;

  /* Of a name that stands twice the JSON reader takes one. */
  if (at != NULL && find_member (reader, name, at + 1) != NULL)
    return fail (reader, name, "stands twice");
  for (guint i = 0; i < ANNEX_ADMIN_N_LISTS; i++)
    if (g_str_equal (name, lists[i].name))
      return read_list (reader, rules, (AnnexAdminList) i, node);
  if (g_str_equal (name, "task_cost_usd"))
    return read_number (reader, name, node, 1e9, &rules->task_cost_usd);
  if (g_str_equal (name, "task_turns"))
    {
      if (!read_number (reader, name, node, 1e6, &number))
        return FALSE;
      if (number < 1 || floor (number) != number)
        return fail (reader, name, "must be a whole number");
      rules->task_turns = (guint) number;
      return TRUE;
    }
  if (g_str_equal (name, "computer_required"))
    {
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return fail (reader, name, "must be true or false");
      rules->computer_required = json_node_get_boolean (node);
      return TRUE;
    }
  return fail (reader, name, "is nothing that Annex knows");
}

/* "… at byte N" of the JSON reader, as a line. */
static void
fail_syntax (const Reader *reader, const GError *error)
{
  const char *byte = g_strrstr (error->message, " at byte ");
  guint64 at = byte != NULL ? g_ascii_strtoull (byte + strlen (" at byte "), NULL, 10) : 0;
  g_autofree char *what = g_strndup (
      error->message, byte != NULL ? (gsize) (byte - error->message) : strlen (error->message));

  *reader->fault = g_strdup_printf (
      "%s, line %u: %s.", reader->where,
      line_of (reader, reader->text + MIN (at, (guint64) reader->length)), what);
}

static void
read_text (AnnexAdminPolicy *self, const char *where, const char *text, gsize length)
{
  Reader reader = { where, text, length, &self->fault };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = annex_json_parse_object (text, (gssize) length, &error);
  const char *escape = g_strstr_len (text, (gssize) length, "\\u00");
  AnnexAdminRules *rules;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  if (object == NULL)
    {
      if (self->fault == NULL)
        fail_syntax (&reader, error);
      return;
    }
  /* Nobody writes letters like that but to have a name twice unseen. */
  if (escape != NULL)
    {
      if (self->fault == NULL)
        self->fault = g_strdup_printf ("%s, line %u: Letters must not be written as “\\u00…”.",
                                       where, line_of (&reader, escape));
      return;
    }
  rules = g_new0 (AnnexAdminRules, 1);
  g_ptr_array_add (self->rules, rules);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (!read_member (&reader, rules, name, node))
      return;
}

AnnexAdminPolicy *
annex_admin_policy_parse (const char *where, const char *text, gssize length)
{
  AnnexAdminPolicy *self = annex_admin_policy_new ();

  read_text (self, where, text, length < 0 ? strlen (text) : (gsize) length);
  return self;
}

/* ---- folders */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
read_file (AnnexAdminPolicy *self, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    {
      if (self->fault == NULL)
        self->fault = g_strdup_printf ("%s cannot be read: %s.", path, error->message);
      return;
    }
  if (length > MAX_FILE_BYTES)
    {
      if (self->fault == NULL)
        self->fault = g_strdup_printf ("%s is larger than %d bytes.", path, MAX_FILE_BYTES);
      return;
    }
  read_text (self, path, text, length);
}

static void
read_folder (AnnexAdminPolicy *self, const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  const char *name;

  if (dir == NULL)
    {
      if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT) && self->fault == NULL)
        self->fault = g_strdup_printf ("The folder %s cannot be read.", folder);
      return;
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && name[0] != '.')
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    read_file (self, g_ptr_array_index (names, i));
}

AnnexAdminPolicy *
annex_admin_policy_load (const char *const *folders)
{
  AnnexAdminPolicy *self = annex_admin_policy_new ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      gboolean is_read = FALSE;

      for (guint j = 0; j < i; j++) /* /etc may be named twice */
        is_read = is_read || g_str_equal (folders[i], folders[j]);
      if (!is_read && folders[i][0] == '/')
        read_folder (self, folders[i]);
    }
  return self;
}

/* ---- what it says */

char **
annex_admin_policy_dup_sentences (AnnexAdminPolicy *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  double cost = annex_admin_policy_limit_cost (self, 0);
  guint turns = annex_admin_policy_limit_turns (self, 0);

  for (guint i = 0; i < self->rules->len; i++)
    for (guint j = 0; j < ANNEX_ADMIN_N_LISTS; j++)
      {
        AnnexAdminRules *rules = g_ptr_array_index (self->rules, i);
        char **list = rules->lists[j];
        g_autofree char *words = NULL;
        g_auto (GStrv) parts = NULL;

        if (list == NULL)
          continue;
        words = list[0] != NULL ? g_strjoinv (", ", list) : g_strdup ("none");
        parts = g_strsplit (lists[j].sentence, "%s", 2);
        g_strv_builder_take (builder, g_strjoin (words, parts[0], parts[1], NULL));
      }
  if (cost > 0)
    g_strv_builder_take (builder, g_strdup_printf ("A task may cost %.2f US dollars.", cost));
  if (turns > 0)
    g_strv_builder_take (builder, g_strdup_printf ("A task may take %u rounds.", turns));
  if (annex_admin_policy_requires_computer (self))
    g_strv_builder_add (builder, "Annex’s computer cannot be switched off.");
  return g_strv_builder_end (builder);
}
