/* annex-spoken.c
 *
 * See annex-spoken.h. The words lie in the private data that GLib keeps before an error of an
 * extended domain, so they are copied and freed with it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-spoken.h"

#include <glib/gi18n.h>

typedef struct
{
  char *said;
} Private;

static GMutex lock;
static GArray *domains; /* of GQuark; guarded by @lock */

/* As G_DEFINE_EXTENDED_ERROR() finds it, which is one domain's only. */
static Private *
get_private (const GError *error)
{
  const gsize alignment = 2 * sizeof (gsize);
  const gsize size = (sizeof (Private) + (alignment - 1)) & -alignment;

  return (Private *) ((guint8 *) error - size);
}

static void
init_cb (GError *error)
{
  get_private (error)->said = NULL;
}

static void
copy_cb (const GError *from, GError *to)
{
  get_private (to)->said = g_strdup (get_private (from)->said);
}

static void
clear_cb (GError *error)
{
  g_clear_pointer (&get_private (error)->said, g_free);
}

static gboolean
is_spoken (GQuark domain)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  for (guint i = 0; domains != NULL && i < domains->len; i++)
    if (g_array_index (domains, GQuark, i) == domain)
      return TRUE;
  return FALSE;
}

GQuark
annex_spoken_domain (const char *name)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  GQuark domain = g_quark_from_static_string (name);

  if (domains == NULL)
    domains = g_array_new (FALSE, FALSE, sizeof (GQuark));
  for (guint i = 0; i < domains->len; i++)
    if (g_array_index (domains, GQuark, i) == domain)
      return domain;
  g_error_domain_register_static (name, sizeof (Private), init_cb, copy_cb, clear_cb);
  g_array_append_val (domains, domain);
  return domain;
}

GError *
annex_spoken_new_valist (GQuark domain, int code, const char *format, va_list args)
{
  va_list again;
  GError *error;

  va_copy (again, args);
  error = g_error_new_valist (domain, code, format, args);
  annex_spoken_take (error, g_strdup_vprintf (_ (format), again));
  va_end (again);
  return error;
}

void
annex_set_spoken (GError **error, GQuark domain, int code, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return;
  va_start (args, format);
  g_propagate_error (error, annex_spoken_new_valist (domain, code, format, args));
  va_end (args);
}

void
annex_set_spoken_literal (GError **error, GQuark domain, int code, const char *sentence)
{
  GError *made;

  if (error == NULL)
    return;
  made = g_error_new_literal (domain, code, sentence);
  annex_spoken_take (made, g_strdup (_ (sentence)));
  g_propagate_error (error, made);
}

static char *
put_into (const char *format, const char *detail)
{
  GString *text = g_string_new (format);

  g_string_replace (text, "%s", detail, 1);
  return g_string_free (text, FALSE);
}

void
annex_set_spoken_detail (GError **error,
                         GQuark domain,
                         int code,
                         const char *format,
                         const char *detail)
{
  g_autofree char *message = put_into (format, detail);
  GError *made = error != NULL ? g_error_new_literal (domain, code, message) : NULL;

  if (made == NULL)
    return;
  annex_spoken_take (made, put_into (_ (format), *detail != '\0' ? _ (detail) : ""));
  g_propagate_error (error, made);
}

GError *
annex_spoken_new (GQuark domain, int code, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = annex_spoken_new_valist (domain, code, format, args);
  va_end (args);
  return error;
}

DexFuture *
annex_future_new_spoken (GQuark domain, int code, const char *format, ...)
{
  va_list args;
  GError *error;

  va_start (args, format);
  error = annex_spoken_new_valist (domain, code, format, args);
  va_end (args);
  return dex_future_new_for_error (error);
}

void
annex_spoken_take (GError *error, char *said)
{
  if (!is_spoken (error->domain))
    {
      g_critical ("An error of %s is told in one language only", g_quark_to_string (error->domain));
      g_free (said);
      return;
    }
  g_free (get_private (error)->said);
  get_private (error)->said = said;
}

const char *
annex_error_said (const GError *error)
{
  const char *said = is_spoken (error->domain) ? get_private (error)->said : NULL;

  return said != NULL ? said : error->message;
}
