/* annex-skill-store-keeper.c
 *
 * See annex-skill-store.h: the SkillKeeper port, but for plugins.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-author.h"
#include "annex-skill-exposure.h"
#include "annex-skill-files.h"
#include "annex-skill-look.h"
#include "annex-skill-package.h"
#include "annex-skill-store-private.h"
#include "annex-skill-values.h"

#include "annex-json.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

/* ---- the library */

static DexFuture *
read_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info =
      annex_skill_shelf_find (job->places, job->name, (const char *const *) job->names, &error);
  AnnexSkillView *view =
      info != NULL ? annex_skill_look (info->path, info->name, info->path, NULL, &error) : NULL;
  g_autoptr (JsonObject) values = NULL;

  if (view == NULL)
    return annex_future_new_error (error);
  values = annex_skill_values_load (job->places, info->name, info->origin);
  for (guint i = 0; i < view->needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);

      need->value = g_strdup (annex_json_opt_string (values, need->id, NULL));
    }
  view->installed = info->origin == ANNEX_SKILL_ORIGIN_LIBRARY;
  view->info = g_steal_pointer (&info);
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_VIEW, view);
}

static DexFuture *
keeper_read (AnnexSkillKeeper *self, const char *name, const char *const *folders)
{
  AnnexSkillJob *job = annex_skill_job_new (self, read_work, name, NULL);

  job->names = g_strdupv ((char **) folders);
  return annex_skill_job_run (job);
}

static DexFuture *
load_file_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);
  GBytes *bytes = info != NULL ? annex_skill_files_read (info->path, job->text, &error) : NULL;

  if (bytes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, bytes);
}

static DexFuture *
keeper_load_file (AnnexSkillKeeper *self, const char *name, const char *path)
{
  return annex_skill_job_run (annex_skill_job_new (self, load_file_work, name, path));
}

static DexFuture *
versions_work (gpointer data)
{
  AnnexSkillJob *job = data;

  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY,
                                    annex_skill_shelf_list_versions (job->places, job->name));
}

static DexFuture *
keeper_list_versions (AnnexSkillKeeper *self, const char *name)
{
  return annex_skill_job_run (annex_skill_job_new (self, versions_work, name, NULL));
}

static DexFuture *
restore_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  if (job->text == NULL)
    return annex_skill_job_end (annex_skill_shelf_undo (job->places, job->name, &error), &error);
  return annex_skill_job_end (annex_skill_shelf_restore (job->places, job->name, job->text, &error),
                              &error);
}

static DexFuture *
keeper_restore (AnnexSkillKeeper *self, const char *name, const char *version)
{
  return annex_skill_job_change (annex_skill_job_new (self, restore_work, name, version));
}

static DexFuture *
remove_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (annex_skill_shelf_remove (job->places, job->name, &error), &error);
}

/* In a fiber. It may be gone already. */
static void
forget_secret (AnnexSkillStore *self, const char *reference)
{
  AnnexSecrets *secrets = annex_skill_store_find_secrets (self);

  if (secrets != NULL)
    dex_await (annex_secrets_remove (secrets, reference), NULL);
}

static DexFuture *
take_values_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  JsonObject *values =
      annex_skill_values_take (job->places, job->name, ANNEX_SKILL_ORIGIN_LIBRARY, &error);

  if (values == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, values);
}

static DexFuture *
is_there_work (gpointer data)
{
  AnnexSkillJob *job = data;
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (job->places, NULL);
  gboolean there = FALSE;

  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      there |= info->origin == ANNEX_SKILL_ORIGIN_LIBRARY && g_str_equal (info->name, job->name);
    }
  return dex_future_new_for_boolean (there);
}

