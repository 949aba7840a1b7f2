/* test-conversation.c
 *
 * The messages that go to the model, each rule by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation-log.h"

static void
check (Log *log, const char *wanted, gboolean needs_model)
{
  g_autoptr (GPtrArray) messages = annex_conversation_dup_messages (log->conversation);
  g_autofree char *found = log_render (messages);

  g_assert_cmpstr (found, ==, wanted);
  g_assert_cmpint (annex_conversation_needs_model (log->conversation), ==, needs_model);
}

static void
test_plain (void)
{
  g_auto (Log) log = log_new ();

  check (&log, "", FALSE);
  log_user (&log, "a");
  check (&log, "U:a", TRUE);
  log_announce (&log, "n");
  log_user (&log, "b");
  check (&log, "U:a,n,b", TRUE);
  log_start (&log, "r1");
  log_text (&log, "r1", 0, "x");
  check (&log, "U:a,n,b", TRUE);
  log_text (&log, "r1", 1, "y");
  log_finish (&log, "r1", "end_turn");
  check (&log, "U:a,n,b A:x,y", FALSE);
  log_user (&log, "c");
  check (&log, "U:a,n,b A:x,y U:c", TRUE);
}

/* A folder is granted and told of in one event; older logs have an announcement of their own. */
static void
test_share_told (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_add (&log, ANNEX_EVENT_SHARE_GRANTED, "{'share':{'id':'s'},'text':'shared'}");
  log_add (&log, ANNEX_EVENT_SHARE_GRANTED, "{'share':{'id':'t'}}");
  log_announce (&log, "told");
  log_add (&log, ANNEX_EVENT_SHARE_MODE, "{'share':'s','mode':'keep','text':'open'}");
  log_add (&log, ANNEX_EVENT_SHARE_REVOKED, "{'share':'s','text':'gone'}");
  check (&log, "U:a,shared,told,open,gone", TRUE);
}

static void
test_tools (void)
{
  g_auto (Log) log = log_new ();
  g_autoptr (GPtrArray) calls = NULL;

  log_user (&log, "a");
  log_start (&log, "r1");
  log_text (&log, "r1", 0, "x");
  log_use (&log, "r1", 1, "t1");
  log_use (&log, "r1", 2, "t2");
  log_finish (&log, "r1", "tool_use");
  check (&log, "U:a A:x,use(t1),use(t2)", FALSE);
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "t2"));
  log_tool_start (&log, "t2");
  g_assert_true (annex_conversation_was_tool_started (log.conversation, "t2"));
  log_announce (&log, "n");
  log_user (&log, "meanwhile");
  log_result (&log, "t2", "two");
  check (&log, "U:a A:x,use(t1),use(t2)", FALSE);
  calls = annex_conversation_dup_unanswered (log.conversation);
  g_assert_cmpuint (calls->len, ==, 1);
  g_assert_cmpstr (annex_block_get_tool_use_id (g_ptr_array_index (calls, 0)), ==, "t1");
  log_result (&log, "t1", "one");
  log_result (&log, "t1", "again");
  log_result (&log, "t9", "nobody asked");
  check (&log, "U:a A:x,use(t1),use(t2) U:res(t1)=one,res(t2)=two,n,meanwhile", TRUE);
}

/* What comes while the model answers stands after its answer. */
static void
test_meanwhile (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_user (&log, "b");
  log_text (&log, "r1", 0, "x");
  log_announce (&log, "n");
  log_finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x U:b,n", TRUE);
}

/* A message that was committed before the start, but that the request was not built from. */
static void
test_seen (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_user (&log, "b");
  log_add (&log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'r1','seen':1}");
  log_text (&log, "r1", 0, "x");
  log_finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x U:b", TRUE);
}

static void
test_failed (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_text (&log, "r1", 0, "lost");
  log_add (&log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'r1','error':'cut'}");
  check (&log, "U:a", TRUE);
  log_start (&log, "r2");
  log_text (&log, "r2", 0, "never finished");
  log_start (&log, "r3");
  log_text (&log, "r3", 0, "x");
  log_finish (&log, "r3", "end_turn");
  log_finish (&log, "r1", "end_turn");
  check (&log, "U:a A:x", FALSE);
}

