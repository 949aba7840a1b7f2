/* annex-skill-store.c
 *
 * See annex-skill-store.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-store-private.h"

#include "annex-future.h"
#include "annex-skill-values.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

static void
annex_skill_store_library_init (AnnexSkillLibraryInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexSkillStore,
                               annex_skill_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SKILL_LIBRARY,
                                                      annex_skill_store_library_init)
                                   G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SKILL_KEEPER,
                                                          annex_skill_store_keeper_init))

static void
annex_skill_store_finalize (GObject *object)
{
  AnnexSkillStore *self = ANNEX_SKILL_STORE (object);

  g_clear_object (&self->monitor);
  g_clear_object (&self->ledger);
  g_clear_pointer (&self->places, annex_skill_places_free);
  G_OBJECT_CLASS (annex_skill_store_parent_class)->finalize (object);
}

static void
annex_skill_store_class_init (AnnexSkillStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_skill_store_finalize;
}

static void
annex_skill_store_init (AnnexSkillStore *self)
{
}

typedef struct
{
  AnnexSkillPlaces *places;
  char **folders;
  char *name;
  char *arguments;
} Request;

static Request *
request_new (AnnexSkillStore *self,
             const char *name,
             const char *arguments,
             const char *const *folders)
{
  Request *request = g_new0 (Request, 1);

  request->places = annex_skill_places_copy (self->places);
  request->folders = g_strdupv ((char **) folders);
  request->name = g_strdup (name);
  request->arguments = g_strdup (arguments);
  return request;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  annex_skill_places_free (request->places);
  g_strfreev (request->folders);
  g_free (request->name);
  g_free (request->arguments);
  g_free (request);
}

static DexFuture *
list_work (gpointer data)
{
  Request *request = data;

  return dex_future_new_take_boxed (
      G_TYPE_PTR_ARRAY,
      annex_skill_shelf_scan (request->places, (const char *const *) request->folders));
}

static DexFuture *
annex_skill_store_list (AnnexSkillLibrary *library, const char *const *folders)
{
  AnnexSkillStore *self = ANNEX_SKILL_STORE (library);

  return annex_worker_run ("annex-skills", list_work, request_new (self, NULL, NULL, folders),
                           request_free);
}

static DexFuture *
use_work (gpointer data)
{
  Request *request = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (
      request->places, request->name, (const char *const *) request->folders, &error);
  AnnexSkillUse *use;

  if (info == NULL)
    return annex_future_new_error (error);
  if (info->fault != NULL)
    return annex_future_new_spoken (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_UNUSABLE,
                                    N_ ("The skill “%s” cannot be used: %s"), info->name,
                                    info->fault);
  if (!info->enabled)
    return annex_future_new_spoken (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_UNUSABLE,
                                    N_ ("The user has switched the skill “%s” off"), info->name);
  use = annex_skill_use_make (request->places, info, request->arguments, &error);
  if (use == NULL)
    return annex_future_new_error (error);
  annex_skill_shelf_touch (request->places, info->name);
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_USE, use);
}

static DexFuture *
annex_skill_store_use (AnnexSkillLibrary *library,
                       const char *name,
                       const char *arguments,
                       const char *const *folders)
{
  AnnexSkillStore *self = ANNEX_SKILL_STORE (library);

  return annex_worker_run ("annex-skills", use_work, request_new (self, name, arguments, folders),
                           request_free);
}

static void
annex_skill_store_library_init (AnnexSkillLibraryInterface *iface)
{
  iface->list = annex_skill_store_list;
  iface->use = annex_skill_store_use;
}

AnnexSkillLibrary *
annex_skill_store_new (AnnexSkillPlaces *places)
{
  AnnexSkillStore *self = g_object_new (ANNEX_TYPE_SKILL_STORE, NULL);
  g_autoptr (GFile) folder = NULL;

  self->places = places != NULL ? annex_skill_places_copy (places) : annex_skill_places_new ();
  folder = g_file_new_for_path (self->places->data);
  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed",
                             G_CALLBACK (annex_skill_library_emit_changed), self,
                             G_CONNECT_SWAPPED);
  return ANNEX_SKILL_LIBRARY (self);
}

AnnexSkillPlaces *
annex_skill_store_get_places (AnnexSkillStore *self)
{
  return self->places;
}

void
annex_skill_store_set_ports (AnnexSkillStore *self,
                             AnnexStore *ledger,
                             AnnexSkillSecretsFunc get_secrets,
                             gpointer data)
{
  g_set_object (&self->ledger, ledger);
  self->get_secrets = get_secrets;
  self->get_secrets_data = data;
}

AnnexSecrets *
annex_skill_store_find_secrets (AnnexSkillStore *self)
{
  return self->get_secrets != NULL ? self->get_secrets (self->get_secrets_data) : NULL;
}
