/* annex-computer-folder.h
 *
 * Where one computer keeps its files and sockets, and the lock that says which process owns it. The
 * lock lies beside the sockets, in the runtime folder, because that is what libvirt's session
 * daemon is bound to as well; the kernel lets go of it when its process dies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What is put after the name of a file that is being written. */
#define ANNEX_COMPUTER_PART ".part"

typedef struct _AnnexComputerFolder AnnexComputerFolder;

/* @id must be valid (annex_computer_id_is_valid). Nothing is made yet. */
AnnexComputerFolder *
annex_computer_folder_new (const char *id);
void
annex_computer_folder_free (AnnexComputerFolder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComputerFolder, annex_computer_folder_free)

const char *
annex_computer_folder_get_id (AnnexComputerFolder *self);
/* $XDG_DATA_HOME/annex/computers/<id>/<name>. (transfer full) */
char *
annex_computer_folder_dup_path (AnnexComputerFolder *self, const char *name);
/* $XDG_RUNTIME_DIR/annex/<id>/<name>. (transfer full) */
char *
annex_computer_folder_dup_socket (AnnexComputerFolder *self, const char *name);
gboolean
annex_computer_folder_has (AnnexComputerFolder *self, const char *name);
/* Removes one file; none there is fine. */
void
annex_computer_folder_discard (AnnexComputerFolder *self, const char *name);

/* Makes both folders and takes the lock. G_IO_ERROR_BUSY: another process owns this computer.
 * Taking it twice in one process is fine. Blocking but short. */
gboolean
annex_computer_folder_lock (AnnexComputerFolder *self, GError **error);
void
annex_computer_folder_unlock (AnnexComputerFolder *self);

/* Deletes the data folder with all in it, and the sockets. Blocking. */
gboolean
annex_computer_folder_remove (AnnexComputerFolder *self, GError **error);
/* Deletes only the sockets. */
void
annex_computer_folder_remove_sockets (AnnexComputerFolder *self);

/* Deletes a flat folder and its files (no folders in it). G_IO_ERROR. */
gboolean
annex_folder_remove_flat (const char *path, GError **error);

G_END_DECLS