static void
test_refusal (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_text (&log, "r1", 0, "I ca");
  log_finish (&log, "r1", "refusal");
  check (&log, "U:a", FALSE);
  log_user (&log, "b");
  check (&log, "U:a,b", TRUE);
  log_start (&log, "r2");
  log_finish (&log, "r2", "end_turn"); /* said nothing at all */
  check (&log, "U:a,b", FALSE);
}

static void
test_paused (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_text (&log, "r1", 0, "x");
  log_finish (&log, "r1", "pause_turn");
  check (&log, "U:a A:x", TRUE);
  log_start (&log, "r2");
  log_text (&log, "r2", 0, "y");
  log_finish (&log, "r2", "end_turn");
  check (&log, "U:a A:x,y", FALSE);
}

static void
test_rewound (void)
{
  g_auto (Log) log = log_new ();
  gint64 mark;

  log_user (&log, "a");
  log_start (&log, "r1");
  log_use (&log, "r1", 0, "t1");
  log_finish (&log, "r1", "tool_use");
  log_tool_start (&log, "t1");
  mark = (gint64) log.events->len;
  log_result (&log, "t1", "one");
  log_start (&log, "r2");
  log_text (&log, "r2", 0, "x");
  log_finish (&log, "r2", "end_turn");
  log_user (&log, "b");
  log_start (&log, "r3");
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':%d}", (int) mark);
  check (&log, "U:a A:use(t1)", FALSE);
  g_assert_true (annex_conversation_was_tool_started (log.conversation, "t1"));
  log_text (&log, "r3", 0, "late");
  log_finish (&log, "r3", "end_turn");
  check (&log, "U:a A:use(t1)", FALSE);
  log_result (&log, "t1", "other");
  check (&log, "U:a A:use(t1) U:res(t1)=other", TRUE);
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':0}");
  check (&log, "", FALSE);
  log_user (&log, "c");
  check (&log, "U:c", TRUE);
}

/* Servers count their calls anew in every reply. */
static void
test_same_ids (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_use (&log, "r1", 0, "call_0");
  log_use (&log, "r1", 1, "call_0");
  log_finish (&log, "r1", "tool_use");
  log_result (&log, "call_0", "one");
  log_start (&log, "r2");
  log_use (&log, "r2", 0, "call_0");
  log_finish (&log, "r2", "tool_use");
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "call_0"));
  check (&log, "U:a A:use(call_0) U:res(call_0)=one A:use(call_0)", FALSE);
  log_result (&log, "call_0", "two");
  check (&log, "U:a A:use(call_0) U:res(call_0)=one A:use(call_0) U:res(call_0)=two", TRUE);
}

/* The model was called without a result: it never gets it later. */
static void
test_late_result (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_use (&log, "r1", 0, "t1");
  log_finish (&log, "r1", "tool_use");
  log_user (&log, "b");
  log_start (&log, "r2");
  log_text (&log, "r2", 0, "x");
  log_finish (&log, "r2", "end_turn");
  check (&log, "U:a A:use(t1) U:res(t1)=!,b A:x", FALSE);
  log_result (&log, "t1", "late");
  check (&log, "U:a A:use(t1) U:res(t1)=!,b A:x", FALSE);
}

static void
test_sub_agents (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_use (&log, "r1", 0, "t1");
  log_finish (&log, "r1", "tool_use");
  log_add (&log, ANNEX_EVENT_TOOL_STARTED, "{'tool_use_id':'t1','parent':'t1'}");
  log_add (&log, ANNEX_EVENT_TOOL_FINISHED,
           "{'tool_use_id':'t1','parent':'t1','result':{'type':'tool_result','tool_use_id':'t1'}}");
  check (&log, "U:a A:use(t1)", FALSE);
  g_assert_false (annex_conversation_was_tool_started (log.conversation, "t1"));
}

