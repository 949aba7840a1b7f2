/* annex-config.c
 *
 * See annex-config.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-config.h"

#include "annex-future.h"
#include "annex-paths.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_CONFIG_BYTES (1 << 20)
#define MAX_PROFILES 200

struct _AnnexConfig
{
  GObject parent_instance;

  char *path;
  JsonObject *json;
  char *problem;
};

G_DEFINE_FINAL_TYPE (AnnexConfig, annex_config, G_TYPE_OBJECT)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
annex_config_finalize (GObject *object)
{
  AnnexConfig *self = ANNEX_CONFIG (object);

  g_free (self->path);
  g_free (self->problem);
  g_clear_pointer (&self->json, json_object_unref);
  G_OBJECT_CLASS (annex_config_parent_class)->finalize (object);
}

static void
annex_config_class_init (AnnexConfigClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_config_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", ANNEX_TYPE_CONFIG, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_config_init (AnnexConfig *self)
{
}

static void
read_file (AnnexConfig *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gsize length;

  g_clear_pointer (&self->json, json_object_unref);
  g_clear_pointer (&self->problem, g_free);
  if (g_file_get_contents (self->path, &text, &length, &error))
    {
      if (length <= MAX_CONFIG_BYTES)
        self->json = annex_json_parse_object (text, (gssize) length, &error);
      if (self->json == NULL)
        self->problem = g_strdup_printf (_ ("The settings file “%s” is damaged"), self->path);
    }
  else if (!g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    self->problem = g_strdup_printf (_ ("The settings cannot be read: %s"), error->message);
  if (self->json == NULL)
    self->json = json_object_new ();
}

AnnexConfig *
annex_config_new (const char *path)
{
  AnnexConfig *self = g_object_new (ANNEX_TYPE_CONFIG, NULL);

  self->path = path != NULL ? g_strdup (path) : annex_paths_config ("config.json");
  read_file (self);
  return self;
}

const char *
annex_config_get_problem (AnnexConfig *self)
{
  return self->problem;
}

/* Reading models */

static GPtrArray *
read_profiles (JsonObject *json)
{
  GPtrArray *profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_model_profile_free);
  JsonArray *models = annex_json_opt_array (json, "models");

  for (guint i = 0; models != NULL && i < json_array_get_length (models) && i < MAX_PROFILES; i++)
    {
      JsonNode *node = json_array_get_element (models, i);
      AnnexModelProfile *profile =
          JSON_NODE_HOLDS_OBJECT (node)
              ? annex_model_profile_new_from_json (json_node_get_object (node), NULL)
              : NULL; /* what a newer Annex wrote there is not ours to show */

      if (profile != NULL)
        g_ptr_array_add (profiles, profile);
    }
  return profiles;
}

/* There is one default, and the tour. */
static void
complete (GPtrArray *profiles)
{
  gboolean has_default = FALSE;
  gboolean has_tour = FALSE;

  for (guint i = 0; i < profiles->len; i++)
    {
      AnnexModelProfile *profile = g_ptr_array_index (profiles, i);

      profile->is_default = profile->is_default && !has_default;
      has_default = has_default || profile->is_default;
      has_tour = has_tour || g_str_equal (profile->provider, "tour");
    }
  if (!has_default && profiles->len > 0)
    ((AnnexModelProfile *) g_ptr_array_index (profiles, 0))->is_default = TRUE;
  if (!has_tour)
    {
      AnnexModelProfile *tour = annex_model_profile_new ("tour", _ ("The tour"));

      tour->is_default = profiles->len == 0;
      g_ptr_array_add (profiles, tour);
    }
}

GPtrArray *
annex_config_dup_profiles (AnnexConfig *self)
{
  GPtrArray *profiles = read_profiles (self->json);

  complete (profiles);
  for (guint i = 1; i < profiles->len; i++)
    {
      AnnexModelProfile *profile = g_ptr_array_index (profiles, i);

      if (profile->is_default)
        g_ptr_array_insert (profiles, 0, g_ptr_array_steal_index (profiles, i));
    }
  return profiles;
}

AnnexModelProfile *
annex_config_dup_profile (AnnexConfig *self, const char *id)
{
  g_autoptr (GPtrArray) profiles = annex_config_dup_profiles (self);

  for (guint i = 0; i < profiles->len; i++)
    {
      AnnexModelProfile *profile = g_ptr_array_index (profiles, i);

      if (id == NULL ? profile->is_default : g_str_equal (profile->id, id))
        return annex_model_profile_copy (profile);
    }
  return NULL;
}

AnnexModelProfile *
annex_config_dup_helper (AnnexConfig *self)
{
  g_autoptr (GPtrArray) profiles = annex_config_dup_profiles (self);

  for (guint i = 0; i < profiles->len; i++)
    if (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->is_helper)
      return annex_model_profile_copy (g_ptr_array_index (profiles, i));
  return NULL;
}

