/* annex-egress-origins.c
 *
 * See annex-egress-origins.h. There are few: a list is searched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-origins.h"

struct _AnnexEgressOrigins
{
  GPtrArray *list; /* AnnexEgressOrigin */
};

static void
origin_free (gpointer data)
{
  AnnexEgressOrigin *origin = data;

  if (origin->free_data != NULL)
    origin->free_data (origin->data);
  g_free (origin->scheme);
  g_free (origin->host);
  g_free (origin);
}

AnnexEgressOrigins *
annex_egress_origins_new (void)
{
  AnnexEgressOrigins *self = g_new0 (AnnexEgressOrigins, 1);

  self->list = g_ptr_array_new_with_free_func (origin_free);
  return self;
}

void
annex_egress_origins_free (AnnexEgressOrigins *self)
{
  g_ptr_array_unref (self->list);
  g_free (self);
}

void
annex_egress_origins_remove (AnnexEgressOrigins *self,
                             const char *scheme,
                             const char *host,
                             guint port)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      AnnexEgressOrigin *origin = g_ptr_array_index (self->list, i);

      if (origin->port != port || !g_str_equal (origin->scheme, scheme) ||
          !g_str_equal (origin->host, host))
        continue;
      g_ptr_array_remove_index (self->list, i);
      return;
    }
}

void
annex_egress_origins_add (AnnexEgressOrigins *self, AnnexEgressOrigin *origin)
{
  annex_egress_origins_remove (self, origin->scheme, origin->host, origin->port);
  g_ptr_array_add (self->list, origin);
}

gboolean
annex_egress_origins_has_place (const char *host, guint port, gpointer origins)
{
  AnnexEgressOrigins *self = origins;

  for (guint i = 0; i < self->list->len; i++)
    {
      AnnexEgressOrigin *origin = g_ptr_array_index (self->list, i);

      if (origin->port == port && g_str_equal (origin->host, host))
        return TRUE;
    }
  return FALSE;
}

const AnnexEgressOrigin *
annex_egress_origins_find (AnnexEgressOrigins *self, const AnnexHttpRequest *request)
{
  for (guint i = 0; i < self->list->len; i++)
    {
      AnnexEgressOrigin *origin = g_ptr_array_index (self->list, i);

      if (origin->port == request->port && g_str_equal (origin->host, request->host) &&
          (request->is_connect || g_str_equal (origin->scheme, "http")))
        return origin;
    }
  return NULL;
}
