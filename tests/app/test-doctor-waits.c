/* test-doctor-waits.c
 *
 * The doctor where something does not answer at once, or not as it should: disks, proxies, a disk
 * that is full, a list of tasks that cannot be opened, a server whose certificate is out of its
 * time, a machine that is of another kind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session.h"
#include "annex-doctor-desk.h"
#include "annex-doctor-private.h"
#include "annex-paths.h"
#include "app-fixture.h"
#include "test-fiber.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
make_world (AnnexDoctorWorld *world)
{
  annex_doctor_world_init (world);
  world->asks_network = FALSE;
  world->network_up = TRUE;
  world->least_disk_bytes = 1;
}

static void
check (AnnexDoctor *doctor, const char *id, AnnexCheckState state, const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexCheckResult) result =
      dex_await_boxed (annex_doctor_look (doctor, id, FALSE), &error);

  g_assert_no_error (error);
  g_test_message ("%s: %s", id, result->sentence);
  g_assert_cmpint (result->state, ==, state);
  g_assert_nonnull (strstr (result->sentence, part));
}

static void
look_with (AnnexDoctorWorld *world, const char *id, AnnexCheckState state, const char *part)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (NULL, NULL, world);

  check (doctor, id, state, part);
}

static void
add_task (AnnexSession *session)
{
  test_await (annex_store_append (
      annex_session_get_store (session), "t", ANNEX_EVENT_TASK_CREATED,
      annex_json_parse_object ("{\"title\":\"Taxes\",\"provider\":\"tour\",\"model\":\"\","
                               "\"system\":\"\",\"tools\":\"[]\"}",
                               -1, NULL)));
}

static void
give (AnnexSession *session, const char *id, const char *path)
{
  g_autofree char *data = g_strdup_printf (
      "{\"share\":{\"id\":\"%s\",\"name\":\"N\",\"path\":\"%s\",\"mode\":\"review\"}}", id, path);

  test_await (annex_store_append (annex_session_get_store (session), "t", ANNEX_EVENT_SHARE_GRANTED,
                                  annex_json_parse_object (data, -1, NULL)));
}

/* A machine that knows neither its disks nor its proxies at once: who asks waits elsewhere. */

static GThread *main_thread;
static guint n_asked;  /* about a disk, a folder, a proxy */
static guint n_waited; /* of them in the thread that draws the window */

static void
note_asked (void)
{
  n_asked++;
  n_waited += g_thread_self () == main_thread;
}

#define STICK "/media/stick"

/* A disk that does not answer before it is let to. */
#define DEAD "/media/dead"
static GMutex dead;
static int n_dead; /* who asks it now */

int
statvfs (const char *path, struct statvfs *info)
{
  static int (*real) (const char *, struct statvfs *);

  if (real == NULL)
    real = (int (*) (const char *, struct statvfs *)) dlsym (RTLD_NEXT, "statvfs64");
  note_asked ();
  if (g_str_has_prefix (path, DEAD))
    {
      g_atomic_int_inc (&n_dead);
      g_mutex_lock (&dead);
      g_mutex_unlock (&dead);
      path = "/";
    }
  return real (path, info);
}

int
stat (const char *path, struct stat *info)
{
  if (g_str_has_prefix (path, STICK))
    note_asked ();
  return fstatat (AT_FDCWD, path, info, 0);
}

#define SLOW_TYPE_PROXIES (slow_proxies_get_type ())
G_DECLARE_FINAL_TYPE (SlowProxies, slow_proxies, SLOW, PROXIES, GObject)

struct _SlowProxies
{
  GObject parent_instance;
};

static GMutex proxies_lock; /* who has it lets them be found */

static char **
slow_lookup (GProxyResolver *resolver, const char *uri, GCancellable *cancellable, GError **error)
{
  static const char *const direct[] = { "direct://", NULL };

  note_asked ();
  g_usleep (200 * 1000);
  g_mutex_lock (&proxies_lock);
  g_mutex_unlock (&proxies_lock);
  return g_strdupv ((char **) direct);
}

static void
slow_iface_init (GProxyResolverInterface *iface)
{
  iface->lookup = slow_lookup;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SlowProxies,
                               slow_proxies,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_PROXY_RESOLVER, slow_iface_init))

static void
slow_proxies_class_init (SlowProxiesClass *klass)
{
}

static void
slow_proxies_init (SlowProxies *self)
{
}

