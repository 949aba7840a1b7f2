/* annex-workbook-diff.c
 *
 * See annex-workbook-diff.h. Rows are aligned by the longest common subsequence of equal rows where
 * the differing middle is small enough for it, else by their position.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-diff.h"

#include <string.h>

#define MAX_TABLE (4 * 1024 * 1024)
#define CONTEXT 2
#define MAX_WHOLE_ROWS 20000

static void
grid_sheet_free (gpointer data)
{
  AnnexGridSheet *sheet = data;

  g_free (sheet->name);
  g_array_unref (sheet->rows);
  g_free (sheet);
}

void
annex_workbook_diff_free (AnnexWorkbookDiff *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->sheets);
  annex_workbook_free (self->before);
  annex_workbook_free (self->after);
  g_free (self);
}

gboolean
annex_grid_row_differs (const AnnexGridRow *row, guint column)
{
  return row->mark == ANNEX_GRID_CHANGED && !annex_cell_equal (annex_row_find (row->before, column),
                                                               annex_row_find (row->after, column));
}

/* ---- aligning */

typedef struct
{
  AnnexWorkbookDiff *diff;
  GArray *rows; /* AnnexGridRow, everything, before context is chosen */
} Alignment;

static guint
count_differing (const AnnexRow *before, const AnnexRow *after)
{
  guint n = 0;

  for (guint i = 0; i < before->cells->len; i++)
    {
      const AnnexCell *cell = &g_array_index (before->cells, AnnexCell, i);

      n += !annex_cell_equal (cell, annex_row_find (after, cell->column));
    }
  for (guint i = 0; i < after->cells->len; i++)
    n += annex_row_find (before, g_array_index (after->cells, AnnexCell, i).column) == NULL;
  return n;
}

static void
add (Alignment *self, AnnexGridMark mark, const AnnexRow *before, const AnnexRow *after)
{
  AnnexGridRow row = { .mark = mark, .before = before, .after = after };

  if (mark == ANNEX_GRID_CHANGED)
    self->diff->n_cells_changed += count_differing (before, after);
  self->diff->n_rows_added += mark == ANNEX_GRID_ADDED;
  self->diff->n_rows_removed += mark == ANNEX_GRID_REMOVED;
  g_array_append_val (self->rows, row);
}

/* Is it one row with other values, rather than another row? */
static gboolean
is_like (const AnnexRow *a, const AnnexRow *b)
{
  for (guint i = 0; i < a->cells->len; i++)
    {
      const AnnexCell *cell = &g_array_index (a->cells, AnnexCell, i);

      if (annex_cell_equal (cell, annex_row_find (b, cell->column)))
        return TRUE;
    }
  return a->cells->len <= 2 && b->cells->len <= 2;
}

/* Between two rows that are the same: what was taken away and put in, paired where they are alike.
 */
static void
add_between (Alignment *self,
             GPtrArray *before,
             guint b0,
             guint b1,
             GPtrArray *after,
             guint a0,
             guint a1)
{
  while (b0 < b1 && a0 < a1)
    {
      const AnnexRow *old_row = g_ptr_array_index (before, b0);
      const AnnexRow *new_row = g_ptr_array_index (after, a0);

      if (annex_row_equal (old_row, new_row))
        {
          add (self, ANNEX_GRID_SAME, old_row, new_row);
          b0++;
          a0++;
        }
      else if (is_like (old_row, new_row))
        {
          add (self, ANNEX_GRID_CHANGED, old_row, new_row);
          b0++;
          a0++;
        }
      else if (b1 - b0 > a1 - a0)
        add (self, ANNEX_GRID_REMOVED, g_ptr_array_index (before, b0++), NULL);
      else if (b1 - b0 < a1 - a0)
        add (self, ANNEX_GRID_ADDED, NULL, g_ptr_array_index (after, a0++));
      else
        {
          add (self, ANNEX_GRID_REMOVED, old_row, NULL);
          add (self, ANNEX_GRID_ADDED, NULL, new_row);
          b0++;
          a0++;
        }
    }
  while (b0 < b1)
    add (self, ANNEX_GRID_REMOVED, g_ptr_array_index (before, b0++), NULL);
  while (a0 < a1)
    add (self, ANNEX_GRID_ADDED, NULL, g_ptr_array_index (after, a0++));
}

