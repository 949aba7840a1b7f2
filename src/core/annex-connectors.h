/* annex-connectors.h
 *
 * The Connectors port: the user's services as tools. Implemented in src/connectors; the window, the
 * command line and the agent know this only. Everything that comes from a connector is untrusted:
 * names, descriptions, results. Main thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-connector.h"
#include "annex-json.h"

#include <libdex.h>

G_BEGIN_DECLS

/* How a connector is reached. */
typedef enum {
  ANNEX_CONNECTOR_COMMAND, /* a program in the task's computer */
  ANNEX_CONNECTOR_ADDRESS, /* a service, over HTTP */
} AnnexConnectorKind;

/* "command", "address". */
const char *
annex_connector_kind_to_name (AnnexConnectorKind kind);

typedef enum {
  ANNEX_CONNECTOR_STATE_OFF,  /* the user switched it off */
  ANNEX_CONNECTOR_STATE_IDLE, /* not running: it starts when a task needs it */
  ANNEX_CONNECTOR_STATE_STARTING,
  ANNEX_CONNECTOR_STATE_READY,
  ANNEX_CONNECTOR_STATE_SIGN_IN,  /* the service wants the user to sign in */
  ANNEX_CONNECTOR_STATE_VALUES,   /* a value it needs is missing */
  ANNEX_CONNECTOR_STATE_NO_TOOLS, /* it runs and offers nothing */
  ANNEX_CONNECTOR_STATE_FAILED,
} AnnexConnectorState;

/* "off", "idle", "starting", "ready", "sign-in", "values", "no-tools", "failed". */
const char *
annex_connector_state_to_name (AnnexConnectorState state);

/* One tool of a connector. */
typedef struct
{
  char *name;                  /* as the connector calls it */
  char *model_name;            /* <connector>__<tool>, as the model calls it */
  char *title;                 /* for people; never empty */
  char *summary;               /* its first sentence, on one line; may be "" */
  char *description;           /* whole; may be "" */
  AnnexConnectorEffect effect; /* as the connector says, which is only a hint */
  gboolean destructive;        /* a write that may delete or overwrite */
  AnnexConnectorRule rule;     /* the user's; NONE: reading is allowed, all else is asked */
  gboolean unapproved; /* it came or changed after the user had approved the connector's tools */
  char *before;        /* unapproved: the definition as it was approved; NULL: it is new */
  char *after;         /* unapproved: as it is now, readable text; else NULL */
} AnnexConnectorTool;
#define ANNEX_TYPE_CONNECTOR_TOOL (annex_connector_tool_get_type ())
GType
annex_connector_tool_get_type (void) G_GNUC_CONST;
AnnexConnectorTool *
annex_connector_tool_copy (const AnnexConnectorTool *self);
void
annex_connector_tool_free (AnnexConnectorTool *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConnectorTool, annex_connector_tool_free)

/* A variable of a command's environment, or a header that goes to an address. */
typedef struct
{
  char *name;
  char *text;       /* NULL when it is secret, or missing */
  gboolean secret;  /* its text is in the keyring, or belongs there */
  gboolean missing; /* the user has to give it first */
} AnnexConnectorNeed;
void
annex_connector_need_free (AnnexConnectorNeed *self);

