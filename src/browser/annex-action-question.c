/* annex-action-question.c
 *
 * See annex-action-question.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-action-question.h"

#include <glib/gi18n.h>

/* Translators: each %s is a website's address, like example.org */
static char *
ask_on (AnnexActionKind kind, const char *site)
{
  switch (kind)
    {
    case ANNEX_ACTION_PAY:
      return g_strdup_printf (_ ("May Annex pay on %s?"), site);
    case ANNEX_ACTION_BUY:
      return g_strdup_printf (_ ("May Annex buy or order on %s?"), site);
    case ANNEX_ACTION_SIGN_UP:
      return g_strdup_printf (_ ("May Annex create an account on %s?"), site);
    case ANNEX_ACTION_SEND:
      return g_strdup_printf (_ ("May Annex send or publish on %s?"), site);
    case ANNEX_ACTION_DELETE:
      return g_strdup_printf (_ ("May Annex delete something on %s?"), site);
    case ANNEX_ACTION_ACCEPT_TERMS:
      return g_strdup_printf (_ ("May Annex accept terms on %s?"), site);
    case ANNEX_ACTION_PERSONAL_DATA:
      return g_strdup_printf (_ ("May Annex enter or send personal data on %s?"), site);
    case ANNEX_ACTION_NOTHING:
    case ANNEX_ACTION_CAPTCHA:
    case ANNEX_ACTION_PASSWORD:
    case ANNEX_ACTION_CARD:
      break;
    }
  return g_strdup_printf (_ ("May Annex use this control on %s?"), site);
}

char *
annex_action_question_write (AnnexActionKind kind,
                             const char *site,
                             const char *page,
                             const char *name)
{
  GString *text = g_string_new (NULL);
  g_autofree char *asked = ask_on (kind, site != NULL ? site : _ ("this page"));

  g_string_append (text, asked);
  if (name[0] != '\0')
    g_string_append_printf (text, _ ("\nThe page calls it “%s”."), name);
  if (site != NULL && page != NULL && !g_str_equal (site, page))
    g_string_append_printf (text, _ ("\nIt is in a part of the page of %s."), page);
  return g_string_free_and_steal (text);
}
