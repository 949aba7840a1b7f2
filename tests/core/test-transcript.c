/* test-transcript.c
 *
 * From logs to what a person reads: what is shown and what is not, the same items however a log is
 * read, hostile logs, deltas, and reading in parts from a store.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-transcript-private.h"

#include "annex-future.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  AnnexTranscriptBuilder *builder;
  gint64 seq;
} Log;

static void
log_clear (Log *log)
{
  annex_transcript_builder_free (log->builder);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

/* JSON is written with ' for ". */
static AnnexEvent *
make_event (gint64 seq, const char *type, const char *json)
{
  g_autofree char *text = g_strdelimit (g_strdup (json), "'", '"');
  JsonObject *data = annex_json_parse_object (text, -1, NULL);

  g_assert_nonnull (data);
  return annex_event_new (seq, "t", seq, seq * 1000000, type, data);
}

static void
add (Log *log, const char *type, const char *format, ...) G_GNUC_PRINTF (3, 4);

static void
add (Log *log, const char *type, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autoptr (AnnexEvent) event = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  event = make_event (++log->seq, type, text);
  annex_transcript_builder_append (log->builder, event);
}

static void
add_text (Log *log, const char *reply, int index, const char *text)
{
  add (log, "block", "{'reply':'%s','index':%d,'block':{'type':'text','text':'%s'}}", reply, index,
       text);
}

static void
add_call (Log *log, const char *reply, int index, const char *id, const char *tool)
{
  add (log, "block",
       "{'reply':'%s','index':%d,'block':{'type':'tool_use','id':'%s','name':'%s','input':{}}}",
       reply, index, id, tool);
}

static void
add_result (Log *log, const char *id, const char *text)
{
  add (log, "tool-finished",
       "{'tool_use_id':'%s','name':'shell','duration_ms':5,"
       "'result':{'type':'tool_result','tool_use_id':'%s','content':'%s'}}",
       id, id, text);
}

/* ---- items as text */

static void
describe (GString *out, AnnexTranscriptItem *item)
{
  static const char *const kinds[] = { "user", "text",  "think", "step", "ask",
                                       "file", "draft", "note",  "error" };
  GListModel *children = annex_transcript_item_get_children (item);
  GPtrArray *folders = annex_transcript_item_get_folders (item);

  g_string_append_printf (out, "%s(%s%s", kinds[annex_transcript_item_get_kind (item)],
                          annex_transcript_item_get_tool (item),
                          annex_transcript_item_get_text (item));
  if (annex_transcript_item_get_kind (item) == ANNEX_ITEM_STEP)
    g_string_append (out, annex_transcript_item_get_result (item) != NULL ? "."
                          : annex_transcript_item_is_finished (item)      ? "!"
                                                                          : "…");
  if (annex_transcript_item_get_answer (item) != NULL)
    g_string_append_printf (out, "=%d",
                            (int) json_object_get_size (annex_transcript_item_get_answer (item)));
  if (annex_transcript_item_is_edited (item))
    g_string_append (out, "*");
  if (folders != NULL)
    g_string_append_printf (out, "+%u", folders->len);
  for (guint i = 0; children != NULL && i < g_list_model_get_n_items (children); i++)
    {
      g_autoptr (AnnexTranscriptItem) child = g_list_model_get_item (children, i);

      g_string_append (out, i == 0 ? ":" : ",");
      describe (out, child);
    }
  g_string_append (out, ")");
}

static char *
dump (AnnexTranscriptBuilder *builder, gboolean exact)
{
  GListModel *items = G_LIST_MODEL (annex_transcript_builder_get_items (builder));
  GString *out = g_string_new (NULL);
  gint64 before = 0;

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr (AnnexTranscriptItem) item = g_list_model_get_item (items, i);
      gint64 seq = annex_transcript_item_get_seq (item);

      if (out->len > 0)
        g_string_append_c (out, ' ');
      describe (out, item);
      if (exact)
        g_string_append_printf (out, "@%d/%d/%d", (int) seq,
                                (int) annex_transcript_item_get_duration_ms (item),
                                (int) (annex_transcript_item_get_began_us (item) / 1000000));
      g_assert_true (seq == 0 || seq > before);
      before = MAX (before, seq);
    }
  return g_string_free_and_steal (out);
}

