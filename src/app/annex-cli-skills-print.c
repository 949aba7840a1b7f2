/* annex-cli-skills-print.c
 *
 * `annex skills`: what a package holds, before it is installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-skills-private.h"

#include "annex-json-build.h"

static JsonArray *
strings (char **list)
{
  JsonArray *array = json_array_new ();

  for (; list != NULL && *list != NULL; list++)
    json_array_add_string_element (array, *list);
  return array;
}

static void
print_view_json (const AnnexSkillOffer *offer, const AnnexSkillView *view)
{
  JsonArray *files = json_array_new ();
  JsonArray *needs = json_array_new ();
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *line = NULL;

  for (guint i = 0; i < view->parts->len; i++)
    {
      AnnexSkillPart *part = g_ptr_array_index (view->parts, i);

      json_array_add_object_element (
          files, annex_json_build ("s", "path", part->path, "i", "size", (gint64) part->size_bytes,
                                   "b", "runs", part->runs, "s", "change",
                                   annex_skill_change_to_name (part->change), "s", "diff",
                                   part->diff, NULL));
    }
  for (guint i = 0; i < view->needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);

      json_array_add_object_element (needs, annex_json_build ("s", "id", need->id, "s", "kind",
                                                              annex_need_kind_to_name (need->kind),
                                                              "s", "label", need->label, "b",
                                                              "optional", need->optional, NULL));
    }
  json = annex_json_build ("s", "name", view->name, "s", "description", view->description, "b",
                           "installed", view->installed, "b", "changed", view->changed, "s",
                           "plugin", offer->plugin, "s", "version", offer->version, "s", "commit",
                           offer->commit, "a", "files", files, "a", "hosts", strings (view->hosts),
                           "a", "problems", strings (view->problems), "a", "warnings",
                           strings (view->warnings), "a", "needs", needs, NULL);
  line = annex_json_object_to_string (json);
  annex_cli_print ("%s\n", line);
}

static void
print_needs (const AnnexSkillView *view)
{
  for (guint i = 0; i < view->needs->len; i++)
    {
      AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);
      g_autofree char *label = annex_cli_clean_line (need->label);

      annex_cli_print ("    Asks for %s: %s (%s)%s\n", need->id, label,
                       annex_need_kind_to_name (need->kind), need->optional ? ", optional" : "");
    }
}

static void
print_view (const AnnexSkillView *view)
{
  g_autofree char *description = annex_cli_clean_line (view->description);
  g_autofree char *hosts = g_strjoinv (", ", view->hosts);

  annex_cli_print ("%s%s\n    %s\n", view->name,
                   !view->installed ? ""
                   : view->changed  ? " (another version is installed)"
                                    : " (is installed as it is)",
                   description);
  for (guint i = 0; i < view->parts->len; i++)
    {
      AnnexSkillPart *part = g_ptr_array_index (view->parts, i);
      g_autofree char *path = annex_cli_clean_line (part->path);
      g_autofree char *size = g_format_size (part->size_bytes);
      g_autofree char *diff = part->diff != NULL ? annex_cli_clean (part->diff) : NULL;

      annex_cli_print ("    %-8s %s (%s)%s\n", annex_skill_change_to_name (part->change), path,
                       size, part->runs ? ", runs in Annex's computer" : "");
      if (diff != NULL)
        annex_cli_print ("%s", diff);
    }
  if (*hosts != '\0')
    annex_cli_print ("    Names these hosts: %s\n", hosts);
  print_needs (view);
  for (guint i = 0; view->problems[i] != NULL; i++)
    {
      g_autofree char *problem = annex_cli_clean_line (view->problems[i]);

      annex_cli_print ("    Not as the format says: %s\n", problem);
    }
  for (char **line = view->warnings; line != NULL && *line != NULL; line++)
    {
      g_autofree char *warning = annex_cli_clean_line (*line);

      annex_cli_print ("    Please look: %s\n", warning);
    }
}

void
annex_cli_print_offer (const AnnexSkillOffer *offer, gboolean json)
{
  for (guint i = 0; i < offer->skills->len; i++)
    if (json)
      print_view_json (offer, g_ptr_array_index (offer->skills, i));
    else
      print_view (g_ptr_array_index (offer->skills, i));
  if (json)
    return;
  for (char **part = offer->gone; *part != NULL; part++)
    annex_cli_print ("Taken away: %s\n", *part);
  for (guint i = 0; i < offer->connectors->len; i++)
    {
      g_autofree char *clean = annex_cli_clean_line (g_ptr_array_index (offer->connectors, i));

      annex_cli_print ("Brings connectors, which you add yourself (annex connectors add): %s\n",
                       clean);
    }
  for (char **part = offer->left_out; *part != NULL; part++)
    {
      g_autofree char *clean = annex_cli_clean_line (*part);

      annex_cli_print ("Not taken: %s\n", clean);
    }
}
