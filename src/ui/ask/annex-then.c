/* annex-then.c
 *
 * See annex-then.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-then.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

typedef struct
{
  GWeakRef object;
  AnnexThenFunc func;
  GValue value;
  GError *error;
} Then;

static void
then_free (gpointer data)
{
  Then *then = data;

  g_weak_ref_clear (&then->object);
  if (G_IS_VALUE (&then->value))
    g_value_unset (&then->value);
  g_clear_error (&then->error);
  g_free (then);
}

static gboolean
call_cb (gpointer data)
{
  Then *then = data;
  g_autoptr (GObject) object = g_weak_ref_get (&then->object);

  if (object != NULL)
    then->func (object, then->error == NULL ? &then->value : NULL, then->error);
  return G_SOURCE_REMOVE;
}

/* May run on the small stack of whichever fiber resolved the future: it only forwards. */
static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  Then *then = data;
  const GValue *value = dex_future_get_value (future, &then->error);

  if (value != NULL)
    {
      g_value_init (&then->value, G_VALUE_TYPE (value));
      g_value_copy (value, &then->value);
    }
  else if (then->error == NULL)
    then->error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, _ ("It failed"));
  g_idle_add_full (G_PRIORITY_DEFAULT, call_cb, then, then_free);
  return dex_future_new_true ();
}

void
annex_then (DexFuture *future, gpointer object, AnnexThenFunc func)
{
  Then *then = g_new0 (Then, 1);

  g_weak_ref_init (&then->object, object);
  then->func = func;
  dex_future_disown (dex_future_finally (future, done_cb, then, NULL));
}
