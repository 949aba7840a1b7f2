/* annex-desk.c
 *
 * See annex-desk.h: the interface, its signals and the values that go with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk.h"

G_DEFINE_INTERFACE (AnnexDesk, annex_desk, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (AnnexComputerNeeds,
                     annex_computer_needs,
                     annex_computer_needs_copy,
                     annex_computer_needs_free)
G_DEFINE_BOXED_TYPE (AnnexComputerUse,
                     annex_computer_use,
                     annex_computer_use_copy,
                     annex_computer_use_free)

enum {
  SIGNAL_ASK_OPENED,
  SIGNAL_ASK_CLOSED,
  SIGNAL_TASK_STATE,
  SIGNAL_BROWSER_OPENED,
  SIGNAL_CHECKS_CHANGED,
  SIGNAL_PROFILES_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Values */

AnnexComputerNeeds *
annex_computer_needs_copy (const AnnexComputerNeeds *self)
{
  AnnexComputerNeeds *copy = g_memdup2 (self, sizeof *self);

  copy->folder = g_strdup (self->folder);
  copy->source = g_strdup (self->source);
  return copy;
}

void
annex_computer_needs_free (AnnexComputerNeeds *self)
{
  g_free (self->folder);
  g_free (self->source);
  g_free (self);
}

AnnexComputerUse *
annex_computer_use_copy (const AnnexComputerUse *self)
{
  AnnexComputerUse *copy = g_memdup2 (self, sizeof *self);

  copy->accelerator = g_strdup (self->accelerator);
  copy->folder = g_strdup (self->folder);
  return copy;
}

void
annex_computer_use_free (AnnexComputerUse *self)
{
  g_free (self->accelerator);
  g_free (self->folder);
  g_free (self);
}

static void
folder_choice_free (gpointer data)
{
  AnnexFolderChoice *choice = data;

  g_free (choice->path);
  g_free (choice);
}

AnnexNewTask *
annex_new_task_new (void)
{
  AnnexNewTask *self = g_new0 (AnnexNewTask, 1);

  self->folders = g_ptr_array_new_with_free_func (folder_choice_free);
  self->files = g_ptr_array_new_with_free_func (g_free);
  self->images = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->skills = g_ptr_array_new_with_free_func (g_free);
  return self;
}

AnnexNewTask *
annex_new_task_copy (const AnnexNewTask *self)
{
  AnnexNewTask *copy = annex_new_task_new ();

  copy->prompt = g_strdup (self->prompt);
  copy->profile = g_strdup (self->profile);
  for (guint i = 0; i < self->folders->len; i++)
    {
      AnnexFolderChoice *choice = g_ptr_array_index (self->folders, i);

      annex_new_task_add_folder (copy, choice->path, choice->mode);
    }
  for (guint i = 0; i < self->files->len; i++)
    g_ptr_array_add (copy->files, g_strdup (g_ptr_array_index (self->files, i)));
  for (guint i = 0; i < self->images->len; i++)
    g_ptr_array_add (copy->images, g_bytes_ref (g_ptr_array_index (self->images, i)));
  for (guint i = 0; i < self->skills->len; i++)
    g_ptr_array_add (copy->skills, g_strdup (g_ptr_array_index (self->skills, i)));
  return copy;
}

void
annex_new_task_add_folder (AnnexNewTask *self, const char *path, AnnexShareMode mode)
{
  AnnexFolderChoice *choice = g_new0 (AnnexFolderChoice, 1);

  choice->path = g_strdup (path);
  choice->mode = mode;
  g_ptr_array_add (self->folders, choice);
}

void
annex_new_task_free (AnnexNewTask *self)
{
  g_free (self->prompt);
  g_free (self->profile);
  g_ptr_array_unref (self->folders);
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->images);
  g_ptr_array_unref (self->skills);
  g_free (self);
}

/* Signals */

static guint
add_signal (const char *name, GType argument)
{
  if (argument == G_TYPE_NONE)
    return g_signal_new (name, ANNEX_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                         0);
  return g_signal_new (name, ANNEX_TYPE_DESK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                       1, argument);
}

static void
annex_desk_default_init (AnnexDeskInterface *iface)
{
  signals[SIGNAL_ASK_OPENED] = add_signal ("ask-opened", ANNEX_TYPE_ASK);
  signals[SIGNAL_ASK_CLOSED] = add_signal ("ask-closed", ANNEX_TYPE_ASK);
  signals[SIGNAL_TASK_STATE] = add_signal ("task-state", ANNEX_TYPE_TASK);
  signals[SIGNAL_BROWSER_OPENED] = add_signal ("browser-opened", ANNEX_TYPE_TASK);
  signals[SIGNAL_CHECKS_CHANGED] = add_signal ("checks-changed", G_TYPE_NONE);
  signals[SIGNAL_PROFILES_CHANGED] = add_signal ("profiles-changed", G_TYPE_NONE);
}

