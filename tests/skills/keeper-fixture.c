/* keeper-fixture.c
 *
 * See keeper-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "keeper-fixture.h"

#include "annex-future.h"
#include "annex-skill-files.h"

#include <glib/gstdio.h>

/* ---- a keyring in memory */

#define KEYRING_TYPE (keyring_get_type ())
G_DECLARE_FINAL_TYPE (Keyring, keyring, TEST, KEYRING, GObject)
struct _Keyring
{
  GObject parent_instance;
  GHashTable *values;
};

static DexFuture *
keyring_lookup (AnnexSecrets *secrets, const char *id)
{
  const char *value = g_hash_table_lookup (TEST_KEYRING (secrets)->values, id);

  if (value == NULL)
    return annex_future_new_errorf (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND, "None");
  return dex_future_new_take_string (g_strdup (value));
}

static DexFuture *
keyring_store (AnnexSecrets *secrets, const char *id, const char *label, const char *value)
{
  g_hash_table_insert (TEST_KEYRING (secrets)->values, g_strdup (id), g_strdup (value));
  return dex_future_new_true ();
}

static DexFuture *
keyring_remove (AnnexSecrets *secrets, const char *id)
{
  g_hash_table_remove (TEST_KEYRING (secrets)->values, id);
  return dex_future_new_true ();
}

static void
keyring_secrets_init (AnnexSecretsInterface *iface)
{
  iface->lookup = keyring_lookup;
  iface->store = keyring_store;
  iface->remove = keyring_remove;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Keyring,
                               keyring,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SECRETS, keyring_secrets_init))

static void
keyring_finalize (GObject *object)
{
  g_hash_table_unref (TEST_KEYRING (object)->values);
  G_OBJECT_CLASS (keyring_parent_class)->finalize (object);
}

static void
keyring_class_init (KeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyring_finalize;
}

static void
keyring_init (Keyring *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* ---- the fixture */

static AnnexSecrets *
get_keyring (gpointer data)
{
  return ANNEX_SECRETS (((Fixture *) data)->keyring);
}

static void
changed_cb (Fixture *f)
{
  f->n_changed++;
}

Fixture *
keeper_set_up (Fixture *f)
{
  f->dir = g_dir_make_tmp ("annex-keeper-XXXXXX", NULL);
  f->places = g_new0 (AnnexSkillPlaces, 1);
  f->places->data = g_build_filename (f->dir, "data", NULL);
  f->places->config = g_build_filename (f->dir, "config", NULL);
  f->places->built_in = g_build_filename (f->dir, "built-in", NULL);
  f->places->home = g_build_filename (f->dir, "home", NULL);
  f->keyring = g_object_new (KEYRING_TYPE, NULL);
  f->secrets = TEST_KEYRING (f->keyring)->values;
  f->library = annex_skill_store_new (f->places);
  f->keeper = ANNEX_SKILL_KEEPER (f->library);
  annex_skill_store_set_ports (ANNEX_SKILL_STORE (f->library), NULL, get_keyring, f);
  g_signal_connect_swapped (f->library, "changed", G_CALLBACK (changed_cb), f);
  return f;
}

void
keeper_tear_down (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->library, f);
  g_object_unref (f->library);
  g_object_unref (f->keyring);
  /* What was staged goes with the last who held it, which may be a worker's thread. */
  for (guint i = 0; i < 500 && !annex_skill_files_remove (f->dir); i++)
    g_usleep (10 * 1000);
  g_assert_false (g_file_test (f->dir, G_FILE_TEST_EXISTS));
  g_free (f->dir);
  annex_skill_places_free (f->places);
}

void
keeper_put (Fixture *f, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

void
keeper_put_skill (Fixture *f, const char *folder, const char *extra, const char *body)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *path = g_build_filename (folder, "SKILL.md", NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: Does %s\n%s---\n%s\n", name, name, extra, body);

  keeper_put (f, path, text);
}

AnnexSkillOffer *
keeper_open_place (Fixture *f, const char *path, GError **error)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);

  return dex_await_boxed (annex_skill_keeper_open (f->keeper, whole), error);
}

void
keeper_install (Fixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillOffer) offer = keeper_open_place (f, path, &error);

  g_assert_no_error (error);
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, offer, NULL), &error));
  g_assert_no_error (error);
}

AnnexSkillView *
keeper_read_skill (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  AnnexSkillView *view = dex_await_boxed (annex_skill_keeper_read (f->keeper, name, NULL), &error);

  g_assert_no_error (error);
  return view;
}

gboolean
keeper_is_usable (Fixture *f, const char *name)
{
  g_autoptr (GPtrArray) infos = dex_await_boxed (annex_skill_library_list (f->library, NULL), NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->name, name) && annex_skill_info_is_usable (info))
        return TRUE;
    }
  return FALSE;
}
