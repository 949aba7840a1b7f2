/* annex-site-words.h
 *
 * Words that make an action a grave one: to pay, to buy, to delete. The page scripts judge controls
 * by the same list (page/grave-words.json); here it is what a dialog says, for whose sake those
 * scripts stand still. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The list as it is stored, JSON. (borrowed) */
const char *
annex_site_words_get_source (void);
/* Which of "pay", "buy", "account", "signin", "delete", "send", "accept" and "transfer" @text
 * speaks of, in any language of the list. (transfer full) */
GStrv
annex_site_words_find (const char *text);

G_END_DECLS
