/* annex-skill-store-plugins.c
 *
 * See annex-skill-store.h: packages, plugins and marketplaces, from here and from afar. Whatever is
 * fetched is in the ledger before it is used.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-skill-files.h"
#include "annex-skill-market.h"
#include "annex-skill-store-private.h"
#include "annex-spoken.h"
#include "annex-store-begun.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- fetching */

typedef struct
{
  AnnexGitSource *source;
  char *target;
  guint64 bytes;
  char **left_out;
  char *commit;
  GError *error; /* why there is no commit */
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *self = data;

  g_clear_pointer (&self->source, annex_git_source_free);
  g_free (self->target);
  g_strfreev (self->left_out);
  g_free (self->commit);
  g_clear_error (&self->error);
  g_free (self);
}

/* Resolves either way: the ledger wants to know of failures, too. */
static DexFuture *
fetch_work (gpointer data)
{
  Fetch *self = data;
  g_autofree char *store = g_strconcat (self->target, ".git", NULL);

  self->commit =
      annex_skill_fetch (self->source, self->target, &self->bytes, &self->left_out, &self->error);
  annex_skill_files_remove (store);
  return dex_future_new_true ();
}

/* In a fiber: fetches fetch->source into fetch->target. */
static gboolean
fetch (AnnexSkillStore *self, Fetch *fetch, GError **error)
{
  g_autoptr (AnnexLedgerEntry) entry = NULL;
  g_autofree char *host = NULL;
  g_autoptr (GError) wrong = NULL;
  guint port;

  if (self->ledger == NULL || !annex_git_source_get_host (fetch->source, &host, &port))
    {
      annex_set_spoken (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED,
                        N_ ("Nothing can be fetched here"));
      return FALSE;
    }
  entry = annex_ledger_entry_new (NULL, "skill", host, port);
  entry->method = g_strdup ("GET");
  g_set_str (&entry->by, "user");
  if (!dex_await (annex_store_begin_ledger (self->ledger, entry), error))
    return FALSE;
  if (!dex_await (annex_worker_run ("annex-fetch", fetch_work, fetch, NULL), &wrong))
    fetch->error = g_steal_pointer (&wrong);
  entry->time_us = g_get_real_time ();
  entry->bytes_down = fetch->bytes;
  g_set_str (&entry->decision, fetch->commit != NULL ? "allowed" : "failed");
  if (fetch->error != NULL)
    entry->reason = g_strdup (fetch->error->message);
  annex_store_end_ledger (self->ledger, entry);
  if (fetch->commit != NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&fetch->error));
  return FALSE;
}

/* ---- opening */

typedef struct
{
  AnnexSkillJob *job; /* name: the place, or the plugin; text: the marketplace */
  Fetch *fetch;       /* of a place on this machine NULL */
  char *staging;
  char *folder;           /* what is opened */
  char *name;             /* that it has; nullable */
  AnnexGitSource *source; /* of a plugin that is to be fetched; NULL */
  JsonObject *entry;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *self = data;

  annex_skill_job_unref (self->job);
  g_clear_pointer (&self->fetch, fetch_free);
  if (self->staging != NULL)
    annex_skill_files_remove (self->staging);
  g_free (self->staging);
  g_free (self->folder);
  g_free (self->name);
  g_clear_pointer (&self->source, annex_git_source_free);
  g_clear_pointer (&self->entry, json_object_unref);
  g_free (self);
}

/* The name of the folder or repository that @place ends with; NULL where it is none. */
static char *
guess_name (const char *place)
{
  g_autofree char *base = g_path_get_basename (place);
  char *dot = strrchr (base, '.');

  if (dot != NULL && g_str_equal (dot, ".git"))
    *dot = '\0';
  return annex_skill_is_name (base) ? g_steal_pointer (&base) : NULL;
}

static DexFuture *
offer_future (Opening *self, AnnexSkillPackage *package)
{
  const char *stamp =
      self->entry != NULL ? annex_json_opt_string (self->entry, "annex_stamp", NULL) : NULL;

  g_object_set_data_full (G_OBJECT (package), "annex-stamp", g_strdup (stamp), g_free);
  return dex_future_new_take_boxed (
      ANNEX_TYPE_SKILL_OFFER,
      annex_skill_offer_new (self->job->places, package, self->job->text,
                             self->fetch != NULL ? self->fetch->commit : NULL));
}

