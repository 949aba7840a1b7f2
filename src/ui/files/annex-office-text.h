/* annex-office-text.h
 *
 * The words of a document (docx, odt), or of slides (pptx, odp): one line a paragraph. Pure; for
 * worker threads; what it reads is untrusted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_OFFICE_MAX_TEXT (900 * 1024)

/* @cut is set when there was more. Fails with G_IO_ERROR_INVALID_DATA or NO_SPACE. (transfer full)
 */
GBytes *
annex_office_text_read (GBytes *bytes, gboolean *cut, GError **error);

G_END_DECLS