/* The window waits neither for a disk nor for what says which proxy to take. */
static void
test_waits_elsewhere (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (SlowProxies) proxies = g_object_new (SLOW_TYPE_PROXIES, NULL);

  make_world (&world);
  world.proxies = G_PROXY_RESOLVER (proxies);
  add_task (session);
  give (session, "s1", STICK "/Taxes");
  doctor = annex_doctor_new (session, NULL, &world);
  main_thread = g_thread_self ();
  n_asked = n_waited = 0;
  check (doctor, "network", ANNEX_CHECK_OK, "is there");
  g_assert_cmpuint (n_asked, ==, 2); /* which it is, and whether it answers */
  check (doctor, "disk", ANNEX_CHECK_OK, "enough room");
  g_assert_cmpuint (n_asked, ==, 3);
  check (doctor, "folders", ANNEX_CHECK_NOTICE, "connect it");
  g_assert_cmpuint (n_asked, ==, 4);
  g_assert_cmpuint (n_waited, ==, 0);
  test_await (annex_session_close (session));
}

/* However often a disk is looked at that does not answer, one thread waits for it. */
static void
test_dead_disk (void)
{
  AnnexDoctorWorld world;
  gint64 began_us;

  make_world (&world);
  world.disk = DEAD;
  world.answer_limit_ms = 300;
  n_dead = 0;
  g_mutex_lock (&dead);
  look_with (&world, "place", ANNEX_CHECK_FAILED, "does not answer");
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < 20; i++)
    look_with (&world, "disk", ANNEX_CHECK_UNKNOWN, "not looked at");
  /* Nor is what lies on it. */
  look_with (&world, "template", ANNEX_CHECK_UNKNOWN, "not looked at");
  look_with (&world, "leftovers", ANNEX_CHECK_UNKNOWN, "not looked at");
  look_with (&world, "space", ANNEX_CHECK_UNKNOWN, "not looked at");
  look_with (&world, "guest-disks", ANNEX_CHECK_UNKNOWN, "not looked at");
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 3 * G_USEC_PER_SEC);
  g_assert_cmpint (g_atomic_int_get (&n_dead), ==, 1);
  g_mutex_unlock (&dead);
  world.answer_limit_ms = 10000;
  look_with (&world, "place", ANNEX_CHECK_OK, "are there");
  look_with (&world, "disk", ANNEX_CHECK_OK, "enough room");
  look_with (&world, "disk", ANNEX_CHECK_OK, "enough room");
  g_assert_cmpint (g_atomic_int_get (&n_dead), >, 1);
}

static const char *processor; /* the machine's; NULL: what it is */

int
uname (struct utsname *info)
{
  static int (*real) (struct utsname *);
  int status;

  if (real == NULL)
    real = (int (*) (struct utsname *)) dlsym (RTLD_NEXT, "uname");
  status = real (info);
  if (processor != NULL)
    g_strlcpy (info->machine, processor, sizeof info->machine);
  return status;
}

/* Nobody is told to set up what this machine can never run. */
static void
test_other_processor (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexCheckResult) result = NULL;

  make_world (&world);
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "image", ANNEX_CHECK_FAILED, "has not been set up");
  processor = "aarch64";
  check (doctor, "image", ANNEX_CHECK_FAILED, "this machine is aarch64");
  result = dex_await_boxed (annex_doctor_look (doctor, "image", FALSE), NULL);
  g_assert_null (result->repair);
  processor = NULL;
  test_await (annex_session_close (session));
}

/* The doctor does not wait for ever for what finds the way to a server. */
static void
test_no_way (void)
{
  AnnexDoctorWorld world;
  g_autoptr (SlowProxies) proxies = g_object_new (SLOW_TYPE_PROXIES, NULL);
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autofree char *fault = NULL;

  make_world (&world);
  world.proxies = G_PROXY_RESOLVER (proxies);
  world.answer_limit_ms = 300;
  doctor = annex_doctor_new (NULL, NULL, &world);
  g_mutex_lock (&proxies_lock);
  fault = annex_doctor_dup_time_fault (doctor, "https://annex.localhost:9");
  g_assert_null (fault);
  g_mutex_unlock (&proxies_lock);
}

/* A disk that takes names of files, and nothing in them. */
static void
test_full (void)
{
  struct rlimit before;
  struct rlimit none;
  AnnexDoctorWorld world;

  make_world (&world);
  look_with (&world, "folder", ANNEX_CHECK_OK, "can be written");
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
  none = before;
  none.rlim_cur = 0;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  look_with (&world, "folder", ANNEX_CHECK_FAILED, "cannot write");
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
}

