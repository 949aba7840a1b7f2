/* annex-desk-session-computer.c
 *
 * The desk's computers: what one uses, giving its space back, what it takes to have one, bringing
 * the image, moving everything to another disk.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-computer-kit.h"
#include "annex-computer-move.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-image-origin.h"
#include "annex-paths.h"
#include "annex-space.h"
#include "annex-template.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

/* The commands that look into a computer are not run more often than this. */
#define LOOK_INSIDE_US (15 * G_USEC_PER_SEC)
/* Asking a server how large its image is takes no longer than this. */
#define ESTIMATE_LIMIT_MS 8000
/* What it is taken for when it does not say. */
#define USUAL_IMAGE_BYTES (G_GUINT64_CONSTANT (530) << 20)
/* What a task's computer comes to on the disk after a day's work. */
#define FIRST_COMPUTER_BYTES (G_GUINT64_CONSTANT (300) << 20)

static AnnexComputer *
get_computer (AnnexDesk *desk, AnnexTask *task)
{
  AnnexWork *work = annex_desk_session_find_work (ANNEX_DESK_SESSION (desk), task);

  return work != NULL ? annex_workspace_get_computer (work->workspace) : NULL;
}

/* Use */

typedef struct
{
  gint64 looked_us;
  gint64 used_bytes;
  gint64 limit_bytes;
} DiskUse;

/* The first number after @name in @text, -1 when there is none. */
static gint64
find_number (const char *text, const char *name)
{
  const char *at = strstr (text, name);

  return at != NULL ? g_ascii_strtoll (at + strlen (name), NULL, 10) : -1;
}

/* What the machine of @id takes of this one's memory. libvirt's session daemon notes its process.
 */
static gint64
read_memory (const char *id)
{
  g_autofree char *name = annex_domain_name (id);
  g_autofree char *pid_name = g_strconcat (name, ".pid", NULL);
  g_autofree char *pid_path =
      g_build_filename (g_get_user_runtime_dir (), "libvirt", "qemu", "run", pid_name, NULL);
  g_autofree char *pid = NULL;
  g_autofree char *status_path = NULL;
  g_autofree char *status = NULL;
  gint64 kib;

  if (!g_file_get_contents (pid_path, &pid, NULL, NULL))
    return -1;
  status_path = g_strdup_printf ("/proc/%d/status", atoi (pid));
  if (!g_file_get_contents (status_path, &status, NULL, NULL))
    return -1;
  kib = find_number (status, "VmRSS:");
  return kib >= 0 ? kib * 1024 : -1;
}

static DexFuture *
measure_work (gpointer data)
{
  AnnexComputerUse *use = data;

  use->disk_bytes = (gint64) annex_space_measure_folder (use->folder);
  return dex_future_new_true ();
}

/* Only in a computer that is awake anyway. */
static void
look_inside (AnnexDeskCall *call, AnnexComputer *computer, AnnexComputerUse *use)
{
  const char *id = annex_task_get_id (call->task);
  DiskUse *last = g_hash_table_lookup (call->self->disk_uses, id);
  g_autoptr (AnnexCommand) command = annex_command_new ("df -B1 --output=used,size / | tail -n 1");
  AnnexOutput *output = NULL;

  if (last == NULL)
    {
      last = g_new0 (DiskUse, 1);
      last->used_bytes = last->limit_bytes = -1;
      g_hash_table_insert (call->self->disk_uses, g_strdup (id), last);
    }
  if (g_get_monotonic_time () - last->looked_us > LOOK_INSIDE_US || last->looked_us == 0)
    {
      last->looked_us = g_get_monotonic_time ();
      output =
          dex_await_boxed (annex_computer_run (computer, command, NULL, 4096, 5000, NULL), NULL);
    }
  last = g_hash_table_lookup (call->self->disk_uses, annex_task_get_id (call->task));
  if (output != NULL && output->status == 0 && last != NULL)
    {
      g_autofree char *text =
          g_strndup (g_bytes_get_data (output->out, NULL), g_bytes_get_size (output->out));
      char *end = NULL;

      last->used_bytes = g_ascii_strtoll (text, &end, 10);
      last->limit_bytes = g_ascii_strtoll (end, NULL, 10);
    }
  g_clear_pointer (&output, annex_output_free);
  if (last != NULL)
    {
      use->disk_used_bytes = last->used_bytes;
      use->disk_limit_bytes = last->limit_bytes;
    }
}

