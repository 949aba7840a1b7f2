/* test-doctor.c
 *
 * Each check of the doctor against a machine that lacks what it looks for: the state, a sentence
 * that names the cause, and what mends it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor.h"

#include "annex-admin-policy.h"
#include "annex-desk-session.h"
#include "annex-paths.h"
#include "annex-space.h"
#include "app-fixture.h"
#include "fake-model.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <libsoup/soup.h>
#include <string.h>
#include <unistd.h>

static void
write_program (const char *rest)
{
  g_autofree char *path = app_fixture_write (rest, "");

  g_chmod (path, 0700);
}

static GPtrArray *kept; /* the world's strings, which must outlive the doctor */

static char *
put (const char *rest, const char *text)
{
  char *path = app_fixture_write (rest, text);

  g_ptr_array_add (kept, path);
  return path;
}

/* A machine that has everything. Its files are below the home. */
static void
fill_world (AnnexDoctorWorld *world)
{
  static const char cpuinfo[] = "processor\t: 0\nmodel name\t: A\nflags\t\t: fpu vmx lm\n\n";
  g_autofree char *line = g_strdup_printf ("tester:100000:65536\n");

  annex_doctor_world_init (world);
  world->kvm = put ("world/kvm", "");
  world->cpuinfo = put ("world/cpuinfo", cpuinfo);
  world->meminfo = put ("world/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 9000000 kB\n");
  world->max_namespaces = put ("world/max", "15000\n");
  world->namespace_switch = put ("world/clone", "1\n");
  world->namespace_apparmor = put ("world/apparmor", "0\n");
  world->subuid = put ("world/subuid", line);
  world->subgid = put ("world/subgid", line);
  world->user = "tester";
  world->search_path = g_build_filename (app_fixture_get_home (), "world/bin", NULL);
  g_ptr_array_add (kept, (gpointer) world->search_path);
  write_program ("world/bin/qemu-system-x86_64");
  write_program ("world/bin/qemu-img");
  world->virtiofsd = put ("world/virtiofsd", "");
  g_chmod (world->virtiofsd, 0700);
  world->asks_network = FALSE;
  world->network_up = TRUE;
  world->least_disk_bytes = 1;
}

static void
check (AnnexDoctor *doctor,
       const char *id,
       AnnexCheckState state,
       const char *part,
       const char *admin_part,
       gboolean repairable)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexCheckResult) result =
      dex_await_boxed (annex_doctor_look (doctor, id, TRUE), &error);

  g_assert_no_error (error);
  g_test_message ("%s: %s", id, result->sentence);
  g_assert_cmpint (result->state, ==, state);
  g_assert_nonnull (strstr (result->sentence, part));
  if (admin_part != NULL)
    g_assert_nonnull (strstr (result->admin_text, admin_part));
  else
    g_assert_null (result->admin_text);
  g_assert_true ((result->repair != NULL) == repairable);
}

static void
look_with (AnnexDoctorWorld *world,
           const char *id,
           AnnexCheckState state,
           const char *part,
           const char *admin_part)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (NULL, NULL, world);

  check (doctor, id, state, part, admin_part, FALSE);
}

static void
test_kvm (void)
{
  AnnexDoctorWorld world;
  const char *there;

  fill_world (&world);
  there = world.kvm;
  look_with (&world, "kvm", ANNEX_CHECK_OK, "may be fast", NULL);
  if (getuid () != 0)
    {
      g_chmod (there, 0);
      look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "not allowed", "adduser tester kvm");
      g_chmod (there, 0600);
    }
  world.kvm = "/nonexistent/kvm";
  look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "does not offer it", "modprobe");
  world.cpuinfo = put ("world/cpuinfo", "flags\t\t: fpu hypervisor lm\n");
  look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "itself a virtual machine", "nested");
  world.cpuinfo = put ("world/cpuinfo", "flags\t\t: fpu vmxnet lm\n");
  look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "The processor does not offer", "firmware");
}

/* Who cannot or may not run virtual machines is not told again and again what they would need. */
static void
test_turned_off (void)
{
  AnnexDoctorWorld world;

  fill_world (&world);
  world.kvm = "/nonexistent/kvm";
  look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "does not offer it", "modprobe");
  g_setenv ("ANNEX_NO_COMPUTER", "1", TRUE);
  look_with (&world, "kvm", ANNEX_CHECK_OK, "turned off", NULL);
  look_with (&world, "image", ANNEX_CHECK_OK, "turned off", NULL);
  g_setenv ("ANNEX_NO_COMPUTER", "0", TRUE);
  look_with (&world, "kvm", ANNEX_CHECK_NOTICE, "does not offer it", "modprobe");
  g_unsetenv ("ANNEX_NO_COMPUTER");
}

