/* annex-browse-link.c
 *
 * See annex-browse-link.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browse-link.h"

#include "annex-future.h"

#include <string.h>

#define INBOX ANNEX_AGENT_HOME "/inbox"

AnnexBrowseLink *
annex_browse_link_new (AnnexWorkspace *workspace, const AnnexToolCall *call)
{
  AnnexBrowseLink *self = g_rc_box_new0 (AnnexBrowseLink);

  self->workspace = g_object_ref (workspace);
  self->parent = g_strdup (call->id);
  self->cancel = call->cancel != NULL ? dex_ref (call->cancel) : NULL;
  return self;
}

AnnexBrowseLink *
annex_browse_link_ref (AnnexBrowseLink *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexBrowseLink *self = data;

  g_clear_object (&self->workspace);
  g_free (self->parent);
  dex_clear (&self->cancel);
}

void
annex_browse_link_unref (AnnexBrowseLink *self)
{
  g_rc_box_release_full (self, clear);
}

/* One call of the pane, run as a fiber. */
typedef struct
{
  AnnexBrowseLink *link;
  AnnexAsk *ask;     /* of an ask */
  DexFuture *cancel; /* of an ask; nullable */
  char *path;        /* in the computer, or on this machine */
  char *name;        /* of a file to store */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  annex_browse_link_unref (wish->link);
  g_clear_pointer (&wish->ask, annex_ask_unref);
  dex_clear (&wish->cancel);
  g_free (wish->path);
  g_free (wish->name);
  g_free (wish);
}

static Wish *
wish_new (AnnexBrowseLink *link)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->link = annex_browse_link_ref (link);
  return wish;
}

/* ---- the user */

JsonObject *
annex_browse_link_ask (AnnexBrowseLink *self, AnnexAsk *ask, DexFuture *cancel, GError **error)
{
  gint64 began_us = g_get_monotonic_time ();
  JsonObject *answer =
      annex_workspace_ask_midway (self->workspace, ask, self->parent, cancel, error);

  self->idle_us += g_get_monotonic_time () - began_us;
  return answer;
}

static DexFuture *
ask_fiber (gpointer data)
{
  Wish *wish = data;
  GError *error = NULL;
  JsonObject *answer =
      annex_browse_link_ask (wish->link, g_steal_pointer (&wish->ask), wish->cancel, &error);

  if (answer == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  return dex_future_new_take_boxed (JSON_TYPE_OBJECT, answer);
}

static DexFuture *
ask_cb (AnnexAsk *ask, const char *tool_use_id, DexFuture *cancel, gpointer data)
{
  Wish *wish = wish_new (data);

  wish->ask = ask;
  wish->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (ask_fiber, wish, wish_free);
}

/* ---- files */

char *
annex_browse_dup_sendable_path (const char *path)
{
  static const char *const folders[] = { "/folders/", INBOX "/", ANNEX_AGENT_HOME "/outbox/" };
  g_autofree char *below_home = NULL;
  g_autofree char *absolute = NULL;

  if (path == NULL || path[0] == '\0' || strlen (path) > 4000)
    return NULL;
  if (g_str_has_prefix (path, "~/"))
    below_home = g_build_filename (ANNEX_AGENT_HOME, path + 2, NULL);
  absolute = g_canonicalize_filename (below_home != NULL ? below_home : path, ANNEX_AGENT_HOME);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (g_str_has_prefix (absolute, folders[i]) && absolute[strlen (folders[i])] != '\0')
      return g_steal_pointer (&absolute);
  return NULL;
}

static DexFuture *
read_fiber (gpointer data)
{
  Wish *wish = data;
  AnnexComputer *computer = annex_workspace_get_computer (wish->link->workspace);
  g_autofree char *path = annex_browse_dup_sendable_path (wish->path);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  if (path == NULL)
    return annex_future_new_errorf (
        ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
        "Only files of the folders below /folders, of ~/outbox and of ~/inbox can be sent to a "
        "page. Have the file copied to ~/outbox first.");
  /* What the user sends is what is in their folder now. */
  if (!annex_await_cancellable (annex_computer_refresh (computer), wish->link->cancel, &error))
    return annex_future_new_error (error);
  bytes = dex_await_boxed (
      annex_computer_read_file (computer, path, 0, ANNEX_BROWSE_UPLOAD_MAX_BYTES + 1), &error);
  if (bytes == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  if (g_bytes_get_size (bytes) > ANNEX_BROWSE_UPLOAD_MAX_BYTES)
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                                    "%s is larger than %u MB; a smaller file can be sent.", path,
                                    ANNEX_BROWSE_UPLOAD_MAX_BYTES >> 20);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&bytes));
}

