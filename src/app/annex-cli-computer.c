/* annex-cli-computer.c
 *
 * `annex computer …`: the image, and the computers of tasks. Commands run in
 * annex-computer-console.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-computer-console.h"
#include "annex-computer-move.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-image-keeper.h"
#include "annex-image-origin.h"
#include "annex-paths.h"
#include "annex-run-print.h"
#include "annex-template.h"
#include "annex-workspace-checkpoints.h"

#include <glib/gstdio.h>
#include <stdio.h>

/* The computer that belongs to no task: an identifier no task can have. */
#define SCRATCH_ID "0000000000000000000scratch"

typedef struct
{
  AnnexSession *session;
  char **words; /* after the subcommand */
  gboolean json;
  gboolean office;
  gboolean force;
  gboolean image_is_current;
} Options;

typedef int (*ComputerFunc) (Options *options, GError **error);

/* ---- the image */

static void
progress_cb (AnnexImageSource *source, const char *sentence, double fraction, gpointer data)
{
  char **last = data;

  if (g_strcmp0 (*last, sentence) == 0)
    return;
  g_free (*last);
  *last = g_strdup (sentence);
  fprintf (stderr, "%s\n", sentence);
}

/* (transfer full) */
static AnnexImageSource *
create_source (Options *options, gboolean office)
{
  return annex_image_origin_create_source (annex_image_origin_find (), office,
                                           annex_session_get_store (options->session));
}

static int
build (Options *options, GError **error)
{
  g_autoptr (AnnexImageSource) source = create_source (options, options->office);
  g_autoptr (AnnexImageStore) store = annex_image_store_new (NULL);
  g_autoptr (AnnexImage) image = NULL;
  g_autofree char *last = NULL;

  g_signal_connect (source, "progress", G_CALLBACK (progress_cb), &last);
  image = dex_await_boxed (annex_image_source_provide (source, store, NULL), error);
  /* The image before stays until the new one has started. */
  if (image == NULL || !dex_await (annex_image_keeper_remove_unused (store), error))
    return -1;
  if (annex_image_store_has_fallen (store, annex_image_get_version (image),
                                    annex_image_get_sha256 (image)))
    annex_cli_print ("The computer's image %s is here, but it did not start before. It is tried "
                     "again when a computer starts; if that fails, the one before is used.\n",
                     annex_image_get_version (image));
  else
    annex_cli_print ("The computer's image %s is ready.\n", annex_image_get_version (image));
  return ANNEX_EXIT_DONE;
}

/* For scripts: is the image in use the one that a build would bring? */
static int
check_current (Options *options, GError **error)
{
  g_autoptr (AnnexImageSource) source = create_source (options, FALSE);
  g_autoptr (AnnexImageStore) store = annex_image_store_new (NULL);
  g_autofree char *wanted =
      dex_await_string (annex_image_source_find_version (source, NULL), error);
  g_autofree char *current = annex_image_store_dup_current (store);

  if (wanted == NULL)
    return -1;
  return g_strcmp0 (wanted, current) == 0 ? ANNEX_EXIT_DONE : ANNEX_EXIT_MISSING;
}

static int
status (Options *options, GError **error)
{
  if (options->image_is_current)
    return check_current (options, error);
  return annex_cli_print_computer_status (options->json, error);
}

/* ---- computers */

static void
changed_cb (AnnexComputer *computer, gpointer data)
{
  annex_run_print_computer (computer);
}

/* The computer of the task that the first word names, with its shares, or the scratch one.
 * (transfer full) */
static AnnexComputer *
find_computer (Options *options, const char *name, AnnexWorkspace **workspace, GError **error)
{
  AnnexComputer *computer;

  *workspace = NULL;
  if (name != NULL)
    {
      AnnexStore *store = annex_session_get_store (options->session);
      g_autofree char *id = dex_await_string (annex_store_find_task (store, name), error);
      g_autoptr (AnnexTask) task =
          id != NULL ? dex_await_object (annex_task_load (store, id), error) : NULL;

      if (task == NULL)
        return NULL;
      *workspace = annex_session_create_workspace (options->session, task, NULL, error);
      if (*workspace == NULL)
        return NULL;
      computer = g_object_ref (annex_workspace_get_computer (*workspace));
    }
  else
    computer =
        annex_computers_get (annex_session_get_computers (options->session), SCRATCH_ID, NULL);
  if (!options->json)
    g_signal_connect (computer, "changed", G_CALLBACK (changed_cb), NULL);
  return computer;
}

