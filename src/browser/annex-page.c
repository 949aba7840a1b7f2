/* annex-page.c
 *
 * The object, and the beginning and end of each command. What a command does is in
 * annex-page-look.c and annex-page-act.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-private.h"

#include "annex-future.h"
#include "annex-json.h"

#define DEFAULT_TIMEOUT_MS 10000
#define MIN_TIMEOUT_MS 500

G_DEFINE_FINAL_TYPE (AnnexPage, annex_page, G_TYPE_OBJECT)

static gboolean
on_script_dialog (WebKitWebView *view, WebKitScriptDialog *dialog, AnnexPage *self)
{
  static const char *const kinds[] = {
    [WEBKIT_SCRIPT_DIALOG_ALERT] = "alert",
    [WEBKIT_SCRIPT_DIALOG_CONFIRM] = "confirm",
    [WEBKIT_SCRIPT_DIALOG_PROMPT] = "prompt",
    [WEBKIT_SCRIPT_DIALOG_BEFORE_UNLOAD_CONFIRM] = "leave this page?",
  };
  const char *message = webkit_script_dialog_get_message (dialog);
  g_autofree char *valid = annex_text_make_valid (message != NULL ? message : "", -1);

  if (self->dialog == NULL || dex_future_is_pending (DEX_FUTURE (self->dialog)) == FALSE)
    return FALSE;
  g_free (self->dialog_words);
  self->dialog_words =
      g_strdup_printf ("%s: %.1000s", kinds[webkit_script_dialog_get_dialog_type (dialog)],
                       g_strdelimit (valid, "\r\n\t", ' '));
  dex_promise_resolve_boolean (self->dialog, TRUE);
  return FALSE;
}

AnnexPage *
annex_page_new (WebKitWebView *view)
{
  AnnexPage *self;

  g_return_val_if_fail (WEBKIT_IS_WEB_VIEW (view), NULL);
  self = g_object_new (ANNEX_TYPE_PAGE, NULL);
  g_weak_ref_set (&self->view, view);
  self->channel = annex_page_channel_new (view);
  self->loads = annex_page_loads_new (view);
  g_signal_connect_object (view, "script-dialog", G_CALLBACK (on_script_dialog), self, 0);
  return self;
}

static void
run_free (AnnexPageRun *self)
{
  g_object_unref (self->page);
  json_object_unref (self->args);
  dex_clear (&self->cancel);
  g_free (self);
}

guint
annex_page_run_left (AnnexPageRun *self)
{
  gint64 spent_ms = (g_get_monotonic_time () - self->began_us) / 1000;

  return spent_ms >= self->timeout_ms ? 0 : self->timeout_ms - (guint) spent_ms;
}

gboolean
annex_page_run_sleep (AnnexPageRun *self, guint ms, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  if (annex_await_cancellable (dex_timeout_new_msec (ms), self->cancel, &local_error) ||
      g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT) ||
      g_error_matches (local_error, DEX_ERROR, DEX_ERROR_TIMED_OUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* Before anything else, the page must be there. */
static gboolean
wait_ready (AnnexPageRun *self, GError **error)
{
  while (!annex_page_channel_is_ready (self->page->channel) ||
         annex_page_loads_is_navigating (self->page->loads))
    {
      if (annex_page_run_left (self) == 0)
        {
          if (annex_page_channel_is_ready (self->page->channel))
            return TRUE;
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT,
                       "No page has been loaded here. Open one with page_open.");
          return FALSE;
        }
      if (!annex_page_run_sleep (self, 30, error))
        return FALSE;
    }
  return TRUE;
}

