/* test-conversation.c
 *
 * The messages that go to the model: each rule by itself, then what must hold for any log.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-conversation.h"

#include <stdarg.h>
#include <string.h>

/* A log being written, in short: each call is one event. */
typedef struct
{
  AnnexConversation *conversation;
  GPtrArray *events;
} Log;

static void
log_clear (Log *log)
{
  annex_conversation_free (log->conversation);
  g_ptr_array_unref (log->events);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Log, log_clear)

static Log
log_new (void)
{
  return (Log) { annex_conversation_new (),
                 g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref) };
}

static gint64
add (Log *log, AnnexEventType type, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gint64
add (Log *log, AnnexEventType type, const char *format, ...)
{
  g_autofree char *text = NULL;
  JsonObject *data;
  AnnexEvent *event;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_strdelimit (text, "'", '"');
  data = annex_json_parse_object (text, -1, NULL);
  g_assert_nonnull (data);
  event = annex_event_new (0, "t", log->events->len + 1, 0, annex_event_type_to_name (type), data);
  g_ptr_array_add (log->events, event);
  annex_conversation_apply (log->conversation, event);
  return log->events->len;
}

static void
user (Log *log, const char *text)
{
  add (log, ANNEX_EVENT_USER_MESSAGE, "{'blocks':[{'type':'text','text':'%s'}]}", text);
}

static void
announce (Log *log, const char *text)
{
  add (log, ANNEX_EVENT_ANNOUNCEMENT, "{'text':'%s'}", text);
}

static void
start (Log *log, const char *reply)
{
  int seen = (int) log->events->len;

  add (log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','model':'m','seen':%d}", reply, seen);
}

static void
text_block (Log *log, const char *reply, int index, const char *text)
{
  add (log, ANNEX_EVENT_BLOCK, "{'reply':'%s','index':%d,'block':{'type':'text','text':'%s'}}",
       reply, index, text);
}

static void
use_block (Log *log, const char *reply, int index, const char *id)
{
  add (log, ANNEX_EVENT_BLOCK,
       "{'reply':'%s','index':%d,'block':{'type':'tool_use','id':'%s','name':'shell','input':{}}}",
       reply, index, id);
}

static void
finish (Log *log, const char *reply, const char *stop_reason)
{
  add (log, ANNEX_EVENT_REPLY_FINISHED, "{'reply':'%s','stop_reason':'%s'}", reply, stop_reason);
}

static void
tool_start (Log *log, const char *id)
{
  add (log, ANNEX_EVENT_TOOL_STARTED, "{'tool_use_id':'%s','name':'shell'}", id);
}

static void
result (Log *log, const char *id, const char *text)
{
  add (log, ANNEX_EVENT_TOOL_FINISHED,
       "{'tool_use_id':'%s','name':'shell','result':{'type':'tool_result','tool_use_id':'%s',"
       "'content':'%s'}}",
       id, id, text);
}

/* "U:a,b A:x,use(t1) U:res(t1)=ok,c" */
static char *
render (GPtrArray *messages)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);

      g_string_append_printf (out, "%s%s", i > 0 ? " " : "",
                              annex_message_get_role (message) == ANNEX_ROLE_USER ? "U:" : "A:");
      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);

          if (j > 0)
            g_string_append_c (out, ',');
          if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE)
            g_string_append_printf (out, "use(%s)", annex_block_get_tool_use_id (block));
          else if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT)
            g_string_append_printf (
                out, "res(%s)=%s", annex_block_get_tool_use_id (block),
                annex_block_get_is_error (block) ? "!" : annex_block_get_text (block));
          else
            g_string_append (out, annex_block_get_text (block));
        }
    }
  return g_string_free_and_steal (out);
}

static void
check (Log *log, const char *wanted, gboolean needs_model)
{
  g_autoptr (GPtrArray) messages = annex_conversation_dup_messages (log->conversation);
  g_autofree char *found = render (messages);

  g_assert_cmpstr (found, ==, wanted);
  g_assert_cmpint (annex_conversation_needs_model (log->conversation), ==, needs_model);
}

