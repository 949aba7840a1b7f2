/* annex-share.c
 *
 * See annex-share.h. Decides which folders may never be shared; knows nothing of how a share
 * reaches the computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-share.h"

#include "annex-admin-policy.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_NAME_BYTES 200

struct _AnnexShare
{
  char *id;
  char *name;
  char *path;
  char *origin; /* nullable */
  AnnexShareMode mode;
};

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_share_error)
G_DEFINE_BOXED_TYPE (AnnexShare, annex_share, annex_share_ref, annex_share_unref)

static const char *const mode_names[] = {
  [ANNEX_SHARE_READ_ONLY] = "read-only",
  [ANNEX_SHARE_REVIEW] = "review",
  [ANNEX_SHARE_KEEP] = "keep",
};

/* Folders of the system: these and everything in them. */
static const char *const system_trees[] = {
  "/bin", "/boot", "/dev", "/etc", "/lib",     "/lib32",   "/lib64",     "/libx32", "/proc",
  "/run", "/sbin", "/sys", "/usr", "/var/lib", "/var/log", "/var/spool", "/app",
};
/* Where folders of users lie in a system tree: removable disks, portals, network mounts. */
static const char *const user_trees[] = { "/run/media/*", "/run/user/*/doc/*", "/run/flatpak/doc/*",
                                          "/run/user/*/gvfs/*" };
/* Not themselves; what lies in them may be shared. */
static const char *const system_folders[] = {
  "/",    "/home", "/media", "/mnt",       "/opt",      "/root",
  "/srv", "/tmp",  "/var",   "/var/cache", "/var/home", "/var/tmp",
};

/* Is @path @tree, or in it? Both absolute, without a trailing slash. */
static gboolean
lies_in (const char *path, const char *tree)
{
  gsize length = strlen (tree);

  if (g_str_equal (tree, "/"))
    return TRUE;
  return strncmp (path, tree, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static gboolean
is_system_folder (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (system_folders); i++)
    if (g_str_equal (path, system_folders[i]))
      return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (user_trees); i++)
    if (g_pattern_match_simple (user_trees[i], path))
      return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (system_trees); i++)
    if (lies_in (path, system_trees[i]))
      return TRUE;
  return FALSE;
}

/* @path with the symlinks of its existing part resolved. (transfer full) */
static char *
resolve_existing (const char *path)
{
  g_autofree char *at = g_canonicalize_filename (path, "/");
  g_autoptr (GString) rest = g_string_new (NULL);

  for (;;)
    {
      g_autofree char *base = NULL;
      char *resolved = realpath (at, NULL);
      char *parent;

      if (resolved != NULL)
        {
          char *result = g_str_equal (resolved, "/") && rest->len > 0
                             ? g_strdup (rest->str)
                             : g_strconcat (resolved, rest->str, NULL);

          free (resolved);
          return result;
        }
      base = g_path_get_basename (at);
      g_string_prepend (rest, base);
      g_string_prepend_c (rest, '/');
      parent = g_path_get_dirname (at);
      g_free (at);
      at = parent;
    }
}

static gboolean
refuse (GError **error, const char *message)
{
  annex_set_spoken_literal (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_ALLOWED, message);
  return FALSE;
}

/* A copy of a folder, made for trying a task again, in its own folder of that one trial. */
static gboolean
is_copy_for_trial (const char *path)
{
  g_autofree char *given = annex_paths_data ("trials");
  g_autofree char *trials = resolve_existing (given);

  return trials != NULL && lies_in (path, trials) && !g_str_equal (path, trials) &&
         strchr (path + strlen (trials) + 1, '/') != NULL;
}

static gboolean
touches_own_data (const char *path)
{
  char *(*const own[]) (const char *) = { annex_paths_data, annex_paths_cache, annex_paths_config,
                                          annex_paths_runtime };

  g_autofree char *computers = annex_paths_dup_computer_folder ();

  for (guint i = 0; i <= G_N_ELEMENTS (own); i++)
    {
      g_autofree char *given = i < G_N_ELEMENTS (own) ? own[i](NULL) : g_steal_pointer (&computers);
      g_autofree char *folder = given != NULL ? resolve_existing (given) : NULL;

      if (folder != NULL && (lies_in (path, folder) || lies_in (folder, path)))
        return TRUE;
    }
  return FALSE;
}

