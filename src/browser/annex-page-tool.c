/* annex-page-tool.c
 *
 * See annex-page-tool.h: the type, and what every call has in common.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tool-private.h"

#include "annex-future.h"
#include "annex-model.h"
#include "annex-web-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* Sorted by name. */
static const AnnexPageToolSpec *const specs[] = {
  &annex_page_tool_back,       &annex_page_tool_click,  &annex_page_tool_dialog,
  &annex_page_tool_drag,       &annex_page_tool_fill,   &annex_page_tool_find,
  &annex_page_tool_hover,      &annex_page_tool_open,   &annex_page_tool_press,
  &annex_page_tool_screenshot, &annex_page_tool_scroll, &annex_page_tool_select,
  &annex_page_tool_snapshot,   &annex_page_tool_table,  &annex_page_tool_tabs,
  &annex_page_tool_text,       &annex_page_tool_type,   &annex_page_tool_upload,
  &annex_page_tool_wait,
};

#define ANNEX_TYPE_PAGE_TOOL (annex_page_tool_get_type ())
G_DECLARE_FINAL_TYPE (AnnexPageTool, annex_page_tool, ANNEX, PAGE_TOOL, GObject)

struct _AnnexPageTool
{
  GObject parent_instance;

  const AnnexPageToolSpec *spec;
  AnnexBrowserPane *pane; /* weak */
};

static void
tool_iface_init (AnnexToolInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexPageTool,
                               annex_page_tool,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_TOOL, tool_iface_init))

typedef struct
{
  const AnnexPageToolSpec *spec;
  AnnexBrowserPane *pane;
  AnnexToolCall *call; /* its cancel also ends what Annex does when the user takes over */
  DexFuture *cancel;   /* the caller's own; nullable */
  DexPromise *taken;   /* rejected once the user takes over */
  gulong driver_handler;
} Run;

static void
disarm (Run *run)
{
  g_clear_signal_handler (&run->driver_handler, run->pane);
  dex_clear (&run->taken);
  dex_clear (&run->call->cancel);
}

static void
run_free (gpointer data)
{
  Run *run = data;

  disarm (run);
  dex_clear (&run->cancel);
  g_object_unref (run->pane);
  annex_tool_call_free (run->call);
  g_free (run);
}

/* ---- the user's hand in the middle of a call */

static void
driver_cb (Run *run)
{
  if (annex_browser_pane_get_driver (run->pane) == ANNEX_DRIVER_USER &&
      dex_future_is_pending (DEX_FUTURE (run->taken)))
    dex_promise_reject (run->taken, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                                         "The user has taken over"));
}

/* From now on what is done ends when the user takes over: they share the page with nobody, and
 * what they type is in no result. */
static void
arm (Run *run)
{
  disarm (run);
  run->taken = dex_promise_new ();
  run->call->cancel =
      run->cancel != NULL
          ? dex_future_first (dex_ref (run->cancel), dex_ref (DEX_FUTURE (run->taken)), NULL)
          : dex_ref (DEX_FUTURE (run->taken));
  run->driver_handler =
      g_signal_connect_swapped (run->pane, "notify::driver", G_CALLBACK (driver_cb), run);
  driver_cb (run);
}

static gboolean
was_taken (Run *run)
{
  return run->taken != NULL && dex_future_is_rejected (DEX_FUTURE (run->taken)) &&
         !(run->cancel != NULL && dex_future_is_rejected (run->cancel));
}

/* Waits for the wheel; the tab to work in. FALSE with an error. */
static gboolean
begin (Run *run, AnnexPageTurn *turn, AnnexPageToolFlags flags, GError **error)
{
  AnnexTurnFlags turn_flags = 0;
  gboolean user_drove;

  if (flags & ANNEX_PAGE_TOOL_WITH_DIALOG)
    turn_flags |= ANNEX_TURN_WITH_DIALOG;
  if (flags & ANNEX_PAGE_TOOL_LEAVES_PAGE)
    turn_flags |= ANNEX_TURN_LEAVES_PAGE;
  disarm (run);
  user_drove = dex_await_boolean (
      annex_browser_pane_begin_turn (run->pane, _ (run->spec->activity), turn_flags, run->cancel),
      error);
  if (*error != NULL)
    return FALSE;
  arm (run);
  g_set_object (&turn->tab, annex_browser_pane_get_selected (run->pane));
  if (user_drove)
    g_string_append (turn->notes, "The user has used the browser meanwhile; references from before "
                                  "may be stale.\n");
  if (user_drove && turn->tab != NULL)
    annex_page_forget (annex_browser_tab_get_page (turn->tab));
  if (!(flags & ANNEX_PAGE_TOOL_NEEDS_PAGE))
    return TRUE;
  if (turn->tab == NULL)
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NOT_FOUND,
                           "No page is open. Open one with page_open.");
      return FALSE;
    }
  return annex_page_turn_may_look (turn, error);
}

