/* annex-skill-store-private.h
 *
 * Shared by the files of the store: one request, carried out in a worker thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-future.h"
#include "annex-skill-store.h"

G_BEGIN_DECLS

struct _AnnexSkillStore
{
  GObject parent_instance;

  AnnexSkillPlaces *places;
  GFileMonitor *monitor;             /* of the library; nullable */
  AnnexStore *ledger;                /* nullable */
  AnnexSkillSecretsFunc get_secrets; /* nullable */
  gpointer get_secrets_data;
};

/* What is asked of a worker; unused members are empty. Reference counted. */
typedef struct
{
  AnnexSkillStore *store;
  AnnexSkillPlaces *places;
  AnnexWorkerFunc work;
  char *name;
  char *text;
  char **names;
  AnnexSkillOffer *offer;
  AnnexSkillDraft *draft;
  AnnexExposures *exposures;
  JsonObject *values;
  AnnexSkillNeed *need;
  AnnexSkillOrigin origin;
  gboolean flag;
} AnnexSkillJob;

AnnexSkillJob *
annex_skill_job_new (gpointer store, AnnexWorkerFunc work, const char *name, const char *text);
AnnexSkillJob *
annex_skill_job_ref (AnnexSkillJob *self);
void
annex_skill_job_unref (gpointer self);
/* Only looks. Takes @job. (transfer full) */
DexFuture *
annex_skill_job_run (AnnexSkillJob *job) G_GNUC_WARN_UNUSED_RESULT;
/* Changes something: "changed" is emitted when it is done. Takes @job. (transfer full) */
DexFuture *
annex_skill_job_change (AnnexSkillJob *job) G_GNUC_WARN_UNUSED_RESULT;
/* TRUE, or the rejection with @error, which is taken. (transfer full) */
DexFuture *
annex_skill_job_end (gboolean done, GError **error);

/* In a fiber: the names of the folders that the last tasks in @store were given. (transfer full) */
char **
annex_skill_dup_share_names (AnnexStore *store);
/* In a fiber; borrowed, NULL where there are none. */
AnnexSecrets *
annex_skill_store_find_secrets (AnnexSkillStore *self);
/* In a fiber: removes the values of the library's skill @name and their secrets from the keyring,
 * unless the library still has one of that name. */
gboolean
annex_skill_store_forget_values (AnnexSkillStore *self, const char *name, GError **error);
void
annex_skill_store_keeper_init (AnnexSkillKeeperInterface *iface);
/* The part of plugins and marketplaces. */
void
annex_skill_store_plugins_init (AnnexSkillKeeperInterface *iface);

G_END_DECLS