/* A connector as a page or a list shows it. */
typedef struct
{
  char *id;    /* a–z, 0–9 and hyphens */
  char *title; /* for people */
  AnnexConnectorKind kind;
  char *where; /* the command line or the address; no secret is in it */
  gboolean enabled;
  AnnexConnectorState state;
  char *sentence;       /* the state in plain words, with the way out */
  char *error;          /* nullable: what went wrong, in the server's or the system's words */
  char *said;           /* nullable: the same as the user is told it */
  GPtrArray *tools;     /* AnnexConnectorTool: of the present or the last start */
  GPtrArray *needs;     /* AnnexConnectorNeed */
  guint n_unapproved;   /* of the tools */
  gboolean looked_at;   /* its tools were listed at least once */
  gboolean signed_in;   /* Annex holds a sign-in of the user's for it */
  gboolean can_sign_in; /* it has an address */
} AnnexConnectorInfo;
#define ANNEX_TYPE_CONNECTOR_INFO (annex_connector_info_get_type ())
GType
annex_connector_info_get_type (void) G_GNUC_CONST;
/* Everything else is empty. */
AnnexConnectorInfo *
annex_connector_info_new (const char *id, const char *title, AnnexConnectorKind kind);
AnnexConnectorInfo *
annex_connector_info_copy (const AnnexConnectorInfo *self);
void
annex_connector_info_free (AnnexConnectorInfo *self);
/* {id, title, kind, where, enabled, state, sentence, error?, tools: [{name, title, summary, effect,
 * rule?, unapproved?}], needs: [{name, secret, missing}]}. (transfer full) */
JsonObject *
annex_connector_info_to_json (const AnnexConnectorInfo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConnectorInfo, annex_connector_info_free)

/* What a task gives its connectors. All borrowed for the call. */
typedef struct
{
  const char *task_id;
  AnnexComputer *computer; /* where commands run */
  DexFuture *cancel;       /* nullable: rejects when the user stops the task */
} AnnexConnectorUse;

/* How far a call is: @fraction < 0 when it is not known; @text "" or untrusted. */
typedef void (*AnnexConnectorProgressFunc) (double fraction, const char *text, gpointer data);
/* The connector asks the user in the midst of a call (MCP elicitation): @params as it sent them,
 * untrusted, borrowed. Resolves to {"action": "accept"|"decline"|"cancel", "content"?} (JsonObject,
 * boxed). */
typedef DexFuture *(*AnnexConnectorElicitFunc) (const char *title,
                                                JsonObject *params,
                                                gpointer data);
typedef struct
{
  AnnexConnectorProgressFunc progress; /* nullable */
  AnnexConnectorElicitFunc elicit;     /* nullable: nobody can be asked */
  gpointer data;
  GDestroyNotify free_data; /* nullable: when the call is over */
} AnnexConnectorCallbacks;

/* A tool as a task finds it. */
#define ANNEX_TYPE_CONNECTOR_MATCH (annex_connector_match_get_type ())
typedef struct
{
  char *connector; /* id */
  char *connector_title;
  AnnexConnectorTool *tool;
  JsonObject *schema; /* JSON Schema of its arguments */
  char *digest;       /* of its definition */
} AnnexConnectorMatch;
GType
annex_connector_match_get_type (void) G_GNUC_CONST;
AnnexConnectorMatch *
annex_connector_match_copy (const AnnexConnectorMatch *self);
void
annex_connector_match_free (AnnexConnectorMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConnectorMatch, annex_connector_match_free)

/* The user has to sign in at @address, a page of @host: show the host, and open the page in the
 * user's browser when they agree. Both are borrowed. Returns a future that resolves when it was
 * opened; it rejects when it cannot be, or with G_IO_ERROR_CANCELLED when the user does not want
 * it.
 */
typedef DexFuture *(*AnnexConnectorOpenFunc) (const char *address, const char *host, gpointer data);

#define ANNEX_TYPE_CONNECTORS (annex_connectors_get_type ())
G_DECLARE_INTERFACE (AnnexConnectors, annex_connectors, ANNEX, CONNECTORS, GObject)

/* Signal "changed" (): connectors came, went or changed, or one came to another state. Signal
 * "secret-given" (const char *task_id, const char *words, const char *text): a connector of that task
 * is given a secret of the user's, who does not want to meet it in what comes back but as @words. */