static void
test_programs (void)
{
  AnnexDoctorWorld world;
  g_autofree char *tool = NULL;

  fill_world (&world);
  look_with (&world, "qemu", ANNEX_CHECK_OK, "is here", NULL);
  look_with (&world, "virtiofsd", ANNEX_CHECK_OK, "can be shared", NULL);
  tool = g_build_filename (world.search_path, "qemu-img", NULL);
  g_unlink (tool);
  look_with (&world, "qemu", ANNEX_CHECK_FAILED, "not installed completely", "qemu-img");
  world.search_path = "/nonexistent";
  look_with (&world, "qemu", ANNEX_CHECK_FAILED, "not installed.", "qemu-system-x86_64");
  world.virtiofsd = "/nonexistent/virtiofsd";
  look_with (&world, "virtiofsd", ANNEX_CHECK_FAILED, "not installed", "virtiofsd");
  world.libvirt_uri = "nonsense:///there-is-none";
  look_with (&world, "libvirt", ANNEX_CHECK_FAILED, "does not answer", "qemu:///session");
}

static void
test_namespaces (void)
{
  AnnexDoctorWorld world;

  fill_world (&world);
  look_with (&world, "namespaces", ANNEX_CHECK_OK, "can be locked", NULL);
  world.namespace_apparmor = put ("world/apparmor", "1\n");
  look_with (&world, "namespaces", ANNEX_CHECK_NOTICE, "rooms of their own", "apparmor");
  world.namespace_switch = put ("world/clone", "0\n");
  look_with (&world, "namespaces", ANNEX_CHECK_NOTICE, "rooms of their own", "userns_clone is 0");
  world.max_namespaces = put ("world/max", "0\n");
  look_with (&world, "namespaces", ANNEX_CHECK_NOTICE, "rooms of their own", "max_user_namespaces");
  look_with (&world, "sub-ids", ANNEX_CHECK_OK, "numbers of your own", NULL);
  world.user = "nobody-else";
  if (getuid () != 0)
    look_with (&world, "sub-ids", ANNEX_CHECK_NOTICE, "you have none", "usermod");
}

static void
test_memory (void)
{
  AnnexDoctorWorld world;

  fill_world (&world);
  look_with (&world, "memory", ANNEX_CHECK_OK, "enough memory", NULL);
  world.meminfo = put ("world/meminfo", "MemTotal: 16000000 kB\nMemAvailable: 100000 kB\n");
  look_with (&world, "memory", ANNEX_CHECK_NOTICE, "may have to wait", NULL);
  world.meminfo = put ("world/meminfo", "MemTotal: 700000 kB\nMemAvailable: 600000 kB\n");
  look_with (&world, "memory", ANNEX_CHECK_FAILED, "too little memory", NULL);
  world.meminfo = "/nonexistent/meminfo";
  look_with (&world, "memory", ANNEX_CHECK_UNKNOWN, "could not be found out", NULL);
}

