/* annex-cli-status.c
 *
 * `annex computer status`: the image, how machines run here and why, and the disks of tasks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-computer-kit.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-limits.h"
#include "annex-paths.h"
#include "annex-space.h"

#define MAX_USES 20

typedef struct
{
  guint n_computers;
  guint n_asleep;
  guint64 templates_bytes;
  guint64 images_bytes;
  AnnexSpace *space;
} Room;

static void
count_computers (Room *room)
{
  g_autofree char *computers = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (computers, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *memory = g_build_filename (computers, name, "memory.save", NULL);

      room->n_computers++;
      room->n_asleep += g_file_test (memory, G_FILE_TEST_EXISTS);
    }
}

static void
print_json (AnnexComputerKit *kit, const GError *missing, const Room *room)
{
  g_autoptr (JsonObject) json = annex_json_build (
      "b", "ready", kit != NULL, "s", "image", kit != NULL ? kit->image_version : NULL, "s",
      "accelerator",
      kit == NULL ? NULL
      : kit->kvm  ? "kvm"
                  : "tcg",
      "s", "accelerator_reason", kit != NULL ? kit->accelerator_reason : NULL, "s", "missing",
      missing != NULL ? missing->message : NULL, "i", "memory_mib",
      (gint64) (kit != NULL ? kit->memory_mib : 0), "i", "computers", (gint64) room->n_computers,
      "i", "asleep", (gint64) room->n_asleep, "i", "computers_bytes",
      (gint64) room->space->computer_bytes, "i", "template_bytes", (gint64) room->templates_bytes,
      "i", "image_bytes", (gint64) room->images_bytes, "i", "checkpoint_bytes",
      (gint64) room->space->checkpoint_bytes, "i", "undo_bytes", (gint64) room->space->undo_bytes,
      "i", "disk_bytes", (gint64) room->space->total_bytes, "i", "disk_limit_bytes",
      (gint64) room->space->limit_bytes, NULL);
  JsonArray *tasks = json_array_new ();
  g_autofree char *line = NULL;

  for (guint i = 0; i < room->space->uses->len; i++)
    {
      const AnnexSpaceUse *use = g_ptr_array_index (room->space->uses, i);

      json_array_add_object_element (
          tasks, annex_json_build ("s", "task", use->task_id, "i", "computer_bytes",
                                   (gint64) use->computer_bytes, "i", "checkpoint_bytes",
                                   (gint64) use->checkpoint_bytes, NULL));
    }
  json_object_set_array_member (json, "tasks", tasks);
  line = annex_json_object_to_string (json);
  annex_cli_print ("%s\n", line);
}

/* What takes the room, the largest first: a reset of it gives that back. */
static void
print_uses (const AnnexSpace *space)
{
  for (guint i = 0; i < MIN (space->uses->len, MAX_USES); i++)
    {
      const AnnexSpaceUse *use = g_ptr_array_index (space->uses, i);
      g_autofree char *computer = g_format_size (use->computer_bytes);
      g_autofree char *checkpoints = g_format_size (use->checkpoint_bytes);

      annex_cli_print ("  %s  %s, %s of checkpoints\n", use->task_id, computer, checkpoints);
    }
  if (space->uses->len > MAX_USES)
    annex_cli_print ("  and %u more\n", space->uses->len - MAX_USES);
}

static void
print_text (AnnexComputerKit *kit, const Room *room)
{
  g_autofree char *computers = g_format_size (room->space->computer_bytes);
  g_autofree char *checkpoints = g_format_size (room->space->checkpoint_bytes);
  g_autofree char *undo = g_format_size (room->space->undo_bytes);
  g_autofree char *total = g_format_size (room->space->total_bytes);
  g_autofree char *limit =
      room->space->limit_bytes > 0
          ? g_format_size_full (room->space->limit_bytes, G_FORMAT_SIZE_IEC_UNITS)
          : g_strdup ("no limit");
  g_autofree char *templates = g_format_size (room->templates_bytes);
  g_autofree char *images = g_format_size (room->images_bytes);

  if (kit != NULL)
    annex_cli_print ("Image:      %s\n"
                     "Runs on:    %s. %s\n"
                     "Size:       %u MiB of memory, %u processors\n",
                     kit->image_version, kit->kvm ? "KVM" : "emulation", kit->accelerator_reason,
                     kit->memory_mib, kit->vcpus);
  annex_cli_print ("Computers:  %u, %u of them asleep\n"
                   "On disk:    %s of computers, %s of checkpoints, %s of templates, %s of images, "
                   "%s to undo with\n"
                   "            %s in all; %s\n",
                   room->n_computers, room->n_asleep, computers, checkpoints, templates, images,
                   undo, total, limit);
  print_uses (room->space);
}

int
annex_cli_print_computer_status (gboolean json, GError **error)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autoptr (AnnexImageStore) images = annex_image_store_new (NULL);
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (GError) missing = NULL;
  g_autoptr (GSettings) settings = annex_limits_dup_settings ();
  g_autoptr (AnnexSpace) space = NULL;
  g_autofree char *templates = annex_paths_computer ("template");
  g_autofree char *all_images = annex_paths_computer ("image");
  Room room = { 0 };

  kit = dex_await_boxed (annex_computer_kit_gather (virt, images, NULL), &missing);
  if (kit == NULL)
    annex_error_normalise (&missing);
  annex_limits_apply (settings, NULL);
  count_computers (&room);
  room.templates_bytes = annex_space_measure_folder (templates);
  room.images_bytes = annex_space_measure_folder (all_images);
  room.space = space = annex_space_measure ();
  if (json)
    print_json (kit, missing, &room);
  else
    print_text (kit, &room);
  if (kit != NULL)
    return ANNEX_EXIT_DONE;
  g_propagate_error (error, g_steal_pointer (&missing));
  return -1;
}
