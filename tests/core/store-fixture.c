/* store-fixture.c
 *
 * See store-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-fixture.h"

#include "annex-db.h"
#include "test-fiber.h"

static char *folder;

const char *
store_folder (void)
{
  if (folder == NULL)
    folder = g_dir_make_tmp ("annex-store-XXXXXX", NULL);
  return folder;
}

void
store_folder_remove (void)
{
  const char *remove[] = { "rm", "-rf", store_folder (), NULL };

  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_clear_pointer (&folder, g_free);
}

char *
store_new_path (void)
{
  static guint n;

  return g_strdup_printf ("%s/%u.db", store_folder (), ++n);
}

AnnexStore *
store_open (const char *path)
{
  g_autoptr (GError) error = NULL;
  AnnexStore *store = dex_await_object (annex_store_open (path), &error);

  g_assert_no_error (error);
  return store;
}

void
store_execute (const char *path, const char *sql)
{
  AnnexDb *db = annex_db_open (path, 1000, NULL);
  g_autoptr (GError) error = NULL;

  annex_db_exec (db, sql, &error);
  g_assert_no_error (error);
  annex_db_close (db);
}

JsonObject *
store_json (const char *text)
{
  JsonObject *object = annex_json_parse_object (text, -1, NULL);

  g_assert_nonnull (object);
  return object;
}

AnnexEvent *
store_append (AnnexStore *store, const char *task, AnnexEventType type, const char *data)
{
  g_autoptr (GError) error = NULL;
  AnnexEvent *event =
      dex_await_boxed (annex_store_append (store, task, type, store_json (data)), &error);

  g_assert_no_error (error);
  return event;
}

void
store_put (AnnexStore *store, const char *task, AnnexEventType type, const char *data)
{
  g_autoptr (AnnexEvent) event = store_append (store, task, type, data);
}

void
store_create (AnnexStore *store, const char *task, const char *title)
{
  g_autofree char *data = g_strdup_printf ("{\"title\":\"%s\",\"provider\":\"tour\",\"model\":\"\","
                                           "\"system\":\"s\",\"tools\":\"[]\"}",
                                           title);

  store_put (store, task, ANNEX_EVENT_TASK_CREATED, data);
}

void
store_say (AnnexStore *store, const char *task, const char *text)
{
  g_autofree char *data =
      g_strdup_printf ("{\"blocks\":[{\"type\":\"text\",\"text\":\"%s\"}]}", text);

  store_put (store, task, ANNEX_EVENT_USER_MESSAGE, data);
}

GPtrArray *
store_list (DexFuture *future)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *array = dex_await_boxed (future, &error);

  g_assert_no_error (error);
  g_assert_nonnull (array);
  return array;
}

char *
store_ids (DexFuture *future)
{
  g_autoptr (GPtrArray) array = store_list (future);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < array->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
                            ((AnnexTaskSummary *) g_ptr_array_index (array, i))->id);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

void
store_check_ids (DexFuture *future, const char *wanted)
{
  g_autofree char *found = store_ids (future);

  g_assert_cmpstr (found, ==, wanted);
}
