/* annex-cli-connectors.c
 *
 * `annex connectors`: the user's services at a terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-future.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_TEXT_BYTES (256 * 1024)

typedef struct
{
  char **words;
  char *title;
  gboolean json;
  gboolean yes;
  gboolean no_test;
  AnnexSession *session;
  AnnexConnectors *connectors;
} Options;

/* ---- printing */

static void
print_json (const AnnexConnectorInfo *info)
{
  g_autoptr (JsonObject) json = annex_connector_info_to_json (info);
  g_autofree char *line = annex_json_object_to_string (json);

  annex_cli_print ("%s\n", line);
}

static void
print_tool (const AnnexConnectorTool *tool)
{
  g_autofree char *name = annex_cli_clean_line (tool->name);
  g_autofree char *summary = annex_cli_clean_line (tool->summary);
  const char *rule = annex_connector_rule_to_name (tool->rule);

  annex_cli_print ("    %s (%s%s%s%s)%s%s\n", name, annex_connector_effect_to_name (tool->effect),
                   rule != NULL ? ", " : "", rule != NULL ? rule : "",
                   tool->unapproved ? ", changed: not approved" : "",
                   summary[0] != '\0' ? ": " : "", summary);
}

static void
print_info (const AnnexConnectorInfo *info, gboolean with_tools)
{
  g_autofree char *title = annex_cli_clean_line (info->title);
  g_autofree char *where = annex_cli_clean_line (info->where);
  g_autofree char *error = info->said != NULL ? annex_cli_clean_line (info->said) : NULL;

  annex_cli_print ("%s (%s, %s): %s\n    %s\n", info->id, title,
                   annex_connector_state_to_name (info->state), info->sentence, where);
  if (error != NULL && error[0] != '\0')
    annex_cli_print ("    %s\n", error);
  for (guint i = 0; i < info->needs->len; i++)
    {
      const AnnexConnectorNeed *need = info->needs->pdata[i];
      g_autofree char *name = annex_cli_clean_line (need->name);

      annex_cli_print ("    %s%s%s\n", name, need->secret ? ", in your keyring" : "",
                       need->missing ? " (missing: annex connectors value)" : "");
    }
  for (guint i = 0; with_tools && i < info->tools->len; i++)
    print_tool (info->tools->pdata[i]);
}

/* (transfer full) */
static AnnexConnectorInfo *
find_info (Options *options, const char *id, GError **error)
{
  g_autoptr (GPtrArray) infos =
      dex_await_boxed (annex_connectors_list (options->connectors, NULL), error);

  for (guint i = 0; infos != NULL && i < infos->len; i++)
    if (g_str_equal (((AnnexConnectorInfo *) infos->pdata[i])->id, id))
      return annex_connector_info_copy (infos->pdata[i]);
  if (infos != NULL)
    g_set_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                 "There is no connector “%s”", id);
  return NULL;
}

static gboolean
keeps_secrets (Options *options, GError **error)
{
  return annex_cli_keeps_secrets (annex_session_get_secrets (options->session), error);
}

/* Is there a secret in what is to be added? */
static gboolean
has_secret (const AnnexConnectorInfo *info)
{
  for (guint i = 0; i < info->needs->len; i++)
    {
      const AnnexConnectorNeed *need = info->needs->pdata[i];

      if (need->secret && !need->missing)
        return TRUE;
    }
  return FALSE;
}

/* ---- commands; each returns an exit status, or -1 with an error */

static int
list (Options *options, GError **error)
{
  g_autoptr (GPtrArray) infos = NULL;

  infos = dex_await_boxed (annex_connectors_list (options->connectors, NULL), error);
  if (infos == NULL)
    return -1;
  for (guint i = 0; i < infos->len; i++)
    if (options->json)
      print_json (infos->pdata[i]);
    else
      print_info (infos->pdata[i], FALSE);
  if (infos->len == 0 && !options->json)
    annex_cli_print ("There are no connectors yet.\n");
  return ANNEX_EXIT_DONE;
}

