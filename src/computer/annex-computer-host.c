/* annex-computer-host.c
 *
 * See annex-computer-host.h. A computer may grow to all the memory it was promised, so what running
 * ones have not taken yet is not free.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-host.h"

#include "annex-future.h"
#include "annex-gate.h"
#include "annex-image-keeper.h"
#include "annex-spoken.h"
#include "annex-template.h"

#include <glib/gi18n.h>
#include <string.h>

#define TEMPLATE_TRIES 2
#define RESERVE_BYTES (512ull << 20)
#define LOOK_AGAIN_MS 2000
#define WAIT_LIMIT_MS (30 * 60 * 1000)

typedef struct
{
  AnnexMachine *machine;
  guint64 bytes;
} Slot;

typedef struct
{
  AnnexMachine *machine;
  guint64 bytes;
  DexPromise *turn;
} Waiter;

struct _AnnexComputerHost
{
  GObject parent_instance;

  AnnexVirt *virt;
  AnnexImageStore *images;
  GArray *slots;
  GQueue waiters;
  guint look_again_id;
  guint64 memory_limit;
  gboolean off;
  GHashTable *making;     /* key → DexFuture */
  DexCancellable *ending; /* of what is being made */
};

G_DEFINE_FINAL_TYPE (AnnexComputerHost, annex_computer_host, G_TYPE_OBJECT)

/* ---------------------------------------------------------------- images */

void
annex_computer_host_await_images_tidy (AnnexComputerHost *self)
{
  g_autoptr (GError) error = NULL;
  guint64 bytes = dex_await_uint64 (annex_image_keeper_remove_unused (self->images), &error);

  if (error != NULL)
    g_info ("Old images of the computer cannot be removed: %s", error->message);
  else if (bytes > 0)
    g_info ("Old images of the computer were removed: %" G_GUINT64_FORMAT " bytes", bytes);
}

/* ---------------------------------------------------------------- memory */

static guint64
available_bytes (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL) ||
      (line = strstr (text, "MemAvailable:")) == NULL)
    return G_MAXUINT64 / 2;
  return g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) * 1024;
}

static gboolean
fits (AnnexComputerHost *self, guint64 bytes)
{
  guint64 promised = 0;

  for (guint i = 0; i < self->slots->len; i++)
    {
      const Slot *slot = &g_array_index (self->slots, Slot, i);
      guint64 taken = self->memory_limit > 0 ? 0 : annex_machine_resident_bytes (slot->machine);

      promised += taken < slot->bytes ? slot->bytes - taken : 0;
    }
  if (self->memory_limit > 0)
    return promised + bytes <= self->memory_limit;
  return promised + bytes + RESERVE_BYTES <= available_bytes ();
}

static gboolean
has_slot (AnnexComputerHost *self, AnnexMachine *machine)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (g_array_index (self->slots, Slot, i).machine == machine)
      return TRUE;
  return FALSE;
}

static void
give_slot (AnnexComputerHost *self, AnnexMachine *machine, guint64 bytes)
{
  Slot slot = { .machine = g_object_ref (machine), .bytes = bytes };

  g_array_append_val (self->slots, slot);
}

static void
waiter_free (Waiter *waiter)
{
  g_object_unref (waiter->machine);
  dex_unref (waiter->turn);
  g_free (waiter);
}

/* Lets in whoever waits longest, as long as there is room. */
static void
let_in (AnnexComputerHost *self)
{
  Waiter *waiter;

  while ((waiter = g_queue_peek_head (&self->waiters)) != NULL && fits (self, waiter->bytes))
    {
      g_queue_pop_head (&self->waiters);
      give_slot (self, waiter->machine, waiter->bytes);
      dex_promise_resolve_boolean (waiter->turn, TRUE);
      waiter_free (waiter);
    }
}

static gboolean
look_again_cb (gpointer data)
{
  AnnexComputerHost *self = data;

  let_in (self);
  if (!g_queue_is_empty (&self->waiters))
    return G_SOURCE_CONTINUE;
  self->look_again_id = 0;
  return G_SOURCE_REMOVE;
}

gboolean
annex_computer_host_try_enter (AnnexComputerHost *self, AnnexMachine *machine, guint memory_mib)
{
  guint64 bytes = (guint64) memory_mib << 20;

  if (has_slot (self, machine))
    return TRUE;
  if (!g_queue_is_empty (&self->waiters) || !fits (self, bytes))
    return FALSE;
  give_slot (self, machine, bytes);
  return TRUE;
}

typedef struct
{
  AnnexComputerHost *self;
  DexPromise *turn;
} Turn;

