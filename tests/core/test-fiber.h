/* test-fiber.h
 *
 * Tests as fibers: a test function may await, and has a time limit.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

typedef void (*TestFunc) (void);

static inline DexFuture *
test_fiber (gpointer data)
{
  TestFunc func = (TestFunc) data;

  func ();
  return dex_future_new_for_boolean (TRUE);
}

static inline gboolean
test_timed_out_cb (gpointer data)
{
  g_error ("The test took longer than its limit");
  return G_SOURCE_REMOVE;
}

/* GTestDataFunc: @data is a TestFunc. */
static inline void
test_run_fiber (gconstpointer data)
{
  g_autoptr (DexFuture) future =
      dex_scheduler_spawn (NULL, 1 << 20, test_fiber, (gpointer) data, NULL);
  guint limit = g_timeout_add_seconds (50, test_timed_out_cb, NULL);
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  if (dex_future_get_value (future, &error) == NULL)
    g_error ("The fiber failed: %s", error->message);
  /* What was freed last may still have something to say. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static inline void
test_add_fiber (const char *path, TestFunc func)
{
  g_test_add_data_func (path, (gconstpointer) func, test_run_fiber);
}

/* In a fiber: awaits, and the future must resolve. */
#define test_await(future)                                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) await_error = NULL;                                                         \
    dex_await ((future), &await_error);                                                            \
    g_assert_no_error (await_error);                                                               \
  }                                                                                                \
  G_STMT_END

/* In a fiber: awaits, and the future must reject with @code of @domain. */
#define test_await_error(future, domain, code)                                                     \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autoptr (GError) await_error = NULL;                                                         \
    g_assert_false (dex_await ((future), &await_error));                                           \
    g_assert_error (await_error, (domain), (code));                                                \
  }                                                                                                \
  G_STMT_END