static void
test_space (void)
{
  AnnexDoctorWorld world;
  g_autofree char *bytes = g_strnfill (4 << 20, 'x');
  g_autofree char *undo = app_fixture_write ("data/annex/undo/keep/object", bytes);

  fill_world (&world);
  look_with (&world, "space", ANNEX_CHECK_OK, "no limit", NULL);
  annex_space_set_limit (1 << 20);
  look_with (&world, "space", ANNEX_CHECK_FAILED, "raise the limit", NULL);
  annex_space_set_limit ((4 << 20) + (256 << 10));
  look_with (&world, "space", ANNEX_CHECK_NOTICE, "that you let it", NULL);
  annex_space_set_limit (64 << 20);
  look_with (&world, "space", ANNEX_CHECK_OK, "that you let it", NULL);
  annex_space_set_limit (0);
  g_unlink (undo);
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

static void
test_disk (void)
{
  AnnexDoctorWorld world;

  fill_world (&world);
  world.disk = app_fixture_get_home ();
  look_with (&world, "disk", ANNEX_CHECK_OK, "enough room", NULL);
  /* There is room for the computers, which were moved, and none where the tasks stayed. */
  world.task_disk = "/proc";
  world.least_disk_bytes = 64;
  look_with (&world, "disk", ANNEX_CHECK_FAILED, "keeps its tasks on is nearly full", NULL);
  world.task_disk = NULL;
  world.least_disk_bytes = G_MAXUINT64 / 8;
  look_with (&world, "disk", ANNEX_CHECK_FAILED, "nearly full", NULL);
  annex_paths_set_computer_folder ("/nonexistent/disk");
  world.disk = NULL;
  look_with (&world, "place", ANNEX_CHECK_FAILED, "can be taken out", NULL);
  look_with (&world, "space", ANNEX_CHECK_UNKNOWN, "not looked at", NULL);
  look_with (&world, "guest-disks", ANNEX_CHECK_UNKNOWN, "not looked at", NULL);
  annex_paths_set_computer_folder (NULL);
}

static void
test_computer (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexCheckResult) mended = NULL;
  g_autofree char *image = NULL;
  g_autofree char *current = NULL;
  g_autofree char *left = NULL;
  g_autofree char *half = NULL;
  g_autofree char *copy = NULL;
  g_autoptr (AnnexCheckResult) again = NULL;

  fill_world (&world);
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "image", ANNEX_CHECK_FAILED, "not been set up", NULL, TRUE);
  check (doctor, "template", ANNEX_CHECK_UNKNOWN, "cannot start before", NULL, FALSE);
  image = app_fixture_write ("data/annex/image/13-bad/manifest.json", "{}");
  current = g_build_filename (app_fixture_get_home (), "data/annex/image/current", NULL);
  g_assert_cmpint (symlink ("13-bad", current), ==, 0);
  check (doctor, "image", ANNEX_CHECK_FAILED, "damaged", NULL, TRUE);
  check (doctor, "leftovers", ANNEX_CHECK_OK, "Nothing", NULL, FALSE);
  left =
      app_fixture_write ("data/annex/computers/01hzzzzzzzzzzzzzzzzzzzzzzz/memory.save.part", "x");
  check (doctor, "leftovers", ANNEX_CHECK_NOTICE, "left behind", NULL, TRUE);
  mended = dex_await_boxed (annex_doctor_repair (doctor, "leftovers"), NULL);
  g_assert_nonnull (mended);
  g_assert_cmpint (mended->state, ==, ANNEX_CHECK_OK);
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  /* Half a checkpoint, and the copy of a return that was never decided. */
  half = app_fixture_write ("data/annex/checkpoints/01hzzzzzzzzzzzzzzzzzzzzzzz/"
                            "01j000000000000000000000aa.part/disk.qcow2",
                            "x");
  copy = app_fixture_write ("data/annex/computers/01hzzzzzzzzzzzzzzzzzzzzzzz/disk.qcow2.new", "x");
  check (doctor, "leftovers", ANNEX_CHECK_NOTICE, "left behind", NULL, TRUE);
  again = dex_await_boxed (annex_doctor_repair (doctor, "leftovers"), NULL);
  g_assert_nonnull (again);
  g_assert_cmpint (again->state, ==, ANNEX_CHECK_OK);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  test_await (annex_session_close (session));
}

static void
test_models (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "My server");
  g_autoptr (AnnexModelProfile) hosted = annex_model_profile_new ("anthropic", "Hosted");

  fill_world (&world);
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "keyring", ANNEX_CHECK_NOTICE, "keyring", "Secret Service", FALSE);
  check (doctor, "model", ANNEX_CHECK_NOTICE, "only the tour", NULL, FALSE);
  profile->base_url = g_strdup ("http://127.0.0.1:9");
  profile->is_default = TRUE;
  test_await (annex_config_save_profile (annex_session_get_config (session), profile));
  check (doctor, "model", ANNEX_CHECK_FAILED, "program running on this machine", NULL, FALSE);
  hosted->is_default = TRUE;
  test_await (annex_config_save_profile (annex_session_get_config (session), hosted));
  check (doctor, "model", ANNEX_CHECK_FAILED, "needs a key", NULL, FALSE);
  check (doctor, "network", ANNEX_CHECK_OK, "is there", NULL, FALSE);
  test_await (annex_session_close (session));
  g_clear_object (&doctor);
  world.network_up = FALSE;
  doctor = annex_doctor_new (NULL, NULL, &world);
  check (doctor, "network", ANNEX_CHECK_NOTICE, "no network", NULL, FALSE);
}

static void
test_folder (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autofree char *folder = annex_paths_data (NULL);
  g_autoptr (AnnexCheckResult) mended = NULL;

  fill_world (&world);
  doctor = annex_doctor_new (NULL, NULL, &world);
  check (doctor, "folder", ANNEX_CHECK_OK, "yours alone", NULL, FALSE);
  g_chmod (folder, 0755);
  check (doctor, "folder", ANNEX_CHECK_NOTICE, "Other users", NULL, TRUE);
  mended = dex_await_boxed (annex_doctor_repair (doctor, "folder"), NULL);
  g_assert_cmpint (mended->state, ==, ANNEX_CHECK_OK);
  if (getuid () == 0)
    return;
  g_chmod (folder, 0500);
  check (doctor, "folder", ANNEX_CHECK_FAILED, "cannot write", "tester", FALSE);
  g_chmod (folder, 0700);
}

