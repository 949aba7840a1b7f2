/* test-inbox.c
 *
 * Asks from being asked to being answered: here, by another process, after a restart, never.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-inbox.h"

#include "test-fiber.h"

#include <gio/gio.h>
#include <string.h>

static char *folder;

typedef struct
{
  char *path;
  AnnexStore *store;
  AnnexTask *task;
  AnnexInbox *inbox;
  guint n_opened;
  guint n_closed;
  char *last_id; /* of the ask opened last */
} Fixture;

static void
opened_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *self)
{
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (self->task);

  self->n_opened++;
  g_free (self->last_id);
  self->last_id = g_strdup (annex_ask_get_id (ask));
  g_assert_cmpuint (open->len, >, 0); /* stored before it is shown */
}

static void
closed_cb (AnnexInbox *inbox, AnnexAsk *ask, Fixture *self)
{
  self->n_closed++;
}

static void
use_task (Fixture *self, AnnexTask *task)
{
  self->task = task;
  self->inbox = annex_inbox_new (self->store);
  g_signal_connect (self->inbox, "opened", G_CALLBACK (opened_cb), self);
  g_signal_connect (self->inbox, "closed", G_CALLBACK (closed_cb), self);
}

static void
fixture_init (Fixture *self)
{
  static guint n;

  *self = (Fixture) { .path = g_strdup_printf ("%s/%u.db", folder, ++n) };
  self->store = dex_await_object (annex_store_open (self->path), NULL);
  use_task (self, dex_await_object (
                      annex_task_create (self->store, "T", "tour", "", NULL, "s", "[]"), NULL));
}

static void
fixture_clear (Fixture *self)
{
  test_await (annex_store_close (self->store));
  g_object_unref (self->inbox);
  g_object_unref (self->task);
  g_object_unref (self->store);
  g_free (self->last_id);
  g_free (self->path);
}

static void
wait_for (guint *value, guint wanted)
{
  for (guint i = 0; i < 500 && *value < wanted; i++)
    dex_await (dex_timeout_new_msec (10), NULL); /* a time-out rejects */
  g_assert_cmpuint (*value, ==, wanted);
}

static JsonObject *
answer (const char *label)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "answer", label);
  return object;
}

static void
check_answer (DexFuture *future, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = dex_await_string (future, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, wanted);
}

static AnnexAsk *
new_ask (Fixture *self, const char *host)
{
  return annex_ask_new_network (annex_task_get_id (self->task), host, "why");
}

static void
test_answer (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (GPtrArray) waiting = NULL;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, NULL);
  wait_for (&self.n_opened, 1);
  waiting = annex_inbox_dup_waiting (self.inbox);
  g_assert_cmpuint (waiting->len, ==, 1);
  g_assert_true (dex_future_is_pending (future));
  test_await_error (annex_inbox_answer (self.inbox, "other", answer ("once"), "user"),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_inbox_answer (self.inbox, self.last_id, answer ("once"), "user"));
  check_answer (dex_ref (future), "{\"answer\":\"once\"}");
  g_assert_cmpuint (self.n_closed, ==, 1);
  test_await_error (annex_inbox_answer (self.inbox, self.last_id, answer ("never"), "user"),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  g_clear_pointer (&waiting, g_ptr_array_unref);
  waiting = annex_inbox_dup_waiting (self.inbox);
  g_assert_cmpuint (waiting->len, ==, 0);
  fixture_clear (&self);
}

/* Whoever listens may answer at once, as an answers file does. */
static void
answer_at_once_cb (AnnexInbox *inbox, AnnexAsk *ask, gpointer data)
{
  dex_future_disown (
      annex_inbox_answer (inbox, annex_ask_get_id (ask), answer ("task"), "answers-file"));
}

static void
test_at_once (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;

  fixture_init (&self);
  g_signal_connect (self.inbox, "opened", G_CALLBACK (answer_at_once_cb), NULL);
  ask = new_ask (&self, "h.example");
  check_answer (annex_inbox_ask (self.inbox, self.task, ask, NULL), "{\"answer\":\"task\"}");
  fixture_clear (&self);
}

