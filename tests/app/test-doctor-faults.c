/* test-doctor-faults.c
 *
 * Everything that is known to go wrong with Annex, one by one, in a machine that has everything
 * else: the doctor names that, and nothing else, with its cause and what mends it. Where
 * ANNEX_WRITE_FAULTS names a file, what it said is added there, for a test of the window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor.h"

#include "annex-admin-policy.h"
#include "annex-computer-folder.h"
#include "app-fixture.h"
#include "fake-model.h"
#include "image-harness.h"
#include "keyring-fixture.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPUTER "01hzzzzzzzzzzzzzzzzzzzzzzz"

typedef struct
{
  AnnexDoctorWorld world;
  AnnexSession *session;
  GPtrArray *kept; /* the world's strings */
  FakeModel *model;
  SoupServer *service;
  GSocketService *proxy;
  const char *proxy_answer;
  pid_t other; /* another Annex; 0: none */
} Case;

static char *
put (Case *c, const char *rest, const char *text)
{
  char *path = app_fixture_write (rest, text);

  g_ptr_array_add (c->kept, path);
  return path;
}

static void
put_program (Case *c, const char *rest, const char *text)
{
  g_chmod (put (c, rest, text), 0700);
}

/* ---- a machine that has everything */

static void
make_world (Case *c)
{
  static const char ids[] = "tester:100000:65536\n";
  g_autofree char *image =
      g_build_filename (app_fixture_get_home (), "data/annex/image/13-a", NULL);
  g_autofree char *folder = g_path_get_dirname (image);
  g_autofree char *current = g_build_filename (folder, "current", NULL);

  c->kept = g_ptr_array_new_with_free_func (g_free);
  annex_doctor_world_init (&c->world);
  c->world.kvm = put (c, "world/kvm", "");
  g_chmod (c->world.kvm, 0600);
  c->world.cpuinfo = put (c, "world/cpuinfo", "processor\t: 0\nflags\t\t: fpu vmx lm\n\n");
  c->world.meminfo = put (c, "world/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 9000000 kB\n");
  c->world.max_namespaces = put (c, "world/max", "15000\n");
  c->world.namespace_switch = put (c, "world/clone", "1\n");
  c->world.namespace_apparmor = put (c, "world/apparmor", "0\n");
  c->world.subuid = put (c, "world/subuid", ids);
  c->world.subgid = put (c, "world/subgid", ids);
  c->world.user = "tester";
  c->world.search_path = g_build_filename (app_fixture_get_home (), "world/bin", NULL);
  g_ptr_array_add (c->kept, (gpointer) c->world.search_path);
  /* A guest that comes as far as its kernel goes. */
  put_program (c, "world/bin/qemu-system-x86_64",
               "#!/bin/sh\necho 'Kernel panic: Unable to mount root fs on unknown-block'\n");
  put_program (c, "world/bin/qemu-img", "#!/bin/sh\n");
  c->world.virtiofsd = put (c, "world/virtiofsd", "");
  g_chmod (c->world.virtiofsd, 0700);
  c->world.libvirt_uri = "test:///default";
  c->world.kvm_limit_ms = 1000;
  c->world.proxies = g_simple_proxy_resolver_new (NULL, NULL);
  c->world.asks_network = FALSE;
  c->world.network_up = TRUE;
  c->world.least_disk_bytes = 1;
  g_setenv ("ANNEX_ACCELERATOR", "kvm", TRUE);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  image_harness_write_image (image, "13-a", "a");
  g_assert_cmpint (symlink ("13-a", current), ==, 0);
}

static void
use_model (Case *c, const char *base_url)
{
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "Mine");

  profile->base_url = g_strdup (base_url);
  profile->is_default = TRUE;
  test_await (annex_config_save_profile (annex_session_get_config (c->session), profile));
}

static void
make_model (Case *c)
{
  static const char scenario[] = "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\"],\"turns\":[]}";
  g_autofree char *address = NULL;

  c->model = fake_model_new (scenario, NULL, NULL);
  address = fake_model_dup_base_url (c->model);
  g_setenv ("ANNEX_API_KEY", "sk-right", TRUE);
  use_model (c, address);
}