static void
turn_free (gpointer data)
{
  Turn *turn = data;

  /* Given up before its turn came: out of the queue. */
  for (GList *link = turn->self->waiters.head; link != NULL; link = link->next)
    {
      Waiter *waiter = link->data;

      if (waiter->turn == turn->turn)
        {
          g_queue_delete_link (&turn->self->waiters, link);
          waiter_free (waiter);
          break;
        }
    }
  dex_unref (turn->turn);
  g_object_unref (turn->self);
  g_free (turn);
}

static DexFuture *
turn_over_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    return dex_future_new_true ();
  return annex_future_new_spoken (
      ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_MEMORY,
      N_ ("There was not enough free memory for Annex’s computer. Close "
          "other programs or another task’s computer"));
}

DexFuture *
annex_computer_host_enter (AnnexComputerHost *self, AnnexMachine *machine, guint memory_mib)
{
  Waiter *waiter;
  Turn *turn;

  if (annex_computer_host_try_enter (self, machine, memory_mib))
    return dex_future_new_true ();
  waiter = g_new0 (Waiter, 1);
  waiter->machine = g_object_ref (machine);
  waiter->bytes = (guint64) memory_mib << 20;
  waiter->turn = dex_promise_new ();
  g_queue_push_tail (&self->waiters, waiter);
  if (self->look_again_id == 0)
    self->look_again_id = g_timeout_add (LOOK_AGAIN_MS, look_again_cb, self);
  turn = g_new0 (Turn, 1);
  turn->self = g_object_ref (self);
  turn->turn = dex_ref (waiter->turn);
  return dex_future_finally (
      annex_future_with_timeout (dex_ref (DEX_FUTURE (waiter->turn)), WAIT_LIMIT_MS), turn_over_cb,
      turn, turn_free);
}

void
annex_computer_host_leave (AnnexComputerHost *self, AnnexMachine *machine)
{
  for (guint i = 0; i < self->slots->len; i++)
    if (g_array_index (self->slots, Slot, i).machine == machine)
      {
        g_array_remove_index (self->slots, i);
        let_in (self);
        return;
      }
}

void
annex_computer_host_set_memory_limit (AnnexComputerHost *self, guint64 bytes)
{
  self->memory_limit = bytes;
  let_in (self);
}

void
annex_computer_host_set_off (AnnexComputerHost *self, gboolean off)
{
  self->off = off;
}

guint
annex_computer_host_get_n_running (AnnexComputerHost *self)
{
  return self->slots->len;
}

/* ---------------------------------------------------------------- kits and templates */

DexFuture *
annex_computer_host_kit (AnnexComputerHost *self, const char *version)
{
  /* Nothing starts without its kit. The agent reads this as well as the user. */
  if (self->off)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION,
                                    "Annex’s computer is turned off here: no commands can run and "
                                    "no files can be worked on. Go "
                                    "on without it, in words.");
  return annex_computer_kit_gather (self->virt, self->images, version);
}

void
annex_computer_host_await_noted (AnnexComputerHost *self, const AnnexComputerKit *kit)
{
  if (!annex_image_store_has_started (self->images, kit->image_version))
    dex_await (annex_image_store_note_started (self->images, kit->image_version), NULL);
}

typedef struct
{
  AnnexComputerHost *self;
  AnnexComputerKit *kit;
  char *key;
} Making;

static void
making_free (gpointer data)
{
  Making *making = data;

  g_object_unref (making->self);
  annex_computer_kit_unref (making->kit);
  g_free (making->key);
  g_free (making);
}

/* May it be the fault of the image, whose guest did not come up? */
static gboolean
is_suspect (const GError *error)
{
  return error->domain == ANNEX_COMPUTER_ERROR &&
         error->code != ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION &&
         error->code != ANNEX_COMPUTER_ERROR_NO_MEMORY &&
         error->code != ANNEX_COMPUTER_ERROR_DISK_FULL &&
         error->code != ANNEX_COMPUTER_ERROR_DISK_LIMIT;
}

static gboolean
is_current (AnnexComputerHost *self, const char *version)
{
  g_autofree char *current = annex_image_store_dup_current (self->images);

  return g_strcmp0 (current, version) == 0;
}

/* Back to the image before that of @kit, where it starts and that one did not: if neither does, it
 * may as well be this machine's fault. Returns its version. (transfer full) */
static char *
await_before (AnnexComputerHost *self, AnnexComputerKit *kit)
{
  g_autofree char *version = dex_await_string (
      annex_image_keeper_find_before (self->images, kit->image_version), NULL); /* there is none */
  g_autoptr (AnnexComputerKit) before = NULL;
  g_autoptr (GError) error = NULL;
  gboolean guest_failed;

  /* Somebody else was first. */
  if (version == NULL || is_current (self, version))
    return g_steal_pointer (&version);
  before = dex_await_boxed (annex_computer_kit_gather (self->virt, self->images, version), &error);
  if (before == NULL || !dex_await (annex_template_make (self->virt, before, TRUE,
                                                         DEX_FUTURE (self->ending), &guest_failed),
                                    &error))
    {
      g_info ("The image %s does not start, nor does %s: %s", kit->image_version, version,
              error->message);
      return NULL;
    }
  annex_computer_host_await_noted (self, before);
  if (is_current (self, kit->image_version))
    {
      if (!dex_await (annex_image_store_set_current (self->images, version), NULL))
        return NULL;
      dex_await (
          annex_image_store_note_fallen (self->images, kit->image_version, kit->image_sha256),
          NULL); /* always resolves */
    }
  return g_steal_pointer (&version);
}

