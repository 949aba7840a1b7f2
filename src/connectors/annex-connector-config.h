/* annex-connector-config.h
 *
 * One connector as the user set it up: how it is started or where it is, what it is given, and
 * which of its tools may be used how. Plain values, their JSON, and reading what other apps'
 * settings have.
 *
 *   {"id", "title", "enabled", "command"?: [word…], "address"?, "env"?: {NAME: value},
 *    "headers"?: {name: value}, "rules"?: {tool: allow|ask|never}}
 *
 * A value that is secret is {"secret": "secret:<id>"}: its text is in the keyring. {"secret": ""}
 * is one that the user has to give first. ${NAME} in a word of the command or in the address is the
 * value of that name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connector.h"
#include "annex-json.h"

G_BEGIN_DECLS

/* A variable of its environment, or an HTTP header. */
typedef struct
{
  char *name;
  char *value;           /* plain text; NULL when it is in the keyring */
  char *secret_id;       /* "secret:<id>"; NULL when it is plain */
  gboolean looks_secret; /* plain still, and should not stay so: a key, a token, a password */
} AnnexConnectorValue;

#define ANNEX_TYPE_CONNECTOR_CONFIG (annex_connector_config_get_type ())
typedef struct
{
  char *id;    /* a–z, 0–9 and hyphens, at most 40 */
  char *title; /* for people */
  gboolean enabled;
  char **command;    /* its words; NULL for one that has an address */
  char *address;     /* NULL for one that is a command */
  GPtrArray *values; /* AnnexConnectorValue: environment of a command, headers of an address */
  GHashTable *rules; /* char * tool: GUINT AnnexConnectorRule */
} AnnexConnectorConfig;
GType
annex_connector_config_get_type (void) G_GNUC_CONST;
AnnexConnectorConfig *
annex_connector_config_copy (const AnnexConnectorConfig *self);
void
annex_connector_config_free (AnnexConnectorConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConnectorConfig, annex_connector_config_free)

/* Stored JSON. ANNEX_CONNECTOR_ERROR_INVALID, with a sentence. (transfer full) */
AnnexConnectorConfig *
annex_connector_config_from_json (JsonObject *json, GError **error);
/* Never writes the text of a value that looks secret: such a one has to be in the keyring first,
 * and is left out. (transfer full) */
JsonObject *
annex_connector_config_to_json (const AnnexConnectorConfig *self);

AnnexConnectorRule
annex_connector_config_get_rule (const AnnexConnectorConfig *self, const char *tool);
/* NONE takes the rule back. */
void
annex_connector_config_set_rule (AnnexConnectorConfig *self,
                                 const char *tool,
                                 AnnexConnectorRule rule);

/* What the user pasted: an address, a command line, or a JSON block of another app ("mcpServers",
 * "servers" or "context_servers" with one entry a connector; one entry alone). @title names a
 * single one that has no name (nullable). Resolves nothing and starts nothing. Returns
 * AnnexConnectorConfig elements, at least one, with ids that differ; NULL with
 * ANNEX_CONNECTOR_ERROR_INVALID. (transfer full) */
GPtrArray *
annex_connector_config_read_paste (const char *text, const char *title, GError **error);
/* An id made of @title, unlike those in @taken (nullable, NULL-terminated). (transfer full) */
char *
annex_connector_id_from_title (const char *title, const char *const *taken);

/* Do the administrator's rules allow it? FALSE with ANNEX_ADMIN_ERROR. */
gboolean
annex_connector_config_is_allowed (const AnnexConnectorConfig *self, GError **error);

G_END_DECLS
