/* annex-draft-diff.c
 *
 * A unified diff of two small texts: Myers' greedy algorithm (An O(ND) Difference Algorithm, 1986)
 * on lines, with a limit beyond which the differing middle is shown as replaced as a whole.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft.h"

#include <string.h>

#define MAX_BYTES (1024 * 1024)
/* Edits looked for; their trace takes about 4 bytes × MAX_EDITS². */
#define MAX_EDITS 1500
#define CONTEXT 3

typedef struct
{
  const char *start;
  gsize length; /* without the newline */
  guint hash;
  gboolean cut; /* the last line, without a newline */
} Line;

/* One line of the result: kept, taken away or put in. */
typedef struct
{
  char mark;
  guint old_line;
  guint new_line;
} Edit;

static gboolean
is_text (GBytes *bytes)
{
  gsize length;
  const char *data;

  if (bytes == NULL)
    return TRUE;
  data = g_bytes_get_data (bytes, &length);
  return length <= MAX_BYTES && g_utf8_validate_len (data != NULL ? data : "", length, NULL);
}

static GArray *
split_lines (GBytes *bytes)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (Line));
  gsize left = 0;
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, &left) : NULL;

  while (left > 0)
    {
      const char *newline = memchr (data, '\n', left);
      Line line = { .start = data, .cut = newline == NULL, .hash = 5381 };

      line.length = newline != NULL ? (gsize) (newline - data) : left;
      for (gsize i = 0; i < line.length; i++)
        line.hash = line.hash * 33 + (guchar) data[i];
      g_array_append_val (lines, line);
      left -= line.length + (newline != NULL);
      data += line.length + (newline != NULL);
    }
  return lines;
}

static gboolean
same_line (GArray *before, guint i, GArray *after, guint j)
{
  const Line *a = &g_array_index (before, Line, i);
  const Line *b = &g_array_index (after, Line, j);

  return a->hash == b->hash && a->length == b->length && a->cut == b->cut &&
         memcmp (a->start, b->start, a->length) == 0;
}

static void
add_edit (GArray *edits, char mark, guint old_line, guint new_line)
{
  Edit edit = { mark, old_line, new_line };

  g_array_append_val (edits, edit);
}

/* Walks the trace back from the end; the edits come out in reverse order. */
static void
walk_back (GPtrArray *trace, GArray *edits, int n, int m, guint start)
{
  int x = n, y = m;

  for (int d = (int) trace->len - 1; d >= 0; d--)
    {
      const int *v = (const int *) g_ptr_array_index (trace, (guint) d) + d;
      int k = x - y;
      int before_k = k == -d || (k != d && v[k - 1] < v[k + 1]) ? k + 1 : k - 1;
      int before_x = d > 0 ? v[before_k] : 0;
      int before_y = before_x - before_k;

      if (d == 0)
        before_x = before_y = 0;
      while (x > before_x && y > before_y)
        {
          x--, y--;
          add_edit (edits, ' ', start + (guint) x, start + (guint) y);
        }
      if (d == 0)
        break;
      if (x > before_x)
        add_edit (edits, '-', start + (guint) --x, start + (guint) y);
      else
        add_edit (edits, '+', start + (guint) x, start + (guint) --y);
    }
}

/* The shortest way from the @n lines at @start of @before to the @m of @after. FALSE when it takes
 * too many edits. The row kept for step d is the state before it: v[-d…d]. */
static gboolean
find_edits (GArray *before, GArray *after, guint start, int n, int m, GArray *edits)
{
  int limit = MIN (n + m, MAX_EDITS);
  g_autofree int *room = g_new0 (int, 2 * limit + 3);
  int *v = room + limit + 1;
  g_autoptr (GPtrArray) trace = g_ptr_array_new_with_free_func (g_free);

  for (int d = 0; d <= limit; d++)
    {
      g_ptr_array_add (trace, g_memdup2 (v - d, sizeof (int) * (gsize) (2 * d + 1)));
      for (int k = -d; k <= d; k += 2)
        {
          int x = k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;
          int y = x - k;

          while (x < n && y < m && same_line (before, start + (guint) x, after, start + (guint) y))
            x++, y++;
          v[k] = x;
          if (x >= n && y >= m)
            {
              walk_back (trace, edits, n, m, start);
              return TRUE;
            }
        }
    }
  return FALSE;
}

