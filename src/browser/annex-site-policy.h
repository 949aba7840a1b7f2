/* annex-site-policy.h
 *
 * Pure rules of the browser pane: what a site is, which addresses may be opened at all, and which
 * actions on a page are asked for whatever was allowed, or never done. No I/O, table-tested.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_ADDRESS_SITE,    /* http or https to a public name: the user is asked about its site */
  ANNEX_ADDRESS_LOCAL,   /* loopback, private, other ports: only an origin that the user opened */
  ANNEX_ADDRESS_EMPTY,   /* about:blank, about:srcdoc */
  ANNEX_ADDRESS_REFUSED, /* file:, data:, javascript:, custom schemes, malformed */
} AnnexAddressKind;

/* What @uri is. *@site (nullable pointer; transfer full): of a SITE its host in normal form without
 * a leading "www.", which is what the user allows; of LOCAL its origin; else NULL. */
AnnexAddressKind
annex_site_policy_judge_address (const char *uri, char **site);
/* The sites that @text names, as judge_address has them, each once, in order and no more than @max:
 * whole addresses, and bare names that no file would have ("www.example.org", "shop.example.com";
 * not "report.md"). (transfer full; char *) */
GPtrArray *
annex_site_policy_find_sites (const char *text, guint max);
/* "https://example.org:8443" in normal form, default ports left out; NULL when it is no http or
 * https address. (transfer full) */
char *
annex_site_policy_dup_origin (const char *uri);
/* The scheme, host and port of an origin. FALSE when malformed. */
gboolean
annex_site_policy_split_origin (const char *origin, char **scheme, char **host, guint *port);

typedef enum {
  ANNEX_ACTION_FREE,  /* nothing to ask: moving about, reading, typing what is nobody's secret */
  ANNEX_ACTION_ASK,   /* the user is asked, whatever was allowed */
  ANNEX_ACTION_NEVER, /* is never done by Annex: the user takes over */
} AnnexActionVerdict;

typedef enum {
  ANNEX_ACTION_NOTHING,
  ANNEX_ACTION_PAY,
  ANNEX_ACTION_BUY,
  ANNEX_ACTION_SIGN_UP,
  ANNEX_ACTION_SEND,
  ANNEX_ACTION_DELETE,
  ANNEX_ACTION_ACCEPT_TERMS,
  ANNEX_ACTION_PERSONAL_DATA,
  ANNEX_ACTION_CAPTCHA,
  ANNEX_ACTION_PASSWORD,
  ANNEX_ACTION_CARD,
} AnnexActionKind;

/* Judges @command (the name of an annex_page_run action, or "dialog": to accept one) on the element
 * that @inspect, the detail of its "inspect", describes. @inspect may be NULL: judged as an unknown
 * element. *@kind (nullable pointer) says what it would be. */
AnnexActionVerdict
annex_site_policy_judge_action (const char *command, JsonObject *inspect, AnnexActionKind *kind);
/* "pay", "sign-up" …, for events and tests. */
const char *
annex_action_kind_name (AnnexActionKind kind);

G_END_DECLS
