/* annex-ask.h
 *
 * One ask: a question or a permission request that waits for the user, and its answer. Immutable.
 * The JSON is what ask-opened events hold: {id, kind, task, text, questions?, host?, reason?,
 * path?, share?, entries?, options: [label…], default, expires?}; of a connector's tool {connector,
 * title, tool, tool_title, effect, arguments, digest, before?, after?}. default is the label to
 * take when nobody answers, or null: then nothing is decided. README.md has the details.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"
#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_ASK_QUESTION,  /* ask_user: 1–4 questions */
  ANNEX_ASK_NETWORK,   /* a host; labels once, task, always, never, and "no": not this time */
  ANNEX_ASK_FOLDER,    /* a folder; the answer is a path, or "no" */
  ANNEX_ASK_SITE,      /* a site in the browser pane; the same labels */
  ANNEX_ASK_DRAFT,     /* labels keep, discard */
  ANNEX_ASK_CONNECTOR, /* a call of a connector's tool; the labels of a host */
} AnnexAskKind;

/* The longest arguments of a connector's tool that a person can be asked about, as described. */
#define ANNEX_ASK_MAX_ARGUMENTS (64 * 1024)

/* With what a future may reject that ends the waiting for an answer. */
#define ANNEX_ASK_ERROR (annex_ask_error_quark ())
typedef enum {
  ANNEX_ASK_ERROR_SETTLED, /* the user did it in another way: the message is the label for that */
} AnnexAskError;
GQuark
annex_ask_error_quark (void);

#define ANNEX_TYPE_ASK (annex_ask_get_type ())
typedef struct _AnnexAsk AnnexAsk;
GType
annex_ask_get_type (void) G_GNUC_CONST;

/* From stored JSON (takes it). ANNEX_JSON_ERROR. */
AnnexAsk *
annex_ask_new_from_json (JsonObject *json, GError **error);
/* From the input of ask_user, leniently (missing header, plain-string options, multiple or
 * multiSelect, more than four options are accepted). ANNEX_JSON_ERROR when there is no question. */
AnnexAsk *
annex_ask_new_question (const char *task_id, JsonObject *input, GError **error);
#define ANNEX_ASK_YOUR_PART "Your part"
/* A permission of another kind than those below, asked by Annex itself: one question, whose id is
 * "consent", with the labels @allow and @refuse, answered by a whole label only (member `exact`,
 * which no input of ask_user can set). @refuse is the default. Of what only the user can do, the
 * @header is ANNEX_ASK_YOUR_PART. */
AnnexAsk *
annex_ask_new_consent (const char *task_id,
                       const char *header,
                       const char *question,
                       const char *allow,
                       const char *refuse);
AnnexAsk *
annex_ask_new_network (const char *task_id, const char *host, const char *reason);
/* Why such an ask is no small thing. */
typedef struct
{
  const char *const *read;  /* sources that the task has read, as annex-taint.h names them */
  const char *const *holds; /* names of its folders */
  guint n_files;            /* that were handed over singly */
  guint n_secrets;
  guint64 sent_bytes; /* what its computer has sent so far */
} AnnexAskTaint;
/* The same for a task that is ANNEX_TAINT_BOTH: members `read`, `holds`, `files`, `secrets` and
 * `sent_bytes` say so. */
AnnexAsk *
annex_ask_new_network_tainted (const char *task_id,
                               const char *host,
                               const char *reason,
                               const AnnexAskTaint *taint);
AnnexAsk *
annex_ask_new_site (const char *task_id, const char *site, const char *reason);
AnnexAsk *
annex_ask_new_folder (const char *task_id, const char *reason, const char *suggestion);
/* @summary: "3 added, 1 changed in Receipts". */
AnnexAsk *
annex_ask_new_draft (const char *task_id, const char *share_id, const char *summary);
/* A call of a connector's tool, which @match describes, with @arguments. */
AnnexAsk *
annex_ask_new_connector (const char *task_id,
                         const AnnexConnectorMatch *match,
                         JsonObject *arguments);
/* @arguments as a person reads them: a line an argument, strings as they are, further lines of one
 * indented, so that none can look like an argument of its own. (transfer full) */
char *
annex_ask_describe_arguments (JsonObject *arguments);
AnnexAsk *
annex_ask_ref (AnnexAsk *self);
void
annex_ask_unref (AnnexAsk *self);

const char *
annex_ask_get_id (AnnexAsk *self);
AnnexAskKind
annex_ask_get_kind (AnnexAsk *self);
const char *
annex_ask_kind_to_name (AnnexAskKind kind);
const char *
annex_ask_get_task_id (AnnexAsk *self);
/* The whole text an `--answers` match is tried on: question texts and headers, or the host alone,
 * or the reason and path. (borrowed) */
const char *
annex_ask_get_text (AnnexAsk *self);
JsonObject *
annex_ask_get_json (AnnexAsk *self); /* do not change (borrowed) */

/* Builds the answer object from one label or free text: for a QUESTION ask the JSON keyed by
 * question id (a label matched case-insensitively and by unambiguous prefix selects that option,
 * else it is the "Other" text; for several questions, "a | b" answers them in order, or the same
 * text answers all; a consent takes whole labels only); for the others {answer: label}, FOLDER:
 * {answer: absolute path or "no"}. Permissions take whole labels, in any case of the letters. Fails
 * with ANNEX_JSON_ERROR_VALUE when the label is not allowed for the kind. A secret question takes
 * only "secret:<id>": put the user's text into AnnexSecrets first, it must never become an answer.
 * The value of a question is a label, an array of labels (multi_select), {other_text} or {secret}.
 * (transfer full) */
JsonObject *
annex_ask_make_answer (AnnexAsk *self, const char *text, GError **error);
/* The parts of "a | b", trimmed; a bar that belongs to an answer is written "\\|". At least one
 * part. (transfer full) */
char **
annex_ask_split_answers (const char *text);
/* The other way round: the text that splits into @answers. (transfer full) */
char *
annex_ask_join_answers (const char *const *answers);
/* Is @question, an element of `questions`, answered by whole labels only? */
gboolean
annex_ask_is_exact (JsonObject *question);
/* Was it opened again after it had been refused, dismissed or expired? Then no call waits for it.
 * Member `reopens`: the ask it was. */
gboolean
annex_ask_is_reopened (AnnexAsk *self);
/* The same ask once more, under a new id. (transfer full) */
AnnexAsk *
annex_ask_new_again (AnnexAsk *self);
/* What the model is told of @answer: the text of the tool result. (transfer full) */
char *
annex_ask_describe_answer (AnnexAsk *self, JsonObject *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexAsk, annex_ask_unref)

G_END_DECLS
