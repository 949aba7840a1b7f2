/* test-error-text.c
 *
 * Every value of every error domain has words of its own, and a button that names an action there
 * is.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy.h"
#include "annex-agent.h"
#include "annex-computer.h"
#include "annex-egress-proxy.h"
#include "annex-error-text.h"
#include "annex-image-manifest.h"
#include "annex-keep.h"
#include "annex-model.h"
#include "annex-policy.h"
#include "annex-secrets.h"
#include "annex-share.h"
#include "annex-store.h"

#include <string.h>

static const char *const actions[] = { "win.preferences", "win.resume",   "win.doctor",
                                       "win.computer",    "win.new-task", "win.add-folder",
                                       "win.space" };

static void
check_words (const AnnexErrorText *text)
{
  gboolean known = text->action == NULL;

  g_assert_cmpstr (text->title, !=, "");
  g_assert_cmpuint (g_utf8_strlen (text->title, -1), <=, 44); /* on one line at 360 px, nearly */
  g_assert_true (g_str_has_suffix (text->advice, ".") || g_str_has_suffix (text->advice, "?"));
  g_assert_false (g_str_has_suffix (text->title, "."));
  g_assert_true ((text->action == NULL) == (text->label == NULL));
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    known = known || g_str_equal (text->action, actions[i]);
  g_assert_true (known);
}

static void
walk (GQuark domain, int last, int failed)
{
  for (int code = 0; code <= last; code++)
    {
      g_autoptr (GError) error = g_error_new (domain, code, "Message %d", code);
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);
      const char *name = annex_error_text_code (error);
      g_autoptr (AnnexErrorText) event =
          annex_error_text_new_from_event (g_quark_to_string (domain), name, "Message");

      g_test_message ("%s %d: %s: %s", g_quark_to_string (domain), code, name, text->title);
      g_assert_true ((code == failed) == g_str_equal (name, "failed"));
      g_assert_true (annex_error_text_is_known (g_quark_to_string (domain), name));
      g_assert_cmpstr (text->title, ==, event->title);
      g_assert_cmpstr (text->advice, ==, event->advice);
      g_assert_true (g_str_has_suffix (text->details, error->message));
      g_assert_nonnull (strstr (text->details, name));
      check_words (text);
    }
}

static void
test_domains (void)
{
  walk (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL, -1);
  walk (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED, ANNEX_COMPUTER_ERROR_FAILED);
  walk (ANNEX_AGENT_ERROR, ANNEX_AGENT_ERROR_SILENT, -1);
  walk (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FAILED, ANNEX_STORE_ERROR_FAILED);
  walk (ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED, ANNEX_KEEP_ERROR_FAILED);
  walk (ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_BAD_MODE, -1);
  walk (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_FAILED, ANNEX_SECRETS_ERROR_FAILED);
  walk (ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_MODEL_HOST, -1);
  walk (ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_CONNECTOR, -1);
  walk (ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_FAILED, ANNEX_IMAGE_ERROR_FAILED);
  walk (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT, -1);
}

/* Modules that the window does not see: their codes are told by their order there. A value that is
 * added does not compile here until it has a name. */
static const char *
agent_name (AnnexAgentError code)
{
  switch (code)
    {
    case ANNEX_AGENT_ERROR_REFUSED:
      return "refused";
    case ANNEX_AGENT_ERROR_TURN_LIMIT:
      return "turn-limit";
    case ANNEX_AGENT_ERROR_BUSY:
      return "busy";
    case ANNEX_AGENT_ERROR_COST_LIMIT:
      return "cost-limit";
    case ANNEX_AGENT_ERROR_SILENT:
      return "silent";
    }
  return NULL;
}

static const char *
image_name (AnnexImageError code)
{
  switch (code)
    {
    case ANNEX_IMAGE_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_IMAGE_ERROR_DAMAGED:
      return "damaged";
    case ANNEX_IMAGE_ERROR_NO_SPACE:
      return "no-space";
    case ANNEX_IMAGE_ERROR_NO_TOOLS:
      return "no-tools";
    case ANNEX_IMAGE_ERROR_BUILD_FAILED:
      return "build-failed";
    case ANNEX_IMAGE_ERROR_NETWORK:
      return "network";
    case ANNEX_IMAGE_ERROR_FAILED:
      return "failed";
    }
  return NULL;
}