/* One line, and not a long one. What quotes the page, between the quotation marks that only its
 * words have, is framed as what a page says. */
static DexFuture *
fail (GError *error)
{
  g_autoptr (GError) failure = error;
  g_autofree char *clean = annex_web_text_clean (failure->message, 600, NULL);
  g_autofree char *framed = NULL;

  g_strdelimit (clean, "\n\t", ' ');
  if (strchr (clean, '"') != NULL)
    framed = annex_web_text_frame ("an error with page content", clean);
  return annex_future_new_errorf (failure->domain, failure->code, "%s",
                                  framed != NULL ? framed : clean);
}

/* After the user had taken over in the middle of it: what is there when they have handed back. */
static AnnexBlock *
look_again (Run *run, AnnexPageTurn *turn, GError **error)
{
  AnnexPageToolFlags flags = ANNEX_PAGE_TOOL_WITH_DIALOG;

  if (turn->notes->len == 0)
    g_string_append (turn->notes,
                     "The user took over before this was finished, so it may be done in "
                     "part or not at all. This is what is there now.\n");
  if (annex_browser_pane_get_selected (run->pane) != NULL)
    flags |= ANNEX_PAGE_TOOL_NEEDS_PAGE;
  return begin (run, turn, flags, error) ? annex_page_turn_arrive (turn, error) : NULL;
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;
  AnnexPageTurn turn = { .pane = run->pane, .call = run->call };
  GError *error = NULL;
  AnnexBlock *block = NULL;

  turn.notes = g_string_new (NULL);
  if (begin (run, &turn, run->spec->flags, &error))
    block = run->spec->func (&turn, &error);
  while (was_taken (run))
    {
      g_clear_error (&error);
      g_clear_pointer (&block, annex_block_unref);
      block = look_again (run, &turn, &error);
    }
  disarm (run);
  g_clear_object (&turn.tab);
  g_string_free (turn.notes, TRUE);
  if (block == NULL)
    {
      annex_error_normalise (&error);
      return fail (error);
    }
  return dex_future_new_take_boxed (ANNEX_TYPE_BLOCK, block);
}

static DexFuture *
page_tool_call (AnnexTool *tool, const AnnexToolCall *call)
{
  AnnexPageTool *self = ANNEX_PAGE_TOOL (tool);
  Run *run;

  if (annex_json_opt_string (call->input, ANNEX_MALFORMED_INPUT, NULL) != NULL)
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                                    "The input of %s was not valid JSON. Send it again, complete.",
                                    self->spec->name);
  if (self->pane == NULL)
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED,
                                    "The browser has ended. Call done.");
  run = g_new0 (Run, 1);
  run->spec = self->spec;
  run->pane = g_object_ref (self->pane);
  run->call = annex_tool_call_copy (call);
  run->cancel = g_steal_pointer (&run->call->cancel);
  return annex_fiber_run (run_fiber, run, run_free);
}

static const char *
page_tool_get_name (AnnexTool *tool)
{
  return ANNEX_PAGE_TOOL (tool)->spec->name;
}

static const char *
page_tool_get_description (AnnexTool *tool)
{
  return ANNEX_PAGE_TOOL (tool)->spec->description;
}

static const char *
page_tool_get_schema (AnnexTool *tool)
{
  return ANNEX_PAGE_TOOL (tool)->spec->schema;
}

static void
tool_iface_init (AnnexToolInterface *iface)
{
  iface->get_name = page_tool_get_name;
  iface->get_description = page_tool_get_description;
  iface->get_schema = page_tool_get_schema;
  iface->call = page_tool_call;
}

static void
annex_page_tool_finalize (GObject *object)
{
  AnnexPageTool *self = ANNEX_PAGE_TOOL (object);

  g_clear_weak_pointer (&self->pane);
  G_OBJECT_CLASS (annex_page_tool_parent_class)->finalize (object);
}

static void
annex_page_tool_class_init (AnnexPageToolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_page_tool_finalize;
}

static void
annex_page_tool_init (AnnexPageTool *self)
{
}

GPtrArray *
annex_page_tools_new (AnnexBrowserPane *pane)
{
  GPtrArray *tools = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      AnnexPageTool *self = g_object_new (ANNEX_TYPE_PAGE_TOOL, NULL);

      self->spec = specs[i];
      g_set_weak_pointer (&self->pane, pane);
      g_ptr_array_add (tools, self);
    }
  return tools;
}