struct _AnnexConnectorsInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*list) (AnnexConnectors *self, const char *task_id);
  GPtrArray *(*preview) (AnnexConnectors *self,
                         const char *text,
                         const char *title,
                         GError **error);
  DexFuture *(*add) (AnnexConnectors *self, const char *text, const char *title);
  DexFuture *(*remove) (AnnexConnectors *self, const char *id);
  DexFuture *(*set_enabled) (AnnexConnectors *self, const char *id, gboolean enabled);
  DexFuture *(*set_rule) (AnnexConnectors *self,
                          const char *id,
                          const char *tool,
                          AnnexConnectorRule rule);
  DexFuture *(*set_value) (AnnexConnectors *self,
                           const char *id,
                           const char *name,
                           const char *text,
                           gboolean secret);
  DexFuture *(*approve) (AnnexConnectors *self, const char *id, const char *tool);
  DexFuture *(*test) (AnnexConnectors *self, const char *id, DexFuture *cancel);
  DexFuture *(*sign_in) (AnnexConnectors *self,
                         const char *id,
                         AnnexConnectorOpenFunc open,
                         gpointer data,
                         GDestroyNotify free_data,
                         DexFuture *cancel);
  DexFuture *(*sign_out) (AnnexConnectors *self, const char *id);

  DexFuture *(*find_tools) (AnnexConnectors *self, const AnnexConnectorUse *use, const char *query);
  DexFuture *(*get_tool) (AnnexConnectors *self, const AnnexConnectorUse *use, const char *name);
  DexFuture *(*call_tool) (AnnexConnectors *self,
                           const AnnexConnectorUse *use,
                           const char *name,
                           const char *digest,
                           JsonObject *arguments,
                           const AnnexConnectorCallbacks *callbacks);
  gboolean (*runs_in_computer) (AnnexConnectors *self, const char *name);
  DexFuture *(*leave_task) (AnnexConnectors *self, const char *task_id);
};

/* ---- for the window and the command line */

/* Resolves to a boxed GPtrArray of AnnexConnectorInfo in the order of their titles; those that are
 * off are in it. @task_id (nullable): the states as that task sees them. Starts nothing. */
