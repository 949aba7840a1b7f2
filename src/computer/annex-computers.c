/* annex-computers.c
 *
 * See annex-computers.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computers.h"

#include "annex-checkpoint-store-private.h"
#include "annex-future.h"
#include "annex-gate.h"
#include "annex-image-keeper.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* Nothing takes as long to be made. */
#define ORPHAN_AGE_S (15 * 60)

struct _AnnexComputers
{
  GObject parent_instance;

  AnnexComputerHost *host;
  AnnexStore *store;
  GHashTable *computers; /* task id → AnnexVm */
  GHashTable *ways_out;  /* task id → AnnexEgressProxy */
};

G_DEFINE_FINAL_TYPE (AnnexComputers, annex_computers, G_TYPE_OBJECT)

AnnexComputer *
annex_computers_get (AnnexComputers *self, const char *task_id, AnnexNetworkPolicy *policy)
{
  AnnexVm *vm;
  AnnexEgressProxy *egress;

  if (!annex_computer_id_is_valid (task_id))
    return NULL;
  vm = g_hash_table_lookup (self->computers, task_id);
  if (vm == NULL)
    {
      egress = annex_egress_proxy_new (self->store, task_id, policy);
      vm = annex_vm_new (self->host, task_id, egress);
      g_hash_table_insert (self->computers, g_strdup (task_id), vm);
      g_hash_table_insert (self->ways_out, g_strdup (task_id), egress);
    }
  return ANNEX_COMPUTER (g_object_ref (vm));
}

AnnexEgressProxy *
annex_computers_get_egress (AnnexComputers *self, const char *task_id)
{
  return g_hash_table_lookup (self->ways_out, task_id);
}

/* ---------------------------------------------------------------- leftovers */

/* Files that only a process that is at work may have. */
static void
discard_unfinished (AnnexComputerFolder *folder)
{
  annex_computer_folder_discard (folder, "memory.save" ANNEX_COMPUTER_PART);
  annex_computer_folder_discard (folder, "disk.qcow2" ANNEX_COMPUTER_PART);
  annex_computer_folder_discard (folder, "template.save");
  annex_checkpoint_store_clean (folder);
}

/* Is this running domain ours, of this runtime folder? Another one's Annex on a shared libvirt is
 * not to be touched. */
static gboolean
is_of_this_session (virDomainPtr domain, const char *id)
{
  g_autofree char *runtime = annex_paths_runtime (id);
  g_autofree char *escaped = g_markup_escape_text (runtime, -1);
  char *xml = virDomainGetXMLDesc (domain, 0);
  gboolean ours = xml != NULL && strstr (xml, escaped) != NULL;

  free (xml);
  return ours;
}

/* TRUE: it was a leftover and has been ended. */
static gboolean
end_leftover (virDomainPtr domain)
{
  const char *id = annex_domain_id_of_name (virDomainGetName (domain));
  g_autoptr (AnnexComputerFolder) folder = NULL;
  gboolean ended;

  if (id == NULL || !is_of_this_session (domain, id))
    return FALSE;
  folder = annex_computer_folder_new (id);
  if (!annex_computer_folder_lock (folder, NULL))
    return FALSE; /* its owner lives */
  ended = virDomainDestroy (domain) == 0;
  discard_unfinished (folder);
  annex_computer_folder_remove_sockets (folder);
  return ended;
}

/* What cleaning knows of the tasks: their ids; NULL where there is no store to ask. */
typedef struct
{
  GHashTable *tasks;
} Clean;

static void
clean_free (gpointer data)
{
  Clean *clean = data;

  g_clear_pointer (&clean->tasks, g_hash_table_unref);
  g_free (clean);
}

