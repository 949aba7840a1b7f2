/* test-chat-view.c
 *
 * The conversation in a window: every kind of row, what scrolling keeps, finding, editing,
 * streaming.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat-fixture.h"

static void
test_sample (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = chat_fixture_add_sample (desk);
  static const int widths[] = { 360, 800, 1600 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      GtkWindow *window;
      AnnexChatView *view = chat_fixture_show (desk, task, widths[i], 1000, &window);

      annex_shot_take (window, "chat-end");
      gtk_adjustment_set_value (chat_fixture_get_adjustment (view), 0);
      annex_shot_settle (300);
      annex_shot_take (window, "chat-start");
      gtk_window_destroy (window);
    }
  chat_fixture_close (desk, NULL);
}

int
main (int argc, char *argv[])
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/chat/sample", test_sample);
  return g_test_run ();
}