/* The same log read anew, in parts of @size. */
static AnnexTranscriptBuilder *
read_anew (AnnexTranscriptBuilder *of, guint size)
{
  AnnexTranscriptBuilder *builder = annex_transcript_builder_new ();
  g_autoptr (GPtrArray) all = g_ptr_array_new ();

  for (guint i = of->older->len; i > 0; i--)
    g_ptr_array_add (all, of->older->pdata[i - 1]);
  for (guint i = 0; i < of->newer->len; i++)
    g_ptr_array_add (all, of->newer->pdata[i]);
  for (guint end = all->len; end > 0; end -= MIN (size, end))
    {
      guint first = end - MIN (size, end);
      g_autoptr (GPtrArray) part = g_ptr_array_new ();

      for (guint i = first; i < end; i++)
        g_ptr_array_add (part, all->pdata[i]);
      annex_transcript_builder_prepend (builder, part);
    }
  return builder;
}

static void
check (Log *log, const char *wanted)
{
  g_autofree char *text = dump (log->builder, FALSE);
  g_autofree char *exact = dump (log->builder, TRUE);

  g_assert_cmpstr (text, ==, wanted);
  for (guint size = 1; size < 7; size++)
    {
      g_autoptr (AnnexTranscriptBuilder) again = read_anew (log->builder, size);
      g_autofree char *other = dump (again, TRUE);

      g_assert_cmpstr (other, ==, exact);
    }
}

#define LOG_NEW { annex_transcript_builder_new (), 0 }

/* ---- cases */

static void
test_conversation (void)
{
  g_auto (Log) log = LOG_NEW;

  add (&log, "task-created", "{'title':'x'}");
  add (&log, "share-granted", "{'share':{'id':'s','name':'Receipts','path':'/r','mode':'review'}}");
  add (&log, "announcement", "{'text':'Today is Monday.'}");
  add (&log, "user-message",
       "{'blocks':[{'type':'text','text':'do it'},{'type':'text','text':'now'}]}");
  check (&log, "user(do it\n\nnow+1)");
  add (&log, "reply-started", "{'reply':'r1','model':'m'}");
  add (&log, "block",
       "{'reply':'r1','index':0,'block':{'type':'thinking','thinking':'hm','signature':'x'}}");
  add_text (&log, "r1", 1, "I look.");
  add_call (&log, "r1", 2, "c1", "shell");
  check (&log, "user(do it\n\nnow+1) think(hm) text(I look.) step(shell…)");
  add (&log, "reply-finished", "{'reply':'r1','stop_reason':'tool_use'}");
  add (&log, "tool-started", "{'tool_use_id':'c1','name':'shell'}");
  add_result (&log, "c1", "out");
  check (&log, "user(do it\n\nnow+1) think(hm) text(I look.) step(shellout.)");
  add (&log, "share-mode", "{'share':'s','mode':'keep'}");
  add (&log, "files-presented", "{'paths':['/a']}");
  add (&log, "draft-kept", "{'keep':'k','share':'s','entries':[]}");
  add (&log, "error", "{'domain':'d','code':'c','message':'broke'}");
  add (&log, "state-changed", "{'state':'stopped','reason':'why'}");
  check (&log, "user(do it\n\nnow+1) think(hm) text(I look.) step(shellout.) note() file() draft() "
               "error(broke) "
               "note(why)");
}

