/* annex-keyring.c
 *
 * See annex-keyring.h. Unlocking may ask the user, so lookups and stores wait for minutes; but
 * never for ever.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keyring.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#define USER_TIMEOUT_MS 120000
#define LOOK_TIMEOUT_MS 5000

struct _AnnexKeyring
{
  GObject parent_instance;
};

static void
secrets_iface_init (AnnexSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexKeyring,
                               annex_keyring,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SECRETS, secrets_iface_init))

static const SecretSchema schema = {
  "io.github.annex_desktop.Annex",
  SECRET_SCHEMA_NONE,
  { { "id", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

/* ---- errors */

static gboolean
is_absence (const GError *cause)
{
  static const int bus_codes[] = { G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER,
                                   G_DBUS_ERROR_NO_SERVER, G_DBUS_ERROR_DISCONNECTED,
                                   G_DBUS_ERROR_NO_REPLY };

  for (guint i = 0; i < G_N_ELEMENTS (bus_codes); i++)
    if (g_error_matches (cause, G_DBUS_ERROR, bus_codes[i]))
      return TRUE;
  return cause->domain == G_IO_ERROR; /* no bus */
}

/* In our words: libsecret's may quote what was searched for. */
static GError *
translate (const GError *cause)
{
  if (g_error_matches (cause, SECRET_ERROR, SECRET_ERROR_IS_LOCKED) ||
      g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED,
                             N_ ("The keyring is locked and was not unlocked"));
  if (is_absence (cause))
    return annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT,
                             N_ ("There is no keyring service on this machine"));
  return annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_FAILED,
                           N_ ("The keyring failed"));
}

static DexFuture *
translate_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) cause = NULL;

  dex_future_get_value (future, &cause);
  if (cause != NULL && cause->domain == ANNEX_SECRETS_ERROR)
    return dex_future_new_for_error (g_steal_pointer (&cause));
  annex_error_normalise (&cause);
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return dex_future_new_for_error (g_steal_pointer (&cause));
  return dex_future_new_for_error (translate (cause));
}

/* @promise with the user's time limit and our errors; when nobody waits any more it is cancelled.
 */
static DexFuture *
guard (DexPromise *promise, guint timeout_ms)
{
  return dex_future_catch (annex_future_with_timeout (DEX_FUTURE (promise), timeout_ms),
                           translate_cb, NULL, NULL);
}

/* ---- looking up */

static GCancellable *
cancellable_of (gpointer promise)
{
  return dex_promise_get_cancellable (promise);
}

/* The answer to "is there an item at all?", after no secret was given out. */
static void
searched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  if (error == NULL && items != NULL)
    error = annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED,
                              N_ ("The keyring is locked and was not unlocked"));
  else if (error == NULL)
    error = annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND,
                              N_ ("Nothing is stored under that name"));
  g_list_free_full (items, g_object_unref);
  dex_promise_reject (promise, error);
}

/* A lookup that is on its way. */
typedef struct
{
  DexPromise *promise;
  char *id;
} Lookup;

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Lookup *lookup = data;
  GError *error = NULL;
  char *text = secret_password_lookup_nonpageable_finish (result, &error);

  if (text != NULL)
    dex_promise_resolve_string (lookup->promise, g_strdup (text));
  else if (error != NULL)
    dex_promise_reject (lookup->promise, error);
  else
    secret_password_search (&schema, SECRET_SEARCH_ALL, cancellable_of (lookup->promise),
                            searched_cb, dex_ref (lookup->promise), "id", lookup->id, NULL);
  secret_password_free (text);
  dex_unref (lookup->promise);
  g_free (lookup->id);
  g_free (lookup);
}

static DexFuture *
keyring_lookup (AnnexSecrets *secrets, const char *id)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  Lookup *lookup = g_new0 (Lookup, 1);

  lookup->promise = dex_ref (promise);
  lookup->id = g_strdup (id);
  secret_password_lookup (&schema, cancellable_of (promise), looked_up_cb, lookup, "id", id, NULL);
  return guard (promise, USER_TIMEOUT_MS);
}

/* ---- changing */

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    /* A dismissed unlock window gives no error of its own. */
    dex_promise_reject (
        promise, error != NULL ? error
                               : annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED,
                                                   N_ ("The keyring was not unlocked")));
}

static DexFuture *
keyring_store (AnnexSecrets *secrets, const char *id, const char *label, const char *value)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  secret_password_store (&schema, SECRET_COLLECTION_DEFAULT, label, value, cancellable_of (promise),
                         stored_cb, dex_ref (promise), "id", id, NULL);
  return guard (promise, USER_TIMEOUT_MS);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  if (error != NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_boolean (promise, TRUE); /* also when there was none */
}

