/* annex-skill-shelf-write.c
 *
 * See annex-skill-shelf.h: what changes the library and the settings. A version's folder is put in
 * its place first; it counts from the moment that state.json names it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-shelf-private.h"

#include "annex-admin-policy.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-skill-files.h"
#include "annex-skill-values.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define STAGING ".staging"
#define STAGING_MAX_SECONDS (24 * 60 * 60)

/* ---- files */

static void
set_damaged (const char *path, GError **error)
{
  g_set_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
               _ ("The file “%s” is damaged. Mend it, or move it away"), path);
}

JsonObject *
annex_skill_load_object (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) wrong = NULL;
  JsonObject *object = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, &wrong))
    {
      object = annex_json_parse_object (text, (gssize) length, NULL);
      if (object == NULL)
        set_damaged (path, error);
    }
  else if (g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_propagate_error (error, g_steal_pointer (&wrong));
  else
    g_set_error_literal (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED, wrong->message);
  return object;
}

JsonObject *
annex_skill_load_to_change (const char *path, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  JsonObject *object = annex_skill_load_object (path, &wrong);

  if (object != NULL)
    return object;
  if (g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    return json_object_new ();
  g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}

JsonObject *
annex_skill_load_to_look (const char *path)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = annex_skill_load_to_change (path, &error);

  if (object != NULL)
    return object;
  g_warning ("%s", error->message);
  return json_object_new ();
}

gboolean
annex_skill_save_object (const char *path, JsonObject *object, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = annex_json_object_to_string (object);

  return annex_paths_make (folder, error) &&
         annex_file_write_atomic (path, text, (gssize) strlen (text), 0600, error);
}

int
annex_skill_take_lock (AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *path = g_build_filename (places->data, ".lock", NULL);
  g_autofd int fd = -1;

  if (!annex_paths_make (places->data, error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && flock (fd, LOCK_EX) == 0)
    return g_steal_fd (&fd);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _ ("The library of skills cannot be changed: %s"), g_strerror (errno));
  return -1;
}

static char *
settings_path (AnnexSkillPlaces *places)
{
  return g_build_filename (places->config, "skills.json", NULL);
}

JsonObject *
annex_skill_settings_load (AnnexSkillPlaces *places)
{
  g_autofree char *path = settings_path (places);

  return annex_skill_load_to_look (path);
}

JsonObject *
annex_skill_settings_read (AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *path = settings_path (places);

  return annex_skill_load_to_change (path, error);
}