DexFuture *
annex_connectors_list (AnnexConnectors *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;
/* What would be added: @text is an address, a command line or a JSON block of another app; @title
 * (nullable) names a single one. Keys in it are needs that are secret, without their text. Returns
 * AnnexConnectorInfo elements; NULL with ANNEX_CONNECTOR_ERROR_INVALID. Changes and starts nothing.
 * (transfer full) */
GPtrArray *
annex_connectors_preview (AnnexConnectors *self,
                          const char *text,
                          const char *title,
                          GError **error);
/* Adds what was previewed; what looks secret goes to the keyring. Resolves to the ids
 * (G_TYPE_STRV); rejects with ANNEX_CONNECTOR_ERROR_INVALID, ANNEX_SECRETS_ERROR, G_IO_ERROR: then
 * nothing was added. */
DexFuture *
annex_connectors_add (AnnexConnectors *self,
                      const char *text,
                      const char *title) G_GNUC_WARN_UNUSED_RESULT;
/* Ends it, and forgets its secrets, rules and sign-in. Resolves to TRUE; as all below, rejects with
 * ANNEX_CONNECTOR_ERROR_INVALID when there is no such connector. */
DexFuture *
annex_connectors_remove (AnnexConnectors *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_connectors_set_enabled (AnnexConnectors *self,
                              const char *id,
                              gboolean enabled) G_GNUC_WARN_UNUSED_RESULT;
/* @tool as the connector calls it. */
DexFuture *
annex_connectors_set_rule (AnnexConnectors *self,
                           const char *id,
                           const char *tool,
                           AnnexConnectorRule rule) G_GNUC_WARN_UNUSED_RESULT;
/* Gives it a variable or a header; NULL takes it away. @secret: to the keyring. What the value had
 * been is forgotten. Ends it where it runs, so that it starts anew with it. */
DexFuture *
annex_connectors_set_value (AnnexConnectors *self,
                            const char *id,
                            const char *name,
                            const char *text,
                            gboolean secret) G_GNUC_WARN_UNUSED_RESULT;
/* The definition of @tool (NULL: of every tool) as it is now is the one the user agreed to. */
DexFuture *
annex_connectors_approve (AnnexConnectors *self,
                          const char *id,
                          const char *tool) G_GNUC_WARN_UNUSED_RESULT;
/* Starts it, a command in a computer that belongs to no task, lists its tools and ends it again.
 * Tools seen for the first time are approved by that. Resolves to an AnnexConnectorInfo (boxed)
 * also when it failed: its state tells. */
DexFuture *
annex_connectors_test (AnnexConnectors *self,
                       const char *id,
                       DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
/* The user signs in with the service of a connector that has an address: @open shows its page.
 * Resolves to TRUE; rejects with ANNEX_CONNECTOR_ERROR or G_IO_ERROR_CANCELLED. */
DexFuture *
annex_connectors_sign_in (AnnexConnectors *self,
                          const char *id,
                          AnnexConnectorOpenFunc open,
                          gpointer data,
                          GDestroyNotify free_data,
                          DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_connectors_sign_out (AnnexConnectors *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* For implementations. */
void
annex_connectors_emit_changed (AnnexConnectors *self);
void
annex_connectors_emit_secret_given (AnnexConnectors *self,
                                    const char *task_id,
                                    const char *words,
                                    const char *text);

/* ---- for a task */

/* Tools of the connectors that are on, those that fit @query first (words of names, titles and
 * descriptions; "" or "*": all). A connector whose tools are not known yet is started. Resolves to
 * a boxed GPtrArray of AnnexConnectorMatch. */
DexFuture *
annex_connectors_find_tools (AnnexConnectors *self,
                             const AnnexConnectorUse *use,
                             const char *query) G_GNUC_WARN_UNUSED_RESULT;
/* The tool called @name (model_name), as its connector, started when needed, has it at this moment.
 * Resolves to an AnnexConnectorMatch (boxed); rejects with ANNEX_CONNECTOR_ERROR, in a sentence for
 * the model: UNKNOWN_TOOL, or why its connector cannot be used. */
DexFuture *
annex_connectors_get_tool (AnnexConnectors *self,
                           const AnnexConnectorUse *use,
                           const char *name) G_GNUC_WARN_UNUSED_RESULT;
/* Calls it; whether it may is decided before. @digest: of the definition that was decided on; a
 * tool that has become another one is refused with CHANGED. Resolves to the result of tools/call
 * (JsonObject, boxed), untrusted; rejects with ANNEX_CONNECTOR_ERROR or G_IO_ERROR_CANCELLED. */
DexFuture *
annex_connectors_call_tool (AnnexConnectors *self,
                            const AnnexConnectorUse *use,
                            const char *name,
                            const char *digest,
                            JsonObject *arguments,
                            const AnnexConnectorCallbacks *callbacks) G_GNUC_WARN_UNUSED_RESULT;
/* Does a call of the tool called @name (model_name) run in the task's computer? */
gboolean
annex_connectors_runs_in_computer (AnnexConnectors *self, const char *name);
/* The task is at rest, or its computer goes to sleep: ends what runs for it. Resolves to TRUE. */
DexFuture *
annex_connectors_leave_task (AnnexConnectors *self, const char *task_id) G_GNUC_WARN_UNUSED_RESULT;

/* {id: line} of the connectors of @infos that are on, for comparing: a line has the title, the
 * state and the number of tools. (transfer full) */
JsonObject *
annex_connectors_catalogue (GPtrArray *infos);
/* What the model is told when @now replaces @before (nullable: nothing was told yet). NULL when
 * there is nothing to tell. (transfer full) */
char *
annex_connectors_catalogue_news (JsonObject *before, JsonObject *now);

G_END_DECLS