static AnnexPageAnswer *
run_command (AnnexPageRun *self, GError **error)
{
  if (!wait_ready (self, error))
    return NULL;
  self->document = annex_page_channel_get_document (self->page->channel);
  switch (self->command)
    {
    case ANNEX_PAGE_COMMAND_SNAPSHOT:
      return annex_page_run_snapshot (self, error);
    case ANNEX_PAGE_COMMAND_FIND:
      return annex_page_run_find (self, error);
    case ANNEX_PAGE_COMMAND_TEXT:
      return annex_page_run_text (self, error);
    case ANNEX_PAGE_COMMAND_TABLE:
    case ANNEX_PAGE_COMMAND_INSPECT:
    case ANNEX_PAGE_COMMAND_BOX:
    case ANNEX_PAGE_COMMAND_MARK:
      return annex_page_run_one (self, error);
    case ANNEX_PAGE_COMMAND_CLICK:
    case ANNEX_PAGE_COMMAND_TYPE:
    case ANNEX_PAGE_COMMAND_FILL:
    case ANNEX_PAGE_COMMAND_SELECT:
    case ANNEX_PAGE_COMMAND_PRESS:
    case ANNEX_PAGE_COMMAND_HOVER:
    case ANNEX_PAGE_COMMAND_DRAG:
    case ANNEX_PAGE_COMMAND_SCROLL:
    case ANNEX_PAGE_COMMAND_WAIT:
    case ANNEX_PAGE_COMMAND_FOCUS_FILE:
    case ANNEX_PAGE_COMMAND_GIVE_FILES:
      return annex_page_run_act (self, error);
    }
  g_return_val_if_reached (NULL);
}

static DexFuture *
run_fiber (gpointer data)
{
  AnnexPageRun *self = data;
  g_autoptr (GError) error = NULL;
  AnnexPageAnswer *answer = run_command (self, &error);

  if (answer != NULL)
    return dex_future_new_take_boxed (ANNEX_TYPE_PAGE_ANSWER, answer);
  annex_error_normalise (&error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    annex_page_channel_cancel (self->page->channel);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    {
      g_clear_error (&error);
      g_set_error (&error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE,
                   "The page went to another while it was read. Take a new page_snapshot.");
    }
  return annex_future_new_error (g_steal_pointer (&error));
}

DexFuture *
annex_page_run (AnnexPage *self,
                const char *command,
                JsonObject *args,
                guint timeout_ms,
                DexFuture *cancel)
{
  g_autoptr (GError) error = NULL;
  AnnexPageCommand parsed;
  AnnexPageRun *run;
  JsonObject *checked;

  dex_return_error_if_fail (ANNEX_IS_PAGE (self));
  if (!annex_page_command_parse (command, &parsed, &error))
    return annex_future_new_error (g_steal_pointer (&error));
  checked = annex_page_args_check (parsed, args, &error);
  if (checked == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  run = g_new0 (AnnexPageRun, 1);
  run->page = g_object_ref (self);
  run->command = parsed;
  run->args = checked;
  run->timeout_ms = timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : MAX (timeout_ms, MIN_TIMEOUT_MS);
  run->began_us = g_get_monotonic_time ();
  run->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (run_fiber, run, (GDestroyNotify) run_free);
}

void
annex_page_leave (AnnexPage *self)
{
  g_return_if_fail (ANNEX_IS_PAGE (self));
  annex_page_channel_leave (self->channel);
}

void
annex_page_forget (AnnexPage *self)
{
  g_return_if_fail (ANNEX_IS_PAGE (self));
  g_clear_pointer (&self->shown, g_ptr_array_unref);
}

static void
annex_page_dispose (GObject *object)
{
  AnnexPage *self = ANNEX_PAGE (object);

  g_clear_object (&self->channel);
  g_clear_object (&self->loads);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  dex_clear (&self->dialog);
  G_OBJECT_CLASS (annex_page_parent_class)->dispose (object);
}

static void
annex_page_finalize (GObject *object)
{
  AnnexPage *self = ANNEX_PAGE (object);

  g_free (self->dialog_words);
  g_weak_ref_clear (&self->view);
  G_OBJECT_CLASS (annex_page_parent_class)->finalize (object);
}

static void
annex_page_class_init (AnnexPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_page_finalize;
}

static void
annex_page_init (AnnexPage *self)
{
  g_weak_ref_init (&self->view, NULL);
}