gboolean
annex_skill_store_forget_values (AnnexSkillStore *self, const char *name, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  gboolean there = dex_await_boolean (
      annex_skill_job_run (annex_skill_job_new (self, is_there_work, name, NULL)), &wrong);
  g_autoptr (JsonObject) values = NULL;
  g_autoptr (GList) ids = NULL;

  if (wrong != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
  if (there)
    return TRUE;
  values = dex_await_boxed (
      annex_skill_job_run (annex_skill_job_new (self, take_values_work, name, NULL)), error);
  if (values == NULL)
    return FALSE;
  ids = json_object_get_members (values);
  for (GList *l = ids; l != NULL; l = l->next)
    {
      const char *value = annex_json_opt_string (values, l->data, "");

      if (g_str_has_prefix (value, "secret:"))
        forget_secret (self, value);
    }
  return TRUE;
}

/* The values go with the skill, and the secrets with the values. */
static DexFuture *
remove_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  if (!dex_await (annex_skill_job_change (annex_skill_job_ref (job)), &error) ||
      !annex_skill_store_forget_values (job->store, job->name, &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

static DexFuture *
keeper_remove (AnnexSkillKeeper *self, const char *name)
{
  return annex_fiber_run (remove_fiber, annex_skill_job_new (self, remove_work, name, NULL),
                          annex_skill_job_unref);
}

static DexFuture *
enable_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (
      annex_skill_shelf_set_enabled (job->places, job->name, job->flag, &error), &error);
}

static DexFuture *
keeper_set_enabled (AnnexSkillKeeper *self, const char *name, gboolean enabled)
{
  AnnexSkillJob *job = annex_skill_job_new (self, enable_work, name, NULL);

  job->flag = enabled;
  return annex_skill_job_change (job);
}

/* ---- writing */

static DexFuture *
edit_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);
  AnnexSkillDraft *draft = info != NULL ? annex_skill_author_edit (info, &error) : NULL;

  if (draft == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_DRAFT, draft);
}

static DexFuture *
keeper_edit (AnnexSkillKeeper *self, const char *name)
{
  return annex_skill_job_run (annex_skill_job_new (self, edit_work, name, NULL));
}

static GPtrArray *
keeper_check (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  return annex_skill_author_check (draft);
}

static char *
keeper_to_text (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  return annex_skill_author_to_text (draft);
}

static gboolean
keeper_from_text (AnnexSkillKeeper *self,
                  AnnexSkillDraft *draft,
                  const char *text,
                  GPtrArray **faults)
{
  return annex_skill_author_from_text (draft, text, faults);
}

static DexFuture *
write_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  if (!annex_skill_author_install (job->places, job->draft, &error))
    return annex_future_new_error (error);
  return dex_future_new_take_string (g_strdup (job->draft->name));
}

static DexFuture *
keeper_write (AnnexSkillKeeper *self, const AnnexSkillDraft *draft)
{
  AnnexSkillJob *job = annex_skill_job_new (self, write_work, NULL, NULL);

  job->draft = annex_skill_draft_copy (draft);
  return annex_skill_job_change (job);
}

/* ---- values */

/* In a fiber: the reference of the new secret; the caller stores it. (transfer full) */
static char *
keep_secret (AnnexSkillStore *self,
             const char *skill,
             const AnnexSkillNeed *need,
             const char *value,
             GError **error)
{
  AnnexSecrets *secrets = annex_skill_store_find_secrets (self);
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *reference = g_strconcat ("secret:", id, NULL);
  g_autofree char *label = g_strdup_printf ("Annex: %s of the skill %s", need->label, skill);

  if (secrets == NULL)
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
                        N_ ("There is no keyring to put a secret into"));
      return NULL;
    }
  if (!dex_await (annex_secrets_store (secrets, reference, label, value), error))
    return NULL;
  return g_steal_pointer (&reference);
}

/* The need, and whose it is: job->origin. */
static DexFuture *
value_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);
  g_autoptr (AnnexSkill) skill = info != NULL ? annex_skill_load (info->path, &error) : NULL;
  AnnexSkillNeed *need;

  if (skill == NULL)
    return annex_future_new_error (error);
  need = annex_skill_needs_find (annex_skill_get_needs (skill), job->names[0]);
  if (need == NULL)
    return annex_future_new_spoken (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NEEDS,
                                    N_ ("The skill asks for no “%s”"), job->names[0]);
  job->origin = info->origin;
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_NEED, annex_skill_need_copy (need));
}

/* Resolves to what it was before; "" for nothing. */
static DexFuture *
set_value_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  char *old = NULL;

  if (!annex_skill_values_set (job->places, job->name, job->origin, job->need, job->text, &old,
                               &error))
    return annex_future_new_error (error);
  return dex_future_new_take_string (old != NULL ? old : g_strdup (""));
}

