/* annex-skill-words.c
 *
 * See annex-skill-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-words.h"

#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

char *
annex_skill_dup_title (const char *name)
{
  char *title = annex_text_for_display (name);

  for (char *p = title; *p != '\0'; p++)
    if (*p == '-' || *p == '_')
      *p = ' ';
  title[0] = g_ascii_toupper (title[0]);
  return title;
}

const char *
annex_skill_origin_words (AnnexSkillOrigin origin)
{
  switch (origin)
    {
    case ANNEX_SKILL_ORIGIN_SHARE:
      return _ ("In a shared folder");
    case ANNEX_SKILL_ORIGIN_LIBRARY:
      return _ ("Yours");
    case ANNEX_SKILL_ORIGIN_HOME:
      return _ ("In your home folder");
    case ANNEX_SKILL_ORIGIN_BUILT_IN:
      return _ ("Came with Annex");
    }
  return "";
}

static void
append (GString *text, const char *words)
{
  if (text->len > 0)
    g_string_append (text, " · ");
  g_string_append (text, words);
}

char *
annex_skill_dup_abilities (const AnnexSkillView *view)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_hosts = view->hosts != NULL ? g_strv_length (view->hosts) : 0;

  if (annex_skill_view_runs (view))
    append (text, _ ("Runs programs in Annex’s computer"));
  if (n_hosts > 0)
    {
      g_autofree char *hosts = g_strdup_printf (
          ngettext ("Names %u address on the web", "Names %u addresses on the web", n_hosts),
          n_hosts);

      append (text, hosts);
    }
  if (text->len == 0)
    append (text, _ ("Instructions only"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* As the shelf writes it of what was written in the window. */
static gboolean
is_own (const char *source)
{
  return g_strcmp0 (source, "Written here") == 0;
}

char *
annex_skill_dup_source (const char *source)
{
  return is_own (source) ? g_strdup (_ ("Written here")) : annex_text_for_display (source);
}

char *
annex_skill_dup_provenance (const AnnexSkillInfo *info)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *source = annex_text_for_display (info->source);
  g_autofree char *from = NULL;

  /* Translators: %s is a file name or an address */
  if (info->origin == ANNEX_SKILL_ORIGIN_LIBRARY && *source != '\0' && !is_own (info->source))
    from = g_strdup_printf (_ ("From %s"), source);
  append (text, from != NULL ? from : annex_skill_origin_words (info->origin));
  if (info->shadowed)
    append (text, _ ("another of this name is used"));
  else if (info->used_us > 0)
    {
      g_autofree char *day = annex_text_format_day (info->used_us, 0);
      /* Translators: %s is a day: “Yesterday”, “12 March” */
      g_autofree char *used = g_strdup_printf (_ ("last used: %s"), day);

      append (text, used);
    }
  else
    append (text, _ ("not used yet"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

guint
annex_skill_count_missing (const AnnexSkillView *view)
{
  guint n_missing = 0;

  for (guint i = 0; i < view->needs->len; i++)
    {
      const AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);

      n_missing += !need->optional && need->value == NULL && need->fallback == NULL;
    }
  return n_missing;
}

const char *
annex_skill_change_words (AnnexSkillChange change)
{
  switch (change)
    {
    case ANNEX_SKILL_FILE_ADDED:
      return C_ ("file", "New");
    case ANNEX_SKILL_FILE_CHANGED:
      return C_ ("file", "Changed");
    case ANNEX_SKILL_FILE_REMOVED:
      return C_ ("file", "Removed");
    case ANNEX_SKILL_FILE_SAME:
      break;
    }
  return "";
}

const char *
annex_exposure_words (AnnexExposureKind kind)
{
  switch (kind)
    {
    case ANNEX_EXPOSURE_MAIL:
      return _ ("Mail address");
    case ANNEX_EXPOSURE_PHONE:
      return _ ("Phone number");
    case ANNEX_EXPOSURE_STREET:
      return _ ("Street address");
    case ANNEX_EXPOSURE_ACCOUNT:
      return _ ("Account or card number");
    case ANNEX_EXPOSURE_KEY:
      return _ ("Key or password");
    case ANNEX_EXPOSURE_PATH:
      return _ ("Place on your machine");
    case ANNEX_EXPOSURE_NAME:
      return _ ("Your name");
    case ANNEX_EXPOSURE_SHARE:
      return _ ("Name of your folder");
    case ANNEX_EXPOSURE_VALUE:
      return _ ("Your own value");
    }
  return "";
}

void
annex_skill_tell (GtkWidget *widget, const GError *error)
{
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    annex_ui_toast (widget, annex_error_said (error));
}
