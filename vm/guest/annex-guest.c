/* annex-guest.c
 *
 * The guest helper: mounts shares, keeps their view true, and hands the draft to the host. Run as
 * root in a task's computer, by Annex only. One static binary: cc -static -O2 *.c
 *
 * A share is served by virtiofsd with exactly these arguments (the host is the only authority on
 * what may be read; in the guest everything belongs to the agent, user 1000, who may therefore
 * "write" anywhere in the overlay):
 *   --shared-dir FOLDER --socket-path SOCKET --readonly --sandbox namespace --cache auto
 *   --migration-on-error guest-error --inode-file-handles=never
 *   --translate-uid squash-host:0:1000:4294967295 --translate-gid squash-host:0:1000:4294967295
 * (--sandbox none with Landlock where user namespaces are refused). No --xattr, no --posix-acl.
 *
 * /var/lib/annex must lie on the task's disk itself (ext4), not on an overlay.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "guest.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "annex-guest mount --tag TAG --name NAME [--read-only]\n"
    "annex-guest mode --tag TAG --name NAME [--read-only]\n"
    "annex-guest unmount --tag TAG --name NAME\n"
    "annex-guest refresh [--end-holders] [NAME…]\n"
    "    lines: ok NAME | fresh NAME | held NAME PID COMMAND PATH | ended NAME PID COMMAND PATH\n"
    "annex-guest draft --tag TAG [--max-entries N]     the upper layer, see draft.c\n"
    "annex-guest forget --tag TAG [--name NAME] [--all] [--end-holders]\n"
    "    NUL-terminated paths on stdin; a folder goes with all it holds\n"
    "annex-guest cat --tag TAG PATH                    one file of the upper layer\n"
    "annex-guest serve --tag TAG                       many, see content.c\n"
    "For tests: --prefix FOLDER, --lower FOLDER, --userxattr\n";

typedef struct
{
  Place place;
  const char *lower;
  uint64_t max_entries;
  bool all;
  bool end_holders;
} Options;

bool
complain (const char *text, ...)
{
  int code = errno;
  va_list args;

  fputs ("annex-guest: ", stderr);
  va_start (args, text);
  vfprintf (stderr, text, args);
  va_end (args);
  fputc ('\n', stderr);
  errno = code;
  return false;
}

void
report (const char *first, ...)
{
  const char *field = first;
  va_list args;

  va_start (args, first);
  for (; field != NULL; field = va_arg (args, const char *))
    {
      if (field != first)
        putchar ('\t');
      for (const unsigned char *c = (const unsigned char *) field; *c != '\0'; c++)
        if (*c < 32 || *c > 126 || *c == '\\')
          printf ("\\%03o", *c);
        else
          putchar (*c);
    }
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

long
read_paths (char ***paths)
{
  char *path = NULL;
  size_t size = 0, room = 0;
  long count = 0;

  *paths = NULL;
  while (getdelim (&path, &size, '\0', stdin) > 0)
    {
      if ((size_t) count == room)
        {
          room = room == 0 ? 64 : room * 2;
          *paths = reallocate (*paths, room * sizeof **paths);
        }
      (*paths)[count++] = format ("%s", path);
    }
  free (path);
  return ferror (stdin) ? -1 : count;
}

static bool
parse_options (int argc, char **argv, Options *options)
{
  static const struct option names[] = {
    { "tag", required_argument, NULL, 't' },
    { "name", required_argument, NULL, 'n' },
    { "all", no_argument, NULL, 'a' },
    { "end-holders", no_argument, NULL, 'e' },
    { "max-entries", required_argument, NULL, 'm' },
    { "read-only", no_argument, NULL, 'r' },
    { "prefix", required_argument, NULL, 'p' },
    { "lower", required_argument, NULL, 'l' },
    { "userxattr", no_argument, NULL, 'u' },
    { NULL, 0, NULL, 0 },
  };
  int option;

  *options = (Options) { .place.prefix = "", .max_entries = 200000 };
  while ((option = getopt_long (argc, argv, "", names, NULL)) != -1)
    switch (option)
      {
      case 't':
        options->place.tag = optarg;
        break;
      case 'n':
        options->place.name = optarg;
        break;
      case 'a':
        options->all = true;
        break;
      case 'e':
        options->end_holders = true;
        break;
      case 'm':
        options->max_entries = strtoull (optarg, NULL, 10);
        break;
      case 'r':
        options->place.read_only = true;
        break;
      case 'p':
        options->place.prefix = optarg;
        break;
      case 'l':
        options->lower = optarg;
        break;
      case 'u':
        options->place.user_xattrs = true;
        break;
      default:
        return false;
      }
  return true;
}

static bool
refresh (const Options *options, char **names, int count)
{
  Place *places;
  int mounted = place_list_mounted (options->place.prefix, options->place.user_xattrs, &places);
  int wanted = 0;

  if (mounted < 0)
    return complain ("the mounts cannot be read: %s", strerror (errno));
  for (int i = 0; i < mounted; i++)
    {
      bool listed = count == 0;

      for (int j = 0; j < count && !listed; j++)
        listed = strcmp (names[j], places[i].name) == 0;
      if (listed)
        places[wanted++] = places[i];
    }
  return refresh_shares (places, wanted, options->end_holders);
}

int
main (int argc, char **argv)
{
  const char *command = argc > 1 ? argv[1] : "";
  Options options;
  Place *place = &options.place;
  bool good;

  if (argc < 2 || !parse_options (argc - 1, argv + 1, &options))
    {
      fputs (usage, stderr);
      return 2;
    }
  argv += 1 + optind;
  argc -= 1 + optind;
  if (strcmp (command, "refresh") == 0)
    return refresh (&options, argv, argc) ? 0 : 1;
  if (!place_resolve (place, options.lower))
    return 2;
  if (strcmp (command, "mount") == 0)
    good = mount_share (place);
  else if (strcmp (command, "mode") == 0)
    good = change_mode (place);
  else if (strcmp (command, "unmount") == 0)
    good = unmount_share (place);
  else if (strcmp (command, "draft") == 0)
    good = draft_list (place, options.max_entries);
  else if (strcmp (command, "forget") == 0)
    good = draft_forget (place, options.all, options.end_holders);
  else if (strcmp (command, "cat") == 0 && argc == 1)
    good = content_cat (place->upper, argv[0]);
  else if (strcmp (command, "serve") == 0)
    good = content_serve (place->upper);
  else
    {
      fputs (usage, stderr);
      return 2;
    }
  return good ? 0 : 1;
}
