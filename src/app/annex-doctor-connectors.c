/* annex-doctor-connectors.c
 *
 * The user's connectors: which of them cannot be used, and starting those once more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"

#include <glib/gi18n.h>

static gboolean
is_broken (const AnnexConnectorInfo *info)
{
  switch (info->state)
    {
    case ANNEX_CONNECTOR_STATE_SIGN_IN:
    case ANNEX_CONNECTOR_STATE_VALUES:
    case ANNEX_CONNECTOR_STATE_NO_TOOLS:
    case ANNEX_CONNECTOR_STATE_FAILED:
      return TRUE;
    case ANNEX_CONNECTOR_STATE_OFF:
    case ANNEX_CONNECTOR_STATE_IDLE:
    case ANNEX_CONNECTOR_STATE_STARTING:
    case ANNEX_CONNECTOR_STATE_READY:
      break;
    }
  return FALSE;
}

/* Starting it once more may help; a sign-in or a value is the user's to give. */
static gboolean
can_be_tried (const AnnexConnectorInfo *info)
{
  return info->state == ANNEX_CONNECTOR_STATE_FAILED ||
         info->state == ANNEX_CONNECTOR_STATE_NO_TOOLS;
}

static gboolean
test_all (AnnexConnectors *connectors, GPtrArray *infos, gboolean broken_only, GError **error)
{
  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexConnectorInfo *info = infos->pdata[i];
      g_autoptr (AnnexConnectorInfo) tested = NULL;

      if (!info->enabled || info->state == ANNEX_CONNECTOR_STATE_VALUES ||
          (broken_only && !can_be_tried (info)))
        continue;
      tested = dex_await_boxed (annex_connectors_test (connectors, info->id, NULL), error);
      if (tested == NULL)
        return FALSE;
    }
  return TRUE;
}

static void
say_broken (AnnexCheckResult *result, GPtrArray *infos)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) detail = g_string_new (NULL);
  gboolean try_again = FALSE;
  guint enabled = 0;

  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexConnectorInfo *info = infos->pdata[i];

      enabled += info->enabled ? 1 : 0;
      if (!is_broken (info))
        continue;
      try_again = try_again || can_be_tried (info);
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", info->title);
      g_string_append_printf (detail, "%s%s: %s%s%s", detail->len > 0 ? "\n" : "", info->title,
                              info->sentence, info->said != NULL ? " " : "",
                              info->said != NULL ? info->said : "");
    }
  if (names->len == 0)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, "%s",
                        enabled > 0 ? _ ("Nothing is known to be wrong with your connectors.")
                                    : _ ("No connectors are set up."));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_NOTICE, _ ("These connectors cannot be used now: %s."),
                    names->str);
  result->detail = g_strdup (detail->str);
  if (try_again)
    result->repair = g_strdup (_ ("Try Them Again"));
}

static void
look_connectors (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  AnnexConnectors *connectors =
      self->session != NULL ? annex_session_get_connectors (self->session) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = NULL;

  if (connectors == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN,
                        _ ("The connectors are looked at when the list of tasks can be opened."));
      return;
    }
  infos = dex_await_boxed (annex_connectors_list (connectors, NULL), &error);
  if (infos != NULL && thorough && test_all (connectors, infos, FALSE, &error))
    {
      g_ptr_array_unref (infos);
      infos = dex_await_boxed (annex_connectors_list (connectors, NULL), &error);
    }
  if (infos == NULL || error != NULL)
    {
      annex_error_normalise (&error);
      annex_doctor_say_error (result, ANNEX_CHECK_UNKNOWN, error,
                              _ ("The connectors could not be tried."));
      return;
    }
  say_broken (result, infos);
}

static gboolean
repair_connectors (AnnexDoctor *self, GError **error)
{
  AnnexConnectors *connectors =
      self->session != NULL ? annex_session_get_connectors (self->session) : NULL;
  g_autoptr (GPtrArray) infos = NULL;

  if (connectors == NULL)
    return TRUE;
  infos = dex_await_boxed (annex_connectors_list (connectors, NULL), error);
  return infos != NULL && test_all (connectors, infos, TRUE, error);
}

const AnnexDoctorCheck annex_doctor_connector_checks[] = {
  { "connectors", N_ ("Connectors"), look_connectors, repair_connectors },
  { NULL, NULL, NULL, NULL },
};
