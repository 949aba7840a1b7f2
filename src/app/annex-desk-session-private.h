/* annex-desk-session-private.h
 *
 * Shared by the files of the desk: what is at work, and how a call becomes a fiber.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask-watch.h"
#include "annex-desk-session.h"
#include "annex-power.h"
#include "annex-workspace-checkpoints.h"

G_BEGIN_DECLS

/* What a task works with, made when it is first needed and kept until the task is deleted or the
 * computers move. Counted: a run holds it. */
typedef struct
{
  AnnexDeskSession *desk; /* borrowed; NULL after the desk let go of it */
  AnnexTask *task;
  AnnexWorkspace *workspace; /* NULL until ready resolves */
  AnnexAgent *agent;         /* NULL until it first runs */
  DexFuture *ready;
  DexFuture *run;    /* of the present or last run */
  DexFuture *giving; /* of the last time that files were put into the computer */
  gboolean running;
  gboolean stopped; /* by the user: not to be begun again by itself */
  guint held;       /* calls that change the computer: no run begins meanwhile */
  gboolean wanted;  /* one was to begin */
  guint sleep;      /* the timer that puts an idle computer to sleep */
  gint64 idle_us;   /* since when it is idle, for that */
} AnnexWork;

struct _AnnexDeskSession
{
  GObject parent_instance;

  AnnexSession *session;
  AnnexAskWatch *watch;
  AnnexPower *power;
  GHashTable *tasks;     /* id → AnnexTask, not counted */
  GHashTable *loading;   /* id → DexFuture of a task that is being read */
  GHashTable *works;     /* id → AnnexWork */
  GPtrArray *checks;     /* AnnexCheckResult, the last results */
  GHashTable *elsewhere; /* ask id → what another process answered just now */
  GHashTable *rules;     /* host → AnnexNetworkRule: the standing rules as last read */
  GHashTable *disk_uses; /* id → what was last measured inside the computer */
  gboolean moving;       /* computers are moved: nothing may start */
  GPtrArray *deletes;    /* DexFuture: what is being deleted, to be done before the end */
  guint look_timer;      /* until some lasting conditions are looked at */
  guint look_at;         /* AnnexDeskLook: which */
  guint looking;         /* looks that are on their way */
  guint n_looks;         /* that have come to their end */
  guint watch_timer;     /* looks at what changes without a sign */
  guint watch_ms;        /* how often */
  GSettings *limits;     /* nullable */
  gboolean closed;
};

/* One call of the port: what it was given, copied. */
typedef struct _AnnexDeskCall AnnexDeskCall;
typedef DexFuture *(*AnnexDeskFunc) (AnnexDeskCall *call);

struct _AnnexDeskCall
{
  AnnexDeskSession *self;
  AnnexDeskFunc func;
  AnnexTask *task;
  char *id;
  char *text;
  char **paths;
  AnnexAsk *ask;
  JsonObject *json;
  AnnexNewTask *message;
  AnnexAgain *again;
  AnnexPlan *plan;
  AnnexModelProfile *profile;
  AnnexShareMode mode;
  gint64 number;
  gboolean flag;
  AnnexProgressFunc progress;
  gpointer progress_data;
  GCancellable *cancellable;
};

AnnexDeskCall *
annex_desk_call_new (AnnexDesk *desk, AnnexTask *task);
/* Runs @func in a fiber with @call (taken). */
DexFuture *
annex_desk_call_run (AnnexDeskCall *call, AnnexDeskFunc func) G_GNUC_WARN_UNUSED_RESULT;

/* A future rejected with @error (taken), in GIO's words where it was libdex's. */
DexFuture *
annex_desk_fail (GError *error) G_GNUC_WARN_UNUSED_RESULT;

AnnexWork *
annex_work_ref (AnnexWork *work);
void
annex_work_unref (AnnexWork *work);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexWork, annex_work_unref)

