/* annex-virt.c
 *
 * See annex-virt.h. libvirt's callbacks only hand a small message to an idle source of the main
 * thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-virt.h"

#include "annex-future.h"
#include "annex-spoken.h"
#include "annex-virt-daemon.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <libvirt/virterror.h>
#include <string.h>

#define SESSION_URI "qemu:///session"

struct _AnnexVirt
{
  GObject parent_instance;

  char *uri;
  GMutex mutex; /* guards connection */
  virConnectPtr connection;
  int event_ids[2];
};

G_DEFINE_FINAL_TYPE (AnnexVirt, annex_virt, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (AnnexVirtFacts, annex_virt_facts, annex_virt_facts_copy, annex_virt_facts_free)

enum { SIGNAL_STOPPED, SIGNAL_PAUSED, SIGNAL_DEVICE_REMOVED, SIGNAL_GONE, N_SIGNALS };

static guint signals[N_SIGNALS];

/* ---------------------------------------------------------------- errors */

AnnexComputerError
annex_virt_error_code (int code, int number, const char *message)
{
  if (number == ENOSPC || number == EDQUOT ||
      (message != NULL && strstr (message, "No space left on device") != NULL))
    return ANNEX_COMPUTER_ERROR_DISK_FULL;
  if (number == ENOMEM || code == VIR_ERR_NO_MEMORY ||
      (message != NULL && strstr (message, "Cannot allocate memory") != NULL))
    return ANNEX_COMPUTER_ERROR_NO_MEMORY;
  switch (code)
    {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_INVALID_DOMAIN:
      return ANNEX_COMPUTER_ERROR_GUEST_LOST;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN:
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_RPC:
      return ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION;
    default:
      return ANNEX_COMPUTER_ERROR_FAILED;
    }
}

GError *
annex_virt_last_error (const char *what)
{
  virErrorPtr last = virGetLastError ();
  const char *message = last != NULL && last->message != NULL ? last->message : "unknown error";
  int number = last != NULL && last->code == VIR_ERR_SYSTEM_ERROR ? last->int1 : 0;

  GError *error =
      g_error_new (ANNEX_COMPUTER_ERROR,
                   annex_virt_error_code (last != NULL ? (int) last->code : 0, number, message),
                   "%s: %s", what, message);

  annex_spoken_take (error, g_strdup_printf ("%s: %s", _ (what), message));
  return error;
}

DexFuture *
annex_virt_reject (const char *what)
{
  return dex_future_new_for_error (annex_virt_last_error (what));
}

/* libvirt prints errors to stderr unless told not to; they reach the user as GError instead. */
static void
quiet_error_cb (void *data, virErrorPtr error)
{
}

/* ---------------------------------------------------------------- events */

/* libvirt's default event loop is GLib's default main context (virEventGLibRegister of its
 * vireventglib.c), which the app runs anyway. So there is no thread for it: virEventRunDefaultImpl
 * would run everything else of the app in that thread too. */
static void
start_events_once (void)
{
  static gsize once = 0;

  if (!g_once_init_enter (&once))
    return;
  virSetErrorFunc (NULL, quiet_error_cb);
  if (virInitialize () != 0 || virEventRegisterDefaultImpl () != 0)
    g_warning ("libvirt’s events are not available");
  g_once_init_leave (&once, 1);
}

typedef struct
{
  GWeakRef owner;
  guint signal;
  char *name;
  char *detail;
  gboolean flag;
} Message;

static void
message_free (gpointer data)
{
  Message *message = data;

  g_weak_ref_clear (&message->owner);
  g_free (message->name);
  g_free (message->detail);
  g_free (message);
}

static gboolean
message_deliver_cb (gpointer data)
{
  Message *message = data;
  g_autoptr (AnnexVirt) self = g_weak_ref_get (&message->owner);

  if (self == NULL)
    return G_SOURCE_REMOVE;
  if (message->signal == SIGNAL_PAUSED)
    g_signal_emit (self, signals[SIGNAL_PAUSED], 0, message->name, message->flag);
  else if (message->signal == SIGNAL_GONE)
    g_signal_emit (self, signals[SIGNAL_GONE], 0);
  else
    g_signal_emit (self, signals[message->signal], 0, message->name, message->detail);
  return G_SOURCE_REMOVE;
}

/* Takes @owner's reference count only weakly: events must not keep the connection alive. */
static void
post (GWeakRef *owner, guint signal, const char *name, const char *detail, gboolean flag)
{
  g_autoptr (AnnexVirt) self = g_weak_ref_get (owner);
  g_autoptr (GSource) source = NULL;
  Message *message;

  if (self == NULL)
    return;
  message = g_new0 (Message, 1);
  g_weak_ref_init (&message->owner, self);
  message->signal = signal;
  message->name = g_strdup (name);
  message->detail = g_strdup (detail);
  message->flag = flag;
  /* Not at once: callbacks may come in the middle of a call to libvirt, in any thread. */
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, message_deliver_cb, message, message_free);
  g_source_attach (source, NULL);
}

