/* annex-image-signature.h
 *
 * Whether a manifest was signed by those who made this Annex: Ed25519 (RFC 8032) over the file as
 * it is. The manifest has the checksums of all other files, so the signature is one of the whole
 * image.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Beside the manifest: the signature's 64 bytes in base64. */
#define ANNEX_IMAGE_SIGNATURE_NAME "manifest.json.sig"
/* It is never longer. */
#define ANNEX_IMAGE_SIGNATURE_MAX_BYTES 256

/* @manifest: the file's bytes. @signature: the text of the file beside it; untrusted. @key: the
 * public key's 32 bytes in base64. FALSE with ANNEX_IMAGE_ERROR_DAMAGED, also where the key is
 * none. */
gboolean
annex_image_signature_check (GBytes *manifest, GBytes *signature, const char *key, GError **error);

G_END_DECLS