static gboolean
await_template (AnnexComputerHost *self, AnnexComputerKit *kit, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *before = NULL;

  for (guint i = 0; i < TEMPLATE_TRIES; i++)
    {
      gboolean guest_failed;

      g_clear_error (&local);
      if (dex_await (annex_template_make (self->virt, kit, FALSE, DEX_FUTURE (self->ending),
                                          &guest_failed),
                     &local))
        {
          annex_computer_host_await_noted (self, kit);
          return TRUE;
        }
      if (!guest_failed || !is_suspect (local) ||
          dex_future_is_rejected (DEX_FUTURE (self->ending)) ||
          annex_image_store_has_started (self->images, kit->image_version))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  before = await_before (self, kit);
  if (before == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_info ("The image %s does not start, %s is used again: %s", kit->image_version, before,
          local->message);
  annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED,
                    N_ ("The new system of Annex’s computer does not start. The one before it is "
                        "used again"));
  return FALSE;
}

static DexFuture *
template_fiber (gpointer data)
{
  Making *making = data;
  g_autoptr (GError) error = NULL;
  gboolean made = await_template (making->self, making->kit, &error);

  g_hash_table_remove (making->self->making, making->key);
  return made ? dex_future_new_true () : annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_computer_host_template (AnnexComputerHost *self, AnnexComputerKit *kit)
{
  g_autofree char *key = NULL;
  DexFuture *future;
  Making *making;

  if (annex_template_exists (kit))
    return dex_future_new_true ();
  key = annex_computer_kit_dup_key (kit);
  future = g_hash_table_lookup (self->making, key);
  if (future != NULL)
    return dex_ref (future);
  making = g_new0 (Making, 1);
  making->self = g_object_ref (self);
  making->kit = annex_computer_kit_ref (kit);
  making->key = g_strdup (key);
  /* It goes on though those who asked give up: it is wanted anyway. */
  future = annex_future_keep (annex_fiber_run (template_fiber, making, making_free));
  g_hash_table_insert (self->making, g_steal_pointer (&key), dex_ref (future));
  return future;
}

void
annex_computer_host_await_ended (AnnexComputerHost *self)
{
  g_autoptr (GPtrArray) making = g_hash_table_get_values_as_ptr_array (self->making);

  for (guint i = 0; i < making->len; i++)
    dex_ref (g_ptr_array_index (making, i));
  dex_cancellable_cancel (self->ending);
  for (guint i = 0; i < making->len; i++)
    dex_await (g_ptr_array_index (making, i), NULL); /* who wanted it is told */
  dex_clear (&self->ending);
  self->ending = dex_cancellable_new ();
}

/* ---------------------------------------------------------------- the object */

AnnexVirt *
annex_computer_host_get_virt (AnnexComputerHost *self)
{
  return self->virt;
}

static void
slot_clear (gpointer data)
{
  g_object_unref (((Slot *) data)->machine);
}

static void
annex_computer_host_finalize (GObject *object)
{
  AnnexComputerHost *self = ANNEX_COMPUTER_HOST (object);

  g_clear_handle_id (&self->look_again_id, g_source_remove);
  g_queue_clear_full (&self->waiters, (GDestroyNotify) waiter_free);
  g_array_unref (self->slots);
  g_hash_table_unref (self->making);
  dex_clear (&self->ending);
  g_clear_object (&self->images);
  g_clear_object (&self->virt);
  G_OBJECT_CLASS (annex_computer_host_parent_class)->finalize (object);
}

static void
annex_computer_host_class_init (AnnexComputerHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_computer_host_finalize;
}

static void
annex_computer_host_init (AnnexComputerHost *self)
{
  self->slots = g_array_new (FALSE, FALSE, sizeof (Slot));
  g_array_set_clear_func (self->slots, slot_clear);
  self->making = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->ending = dex_cancellable_new ();
}

AnnexComputerHost *
annex_computer_host_new (AnnexVirt *virt, AnnexImageStore *images)
{
  AnnexComputerHost *self = g_object_new (ANNEX_TYPE_COMPUTER_HOST, NULL);

  self->virt = g_object_ref (virt);
  self->images = g_object_ref (images);
  return self;
}
