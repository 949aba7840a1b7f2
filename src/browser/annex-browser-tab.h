/* annex-browser-tab.h
 *
 * One tab of the browser pane: a web view, what it shows, and what it waits for. It keeps state for
 * whoever draws it and whoever drives it; which sites may be visited is the pane's business.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-page.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_SECURITY_NONE,      /* nothing loaded */
  ANNEX_SECURITY_SECURE,    /* https with a good certificate */
  ANNEX_SECURITY_PLAIN,     /* http: others on the way can read it */
  ANNEX_SECURITY_LOCAL,     /* on this computer, opened by the user, or Annex's own computer */
  ANNEX_SECURITY_EXCEPTION, /* https with a certificate the user accepted by hand */
} AnnexSecurity;
GType
annex_security_get_type (void) G_GNUC_CONST;
#define ANNEX_TYPE_SECURITY (annex_security_get_type ())

/* Something the page waits for, held open until someone answers. */
typedef enum {
  ANNEX_DIALOG_ALERT,
  ANNEX_DIALOG_CONFIRM,
  ANNEX_DIALOG_PROMPT,
  ANNEX_DIALOG_BEFORE_UNLOAD,
  ANNEX_DIALOG_FILES,      /* the page wants files */
  ANNEX_DIALOG_PERMISSION, /* camera, location … */
  ANNEX_DIALOG_SIGN_IN,    /* HTTP authentication */
} AnnexBrowserDialogKind;
GType
annex_browser_dialog_kind_get_type (void) G_GNUC_CONST;
#define ANNEX_TYPE_BROWSER_DIALOG_KIND (annex_browser_dialog_kind_get_type ())

typedef struct
{
  AnnexBrowserDialogKind kind;
  char *message;    /* of the page, untrusted; of a permission: what is wanted, in our words */
  char *preset;     /* of a prompt; nullable */
  gboolean is_many; /* files: more than one may be chosen */
  char **types;     /* files: MIME types the page asks for; nullable */
  guint serial;     /* of those of its tab: tells it from one that says the same */
} AnnexBrowserDialog;
#define ANNEX_TYPE_BROWSER_DIALOG (annex_browser_dialog_get_type ())
GType
annex_browser_dialog_get_type (void) G_GNUC_CONST;
AnnexBrowserDialog *
annex_browser_dialog_copy (const AnnexBrowserDialog *self);
void
annex_browser_dialog_free (AnnexBrowserDialog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexBrowserDialog, annex_browser_dialog_free)

/* Properties, read-only and notified: "title" (string, "" when none), "uri" (string, "" when
 * empty: the page's, or where the user or the agent sent it, or what could not be loaded), "favicon" (GdkTexture, nullable), "loading", "progress" (double, 0 to 1), "security"
 * (AnnexSecurity), "can-go-back", "can-go-forward", "dialog" (AnnexBrowserDialog, nullable),
 * "failure" (GError of ANNEX_BROWSER_ERROR, nullable: why the page is not there), "zoom" (double),
 * "responsive" (does the page answer?).
 * Signals: "settled" (): nothing loads and no navigation waits for a decision any more. "ended" ():
 * its page did not let go when the tab was sent elsewhere, and was ended. */
#define ANNEX_TYPE_BROWSER_TAB (annex_browser_tab_get_type ())
G_DECLARE_FINAL_TYPE (AnnexBrowserTab, annex_browser_tab, ANNEX, BROWSER_TAB, GObject)

/* A number that stays with the tab, from 1. */
guint
annex_browser_tab_get_id (AnnexBrowserTab *self);
/* Borrowed; the one widget of the tab. */
WebKitWebView *
annex_browser_tab_get_view (AnnexBrowserTab *self);
/* The page as structure (borrowed). */
AnnexPage *
annex_browser_tab_get_page (AnnexBrowserTab *self);

const char *
annex_browser_tab_get_title (AnnexBrowserTab *self);
const char *
annex_browser_tab_get_uri (AnnexBrowserTab *self);
/* Whose page is shown: not where it is on its way to. */
const char *
annex_browser_tab_get_page_uri (AnnexBrowserTab *self);
GdkTexture *
annex_browser_tab_get_favicon (AnnexBrowserTab *self);
gboolean
annex_browser_tab_is_loading (AnnexBrowserTab *self);
double
annex_browser_tab_get_progress (AnnexBrowserTab *self);
AnnexSecurity
annex_browser_tab_get_security (AnnexBrowserTab *self);
const GError *
annex_browser_tab_get_failure (AnnexBrowserTab *self);
/* Where the load that failed was going; NULL without a failure. */
const char *
annex_browser_tab_get_failed_uri (AnnexBrowserTab *self);

/* The open dialog; NULL when there is none. While it is open the page's scripts stand still. */
const AnnexBrowserDialog *
annex_browser_tab_get_dialog (AnnexBrowserTab *self);
/* Answers it: @accept is OK, Leave, Allow; @text (nullable) what a prompt gets. FALSE with
 * NOT_FOUND when none is open, INVALID for files and sign-in with @accept. */
gboolean
annex_browser_tab_answer_dialog (AnnexBrowserTab *self,
                                 gboolean accept,
                                 const char *text,
                                 GError **error);
/* Answers a sign-in, the user's own hand only. */
void
annex_browser_tab_answer_sign_in (AnnexBrowserTab *self, const char *user, const char *password);
/* Answers the open file chooser with files of this machine (absolute paths). */
gboolean
annex_browser_tab_answer_files (AnnexBrowserTab *self, const char *const *paths, GError **error);

void
annex_browser_tab_go_back (AnnexBrowserTab *self);
void
annex_browser_tab_go_forward (AnnexBrowserTab *self);
/* Also after a failure or a crash. */
void
annex_browser_tab_reload (AnnexBrowserTab *self);
void
annex_browser_tab_stop (AnnexBrowserTab *self);
/* 0.3 to 5. */
void
annex_browser_tab_set_zoom (AnnexBrowserTab *self, double zoom);

/* Its page may open windows without a person's hand: while Annex acts in it. */
void
annex_browser_tab_set_may_open (AnnexBrowserTab *self, gboolean may_open);
/* FALSE once WebKit has waited in vain for the page's process, until it answers. */
gboolean
annex_browser_tab_is_responsive (AnnexBrowserTab *self);
/* The user ends the page's process. Where the tab was sent comes then, else it has crashed. */
void
annex_browser_tab_end (AnnexBrowserTab *self);
/* Was its page ended because it did not let go when the tab was sent elsewhere? Told once. */
gboolean
annex_browser_tab_take_ended (AnnexBrowserTab *self);

/* Waits until nothing loads and no navigation waits for the user, a dialog is open, or the load
 * failed. The user's thinking does not count as time. Resolves to TRUE; rejects with the failure,
 * TIMED_OUT after @timeout_ms (0: 60 000), G_IO_ERROR_CANCELLED. */
DexFuture *
annex_browser_tab_wait_settled (AnnexBrowserTab *self,
                                guint timeout_ms,
                                DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