/* A summary stands for all that it has seen, until somebody goes back to before it. */
static void
test_compacted (void)
{
  g_auto (Log) log = log_new ();

  log_user (&log, "a");
  log_start (&log, "r1");
  log_use (&log, "r1", 0, "t1");
  log_finish (&log, "r1", "tool_use");
  log_result (&log, "t1", "x");
  log_user (&log, "late");
  log_add (&log, ANNEX_EVENT_COMPACTED, "{'text':'sum','seen':5}");
  check (&log, "U:sum,late", TRUE);
  g_assert_cmpuint (annex_conversation_count_compacted (log.conversation), ==, 1);
  log_add (&log, ANNEX_EVENT_COMPACTED, "{'text':'less','seen':7}");
  check (&log, "U:less", TRUE);
  g_assert_cmpuint (annex_conversation_count_compacted (log.conversation), ==, 2);
  log_start (&log, "r2");
  log_text (&log, "r2", 0, "y");
  log_finish (&log, "r2", "end_turn");
  check (&log, "U:less A:y", FALSE);
  g_assert_cmpuint (annex_conversation_count_compacted (log.conversation), ==, 0);
  log_user (&log, "b");
  check (&log, "U:less A:y U:b", TRUE);
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':7}");
  check (&log, "U:sum,late", TRUE);
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':6}");
  check (&log, "U:a A:use(t1) U:res(t1)=x,late", TRUE);
  log_add (&log, ANNEX_EVENT_COMPACTED, "{'text':'','seen':5}");
  log_add (&log, ANNEX_EVENT_COMPACTED, "{'seen':5}");
  check (&log, "U:a A:use(t1) U:res(t1)=x,late", TRUE);
}

static void
test_malformed (void)
{
  g_auto (Log) log = log_new ();

  log_start (&log, "r0");
  log_text (&log, "r0", 0, "the assistant cannot begin");
  log_finish (&log, "r0", "end_turn");
  check (&log, "", FALSE);
  log_add (&log, ANNEX_EVENT_USER_MESSAGE, "{'blocks':{}}");
  log_add (
      &log, ANNEX_EVENT_USER_MESSAGE,
      "{'blocks':[7,{'type':'text'},{'type':'text','text':''},{'type':'tool_result','tool_use_id':"
      "'t1'},{'type':'tool_use','id':'t','name':'n','input':{}}]}");
  log_announce (&log, "");
  check (&log, "", FALSE);
  log_user (&log, "a");
  log_start (&log, "r1");
  log_add (&log, ANNEX_EVENT_BLOCK, "{'reply':'r1','index':-1,'block':{'type':'text','text':'x'}}");
  log_add (&log, ANNEX_EVENT_BLOCK,
           "{'reply':'r1','index':1e9,'block':{'type':'text','text':'x'}}");
  log_add (&log, ANNEX_EVENT_BLOCK, "{'reply':'r1','index':0,'block':{'type':'tool_use'}}");
  log_add (&log, ANNEX_EVENT_BLOCK,
           "{'reply':'r1','index':1,'block':{'type':'tool_result','tool_use_id':'t'}}");
  log_text (&log, "r1", 7, "y");
  log_text (&log, "r1", 5, "x");
  log_text (&log, "absent", 0, "z");
  log_add (&log, ANNEX_EVENT_BLOCK,
           "{'reply':'r1','index':6,'block':{'type':'thinking','thinking':''}}");
  log_finish (&log, "r1", "end_turn");
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':-5}");
  log_add (&log, ANNEX_EVENT_REWOUND, "{'to_seq':'x'}");
  log_add (&log, ANNEX_EVENT_TOOL_FINISHED,
           "{'tool_use_id':'t1','result':{'type':'text','text':'x'}}");
  check (&log, "U:a A:x,,y", FALSE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conversation/plain", test_plain);
  g_test_add_func ("/conversation/share-told", test_share_told);
  g_test_add_func ("/conversation/tools", test_tools);
  g_test_add_func ("/conversation/meanwhile", test_meanwhile);
  g_test_add_func ("/conversation/seen", test_seen);
  g_test_add_func ("/conversation/failed", test_failed);
  g_test_add_func ("/conversation/compacted", test_compacted);
  g_test_add_func ("/conversation/refusal", test_refusal);
  g_test_add_func ("/conversation/paused", test_paused);
  g_test_add_func ("/conversation/rewound", test_rewound);
  g_test_add_func ("/conversation/same-ids", test_same_ids);
  g_test_add_func ("/conversation/late-result", test_late_result);
  g_test_add_func ("/conversation/sub-agents", test_sub_agents);
  g_test_add_func ("/conversation/malformed", test_malformed);
  return g_test_run ();
}