static DexFuture *
open_here_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  g_autoptr (AnnexSkillPackage) package =
      annex_skill_package_open (self->job->places, self->job->name, &error);

  return package != NULL ? offer_future (self, package) : annex_future_new_error (error);
}

/* What is in the staging folder becomes a package. */
static DexFuture *
open_staged_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  g_autofree char *source = NULL;
  g_autofree char *staging = NULL;
  g_autoptr (AnnexSkillPackage) package = NULL;
  const char *const *left_out =
      self->fetch != NULL ? (const char *const *) self->fetch->left_out : NULL;

  if (!g_file_test (self->folder, G_FILE_TEST_IS_DIR))
    return annex_future_new_spoken (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                                    N_ ("There is no such folder in the repository"));
  source = self->job->text != NULL ? g_strconcat (self->job->name, "@", self->job->text, NULL)
                                   : g_strdup (self->job->name);
  staging = g_steal_pointer (&self->staging); /* the package removes it, also where it fails */
  package = annex_skill_package_open_staged (self->job->places, staging, self->folder, source,
                                             self->name, self->entry, left_out, &error);
  return package != NULL ? offer_future (self, package) : annex_future_new_error (error);
}

/* In a fiber: fetches @source and sets what is opened. */
static gboolean
fetch_staged (Opening *self, AnnexGitSource *source, GError **error)
{
  g_autofree char *guessed = guess_name (source->folder != NULL ? source->folder : source->url);

  self->fetch = g_new0 (Fetch, 1);
  self->fetch->source = source;
  self->staging = annex_skill_shelf_make_staging (self->job->places, error);
  if (self->staging == NULL)
    return FALSE;
  self->fetch->target = g_build_filename (self->staging, "tree", NULL);
  self->folder = g_build_filename (self->fetch->target, source->folder, NULL);
  g_set_str (&self->name, guessed);
  return fetch (self->job->store, self->fetch, error);
}

/* In a fiber: waits, because what the worker uses is freed after the fiber's end. Takes @work. */
static DexFuture *
finish (DexFuture *work)
{
  g_autoptr (DexFuture) settled = work;
  GError *error = NULL;

  if (!dex_await (dex_ref (settled), &error))
    return annex_future_new_error (error);
  return g_steal_pointer (&settled);
}

static DexFuture *
open_fiber (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  AnnexGitSource *source;

  if (g_file_test (self->job->name, G_FILE_TEST_EXISTS))
    return finish (annex_worker_run ("annex-skills", open_here_work, self, NULL));
  source = annex_git_source_parse (self->job->name, &error);
  if (source == NULL || !fetch_staged (self, source, &error))
    return annex_future_new_error (error);
  return finish (annex_worker_run ("annex-skills", open_staged_work, self, NULL));
}

static Opening *
opening_new (AnnexSkillKeeper *keeper, const char *name, const char *market)
{
  Opening *self = g_new0 (Opening, 1);

  self->job = annex_skill_job_new (keeper, NULL, name, market);
  return self;
}

static DexFuture *
keeper_open (AnnexSkillKeeper *self, const char *place)
{
  return annex_fiber_run (open_fiber, opening_new (self, place, NULL), opening_free);
}

static DexFuture *
locate_plugin_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;

  return annex_skill_job_end (annex_skill_market_locate (self->job->places, self->job->text,
                                                         self->job->name, &self->entry,
                                                         &self->folder, &self->source, &error),
                              &error);
}

static DexFuture *
copy_plugin_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  g_autofree char *from = g_steal_pointer (&self->folder);

  self->staging = annex_skill_shelf_make_staging (self->job->places, &error);
  if (self->staging == NULL)
    return annex_future_new_error (error);
  self->folder = g_build_filename (self->staging, "tree", NULL);
  return annex_skill_job_end (annex_skill_files_copy (from, self->folder, NULL, &error), &error);
}

static DexFuture *
open_plugin_fiber (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;

  if (!dex_await (annex_worker_run ("annex-skills", locate_plugin_work, self, NULL), &error))
    return annex_future_new_error (error);
  if (self->source != NULL
          ? !fetch_staged (self, g_steal_pointer (&self->source), &error)
          : !dex_await (annex_worker_run ("annex-skills", copy_plugin_work, self, NULL), &error))
    return annex_future_new_error (error);
  g_set_str (&self->name, self->job->name);
  return finish (annex_worker_run ("annex-skills", open_staged_work, self, NULL));
}

