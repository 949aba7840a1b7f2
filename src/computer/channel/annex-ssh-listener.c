/* annex-ssh-listener.c
 *
 * See annex-ssh-listener-private.h. Knows nothing of SSH.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-listener-private.h"

#include <glib/gstdio.h>

struct _AnnexSshListener
{
  gatomicrefcount ref_count;
  guint16 port;
  GMainContext *context;
  AnnexSshAcceptFunc accept;
  gpointer data;
  GDestroyNotify free_data;
  DexPromise *accepted;
};

typedef struct
{
  AnnexSshListener *listener;
  int fd;
} Arrival;

AnnexSshListener *
annex_ssh_listener_new (guint16 port,
                        GMainContext *context,
                        AnnexSshAcceptFunc accept,
                        gpointer data,
                        GDestroyNotify free_data)
{
  AnnexSshListener *self = g_new0 (AnnexSshListener, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->port = port;
  self->context = g_main_context_ref (context);
  self->accept = accept;
  self->data = data;
  self->free_data = free_data;
  self->accepted = dex_promise_new ();
  return self;
}

AnnexSshListener *
annex_ssh_listener_ref (AnnexSshListener *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/* Not g_main_context_invoke: it runs the function right here, in the connection's thread, when
 * nobody happens to own the context at that moment. */
static void
run_on (GMainContext *context, GSourceFunc func, gpointer data, GDestroyNotify free_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, free_data);
  g_source_attach (source, context);
}

static gboolean
free_cb (gpointer user)
{
  AnnexSshListener *self = user;

  if (self->free_data != NULL)
    self->free_data (self->data);
  dex_clear (&self->accepted);
  g_main_context_unref (self->context);
  g_free (self);
  return G_SOURCE_REMOVE;
}

void
annex_ssh_listener_unref (AnnexSshListener *self)
{
  g_autoptr (GMainContext) context = NULL;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  context = g_main_context_ref (self->context);
  run_on (context, free_cb, self, NULL);
}

guint16
annex_ssh_listener_get_port (AnnexSshListener *self)
{
  return self->port;
}

static gboolean
arrival_cb (gpointer user)
{
  Arrival *arrival = user;

  arrival->listener->accept (g_steal_fd (&arrival->fd), arrival->listener->data);
  return G_SOURCE_REMOVE;
}

static void
arrival_free (gpointer user)
{
  Arrival *arrival = user;

  g_clear_fd (&arrival->fd, NULL);
  annex_ssh_listener_unref (arrival->listener);
  g_free (arrival);
}

void
annex_ssh_listener_deliver (AnnexSshListener *self, int fd)
{
  Arrival *arrival = g_new0 (Arrival, 1);

  arrival->listener = annex_ssh_listener_ref (self);
  arrival->fd = fd;
  run_on (self->context, arrival_cb, arrival, arrival_free);
}

DexFuture *
annex_ssh_listener_accepted (AnnexSshListener *self)
{
  return dex_ref (DEX_FUTURE (self->accepted));
}

void
annex_ssh_listener_accept (AnnexSshListener *self)
{
  if (dex_future_is_pending (DEX_FUTURE (self->accepted)))
    dex_promise_resolve_boolean (self->accepted, TRUE);
}

void
annex_ssh_listener_fail (AnnexSshListener *self, const GError *reason)
{
  if (dex_future_is_pending (DEX_FUTURE (self->accepted)))
    dex_promise_reject (self->accepted, g_error_copy (reason));
}
