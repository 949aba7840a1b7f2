/* annex-skill-files.h
 *
 * The files of a skill's folder: listing, reading and copying them without ever following a link,
 * and within limits. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill.h"

G_BEGIN_DECLS

#define ANNEX_SKILL_MAX_FILES 4000
#define ANNEX_SKILL_MAX_BYTES (128u * 1024u * 1024u)

#define ANNEX_TYPE_SKILL_FILE (annex_skill_file_get_type ())
typedef struct
{
  char *path; /* relative to the skill's folder */
  guint64 size_bytes;
  gboolean executable;
} AnnexSkillFile;
GType
annex_skill_file_get_type (void) G_GNUC_CONST;
AnnexSkillFile *
annex_skill_file_copy (const AnnexSkillFile *self);
void
annex_skill_file_free (AnnexSkillFile *self);

/* The files below @folder, sorted by path. What belongs to no skill (caches, version control) is
 * left out; links and special files are named in @left_out (nullable; char *, transfer full to it).
 * ANNEX_SKILL_ERROR_LIMIT, G_IO_ERROR. (transfer full) */
GPtrArray *
annex_skill_files_list (const char *folder, GPtrArray *left_out, GError **error);
/* A file of it. (transfer full) */
GBytes *
annex_skill_files_read (const char *folder, const char *path, GError **error);
/* Copies the files of @from to the new folder @to. @left_out as above. */
gboolean
annex_skill_files_copy (const char *from, const char *to, GPtrArray *left_out, GError **error);
/* Removes a folder with all that is in it. TRUE also when there was none. */
gboolean
annex_skill_files_remove (const char *folder);
/* Takes out of @folder what belongs to no skill. */
void
annex_skill_files_prune (const char *folder);
/* Is it text: UTF-8 without null characters, at most 1 MiB? */
gboolean
annex_skill_files_is_text (GBytes *bytes);
/* A digest of paths, modes and contents, lower-case hex. NULL with an error. (transfer full) */
char *
annex_skill_files_digest (const char *folder, GError **error);

G_END_DECLS