static GArray *
compare_lines (GArray *before, GArray *after)
{
  GArray *edits = g_array_new (FALSE, FALSE, sizeof (Edit));
  g_autoptr (GArray) middle = g_array_new (FALSE, FALSE, sizeof (Edit));
  guint start = 0, end = 0, shorter = MIN (before->len, after->len);
  guint n, m;

  while (start < shorter && same_line (before, start, after, start))
    add_edit (edits, ' ', start, start), start++;
  while (end < shorter - start &&
         same_line (before, before->len - 1 - end, after, after->len - 1 - end))
    end++;
  n = before->len - start - end;
  m = after->len - start - end;
  if (n > 0 && m > 0 && find_edits (before, after, start, (int) n, (int) m, middle))
    for (guint i = middle->len; i-- > 0;)
      g_array_append_val (edits, g_array_index (middle, Edit, i));
  else
    {
      for (guint i = 0; i < n; i++)
        add_edit (edits, '-', start + i, start);
      for (guint i = 0; i < m; i++)
        add_edit (edits, '+', start + n, start + i);
    }
  for (guint i = end; i > 0; i--)
    add_edit (edits, ' ', before->len - i, after->len - i);
  return edits;
}

static void
append_line (GString *text, char mark, const Line *line)
{
  g_string_append_c (text, mark);
  g_string_append_len (text, line->start, (gssize) line->length);
  g_string_append_c (text, '\n');
  if (line->cut)
    g_string_append (text, "\\ No newline at end of file\n");
}

/* Writes the edits from @first to before @last as one hunk. */
static void
append_hunk (GString *text, GArray *before, GArray *after, GArray *edits, guint first, guint last)
{
  const Edit *top = &g_array_index (edits, Edit, first);
  guint old_count = 0, new_count = 0;

  for (guint i = first; i < last; i++)
    {
      char mark = g_array_index (edits, Edit, i).mark;

      old_count += mark != '+';
      new_count += mark != '-';
    }
  g_string_append_printf (text, "@@ -%u,%u +%u,%u @@\n", top->old_line + (old_count > 0), old_count,
                          top->new_line + (new_count > 0), new_count);
  for (guint i = first; i < last; i++)
    {
      const Edit *edit = &g_array_index (edits, Edit, i);

      append_line (text, edit->mark,
                   edit->mark == '+' ? &g_array_index (after, Line, edit->new_line)
                                     : &g_array_index (before, Line, edit->old_line));
    }
}

static void
append_hunks (GString *text, GArray *before, GArray *after, GArray *edits)
{
  guint i = 0;

  while (i < edits->len)
    {
      guint first, last, quiet = 0;

      while (i < edits->len && g_array_index (edits, Edit, i).mark == ' ')
        i++;
      if (i == edits->len)
        return;
      first = i > CONTEXT ? i - CONTEXT : 0;
      last = i;
      /* A hunk ends where more unchanged lines follow than two contexts take. */
      for (; i < edits->len && quiet <= 2 * CONTEXT; i++)
        if (g_array_index (edits, Edit, i).mark == ' ')
          quiet++;
        else
          {
            quiet = 0;
            last = i + 1;
          }
      append_hunk (text, before, after, edits, first, MIN (last + CONTEXT, edits->len));
      i = MAX (last, first + 1);
    }
}

char *
annex_draft_diff (GBytes *before, GBytes *after, const char *path)
{
  g_autoptr (GArray) old_lines = NULL;
  g_autoptr (GArray) new_lines = NULL;
  g_autoptr (GArray) edits = NULL;
  g_autofree char *name = annex_text_make_valid (path, -1);
  GString *text;

  if (!is_text (before) || !is_text (after))
    return NULL;
  old_lines = split_lines (before);
  new_lines = split_lines (after);
  edits = compare_lines (old_lines, new_lines);
  text = g_string_new (NULL);
  append_hunks (text, old_lines, new_lines, edits);
  if (text->len > 0)
    {
      g_autofree char *head = g_strdup_printf (
          "--- %s%s\n+++ %s%s\n", before != NULL ? "a/" : "/dev/null", before != NULL ? name : "",
          after != NULL ? "b/" : "/dev/null", after != NULL ? name : "");

      g_string_prepend (text, head);
    }
  return g_string_free (text, FALSE);
}