static void
test_failed_replies (void)
{
  g_auto (Log) log = LOG_NEW;

  add (&log, "user-message", "{'blocks':[{'type':'text','text':'u'}]}");
  add (&log, "reply-started", "{'reply':'a'}");
  add_text (&log, "a", 0, "lost");
  check (&log, "user(u) text(lost)");
  add (&log, "reply-failed", "{'reply':'a','message':'busy','retry_in_ms':1000}");
  check (&log, "user(u) note(busy)");
  add (&log, "reply-started", "{'reply':'b'}");
  check (&log, "user(u) note(busy)");
  add_text (&log, "b", 0, "also lost");
  check (&log, "user(u) text(also lost)");
  add (&log, "reply-started", "{'reply':'c'}"); /* b's process died */
  add_text (&log, "c", 0, "refused");
  add (&log, "reply-finished", "{'reply':'c','stop_reason':'refusal'}");
  check (&log, "user(u)");
  add (&log, "reply-started", "{'reply':'d'}");
  add_call (&log, "d", 0, "c1", "shell");
  add (&log, "reply-finished", "{'reply':'d','stop_reason':'tool_use'}");
  add (&log, "reply-started", "{'reply':'e'}"); /* without the result */
  check (&log, "user(u) step(shell!)");
  add_result (&log, "c1", "late");
  check (&log, "user(u) step(shelllate.)");
}

static void
test_rewound (void)
{
  g_auto (Log) log = LOG_NEW;

  add (&log, "user-message", "{'blocks':[{'type':'text','text':'one'}]}"); /* 1 */
  add (&log, "reply-started", "{'reply':'a'}");                            /* 2 */
  add_call (&log, "a", 0, "c1", "shell");                                  /* 3 */
  add (&log, "reply-finished", "{'reply':'a','stop_reason':'tool_use'}");  /* 4 */
  add (&log, "user-message", "{'blocks':[{'type':'text','text':'two'}]}"); /* 5 */
  add_result (&log, "c1", "x");                                            /* 6 */
  add (&log, "share-granted",
       "{'share':{'id':'s','name':'R','path':'/r','mode':'review'}}"); /* 7 */
  add (&log, "draft-kept", "{'keep':'k','share':'s','entries':[]}");   /* 8 */
  check (&log, "user(one) step(shellx.) user(two) note() draft()");
  add (&log, "rewound", "{'to_seq':4}");
  check (&log, "user(one) step(shell…) note() draft()");
  add (&log, "user-message", "{'blocks':[{'type':'text','text':'three'}]}");
  check (&log, "user(one) step(shell…) note() draft() user(three*)");
  add (&log, "rewound", "{'to_seq':0}");
  add (&log, "user-message", "{'blocks':[{'type':'text','text':'four'}]}");
  check (&log, "note() draft() user(four*)");
  add (&log, "rewound", "{'to_seq':99}"); /* nothing */
  check (&log, "note() draft() user(four*)");
}

static void
test_children (void)
{
  g_auto (Log) log = LOG_NEW;

  add (&log, "reply-started", "{'reply':'a'}");
  add_call (&log, "a", 0, "d1", "delegate");
  add (&log, "reply-finished", "{'reply':'a','stop_reason':'tool_use'}");
  add (&log, "tool-started", "{'tool_use_id':'d1','name':'delegate'}");
  add (&log, "reply-started", "{'reply':'x','parent':'d1'}");
  add (&log, "tool-started", "{'tool_use_id':'d1','name':'read_file','parent':'d1'}");
  check (&log, "step(delegate…:step(read_file…))");
  add (&log, "tool-finished",
       "{'tool_use_id':'d1','name':'read_file','parent':'d1','result':{'type':'tool_result','"
       "content':'y'}}");
  add (&log, "tool-started", "{'tool_use_id':'z','name':'shell','parent':'d1'}");
  add (&log, "tool-started", "{'tool_use_id':'z','name':'shell','parent':'nobody'}");
  add (&log, "reply-finished", "{'reply':'x','parent':'d1','stop_reason':'end_turn'}");
  add_result (&log, "d1", "done");
  check (&log, "step(delegatedone.:step(read_filey.),step(shell…))");
}