static int
show (Options *options, GError **error)
{
  g_autoptr (AnnexConnectorInfo) info = find_info (options, options->words[0], error);

  if (info == NULL)
    return -1;
  if (options->json)
    print_json (info);
  else
    print_info (info, TRUE);
  return ANNEX_EXIT_DONE;
}

/* Tests one and says how it went. */
static int
test_one (Options *options, const char *id, GError **error)
{
  g_autoptr (AnnexConnectorInfo) info = NULL;

  if (!options->json)
    fprintf (stderr, "Starting %s…\n", id);
  info = dex_await_boxed (annex_connectors_test (options->connectors, id, NULL), error);
  if (info == NULL)
    return -1;
  if (options->json)
    print_json (info);
  else
    print_info (info, TRUE);
  switch (info->state)
    {
    case ANNEX_CONNECTOR_STATE_SIGN_IN:
    case ANNEX_CONNECTOR_STATE_VALUES:
      return ANNEX_EXIT_NEEDS_USER;
    case ANNEX_CONNECTOR_STATE_NO_TOOLS:
    case ANNEX_CONNECTOR_STATE_FAILED:
      return ANNEX_EXIT_FAILED;
    case ANNEX_CONNECTOR_STATE_OFF:
    case ANNEX_CONNECTOR_STATE_IDLE:
    case ANNEX_CONNECTOR_STATE_STARTING:
    case ANNEX_CONNECTOR_STATE_READY:
      break;
    }
  return ANNEX_EXIT_DONE;
}

static int
test (Options *options, GError **error)
{
  return test_one (options, options->words[0], error);
}

/* What stands after the command; "-", or nothing, is all of stdin. (transfer full, nullable) */
static char *
read_text (char **words)
{
  g_autoptr (GString) text = g_string_new (NULL);
  int c;

  if (words[0] != NULL && !g_str_equal (words[0], "-"))
    {
      g_autofree char *only = words[1] == NULL ? g_strdup (words[0]) : NULL;

      if (only != NULL)
        return g_steal_pointer (&only);
      for (guint i = 0; words[i] != NULL; i++)
        {
          g_autofree char *quoted = g_shell_quote (words[i]);

          g_string_append_printf (text, "%s%s", i > 0 ? " " : "", quoted);
        }
      return g_string_free_and_steal (g_steal_pointer (&text));
    }
  while (text->len < MAX_TEXT_BYTES && (c = getchar ()) != EOF)
    g_string_append_c (text, (char) c);
  return text->len > 0 ? g_string_free_and_steal (g_steal_pointer (&text)) : NULL;
}

static gboolean
agree (Options *options)
{
  char line[16];

  if (options->yes)
    return TRUE;
  if (!isatty (STDIN_FILENO))
    return FALSE;
  fprintf (stderr, "Add this? [y/N] ");
  return fgets (line, sizeof line, stdin) != NULL && g_ascii_tolower (line[0]) == 'y';
}

static int
add (Options *options, GError **error)
{
  g_autofree char *text = read_text (options->words);
  g_autoptr (GPtrArray) previews = NULL;
  g_auto (GStrv) ids = NULL;
  int status = ANNEX_EXIT_DONE;

  if (text == NULL)
    return annex_cli_usage ("connectors", "add needs an address, a command or a block of settings");
  previews = annex_connectors_preview (options->connectors, text, options->title, error);
  if (previews == NULL)
    return -1;
  for (guint i = 0; !options->json && i < previews->len; i++)
    {
      const AnnexConnectorInfo *info = previews->pdata[i];

      print_info (info, FALSE);
      annex_cli_print ("    %s\n", info->kind == ANNEX_CONNECTOR_COMMAND
                                       ? "It runs in the computer of each task that uses it."
                                       : "Annex sends it what the agent asks it.");
    }
  for (guint i = 0; i < previews->len; i++)
    if (has_secret (previews->pdata[i]) && !keeps_secrets (options, error))
      return -1;
  if (!agree (options))
    {
      fprintf (stderr, "annex: Nothing was added; --yes adds what is shown\n");
      return ANNEX_EXIT_NEEDS_USER;
    }
  ids = dex_await_boxed (annex_connectors_add (options->connectors, text, options->title), error);
  if (ids == NULL)
    return -1;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      int one = options->no_test ? ANNEX_EXIT_DONE : test_one (options, ids[i], error);

      if (one < 0)
        return -1;
      status = status == ANNEX_EXIT_DONE ? one : status;
      if (options->no_test)
        annex_cli_print ("%s\n", ids[i]);
    }
  return status;
}

