/* annex-doctor-computer.c
 *
 * Annex's computer: its system, the one that is ready to start, the disk, what dead processes left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-checkpoint-store.h"
#include "annex-computer-folder.h"
#include "annex-computer-kit.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-image-origin.h"
#include "annex-paths.h"
#include "annex-space.h"
#include "annex-spoken.h"
#include "annex-template.h"

#include <glib/gi18n.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The image */

/* The version that is offered in place of @current and is another one; NULL where there is none.
 * What takes more than reading a file, only when @thorough. (transfer full) */
static char *
find_newer (AnnexDoctor *self, const char *current, gboolean thorough)
{
  AnnexImageOrigin origin = annex_image_origin_find ();
  g_autoptr (AnnexImageSource) source =
      annex_image_origin_create_source (origin, FALSE, annex_session_get_store (self->session));
  g_autofree char *version = NULL;

  if (origin == ANNEX_IMAGE_ORIGIN_NONE || (origin != ANNEX_IMAGE_ORIGIN_EXTENSION && !thorough))
    return NULL;
  version = dex_await_string (annex_image_source_find_version (source, NULL), NULL);
  return version != NULL && !g_str_equal (version, current) ? g_steal_pointer (&version) : NULL;
}

/* In words for the button. */
static const char *
describe_repair (void)
{
  switch (annex_image_origin_find ())
    {
    case ANNEX_IMAGE_ORIGIN_EXTENSION:
      return _ ("Take It Again");
    case ANNEX_IMAGE_ORIGIN_DOWNLOAD:
      return _ ("Download It Again");
    case ANNEX_IMAGE_ORIGIN_BUILD:
      return _ ("Build It Again");
    case ANNEX_IMAGE_ORIGIN_NONE:
      return NULL;
    }
  g_assert_not_reached ();
}

static void
say_present (AnnexDoctor *self, AnnexCheckResult *result, AnnexImage *image, gboolean thorough)
{
  g_autofree char *newer = find_newer (self, annex_image_get_version (image), thorough);

  if (newer == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("The system of Annex’s computer is here and whole."));
    }
  else
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("There is another system for Annex’s computer (%s). Tasks that were begun "
             "with the present one keep it."),
          newer);
      result->repair = g_strdup (_ ("Change to It"));
    }
  result->detail = g_strdup (annex_image_get_version (image));
}

static void
look_image (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexImage) image = NULL;
  g_autoptr (GError) error = NULL;
  AnnexImageStore *images;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  if (!annex_image_source_is_for_this_machine (&error))
    {
      annex_doctor_say (result, ANNEX_CHECK_FAILED, _ ("%s. Chat works without it."),
                        annex_error_said (error));
      return;
    }
  images = annex_session_get_images (self->session);
  image = dex_await_boxed (annex_image_store_open_current (images, NULL), &error);
  if (image != NULL)
    {
      say_present (self, result, image, thorough);
      return;
    }
  if (!g_error_matches (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND))
    {
      annex_doctor_say_error (
          result, ANNEX_CHECK_FAILED, error,
          _ ("The system of Annex’s computer is damaged and must be made again. "
             "Tasks and files are not touched."));
      result->repair = g_strdup (describe_repair ());
    }
  else if (annex_image_origin_find () == ANNEX_IMAGE_ORIGIN_NONE)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_FAILED,
          _ ("Annex’s computer has not been set up, and this Annex has no address to "
             "fetch its system from: install the image from where you have Annex. Chat "
             "works without it."));
    }
  else
    {
      annex_doctor_say (result, ANNEX_CHECK_FAILED,
                        _ ("Annex’s computer has not been set up yet. Chat works without it."));
      result->repair = g_strdup (_ ("Set It Up"));
    }
}

static gboolean
repair_image (AnnexDoctor *self, GError **error)
{
  g_autoptr (AnnexImageSource) source = NULL;
  g_autoptr (AnnexImage) image = NULL;

  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("The task database must be mended "
                              "first"));
      return FALSE;
    }
  source = annex_image_origin_create_source (annex_image_origin_find (), FALSE,
                                             annex_session_get_store (self->session));
  image = dex_await_boxed (
      annex_image_source_provide (source, annex_session_get_images (self->session), NULL), error);
  return image != NULL;
}

/* The template */

static AnnexComputerKit *
gather_kit (AnnexDoctor *self, GError **error)
{
  g_autoptr (AnnexVirt) virt = NULL;

  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Annex could not be opened"));
      return NULL;
    }
  virt = annex_virt_new (self->world.libvirt_uri);
  return dex_await_boxed (
      annex_computer_kit_gather (virt, annex_session_get_images (self->session), NULL), error);
}

