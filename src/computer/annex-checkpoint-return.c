/* annex-checkpoint-return.c
 *
 * A computer becomes its checkpoint again, or another computer becomes a copy of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint-store-private.h"

#include "annex-save-file.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

gboolean
annex_checkpoint_store_prepare_return (AnnexComputerFolder *folder,
                                       const char *checkpoint_id,
                                       GError **error)
{
  const char *id = annex_computer_folder_get_id (folder);
  g_autoptr (AnnexCheckpoint) one = annex_checkpoint_store_find (id, checkpoint_id, error);
  g_autofree char *from_disk = NULL;
  g_autofree char *from_memory = NULL;
  g_autofree char *to_disk =
      annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DISK ANNEX_CHECKPOINT_NEW);
  g_autofree char *to_memory =
      annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_MEMORY ANNEX_CHECKPOINT_NEW);

  if (one == NULL)
    return FALSE;
  from_disk = annex_checkpoint_dup_path (id, checkpoint_id, ANNEX_CHECKPOINT_DISK);
  from_memory = annex_checkpoint_dup_path (id, checkpoint_id, ANNEX_CHECKPOINT_MEMORY);
  g_unlink (to_memory);
  if (annex_checkpoint_copy_file (from_disk, to_disk, error) &&
      (!one->memory || annex_checkpoint_share_file (from_memory, to_memory, error)))
    return TRUE;
  g_unlink (to_disk);
  g_unlink (to_memory);
  return FALSE;
}

/* What the computer's own facts will be: of the image that the checkpoint was made with. */
static JsonObject *
computer_facts (const char *id, const char *checkpoint_id)
{
  g_autofree char *path = annex_checkpoint_dup_path (id, checkpoint_id, ANNEX_CHECKPOINT_FACTS);
  g_autoptr (JsonObject) facts = annex_checkpoint_read_facts (path);
  const char *image = facts != NULL ? annex_json_opt_string (facts, ANNEX_FACT_IMAGE, NULL) : NULL;
  JsonObject *object = json_object_new ();

  if (image != NULL)
    json_object_set_string_member (object, ANNEX_FACT_IMAGE, image);
  return object;
}

gboolean
annex_checkpoint_store_decide_return (AnnexComputerFolder *folder,
                                      const char *checkpoint_id,
                                      GError **error)
{
  g_autofree char *path = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DECISION);
  g_autoptr (JsonObject) decision = json_object_new ();

  json_object_set_string_member (decision, "checkpoint", checkpoint_id);
  json_object_set_boolean_member (
      decision, "memory",
      annex_computer_folder_has (folder, ANNEX_CHECKPOINT_MEMORY ANNEX_CHECKPOINT_NEW));
  json_object_set_object_member (
      decision, "computer", computer_facts (annex_computer_folder_get_id (folder), checkpoint_id));
  return annex_checkpoint_write_facts (path, decision, error);
}

/* The prepared copy of @name takes its place; it has done so already when there is none. */
static gboolean
take_new (AnnexComputerFolder *folder, const char *name, GError **error)
{
  g_autofree char *to = annex_computer_folder_dup_path (folder, name);
  g_autofree char *from = g_strconcat (to, ANNEX_CHECKPOINT_NEW, NULL);

  if (g_rename (from, to) == 0 || errno == ENOENT)
    return TRUE;
  return annex_checkpoint_fail (error, "Cannot write", to);
}

gboolean
annex_checkpoint_store_finish_return (AnnexComputerFolder *folder, GError **error)
{
  g_autofree char *path = annex_computer_folder_dup_path (folder, ANNEX_CHECKPOINT_DECISION);
  g_autofree char *facts_path = annex_computer_folder_dup_path (folder, ANNEX_COMPUTER_FACTS);
  g_autofree char *place = annex_computer_folder_dup_path (folder, ".");
  g_autoptr (JsonObject) decision = NULL;
  JsonObject *facts;

  if (!annex_computer_folder_has (folder, ANNEX_CHECKPOINT_DECISION))
    return TRUE;
  decision = annex_checkpoint_read_facts (path);
  if (decision != NULL)
    {
      if (!annex_json_opt_boolean (decision, "memory", FALSE))
        annex_computer_folder_discard (folder, ANNEX_CHECKPOINT_MEMORY);
      if (!take_new (folder, ANNEX_CHECKPOINT_DISK, error) ||
          !take_new (folder, ANNEX_CHECKPOINT_MEMORY, error))
        return FALSE;
      facts = annex_json_opt_object (decision, "computer");
      if (facts != NULL && !annex_checkpoint_write_facts (facts_path, facts, error))
        return FALSE;
    }
  if (!annex_checkpoint_sync (place, error))
    return FALSE;
  annex_computer_folder_discard (folder, ANNEX_CHECKPOINT_DECISION);
  return TRUE;
}

gboolean
annex_checkpoint_store_fork (const char *id,
                             const char *checkpoint_id,
                             AnnexComputerFolder *target,
                             GError **error)
{
  g_autoptr (AnnexCheckpoint) one = annex_checkpoint_store_find (id, checkpoint_id, error);
  const char *new_id = annex_computer_folder_get_id (target);
  g_autoptr (JsonObject) facts = computer_facts (id, checkpoint_id);
  g_autofree char *facts_path = annex_computer_folder_dup_path (target, ANNEX_COMPUTER_FACTS);
  g_autofree char *from_disk = NULL;
  g_autofree char *from_memory = NULL;
  g_autofree char *to_disk = annex_computer_folder_dup_path (target, ANNEX_CHECKPOINT_DISK);
  g_autofree char *to_memory = annex_computer_folder_dup_path (target, ANNEX_CHECKPOINT_MEMORY);
  g_autofree char *place = annex_computer_folder_dup_path (target, ".");

  if (one == NULL)
    return FALSE;
  if (annex_computer_folder_has (target, ANNEX_CHECKPOINT_DISK))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                           _ ("That task has a computer already"));
      return FALSE;
    }
  from_disk = annex_checkpoint_dup_path (id, checkpoint_id, ANNEX_CHECKPOINT_DISK);
  from_memory = annex_checkpoint_dup_path (id, checkpoint_id, ANNEX_CHECKPOINT_MEMORY);
  json_object_set_boolean_member (facts, ANNEX_FACT_NEW_IDENTITY, TRUE);
  /* The disk last: without one there is no computer. */
  if (annex_checkpoint_write_facts (facts_path, facts, error) &&
      (!one->memory || (annex_save_file_copy (from_memory, to_memory, id, new_id, error) &&
                        annex_checkpoint_sync (to_memory, error))) &&
      annex_checkpoint_copy_file (from_disk, to_disk, error) &&
      annex_checkpoint_sync (place, error))
    return TRUE;
  g_unlink (to_disk);
  g_unlink (to_memory);
  g_unlink (facts_path);
  return FALSE;
}
