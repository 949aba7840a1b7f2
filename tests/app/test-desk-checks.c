/* test-desk-checks.c
 *
 * What the desk's doctor tells by itself, and what follows from what it has found.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"
#include "annex-doctor.h"
#include "annex-image-origin.h"
#include "annex-paths.h"
#include "annex-space.h"
#include "image-harness.h"
#include "keyring-fixture.h"
#include "office.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <unistd.h>

/* What the desk knows of the check @id becomes @state by itself. */
static void
await_check (Office *office, const char *id, AnnexCheckState state)
{
  AnnexCheckState last = ANNEX_CHECK_UNKNOWN;
  gboolean known = FALSE;

  for (guint n = 0; n < 400; n++)
    {
      g_autoptr (GPtrArray) checks = annex_desk_dup_checks (office->desk);

      for (guint i = 0; i < checks->len; i++)
        if (g_str_equal (((AnnexCheckResult *) checks->pdata[i])->id, id))
          {
            last = ((AnnexCheckResult *) checks->pdata[i])->state;
            known = TRUE;
          }
      if (known && last == state)
        return;
      app_fixture_wait (20);
    }
  g_error ("The check %s is %s, not %s", id, annex_check_state_to_name (last),
           annex_check_state_to_name (state));
}

/* No look is on its way or about to begin. */
static void
await_rest (Office *office)
{
  for (guint n = 0; n < 1000 && (office->self->look_timer != 0 || office->self->looking > 0); n++)
    app_fixture_wait (20);
  g_assert_cmpuint (office->self->look_timer, ==, 0);
  g_assert_cmpuint (office->self->looking, ==, 0);
}

/* A key that is refused is told without being looked for, and so is that a new one works. */
static void
test_watches_model (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) profiles = NULL;

  office_open (&office, "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\"],\"turns\":[]}");
  annex_desk_session_watch_conditions (office.self);
  profiles = annex_desk_dup_profiles (office.desk);
  test_await (annex_desk_save_profile (office.desk, profiles->pdata[0], "sk-withdrawn"));
  task = office_begin (&office, "Anything");
  office_await_rest (&office, task, ANNEX_TASK_FAILED);
  await_check (&office, "model", ANNEX_CHECK_FAILED);
  test_await (annex_desk_save_profile (office.desk, profiles->pdata[0], "sk-right"));
  await_check (&office, "model", ANNEX_CHECK_OK);
  g_clear_object (&task);
  office_close (&office);
}

/* A disk fills without a sign; that there is room again is seen at once. */
static void
test_watches_room (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *bytes = g_strnfill (1 << 20, 'x');
  g_autofree char *undo = NULL;

  office_open (&office, "{\"api_key\":\"sk-right\",\"turns\":[{\"blocks\":[" SAY ("Done") "]}]}");
  task = office_begin (&office, "Anything");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office.self->watch_ms = 100;
  annex_desk_session_watch_conditions (office.self);
  await_check (&office, "space", ANNEX_CHECK_OK);
  undo = app_fixture_write ("data/annex/undo/keep/object", bytes);
  annex_space_set_limit (1 << 19);
  await_check (&office, "space", ANNEX_CHECK_FAILED);
  g_clear_handle_id (&office.self->watch_timer, g_source_remove);
  await_rest (&office); /* what was seen before must not come after what is seen then */
  g_unlink (undo);
  annex_space_set_limit (64 << 20);
  test_await (annex_desk_reset_computer (office.desk, task));
  await_check (&office, "space", ANNEX_CHECK_OK);
  annex_space_set_limit (0);
  g_clear_object (&task);
  office_close (&office);
}

/* What could not be tried with the keyring locked is tried when it is not any more. */
static void
test_keyring_mended (void)
{
  Office office;
  g_autoptr (AnnexCheckResult) mended = NULL;

  office_open (&office, "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\"],\"turns\":[]}");
  mended = dex_await_boxed (annex_desk_repair (office.desk, "keyring"), NULL);
  g_assert_nonnull (mended);
  await_check (&office, "model", ANNEX_CHECK_OK);
  await_rest (&office);
  office_close (&office);
}

/* What opens the desktop's window, or asks for it. */
static GDBusMessage *
count_unlock_cb (GDBusConnection *bus, GDBusMessage *message, gboolean incoming, gpointer n)
{
  const char *member = g_dbus_message_get_member (message);

  if (!incoming && (g_strcmp0 (member, "Unlock") == 0 || g_strcmp0 (member, "Prompt") == 0))
    g_atomic_int_inc ((int *) n);
  return message;
}

