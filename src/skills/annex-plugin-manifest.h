/* annex-plugin-manifest.h
 *
 * What a plugin says of itself: .claude-plugin/plugin.json in its folder, and the entry that a
 * marketplace has for it. Untrusted; hooks and whatever else would run are only named.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *name;            /* nullable: the folder's is taken */
  char *description;     /* "" */
  char *version;         /* nullable */
  gboolean scan;         /* the usual folder "skills" counts, too */
  char **skills;         /* clean relative paths of skills, or of folders with some */
  char **commands;       /* clean relative paths; NULL: the usual folder */
  GPtrArray *connectors; /* char *: {"mcpServers": …} */
  GPtrArray *left_out;   /* char *: in plain words */
} AnnexPluginManifest;

/* Reads the plugin in @folder. @entry (nullable): what the marketplace says of it.
 * ANNEX_SKILL_ERROR_FORMAT when a known key has a wrong type. (transfer full) */
AnnexPluginManifest *
annex_plugin_manifest_load (const char *folder, JsonObject *entry, GError **error);
void
annex_plugin_manifest_free (AnnexPluginManifest *self);
/* "./a/b" → "a/b"; "./" → "". NULL where it leads anywhere else. (transfer full) */
char *
annex_plugin_clean_path (const char *path);
/* A JSON file below @folder, at most 1 MiB, read through no link. NULL without @error when it is
 * not there. (transfer full) */
JsonObject *
annex_plugin_read_json (const char *folder, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexPluginManifest, annex_plugin_manifest_free)

G_END_DECLS