/* The computer of a copy whose task was never made. One that is being made now is younger. */
static gboolean
is_orphan (Clean *clean, AnnexComputerFolder *folder)
{
  g_autofree char *path = annex_computer_folder_dup_path (folder, ANNEX_COMPUTER_FACTS);
  g_autoptr (JsonObject) facts = NULL;
  struct stat info;

  if (clean->tasks == NULL ||
      g_hash_table_contains (clean->tasks, annex_computer_folder_get_id (folder)) ||
      stat (path, &info) != 0 || time (NULL) - info.st_mtime < ORPHAN_AGE_S)
    return FALSE;
  facts = annex_checkpoint_read_facts (path);
  return facts != NULL && annex_json_opt_boolean (facts, ANNEX_FACT_NEW_IDENTITY, FALSE);
}

/* Checkpoints of tasks that are no more. */
static void
clean_checkpoints (Clean *clean)
{
  g_autofree char *root = annex_paths_computer ("checkpoints");
  g_autoptr (GDir) dir = clean->tasks != NULL ? g_dir_open (root, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (annex_computer_id_is_valid (name) && !g_hash_table_contains (clean->tasks, name))
      annex_checkpoint_store_remove_all (name, NULL);
}

/* Folders without a running computer: nothing unfinished stays, and no template's workshop. */
static void
clean_folders (Clean *clean)
{
  g_autofree char *root = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (AnnexComputerFolder) folder = NULL;

      if (!annex_computer_id_is_valid (name))
        continue;
      folder = annex_computer_folder_new (name);
      if (!annex_computer_folder_lock (folder, NULL))
        continue; /* its owner lives */
      discard_unfinished (folder);
      annex_computer_folder_remove_sockets (folder);
      if (g_str_has_prefix (name, "template") || is_orphan (clean, folder))
        annex_computer_folder_remove (folder, NULL);
    }
}

static DexFuture *
clean_worker (virConnectPtr connection, gpointer state)
{
  virDomainPtr *domains = NULL;
  int n_domains = virConnectListAllDomains (connection, &domains, VIR_CONNECT_LIST_DOMAINS_ACTIVE);
  int n_ended = 0;

  if (n_domains < 0)
    return annex_virt_reject (N_ ("The running computers could not be listed"));
  for (int i = 0; i < n_domains; i++)
    {
      n_ended += end_leftover (domains[i]);
      virDomainFree (domains[i]);
    }
  free (domains);
  clean_folders (state);
  clean_checkpoints (state);
  return dex_future_new_for_int (n_ended);
}

static DexFuture *
clean_fiber (gpointer data)
{
  AnnexComputers *self = data;
  g_autoptr (GPtrArray) tasks = NULL;
  g_autoptr (GError) error = NULL;
  Clean *clean;
  int n_ended;

  /* Without a list nothing is taken for an orphan. */
  if (self->store != NULL)
    tasks = dex_await_boxed (annex_store_list_tasks (self->store), NULL);
  clean = g_new0 (Clean, 1);
  if (tasks != NULL)
    clean->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    g_hash_table_add (clean->tasks,
                      g_strdup (((AnnexTaskSummary *) g_ptr_array_index (tasks, i))->id));
  n_ended = dex_await_int (annex_virt_call (annex_computer_host_get_virt (self->host),
                                            "annex-clean", clean_worker, clean, clean_free),
                           &error);

  if (error != NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  annex_computer_host_await_images_tidy (self->host);
  return dex_future_new_for_int (n_ended);
}

DexFuture *
annex_computers_clean (AnnexComputers *self)
{
  return annex_fiber_run (clean_fiber, g_object_ref (self), g_object_unref);
}

/* ---------------------------------------------------------------- the end */

typedef struct
{
  AnnexComputers *self;
  gboolean save;
} Shutdown;

static void
shutdown_free (gpointer data)
{
  Shutdown *end = data;

  g_object_unref (end->self);
  g_free (end);
}

static DexFuture *
shutdown_fiber (gpointer data)
{
  Shutdown *end = data;
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GError) first = NULL;
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, end->self->computers);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (steps, annex_vm_shut_down (value, end->save));
  g_hash_table_iter_init (&iter, end->self->ways_out);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (steps, annex_egress_proxy_close (value));
  annex_computer_host_await_ended (end->self->host);
  for (guint i = 0; i < steps->len; i++)
    dex_await (dex_ref (g_ptr_array_index (steps, i)), first == NULL ? &first : NULL);
  if (first != NULL)
    return annex_future_new_error (g_steal_pointer (&first));
  return dex_future_new_true ();
}