static void
await_looks (Office *office, guint n_more)
{
  guint wanted = office->self->n_looks + n_more;

  for (guint n = 0; n < 1000 && office->self->n_looks < wanted; n++)
    app_fixture_wait (20);
  g_assert_cmpuint (office->self->n_looks, >=, wanted);
}

/* What is told of the checks, a line for each; of the disk, which changes by itself, only @disk. */
static char *
dup_told (Office *office, gboolean disk)
{
  g_autoptr (GPtrArray) checks = annex_desk_dup_checks (office->desk);
  GString *told = g_string_new (NULL);

  for (guint i = 0; i < checks->len; i++)
    {
      const AnnexCheckResult *check = checks->pdata[i];

      if (disk || !(g_str_equal (check->id, "disk") || g_str_equal (check->id, "space")))
        g_string_append_printf (told, "%s %s %s %s %s %s\n", check->id,
                                annex_check_state_to_name (check->state), check->sentence,
                                check->repair, check->admin_text, check->detail);
    }
  return g_string_free (told, FALSE);
}

typedef struct
{
  Office *office;
  char *all;     /* when it was told last */
  char *lasting; /* the same without the disk, at first */
} Told;

/* News has something new, and that is of the disk. */
static void
hear_cb (Told *told)
{
  g_autofree char *before = g_steal_pointer (&told->all);
  g_autofree char *lasting = dup_told (told->office, FALSE);

  told->all = dup_told (told->office, TRUE);
  g_assert_cmpstr (told->all, !=, before);
  g_assert_cmpstr (lasting, ==, told->lasting);
}

/* A user who has dismissed the desktop's window is not shown it by what only looks. */
static void
locked_keyring (void)
{
  Office office;
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *lasting = NULL;
  Told told = { .office = &office };
  int asked = 0;
  guint filter;

  office_open (&office, "{\"api_key\":\"sk-right\",\"models\":[\"fake-1\"],\"turns\":[]}");
  keyring_fixture_lock ();
  filter = g_dbus_connection_add_filter (bus, count_unlock_cb, &asked, NULL);
  task = office_begin (&office, "Anything");
  office_await_rest (&office, task, ANNEX_TASK_FAILED);
  g_assert_cmpint (g_atomic_int_get (&asked), >, 0);
  g_atomic_int_set (&asked, 0);
  office.self->watch_ms = 100;
  annex_desk_session_watch_conditions (office.self);
  await_check (&office, "keyring", ANNEX_CHECK_FAILED);
  await_check (&office, "model", ANNEX_CHECK_UNKNOWN);
  await_looks (&office, 3);
  told.all = dup_told (&office, TRUE);
  told.lasting = dup_told (&office, FALSE);
  g_signal_connect_swapped (office.desk, "checks-changed", G_CALLBACK (hear_cb), &told);
  await_looks (&office, 3);
  /* What is known is not said again. */
  lasting = dup_told (&office, FALSE);
  g_assert_cmpstr (lasting, ==, told.lasting);
  g_assert_cmpint (g_atomic_int_get (&asked), ==, 0);
  g_clear_handle_id (&office.self->watch_timer, g_source_remove);
  await_rest (&office);
  g_signal_handlers_disconnect_by_data (office.desk, &told);
  g_free (told.all);
  g_free (told.lasting);
  g_dbus_connection_remove_filter (bus, filter);
  g_clear_object (&task);
  office_close (&office);
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

/* Of a system that is offered in place of the present one it is known what it takes. */
static void
test_newer_image (void)
{
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "data/annex/image", NULL);
  g_autofree char *image = g_build_filename (folder, "13-a", NULL);
  g_autofree char *current = g_build_filename (folder, "current", NULL);
  g_autoptr (AnnexComputerNeeds) before = NULL;
  g_autoptr (AnnexComputerNeeds) offered = NULL;
  g_autoptr (GPtrArray) checks = NULL;
  g_autoptr (GPtrArray) away = NULL;
  AnnexCheckResult *check = annex_check_result_new ("image", ANNEX_CHECK_NOTICE, "The system");
  Office office;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  image_harness_write_image (image, "13-a", "a");
  g_assert_cmpint (symlink ("13-a", current), ==, 0);
  office_open (&office, NULL);
  before = dex_await_boxed (annex_desk_get_needs (office.desk), NULL);
  g_assert_true (before->installed);
  g_assert_cmpuint (before->download_bytes, ==, 0);
  check->repair = g_strdup ("Change to It");
  check->detail = g_strdup ("13-a");
  g_ptr_array_add (office.self->checks, check);
  offered = dex_await_boxed (annex_desk_get_needs (office.desk), NULL);
  g_assert_true (offered->installed);
  g_assert_cmpuint (offered->download_bytes, >, 0);
  /* Who looks without asking for a newer one has not found that there is none. */
  checks = dex_await_boxed (annex_desk_run_checks (office.desk, FALSE), NULL);
  g_assert_nonnull (checks);
  await_check (&office, "image", ANNEX_CHECK_NOTICE);
  /* Nor has who could not look. */
  annex_paths_set_computer_folder ("/nonexistent/disk");
  away = dex_await_boxed (annex_desk_run_checks (office.desk, FALSE), NULL);
  g_assert_nonnull (away);
  await_check (&office, "place", ANNEX_CHECK_FAILED);
  await_check (&office, "image", ANNEX_CHECK_NOTICE);
  annex_paths_set_computer_folder (NULL);
  office_close (&office);
}

