/* annex-confine.c
 *
 * See annex-confine.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-confine.h"

#include "annex-landlock.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define MAX_FILES 64

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define LAST_CALL 0x3fffffff /* above are those of x32 */
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define LAST_CALL 0xffffffff
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#define LAST_CALL 0xffffffff
#endif

/* A way to reach anybody else, or the kernel's less used corners. */
static const unsigned int refused[] = {
  SYS_socket,
  SYS_socketpair,
  SYS_execve,
  SYS_execveat,
  SYS_ptrace,
  SYS_process_vm_readv,
  SYS_process_vm_writev,
  SYS_pidfd_open,
  SYS_pidfd_getfd,
  SYS_kill,
  SYS_tkill,
  SYS_rt_sigqueueinfo,
  SYS_rt_tgsigqueueinfo,
  SYS_keyctl,
  SYS_add_key,
  SYS_request_key,
  SYS_bpf,
  SYS_perf_event_open,
  SYS_userfaultfd,
  SYS_io_uring_setup,
  SYS_unshare,
  SYS_setns,
  SYS_mount,
  SYS_umount2,
  SYS_open_by_handle_at,
  SYS_shmget,
  SYS_shmat,
  SYS_shmctl,
  SYS_msgget,
  SYS_msgsnd,
  SYS_msgrcv,
  SYS_semget,
  SYS_semop,
  SYS_semtimedop,
  SYS_memfd_create,
  SYS_personality,
#ifdef SYS_fork
  SYS_fork,
  SYS_vfork,
#endif
};

#ifdef ARCHITECTURE
#define LOAD(field) BPF_STMT (BPF_LD | BPF_W | BPF_ABS, offsetof (struct seccomp_data, field))
#define RETURN(value) BPF_STMT (BPF_RET | BPF_K, (value))
#define REFUSE(code) RETURN (SECCOMP_RET_ERRNO | (code))
/* If it is (not) so, over the next one. */
#define SKIP_IF(test, value) BPF_JUMP (BPF_JMP | (test) | BPF_K, (value), 1, 0)
#define SKIP_UNLESS(test, value) BPF_JUMP (BPF_JMP | (test) | BPF_K, (value), 0, 1)
/* If it is another call, over the next @n. */
#define OVER_UNLESS(call, n) BPF_JUMP (BPF_JMP | BPF_JEQ | BPF_K, (call), 0, (n))

static gboolean
filter_calls (GError **error)
{
  const struct sock_filter head[] = {
    LOAD (arch),
    SKIP_IF (BPF_JEQ, ARCHITECTURE),
    RETURN (SECCOMP_RET_KILL_PROCESS),
    LOAD (nr),
    SKIP_UNLESS (BPF_JGT, LAST_CALL),
    RETURN (SECCOMP_RET_KILL_PROCESS),
    /* Its flags are behind a pointer; libraries then use clone. */
    SKIP_UNLESS (BPF_JEQ, SYS_clone3),
    REFUSE (ENOSYS),
  };
  /* Signals and limits for itself; threads, no processes. Last, for these load something else. */
  const struct sock_filter tail[] = {
    OVER_UNLESS (SYS_tgkill, 4),
    LOAD (args[0]),
    SKIP_IF (BPF_JEQ, (unsigned int) getpid ()),
    REFUSE (EPERM),
    RETURN (SECCOMP_RET_ALLOW),
    OVER_UNLESS (SYS_prlimit64, 4),
    LOAD (args[0]),
    SKIP_IF (BPF_JEQ, 0),
    REFUSE (EPERM),
    RETURN (SECCOMP_RET_ALLOW),
    SKIP_IF (BPF_JEQ, SYS_clone),
    RETURN (SECCOMP_RET_ALLOW),
    LOAD (args[0]),
    SKIP_IF (BPF_JSET, CLONE_THREAD),
    REFUSE (EPERM),
    RETURN (SECCOMP_RET_ALLOW),
  };
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (struct sock_filter));
  struct sock_fprog program;

  g_array_append_vals (all, head, G_N_ELEMENTS (head));
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      const struct sock_filter one[] = { SKIP_UNLESS (BPF_JEQ, refused[i]), REFUSE (EPERM) };

      g_array_append_vals (all, one, G_N_ELEMENTS (one));
    }
  g_array_append_vals (all, tail, G_N_ELEMENTS (tail));
  program.len = (unsigned short) all->len;
  program.filter = (struct sock_filter *) (gpointer) all->data;
  if (syscall (SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "The kernel filters no calls: %s",
               g_strerror (errno));
  return FALSE;
}
#else
static gboolean
filter_calls (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "Annex does not know how this kind of processor numbers its calls");
  return FALSE;
}
#endif

static void
limit (int what, rlim_t most)
{
  const struct rlimit value = { most, most };

  setrlimit (what, &value);
}

gboolean
annex_confine (const char *const *folders, guint64 memory_bytes, guint cpu_s, GError **error)
{
  static const char *const system[] = { "/usr/share", NULL };
  g_autoptr (GError) local = NULL;
  g_autofd int ruleset_fd = annex_landlock_new_reader (folders != NULL ? folders : system, &local);

  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_CPU, cpu_s);
  /* None: no number is left for another descriptor, and closing one gives none back. */
  limit (RLIMIT_NOFILE, folders != NULL ? MAX_FILES : 0);
  limit (RLIMIT_FSIZE, 0);
#ifndef __SANITIZE_ADDRESS__ /* which needs address space by the terabyte */
  limit (RLIMIT_AS, memory_bytes);
#endif
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      (ruleset_fd >= 0 && !annex_landlock_enter (ruleset_fd)))
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "Nothing can be given up: %s",
                   g_strerror (errno));
      return FALSE;
    }
  if (ruleset_fd < 0 && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return filter_calls (error);
}