static gboolean
array_has (JsonArray *array, const char *value, guint *at)
{
  for (*at = 0; array != NULL && *at < json_array_get_length (array); (*at)++)
    {
      JsonNode *node = json_array_get_element (array, *at);

      if (JSON_NODE_HOLDS_VALUE (node) && g_strcmp0 (json_node_get_string (node), value) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_skill_settings_has (JsonObject *settings, const char *key, const char *value)
{
  guint at;

  return array_has (annex_json_opt_array (settings, key), value, &at);
}

/* ---- settings */

gboolean
annex_skill_settings_set_in_list (AnnexSkillPlaces *places,
                                  const char *key,
                                  const char *value,
                                  gboolean there,
                                  GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autofree char *path = settings_path (places);
  g_autoptr (JsonObject) settings = lock >= 0 ? annex_skill_load_to_change (path, error) : NULL;
  JsonArray *list;
  gboolean has;
  guint at;

  if (settings == NULL)
    return FALSE;
  list = annex_json_opt_array (settings, key);
  if (list == NULL)
    {
      list = json_array_new ();
      json_object_set_array_member (settings, key, list);
    }
  has = array_has (list, value, &at);
  if (there && !has)
    json_array_add_string_element (list, value);
  if (!there && has)
    json_array_remove_element (list, at);
  return annex_skill_save_object (path, settings, error);
}

gboolean
annex_skill_shelf_set_enabled (AnnexSkillPlaces *places,
                               const char *name,
                               gboolean enabled,
                               GError **error)
{
  return annex_skill_settings_set_in_list (places, "off", name, !enabled, error);
}

gboolean
annex_skill_shelf_set_look_in_home (AnnexSkillPlaces *places, gboolean look, GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autofree char *path = settings_path (places);
  g_autoptr (JsonObject) settings = lock >= 0 ? annex_skill_load_to_change (path, error) : NULL;

  if (settings == NULL)
    return FALSE;
  json_object_set_boolean_member (settings, "look_in_home", look);
  return annex_skill_save_object (path, settings, error);
}

void
annex_skill_shelf_touch (AnnexSkillPlaces *places, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofd int lock = annex_skill_take_lock (places, &error);
  g_autofree char *path = settings_path (places);
  g_autoptr (JsonObject) settings = lock >= 0 ? annex_skill_load_to_change (path, &error) : NULL;
  JsonObject *used = settings != NULL ? annex_json_opt_object (settings, "used") : NULL;

  if (settings != NULL && used == NULL)
    {
      used = json_object_new ();
      json_object_set_object_member (settings, "used", used);
    }
  if (used != NULL)
    json_object_set_int_member (used, name, g_get_real_time ());
  /* When it was used last is a help, no more: a full disk must not keep a skill from being used. */
  if (used == NULL || !annex_skill_save_object (path, settings, &error))
    g_debug ("The use of a skill was not noted: %s", error->message);
}

/* ---- versions */

char **
annex_skill_state_list (AnnexSkillPlaces *places)
{
  g_autoptr (GDir) dir = g_dir_open (places->data, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (annex_skill_is_name (name))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  if (names->len == 0)
    return g_new0 (char *, 1);
  return (char **) g_ptr_array_steal (names, NULL);
}

static char *
state_path (AnnexSkillPlaces *places, const char *name)
{
  return g_build_filename (places->data, name, "state.json", NULL);
}

/* What the version at @at says of itself; "" where it says nothing. (borrowed) */
static const char *
get_word (JsonArray *versions, guint at, const char *key)
{
  JsonNode *node = json_array_get_element (versions, at);

  return JSON_NODE_HOLDS_OBJECT (node)
             ? annex_json_opt_string (json_node_get_object (node), key, "")
             : "";
}

static guint
find_current (JsonObject *state)
{
  JsonArray *versions = annex_json_opt_array (state, "versions");
  const char *current = annex_json_opt_string (state, "current", "");

  for (guint i = 0; versions != NULL && i < json_array_get_length (versions); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (versions, i)) &&
        g_str_equal (get_word (versions, i, "id"), current))
      return i;
  return G_MAXUINT;
}

static gboolean
not_found (const char *name, GError **error)
{
  annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                    N_ ("There is no skill “%s” in the library"), name);
  return FALSE;
}

JsonObject *
annex_skill_state_load (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofree char *path = state_path (places, name);
  g_autoptr (GError) wrong = NULL;
  g_autoptr (JsonObject) state =
      annex_skill_is_name (name) ? annex_skill_load_object (path, &wrong) : NULL;

  if (state != NULL && annex_json_opt_array (state, "versions") != NULL)
    return g_steal_pointer (&state);
  if (state != NULL)
    set_damaged (path, error);
  else if (wrong == NULL || g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    not_found (name, error);
  else
    g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}

JsonObject *
annex_skill_state_get_current (JsonObject *state)
{
  guint at = find_current (state);
  const char *id = annex_json_opt_string (state, "current", "");

  if (at == G_MAXUINT || strspn (id, "0123456789abcdefghijklmnopqrstuvwxyz") != strlen (id))
    return NULL;
  return json_array_get_object_element (annex_json_opt_array (state, "versions"), at);
}

/* Removes the folders of versions that the state does not name: dropped ones, and what a crash
 * left. */
static void
sweep (AnnexSkillPlaces *places, const char *name, JsonArray *versions)
{
  g_autofree char *folder = g_build_filename (places->data, name, NULL);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *child;

  for (guint i = 0; i < json_array_get_length (versions); i++)
    g_hash_table_add (known, (char *) get_word (versions, i, "id"));
  while (dir != NULL && (child = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, child, NULL);

      if (!g_hash_table_contains (known, child) && g_file_test (path, G_FILE_TEST_IS_DIR))
        annex_skill_files_remove (path);
    }
}

/* What is in the folder @path is on the disk before a state names it. */
static void
sync_folder (const char *path)
{
  g_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  if (fd >= 0)
    syncfs (fd);
}

static gboolean
has_newer_of_source (JsonArray *versions, guint at)
{
  for (guint i = at + 1; i < json_array_get_length (versions); i++)
    if (g_str_equal (get_word (versions, i, "source"), get_word (versions, at, "source")))
      return TRUE;
  return FALSE;
}

/* Makes room for one more: the newest of each source stays as long as that is possible, so that
 * what the user wrote outlives any number of a plugin's updates. */
static void
remove_oldest (JsonArray *versions)
{
  guint at = 0;

  while (at < json_array_get_length (versions) && !has_newer_of_source (versions, at))
    at++;
  json_array_remove_element (versions, at < json_array_get_length (versions) ? at : 0);
}

/* The state with the version @id as the newest: without those that an undo went back from, and
 * without the oldest beyond the limit. */
static JsonArray *
add_version (JsonObject *state, const char *id, const char *source)
{
  JsonArray *versions = annex_json_opt_array (state, "versions");
  guint current = find_current (state);

  while (current != G_MAXUINT && json_array_get_length (versions) > current + 1)
    json_array_remove_element (versions, json_array_get_length (versions) - 1);
  while (json_array_get_length (versions) >= ANNEX_SKILL_MAX_VERSIONS)
    remove_oldest (versions);
  json_array_add_object_element (versions, annex_json_build ("s", "id", id, "i", "installed_us",
                                                             g_get_real_time (), "s", "source",
                                                             source, NULL));
  json_object_set_string_member (state, "current", id);
  return versions;
}

gboolean
annex_skill_shelf_install (AnnexSkillPlaces *places,
                           const char *name,
                           const char *staged,
                           const char *source,
                           char **version,
                           GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *folder = g_build_filename (places->data, name, NULL);
  g_autofree char *target = g_build_filename (folder, id, NULL);
  g_autofree char *path = state_path (places, name);
  g_autoptr (JsonObject) state = NULL;
  g_autoptr (GError) wrong = NULL;
  JsonArray *versions;
  gboolean known;

  if (lock < 0 || !annex_admin_policy_check_skill (annex_admin_policy_get (), name, error))
    return FALSE;
  annex_skill_values_settle (places, name);
  if (!annex_paths_make (folder, error))
    return FALSE;
  state = annex_skill_state_load (places, name, &wrong);
  known = state != NULL;
  if (!known && !g_error_matches (wrong, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  if (!known)
    state = annex_json_build ("a", "versions", json_array_new (), NULL);
  if (g_rename (staged, target) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("The skill cannot be put into the library: %s"), g_strerror (errno));
      return FALSE;
    }
  sync_folder (target);
  versions = add_version (state, id, source);
  if (!annex_skill_save_object (path, state, error))
    {
      annex_skill_files_remove (target);
      return FALSE;
    }
  if (known)
    sweep (places, name, versions);
  if (version != NULL)
    *version = g_steal_pointer (&id);
  return TRUE;
}

gboolean
annex_skill_shelf_undo (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) state = lock >= 0 ? annex_skill_state_load (places, name, error) : NULL;
  g_autofree char *path = state_path (places, name);
  guint at = state != NULL ? find_current (state) : G_MAXUINT;
  JsonObject *before;

  if (state == NULL)
    return FALSE;
  if (at == G_MAXUINT)
    return not_found (name, error);
  if (at == 0)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                        N_ ("There is no version of “%s” before this one"), name);
      return FALSE;
    }
  before = json_array_get_object_element (annex_json_opt_array (state, "versions"), at - 1);
  json_object_set_string_member (state, "current", annex_json_opt_string (before, "id", ""));
  return annex_skill_save_object (path, state, error);
}

gboolean
annex_skill_shelf_restore (AnnexSkillPlaces *places,
                           const char *name,
                           const char *version,
                           GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) state = lock >= 0 ? annex_skill_state_load (places, name, error) : NULL;
  g_autofree char *path = state_path (places, name);

  if (state == NULL)
    return FALSE;
  json_object_set_string_member (state, "current", version);
  if (annex_skill_state_get_current (state) != NULL)
    return annex_skill_save_object (path, state, error);
  annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                    N_ ("That version of “%s” is no longer there"), name);
  return FALSE;
}

