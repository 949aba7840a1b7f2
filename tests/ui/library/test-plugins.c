/* test-plugins.c
 *
 * The page of plugins and marketplaces on a keeper that takes its time and fails as the test wants.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plugins-page.h"
#include "annex-shot.h"
#include "annex-skill-library.h"
#include "annex-ui-find.h"

#define WAIT_MS 30000
#define FIRST "https://git.example.com/tools"

/* ---- the keeper */

#define TEST_TYPE_KEEPER (test_keeper_get_type ())
G_DECLARE_FINAL_TYPE (TestKeeper, test_keeper, TEST, KEEPER, GObject)

struct _TestKeeper
{
  GObject parent_instance;

  gboolean failing;
  const char *fault; /* of the one marketplace; nullable: there is none */
  DexPromise *adding;
  char *opened;
};

static DexFuture *
list (TestKeeper *self)
{
  if (self->failing)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "The disk is worn out");
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_new ());
}

static DexFuture *
test_keeper_list_markets (AnnexSkillKeeper *keeper)
{
  TestKeeper *self = TEST_KEEPER (keeper);
  AnnexSkillMarket *market;
  GPtrArray *markets;

  if (self->fault == NULL)
    return list (self);
  market = g_new0 (AnnexSkillMarket, 1);
  market->name = g_strdup ("shop");
  market->address = g_strdup ("");
  market->fault = g_strdup (self->fault);
  market->plugins = g_ptr_array_new ();
  markets = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_skill_market_free);
  g_ptr_array_add (markets, market);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, markets);
}

static DexFuture *
test_keeper_list (AnnexSkillKeeper *keeper)
{
  return list (TEST_KEEPER (keeper));
}

static DexFuture *
test_keeper_list_trusted (AnnexSkillKeeper *keeper)
{
  return dex_future_new_take_boxed (G_TYPE_STRV, g_new0 (char *, 1));
}

static gboolean
test_keeper_get_look_in_home (AnnexSkillKeeper *keeper)
{
  return FALSE;
}

static DexFuture *
test_keeper_add_market (AnnexSkillKeeper *keeper, const char *place)
{
  return dex_ref (DEX_FUTURE (TEST_KEEPER (keeper)->adding));
}

static DexFuture *
test_keeper_open (AnnexSkillKeeper *keeper, const char *place)
{
  g_set_str (&TEST_KEEPER (keeper)->opened, place);
  return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no skill in it");
}

static void
keeper_init (AnnexSkillKeeperInterface *iface)
{
  iface->list_markets = test_keeper_list_markets;
  iface->list_plugins = test_keeper_list;
  iface->list_trusted = test_keeper_list_trusted;
  iface->get_look_in_home = test_keeper_get_look_in_home;
  iface->add_market = test_keeper_add_market;
  iface->open = test_keeper_open;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestKeeper,
                               test_keeper,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SKILL_LIBRARY, NULL)
                                   G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SKILL_KEEPER, keeper_init))

static void
test_keeper_finalize (GObject *object)
{
  TestKeeper *self = TEST_KEEPER (object);

  dex_clear (&self->adding);
  g_free (self->opened);
  G_OBJECT_CLASS (test_keeper_parent_class)->finalize (object);
}

static void
test_keeper_class_init (TestKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = test_keeper_finalize;
}

static void
test_keeper_init (TestKeeper *self)
{
  self->adding = dex_promise_new ();
}

/* ---- the page */

typedef struct
{
  TestKeeper *keeper;
  GtkWindow *window;
  GtkEditable *entry;
} Case;

static void
set_up (Case *self, gconstpointer failing)
{
  GtkWidget *view = adw_navigation_view_new ();
  GtkWidget *overlay = adw_toast_overlay_new ();

  self->keeper = g_object_new (TEST_TYPE_KEEPER, NULL);
  self->keeper->failing = failing != NULL;
  adw_navigation_view_push (
      ADW_NAVIGATION_VIEW (view),
      ADW_NAVIGATION_PAGE (annex_plugins_page_new (ANNEX_SKILL_KEEPER (self->keeper))));
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), view);
  self->window = annex_shot_window (overlay, 360, 700);
  annex_shot_settle (200);
  self->entry = GTK_EDITABLE (annex_find (GTK_WIDGET (self->window), annex_is_type, "AdwEntryRow"));
}

static void
tear_down (Case *self, gconstpointer failing)
{
  gtk_window_destroy (self->window);
  annex_shot_settle (100);
  g_object_unref (self->keeper);
}