DexFuture *
annex_computers_shutdown (AnnexComputers *self, gboolean save)
{
  Shutdown *end = g_new0 (Shutdown, 1);

  end->self = g_object_ref (self);
  end->save = save;
  return annex_fiber_run (shutdown_fiber, end, shutdown_free);
}

typedef struct
{
  AnnexComputers *self;
  char *task_id;
} Delete;

static void
delete_free (gpointer data)
{
  Delete *delete = data;

  g_object_unref (delete->self);
  g_free (delete->task_id);
  g_free (delete);
}

static DexFuture *
delete_fiber (gpointer data)
{
  Delete *delete = data;
  AnnexComputers *self = delete->self;
  g_autoptr (AnnexComputer) computer = annex_computers_get (self, delete->task_id, NULL);
  g_autoptr (GError) error = NULL;

  if (computer == NULL)
    return annex_future_new_spoken (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND,
                                    N_ ("There is no such task"));
  if (!dex_await (annex_computer_reset (computer), &error) ||
      !dex_await (annex_egress_proxy_close (annex_computers_get_egress (self, delete->task_id)),
                  &error))
    return annex_future_new_error (g_steal_pointer (&error));
  g_hash_table_remove (self->computers, delete->task_id);
  g_hash_table_remove (self->ways_out, delete->task_id);
  return dex_future_new_true ();
}

DexFuture *
annex_computers_delete (AnnexComputers *self, const char *task_id)
{
  Delete *delete = g_new0 (Delete, 1);

  delete->self = g_object_ref (self);
  delete->task_id = g_strdup (task_id);
  return annex_fiber_run (delete_fiber, delete, delete_free);
}

/* ---------------------------------------------------------------- images, templates, limits */

GStrv
annex_computers_dup_image_versions (AnnexComputers *self)
{
  return annex_image_keeper_dup_needed ();
}

static DexFuture *
prepare_fiber (gpointer data)
{
  AnnexComputers *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexComputerKit) kit =
      dex_await_boxed (annex_computer_host_kit (self->host, NULL), &error);

  if (kit == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  return annex_computer_host_template (self->host, kit);
}

DexFuture *
annex_computers_prepare (AnnexComputers *self)
{
  return annex_fiber_run (prepare_fiber, g_object_ref (self), g_object_unref);
}

void
annex_computers_set_off (AnnexComputers *self, gboolean off)
{
  annex_computer_host_set_off (self->host, off);
}

void
annex_computers_set_memory_limit (AnnexComputers *self, guint64 bytes)
{
  annex_computer_host_set_memory_limit (self->host, bytes);
}

/* ---------------------------------------------------------------- the object */

static void
annex_computers_finalize (GObject *object)
{
  AnnexComputers *self = ANNEX_COMPUTERS (object);

  g_hash_table_unref (self->computers);
  g_hash_table_unref (self->ways_out);
  g_clear_object (&self->store);
  g_clear_object (&self->host);
  G_OBJECT_CLASS (annex_computers_parent_class)->finalize (object);
}

static void
annex_computers_class_init (AnnexComputersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_computers_finalize;
}

static void
annex_computers_init (AnnexComputers *self)
{
  self->computers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->ways_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

AnnexComputers *
annex_computers_new (const char *uri, AnnexImageStore *images, AnnexStore *store)
{
  AnnexComputers *self = g_object_new (ANNEX_TYPE_COMPUTERS, NULL);
  g_autoptr (AnnexVirt) virt = annex_virt_new (uri);

  self->host = annex_computer_host_new (virt, images);
  if (store != NULL)
    self->store = g_object_ref (store);
  return self;
}
