/* annex-browser-guard.h
 *
 * What a page may ask of whom while Annex drives, as rules that WebKit itself applies before a
 * request leaves the page's process. Pages read what they need to be drawn from anywhere public
 * (pictures, styles, fonts, scripts, frames); to a site that the user has not allowed they can send
 * nothing (fetch, beacon, socket), and no tab goes there. Pages of the task's own computer have
 * nobody but themselves.
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

/* Compiles them; @folder keeps what was compiled. Resolves to a WebKitUserContentFilter (boxed);
 * rejects with ANNEX_BROWSER_ERROR. */
DexFuture *
annex_browser_guard_compile (const char *folder,
                             const char *const *places) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
