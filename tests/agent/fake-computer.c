/* fake-computer.c
 *
 * See fake-computer.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-computer.h"

#include "annex-future.h"

#include <signal.h>

/* ---- a process of this machine */

#define FAKE_TYPE_PROCESS (fake_process_get_type ())
G_DECLARE_FINAL_TYPE (FakeProcess, fake_process, FAKE, PROCESS, GObject)

struct _FakeProcess
{
  GObject parent_instance;
  GSubprocess *subprocess;
  DexPromise *ended;
};

static void
fake_process_iface_init (AnnexProcessInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (FakeProcess,
                               fake_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, fake_process_iface_init))

static void
fake_process_finalize (GObject *object)
{
  FakeProcess *self = FAKE_PROCESS (object);

  g_clear_object (&self->subprocess);
  dex_clear (&self->ended);
  G_OBJECT_CLASS (fake_process_parent_class)->finalize (object);
}

static void
fake_process_class_init (FakeProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_process_finalize;
}

static void
fake_process_init (FakeProcess *self)
{
}

static GOutputStream *
fake_process_stdin (AnnexProcess *process)
{
  return g_subprocess_get_stdin_pipe (FAKE_PROCESS (process)->subprocess);
}

static GInputStream *
fake_process_stdout (AnnexProcess *process)
{
  return g_subprocess_get_stdout_pipe (FAKE_PROCESS (process)->subprocess);
}

static GInputStream *
fake_process_stderr (AnnexProcess *process)
{
  return g_subprocess_get_stderr_pipe (FAKE_PROCESS (process)->subprocess);
}

static DexFuture *
fake_process_wait (AnnexProcess *process)
{
  return dex_ref (FAKE_PROCESS (process)->ended);
}

static DexFuture *
fake_process_kill (AnnexProcess *process)
{
  FakeProcess *self = FAKE_PROCESS (process);
  const char *pid = g_subprocess_get_identifier (self->subprocess);

  if (pid != NULL)
    {
      pid_t leader = (pid_t) g_ascii_strtoll (pid, NULL, 10);

      /* It may not lead its group yet. */
      kill (-leader, SIGKILL);
      kill (leader, SIGKILL);
    }
  return dex_ref (self->ended);
}

static void
fake_process_iface_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = fake_process_stdin;
  iface->get_stdout = fake_process_stdout;
  iface->get_stderr = fake_process_stderr;
  iface->wait = fake_process_wait;
  iface->kill = fake_process_kill;
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (FakeProcess) self = data;
  GSubprocess *subprocess = G_SUBPROCESS (source);

  g_subprocess_wait_finish (subprocess, result, NULL);
  dex_promise_resolve_int (self->ended, g_subprocess_get_if_exited (subprocess)
                                            ? g_subprocess_get_exit_status (subprocess)
                                            : -g_subprocess_get_term_sig (subprocess));
}

/* ---- the computer */

struct _FakeComputer
{
  GObject parent_instance;
  char *root;
  GPtrArray *upper;
  GPtrArray *next_upper;
  void (*open_hook) (const char *path, gpointer data);
  gpointer open_data;
  char *refresh_failure;
  guint n_forgotten;
  GPtrArray *checkpoints; /* AnnexCheckpoint, oldest first */
  GError *roll_back_failure;
  GString *story;
};

static void
fake_computer_iface_init (AnnexComputerInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (FakeComputer,
                               fake_computer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_COMPUTER,
                                                      fake_computer_iface_init))

static void
fake_computer_finalize (GObject *object)
{
  FakeComputer *self = FAKE_COMPUTER (object);

  g_free (self->root);
  g_free (self->refresh_failure);
  g_ptr_array_unref (self->upper);
  g_clear_pointer (&self->next_upper, g_ptr_array_unref);
  g_ptr_array_unref (self->checkpoints);
  g_clear_error (&self->roll_back_failure);
  g_string_free (self->story, TRUE);
  G_OBJECT_CLASS (fake_computer_parent_class)->finalize (object);
}

static void
fake_computer_class_init (FakeComputerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_computer_finalize;
}

static void
fake_computer_init (FakeComputer *self)
{
  self->upper = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);
  self->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free);
  self->story = g_string_new (NULL);
}

FakeComputer *
fake_computer_new (const char *root)
{
  FakeComputer *self = g_object_new (FAKE_TYPE_COMPUTER, NULL);

  self->root = g_strdup (root);
  return self;
}

void
fake_computer_set_upper (FakeComputer *self, GPtrArray *upper)
{
  g_ptr_array_unref (self->upper);
  self->upper = g_ptr_array_ref (upper);
}

void
fake_computer_set_next_upper (FakeComputer *self, GPtrArray *upper)
{
  self->next_upper = g_ptr_array_ref (upper);
}

