/* annex-connector-shelf.c
 *
 * See annex-connector-shelf.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-shelf.h"

#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>

#define MAX_FILE_BYTES (4 * 1024 * 1024)
#define MAX_CONNECTORS 200

typedef struct
{
  AnnexConnectorRecord *record;
  gint64 mtime_ns; /* of the file it was read from */
  gint64 size;
} Known;

struct _AnnexConnectorShelf
{
  GObject parent_instance;

  char *file;
  char *folder;
  GHashTable *records; /* char * id: Known */
  GFileMonitor *monitor;
};

G_DEFINE_FINAL_TYPE (AnnexConnectorShelf, annex_connector_shelf, G_TYPE_OBJECT)

static guint changed_signal;

static void
known_free (gpointer data)
{
  Known *known = data;

  annex_connector_record_free (known->record);
  g_free (known);
}

/* ---- the list */

static int
compare_titles (gconstpointer a, gconstpointer b)
{
  const AnnexConnectorConfig *one = *(const AnnexConnectorConfig *const *) a;
  const AnnexConnectorConfig *two = *(const AnnexConnectorConfig *const *) b;
  int order = g_utf8_collate (one->title, two->title);

  return order != 0 ? order : strcmp (one->id, two->id);
}

static gboolean
has_id (GPtrArray *configs, const char *id)
{
  for (guint i = 0; i < configs->len; i++)
    if (g_str_equal (((AnnexConnectorConfig *) configs->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

/* NULL with an error when the file is there and cannot be read. One entry that cannot be used does
 * not take the others with it. */
static GPtrArray *
read_all (AnnexConnectorShelf *self, GError **error)
{
  g_autoptr (GPtrArray) configs =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_config_free);
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonObject) json = NULL;
  JsonArray *entries;
  gsize length = 0;

  if (!g_file_get_contents (self->file, &text, &length, &local))
    {
      if (g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return g_steal_pointer (&configs);
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                        N_ ("The list of connectors cannot be read: %s"), local->message);
      return NULL;
    }
  json = length <= MAX_FILE_BYTES ? annex_json_parse_object (text, (gssize) length, &local) : NULL;
  entries = json != NULL ? annex_json_opt_array (json, "connectors") : NULL;
  if (entries == NULL)
    {
      annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                        N_ ("The list of connectors is damaged. Mend or remove the file %s."),
                        self->file);
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (entries) && configs->len < MAX_CONNECTORS; i++)
    {
      JsonNode *node = json_array_get_element (entries, i);
      AnnexConnectorConfig *config =
          JSON_NODE_HOLDS_OBJECT (node)
              ? annex_connector_config_from_json (json_node_get_object (node), NULL)
              : NULL;

      if (config != NULL && !has_id (configs, config->id))
        g_ptr_array_add (configs, config);
      else
        g_clear_pointer (&config, annex_connector_config_free);
    }
  g_ptr_array_sort (configs, compare_titles);
  return g_steal_pointer (&configs);
}

GPtrArray *
annex_connector_shelf_dup_all (AnnexConnectorShelf *self)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *configs = read_all (self, &error);

  if (configs != NULL)
    return configs;
  g_warning ("%s", error->message);
  return g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_config_free);
}

AnnexConnectorConfig *
annex_connector_shelf_find (AnnexConnectorShelf *self, const char *id, GError **error)
{
  g_autoptr (GPtrArray) configs = read_all (self, error);

  if (configs == NULL)
    return NULL;
  for (guint i = 0; i < configs->len; i++)
    if (g_str_equal (((AnnexConnectorConfig *) configs->pdata[i])->id, id))
      return annex_connector_config_copy (configs->pdata[i]);
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                    N_ ("There is no connector “%s”."), id);
  return NULL;
}

static gboolean
write_all (AnnexConnectorShelf *self, GPtrArray *configs, GError **error)
{
  JsonArray *entries = json_array_new ();
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < configs->len; i++)
    json_array_add_object_element (entries, annex_connector_config_to_json (configs->pdata[i]));
  json = annex_json_build ("a", "connectors", entries, NULL);
  text = annex_json_object_to_string (json);
  return annex_file_write_atomic (self->file, text, strlen (text), 0600, error);
}