static int
remove_one (Options *options, GError **error)
{
  return dex_await (annex_connectors_remove (options->connectors, options->words[0]), error)
             ? ANNEX_EXIT_DONE
             : -1;
}

static int
switch_on (Options *options, GError **error)
{
  return dex_await (annex_connectors_set_enabled (options->connectors, options->words[0], TRUE),
                    error)
             ? ANNEX_EXIT_DONE
             : -1;
}

static int
switch_off (Options *options, GError **error)
{
  return dex_await (annex_connectors_set_enabled (options->connectors, options->words[0], FALSE),
                    error)
             ? ANNEX_EXIT_DONE
             : -1;
}

static int
rule (Options *options, GError **error)
{
  const char *name = options->words[2];
  AnnexConnectorRule wanted =
      name != NULL ? annex_connector_rule_from_name (name) : ANNEX_CONNECTOR_RULE_NONE;

  if (name == NULL || (wanted == ANNEX_CONNECTOR_RULE_NONE && !g_str_equal (name, "default")))
    return annex_cli_usage ("connectors",
                            "rule needs a connector, a tool, and allow, ask, never or default");
  return dex_await (annex_connectors_set_rule (options->connectors, options->words[0],
                                               options->words[1], wanted),
                    error)
             ? ANNEX_EXIT_DONE
             : -1;
}

static int
approve (Options *options, GError **error)
{
  const char *tool = options->words[1];
  g_autoptr (AnnexConnectorInfo) info = find_info (options, options->words[0], error);

  if (info == NULL)
    return -1;
  for (guint i = 0; i < info->tools->len; i++)
    {
      const AnnexConnectorTool *one = info->tools->pdata[i];
      g_autofree char *before = annex_cli_clean (one->before != NULL ? one->before : "(not there)");
      g_autofree char *after = annex_cli_clean (one->after != NULL ? one->after : "");
      g_autofree char *name = annex_cli_clean_line (one->name);

      if (one->unapproved && (tool == NULL || g_str_equal (tool, one->name)))
        annex_cli_print ("%s\n  before:\n%s\n  now:\n%s\n", name, before, after);
    }
  if (!options->yes && info->n_unapproved > 0)
    {
      fprintf (stderr, "annex: Nothing was approved; --yes approves what is shown\n");
      return ANNEX_EXIT_NEEDS_USER;
    }
  return dex_await (annex_connectors_approve (options->connectors, options->words[0], tool), error)
             ? ANNEX_EXIT_DONE
             : -1;
}

/* A line that is not shown while it is typed. (transfer full, nullable) */
static char *
read_hidden (const char *name)
{
  struct termios before;
  gboolean quiet = tcgetattr (STDIN_FILENO, &before) == 0;
  char line[4096];
  char *text;

  if (quiet)
    {
      struct termios silent = before;

      fprintf (stderr, "%s: ", name);
      silent.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
    }
  text = fgets (line, sizeof line, stdin);
  if (quiet)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      fputc ('\n', stderr);
    }
  return text != NULL ? g_strstrip (g_strdup (line)) : NULL;
}

