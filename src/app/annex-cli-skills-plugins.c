/* annex-cli-skills-plugins.c
 *
 * `annex skills market` and `annex skills plugin`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-skills-private.h"

#include "annex-json-build.h"

#include <string.h>

static JsonObject *
plugin_to_json (const AnnexSkillPlugin *plugin)
{
  JsonArray *skills = json_array_new ();

  for (char **name = plugin->skills; name != NULL && *name != NULL; name++)
    json_array_add_string_element (skills, *name);
  return annex_json_build ("s", "name", plugin->name, "s", "description", plugin->description, "s",
                           "market", plugin->market, "s", "version", plugin->version, "s", "fault",
                           plugin->fault, "b", "installed", plugin->installed, "b", "outdated",
                           plugin->outdated, "a", "skills", skills, NULL);
}

static void
print_plugin (const AnnexSkillPlugin *plugin)
{
  g_autofree char *description = annex_cli_clean_line (plugin->description);
  g_autofree char *version =
      plugin->version != NULL ? annex_cli_clean_line (plugin->version) : NULL;
  g_autofree char *skills = plugin->skills != NULL ? g_strjoinv (", ", plugin->skills) : NULL;

  annex_cli_print ("    %s%s%s%s%s\n", plugin->name, version != NULL ? " " : "",
                   version != NULL ? version : "",
                   plugin->outdated    ? " (installed; there is another version)"
                   : plugin->installed ? " (installed)"
                                       : "",
                   plugin->fault != NULL ? " (cannot be used)" : "");
  annex_cli_print ("        %s\n", plugin->fault != NULL ? plugin->fault
                                   : skills != NULL      ? skills
                                                         : description);
}

static void
print_market (const AnnexSkillMarket *market, gboolean json)
{
  g_autofree char *description = annex_cli_clean_line (market->description);
  g_autofree char *address = annex_cli_clean_line (market->address);
  JsonArray *plugins = json_array_new ();
  g_autoptr (JsonObject) object =
      annex_json_build ("s", "name", market->name, "s", "description", market->description, "s",
                        "owner", market->owner, "s", "address", market->address, "s", "commit",
                        market->commit, "s", "fault", market->fault, NULL);
  g_autofree char *line = NULL;

  for (guint i = 0; i < market->plugins->len; i++)
    json_array_add_object_element (plugins,
                                   plugin_to_json (g_ptr_array_index (market->plugins, i)));
  json_object_set_array_member (object, "plugins", plugins);
  line = annex_json_object_to_string (object);
  if (json)
    {
      annex_cli_print ("%s\n", line);
      return;
    }
  annex_cli_print ("%s (%s%s%.12s)\n    %s\n", market->name, address,
                   market->commit != NULL ? ", " : "", market->commit != NULL ? market->commit : "",
                   description);
  if (market->fault != NULL)
    annex_cli_print ("    Cannot be used: %s\n", market->fault);
  for (guint i = 0; i < market->plugins->len; i++)
    print_plugin (g_ptr_array_index (market->plugins, i));
}

static int
list_markets (AnnexSkillKeeper *keeper, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) markets =
      dex_await_boxed (annex_skill_keeper_list_markets (keeper), &error);

  if (markets == NULL)
    return annex_cli_fail (error);
  for (guint i = 0; i < markets->len; i++)
    print_market (g_ptr_array_index (markets, i), json);
  if (markets->len == 0 && !json)
    annex_cli_print ("There are no marketplaces yet.\n");
  return ANNEX_EXIT_DONE;
}

static int
market (AnnexSkillKeeper *keeper, char **words, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillMarket) found = NULL;

  if (words[0] == NULL || (g_str_equal (words[0], "list") && words[1] == NULL))
    return list_markets (keeper, json);
  if (words[1] == NULL || words[2] != NULL)
    return annex_cli_usage ("skills", "market is list, add PLACE, update NAME or remove NAME");
  if (g_str_equal (words[0], "remove"))
    {
      if (!dex_await (annex_skill_keeper_remove_market (keeper, words[1]), &error))
        return annex_cli_fail (error);
      return ANNEX_EXIT_DONE;
    }
  if (g_str_equal (words[0], "add"))
    found = dex_await_boxed (annex_skill_keeper_add_market (keeper, words[1]), &error);
  else if (g_str_equal (words[0], "update"))
    found = dex_await_boxed (annex_skill_keeper_refresh_market (keeper, words[1]), &error);
  else
    return annex_cli_usage ("skills", "there is no command “skills market %s”", words[0]);
  if (found == NULL)
    return annex_cli_fail (error);
  print_market (found, json);
  return ANNEX_EXIT_DONE;
}

static int
list_plugins (AnnexSkillKeeper *keeper, gboolean json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) plugins =
      dex_await_boxed (annex_skill_keeper_list_plugins (keeper), &error);

  if (plugins == NULL)
    return annex_cli_fail (error);
  for (guint i = 0; i < plugins->len; i++)
    {
      g_autoptr (JsonObject) object = plugin_to_json (g_ptr_array_index (plugins, i));
      g_autofree char *line = annex_json_object_to_string (object);

      if (json)
        annex_cli_print ("%s\n", line);
      else
        print_plugin (g_ptr_array_index (plugins, i));
    }
  if (plugins->len == 0 && !json)
    annex_cli_print ("There are no plugins yet.\n");
  return ANNEX_EXIT_DONE;
}

static int
plugin (AnnexSkillKeeper *keeper, char **words, gboolean json, gboolean yes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_auto (GStrv) parts = NULL;

  if (words[0] == NULL || (g_str_equal (words[0], "list") && words[1] == NULL))
    return list_plugins (keeper, json);
  if (words[1] == NULL || words[2] != NULL)
    return annex_cli_usage ("skills", "plugin is list, install NAME@MARKET or remove NAME");
  if (g_str_equal (words[0], "remove"))
    {
      if (!dex_await (annex_skill_keeper_remove_plugin (keeper, words[1]), &error))
        return annex_cli_fail (error);
      return ANNEX_EXIT_DONE;
    }
  parts = g_strsplit (words[1], "@", 2);
  if (!g_str_equal (words[0], "install") || g_strv_length (parts) != 2)
    return annex_cli_usage ("skills", "say “plugin install NAME@MARKET”");
  offer = dex_await_boxed (annex_skill_keeper_open_plugin (keeper, parts[1], parts[0]), &error);
  if (offer == NULL)
    return annex_cli_fail (error);
  annex_cli_print_offer (offer, json);
  return annex_cli_install_offer (keeper, offer, yes);
}

int
annex_cli_skills_market (char **words, gboolean json)
{
  int status;
  AnnexSession *session = annex_cli_open (&status);

  if (session == NULL)
    return status;
  status = market (ANNEX_SKILL_KEEPER (annex_session_get_skills (session)), words, json);
  return annex_cli_close (session, status);
}

int
annex_cli_skills_plugin (char **words, gboolean json, gboolean yes)
{
  int status;
  AnnexSession *session = annex_cli_open (&status);

  if (session == NULL)
    return status;
  status = plugin (ANNEX_SKILL_KEEPER (annex_session_get_skills (session)), words, json, yes);
  return annex_cli_close (session, status);
}
