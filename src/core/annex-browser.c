/* annex-browser.c
 *
 * See annex-browser.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser.h"

G_DEFINE_QUARK (annex_browser_error, annex_browser_error)
G_DEFINE_INTERFACE (AnnexBrowser, annex_browser, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (AnnexDriver,
                    annex_driver,
                    G_DEFINE_ENUM_VALUE (ANNEX_DRIVER_NOBODY, "nobody"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DRIVER_ANNEX, "annex"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DRIVER_USER, "user"))

static void
annex_browser_default_init (AnnexBrowserInterface *iface)
{
  g_object_interface_install_property (
      iface, g_param_spec_enum ("driver", NULL, NULL, ANNEX_TYPE_DRIVER, ANNEX_DRIVER_NOBODY,
                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

AnnexDriver
annex_browser_get_driver (AnnexBrowser *self)
{
  AnnexDriver driver = ANNEX_DRIVER_NOBODY;

  g_object_get (self, "driver", &driver, NULL);
  return driver;
}

const char *
annex_browser_error_name (AnnexBrowserError code)
{
  static const char *const names[] = {
    [ANNEX_BROWSER_ERROR_STALE] = "stale",
    [ANNEX_BROWSER_ERROR_NOT_FOUND] = "not-found",
    [ANNEX_BROWSER_ERROR_HIDDEN] = "hidden",
    [ANNEX_BROWSER_ERROR_DISABLED] = "disabled",
    [ANNEX_BROWSER_ERROR_COVERED] = "covered",
    [ANNEX_BROWSER_ERROR_INVALID] = "invalid",
    [ANNEX_BROWSER_ERROR_TIMED_OUT] = "timed-out",
    [ANNEX_BROWSER_ERROR_DIALOG] = "dialog",
    [ANNEX_BROWSER_ERROR_REFUSED] = "refused",
    [ANNEX_BROWSER_ERROR_LOAD_FAILED] = "load-failed",
    [ANNEX_BROWSER_ERROR_CERTIFICATE] = "certificate",
    [ANNEX_BROWSER_ERROR_CRASHED] = "crashed",
    [ANNEX_BROWSER_ERROR_NO_DISPLAY] = "no-display",
  };

  return names[code];
}

GPtrArray *
annex_browser_create_tools (AnnexBrowser *self)
{
  return ANNEX_BROWSER_GET_IFACE (self)->create_tools (self);
}

DexFuture *
annex_browser_begin (AnnexBrowser *self, const char *goal, DexFuture *cancel)
{
  return ANNEX_BROWSER_GET_IFACE (self)->begin (self, goal, cancel);
}

void
annex_browser_end (AnnexBrowser *self)
{
  ANNEX_BROWSER_GET_IFACE (self)->end (self);
}

void
annex_browser_set_ask_func (AnnexBrowser *self,
                            AnnexBrowserAskFunc func,
                            gpointer data,
                            GDestroyNotify free_data)
{
  ANNEX_BROWSER_GET_IFACE (self)->set_ask_func (self, func, data, free_data);
}

void
annex_browser_set_file_funcs (AnnexBrowser *self,
                              const AnnexBrowserFileFuncs *funcs,
                              gpointer data,
                              GDestroyNotify free_data)
{
  ANNEX_BROWSER_GET_IFACE (self)->set_file_funcs (self, funcs, data, free_data);
}
