/* annex-comparison-words.c
 *
 * See annex-comparison-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-comparison-words.h"

#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_INPUT_CHARS 120

/* ---- one try */

char *
annex_try_dup_model (const AnnexTry *try)
{
  const char *model = try->recording->model;

  return annex_text_for_display (model != NULL && *model != '\0' ? model
                                                                 : try->recording->provider);
}

char *
annex_try_dup_time (const AnnexTry *try)
{
  return annex_text_format_duration (try->recording->duration_ms);
}

char *
annex_try_dup_steps (const AnnexTry *try)
{
  guint n_failed = 0;

  for (guint i = 0; i < try->recording->steps->len; i++)
    n_failed += ((AnnexRecordedStep *) g_ptr_array_index (try->recording->steps, i))->is_error;
  if (n_failed == 0)
    return g_strdup_printf ("%u", try->recording->steps->len);
  /* Translators: how many steps there were, and how many of them failed */
  return g_strdup_printf (_ ("%1$u, %2$u failed"), try->recording->steps->len, n_failed);
}

char *
annex_try_dup_tokens (const AnnexTry *try)
{
  const AnnexUsage *usage = &try->recording->usage;
  gint64 read = usage->input_tokens + usage->cache_read_tokens + usage->cache_write_tokens;
  g_autofree char *in = annex_text_format_count (read);
  g_autofree char *out = annex_text_format_count (usage->output_tokens);

  /* Translators: tokens, as many as these */
  return g_strdup_printf (_ ("%1$s read, %2$s written"), in, out);
}

char *
annex_try_dup_cost (const AnnexTry *try)
{
  double cost = try->recording->usage.cost_usd;

  return cost < 0 ? g_strdup (_ ("Not known")) : g_strdup_printf ("US$ %.2f", cost);
}

guint
annex_try_count (const AnnexTry *try, AnnexMadeState state)
{
  guint n = 0;

  for (guint i = 0; i < try->files->len; i++)
    n += ((AnnexMadeFile *) g_ptr_array_index (try->files, i))->state == state;
  return n;
}

char *
annex_try_dup_files (const AnnexTry *try)
{
  guint n_draft = annex_try_count (try, ANNEX_MADE_DRAFT);
  guint n_kept = annex_try_count (try, ANNEX_MADE_KEPT);
  guint n = try->files->len;

  if (n == 0)
    return g_strdup (_ ("No files were changed"));
  if (n_draft > 0)
    return g_strdup_printf (
        ngettext ("%u change, not kept yet", "%u changes, not kept yet", n_draft), n_draft);
  if (n_kept > 0)
    return g_strdup_printf (ngettext ("%u change, kept", "%u changes, kept", n_kept), n_kept);
  if (annex_try_count (try, ANNEX_MADE_UNDONE) > 0)
    return g_strdup_printf (ngettext ("%u change, taken back", "%u changes, taken back", n), n);
  return g_strdup_printf (ngettext ("%u change, discarded", "%u changes, discarded", n), n);
}

/* ---- files */

char *
annex_compared_file_dup_name (const AnnexComparedFile *file)
{
  const AnnexMadeFile *made = file->after != NULL ? file->after : file->before;
  g_autofree char *name = g_strconcat (made->folder, "/", made->path, NULL);

  return annex_text_for_display (name);
}

static gboolean
is_gone (const AnnexMadeFile *made)
{
  return g_str_equal (made->kind, "deleted");
}

static char *
describe_sizes (const AnnexComparedFile *file, const char *words)
{
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  if (file->before->size_bytes < 0 || file->after->size_bytes < 0)
    return g_strdup (words);
  before = annex_text_format_size ((guint64) file->before->size_bytes);
  after = annex_text_format_size ((guint64) file->after->size_bytes);
  /* Translators: “Different · 12 kB and 14 kB” */
  return g_strdup_printf (_ ("%1$s · %2$s and %3$s"), words, before, after);
}

static char *
describe_one (const AnnexMadeFile *made, gboolean second)
{
  g_autofree char *size = NULL;

  if (is_gone (made))
    return g_strdup (second ? _ ("Deleted in the second try only")
                            : _ ("Deleted in the first try only"));
  if (made->is_folder || made->size_bytes < 0)
    return g_strdup (second ? _ ("Only in the second try") : _ ("Only in the first try"));
  size = annex_text_format_size ((guint64) made->size_bytes);
  return g_strdup_printf (
      second ? _ ("Only in the second try · %s") : _ ("Only in the first try · %s"), size);
}

char *
annex_compared_file_dup_words (const AnnexComparedFile *file)
{
  if (file->before == NULL || file->after == NULL)
    return describe_one (file->before != NULL ? file->before : file->after, file->before == NULL);
  if (file->is_same)
    return g_strdup (is_gone (file->after) ? _ ("Deleted in both") : _ ("The same in both"));
  if (is_gone (file->before))
    return g_strdup (_ ("Deleted in the first try, changed in the second"));
  if (is_gone (file->after))
    return g_strdup (_ ("Changed in the first try, deleted in the second"));
  return file->is_unsure ? describe_sizes (file, _ ("Changed in both"))
                         : describe_sizes (file, _ ("Different"));
}

/* ---- steps */

const char *
annex_step_pair_get_words (const AnnexStepPair *pair)
{
  if (pair->before == NULL)
    return pair->after->is_error ? _ ("Only in the second try, and failed")
                                 : _ ("Only in the second try");
  if (pair->after == NULL)
    return pair->before->is_error ? _ ("Only in the first try, and failed")
                                  : _ ("Only in the first try");
  if (pair->before->is_error && pair->after->is_error)
    return _ ("Failed in both");
  if (pair->before->is_error)
    return _ ("Failed in the first try");
  if (pair->after->is_error)
    return _ ("Failed in the second try");
  return g_str_equal (pair->before->input, pair->after->input) ? _ ("The same in both")
                                                               : _ ("In another way");
}

/* The first text that the call was given: a command, a path, a question. (transfer full) */
static char *
find_input (const char *input)
{
  static const char *const members[] = {
    "command", "path", "query", "name", "url", "task", "title"
  };
  g_autoptr (JsonNode) node = json_from_string (input, NULL);
  JsonObject *object =
      node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  for (guint i = 0; object != NULL && i < G_N_ELEMENTS (members); i++)
    {
      const char *text = annex_json_opt_string (object, members[i], NULL);

      if (text != NULL && *text != '\0')
        return g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), MAX_INPUT_CHARS));
    }
  return NULL;
}

char *
annex_step_pair_dup_title (const AnnexStepPair *pair)
{
  const AnnexRecordedStep *step = pair->after != NULL ? pair->after : pair->before;
  g_autofree char *input = find_input (step->input);
  g_autofree char *title =
      input != NULL ? g_strconcat (step->tool, " · ", input, NULL) : g_strdup (step->tool);

  return annex_text_for_display (title);
}