static void
add_task (Case *c)
{
  test_await (annex_store_append (
      annex_session_get_store (c->session), COMPUTER, ANNEX_EVENT_TASK_CREATED,
      annex_json_parse_object ("{\"title\":\"Taxes\",\"provider\":\"tour\",\"model\":\"\","
                               "\"system\":\"\",\"tools\":\"[]\"}",
                               -1, NULL)));
}

static void
case_clear (Case *c)
{
  if (c->other > 0)
    {
      kill (c->other, SIGKILL);
      waitpid (c->other, NULL, 0);
    }
  annex_admin_policy_set (NULL);
  g_unsetenv ("ANNEX_API_KEY");
  g_unsetenv ("ANNEX_ACCELERATOR");
  if (c->session != NULL)
    test_await (annex_session_close (c->session));
  g_clear_object (&c->session);
  g_clear_pointer (&c->model, fake_model_free);
  g_clear_object (&c->service);
  if (c->proxy != NULL)
    g_socket_service_stop (c->proxy);
  g_clear_object (&c->proxy);
  g_clear_object (&c->world.proxies);
  g_ptr_array_unref (c->kept);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* ---- faults */

static void
refuse_kvm (Case *c)
{
  g_chmod (c->world.kvm, 0);
}

/* Its device opens, QEMU starts, and nothing ever runs in the guest. */
static void
kill_kvm (Case *c)
{
  put_program (c, "world/bin/qemu-system-x86_64", "#!/bin/sh\nexec sleep 60\n");
}

static void
remove_qemu (Case *c)
{
  c->world.search_path = "/nonexistent";
}

static void
stop_libvirt (Case *c)
{
  c->world.libvirt_uri = "nonsense:///there-is-none";
}

static void
remove_virtiofsd (Case *c)
{
  c->world.virtiofsd = "/nonexistent/virtiofsd";
}

static void
take_sub_ids (Case *c)
{
  c->world.subuid = put (c, "world/subuid", "somebody:100000:65536\n");
}

static void
damage_image (Case *c)
{
  put (c, "data/annex/image/13-a/base.erofs", "not what it was");
}

static void
age_template (Case *c)
{
  put (c, "cache/annex/template/0123456789abcdef01/memory.save", "of another QEMU");
}

static void
fill_host_disk (Case *c)
{
  c->world.least_disk_bytes = G_MAXUINT64 / 8;
}

static void
fill_guest_disk (Case *c)
{
  const char *path = put (c, "data/annex/computers/" COMPUTER "/disk.qcow2", "");
  g_autoptr (GByteArray) disk = g_byte_array_new ();
  guint64 size = GUINT64_TO_BE (1u << 20);

  g_byte_array_set_size (disk, 1u << 20);
  memset (disk->data, 'x', disk->len);
  memcpy (disk->data, "QFI\xfb", 4);
  memcpy (disk->data + 24, &size, sizeof size);
  g_assert_true (g_file_set_contents (path, (const char *) disk->data, disk->len, NULL));
}

static void
withdraw_key (Case *c)
{
  g_setenv ("ANNEX_API_KEY", "sk-withdrawn", TRUE);
}

static void
stop_model (Case *c)
{
  use_model (c, "http://127.0.0.1:9");
}

static void
turn_clock_back (Case *c)
{
  c->world.now_us = g_get_real_time () - (gint64) 400 * 24 * 3600 * G_USEC_PER_SEC;
}

static void
break_policy (Case *c)
{
  g_autoptr (AnnexAdminPolicy) broken =
      annex_admin_policy_parse ("/etc/annex/policy.d/work.json", "{\n\"skils\": []}", -1);

  annex_admin_policy_set (broken);
}

static void
leave_leftovers (Case *c)
{
  put (c, "data/annex/computers/" COMPUTER "/memory.save.part", "x");
}

static void
lock_folder (Case *c)
{
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "data/annex", NULL);

  g_chmod (folder, 0500);
}

