/* annex-shot.c
 *
 * See annex-shot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"

#include "annex-ui.h"

void
annex_shot_init (int *argc, char ***argv)
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_test_init (argc, argv, NULL);
  dex_init ();
  adw_init ();
  annex_ui_init ();
}

static gboolean
time_over_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
annex_shot_wait (AnnexShotCondition condition, gpointer data, guint timeout_ms)
{
  gboolean over = FALSE;
  guint id = g_timeout_add (timeout_ms, time_over_cb, &over);
  gboolean done;

  while (!(done = condition (data)) && !over)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (id);
  return done;
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

void
annex_shot_settle (guint ms)
{
  annex_shot_wait (never, NULL, ms);
}

static gboolean
is_done (gpointer data)
{
  return !dex_future_is_pending (data);
}

gboolean
annex_shot_await (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) held = future;

  g_assert_true (annex_shot_wait (is_done, held, 10 * 1000));
  return dex_future_get_value (held, error) != NULL;
}

GtkWindow *
annex_shot_window (GtkWidget *child, int width, int height)
{
  GtkWidget *window = adw_window_new ();

  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  adw_window_set_content (ADW_WINDOW (window), child);
  gtk_window_present (GTK_WINDOW (window));
  annex_shot_settle (300);
  return GTK_WINDOW (window);
}

static void
take_one (GtkWindow *window, const char *name, const char *scheme)
{
  const char *folder = g_getenv ("ANNEX_SHOTS");
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  int width;
  int height;

  annex_shot_settle (400);
  width = gtk_widget_get_width (GTK_WIDGET (window));
  height = gtk_widget_get_height (GTK_WIDGET (window));
  gdk_paintable_snapshot (paintable, snapshot, width, height);
  node = gtk_snapshot_to_node (snapshot);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_assert_nonnull (texture);
  if (folder != NULL)
    {
      g_autofree char *file = g_strdup_printf ("%s-%d-%s.png", name, width, scheme);
      g_autofree char *path = g_build_filename (folder, file, NULL);

      g_assert_true (gdk_texture_save_to_png (texture, path));
    }
}

void
annex_shot_take (GtkWindow *window, const char *name)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  GtkSettings *settings = gtk_settings_get_default ();

  g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
  take_one (window, name, "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  take_one (window, name, "dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
}
