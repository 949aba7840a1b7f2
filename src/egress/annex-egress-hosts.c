/* annex-egress-hosts.c
 *
 * See annex-egress-hosts.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-hosts.h"

#include <string.h>

#define MAX_FILE_BYTES (256 * 1024)
#define MAX_HOSTS 1000

static char *
read_small_file (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) in = g_file_read (file, NULL, error);
  g_autofree char *text = NULL;
  gsize n_read;

  if (in == NULL)
    return NULL;
  text = g_malloc0 (MAX_FILE_BYTES + 2);
  if (!g_input_stream_read_all (G_INPUT_STREAM (in), text, MAX_FILE_BYTES + 1, &n_read, NULL,
                                error))
    return NULL;
  if (n_read > MAX_FILE_BYTES || memchr (text, '\0', n_read) != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "“%s” is not a list of package hosts", path);
      return NULL;
    }
  return g_steal_pointer (&text);
}

/* The host of one line, or NULL; lines that say nothing are no mistake. */
static char *
parse_line (const char *line, gboolean *is_wrong)
{
  const char *tab = strchr (line, '\t');
  char *host;

  *is_wrong = FALSE;
  if (line[0] == '\0' || line[0] == '#')
    return NULL;
  host = tab != NULL && tab[1] != '\0' ? annex_host_normalise (line, (gssize) (tab - line), NULL)
                                       : NULL;
  if (host != NULL && annex_host_is_local (host))
    g_clear_pointer (&host, g_free);
  *is_wrong = host == NULL;
  return host;
}

char **
annex_egress_read_package_hosts (const char *path, GError **error)
{
  g_autofree char *text = read_small_file (path, error);
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  g_auto (GStrv) lines = NULL;
  guint n_hosts = 0;

  if (text == NULL)
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && n_hosts < MAX_HOSTS; i++)
    {
      gboolean is_wrong;
      char *host = parse_line (g_strchomp (lines[i]), &is_wrong);

      if (is_wrong)
        g_warning ("Line %u of the image's package hosts was skipped: it is malformed", i + 1);
      if (host == NULL)
        continue;
      g_strv_builder_take (hosts, host);
      n_hosts++;
    }
  return g_strv_builder_end (hosts);
}

gboolean
annex_egress_load_package_hosts (const char *path, AnnexNetworkPolicy *policy, GError **error)
{
  g_auto (GStrv) hosts = annex_egress_read_package_hosts (path, error);

  for (gsize i = 0; hosts != NULL && hosts[i] != NULL; i++)
    annex_network_policy_set (policy, hosts[i], TRUE, "package-hosts");
  return hosts != NULL;
}
