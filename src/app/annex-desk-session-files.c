/* annex-desk-session-files.c
 *
 * The desk's folders, drafts and files. What is read of the user's folder never follows a link out
 * of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-beneath.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_LOAD_BYTES (32u << 20)
#define PIECE_BYTES (256u << 10)
/* A guest that sends nothing for so long is not waited for. */
#define PIECE_LIMIT_MS 30000

static DexFuture *
too_large (void)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                                  _ ("The file is too large to be shown here"));
}

/* Folders */

static DexFuture *
grant_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  AnnexShare *share =
      work != NULL ? annex_workspace_grant_folder (work->workspace, call->text, call->mode, &error)
                   : NULL;

  return share != NULL ? dex_future_new_take_boxed (ANNEX_TYPE_SHARE, share)
                       : annex_desk_fail (error);
}

static DexFuture *
grant_folder (AnnexDesk *desk, AnnexTask *task, const char *path, AnnexShareMode mode)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->text = g_strdup (path);
  call->mode = mode;
  return annex_desk_call_run (call, grant_fiber);
}

static DexFuture *
mode_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);

  if (work == NULL ||
      !annex_workspace_set_share_mode (work->workspace, call->id, call->mode, &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
set_share_mode (AnnexDesk *desk, AnnexTask *task, const char *share_id, AnnexShareMode mode)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  call->mode = mode;
  return annex_desk_call_run (call, mode_fiber);
}

static DexFuture *
revoke_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);

  if (work == NULL || !annex_workspace_revoke_share (work->workspace, call->id, &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
revoke_share (AnnexDesk *desk, AnnexTask *task, const char *share_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  return annex_desk_call_run (call, revoke_fiber);
}

/* Drafts */

static DexFuture *
list_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  GPtrArray *changes =
      work != NULL
          ? dex_await_boxed (
                annex_drafts_list (annex_workspace_get_drafts (work->workspace), call->id), &error)
          : NULL;

  return changes != NULL ? dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, changes)
                         : annex_desk_fail (error);
}

static DexFuture *
list_draft (AnnexDesk *desk, AnnexTask *task, const char *share_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  return annex_desk_call_run (call, list_fiber);
}

/* An ask about a draft of which nothing is left is answered by what was done. */
static gboolean
close_ask (AnnexDeskCall *call, AnnexDrafts *drafts, const char *label, GError **error)
{
  g_autoptr (GPtrArray) rest = annex_drafts_dup_changes (drafts, call->id);
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (call->task);

  if (rest != NULL && rest->len > 0)
    return TRUE;
  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      g_autoptr (GError) gone = NULL;

      if (annex_ask_get_kind (ask) != ANNEX_ASK_DRAFT ||
          g_strcmp0 (annex_json_opt_string (annex_ask_get_json (ask), "share", ""), call->id) != 0)
        continue;
      if (!dex_await (annex_task_append (
                          call->task, ANNEX_EVENT_ASK_ANSWERED,
                          annex_json_build ("s", "ask", annex_ask_get_id (ask), "o", "answer",
                                            annex_json_build ("s", "answer", label, NULL), "s",
                                            "by", "user", NULL)),
                      &gone) &&
          !g_error_matches (gone, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&gone));
          return FALSE;
        }
    }
  return TRUE;
}

static DexFuture *
keep_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  AnnexDrafts *drafts = work != NULL ? annex_workspace_get_drafts (work->workspace) : NULL;
  g_autoptr (GPtrArray) kept = NULL;

  if (drafts != NULL)
    kept = dex_await_boxed (annex_drafts_keep (drafts, call->id, (const char *const *) call->paths),
                            &error);
  if (kept == NULL || !close_ask (call, drafts, "keep", &error))
    return annex_desk_fail (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&kept));
}

static DexFuture *
keep (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *const *paths)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  call->paths = g_strdupv ((char **) paths);
  return annex_desk_call_run (call, keep_fiber);
}

