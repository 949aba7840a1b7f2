/* system.c
 *
 * What programs expect of a running system: kernel file systems, a host name, loopback, cgroups
 * with a place for the agent's processes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "init.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

/* Memory kept back from the agent's cgroup, for sshd, the helper and the kernel. */
#define RESERVED_MEMORY (96ULL << 20)
#define AGENT_CGROUP "/sys/fs/cgroup/agent"

static void
mount_kernel_file_systems (void)
{
  const unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;

  make_dir ("/dev/pts", 0755);
  make_dir ("/dev/shm", 01777);
  mount_or_fail ("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
                 "mode=0620,gid=5,ptmxmode=0666");
  mount_or_fail ("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
  mount_or_fail ("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=64m");
  make_dir ("/run/sshd", 0755);
  make_dir ("/run/lock", 01777);
  make_dir ("/run/annex", 0755);
  make_dir ("/run/user", 0755);
  make_dir ("/run/user/1000", 0700);
  if (chown ("/run/user/1000", 1000, 1000) < 0)
    say ("cannot give the agent its runtime folder");
  mount ("cgroup", "/sys/fs/cgroup", "cgroup2", plain, "nsdelegate,memory_recursiveprot");

  (void) !symlink ("/proc/self/fd", "/dev/fd");
  (void) !symlink ("/proc/self/fd/0", "/dev/stdin");
  (void) !symlink ("/proc/self/fd/1", "/dev/stdout");
  (void) !symlink ("/proc/self/fd/2", "/dev/stderr");
  chmod ("/dev/fuse", 0666);
}

/* The agent's processes may use what the machine has, less a reserve: a fork bomb or a memory hog
 * ends inside the group, and the channel goes on. */
static void
prepare_cgroup (void)
{
  struct sysinfo info;
  char text[32];

  write_file ("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
  write_file ("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
  write_file ("/sys/fs/cgroup/cgroup.subtree_control", "+pids");
  make_dir (AGENT_CGROUP, 0755);
  write_file (AGENT_CGROUP "/pids.max", "4096");
  if (sysinfo (&info) == 0)
    {
      unsigned long long total = (unsigned long long) info.totalram * info.mem_unit;

      if (total > 2 * RESERVED_MEMORY)
        {
          snprintf (text, sizeof text, "%llu", total - RESERVED_MEMORY);
          write_file (AGENT_CGROUP "/memory.max", text);
        }
    }
}

static void
raise_loopback (void)
{
  struct ifreq request = { .ifr_name = "lo" };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

  if (fd < 0)
    return;
  if (ioctl (fd, SIOCGIFFLAGS, &request) == 0)
    {
      request.ifr_flags |= IFF_UP | IFF_RUNNING;
      ioctl (fd, SIOCSIFFLAGS, &request);
    }
  close (fd);
}

void
prepare_system (void)
{
  const struct rlimit files = { .rlim_cur = 4096, .rlim_max = 1 << 19 };

  say ("preparing the system");
  mount_kernel_file_systems ();
  prepare_cgroup ();
  raise_loopback ();
  if (sethostname ("annex", strlen ("annex")) < 0)
    say ("cannot set the host name");
  setrlimit (RLIMIT_NOFILE, &files);
  write_file ("/proc/sys/kernel/printk", "3 4 1 3");
  write_file ("/proc/sys/vm/overcommit_memory", "0");
  write_file ("/proc/sys/net/ipv4/ping_group_range", "0 2147483647");
  reboot (RB_DISABLE_CAD);

  clearenv ();
  setenv ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
  setenv ("LANG", "C.UTF-8", 1);
  setenv ("HOME", "/root", 1);
}