void
fake_computer_set_open_hook (FakeComputer *self,
                             void (*hook) (const char *path, gpointer data),
                             gpointer data)
{
  self->open_hook = hook;
  self->open_data = data;
}

void
fake_computer_fail_refresh (FakeComputer *self, const char *message)
{
  g_free (self->refresh_failure);
  self->refresh_failure = g_strdup (message);
}

guint
fake_computer_get_n_forgotten (FakeComputer *self)
{
  return self->n_forgotten;
}

static char *
below (FakeComputer *self, const char *path)
{
  return g_build_filename (self->root, path, NULL);
}

static AnnexComputerState
fake_get_state (AnnexComputer *computer)
{
  return ANNEX_COMPUTER_READY;
}

static char *
fake_dup_message (AnnexComputer *computer)
{
  return g_strdup ("");
}

static DexFuture *
fake_true (AnnexComputer *computer)
{
  return dex_future_new_true ();
}

static DexFuture *
fake_spawn (AnnexComputer *computer, const AnnexCommand *command)
{
  FakeComputer *self = FAKE_COMPUTER (computer);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                 G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_auto (GStrv) parts = g_strsplit (command->command, "/home/agent", -1);
  g_autofree char *home = below (self, "home/agent");
  g_autofree char *at_home = g_strjoinv (home, parts);
  g_auto (GStrv) at_skills = g_strsplit (at_home, "=/skills/", -1);
  g_autofree char *skills = g_strconcat ("=", self->root, "/skills/", NULL);
  g_autofree char *line = g_strjoinv (skills, at_skills);
  FakeProcess *process = g_object_new (FAKE_TYPE_PROCESS, NULL);
  GError *error = NULL;

  g_subprocess_launcher_set_cwd (launcher, self->root);
  for (guint i = 0; command->env != NULL && command->env[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (command->env[i], "=", 2);

      g_subprocess_launcher_setenv (launcher, pair[0], pair[1], TRUE);
    }
  process->ended = dex_promise_new ();
  process->subprocess =
      g_subprocess_launcher_spawn (launcher, &error, "setsid", "bash", "-c", line, NULL);
  g_assert_no_error (error);
  g_subprocess_wait_async (process->subprocess, NULL, ended_cb, g_object_ref (process));
  return dex_future_new_take_object (process);
}

static DexFuture *
fake_read_file (AnnexComputer *computer, const char *path, guint64 offset, guint64 max)
{
  g_autofree char *real = below (FAKE_COMPUTER (computer), path);
  g_autofree char *text = NULL;
  gsize length;

  if (!g_file_get_contents (real, &text, &length, NULL))
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND,
                                    "There is no file %s", path);
  offset = MIN (offset, length);
  return dex_future_new_take_boxed (G_TYPE_BYTES,
                                    g_bytes_new (text + offset, MIN (length - offset, max)));
}

static DexFuture *
fake_write_file (AnnexComputer *computer, const char *path, GBytes *bytes)
{
  g_autofree char *real = below (FAKE_COMPUTER (computer), path);
  g_autofree char *folder = g_path_get_dirname (real);
  GError *error = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (real, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       &error);
  g_assert_no_error (error);
  return dex_future_new_true ();
}

static DexFuture *
fake_set_shares (AnnexComputer *computer, GPtrArray *shares)
{
  return dex_future_new_true ();
}

static DexFuture *
fake_refresh (AnnexComputer *computer)
{
  FakeComputer *self = FAKE_COMPUTER (computer);
  g_autofree char *failure = g_steal_pointer (&self->refresh_failure);

  if (failure != NULL)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_GUEST_LOST, "%s",
                                    failure);
  return dex_future_new_take_string (NULL);
}

static DexFuture *
fake_read_draft (AnnexComputer *computer, AnnexShare *share)
{
  FakeComputer *self = FAKE_COMPUTER (computer);
  /* What was read stays as it was, whatever goes out of the draft. */
  GPtrArray *now = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_upper_entry_free);

  for (guint i = 0; i < self->upper->len; i++)
    g_ptr_array_add (now, annex_upper_entry_copy (g_ptr_array_index (self->upper, i)));
  if (self->next_upper != NULL)
    {
      g_ptr_array_unref (self->upper);
      self->upper = g_steal_pointer (&self->next_upper);
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, now);
}

static DexFuture *
fake_open_draft_file (AnnexComputer *computer, AnnexShare *share, const char *path)
{
  g_autofree char *inside = g_build_filename ("upper", path, NULL);
  g_autofree char *real = below (FAKE_COMPUTER (computer), inside);
  g_autoptr (GFile) file = g_file_new_for_path (real);
  GError *error = NULL;
  GFileInputStream *stream = g_file_read (file, NULL, &error);

  if (stream == NULL)
    return dex_future_new_for_error (error);
  if (FAKE_COMPUTER (computer)->open_hook != NULL)
    FAKE_COMPUTER (computer)->open_hook (path, FAKE_COMPUTER (computer)->open_data);
  return dex_future_new_take_object (stream);
}

