/* annex-image-manifest.c
 *
 * See annex-image-manifest.h. The format is written by vm/build-image.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-manifest.h"

#include "annex-json.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_FILES 64
#define MAX_LAYERS 8
#define MAX_HOSTS 64
#define MAX_MISSING 64
#define MAX_FILE_BYTES (G_GUINT64_CONSTANT (64) << 30)
#define MAX_NAME 64

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_image_error)
G_DEFINE_BOXED_TYPE (AnnexImageManifest,
                     annex_image_manifest,
                     annex_image_manifest_ref,
                     annex_image_manifest_unref)

const char *
annex_image_error_name (AnnexImageError code)
{
  switch (code)
    {
    case ANNEX_IMAGE_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_IMAGE_ERROR_DAMAGED:
      return "damaged";
    case ANNEX_IMAGE_ERROR_NO_SPACE:
      return "no-space";
    case ANNEX_IMAGE_ERROR_NO_TOOLS:
      return "no-tools";
    case ANNEX_IMAGE_ERROR_BUILD_FAILED:
      return "build-failed";
    case ANNEX_IMAGE_ERROR_NETWORK:
      return "network";
    case ANNEX_IMAGE_ERROR_FAILED:
      return "failed";
    }
  return "unknown";
}

static void
file_free (gpointer data)
{
  AnnexImageFile *file = data;

  g_free (file->name);
  g_free (file->sha256);
  g_free (file);
}

static void
layer_free (gpointer data)
{
  AnnexImageLayer *layer = data;

  g_free (layer->name);
  g_free (layer->file);
  g_free (layer);
}

static void
host_free (gpointer data)
{
  AnnexImagePackageHost *host = data;

  g_free (host->host);
  g_free (host->manager);
  g_free (host);
}

AnnexImageManifest *
annex_image_manifest_ref (AnnexImageManifest *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
annex_image_manifest_unref (AnnexImageManifest *self)
{
  g_return_if_fail (self != NULL);
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_free (self->version);
  g_free (self->architecture);
  g_free (self->created);
  g_free (self->recipe);
  g_free (self->command_line);
  g_free (self->kernel);
  g_free (self->initramfs);
  g_free (self->disk);
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->package_hosts);
  g_ptr_array_unref (self->files);
  g_strfreev (self->missing);
  g_free (self->sha256);
  g_free (self);
}

const AnnexImageFile *
annex_image_manifest_find_file (const AnnexImageManifest *self, const char *name)
{
  g_return_val_if_fail (self != NULL && name != NULL, NULL);
  for (guint i = 0; i < self->files->len; i++)
    {
      const AnnexImageFile *file = g_ptr_array_index (self->files, i);

      if (strcmp (file->name, name) == 0)
        return file;
    }
  return NULL;
}

/* One path component that no shell, URL or file system reads in another way. */
static gboolean
is_plain_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > MAX_NAME || name[0] == '.' || name[0] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("._-", name[i]) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_layer_name (const char *name)
{
  gsize length = strlen (name);

  if (length == 0 || length > 14 || strcmp (name, "disk") == 0)
    return FALSE;
  return strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

static gboolean
is_sha256 (const char *text)
{
  return strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static gboolean
is_host_name (const char *host)
{
  gsize length = strlen (host);

  if (length == 0 || length > 253 || host[0] == '.' || host[0] == '-' || host[length - 1] == '.')
    return FALSE;
  return strspn (host, "abcdefghijklmnopqrstuvwxyz0123456789-.") == length &&
         strstr (host, "..") == NULL;
}

/* Printable ASCII: it becomes the kernel's command line, in XML and on one line. */
static gboolean
is_command_line (const char *text)
{
  if (strlen (text) > 1024)
    return FALSE;
  for (const char *at = text; *at != '\0'; at++)
    if (*at < ' ' || *at > '~')
      return FALSE;
  return TRUE;
}

static gboolean
refuse (GError **error, const char *what)
{
  GError *made = g_error_new (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED,
                              "The description of the computer’s image is damaged: %s", what);

  /* Translators: what is wrong follows, as "its list of files" or "it is too large" */
  annex_spoken_take (made,
                     g_strdup_printf (_ ("The description of the computer’s image is damaged: %s"),
                                      g_dpgettext2 (NULL, "damaged description", what)));
  g_clear_error (error);
  g_propagate_error (error, made);
  return FALSE;
}

/* The object at @index, or NULL. */
static JsonObject *
get_element (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
read_files (AnnexImageManifest *self, JsonObject *root, GError **error)
{
  g_autoptr (GChecksum) identity = g_checksum_new (G_CHECKSUM_SHA256);
  JsonArray *array = annex_json_opt_array (root, "files");
  guint length = array != NULL ? json_array_get_length (array) : 0;

  if (length == 0 || length > MAX_FILES)
    return refuse (error, NC_ ("damaged description", "its list of files"));
  for (guint i = 0; i < length; i++)
    {
      JsonObject *object = get_element (array, i);
      const char *name = object != NULL ? annex_json_opt_string (object, "name", "") : "";
      const char *sha256 = object != NULL ? annex_json_opt_string (object, "sha256", "") : "";
      gint64 size = object != NULL ? annex_json_opt_int (object, "size", -1) : -1;
      AnnexImageFile *file;

      if (!is_plain_name (name) || strcmp (name, ANNEX_IMAGE_MANIFEST_NAME) == 0 ||
          g_str_has_suffix (name, ".part") || strcmp (name, "verified") == 0 ||
          annex_image_manifest_find_file (self, name) != NULL)
        return refuse (error, NC_ ("damaged description", "the name of a file"));
      if (size < 0 || (guint64) size > MAX_FILE_BYTES || !is_sha256 (sha256))
        return refuse (error, NC_ ("damaged description", "size or checksum of a file"));
      file = g_new0 (AnnexImageFile, 1);
      file->name = g_strdup (name);
      file->size_bytes = size;
      file->sha256 = g_strdup (sha256);
      g_ptr_array_add (self->files, file);
      self->size_bytes += size;
      g_checksum_update (identity, (const guchar *) name, -1);
      g_checksum_update (identity, (const guchar *) " ", 1);
      g_checksum_update (identity, (const guchar *) sha256, -1);
      g_checksum_update (identity, (const guchar *) "\n", 1);
    }
  self->sha256 = g_strdup (g_checksum_get_string (identity));
  return TRUE;
}

static gboolean
read_layers (AnnexImageManifest *self, JsonObject *root, GError **error)
{
  JsonArray *array = annex_json_opt_array (root, "layers");
  guint length = array != NULL ? json_array_get_length (array) : 0;
  gboolean has_base = FALSE;

  if (length == 0 || length > MAX_LAYERS)
    return refuse (error, NC_ ("damaged description", "its list of layers"));
  for (guint i = 0; i < length; i++)
    {
      JsonObject *object = get_element (array, i);
      const char *name = object != NULL ? annex_json_opt_string (object, "name", "") : "";
      const char *file = object != NULL ? annex_json_opt_string (object, "file", "") : "";
      gboolean base = strcmp (name, "base") == 0;
      AnnexImageLayer *layer;

      if (!is_layer_name (name) || annex_image_manifest_find_file (self, file) == NULL)
        return refuse (error, NC_ ("damaged description", "a layer"));
      for (guint j = 0; j < self->layers->len; j++)
        if (strcmp (((AnnexImageLayer *) g_ptr_array_index (self->layers, j))->name, name) == 0)
          return refuse (error, NC_ ("damaged description", "a layer that is listed twice"));
      layer = g_new0 (AnnexImageLayer, 1);
      layer->name = g_strdup (name);
      layer->file = g_strdup (file);
      g_ptr_array_insert (self->layers, base ? 0 : -1, layer);
      has_base |= base;
    }
  return has_base || refuse (error, NC_ ("damaged description", "there is no base layer"));
}

static gboolean
read_hosts (AnnexImageManifest *self, JsonObject *root, GError **error)
{
  JsonArray *array = annex_json_opt_array (root, "package_hosts");
  guint length = array != NULL ? json_array_get_length (array) : 0;

  if (length > MAX_HOSTS)
    return refuse (error, NC_ ("damaged description", "its list of package hosts"));
  for (guint i = 0; i < length; i++)
    {
      JsonObject *object = get_element (array, i);
      const char *host = object != NULL ? annex_json_opt_string (object, "host", "") : "";
      const char *manager = object != NULL ? annex_json_opt_string (object, "manager", "") : "";
      AnnexImagePackageHost *entry;

      if (!is_host_name (host) || !is_layer_name (manager))
        return refuse (error, NC_ ("damaged description", "a package host"));
      entry = g_new0 (AnnexImagePackageHost, 1);
      entry->host = g_strdup (host);
      entry->manager = g_strdup (manager);
      g_ptr_array_add (self->package_hosts, entry);
    }
  return TRUE;
}

static gboolean
read_missing (AnnexImageManifest *self, JsonObject *root, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array = annex_json_opt_array (root, "missing");
  guint length = array != NULL ? json_array_get_length (array) : 0;

  if (length > MAX_MISSING)
    return refuse (error, NC_ ("damaged description", "its list of missing packages"));
  for (guint i = 0; i < length; i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      const char *name = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;

      if (name == NULL || !is_plain_name (name))
        return refuse (error, NC_ ("damaged description", "a missing package"));
      g_strv_builder_add (builder, name);
    }
  self->missing = g_strv_builder_end (builder);
  return TRUE;
}

/* The name of a listed file. */
static gboolean
read_file_name (AnnexImageManifest *self,
                JsonObject *root,
                const char *member,
                char **name,
                GError **error)
{
  const char *value = annex_json_opt_string (root, member, "");

  if (annex_image_manifest_find_file (self, value) == NULL)
    return refuse (error, NC_ ("damaged description", "a file that it needs is not listed"));
  *name = g_strdup (value);
  return TRUE;
}

static gboolean
read_members (AnnexImageManifest *self, JsonObject *root, GError **error)
{
  const char *version = annex_json_opt_string (root, "version", "");
  const char *architecture = annex_json_opt_string (root, "architecture", "");
  const char *command_line = annex_json_opt_string (root, "command_line", "");
  const char *created = annex_json_opt_string (root, "created", "");
  const char *recipe = annex_json_opt_string (root, "recipe", "");

  if (annex_json_opt_int (root, "format", 0) != ANNEX_IMAGE_FORMAT)
    return refuse (error,
                   NC_ ("damaged description", "this version of Annex does not know its format"));
  if (!is_plain_name (version) || strcmp (version, "current") == 0)
    return refuse (error, NC_ ("damaged description", "its version"));
  if (!is_plain_name (architecture))
    return refuse (error, NC_ ("damaged description", "its architecture"));
  if (!is_command_line (command_line) || !is_command_line (created))
    return refuse (error, NC_ ("damaged description", "its command line"));
  if (!is_sha256 (recipe))
    return refuse (error, NC_ ("damaged description", "the checksum of its recipe"));
  self->version = g_strdup (version);
  self->architecture = g_strdup (architecture);
  self->command_line = g_strdup (command_line);
  self->created = g_strdup (created);
  self->recipe = g_strdup (recipe);
  return read_files (self, root, error) && read_layers (self, root, error) &&
         read_hosts (self, root, error) && read_missing (self, root, error) &&
         read_file_name (self, root, "kernel", &self->kernel, error) &&
         read_file_name (self, root, "initramfs", &self->initramfs, error) &&
         read_file_name (self, root, "disk", &self->disk, error);
}

AnnexImageManifest *
annex_image_manifest_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (AnnexImageManifest) self = NULL;
  g_autoptr (JsonObject) root = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  if (length < 0)
    length = strlen (text);
  if (length > ANNEX_IMAGE_MANIFEST_MAX_BYTES)
    {
      refuse (error, NC_ ("damaged description", "it is too large"));
      return NULL;
    }
  root = annex_json_parse_object (text, length, NULL);
  if (root == NULL)
    {
      refuse (error, NC_ ("damaged description", "it is not JSON"));
      return NULL;
    }
  self = g_new0 (AnnexImageManifest, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->package_hosts = g_ptr_array_new_with_free_func (host_free);
  self->files = g_ptr_array_new_with_free_func (file_free);
  if (!read_members (self, root, error))
    return NULL;
  return g_steal_pointer (&self);
}