/* In a fiber: the work of @task. NULL with an error. (transfer full) */
AnnexWork *
annex_desk_session_get_work (AnnexDeskSession *self, AnnexTask *task, GError **error);
/* The same if there is one that is ready. (borrowed, nullable) */
AnnexWork *
annex_desk_session_find_work (AnnexDeskSession *self, AnnexTask *task);
/* In a fiber: ends the run of @task if there is one, and lets go of its work. */
void
annex_desk_session_drop_work (AnnexDeskSession *self, const char *task_id);
/* In a fiber: the one object of that task. (transfer full) */
AnnexTask *
annex_desk_session_get_task (AnnexDeskSession *self, const char *task_id, GError **error);
/* In a fiber: @work gets the model that its task was made with, and the cheaper one for its
 * helpers. */
gboolean
annex_desk_session_ensure_model (AnnexDeskSession *self, AnnexWork *work, GError **error);
/* Lets @work run unless it does; one that is being stopped runs again afterwards. */
void
annex_desk_session_start (AnnexDeskSession *self, AnnexWork *work);

/* Does a living process run the task? Its agent holds a lock. */
gboolean
annex_desk_session_is_run_elsewhere (const char *task_id);
/* Another process closed @ask: lets its task go on where nobody else does. */
void
annex_desk_session_answered_elsewhere (AnnexDeskSession *self, AnnexAsk *ask);
/* Frees a value of the table. */
void
annex_desk_session_forget_elsewhere (gpointer data);
/* In a fiber: the model of @profile_id (NULL: of the default one). NULL with ANNEX_MODEL_ERROR.
 * (transfer full) */
AnnexModel *
annex_desk_session_create_model (AnnexDeskSession *self, const char *profile_id, GError **error);
/* In a fiber: says what comes next in the task that @task is another try of. FALSE: nothing does.
 */
gboolean
annex_desk_session_say_again (AnnexTask *task);

/* Lasting conditions, which the window tells by itself. */
typedef enum {
  ANNEX_DESK_LOOK_MACHINE = 1 << 0, /* cheap: the image, KVM, the network */
  ANNEX_DESK_LOOK_ROOM = 1 << 1,    /* the disk, and what Annex may take of it */
  ANNEX_DESK_LOOK_MODEL = 1 << 2,   /* asks its server, and the keyring */
} AnnexDeskLook;

/* Looks at them in a moment, by itself. */
void
annex_desk_session_look_soon (AnnexDeskSession *self, AnnexDeskLook at);
/* A task failed with that error: looks at what it tells of. */
void
annex_desk_session_look_after (AnnexDeskSession *self, const char *domain, const char *code);
/* Now, and whenever something may have changed. */
void
annex_desk_session_watch_conditions (AnnexDeskSession *self);

/* The parts of the port, one a file. */
void
annex_desk_session_init_tasks (AnnexDeskInterface *iface);
void
annex_desk_session_init_again (AnnexDeskInterface *iface);
void
annex_desk_session_init_asks (AnnexDeskInterface *iface);
void
annex_desk_session_init_files (AnnexDeskInterface *iface);
void
annex_desk_session_init_computer (AnnexDeskInterface *iface);
void
annex_desk_session_init_checkpoints (AnnexDeskInterface *iface);
/* In a fiber: the idle computer of @work goes to sleep, and is kept as a checkpoint where that
 * costs nothing. */
void
annex_desk_session_sleep (AnnexWork *work);
/* From now on it is idle: it goes to sleep after a while. */
void
annex_desk_session_plan_sleep (AnnexWork *work);
void
annex_desk_session_init_browser (AnnexDeskInterface *iface);
/* Tells the window of panes that are made. */
void
annex_desk_session_watch_browsers (AnnexDeskSession *self);
void
annex_desk_session_init_models (AnnexDeskInterface *iface);
void
annex_desk_session_init_checks (AnnexDeskInterface *iface);
void
annex_desk_session_init_skills (AnnexDeskInterface *iface);

G_END_DECLS
