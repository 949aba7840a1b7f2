/* annex-app-module.h
 *
 * What the annex binary loads beside itself: the command line and the desk, with all the libraries
 * they need. A window paints its first frame without them. The module has nothing of base and core
 * of its own; it finds them in the binary.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

G_BEGIN_DECLS

typedef struct
{
  /* The command line; @argv as the process got it. Returns the exit status. */
  int (*run) (int argc, char **argv);
  /* annex_desk_session_open and annex_desk_session_close. */
  DexFuture *(*open_desk) (void);
  DexFuture *(*close_desk) (AnnexDesk *desk);
  /* annex_doctor_desk_new. */
  AnnexDesk *(*open_doctor) (void);
} AnnexAppModule;

#define ANNEX_APP_MODULE_FILE "annex-app.so"
#define ANNEX_APP_MODULE_SYMBOL "annex_app_module_get"

typedef const AnnexAppModule *(*AnnexAppModuleGetFunc) (void);
const AnnexAppModule *
annex_app_module_get (void);

G_END_DECLS