static DexFuture *
discard_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  AnnexDrafts *drafts = work != NULL ? annex_workspace_get_drafts (work->workspace) : NULL;

  if (drafts == NULL ||
      !dex_await (annex_drafts_discard (drafts, call->id, (const char *const *) call->paths),
                  &error) ||
      !close_ask (call, drafts, "discard", &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
discard (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *const *paths)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  call->paths = g_strdupv ((char **) paths);
  return annex_desk_call_run (call, discard_fiber);
}

static DexFuture *
undo_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  GPtrArray *kept =
      work != NULL
          ? dex_await_boxed (
                annex_drafts_undo (annex_workspace_get_drafts (work->workspace), call->id), &error)
          : NULL;

  return kept != NULL ? dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, kept)
                      : annex_desk_fail (error);
}

static DexFuture *
undo (AnnexDesk *desk, AnnexTask *task, const char *keep_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (keep_id);
  return annex_desk_call_run (call, undo_fiber);
}

/* Files */

typedef struct
{
  char *root;
  char *path;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_free (load->root);
  g_free (load->path);
  g_free (load);
}

static DexFuture *
read_failed (const char *path)
{
  int code = errno;
  g_autofree char *name = annex_text_make_valid (path, -1);

  return annex_future_new_errorf (G_IO_ERROR, g_io_error_from_errno (code),
                                  _ ("“%s” cannot be read: %s"), name, g_strerror (code));
}

/* A regular file below the share's root. */
static DexFuture *
load_work (gpointer data)
{
  Load *load = data;
  g_autofd int root = annex_beneath_open_share (load->root);
  g_autofd int fd =
      root >= 0 ? annex_beneath_open (root, load->path, O_RDONLY | O_NONBLOCK | O_NOCTTY) : -1;
  g_autofree char *buffer = NULL;
  struct stat info;
  gsize done = 0;

  if (fd < 0 || fstat (fd, &info) != 0)
    return read_failed (load->path);
  if (!S_ISREG (info.st_mode))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                                    _ ("This is not a file that can be shown"));
  if (info.st_size > MAX_LOAD_BYTES)
    return too_large ();
  buffer = g_malloc ((gsize) info.st_size + 1);
  while (done < (gsize) info.st_size)
    {
      gssize n = read (fd, buffer + done, (gsize) info.st_size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return read_failed (load->path);
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return dex_future_new_take_boxed (G_TYPE_BYTES,
                                    g_bytes_new_take (g_steal_pointer (&buffer), done));
}

static DexFuture *
load_host (AnnexShare *share, const char *path)
{
  Load *load = g_new0 (Load, 1);

  load->root = g_strdup (annex_share_get_path (share));
  load->path = g_strdup (path);
  return annex_worker_run ("annex-load", load_work, load, load_free);
}

/* The change of the draft that @path belongs to; NULL: it is as it was. (transfer full) */
static AnnexChange *
find_change (AnnexDrafts *drafts, const char *share_id, const char *path, GError **error)
{
  g_autoptr (GPtrArray) changes = annex_drafts_dup_changes (drafts, share_id);

  if (changes == NULL)
    changes = dex_await_boxed (annex_drafts_list (drafts, share_id), error);
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (g_str_equal (change->path, path))
        return annex_change_copy (change);
    }
  return NULL;
}

static AnnexShare *
find_share (AnnexDeskCall *call, GError **error)
{
  AnnexShare *share = annex_task_find_share (call->task, call->id);

  if (share == NULL)
    annex_set_spoken (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_FOUND,
                      N_ ("The task no longer has this folder"));
  return share != NULL ? annex_share_ref (share) : NULL;
}

static DexFuture *
load_before_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexShare) share = find_share (call, &error);
  AnnexWork *work = annex_desk_session_find_work (call->self, call->task);
  g_autoptr (AnnexChange) change = NULL;

  if (share == NULL)
    return annex_desk_fail (error);
  /* What was renamed had another name before. No computer is started for that. */
  if (work != NULL)
    {
      g_autoptr (GPtrArray) changes =
          annex_drafts_dup_changes (annex_workspace_get_drafts (work->workspace), call->id);

      if (changes != NULL)
        change =
            find_change (annex_workspace_get_drafts (work->workspace), call->id, call->text, NULL);
    }
  if (change != NULL && change->kind == ANNEX_CHANGE_ADDED)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("The file is new"));
  return load_host (share,
                    change != NULL && change->old_path != NULL ? change->old_path : call->text);
}

