/* annex-cli.c
 *
 * What the commands share: options, errors and their exit status, opening and closing, clean text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-future.h"
#include "annex-json.h"
#include "annex-session-secrets.h"
#include "annex-spoken.h"

#include <errno.h>
#include <stdio.h>

static int output_errno; /* of the first write to stdout that failed */

void
annex_cli_print (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if ((fputs (text, stdout) == EOF || fflush (stdout) == EOF) && output_errno == 0)
    output_errno = errno;
}

gboolean
annex_cli_check_output (void)
{
  if (output_errno != 0 && output_errno != EPIPE)
    fprintf (stderr, "annex: the output could not be written: %s\n", g_strerror (output_errno));
  return output_errno == 0;
}

/* Also the mark that Annex's own questions begin with: nobody else's text may. */
static gboolean
is_unsafe (gunichar c)
{
  if (c == '\n' || c == '\t')
    return FALSE;
  return c == 0x25a3 || g_unichar_iscntrl (c) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

char *
annex_cli_clean (const char *text)
{
  g_autofree char *valid = annex_text_make_valid (text, -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_unsafe (c))
        g_string_append (clean, "\xef\xbf\xbd");
      else
        g_string_append_unichar (clean, c);
    }
  return g_string_free (clean, FALSE);
}

char *
annex_cli_clean_line (const char *text)
{
  return g_strdelimit (annex_cli_clean (text), "\n\t", ' ');
}

/* Is it something that `annex doctor` explains, rather than a failure of this run? */
static gboolean
is_missing (const GError *error)
{
  if (error->domain == ANNEX_MODEL_ERROR)
    return error->code == ANNEX_MODEL_ERROR_NO_KEY;
  if (error->domain == ANNEX_COMPUTER_ERROR)
    return error->code == ANNEX_COMPUTER_ERROR_NO_IMAGE ||
           error->code == ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED ||
           error->code == ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION;
  if (error->domain == ANNEX_SECRETS_ERROR)
    return error->code == ANNEX_SECRETS_ERROR_LOCKED || error->code == ANNEX_SECRETS_ERROR_ABSENT;
  return FALSE;
}

static gboolean
is_usage (const GError *error)
{
  return error->domain == ANNEX_SHARE_ERROR;
}

int
annex_cli_fail (const GError *error)
{
  g_autofree char *clean = annex_cli_clean (annex_error_said (error));
  const char *advice = annex_cli_advice (error);

  fprintf (stderr, "annex: %s\n", clean);
  if (advice != NULL)
    fprintf (stderr, "annex: %s\n", advice);
  if (is_usage (error))
    return ANNEX_EXIT_USAGE;
  return is_missing (error) ? ANNEX_EXIT_MISSING : ANNEX_EXIT_FAILED;
}

int
annex_cli_usage (const char *command, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "annex: %s\nSee “annex %s%s--help”.\n", text, command != NULL ? command : "",
           command != NULL ? " " : "");
  return ANNEX_EXIT_USAGE;
}

/* The words from "--" on; NULL when there is none. They are never options. */
static char **
find_separator (char **argv)
{
  for (; *argv != NULL; argv++)
    if (g_str_equal (*argv, "--"))
      return argv;
  return NULL;
}

void
annex_cli_drop_separator (char **words)
{
  char **separator = find_separator (words);

  for (; separator != NULL && *separator != NULL; separator++)
    separator[0] = separator[1];
}

gboolean
annex_cli_parse (const char *command, const GOptionEntry *entries, char ***argv, int *status)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) rest = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  char **separator = find_separator (*argv);
  g_auto (GStrv) with_name = NULL;

  for (char **word = *argv; *word != NULL && word != separator; word++)
    if (g_str_equal (*word, "--help") || g_str_equal (*word, "-h"))
      {
        annex_cli_print ("%s", annex_cli_help (command));
        *status = ANNEX_EXIT_DONE;
        return FALSE;
      }
  g_strv_builder_add (words, command); /* GOption takes the first word for the program's name */
  for (char **word = *argv; *word != NULL && word != separator; word++)
    g_strv_builder_add (words, *word);
  with_name = g_strv_builder_end (words);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &with_name, &error))
    {
      *status = annex_cli_usage (command, "%s", error->message);
      return FALSE;
    }
  g_strv_builder_addv (rest, (const char **) with_name + 1);
  if (separator != NULL)
    g_strv_builder_addv (rest, (const char **) separator);
  *argv = g_strv_builder_end (rest); /* lives as long as the process */
  return TRUE;
}

AnnexSession *
annex_cli_open (int *status)
{
  g_autoptr (GError) error = NULL;
  AnnexSession *session = dex_await_object (annex_session_open (), &error);

  if (session == NULL)
    {
      annex_error_normalise (&error);
      *status = annex_cli_fail (error);
    }
  return session;
}

int
annex_cli_close (AnnexSession *session, int status)
{
  g_autoptr (GError) error = NULL;

  if (!dex_await (annex_session_close (session), &error) && status == ANNEX_EXIT_DONE)
    {
      annex_error_normalise (&error);
      status = annex_cli_fail (error);
    }
  g_object_unref (session);
  return status;
}

gboolean
annex_cli_keeps_secrets (AnnexSecrets *secrets, GError **error)
{
  const char *why = annex_secrets_explain (secrets);

  if (why != NULL)
    g_set_error_literal (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT, why);
  return why == NULL;
}

AnnexTask *
annex_cli_load_task (AnnexSession *session, const char *text, int *status)
{
  AnnexStore *store = annex_session_get_store (session);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = dex_await_string (annex_store_find_task (store, text), &error);
  AnnexTask *task = NULL;

  if (id != NULL)
    task = dex_await_object (annex_task_load (store, id), &error);
  if (task == NULL)
    {
      annex_error_normalise (&error);
      *status = annex_cli_fail (error);
    }
  return task;
}
