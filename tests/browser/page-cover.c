/* page-cover.c
 *
 * See page-cover.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-cover.h"

#include "annex-json.h"

#include <math.h>
#include <string.h>

/* So many folded runs are opened; what is beyond them may be in those that remain. */
#define MAX_OPENED 3
#define MAX_AGAIN 3
#define AGAIN_MS 800

static void
add_references (GHashTable *references, GPtrArray *folds, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *ref = strstr (lines[i], "[ref=e");
      g_autofree char *name = NULL;

      if (ref == NULL)
        continue;
      name = g_strndup (ref + 5, strcspn (ref + 5, "]"));
      if (strstr (lines[i], "- … ") != NULL)
        g_ptr_array_add (folds, g_steal_pointer (&name));
      else
        g_hash_table_add (references, g_steal_pointer (&name));
    }
}

/* Opens some of what is folded. TRUE when something stays folded. */
static gboolean
open_folds (PageCase *page, GHashTable *references, GPtrArray *folds)
{
  for (guint i = 0; i < MAX_OPENED && folds->len > 0; i++)
    {
      g_autofree char *target = g_ptr_array_steal_index (folds, folds->len - 1);
      g_autofree char *args = g_strdup_printf ("{\"target\":\"%s\"}", target);
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexPageAnswer) answer = page_case_run (page, "snapshot", args, &error);

      g_assert_no_error (error);
      add_references (references, folds, answer->text);
    }
  return folds->len > 0;
}

static GArray *
list_boxes (PageCase *page, GHashTable *references)
{
  GArray *boxes = g_array_new (FALSE, FALSE, 4 * sizeof (double));
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, references);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    {
      g_autofree char *args = g_strdup_printf ("{\"target\":\"%s\"}", (char *) name);
      g_autoptr (AnnexPageAnswer) answer = page_case_run (page, "inspect", args, NULL);
      JsonArray *box = answer != NULL ? annex_json_opt_array (answer->detail, "box") : NULL;
      double numbers[4];

      if (box == NULL)
        continue;
      for (guint i = 0; i < 4; i++)
        numbers[i] = json_array_get_double_element (box, i);
      g_array_append_vals (boxes, numbers, 1);
    }
  return boxes;
}

static gboolean
has_box (GArray *boxes, JsonArray *wanted)
{
  for (guint i = 0; i < boxes->len; i++)
    {
      const double *box = (const double *) (boxes->data + i * 4 * sizeof (double));
      gboolean same = TRUE;

      for (guint k = 0; k < 4; k++)
        same = same && fabs (box[k] - json_array_get_double_element (wanted, k)) < 1;
      if (same)
        return TRUE;
    }
  return FALSE;
}

static void
miss (PageCover *self, const char *what, const char *which)
{
  self->n_missing++;
  if (self->n_missing <= 10)
    g_string_append_printf (self->missing, "%s: %s\n", what, which);
}

/* The snapshot as one run of words. */
static char *
plain (const char *snapshot)
{
  g_autoptr (GRegex) escapes = g_regex_new ("\\\\(.)", 0, 0, NULL);
  g_autoptr (GRegex) spaces = g_regex_new ("[\\s|]+", 0, 0, NULL);
  g_autofree char *without = g_regex_replace (escapes, snapshot, -1, 0, "\\1", 0, NULL);

  return g_regex_replace_literal (spaces, without, -1, 0, " ", 0, NULL);
}

static PageCover *
cover_once (PageCase *page, const char *snapshot)
{
  PageCover *self = g_new0 (PageCover, 1);
  g_autoptr (GHashTable) references = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) folds = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *script = NULL, *found = NULL, *words = plain (snapshot);
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GArray) boxes = NULL;
  JsonArray *elements, *texts;
  gboolean folded;

  self->missing = g_string_new (NULL);
  g_assert_true (g_file_get_contents (COVER_SCRIPT, &script, NULL, NULL));
  add_references (references, folds, snapshot);
  found = page_case_script (page, script);
  object = annex_json_parse_object (found, -1, NULL);
  if (object == NULL) /* a page that breaks its own world cannot be looked at from there */
    return self;
  folded = open_folds (page, references, folds);
  boxes = list_boxes (page, references);
  elements = annex_json_opt_array (object, "elements");
  texts = annex_json_opt_array (object, "texts");
  self->n_elements = json_array_get_length (elements);
  self->n_texts = json_array_get_length (texts);
  for (guint i = 0; i < self->n_elements; i++)
    {
      JsonArray *element = json_array_get_array_element (elements, i);

      if (!folded && !has_box (boxes, element))
        miss (self, "not addressable", json_array_get_string_element (element, 4));
    }
  for (guint i = 0; i < self->n_texts; i++)
    if (strstr (words, json_array_get_string_element (texts, i)) == NULL)
      miss (self, "not told", json_array_get_string_element (texts, i));
  return self;
}

PageCover *
page_cover_new (PageCase *page, const char *snapshot)
{
  PageCover *self = cover_once (page, snapshot);

  /* What moves is where it was said to be once it has come to rest. */
  for (guint i = 0; i < MAX_AGAIN && self->n_missing > 0; i++)
    {
      page_cover_free (self);
      page_case_pause (page, AGAIN_MS);
      self = cover_once (page, snapshot);
    }
  return self;
}

void
page_cover_free (PageCover *self)
{
  g_string_free (self->missing, TRUE);
  g_free (self);
}