static gboolean
boot_trial (AnnexDoctor *self, GError **error)
{
  return dex_await (annex_computers_prepare (annex_session_get_computers (self->session)), error);
}

/* Why the next computer takes longer to start. */
static const char *
describe_template (AnnexTemplateState state)
{
  switch (state)
    {
    case ANNEX_TEMPLATE_NONE:
      return _ ("The first computer takes longer to start: none has been started with the present "
                "system yet.");
    case ANNEX_TEMPLATE_STALE:
      return _ (
          "The next computer takes longer to start: what computers start from was made before "
          "Annex, its computer’s system or this machine’s programs changed, and is made anew.");
    case ANNEX_TEMPLATE_CHANGED:
      return _ ("The next computer takes longer to start: what computers start from was changed by "
                "something else, so it is not used, and is made anew.");
    case ANNEX_TEMPLATE_READY:
      break;
    }
  return _ ("A computer is ready to start in a moment.");
}

static void
look_template (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexComputerKit) kit = gather_kit (self, &error);
  AnnexTemplateState state;

  if (kit == NULL)
    {
      annex_doctor_say_error (result, ANNEX_CHECK_UNKNOWN, error,
                              _ ("A computer cannot start before what is named above is mended."));
      return;
    }
  state = annex_template_look (kit);
  if (state != ANNEX_TEMPLATE_READY && thorough)
    {
      if (!boot_trial (self, &error))
        {
          annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error,
                                  _ ("A trial computer did not start."));
          result->repair = g_strdup (_ ("Try Again"));
          return;
        }
      state = ANNEX_TEMPLATE_READY;
    }
  annex_doctor_say (result, state == ANNEX_TEMPLATE_READY ? ANNEX_CHECK_OK : ANNEX_CHECK_NOTICE,
                    "%s", describe_template (state));
  if (state != ANNEX_TEMPLATE_READY)
    result->repair = g_strdup (_ ("Prepare It Now"));
}

/* The disk */

/* Measuring all that Annex keeps takes its time, where there is much. */
#define SPACE_LIMIT_MS 60000

typedef struct
{
  DexFuture *answer;
  gint64 since_us;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  dex_unref (question->answer);
  g_free (question);
}

/* In a fiber, as annex_worker_run. A folder on another machine, or on a disk that is going, may
 * never answer, and it is looked at again and again: while the thread that asks for @what is stuck
 * no other one is made, and who comes then does not wait for it once more. */
static DexFuture *
ask_disk (const char *what,
          AnnexWorkerFunc func,
          gpointer state,
          GDestroyNotify free_state,
          guint limit_ms)
{
  static GHashTable *questions; /* of the one thread that looks */
  Question *question;

  if (questions == NULL)
    questions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, question_free);
  while ((question = g_hash_table_lookup (questions, what)) != NULL &&
         dex_future_is_pending (question->answer))
    {
      g_autoptr (DexFuture) answer = dex_ref (question->answer);
      gint64 waited_ms = (g_get_monotonic_time () - question->since_us) / 1000;

      dex_await (annex_future_with_timeout (dex_ref (answer),
                                            (guint) CLAMP (limit_ms - waited_ms, 1, limit_ms)),
                 NULL);
      if (!dex_future_is_pending (answer))
        continue; /* that was how it was then */
      if (free_state != NULL)
        free_state (state);
      return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "%s", what);
    }
  question = g_new0 (Question, 1);
  question->answer = annex_future_keep (annex_worker_run ("annex-disk", func, state, free_state));
  question->since_us = g_get_monotonic_time ();
  g_hash_table_replace (questions, g_strdup (what), question);
  return annex_future_with_timeout (dex_ref (question->answer), limit_ms);
}

/* What is told of tasks takes less than a computer does. */
#define TASK_SHARE 8

typedef struct
{
  char *path;
  gboolean must_exist; /* else the nearest folder above it that is there counts */
} Place;

static void
place_free (gpointer data)
{
  Place *place = data;

  g_free (place->path);
  g_free (place);
}

static DexFuture *
room_work (gpointer data)
{
  Place *place = data;
  struct statvfs info;

  while (statvfs (place->path, &info) != 0)
    {
      char *parent = g_path_get_dirname (place->path);

      if (place->must_exist || g_str_equal (parent, place->path))
        {
          g_free (parent);
          return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "%s", place->path);
        }
      g_free (place->path);
      place->path = parent;
    }
  return dex_future_new_for_uint64 ((guint64) info.f_bavail * info.f_frsize);
}