GPtrArray *
annex_skill_shelf_list_versions (AnnexSkillPlaces *places, const char *name)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_version_free);
  g_autoptr (JsonObject) state = annex_skill_state_load (places, name, NULL);
  JsonArray *versions = state != NULL ? annex_json_opt_array (state, "versions") : NULL;

  for (guint i = versions != NULL ? json_array_get_length (versions) : 0; i-- > 0;)
    {
      JsonNode *node = json_array_get_element (versions, i);
      JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      AnnexSkillVersion *version;

      if (object == NULL)
        continue;
      version = g_new0 (AnnexSkillVersion, 1);
      version->id = g_strdup (annex_json_opt_string (object, "id", ""));
      version->source = g_strdup (annex_json_opt_string (object, "source", NULL));
      version->installed_us = annex_json_opt_int (object, "installed_us", 0);
      version->current = i == find_current (state);
      g_ptr_array_add (list, version);
    }
  return list;
}

/* With the lock: @name with all its versions. */
static gboolean
remove_all (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofree char *folder = g_build_filename (places->data, name, NULL);
  g_autofree char *staging = annex_skill_shelf_make_staging (places, error);
  g_autofree char *gone = NULL;

  if (staging == NULL)
    return FALSE;
  gone = g_build_filename (staging, name, NULL);
  if (g_rename (folder, gone) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   _ ("“%s” cannot be removed: %s"), name, g_strerror (errno));
      g_rmdir (staging);
      return FALSE;
    }
  annex_skill_files_remove (staging);
  return TRUE;
}

