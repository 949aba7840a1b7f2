/* annex-template.c
 *
 * See annex-template.h. The template is made where a task's computer would lie (the paths in its
 * save must have a task's lengths), then moved to the cache folder: memory.save, disk.qcow2, and
 * template.json, which is written last and says how large and how old the other two are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-template.h"

#include "annex-future.h"
#include "annex-gate.h"
#include "annex-guest.h"
#include "annex-json.h"
#include "annex-machine.h"
#include "annex-paths.h"
#include "annex-save-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#define MEMORY_NAME "memory.save"
#define DISK_NAME "disk.qcow2"
#define STAMP_NAME "template.json"
#define STALL_MS 60000
#define KEEP_TEMPLATES 3
/* Emulated, on a busy machine, another Annex may make one for many minutes; its end ends its lock.
 */
#define LOCK_WAIT_MS 500
#define LOCK_TRIES (2 * 60 * 60)

/* What the first commands of a task will need is read into the page cache, which is saved too. */
#define WARM_UP_SCRIPT                                                                             \
  "python3 -c 'import json, re, pathlib, subprocess' ; bash -lc true; rg --version; "              \
  "ls -lR /etc | wc -l; /usr/lib/annex/annex-guest refresh; sync"

GError *
annex_computer_error_from_io (GError *error)
{
  g_autoptr (GError) cause = error;

  if (cause->domain != G_IO_ERROR || cause->code == G_IO_ERROR_CANCELLED)
    return g_steal_pointer (&cause);
  return g_error_new_literal (ANNEX_COMPUTER_ERROR,
                              cause->code == G_IO_ERROR_NO_SPACE ? ANNEX_COMPUTER_ERROR_DISK_FULL
                                                                 : ANNEX_COMPUTER_ERROR_FAILED,
                              cause->message);
}

/* ---------------------------------------------------------------- places */

static char *
dup_template_path (const char *key, const char *name)
{
  g_autofree char *rest = g_build_filename ("template", key, NULL);
  g_autofree char *folder = annex_paths_computer (rest);

  return name != NULL ? g_build_filename (folder, name, NULL) : g_steal_pointer (&folder);
}

/* 26 characters that no task has: a ULID's first one is a digit. */
static char *
dup_template_id (const char *key)
{
  return g_strconcat ("template", key, NULL);
}

char *
annex_template_dup_memory_path (const AnnexComputerKit *kit)
{
  g_autofree char *key = annex_computer_kit_dup_key (kit);

  return dup_template_path (key, MEMORY_NAME);
}

/* Size, time and inode of both files: what touched them is seen. */
static char *
dup_stamp (const char *key)
{
  g_autoptr (GString) stamp = g_string_new (NULL);

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *path = dup_template_path (key, i == 0 ? MEMORY_NAME : DISK_NAME);
      struct stat info;

      if (stat (path, &info) != 0)
        return NULL;
      g_string_append_printf (
          stamp, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld %" G_GUINT64_FORMAT " ",
          (gint64) info.st_size, (gint64) info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
          (guint64) info.st_ino);
    }
  return g_string_free (g_steal_pointer (&stamp), FALSE);
}

static gboolean
template_is_whole (const char *key)
{
  g_autofree char *path = dup_template_path (key, STAMP_NAME);
  g_autofree char *text = NULL;
  g_autofree char *stamp = dup_stamp (key);
  g_autoptr (JsonObject) object = NULL;

  if (stamp == NULL || !g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  object = annex_json_parse_object (text, -1, NULL); /* damaged is as good as none */
  return object != NULL && g_strcmp0 (annex_json_opt_string (object, "stamp", NULL), stamp) == 0;
}

/* Is there any, of whatever key? */
static gboolean
has_templates (void)
{
  g_autofree char *root = annex_paths_computer ("template");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);

  return dir != NULL && g_dir_read_name (dir) != NULL;
}