static DexFuture *
keeper_open_plugin (AnnexSkillKeeper *self, const char *market, const char *plugin)
{
  return annex_fiber_run (open_plugin_fiber, opening_new (self, plugin, market), opening_free);
}

/* ---- installing */

static DexFuture *
load_offered_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GPtrArray *previews = annex_skill_package_get_previews (ANNEX_SKILL_PACKAGE (job->offer->staged));
  GError *error = NULL;

  for (guint i = 0; i < previews->len; i++)
    {
      AnnexSkillPreview *preview = g_ptr_array_index (previews, i);
      GBytes *bytes;

      if (!g_str_equal (preview->view->name, job->name))
        continue;
      bytes = annex_skill_files_read (preview->folder, job->text, &error);
      return bytes != NULL ? dex_future_new_take_boxed (G_TYPE_BYTES, bytes)
                           : annex_future_new_error (error);
    }
  return annex_future_new_spoken (ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND,
                                  N_ ("There is no skill “%s” in it"), job->name);
}

static DexFuture *
keeper_load_offered (AnnexSkillKeeper *self,
                     const AnnexSkillOffer *offer,
                     const char *name,
                     const char *path)
{
  AnnexSkillJob *job = annex_skill_job_new (self, load_offered_work, name, path);

  job->offer = annex_skill_offer_copy (offer);
  return annex_skill_job_run (job);
}

static DexFuture *
install_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (
      annex_skill_offer_install (job->places, job->offer, (const char *const *) job->names, &error),
      &error);
}

/* What is no longer in the plugin takes its values with it: nothing names it any more. */
static DexFuture *
install_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  if (!dex_await (annex_skill_job_change (annex_skill_job_ref (job)), &error))
    return annex_future_new_error (error);
  for (char **gone = job->offer->gone; gone != NULL && *gone != NULL; gone++)
    {
      g_autoptr (GError) wrong = NULL;

      if (!annex_skill_store_forget_values (job->store, *gone, &wrong))
        g_warning ("The values of the skill “%s”, which is gone, stay: %s", *gone, wrong->message);
    }
  return dex_future_new_true ();
}

static DexFuture *
keeper_install (AnnexSkillKeeper *self, const AnnexSkillOffer *offer, const char *const *names)
{
  AnnexSkillJob *job = annex_skill_job_new (self, install_work, NULL, NULL);

  job->offer = annex_skill_offer_copy (offer);
  job->names = g_strdupv ((char **) names);
  return annex_fiber_run (install_fiber, job, annex_skill_job_unref);
}

static DexFuture *
plugins_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  GPtrArray *plugins = annex_skill_plugins_list (job->places, &error);

  return plugins != NULL ? dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, plugins)
                         : annex_future_new_error (error);
}

static DexFuture *
keeper_list_plugins (AnnexSkillKeeper *self)
{
  return annex_skill_job_run (annex_skill_job_new (self, plugins_work, NULL, NULL));
}

static DexFuture *
remove_plugin_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (annex_skill_plugins_remove (job->places, job->name, &error), &error);
}

/* The skills of the plugin @name. (transfer full, nullable) */
static char **
find_skills (GPtrArray *plugins, const char *name)
{
  for (guint i = 0; i < plugins->len; i++)
    {
      const AnnexSkillPlugin *plugin = g_ptr_array_index (plugins, i);

      if (g_str_equal (plugin->name, name))
        return g_strdupv (plugin->skills);
    }
  return NULL;
}

/* The values go with the skills; those of a skill that the user has of their own as well stay. */
static DexFuture *
remove_plugin_fiber (gpointer data)
{
  AnnexSkillJob *job = data;
  g_autoptr (GPtrArray) plugins = NULL;
  g_auto (GStrv) names = NULL;
  GError *error = NULL;

  plugins = dex_await_boxed (
      annex_skill_job_run (annex_skill_job_new (job->store, plugins_work, NULL, NULL)), &error);
  if (plugins == NULL)
    return annex_future_new_error (error);
  names = find_skills (plugins, job->name);
  if (!dex_await (annex_skill_job_change (annex_skill_job_ref (job)), &error))
    return annex_future_new_error (error);
  for (char **name = names; name != NULL && *name != NULL; name++)
    if (!annex_skill_store_forget_values (job->store, *name, &error))
      return annex_future_new_error (error);
  return dex_future_new_true ();
}

