/* annex-app-module.c
 *
 * See annex-app-module.h: finds the command, runs it in a fiber, returns its exit status.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-app-module.h"

#include "annex-browsers.h"
#include "annex-cli.h"
#include "annex-desk-session.h"
#include "annex-doctor-desk.h"
#include "annex-future.h"
#include "annex-module.h"

#include <stdio.h>

static const struct
{
  const char *name;
  AnnexCliFunc func;
} commands[] = {
  { "run", annex_cli_run },
  { "tasks", annex_cli_tasks },
  { "inbox", annex_cli_inbox },
  { "computer", annex_cli_computer },
  { "doctor", annex_cli_doctor },
  { "skills", annex_cli_skills },
  { "connectors", annex_cli_connectors },
  { "eval", annex_cli_eval },
};

typedef struct
{
  AnnexCliFunc func;
  char **argv;
  GMainLoop *loop;
  int status;
} Command;

static DexFuture *
command_fiber (gpointer data)
{
  Command *command = data;

  command->status = command->func (command->argv);
  g_main_loop_quit (command->loop);
  return dex_future_new_true ();
}

static int
run_command (AnnexCliFunc func, char **argv)
{
  Command command = { .func = func, .argv = argv, .status = ANNEX_EXIT_FAILED };

  command.loop = g_main_loop_new (NULL, FALSE);
  annex_fiber_start (command_fiber, &command, NULL);
  g_main_loop_run (command.loop);
  g_main_loop_unref (command.loop);
  return command.status;
}

static int
run (int argc, char **argv)
{
  g_auto (GStrv) words = g_strdupv (argv);

  if (argc < 2 || g_str_equal (argv[1], "--help") || g_str_equal (argv[1], "-h") ||
      g_str_equal (argv[1], "help"))
    {
      const char *text = annex_cli_help (argc > 2 ? argv[2] : NULL);

      fputs (text != NULL ? text : annex_cli_help (NULL), argc < 2 ? stderr : stdout);
      return argc < 2 ? ANNEX_EXIT_USAGE : ANNEX_EXIT_DONE;
    }
  if (g_str_equal (argv[1], "--version"))
    {
      annex_cli_print ("annex %s\n", ANNEX_VERSION);
      return ANNEX_EXIT_DONE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (argv[1], commands[i].name))
      {
        int status = run_command (commands[i].func, words + 2);

        return status == ANNEX_EXIT_DONE && !annex_cli_check_output () ? ANNEX_EXIT_FAILED : status;
      }
  return annex_cli_usage (NULL, "there is no command “%s”", argv[1]);
}

static const AnnexBrowserModule *
load_browser (GError **error)
{
  AnnexBrowserModuleGetFunc get = (AnnexBrowserModuleGetFunc) annex_module_load (
      ANNEX_BROWSER_MODULE_FILE, ANNEX_BROWSER_MODULE_SYMBOL, error);

  return get != NULL ? get () : NULL;
}

static DexFuture *
close_desk (AnnexDesk *desk)
{
  return annex_desk_session_close (ANNEX_DESK_SESSION (desk));
}

const AnnexAppModule *
annex_app_module_get (void)
{
  static const AnnexAppModule module = { run, annex_desk_session_open, close_desk,
                                         annex_doctor_desk_new };

  annex_browsers_set_module_func (load_browser);
  return &module;
}
