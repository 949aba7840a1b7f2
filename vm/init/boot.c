/* boot.c
 *
 * From the initramfs to the root file system: kernel modules, disks found by their serial, erofs
 * layers below, the task's disk above, the overlay of both as root.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "init.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* virtio-blk hands on at most 20 bytes of serial. */
#define SERIAL_PREFIX "annex-"
#define SERIAL_BASE "annex-base"
#define SERIAL_DISK "annex-disk"
#define MAX_DISKS 16

typedef struct
{
  char serial[32];
  char device[32];
} Disk;

/* Early file systems, so that there is a console to write to. */
static void
open_console (void)
{
  int fd;

  make_dir ("/dev", 0755);
  make_dir ("/proc", 0555);
  make_dir ("/sys", 0555);
  mount ("dev", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  mount ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount ("sys", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);

  fd = open ("/dev/console", O_RDWR | O_NOCTTY);
  if (fd < 0)
    fd = open ("/dev/null", O_RDWR);
  dup2 (fd, STDIN_FILENO);
  dup2 (fd, STDOUT_FILENO);
  dup2 (fd, STDERR_FILENO);
  if (fd > STDERR_FILENO)
    close (fd);
}

/* /modules/order names the files in loading order. One that the kernel refuses is reported and
 * passed over: what it was needed for fails with its own sentence. */
static void
load_modules (void)
{
  char name[128];
  FILE *order = fopen ("/modules/order", "re");

  if (order == NULL)
    fail ("the initramfs has no list of kernel modules");
  while (fgets (name, sizeof name, order) != NULL)
    {
      char path[160];
      int fd;

      name[strcspn (name, "\n")] = '\0';
      if (name[0] == '\0')
        continue;
      snprintf (path, sizeof path, "/modules/%s", name);
      fd = open (path, O_RDONLY | O_CLOEXEC);
      if (fd < 0 || (syscall (SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
        say ("kernel module %s: %s", name, strerror (errno));
      if (fd >= 0)
        close (fd);
    }
  fclose (order);
}

static int
compare_disks (const void *a, const void *b)
{
  return strcmp (((const Disk *) a)->serial, ((const Disk *) b)->serial);
}

/* Lists the block devices whose serial is ours, sorted by serial. */
static int
list_disks (Disk *disks)
{
  struct dirent *entry;
  DIR *dir = opendir ("/sys/block");
  int n_disks = 0;

  if (dir == NULL)
    return 0;
  while (n_disks < MAX_DISKS && (entry = readdir (dir)) != NULL)
    {
      char path[300];
      Disk *disk = &disks[n_disks];

      if (entry->d_name[0] == '.' || strlen (entry->d_name) > 20)
        continue;
      snprintf (path, sizeof path, "/sys/block/%s/serial", entry->d_name);
      if (!read_line (path, disk->serial, sizeof disk->serial) ||
          strncmp (disk->serial, SERIAL_PREFIX, strlen (SERIAL_PREFIX)) != 0)
        continue;
      snprintf (disk->device, sizeof disk->device, "/dev/%.20s", entry->d_name);
      n_disks++;
    }
  closedir (dir);
  qsort (disks, n_disks, sizeof *disks, compare_disks);
  return n_disks;
}

static const Disk *
find_disk (const Disk *disks, int n_disks, const char *serial)
{
  for (int i = 0; i < n_disks; i++)
    if (strcmp (disks[i].serial, serial) == 0)
      return &disks[i];
  return NULL;
}

/* The probe of a virtio disk may end a moment after its driver's loading. */
static int
wait_for_disks (Disk *disks)
{
  const struct timespec step = { .tv_nsec = 20 * 1000 * 1000 };

  for (int i = 0; i < 500; i++)
    {
      int n_disks = list_disks (disks);

      if (find_disk (disks, n_disks, SERIAL_BASE) != NULL)
        return n_disks;
      nanosleep (&step, NULL);
    }
  fail ("there is no disk with the serial " SERIAL_BASE);
}

/* Mounts each layer read-only at /layer/<serial> and appends it to the overlay's list, the base at
 * the end, which is the lowest. */
static void
mount_layers (const Disk *disks, int n_disks, char *lower, size_t size)
{
  size_t used = 0;

  make_dir ("/layer", 0755);
  for (int pass = 0; pass < 2; pass++)
    for (int i = 0; i < n_disks; i++)
      {
        bool base = strcmp (disks[i].serial, SERIAL_BASE) == 0;
        char path[64];

        if (base != (pass == 1) || strcmp (disks[i].serial, SERIAL_DISK) == 0)
          continue;
        snprintf (path, sizeof path, "/layer/%.20s", disks[i].serial);
        make_dir (path, 0755);
        mount_or_fail (disks[i].device, path, "erofs", MS_RDONLY | MS_NODEV, NULL);
        used += snprintf (lower + used, size - used, "%s%s", used > 0 ? ":" : "", path);
        if (used >= size)
          fail ("too many layers");
      }
}

/* The upper side: the task's disk, or memory where there is none (then nothing lasts). */
static void
mount_disk (const Disk *disk)
{
  make_dir ("/disk", 0700);
  if (disk == NULL)
    {
      say ("no disk with the serial " SERIAL_DISK ": changes stay in memory");
      mount_or_fail ("disk", "/disk", "tmpfs", 0, "mode=0700");
    }
  else
    {
      mount_or_fail (disk->device, "/disk", "ext4", MS_NOATIME | MS_NODEV,
                     "discard,noinit_itable,errors=remount-ro");
    }
  chmod ("/disk", 0711);
  make_dir ("/disk/root", 0700);
  make_dir ("/disk/root/upper", 0755);
  make_dir ("/disk/root/work", 0700);
}

static void
copy_file (const char *from, const char *to, mode_t mode)
{
  char buffer[65536];
  int in = open (from, O_RDONLY | O_CLOEXEC);
  int out = open (to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  ssize_t n = 0;

  while (in >= 0 && out >= 0 && (n = read (in, buffer, sizeof buffer)) > 0)
    if (write (out, buffer, n) != n)
      {
        n = -1;
        break;
      }
  if (in < 0 || out < 0 || n < 0)
    fail ("cannot copy %s: %s", from, strerror (errno));
  close (in);
  close (out);
}

/* The guest helper comes with the initramfs, so that a new one needs no new base layer. */
static void
install_helpers (void)
{
  struct dirent *entry;
  DIR *dir = opendir ("/helpers");

  if (dir == NULL)
    return;
  mount_or_fail ("annex", "/root" HELPER_DIR, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=16m");
  while ((entry = readdir (dir)) != NULL)
    {
      char from[300], to[320];

      if (entry->d_name[0] == '.')
        continue;
      snprintf (from, sizeof from, "/helpers/%s", entry->d_name);
      snprintf (to, sizeof to, "/root" HELPER_DIR "/%s", entry->d_name);
      copy_file (from, to, 0755);
      unlink (from);
    }
  closedir (dir);
  mount (NULL, "/root" HELPER_DIR, NULL, MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV,
         "mode=0755");
}

/* Frees the memory of what the initramfs held; it is unreachable after the root has moved. */
static void
empty_initramfs (void)
{
  struct dirent *entry;
  DIR *dir = opendir ("/modules");

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (entry->d_name[0] != '.')
      unlinkat (dirfd (dir), entry->d_name, 0);
  if (dir != NULL)
    closedir (dir);
  unlink ("/init");
}

void
boot_into_root (void)
{
  Disk disks[MAX_DISKS];
  char lower[512];
  char options[700];
  int n_disks;

  open_console ();
  say ("loading drivers");
  load_modules ();
  say ("mounting disks");
  n_disks = wait_for_disks (disks);
  mount_layers (disks, n_disks, lower, sizeof lower);
  mount_disk (find_disk (disks, n_disks, SERIAL_DISK));

  say ("mounting the root");
  make_dir ("/root", 0755);
  snprintf (options, sizeof options,
            "lowerdir=%s,upperdir=/disk/root/upper,workdir=/disk/root/work,redirect_dir=on", lower);
  mount_or_fail ("annex", "/root", "overlay", MS_NOATIME, options);
  make_dir ("/root" DISK_DIR, 0700);
  mount_or_fail ("/disk", "/root" DISK_DIR, NULL, MS_MOVE, NULL);
  mount_or_fail ("/dev", "/root/dev", NULL, MS_MOVE, NULL);
  mount_or_fail ("/proc", "/root/proc", NULL, MS_MOVE, NULL);
  mount_or_fail ("/sys", "/root/sys", NULL, MS_MOVE, NULL);
  install_helpers ();
  empty_initramfs ();

  if (chdir ("/root") < 0)
    fail ("cannot enter the root: %s", strerror (errno));
  mount_or_fail (".", "/", NULL, MS_MOVE, NULL);
  if (chroot (".") < 0 || chdir ("/") < 0)
    fail ("cannot enter the root: %s", strerror (errno));
}
