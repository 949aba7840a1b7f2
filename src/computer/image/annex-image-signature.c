/* annex-image-signature.c
 *
 * See annex-image-signature.h. The mathematics is OpenSSL's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-signature.h"

#include "annex-image-manifest.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <openssl/evp.h>
#include <string.h>

#define KEY_BYTES 32
#define SIGNATURE_BYTES 64

/* Exactly @size bytes from base64 without anything around it; GLib's decoder passes over what it
 * does not know. (transfer full) */
static guchar *
decode (const char *text, gsize size)
{
  gsize length = 0;
  g_autofree guchar *bytes = g_base64_decode (text, &length);
  g_autofree char *again = g_base64_encode (bytes, length);

  return length == size && strcmp (again, text) == 0 ? g_steal_pointer (&bytes) : NULL;
}

static gboolean
verify (GBytes *manifest, const guchar *signature, const guchar *key)
{
  EVP_PKEY *public = EVP_PKEY_new_raw_public_key (EVP_PKEY_ED25519, NULL, key, KEY_BYTES);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gsize size = 0;
  const guchar *data = g_bytes_get_data (manifest, &size);
  gboolean ok = public != NULL && context != NULL && data != NULL &&
                EVP_DigestVerifyInit (context, NULL, NULL, NULL, public) == 1 &&
                EVP_DigestVerify (context, signature, SIGNATURE_BYTES, data, size) == 1;

  EVP_MD_CTX_free (context);
  EVP_PKEY_free (public);
  return ok;
}

gboolean
annex_image_signature_check (GBytes *manifest, GBytes *signature, const char *key, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree guchar *signature_bytes = NULL, *key_bytes = NULL;

  g_return_val_if_fail (manifest != NULL && signature != NULL && key != NULL, FALSE);
  /* An empty file has no data at all. */
  text = g_bytes_get_size (signature) > 0
             ? g_strndup (g_bytes_get_data (signature, NULL), g_bytes_get_size (signature))
             : g_strdup ("");
  signature_bytes = decode (g_strchomp (text), SIGNATURE_BYTES);
  key_bytes = decode (key, KEY_BYTES);
  if (signature_bytes != NULL && key_bytes != NULL && verify (manifest, signature_bytes, key_bytes))
    return TRUE;
  annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                    N_ ("The computer’s image is not signed by those who made this Annex"));
  return FALSE;
}