static void
test_asks_and_import (void)
{
  g_auto (Log) log = LOG_NEW;

  add (&log, "ask-opened",
       "{'ask':{'id':'q1','kind':'network','task':'t','text':'a.example','host':'a.example','"
       "reason':'r',"
       "'options':['once','never'],'default':'never'}}");
  check (&log, "ask(a.example)");
  add (&log, "ask-answered", "{'ask':'q1','answer':{'answer':'once'},'by':'user'}");
  add (&log, "ask-answered", "{'ask':'q1','answer':{'answer':'never','x':1},'by':'user'}");
  check (&log, "ask(a.example=1)");
  add (&log, "ask-opened",
       "{'ask':{'id':'q2','kind':'network','task':'t','text':'b.example','host':'b.example','"
       "reason':'r',"
       "'options':['once','never'],'default':'never'}}");
  add (&log, "reply-started", "{'reply':'a'}");
  add_call (&log, "a", 0, "c", "shell");
  add (&log, "reply-finished", "{'reply':'a','stop_reason':'tool_use'}");
  add (&log, "imported", "{'task':'o','exported':'x'}");
  check (&log, "ask(a.example=1) ask(b.example=0) step(shell!) note()");
  add (&log, "ask-opened", "{'ask':'not an ask'}");
  add (&log, "from-the-future", "{'x':1}");
  check (&log, "ask(a.example=1) ask(b.example=0) step(shell!) note()");
}

static void
delta (Log *log, AnnexDeltaKind kind, guint index, const char *text)
{
  AnnexDelta delta = { .kind = kind, .index = index, .text = text, .name = "shell" };

  annex_transcript_builder_add_delta (log->builder, &delta);
}

static void
test_deltas (void)
{
  g_auto (Log) log = LOG_NEW;
  GListModel *items = G_LIST_MODEL (log.builder->items);
  g_autoptr (AnnexTranscriptItem) first = NULL;
  g_autoptr (AnnexTranscriptItem) same = NULL;
  g_autofree char *text = NULL;

  add (&log, "reply-started", "{'reply':'a'}");
  delta (&log, ANNEX_DELTA_TEXT, 0, "Hel");
  first = g_list_model_get_item (items, 0);
  delta (&log, ANNEX_DELTA_TEXT, 0, "lo");
  delta (&log, ANNEX_DELTA_THINKING, 0, "not text");
  delta (&log, ANNEX_DELTA_TEXT, 0, "\xff");
  delta (&log, ANNEX_DELTA_TOOL_INPUT, 1, "{\"comm");
  delta (&log, ANNEX_DELTA_TEXT, 4000000, "no such block");
  text = dump (log.builder, FALSE);
  g_assert_cmpstr (text, ==, "text(Hello\xef\xbf\xbd) step(shell…)");
  add (&log, "user-message", "{'blocks':[{'type':'text','text':'meanwhile'}]}");
  g_free (text);
  text = dump (log.builder, FALSE);
  g_assert_cmpstr (text, ==, "user(meanwhile) text(Hello\xef\xbf\xbd) step(shell…)");
  add_text (&log, "a", 0, "Hello!");
  same = g_list_model_get_item (items, 1);
  g_assert_true (first == same); /* a view keeps its widget */
  g_free (text);
  text = dump (log.builder, FALSE);
  g_assert_cmpstr (text, ==, "user(meanwhile) text(Hello!) step(shell…)");
  add_call (&log, "a", 1, "c", "shell");
  delta (&log, ANNEX_DELTA_TEXT, 2, "cut off");
  add (&log, "reply-finished", "{'reply':'a','stop_reason':'tool_use'}");
  check (&log, "user(meanwhile) text(Hello!) step(shell…)");
  delta (&log, ANNEX_DELTA_TEXT, 0, "again");
  delta (&log, ANNEX_DELTA_RETRY, 0, "busy");
  check (&log, "user(meanwhile) text(Hello!) step(shell…)");
}

/* ---- any log */

#define ANY(array) array[g_test_rand_int_range (0, G_N_ELEMENTS (array))]

