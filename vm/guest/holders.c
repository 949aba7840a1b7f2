/* holders.c
 *
 * Finds, reports and ends the processes that hold something below a share's folder: as the working
 * folder, open, or mapped. Knows /proc only.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char deleted_mark[] = " (deleted)";

/* The part of @path below @folder ("" for the folder itself), or NULL. */
static const char *
below (const char *path, const char *folder)
{
  size_t length = strlen (folder);

  if (strncmp (path, folder, length) != 0)
    return NULL;
  if (path[length] == '/')
    return path + length + 1;
  if (path[length] == '\0' || strcmp (path + length, deleted_mark) == 0)
    return path + length;
  return NULL;
}

static void
add_holder (Holders *holders, pid_t pid, const char *path, char what)
{
  Holder *holder;
  char file[64];
  size_t length = strlen (path), mark = sizeof deleted_mark - 1;
  FILE *stream;

  holders->items = reallocate (holders->items, (holders->count + 1) * sizeof *holders->items);
  holder = &holders->items[holders->count++];
  *holder = (Holder) { .pid = pid, .what = what, .path = format ("%s", path) };
  if (length >= mark && strcmp (path + length - mark, deleted_mark) == 0)
    {
      holder->deleted = true;
      holder->path[length - mark] = '\0';
    }
  snprintf (file, sizeof file, "/proc/%d/comm", (int) pid);
  stream = fopen (file, "re");
  if (stream != NULL)
    {
      size_t n = fread (holder->command, 1, sizeof holder->command - 1, stream);

      holder->command[n] = '\0';
      holder->command[strcspn (holder->command, "\n")] = '\0';
      fclose (stream);
    }
}

static void
check_link (Holders *holders, pid_t pid, const char *folder, const char *link, char what)
{
  char target[4096 + sizeof deleted_mark + 256];
  ssize_t length = readlink (link, target, sizeof target - 1);
  const char *path;
  struct stat info;

  if (length <= 0)
    return;
  target[length] = '\0';
  path = below (target, folder);
  if (path == NULL)
    return;
  if (what == 'f' && stat (link, &info) == 0 && S_ISDIR (info.st_mode))
    what = 'd';
  add_holder (holders, pid, path, what);
}

static void
check_open_files (Holders *holders, pid_t pid, const char *folder)
{
  char path[64], link[64 + 256 + 1];
  struct dirent *item;
  DIR *files;

  snprintf (path, sizeof path, "/proc/%d/fd", (int) pid);
  files = opendir (path);
  if (files == NULL)
    return;
  while ((item = readdir (files)) != NULL)
    {
      if (item->d_name[0] == '.')
        continue;
      snprintf (link, sizeof link, "%s/%s", path, item->d_name);
      check_link (holders, pid, folder, link, 'f');
    }
  closedir (files);
}

static void
check_mapped_files (Holders *holders, pid_t pid, const char *folder)
{
  char path[64];
  char *line = NULL;
  size_t room = 0;
  ssize_t length;
  FILE *maps;

  snprintf (path, sizeof path, "/proc/%d/maps", (int) pid);
  maps = fopen (path, "re");
  if (maps == NULL)
    return;
  while ((length = getline (&line, &room, maps)) > 0)
    {
      const char *start = strchr (line, '/');
      const char *found;

      if (line[length - 1] == '\n')
        line[length - 1] = '\0';
      found = start != NULL ? below (start, folder) : NULL;
      if (found != NULL)
        add_holder (holders, pid, found, 'm');
    }
  free (line);
  fclose (maps);
}

void
holders_find (const char *folder, Holders *holders)
{
  DIR *processes = opendir ("/proc");
  struct dirent *item;

  *holders = (Holders) { 0 };
  if (processes == NULL)
    return;
  while ((item = readdir (processes)) != NULL)
    {
      pid_t pid = (pid_t) atoi (item->d_name);
      char link[64];

      if (pid <= 1 || pid == getpid ())
        continue;
      snprintf (link, sizeof link, "/proc/%d/cwd", (int) pid);
      check_link (holders, pid, folder, link, 'c');
      snprintf (link, sizeof link, "/proc/%d/root", (int) pid);
      check_link (holders, pid, folder, link, 'c');
      check_open_files (holders, pid, folder);
      check_mapped_files (holders, pid, folder);
    }
  closedir (processes);
}

void
holders_clear (Holders *holders)
{
  for (size_t i = 0; i < holders->count; i++)
    free (holders->items[i].path);
  free (holders->items);
  *holders = (Holders) { 0 };
}

void
holders_report (const Holders *holders, const char *word, const char *name)
{
  pid_t last = 0;

  for (size_t i = 0; i < holders->count; i++)
    {
      const Holder *holder = &holders->items[i];
      char pid[16];

      /* The items of one process follow each other. */
      if (holder->pid == last)
        continue;
      last = holder->pid;
      snprintf (pid, sizeof pid, "%d", (int) holder->pid);
      report (word, name, pid, holder->command, holder->path, NULL);
    }
}

static bool
signal_all (const Holders *holders, int signal_number)
{
  bool alive = false;

  for (size_t i = 0; i < holders->count; i++)
    alive |= kill (holders->items[i].pid, signal_number) == 0;
  return alive;
}

void
holders_end (const Holders *holders)
{
  const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

  signal_all (holders, SIGTERM);
  for (int i = 0; i < 50 && signal_all (holders, 0); i++)
    nanosleep (&pause, NULL);
  signal_all (holders, SIGKILL);
  for (int i = 0; i < 50 && signal_all (holders, 0); i++)
    nanosleep (&pause, NULL);
}
