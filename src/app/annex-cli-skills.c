/* annex-cli-skills.c
 *
 * `annex skills`: the library of skills at a terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-skills-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-session-secrets.h"
#include "annex-skill-store.h"
#include "annex-skill-values.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_ANSWER 4096

/* ---- list */

static void
print_info_json (const AnnexSkillInfo *info)
{
  g_autofree char *used = info->used_us > 0 ? annex_time_to_text (info->used_us) : NULL;
  g_autofree char *installed =
      info->installed_us > 0 ? annex_time_to_text (info->installed_us) : NULL;
  g_autoptr (JsonObject) json = annex_json_build (
      "s", "name", info->name, "s", "description", info->description, "s", "origin",
      annex_skill_origin_to_name (info->origin), "s", "path", info->path, "s", "source",
      info->source, "b", "enabled", info->enabled, "b", "shadowed", info->shadowed, "s", "fault",
      info->fault, "i", "versions", (gint64) info->n_versions, "s", "installed", installed, "s",
      "used", used, NULL);
  JsonArray *warnings = json_array_new ();
  g_autofree char *line = NULL;

  for (guint i = 0; info->warnings != NULL && info->warnings[i] != NULL; i++)
    json_array_add_string_element (warnings, info->warnings[i]);
  json_object_set_array_member (json, "warnings", warnings);
  line = annex_json_object_to_string (json);
  annex_cli_print ("%s\n", line);
}

static void
print_info (const AnnexSkillInfo *info)
{
  g_autofree char *description = annex_cli_clean_line (info->description);
  g_autofree char *fault = info->fault != NULL ? annex_cli_clean_line (info->fault) : NULL;

  annex_cli_print ("%s (%s%s%s)\n", info->name, annex_skill_origin_to_name (info->origin),
                   info->enabled ? "" : ", off",
                   info->shadowed ? ", another of this name counts" : "");
  annex_cli_print ("    %s\n", fault != NULL ? fault : description);
  for (guint i = 0; info->warnings != NULL && info->warnings[i] != NULL; i++)
    {
      g_autofree char *warning = annex_cli_clean_line (info->warnings[i]);

      annex_cli_print ("    Note: %s\n", warning);
    }
}

static int
list (AnnexSkillPlaces *places, char **words, gboolean json, char **folders)
{
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (places, (const char *const *) folders);

  if (words[0] != NULL)
    return annex_cli_usage ("skills", "list takes no names");
  for (guint i = 0; i < infos->len; i++)
    if (json)
      print_info_json (g_ptr_array_index (infos, i));
    else
      print_info (g_ptr_array_index (infos, i));
  if (infos->len == 0 && !json)
    annex_cli_print ("There are no skills yet.\n");
  return ANNEX_EXIT_DONE;
}

/* ---- check and install */

/* What is at @place is shown: a file, a folder or an address. (transfer full) */
static AnnexSkillOffer *
open_offer (AnnexSkillKeeper *keeper, const char *place, gboolean json, int *status)
{
  g_autoptr (GError) error = NULL;
  AnnexSkillOffer *offer = dex_await_boxed (annex_skill_keeper_open (keeper, place), &error);

  if (offer != NULL)
    annex_cli_print_offer (offer, json);
  else
    *status = annex_cli_fail (error);
  return offer;
}

/* What only looks at @place, with @places, needs no session where that is here: what is fetched is
 * in its ledger, and an update may take secrets out of its keyring. NULL with *@status. (transfer
 * full)
 */
static AnnexSkillKeeper *
open_keeper (AnnexSkillPlaces *places, const char *place, AnnexSession **session, int *status)
{
  if (places != NULL && g_file_test (place, G_FILE_TEST_EXISTS))
    return ANNEX_SKILL_KEEPER (annex_skill_store_new (places));
  *session = annex_cli_open (status);
  if (*session == NULL)
    return NULL;
  return g_object_ref (ANNEX_SKILL_KEEPER (annex_session_get_skills (*session)));
}

static int
check (AnnexSkillPlaces *places, char **words, gboolean json)
{
  g_autoptr (AnnexSkillKeeper) keeper = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  AnnexSession *session = NULL;
  int status = ANNEX_EXIT_DONE;

  if (g_strv_length (words) != 1)
    return annex_cli_usage ("skills", "check needs one file, folder or address");
  keeper = open_keeper (places, words[0], &session, &status);
  if (keeper != NULL)
    offer = open_offer (keeper, words[0], json, &status);
  for (guint i = 0; offer != NULL && i < offer->skills->len; i++)
    if (((AnnexSkillView *) g_ptr_array_index (offer->skills, i))->problems[0] != NULL)
      status = ANNEX_EXIT_FAILED;
  g_clear_object (&keeper);
  return session != NULL ? annex_cli_close (session, status) : status;
}