AnnexTemplateState
annex_template_look (const AnnexComputerKit *kit)
{
  g_autofree char *key = annex_computer_kit_dup_key (kit);
  g_autofree char *folder = dup_template_path (key, NULL);

  if (template_is_whole (key))
    return ANNEX_TEMPLATE_READY;
  if (g_file_test (folder, G_FILE_TEST_IS_DIR))
    return ANNEX_TEMPLATE_CHANGED;
  return has_templates () ? ANNEX_TEMPLATE_STALE : ANNEX_TEMPLATE_NONE;
}

gboolean
annex_template_exists (const AnnexComputerKit *kit)
{
  g_autofree char *key = annex_computer_kit_dup_key (kit);

  return template_is_whole (key);
}

void
annex_template_discard (const AnnexComputerKit *kit)
{
  g_autofree char *key = annex_computer_kit_dup_key (kit);
  g_autofree char *folder = dup_template_path (key, NULL);

  annex_folder_remove_flat (folder, NULL);
}

/* ---------------------------------------------------------------- all of them */

typedef struct
{
  char *path;
  gint64 used;
} Found;

static void
found_clear (gpointer data)
{
  g_free (((Found *) data)->path);
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
  gint64 left = ((const Found *) a)->used, right = ((const Found *) b)->used;

  return left < right ? 1 : left > right ? -1 : 0;
}

/* Newest first. */
static GArray *
list_templates (void)
{
  g_autofree char *root = annex_paths_computer ("template");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  GArray *all = g_array_new (FALSE, TRUE, sizeof (Found));
  const char *name;

  g_array_set_clear_func (all, found_clear);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      Found found = { .path = g_build_filename (root, name, NULL) };
      struct stat info;

      if (stat (found.path, &info) == 0)
        found.used = info.st_mtim.tv_sec;
      g_array_append_val (all, found);
    }
  g_array_sort (all, compare_found);
  return all;
}

guint64
annex_template_measure_all (gboolean clear)
{
  g_autoptr (GArray) all = list_templates ();
  guint64 bytes = 0;

  for (guint i = 0; i < all->len; i++)
    {
      const char *folder = g_array_index (all, Found, i).path;
      g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
      const char *name;

      while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, name, NULL);
          struct stat info;

          if (stat (path, &info) == 0)
            bytes += (guint64) info.st_blocks * 512;
        }
      if (clear)
        annex_folder_remove_flat (folder, NULL);
    }
  return bytes;
}

static void
remove_oldest (void)
{
  g_autoptr (GArray) all = list_templates ();

  for (guint i = KEEP_TEMPLATES; i < all->len; i++)
    annex_folder_remove_flat (g_array_index (all, Found, i).path, NULL);
}

/* ---------------------------------------------------------------- making one */

typedef struct
{
  AnnexVirt *virt;
  AnnexComputerKit *kit;
  char *key;
  AnnexMachine *machine;
  DexFuture *cancel;
  gboolean trial;
  gboolean keep; /* the one that is there: copies of it may be made right now */
  gboolean *guest_failed;
} Make;

static void
make_free (gpointer data)
{
  Make *make = data;

  g_clear_object (&make->machine);
  g_clear_object (&make->virt);
  g_clear_pointer (&make->kit, annex_computer_kit_unref);
  dex_clear (&make->cancel);
  g_free (make->key);
  g_free (make);
}

static gboolean
is_cancelled (Make *make, GError **error)
{
  if (!dex_future_is_rejected (make->cancel))
    return FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  return TRUE;
}

/* Waits for another Annex that is making the same template. */
static gboolean
lock_folder (Make *make, GError **error)
{
  AnnexComputerFolder *folder = annex_machine_get_folder (make->machine);

  for (int tries = 0;; tries++)
    {
      g_autoptr (GError) local = NULL;

      if (annex_computer_folder_lock (folder, &local))
        return TRUE;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_BUSY) || tries >= LOCK_TRIES)
        {
          g_propagate_error (error, annex_computer_error_from_io (g_steal_pointer (&local)));
          return FALSE;
        }
      dex_await (dex_timeout_new_msec (LOCK_WAIT_MS), NULL); /* a time-out always rejects */
      if (is_cancelled (make, error))
        return FALSE;
    }
}

