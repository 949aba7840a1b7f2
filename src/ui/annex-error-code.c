/* annex-error-code.c
 *
 * The word that stands for an error's code in an event. For the domains of core from their enums;
 * for those of the modules that a window does not see from their order, which a test holds against
 * the enums.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-error-text.h"

#include "annex-admin-policy.h"
#include "annex-computer.h"
#include "annex-keep.h"
#include "annex-model.h"
#include "annex-policy.h"
#include "annex-secrets.h"
#include "annex-share.h"
#include "annex-store.h"

static const char *
store_code (AnnexStoreError code)
{
  switch (code)
    {
    case ANNEX_STORE_ERROR_OPEN:
      return "open";
    case ANNEX_STORE_ERROR_DAMAGED:
      return "damaged";
    case ANNEX_STORE_ERROR_NEWER:
      return "newer";
    case ANNEX_STORE_ERROR_DISK_FULL:
      return "disk-full";
    case ANNEX_STORE_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_STORE_ERROR_FORMAT:
      return "format";
    case ANNEX_STORE_ERROR_FAILED:
      break;
    }
  return "failed";
}

static const char *
keep_code (AnnexKeepError code)
{
  switch (code)
    {
    case ANNEX_KEEP_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_KEEP_ERROR_DISK_FULL:
      return "disk-full";
    case ANNEX_KEEP_ERROR_ROOT_GONE:
      return "root-gone";
    case ANNEX_KEEP_ERROR_READ_ONLY:
      return "read-only";
    case ANNEX_KEEP_ERROR_FAILED:
      break;
    }
  return "failed";
}

static const char *
share_code (AnnexShareError code)
{
  switch (code)
    {
    case ANNEX_SHARE_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_SHARE_ERROR_NOT_A_FOLDER:
      return "not-a-folder";
    case ANNEX_SHARE_ERROR_UNREADABLE:
      return "unreadable";
    case ANNEX_SHARE_ERROR_NOT_ALLOWED:
      return "not-allowed";
    case ANNEX_SHARE_ERROR_BAD_MODE:
      return "bad-mode";
    }
  return "failed";
}

static const char *
secrets_code (AnnexSecretsError code)
{
  switch (code)
    {
    case ANNEX_SECRETS_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_SECRETS_ERROR_LOCKED:
      return "locked";
    case ANNEX_SECRETS_ERROR_ABSENT:
      return "absent";
    case ANNEX_SECRETS_ERROR_FAILED:
      break;
    }
  return "failed";
}

static const char *
policy_code (AnnexPolicyError code)
{
  switch (code)
    {
    case ANNEX_POLICY_ERROR_BAD_HOST:
      return "bad-host";
    case ANNEX_POLICY_ERROR_ADDRESS:
      return "address";
    case ANNEX_POLICY_ERROR_PRIVATE:
      return "private";
    case ANNEX_POLICY_ERROR_PORT:
      return "port";
    case ANNEX_POLICY_ERROR_NOT_ALLOWED:
      return "not-allowed";
    case ANNEX_POLICY_ERROR_NEVER:
      return "never";
    case ANNEX_POLICY_ERROR_EXPOSED:
      return "exposed";
    case ANNEX_POLICY_ERROR_MODEL_HOST:
      return "model-host";
    }
  return "failed";
}

/* Domains that core does not define, their codes in the order of their enums. */
static const struct
{
  const char *domain;
  const char *codes[12];
} others[] = {
  { "annex_agent_error", { "refused", "turn-limit", "busy", "cost-limit", "silent" } },
  { "annex_image_error",
    { "not-found", "damaged", "no-space", "no-tools", "build-failed", "network", "failed" } },
  { "annex_egress_error",
    { "unknown-host", "unreachable", "timed-out", "proxy", "busy", "tunnel", "body", "credentials",
      "ledger", "cut" } },
};

static const char *
other_code (const GError *error)
{
  const char *domain = g_quark_to_string (error->domain);

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (g_str_equal (domain, others[i].domain))
      {
        guint n = 0;

        while (n < G_N_ELEMENTS (others[i].codes) && others[i].codes[n] != NULL)
          n++;
        if (error->code >= 0 && (guint) error->code < n)
          return others[i].codes[error->code];
      }
  return "failed";
}

/* The few of GIO's many that a person can act on. */
static const char *
io_code (int code)
{
  static const struct
  {
    int code;
    const char *name;
  } names[] = {
    { G_IO_ERROR_CANCELLED, "cancelled" },
    { G_IO_ERROR_NOT_FOUND, "not-found" },
    { G_IO_ERROR_EXISTS, "exists" },
    { G_IO_ERROR_NO_SPACE, "no-space" },
    { G_IO_ERROR_PERMISSION_DENIED, "permission-denied" },
    { G_IO_ERROR_READ_ONLY, "read-only" },
    { G_IO_ERROR_TIMED_OUT, "timed-out" },
    { G_IO_ERROR_NOT_SUPPORTED, "not-supported" },
    { G_IO_ERROR_INVALID_DATA, "invalid-data" },
    { G_IO_ERROR_HOST_NOT_FOUND, "offline" },
    { G_IO_ERROR_HOST_UNREACHABLE, "offline" },
    { G_IO_ERROR_NETWORK_UNREACHABLE, "offline" },
    { G_IO_ERROR_CONNECTION_REFUSED, "offline" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (names[i].code == code)
      return names[i].name;
  return "failed";
}

const char *
annex_error_text_code (const GError *error)
{
  if (error->domain == ANNEX_MODEL_ERROR)
    return annex_model_error_name (error->code);
  if (error->domain == ANNEX_COMPUTER_ERROR)
    return annex_computer_error_name (error->code);
  if (error->domain == ANNEX_STORE_ERROR)
    return store_code (error->code);
  if (error->domain == ANNEX_KEEP_ERROR)
    return keep_code (error->code);
  if (error->domain == ANNEX_SHARE_ERROR)
    return share_code (error->code);
  if (error->domain == ANNEX_SECRETS_ERROR)
    return secrets_code (error->code);
  if (error->domain == ANNEX_POLICY_ERROR)
    return policy_code (error->code);
  if (error->domain == ANNEX_ADMIN_ERROR)
    return annex_admin_error_name (error->code);
  if (error->domain == G_IO_ERROR)
    return io_code (error->code);
  return other_code (error);
}