char *
annex_cli_read_answer (const char *prompt, gboolean hidden)
{
  char line[MAX_ANSWER];
  struct termios before;
  gboolean quiet = hidden && tcgetattr (STDIN_FILENO, &before) == 0;
  char *answer;

  fprintf (stderr, "%s", prompt);
  if (quiet)
    {
      struct termios silent = before;

      silent.c_lflag &= ~(tcflag_t) ECHO;
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &silent);
    }
  answer = fgets (line, sizeof line, stdin);
  if (quiet)
    {
      tcsetattr (STDIN_FILENO, TCSAFLUSH, &before);
      fputc ('\n', stderr);
    }
  return answer != NULL ? g_strstrip (g_strdup (line)) : NULL;
}

int
annex_cli_install_offer (AnnexSkillKeeper *keeper, const AnnexSkillOffer *offer, gboolean yes)
{
  g_autoptr (GError) error = NULL;

  if (!yes && isatty (STDIN_FILENO))
    {
      g_autofree char *answer = annex_cli_read_answer ("Install this? [y/N] ", FALSE);

      yes = answer != NULL && g_ascii_strncasecmp (answer, "y", 1) == 0;
    }
  if (!yes)
    {
      fprintf (stderr, "annex: Nothing was installed; --yes installs what is shown\n");
      return ANNEX_EXIT_NEEDS_USER;
    }
  if (!dex_await (annex_skill_keeper_install (keeper, offer, NULL), &error))
    return annex_cli_fail (error);
  return ANNEX_EXIT_DONE;
}

static int
install (AnnexSkillPlaces *places, char **words, gboolean json, gboolean yes)
{
  g_autoptr (AnnexSkillKeeper) keeper = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  AnnexSession *session = NULL;
  int status = ANNEX_EXIT_DONE;

  if (g_strv_length (words) != 1)
    return annex_cli_usage ("skills", "install needs one file, folder or address");
  annex_skill_shelf_clean (places);
  keeper = open_keeper (NULL, words[0], &session, &status);
  if (keeper != NULL)
    offer = open_offer (keeper, words[0], json, &status);
  if (offer != NULL)
    status = annex_cli_install_offer (keeper, offer, yes);
  g_clear_pointer (&offer, annex_skill_offer_free);
  g_clear_object (&keeper);
  return session != NULL ? annex_cli_close (session, status) : status;
}

/* ---- export */

static gboolean
read_choice (const char *text, AnnexExposureChoice *choice)
{
  static const char *const names[] = { "keep", "ask", "remove" };

  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (text, names[i]))
      {
        *choice = (AnnexExposureChoice) i;
        return TRUE;
      }
  return FALSE;
}

static void
print_exposures (GPtrArray *found)
{
  fprintf (stderr, "annex: This looks private; --private ask replaces it by a question, remove "
                   "takes it out, keep keeps it:\n");
  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *one = g_ptr_array_index (found, i);
      g_autofree char *path = annex_cli_clean_line (one->path);
      g_autofree char *text = annex_cli_clean_line (one->text);

      fprintf (stderr, "  %s:%u:%u %s: %s\n", path, one->line, one->column,
               annex_exposure_kind_to_name (one->kind), text);
    }
}

static void
print_unseen (char **unseen)
{
  for (; *unseen != NULL; unseen++)
    {
      g_autofree char *path = annex_cli_clean_line (*unseen);

      fprintf (stderr,
               "annex: Please look yourself: %s was not looked through to its end. It is no text, "
               "larger than 1 MiB, or holds more than is listed\n",
               path);
    }
}

/* @shares (nullable): names of folders to look for, instead of those that the last tasks were
 * given. */
static int
pass_on (AnnexSkillKeeper *keeper,
         char **words,
         const AnnexExposureChoice *choice,
         const char *const *shares)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) found =
      dex_await_boxed (annex_skill_keeper_find_private (keeper, words[0], shares), &error);
  g_autoptr (GBytes) bytes = NULL;

  if (found == NULL)
    return annex_cli_fail (error);
  print_unseen (found->unseen);
  if (found->list->len > 0 && choice == NULL)
    {
      print_exposures (found->list);
      return ANNEX_EXIT_NEEDS_USER;
    }
  for (guint i = 0; i < found->list->len; i++)
    ((AnnexExposure *) g_ptr_array_index (found->list, i))->choice = *choice;
  bytes = dex_await_boxed (annex_skill_keeper_export (keeper, words[0], found), &error);
  if (bytes == NULL || !g_file_set_contents_full (words[1], g_bytes_get_data (bytes, NULL),
                                                  (gssize) g_bytes_get_size (bytes),
                                                  G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error))
    return annex_cli_fail (error);
  return ANNEX_EXIT_DONE;
}