static AnnexEvent *
make_random (gint64 seq)
{
  static const char *const ids[] = { "c0", "c1", "c2" };
  static const char *const replies[] = { "r0", "r1" };
  static const char *const reasons[] = { "end_turn", "tool_use", "refusal" };
  static const char *const parents[] = { ",'parent':'c0'", ",'parent':'c1'", "", "", "", "" };
  static const char *const states[] = { "running", "stopped", "done" };
  static const struct
  {
    const char *type;
    const char *json;
  } plain[] = {
    { "user-message", "{'blocks':[{'type':'text','text':'u'}]}" },
    { "user-message", "{'blocks':[{'type':'text','text':'u'}]}" },
    { "user-message", "{'blocks':7}" },
    { "announcement", "{'text':'a'}" },
    { "share-granted", "{'share':{'id':'s','name':'R','path':'/r','mode':'review'}}" },
    { "share-granted", "{'share':'broken'}" },
    { "share-revoked", "{'share':'s'}" },
    { "files-presented", "{'paths':['/a']}" },
    { "draft-kept", "{'keep':'k','share':'s','entries':[]}" },
    { "error", "{'domain':'d','code':'c','message':'m'}" },
    { "computer-changed", "{'state':'failed','message':'m'}" },
    { "imported", "{'task':'o'}" },
    { "title-changed", "{'title':'x'}" },
    { "block", "{'reply':'r0','index':-5,'block':{'type':'text','text':'odd'}}" },
    { "block", "{'block':{'type':'tool_use','id':'c0','name':'n'}}" },
    { "block", "{'reply':'r1','index':1,'block':{'type':'thinking'}}" },
    { "block", "{'reply':'r1','index':1,'block':7}" },
    { "unheard-of", "{}" },
  };
  guint pick = g_test_rand_int_range (0, 32);
  const char *parent = ANY (parents);
  g_autofree char *json = NULL;
  const char *type;

  if (pick < 4)
    type = "reply-started", json = g_strdup_printf ("{'reply':'%s'%s}", ANY (replies), parent);
  else if (pick < 6)
    type = "reply-finished", json = g_strdup_printf ("{'reply':'%s','stop_reason':'%s'%s}",
                                                     ANY (replies), ANY (reasons), parent);
  else if (pick < 7)
    type = "reply-failed", json = g_strdup_printf ("{'reply':'%s','message':'m'%s}", ANY (replies),
                                                   g_test_rand_bit () ? ",'retry_in_ms':5" : "");
  else if (pick < 10)
    type = "block",
    json = g_strdup_printf ("{'reply':'%s','index':0,'block':{'type':'text','text':'x'}}",
                            ANY (replies));
  else if (pick < 13)
    type = "block",
    json = g_strdup_printf (
        "{'reply':'%s','index':1,'block':{'type':'tool_use','id':'%s','name':'n','input':{}}}",
        ANY (replies), ANY (ids));
  else if (pick < 15)
    type = "tool-started",
    json = g_strdup_printf ("{'tool_use_id':'%s','name':'n'%s}", ANY (ids), parent);
  else if (pick < 18)
    type = "tool-finished",
    json = g_strdup_printf (
        "{'tool_use_id':'%s','name':'n','result':{'type':'tool_result','content':'y'}%s}",
        ANY (ids), parent);
  else if (pick < 19)
    type = "rewound",
    json = g_strdup_printf ("{'to_seq':%d}", g_test_rand_int_range (-1, (gint32) seq + 2));
  else if (pick < 21)
    type = "ask-opened",
    json = g_strdup_printf (
        "{'ask':{'id':'%s','kind':'network','task':'t','text':'h','host':'h','reason':'r',"
        "'options':['once','never'],'default':'never'}}",
        ANY (ids));
  else if (pick < 23)
    type = g_test_rand_bit () ? "ask-answered" : "ask-expired",
    json = g_strdup_printf ("{'ask':'%s','answer':{'answer':'once'}}", ANY (ids));
  else if (pick < 24)
    type = "state-changed", json = g_strdup_printf ("{'state':'%s'}", ANY (states));
  else
    {
      guint i = g_test_rand_int_range (0, G_N_ELEMENTS (plain));

      type = plain[i].type;
      json = g_strdup (plain[i].json);
    }
  return make_event (seq, type, json);
}