/* The bytes that are free at @path. */
static guint64
await_room (AnnexDoctor *self, const char *path, gboolean must_exist, GError **error)
{
  Place *place = g_new0 (Place, 1);
  g_autofree char *what = g_strdup_printf ("%s %s", must_exist ? "at" : "near", path);

  place->path = g_strdup (path);
  place->must_exist = must_exist;
  return dex_await_uint64 (
      ask_disk (what, room_work, place, place_free, self->world.answer_limit_ms), error);
}

static void
say_no_disk (AnnexCheckResult *result, const char *path, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    annex_doctor_say (result, ANNEX_CHECK_FAILED,
                      _ ("The folder where Annex’s computers live is not there: %s. If it is on "
                         "a disk that can be taken out, connect it."),
                      path);
  else
    annex_doctor_say (result, ANNEX_CHECK_FAILED,
                      _ ("The disk of the folder %s does not answer. If it is on another machine, "
                         "check the network."),
                      path);
}

/* The tasks stay where they are when the computers move to another disk. FALSE: nothing to tell. */
static gboolean
say_task_disk (AnnexDoctor *self, AnnexCheckResult *result, const char *path)
{
  g_autoptr (GError) error = NULL;
  guint64 room = await_room (self, path, FALSE, &error);
  g_autofree char *has = g_format_size (room);

  if (error != NULL)
    say_no_disk (result, path, error);
  else if (room < self->world.least_disk_bytes / TASK_SHARE)
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        _ ("The disk that Annex keeps its tasks on is nearly full: %s are free. Soon nothing that "
           "a "
           "task does can be stored. Empty the trash, or delete what you no longer need."),
        has);
  else if (room < self->world.least_disk_bytes / TASK_SHARE * 4)
    annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                      _ ("The disk that Annex keeps its tasks on is getting full: %s are free."),
                      has);
  else
    return FALSE;
  g_set_str (&result->detail, path);
  return TRUE;
}

static void
look_disk (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autofree char *own = annex_paths_dup_computer_folder ();
  g_autofree char *usual = annex_paths_data (NULL);
  const char *path = self->world.disk != NULL ? self->world.disk : own != NULL ? own : usual;
  const char *tasks = self->world.task_disk != NULL ? self->world.task_disk : usual;
  g_autoptr (GError) error = NULL;
  guint64 room = await_room (self, path, own != NULL, &error);
  g_autofree char *has = g_format_size (room);

  if (error != NULL)
    {
      annex_error_normalise (&error);
      say_no_disk (result, path, error);
      return;
    }
  result->detail = g_strdup (path);
  if (room < self->world.least_disk_bytes)
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        _ ("The disk is nearly full: %s are free. Computers cannot be started safely. "
           "Empty the trash, free the space of old tasks, or move Annex’s computers to "
           "another disk."),
        has);
  else if (!g_str_equal (path, tasks) && say_task_disk (self, result, tasks))
    return;
  else if (room < self->world.least_disk_bytes * 4)
    annex_doctor_say (result, ANNEX_CHECK_NOTICE, _ ("The disk is getting full: %s are free."),
                      has);
  else
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("There is enough room on the disk: %s are free."),
                      has);
}

/* What the user lets Annex take of it */

static DexFuture *
space_work (gpointer data)
{
  return dex_future_new_take_boxed (ANNEX_TYPE_SPACE, annex_space_measure ());
}

static void
look_space (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexSpace) space =
      dex_await_boxed (ask_disk ("space", space_work, NULL, NULL, SPACE_LIMIT_MS), NULL);
  g_autofree char *taken = NULL;
  g_autofree char *allowed = NULL;

  if (space == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN,
                        _ ("What Annex takes of the disk could not be measured in time."));
      return;
    }
  taken = g_format_size_full (space->total_bytes, G_FORMAT_SIZE_IEC_UNITS);
  allowed = g_format_size_full (space->limit_bytes, G_FORMAT_SIZE_IEC_UNITS);
  if (space->limit_bytes == 0)
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      _ ("Annex takes %s of the disk. You have set no limit."), taken);
  else if (space->total_bytes >= space->limit_bytes)
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        _ ("Annex takes %s of the disk, and may take %s: no computer is set up, kept or "
           "put to sleep any more. Free the space of old tasks, or raise the limit in "
           "the preferences."),
        taken, allowed);
  else if (space->total_bytes >= space->limit_bytes / 10 * 9)
    annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                      _ ("Annex takes %s of the %s of the disk that you let it."), taken, allowed);
  else
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      _ ("Annex takes %s of the %s of the disk that you let it."), taken, allowed);
}

/* The computers' own disks */

#define QCOW2_MAGIC "QFI\xfb"
#define QCOW2_SIZE_AT 24
#define QCOW2_HEAD_BYTES 32
/* What a file system keeps for itself, and what is written in whole clusters. */
#define FULL_PERCENT 95