static void
test_plain (void)
{
  g_auto (Log) log = log_new ();

  check (&log, "", FALSE);
  user (&log, "a");
  check (&log, "U:a", TRUE);
  announce (&log, "n");
  user (&log, "b");
  check (&log, "U:a,n,b", TRUE);
  start (&log, "r1");
  text_block (&log, "r1", 0, "x");
  check (&log, "U:a,n,b", TRUE);
  text_block (&log, "r1", 1, "y");
  finish (&log, "r1", "end_turn");
  check (&log, "U:a,n,b A:x,y", FALSE);
  user (&log, "c");
  check (&log, "U:a,n,b A:x,y U:c", TRUE);
}

static void
test_tools (void)
{
  g_auto (Log) log = log_new ();
  g_autoptr (GPtrArray) calls = NULL;

  user (&log, "a");
  start (&log, "r1");
  text_block (&log, "r1", 0, "x");
  use_block (&log, "r1", 1, "t1");
  use_block (&log, "r1", 2, "t2");
  finish (&log, "r1", "tool_use");
  check (&log, "U:a A:x,use(t1),use(t2)", FALSE);
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "t2"));
  tool_start (&log, "t2");
  g_assert_true (annex_conversation_was_tool_started (log.conversation, "t2"));
  announce (&log, "n");
  user (&log, "meanwhile");
  result (&log, "t2", "two");
  check (&log, "U:a A:x,use(t1),use(t2)", FALSE);
  calls = annex_conversation_dup_unanswered (log.conversation);
  g_assert_cmpuint (calls->len, ==, 1);
  g_assert_cmpstr (annex_block_get_tool_use_id (g_ptr_array_index (calls, 0)), ==, "t1");
  result (&log, "t1", "one");
  result (&log, "t1", "again");
  result (&log, "t9", "nobody asked");
  check (&log, "U:a A:x,use(t1),use(t2) U:res(t1)=one,res(t2)=two,n,meanwhile", TRUE);
}

/* What comes while the model answers stands after its answer. */
static void
test_meanwhile (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  user (&log, "b");
  text_block (&log, "r1", 0, "x");
  announce (&log, "n");
  finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x U:b,n", TRUE);
}

/* A message that was committed before the start, but that the request was not built from. */
static void
test_seen (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  user (&log, "b");
  add (&log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'r1','seen':1}");
  text_block (&log, "r1", 0, "x");
  finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x U:b", TRUE);
}

static void
test_failed (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  text_block (&log, "r1", 0, "lost");
  add (&log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'r1','error':'cut'}");
  check (&log, "U:a", TRUE);
  start (&log, "r2");
  text_block (&log, "r2", 0, "never finished");
  start (&log, "r3");
  text_block (&log, "r3", 0, "x");
  finish (&log, "r3", "end_turn");
  finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x", FALSE);
}

static void
test_refusal (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  text_block (&log, "r1", 0, "I ca");
  finish (&log, "r1", "refusal");
  check (&log, "U:a", FALSE);
  user (&log, "b");
  check (&log, "U:a,b", TRUE);
  start (&log, "r2");
  finish (&log, "r2", "end_turn"); /* said nothing at all */
  check (&log, "U:a,b", FALSE);
}

static void
test_paused (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  text_block (&log, "r1", 0, "x");
  finish (&log, "r1", "pause_turn");
  check (&log, "U:a A:x", TRUE);
  start (&log, "r2");
  text_block (&log, "r2", 0, "y");
  finish (&log, "r2", "end_turn");
  check (&log, "U:a A:x,y", FALSE);
}