static DexFuture *
prepare_worker (gpointer data)
{
  Make *make = data;
  AnnexComputerFolder *folder = annex_machine_get_folder (make->machine);
  g_autofree char *disk = annex_computer_folder_dup_path (folder, DISK_NAME);
  g_autofree char *target = dup_template_path (make->key, NULL);
  g_autoptr (GError) error = NULL;

  if (!make->keep)
    annex_folder_remove_flat (target, NULL);
  if (!annex_paths_make (target, &error) || !annex_file_copy_sparse (make->kit->disk, disk, &error))
    return dex_future_new_for_error (annex_computer_error_from_io (g_steal_pointer (&error)));
  return dex_future_new_true ();
}

static gboolean
put_in_place (Make *make, GError **error)
{
  AnnexComputerFolder *folder = annex_machine_get_folder (make->machine);
  g_autofree char *from = annex_computer_folder_dup_path (folder, DISK_NAME);
  g_autofree char *to = dup_template_path (make->key, DISK_NAME);
  g_autofree char *stamp_path = dup_template_path (make->key, STAMP_NAME);
  g_autofree char *facts = annex_computer_kit_dup_facts (make->kit);
  g_autofree char *stamp = NULL;
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = json_object_new ();

  if (g_rename (from, to) != 0 && !annex_file_copy_sparse (from, to, error))
    return FALSE;
  stamp = dup_stamp (make->key);
  json_object_set_string_member (object, "stamp", stamp != NULL ? stamp : "");
  json_object_set_string_member (object, "facts", facts);
  text = annex_json_object_to_string (object);
  return annex_file_write_atomic (stamp_path, text, strlen (text), 0600, error);
}

static DexFuture *
finish_worker (gpointer data)
{
  Make *make = data;
  g_autoptr (GError) error = NULL;

  if (!make->keep && !put_in_place (make, &error))
    return dex_future_new_for_error (annex_computer_error_from_io (g_steal_pointer (&error)));
  annex_computer_folder_remove (annex_machine_get_folder (make->machine), NULL);
  remove_oldest ();
  return dex_future_new_true ();
}

static gboolean
boot_and_settle (Make *make, GError **error)
{
  AnnexDomainSpec *spec = annex_machine_new_spec (make->machine);
  const char *warm_up[] = { "sh", "-c", WARM_UP_SCRIPT, NULL };
  g_autoptr (DexFuture) connecting = NULL;
  g_autoptr (AnnexSshChannel) channel = NULL;
  g_autoptr (AnnexGuest) guest = NULL;

  annex_computer_kit_fill (make->kit, spec);
  if (!dex_await (annex_machine_boot (make->machine, spec), error))
    return FALSE;
  connecting = annex_machine_connect (make->machine, STALL_MS);
  if (!annex_await_cancellable (dex_ref (connecting), make->cancel, error))
    return FALSE;
  channel = g_value_dup_object (dex_future_get_value (connecting, NULL));
  g_debug ("Template: the guest answers");
  guest = annex_guest_new (channel);
  if (!dex_await (annex_guest_wake (guest, FALSE), error) ||
      !dex_await (annex_guest_trust (guest, make->kit->certificates), error))
    return FALSE;
  g_debug ("Template: warming up");
  /* Warmth is only nice to have. */
  annex_await_cancellable (annex_guest_call (guest, warm_up, NULL, 4096, 60000), make->cancel,
                           NULL);
  if (is_cancelled (make, error))
    return FALSE;
  g_debug ("Template: saving");
  annex_ssh_channel_close (channel);
  return TRUE;
}

