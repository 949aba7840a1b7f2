/* annex-ssh-listener-private.h
 *
 * A port that the guest listens on for Annex: who is called for its connections, on which main
 * context. Reference counted, used by the connection's thread and the app's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

typedef struct _AnnexSshListener AnnexSshListener;

/* A connection that the guest opened. @stream: (transfer none) the app's end. */
typedef void (*AnnexSshAcceptFunc) (GIOStream *stream, gpointer data);

/* @accept is called on @context, and @data is freed there. What the guest opens waits for the
 * window to be drawn, and goes on in small portions: a flood of it takes nobody's turn. */
AnnexSshListener *
annex_ssh_listener_new (guint16 port,
                        GMainContext *context,
                        AnnexSshAcceptFunc accept,
                        gpointer data,
                        GDestroyNotify free_data);
AnnexSshListener *
annex_ssh_listener_ref (AnnexSshListener *self);
void
annex_ssh_listener_unref (AnnexSshListener *self);

guint16
annex_ssh_listener_get_port (AnnexSshListener *self);
/* Hands @fd (taken) over. */
void
annex_ssh_listener_deliver (AnnexSshListener *self, int fd);
/* How many of those are still there, whether the app has seen them yet or not. */
guint
annex_ssh_listener_get_n_held (AnnexSshListener *self);

/* TRUE once the guest listens. (transfer full) */
DexFuture *
annex_ssh_listener_accepted (AnnexSshListener *self) G_GNUC_WARN_UNUSED_RESULT;
/* Settle that; without effect the second time. */
void
annex_ssh_listener_accept (AnnexSshListener *self);
void
annex_ssh_listener_fail (AnnexSshListener *self, const GError *reason);

G_END_DECLS
