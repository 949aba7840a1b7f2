/* annex-mcp-http-address.c
 *
 * Which addresses AnnexMcpHttp speaks to.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-http-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

gboolean
annex_mcp_http_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address)
                         : g_ascii_strcasecmp (host, "localhost") == 0;
}

gboolean
annex_mcp_http_check_address (const char *address, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *problem = NULL;

  if (host == NULL || host[0] == '\0')
    problem = N_ ("The connector’s address is not one such as https://example.org/mcp.");
  else if (g_uri_get_userinfo (uri) != NULL)
    problem = N_ ("The connector’s address must not hold a user name or password.");
  else if (!g_str_equal (g_uri_get_scheme (uri), "https") &&
           !(g_str_equal (g_uri_get_scheme (uri), "http") && annex_mcp_http_is_loopback (host)))
    problem = N_ ("The connector’s address must begin with https://.");
  if (problem != NULL)
    annex_set_spoken_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID, problem);
  return problem == NULL;
}
