/* annex-ask-watch.h
 *
 * Says when an ask of any task was opened or closed, by this process or another one: for badges and
 * notifications. Knows no answer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"
#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_ASK_WATCH (annex_ask_watch_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAskWatch, annex_ask_watch, ANNEX, ASK_WATCH, GObject)

/* Signals, main thread, after the commit: "opened" (AnnexAsk), not for those that were open before;
 * "closed" (AnnexAsk): answered, expired, rewound or gone with its task; then "closed-elsewhere"
 * (AnnexAsk) when it was not this process that did it. "others" (): another process has written
 * something, noticed within two seconds. */
AnnexAskWatch *
annex_ask_watch_new (AnnexStore *store);
/* The open asks it knows of. (AnnexAsk, transfer full) */
GPtrArray *
annex_ask_watch_dup_open (AnnexAskWatch *self);

G_END_DECLS