static void
test_rewound (void)
{
  g_auto (Log) log = log_new ();
  gint64 mark;

  user (&log, "a");
  start (&log, "r1");
  use_block (&log, "r1", 0, "t1");
  finish (&log, "r1", "tool_use");
  tool_start (&log, "t1");
  mark = (gint64) log.events->len;
  result (&log, "t1", "one");
  start (&log, "r2");
  text_block (&log, "r2", 0, "x");
  finish (&log, "r2", "end_turn");
  user (&log, "b");
  start (&log, "r3");
  add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':%d}", (int) mark);
  check (&log, "U:a A:use(t1)", FALSE);
  g_assert_true (annex_conversation_was_tool_started (log.conversation, "t1"));
  text_block (&log, "r3", 0, "late");
  finish (&log, "r3", "end_turn");
  check (&log, "U:a A:use(t1)", FALSE);
  result (&log, "t1", "other");
  check (&log, "U:a A:use(t1) U:res(t1)=other", TRUE);
  add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':0}");
  check (&log, "", FALSE);
  user (&log, "c");
  check (&log, "U:c", TRUE);
}

/* Servers count their calls anew in every reply. */
static void
test_same_ids (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  use_block (&log, "r1", 0, "call_0");
  use_block (&log, "r1", 1, "call_0");
  finish (&log, "r1", "tool_use");
  result (&log, "call_0", "one");
  start (&log, "r2");
  use_block (&log, "r2", 0, "call_0");
  finish (&log, "r2", "tool_use");
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "call_0"));
  check (&log, "U:a A:use(call_0) U:res(call_0)=one A:use(call_0)", FALSE);
  result (&log, "call_0", "two");
  check (&log, "U:a A:use(call_0) U:res(call_0)=one A:use(call_0) U:res(call_0)=two", TRUE);
}

/* The model was called without a result: it never gets it later. */
static void
test_late_result (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  use_block (&log, "r1", 0, "t1");
  finish (&log, "r1", "tool_use");
  user (&log, "b");
  start (&log, "r2");
  text_block (&log, "r2", 0, "x");
  finish (&log, "r2", "end_turn");
  check (&log, "U:a A:use(t1) U:res(t1)=!,b A:x", FALSE);
  result (&log, "t1", "late");
  check (&log, "U:a A:use(t1) U:res(t1)=!,b A:x", FALSE);
}

static void
test_sub_agents (void)
{
  g_auto (Log) log = log_new ();

  user (&log, "a");
  start (&log, "r1");
  use_block (&log, "r1", 0, "t1");
  finish (&log, "r1", "tool_use");
  add (&log, ANNEX_EVENT_TOOL_STARTED, "{'tool_use_id':'t1','parent':'t1'}");
  add (&log, ANNEX_EVENT_TOOL_FINISHED,
       "{'tool_use_id':'t1','parent':'t1','result':{'type':'tool_result','tool_use_id':'t1'}}");
  check (&log, "U:a A:use(t1)", FALSE);
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "t1"));
}

static void
test_malformed (void)
{
  g_auto (Log) log = log_new ();

  start (&log, "r0");
  text_block (&log, "r0", 0, "the assistant cannot begin");
  finish (&log, "r0", "end_turn");
  check (&log, "", FALSE);
  add (&log, ANNEX_EVENT_USER_MESSAGE, "{'blocks':{}}");
  add (&log, ANNEX_EVENT_USER_MESSAGE,
       "{'blocks':[7,{'type':'text'},{'type':'text','text':''},{'type':'tool_result','tool_use_id':"
       "'t1'},{'type':'tool_use','id':'t','name':'n','input':{}}]}");
  announce (&log, "");
  check (&log, "", FALSE);
  user (&log, "a");
  start (&log, "r1");
  add (&log, ANNEX_EVENT_BLOCK, "{'reply':'r1','index':-1,'block':{'type':'text','text':'x'}}");
  add (&log, ANNEX_EVENT_BLOCK, "{'reply':'r1','index':1e9,'block':{'type':'text','text':'x'}}");
  add (&log, ANNEX_EVENT_BLOCK, "{'reply':'r1','index':0,'block':{'type':'tool_use'}}");
  add (&log, ANNEX_EVENT_BLOCK,
       "{'reply':'r1','index':1,'block':{'type':'tool_result','tool_use_id':'t'}}");
  text_block (&log, "r1", 7, "y");
  text_block (&log, "r1", 5, "x");
  text_block (&log, "absent", 0, "z");
  add (&log, ANNEX_EVENT_BLOCK,
       "{'reply':'r1','index':6,'block':{'type':'thinking','thinking':''}}");
  finish (&log, "r1", "end_turn");
  add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':-5}");
  add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':'x'}");
  add (&log, ANNEX_EVENT_TOOL_FINISHED, "{'tool_use_id':'t1','result':{'type':'text','text':'x'}}");
  check (&log, "U:a A:x,,y", FALSE);
}

