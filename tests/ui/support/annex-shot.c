/* annex-shot.c
 *
 * See annex-shot.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"

#include "annex-ui.h"

#include <string.h>

static gboolean growing; /* the text becomes larger, or smaller again */

/* While the text grows, GTK measures a widget whose children have not all heard of it, and the
 * heights are of two sizes. GTK warns of that in structured logs, which no fatal handler of a test
 * sees. */
static GLogWriterOutput
log_cb (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; growing && i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") && fields[i].length < 0 &&
        strstr (fields[i].value, "natural size must be >= min size") != NULL)
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

void
annex_shot_init (int *argc, char ***argv)
{
  g_autoptr (GtkCssProvider) frame = gtk_css_provider_new ();

  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  g_log_set_writer_func (log_cb, NULL, NULL);
  g_test_init (argc, argv, NULL);
  dex_init ();
  adw_init ();
  annex_ui_init ();
  /* Without a compositor a window gets a frame of its own, which nobody else's has. */
  gtk_css_provider_load_from_string (
      frame, "window.solid-csd { padding: 0; margin: 0; border-radius: 12px;"
             " box-shadow: none; outline: none; }");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (frame),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
  g_object_set (gtk_settings_get_default (), "gtk-decoration-layout", ":close", NULL);
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

static DexFuture *
pass_cb (DexFuture *future, gpointer data)
{
  return dex_ref (future);
}

gboolean
annex_shot_await (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) held = future;
  /* What another thread has done wakes this one. */
  g_autoptr (DexFuture) woken = dex_future_finally (dex_ref (held), pass_cb, NULL, NULL);

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

/* Two frames after everything that was changed has been laid out. */
static void
settle_frames (GtkWindow *window)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  gint64 start;

  annex_shot_settle (50);
  start = gdk_frame_clock_get_frame_counter (clock);
  for (guint i = 0; i < 20 && gdk_frame_clock_get_frame_counter (clock) < start + 2; i++)
    {
      gtk_widget_queue_draw (GTK_WIDGET (window));
      annex_shot_settle (20);
    }
}

/* NULL while something in @window waits for its place. */
static GskRenderNode *
draw (GtkWindow *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (window));
  g_autoptr (GtkSnapshot) snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (GTK_WIDGET (window)),
                          gtk_widget_get_height (GTK_WIDGET (window)));
  return gtk_snapshot_to_node (snapshot);
}

static void
take_one (GtkWindow *window, const char *name, int named_width, const char *style)
{
  const char *folder = g_getenv ("ANNEX_SHOTS");
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (window));
  int width;
  int height;

  width = gtk_widget_get_width (GTK_WIDGET (window));
  height = gtk_widget_get_height (GTK_WIDGET (window));
  for (guint i = 0; i < 100 && (node = draw (window)) == NULL; i++)
    annex_shot_settle (50);
  g_assert_nonnull (node);
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  g_assert_nonnull (texture);
  if (folder != NULL)
    {
      g_autofree char *file =
          g_strdup_printf ("%s-%d-%s.png", name, named_width > 0 ? named_width : width, style);
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
  annex_shot_settle (400);
  take_one (window, name, 0, "light");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_DARK);
  annex_shot_settle (400);
  take_one (window, name, 0, "dark");
  adw_style_manager_set_color_scheme (style, ADW_COLOR_SCHEME_FORCE_LIGHT);
}

/* Which widget makes it wider than it is, and through whom. */
static void
explain_width (GtkWidget *widget, GString *chain)
{
  GtkWidget *widest = NULL;
  int most = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int minimum;

      if (!gtk_widget_get_mapped (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
      if (minimum > most)
        {
          most = minimum;
          widest = child;
        }
    }
  if (widest == NULL)
    return;
  g_string_append_printf (chain, "\n#   %d %s", most, G_OBJECT_TYPE_NAME (widest));
  if (GTK_IS_LABEL (widest))
    g_string_append_printf (chain, " “%s”", gtk_label_get_text (GTK_LABEL (widest)));
  explain_width (widest, chain);
}

/* Each part of a window that has breakpoints has a width of its own, whatever is in it. */
static void
check_fits (GtkWidget *widget, const char *name, const char *style)
{
  GtkWidget *content = g_type_is_a (G_OBJECT_TYPE (widget), ADW_TYPE_BREAKPOINT_BIN)
                           ? adw_breakpoint_bin_get_child (ADW_BREAKPOINT_BIN (widget))
                           : NULL;
  int minimum = 0;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (content != NULL)
    gtk_widget_measure (content, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  if (minimum > gtk_widget_get_width (widget))
    {
      g_autoptr (GString) chain = g_string_new (NULL);

      explain_width (widget, chain);
      g_printerr ("# %s does not fit into %d pixels (%s):%s\n", name, gtk_widget_get_width (widget),
                  style, chain->str);
      g_test_fail ();
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_fits (child, name, style);
}

static void
take_scheme (GtkWindow *window, const char *name, int width, gboolean dark, const char *style)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                           : ADW_COLOR_SCHEME_FORCE_LIGHT);
  settle_frames (window);
  check_fits (GTK_WIDGET (window), name, style);
  take_one (window, name, width, style);
}

static void
take_large (GtkWindow *window, const char *name, int width)
{
  GtkSettings *settings = gtk_settings_get_default ();
  int resolution;

  growing = TRUE;
  g_object_get (settings, "gtk-xft-dpi", &resolution, NULL);
  g_object_set (settings, "gtk-xft-dpi", 192 * PANGO_SCALE, NULL);
  annex_shot_settle (200);
  settle_frames (window);
  check_fits (GTK_WIDGET (window), name, "large");
  take_one (window, name, width, "large");
  g_object_set (settings, "gtk-xft-dpi", resolution, NULL);
  annex_shot_settle (100);
  settle_frames (window);
  growing = FALSE;
}

void
annex_shot_take_styles (GtkWindow *window, const char *name, int width, gboolean more)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  if (adw_style_manager_get_high_contrast (adw_style_manager_get_default ()))
    {
      take_scheme (window, name, width, FALSE, "contrast");
      return;
    }
  take_scheme (window, name, width, FALSE, "light");
  if (g_getenv ("ANNEX_SHOTS") == NULL)
    return;
  take_scheme (window, name, width, TRUE, "dark");
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      ADW_COLOR_SCHEME_FORCE_LIGHT);
  if (!more)
    return;
  take_large (window, name, width);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  settle_frames (window);
  check_fits (GTK_WIDGET (window), name, "rtl");
  take_one (window, name, width, "rtl");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  annex_shot_settle (50);
}