static gboolean
await_made (Make *make, GError **error)
{
  g_autofree char *memory = dup_template_path (make->key, MEMORY_NAME);

  /* What an earlier attempt that was cut short may have left running. */
  if (!dex_await (annex_machine_destroy (make->machine), error) ||
      !dex_await (annex_worker_run ("annex-template", prepare_worker, make, NULL), error))
    return FALSE;
  *make->guest_failed = !boot_and_settle (make, error);
  return !*make->guest_failed &&
         dex_await (make->keep ? annex_machine_destroy (make->machine)
                               : annex_machine_save (make->machine, memory),
                    error) &&
         dex_await (annex_worker_run ("annex-template", finish_worker, make, NULL), error);
}

static DexFuture *
make_fiber (gpointer data)
{
  Make *make = data;
  g_autofree char *id = dup_template_id (make->key);
  g_autoptr (GError) error = NULL;
  AnnexComputerFolder *folder;

  make->machine = annex_machine_new (make->virt, id);
  folder = annex_machine_get_folder (make->machine);
  if (!lock_folder (make, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  make->keep = template_is_whole (make->key);
  if (make->keep && !make->trial)
    return dex_future_new_true ();
  if (await_made (make, &error))
    {
      g_debug ("Template: done");
      return dex_future_new_true ();
    }
  dex_await (annex_machine_destroy (make->machine), NULL); /* the first error is the one to tell */
  annex_computer_folder_remove (folder, NULL);
  if (!make->keep)
    annex_template_discard (make->kit);
  return annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_template_make (AnnexVirt *virt,
                     AnnexComputerKit *kit,
                     gboolean trial,
                     DexFuture *cancel,
                     gboolean *guest_failed)
{
  Make *make = g_new0 (Make, 1);

  *guest_failed = FALSE;
  make->virt = g_object_ref (virt);
  make->kit = annex_computer_kit_ref (kit);
  make->key = annex_computer_kit_dup_key (kit);
  make->cancel = dex_ref (cancel);
  make->trial = trial;
  make->guest_failed = guest_failed;
  return annex_fiber_run (make_fiber, make, make_free);
}

/* ---------------------------------------------------------------- using it */

typedef struct
{
  char *key;
  char *id;
  char *disk;
  char *memory;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_free (copy->key);
  g_free (copy->id);
  g_free (copy->disk);
  g_free (copy->memory);
  g_free (copy);
}

static DexFuture *
copy_worker (gpointer data)
{
  Copy *copy = data;
  g_autofree char *template_id = dup_template_id (copy->key);
  g_autofree char *folder = dup_template_path (copy->key, NULL);
  g_autofree char *disk = dup_template_path (copy->key, DISK_NAME);
  g_autofree char *memory = dup_template_path (copy->key, MEMORY_NAME);
  g_autofree char *part = g_strconcat (copy->disk, ANNEX_COMPUTER_PART, NULL);
  g_autoptr (GError) error = NULL;

  if (annex_file_copy_sparse (disk, part, &error) &&
      annex_save_file_copy (memory, copy->memory, template_id, copy->id, &error) &&
      annex_file_put_in_place (part, copy->disk, &error))
    {
      g_utime (folder, NULL); /* in use: not the oldest */
      return dex_future_new_true ();
    }
  g_unlink (part);
  g_unlink (copy->memory);
  return dex_future_new_for_error (annex_computer_error_from_io (g_steal_pointer (&error)));
}

DexFuture *
annex_template_copy (AnnexComputerKit *kit, AnnexComputerFolder *folder, const char *memory_name)
{
  Copy *copy = g_new0 (Copy, 1);

  copy->key = annex_computer_kit_dup_key (kit);
  copy->id = g_strdup (annex_computer_folder_get_id (folder));
  copy->disk = annex_computer_folder_dup_path (folder, DISK_NAME);
  copy->memory = annex_computer_folder_dup_path (folder, memory_name);
  return annex_worker_run ("annex-template-copy", copy_worker, copy, copy_free);
}
