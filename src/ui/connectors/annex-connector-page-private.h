/* annex-connector-page-private.h
 *
 * Shared by the files of AnnexConnectorPage.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector-page.h"

G_BEGIN_DECLS

struct _AnnexConnectorPage
{
  AdwNavigationPage parent_instance;

  AnnexConnectors *connectors;
  char *id;
  AnnexConnectorInfo *info; /* NULL until it is read */
  gboolean loading;
  gboolean again;
  gboolean updating;  /* what changes now is not the user's doing */
  DexPromise *cancel; /* while it is checked or signed in; nullable */
  GHashTable *opened; /* names of tools whose details are open */
  guint n_shown;      /* tools that have a row at most */

  GtkStack *stack;
  AdwActionRow *state_row;
  GtkStack *state_stack;
  GtkImage *state_icon;
  GtkButton *repair_button;
  GtkWidget *cancel_button;
  AdwExpanderRow *error_row;
  GtkLabel *error_label;
  AdwSwitchRow *enabled_row;
  AdwActionRow *where_row;
  AdwPreferencesGroup *values_group;
  AdwPreferencesGroup *changed_group;
  GtkWidget *approve_button;
  AdwPreferencesGroup *tools_group;
  GtkButton *more_button;
};

/* annex-connector-page-tools.c: the rows of its tools. */
void
annex_connector_page_show_tools (AnnexConnectorPage *self);
/* annex-connector-page.c: says so when @future (taken) fails. */
void
annex_connector_page_follow (AnnexConnectorPage *self, DexFuture *future);

G_END_DECLS