static void
add (Case *self, const char *place)
{
  dex_clear (&self->keeper->adding);
  self->keeper->adding = dex_promise_new ();
  gtk_editable_set_text (self->entry, place);
  g_signal_emit_by_name (self->entry, "apply");
  annex_shot_settle (50);
  g_assert_true (annex_shows (GTK_WIDGET (self->window), "Fetching…"));
}

static gboolean
is_done (gpointer data)
{
  return !annex_shows (data, "Fetching…");
}

/* What is no marketplace is opened from the place it was fetched from, whatever is written by then.
 */
static void
test_no_market (Case *self, gconstpointer data)
{
  add (self, " " FIRST " ");
  gtk_editable_set_text (self->entry, "https://git.example.com/others");
  dex_promise_reject (self->keeper->adding,
                      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No marketplace"));
  g_assert_true (annex_shot_wait (is_done, self->window, WAIT_MS));
  g_assert_cmpstr (self->keeper->opened, ==, FIRST);
  g_assert_true (annex_shows (GTK_WIDGET (self->window), "There is no skill in it"));
  g_assert_cmpstr (gtk_editable_get_text (self->entry), ==, "https://git.example.com/others");

  /* A name that is no place can be a marketplace alone. */
  g_clear_pointer (&self->keeper->opened, g_free);
  add (self, "example/tools");
  gtk_editable_set_text (self->entry, FIRST);
  dex_promise_reject (self->keeper->adding,
                      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No marketplace"));
  g_assert_true (annex_shot_wait (is_done, self->window, WAIT_MS));
  g_assert_null (self->keeper->opened);
}

static AnnexSkillMarket *
make_market (const char *address)
{
  AnnexSkillMarket *market = g_new0 (AnnexSkillMarket, 1);

  market->name = g_strdup ("tools");
  market->address = g_strdup (address);
  market->plugins = g_ptr_array_new ();
  return market;
}

/* The entry is emptied of what was added alone. */
static void
test_added (Case *self, gconstpointer data)
{
  for (guint i = 0; i < 2; i++)
    {
      add (self, FIRST);
      if (i == 0)
        gtk_editable_set_text (self->entry, "https://git.exa");
      dex_promise_resolve_boxed (self->keeper->adding, ANNEX_TYPE_SKILL_MARKET,
                                 make_market (FIRST));
      g_assert_true (annex_shot_wait (is_done, self->window, WAIT_MS));
      g_assert_null (self->keeper->opened);
      g_assert_cmpstr (gtk_editable_get_text (self->entry), ==, i == 0 ? "https://git.exa" : "");
    }
}

static gboolean
is_mended (gpointer data)
{
  return !annex_shows (data, "The disk is worn out");
}

/* What cannot be listed is no empty list. */
static void
test_unreadable (Case *self, gconstpointer data)
{
  GtkWidget *window = GTK_WIDGET (self->window);

  g_assert_true (annex_shows (window, "Installed"));
  g_assert_true (annex_shows (window, "Marketplaces"));
  g_assert_true (annex_shows (window, "The disk is worn out"));
  annex_shot_take (self->window, "plugins-unreadable");
  self->keeper->failing = FALSE;
  annex_press (window, "Try Again");
  g_assert_true (annex_shot_wait (is_mended, window, WAIT_MS));
  g_assert_false (annex_shows (window, "Installed"));
}

/* A marketplace that cannot be read says so, and may be removed. */
static void
test_faulty_market (Case *self, gconstpointer data)
{
  GtkWidget *window = GTK_WIDGET (self->window);

  self->keeper->fault =
      "The file “/home/ada/.local/share/annex/skills/.markets/shop/state.json” is "
      "damaged. Mend it, or move it away";
  g_signal_emit_by_name (self->keeper, "changed");
  annex_shot_settle (200);
  g_assert_true (annex_shows (window, "Mend it, or move it away"));
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (annex_find (window, annex_is_type, "AdwExpanderRow")), TRUE);
  annex_shot_settle (500);
  g_assert_true (annex_shows (window, "Remove This Marketplace"));
  g_assert_false (annex_shows (window, "Refresh"));
  annex_shot_take (self->window, "plugins-faulty-market");
}

#define ADD_CASE(name, data, func)                                                                 \
  g_test_add ("/ui/plugins/" name, Case, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  ADD_CASE ("no-market", NULL, test_no_market);
  ADD_CASE ("added", NULL, test_added);
  ADD_CASE ("faulty-market", NULL, test_faulty_market);
  ADD_CASE ("unreadable", "failing", test_unreadable);
  return g_test_run ();
}