/* Properties */

static const char *const ids[] = { "t0", "t1", "t2", "t3" };
static const char *const replies[] = { "r0", "r1" };
static const char *const reasons[] = { "end_turn", "tool_use",   "max_tokens",
                                       "refusal",  "pause_turn", "other" };
#define ANY(array) array[g_test_rand_int_range (0, G_N_ELEMENTS (array))]

static void
add_random (Log *log, gboolean rewinds)
{
  g_autofree char *text = g_strdup_printf ("m%u", log->events->len);

  switch (g_test_rand_int_range (0, rewinds ? 12 : 11))
    {
    case 0:
    case 1:
      user (log, text);
      break;
    case 2:
      announce (log, text);
      break;
    case 3:
    case 4:
      add (log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','seen':%d}", ANY (replies),
           (int) log->events->len -
               (g_test_rand_int_range (0, 4) == 0 ? g_test_rand_int_range (0, 6) : 0));
      break;
    case 5:
      text_block (log, ANY (replies), g_test_rand_int_range (0, 4), text);
      break;
    case 6:
      use_block (log, ANY (replies), g_test_rand_int_range (0, 4), ANY (ids));
      break;
    case 7:
    case 8:
      finish (log, ANY (replies), ANY (reasons));
      break;
    case 9:
      if (g_test_rand_int_range (0, 4) == 0)
        add (log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'%s'}", ANY (replies));
      else
        tool_start (log, ANY (ids));
      break;
    case 10:
      result (log, ANY (ids), text);
      break;
    default:
      add (log, ANNEX_EVENT_REWOUND, "{'to_seq':%d}",
           g_test_rand_int_range (0, (gint32) log->events->len + 1));
      break;
    }
}

/* What the provider demands of any request. */
static void
check_valid (Log *log, GPtrArray *messages)
{
  g_autoptr (GPtrArray) unanswered = annex_conversation_dup_unanswered (log->conversation);

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);
      GPtrArray *before =
          i > 0 ? annex_message_get_blocks (g_ptr_array_index (messages, i - 1)) : NULL;
      g_autoptr (GPtrArray) calls = g_ptr_array_new ();
      guint n_results = 0;

      g_assert_cmpint (annex_message_get_role (message), ==,
                       i % 2 == 0 ? ANNEX_ROLE_USER : ANNEX_ROLE_ASSISTANT);
      g_assert_cmpuint (blocks->len, >, 0);
      for (guint j = 0; before != NULL && j < before->len; j++)
        if (annex_block_get_kind (g_ptr_array_index (before, j)) == ANNEX_BLOCK_TOOL_USE)
          g_ptr_array_add (calls, g_ptr_array_index (before, j));
      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);

          if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT)
            {
              /* First, in the order of the calls, one for each. */
              g_assert_cmpuint (j, ==, n_results);
              g_assert_cmpuint (j, <, calls->len);
              g_assert_cmpstr (annex_block_get_tool_use_id (block), ==,
                               annex_block_get_tool_use_id (g_ptr_array_index (calls, j)));
              n_results++;
            }
          g_assert_cmpint (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE, <=,
                           annex_message_get_role (message) == ANNEX_ROLE_ASSISTANT);
        }
      g_assert_cmpuint (n_results, ==, calls->len);
    }
  if (unanswered->len > 0)
    {
      g_assert_cmpuint (messages->len, >, 0);
      g_assert_cmpint (annex_message_get_role (g_ptr_array_index (messages, messages->len - 1)), ==,
                       ANNEX_ROLE_ASSISTANT);
      g_assert_false (annex_conversation_needs_model (log->conversation));
    }
}

