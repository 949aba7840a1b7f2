/* annex-egress-origins.h
 *
 * Origins that the user opened themselves: exactly a scheme, a host and a port, which are reached
 * although the rules about addresses and ports refuse them. Nothing beside them is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-egress-proxy.h"
#include "annex-http-head.h"

G_BEGIN_DECLS

typedef struct
{
  char *scheme; /* http or https */
  char *host;   /* lower case, an IPv6 address without brackets */
  guint port;
  AnnexEgressOpenFunc open; /* nullable: dialled */
  gpointer data;
  GDestroyNotify free_data;
} AnnexEgressOrigin;

typedef struct _AnnexEgressOrigins AnnexEgressOrigins;

AnnexEgressOrigins *
annex_egress_origins_new (void);
void
annex_egress_origins_free (AnnexEgressOrigins *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexEgressOrigins, annex_egress_origins_free)
/* Adds @origin (taken), in place of one of the same scheme, host and port. */
void
annex_egress_origins_add (AnnexEgressOrigins *self, AnnexEgressOrigin *origin);
void
annex_egress_origins_remove (AnnexEgressOrigins *self,
                             const char *scheme,
                             const char *host,
                             guint port);
/* Is there one of that host and port, whatever its scheme? AnnexHttpHostFunc, for the head filter.
 */
gboolean
annex_egress_origins_has_place (const char *host, guint port, gpointer origins);
/* The one that @request is for; NULL when none is. A plain request is for http only, a tunnel for
 * https, and for http where a page opens a socket. (borrowed) */
const AnnexEgressOrigin *
annex_egress_origins_find (AnnexEgressOrigins *self, const AnnexHttpRequest *request);

G_END_DECLS
