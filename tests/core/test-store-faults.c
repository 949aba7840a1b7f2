/* test-store-faults.c
 *
 * A disk that is full, or answers with errors, at each change that the store makes of its files:
 * whoever was told that something is saved finds it afterwards, the database is sound, whoever was
 * told that it is not hears why, and the same store goes on when the disk is well again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "faulty-vfs.h"
#include "store-fixture.h"
#include "test-fiber.h"

#include <errno.h>

#define N_EVENTS 5
/* Longer than a page, so that it takes several writes. */
#define LONG_TEXT 9000
/* More than one round makes; that so many were needed is told. */
#define MAX_CHANGES 400

/* How the disk fails. */
typedef struct
{
  int code;
  gboolean once;
} Fault;

static const Fault full = { ENOSPC, FALSE };
static const Fault full_once = { ENOSPC, TRUE };
static const Fault broken = { EIO, FALSE };
static const Fault broken_once = { EIO, TRUE };

static const Fault *fault;
static GArray *acknowledged; /* gint64, the seq of each */

static gboolean
append (AnnexStore *store, AnnexEventType type, const char *data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexEvent) event =
      dex_await_boxed (annex_store_append (store, "a", type, store_json (data)), &error);

  if (event != NULL)
    {
      gint64 seq = annex_event_get_seq (event);

      g_array_append_val (acknowledged, seq);
      return TRUE;
    }
  /* After a task that could not be made there is none. */
  if (fault->code == ENOSPC && error->code != ANNEX_STORE_ERROR_NOT_FOUND)
    g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL);
  g_assert_cmpuint (error->domain, ==, ANNEX_STORE_ERROR);
  return FALSE;
}

static gboolean
create (AnnexStore *store)
{
  return append (store, ANNEX_EVENT_TASK_CREATED,
                 "{\"title\":\"T\",\"provider\":\"\",\"model\":\"\",\"system\":\"\","
                 "\"tools\":\"[]\"}");
}

static void
work (AnnexStore *store)
{
  g_autofree char *filler = g_strnfill (LONG_TEXT, 'x');
  g_autofree char *text = g_strdup_printf ("{\"text\":\"%s\"}", filler);

  create (store);
  for (guint i = 0; i < N_EVENTS; i++)
    append (store, ANNEX_EVENT_ANNOUNCEMENT, i % 2 == 0 ? text : "{\"text\":\"short\"}");
  append (store, ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"needle\"}");
  append (store, ANNEX_EVENT_ASK_OPENED, "{\"ask\":{\"id\":\"k\"}}");
  append (store, ANNEX_EVENT_ASK_ANSWERED, "{\"ask\":\"k\",\"answer\":{}}");
}

/* What was acknowledged is there, in order and without a gap. */
static void
check (const char *path)
{
  g_autoptr (AnnexStore) store = store_open (path);
  g_autoptr (GPtrArray) events = NULL;

  test_await (annex_store_check (store));
  if (acknowledged->len > 0)
    {
      events = store_list (annex_store_list_events (store, "a", 0, 0));
      for (guint i = 0; i < events->len; i++)
        g_assert_cmpint (annex_event_get_seq (g_ptr_array_index (events, i)), ==, i + 1);
      g_assert_cmpint (g_array_index (acknowledged, gint64, acknowledged->len - 1), <=,
                       events->len);
      if (events->len > 1)
        store_check_ids (annex_store_search (store, "needle", 0), "a");
    }
  test_await (annex_store_close (store));
}

/* One round, with the @nth change failing. TRUE when there was such a change. */
static gboolean
run_round (guint nth)
{
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) store = NULL;
  g_autoptr (GError) error = NULL;
  gboolean failed;

  g_array_set_size (acknowledged, 0);
  faulty_vfs_arm (fault->code, nth, fault->once);
  store = dex_await_object (annex_store_open (path), &error);
  if (store != NULL)
    work (store);
  else if (fault->code == ENOSPC)
    g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL);
  else
    g_assert_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_OPEN);
  failed = faulty_vfs_disarm ();

  /* The disk is well again, and so is the store. */
  if (store == NULL)
    store = store_open (path);
  if (acknowledged->len == 0)
    g_assert_true (create (store));
  g_assert_true (append (store, ANNEX_EVENT_TITLE_CHANGED, "{\"title\":\"needle\"}"));
  test_await (annex_store_close (store));
  check (path);
  return failed;
}

static void
run_all (const Fault *kind)
{
  guint nth = 1;

  fault = kind;
  acknowledged = g_array_new (FALSE, FALSE, sizeof (gint64));
  while (run_round (nth))
    g_assert_cmpuint (++nth, <, MAX_CHANGES);
  g_test_message ("%u changes failed one after the other", nth - 1);
  g_assert_cmpuint (nth, >, 40);
  g_clear_pointer (&acknowledged, g_array_unref);
}

static void
test_full (void)
{
  run_all (&full);
}

static void
test_full_once (void)
{
  run_all (&full_once);
}

static void
test_broken (void)
{
  run_all (&broken);
}

static void
test_broken_once (void)
{
  run_all (&broken_once);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  faulty_vfs_register ();
  test_add_fiber ("/store/faults/full", test_full);
  test_add_fiber ("/store/faults/full-once", test_full_once);
  test_add_fiber ("/store/faults/broken", test_broken);
  test_add_fiber ("/store/faults/broken-once", test_broken_once);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
