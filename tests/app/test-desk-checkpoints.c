/* test-desk-checkpoints.c
 *
 * The desk's checkpoints with a real agent and the fake model server: not while it works, told to
 * the model afterwards, and a copy that goes on by itself. The computers are fakes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"
#include "annex-json-build.h"
#include "office.h"
#include "test-fiber.h"

#include <linux/fs.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Does the disk copy by reference? */
static gboolean copies_by_reference;

/* The library's only question to the disk. */
int
ioctl (int fd, unsigned long request, ...)
{
  va_list args;
  void *argument;

  va_start (args, request);
  argument = va_arg (args, void *);
  va_end (args);
  if (request == FICLONE && copies_by_reference)
    return 0;
  return (int) syscall (SYS_ioctl, fd, request, argument);
}

static AnnexCheckpoint *
make (Office *office, AnnexTask *task, const char *name)
{
  g_autoptr (GError) error = NULL;
  AnnexCheckpoint *made =
      dex_await_boxed (annex_desk_checkpoint (office->desk, task, name), &error);

  g_assert_no_error (error);
  return made;
}

static guint
count (Office *office, AnnexTask *task)
{
  g_autoptr (GPtrArray) all =
      dex_await_boxed (annex_desk_list_checkpoints (office->desk, task), NULL);

  g_assert_nonnull (all);
  return all->len;
}

static void
say (Office *office, AnnexTask *task, const char *text)
{
  g_autoptr (AnnexNewTask) message = annex_new_task_new ();

  message->prompt = g_strdup (text);
  test_await (annex_desk_say (office->desk, task, message));
}

static void
test_back (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexCheckpoint) made = NULL;
  g_autofree char *before = NULL;
  g_autoptr (GError) error = NULL;

  /* The second answer is only given to who was told. */
  office_open (&office, "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY (
                            "First") "]},{\"match\":\"has set your computer "
                                     "back\",\"blocks\":[" SAY ("I look again") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  made = make (&office, task, "before lunch");
  g_assert_cmpuint (count (&office, task), ==, 1);
  before = dex_await_string (annex_desk_roll_back (office.desk, task, made->id), &error);
  g_assert_no_error (error);
  g_assert_nonnull (before);
  g_assert_cmpuint (count (&office, task), ==, 2);
  g_assert_false (annex_desk_is_running (office.desk, task)); /* going back says nothing yet */
  say (&office, task, "and now?");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  office_assert_log (&office, task, "I look again", TRUE);
  test_await (annex_desk_remove_checkpoint (office.desk, task, before));
  g_assert_cmpuint (count (&office, task), ==, 1);
  test_await_error (annex_desk_roll_back (office.desk, task, before), ANNEX_COMPUTER_ERROR,
                    ANNEX_COMPUTER_ERROR_NOT_FOUND);
  /* Freeing its space takes them along, and says so. */
  test_await (annex_desk_reset_computer (office.desk, task));
  g_assert_cmpuint (count (&office, task), ==, 0);
  office_assert_log (&office, task, "\"reason\":\"reset\"", TRUE);
  g_clear_object (&task);
  office_close (&office);
}

static void
test_at_work (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexCheckpoint) made = NULL;

  office_open (&office, "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY (
                            "First") "]},{\"delay_ms\":60000,\"blocks\":[" SAY ("Late") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  made = make (&office, task, NULL);
  say (&office, task, "a long one");
  g_assert_true (annex_desk_is_running (office.desk, task));
  test_await_error (annex_desk_checkpoint (office.desk, task, NULL), G_IO_ERROR, G_IO_ERROR_BUSY);
  test_await_error (annex_desk_roll_back (office.desk, task, made->id), G_IO_ERROR,
                    G_IO_ERROR_BUSY);
  test_await_error (annex_desk_fork (office.desk, task, NULL, NULL), G_IO_ERROR, G_IO_ERROR_BUSY);
  test_await_error (annex_desk_remove_checkpoint (office.desk, task, made->id), G_IO_ERROR,
                    G_IO_ERROR_BUSY);
  g_assert_cmpuint (count (&office, task), ==, 1);
  annex_desk_stop (office.desk, task);
  office_await_rest (&office, task, ANNEX_TASK_STOPPED);
  test_await (annex_desk_remove_checkpoint (office.desk, task, made->id));
  g_clear_object (&task);
  office_close (&office);
}

static void
test_copy (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexTask) copy = NULL;
  g_autoptr (AnnexCheckpoint) made = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;

  office_open (
      &office,
      "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY (
          "First") "]},{\"match\":\"another way\",\"blocks\":[" SAY ("In the copy") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  made = make (&office, task, NULL);
  copy = dex_await_object (annex_desk_fork (office.desk, task, made->id, "Another try"), &error);
  g_assert_no_error (error);
  title = annex_task_dup_title (copy);
  g_assert_cmpstr (title, ==, "Another try");
  g_assert_false (annex_desk_is_running (office.desk, copy));
  say (&office, copy, "try it another way");
  office_await_rest (&office, copy, ANNEX_TASK_DONE);
  office_assert_log (&office, copy, "First", TRUE);
  office_assert_log (&office, copy, "In the copy", TRUE);
  office_assert_log (&office, task, "In the copy", FALSE);
  g_clear_object (&task);
  g_clear_object (&copy);
  office_close (&office);
}