static const char *
egress_name (AnnexEgressError code)
{
  switch (code)
    {
    case ANNEX_EGRESS_ERROR_UNKNOWN_HOST:
      return "unknown-host";
    case ANNEX_EGRESS_ERROR_UNREACHABLE:
      return "unreachable";
    case ANNEX_EGRESS_ERROR_TIMED_OUT:
      return "timed-out";
    case ANNEX_EGRESS_ERROR_PROXY:
      return "proxy";
    case ANNEX_EGRESS_ERROR_BUSY:
      return "busy";
    case ANNEX_EGRESS_ERROR_TUNNEL:
      return "tunnel";
    case ANNEX_EGRESS_ERROR_BODY:
      return "body";
    case ANNEX_EGRESS_ERROR_CREDENTIALS:
      return "credentials";
    case ANNEX_EGRESS_ERROR_LEDGER:
      return "ledger";
    case ANNEX_EGRESS_ERROR_CUT:
      return "cut";
    }
  return NULL;
}

static void
check_name (GQuark domain, int code, const char *name)
{
  g_autoptr (GError) error = g_error_new (domain, code, "Message");

  g_assert_cmpstr (annex_error_text_code (error), ==, name);
}

static void
test_order (void)
{
  for (int i = 0; agent_name (i) != NULL; i++)
    check_name (ANNEX_AGENT_ERROR, i, agent_name (i));
  for (int i = 0; image_name (i) != NULL; i++)
    check_name (ANNEX_IMAGE_ERROR, i, image_name (i));
  for (int i = 0; egress_name (i) != NULL; i++)
    check_name (ANNEX_EGRESS_ERROR, i, egress_name (i));
}

/* What nobody has words for still has a title, an advice and its own words in the details. */
static void
test_unknown (void)
{
  static const struct
  {
    const char *domain;
    const char *code;
    const char *message;
  } strange[] = {
    { NULL, NULL, NULL },
    { "", "", "" },
    { "annex_model_error", "tomorrow's code", "New" },
    { "annex_model_error", NULL, "New" },
    { "evil", "<b>code</b>", "<b>bold</b> \xff\xfe not UTF-8" },
    { "annex_computer_error", "auth", "of another domain" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (strange); i++)
    {
      g_autoptr (AnnexErrorText) text =
          annex_error_text_new_from_event (strange[i].domain, strange[i].code, strange[i].message);
      g_autoptr (AnnexErrorText) copy = annex_error_text_copy (text);

      g_assert_false (annex_error_text_is_known (strange[i].domain, strange[i].code));
      g_assert_true (g_utf8_validate (text->details, -1, NULL));
      g_assert_null (strstr (text->title, "<b>"));
      g_assert_null (strstr (text->advice, "<b>"));
      check_words (copy);
    }
}

static void
test_io (void)
{
  static const int codes[] = { G_IO_ERROR_CANCELLED,          G_IO_ERROR_NO_SPACE,
                               G_IO_ERROR_NOT_FOUND,          G_IO_ERROR_TIMED_OUT,
                               G_IO_ERROR_CONNECTION_REFUSED, G_IO_ERROR_READ_ONLY,
                               G_IO_ERROR_INVALID_DATA };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      g_autoptr (GError) error = g_error_new (G_IO_ERROR, codes[i], "Message");
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

      g_assert_true (annex_error_text_is_known ("g-io-error-quark", annex_error_text_code (error)));
      check_words (text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/error-text/domains", test_domains);
  g_test_add_func ("/ui/error-text/order", test_order);
  g_test_add_func ("/ui/error-text/unknown", test_unknown);
  g_test_add_func ("/ui/error-text/io", test_io);
  return g_test_run ();
}
