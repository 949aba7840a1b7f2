/* annex-action-question.h
 *
 * What the user is asked before something is done in a page that cannot be taken back, in the
 * user's language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-site-policy.h"

G_BEGIN_DECLS

/* @site (nullable) is where the element stands, @page (nullable) what is shown around it, @name
 * what the page calls the element, "" for nothing. "May Annex send or publish on example.org?", and
 * what else there is to know in a line each. (transfer full) */
char *
annex_action_question_write (AnnexActionKind kind,
                             const char *site,
                             const char *page,
                             const char *name);

G_END_DECLS
