/* annex-web-page.h
 *
 * A web page as a task made it, shown locked down: its own bytes and the pictures in them, nothing
 * else. No network, no files, no scripts, no forms, no frames; a link goes to whoever shows the
 * page. A module of its own (see annex-module.h), because of its library and its processes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_WEB_PAGE_MODULE_FILE "annex-web-page.so"
#define ANNEX_WEB_PAGE_MODULE_SYMBOL "annex_web_page_new"

/* @html: untrusted. A link that is followed activates the action "preview.open-link" with its
 * address (http, https or mailto), which the widget's surroundings have; when it cannot be shown
 * any longer (it took too much memory), "preview.page-ended". (transfer floating) */
typedef GtkWidget *(*AnnexWebPageNewFunc) (GBytes *html);
GtkWidget *
annex_web_page_new (GBytes *html);

G_END_DECLS
