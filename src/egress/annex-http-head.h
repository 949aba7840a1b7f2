/* annex-http-head.h
 *
 * The head filter: the strict, pure reader of one proxy request's head. It is the only HTTP parser
 * in front of the network; what it accepts has exactly one meaning, everything else is refused.
 * RFC 9110 and 9112, minus every leniency they allow. Fuzzed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-policy.h"

G_BEGIN_DECLS

#define ANNEX_HTTP_HEAD_MAX_BYTES (16u * 1024u)
#define ANNEX_HTTP_HEAD_MAX_FIELDS 100u

#define ANNEX_HTTP_HEAD_ERROR (annex_http_head_error_quark ())

typedef enum {
  ANNEX_HTTP_HEAD_ERROR_SYNTAX,    /* not HTTP/1.0 or 1.1 to the letter */
  ANNEX_HTTP_HEAD_ERROR_TOO_LARGE, /* more than 16 KiB or 100 fields */
  ANNEX_HTTP_HEAD_ERROR_FORM,      /* neither CONNECT host:port nor http://host/… */
  ANNEX_HTTP_HEAD_ERROR_HOST,      /* Host missing, twice, or not the target's */
  ANNEX_HTTP_HEAD_ERROR_FRAMING,   /* the length of the body can be read in two ways */
  ANNEX_HTTP_HEAD_ERROR_UPGRADE,   /* another protocol is asked for */
  ANNEX_HTTP_HEAD_ERROR_METHOD,    /* TRACE and its like */
} AnnexHttpHeadError;

GQuark
annex_http_head_error_quark (void);

typedef enum {
  ANNEX_HTTP_BODY_NONE,
  ANNEX_HTTP_BODY_LENGTH,
  ANNEX_HTTP_BODY_CHUNKED,
} AnnexHttpFraming;

typedef struct
{
  char *name;
  char *value;
} AnnexHttpField;

/* What an accepted head says. */
typedef struct
{
  char *method;
  gboolean is_connect;
  gboolean is_socket;  /* it asks for a web socket, of a host that the host function lets pass */
  char *host;          /* normalised */
  guint port;          /* 1–65535 */
  char *target;        /* path and query, from "/"; NULL for CONNECT */
  guint minor_version; /* 0 or 1 */
  AnnexHttpFraming framing;
  guint64 content_length;    /* of LENGTH */
  GPtrArray *fields;         /* AnnexHttpField: end-to-end only, without Host and framing */
  char *proxy_authorization; /* nullable; never passed on */
} AnnexHttpRequest;

typedef enum {
  ANNEX_HTTP_HEAD_MORE,
  ANNEX_HTTP_HEAD_ACCEPTED,
  ANNEX_HTTP_HEAD_REJECTED,
} AnnexHttpHeadState;

typedef struct _AnnexHttpHead AnnexHttpHead;

AnnexHttpHead *
annex_http_head_new (void);
/* Asked for a host that is no public name (an address, "localhost", one label): may it stand in a
 * request for @port all the same? @host in lower case, an IPv6 address without its brackets. */
typedef gboolean (*AnnexHttpHostFunc) (const char *host, guint port, gpointer data);
/* Before the first byte. Without it no such host may. */
void
annex_http_head_set_host_func (AnnexHttpHead *self, AnnexHttpHostFunc func, gpointer data);
void
annex_http_head_free (AnnexHttpHead *self);
/* Takes the next bytes; *@consumed says how many belonged to the head (the rest is body or tunnel).
 * Holds at most ANNEX_HTTP_HEAD_MAX_BYTES, and rejects as early as the bytes allow. After ACCEPTED
 * or REJECTED it consumes nothing and stays so. */
AnnexHttpHeadState
annex_http_head_feed (AnnexHttpHead *self, const guint8 *bytes, gsize length, gsize *consumed);
gsize
annex_http_head_get_size (AnnexHttpHead *self);
/* Only after ACCEPTED. (borrowed) */
const AnnexHttpRequest *
annex_http_head_get_request (AnnexHttpHead *self);
/* Only after REJECTED: the HTTP status to answer, and why: ANNEX_HTTP_HEAD_ERROR, or
 * ANNEX_POLICY_ERROR where the host itself is at fault; the message is a sentence for the agent.
 * (borrowed) */
guint
annex_http_head_get_status (AnnexHttpHead *self);
const GError *
annex_http_head_get_error (AnnexHttpHead *self);
/* What stands on the request line, for the ledger, whatever became of the head: at most 200
 * characters of printable ASCII, "" when nothing arrived. (transfer full) */
char *
annex_http_head_dup_method (AnnexHttpHead *self);
/* The same of the host and *@port that the target names, whatever its form: neither its path, which
 * may hold what is nobody's business, nor a user's name and password. "" and 0 where it names none.
 */
char *
annex_http_head_dup_place (AnnexHttpHead *self, guint *port);

/* The head to send on: made anew from the parsed fields, with Host, framing and "Connection: close"
 * (of a web socket: its upgrade) of our own. With @absolute the target is written in full, as
 * another proxy needs it, and
 * @proxy_authorization (nullable) is added for it. Not for CONNECT. (transfer full) */
GBytes *
annex_http_request_write_head (const AnnexHttpRequest *self,
                               gboolean absolute,
                               const char *proxy_authorization);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexHttpHead, annex_http_head_free)

G_END_DECLS
