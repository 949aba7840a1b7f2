/* annex-skill-fetch.c
 *
 * See annex-skill-fetch.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-fetch.h"

#include "annex-json.h"
#include "annex-policy.h"
#include "annex-skill.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define PROGRAM "annex-fetch"
#define MAX_URL_BYTES 2000

void
annex_git_source_free (AnnexGitSource *self)
{
  g_free (self->url);
  g_free (self->ref);
  g_free (self->sha);
  g_free (self->folder);
  g_free (self);
}

/* ---- addresses */

static AnnexGitSource *
wrong (GError **error, const char *message)
{
  g_set_error_literal (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED, message);
  return NULL;
}

/* "owner/name", each of GitHub's letters. */
static gboolean
is_github_name (const char *text)
{
  const char *slash = strchr (text, '/');

  return slash != NULL && slash > text && slash[1] != '\0' && text[0] != '.' && text[0] != '-' &&
         strspn (slash + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             strlen (slash + 1) &&
         strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
             (gsize) (slash - text);
}

/* …/tree/REF/FOLDER, as a page of a folder at GitHub is called. */
static void
take_page (AnnexGitSource *self)
{
  char *tree = strstr (self->url, "/tree/");
  char *folder;

  if (!g_str_has_prefix (self->url, "https://github.com/") || tree == NULL)
    return;
  *tree = '\0';
  self->ref = g_strdup (tree + strlen ("/tree/"));
  folder = strchr (self->ref, '/');
  if (folder != NULL)
    {
      *folder = '\0';
      if (folder[1] != '\0')
        self->folder = g_strdup (folder + 1);
    }
}

AnnexGitSource *
annex_git_source_parse (const char *text, GError **error)
{
  g_autofree char *clean = g_strstrip (g_strdup (text));
  g_autoptr (AnnexGitSource) self = g_new0 (AnnexGitSource, 1);
  g_autofree char *host = NULL;
  guint port;
  char *hash;

  if (strlen (clean) > MAX_URL_BYTES || !g_utf8_validate (clean, -1, NULL))
    return wrong (error, "This is no address");
  if (g_str_has_prefix (clean, "http://") || g_str_has_prefix (clean, "git://") ||
      g_str_has_prefix (clean, "ssh://") || g_str_has_prefix (clean, "git@"))
    return wrong (error, "Only https addresses are fetched, as https://example.org/name");
  if (is_github_name (clean))
    self->url = g_strconcat ("https://github.com/", clean, NULL);
  else
    self->url = g_steal_pointer (&clean);
  hash = strchr (self->url, '#');
  if (hash != NULL)
    {
      *hash = '\0';
      self->ref = hash[1] != '\0' ? g_strdup (hash + 1) : NULL;
    }
  if (self->ref == NULL)
    take_page (self);
  if (!annex_git_source_get_host (self, &host, &port))
    return wrong (error, "This is neither a file nor an https address");
  return g_steal_pointer (&self);
}

gboolean
annex_git_source_get_host (const AnnexGitSource *self, char **host, guint *port)
{
  g_autoptr (GUri) uri = g_uri_parse (self->url, G_URI_FLAGS_NONE, NULL);

  *host = NULL;
  if (uri == NULL || !g_str_equal (g_uri_get_scheme (uri), "https") ||
      g_uri_get_host (uri) == NULL || g_uri_get_userinfo (uri) != NULL)
    return FALSE;
  *host = annex_host_normalise (g_uri_get_host (uri), -1, NULL);
  /* Numbers and names of the local network are none of the internet's; who types one means it. */
  if (*host == NULL && *g_uri_get_host (uri) != '\0' && g_str_is_ascii (g_uri_get_host (uri)))
    *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  *port = g_uri_get_port (uri) > 0 ? (guint) g_uri_get_port (uri) : 443;
  return *host != NULL;
}

gboolean
annex_git_source_is_public (const AnnexGitSource *self)
{
  g_autofree char *host = NULL;
  guint port;

  return annex_git_source_get_host (self, &host, &port) && strchr (host, '.') != NULL &&
         !g_hostname_is_ip_address (host) && strchr (host, ':') == NULL &&
         !g_str_has_suffix (host, ".local") && !g_str_has_suffix (host, ".localhost") &&
         !g_str_has_suffix (host, ".internal");
}

/* ---- the program */

/* Beside Annex, or where it is installed. (transfer full) */
static char *
find_program (void)
{
  g_autofree char *binary = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *beside = binary != NULL ? g_path_get_dirname (binary) : NULL;
  const char *const folders[] = { g_getenv ("ANNEX_MODULE_DIR"), beside };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path =
          g_build_filename (folders[i] != NULL ? folders[i] : "", PROGRAM, NULL);

      if (folders[i] != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer (&path);
    }
  return g_build_filename (ANNEX_MODULE_DIR, PROGRAM, NULL);
}

/* The program says what it says in English; what comes from git is behind a colon. */
static char *
dup_said (const char *message)
{
  const char *colon = strstr (message, ": ");
  g_autofree char *head =
      colon != NULL ? g_strndup (message, (gsize) (colon - message)) : g_strdup (message);

  return *head != '\0' ? g_strconcat (_ (head), colon, NULL) : g_strdup (message);
}

static char *
fail (GError **error, const char *url, const char *message)
{
  g_autofree char *said = dup_said (message);
  GError *made = g_error_new (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
                              "“%s” was not fetched. %s", url, message);

  /* Translators: an address, and why */
  annex_spoken_take (made, g_strdup_printf (_ ("“%s” was not fetched. %s"), url, said));
  g_propagate_error (error, made);
  return NULL;
}

static char **
read_names (JsonObject *result)
{
  JsonArray *list = annex_json_opt_array (result, "left_out");
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    if (JSON_NODE_HOLDS_VALUE (json_array_get_element (list, i)))
      g_strv_builder_add (names, json_node_get_string (json_array_get_element (list, i)));
  return g_strv_builder_end (names);
}

char *
annex_skill_fetch (const AnnexGitSource *source,
                   const char *target,
                   guint64 *bytes,
                   char ***left_out,
                   GError **error)
{
  g_autofree char *program = find_program ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GBytes) output = NULL;
  g_autoptr (JsonObject) result = NULL;
  const char *text;
  const char *commit;
  gsize length;

  *bytes = 0;
  *left_out = NULL;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, program, source->url, target,
                              source->ref != NULL ? source->ref : "-", source->sha, NULL);
  if (process == NULL || !g_subprocess_communicate (process, NULL, NULL, &output, NULL, error))
    return NULL;
  text = g_bytes_get_data (output, &length);
  result = length > 0 ? annex_json_parse_object (text, (gssize) length, NULL) : NULL;
  if (result == NULL)
    return fail (error, source->url, N_ ("It took too long, or was too large"));
  *bytes = (guint64) MAX (annex_json_opt_int (result, "bytes", 0), 0);
  commit = annex_json_opt_string (result, "commit", NULL);
  if (commit == NULL || !g_subprocess_get_successful (process))
    return fail (error, source->url, annex_json_opt_string (result, "error", ""));
  *left_out = read_names (result);
  return g_strdup (commit);
}