static AnnexCheckState
await_store (AnnexDesk *desk)
{
  g_autoptr (GPtrArray) checks = dex_await_boxed (annex_desk_run_checks (desk, FALSE), NULL);
  AnnexCheckState state = ANNEX_CHECK_UNKNOWN;

  for (guint i = 0; i < checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) checks->pdata[i])->id, "store"))
      state = ((AnnexCheckResult *) checks->pdata[i])->state;
  return state;
}

static void
assert_opens (void)
{
  g_autoptr (GError) error = NULL;
  AnnexDeskSession *desk = dex_await_object (annex_desk_session_open (), &error);

  g_assert_no_error (error);
  test_await (annex_desk_session_close (desk));
  g_object_unref (desk);
}

static AnnexDesk *
open_doctor (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dex_await_object (annex_desk_session_open (), &error));
  return annex_doctor_desk_new ();
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static const char no_database[] =
    "This is no database, however long one looks at it, and there is quite some text in it so that "
    "it cannot be a short file either.";

/* What a window has when there are no tasks to open. */
static void
test_desk (void)
{
  g_autofree char *database = NULL;
  g_autoptr (AnnexDesk) desk = NULL;
  g_autoptr (AnnexCheckResult) mended = NULL;
  guint changed = 0;

  database = app_fixture_write ("data/annex/tasks.db", no_database);
  desk = open_doctor ();
  g_signal_connect_swapped (desk, "checks-changed", G_CALLBACK (count_cb), &changed);
  g_assert_cmpint (await_store (desk), ==, ANNEX_CHECK_FAILED);
  mended = dex_await_boxed (annex_desk_repair (desk, "store"), NULL);
  g_assert_nonnull (mended);
  g_assert_cmpint (mended->state, ==, ANNEX_CHECK_OK);
  g_assert_cmpuint (changed, ==, 2);
  assert_opens ();
  if (getuid () == 0)
    return;

  /* What was mended without the doctor is seen by it. */
  g_clear_object (&desk);
  g_assert_cmpint (g_chmod (database, 0), ==, 0);
  desk = open_doctor ();
  g_assert_cmpint (await_store (desk), ==, ANNEX_CHECK_FAILED);
  g_assert_cmpint (g_chmod (database, 0600), ==, 0);
  g_assert_cmpint (await_store (desk), ==, ANNEX_CHECK_OK);
  assert_opens ();
}

/* What was mended elsewhere since it was looked at is not put aside: somebody works with it. */
static void
test_mended_elsewhere (void)
{
  g_autofree char *database = app_fixture_write ("data/annex/tasks.db", no_database);
  g_autoptr (AnnexDesk) desk = open_doctor ();
  g_autoptr (AnnexSession) other = NULL;
  g_autoptr (AnnexCheckResult) result = NULL;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf before;
  GStatBuf after;

  g_assert_cmpint (await_store (desk), ==, ANNEX_CHECK_FAILED);
  g_assert_cmpint (g_unlink (database), ==, 0);
  other = app_fixture_open ();
  add_task (other);
  g_assert_cmpint (g_lstat (database, &before), ==, 0);
  result = dex_await_boxed (annex_desk_repair (desk, "store"), &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->state, ==, ANNEX_CHECK_OK);
  g_assert_cmpint (g_lstat (database, &after), ==, 0);
  g_assert_true (before.st_ino == after.st_ino);
  test_await (annex_session_close (other));
  if (getuid () == 0)
    return;

  /* What cannot be opened for another reason is not, either. */
  g_clear_pointer (&result, annex_check_result_free);
  g_assert_cmpint (g_chmod (database, 0), ==, 0);
  doctor = annex_doctor_new (NULL, NULL, NULL);
  result = dex_await_boxed (annex_doctor_repair (doctor, "store"), &error);
  g_assert_null (result);
  g_assert_nonnull (error);
  g_assert_false (g_error_matches (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED));
  g_assert_cmpint (g_lstat (database, &after), ==, 0);
  g_assert_true (before.st_ino == after.st_ino);
  g_assert_cmpint (g_chmod (database, 0600), ==, 0);
}

/* A page that is closed and opened again while the first look goes on. */
static void
test_asked_twice (void)
{
  g_autofree char *database = app_fixture_write ("data/annex/tasks.db", no_database);
  g_autoptr (AnnexDesk) desk = open_doctor ();
  DexFuture *first;
  DexFuture *second;
  DexFuture *mending;
  g_autoptr (GPtrArray) seen = NULL;
  g_autoptr (AnnexCheckResult) mended = NULL;
  guint changed = 0;

  g_signal_connect_swapped (desk, "checks-changed", G_CALLBACK (count_cb), &changed);
  first = annex_desk_run_checks (desk, FALSE);
  second = annex_desk_run_checks (desk, FALSE);
  mending = annex_desk_repair (desk, "store");
  g_assert_cmpint (await_store (desk), ==, ANNEX_CHECK_OK); /* as it is after that */
  g_assert_cmpuint (changed, ==, 3);                        /* looked, mended, looked */
  test_await (first);
  seen = dex_await_boxed (second, NULL);
  g_assert_nonnull (seen);
  mended = dex_await_boxed (mending, NULL);
  g_assert_cmpint (mended->state, ==, ANNEX_CHECK_OK);
  assert_opens ();
}