static int
start (Options *options, GError **error)
{
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexComputer) computer =
      find_computer (options, options->words[0], &workspace, error);

  if (computer == NULL || !dex_await (annex_computer_start (computer), error))
    return -1;
  annex_cli_print ("The computer is ready.\n");
  return ANNEX_EXIT_DONE; /* closing the session puts it to sleep */
}

static int
shell (Options *options, GError **error)
{
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexComputer) computer =
      find_computer (options, options->words[0], &workspace, error);

  return computer != NULL ? annex_console_run (computer, "bash -l", TRUE, error) : -1;
}

/* The words after "--" as one command line for bash, each quoted. (transfer full) */
static char *
join_words (char **words)
{
  GString *line = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      g_autofree char *quoted = g_shell_quote (words[i]);

      g_string_append_printf (line, "%s%s", i > 0 ? " " : "", quoted);
    }
  return g_string_free (line, FALSE);
}

static int
exec (Options *options, GError **error)
{
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexComputer) computer = NULL;
  g_autofree char *line = NULL;
  char **words = options->words;
  const char *name = NULL;

  if (words[0] != NULL && !g_str_equal (words[0], "--"))
    name = *words++;
  if (words[0] != NULL && g_str_equal (words[0], "--"))
    words++;
  if (words[0] == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "say which command, after --");
      return -1;
    }
  computer = find_computer (options, name, &workspace, error);
  if (computer == NULL)
    return -1;
  line = join_words (words);
  return annex_console_run (computer, line, FALSE, error);
}

static int
stop (Options *options, GError **error)
{
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexComputer) computer =
      find_computer (options, options->words[0], &workspace, error);

  if (computer == NULL || !dex_await (annex_computer_stop (computer), error))
    return -1;
  annex_cli_print ("The computer is off. Its disk is kept.\n");
  return ANNEX_EXIT_DONE;
}

/* Makes the computer that @name names, or the scratch one, as new. */
static gboolean
reset_one (Options *options, const char *name, GError **error)
{
  gboolean draft = FALSE;
  g_autoptr (GPtrArray) checkpoints = NULL;
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexComputer) computer = find_computer (options, name, &workspace, error);

  if (computer == NULL)
    return FALSE;
  if (workspace != NULL && !options->force)
    draft =
        dex_await_boolean (annex_drafts_is_open (annex_workspace_get_drafts (workspace)), error);
  if (*error != NULL)
    return FALSE;
  if (draft)
    {
      g_set_error_literal (
          error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
          "The computer holds a draft. Keep or discard it first, or say --force to lose it");
      return FALSE;
    }
  checkpoints = dex_await_boxed (annex_computer_list_checkpoints (computer), error);
  if (checkpoints == NULL || !dex_await (annex_computer_reset (computer), error))
    return FALSE;
  if (workspace != NULL &&
      (!annex_workspace_tell_checkpoints_lost (workspace, checkpoints, error) ||
       !dex_await (annex_drafts_tell_lost (annex_workspace_get_drafts (workspace)), error)))
    return FALSE;
  return TRUE;
}

static int
reset (Options *options, GError **error)
{
  if (!reset_one (options, options->words[0], error))
    return -1;
  annex_cli_print ("The computer is as new.\n");
  return ANNEX_EXIT_DONE;
}

/* Removes the computers of tasks. Their drafts are told lost, as when one is reset. */
static gboolean
remove_computers (Options *options, GError **error)
{
  AnnexComputers *computers = annex_session_get_computers (options->session);
  g_autofree char *root = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (annex_computer_id_is_valid (name))
      g_strv_builder_add (builder, name);
  ids = g_strv_builder_end (builder);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      gboolean scratch = g_str_equal (ids[i], SCRATCH_ID);
      g_autoptr (GError) local = NULL;

      /* One whose task is gone holds nothing that could be told lost. */
      if (!reset_one (options, scratch ? NULL : ids[i], &local) &&
          !g_error_matches (local, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!dex_await (annex_computers_delete (computers, ids[i]), error))
        return FALSE;
    }
  return TRUE;
}

