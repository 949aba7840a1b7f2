/* annex-taint.h
 *
 * The rule of two: a task that has read what strangers wrote, and holds data of the user's, gets no
 * new way out without the user's fresh word. What was read may have told it to send the data away,
 * and a rule that was made before knows nothing of either.
 *
 * Both only ever grow: what was read is not unread, and of a folder that was taken back the
 * computer may hold a copy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_TAINT_NONE = 0,
  ANNEX_TAINT_UNTRUSTED = 1 << 0, /* has read web pages, answers of connectors or of other hosts, or
                                   * was imported */
  ANNEX_TAINT_PRIVATE = 1 << 1,   /* has or had a folder, single files, pictures, a secret, or a
                                   * connector's answers */
} AnnexTaint;

#define ANNEX_TAINT_BOTH (ANNEX_TAINT_UNTRUSTED | ANNEX_TAINT_PRIVATE)

/* What a source of an untrusted-read event begins with. */
#define ANNEX_SOURCE_WEB "web"
#define ANNEX_SOURCE_CONNECTOR "connector:"
/* What it says of its tools, or why it does not work: nothing of the user's is in that. */
#define ANNEX_SOURCE_TOOLS "tools:"
#define ANNEX_SOURCE_HOST "host:"
/* What an imported task says, and what is said again of it, was written elsewhere. */
#define ANNEX_SOURCE_IMPORT "import"

/* Of a data-given event. */
#define ANNEX_GIVEN_FILES "files"
#define ANNEX_GIVEN_SECRET "secret"
/* Where single files that the user hands over are in the computer: a user message names each. */
#define ANNEX_TAINT_FILES_FOLDER "/home/agent/inbox"

/* @taint after an event of @type; those that say nothing of it leave it as it is. */
AnnexTaint
annex_taint_after (AnnexTaint taint, AnnexEventType type, JsonObject *data);

G_END_DECLS
