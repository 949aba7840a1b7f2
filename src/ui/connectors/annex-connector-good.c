/* annex-connector-good.c
 *
 * Connectors that are worth offering: run by the services themselves, over https, with a sign-in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-add.h"

#include <glib/gi18n.h>

static const AnnexGoodConnector connectors[] = {
  { "Atlassian", N_ ("Jira issues and Confluence pages"), "https://mcp.atlassian.com/v1/mcp" },
  { "Canva", N_ ("Designs and presentations"), "https://mcp.canva.com/mcp" },
  { "Intercom", N_ ("Conversations with customers"), "https://mcp.intercom.com/mcp" },
  { "Linear", N_ ("Issues and plans of a team"), "https://mcp.linear.app/mcp" },
  { "monday.com", N_ ("Boards and their items"), "https://mcp.monday.com/mcp" },
  { "Notion", N_ ("Pages, notes and tables"), "https://mcp.notion.com/mcp" },
  { "Sentry", N_ ("Faults of your own software"), "https://mcp.sentry.dev/mcp" },
  { "Square", N_ ("Sales, items and customers"), "https://mcp.squareup.com/mcp" },
  { "Stripe", N_ ("Payments, customers and invoices"), "https://mcp.stripe.com" },
};

const AnnexGoodConnector *
annex_good_connectors (guint *n_connectors)
{
  *n_connectors = G_N_ELEMENTS (connectors);
  return connectors;
}