/* Where the folder is only linked to, the images are somebody else's. */
static gboolean
clear_images (AnnexImageStore *store, guint64 *freed, GError **error)
{
  const char *folder = annex_image_store_get_folder (store);

  if (g_file_test (folder, G_FILE_TEST_IS_SYMLINK))
    {
      g_unlink (folder);
      return TRUE;
    }
  *freed += dex_await_uint64 (annex_image_store_clear (store), error);
  return *error == NULL;
}

/* A disk that is not attached would keep its files, and nobody would know of them any more. */
static gboolean
check_is_there (Options *options, GError **error)
{
  g_autofree char *folder = annex_paths_dup_computer_folder ();

  if (folder == NULL || options->force || g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  g_set_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
               "The computers were moved to “%s”, which is not there now. Attach that disk first, "
               "or say --force to leave there what is there",
               folder);
  return FALSE;
}

/* The folder that they were moved to goes with them, and the usual place counts again. */
static gboolean
leave_folder (Options *options, GError **error)
{
  AnnexConfig *config = annex_session_get_config (options->session);
  g_autofree char *folder = annex_paths_dup_computer_folder ();

  if (folder == NULL)
    return TRUE;
  if (!dex_await (annex_config_set_computer_folder (config, NULL), error))
    return FALSE;
  annex_paths_set_computer_folder (NULL);
  return dex_await (annex_computer_move_remove (folder), error);
}

static int
remove_all (Options *options, GError **error)
{
  AnnexComputers *computers = annex_session_get_computers (options->session);
  AnnexImageStore *images = annex_session_get_images (options->session);
  g_auto (GStrv) used = annex_computers_dup_image_versions (computers);
  g_autofree char *text = NULL;
  guint64 freed = 0;

  if (used[0] != NULL && !options->force)
    {
      g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                           "There are tasks with a computer. Delete them, or say --force to lose "
                           "their computers with what is on them, drafts too");
      return -1;
    }
  if (!check_is_there (options, error) || !remove_computers (options, error))
    return -1;
  freed = annex_template_measure_all (TRUE);
  if (!clear_images (images, &freed, error) || !leave_folder (options, error))
    return -1;
  text = g_format_size (freed);
  annex_cli_print (
      "Annex's computer is removed; %s are free again. Tasks and your files are as they "
      "were.\n",
      text);
  return ANNEX_EXIT_DONE;
}

static const struct
{
  const char *name;
  ComputerFunc func;
} subcommands[] = {
  { "build", build }, { "status", status }, { "start", start }, { "shell", shell },
  { "exec", exec },   { "stop", stop },     { "reset", reset }, { "remove", remove_all },
};

int
annex_cli_computer (char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, NULL, NULL },
    { "office", 0, 0, G_OPTION_ARG_NONE, &options.office, NULL, NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &options.force, NULL, NULL },
    { "image-is-current", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.image_is_current,
      NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  GError *error = NULL;
  ComputerFunc func = NULL;
  int result;

  if (!annex_cli_parse ("computer", entries, &argv, &result))
    return result;
  for (guint i = 0; argv[0] != NULL && i < G_N_ELEMENTS (subcommands); i++)
    if (g_str_equal (argv[0], subcommands[i].name))
      func = subcommands[i].func;
  if (func == NULL)
    return annex_cli_usage ("computer",
                            argv[0] != NULL ? "there is no “computer %s”" : "say what to do%s",
                            argv[0] != NULL ? argv[0] : "");
  options.words = argv + 1;
  options.session = annex_cli_open (&result);
  if (options.session == NULL)
    return result;
  result = func (&options, &error);
  if (error != NULL)
    {
      annex_error_normalise (&error);
      result = error->domain == G_OPTION_ERROR ? annex_cli_usage ("computer", "%s", error->message)
                                               : annex_cli_fail (error);
      g_clear_error (&error);
    }
  return annex_cli_close (options.session, result);
}
