/* annex-ask-words.h
 *
 * What the window says about an ask and its answer, and how it writes untrusted text of several
 * lines and the exact target of a permission. Pure; knows no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-inbox.h"
#include "annex-share.h"

G_BEGIN_DECLS

/* @text (nullable: "") for a label or text view of several lines, without markup: as
 * annex_text_for_display, but line breaks stay; at most @max_lines lines, then "…". (transfer full)
 */
char *
annex_ask_words_block (const char *text, guint max_lines);

/* @text (nullable: "") for a label of a few lines: as annex_text_for_display, at most @max_chars.
 * Here and in a block, a word without end may be broken anywhere. (transfer full) */
char *
annex_ask_words_line (const char *text, guint max_chars);

/* A host as it must be read: in its ASCII form (punycode), whatever it was given as; what is no
 * host is spelled with every other character escaped, as in \u{202e}. Never cut. (transfer full) */
char *
annex_ask_words_spell_host (const char *host);
/* A path as it must be read: control and direction characters escaped, every part kept in its own
 * direction. Never cut. (transfer full) */
char *
annex_ask_words_spell_path (const char *path);

/* Text of several lines that is agreed to, a command: control and direction characters escaped,
 * line breaks kept. Never cut. (transfer full) */
char *
annex_ask_words_spell_text (const char *text);
/* FALSE when what @ask wants cannot be permitted at all: a host that is none, a text too long for
 * anyone to judge. Then only refusing it is left. */
gboolean
annex_ask_words_can_allow (AnnexAsk *ask);

/* How a folder is given: "read only". */
const char *
annex_ask_words_mode (AnnexShareMode mode);
/* Does it permit something, so that only the app may draw it? Network, folder, site and consents;
 * a question and a draft do not. */
gboolean
annex_ask_words_is_permission (AnnexAsk *ask);
/* The app's own question: "May Annex’s computer contact example.org?" A target too long to be taken
 * in at a glance is not named in it. (transfer full) */
char *
annex_ask_words_permission (AnnexAsk *ask);
/* What it is about, on one line: the question, the host, the reason. (transfer full) */
char *
annex_ask_words_summary (AnnexAsk *ask);
/* Of a connector's tool: which one, everything it is called with, and, where it has changed since
 * the user agreed to it, what it was and what it is; nothing of it cut or hidden. (transfer full)
 */
char *
annex_ask_words_call (AnnexAsk *ask);
/* What a connector's tool says of its effect; NULL for other asks. (transfer full) */
char *
annex_ask_words_effect (AnnexAsk *ask);
/* Of a host that a task asks for: what the task has read of others and holds of the user's, and
 * what it has sent so far; NULL where the ask does not say. (transfer full) */
char *
annex_ask_words_taint (AnnexAsk *ask);
/* What was answered, in plain words: "You allowed it for this task", "You chose “A, B”".
 * @expired: nobody answered, and @answer (nullable) was taken. (transfer full) */
char *
annex_ask_words_answer (AnnexAsk *ask, JsonObject *answer, gboolean expired);
/* The answer to one question of @ask, for display: labels, own words, "a secret". (transfer full)
 */
char *
annex_ask_words_one_answer (JsonObject *question, JsonObject *answer);
/* A label or header of @question as the user reads it: what Annex itself asks is stored in English,
 * and what is answered with is always the stored label. @words itself where they are another's.
 * (borrowed) */
const char *
annex_ask_words_own (JsonObject *question, const char *words);
/* "Open", "You said no" …: how the inbox names the state. (static) */
const char *
annex_ask_words_state (AnnexInboxState state);
/* The symbolic icon of a kind. (static) */
const char *
annex_ask_words_icon (AnnexAskKind kind);

/* The questions of @ask, borrowed; NULL when it has none. */
JsonArray *
annex_ask_words_questions (AnnexAsk *ask);

G_END_DECLS