/* Has the disk image at @path nearly grown to the size its guest sees? What a guest deletes leaves
 * the image, too. */
static gboolean
is_full (const char *path)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  guint8 head[QCOW2_HEAD_BYTES];
  struct stat info;
  guint64 size;

  if (fd < 0 || fstat (fd, &info) != 0 || read (fd, head, sizeof head) != sizeof head ||
      memcmp (head, QCOW2_MAGIC, strlen (QCOW2_MAGIC)) != 0)
    return FALSE;
  memcpy (&size, head + QCOW2_SIZE_AT, sizeof size);
  size = GUINT64_FROM_BE (size);
  return size > 0 && (guint64) info.st_blocks * 512 >= size / 100 * FULL_PERCENT;
}

static DexFuture *
full_work (gpointer data)
{
  g_autofree char *root = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (root, name, "disk.qcow2", NULL);

      if (annex_computer_id_is_valid (name) && is_full (path))
        g_strv_builder_add (ids, name);
    }
  return dex_future_new_take_boxed (G_TYPE_STRV, g_strv_builder_end (ids));
}

/* The tasks whose computers @ids are, by their titles. (transfer full) */
static char *
name_tasks (AnnexDoctor *self, char **ids)
{
  g_autoptr (GPtrArray) tasks =
      self->session != NULL
          ? dex_await_boxed (annex_store_list_tasks (annex_session_get_store (self->session)), NULL)
          : NULL;
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const char *title = ids[i];

      for (guint k = 0; tasks != NULL && k < tasks->len; k++)
        if (g_str_equal (((AnnexTaskSummary *) tasks->pdata[k])->id, ids[i]))
          title = ((AnnexTaskSummary *) tasks->pdata[k])->title;
      g_string_append_printf (names, "%s%s", i > 0 ? "\n" : "", title);
    }
  return g_string_free_and_steal (g_steal_pointer (&names));
}

static void
look_guest_disks (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_auto (GStrv) ids =
      dex_await_boxed (ask_disk ("guests", full_work, NULL, NULL, SPACE_LIMIT_MS), NULL);

  if (ids == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  if (ids[0] == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("There is room on the disks of your tasks’ computers."));
      return;
    }
  annex_doctor_say (
      result, ANNEX_CHECK_NOTICE,
      _ ("The disk of a task’s computer is full, so what it runs may fail. Tell the task "
         "to delete what it no longer needs; its folders and drafts are not touched."));
  result->detail = name_tasks (self, ids);
}

/* Leftovers */

/* Computers whose sockets or half-written files no living process owns. */
static guint
count_leftovers (void)
{
  g_autofree char *root = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (AnnexComputerFolder) folder = NULL;
      g_autofree char *socket = NULL;
      gboolean left;

      if (!annex_computer_id_is_valid (name))
        continue;
      folder = annex_computer_folder_new (name);
      socket = annex_computer_folder_dup_socket (folder, "ssh.sock");
      left = annex_computer_folder_has (folder, "memory.save.part") ||
             annex_computer_folder_has (folder, "template.save") ||
             annex_checkpoint_store_has_leftovers (folder) || g_str_has_prefix (name, "template") ||
             g_file_test (socket, G_FILE_TEST_EXISTS);
      if (!left || !annex_computer_folder_lock (folder, NULL))
        continue; /* nothing left, or its owner lives */
      annex_computer_folder_unlock (folder);
      n++;
    }
  return n;
}

static void
look_leftovers (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  guint n = count_leftovers ();

  if (n == 0)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Nothing was left behind."));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                    ngettext ("%u computer was left behind when Annex ended unexpectedly. It takes "
                              "memory or room for nothing.",
                              "%u computers were left behind when Annex ended unexpectedly. They "
                              "take memory or room for nothing.",
                              n),
                    n);
  result->repair = g_strdup (_ ("Clear Up"));
}

static gboolean
repair_leftovers (AnnexDoctor *self, GError **error)
{
  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("The task database must be mended "
                              "first"));
      return FALSE;
    }
  return dex_await (annex_computers_clean (annex_session_get_computers (self->session)), error);
}

const AnnexDoctorCheck annex_doctor_computer_checks[] = {
  { "image", N_ ("The computer’s system"), look_image, repair_image },
  { "template", N_ ("Starting a computer"), look_template, boot_trial },
  { "disk", N_ ("Room on the disk"), look_disk, NULL },
  { "space", N_ ("Annex’s share of the disk"), look_space, NULL },
  { "guest-disks", N_ ("The computers’ own disks"), look_guest_disks, NULL },
  { "leftovers", N_ ("Leftovers"), look_leftovers, repair_leftovers },
  { NULL, NULL, NULL, NULL },
};