static DexFuture *
use_fiber (AnnexDeskCall *call)
{
  const char *id = annex_task_get_id (call->task);
  AnnexComputer *computer = get_computer (ANNEX_DESK (call->self), call->task);
  g_autofree char *rest = g_build_filename ("computers", id, NULL);
  g_autoptr (AnnexComputerUse) use = g_new0 (AnnexComputerUse, 1);
  g_autofree char *cache = NULL;

  use->folder = annex_paths_computer (rest);
  use->memory_bytes = use->memory_limit_bytes = -1;
  use->disk_used_bytes = use->disk_limit_bytes = -1;
  dex_await (annex_worker_run ("annex-measure", measure_work, use, NULL), NULL);
  if (computer == NULL || annex_computer_get_state (computer) != ANNEX_COMPUTER_READY)
    return dex_future_new_take_boxed (ANNEX_TYPE_COMPUTER_USE, g_steal_pointer (&use));
  use->memory_bytes = read_memory (id);
  use->memory_limit_bytes = (gint64) annex_computer_kit_memory_mib () << 20;
  cache = annex_paths_cache ("accelerator.json");
  {
    g_autofree char *text = NULL;

    if (g_file_get_contents (cache, &text, NULL, NULL))
      use->accelerator = g_strdup (strstr (text, "\"kvm\":true") != NULL ? "kvm" : "tcg");
  }
  g_object_ref (computer);
  look_inside (call, computer, use);
  g_object_unref (computer);
  return dex_future_new_take_boxed (ANNEX_TYPE_COMPUTER_USE, g_steal_pointer (&use));
}

static DexFuture *
get_use (AnnexDesk *desk, AnnexTask *task)
{
  return annex_desk_call_run (annex_desk_call_new (desk, task), use_fiber);
}

static DexFuture *
space_work (gpointer data)
{
  return dex_future_new_take_boxed (ANNEX_TYPE_SPACE, annex_space_measure ());
}

static DexFuture *
list_space (AnnexDesk *desk)
{
  return annex_worker_run ("annex-space", space_work, NULL, NULL);
}

/* Starting, by the user */

static DexFuture *
start_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);

  if (work == NULL ||
      !dex_await (annex_computer_start (annex_workspace_get_computer (work->workspace)), &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
start_computer (AnnexDesk *desk, AnnexTask *task)
{
  return annex_desk_call_run (annex_desk_call_new (desk, task), start_fiber);
}

/* Freeing space */

static DexFuture *
reset_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  g_autoptr (GPtrArray) checkpoints = NULL;
  AnnexComputer *computer;

  if (work == NULL)
    return annex_desk_fail (error);
  if (work->running)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_BUSY,
                                    _ ("The computer is at work; stop the task first"));
  computer = annex_workspace_get_computer (work->workspace);
  checkpoints = dex_await_boxed (annex_computer_list_checkpoints (computer), &error);
  if (checkpoints == NULL || !dex_await (annex_computer_reset (computer), &error) ||
      !annex_workspace_tell_checkpoints_lost (work->workspace, checkpoints, &error) ||
      !dex_await (annex_drafts_tell_lost (annex_workspace_get_drafts (work->workspace)), &error))
    return annex_desk_fail (error);
  g_hash_table_remove (call->self->disk_uses, annex_task_get_id (call->task));
  annex_desk_session_look_soon (call->self, ANNEX_DESK_LOOK_ROOM);
  return dex_future_new_true ();
}

static DexFuture *
reset_computer (AnnexDesk *desk, AnnexTask *task)
{
  return annex_desk_call_run (annex_desk_call_new (desk, task), reset_fiber);
}

/* What it takes */

/* Free bytes at @path or at the nearest folder above that is there. */
static DexFuture *
free_work (gpointer path)
{
  g_autofree char *at = g_strdup (path);
  struct statvfs info;

  while (statvfs (at, &info) != 0)
    {
      char *parent = g_path_get_dirname (at);

      if (g_str_equal (parent, at))
        {
          g_free (parent);
          return dex_future_new_for_uint64 (0);
        }
      g_free (at);
      at = parent;
    }
  return dex_future_new_for_uint64 ((guint64) info.f_bavail * info.f_frsize);
}

/* What is left of what the user lets Annex take. */
static DexFuture *
left_work (gpointer data)
{
  g_autoptr (AnnexSpace) space = annex_space_measure ();

  return dex_future_new_for_uint64 (space->limit_bytes -
                                    MIN (space->limit_bytes, space->total_bytes));
}

static char *
dup_place (void)
{
  char *folder = annex_paths_dup_computer_folder ();

  return folder != NULL ? folder : annex_paths_data (NULL);
}

