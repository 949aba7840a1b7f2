/* annex-page-args.h
 *
 * The commands of a page and their arguments, which a model wrote: checked before any page sees
 * them. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"

G_BEGIN_DECLS

/* What "give-files" takes; a page that is not in a frame is given files of any size by WebKit. */
#define ANNEX_PAGE_MAX_GIVEN_FILES 20
#define ANNEX_PAGE_MAX_GIVEN_BYTES (8u * 1024 * 1024)

typedef enum {
  ANNEX_PAGE_COMMAND_SNAPSHOT,
  ANNEX_PAGE_COMMAND_FIND,
  ANNEX_PAGE_COMMAND_TEXT,
  ANNEX_PAGE_COMMAND_TABLE,
  ANNEX_PAGE_COMMAND_INSPECT,
  ANNEX_PAGE_COMMAND_BOX,
  ANNEX_PAGE_COMMAND_MARK,
  ANNEX_PAGE_COMMAND_CLICK,
  ANNEX_PAGE_COMMAND_TYPE,
  ANNEX_PAGE_COMMAND_FILL,
  ANNEX_PAGE_COMMAND_SELECT,
  ANNEX_PAGE_COMMAND_PRESS,
  ANNEX_PAGE_COMMAND_HOVER,
  ANNEX_PAGE_COMMAND_DRAG,
  ANNEX_PAGE_COMMAND_SCROLL,
  ANNEX_PAGE_COMMAND_WAIT,
  ANNEX_PAGE_COMMAND_FOCUS_FILE,
  ANNEX_PAGE_COMMAND_GIVE_FILES,
} AnnexPageCommand;

/* FALSE with ANNEX_BROWSER_ERROR_INVALID. */
gboolean
annex_page_command_parse (const char *name, AnnexPageCommand *command, GError **error);
const char *
annex_page_command_name (AnnexPageCommand command);
/* Does it act on the page, so that its answer is what changed? */
gboolean
annex_page_command_acts (AnnexPageCommand command);

/* The arguments that @command takes, of the right types and within limits; others are left out.
 * NULL with ANNEX_BROWSER_ERROR_INVALID, which names the one that is wrong. (transfer full) */
JsonObject *
annex_page_args_check (AnnexPageCommand command, JsonObject *args, GError **error);

G_END_DECLS