static void
check_blocks_begin (GPtrArray *shorter, GPtrArray *longer)
{
  g_assert_cmpuint (shorter->len, <=, longer->len);
  for (guint i = 0; i < shorter->len; i++)
    {
      g_autofree char *a =
          annex_json_object_to_string (annex_block_get_json (g_ptr_array_index (shorter, i)));
      g_autofree char *b =
          annex_json_object_to_string (annex_block_get_json (g_ptr_array_index (longer, i)));

      g_assert_cmpstr (a, ==, b);
    }
}

/* Up to the last assistant turn, what was before is how the later begins, byte for byte; that turn
 * itself may only grow (a paused turn that goes on), and so may an unanswered user message. */
static void
check_begins (GPtrArray *before, GPtrArray *after)
{
  for (guint i = 0; i < before->len; i++)
    {
      GPtrArray *a = annex_message_get_blocks (g_ptr_array_index (before, i));
      GPtrArray *b;
      gboolean is_open = i + 2 >= before->len;

      if (i + 1 == before->len && i % 2 == 0)
        return; /* a user message that was not answered yet */
      g_assert_cmpuint (i, <, after->len);
      b = annex_message_get_blocks (g_ptr_array_index (after, i));
      check_blocks_begin (a, b);
      if (!is_open)
        g_assert_cmpuint (a->len, ==, b->len);
    }
}

static void
test_random (gconstpointer data)
{
  gboolean rewinds = GPOINTER_TO_INT (data);
  guint longest = 0;

  for (guint round = 0; round < 400; round++)
    {
      g_auto (Log) log = log_new ();
      g_autoptr (GPtrArray) before = NULL;

      for (guint n = 0; n < 120; n++)
        {
          g_autoptr (GPtrArray) messages = NULL;
          AnnexEvent *last;

          add_random (&log, rewinds);
          messages = annex_conversation_dup_messages (log.conversation);
          check_valid (&log, messages);
          last = g_ptr_array_index (log.events, log.events->len - 1);
          if (before != NULL && annex_event_get_event_type (last) != ANNEX_EVENT_REWOUND)
            check_begins (before, messages);
          longest = MAX (longest, messages->len);
          g_clear_pointer (&before, g_ptr_array_unref);
          before = g_steal_pointer (&messages);
        }
      /* The same log read anew, as after a restart, gives the same bytes. */
      {
        g_autoptr (AnnexConversation) again = annex_conversation_new ();
        g_autoptr (GPtrArray) messages = NULL;
        g_autofree char *a = render (before);
        g_autofree char *b = NULL;

        for (guint i = 0; i < log.events->len; i++)
          annex_conversation_apply (again, g_ptr_array_index (log.events, i));
        messages = annex_conversation_dup_messages (again);
        b = render (messages);
        g_assert_cmpstr (a, ==, b);
      }
    }
  g_test_message ("the longest had %u messages", longest);
  g_assert_cmpuint (longest, >, rewinds ? 4 : 6); /* else nothing was tested */
}

/* What an agent does: requests are built, sent and answered while anything arrives. Each request,
 * once sent, must be how every later one begins. */