/* An idle computer that goes to sleep is kept where that costs nothing, and where something was
 * done. */
static void
test_asleep (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autofree char *disk = NULL;
  g_autofree char *path = NULL;
  AnnexWork *work;

  office_open (&office, "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY ("First") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  path = g_build_filename ("data/annex/computers", annex_task_get_id (task), "disk.qcow2", NULL);
  disk = app_fixture_write (path, "disk");
  work = annex_desk_session_find_work (office.self, task);
  g_assert_nonnull (work);

  copies_by_reference = TRUE;
  annex_desk_session_sleep (work);
  g_assert_cmpuint (count (&office, task), ==, 0); /* nothing was done in it */
  test_await (annex_task_append (
      task, ANNEX_EVENT_TOOL_FINISHED,
      annex_json_build ("s", "tool_use_id", "t1", "s", "name", "shell", "o", "result",
                        annex_json_build ("s", "type", "tool_result", NULL), NULL)));
  copies_by_reference = FALSE;
  annex_desk_session_sleep (work);
  g_assert_cmpuint (count (&office, task), ==, 0); /* it would cost time and room */
  copies_by_reference = TRUE;
  annex_desk_session_sleep (work);
  annex_desk_session_sleep (work); /* once is enough */
  copies_by_reference = FALSE;
  all = dex_await_boxed (annex_desk_list_checkpoints (office.desk, task), NULL);
  g_assert_cmpuint (all->len, ==, 1);
  g_assert_cmpint (((AnnexCheckpoint *) g_ptr_array_index (all, 0))->kind, ==,
                   ANNEX_CHECKPOINT_AUTOMATIC);
  g_clear_object (&task);
  office_close (&office);
}

/* A computer that only a look woke, or its user, goes to sleep again; each use counts. */
static void
test_woken (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *id = NULL;
  AnnexWork *work;
  guint timer;

  office_open (&office, "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY ("First") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  id = g_strdup (annex_task_get_id (task));
  g_clear_object (&task);
  office_reopen (&office);
  task = dex_await_object (annex_desk_open_task (office.desk, id), NULL);
  g_assert_null (annex_desk_session_find_work (office.self, task));
  test_await (annex_desk_start_computer (office.desk, task));
  work = annex_desk_session_find_work (office.self, task);
  g_assert_nonnull (work);
  g_assert_cmpuint (work->sleep, !=, 0);
  timer = work->sleep;
  test_await (annex_desk_start_computer (office.desk, task));
  g_assert_cmpuint (work->sleep, !=, 0);
  g_assert_cmpuint (work->sleep, !=, timer);
  /* And one that something else woke: a command in a terminal, say. */
  g_clear_handle_id (&work->sleep, g_source_remove);
  annex_computer_emit_changed (annex_workspace_get_computer (work->workspace));
  g_assert_cmpuint (work->sleep, !=, 0);
  g_clear_object (&task);
  office_close (&office);
}

/* A task that is deleted in the moment in which somebody begins to look at it. */
static void
test_let_go_at_once (void)
{
  Office office;
  g_autoptr (AnnexTask) task = NULL;
  g_autofree char *id = NULL;
  DexFuture *looking;
  DexFuture *deleting;
  g_autoptr (GError) error = NULL;

  office_open (&office, "{\"turns\":[{\"match\":\"begin\",\"blocks\":[" SAY ("First") "]}]}");
  task = office_begin (&office, "begin");
  office_await_rest (&office, task, ANNEX_TASK_DONE);
  id = g_strdup (annex_task_get_id (task));
  g_clear_object (&task);
  office_reopen (&office);
  task = dex_await_object (annex_desk_open_task (office.desk, id), NULL);
  looking = annex_desk_start_computer (office.desk, task);
  deleting = annex_desk_delete_task (office.desk, id);
  g_assert_false (dex_await (looking, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  dex_await (deleting, NULL); /* there is no libvirt to delete its computer */
  g_clear_object (&task);
  office_close (&office);
}

int
main (int argc, char **argv)
{
  int status;

  app_fixture_init (&argc, &argv);
  app_fixture_add ("/desk-checkpoints/back", test_back);
  app_fixture_add ("/desk-checkpoints/at-work", test_at_work);
  app_fixture_add ("/desk-checkpoints/copy", test_copy);
  app_fixture_add ("/desk-checkpoints/asleep", test_asleep);
  app_fixture_add ("/desk-checkpoints/woken", test_woken);
  app_fixture_add ("/desk-checkpoints/let-go-at-once", test_let_go_at_once);
  status = g_test_run ();
  app_fixture_done ();
  return status;
}
