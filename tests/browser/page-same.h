/* page-same.h
 *
 * Two snapshots of one page, like with like: how long each is without what the other does not tell.
 * Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The characters of @text in the lines whose words are in @other too, without the states that only
 * one of the two knows. A line without words counts when something in it does, or nothing is in it.
 */
glong
page_same_count (const char *text, const char *other);

G_END_DECLS
