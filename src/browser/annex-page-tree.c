/* annex-page-tree.c
 *
 * See annex-page-tree.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tree.h"

#include <string.h>

#define MAX_GONE 12
#define MAX_CONTEXT_CHARS 60
/* A change longer than this is cut, or told as the whole. */
#define MAX_DIFF_CHARS (2 * ANNEX_PAGE_MAX_TEXT_CHARS)

static void
add_frame (GPtrArray *lines,
           const GArray *path,
           guint depth,
           AnnexPageFrameFunc frame,
           gpointer data)
{
  GPtrArray *own = frame (path, data);

  if (own == NULL)
    {
      g_autofree char *id = g_strdup_printf ("lost%u", lines->len);

      g_ptr_array_add (lines,
                       annex_page_line_new (depth, id, "- text: This frame did not answer.", -1));
      return;
    }
  for (guint i = 0; i < own->len && lines->len <= ANNEX_PAGE_MAX_ALL_LINES; i++)
    {
      AnnexPageLine *line = own->pdata[i];

      if (lines->len == ANNEX_PAGE_MAX_ALL_LINES)
        {
          g_ptr_array_add (
              lines,
              annex_page_line_new (0, "cut", "- … more lines: page_find looks in all of them", -1));
          return;
        }
      g_ptr_array_add (lines, annex_page_line_new (depth + line->depth, line->id, line->text, -1));
      if (line->slot >= 0 && path->len < ANNEX_PAGE_MAX_FRAME_DEPTH)
        {
          g_autoptr (GArray) inner = g_array_copy ((GArray *) path);
          guint slot = (guint) line->slot;

          g_array_append_val (inner, slot);
          add_frame (lines, inner, depth + line->depth + 1, frame, data);
        }
    }
}

GPtrArray *
annex_page_tree_merge (const GArray *path, AnnexPageFrameFunc frame, gpointer data)
{
  GPtrArray *lines = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_page_line_free);

  add_frame (lines, path, 0, frame, data);
  return lines;
}

static void
append_line (GString *text, guint depth, const char *line)
{
  for (guint i = 0; i < depth; i++)
    g_string_append (text, "  ");
  g_string_append (text, line);
  g_string_append_c (text, '\n');
}

char *
annex_page_tree_to_text (GPtrArray *lines)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < lines->len; i++)
    {
      AnnexPageLine *line = lines->pdata[i];

      if (text->len > ANNEX_PAGE_MAX_TEXT_CHARS)
        {
          g_string_append_printf (text,
                                  "- … %u more lines are left out: page_find looks in all of them, "
                                  "page_snapshot with a target or a depth shows a part\n",
                                  lines->len - i);
          break;
        }
      append_line (text, line->depth, line->text);
    }
  return g_string_free (text, FALSE);
}

/* A line for orientation only: what it is and its name, without states and value. */
static char *
context_of (const char *text)
{
  const char *at = text + 2;
  const char *ref = strstr (text, "[ref=");
  GString *line = g_string_new ("- ");

  while (g_ascii_isalpha (*at))
    g_string_append_c (line, *at++);
  if (ref != NULL && strchr (ref, ']') != NULL)
    {
      g_string_append_c (line, ' ');
      g_string_append_len (line, ref, strchr (ref, ']') - ref + 1);
    }
  else if (at[0] == ' ' && at[1] == '"')
    {
      const char *end = at + 2;

      while (*end != '\0' && *end != '"' && g_utf8_strlen (at, end - at) < MAX_CONTEXT_CHARS)
        end = g_utf8_next_char (*end == '\\' && end[1] != '\0' ? end + 1 : end);
      g_string_append_len (line, at, end - at);
      g_string_append (line, *end == '"' ? "\"" : "…\"");
    }
  return g_string_free (line, FALSE);
}

/* Where the states of a line end: a mark goes there, before ": value". */
static gsize
end_of_head (const char *text)
{
  const char *at = text + strspn (text, "- ");
  gboolean quoted = FALSE;

  for (; *at != '\0'; at++)
    {
      if (quoted && *at == '\\' && at[1] != '\0')
        at++;
      else if (*at == '"')
        quoted = !quoted;
      else if (!quoted && *at == ':' && (at[1] == ' ' || at[1] == '\0') && text[2] != '/')
        return at - text;
      else if (!quoted && g_str_has_prefix (at, "… "))
        return strlen (text);
    }
  return strlen (text);
}

static void
append_marked (GString *text, guint depth, const char *line, const char *mark)
{
  gsize end = end_of_head (line);
  g_autofree char *marked = g_strdup_printf ("%.*s %s%s", (int) end, line, mark, line + end);

  append_line (text, depth, marked);
}

/* Runs are told by their references, which are new each time: they are the same if the words are.
 */
