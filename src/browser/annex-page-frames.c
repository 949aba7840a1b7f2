/* annex-page-frames.c
 *
 * What no frame knows of itself: where on the whole page it lies, and whether a page around it
 * draws something over it; and what none can do by itself: to take the focus. Each page above is
 * asked for its own part, up to the main one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-private.h"

#include "annex-json-build.h"
#include "annex-json.h"

#include <string.h>

#define ASK_MS 2000
/* What slides over a frame may be on its way out. */
#define COVERED_MS 2000

/* The frame above the one at @place, and which of its frames that is. FALSE for the main frame, and
 * where none is known. */
static gboolean
find_parent (AnnexPageRun *self, const char *place, guint *parent, guint *slot)
{
  const char *last = place != NULL ? strrchr (place, '/') : NULL;
  g_autofree char *above = NULL;

  if (place == NULL || place[0] == '\0')
    return FALSE;
  above = last != NULL ? g_strndup (place, last - place) : g_strdup ("");
  *slot = (guint) g_ascii_strtoull (last != NULL ? last + 1 : place, NULL, 10);
  return annex_page_channel_find_place (self->page->channel, above, parent);
}

gboolean
annex_page_run_place (AnnexPageRun *self,
                      guint frame,
                      JsonArray **box,
                      char **cover,
                      GError **error)
{
  g_autofree char *place = g_strdup (annex_page_channel_get_place (self->page->channel, frame));
  guint parent, slot;

  for (guint i = 0; i < ANNEX_PAGE_MAX_FRAME_DEPTH && find_parent (self, place, &parent, &slot);
       i++)
    {
      g_autoptr (JsonObject) args =
          annex_json_build ("i", "slot", (gint64) slot, "a", "box", json_array_ref (*box), "b",
                            "hit", cover != NULL, NULL);
      g_autoptr (GError) local_error = NULL;
      g_autoptr (JsonObject) result =
          annex_page_run_ask (self, parent, "frame", args, ASK_MS, &local_error);
      JsonObject *detail;
      JsonArray *placed;
      const char *covered;

      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      detail = result != NULL ? annex_json_opt_object (result, "detail") : NULL;
      placed = detail != NULL ? annex_json_opt_array (detail, "box") : NULL;
      if (placed == NULL)
        return TRUE; /* it does not answer, or the frame went away: the action itself will say so */
      json_array_unref (*box);
      *box = json_array_ref (placed);
      covered = annex_json_opt_string (detail, "covered", NULL);
      if (covered != NULL)
        {
          *cover = annex_text_make_valid (covered, -1);
          return TRUE;
        }
      g_set_str (&place, annex_page_channel_get_place (self->page->channel, parent));
    }
  return TRUE;
}

gboolean
annex_page_run_focus_into (AnnexPageRun *self, guint frame, GError **error)
{
  g_autofree char *place = g_strdup (annex_page_channel_get_place (self->page->channel, frame));
  g_autoptr (JsonObject) args = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) local_error = NULL;
  guint parent, slot;

  if (!find_parent (self, place, &parent, &slot))
    return TRUE;
  if (!annex_page_run_focus_into (self, parent, error))
    return FALSE;
  args = annex_json_build ("i", "slot", (gint64) slot, NULL);
  result = annex_page_run_ask (self, parent, "focus-frame", args, ASK_MS, &local_error);
  if (!g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return TRUE; /* without it the action may do all the same, or says what is wrong */
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

gboolean
annex_page_run_check_cover (AnnexPageRun *self, const char *target, GError **error)
{
  gint64 end_us = g_get_monotonic_time () + 1000 * MIN (COVERED_MS, annex_page_run_left (self));
  g_autoptr (JsonObject) args = annex_json_build ("s", "target", target, NULL);
  guint frame = 0;

  annex_page_reference_frame (target, &frame);
  while (frame != 0)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (JsonObject) result =
          annex_page_run_ask (self, frame, "box", args, ASK_MS, &local_error);
      JsonObject *detail = result != NULL ? annex_json_opt_object (result, "detail") : NULL;
      JsonArray *inner = detail != NULL ? annex_json_opt_array (detail, "box") : NULL;
      g_autoptr (JsonArray) box = inner != NULL ? json_array_ref (inner) : NULL;
      g_autofree char *cover = NULL;

      if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (box == NULL)
        return TRUE;
      if (!annex_page_run_place (self, frame, &box, &cover, error))
        return FALSE;
      if (cover == NULL)
        return TRUE;
      if (g_get_monotonic_time () >= end_us)
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_COVERED,
                       "%s of the page around the frame covers it and would get the click: close "
                       "that first, or scroll.",
                       cover);
          return FALSE;
        }
      if (!annex_page_run_sleep (self, 100, error))
        return FALSE;
    }
  return TRUE;
}