static void
test_random (void)
{
  guint most = 0;

  for (guint round = 0; round < 3000; round++)
    {
      g_autoptr (GPtrArray) log =
          g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
      g_autoptr (AnnexTranscriptBuilder) builder = annex_transcript_builder_new ();
      g_autoptr (AnnexTranscriptBuilder) anew = NULL;
      g_autofree char *grown = NULL;
      g_autofree char *read = NULL;
      guint n = g_test_rand_int_range (2, 80);
      guint n_known, oldest;

      for (guint i = 0; i < n; i++)
        g_ptr_array_add (log, make_random (i + 1));
      /* Opened when it had so many events; then appends and older parts in any order. */
      n_known = oldest = g_test_rand_int_range (0, (gint32) n + 1);
      while (n_known < n || oldest > 0)
        {
          if (oldest > 0 && (n_known == n || g_test_rand_int_range (0, 3) == 0))
            {
              guint size = g_test_rand_int_range (1, 12);
              guint first = oldest - MIN (oldest, size);
              g_autoptr (GPtrArray) part = g_ptr_array_new ();

              for (guint i = first; i < oldest; i++)
                g_ptr_array_add (part, log->pdata[i]);
              annex_transcript_builder_prepend (builder, part);
              oldest = first;
            }
          else if (n_known < n)
            annex_transcript_builder_append (builder, log->pdata[n_known++]);
        }
      grown = dump (builder, TRUE);
      anew = read_anew (builder, n);
      read = dump (anew, TRUE);
      if (g_strcmp0 (grown, read) != 0)
        for (guint i = 0; i < log->len; i++)
          {
            g_autofree char *line = annex_event_to_json_line (log->pdata[i]);

            g_test_message ("%s", line);
          }
      g_assert_cmpstr (grown, ==, read);
      most = MAX (most, g_list_model_get_n_items (G_LIST_MODEL (builder->items)));
    }
  g_test_message ("at most %u items", most);
  g_assert_cmpuint (most, >, 10); /* else nothing was tested */
}

/* ---- from a store */

static char *store_path;

static gboolean
turn_until (gboolean (*done) (gpointer data), gpointer data)
{
  gint64 end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC;

  while (!done (data) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  return done (data);
}

static gboolean
is_settled (gpointer data)
{
  return !dex_future_is_pending (data);
}

static const GValue *
settle (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  const GValue *value;

  g_assert_true (turn_until (is_settled, future));
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return value;
}

static gboolean
is_idle (gpointer data)
{
  return annex_transcript_get_loaded (data) && !annex_transcript_get_loading (data);
}

static void
fill (AnnexTask *task, guint n)
{
  g_autoptr (DexFuture) last = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("{\"blocks\":[{\"type\":\"text\",\"text\":\"m%u\"}]}", i);

      dex_clear (&last);
      last = annex_task_append (task, ANNEX_EVENT_USER_MESSAGE,
                                annex_json_parse_object (text, -1, NULL));
      if (i % 100 == 0)
        settle (last);
    }
  settle (last);
}

static void
test_store (void)
{
  g_autoptr (DexFuture) opened = annex_store_open (store_path);
  AnnexStore *store = g_value_get_object (settle (opened));
  g_autoptr (DexFuture) created = annex_task_create (store, "t", "tour", "m", NULL, "", "[]");
  AnnexTask *task = g_value_get_object (settle (created));
  g_autoptr (AnnexTranscript) transcript = NULL;
  g_autoptr (DexFuture) closed = NULL;
  guint n;

  fill (task, 1000);
  transcript = annex_transcript_new (task);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (transcript)), ==, 0);
  fill (task, 3); /* before the first part was read */
  g_assert_true (turn_until (is_idle, transcript));
  n = g_list_model_get_n_items (G_LIST_MODEL (transcript));
  g_assert_cmpuint (n, >, 20);
  g_assert_cmpuint (n, <, 500);
  g_assert_false (annex_transcript_get_complete (transcript));
  while (!annex_transcript_get_complete (transcript))
    {
      annex_transcript_load_older (transcript);
      annex_transcript_load_older (transcript); /* asked twice, read once */
      g_assert_true (turn_until (is_idle, transcript));
    }
  n = g_list_model_get_n_items (G_LIST_MODEL (transcript));
  g_assert_cmpuint (n, ==, 1003);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexTranscriptItem) item = g_list_model_get_item (G_LIST_MODEL (transcript), i);
      g_autofree char *wanted = g_strdup_printf ("m%u", i < 1000 ? i : i - 1000);

      g_assert_cmpstr (annex_transcript_item_get_text (item), ==, wanted);
    }
  closed = annex_store_close (store);
  settle (closed);
}

