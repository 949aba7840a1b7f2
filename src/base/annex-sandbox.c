/* annex-sandbox.c
 *
 * See annex-sandbox.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-sandbox.h"

gboolean
annex_sandbox_is_flatpak (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}