/* @path is resolved. */
static gboolean
is_allowed (const char *path, GPtrArray *taken, GError **error)
{
  g_autofree char *home = resolve_existing (g_get_home_dir ());

  if (is_system_folder (path))
    return refuse (error, N_ ("This folder belongs to the system and cannot be shared"));
  if (lies_in (home, path))
    return refuse (error, N_ ("The whole home folder cannot be shared; choose a folder in it"));
  if (touches_own_data (path) && !is_copy_for_trial (path))
    return refuse (error, N_ ("Annex keeps its own data there; choose another folder"));
  if (!g_utf8_validate (path, -1, NULL))
    return refuse (error, N_ ("The folder’s name holds characters that cannot be stored"));
  for (guint i = 0; taken != NULL && i < taken->len; i++)
    {
      AnnexShare *other = g_ptr_array_index (taken, i);

      if (g_str_equal (path, other->path))
        return refuse (error, N_ ("This folder is shared already"));
      if (lies_in (path, other->path))
        return refuse (error, N_ ("This folder lies in a folder that is shared already"));
      if (lies_in (other->path, path))
        return refuse (error, N_ ("A folder in this one is shared already; revoke that one first"));
    }
  return TRUE;
}

static char *
resolve_folder (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *resolved = NULL;
  char *found = realpath (path, NULL);
  struct stat st;

  if (found == NULL)
    {
      AnnexShareError code = errno == EACCES    ? ANNEX_SHARE_ERROR_UNREADABLE
                             : errno == ENOTDIR ? ANNEX_SHARE_ERROR_NOT_A_FOLDER
                                                : ANNEX_SHARE_ERROR_NOT_FOUND;

      annex_set_spoken (error, ANNEX_SHARE_ERROR, code, N_ ("The folder “%s” cannot be found: %s"),
                        shown, g_strerror (errno));
      return NULL;
    }
  resolved = g_strdup (found);
  free (found);
  if (stat (resolved, &st) != 0 || !S_ISDIR (st.st_mode))
    {
      annex_set_spoken (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_A_FOLDER,
                        N_ ("“%s” is not a folder"), shown);
      return NULL;
    }
  return g_steal_pointer (&resolved);
}

static gboolean
name_taken (GPtrArray *taken, const char *name)
{
  for (guint i = 0; taken != NULL && i < taken->len; i++)
    if (g_str_equal (((AnnexShare *) g_ptr_array_index (taken, i))->name, name))
      return TRUE;
  return FALSE;
}

/* The folder's own name without control characters, not longer than a file name may be. */
static char *
make_name (const char *path, GPtrArray *taken)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = NULL;

  if (strlen (base) > MAX_NAME_BYTES)
    {
      char *end = base + MAX_NAME_BYTES;

      while ((*end & 0xc0) == 0x80)
        end--;
      *end = '\0';
    }
  for (char *at = base; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = '_';
  name = g_strdup (base);
  for (guint i = 2; name_taken (taken, name); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s-%u", base, i);
    }
  return g_steal_pointer (&name);
}

static AnnexShare *
share_new (const char *id, const char *name, const char *path, AnnexShareMode mode)
{
  AnnexShare *self = g_atomic_rc_box_new0 (AnnexShare);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->path = g_strdup (path);
  self->mode = mode;
  return self;
}

AnnexShare *
annex_share_new_copy (const char *path,
                      const char *origin,
                      AnnexShareMode mode,
                      GPtrArray *taken,
                      GError **error)
{
  g_autofree char *resolved = NULL;
  g_autofree char *identifier = NULL;
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  AnnexShare *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (origin == NULL || g_path_is_absolute (origin), NULL);

  resolved = resolve_folder (path, error);
  if (resolved == NULL || !is_allowed (resolved, taken, error) ||
      !annex_admin_policy_check_share (annex_admin_policy_get (),
                                       origin != NULL ? origin : resolved, mode, error))
    return NULL;
  if (access (resolved, R_OK | X_OK) != 0)
    {
      annex_set_spoken (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_UNREADABLE,
                        N_ ("The folder “%s” cannot be read: %s"), resolved, g_strerror (errno));
      return NULL;
    }
  identifier = annex_identifier_new ();
  id = g_strconcat ("s", identifier + 14, NULL); /* twelve random characters */
  name = make_name (resolved, taken);
  self = share_new (id, name, resolved, mode);
  self->origin = g_strdup (origin);
  return self;
}

