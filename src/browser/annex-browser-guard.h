/* annex-browser-guard.h
 *
 * What a page may ask of whom, as rules that WebKit itself applies before a
 * request leaves the page's process. While Annex drives, pages read what they need to be drawn from anywhere public
 * (pictures, styles, fonts, scripts, frames); to a site that the user has not allowed they can send
 * nothing (fetch, beacon, socket), and no tab goes there. Whoever drives, pages of the task's own
 * computer have nobody but themselves, and nobody else has them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>
#include <webkit/webkit.h>

G_BEGIN_DECLS

/* The rules in the content blockers' JSON. @places: what is allowed, a site ("example.org", which
 * is also www.example.org) or an origin ("http://127.0.0.1:8000"). Pure. (transfer full) */
char *
annex_browser_guard_write_rules (const char *const *places);
/* The rules that every tab lives under: about the pages of the task's computer. (transfer full) */
char *
annex_browser_guard_write_fence (void);
/* The rules for a window that such a page opened, as long as it is empty and the page may write into
 * it. (transfer full) */
char *
annex_browser_guard_write_window (void);

/* Compiles @rules (taken) as the filter @id; @folder keeps what was compiled. Resolves to a WebKitUserContentFilter (boxed);
 * rejects with ANNEX_BROWSER_ERROR. */
DexFuture *
annex_browser_guard_compile (const char *folder,
                             const char *id,
                             char *rules) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
