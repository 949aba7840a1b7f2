/* annex-page.h
 *
 * One page of the browser pane as the agent sees and uses it: the accessible tree as text with
 * references, and actions on those references. The page scripts (page/) run in an isolated script
 * world of every frame; what they return is untrusted, as the page is.
 *
 * It knows no policy: whoever calls has asked whether this site may be used.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser.h"

#include <webkit/webkit.h>

G_BEGIN_DECLS

/* What a page script answered. */
#define ANNEX_TYPE_PAGE_ANSWER (annex_page_answer_get_type ())
typedef struct
{
  char *text;         /* for the model: the snapshot, what changed, the text, the table as CSV */
  JsonObject *detail; /* nullable: what the app itself needs: {"box": [x, y, w, h]}, {"form": …} */
} AnnexPageAnswer;
GType
annex_page_answer_get_type (void) G_GNUC_CONST;
AnnexPageAnswer *
annex_page_answer_new (const char *text, JsonObject *detail);
AnnexPageAnswer *
annex_page_answer_copy (const AnnexPageAnswer *self);
void
annex_page_answer_free (AnnexPageAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexPageAnswer, annex_page_answer_free)

/* Puts the page scripts into @manager, before the view that uses it is made. Views
 * that share one are told apart by asking them; of several that are open at once, new frames inside their
 * pages are not heard. */
void
annex_page_prepare (WebKitUserContentManager *manager);

#define ANNEX_TYPE_PAGE (annex_page_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPage, annex_page, ANNEX, PAGE, GObject)

/* @view: made with a prepared content manager; held weakly. To be made before anyone else listens to the
 * view's "script-dialog", so that an action that opens a dialog ends with that. */
AnnexPage *
annex_page_new (WebKitWebView *view);

/* Runs one command of the page scripts with @args (transfer none), of the names and inputs in
 * design.md §4; at most @timeout_ms (0: 10 000) in all, and what a page needs to come to rest.
 *
 * Looking: "snapshot" {target?, depth?}; "find" {text}; "text" {target?}; "table" {target} as CSV.
 *
 * For the app: "inspect" {target?}, without a target what has the focus; detail: role, name, tag, type,
 * submits (boolean), words (of pay, buy, account, signin, delete, send, accept, transfer), url, box,
 * field (password, code, card, bank, identity, birthday, email, phone, address, name, file, text, …),
 * form {name, action, method, fields: {kind: count}, filled: {kind: count}}, link, newWindow, download
 * (the name, or true). "box" {target}: scrolled into view, detail {box: [x, y, width, height]}. "mark"
 * {target?}: a ring around it, for the user's eyes; without a target none any more.
 *
 * Acting: "click" {target, button?, double?, text?, modifiers?}, "type" {target, text, submit?}, "fill"
 * {fields: [{target, value}]}, "select" {target, values}, "press" {key, target?}, "hover" {target},
 * "drag" {from, to?, place?, offset?}, "scroll" {target?, direction?, pages?}, "wait" {text?, text_gone?,
 * time_s?}, "focus-file" {target} (opens the file chooser, which the app answers; detail {field, multiple,
 * accept}). An action waits until its element can be acted on, acts, waits until the page is at rest, and
 * answers with what changed; a new page is told whole. When a dialog opens it answers at once, with detail
 * {dialog: true}: the page stands still until that is answered.
 *
 * Resolves to an AnnexPageAnswer (boxed); rejects with ANNEX_BROWSER_ERROR or G_IO_ERROR_CANCELLED. */
DexFuture *
annex_page_run (AnnexPage *self,
                const char *command,
                JsonObject *args,
                guint timeout_ms,
                DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* The view goes: nothing more is heard of it. */
void
annex_page_leave (AnnexPage *self);
/* Forgets what the model was shown: the next "what changed" is a whole snapshot. */
void
annex_page_forget (AnnexPage *self);

G_END_DECLS