/* The session has what is looked for besides: the user's secrets, and what tasks were given. */
static int
export_skill (char **words, const char *how, char **folders)
{
  g_autoptr (GPtrArray) shares = g_ptr_array_new_null_terminated (4, g_free, TRUE);
  AnnexExposureChoice choice = ANNEX_EXPOSURE_KEEP;
  AnnexSession *session;
  int status;

  if (g_strv_length (words) != 2)
    return annex_cli_usage ("skills", "export needs a skill and a file");
  if (how != NULL && !read_choice (how, &choice))
    return annex_cli_usage ("skills", "--private is ask, keep or remove");
  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    g_ptr_array_add (shares, g_path_get_basename (folders[i]));
  session = annex_cli_open (&status);
  if (session == NULL)
    return status;
  status = pass_on (ANNEX_SKILL_KEEPER (annex_session_get_skills (session)), words,
                    how != NULL ? &choice : NULL,
                    folders != NULL ? (const char *const *) shares->pdata : NULL);
  return annex_cli_close (session, status);
}

/* ---- values */

static void
print_values (AnnexSkill *skill, JsonObject *stored, gboolean json)
{
  GPtrArray *needs = annex_skill_get_needs (skill);

  for (guint i = 0; i < needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (needs, i);
      const char *value = annex_json_opt_string (stored, need->id, NULL);
      g_autofree char *label = annex_cli_clean_line (need->label);
      g_autofree char *shown = annex_cli_clean_line (value != NULL            ? value
                                                     : need->fallback != NULL ? need->fallback
                                                                              : "(not given)");
      g_autoptr (JsonObject) object =
          annex_json_build ("s", "id", need->id, "s", "kind", annex_need_kind_to_name (need->kind),
                            "s", "label", need->label, "s", "help", need->help, "s", "value", value,
                            "s", "default", need->fallback, "b", "optional", need->optional, NULL);
      g_autofree char *line = annex_json_object_to_string (object);

      if (json)
        annex_cli_print ("%s\n", line);
      else
        annex_cli_print ("%s  %s: %s\n", need->id, label, shown);
    }
}

/* The reference of a new secret; an old one of the same need is forgotten. (transfer full) */
static char *
store_secret (const char *skill, const AnnexSkillNeed *need, const char *old, GError **error)
{
  g_autoptr (AnnexSecrets) secrets = dex_await_object (annex_secrets_new_default (), error);
  g_autofree char *prompt = g_strdup_printf ("%s: ", need->label);
  g_autofree char *value = NULL;
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *reference = g_strconcat ("secret:", id, NULL);
  g_autofree char *label = g_strdup_printf ("Annex: %s of the skill %s", need->label, skill);

  if (secrets == NULL || !annex_cli_keeps_secrets (secrets, error))
    return NULL;
  value = annex_cli_read_answer (isatty (STDIN_FILENO) ? prompt : "", TRUE);
  if (value == NULL || *value == '\0')
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "No secret was given");
      return NULL;
    }
  if (!dex_await (annex_secrets_store (secrets, reference, label, value), error))
    return NULL;
  if (old != NULL)
    dex_await (annex_secrets_remove (secrets, old), NULL); /* it may be gone already */
  return g_steal_pointer (&reference);
}

/* Carries out one ID=VALUE, ID= or, of a secret, ID. */
static gboolean
set_value (AnnexSkillPlaces *places,
           const AnnexSkillInfo *info,
           AnnexSkill *skill,
           const char *word,
           JsonObject *stored,
           GError **error)
{
  g_auto (GStrv) pair = g_strsplit (word, "=", 2);
  AnnexSkillNeed *need = annex_skill_needs_find (annex_skill_get_needs (skill), pair[0]);
  g_autofree char *reference = NULL;
  const char *value = pair[0] != NULL ? pair[1] : NULL;

  if (need == NULL || (value == NULL && need->kind != ANNEX_NEED_SECRET))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   need == NULL ? "The skill asks for no “%s”" : "Say “%s=VALUE”", pair[0]);
      return FALSE;
    }
  if (value == NULL)
    {
      value = reference =
          store_secret (info->name, need, annex_json_opt_string (stored, need->id, NULL), error);
      if (value == NULL)
        return FALSE;
    }
  return annex_skill_values_set (places, info->name, info->origin, need,
                                 *value != '\0' ? value : NULL, NULL, error);
}

