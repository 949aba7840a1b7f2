/* fake-browser.h
 *
 * A Browser for tests of the browse tool: its tools do what their name says and nothing on any
 * page. page_look answers with "look N " and as many letters as {"size"} says; page_fail fails in
 * one way; page_site asks for the site {"site"}; page_read answers with the file {"path"} of the
 * computer; page_give hands the file {"path"} of this machine into the computer as {"name"}.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"

G_BEGIN_DECLS

#define FAKE_TYPE_BROWSER (fake_browser_get_type ())
G_DECLARE_FINAL_TYPE (FakeBrowser, fake_browser, FAKE, BROWSER, GObject)

FakeBrowser *
fake_browser_new (void);
guint
fake_browser_get_n_begun (FakeBrowser *self);
/* How often page_look was called. */
guint
fake_browser_get_n_looks (FakeBrowser *self);
/* Is somebody between begin and end now? */
gboolean
fake_browser_is_driven (FakeBrowser *self);
gboolean
fake_browser_is_connected (FakeBrowser *self);
const char *
fake_browser_get_goal (FakeBrowser *self);
/* The next ask of page_site is settled by the pane itself, once it is open. */
void
fake_browser_settle_next_ask (FakeBrowser *self, DexPromise *settled);

G_END_DECLS
