/* give-files.c
 *
 * Puts files and folders on the clipboard, as a file manager does, says so, and keeps them there
 * until it is ended. They reach a sandboxed app through the portal that a drop goes through, too:
 * both are GTK's content of one type.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gtk/gtk.h>

int
main (int argc, char **argv)
{
  g_autoslist (GFile) files = NULL;
  g_autoptr (GMainLoop) loop = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  gtk_init ();
  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_path (argv[i]));
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (files));
  gdk_clipboard_set_value (gdk_display_get_clipboard (gdk_display_get_default ()), &value);
  gdk_display_sync (gdk_display_get_default ());
  g_print ("given\n");
  loop = g_main_loop_new (NULL, FALSE);
  g_main_loop_run (loop);
  return 0;
}
