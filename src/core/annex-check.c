/* annex-check.c
 *
 * See annex-check.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-check.h"

#include "annex-json-build.h"

G_DEFINE_BOXED_TYPE (AnnexCheckResult,
                     annex_check_result,
                     annex_check_result_copy,
                     annex_check_result_free)

AnnexCheckResult *
annex_check_result_new (const char *id, AnnexCheckState state, const char *title)
{
  AnnexCheckResult *self = g_new0 (AnnexCheckResult, 1);

  self->id = g_strdup (id);
  self->state = state;
  self->title = g_strdup (title);
  return self;
}

AnnexCheckResult *
annex_check_result_copy (const AnnexCheckResult *self)
{
  AnnexCheckResult *copy = annex_check_result_new (self->id, self->state, self->title);

  copy->sentence = g_strdup (self->sentence);
  copy->repair = g_strdup (self->repair);
  copy->admin_text = g_strdup (self->admin_text);
  copy->detail = g_strdup (self->detail);
  return copy;
}

void
annex_check_result_free (AnnexCheckResult *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->sentence);
  g_free (self->repair);
  g_free (self->admin_text);
  g_free (self->detail);
  g_free (self);
}

const char *
annex_check_state_to_name (AnnexCheckState state)
{
  switch (state)
    {
    case ANNEX_CHECK_OK:
      return "ok";
    case ANNEX_CHECK_NOTICE:
      return "notice";
    case ANNEX_CHECK_FAILED:
      return "failed";
    case ANNEX_CHECK_UNKNOWN:
      break;
    }
  return "unknown";
}

char *
annex_check_result_to_json_line (const AnnexCheckResult *self)
{
  g_autoptr (JsonObject) object = annex_json_build (
      "s", "id", self->id, "s", "state", annex_check_state_to_name (self->state), "s", "title",
      self->title, "s", "sentence", self->sentence != NULL ? self->sentence : "", "s", "repair",
      self->repair, "s", "admin_text", self->admin_text, "s", "detail", self->detail, NULL);

  return annex_json_object_to_string (object);
}