static void
move_share (Case *c)
{
  test_await (annex_store_append (
      annex_session_get_store (c->session), COMPUTER, ANNEX_EVENT_SHARE_GRANTED,
      annex_json_parse_object ("{\"share\":{\"id\":\"s\",\"name\":\"N\",\"path\":"
                               "\"/media/stick/Taxes\",\"mode\":\"review\"}}",
                               -1, NULL)));
}

static void
sign_in_cb (SoupServer *server,
            SoupServerMessage *message,
            const char *path,
            GHashTable *query,
            gpointer data)
{
  soup_message_headers_append (soup_server_message_get_response_headers (message),
                               "WWW-Authenticate", "Bearer");
  soup_server_message_set_status (message, SOUP_STATUS_UNAUTHORIZED, NULL);
}

static void
sign_out (Case *c)
{
  g_autofree char *address = NULL;
  GSList *uris;

  c->service = soup_server_new (NULL, NULL);
  soup_server_add_handler (c->service, NULL, sign_in_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (c->service, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (c->service);
  address = g_strdup_printf ("http://127.0.0.1:%d/mcp", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  test_await (annex_connectors_add (annex_session_get_connectors (c->session), address, "Mail"));
}

/* ---- the network's proxy */

static void
use_proxy (Case *c, guint16 port)
{
  g_autofree char *address = g_strdup_printf ("http://127.0.0.1:%u", port);

  g_clear_object (&c->world.proxies);
  c->world.proxies = g_simple_proxy_resolver_new (address, NULL);
  use_model (c, "https://model.invalid");
}

static gboolean
proxy_cb (GThreadedSocketService *service,
          GSocketConnection *connection,
          GObject *source,
          gpointer data)
{
  Case *c = data;
  char head[4096];
  GInputStream *in = g_io_stream_get_input_stream (G_IO_STREAM (connection));

  /* Who only looks whether somebody is there says nothing. */
  if (g_input_stream_read (in, head, sizeof head, NULL, NULL) > 0)
    g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                               c->proxy_answer, strlen (c->proxy_answer), NULL, NULL, NULL);
  return TRUE;
}

static void
answer_as_proxy (Case *c, const char *answer)
{
  c->proxy_answer = answer;
  c->proxy = g_threaded_socket_service_new (4);
  g_signal_connect (c->proxy, "run", G_CALLBACK (proxy_cb), c);
  use_proxy (c, g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (c->proxy), NULL, NULL));
}

static void
stop_proxy (Case *c)
{
  use_proxy (c, 9);
}

static void
close_proxy (Case *c)
{
  answer_as_proxy (c, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
}

static void
guard_proxy (Case *c)
{
  answer_as_proxy (c, "HTTP/1.1 407 Proxy Authentication Required\r\n"
                      "Proxy-Authenticate: Basic realm=\"work\"\r\nContent-Length: 0\r\n\r\n");
}

/* ---- reports */

/* Where nobody listens. What failed before it was last taken does not count. */
static void
refuse_reports (Case *c)
{
  g_autoptr (AnnexAdminPolicy) policy =
      annex_admin_policy_parse ("work.json", "{\"audit_collectors\":[\"http://127.0.0.1:9\"]}", -1);
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (c->session, NULL, &c->world);

  annex_admin_policy_set (policy);
  for (guint i = 0; i < 8; i++)
    {
      g_autoptr (AnnexLedgerEntry) row = annex_ledger_entry_new (NULL, "audit", "127.0.0.1", 9);
      g_autoptr (AnnexCheckResult) result =
          dex_await_boxed (annex_doctor_look (doctor, "reports", FALSE), NULL);

      g_assert_cmpint (result->state == ANNEX_CHECK_FAILED, ==, i == 3 || i == 4);
      row->decision = g_strdup (i == 4 ? "allowed" : "failed");
      row->reason = g_strdup ("The collector answered 503");
      test_await (annex_store_append_ledger (annex_session_get_store (c->session), row));
    }
}

/* ---- another Annex */

/* It has a computer at work, whose half-made files are its own, and the list of tasks open. */
static void
start_other (Case *c)
{
  g_autofree char *ready = g_build_filename (app_fixture_get_home (), "other-is-there", NULL);

  leave_leftovers (c);
  c->other = fork ();
  g_assert_cmpint (c->other, >=, 0);
  if (c->other == 0)
    {
      AnnexComputerFolder *folder = annex_computer_folder_new (COMPUTER);

      prctl (PR_SET_PDEATHSIG, SIGKILL);
      if (annex_computer_folder_lock (folder, NULL))
        g_file_set_contents (ready, "", 0, NULL);
      sleep (60);
      _exit (0);
    }
  for (guint i = 0; i < 500 && !g_file_test (ready, G_FILE_TEST_EXISTS); i++)
    g_usleep (10000);
  g_assert_true (g_file_test (ready, G_FILE_TEST_EXISTS));
}

static void
check_other (Case *c, AnnexDoctor *doctor)
{
  g_autoptr (AnnexCheckResult) cleared =
      dex_await_boxed (annex_doctor_repair (doctor, "leftovers"), NULL);
  g_autofree char *its = g_build_filename (
      app_fixture_get_home (), "data/annex/computers/" COMPUTER "/memory.save.part", NULL);
  g_autoptr (AnnexCheckResult) mended = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_test (its, G_FILE_TEST_EXISTS));
  mended = dex_await_boxed (annex_doctor_repair (doctor, "store"), &error);
  g_assert_null (mended);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_nonnull (strstr (error->message, "Close Annex"));
}

/* ---- the list */

typedef struct
{
  const char *fault; /* as the list of what must be told names it */
  void (*inject) (Case *c);
  const char *check;
  AnnexCheckState state;
  const char *cause;  /* part of the sentence */
  const char *repair; /* the button; NULL: Annex cannot mend it */
  const char *admin;  /* part of what an administrator is told; NULL: nothing */
  const char *also;   /* other checks that may say something else then, between commas; nullable */
  void (*more) (Case *c, AnnexDoctor *doctor); /* nullable */
  gboolean quick;    /* with a trial it would be mended, or something else wrong */
  gboolean by_owner; /* means nothing to who may do everything */
} Fault;

static const Fault faults[] = {
  { "KVM refused", refuse_kvm, "kvm", ANNEX_CHECK_NOTICE, "not allowed to use", NULL,
    "adduser tester kvm", .by_owner = TRUE },
  { "KVM dead", kill_kvm, "kvm", ANNEX_CHECK_NOTICE, "a trial computer did not start on them",
    "Try Again", "a guest does not boot on it" },
  { "QEMU missing", remove_qemu, "qemu", ANNEX_CHECK_FAILED, "(QEMU) is not installed", NULL,
    "qemu-system-x86_64" },
  { "libvirt not starting", stop_libvirt, "libvirt", ANNEX_CHECK_FAILED,
    "(libvirt) does not answer", NULL, "qemu:///session", "kvm,template" },
  { "virtiofsd missing", remove_virtiofsd, "virtiofsd", ANNEX_CHECK_FAILED,
    "(virtiofsd) is not installed", NULL, "virtiofsd" },
  { "no sub-ids", take_sub_ids, "sub-ids", ANNEX_CHECK_NOTICE, "you have none", NULL, "usermod",
    .by_owner = TRUE },
  { "image damaged", damage_image, "image", ANNEX_CHECK_FAILED, "damaged", "Build It Again", NULL,
    "kvm,template" },
  { "template stale", age_template, "template", ANNEX_CHECK_NOTICE, "is made anew",
    "Prepare It Now", NULL, .quick = TRUE },
  { "host disk full", fill_host_disk, "disk", ANNEX_CHECK_FAILED, "nearly full", NULL, NULL },
  { "guest disk full", fill_guest_disk, "guest-disks", ANNEX_CHECK_NOTICE, "computer is full", NULL,
    NULL },
  { "keyring absent", NULL, "keyring", ANNEX_CHECK_NOTICE, "There is no keyring", NULL,
    "Secret Service" },
  { "key revoked", withdraw_key, "model", ANNEX_CHECK_FAILED, "no longer accepted", NULL, NULL },
  { "model unreachable", stop_model, "model", ANNEX_CHECK_FAILED, "does not answer", NULL, NULL },
  { "clock wrong", turn_clock_back, "clock", ANNEX_CHECK_FAILED, "clock of this machine is wrong",
    NULL, "set-ntp" },
  { "proxy blocked: it does not answer", stop_proxy, "network", ANNEX_CHECK_FAILED,
    "proxy (127.0.0.1:9) does not answer", NULL, "proxy", "model" },
  { "proxy blocked: it refuses", close_proxy, "network", ANNEX_CHECK_FAILED,
    "does not let Annex through", NULL, "proxy", "model" },
  { "proxy blocked: it wants a password", guard_proxy, "network", ANNEX_CHECK_FAILED,
    "wants a name and a password", NULL, "proxy", "model" },
  { "policy broken", break_policy, "policy", ANNEX_CHECK_FAILED, "does nothing at all", NULL,
    "work.json, line 2", "model,connectors,template" },
  { "leftovers", leave_leftovers, "leftovers", ANNEX_CHECK_NOTICE, "left behind", "Clear Up",
    NULL },
  { "read-only data folder", lock_folder, "folder", ANNEX_CHECK_FAILED,
    "cannot write to its folder", NULL, "tester", .by_owner = TRUE },
  { "second instance", start_other, "leftovers", ANNEX_CHECK_OK, "Nothing was left", NULL, NULL,
    .more = check_other },
  { "share vanished", move_share, "folders", ANNEX_CHECK_NOTICE, "not where it was", NULL, NULL },
  { "reports refused", refuse_reports, "reports", ANNEX_CHECK_FAILED, "do not arrive", NULL,
    "/v1/logs" },
  { "connector not signed in", sign_out, "connectors", ANNEX_CHECK_NOTICE,
    "cannot be used now: Mail", NULL, NULL },
};

/* What must be in the list, with the one that has a test of its own below. */
static const char *const names[] = {
  "KVM refused",          "KVM dead",          "QEMU missing",
  "libvirt not starting", "virtiofsd missing", "no sub-ids",
  "image damaged",        "template stale",    "host disk full",
  "guest disk full",      "keyring absent",    "key revoked",
  "model unreachable",    "clock wrong",       "proxy blocked",
  "policy broken",        "leftovers",         "read-only data folder",
  "second instance",      "share vanished",    "connector not signed in",
  "reports refused",
};

/* ---- going through it */

static GPtrArray *
run (Case *c, AnnexDoctor **doctor, gboolean thorough)
{
  *doctor = annex_doctor_new (c->session, NULL, &c->world);
  return dex_await_boxed (annex_doctor_run (*doctor, thorough), NULL);
}

static const AnnexCheckResult *
find (GPtrArray *results, const char *id)
{
  for (guint i = 0; i < results->len; i++)
    if (g_str_equal (((AnnexCheckResult *) results->pdata[i])->id, id))
      return results->pdata[i];
  g_error ("There is no check %s", id);
}

static void
write_down (const char *fault, const AnnexCheckResult *result)
{
  const char *path = g_getenv ("ANNEX_WRITE_FAULTS");
  g_autofree char *line = annex_check_result_to_json_line (result);
  FILE *file = path != NULL ? fopen (path, "a") : NULL;

  if (file == NULL)
    return;
  fprintf (file, "%s\t%s\n", fault, line);
  fclose (file);
}

static void
check_told (const char *fault,
            const AnnexCheckResult *result,
            AnnexCheckState state,
            const char *cause,
            const char *repair,
            const char *admin)
{
  g_test_message ("%s: [%s] %s", fault, result->id, result->sentence);
  g_assert_cmpint (result->state, ==, state);
  g_assert_nonnull (strstr (result->sentence, cause));
  g_assert_cmpstr (result->repair, ==, repair);
  g_assert_true ((result->admin_text != NULL) == (admin != NULL));
  if (admin != NULL)
    g_assert_nonnull (strstr (result->admin_text, admin));
  write_down (fault, result);
}

/* What is not wrong is not said to be. */
static void
check_others (const Fault *fault, GPtrArray *before, GPtrArray *after)
{
  g_auto (GStrv) also = g_strsplit (fault->also != NULL ? fault->also : "", ",", -1);

  for (guint i = 0; i < after->len; i++)
    {
      const AnnexCheckResult *result = after->pdata[i];

      if (g_str_equal (result->id, fault->check) ||
          g_strv_contains ((const char *const *) also, result->id))
        continue;
      if (result->state != find (before, result->id)->state)
        g_error ("%s: the check %s says: %s (before: %s)", fault->fault, result->id,
                 result->sentence, find (before, result->id)->sentence);
    }
}

static const Fault *current;

static void
test_fault (void)
{
  const Fault *fault = current;
  g_auto (Case) c = { 0 };
  g_autoptr (AnnexDoctor) healthy = NULL;
  g_autoptr (AnnexDoctor) ill = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;

  make_world (&c);
  c.session = app_fixture_open ();
  make_model (&c);
  add_task (&c);
  before = run (&c, &healthy, !fault->quick);
  if (fault->inject != NULL)
    fault->inject (&c);
  after = run (&c, &ill, !fault->quick);
  check_told (fault->fault, find (after, fault->check), fault->state, fault->cause, fault->repair,
              fault->admin);
  check_others (fault, before, after);
  if (fault->more != NULL)
    fault->more (&c, ill);
  if (g_str_equal (fault->check, "folder"))
    {
      g_autofree char *folder = g_build_filename (app_fixture_get_home (), "data/annex", NULL);

      g_chmod (folder, 0700);
    }
}

static void
run_fault (gconstpointer data)
{
  const Fault *fault = data;

  if (fault->by_owner && getuid () == 0)
    {
      g_test_skip ("root may do everything");
      return;
    }
  app_fixture_reset ();
  current = fault;
  test_run_fiber (test_fault);
}

/* The desktop's keyring, locked with nobody there to unlock it. */
static void
locked_keyring (void)
{
  g_auto (Case) c = { 0 };
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexDoctor) locked = NULL;
  g_autoptr (GPtrArray) before = NULL;
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (AnnexCheckResult) mended = NULL;
  g_autoptr (GError) error = NULL;

  make_world (&c);
  c.session = app_fixture_open ();
  before = run (&c, &doctor, FALSE);
  g_assert_cmpint (find (before, "keyring")->state, ==, ANNEX_CHECK_OK);
  keyring_fixture_lock ();
  after = run (&c, &locked, FALSE);
  check_told ("keyring locked", find (after, "keyring"), ANNEX_CHECK_FAILED,
              "The keyring is locked", "Unlock It", NULL);
  /* Nobody unlocks it: that is said, and nothing hangs. */
  mended = dex_await_boxed (annex_doctor_repair (locked, "keyring"), &error);
  g_assert_null (mended);
  g_assert_error (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED);
}

static void
test_keyring_locked (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 100000000, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  app_fixture_reset ();
  g_autoptr (GSubprocess) bus = keyring_fixture_start_bus (app_fixture_get_home ());
  g_autoptr (GSubprocess) daemon = keyring_fixture_start (app_fixture_get_home ());

  test_run_fiber (locked_keyring);
  g_subprocess_force_exit (daemon);
  g_subprocess_force_exit (bus);
}

static void
test_none_is_missing (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      guint n = 0;

      for (guint k = 0; k < G_N_ELEMENTS (faults); k++)
        n += g_str_has_prefix (faults[k].fault, names[i]);
      if (n == 0)
        g_error ("Nobody looks whether the doctor tells: %s", names[i]);
    }
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autofree char *path =
          g_strdelimit (g_strconcat ("/doctor-faults/", faults[i].fault, NULL), " :", '-');

      g_test_add_data_func (path, &faults[i], run_fault);
    }
  g_test_add_func ("/doctor-faults/keyring-locked", test_keyring_locked);
  g_test_add_func ("/doctor-faults/none-is-missing", test_none_is_missing);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