/* NAME=TEXT, NAME= takes it away, NAME alone reads a secret. */
static int
value (Options *options, GError **error)
{
  const char *given = options->words[1];
  const char *equals = given != NULL ? strchr (given, '=') : NULL;
  g_autofree char *name =
      equals != NULL ? g_strndup (given, (gsize) (equals - given)) : g_strdup (given);
  g_autofree char *secret = NULL;
  const char *text = equals != NULL && equals[1] != '\0' ? equals + 1 : NULL;

  if (name == NULL || name[0] == '\0')
    return annex_cli_usage ("connectors", "value needs a connector and NAME=TEXT, NAME= or NAME");
  if (equals == NULL)
    {
      if (!keeps_secrets (options, error))
        return -1;
      text = secret = read_hidden (name);
      if (secret == NULL || secret[0] == '\0')
        return annex_cli_usage ("connectors", "there was no text for %s", name);
    }
  return dex_await (annex_connectors_set_value (options->connectors, options->words[0], name, text,
                                                secret != NULL),
                    error)
             ? ANNEX_EXIT_DONE
             : -1;
}

static DexFuture *
open_cb (const char *address, const char *host, gpointer data)
{
  GError *error = NULL;
  g_autofree char *clean = annex_cli_clean_line (address);

  fprintf (stderr, "Sign in with %s in your browser:\n  %s\n", host, clean);
  /* Where no browser can be started, the address is there to be copied. */
  if (!g_app_info_launch_default_for_uri (address, NULL, &error))
    g_clear_error (&error);
  return dex_future_new_true ();
}

static int
sign_in (Options *options, GError **error)
{
  if (!keeps_secrets (options, error))
    return -1;
  if (!dex_await (annex_connectors_sign_in (options->connectors, options->words[0], open_cb, NULL,
                                            NULL, NULL),
                  error))
    return -1;
  return test_one (options, options->words[0], error);
}

static int
sign_out (Options *options, GError **error)
{
  return dex_await (annex_connectors_sign_out (options->connectors, options->words[0]), error)
             ? ANNEX_EXIT_DONE
             : -1;
}

/* ---- the command */

static const struct
{
  const char *name;
  guint least;
  guint most;
  int (*func) (Options *options, GError **error);
} commands[] = {
  { "list", 0, 0, list },      { "show", 1, 1, show },         { "add", 0, 200, add },
  { "test", 1, 1, test },      { "remove", 1, 1, remove_one }, { "on", 1, 1, switch_on },
  { "off", 1, 1, switch_off }, { "rule", 3, 3, rule },         { "approve", 1, 2, approve },
  { "value", 2, 2, value },    { "sign-in", 1, 1, sign_in },   { "sign-out", 1, 1, sign_out },
};

static int
run (Options *options, const char *name)
{
  guint n = g_strv_length (options->words);
  g_autoptr (GError) error = NULL;
  int status = ANNEX_EXIT_USAGE;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      if (!g_str_equal (commands[i].name, name))
        continue;
      if (n < commands[i].least || n > commands[i].most)
        return annex_cli_usage ("connectors", "%s has too few or too many words", name);
      options->session = annex_cli_open (&status);
      if (options->session == NULL)
        return status;
      options->connectors = annex_session_get_connectors (options->session);
      status = commands[i].func (options, &error);
      if (status < 0)
        {
          annex_error_normalise (&error);
          status = annex_cli_fail (error);
        }
      options->connectors = NULL;
      return annex_cli_close (g_steal_pointer (&options->session), status);
    }
  return annex_cli_usage ("connectors", "there is no command “connectors %s”", name);
}

int
annex_cli_connectors (char **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, NULL, NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &options.yes, NULL, NULL },
    { "no-test", 0, 0, G_OPTION_ARG_NONE, &options.no_test, NULL, NULL },
    { "title", 0, 0, G_OPTION_ARG_STRING, &options.title, NULL, NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  int status;

  if (annex_cli_parse ("connectors", entries, &argv, &status))
    {
      annex_cli_drop_separator (argv);
      options.words = argv[0] != NULL ? argv + 1 : argv;
      status = run (&options, argv[0] != NULL ? argv[0] : "list");
    }
  g_free (options.title);
  return status;
}