static DexFuture *
load_before (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *path)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  call->text = g_strdup (path);
  return annex_desk_call_run (call, load_before_fiber);
}

/* Untrusted, and as long as the guest likes: read piece by piece up to the limit. */
static DexFuture *
read_stream (GInputStream *stream)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  GError *error = NULL;

  for (;;)
    {
      g_autoptr (GBytes) piece =
          dex_await_boxed (annex_future_with_timeout (dex_input_stream_read_bytes (
                                                          stream, PIECE_BYTES, G_PRIORITY_DEFAULT),
                                                      PIECE_LIMIT_MS),
                           &error);

      if (piece == NULL)
        return annex_desk_fail (error);
      if (g_bytes_get_size (piece) == 0)
        break;
      if (all->len + g_bytes_get_size (piece) > MAX_LOAD_BYTES)
        return too_large ();
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
    }
  return dex_future_new_take_boxed (G_TYPE_BYTES,
                                    g_byte_array_free_to_bytes (g_steal_pointer (&all)));
}

static DexFuture *
load_after_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexShare) share = find_share (call, &error);
  g_autoptr (AnnexWork) work =
      share != NULL ? annex_desk_session_get_work (call->self, call->task, &error) : NULL;
  g_autoptr (AnnexChange) change = NULL;
  g_autoptr (GInputStream) stream = NULL;

  if (work != NULL)
    change =
        find_change (annex_workspace_get_drafts (work->workspace), call->id, call->text, &error);
  if (error != NULL)
    return annex_desk_fail (error);
  if (change == NULL)
    return load_host (share, call->text);
  if (change->kind == ANNEX_CHANGE_DELETED)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("The file was deleted"));
  if (change->folder || change->target != NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                                    _ ("This is not a file that can be shown"));
  if (change->size_bytes > MAX_LOAD_BYTES)
    return too_large ();
  if (change->kind == ANNEX_CHANGE_MODE)
    return load_host (share, call->text);
  stream = dex_await_object (annex_computer_open_draft_file (
                                 annex_workspace_get_computer (work->workspace), share, call->text),
                             &error);
  return stream != NULL ? read_stream (stream) : annex_desk_fail (error);
}

static DexFuture *
load_after (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *path)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (share_id);
  call->text = g_strdup (path);
  return annex_desk_call_run (call, load_after_fiber);
}

static DexFuture *
load_file_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);
  g_autoptr (GBytes) bytes = NULL;

  if (work != NULL)
    bytes =
        dex_await_boxed (annex_computer_read_file (annex_workspace_get_computer (work->workspace),
                                                   call->text, 0, MAX_LOAD_BYTES + 1),
                         &error);
  if (g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                      _ ("The file is no longer in the computer"));
    }
  if (g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE))
    {
      g_clear_error (&error);
      return too_large ();
    }
  if (bytes == NULL)
    return annex_desk_fail (error);
  if (g_bytes_get_size (bytes) > MAX_LOAD_BYTES)
    return too_large ();
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&bytes));
}

static DexFuture *
load_file (AnnexDesk *desk, AnnexTask *task, const char *guest_path)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->text = g_strdup (guest_path);
  return annex_desk_call_run (call, load_file_fiber);
}

void
annex_desk_session_init_files (AnnexDeskInterface *iface)
{
  iface->grant_folder = grant_folder;
  iface->set_share_mode = set_share_mode;
  iface->revoke_share = revoke_share;
  iface->list_draft = list_draft;
  iface->keep = keep;
  iface->discard = discard;
  iface->undo = undo;
  iface->load_before = load_before;
  iface->load_after = load_after;
  iface->load_file = load_file;
}
