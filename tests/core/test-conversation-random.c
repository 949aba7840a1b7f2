/* test-conversation-random.c
 *
 * What must hold of the messages for any log, and for any way an agent may be interrupted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation-log.h"

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
      log_user (log, text);
      break;
    case 2:
      log_announce (log, text);
      break;
    case 3:
    case 4:
      log_add (log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','seen':%d}", ANY (replies),
               (int) log->events->len -
                   (g_test_rand_int_range (0, 4) == 0 ? g_test_rand_int_range (0, 6) : 0));
      break;
    case 5:
      log_text (log, ANY (replies), g_test_rand_int_range (0, 4), text);
      break;
    case 6:
      log_use (log, ANY (replies), g_test_rand_int_range (0, 4), ANY (ids));
      break;
    case 7:
    case 8:
      log_finish (log, ANY (replies), ANY (reasons));
      break;
    case 9:
      if (g_test_rand_int_range (0, 4) == 0)
        log_add (log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'%s'}", ANY (replies));
      else
        log_tool_start (log, ANY (ids));
      break;
    case 10:
      log_result (log, ANY (ids), text);
      break;
    default:
      log_add (log, ANNEX_EVENT_REWOUND, "{'to_seq':%d}",
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
        g_autofree char *a = log_render (before);
        g_autofree char *b = NULL;

        for (guint i = 0; i < log.events->len; i++)
          annex_conversation_apply (again, g_ptr_array_index (log.events, i));
        messages = annex_conversation_dup_messages (again);
        b = log_render (messages);
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

      log_user (&log, "begin");
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
                log_user (&log, "while it works");
              log_result (&log, annex_block_get_tool_use_id (g_ptr_array_index (calls, i)), "ok");
            }
          if (!annex_conversation_needs_model (log.conversation))
            log_user (&log, "go on");
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
            log_user (&log, "between building and starting");
          log_add (&log, ANNEX_EVENT_REPLY_STARTED, "{'reply':'%s','seen':%d}", reply, seen);
          if (g_test_rand_int_range (0, 4) == 0)
            {
              log_text (&log, reply, 0, "lost");
              log_add (&log, ANNEX_EVENT_REPLY_FAILED, "{'reply':'%s'}", reply);
              continue;
            }
          if (g_test_rand_bit ())
            log_announce (&log, "while it answers");
          log_text (&log, reply, 0, "x");
          if (g_test_rand_bit ())
            log_use (&log, reply, 1, call);
          log_finish (&log, reply, "end_turn");
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

  log_user (&log, "a");
  for (guint n = 0; n < 3000; n++)
    {
      g_autofree char *reply = g_strdup_printf ("r%u", n);
      g_autofree char *call = g_strdup_printf ("t%u", n);

      log_start (&log, reply);
      log_use (&log, reply, 0, call);
      log_finish (&log, reply, "tool_use");
      log_tool_start (&log, call);
      log_result (&log, call, "ok");
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
  g_test_add_data_func ("/conversation/random", GINT_TO_POINTER (FALSE), test_random);
  g_test_add_data_func ("/conversation/random-rewound", GINT_TO_POINTER (TRUE), test_random);
  g_test_add_func ("/conversation/requests", test_requests);
  g_test_add_func ("/conversation/long", test_long);
  return g_test_run ();
}