static void
test_store (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = NULL;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexCheckResult) mended = NULL;
  g_autofree char *settings = NULL;
  g_autofree char *database = NULL;

  fill_world (&world);
  database = app_fixture_write ("data/annex/tasks.db",
                                "This is no database, however long one looks at it, and there is "
                                "quite some text in it so that it cannot be a short file either.");
  session = dex_await_object (annex_session_open (), &error);
  g_assert_null (session);
  doctor = annex_doctor_new (NULL, error, &world);
  check (doctor, "store", ANNEX_CHECK_FAILED, "damaged", NULL, TRUE);
  mended = dex_await_boxed (annex_doctor_repair (doctor, "store"), NULL);
  g_assert_nonnull (mended);
  g_assert_cmpint (mended->state, ==, ANNEX_CHECK_OK);
  check (doctor, "settings", ANNEX_CHECK_OK, "can be read", NULL, FALSE);
  settings = app_fixture_write ("config/annex/config.json", "{ half a");
  check (doctor, "settings", ANNEX_CHECK_FAILED, "cannot be read", NULL, FALSE);
}

static void
test_clock (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;

  fill_world (&world);
  add_task (session);
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "clock", ANNEX_CHECK_OK, "goes on", NULL, FALSE);
  g_clear_object (&doctor);
  world.now_us = g_get_real_time () - (gint64) 400 * 24 * 3600 * G_USEC_PER_SEC;
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "clock", ANNEX_CHECK_FAILED, "clock of this machine is wrong", "set-ntp", FALSE);
  /* Before there was any task. */
  g_clear_object (&doctor);
  world.now_us = G_USEC_PER_SEC;
  doctor = annex_doctor_new (NULL, NULL, &world);
  check (doctor, "clock", ANNEX_CHECK_FAILED, "was not there yet", "set-ntp", FALSE);
  test_await (annex_session_close (session));
}

/* A folder on a disk that was taken out. One that was taken back is not missed. */
static void
test_folders (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexCheckResult) result = NULL;
  AnnexStore *store = annex_session_get_store (session);

  fill_world (&world);
  add_task (session);
  give (session, "s1", app_fixture_get_home ());
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "folders", ANNEX_CHECK_OK, "are there", NULL, FALSE);
  give (session, "s2", "/media/stick/Taxes");
  check (doctor, "folders", ANNEX_CHECK_NOTICE, "connect it", NULL, FALSE);
  result = dex_await_boxed (annex_doctor_look (doctor, "folders", FALSE), NULL);
  g_assert_nonnull (strstr (result->detail, "/media/stick/Taxes (Taxes)"));
  test_await (annex_store_append (store, "t", ANNEX_EVENT_SHARE_REVOKED,
                                  annex_json_parse_object ("{\"share\":\"s2\"}", -1, NULL)));
  check (doctor, "folders", ANNEX_CHECK_OK, "are there", NULL, FALSE);
  test_await (annex_session_close (session));
}

/* A key that was withdrawn: the provider says so. */
static void
test_key_revoked (void)
{
  static const char scenario[] = "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\"],\"turns\":[]}";
  g_autoptr (FakeModel) server = fake_model_new (scenario, NULL, NULL);
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "Hosted");
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;

  fill_world (&world);
  g_setenv ("ANNEX_API_KEY", "sk-withdrawn", TRUE);
  profile->base_url = fake_model_dup_base_url (server);
  profile->is_default = TRUE;
  test_await (annex_config_save_profile (annex_session_get_config (session), profile));
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "model", ANNEX_CHECK_FAILED, "no longer accepted", NULL, FALSE);
  g_setenv ("ANNEX_API_KEY", "sk-right", TRUE);
  check (doctor, "model", ANNEX_CHECK_OK, "its key is accepted", NULL, FALSE);
  g_unsetenv ("ANNEX_API_KEY");
  test_await (annex_session_close (session));
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