static void
owner_free (void *data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
owner_new (AnnexVirt *self)
{
  GWeakRef *owner = g_new0 (GWeakRef, 1);

  g_weak_ref_init (owner, self);
  return owner;
}

static const char *
stopped_reason (int detail)
{
  switch (detail)
    {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
      return "it shut itself down";
    case VIR_DOMAIN_EVENT_STOPPED_SAVED:
      return "it was put to sleep";
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
      return "it was ended from outside";
    case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
    case VIR_DOMAIN_EVENT_STOPPED_FAILED:
      return "the program that runs it ended";
    default:
      return "it stopped";
    }
}

static int
lifecycle_cb (virConnectPtr connection, virDomainPtr domain, int event, int detail, void *data)
{
  if (event == VIR_DOMAIN_EVENT_STOPPED || event == VIR_DOMAIN_EVENT_CRASHED)
    post (data, SIGNAL_STOPPED, virDomainGetName (domain), stopped_reason (detail), FALSE);
  else if (event == VIR_DOMAIN_EVENT_SUSPENDED && detail == VIR_DOMAIN_EVENT_SUSPENDED_IOERROR)
    post (data, SIGNAL_PAUSED, virDomainGetName (domain), NULL, TRUE);
  return 0;
}

static void
device_removed_cb (virConnectPtr connection, virDomainPtr domain, const char *alias, void *data)
{
  post (data, SIGNAL_DEVICE_REMOVED, virDomainGetName (domain), alias, FALSE);
}

static void
closed_cb (virConnectPtr connection, int reason, void *data)
{
  post (data, SIGNAL_GONE, NULL, NULL, FALSE);
}

/* ---------------------------------------------------------------- the connection */

static void
drop_connection (AnnexVirt *self)
{
  if (self->connection == NULL)
    return;
  virConnectUnregisterCloseCallback (self->connection, closed_cb);
  for (guint i = 0; i < G_N_ELEMENTS (self->event_ids); i++)
    if (self->event_ids[i] >= 0)
      virConnectDomainEventDeregisterAny (self->connection, self->event_ids[i]);
  virConnectClose (self->connection);
  self->connection = NULL;
}

static int
watch_event (AnnexVirt *self, int event, virConnectDomainEventGenericCallback callback)
{
  GWeakRef *owner = owner_new (self);
  int id =
      virConnectDomainEventRegisterAny (self->connection, NULL, event, callback, owner, owner_free);

  if (id < 0)
    owner_free (owner);
  return id;
}

static gboolean
open_connection (AnnexVirt *self, GError **error)
{
  GWeakRef *owner;

  if (self->connection != NULL && virConnectIsAlive (self->connection) == 1)
    return TRUE;
  drop_connection (self);

  if (g_str_equal (self->uri, SESSION_URI) && !annex_virt_daemon_ensure (error))
    return FALSE;
  self->connection = virConnectOpen (self->uri);
  if (self->connection == NULL)
    {
      g_autoptr (GError) cause =
          annex_virt_last_error (N_ ("Virtual machines are not available here"));

      cause->code = ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION;
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
  virConnectSetKeepAlive (self->connection, 10, 6);
  owner = owner_new (self);
  if (virConnectRegisterCloseCallback (self->connection, closed_cb, owner, owner_free) < 0)
    owner_free (owner); /* libvirt takes it only where it can tell */
  self->event_ids[0] =
      watch_event (self, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK (lifecycle_cb));
  self->event_ids[1] = watch_event (self, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED,
                                    VIR_DOMAIN_EVENT_CALLBACK (device_removed_cb));
  return TRUE;
}

typedef struct
{
  AnnexVirt *self;
  AnnexVirtFunc func;
  gpointer state;
  GDestroyNotify free_state;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  if (call->free_state != NULL)
    call->free_state (call->state);
  g_object_unref (call->self);
  g_free (call);
}

static DexFuture *
call_worker (gpointer data)
{
  Call *call = data;
  AnnexVirt *self = call->self;
  g_autoptr (GError) error = NULL;
  virConnectPtr connection;
  DexFuture *result;

  start_events_once ();
  g_mutex_lock (&self->mutex);
  if (!open_connection (self, &error))
    {
      g_mutex_unlock (&self->mutex);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  connection = self->connection;
  virConnectRef (connection);
  g_mutex_unlock (&self->mutex);

  virResetLastError ();
  result = call->func (connection, call->state);
  virConnectClose (connection);
  return result;
}

DexFuture *
annex_virt_call (AnnexVirt *self,
                 const char *name,
                 AnnexVirtFunc func,
                 gpointer state,
                 GDestroyNotify free_state)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  call->func = func;
  call->state = state;
  call->free_state = free_state;
  return annex_worker_run (name, call_worker, call, call_free);
}

/* ---------------------------------------------------------------- facts */

AnnexVirtFacts *
annex_virt_facts_copy (const AnnexVirtFacts *self)
{
  AnnexVirtFacts *copy = g_memdup2 (self, sizeof *self);

  copy->emulator = g_strdup (self->emulator);
  return copy;
}

void
annex_virt_facts_free (AnnexVirtFacts *self)
{
  g_free (self->emulator);
  g_free (self);
}

/* libvirt's own answer is a small XML text that it made itself; only the emulator's path is
 * wanted from it. */
static char *
text_of (const char *xml, const char *element)
{
  g_autofree char *open_tag = g_strdup_printf ("<%s>", element);
  g_autofree char *close_tag = g_strdup_printf ("</%s>", element);
  const char *start = strstr (xml, open_tag);
  const char *end = start != NULL ? strstr (start, close_tag) : NULL;

  if (end == NULL)
    return NULL;
  start += strlen (open_tag);
  return g_strndup (start, end - start);
}

static DexFuture *
facts_worker (virConnectPtr connection, gpointer state)
{
  g_autoptr (AnnexVirtFacts) facts = g_new0 (AnnexVirtFacts, 1);
  unsigned long version = 0;
  char *xml = virConnectGetDomainCapabilities (connection, NULL, "x86_64", "q35", "kvm", 0);

  facts->kvm_listed = xml != NULL;
  if (xml == NULL)
    xml = virConnectGetDomainCapabilities (connection, NULL, "x86_64", "q35", "qemu", 0);
  if (xml == NULL)
    {
      g_autoptr (GError) error = annex_virt_last_error (N_ ("QEMU is missing or does not work"));

      error->code = ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION;
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  facts->emulator = text_of (xml, "path");
  free (xml);
  if (virConnectGetVersion (connection, &version) == 0)
    facts->qemu_version = version;
  return dex_future_new_take_boxed (ANNEX_TYPE_VIRT_FACTS, g_steal_pointer (&facts));
}

DexFuture *
annex_virt_facts (AnnexVirt *self)
{
  return annex_virt_call (self, "annex-virt-facts", facts_worker, NULL, NULL);
}

/* ---------------------------------------------------------------- the object */

static void
annex_virt_finalize (GObject *object)
{
  AnnexVirt *self = ANNEX_VIRT (object);

  drop_connection (self);
  g_mutex_clear (&self->mutex);
  g_free (self->uri);
  G_OBJECT_CLASS (annex_virt_parent_class)->finalize (object);
}

static void
annex_virt_class_init (AnnexVirtClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_virt_finalize;
  signals[SIGNAL_STOPPED] =
      g_signal_new ("domain-stopped", ANNEX_TYPE_VIRT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_PAUSED] =
      g_signal_new ("domain-paused", ANNEX_TYPE_VIRT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[SIGNAL_DEVICE_REMOVED] =
      g_signal_new ("device-removed", ANNEX_TYPE_VIRT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_GONE] = g_signal_new ("connection-lost", ANNEX_TYPE_VIRT, G_SIGNAL_RUN_LAST, 0,
                                       NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_virt_init (AnnexVirt *self)
{
  g_mutex_init (&self->mutex);
}

AnnexVirt *
annex_virt_new (const char *uri)
{
  AnnexVirt *self = g_object_new (ANNEX_TYPE_VIRT, NULL);

  if (uri == NULL || *uri == '\0')
    uri = g_getenv ("ANNEX_LIBVIRT_URI");
  self->uri = g_strdup (uri != NULL && *uri != '\0' ? uri : SESSION_URI);
  return self;
}
