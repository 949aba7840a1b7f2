/* tls-hello-builder.h
 *
 * Builds the first bytes of a TLS client for the tests, honest or not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *server_name;   /* NULL: no such extension */
  const char *second_name;   /* a second entry in the same list */
  gboolean second_extension; /* the extension twice */
  gboolean encrypted;        /* an encrypted_client_hello extension */
  guint padding;             /* bytes of padding extension */
  guint record_bytes;        /* 0: one record */
} TlsHelloOptions;

/* (transfer full) */
GBytes *
tls_hello_build (const TlsHelloOptions *options);

G_END_DECLS
