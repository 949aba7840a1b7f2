/* annex-doctor-disk.c
 *
 * The disks that Annex works on: whether they answer, the room on them, what Annex and its
 * computers take. A disk may never answer: it is asked in a thread, and only one waits for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-computer-folder.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-paths.h"
#include "annex-space.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* Asking a disk */

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

DexFuture *
annex_doctor_ask_disk (const char *what,
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
      annex_doctor_ask_disk (what, room_work, place, place_free, self->world.answer_limit_ms),
      error);
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
  guint64 room = await_room (self, path, FALSE, NULL); /* it answers */
  g_autofree char *has = g_format_size (room);

  if (room < self->world.least_disk_bytes / TASK_SHARE)
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

/* Where computers live. (transfer full) */
static char *
dup_computer_place (AnnexDoctor *self, gboolean *must_exist)
{
  g_autofree char *own = annex_paths_dup_computer_folder ();

  *must_exist = own != NULL;
  if (self->world.disk != NULL)
    return g_strdup (self->world.disk);
  return own != NULL ? g_steal_pointer (&own) : annex_paths_data (NULL);
}

static char *
dup_task_place (AnnexDoctor *self)
{
  return self->world.task_disk != NULL ? g_strdup (self->world.task_disk) : annex_paths_data (NULL);
}

/* In a fiber: is the folder where computers live there, and does its disk answer? */
static gboolean
await_place (AnnexDoctor *self, GError **error)
{
  gboolean must_exist;
  g_autofree char *path = dup_computer_place (self, &must_exist);
  g_autoptr (GError) local = NULL;

  await_room (self, path, must_exist, &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
annex_doctor_is_out_of_reach (AnnexDoctor *self, AnnexCheckResult *result)
{
  if (await_place (self, NULL))
    return FALSE;
  annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
  return TRUE;
}

static void
look_place (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  gboolean must_exist;
  g_autofree char *path = dup_computer_place (self, &must_exist);
  g_autofree char *tasks = dup_task_place (self);
  g_autoptr (GError) error = NULL;

  if (!await_place (self, &error))
    {
      say_no_disk (result, path, error);
      return;
    }
  await_room (self, tasks, FALSE, &error);
  if (error != NULL)
    say_no_disk (result, tasks, error);
  else
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("The folders that Annex works in are there."));
}

static void
look_disk (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  gboolean must_exist;
  g_autofree char *path = dup_computer_place (self, &must_exist);
  g_autofree char *tasks = dup_task_place (self);
  g_autoptr (GError) error = NULL;
  guint64 room = await_room (self, path, must_exist, &error);
  g_autofree char *has = g_format_size (room);

  if (error == NULL && !g_str_equal (path, tasks))
    await_room (self, tasks, FALSE, &error);
  if (error != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
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
  g_autoptr (AnnexSpace) space = NULL;
  g_autofree char *taken = NULL;
  g_autofree char *allowed = NULL;

  if (annex_doctor_is_out_of_reach (self, result))
    return;
  space = dex_await_boxed (
      annex_doctor_ask_disk ("space", space_work, NULL, NULL, ANNEX_DOCTOR_MEASURE_LIMIT_MS), NULL);
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
  g_auto (GStrv) ids = NULL;

  if (annex_doctor_is_out_of_reach (self, result))
    return;
  ids = dex_await_boxed (
      annex_doctor_ask_disk ("guests", full_work, NULL, NULL, ANNEX_DOCTOR_MEASURE_LIMIT_MS), NULL);
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

const AnnexDoctorCheck annex_doctor_disk_checks[] = {
  { "place", N_ ("Annex’s folders"), look_place, NULL },
  { "disk", N_ ("Room on the disk"), look_disk, NULL },
  { "space", N_ ("Annex’s share of the disk"), look_space, NULL },
  { "guest-disks", N_ ("The computers’ own disks"), look_guest_disks, NULL },
  { NULL, NULL, NULL, NULL },
};