static AnnexCheckState
look_at_image (Office *office)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (office->self->session, NULL, NULL);
  g_autoptr (AnnexCheckResult) result =
      dex_await_boxed (annex_doctor_look (doctor, "image", TRUE), NULL);

  g_assert_nonnull (result);
  return result->state;
}

/* A system that did not start is not offered again. */
static void
test_fallen_image (void)
{
  g_autofree char *folder = g_build_filename (app_fixture_get_home (), "data/annex/image", NULL);
  g_autofree char *image = g_build_filename (folder, "13-a", NULL);
  g_autofree char *current = g_build_filename (folder, "current", NULL);
  g_autofree char *offered = NULL;
  g_autoptr (AnnexImageSource) source = NULL;
  AnnexImageStore *images;
  Office office;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  image_harness_write_image (image, "13-a", "a");
  g_assert_cmpint (symlink ("13-a", current), ==, 0);
  office_open (&office, NULL);
  images = annex_session_get_images (office.self->session);
  source = annex_image_origin_create_source (annex_image_origin_find (), FALSE,
                                             annex_session_get_store (office.self->session));
  offered = dex_await_string (annex_image_source_find_version (source, NULL), NULL);
  g_assert_nonnull (offered);
  g_assert_cmpint (look_at_image (&office), ==, ANNEX_CHECK_NOTICE);
  test_await (annex_image_store_note_fallen (images, "another", "a1"));
  g_assert_cmpint (look_at_image (&office), ==, ANNEX_CHECK_NOTICE);
  test_await (annex_image_store_note_fallen (images, offered, "a1"));
  g_assert_cmpint (look_at_image (&office), ==, ANNEX_CHECK_OK);
  office_close (&office);
}

/* What lies on a disk that was away is looked at when it comes, though its time is not then. */
static void
test_disk_comes (void)
{
  g_autofree char *disk = g_build_filename (app_fixture_get_home (), "disk", NULL);
  Office office;

  office_open (&office, NULL);
  annex_paths_set_computer_folder (disk);
  office.self->watch_ms = 100;
  annex_desk_session_watch_conditions (office.self);
  await_check (&office, "place", ANNEX_CHECK_FAILED);
  await_check (&office, "image", ANNEX_CHECK_UNKNOWN);
  g_assert_cmpint (g_mkdir (disk, 0700), ==, 0);
  await_check (&office, "place", ANNEX_CHECK_OK);
  await_check (&office, "image", ANNEX_CHECK_FAILED);
  g_clear_handle_id (&office.self->watch_timer, g_source_remove);
  await_rest (&office);
  annex_paths_set_computer_folder (NULL);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  g_setenv ("ANNEX_LIBVIRT_URI", "test:///default", TRUE);
  app_fixture_add ("/desk-checks/model", test_watches_model);
  app_fixture_add ("/desk-checks/room", test_watches_room);
  app_fixture_add ("/desk-checks/newer-image", test_newer_image);
  app_fixture_add ("/desk-checks/fallen-image", test_fallen_image);
  app_fixture_add ("/desk-checks/disk-comes", test_disk_comes);
  app_fixture_add ("/desk-checks/keyring-mended", test_keyring_mended);
  g_test_add_func ("/desk-checks/keyring-locked", test_keyring_locked);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