/* For the consent page. */
static const char *
describe_origin (AnnexImageOrigin origin)
{
  switch (origin)
    {
    case ANNEX_IMAGE_ORIGIN_EXTENSION:
      return _ ("It came with Annex, and is only copied");
    case ANNEX_IMAGE_ORIGIN_DOWNLOAD:
      return _ ("Downloaded");
    case ANNEX_IMAGE_ORIGIN_BUILD:
      return _ ("Built on this machine from Debian packages");
    case ANNEX_IMAGE_ORIGIN_NONE:
      return "";
    }
  g_assert_not_reached ();
}

static AnnexImageSource *
create_source (AnnexDeskSession *self, AnnexImageOrigin origin)
{
  return annex_image_origin_create_source (origin, FALSE, annex_session_get_store (self->session));
}

/* Has the doctor found another system than the one that is there? Its server is not asked again. */
static gboolean
is_newer_offered (AnnexDeskSession *self)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (self->checks, i);

      if (g_str_equal (check->id, "image"))
        return check->state == ANNEX_CHECK_NOTICE && check->repair != NULL;
    }
  return FALSE;
}

static DexFuture *
needs_fiber (AnnexDeskCall *call)
{
  AnnexImageStore *images = annex_session_get_images (call->self->session);
  g_autoptr (AnnexComputerNeeds) needs = g_new0 (AnnexComputerNeeds, 1);
  g_autofree char *current = annex_image_store_dup_current (images);
  AnnexImageOrigin origin = annex_image_origin_find ();
  g_autoptr (AnnexImageSource) source = create_source (call->self, origin);
  AnnexImageEstimate usual = { USUAL_IMAGE_BYTES, USUAL_IMAGE_BYTES };
  AnnexImageEstimate *estimate = NULL;
  gboolean wants_image;
  GError *error = NULL;

  /* In both cases there is nothing to consent to. */
  if (!annex_image_source_is_for_this_machine (&error))
    return annex_desk_fail (error);
  needs->folder = dup_place ();
  needs->disk_free_bytes = dex_await_uint64 (
      annex_future_with_timeout (
          annex_worker_run ("annex-free", free_work, g_strdup (needs->folder), g_free),
          ESTIMATE_LIMIT_MS),
      NULL);
  if (annex_space_get_limit () > 0)
    needs->disk_free_bytes =
        MIN (needs->disk_free_bytes,
             dex_await_uint64 (annex_worker_run ("annex-space", left_work, NULL, NULL), NULL));
  needs->memory_bytes = (guint64) annex_computer_kit_memory_mib () << 20;
  needs->metered = g_network_monitor_get_network_metered (g_network_monitor_get_default ());
  needs->source = g_strdup (describe_origin (origin));
  if (current != NULL)
    {
      g_autoptr (AnnexImage) image =
          dex_await_boxed (annex_image_store_open_current (images, NULL), NULL);

      /* A damaged one is as good as none. */
      needs->installed = image != NULL;
    }
  if (!needs->installed && origin == ANNEX_IMAGE_ORIGIN_NONE &&
      !dex_await (annex_image_source_find_version (source, NULL), &error))
    return annex_desk_fail (error);
  wants_image = !needs->installed || is_newer_offered (call->self);
  if (wants_image)
    estimate =
        dex_await_boxed (annex_future_with_timeout (
                             annex_image_source_estimate (source, images, NULL), ESTIMATE_LIMIT_MS),
                         NULL);
  needs->disk_bytes = (estimate != NULL ? estimate : &usual)->disk_bytes +
                      ANNEX_TEMPLATE_ABOUT_BYTES + FIRST_COMPUTER_BYTES;
  needs->download_bytes = wants_image ? (estimate != NULL ? estimate : &usual)->download_bytes : 0;
  g_clear_pointer (&estimate, g_free);
  return dex_future_new_take_boxed (ANNEX_TYPE_COMPUTER_NEEDS, g_steal_pointer (&needs));
}

static DexFuture *
get_needs (AnnexDesk *desk)
{
  return annex_desk_call_run (annex_desk_call_new (desk, NULL), needs_fiber);
}

/* Bringing it */

static void
progress_cb (AnnexImageSource *source, const char *sentence, double fraction, AnnexDeskCall *call)
{
  /* The template at the end takes about a tenth of the time. */
  if (call->progress != NULL && !g_cancellable_is_cancelled (call->cancellable))
    call->progress (sentence, fraction >= 0 ? fraction * 0.9 : fraction, call->progress_data);
}