gboolean
annex_skill_shelf_remove (AnnexSkillPlaces *places, const char *name, GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (GError) wrong = NULL;
  g_autoptr (JsonObject) state = lock >= 0 ? annex_skill_state_load (places, name, &wrong) : NULL;

  if (lock < 0)
    return FALSE;
  /* All of it shall go: which versions there are does not matter. */
  if (state != NULL || !g_error_matches (wrong, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND))
    return remove_all (places, name, error);
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

gboolean
annex_skill_shelf_drop (AnnexSkillPlaces *places,
                        const char *name,
                        const char *const *versions,
                        GError **error)
{
  g_autofd int lock = annex_skill_take_lock (places, error);
  g_autoptr (JsonObject) state = lock >= 0 ? annex_skill_state_load (places, name, error) : NULL;
  g_autofree char *path = state_path (places, name);
  JsonArray *list = state != NULL ? annex_json_opt_array (state, "versions") : NULL;
  guint before;

  if (list == NULL)
    return FALSE;
  before = json_array_get_length (list);
  for (guint i = before; i-- > 0;)
    if (g_strv_contains (versions, get_word (list, i, "id")))
      json_array_remove_element (list, i);
  if (json_array_get_length (list) == before)
    return TRUE;
  if (json_array_get_length (list) == 0)
    return remove_all (places, name, error);
  if (find_current (state) == G_MAXUINT)
    json_object_set_string_member (state, "current",
                                   get_word (list, json_array_get_length (list) - 1, "id"));
  if (!annex_skill_save_object (path, state, error))
    return FALSE;
  sweep (places, name, list);
  return TRUE;
}

/* ---- staging */

char *
annex_skill_shelf_make_staging (AnnexSkillPlaces *places, GError **error)
{
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *path = g_build_filename (places->data, STAGING, id, NULL);

  return annex_paths_make (path, error) ? g_steal_pointer (&path) : NULL;
}

void
annex_skill_shelf_clean (AnnexSkillPlaces *places)
{
  g_autofree char *folder = g_build_filename (places->data, STAGING, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  const char *name;

  /* One that is new may be another window's. */
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;

      if (g_lstat (path, &info) == 0 && now - info.st_mtime > STAGING_MAX_SECONDS)
        annex_skill_files_remove (path);
    }
}
