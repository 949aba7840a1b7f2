/* annex-page-answer.c
 *
 * See annex-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page.h"

G_DEFINE_BOXED_TYPE (AnnexPageAnswer,
                     annex_page_answer,
                     annex_page_answer_copy,
                     annex_page_answer_free)

AnnexPageAnswer *
annex_page_answer_new (const char *text, JsonObject *detail)
{
  AnnexPageAnswer *self = g_new0 (AnnexPageAnswer, 1);

  self->text = g_strdup (text);
  self->detail = detail != NULL ? json_object_ref (detail) : NULL;
  return self;
}

AnnexPageAnswer *
annex_page_answer_copy (const AnnexPageAnswer *self)
{
  return annex_page_answer_new (self->text, self->detail);
}

void
annex_page_answer_free (AnnexPageAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_clear_pointer (&self->detail, json_object_unref);
  g_free (self);
}