static DexFuture *
read_cb (const char *path, gpointer data)
{
  Wish *wish = wish_new (data);

  wish->path = g_strdup (path);
  return annex_fiber_run (read_fiber, wish, wish_free);
}

/* A name in the inbox that nothing has yet. (transfer full) */
static char *
choose_path (Wish *wish, GError **error)
{
  const char *dot = strrchr (wish->name, '.');
  g_autofree char *stem = dot != NULL && dot != wish->name
                              ? g_strndup (wish->name, dot - wish->name)
                              : g_strdup (wish->name);
  g_autofree char *quoted_stem = g_shell_quote (stem);
  g_autofree char *quoted_ending = g_shell_quote (wish->name + strlen (stem));
  g_autofree char *text =
      g_strdup_printf ("mkdir -p " INBOX " && s=%s e=%s n= && while [ -e \"" INBOX
                       "/$s$n$e\" ]; do n=-$((${n#-}+1));"
                       " [ \"$n\" = -1 ] && n=-2; done; printf '%%s' \"$n\"",
                       quoted_stem, quoted_ending);
  g_autoptr (AnnexCommand) command = annex_command_new (text);
  g_autoptr (AnnexOutput) output =
      dex_await_boxed (annex_computer_run (annex_workspace_get_computer (wish->link->workspace),
                                           command, NULL, 64, 60 * 1000, wish->link->cancel),
                       error);
  const char *number;
  gsize length;
  gint64 n = 0;

  if (output == NULL)
    return NULL;
  if (output->status != 0)
    {
      g_set_error_literal (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                           "The file could not be put into the computer's inbox");
      return NULL;
    }
  number = g_bytes_get_data (output->out, &length);
  for (gsize i = 1; i < MIN (length, 6) && g_ascii_isdigit (number[i]); i++)
    n = n * 10 + g_ascii_digit_value (number[i]);
  if (n < 2)
    return g_strdup_printf (INBOX "/%s", wish->name);
  return g_strdup_printf (INBOX "/%s-%" G_GINT64_FORMAT "%s", stem, n, wish->name + strlen (stem));
}

static DexFuture *
store_fiber (gpointer data)
{
  Wish *wish = data;
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  if (wish->name[0] == '\0' || wish->name[0] == '.' || strchr (wish->name, '/') != NULL)
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                                    "A file cannot be named like this");
  file = g_mapped_file_new (wish->path, FALSE, &error);
  if (file == NULL)
    return annex_future_new_error (error);
  bytes = g_mapped_file_get_bytes (file);
  path = choose_path (wish, &error);
  if (path == NULL ||
      !dex_await (annex_computer_write_file (annex_workspace_get_computer (wish->link->workspace),
                                             path, bytes),
                  &error))
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  return dex_future_new_take_string (g_steal_pointer (&path));
}

static DexFuture *
store_cb (const char *name, const char *host_path, gpointer data)
{
  Wish *wish = wish_new (data);

  wish->name = g_strdup (name);
  wish->path = g_strdup (host_path);
  return annex_fiber_run (store_fiber, wish, wish_free);
}

/* ---- connecting */

static const AnnexBrowserFileFuncs file_funcs = { read_cb, store_cb };

void
annex_browse_link_connect (AnnexBrowseLink *self, AnnexBrowser *browser)
{
  annex_browser_set_ask_func (browser, ask_cb, annex_browse_link_ref (self),
                              (GDestroyNotify) annex_browse_link_unref);
  annex_browser_set_file_funcs (browser, &file_funcs, annex_browse_link_ref (self),
                                (GDestroyNotify) annex_browse_link_unref);
}

void
annex_browse_link_disconnect (AnnexBrowser *browser)
{
  annex_browser_set_ask_func (browser, NULL, NULL, NULL);
  annex_browser_set_file_funcs (browser, NULL, NULL, NULL);
}
