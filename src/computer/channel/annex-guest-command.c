/* annex-guest-command.c
 *
 * See annex-guest-command.h. Pure text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-guest-command.h"

#include <string.h>

#define CGROUPS "/sys/fs/cgroup"
#define MARK "ANNEX_COMMAND="
/* After TERM, two seconds in steps; then KILL again and again for half a minute: a fork bomb on an
 * emulated processor takes its time to go. */
#define GRACE_S "0.05 0.1 0.2 0.3 0.6 0.8"
#define KILLING_S "0.02 0.1 0.2 0.5 1 1 1 2 2 3 5 5 5 5"
#define MARKS "/run/annex-trees" /* one folder a tree, for its name alone */

/* `agent` has limits from the guest's init (a fork bomb or a memory hog ends there, and the channel
 * goes on); Annex's own housekeeping runs in `annex`, without. */
static const char setup_command[] =
    "cd " CGROUPS
    " 2>/dev/null && [ -e cgroup.subtree_control ] && mkdir -p agent annex || exit 3\n"
    "[ -e agent/cgroup.kill ] || exit 3\n"
    "rmdir agent/*/ annex/*/ 2>/dev/null\n"
    "exit 0\n";

/* Run as the command's user: $1 folder (may be empty: home), $2 command. The variables are
 * evaluated here and not by root. */
static const char inner_command[] = "if ! cd -- \"${1:-$HOME}\" 2>/dev/null; then\n"
                                    "  echo \"cannot enter the folder ${1:-$HOME}\" >&2\n"
                                    "  exit 125\n"
                                    "fi\n"
                                    "eval \"$ANNEX_ENV\"\n"
                                    "unset ANNEX_ENV\n"
                                    "exec bash -c \"$2\"\n";

const char *
annex_guest_command_setup (void)
{
  return setup_command;
}

static const char *
group_of (gboolean as_root)
{
  return as_root ? CGROUPS "/annex" : CGROUPS "/agent";
}

char *
annex_guest_command_start (AnnexGuestTree tree,
                           const char *id,
                           const AnnexCommand *command,
                           GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *inner = g_shell_quote (inner_command);
  g_autofree char *folder = g_shell_quote (command->cwd != NULL ? command->cwd : "");
  g_autofree char *text = g_shell_quote (command->command);

  /* mkdir without -p: when the folder is there already, the kill was faster (see kill below). */
  if (tree == ANNEX_GUEST_TREE_CGROUP)
    g_string_append_printf (line,
                            "c=%s/%s\n"
                            "mkdir $c && echo $$ >$c/cgroup.procs || exit %d\n",
                            group_of (command->as_root), id, ANNEX_GUEST_NEVER_BEGAN);
  else
    g_string_append_printf (line,
                            "mkdir -p " MARKS "\n"
                            "mkdir " MARKS "/%s || exit %d\n"
                            "export " MARK "%s.\n",
                            id, ANNEX_GUEST_NEVER_BEGAN, id);

  g_string_append (line, "unset SSH_CLIENT SSH_CONNECTION MAIL\n");
  /* What takes more memory than there is ends as a whole, and at once: the kernel would look for one
   * process after the other otherwise, for minutes where there are thousands. */
  if (tree == ANNEX_GUEST_TREE_CGROUP && !command->as_root)
    g_string_append (line, "{ echo 1 >$c/memory.oom.group; } 2>/dev/null\n");
  if (command->as_root)
    g_string_append (line, "exec");
  else
    g_string_append (line, "echo 500 >/proc/self/oom_score_adj\n"
                           "export HOME=/home/agent USER=agent LOGNAME=agent SHELL=/bin/bash"
                           " LANG=${LANG:-C.UTF-8} PATH=/home/agent/.local/bin:/usr/local/sbin:"
                           "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n"
                           "exec setpriv --reuid=agent --regid=agent --init-groups --");
  g_string_append_printf (line, " sh -c %s annex %s %s", inner, folder, text);

  if (line->len > ANNEX_GUEST_COMMAND_MAX_BYTES)
    {
      g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE,
                   "The command is too long (%" G_GSIZE_FORMAT " bytes): write it to a file first",
                   strlen (command->command));
      return NULL;
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

static gboolean
is_variable_name (const char *text, gsize length)
{
  gsize i;

  if (length == 0 || g_ascii_isdigit (text[0]))
    return FALSE;
  for (i = 0; i < length; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '_')
      return FALSE;
  return TRUE;
}

gboolean
annex_guest_command_environment (const char *const *env, char **text, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gsize i;

  *text = NULL;
  if (env == NULL || env[0] == NULL)
    return TRUE;
  for (i = 0; env[i] != NULL; i++)
    {
      const char *equals = strchr (env[i], '=');
      g_autofree char *quoted = NULL;

      if (equals == NULL || !is_variable_name (env[i], equals - env[i]))
        {
          g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                       "“%.*s” is not a name for an environment variable",
                       (int) (equals != NULL ? MIN (equals - env[i], 64) : 0), env[i]);
          return FALSE;
        }
      quoted = g_shell_quote (equals + 1);
      g_string_append (out, "export ");
      g_string_append_len (out, env[i], equals - env[i]);
      g_string_append_printf (out, "=%s\n", quoted);
    }
  if (out->len > ANNEX_GUEST_COMMAND_MAX_BYTES)
    {
      g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_TOO_LARGE,
                           "The environment variables are too large");
      return FALSE;
    }
  *text = g_string_free (g_steal_pointer (&out), FALSE);
  return TRUE;
}