static void
test_expire (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (AnnexAsk) second = NULL;
  g_autoptr (DexFuture) future = NULL;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  second = new_ask (&self, "i.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, NULL);
  wait_for (&self.n_opened, 1);
  test_await (annex_inbox_expire (self.inbox, self.last_id, NULL));
  check_answer (dex_ref (future), "{\"answer\":\"none\"}");
  dex_clear (&future);
  future = annex_inbox_ask (self.inbox, self.task, second, NULL);
  wait_for (&self.n_opened, 2);
  test_await (annex_inbox_expire (self.inbox, self.last_id, answer ("never")));
  check_answer (dex_ref (future), "{\"answer\":\"never\"}");
  fixture_clear (&self);
}

/* The same question twice is one ask; both get the answer. */
static void
test_twice (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) one = NULL;
  g_autoptr (AnnexAsk) two = NULL;
  g_autoptr (AnnexAsk) other = NULL;
  g_autoptr (DexFuture) first = NULL;
  g_autoptr (DexFuture) second = NULL;
  g_autoptr (DexFuture) third = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *id = NULL;

  fixture_init (&self);
  one = new_ask (&self, "h.example");
  two = new_ask (&self, "h.example");
  other = new_ask (&self, "i.example");
  first = annex_inbox_ask (self.inbox, self.task, one, NULL);
  second = annex_inbox_ask (self.inbox, self.task, two, NULL);
  wait_for (&self.n_opened, 1);
  id = g_strdup (self.last_id);
  third = annex_inbox_ask (self.inbox, self.task, other, NULL);
  wait_for (&self.n_opened, 2);
  open = annex_task_dup_open_asks (self.task);
  g_assert_cmpuint (open->len, ==, 2);
  test_await (annex_inbox_answer (self.inbox, id, answer ("once"), "user"));
  check_answer (dex_ref (first), "{\"answer\":\"once\"}");
  check_answer (dex_ref (second), "{\"answer\":\"once\"}");
  g_assert_true (dex_future_is_pending (third));
  test_await (annex_inbox_answer (self.inbox, self.last_id, answer ("never"), "user"));
  check_answer (dex_ref (third), "{\"answer\":\"never\"}");
  fixture_clear (&self);
}