static DexFuture *
fake_forget_draft (AnnexComputer *computer, AnnexShare *share, const char *const *paths)
{
  FakeComputer *self = FAKE_COMPUTER (computer);

  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    for (guint j = 0; j < self->upper->len; j++)
      {
        AnnexUpperEntry *entry = g_ptr_array_index (self->upper, j);

        if (g_strcmp0 (entry->path, paths[i]) != 0)
          continue;
        g_ptr_array_remove_index (self->upper, j);
        self->n_forgotten++;
        break;
      }
  return dex_future_new_true ();
}

/* ---- checkpoints, as names */

void
fake_computer_fail_roll_back (FakeComputer *self, GError *error)
{
  g_clear_error (&self->roll_back_failure);
  self->roll_back_failure = error;
}

const char *
fake_computer_get_story (FakeComputer *self)
{
  return self->story->str;
}

static AnnexCheckpoint *
find_checkpoint (FakeComputer *self, const char *id)
{
  for (guint i = 0; i < self->checkpoints->len; i++)
    if (g_str_equal (((AnnexCheckpoint *) g_ptr_array_index (self->checkpoints, i))->id, id))
      return g_ptr_array_index (self->checkpoints, i);
  return NULL;
}

static DexFuture *
fake_list_checkpoints (AnnexComputer *computer)
{
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY,
                                    g_ptr_array_copy (FAKE_COMPUTER (computer)->checkpoints,
                                                      (GCopyFunc) annex_checkpoint_copy, NULL));
}

static void
keep_checkpoint (FakeComputer *self, const AnnexCheckpoint *wanted)
{
  AnnexCheckpoint *made;

  if (find_checkpoint (self, wanted->id) != NULL)
    return;
  made = annex_checkpoint_copy (wanted);
  made->memory = TRUE;
  made->size_bytes = 1000;
  g_ptr_array_add (self->checkpoints, made);
  g_string_append_printf (self->story, "keep:%s\n", made->id);
}

static DexFuture *
fake_checkpoint (AnnexComputer *computer, const AnnexCheckpoint *wanted)
{
  FakeComputer *self = FAKE_COMPUTER (computer);

  keep_checkpoint (self, wanted);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECKPOINT,
                                    annex_checkpoint_copy (find_checkpoint (self, wanted->id)));
}

static DexFuture *
fake_roll_back (AnnexComputer *computer, const char *id, const AnnexCheckpoint *before)
{
  FakeComputer *self = FAKE_COMPUTER (computer);

  if (self->roll_back_failure != NULL)
    return annex_future_new_error (g_steal_pointer (&self->roll_back_failure));
  if (before != NULL)
    keep_checkpoint (self, before);
  g_string_append_printf (self->story, "back:%s\n", id);
  return dex_future_new_true ();
}

static DexFuture *
fake_fork (AnnexComputer *computer, const char *id, const char *task_id)
{
  g_string_append_printf (FAKE_COMPUTER (computer)->story, "fork:%s:%s\n", id, task_id);
  return dex_future_new_true ();
}

static DexFuture *
fake_remove_checkpoint (AnnexComputer *computer, const char *id)
{
  FakeComputer *self = FAKE_COMPUTER (computer);
  AnnexCheckpoint *one = find_checkpoint (self, id);

  g_string_append_printf (self->story, "remove:%s\n", id);
  if (one != NULL)
    g_ptr_array_remove (self->checkpoints, one);
  return dex_future_new_true ();
}

static void
fake_computer_iface_init (AnnexComputerInterface *iface)
{
  iface->get_state = fake_get_state;
  iface->dup_message = fake_dup_message;
  iface->start = fake_true;
  iface->spawn = fake_spawn;
  iface->read_file = fake_read_file;
  iface->write_file = fake_write_file;
  iface->set_shares = fake_set_shares;
  iface->refresh = fake_refresh;
  iface->read_draft = fake_read_draft;
  iface->open_draft_file = fake_open_draft_file;
  iface->forget_draft = fake_forget_draft;
  iface->save = fake_true;
  iface->stop = fake_true;
  iface->reset = fake_true;
  iface->list_checkpoints = fake_list_checkpoints;
  iface->checkpoint = fake_checkpoint;
  iface->roll_back = fake_roll_back;
  iface->fork = fake_fork;
  iface->remove_checkpoint = fake_remove_checkpoint;
}