static DexFuture *
value_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  AnnexSkillStore *self = job->store;
  GError *error = NULL;
  g_autoptr (AnnexSkillNeed) need =
      dex_await_boxed (annex_skill_job_run (annex_skill_job_ref (job)), &error);
  g_autofree char *reference = NULL;
  g_autofree char *old = NULL;
  const char *value = job->text;
  AnnexSkillJob *change;

  if (need == NULL)
    return annex_future_new_error (error);
  if (value != NULL && need->kind == ANNEX_NEED_SECRET)
    {
      value = reference = keep_secret (self, job->name, need, value, &error);
      if (value == NULL)
        return annex_future_new_error (error);
    }
  change = annex_skill_job_new (self, set_value_work, job->name, value);
  change->need = annex_skill_need_copy (need);
  change->origin = job->origin;
  old = dex_await_string (annex_skill_job_change (change), &error);
  if (old == NULL)
    {
      if (reference != NULL)
        forget_secret (self, reference);
      return annex_future_new_error (error);
    }
  if (need->kind == ANNEX_NEED_SECRET && *old != '\0')
    forget_secret (self, old);
  return dex_future_new_true ();
}

static DexFuture *
keeper_set_value (AnnexSkillKeeper *self, const char *name, const char *need_id, const char *value)
{
  AnnexSkillJob *job = annex_skill_job_new (self, value_work, name, value);
  const char *const ids[] = { need_id, NULL };

  job->names = g_strdupv ((char **) ids);
  return annex_fiber_run (value_fiber, job, annex_skill_job_unref);
}

/* ---- passing on */

/* A copy of the skill @info, which nobody changes while it is looked through and packed: one in the
 * home folder is everybody's. *@staging is to be removed. (both transfer full) */
static char *
stage_skill (AnnexSkillJob *job, const AnnexSkillInfo *info, char **staging, GError **error)
{
  g_autofree char *folder = NULL;

  *staging = annex_skill_shelf_make_staging (job->places, error);
  if (*staging == NULL)
    return NULL;
  folder = g_build_filename (*staging, "skill", NULL);
  return annex_skill_files_copy (info->path, folder, NULL, error) ? g_steal_pointer (&folder)
                                                                  : NULL;
}

static DexFuture *
private_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_auto (GStrv) users = annex_exposures_dup_user_names ();
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);
  g_autofree char *staging = NULL;
  g_autofree char *folder = info != NULL ? stage_skill (job, info, &staging, &error) : NULL;
  AnnexExposures *found = NULL;

  if (folder != NULL)
    found = annex_exposures_find (folder, (const char *const *) users,
                                  (const char *const *) job->names, job->values, &error);
  if (staging != NULL)
    annex_skill_files_remove (staging);
  if (found == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_EXPOSURES, found);
}

static DexFuture *
load_values_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);

  if (info == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (
      JSON_TYPE_OBJECT, annex_skill_values_load (job->places, info->name, info->origin));
}

/* In the fiber: the user's values of the skill, the secret ones as they are in the keyring. A key
 * may have been written into the text, too. (transfer full) */
static JsonObject *
load_values (AnnexSkillJob *job, GError **error)
{
  AnnexSecrets *secrets = annex_skill_store_find_secrets (job->store);
  JsonObject *values = dex_await_boxed (
      annex_skill_job_run (annex_skill_job_new (job->store, load_values_work, job->name, NULL)),
      error);
  g_autoptr (GList) ids = values != NULL ? json_object_get_members (values) : NULL;

  for (GList *l = ids; secrets != NULL && l != NULL; l = l->next)
    {
      const char *value = annex_json_opt_string (values, l->data, "");
      g_autofree char *text = NULL;

      if (!g_str_has_prefix (value, "secret:"))
        continue;
      text = dex_await_string (annex_secrets_lookup (secrets, value), NULL); /* else it is gone */
      if (text != NULL)
        json_object_set_string_member (values, l->data, text);
    }
  return values;
}

static DexFuture *
private_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  g_autoptr (AnnexStore) ledger = NULL;
  GError *error = NULL;

  job->values = load_values (job, &error);
  if (job->values == NULL)
    return annex_future_new_error (error);
  g_set_object (&ledger, job->store->ledger);
  if (job->names == NULL && ledger != NULL)
    job->names = annex_skill_dup_share_names (ledger);
  return annex_skill_job_run (annex_skill_job_ref (job));
}