static guint *
hash_rows (GPtrArray *rows, guint from, guint to)
{
  guint *hashes = g_new (guint, MAX (to - from, 1));

  for (guint i = from; i < to; i++)
    hashes[i - from] = annex_row_hash (g_ptr_array_index (rows, i));
  return hashes;
}

/* The middle, n × m: lengths of common subsequences from each point to the end. */
static void
align_middle (Alignment *self,
              GPtrArray *before,
              guint b0,
              guint b1,
              GPtrArray *after,
              guint a0,
              guint a1)
{
  guint n = b1 - b0;
  guint m = a1 - a0;
  g_autofree guint *old_hash = hash_rows (before, b0, b1);
  g_autofree guint *new_hash = hash_rows (after, a0, a1);
  g_autofree guint16 *table = g_new0 (guint16, (gsize) (n + 1) * (m + 1));
  guint i = 0;
  guint j = 0;
  guint from_i = 0;
  guint from_j = 0;

#define AT(i, j) table[(gsize) (i) * (m + 1) + (j)]
  for (guint x = n; x-- > 0;)
    for (guint y = m; y-- > 0;)
      AT (x, y) = old_hash[x] == new_hash[y] ? (guint16) (AT (x + 1, y + 1) + 1)
                                             : MAX (AT (x + 1, y), AT (x, y + 1));
  while (i < n && j < m)
    {
      const AnnexRow *old_row = g_ptr_array_index (before, b0 + i);
      const AnnexRow *new_row = g_ptr_array_index (after, a0 + j);

      if (old_hash[i] == new_hash[j] && annex_row_equal (old_row, new_row))
        {
          add_between (self, before, b0 + from_i, b0 + i, after, a0 + from_j, a0 + j);
          add (self, ANNEX_GRID_SAME, old_row, new_row);
          from_i = ++i;
          from_j = ++j;
        }
      else if (AT (i + 1, j) >= AT (i, j + 1))
        i++;
      else
        j++;
    }
#undef AT
  add_between (self, before, b0 + from_i, b1, after, a0 + from_j, a1);
}

static void
align (Alignment *self, GPtrArray *before, GPtrArray *after)
{
  guint start = 0;
  guint b1 = before->len;
  guint a1 = after->len;

  while (start < b1 && start < a1 &&
         annex_row_equal (g_ptr_array_index (before, start), g_ptr_array_index (after, start)))
    {
      add (self, ANNEX_GRID_SAME, g_ptr_array_index (before, start),
           g_ptr_array_index (after, start));
      start++;
    }
  while (b1 > start && a1 > start &&
         annex_row_equal (g_ptr_array_index (before, b1 - 1), g_ptr_array_index (after, a1 - 1)))
    {
      b1--;
      a1--;
    }
  if (b1 - start < G_MAXUINT16 && a1 - start < G_MAXUINT16 &&
      (guint64) (b1 - start + 1) * (a1 - start + 1) <= MAX_TABLE)
    align_middle (self, before, start, b1, after, start, a1);
  else
    add_between (self, before, start, b1, after, start, a1);
  for (; b1 < before->len; b1++, a1++)
    add (self, ANNEX_GRID_SAME, g_ptr_array_index (before, b1), g_ptr_array_index (after, a1));
}

/* ---- choosing what is shown: changes with some rows around, and the first row, often the heads */

