/* zip-fixture.h
 *
 * Makes zip packages in memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Pairs of name and text, ended by NULL. (transfer full) */
GBytes *
zip_fixture_new (const char *name, ...) G_GNUC_NULL_TERMINATED;
/* A package of one member: @head, then @unit so often that it is @size bytes, then @tail. */
GBytes *
zip_fixture_new_repeated (const char *name,
                          const char *head,
                          const char *unit,
                          gsize size,
                          const char *tail);

/* A workbook with one sheet named "Sheet", the rows as XML; styles and shared strings nullable. */
GBytes *
zip_fixture_new_xlsx (const char *rows, const char *styles, const char *strings);

G_END_DECLS