static gboolean
is_same (const char *a, const char *b)
{
  const char *ref_a = strstr (a, " [ref="), *ref_b = strstr (b, " [ref=");
  const char *active = strstr (a, " [active]");

  if (g_str_equal (a, b))
    return TRUE;
  /* That the focus left is told by where it went. */
  if (active != NULL && strncmp (a, b, active - a) == 0 && strlen (b) >= (gsize) (active - a) &&
      g_str_equal (active + strlen (" [active]"), b + (active - a)))
    return TRUE;
  if (!g_str_has_prefix (a, "- … ") || ref_a == NULL || ref_b == NULL)
    return FALSE;
  return ref_a - a == ref_b - b && strncmp (a, b, ref_a - a) == 0;
}

typedef struct
{
  GString *text;
  GPtrArray *before;
  GPtrArray *now;
  GHashTable *was;     /* id → index in @before, plus one */
  GHashTable *is;      /* id → index in @now, plus one */
  int *parents_before; /* of each line, or -1 */
  int *parents_now;
  gboolean *moved; /* of each line of @now */
  int context;     /* the index of the line that the last one was put below, or -1 */
} Diff;

static AnnexPageLine *
line_at (GPtrArray *lines, int index)
{
  return lines->pdata[index];
}

static GHashTable *
by_id (GPtrArray *lines)
{
  GHashTable *table = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < lines->len; i++)
    g_hash_table_insert (table, line_at (lines, (int) i)->id, GINT_TO_POINTER ((int) i + 1));
  return table;
}

static int
index_in (GHashTable *table, const char *id)
{
  return GPOINTER_TO_INT (g_hash_table_lookup (table, id)) - 1;
}

static int *
parents_of (GPtrArray *lines)
{
  int *parents = g_new (int, lines->len + 1);
  /* By depth: the index of the last line plus one; lines may also come in no order. */
  g_autofree int *last = g_new0 (int, ANNEX_PAGE_MAX_DEPTH *(ANNEX_PAGE_MAX_FRAME_DEPTH + 2) + 2);
  guint limit = ANNEX_PAGE_MAX_DEPTH * (ANNEX_PAGE_MAX_FRAME_DEPTH + 2);

  for (guint i = 0; i < lines->len; i++)
    {
      guint depth = MIN (line_at (lines, (int) i)->depth, limit);

      parents[i] = depth > 0 ? last[depth - 1] - 1 : -1;
      last[depth] = (int) i + 1;
    }
  return parents;
}

/* A moved node stands under another parent, or out of the order in which most others stayed. */
static void
find_moved (Diff *self)
{
  guint n = self->now->len, length = 0;
  g_autofree int *old = g_new (int, n + 1);   /* its index before, or -1 */
  g_autofree int *tails = g_new (int, n + 1); /* the longest ordered run: what ends each length */
  g_autofree int *links = g_new (int, n + 1);
  g_autofree gboolean *kept = g_new0 (gboolean, n + 1);

  for (guint i = 0; i < n; i++)
    {
      guint low = 0, high = length;

      old[i] = index_in (self->was, line_at (self->now, (int) i)->id);
      if (old[i] < 0)
        continue;
      while (low < high)
        {
          guint middle = (low + high) / 2;

          if (old[tails[middle]] < old[i])
            low = middle + 1;
          else
            high = middle;
        }
      links[i] = low > 0 ? tails[low - 1] : -1;
      tails[low] = (int) i;
      length = MAX (length, low + 1);
    }
  for (int at = length > 0 ? tails[length - 1] : -1; at >= 0; at = links[at])
    kept[at] = TRUE;
  for (guint i = 0; i < n; i++)
    {
      int parent = self->parents_now[i],
          old_parent = old[i] >= 0 ? self->parents_before[old[i]] : -1;
      const char *id = parent >= 0 ? line_at (self->now, parent)->id : "";
      const char *old_id = old_parent >= 0 ? line_at (self->before, old_parent)->id : "";
      const char *text = line_at (self->now, (int) i)->text;

      if (old[i] < 0 || g_str_has_prefix (text, "- …") || g_str_has_prefix (text, "- /"))
        continue;
      /* A parent that is new or gone only wraps or unwraps it. */
      if (!kept[i])
        self->moved[i] = TRUE;
      else if (!g_str_equal (id, old_id))
        self->moved[i] = index_in (self->was, id) >= 0 && index_in (self->is, old_id) >= 0;
    }
}

static gboolean
says_something (const char *text)
{
  return strstr (text, "[ref=") != NULL || strchr (text, '"') != NULL;
}

/* Begins a changed part: names the nearest node around it that can be told from others. */
static guint
open_context (Diff *self, int index)
{
  int parent = self->parents_now[index];

  while (parent >= 0 && !says_something (line_at (self->now, parent)->text))
    parent = self->parents_now[parent];
  if (parent < 0)
    {
      self->context = -1;
      return 0;
    }
  if (parent != self->context)
    {
      g_autofree char *line = context_of (line_at (self->now, parent)->text);

      append_line (self->text, 0, line);
      self->context = parent;
    }
  return 1;
}