static GArray *
with_context (GArray *all)
{
  GArray *shown = g_array_new (FALSE, FALSE, sizeof (AnnexGridRow));
  g_autofree gboolean *wanted = g_new0 (gboolean, MAX (all->len, 1));
  guint left_out = 0;

  for (guint i = 0; i < all->len; i++)
    if (g_array_index (all, AnnexGridRow, i).mark != ANNEX_GRID_SAME)
      for (guint k = i >= CONTEXT ? i - CONTEXT : 0; k < all->len && k <= i + CONTEXT; k++)
        wanted[k] = TRUE;
  if (all->len > 0)
    wanted[0] = TRUE;
  for (guint i = 0; i <= all->len; i++)
    {
      gboolean take = i < all->len && wanted[i];

      if (i < all->len && !take)
        left_out++;
      if ((take || i == all->len) && left_out > 0)
        {
          AnnexGridRow gap = { .mark = ANNEX_GRID_GAP, .n_left_out = left_out };

          g_array_append_val (shown, gap);
          left_out = 0;
        }
      if (take)
        g_array_append_val (shown, g_array_index (all, AnnexGridRow, i));
    }
  return shown;
}

static AnnexGridSheet *
diff_sheet (AnnexWorkbookDiff *self, AnnexSheet *before, AnnexSheet *after)
{
  AnnexGridSheet *sheet = g_new0 (AnnexGridSheet, 1);
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (AnnexGridRow));
  Alignment alignment = { .diff = self, .rows = all };

  sheet->name = g_strdup (after != NULL ? after->name : before->name);
  sheet->n_columns =
      MAX (before != NULL ? before->n_columns : 0, after != NULL ? after->n_columns : 0);
  sheet->mark = before == NULL  ? ANNEX_GRID_ADDED
                : after == NULL ? ANNEX_GRID_REMOVED
                                : ANNEX_GRID_SAME;
  if (before != NULL && after != NULL)
    {
      align (&alignment, before->rows, after->rows);
      for (guint i = 0; i < all->len; i++)
        if (g_array_index (all, AnnexGridRow, i).mark != ANNEX_GRID_SAME)
          sheet->mark = ANNEX_GRID_CHANGED;
      sheet->rows = with_context (all);
      return sheet;
    }
  for (guint i = 0; i < (after != NULL ? after : before)->rows->len && i < MAX_WHOLE_ROWS; i++)
    add (&alignment, ANNEX_GRID_SAME, before != NULL ? g_ptr_array_index (before->rows, i) : NULL,
         after != NULL ? g_ptr_array_index (after->rows, i) : NULL);
  self->cut = self->cut || (after != NULL ? after : before)->rows->len > MAX_WHOLE_ROWS;
  sheet->rows = g_steal_pointer (&all);
  return sheet;
}

static AnnexSheet *
find_sheet (AnnexWorkbook *workbook, const char *name)
{
  for (guint i = 0; workbook != NULL && i < workbook->sheets->len; i++)
    {
      AnnexSheet *sheet = g_ptr_array_index (workbook->sheets, i);

      if (g_str_equal (sheet->name, name))
        return sheet;
    }
  return NULL;
}

AnnexWorkbookDiff *
annex_workbook_diff_new (AnnexWorkbook *before, AnnexWorkbook *after)
{
  AnnexWorkbookDiff *self = g_new0 (AnnexWorkbookDiff, 1);

  self->before = before;
  self->after = after;
  self->sheets = g_ptr_array_new_with_free_func (grid_sheet_free);
  self->cut = (before != NULL && before->cut) || (after != NULL && after->cut);
  for (guint i = 0; after != NULL && i < after->sheets->len; i++)
    {
      AnnexSheet *sheet = g_ptr_array_index (after->sheets, i);

      g_ptr_array_add (self->sheets, diff_sheet (self, find_sheet (before, sheet->name), sheet));
    }
  for (guint i = 0; before != NULL && i < before->sheets->len; i++)
    {
      AnnexSheet *sheet = g_ptr_array_index (before->sheets, i);

      if (find_sheet (after, sheet->name) == NULL)
        g_ptr_array_add (self->sheets, diff_sheet (self, sheet, NULL));
    }
  return self;
}