static DexFuture *
keeper_remove_plugin (AnnexSkillKeeper *self, const char *plugin)
{
  return annex_fiber_run (remove_plugin_fiber,
                          annex_skill_job_new (self, remove_plugin_work, plugin, NULL),
                          annex_skill_job_unref);
}

/* ---- marketplaces */

static DexFuture *
markets_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  GPtrArray *markets = annex_skill_market_list (job->places, &error);

  return markets != NULL ? dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, markets)
                         : annex_future_new_error (error);
}

static DexFuture *
keeper_list_markets (AnnexSkillKeeper *self)
{
  return annex_skill_job_run (annex_skill_job_new (self, markets_work, NULL, NULL));
}

static DexFuture *
copy_market_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;

  self->staging = annex_skill_shelf_make_staging (self->job->places, &error);
  if (self->staging == NULL)
    return annex_future_new_error (error);
  self->folder = g_build_filename (self->staging, "tree", NULL);
  return annex_skill_job_end (
      annex_skill_package_stage (self->job->name, self->folder, NULL, &error), &error);
}

static DexFuture *
install_market_work (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  AnnexSkillMarket *market = annex_skill_market_install (
      self->job->places, self->folder, self->job->name,
      self->fetch != NULL ? self->fetch->commit : NULL, self->job->text, &error);

  if (market == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_SKILL_MARKET, market);
}

/* The job's name is the address; its text the name that the marketplace must have, on an update. */
static DexFuture *
market_fiber (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;
  AnnexGitSource *source = NULL;
  g_autoptr (DexFuture) done = NULL;

  if (g_file_test (self->job->name, G_FILE_TEST_EXISTS))
    {
      if (!dex_await (annex_worker_run ("annex-skills", copy_market_work, self, NULL), &error))
        return annex_future_new_error (error);
    }
  else
    {
      source = annex_git_source_parse (self->job->name, &error);
      if (source == NULL || !fetch_staged (self, source, &error))
        return annex_future_new_error (error);
    }
  done = finish (annex_worker_run ("annex-skills", install_market_work, self, NULL));
  annex_skill_library_emit_changed (ANNEX_SKILL_LIBRARY (self->job->store));
  return g_steal_pointer (&done);
}

static DexFuture *
keeper_add_market (AnnexSkillKeeper *self, const char *place)
{
  g_autofree char *clean = g_strstrip (g_strdup (place));

  return annex_fiber_run (market_fiber, opening_new (self, clean, NULL), opening_free);
}

static DexFuture *
address_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;
  char *address = annex_skill_market_dup_address (job->places, job->text, &error);

  if (address == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_string (address);
}

static DexFuture *
refresh_fiber (gpointer data)
{
  Opening *self = data;
  GError *error = NULL;

  self->job->work = address_work;
  self->job->name =
      dex_await_string (annex_skill_job_run (annex_skill_job_ref (self->job)), &error);
  return self->job->name != NULL ? market_fiber (self) : annex_future_new_error (error);
}

static DexFuture *
keeper_refresh_market (AnnexSkillKeeper *self, const char *market)
{
  return annex_fiber_run (refresh_fiber, opening_new (self, NULL, market), opening_free);
}

static DexFuture *
remove_market_work (gpointer data)
{
  AnnexSkillJob *job = data;
  GError *error = NULL;

  return annex_skill_job_end (annex_skill_market_remove (job->places, job->name, &error), &error);
}

static DexFuture *
keeper_remove_market (AnnexSkillKeeper *self, const char *market)
{
  return annex_skill_job_change (annex_skill_job_new (self, remove_market_work, market, NULL));
}

void
annex_skill_store_plugins_init (AnnexSkillKeeperInterface *iface)
{
  iface->open = keeper_open;
  iface->load_offered = keeper_load_offered;
  iface->install = keeper_install;
  iface->list_markets = keeper_list_markets;
  iface->add_market = keeper_add_market;
  iface->refresh_market = keeper_refresh_market;
  iface->remove_market = keeper_remove_market;
  iface->open_plugin = keeper_open_plugin;
  iface->list_plugins = keeper_list_plugins;
  iface->remove_plugin = keeper_remove_plugin;
}
