/* test-confine.c
 *
 * What a confined program can do no more, each thing tried by a process that is confined.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MEMORY_BYTES (256ull * 1024 * 1024)

static char *secret; /* a file outside */

/* Each says with TRUE that it could. */

static gboolean
can_read_secret (void)
{
  return open (secret, O_RDONLY) >= 0;
}

static gboolean
can_write_secret (void)
{
  return open (secret, O_WRONLY) >= 0;
}

static gboolean
can_make_file (void)
{
  g_autofree char *path = g_strconcat (secret, ".new", NULL);

  return open (path, O_WRONLY | O_CREAT, 0600) >= 0;
}

static gboolean
can_look_at_parent (void)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) getppid ());

  return open (path, O_RDONLY) >= 0;
}

static gboolean
can_connect (void)
{
  return socket (AF_INET, SOCK_STREAM, 0) >= 0 || socket (AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static gboolean
can_run (void)
{
  const char *const argv[] = { "/bin/true", NULL };

  return execv (argv[0], (char **) argv) == 0 || errno != EPERM;
}

static gboolean
can_fork (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  return pid > 0;
}

static gboolean
can_end_parent (void)
{
  struct rlimit limit;

  return kill (getppid (), 0) == 0 || syscall (SYS_tgkill, getppid (), getppid (), 0) == 0 ||
         syscall (SYS_prlimit64, getppid (), RLIMIT_NOFILE, NULL, &limit) == 0;
}

static gboolean
can_trace_parent (void)
{
  return ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) == 0;
}

static gboolean
can_see_keys (void)
{
  return syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) >= 0;
}

static gboolean
can_leave (void)
{
  return syscall (SYS_unshare, 0x10000000 /* CLONE_NEWUSER */) == 0;
}

/* What it is for. */

static gboolean
can_read_system (void)
{
  return open ("/usr/share", O_RDONLY | O_DIRECTORY) >= 0;
}

static gpointer
thread_cb (gpointer data)
{
  return data;
}

static gboolean
can_use_threads (void)
{
  int here = 0;
  GThread *thread = g_thread_try_new ("test", thread_cb, &here, NULL);

  return thread != NULL && g_thread_join (thread) == &here;
}

static gboolean
can_use_memory (void)
{
  gpointer memory = g_try_malloc0 (16 * 1024 * 1024);
  gboolean got = memory != NULL;

  g_free (memory);
  return got;
}

/* Numbers of descriptors that are given back are of no use either. */
static gboolean
can_open_anything (void)
{
  int ends[2];

  close (STDIN_FILENO);
  close (STDERR_FILENO);
  return open ("/usr/share", O_RDONLY | O_DIRECTORY) >= 0 || dup (STDOUT_FILENO) >= 0 ||
         pipe (ends) == 0;
}

#ifndef __SANITIZE_ADDRESS__
static gboolean
can_use_much_memory (void)
{
  return g_try_malloc (MEMORY_BYTES) != NULL;
}
#endif

typedef struct
{
  const char *name;
  gboolean (*can) (void);
  gboolean expected;
  gboolean needs_landlock;
} Row;

static const Row rows[] = {
  { "read-secret", can_read_secret, FALSE, TRUE },
  { "write-secret", can_write_secret, FALSE, TRUE },
  { "make-file", can_make_file, FALSE, TRUE },
  { "look-at-parent", can_look_at_parent, FALSE, TRUE },
  { "connect", can_connect, FALSE, FALSE },
  { "run", can_run, FALSE, FALSE },
  { "fork", can_fork, FALSE, FALSE },
  { "end-parent", can_end_parent, FALSE, FALSE },
  { "trace-parent", can_trace_parent, FALSE, FALSE },
  { "see-keys", can_see_keys, FALSE, FALSE },
  { "leave", can_leave, FALSE, FALSE },
  { "read-system", can_read_system, TRUE, FALSE },
  { "use-threads", can_use_threads, TRUE, FALSE },
  { "use-memory", can_use_memory, TRUE, FALSE },
#ifndef __SANITIZE_ADDRESS__
  { "use-much-memory", can_use_much_memory, FALSE, FALSE },
#endif
};

static const char *const share[] = { "/usr/share", NULL };

static int
try_in_child (const Row *row, gboolean confined, const char *const *folders)
{
  pid_t pid = fork ();
  int status;

  if (pid == 0)
    {
      if (confined && !annex_confine (folders, MEMORY_BYTES, 5, NULL))
        _exit (2);
      _exit (row->can () ? 1 : 0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static gboolean
has_landlock (void)
{
  return syscall (SYS_landlock_create_ruleset, NULL, 0, 1 /* which version */) >= 1;
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;

  if (row->needs_landlock && !has_landlock ())
    {
      g_test_skip ("this kernel has no Landlock");
      return;
    }
  g_assert_cmpint (try_in_child (row, TRUE, share), ==, row->expected ? 1 : 0);
}

static void
test_opens_nothing (void)
{
  static const Row open_row = { "open-anything", can_open_anything, FALSE, FALSE };
  static const Row thread_row = { "use-threads", can_use_threads, TRUE, FALSE };

  g_assert_cmpint (try_in_child (&open_row, FALSE, NULL), ==, 1);
  g_assert_cmpint (try_in_child (&open_row, TRUE, share), ==, 1);
  g_assert_cmpint (try_in_child (&open_row, TRUE, NULL), ==, 0);
  g_assert_cmpint (try_in_child (&thread_row, TRUE, NULL), ==, 1);
}

/* A file that makes it go round in circles is no reason to wait. */
static void
test_works_for_ever (void)
{
  volatile guint turns = 0;
  pid_t pid = fork ();
  int status;

  if (pid == 0)
    {
      if (!annex_confine (share, MEMORY_BYTES, 1, NULL))
        _exit (2);
      for (;;)
        turns++;
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
}

/* The rows say something only if it could be done before. */
static void
test_before (void)
{
  static const char *const sure[] = { "read-secret", "write-secret", "make-file",
                                      "connect",     "fork",         "end-parent" };

  for (guint i = 0; i < G_N_ELEMENTS (sure); i++)
    for (guint j = 0; j < G_N_ELEMENTS (rows); j++)
      if (g_str_equal (rows[j].name, sure[i]))
        g_assert_cmpint (try_in_child (&rows[j], FALSE, share), ==, 1);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-confine-XXXXXX", NULL);
  g_autofree char *made = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  secret = g_build_filename (folder, "secret", NULL);
  made = g_strconcat (secret, ".new", NULL);
  g_assert_true (g_file_set_contents (secret, "x", 1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/confine/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/confine/before", test_before);
  g_test_add_func ("/confine/opens-nothing", test_opens_nothing);
  g_test_add_func ("/confine/works-for-ever", test_works_for_ever);
  status = g_test_run ();
  g_unlink (made);
  g_unlink (secret);
  g_rmdir (folder);
  g_free (secret);
  return status;
}
