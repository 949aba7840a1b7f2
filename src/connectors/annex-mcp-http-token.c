/* annex-mcp-http-token.c
 *
 * What AnnexMcpHttp shows to the service, and what it says when that is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-mcp-http-private.h"
#include "annex-oauth-metadata.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

GError *
annex_mcp_http_explain (AnnexMcpHttp *self, const GError *cause)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_ENDED,
                             N_ ("The connection was closed."));
  if (cause->domain == G_TLS_ERROR)
    return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                             N_ ("The secure connection to %s was refused: %s."),
                             g_uri_get_host (self->address), cause->message);
  if (cause->domain == G_RESOLVER_ERROR)
    return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                             N_ ("The name %s was not found; check the network and the address."),
                             g_uri_get_host (self->address));
  return annex_spoken_new (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                           N_ ("%s cannot be reached: %s."), g_uri_get_host (self->address),
                           cause->message);
}

/* Is it the permission that is missing, and can be asked for (RFC 6750 §3.1)? */
static gboolean
wants_more (AnnexMcpHttp *self)
{
  g_autoptr (AnnexOauthChallenge) challenge = annex_oauth_challenge_new (self->challenge);

  return g_strcmp0 (challenge->error, "insufficient_scope") == 0;
}

void
annex_mcp_http_refuse (AnnexMcpHttp *self, guint status, GError **error)
{
  const char *host = g_uri_get_host (self->address);

  if (status == SOUP_STATUS_UNAUTHORIZED)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                      N_ ("%s wants you to sign in."), host);
  else if (status == SOUP_STATUS_FORBIDDEN && wants_more (self))
    {
      if (self->token_wanted != NULL)
        self->token_wanted (self->challenge, self->token_data);
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN,
                        N_ ("%s wants you to allow more than you did; sign in again for it."),
                        host);
    }
  else if (status == SOUP_STATUS_FORBIDDEN)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_FORBIDDEN,
                      N_ ("%s does not allow this with what you signed in with."), host);
  else if (status >= 500)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNREACHABLE,
                      N_ ("%s has a fault of its own now (HTTP %u)."), host, status);
  else
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_PROTOCOL,
                      N_ ("%s does not speak MCP at this address (HTTP %u)."), host, status);
}

/* ---- tokens */

static char *
await_token (AnnexMcpHttp *self, const char *refused, GCancellable *cancellable, GError **error)
{
  g_autoptr (DexFuture) token = self->token_func (refused, self->token_data);
  g_autoptr (DexFuture) cancel = DEX_FUTURE (dex_cancellable_new_from_cancellable (cancellable));

  if (!annex_await_cancellable (dex_ref (token), cancel, error))
    return NULL;
  return g_value_dup_string (dex_future_get_value (token, NULL));
}

gboolean
annex_mcp_http_fetch_token (AnnexMcpHttp *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *token = NULL;

  if (self->token_func == NULL)
    return TRUE;
  token = await_token (self, NULL, cancellable, &local);
  /* Without one the service says itself whether it needs one. */
  if (token != NULL ||
      g_error_matches (local, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_SIGN_IN))
    {
      g_set_str (&self->token, token);
      return TRUE;
    }
  if (local->domain == ANNEX_CONNECTOR_ERROR)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_propagate_error (error, annex_mcp_http_explain (self, local));
  return FALSE;
}

gboolean
annex_mcp_http_renew_token (AnnexMcpHttp *self, const char *refused, GCancellable *cancellable)
{
  g_autofree char *token = NULL;

  if (self->token_func == NULL || refused == NULL)
    return FALSE;
  token = await_token (self, refused, cancellable, NULL);
  if (token == NULL || g_str_equal (token, refused))
    return FALSE;
  g_set_str (&self->token, token);
  return TRUE;
}

void
annex_mcp_http_set_token (AnnexMcpHttp *self, const char *token)
{
  g_set_str (&self->token, token);
}

void
annex_mcp_http_set_token_func (AnnexMcpHttp *self,
                               AnnexMcpTokenFunc func,
                               AnnexMcpChallengeFunc wanted,
                               gpointer data,
                               GDestroyNotify free_data)
{
  if (self->token_free != NULL)
    self->token_free (self->token_data);
  self->token_func = func;
  self->token_wanted = wanted;
  self->token_data = data;
  self->token_free = free_data;
}

void
annex_mcp_http_set_headers (AnnexMcpHttp *self, const char *const *headers)
{
  g_strfreev (self->headers);
  self->headers = g_strdupv ((char **) headers);
}

const char *
annex_mcp_http_get_challenge (AnnexMcpHttp *self)
{
  return self->challenge;
}

/* ---- the ledger */

void
annex_mcp_http_set_traffic_func (AnnexMcpHttp *self,
                                 AnnexMcpTrafficFunc func,
                                 gpointer data,
                                 GDestroyNotify free_data)
{
  if (self->traffic_free != NULL)
    self->traffic_free (self->traffic_data);
  self->traffic = func;
  self->traffic_data = data;
  self->traffic_free = free_data;
}

typedef struct
{
  AnnexStore *store;
  char *task_id;
} Ledger;

static void
ledger_free (gpointer data)
{
  Ledger *ledger = data;

  g_object_unref (ledger->store);
  g_free (ledger->task_id);
  g_free (ledger);
}

static DexFuture *
ledger_cb (AnnexMcpTraffic *traffic, gpointer data)
{
  Ledger *ledger = data;

  return annex_mcp_traffic_write (traffic, ledger->store, ledger->task_id);
}

void
annex_mcp_http_set_ledger (AnnexMcpHttp *self, AnnexStore *store, const char *task_id)
{
  Ledger *ledger = g_new0 (Ledger, 1);

  ledger->store = g_object_ref (store);
  ledger->task_id = g_strdup (task_id);
  annex_mcp_http_set_traffic_func (self, ledger_cb, ledger, ledger_free);
}

gboolean
annex_mcp_http_begin_traffic (AnnexMcpHttp *self,
                              const char *method,
                              guint64 bytes,
                              gint64 *begun,
                              GError **error)
{
  return annex_mcp_traffic_begin (self->traffic, self->traffic_data, method, self->address, bytes,
                                  begun, error);
}

void
annex_mcp_http_end_traffic (AnnexMcpHttp *self,
                            const char *method,
                            gint64 begun,
                            guint64 sent_bytes,
                            guint64 received_bytes)
{
  annex_mcp_traffic_end (self->traffic, self->traffic_data, method, self->address, begun,
                         sent_bytes, received_bytes);
}

void
annex_mcp_http_leave (AnnexMcpHttp *self)
{
  if (--self->n_busy == 0 && self->quiet != NULL)
    dex_promise_resolve_boolean (self->quiet, TRUE);
}
