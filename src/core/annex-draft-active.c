/* annex-draft-active.c
 *
 * Which names of a draft the user's own programs carry out or obey without being asked: a file that
 * is merely there may run something. Pure; knows names only, not what is in the files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft.h"

#include <string.h>

/* Folders in which everything counts. */
static const char *const folders[] = {
  ".git",    ".hg",       ".svn",    ".husky",        ".vscode",
  ".idea",   ".zed",      ".fleet",  ".devcontainer", ".ssh",
  ".gnupg",  "autostart", "systemd", ".systemd",      "autostart-scripts",
  ".claude", ".cursor",
};

/* Files, wherever they lie. */
static const char *const files[] = {
  /* shells and logins */
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".bash_logout",
  ".bash_aliases",
  ".profile",
  ".zshrc",
  ".zshenv",
  ".zprofile",
  ".zlogin",
  ".zlogout",
  ".kshrc",
  ".cshrc",
  ".tcshrc",
  ".login",
  ".logout",
  ".inputrc",
  ".xprofile",
  ".xinitrc",
  ".xsession",
  ".xsessionrc",
  ".xserverrc",
  ".pam_environment",
  "config.fish",
  /* what a program reads in the folder that it is started in */
  ".envrc",
  ".direnvrc",
  ".tool-versions",
  ".mise.toml",
  "mise.toml",
  ".vimrc",
  ".gvimrc",
  ".nvimrc",
  ".nvim.lua",
  ".exrc",
  ".emacs",
  ".dir-locals.el",
  ".gdbinit",
  ".lldbinit",
  ".gitconfig",
  ".gitmodules",
  ".gitattributes",
  ".pre-commit-config.yaml",
  ".hgrc",
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".pnpmfile.cjs",
  ".pypirc",
  "pip.conf",
  ".pythonrc",
  "sitecustomize.py",
  "usercustomize.py",
  ".curlrc",
  ".wgetrc",
  ".netrc",
  ".screenrc",
  ".tmux.conf",
  ".mailcap",
  ".mcp.json",
  "autorun.inf",
  ".autorun",
  "autorun.sh",
  "autorun",
};

static const char *const endings[] = { ".desktop", ".service", ".timer", ".pth",
                                       ".code-workspace" };

static gboolean
is_one_of (const char *name, gsize length, const char *const *list, gsize n)
{
  for (gsize i = 0; i < n; i++)
    if (strlen (list[i]) == length && g_ascii_strncasecmp (name, list[i], length) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
has_ending (const char *name, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      gsize ending = strlen (endings[i]);

      if (length > ending && g_ascii_strncasecmp (name + length - ending, endings[i], ending) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_draft_is_active (const char *path)
{
  g_return_val_if_fail (path != NULL, FALSE);

  for (;;)
    {
      const char *slash = strchr (path, '/');
      gsize length = slash != NULL ? (gsize) (slash - path) : strlen (path);

      /* A file of the name of such a folder may stand for one: ".git" names another place. */
      if (is_one_of (path, length, folders, G_N_ELEMENTS (folders)))
        return TRUE;
      if (slash == NULL)
        return is_one_of (path, length, files, G_N_ELEMENTS (files)) || has_ending (path, length);
      path = slash + 1;
    }
}
