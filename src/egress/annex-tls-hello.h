/* annex-tls-hello.h
 *
 * The pure reader of a TLS ClientHello: a tunnel must begin with one, and it must name the host the
 * tunnel was opened for. Nothing is decrypted. RFC 8446 section 4.1.2, RFC 6066 section 3. Fuzzed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A hello with post-quantum key shares is about 2 KiB. */
#define ANNEX_TLS_HELLO_MAX_BYTES (16u * 1024u)

typedef enum {
  ANNEX_TLS_HELLO_MORE,
  ANNEX_TLS_HELLO_COMPLETE,
  ANNEX_TLS_HELLO_WRONG, /* not a ClientHello, malformed, or too long */
} AnnexTlsHelloState;

typedef struct _AnnexTlsHello AnnexTlsHello;

AnnexTlsHello *
annex_tls_hello_new (void);
void
annex_tls_hello_free (AnnexTlsHello *self);
/* Takes all of @bytes; keeps at most ANNEX_TLS_HELLO_MAX_BYTES of handshake. Bytes after the hello
 * are not looked at. */
AnnexTlsHelloState
annex_tls_hello_feed (AnnexTlsHello *self, const guint8 *bytes, gsize length);
/* After COMPLETE: the one host name it asks for, as sent; NULL when there is none. (borrowed) */
const char *
annex_tls_hello_get_server_name (AnnexTlsHello *self);
/* After COMPLETE: does it hold an encrypted hello (ECH, ESNI), whose real name cannot be seen? */
gboolean
annex_tls_hello_is_encrypted (AnnexTlsHello *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTlsHello, annex_tls_hello_free)

G_END_DECLS