static DexFuture *
keyring_remove (AnnexSecrets *secrets, const char *id)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  secret_password_clear (&schema, cancellable_of (promise), removed_cb, dex_ref (promise), "id", id,
                         NULL);
  return guard (promise, USER_TIMEOUT_MS);
}

/* ---- the lock */

/* The keyring that secrets go to; what comes of it settles the promise. */
typedef struct
{
  DexPromise *promise;
  gboolean unlock;
} LockLook;

static void
lock_look_free (LockLook *look)
{
  dex_unref (look->promise);
  g_free (look);
}

static void
unlocked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LockLook *look = data;
  GError *error = NULL;
  GList *unlocked = NULL;

  secret_service_unlock_finish (SECRET_SERVICE (source), result, &unlocked, &error);
  if (unlocked != NULL)
    dex_promise_resolve_boolean (look->promise, TRUE);
  else
    dex_promise_reject (look->promise,
                        error != NULL
                            ? error
                            : annex_spoken_new (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED,
                                                N_ ("The keyring was not unlocked")));
  g_list_free_full (unlocked, g_object_unref);
  lock_look_free (look);
}

static void
collection_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LockLook *look = data;
  GError *error = NULL;
  g_autoptr (SecretCollection) collection = secret_collection_for_alias_finish (result, &error);
  gboolean locked = collection != NULL && secret_collection_get_locked (collection);

  if (error != NULL)
    dex_promise_reject (look->promise, error);
  else if (look->unlock && locked)
    {
      g_autoptr (GList) collections = g_list_prepend (NULL, collection);

      secret_service_unlock (secret_collection_get_service (collection), collections,
                             cancellable_of (look->promise), unlocked_cb, look);
      return;
    }
  else
    dex_promise_resolve_boolean (look->promise, look->unlock || locked);
  lock_look_free (look);
}

static void
service_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  LockLook *look = data;
  GError *error = NULL;
  g_autoptr (SecretService) service = secret_service_get_finish (result, &error);

  if (service != NULL)
    {
      secret_collection_for_alias (service, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                                   cancellable_of (look->promise), collection_cb, look);
      return;
    }
  dex_promise_reject (look->promise, error);
  lock_look_free (look);
}

static DexPromise *
look_at_lock (gboolean unlock)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  LockLook *look = g_new0 (LockLook, 1);

  look->promise = dex_ref (promise);
  look->unlock = unlock;
  secret_service_get (SECRET_SERVICE_NONE, cancellable_of (promise), service_cb, look);
  return promise;
}

/* A file of secrets, as in a Flatpak, has no lock. */
static DexFuture *
unknown_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_for_boolean (FALSE);
}

DexFuture *
annex_keyring_is_locked (AnnexKeyring *self)
{
  dex_return_error_if_fail (ANNEX_IS_KEYRING (self));
  return dex_future_catch (
      annex_future_with_timeout (DEX_FUTURE (look_at_lock (FALSE)), LOOK_TIMEOUT_MS), unknown_cb,
      NULL, NULL);
}

DexFuture *
annex_keyring_unlock (AnnexKeyring *self)
{
  dex_return_error_if_fail (ANNEX_IS_KEYRING (self));
  return guard (look_at_lock (TRUE), USER_TIMEOUT_MS);
}

/* ---- the port */

static void
secrets_iface_init (AnnexSecretsInterface *iface)
{
  iface->lookup = keyring_lookup;
  iface->store = keyring_store;
  iface->remove = keyring_remove;
}

static void
annex_keyring_class_init (AnnexKeyringClass *klass)
{
}

static void
annex_keyring_init (AnnexKeyring *self)
{
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  GList *items = secret_password_search_finish (result, &error);

  g_list_free_full (items, g_object_unref);
  if (error != NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_resolve_object (promise, g_object_new (ANNEX_TYPE_KEYRING, NULL));
}

static DexFuture *
absent_cb (DexFuture *future, gpointer data)
{
  /* Whatever kept it from answering: for the caller there is none. */
  return annex_future_new_spoken (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT,
                                  N_ ("There is no keyring service on this machine"));
}

DexFuture *
annex_keyring_open (guint timeout_ms)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  /* A search that unlocks nothing asks nobody. */
  secret_password_search (&schema, SECRET_SEARCH_NONE, cancellable_of (promise), probed_cb,
                          dex_ref (promise), "id", "probe", NULL);
  return dex_future_catch (annex_future_with_timeout (DEX_FUTURE (promise), timeout_ms), absent_cb,
                           NULL, NULL);
}
