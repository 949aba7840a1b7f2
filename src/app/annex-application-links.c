/* annex-application-links.c
 *
 * What a link or an argument that is given to Annex means.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-application.h"

#include <string.h>

static gboolean
is_identifier (const char *text)
{
  if (strlen (text) != 26)
    return FALSE;
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isdigit (*p) && !g_ascii_islower (*p) && !g_ascii_isupper (*p))
      return FALSE;
  return TRUE;
}

/* a–z, 0–9 and hyphens, as skills and connectors are called. */
static gboolean
is_name (const char *text)
{
  gsize length = strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-");

  return length > 0 && length <= 64 && text[length] == '\0';
}

/* What is about no task. */
static AnnexLinkKind
parse_page (const char *rest, char **id)
{
  static const struct
  {
    const char *all;
    const char *one;
    AnnexLinkKind kind;
  } kinds[] = { { "skills", "skill/", ANNEX_LINK_SKILLS },
                { "connectors", "connector/", ANNEX_LINK_CONNECTORS } };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      if (g_str_equal (rest, kinds[i].all))
        return kinds[i].kind;
      if (g_str_has_prefix (rest, kinds[i].one) && is_name (rest + strlen (kinds[i].one)))
        {
          *id = g_strdup (rest + strlen (kinds[i].one));
          return kinds[i].kind;
        }
    }
  return ANNEX_LINK_NONE;
}

AnnexLinkKind
annex_link_parse (const char *uri, char **id)
{
  static const struct
  {
    const char *prefix;
    AnnexLinkKind kind;
  } kinds[] = { { "task/", ANNEX_LINK_TASK }, { "ask/", ANNEX_LINK_ASK } };
  const char *rest;

  *id = NULL;
  if (g_ascii_strncasecmp (uri, "annex:", 6) != 0)
    return ANNEX_LINK_NONE;
  rest = uri + 6;
  while (*rest == '/') /* annex://task/… and annex:///task/… as well */
    rest++;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_has_prefix (rest, kinds[i].prefix) && is_identifier (rest + strlen (kinds[i].prefix)))
      {
        *id = g_strdup (rest + strlen (kinds[i].prefix));
        return kinds[i].kind;
      }
  return parse_page (rest, id);
}

gboolean
annex_application_takes_argument (const char *argument)
{
  if (argument == NULL)
    return g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL;
  return g_str_equal (argument, "--gapplication-service") || g_str_equal (argument, "--new-task") ||
         g_ascii_strncasecmp (argument, "annex:", 6) == 0 ||
         g_ascii_strncasecmp (argument, "file:", 5) == 0 ||
         /* no command has such a name */
         (strpbrk (argument, "/.") != NULL && (g_file_test (argument, G_FILE_TEST_IS_DIR) ||
                                               g_file_test (argument, G_FILE_TEST_IS_REGULAR)));
}
