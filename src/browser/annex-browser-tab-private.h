/* annex-browser-tab-private.h
 *
 * What the files of a tab share, and what the pane that owns it decides for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-browser-tab.h"

G_BEGIN_DECLS

/* The pane's say. All are called on the main thread and may be NULL. */
typedef struct
{
  /* A load has begun, to @uri. */
  void (*started) (AnnexBrowserTab *tab, const char *uri, gpointer data);
  /* Another page is shown, or none any more. */
  void (*committed) (AnnexBrowserTab *tab, gpointer data);
  /* The guard's rules stopped a load of @uri: TRUE when the pane takes it from here. */
  gboolean (*blocked) (AnnexBrowserTab *tab, const char *uri, gpointer data);
  /* TRUE when @request came from our own proxy and is answered. */
  gboolean (*answer_proxy) (AnnexBrowserTab *tab,
                            WebKitAuthenticationRequest *request,
                            gpointer data);
  /* May the page ask the user for a permission at all? */
  gboolean (*may_ask) (AnnexBrowserTab *tab, gpointer data);
  /* May @host, which is not always the page's own, ask the user for a name and a password? */
  gboolean (*may_sign_in) (AnnexBrowserTab *tab, const char *host, guint port, gpointer data);
} AnnexBrowserTabHooks;

typedef struct _AnnexBrowserLeave AnnexBrowserLeave;

struct _AnnexBrowserTab
{
  GObject parent_instance;

  guint id;
  WebKitWebView *view;
  AnnexPage *page;
  const AnnexBrowserTabHooks *hooks;
  gpointer hooks_data;

  char *title;
  char *uri;      /* what is said of where it is */
  char *page_uri; /* whose page it is: of the load that was committed last */
  char *wanted;   /* nullable: where the user or the agent sent it, until that comes */
  guint n_pages;  /* loads that were committed */
  guint n_sent;   /* counts where the user and the agent sent it, and that they stopped it */
  AnnexBrowserLeave *leave; /* nullable: on the way from the page there is, until another comes */
  guint n_emptied;          /* that an empty page is on its way, by which it is left */
  gboolean is_ending;       /* the page's process, by us */
  gboolean was_ended;       /* the page before; the agent was not told yet */
  guint ended_pages;        /* @n_pages, then */
  AnnexSecurity security;
  GError *failure;
  char *failed_uri;
  gboolean is_crashed; /* or was ended: until a load begins, no process runs */
  char *excepted_host; /* nullable: whose certificate is the user's exception */
  char *opener;        /* nullable: the address of the page that opened it */
  guint family;        /* the same for all tabs that pages opened from one another */

  /* The pane's. */
  gboolean may_open;    /* windows: Annex acts in it */
  gboolean is_touched;  /* by the user's hand, since Annex drove last */
  char *asked_computer; /* nullable: a page of the computer's that it is on its way to */

  guint n_waiting;     /* navigations that wait for a decision */
  DexPromise *settled; /* non-NULL while something is awaited */

  AnnexBrowserDialog *dialog;
  guint n_dialogs;
  WebKitScriptDialog *script_dialog;
  WebKitFileChooserRequest *file_request;
  WebKitPermissionRequest *permission;
  WebKitAuthenticationRequest *sign_in;
  char **upload; /* what the next file chooser gets */
};

/* @view (floating is sunk): of the pane's session. */
AnnexBrowserTab *
annex_browser_tab_new (guint id,
                       WebKitWebView *view,
                       const AnnexBrowserTabHooks *hooks,
                       gpointer data);
/* The load of @uri (nullable: what is shown) ends with @error (taken). */
void
annex_browser_tab_fail (AnnexBrowserTab *self, const char *uri, GError *error);
void
annex_browser_tab_clear_failure (AnnexBrowserTab *self);
/* The user or the agent sends it to @uri. */
void
annex_browser_tab_load (AnnexBrowserTab *self, const char *uri);
/* Where a step back leads; NULL: to nothing, or to what is behind a failure. (borrowed) */
WebKitBackForwardListItem *
annex_browser_tab_find_back (AnnexBrowserTab *self);
/* A navigation waits for a decision, or no longer does. */
void
annex_browser_tab_hold (AnnexBrowserTab *self);
void
annex_browser_tab_release (AnnexBrowserTab *self);
gboolean
annex_browser_tab_is_settled (AnnexBrowserTab *self);
/* Its page did not let go, and was ended. */
void
annex_browser_tab_emit_ended (AnnexBrowserTab *self);
/* Wakes whoever waits for the tab. */
void
annex_browser_tab_wake (AnnexBrowserTab *self);
/* The user takes the certificate of @host. */
void
annex_browser_tab_set_excepted (AnnexBrowserTab *self, const char *host);
/* The page that opened it, and may write into it as long as it is empty. */
void
annex_browser_tab_set_opener (AnnexBrowserTab *self, const char *uri);
/* The tab is closed: dialogs are answered no, the view is let go. */
void
annex_browser_tab_shut (AnnexBrowserTab *self);

/* In annex-browser-tab-leave.c. */
/* Sends it to @uri, to an entry of its history, or to its page anew. A page that does not let go is
 * ended for that. */
void
annex_browser_tab_send (AnnexBrowserTab *self, const char *uri);
void
annex_browser_tab_send_to (AnnexBrowserTab *self, WebKitBackForwardListItem *item);
void
annex_browser_tab_send_again (AnnexBrowserTab *self);
/* It is there, or goes nowhere any more; not while its page is being ended, of which WebKit says
 * that too. */
void
annex_browser_tab_stay (AnnexBrowserTab *self);
/* It goes nowhere any more. */
void
annex_browser_tab_drop_leave (AnnexBrowserTab *self);
/* Was it sent elsewhere, and nothing has come yet? */
gboolean
annex_browser_tab_is_leaving (AnnexBrowserTab *self);
/* Ends the page's process; what the tab was sent to comes then, else nothing is shown. */
void
annex_browser_tab_end_page (AnnexBrowserTab *self);
/* The same from the main loop, where the tab is still leaving then. */
void
annex_browser_tab_end_page_soon (AnnexBrowserTab *self);
/* The process has been ended. */
void
annex_browser_tab_go_on (AnnexBrowserTab *self);

/* In annex-browser-tab-load.c. */
/* Where the user or the agent sent it; nullable. */
void
annex_browser_tab_set_wanted (AnnexBrowserTab *self, const char *uri);
/* The page that was shown is there no more, and no other yet. */
void
annex_browser_tab_forget_page (AnnexBrowserTab *self);
void
annex_browser_tab_connect_load (AnnexBrowserTab *self);

/* In annex-browser-tab-dialogs.c. */
/* What the open dialog says, with its kind: "confirm: Delete it?". Untrusted. (transfer full,
 * nullable) */
char *
annex_browser_tab_dup_dialog (AnnexBrowserTab *self);
void
annex_browser_tab_connect_dialogs (AnnexBrowserTab *self);
void
annex_browser_tab_drop_dialog (AnnexBrowserTab *self);
void
annex_browser_tab_notify_dialog (AnnexBrowserTab *self);

G_END_DECLS