/* The order of steps is what makes this safe against a command that is just starting:
 * - the folder can be made here: the command had not begun, and its own mkdir will now fail;
 * - the folder can be removed: nobody is in it, and joining it will now fail;
 * - else somebody is in it, and is ended. */
static char *
kill_by_cgroup (const char *id, gboolean as_root)
{
  return g_strdup_printf (
      "c=%s/%s\n"
      "mkdir $c 2>/dev/null && exit 0\n"
      "while read -r p; do kill -TERM $p; done <$c/cgroup.procs 2>/dev/null\n"
      "for t in " GRACE_S "; do\n"
      "  rmdir $c 2>/dev/null; [ -d $c ] || exit 0\n"
      "  sleep $t\n"
      "done\n"
      "for t in " KILLING_S "; do\n"
      "  echo 1 >$c/cgroup.kill\n"
      "  sleep $t\n"
      "  find $c -depth -type d -exec rmdir {} + 2>/dev/null; [ -d $c ] || exit 0\n"
      "done\n"
      "exit 1\n",
      group_of (as_root), id);
}

/* The folder's name settles who was first, as above. The mark is looked for in environments, and in
 * command lines because the shell that sets it does not have it in its own environment yet. The
 * pattern goes through stdin, split in the text, so that neither this shell nor grep finds itself.
 * Twice nothing, because a program that is just being replaced by exec shows neither for a moment.
 */
static char *
kill_by_mark (const char *id)
{
  return g_strdup_printf (
      "mkdir -p " MARKS "\n"
      "mkdir " MARKS "/%s 2>/dev/null && exit 0\n"
      "m=ANNEX_COMM; m=${m}AND=%s.\n"
      "none=0\n"
      "end () {\n"
      "  found=\n"
      "  for f in $(echo \"$m\" | grep -slaFf - /proc/[0-9]*/environ /proc/[0-9]*/cmdline); do\n"
      "    p=${f#/proc/}; p=${p%%/*}\n"
      "    [ $p = $$ ] && continue\n"
      "    found=1\n"
      "    [ -z \"$1\" ] || kill -$1 $p 2>/dev/null\n"
      "  done\n"
      "  if [ -n \"$found\" ]; then none=0; else none=$((none + 1)); fi\n"
      "  [ $none -lt 2 ] || exit 0\n"
      "}\n"
      "end TERM\n"
      "for t in " GRACE_S "; do sleep $t; end; done\n"
      "for t in " KILLING_S "; do end KILL; sleep $t; end; done\n"
      "exit 1\n",
      id, id);
}

char *
annex_guest_command_kill (AnnexGuestTree tree, const char *id, gboolean as_root)
{
  switch (tree)
    {
    case ANNEX_GUEST_TREE_CGROUP:
      return kill_by_cgroup (id, as_root);
    case ANNEX_GUEST_TREE_MARK:
      return kill_by_mark (id);
    }
  g_assert_not_reached ();
}

char *
annex_guest_command_sweep (GPtrArray *ids)
{
  g_autoptr (GString) line = g_string_new ("cd " CGROUPS " && rmdir");
  guint i;

  for (i = 0; i < ids->len; i++)
    g_string_append_printf (line, " agent/%s annex/%s", (const char *) ids->pdata[i],
                            (const char *) ids->pdata[i]);
  g_string_append (line, " 2>/dev/null; exit 0\n");
  return g_string_free (g_steal_pointer (&line), FALSE);
}
