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
#include "annex-paths.h"

#include <sys/stat.h>

typedef struct
{
  guint n_computers;
  guint n_asleep;
  guint64 computers_bytes;
  guint64 templates_bytes;
  guint64 images_bytes;
} Room;

/* What the files below @path take on disk, sparse parts not counted. Blocking. */
static guint64
measure (const char *path, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint64 bytes = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      struct stat info;

      if (lstat (child, &info) != 0)
        continue;
      if (S_ISDIR (info.st_mode) && depth > 0)
        bytes += measure (child, depth - 1);
      else
        bytes += (guint64) info.st_blocks * 512;
    }
  return bytes;
}

static void
measure_room (Room *room)
{
  g_autofree char *computers = annex_paths_computer ("computers");
  g_autofree char *templates = annex_paths_computer ("template");
  g_autofree char *images = annex_paths_computer ("image");
  g_autoptr (GDir) dir = g_dir_open (computers, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *memory = g_build_filename (computers, name, "memory.save", NULL);

      room->n_computers++;
      room->n_asleep += g_file_test (memory, G_FILE_TEST_EXISTS);
    }
  room->computers_bytes = measure (computers, 3);
  room->templates_bytes = measure (templates, 3);
  room->images_bytes = measure (images, 3);
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
      (gint64) room->computers_bytes, "i", "template_bytes", (gint64) room->templates_bytes, "i",
      "image_bytes", (gint64) room->images_bytes, NULL);
  g_autofree char *line = annex_json_object_to_string (json);

  annex_cli_print ("%s\n", line);
}

static void
print_text (AnnexComputerKit *kit, const Room *room)
{
  g_autofree char *computers = g_format_size (room->computers_bytes);
  g_autofree char *templates = g_format_size (room->templates_bytes);
  g_autofree char *images = g_format_size (room->images_bytes);

  if (kit != NULL)
    annex_cli_print ("Image:      %s\n"
                     "Runs on:    %s. %s\n"
                     "Size:       %u MiB of memory, %u processors\n",
                     kit->image_version, kit->kvm ? "KVM" : "emulation", kit->accelerator_reason,
                     kit->memory_mib, kit->vcpus);
  annex_cli_print ("Computers:  %u, %u of them asleep\n"
                   "On disk:    %s of computers, %s of templates, %s of images\n",
                   room->n_computers, room->n_asleep, computers, templates, images);
}

int
annex_cli_print_computer_status (gboolean json, GError **error)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (NULL);
  g_autoptr (AnnexImageStore) images = annex_image_store_new (NULL);
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (GError) missing = NULL;
  Room room = { 0 };

  kit = dex_await_boxed (annex_computer_kit_gather (virt, images, NULL), &missing);
  if (kit == NULL)
    annex_error_normalise (&missing);
  measure_room (&room);
  if (json)
    print_json (kit, missing, &room);
  else
    print_text (kit, &room);
  if (kit != NULL)
    return ANNEX_EXIT_DONE;
  g_propagate_error (error, g_steal_pointer (&missing));
  return -1;
}