AnnexShare *
annex_share_new (const char *path, AnnexShareMode mode, GPtrArray *taken, GError **error)
{
  return annex_share_new_copy (path, NULL, mode, taken, error);
}

static gboolean
is_valid_id (const char *id)
{
  gsize length = strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789");

  return length > 0 && length <= 36 && id[length] == '\0';
}

AnnexShare *
annex_share_new_from_json (JsonObject *json, GError **error)
{
  const char *id = annex_json_get_string (json, "id", error);
  const char *name = id != NULL ? annex_json_get_string (json, "name", error) : NULL;
  const char *path = name != NULL ? annex_json_get_string (json, "path", error) : NULL;
  const char *mode_name = path != NULL ? annex_json_get_string (json, "mode", error) : NULL;
  const char *origin;
  AnnexShareMode mode;
  AnnexShare *self;

  if (mode_name == NULL || !annex_share_mode_from_name (mode_name, &mode, error))
    return NULL;
  origin = annex_json_opt_string (json, "origin", NULL);
  if (!is_valid_id (id) || !g_path_is_absolute (path) ||
      (origin != NULL && !g_path_is_absolute (origin)) || name[0] == '\0' || strlen (name) > 255 ||
      strchr (name, '/') != NULL || g_str_equal (name, ".") || g_str_equal (name, ".."))
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                           "The share’s id, name or path is not allowed");
      return NULL;
    }
  self = share_new (id, name, path, mode);
  self->origin = g_strdup (origin);
  return self;
}

JsonObject *
annex_share_to_json (AnnexShare *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "id", self->id);
  json_object_set_string_member (json, "name", self->name);
  json_object_set_string_member (json, "path", self->path);
  json_object_set_string_member (json, "mode", annex_share_mode_to_name (self->mode));
  if (self->origin != NULL)
    json_object_set_string_member (json, "origin", self->origin);
  return json;
}

AnnexShare *
annex_share_with_mode (AnnexShare *self, AnnexShareMode mode)
{
  AnnexShare *changed = share_new (self->id, self->name, self->path, mode);

  changed->origin = g_strdup (self->origin);
  return changed;
}

AnnexShare *
annex_share_ref (AnnexShare *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexShare *self = data;

  g_free (self->id);
  g_free (self->name);
  g_free (self->path);
  g_free (self->origin);
}

void
annex_share_unref (AnnexShare *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

const char *
annex_share_get_id (AnnexShare *self)
{
  return self->id;
}

const char *
annex_share_get_name (AnnexShare *self)
{
  return self->name;
}

const char *
annex_share_get_path (AnnexShare *self)
{
  return self->path;
}

const char *
annex_share_get_origin (AnnexShare *self)
{
  return self->origin;
}

const char *
annex_share_get_home (AnnexShare *self)
{
  return self->origin != NULL ? self->origin : self->path;
}

AnnexShareMode
annex_share_get_mode (AnnexShare *self)
{
  return self->mode;
}

char *
annex_share_dup_guest_path (AnnexShare *self)
{
  return g_strconcat ("/folders/", self->name, NULL);
}

const char *
annex_share_mode_to_name (AnnexShareMode mode)
{
  return mode_names[mode];
}

gboolean
annex_share_mode_from_name (const char *name, AnnexShareMode *mode, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (mode_names); i++)
    if (g_strcmp0 (name, mode_names[i]) == 0)
      {
        *mode = i;
        return TRUE;
      }
  annex_set_spoken (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_BAD_MODE,
                    N_ ("A folder’s mode is read-only, review or keep"));
  return FALSE;
}