/* The line before it under the same parent tells where a moved one went. */
static void
write_moved (Diff *self, int index)
{
  guint depth = open_context (self, index);

  for (int i = index - 1; i >= 0 && i > self->parents_now[index]; i--)
    if (self->parents_now[i] == self->parents_now[index])
      {
        AnnexPageLine *line = line_at (self->now, i);
        g_autofree char *head = strlen (line->text) <= MAX_CONTEXT_CHARS ? g_strdup (line->text)
                                                                         : context_of (line->text);

        append_line (self->text, depth, head);
        break;
      }
  append_marked (self->text, depth, line_at (self->now, index)->text, "[moved]");
}

static void
write_present (Diff *self)
{
  for (int i = 0; i < (int) self->now->len && self->text->len <= MAX_DIFF_CHARS; i++)
    {
      AnnexPageLine *line = line_at (self->now, i);
      int old = index_in (self->was, line->id);
      guint depth;

      if (old >= 0 && self->moved[i] &&
          !(self->parents_now[i] >= 0 && self->moved[self->parents_now[i]]))
        {
          write_moved (self, i);
          continue;
        }
      if (old >= 0 && is_same (line_at (self->before, old)->text, line->text))
        continue;
      if (old >= 0)
        {
          /* A reference that the model knows needs no context. */
          depth = 0;
          if (strstr (line->text, "[ref=") == NULL)
            depth = open_context (self, i);
          else
            self->context = -1;
          append_marked (self->text, depth, line->text, "[changed]");
          continue;
        }
      /* A new node brings all that is new in it; what moved into it is not told again. */
      depth = open_context (self, i);
      append_marked (self->text, depth, line->text, "[new]");
      while (i + 1 < (int) self->now->len && self->text->len <= MAX_DIFF_CHARS)
        {
          AnnexPageLine *inner = line_at (self->now, i + 1);

          if (inner->depth <= line->depth || index_in (self->was, inner->id) >= 0)
            break;
          append_line (self->text, depth + inner->depth - line->depth, inner->text);
          i++;
        }
    }
}

static char *
gone_head (const char *text)
{
  g_autofree char *head = NULL;

  if (!g_str_has_prefix (text, "- text") && strchr (text, '"') != NULL)
    return context_of (text);
  if (g_utf8_strlen (text, -1) <= MAX_CONTEXT_CHARS + 10)
    return g_strdup (text);
  head = g_utf8_substring (text, 0, MAX_CONTEXT_CHARS);
  return g_strconcat (head, "…", NULL);
}

static void
write_gone (Diff *self)
{
  g_autofree char *last = NULL;
  guint n_gone = 0, n_written = 0;

  for (int i = 0; i < (int) self->before->len; i++)
    {
      AnnexPageLine *line = line_at (self->before, i);
      g_autofree char *head = NULL;

      if (index_in (self->is, line->id) >= 0)
        continue;
      /* What is in a gone node is gone with it. */
      while (i + 1 < (int) self->before->len &&
             line_at (self->before, i + 1)->depth > line->depth &&
             index_in (self->is, line_at (self->before, i + 1)->id) < 0)
        i++;
      if (g_str_has_prefix (line->text, "- …") || g_str_has_prefix (line->text, "- /"))
        continue;
      n_gone++;
      head = gone_head (line->text);
      if (n_written >= MAX_GONE || g_strcmp0 (head, last) == 0)
        continue;
      append_marked (self->text, 0, head, "[gone]");
      n_written++;
      g_free (last);
      last = g_steal_pointer (&head);
    }
  if (n_gone > n_written)
    g_string_append_printf (self->text, "- … %u more [gone]\n", n_gone - n_written);
}

char *
annex_page_tree_diff (GPtrArray *before, GPtrArray *now)
{
  g_autoptr (GHashTable) was = by_id (before);
  g_autoptr (GHashTable) is = by_id (now);
  g_autofree int *parents_before = parents_of (before);
  g_autofree int *parents_now = parents_of (now);
  g_autofree gboolean *moved = g_new0 (gboolean, now->len + 1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *whole = NULL;
  Diff self = { .text = text,
                .before = before,
                .now = now,
                .was = was,
                .is = is,
                .parents_before = parents_before,
                .parents_now = parents_now,
                .moved = moved,
                .context = -1 };

  find_moved (&self);
  write_present (&self);
  write_gone (&self);
  if (text->len == 0)
    return NULL;
  whole = annex_page_tree_to_text (now);
  if (text->len >= strlen (whole))
    return g_steal_pointer (&whole);
  if (text->len > ANNEX_PAGE_MAX_TEXT_CHARS)
    {
      g_autofree char *cut = NULL;
      const char *end = text->str + ANNEX_PAGE_MAX_TEXT_CHARS;

      while (end > text->str && end[-1] != '\n')
        end--;
      cut = g_strndup (text->str, end - text->str);
      return g_strconcat (cut, "- … more changes: take a page_snapshot\n", NULL);
    }
  return g_strdup (text->str);
}
