/* annex-page-tool-private.h
 *
 * Shared by the files of the page tools: one call at the wheel, and how its result is made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-wheel.h"
#include "annex-page-tool.h"

G_BEGIN_DECLS

/* Of one result; design.md's snapshot stays below it on nearly every page. */
#define ANNEX_PAGE_RESULT_MAX_CHARS 40000

/* One call. */
typedef struct
{
  AnnexBrowserPane *pane;
  const AnnexToolCall *call;
  AnnexBrowserTab *tab; /* nullable: none is open yet */
  GString *notes;       /* lines for the top of the result, untrusted like the rest */
} AnnexPageTurn;

typedef AnnexBlock *(*AnnexPageToolFunc) (AnnexPageTurn *turn, GError **error);

typedef enum {
  ANNEX_PAGE_TOOL_NEEDS_PAGE = 1 << 0,  /* a tab must be open, and the agent be allowed to see it */
  ANNEX_PAGE_TOOL_WITH_DIALOG = 1 << 1, /* also while a dialog is open */
  ANNEX_PAGE_TOOL_LEAVES_PAGE = 1 << 2, /* also then, and when the page has crashed */
} AnnexPageToolFlags;

typedef struct
{
  const char *name;
  const char *description;
  const char *schema;
  const char *activity; /* for the pane; N_() */
  AnnexPageToolFlags flags;
  AnnexPageToolFunc func;
} AnnexPageToolSpec;

extern const AnnexPageToolSpec annex_page_tool_back;
extern const AnnexPageToolSpec annex_page_tool_click;
extern const AnnexPageToolSpec annex_page_tool_dialog;
extern const AnnexPageToolSpec annex_page_tool_drag;
extern const AnnexPageToolSpec annex_page_tool_fill;
extern const AnnexPageToolSpec annex_page_tool_find;
extern const AnnexPageToolSpec annex_page_tool_hover;
extern const AnnexPageToolSpec annex_page_tool_open;
extern const AnnexPageToolSpec annex_page_tool_press;
extern const AnnexPageToolSpec annex_page_tool_screenshot;
extern const AnnexPageToolSpec annex_page_tool_scroll;
extern const AnnexPageToolSpec annex_page_tool_select;
extern const AnnexPageToolSpec annex_page_tool_snapshot;
extern const AnnexPageToolSpec annex_page_tool_table;
extern const AnnexPageToolSpec annex_page_tool_tabs;
extern const AnnexPageToolSpec annex_page_tool_text;
extern const AnnexPageToolSpec annex_page_tool_type;
extern const AnnexPageToolSpec annex_page_tool_upload;
extern const AnnexPageToolSpec annex_page_tool_wait;

/* ---- a turn; all of it in the call's fiber */

/* In plain words in the pane: @format with the page's site. */
void
annex_page_turn_show (AnnexPageTurn *turn, const char *activity);
/* May the agent look at the tab's page? REFUSED when it is the user's own. */
gboolean
annex_page_turn_may_look (AnnexPageTurn *turn, GError **error);
/* The host of the tab's page, "" when there is none. (transfer full) */
char *
annex_page_turn_dup_host (AnnexPageTurn *turn);
/* Runs a command that only looks. (transfer full) */
AnnexPageAnswer *
annex_page_turn_look (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error);
/* Judges @command on @targets (NULL-terminated; none: what has the focus), asks what must be asked,
 * and marks the first of them. FALSE with ANNEX_BROWSER_ERROR_REFUSED. What only the user may do is
 * left to them: then *@by_user is TRUE. */
gboolean
annex_page_turn_judge (AnnexPageTurn *turn,
                       const char *command,
                       const char *const *targets,
                       gboolean *by_user,
                       GError **error);
/* Acts, and makes the result of what came of it: changes, another page, a dialog, downloads. What a
 * person's hand may do to the page, too, may open one window. */
AnnexBlock *
annex_page_turn_act (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error);
/* The same of what is no act on the page: to wait, to scroll. */
AnnexBlock *
annex_page_turn_watch (AnnexPageTurn *turn, const char *command, JsonObject *args, GError **error);
/* The result after the page was left or an action was answered elsewhere: a look at what is there.
 */
AnnexBlock *
annex_page_turn_arrive (AnnexPageTurn *turn, GError **error);
/* A result in a frame, with address and notes. @text untrusted; @picture nullable. */
AnnexBlock *
annex_page_turn_result (AnnexPageTurn *turn, const char *text, GBytes *picture);
/* Adds what was downloaded since to the notes, and hands it into the computer. FALSE with an error.
 */
gboolean
annex_page_turn_take_downloads (AnnexPageTurn *turn, GError **error);
/* The dialog that is open in the tab, in words; NULL when there is none. (transfer full) */
char *
annex_page_turn_dup_dialog (AnnexPageTurn *turn);
/* Asks the user to do something by themselves in the pane, and waits until they say so or hand back.
 * @what: a sentence that says what the page wants, in the user's language. FALSE with ANNEX_BROWSER_ERROR_REFUSED. */
gboolean
annex_page_turn_leave_to_user (AnnexPageTurn *turn, const char *what, GError **error);

/* A needed string of the input. NULL with INVALID. (borrowed) */
const char *
annex_page_turn_get_string (AnnexPageTurn *turn, const char *name, GError **error);

G_END_DECLS
