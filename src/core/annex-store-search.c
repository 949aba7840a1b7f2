/* annex-store-search.c
 *
 * Searching all tasks by words. Each word is a quoted FTS5 string, so that no syntax of the query
 * language can come from the user's text; a task is found when every word occurs somewhere in it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include <string.h>

#define MAX_WORDS 12

static gboolean
has_token (const char *word)
{
  for (const char *at = word; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_isalnum (g_utf8_get_char (at)))
      return TRUE;
  return FALSE;
}

/* The words of @query as FTS5 strings; the last also as a prefix. */
static GPtrArray *
make_terms (const char *query)
{
  GPtrArray *terms = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *spaced = g_strdup (query);
  g_auto (GStrv) words = NULL;

  for (char *at = spaced; *at != '\0'; at++)
    if ((guchar) *at <= 0x20)
      *at = ' ';
  words = g_strsplit (spaced, " ", -1);
  for (guint i = 0; words[i] != NULL && terms->len < MAX_WORDS; i++)
    if (has_token (words[i]))
      {
        g_auto (GStrv) parts = g_strsplit (words[i], "\"", -1);
        g_autofree char *doubled = g_strjoinv ("\"\"", parts);

        g_ptr_array_add (terms, g_strdup_printf ("\"%s\"", doubled));
      }
  if (terms->len > 0)
    {
      char *last = g_ptr_array_index (terms, terms->len - 1);

      g_ptr_array_index (terms, terms->len - 1) = g_strconcat (last, " *", NULL);
      g_free (last);
    }
  return terms;
}

typedef struct
{
  guint n_words; /* how many of the words occur */
  double rank;   /* the sum of the best ranks; smaller is better */
} Score;

static gboolean
add_term (AnnexDb *db, const char *term, GHashTable *scores, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  g_autoptr (GError) local = NULL;

  /* bm25 may only be used directly on the match, hence the materialised inner query. */
  statement =
      annex_db_prepare (db,
                        "WITH hits AS MATERIALIZED (SELECT rowid AS id, "
                        "bm25(search, 10.0, 1.0) AS rank FROM search WHERE search MATCH ?) "
                        "SELECT e.task, min(h.rank) FROM hits h JOIN events e ON e.id = h.id "
                        "GROUP BY e.task",
                        error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "s", term);
  while (annex_db_step (db, statement, &local))
    {
      const char *task = annex_db_text (statement, 0);
      Score *score = g_hash_table_lookup (scores, task);

      if (score == NULL)
        {
          score = g_new0 (Score, 1);
          g_hash_table_insert (scores, g_strdup (task), score);
        }
      score->n_words++;
      score->rank += sqlite3_column_double (statement, 1);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static int
compare_scores (gconstpointer a, gconstpointer b, gpointer scores)
{
  const AnnexTaskSummary *first = *(AnnexTaskSummary *const *) a;
  const AnnexTaskSummary *second = *(AnnexTaskSummary *const *) b;
  const Score *first_score = g_hash_table_lookup (scores, first->id);
  const Score *second_score = g_hash_table_lookup (scores, second->id);

  if (first_score->rank != second_score->rank)
    return first_score->rank < second_score->rank ? -1 : 1;
  return (first->updated_us < second->updated_us) - (first->updated_us > second->updated_us);
}

static gboolean
search_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) terms = make_terms (job->text);
  g_autoptr (GHashTable) scores = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) summaries = NULL;
  g_autoptr (GPtrArray) found =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_task_summary_free);

  for (guint i = 0; i < terms->len; i++)
    if (!add_term (db, g_ptr_array_index (terms, i), scores, error))
      return FALSE;
  summaries = annex_store_read_summaries (db, error);
  if (summaries == NULL)
    return FALSE;
  for (guint i = 0; terms->len > 0 && i < summaries->len; i++)
    {
      AnnexTaskSummary *summary = g_ptr_array_index (summaries, i);
      Score *score = g_hash_table_lookup (scores, summary->id);

      if (score != NULL && score->n_words == terms->len)
        g_ptr_array_add (found, annex_task_summary_copy (summary));
    }
  g_ptr_array_sort_with_data (found, compare_scores, scores);
  if (job->limit > 0 && found->len > job->limit)
    g_ptr_array_set_size (found, (int) job->limit);
  annex_store_job_take_array (job, g_steal_pointer (&found));
  return TRUE;
}

DexFuture *
annex_store_search (AnnexStore *self, const char *query, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (query != NULL);

  job = annex_store_job_new (search_work);
  job->text = annex_text_make_valid (query, -1);
  job->limit = limit;
  return annex_store_queue (self, job);
}
