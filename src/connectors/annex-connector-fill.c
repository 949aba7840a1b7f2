/* annex-connector-fill.c
 *
 * See annex-connector-fill.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-fill.h"

#include "annex-connector-config-private.h"

#include <gio/gio.h>
#include <string.h>

/* ---- what looks secret */

gboolean
annex_connector_is_secret_name (const char *name)
{
  static const char *const words[] = { "KEY",  "TOKEN",  "SECRET",     "PASSW",
                                       "AUTH", "COOKIE", "CREDENTIAL", "PAT" };
  g_autofree char *upper = g_ascii_strup (name, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      const char *found = strstr (upper, words[i]);

      /* PAT is a word of its own, PATH is not. */
      if (found != NULL && (!g_str_equal (words[i], "PAT") || found[3] == '\0' || found[3] == '_'))
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_connector_is_secret_text (const char *text)
{
  static const char *const starts[] = { "sk-",  "ghp_", "github_pat_", "xoxb-", "xoxp-",
                                        "AKIA", "eyJ",  "Bearer ",     "glpat-" };

  for (gsize i = 0; i < G_N_ELEMENTS (starts); i++)
    if (g_str_has_prefix (text, starts[i]))
      return TRUE;
  return FALSE;
}

gboolean
annex_connector_is_blank (const char *text)
{
  return text[0] == '\0' || g_str_has_prefix (text, "${") || text[0] == '<' ||
         g_str_has_prefix (text, "YOUR_") || g_str_has_prefix (text, "your-");
}

/* Of the options of a command and the parts of an address only whole words count: --author and
 * --keyboard are none. */
static gboolean
is_secret_option (const char *name)
{
  static const char *const words[] = { "key",    "apikey",   "token",  "secret",
                                       "pat",    "password", "passwd", "credentials",
                                       "bearer", "auth",     NULL };
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_auto (GStrv) parts = g_strsplit_set (lower, "-_.", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strv_contains (words, parts[i]))
      return TRUE;
  return g_str_has_suffix (name, "Key") || g_str_has_suffix (name, "Token") ||
         g_str_has_suffix (name, "Secret");
}

/* ---- taking them out */

static gboolean
has_value (const AnnexConnectorConfig *config, const char *name)
{
  for (guint i = 0; i < config->values->len; i++)
    if (g_str_equal (((AnnexConnectorValue *) config->values->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* "API_KEY" of "--api-key"; a number after it when there is one already. (transfer full) */
static char *
dup_name (const AnnexConnectorConfig *config, const char *option)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *base = NULL;

  for (const char *p = option; *p != '\0' && name->len < 60; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (name, g_ascii_toupper (*p));
    else if (name->len > 0 && name->str[name->len - 1] != '_')
      g_string_append_c (name, '_');
  if (name->len == 0 || g_ascii_isdigit (name->str[0]))
    g_string_assign (name, "KEY");
  base = g_strdup (name->str);
  for (guint i = 2; has_value (config, name->str); i++)
    g_string_printf (name, "%s_%u", base, i);
  return g_string_free_and_steal (g_steal_pointer (&name));
}

/* Makes @text a value; returns what stands in its place. (transfer full) */
static char *
take (AnnexConnectorConfig *config, const char *option, const char *text)
{
  g_autofree char *name = NULL;
  AnnexConnectorValue *value;

  /* "${API_KEY}" of a variable that is given beside it. */
  if (g_str_has_prefix (text, "${") && g_str_has_suffix (text, "}"))
    {
      name = g_strndup (text + 2, strlen (text) - 3);
      if (has_value (config, name))
        return g_strdup (text);
      g_clear_pointer (&name, g_free);
    }
  name = dup_name (config, option);
  value = annex_connector_value_new (name, annex_connector_is_blank (text) ? "" : text, NULL);
  value->looks_secret = TRUE;
  g_ptr_array_add (config->values, value);
  return g_strdup_printf ("${%s}", name);
}

/* "NAME<mark>text" with a name that stands before secrets. NULL: it is none. (transfer full) */
static char *
take_behind (AnnexConnectorConfig *config, const char *word, const char *mark)
{
  const char *found = strstr (word, mark);
  const char *text = found != NULL ? found + strlen (mark) : NULL;
  g_autofree char *name = found != NULL ? g_strndup (word, (gsize) (found - word)) : NULL;
  g_autofree char *placed = NULL;

  if (name == NULL || text[0] == '\0' || strpbrk (name, "/ {\"'") != NULL ||
      !is_secret_option (name[0] == '-' ? name + strspn (name, "-") : name))
    return NULL;
  placed = take (config, name, text);
  return g_strconcat (name, mark, placed, NULL);
}

static void
take_from_command (AnnexConnectorConfig *config)
{
  gboolean expected = FALSE; /* the option before this word wants a secret */

  for (guint i = 1; config->command[0] != NULL && config->command[i] != NULL; i++)
    {
      const char *word = config->command[i];
      const char *before = config->command[i - 1];
      char *instead = NULL;

      if (expected && word[0] != '-')
        instead = take (config, before, word);
      else if (annex_connector_is_secret_text (word))
        instead = take (config, "KEY", word);
      else
        {
          instead = take_behind (config, word, "=");
          if (instead == NULL)
            instead = take_behind (config, word, ": "); /* a header */
        }
      if (instead == NULL && g_str_has_prefix (word, "Authorization:"))
        {
          const char *text = word + strlen ("Authorization:") + strspn (word + 14, " ");
          g_autofree char *placed = take (config, "AUTHORIZATION", text);

          instead = g_strconcat ("Authorization: ", placed, NULL);
        }
      expected = instead == NULL && word[0] == '-' && strchr (word, '=') == NULL &&
                 is_secret_option (word + strspn (word, "-"));
      if (instead != NULL)
        {
          g_free (config->command[i]);
          config->command[i] = instead;
        }
    }
}

static void
take_from_address (AnnexConnectorConfig *config)
{
  g_auto (GStrv) halves = g_strsplit (config->address, "?", 2);
  g_auto (GStrv) parts =
      halves[0] != NULL && halves[1] != NULL ? g_strsplit (halves[1], "&", -1) : NULL;
  g_autofree char *query = NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      char *equals = strchr (parts[i], '=');
      g_autofree char *name =
          equals != NULL ? g_strndup (parts[i], (gsize) (equals - parts[i])) : NULL;
      g_autofree char *text = equals != NULL ? g_uri_unescape_string (equals + 1, NULL) : NULL;
      g_autofree char *placed = NULL;

      if (text == NULL || (!is_secret_option (name) && !annex_connector_is_secret_text (text)))
        continue;
      placed = take (config, name, text);
      g_free (parts[i]);
      parts[i] = g_strconcat (name, "=", placed, NULL);
    }
  if (parts == NULL)
    return;
  query = g_strjoinv ("&", parts);
  g_free (config->address);
  config->address = g_strconcat (halves[0], "?", query, NULL);
}

void
annex_connector_fill_take_secrets (AnnexConnectorConfig *config)
{
  if (config->command != NULL)
    take_from_command (config);
  else if (config->address != NULL)
    take_from_address (config);
}

/* ---- filling them in */

/* The next ${NAME} of one of @config's values in @text: where it begins and ends. */
static gboolean
find_place (const AnnexConnectorConfig *config,
            const char *text,
            const char **start,
            const char **end,
            char **name)
{
  for (*start = strstr (text, "${"); *start != NULL; *start = strstr (*start + 2, "${"))
    {
      const char *brace = strchr (*start, '}');

      if (brace == NULL)
        return FALSE;
      *name = g_strndup (*start + 2, (gsize) (brace - *start - 2));
      *end = brace + 1;
      if (has_value (config, *name))
        return TRUE;
      g_clear_pointer (name, g_free);
    }
  return FALSE;
}

/* Only there an address has places: which host it leads to is never a value. (borrowed) */
static const char *
get_query (const AnnexConnectorConfig *config)
{
  const char *query = strchr (config->address, '?');

  return query != NULL ? query : "";
}

gboolean
annex_connector_fill_uses (const AnnexConnectorConfig *config, const char *name)
{
  g_autofree char *place = g_strdup_printf ("${%s}", name);

  for (guint i = 0; config->command != NULL && config->command[i] != NULL; i++)
    if (strstr (config->command[i], place) != NULL)
      return TRUE;
  return config->address != NULL && strstr (get_query (config), place) != NULL;
}

char *
annex_connector_fill_command (const AnnexConnectorConfig *config)
{
  GString *line = g_string_new ("exec");

  for (guint i = 0; config->command[i] != NULL; i++)
    {
      const char *rest = config->command[i];
      const char *start, *end;
      char *found = NULL;
      gboolean quoted = FALSE;

      g_string_append_c (line, ' ');
      while (find_place (config, rest, &start, &end, &found))
        {
          g_autofree char *name = g_steal_pointer (&found);
          g_autofree char *before = g_strndup (rest, (gsize) (start - rest));
          g_autofree char *safe = g_shell_quote (before);

          g_string_append_printf (line, "%s\"${%s}\"", safe, name);
          rest = end;
          quoted = TRUE;
        }
      if (rest[0] != '\0' || !quoted)
        {
          g_autofree char *safe = g_shell_quote (rest);

          g_string_append (line, safe);
        }
    }
  return g_string_free (line, FALSE);
}

char *
annex_connector_fill_address (const AnnexConnectorConfig *config, const char *const *values)
{
  const char *rest = get_query (config);
  GString *address =
      g_string_new_len (config->address, (gssize) (strlen (config->address) - strlen (rest)));
  const char *start, *end;
  char *found = NULL;

  while (find_place (config, rest, &start, &end, &found))
    {
      g_autofree char *name = g_steal_pointer (&found);
      const char *text = "";
      g_autofree char *escaped = NULL;

      for (guint i = 0; values[i] != NULL && values[i + 1] != NULL; i += 2)
        if (g_str_equal (values[i], name))
          text = values[i + 1];
      escaped = g_uri_escape_string (text, NULL, FALSE);
      g_string_append_len (address, rest, start - rest);
      g_string_append (address, escaped);
      rest = end;
    }
  g_string_append (address, rest);
  return g_string_free (address, FALSE);
}