/* A service that wants its user to sign in, which nobody but the user can do. */
static void
test_connector (void)
{
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autofree char *address = NULL;
  g_autoptr (AnnexCheckResult) result = NULL;
  GSList *uris;

  soup_server_add_handler (server, NULL, sign_in_cb, NULL, NULL);
  g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (server);
  address = g_strdup_printf ("http://127.0.0.1:%d/mcp", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  fill_world (&world);
  doctor = annex_doctor_new (session, NULL, &world);
  check (doctor, "connectors", ANNEX_CHECK_OK, "No connectors", NULL, FALSE);
  test_await (annex_connectors_add (annex_session_get_connectors (session), address, "Mail"));
  check (doctor, "connectors", ANNEX_CHECK_NOTICE, "cannot be used now: Mail", NULL, FALSE);
  result = dex_await_boxed (annex_doctor_look (doctor, "connectors", FALSE), NULL);
  g_assert_nonnull (strstr (result->detail, "ign in"));
  test_await (annex_session_close (session));
}

static void
test_policy (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (AnnexAdminPolicy) broken =
      annex_admin_policy_parse ("/etc/annex/policy.d/work.json", "{\n\"skils\": []}", -1);
  g_autoptr (AnnexAdminPolicy) whole =
      annex_admin_policy_parse ("/etc/annex/policy.d/work.json", "{\"task_turns\": 9}", -1);
  g_autoptr (AnnexCheckResult) result = NULL;

  fill_world (&world);
  doctor = annex_doctor_new (NULL, NULL, &world);
  annex_admin_policy_set (broken);
  check (doctor, "policy", ANNEX_CHECK_FAILED, "nothing at all", "work.json, line 2", FALSE);
  annex_admin_policy_set (whole);
  check (doctor, "policy", ANNEX_CHECK_OK, "has set rules", NULL, FALSE);
  result = dex_await_boxed (annex_doctor_look (doctor, "policy", FALSE), NULL);
  g_assert_nonnull (strstr (result->detail, "9 rounds"));
  annex_admin_policy_set (NULL);
}

static void
test_all (void)
{
  AnnexDoctorWorld world;
  g_autoptr (AnnexSession) session = app_fixture_open ();
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GPtrArray) results = NULL;
  g_auto (GStrv) ids = annex_doctor_dup_ids ();

  fill_world (&world);
  doctor = annex_doctor_new (session, NULL, &world);
  results = dex_await_boxed (annex_doctor_run (doctor, FALSE), NULL);
  g_assert_cmpuint (results->len, ==, g_strv_length (ids));
  for (guint i = 0; i < results->len; i++)
    {
      AnnexCheckResult *result = g_ptr_array_index (results, i);
      g_autofree char *line = annex_check_result_to_json_line (result);
      g_autoptr (JsonObject) json = annex_json_parse_object (line, -1, NULL);

      g_assert_nonnull (json);
      g_assert_cmpuint (strlen (result->sentence), >, 10);
      /* failing first */
      if (i > 0 && result->state == ANNEX_CHECK_FAILED)
        g_assert_cmpint (((AnnexCheckResult *) g_ptr_array_index (results, i - 1))->state, ==,
                         ANNEX_CHECK_FAILED);
    }
  test_await_error (annex_doctor_look (doctor, "nonsense", FALSE), G_IO_ERROR,
                    G_IO_ERROR_NOT_FOUND);
  test_await_error (annex_doctor_repair (doctor, "memory"), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  test_await (annex_session_close (session));
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  g_setenv ("ANNEX_LIBVIRT_URI", "test:///default", TRUE); /* a libvirt that answers */
  kept = g_ptr_array_new_with_free_func (g_free);
  app_fixture_add ("/doctor/kvm", test_kvm);
  app_fixture_add ("/doctor/turned-off", test_turned_off);
  app_fixture_add ("/doctor/clock", test_clock);
  app_fixture_add ("/doctor/folders", test_folders);
  app_fixture_add ("/doctor/key-revoked", test_key_revoked);
  app_fixture_add ("/doctor/connector", test_connector);
  app_fixture_add ("/doctor/policy", test_policy);
  app_fixture_add ("/doctor/programs", test_programs);
  app_fixture_add ("/doctor/namespaces", test_namespaces);
  app_fixture_add ("/doctor/memory", test_memory);
  app_fixture_add ("/doctor/disk", test_disk);
  app_fixture_add ("/doctor/space", test_space);
  app_fixture_add ("/doctor/computer", test_computer);
  app_fixture_add ("/doctor/models", test_models);
  app_fixture_add ("/doctor/folder", test_folder);
  app_fixture_add ("/doctor/store", test_store);
  app_fixture_add ("/doctor/all", test_all);
  status = g_test_run ();
  app_fixture_done ();
  g_ptr_array_unref (kept);
  return status;
}
