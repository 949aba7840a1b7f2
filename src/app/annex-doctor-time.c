/* annex-doctor-time.c
 *
 * Whether a server's certificate is out of its time: then either it is, or this machine's clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"

#include <glib/gi18n.h>

#define TRIAL_LIMIT_S 5

typedef struct
{
  GProxyResolver *proxies;
  char *address;
  GTlsCertificateFlags faults;
} Trial;

static void
trial_free (gpointer data)
{
  Trial *trial = data;

  g_object_unref (trial->proxies);
  g_free (trial->address);
  g_free (trial);
}

static gboolean
refuse_cb (GTlsConnection *connection,
           GTlsCertificate *certificate,
           GTlsCertificateFlags faults,
           gpointer data)
{
  ((Trial *) data)->faults = faults;
  return FALSE;
}

static void
event_cb (GSocketClient *client,
          GSocketClientEvent event,
          GSocketConnectable *to,
          GIOStream *stream,
          gpointer trial)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (stream, "accept-certificate", G_CALLBACK (refuse_cb), trial);
}

/* Nothing is sent but what begins a connection. */
static DexFuture *
trial_work (gpointer data)
{
  Trial *trial = data;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;

  g_socket_client_set_timeout (client, TRIAL_LIMIT_S);
  g_socket_client_set_proxy_resolver (client, trial->proxies);
  g_socket_client_set_tls (client, TRUE);
  g_signal_connect (client, "event", G_CALLBACK (event_cb), trial);
  connection = g_socket_client_connect_to_uri (client, trial->address, 443, NULL, NULL);
  return dex_future_new_for_boolean (
      (trial->faults & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)) != 0);
}

char *
annex_doctor_dup_time_fault (AnnexDoctor *self, const char *address)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *says = g_date_time_format (now, "%x %H:%M");
  Trial *trial;

  if (!g_str_has_prefix (address, "https://"))
    return NULL;
  trial = g_new0 (Trial, 1);
  trial->proxies = g_object_ref (self->world.proxies != NULL ? self->world.proxies
                                                             : g_proxy_resolver_get_default ());
  trial->address = g_strdup (address);
  /* The connection's own limit does not hold for what finds the proxy and the address. */
  if (!dex_await_boolean (annex_future_with_timeout (
                              annex_worker_run ("annex-certificate", trial_work, trial, trial_free),
                              self->world.answer_limit_ms),
                          NULL))
    return NULL;
  return g_strdup_printf (
      _ ("Its certificate is not valid at the time that this machine’s clock says: %s. If that is "
         "not the time, set it in the system’s settings."),
      says);
}
