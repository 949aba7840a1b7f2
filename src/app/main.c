/* main.c
 *
 * The annex binary: without a command, and for what the desktop hands to it, the window; otherwise
 * the command line. All but the window itself is in a module, which is loaded when it is needed:
 * its libraries would double the time until a window is there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-app-module.h"
#include "annex-application.h"
#include "annex-descriptors.h"
#include "annex-future.h"
#include "annex-module.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DELETED " (deleted)"

/* Any thread. NULL with an error. (borrowed, for ever) */
static const AnnexAppModule *
load_module (GError **error)
{
  AnnexAppModuleGetFunc get = (AnnexAppModuleGetFunc) annex_module_load (
      ANNEX_APP_MODULE_FILE, ANNEX_APP_MODULE_SYMBOL, error);

  return get != NULL ? get () : NULL;
}

/* ---- the window */

static DexFuture *
load_work (gpointer data)
{
  GError *error = NULL;
  const AnnexAppModule *module = load_module (&error);

  if (module == NULL)
    return annex_future_new_error (error);
  return dex_future_new_for_pointer ((gpointer) module);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  const AnnexAppModule **module = data;

  *module = g_value_get_pointer (dex_future_get_value (future, NULL));
  return (*module)->open_desk ();
}

static DexFuture *
open_desk (gpointer data)
{
  return dex_future_then (annex_worker_run ("annex-module", load_work, NULL, NULL), loaded_cb, data,
                          NULL);
}

static DexFuture *
close_desk (AnnexDesk *desk, gpointer data)
{
  const AnnexAppModule **module = data;

  return (*module)->close_desk (desk);
}

/* The process is the same, and all in it new. Returns only when that is not possible. */
static void
start_again (char **words)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  g_strv_builder_add (argv, g_get_prgname ());
  g_strv_builder_addv (argv, (const char **) words);
  list = g_strv_builder_end (argv);
  if (program != NULL && g_str_has_suffix (program, DELETED)) /* there is a newer one */
    program[strlen (program) - strlen (DELETED)] = '\0';
  annex_descriptors_restore (NULL);
  execv (program != NULL ? program : "/proc/self/exe", list);
  g_warning ("Annex could not be started again: %s", g_strerror (errno));
}

static AnnexDesk *
open_doctor (gpointer data)
{
  const AnnexAppModule **module = data;

  return *module != NULL ? (*module)->open_doctor () : NULL;
}

static int
run_window (int argc, char **argv)
{
  const AnnexAppModule *module = NULL;
  AnnexApplication *application = annex_application_new (open_desk, close_desk, &module);
  g_auto (GStrv) wanted = NULL;
  int status;

  annex_application_set_doctor_func (application, open_doctor);
  status = g_application_run (G_APPLICATION (application), argc, argv);
  wanted = annex_application_dup_wanted (application);
  g_object_unref (application);
  if (wanted != NULL)
    start_again (wanted);
  return status;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const AnnexAppModule *module;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, ANNEX_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_log_writer_default_set_use_stderr (TRUE); /* stdout is for events alone */
  signal (SIGPIPE, SIG_IGN);
  annex_descriptors_raise ();
  g_set_prgname ("annex");
  dex_init ();
  if (annex_application_takes_argument (argv[1]))
    return run_window (argc, argv);
  module = load_module (&error);
  if (module != NULL)
    return module->run (argc, argv);
  fprintf (stderr, "annex: a part of Annex is missing: %s\n", error->message);
  return 1;
}