void
annex_desk_emit_ask_opened (AnnexDesk *self, AnnexAsk *ask)
{
  g_signal_emit (self, signals[SIGNAL_ASK_OPENED], 0, ask);
}

void
annex_desk_emit_ask_closed (AnnexDesk *self, AnnexAsk *ask)
{
  g_signal_emit (self, signals[SIGNAL_ASK_CLOSED], 0, ask);
}

void
annex_desk_emit_task_state (AnnexDesk *self, AnnexTask *task)
{
  g_signal_emit (self, signals[SIGNAL_TASK_STATE], 0, task);
}

void
annex_desk_emit_browser_opened (AnnexDesk *self, AnnexTask *task)
{
  g_signal_emit (self, signals[SIGNAL_BROWSER_OPENED], 0, task);
}

void
annex_desk_emit_checks_changed (AnnexDesk *self)
{
  g_signal_emit (self, signals[SIGNAL_CHECKS_CHANGED], 0);
}

void
annex_desk_emit_profiles_changed (AnnexDesk *self)
{
  g_signal_emit (self, signals[SIGNAL_PROFILES_CHANGED], 0);
}

/* The port */

AnnexStore *
annex_desk_get_store (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->get_store (self);
}

AnnexInbox *
annex_desk_get_inbox (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->get_inbox (self);
}

DexFuture *
annex_desk_create_task (AnnexDesk *self, const AnnexNewTask *request)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->create_task (self, request);
}

DexFuture *
annex_desk_open_task (AnnexDesk *self, const char *task_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->open_task (self, task_id);
}

DexFuture *
annex_desk_say (AnnexDesk *self, AnnexTask *task, const AnnexNewTask *message)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->say (self, task, message);
}

DexFuture *
annex_desk_resume (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->resume (self, task);
}

void
annex_desk_stop (AnnexDesk *self, AnnexTask *task)
{
  g_return_if_fail (ANNEX_IS_DESK (self));

  ANNEX_DESK_GET_IFACE (self)->stop (self, task);
}

gboolean
annex_desk_is_running (AnnexDesk *self, AnnexTask *task)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), FALSE);

  return ANNEX_DESK_GET_IFACE (self)->is_running (self, task);
}

guint
annex_desk_get_n_running (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), 0);

  return ANNEX_DESK_GET_IFACE (self)->get_n_running (self);
}

DexFuture *
annex_desk_rewind (AnnexDesk *self, AnnexTask *task, gint64 seq, const char *text)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->rewind (self, task, seq, text);
}

DexFuture *
annex_desk_change_plan (AnnexDesk *self, AnnexTask *task, AnnexPlan *plan, const char *what)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->change_plan (self, task, plan, what);
}

DexFuture *
annex_desk_delete_task (AnnexDesk *self, const char *task_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->delete_task (self, task_id);
}

DexFuture *
annex_desk_try_again (AnnexDesk *self, AnnexTask *task, const AnnexAgain *how)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));
  dex_return_error_if_fail (ANNEX_IS_TASK (task) && how != NULL);

  return ANNEX_DESK_GET_IFACE (self)->try_again (self, task, how);
}

DexFuture *
annex_desk_grant_folder (AnnexDesk *self, AnnexTask *task, const char *path, AnnexShareMode mode)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->grant_folder (self, task, path, mode);
}

DexFuture *
annex_desk_set_share_mode (AnnexDesk *self,
                           AnnexTask *task,
                           const char *share_id,
                           AnnexShareMode mode)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->set_share_mode (self, task, share_id, mode);
}

DexFuture *
annex_desk_revoke_share (AnnexDesk *self, AnnexTask *task, const char *share_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->revoke_share (self, task, share_id);
}

DexFuture *
annex_desk_answer (AnnexDesk *self, AnnexAsk *ask, JsonObject *answer)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->answer (self, ask, answer);
}

DexFuture *
annex_desk_answer_text (AnnexDesk *self, AnnexAsk *ask, const char *text)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->answer_text (self, ask, text);
}

DexFuture *
annex_desk_store_secret (AnnexDesk *self, const char *label, const char *value)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->store_secret (self, label, value);
}

DexFuture *
annex_desk_reopen (AnnexDesk *self, const char *ask_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->reopen (self, ask_id);
}

DexFuture *
annex_desk_list_inbox (AnnexDesk *self)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->list_inbox (self);
}

DexFuture *
annex_desk_list_draft (AnnexDesk *self, AnnexTask *task, const char *share_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->list_draft (self, task, share_id);
}

DexFuture *
annex_desk_keep (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *const *paths)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->keep (self, task, share_id, paths);
}

DexFuture *
annex_desk_discard (AnnexDesk *self,
                    AnnexTask *task,
                    const char *share_id,
                    const char *const *paths)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->discard (self, task, share_id, paths);
}

