/* annex-page-script.c
 *
 * Puts the page scripts into a view's content manager: the isolated world's, in one piece, and the
 * small one of the page's own world. Both know a word that the page does not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-channel.h"
#include "annex-page.h"
#include "annex-site-words.h"

#define RESOURCE_FOLDER "/io/github/annex_desktop/Annex/page/"

extern GResource *
annex_page_resources_get_resource (void);

/* In the order in which they stand on each other. */
static const char *const scripts[] = {
  "base.js",     "visibility.js", "roles.js",   "names.js",   "references.js", "clickable.js",
  "secrets.js",  "states.js",     "areas.js",   "fold.js",    "rows.js",       "snapshot.js",
  "lines.js",    "find.js",       "text.js",    "table.js",   "focus.js",      "actionability.js",
  "pointer.js",  "drag.js",       "fields.js",  "by-hand.js", "options.js",    "edit.js",
  "keyboard.js", "scroll.js",     "inspect.js", "frame.js",   "mark.js",       "wait.js",
  "commands.js",
};

static char *
load (const char *name)
{
  g_autofree char *path = g_strconcat (RESOURCE_FOLDER, name, NULL);
  g_autoptr (GBytes) bytes =
      g_resource_lookup_data (annex_page_resources_get_resource (), path, 0, NULL);
  gsize size;
  const char *data;

  g_assert (bytes != NULL); /* compiled in */
  data = g_bytes_get_data (bytes, &size);
  return g_strndup (data, size);
}

static char *
replace (const char *script, const char *place, const char *literal)
{
  g_auto (GStrv) parts = g_strsplit (script, place, -1);

  return g_strjoinv (literal, parts);
}

static char *
with_secret (const char *script, const char *secret)
{
  g_autofree char *literal = g_strdup_printf ("'annex-%s'", secret);

  return replace (script, "'SECRET'", literal);
}

void
annex_page_prepare (WebKitUserContentManager *manager)
{
  g_autofree char *secret = g_uuid_string_random ();
  g_autofree char *main_source = load ("main-world.js");
  g_autofree char *main_script = with_secret (main_source, secret);
  g_autofree char *with_words = NULL;
  g_autofree char *script = NULL;
  g_autoptr (GString) all = g_string_new ("(() => {\n'use strict';\n");
  g_autoptr (WebKitUserScript) inside = NULL, outside = NULL;

  g_return_if_fail (WEBKIT_IS_USER_CONTENT_MANAGER (manager));
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autofree char *source = load (scripts[i]);

      g_string_append (all, source);
    }
  g_string_append (all, "})();\n");
  with_words = replace (all->str, "'GRAVE_WORDS'", annex_site_words_get_source ());
  script = with_secret (with_words, secret);
  webkit_user_content_manager_register_script_message_handler_with_reply (
      manager, ANNEX_PAGE_HANDLER, ANNEX_PAGE_WORLD);
  outside = webkit_user_script_new (main_script, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES,
                                    WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START, NULL, NULL);
  inside = webkit_user_script_new_for_world (script, WEBKIT_USER_CONTENT_INJECT_ALL_FRAMES,
                                             WEBKIT_USER_SCRIPT_INJECT_AT_DOCUMENT_START,
                                             ANNEX_PAGE_WORLD, NULL, NULL);
  webkit_user_content_manager_add_script (manager, outside);
  webkit_user_content_manager_add_script (manager, inside);
}