/* Writing */

typedef struct
{
  char *path;
  char *text;
  gboolean put_aside;
} Write;

static void
write_free (gpointer data)
{
  Write *write = data;

  g_free (write->path);
  g_free (write->text);
  g_free (write);
}

static DexFuture *
write_work (gpointer data)
{
  Write *write = data;
  g_autofree char *folder = g_path_get_dirname (write->path);
  g_autofree char *aside = g_strconcat (write->path, ".damaged", NULL);
  GError *error = NULL;

  /* What cannot be read may still be mended by hand. */
  if (write->put_aside)
    g_rename (write->path, aside);
  if (!annex_paths_make (folder, &error) ||
      !annex_file_write_atomic (write->path, write->text, strlen (write->text), 0600, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

typedef struct
{
  AnnexConfig *self;
  JsonObject *json;
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->self);
  json_object_unref (change->json);
  g_free (change);
}

static DexFuture *
written_cb (DexFuture *future, gpointer data)
{
  Change *change = data;

  json_object_unref (change->self->json);
  change->self->json = json_object_ref (change->json);
  g_clear_pointer (&change->self->problem, g_free);
  g_signal_emit (change->self, signals[SIGNAL_CHANGED], 0);
  return dex_future_new_true ();
}

/* @json (taken) becomes the settings once it is on disk. */
static DexFuture *
write_json (AnnexConfig *self, JsonObject *json)
{
  Write *write = g_new0 (Write, 1);
  Change *change = g_new0 (Change, 1);

  write->path = g_strdup (self->path);
  write->text = annex_json_object_to_string (json);
  write->put_aside = self->problem != NULL;
  change->self = g_object_ref (self);
  change->json = json;
  return dex_future_then (annex_worker_run ("annex-config", write_work, write, write_free),
                          written_cb, change, change_free);
}

/* What is on disk now, which another Annex may have changed. (transfer full) */
static JsonObject *
begin (AnnexConfig *self)
{
  read_file (self);
  return annex_json_object_copy (self->json);
}

static void
set_profiles (JsonObject *json, GPtrArray *profiles)
{
  JsonArray *models = json_array_new ();

  for (guint i = 0; i < profiles->len; i++)
    json_array_add_object_element (models,
                                   annex_model_profile_to_json (g_ptr_array_index (profiles, i)));
  json_object_set_array_member (json, "models", models);
}

DexFuture *
annex_config_save_profile (AnnexConfig *self, const AnnexModelProfile *profile)
{
  JsonObject *json;
  g_autoptr (GPtrArray) profiles = NULL;
  gboolean found = FALSE;

  dex_return_error_if_fail (ANNEX_IS_CONFIG (self));
  dex_return_error_if_fail (profile != NULL);

  json = begin (self);
  profiles = read_profiles (json);
  for (guint i = 0; i < profiles->len; i++)
    {
      AnnexModelProfile *other = g_ptr_array_index (profiles, i);

      if (g_str_equal (other->id, profile->id))
        {
          annex_model_profile_free (other);
          profiles->pdata[i] = annex_model_profile_copy (profile);
          found = TRUE;
          continue;
        }
      other->is_default = other->is_default && !profile->is_default;
      other->is_helper = other->is_helper && !profile->is_helper;
    }
  if (!found)
    g_ptr_array_add (profiles, annex_model_profile_copy (profile));
  set_profiles (json, profiles);
  return write_json (self, json);
}

DexFuture *
annex_config_remove_profile (AnnexConfig *self, const char *id)
{
  JsonObject *json;
  g_autoptr (GPtrArray) profiles = NULL;

  dex_return_error_if_fail (ANNEX_IS_CONFIG (self));
  dex_return_error_if_fail (id != NULL);

  json = begin (self);
  profiles = read_profiles (json);
  for (guint i = 0; i < profiles->len; i++)
    if (g_str_equal (((AnnexModelProfile *) g_ptr_array_index (profiles, i))->id, id))
      g_ptr_array_remove_index (profiles, i--);
  set_profiles (json, profiles);
  return write_json (self, json);
}

const char *
annex_config_get_computer_folder (AnnexConfig *self)
{
  const char *folder = annex_json_opt_string (self->json, "computer_folder", NULL);

  return folder != NULL && g_path_is_absolute (folder) ? folder : NULL;
}

DexFuture *
annex_config_set_computer_folder (AnnexConfig *self, const char *folder)
{
  JsonObject *json;

  dex_return_error_if_fail (ANNEX_IS_CONFIG (self));

  json = begin (self);
  if (folder != NULL)
    json_object_set_string_member (json, "computer_folder", folder);
  else if (json_object_has_member (json, "computer_folder"))
    json_object_remove_member (json, "computer_folder");
  return write_json (self, json);
}