static DexFuture *
keeper_find_private (AnnexSkillKeeper *self, const char *name, const char *const *shares)
{
  AnnexSkillJob *job = annex_skill_job_new (self, private_work, name, NULL);

  job->names = g_strdupv ((char **) shares);
  return annex_fiber_run (private_fiber, job, annex_skill_job_unref);
}

static DexFuture *
export_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (job->places, job->name, NULL, &error);
  g_autofree char *staging = NULL;
  g_autofree char *folder = info != NULL ? stage_skill (job, info, &staging, &error) : NULL;
  g_autoptr (GHashTable) texts =
      folder != NULL ? annex_exposures_apply (folder, info->name, job->exposures, &error) : NULL;
  GBytes *bytes = texts != NULL ? annex_skill_package_make (folder, texts, &error) : NULL;

  if (staging != NULL)
    annex_skill_files_remove (staging);
  if (bytes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, bytes);
}

static DexFuture *
keeper_export (AnnexSkillKeeper *self, const char *name, const AnnexExposures *exposures)
{
  AnnexSkillJob *job = annex_skill_job_new (self, export_work, name, NULL);

  job->exposures = annex_exposures_copy (exposures);
  return annex_skill_job_run (job);
}

/* ---- trust */

static DexFuture *
untrusted_work (gpointer data)
{
  AnnexSkillJob *job = data;

  return dex_future_new_take_boxed (G_TYPE_STRV,
                                    annex_skill_shelf_find_untrusted (job->places, job->name));
}

static DexFuture *
keeper_find_untrusted (AnnexSkillKeeper *self, const char *folder)
{
  return annex_skill_job_run (annex_skill_job_new (self, untrusted_work, folder, NULL));
}

static DexFuture *
trust_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (
      annex_skill_shelf_set_trusted (job->places, job->name, job->flag, &error), &error);
}

static DexFuture *
keeper_set_trusted (AnnexSkillKeeper *self, const char *folder, gboolean trusted)
{
  AnnexSkillJob *job = annex_skill_job_new (self, trust_work, folder, NULL);

  job->flag = trusted;
  return annex_skill_job_change (job);
}

static DexFuture *
trusted_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  char **folders = annex_skill_shelf_list_trusted (job->places, &error);

  return folders != NULL ? dex_future_new_take_boxed (G_TYPE_STRV, folders)
                         : annex_future_new_error (error);
}

static DexFuture *
keeper_list_trusted (AnnexSkillKeeper *self)
{
  return annex_skill_job_run (annex_skill_job_new (self, trusted_work, NULL, NULL));
}

static gboolean
keeper_get_look_in_home (AnnexSkillKeeper *self)
{
  return annex_skill_shelf_get_look_in_home (ANNEX_SKILL_STORE (self)->places);
}

static DexFuture *
home_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (annex_skill_shelf_set_look_in_home (job->places, job->flag, &error),
                              &error);
}

static DexFuture *
keeper_set_look_in_home (AnnexSkillKeeper *self, gboolean look)
{
  AnnexSkillJob *job = annex_skill_job_new (self, home_work, NULL, NULL);

  job->flag = look;
  return annex_skill_job_change (job);
}

void
annex_skill_store_keeper_init (AnnexSkillKeeperInterface *iface)
{
  iface->read = keeper_read;
  iface->load_file = keeper_load_file;
  iface->list_versions = keeper_list_versions;
  iface->restore = keeper_restore;
  iface->remove = keeper_remove;
  iface->set_enabled = keeper_set_enabled;
  iface->edit = keeper_edit;
  iface->check = keeper_check;
  iface->to_text = keeper_to_text;
  iface->from_text = keeper_from_text;
  iface->write = keeper_write;
  iface->set_value = keeper_set_value;
  iface->find_private = keeper_find_private;
  iface->export_ = keeper_export;
  iface->find_untrusted = keeper_find_untrusted;
  iface->set_trusted = keeper_set_trusted;
  iface->list_trusted = keeper_list_trusted;
  iface->get_look_in_home = keeper_get_look_in_home;
  iface->set_look_in_home = keeper_set_look_in_home;
  annex_skill_store_plugins_init (iface);
}