/* Of annex.localhost, for the year 2001. */
static const char old_certificate[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBazCCARGgAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDDA9hbm5leC5s\n"
    "b2NhbGhvc3QwHhcNMDEwMTAxMDAwMDAwWhcNMDIwMTAxMDAwMDAwWjAaMRgwFgYD\n"
    "VQQDDA9hbm5leC5sb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQp\n"
    "T3vbqoAEzLpj2X1iki7EAGJENC0VvRnGVN9dpC6F8nedBC/lyuKQyRCrtwHHFgvM\n"
    "ILZjsgnqo+LhzL+oT9ILo0gwRjAaBgNVHREEEzARgg9hbm5leC5sb2NhbGhvc3Qw\n"
    "CQYDVR0TBAIwADAdBgNVHQ4EFgQUT2RUhGhpRXFYdV8Hy2s5nDtXtVEwCgYIKoZI\n"
    "zj0EAwIDSAAwRQIhAM1GIgjDN15JPLtjOhtzSeZ2sGu2F5b7qAP3zU/mGpgLAiAc\n"
    "7cK3+v5mtdu8DYrXznsQRJZF8VZret0ztQTW+heSxQ==\n"
    "-----END CERTIFICATE-----\n"
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMVuGW3yDlZ7wb5NV\n"
    "JOH8UGSA3ZPvn2ZbUTlNMwPF9G2hRANCAAQpT3vbqoAEzLpj2X1iki7EAGJENC0V\n"
    "vRnGVN9dpC6F8nedBC/lyuKQyRCrtwHHFgvMILZjsgnqo+LhzL+oT9IL\n"
    "-----END PRIVATE KEY-----\n";

static gboolean
tls_cb (GThreadedSocketService *service,
        GSocketConnection *connection,
        GObject *source,
        gpointer certificate)
{
  g_autoptr (GIOStream) tls =
      g_tls_server_connection_new (G_IO_STREAM (connection), certificate, NULL);

  g_assert_false (g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL));
  return TRUE;
}

/* With a clock that is years ahead every certificate looks like this. */
static void
test_certificate (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate =
      g_tls_certificate_new_from_pem (old_certificate, -1, &error);
  g_autoptr (GSocketService) server = g_threaded_socket_service_new (4);
  g_autoptr (GProxyResolver) direct = g_simple_proxy_resolver_new (NULL, NULL);
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "Hosted");
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;

  g_assert_no_error (error);
  g_signal_connect (server, "run", G_CALLBACK (tls_cb), certificate);
  profile->base_url = g_strdup_printf (
      "https://annex.localhost:%u",
      g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (server), NULL, NULL));
  profile->is_default = TRUE;
  g_setenv ("ANNEX_API_KEY", "sk-any", TRUE);
  test_await (annex_config_save_profile (annex_session_get_config (session), profile));
  make_world (&world);
  world.proxies = direct;
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "model", ANNEX_CHECK_FAILED, "this machine’s clock says");
  g_socket_service_stop (server);
  g_socket_listener_close (G_SOCKET_LISTENER (server));
  check (doctor, "model", ANNEX_CHECK_FAILED, "Check the network");
  g_unsetenv ("ANNEX_API_KEY");
  test_await (annex_session_close (session));
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  g_setenv ("ANNEX_LIBVIRT_URI", "test:///default", TRUE); /* a libvirt that answers */
  app_fixture_add ("/doctor-waits/elsewhere", test_waits_elsewhere);
  app_fixture_add ("/doctor-waits/dead-disk", test_dead_disk);
  app_fixture_add ("/doctor-waits/no-way", test_no_way);
  app_fixture_add ("/doctor-waits/other-processor", test_other_processor);
  app_fixture_add ("/doctor-waits/full", test_full);
  app_fixture_add ("/doctor-waits/desk", test_desk);
  app_fixture_add ("/doctor-waits/mended-elsewhere", test_mended_elsewhere);
  app_fixture_add ("/doctor-waits/asked-twice", test_asked_twice);
  app_fixture_add ("/doctor-waits/certificate", test_certificate);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
