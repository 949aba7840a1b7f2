/* annex-ssh-listener.c
 *
 * See annex-ssh-listener-private.h. Knows nothing of SSH.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ssh-listener-private.h"

#include <unistd.h>

/* Below the redrawing of the window (120), above what may wait for ever. */
#define ARRIVAL_PRIORITY (G_PRIORITY_HIGH_IDLE + 30)
#define ARRIVALS_A_TURN 16

struct _AnnexSshListener
{
  gatomicrefcount ref_count;
  guint16 port;
  GMainContext *context;
  AnnexSshAcceptFunc accept;
  gpointer data;
  GDestroyNotify free_data;
  DexPromise *accepted;
  int n_held; /* atomic: delivered, and not finalized by the app */

  GMutex mutex;          /* guards the next two */
  GQueue arrivals;       /* of descriptors, which are never 0 */
  gboolean is_announced; /* a source is there for them */
};

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
  g_mutex_init (&self->mutex);
  g_queue_init (&self->arrivals);
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
run_on (GMainContext *context,
        int priority,
        GSourceFunc func,
        gpointer data,
        GDestroyNotify free_data)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, priority);
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
  g_mutex_clear (&self->mutex);
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
  run_on (context, G_PRIORITY_DEFAULT, free_cb, self, NULL);
}

guint16
annex_ssh_listener_get_port (AnnexSshListener *self)
{
  return self->port;
}

static void
release (gpointer user)
{
  AnnexSshListener *self = user;

  g_atomic_int_add (&self->n_held, -1);
  annex_ssh_listener_unref (self);
}

static void
accept_one (AnnexSshListener *self, int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (GSocketConnection) connection = NULL;

  if (socket == NULL)
    {
      /* No more than a descriptor was there for it; the guest sees its connection close. */
      close (fd);
      g_atomic_int_add (&self->n_held, -1);
      return;
    }
  connection = g_socket_connection_factory_create_connection (socket);
  g_object_set_data_full (G_OBJECT (connection), "annex-ssh-listener",
                          annex_ssh_listener_ref (self), release);
  self->accept (G_IO_STREAM (connection), self->data);
}

static gboolean
arrivals_cb (gpointer user)
{
  AnnexSshListener *self = user;
  gboolean has_more;
  guint i;

  for (i = 0; i < ARRIVALS_A_TURN; i++)
    {
      int fd;

      g_mutex_lock (&self->mutex);
      fd = GPOINTER_TO_INT (g_queue_pop_head (&self->arrivals));
      self->is_announced = fd != 0;
      g_mutex_unlock (&self->mutex);
      if (fd == 0)
        return G_SOURCE_REMOVE;
      accept_one (self, fd);
    }
  g_mutex_lock (&self->mutex);
  has_more = self->is_announced = !g_queue_is_empty (&self->arrivals);
  g_mutex_unlock (&self->mutex);
  return has_more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

void
annex_ssh_listener_deliver (AnnexSshListener *self, int fd)
{
  gboolean is_announced;

  g_atomic_int_inc (&self->n_held);
  g_mutex_lock (&self->mutex);
  g_queue_push_tail (&self->arrivals, GINT_TO_POINTER (fd));
  is_announced = self->is_announced;
  self->is_announced = TRUE;
  g_mutex_unlock (&self->mutex);
  if (!is_announced)
    run_on (self->context, ARRIVAL_PRIORITY, arrivals_cb, annex_ssh_listener_ref (self),
            (GDestroyNotify) annex_ssh_listener_unref);
}

guint
annex_ssh_listener_get_n_held (AnnexSshListener *self)
{
  return (guint) g_atomic_int_get (&self->n_held);
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