/* Let go of while it reads. */
static void
test_dropped (void)
{
  g_autoptr (DexFuture) opened = annex_store_open (store_path);
  AnnexStore *store = g_value_get_object (settle (opened));
  g_autoptr (DexFuture) created = annex_task_create (store, "t", "tour", "m", NULL, "", "[]");
  AnnexTask *task = g_value_get_object (settle (created));
  AnnexTranscript *transcript;
  g_autoptr (DexFuture) closed = NULL;

  fill (task, 10);
  transcript = annex_transcript_new (task);
  g_object_add_weak_pointer (G_OBJECT (transcript), (gpointer *) &transcript);
  g_object_unref (transcript);
  g_assert_null (transcript);
  fill (task, 3);
  closed = annex_store_close (store);
  settle (closed);
}

static void
add_output (Log *log, const char *id, const char *text)
{
  g_autoptr (GBytes) piece = g_bytes_new (text, strlen (text));

  annex_transcript_builder_add_output (log->builder, id, piece);
}

/* The end of what a command writes: whole lines as a terminal shows them, bounded, until it ends.
 */
static void
test_output (void)
{
  g_auto (Log) log = { annex_transcript_builder_new (), 0 };
  g_autofree char *flood = g_strnfill (100000, 'x');
  g_autofree char *two = NULL;
  g_autofree char *long_line = NULL;
  g_autofree char *after = NULL;
  g_autoptr (AnnexTranscriptItem) item = NULL;

  add (&log, "reply-started", "{'reply':'r','model':'m','seen':0}");
  add (&log, "block",
       "{'reply':'r','index':0,'block':{'type':'tool_use','id':'c','name':'shell',"
       "'input':{'command':'make'}}}");
  add (&log, "tool-started", "{'tool_use_id':'c','name':'shell'}");
  item = g_list_model_get_item (G_LIST_MODEL (annex_transcript_builder_get_items (log.builder)), 0);
  add_output (&log, "other", "not this one\n");
  add_output (&log, "c", "one\ntwo\n 10%\r 50%\r100%\r\nthr");
  add_output (&log, "c", "ee \xc3");
  two = annex_transcript_item_dup_output (item, 2);
  g_assert_cmpstr (two, ==, "100%\nthree \357\277\275");
  add_output (&log, "c", flood);
  long_line = annex_transcript_item_dup_output (item, 20);
  g_assert_cmpuint (strlen (long_line), <, 1000);
  g_assert_true (g_str_has_suffix (long_line, "x…"));
  for (guint i = 0; i < 100; i++)
    add_output (&log, "c", flood);
  g_assert_cmpuint (item->output->len, <, 40000);
  add (&log, "tool-finished",
       "{'tool_use_id':'c','name':'shell','duration_ms':1,'result':{'type':"
       "'tool_result','tool_use_id':'c','content':'x'}}");
  add_output (&log, "c", "late\n");
  after = annex_transcript_item_dup_output (item, 20);
  g_assert_cmpstr (after, ==, "");
}

int
main (int argc, char *argv[])
{
  g_autofree char *folder = g_dir_make_tmp ("annex-transcript-XXXXXX", NULL);
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  store_path = g_build_filename (folder, "tasks.db", NULL);
  g_test_add_func ("/transcript/conversation", test_conversation);
  g_test_add_func ("/transcript/failed-replies", test_failed_replies);
  g_test_add_func ("/transcript/rewound", test_rewound);
  g_test_add_func ("/transcript/children", test_children);
  g_test_add_func ("/transcript/asks-and-import", test_asks_and_import);
  g_test_add_func ("/transcript/deltas", test_deltas);
  g_test_add_func ("/transcript/output", test_output);
  g_test_add_func ("/transcript/random", test_random);
  g_test_add_func ("/transcript/store", test_store);
  g_test_add_func ("/transcript/dropped", test_dropped);
  status = g_test_run ();
  g_remove (store_path);
  g_rmdir (folder);
  g_free (store_path);
  return status;
}
