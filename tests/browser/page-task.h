/* page-task.h
 *
 * A task on a page, written down: one command a line, with its arguments as JSON, and what must be
 * true afterwards. See pages/README.md.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "page-case.h"

G_BEGIN_DECLS

/* Does what @script says; fails the test at the first line that is not as it should be. */
void
page_task_run (PageCase *page, const char *name, const char *script);

/* The reference in the line of @text that has @pattern in it, or NULL. (transfer full) */
char *
page_task_find_reference (const char *text, const char *pattern);

G_END_DECLS