static void
test_requests (void)
{
  for (guint round = 0; round < 200; round++)
    {
      g_auto (Log) log = log_new ();
      g_autoptr (GPtrArray) sent = NULL;
      guint n_requests = 0;

      user (&log, "begin");
      for (guint n = 0; n < 40; n++)
        {
          g_autoptr (GPtrArray) calls = annex_conversation_dup_unanswered (log.conversation);
          g_autofree char *reply = g_strdup_printf ("r%u", n);
          g_autofree char *call = g_strdup_printf ("t%u", n);
          g_autoptr (GPtrArray) request = NULL;
          int seen;

          for (guint i = 0; i < calls->len; i++)
            {
              if (g_test_rand_bit ())
                user (&log, "while it works");
              result (&log, annex_block_get_tool_use_id (g_ptr_array_index (calls, i)), "ok");
            }
          if (!annex_conversation_needs_model (log.conversation))
            user (&log, "go on");
          request = annex_conversation_dup_messages (log.conversation);
          seen = (int) log.events->len;
          if (sent != NULL)
            {
              g_assert_cmpuint (request->len, >=, sent->len);
              for (guint i = 0; i < sent->len; i++)
                {
                  GPtrArray *a = annex_message_get_blocks (g_ptr_array_index (sent, i));
                  GPtrArray *b = annex_message_get_blocks (g_ptr_array_index (request, i));

                  g_assert_cmpuint (a->len, ==, b->len);
                  check_blocks_begin (a, b);
                }
            }
          if (g_test_rand_int_range (0, 3) == 0)
            user (&log, "between building and starting");
          add (&log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','seen':%d}", reply, seen);
          if (g_test_rand_int_range (0, 4) == 0)
            {
              text_block (&log, reply, 0, "lost");
              add (&log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'%s'}", reply);
              continue;
            }
          if (g_test_rand_bit ())
            announce (&log, "while it answers");
          text_block (&log, reply, 0, "x");
          if (g_test_rand_bit ())
            use_block (&log, reply, 1, call);
          finish (&log, reply, "end_turn");
          g_clear_pointer (&sent, g_ptr_array_unref);
          sent = g_steal_pointer (&request);
          n_requests++;
        }
      g_assert_cmpuint (n_requests, >, 5);
    }
}

/* A day's work must not take a second each time it is sent. */
static void
test_long (void)
{
  g_auto (Log) log = log_new ();
  gint64 began;

  user (&log, "a");
  for (guint n = 0; n < 3000; n++)
    {
      g_autofree char *reply = g_strdup_printf ("r%u", n);
      g_autofree char *call = g_strdup_printf ("t%u", n);

      start (&log, reply);
      use_block (&log, reply, 0, call);
      finish (&log, reply, "tool_use");
      tool_start (&log, call);
      result (&log, call, "ok");
    }
  began = g_get_monotonic_time ();
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GPtrArray) messages = annex_conversation_dup_messages (log.conversation);

      g_assert_cmpuint (messages->len, ==, 6001);
    }
  g_test_message ("6001 messages: %.1f ms", (double) (g_get_monotonic_time () - began) / 5000.0);
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conversation/plain", test_plain);
  g_test_add_func ("/conversation/tools", test_tools);
  g_test_add_func ("/conversation/meanwhile", test_meanwhile);
  g_test_add_func ("/conversation/seen", test_seen);
  g_test_add_func ("/conversation/failed", test_failed);
  g_test_add_func ("/conversation/refusal", test_refusal);
  g_test_add_func ("/conversation/paused", test_paused);
  g_test_add_func ("/conversation/rewound", test_rewound);
  g_test_add_func ("/conversation/same-ids", test_same_ids);
  g_test_add_func ("/conversation/late-result", test_late_result);
  g_test_add_func ("/conversation/sub-agents", test_sub_agents);
  g_test_add_func ("/conversation/malformed", test_malformed);
  g_test_add_data_func ("/conversation/random", GINT_TO_POINTER (FALSE), test_random);
  g_test_add_data_func ("/conversation/random-rewound", GINT_TO_POINTER (TRUE), test_random);
  g_test_add_func ("/conversation/requests", test_requests);
  g_test_add_func ("/conversation/long", test_long);
  return g_test_run ();
}