DexFuture *
annex_desk_undo (AnnexDesk *self, AnnexTask *task, const char *keep_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->undo (self, task, keep_id);
}

DexFuture *
annex_desk_load_before (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->load_before (self, task, share_id, path);
}

DexFuture *
annex_desk_load_after (AnnexDesk *self, AnnexTask *task, const char *share_id, const char *path)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->load_after (self, task, share_id, path);
}

DexFuture *
annex_desk_load_file (AnnexDesk *self, AnnexTask *task, const char *guest_path)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->load_file (self, task, guest_path);
}

AnnexComputer *
annex_desk_get_computer (AnnexDesk *self, AnnexTask *task)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->get_computer (self, task);
}

AnnexBrowser *
annex_desk_get_browser (AnnexDesk *self, AnnexTask *task)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->get_browser (self, task);
}

DexFuture *
annex_desk_open_browser (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->open_browser (self, task);
}

DexFuture *
annex_desk_get_use (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->get_use (self, task);
}

DexFuture *
annex_desk_start_computer (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->start_computer (self, task);
}

DexFuture *
annex_desk_reset_computer (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->reset_computer (self, task);
}

DexFuture *
annex_desk_list_checkpoints (AnnexDesk *self, AnnexTask *task)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->list_checkpoints (self, task);
}

DexFuture *
annex_desk_checkpoint (AnnexDesk *self, AnnexTask *task, const char *name)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->checkpoint (self, task, name);
}

DexFuture *
annex_desk_roll_back (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->roll_back (self, task, checkpoint_id);
}

DexFuture *
annex_desk_fork (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id, const char *title)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->fork (self, task, checkpoint_id, title);
}

DexFuture *
annex_desk_remove_checkpoint (AnnexDesk *self, AnnexTask *task, const char *checkpoint_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->remove_checkpoint (self, task, checkpoint_id);
}

DexFuture *
annex_desk_list_space (AnnexDesk *self)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->list_space (self);
}

DexFuture *
annex_desk_get_needs (AnnexDesk *self)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->get_needs (self);
}

DexFuture *
annex_desk_install_computer (AnnexDesk *self,
                             AnnexProgressFunc progress,
                             gpointer user_data,
                             GCancellable *cancellable)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->install_computer (self, progress, user_data, cancellable);
}

DexFuture *
annex_desk_move_computers (AnnexDesk *self,
                           const char *folder,
                           AnnexProgressFunc progress,
                           gpointer user_data,
                           GCancellable *cancellable)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->move_computers (self, folder, progress, user_data,
                                                      cancellable);
}

GPtrArray *
annex_desk_dup_profiles (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->dup_profiles (self);
}

char **
annex_desk_dup_package_hosts (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->dup_package_hosts (self);
}

DexFuture *
annex_desk_find_local (AnnexDesk *self)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->find_local (self);
}

DexFuture *
annex_desk_check_profile (AnnexDesk *self, const AnnexModelProfile *profile, const char *key)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->check_profile (self, profile, key);
}

DexFuture *
annex_desk_save_profile (AnnexDesk *self, const AnnexModelProfile *profile, const char *key)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->save_profile (self, profile, key);
}

DexFuture *
annex_desk_remove_profile (AnnexDesk *self, const char *profile_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->remove_profile (self, profile_id);
}

DexFuture *
annex_desk_list_models (AnnexDesk *self, const AnnexModelProfile *profile, const char *key)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->list_models (self, profile, key);
}

GPtrArray *
annex_desk_dup_checks (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->dup_checks (self);
}

DexFuture *
annex_desk_run_checks (AnnexDesk *self, gboolean thorough)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->run_checks (self, thorough);
}

DexFuture *
annex_desk_repair (AnnexDesk *self, const char *check_id)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));

  return ANNEX_DESK_GET_IFACE (self)->repair (self, check_id);
}

AnnexSkillLibrary *
annex_desk_get_skills (AnnexDesk *self)
{
  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  return ANNEX_DESK_GET_IFACE (self)->get_skills (self);
}

DexFuture *
annex_desk_make_skill (AnnexDesk *self, AnnexTask *task, GCancellable *cancellable)
{
  dex_return_error_if_fail (ANNEX_IS_DESK (self));
  dex_return_error_if_fail (ANNEX_IS_TASK (task));

  return ANNEX_DESK_GET_IFACE (self)->make_skill (self, task, cancellable);
}

AnnexConnectors *
annex_desk_get_connectors (AnnexDesk *self)
{
  AnnexDeskInterface *iface;

  g_return_val_if_fail (ANNEX_IS_DESK (self), NULL);

  iface = ANNEX_DESK_GET_IFACE (self);
  return iface->get_connectors != NULL ? iface->get_connectors (self) : NULL;
}