/* Stopping the task leaves the ask open; asked again, it is the same one. */
static void
test_cancel (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (AnnexAsk) again = NULL;
  g_autoptr (DexFuture) future = NULL;
  DexCancellable *cancel = dex_cancellable_new ();
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GPtrArray) open = NULL;
  g_autofree char *id = NULL;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  again = new_ask (&self, "h.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, DEX_FUTURE (cancel));
  wait_for (&self.n_opened, 1);
  id = g_strdup (self.last_id);
  dex_cancellable_cancel (cancel);
  test_await_error (dex_ref (future), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  waiting = annex_inbox_dup_waiting (self.inbox);
  g_assert_cmpuint (waiting->len, ==, 0);
  g_assert_cmpuint (self.n_closed, ==, 0);
  dex_clear (&future);
  future = annex_inbox_ask (self.inbox, self.task, again, NULL);
  wait_for (&self.n_opened, 2);
  g_assert_cmpstr (self.last_id, ==, id);
  open = annex_task_dup_open_asks (self.task);
  g_assert_cmpuint (open->len, ==, 1);
  test_await (annex_inbox_answer (self.inbox, id, answer ("once"), "user"));
  check_answer (dex_ref (future), "{\"answer\":\"once\"}");
  dex_unref (cancel);
  fixture_clear (&self);
}

/* The process ends while it waits; the next one finds the ask, and its answer. */
static void
test_restart (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (AnnexAsk) again = NULL;
  DexFuture *future;
  g_autofree char *id = NULL;
  g_autofree char *task_id = NULL;

  fixture_init (&self);
  task_id = g_strdup (annex_task_get_id (self.task));
  ask = new_ask (&self, "h.example");
  again = new_ask (&self, "h.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, NULL);
  wait_for (&self.n_opened, 1);
  id = g_strdup (self.last_id);
  dex_unref (future); /* nobody waits any more */
  dex_await (dex_timeout_new_msec (50), NULL);
  test_await (annex_store_close (self.store));
  g_object_unref (self.inbox);
  g_object_unref (self.task);
  g_object_unref (self.store);

  self.store = dex_await_object (annex_store_open (self.path), NULL);
  use_task (&self, dex_await_object (annex_task_load (self.store, task_id), NULL));
  future = annex_inbox_ask (self.inbox, self.task, again, NULL);
  wait_for (&self.n_opened, 2);
  g_assert_cmpstr (self.last_id, ==, id);
  test_await (annex_inbox_answer (self.inbox, id, answer ("always"), "user"));
  check_answer (future, "{\"answer\":\"always\"}");
  fixture_clear (&self);
}

/* A second store and inbox stand for another process. */
static void
test_other_process (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (DexFuture) future = NULL;
  g_autoptr (AnnexStore) store = NULL;
  g_autoptr (AnnexInbox) inbox = NULL;
  gint64 began;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, NULL);
  wait_for (&self.n_opened, 1);
  store = dex_await_object (annex_store_open (self.path), NULL);
  inbox = annex_inbox_new (store);
  test_await (annex_inbox_answer (inbox, self.last_id, answer ("once"), "user"));
  began = g_get_monotonic_time ();
  check_answer (dex_ref (future), "{\"answer\":\"once\"}");
  g_assert_cmpint (g_get_monotonic_time () - began, <, 5 * G_USEC_PER_SEC);
  g_assert_cmpuint (self.n_closed, ==, 1);
  test_await_error (annex_inbox_answer (inbox, self.last_id, answer ("never"), "user"),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  test_await (annex_store_close (store));
  fixture_clear (&self);
}

static void
test_rewound (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (DexFuture) future = NULL;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  future = annex_inbox_ask (self.inbox, self.task, ask, NULL);
  wait_for (&self.n_opened, 1);
  test_await (annex_task_append (self.task, ANNEX_EVENT_REWOUND,
                                 annex_json_parse_object ("{\"to_seq\":1}", -1, NULL)));
  test_await_error (dex_ref (future), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  test_await_error (annex_inbox_answer (self.inbox, self.last_id, answer ("once"), "user"),
                    ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND);
  fixture_clear (&self);
}

static void
test_store_fails (void)
{
  Fixture self;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (GPtrArray) waiting = NULL;

  fixture_init (&self);
  ask = new_ask (&self, "h.example");
  test_await (annex_store_close (self.store));
  test_await_error (annex_inbox_ask (self.inbox, self.task, ask, NULL), ANNEX_STORE_ERROR,
                    ANNEX_STORE_ERROR_FAILED);
  waiting = annex_inbox_dup_waiting (self.inbox);
  g_assert_cmpuint (waiting->len, ==, 0);
  g_assert_cmpuint (self.n_opened, ==, 0);
  fixture_clear (&self);
}

int
main (int argc, char *argv[])
{
  int status;

  folder = g_dir_make_tmp ("annex-inbox-XXXXXX", NULL);
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  test_add_fiber ("/inbox/answer", test_answer);
  test_add_fiber ("/inbox/at-once", test_at_once);
  test_add_fiber ("/inbox/expire", test_expire);
  test_add_fiber ("/inbox/twice", test_twice);
  test_add_fiber ("/inbox/cancel", test_cancel);
  test_add_fiber ("/inbox/restart", test_restart);
  test_add_fiber ("/inbox/other-process", test_other_process);
  test_add_fiber ("/inbox/rewound", test_rewound);
  test_add_fiber ("/inbox/store-fails", test_store_fails);
  status = g_test_run ();
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return status;
}