static int
values (AnnexSkillPlaces *places, char **words, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillInfo) info = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  g_autoptr (JsonObject) stored = NULL;

  if (words[0] == NULL)
    return annex_cli_usage ("skills", "values needs a skill");
  info = annex_skill_shelf_find (places, words[0], NULL, &error);
  if (info != NULL)
    skill = annex_skill_load (info->path, &error);
  if (skill == NULL)
    return annex_cli_fail (error);
  stored = annex_skill_values_load (places, info->name, info->origin);
  for (char **word = words + 1; *word != NULL; word++)
    if (!set_value (places, info, skill, *word, stored, &error))
      {
        annex_error_normalise (&error);
        return annex_cli_fail (error);
      }
  if (words[1] == NULL)
    print_values (skill, stored, json);
  return ANNEX_EXIT_DONE;
}

/* ---- one word each */

/* The values go with it, and their secrets, which the session's keyring has. */
static int
remove_skill (char **words)
{
  g_autoptr (GError) error = NULL;
  AnnexSession *session;
  int status;

  if (g_strv_length (words) != 1)
    return annex_cli_usage ("skills", "remove needs one name");
  session = annex_cli_open (&status);
  if (session == NULL)
    return status;
  if (!dex_await (annex_skill_keeper_remove (
                      ANNEX_SKILL_KEEPER (annex_session_get_skills (session)), words[0]),
                  &error))
    return annex_cli_close (session, annex_cli_fail (error));
  return annex_cli_close (session, ANNEX_EXIT_DONE);
}

static int
change (AnnexSkillPlaces *places, const char *what, char **words)
{
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (g_strv_length (words) != 1)
    return annex_cli_usage ("skills", "%s needs one name", what);
  if (g_str_equal (what, "undo"))
    done = annex_skill_shelf_undo (places, words[0], &error);
  else if (g_str_equal (what, "on") || g_str_equal (what, "off"))
    done = annex_skill_shelf_set_enabled (places, words[0], g_str_equal (what, "on"), &error);
  else
    done = annex_skill_shelf_set_trusted (places, words[0], g_str_equal (what, "trust"), &error);
  return done ? ANNEX_EXIT_DONE : annex_cli_fail (error);
}

/* Are the skills of other apps in the home folder used, too? */
static int
home (AnnexSkillPlaces *places, char **words)
{
  g_autoptr (GError) error = NULL;
  gboolean on = g_strcmp0 (words[0], "on") == 0;

  if (words[0] == NULL)
    {
      annex_cli_print ("%s\n", annex_skill_shelf_get_look_in_home (places) ? "on" : "off");
      return ANNEX_EXIT_DONE;
    }
  if (words[1] != NULL || (!on && !g_str_equal (words[0], "off")))
    return annex_cli_usage ("skills", "home is on or off");
  if (!annex_skill_shelf_set_look_in_home (places, on, &error))
    return annex_cli_fail (error);
  return ANNEX_EXIT_DONE;
}

int
annex_cli_skills (char **argv)
{
  static const char *const changes[] = { "undo", "on", "off", "trust", "distrust", NULL };
  g_autoptr (AnnexSkillPlaces) places = annex_skill_places_new ();
  g_autofree char *how = NULL;
  g_auto (GStrv) folders = NULL;
  gboolean json = FALSE;
  gboolean yes = FALSE;
  int status;
  g_autofree char *output = NULL;
  const GOptionEntry entries[] = {
    { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, NULL, NULL },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL },
    { "yes", 0, 0, G_OPTION_ARG_NONE, &yes, NULL, NULL },
    { "private", 0, 0, G_OPTION_ARG_STRING, &how, NULL, NULL },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &folders, NULL, NULL },
    { NULL },
  };

  if (!annex_cli_parse ("skills", entries, &argv, &status))
    return status;
  annex_cli_drop_separator (argv);
  if (argv[0] == NULL || g_str_equal (argv[0], "list"))
    return list (places, argv + (argv[0] != NULL), json, folders);
  if (g_str_equal (argv[0], "check"))
    return check (places, argv + 1, json);
  if (g_str_equal (argv[0], "install"))
    return install (places, argv + 1, json, yes);
  if (g_str_equal (argv[0], "export"))
    return export_skill (argv + 1, how, folders);
  if (g_str_equal (argv[0], "values"))
    return values (places, argv + 1, json);
  if (g_str_equal (argv[0], "make"))
    return annex_cli_skills_make (argv + 1, output, json);
  if (g_str_equal (argv[0], "market"))
    return annex_cli_skills_market (argv + 1, json);
  if (g_str_equal (argv[0], "plugin"))
    return annex_cli_skills_plugin (argv + 1, json, yes);
  if (g_str_equal (argv[0], "home"))
    return home (places, argv + 1);
  if (g_str_equal (argv[0], "remove"))
    return remove_skill (argv + 1);
  if (g_strv_contains (changes, argv[0]))
    return change (places, argv[0], argv + 1);
  return annex_cli_usage ("skills", "there is no command “skills %s”", argv[0]);
}