static DexFuture *
install_fiber (AnnexDeskCall *call)
{
  AnnexImageStore *images = annex_session_get_images (call->self->session);
  g_autoptr (AnnexImageSource) source = create_source (call->self, annex_image_origin_find ());
  g_autoptr (AnnexImage) image = NULL;
  GError *error = NULL;
  gulong handler = g_signal_connect (source, "progress", G_CALLBACK (progress_cb), call);

  image = dex_await_boxed (annex_image_source_provide (source, images, call->cancellable), &error);
  g_signal_handler_disconnect (source, handler);
  if (image == NULL)
    return annex_desk_fail (error);
  if (call->progress != NULL)
    call->progress (_ ("Starting it for the first time…"), 0.92, call->progress_data);
  if (g_cancellable_set_error_if_cancelled (call->cancellable, &error) ||
      !dex_await (annex_computers_prepare (annex_session_get_computers (call->self->session)),
                  &error))
    return annex_desk_fail (error);
  annex_desk_session_look_soon (call->self, ANNEX_DESK_LOOK_MACHINE | ANNEX_DESK_LOOK_ROOM);
  return dex_future_new_true ();
}

static AnnexDeskCall *
progress_call (AnnexDesk *desk,
               AnnexProgressFunc progress,
               gpointer user_data,
               GCancellable *cancellable)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->progress = progress;
  call->progress_data = user_data;
  g_set_object (&call->cancellable, cancellable);
  return call;
}

static DexFuture *
install_computer (AnnexDesk *desk,
                  AnnexProgressFunc progress,
                  gpointer user_data,
                  GCancellable *cancellable)
{
  return annex_desk_call_run (progress_call (desk, progress, user_data, cancellable),
                              install_fiber);
}

/* Moving */

/* Lets go of everything that holds a computer. */
static gboolean
switch_off (AnnexDeskSession *self, GError **error)
{
  g_autofree char **ids = (char **) g_hash_table_get_keys_as_array (self->works, NULL);
  g_auto (GStrv) copies = g_strdupv (ids);

  for (guint i = 0; copies[i] != NULL; i++)
    annex_desk_session_drop_work (self, copies[i]);
  return !annex_session_has_computers (self->session) ||
         dex_await (annex_computers_shutdown (annex_session_get_computers (self->session), FALSE),
                    error);
}

static gboolean
move (AnnexDeskCall *call, GError **error)
{
  AnnexDeskSession *self = call->self;
  AnnexConfig *config = annex_session_get_config (self->session);
  g_autoptr (AnnexComputerMove) made = NULL;
  g_autoptr (GError) left = NULL;
  const char *folder;

  if (!switch_off (self, error))
    return FALSE;
  annex_session_forget_computers (self->session);
  made = dex_await_boxed (
      annex_computer_move_copy (call->text, call->progress, call->progress_data, call->cancellable),
      error);
  if (made == NULL)
    return FALSE;
  folder = annex_computer_move_get_folder (made);
  /* From here on the new place counts; a crash before it leaves the old one as it was. */
  if (!dex_await (annex_config_set_computer_folder (config, folder), error))
    {
      dex_await (annex_computer_move_remove (folder), NULL);
      return FALSE;
    }
  annex_paths_set_computer_folder (folder);
  annex_session_forget_computers (self->session);
  if (!dex_await (annex_computer_move_finish (made), &left))
    g_message ("The old folder of the computers was left as it is: %s", left->message);
  return TRUE;
}

static DexFuture *
move_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  gboolean ok;

  if (call->self->moving || annex_desk_get_n_running (ANNEX_DESK (call->self)) > 0)
    return annex_future_new_errorf (
        G_IO_ERROR, G_IO_ERROR_BUSY,
        _ ("Tasks are at work; stop them before the computers are moved"));
  call->self->moving = TRUE;
  ok = move (call, &error);
  call->self->moving = FALSE;
  return ok ? dex_future_new_true () : annex_desk_fail (error);
}

static DexFuture *
move_computers (AnnexDesk *desk,
                const char *folder,
                AnnexProgressFunc progress,
                gpointer user_data,
                GCancellable *cancellable)
{
  AnnexDeskCall *call = progress_call (desk, progress, user_data, cancellable);

  call->text = g_canonicalize_filename (folder, "/");
  return annex_desk_call_run (call, move_fiber);
}

void
annex_desk_session_init_computer (AnnexDeskInterface *iface)
{
  iface->get_computer = get_computer;
  iface->get_use = get_use;
  iface->list_space = list_space;
  iface->start_computer = start_computer;
  iface->reset_computer = reset_computer;
  iface->get_needs = get_needs;
  iface->install_computer = install_computer;
  iface->move_computers = move_computers;
}