/* The lock is a file of its own: the list's own is replaced by each change. */
static int
lock (AnnexConnectorShelf *self, GError **error)
{
  g_autofree char *path = g_strconcat (self->file, ".lock", NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofd int fd = -1;

  if (!annex_paths_make (folder, error))
    return -1;
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0 && flock (fd, LOCK_EX) == 0)
    return g_steal_fd (&fd);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _ ("The list of connectors cannot be locked: %s"), g_strerror (errno));
  return -1;
}

gboolean
annex_connector_shelf_change (AnnexConnectorShelf *self,
                              AnnexConnectorChangeFunc func,
                              gpointer data,
                              GError **error)
{
  g_autofd int held = lock (self, error);
  g_autoptr (GPtrArray) configs = held >= 0 ? read_all (self, error) : NULL;

  return configs != NULL && func (configs, data, error) && write_all (self, configs, error);
}

/* ---- records */

static char *
dup_record_path (AnnexConnectorShelf *self, const char *id)
{
  g_autofree char *name = g_strconcat (id, ".json", NULL);

  return g_build_filename (self->folder, name, NULL);
}

static void
look (const char *path, gint64 *mtime_ns, gint64 *size)
{
  GStatBuf buf;

  *mtime_ns = *size = -1;
  if (g_stat (path, &buf) != 0)
    return;
  *mtime_ns = (gint64) buf.st_mtim.tv_sec * 1000000000 + buf.st_mtim.tv_nsec;
  *size = buf.st_size;
}

AnnexConnectorRecord *
annex_connector_shelf_get_record (AnnexConnectorShelf *self, const char *id)
{
  g_autofree char *path = dup_record_path (self, id);
  Known *known = g_hash_table_lookup (self->records, id);
  gint64 mtime_ns, size;

  look (path, &mtime_ns, &size);
  if (known != NULL && known->mtime_ns == mtime_ns && known->size == size)
    return known->record;
  known = g_new0 (Known, 1);
  known->record = annex_connector_record_load (path);
  known->mtime_ns = mtime_ns;
  known->size = size;
  g_hash_table_replace (self->records, g_strdup (id), known);
  return known->record;
}

gboolean
annex_connector_shelf_save_record (AnnexConnectorShelf *self, const char *id, GError **error)
{
  g_autofree char *path = dup_record_path (self, id);
  Known *known = g_hash_table_lookup (self->records, id);

  g_return_val_if_fail (known != NULL, FALSE);
  if (!annex_connector_record_save (known->record, path, error))
    return FALSE;
  look (path, &known->mtime_ns, &known->size);
  return TRUE;
}

void
annex_connector_shelf_remove_record (AnnexConnectorShelf *self, const char *id)
{
  g_autofree char *path = dup_record_path (self, id);

  g_hash_table_remove (self->records, id);
  if (g_unlink (path) != 0 && errno != ENOENT)
    g_warning ("What was known of a connector could not be deleted: %s", g_strerror (errno));
}

/* ---- the object */

static void
file_changed_cb (AnnexConnectorShelf *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (event != G_FILE_MONITOR_EVENT_CHANGED && event != G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED)
    g_signal_emit (self, changed_signal, 0);
}

static void
annex_connector_shelf_finalize (GObject *object)
{
  AnnexConnectorShelf *self = ANNEX_CONNECTOR_SHELF (object);

  g_clear_object (&self->monitor);
  g_hash_table_unref (self->records);
  g_free (self->file);
  g_free (self->folder);
  G_OBJECT_CLASS (annex_connector_shelf_parent_class)->finalize (object);
}

static void
annex_connector_shelf_class_init (AnnexConnectorShelfClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_connector_shelf_finalize;
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_CONNECTOR_SHELF, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_connector_shelf_init (AnnexConnectorShelf *self)
{
  self->records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
}

AnnexConnectorShelf *
annex_connector_shelf_new (const char *file, const char *folder)
{
  AnnexConnectorShelf *self = g_object_new (ANNEX_TYPE_CONNECTOR_SHELF, NULL);
  g_autoptr (GFile) watched = NULL;

  self->file = file != NULL ? g_strdup (file) : annex_paths_config ("connectors.json");
  self->folder = folder != NULL ? g_strdup (folder) : annex_paths_data ("connectors");
  watched = g_file_new_for_path (self->file);
  /* Without it another process's changes are seen at the next look. */
  self->monitor = g_file_monitor_file (watched, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (file_changed_cb), self,
                             G_CONNECT_SWAPPED);
  return self;
}
