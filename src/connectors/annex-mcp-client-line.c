/* annex-mcp-client-line.c
 *
 * AnnexMcpClient's line to its server: opened, lost, closed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-mcp-client-private.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

static void
message_cb (AnnexMcpTransport *transport, AnnexRpcMessage *message, gpointer data)
{
  AnnexMcpClient *self = data;

  if (transport == self->transport)
    annex_mcp_client_take_message (self, message);
}

AnnexMcpTransport *
annex_mcp_client_let_go (AnnexMcpClient *self)
{
  AnnexMcpTransport *transport = g_steal_pointer (&self->transport);

  if (transport != NULL)
    g_signal_handlers_disconnect_by_data (transport, self);
  return transport;
}

/* Whoever stops the client waits for this, too: nothing of a line outlives it. */
static void
begin_close (AnnexMcpClient *self, AnnexMcpTransport *line)
{
  DexFuture *closing = annex_mcp_transport_close (line);

  if (self->closing != NULL && dex_future_is_pending (self->closing))
    closing = dex_future_all (closing, g_steal_pointer (&self->closing), NULL);
  dex_clear (&self->closing);
  self->closing = annex_future_keep (closing);
}

void
annex_mcp_client_end (AnnexMcpClient *self, GError *error)
{
  g_autoptr (AnnexMcpClient) kept = g_object_ref (self);
  g_autoptr (AnnexMcpTransport) line = annex_mcp_client_let_go (self);

  self->listening = FALSE;
  g_clear_error (&self->end);
  self->end = error;
  if (line != NULL)
    begin_close (self, line);
  annex_mcp_client_fail_pending (self, error);
  /* A start that is under way fails by its own request, or sees that its line is gone. */
  if (self->starting != NULL && !dex_future_is_pending (self->starting))
    {
      dex_clear (&self->starting);
      annex_mcp_client_emit_ended (self, error);
    }
}

static void
closed_cb (AnnexMcpTransport *transport, GError *error, gpointer data)
{
  AnnexMcpClient *self = data;

  if (transport == self->transport)
    annex_mcp_client_end (self, g_error_copy (error));
}

GError *
annex_mcp_client_switched_off (void)
{
  return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                           N_ ("It was switched off."));
}

gboolean
annex_mcp_client_check_line (AnnexMcpClient *self, GError **error)
{
  if (self->transport != NULL)
    return TRUE;
  if (self->n_stopping > 0 || self->end == NULL)
    g_propagate_error (error, annex_mcp_client_switched_off ());
  else
    g_propagate_error (error, g_error_copy (self->end));
  return FALSE;
}

/* A line that is opened when nobody wants it any more. */
static DexFuture *
late_fiber (gpointer data)
{
  g_autoptr (AnnexMcpTransport) transport = dex_await_object (dex_ref (data), NULL);

  if (transport != NULL)
    dex_await (annex_mcp_transport_close (transport), NULL); /* it resolves */
  return dex_future_new_true ();
}

gboolean
annex_mcp_client_open_line (AnnexMcpClient *self, GError **error)
{
  g_autoptr (DexFuture) opening = NULL;
  AnnexMcpTransport *transport = NULL;

  if (self->n_stopping == 0)
    {
      /* The computer it runs in may have to start first. */
      opening = annex_future_keep (self->open (self->open_data));
      dex_await (dex_future_first (dex_ref (opening), dex_ref (DEX_FUTURE (self->stop)), NULL),
                 NULL); /* which of them it was is seen below */
    }
  if (self->n_stopping > 0)
    {
      if (opening != NULL)
        annex_fiber_start (late_fiber, dex_ref (opening), dex_unref);
      g_propagate_error (error, annex_mcp_client_switched_off ());
      return FALSE;
    }
  transport = dex_await_object (g_steal_pointer (&opening), error);
  if (transport == NULL)
    {
      annex_error_normalise (error);
      return FALSE;
    }
  g_clear_error (&self->end);
  self->transport = transport;
  g_signal_connect (self->transport, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->transport, "closed", G_CALLBACK (closed_cb), self);
  return TRUE;
}

void
annex_mcp_client_close_line (AnnexMcpClient *self)
{
  g_autoptr (AnnexMcpTransport) transport = annex_mcp_client_let_go (self);

  if (transport != NULL)
    dex_await (annex_mcp_transport_close (transport), NULL); /* it resolves */
}
