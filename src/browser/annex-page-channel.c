/* annex-page-channel.c
 *
 * See annex-page-channel.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-channel.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-json.h"

/* An answer may come a little after the time that the page's script was given. */
#define GRACE_MS 2000
#define MAX_FRAMES 200

typedef struct
{
  char *id;
  guint number;
  gboolean main;
  char *place;                    /* nullable */
  WebKitScriptMessageReply *poll; /* nullable: it is not waiting at the moment */
  GQueue orders;                  /* texts that wait for it */
} Frame;

typedef struct
{
  DexPromise *promise;
  char *frame_id;
} Pending;

/* Those who hear by one manager. WebKit gives a window that a page opened the manager of the page's
 * own view, whatever that window was made with, and does not say which of them speaks. */
typedef struct
{
  GPtrArray *channels; /* AnnexPageChannel, borrowed */
  gboolean was_shared;
} Hub;

struct _AnnexPageChannel
{
  GObject parent_instance;
  GWeakRef view;
  WebKitUserContentManager *manager;
  Hub *hub;            /* borrowed from the manager; NULL once it has left */
  char *own_id;        /* nullable: of the document in the main frame, as the view itself told */
  gboolean is_asking;  /* the view, for that */
  GHashTable *frames;  /* id → Frame */
  GHashTable *pending; /* seq → Pending */
  gint64 next_seq;
  gint64 next_reference;
  guint next_frame;
  guint document;
  guint flush_id; /* orders are given out soon, on the main loop's own stack */
};

G_DEFINE_FINAL_TYPE (AnnexPageChannel, annex_page_channel, G_TYPE_OBJECT)

typedef struct
{
  WebKitScriptMessageReply *reply;
  char *text;
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  webkit_script_message_reply_unref (answer->reply);
  g_free (answer->text);
  g_free (answer);
}

static gboolean
answer_cb (gpointer data)
{
  static JSCContext *context; /* of the main thread, as WebKit is; never freed */
  Answer *answer = data;
  g_autoptr (JSCValue) value = NULL;

  if (context == NULL)
    context = jsc_context_new ();
  value = jsc_value_new_string (context, answer->text);
  webkit_script_message_reply_return_value (answer->reply, value);
  return G_SOURCE_REMOVE;
}

/* From the main loop, whoever calls: JavaScriptCore checks that it runs on its thread's own stack,
 * and ends the process on a fiber's. */
static void
reply_to (WebKitScriptMessageReply *reply, const char *text)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->reply = webkit_script_message_reply_ref (reply);
  answer->text = g_strdup (text);
  g_idle_add_full (G_PRIORITY_HIGH, answer_cb, answer, answer_free);
}

static void
frame_free (Frame *self)
{
  g_free (self->id);
  g_free (self->place);
  g_clear_pointer (&self->poll, webkit_script_message_reply_unref);
  g_queue_clear_full (&self->orders, g_free);
  g_free (self);
}

static void
pending_free (Pending *self)
{
  dex_unref (self->promise);
  g_free (self->frame_id);
  g_free (self);
}

static Frame *
frame_by_number (AnnexPageChannel *self, guint number)
{
  GHashTableIter iter;
  Frame *frame;

  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    if (frame->number == number && frame->main == (number == 0))
      return frame;
  return NULL;
}

static void
give_order (AnnexPageChannel *self, Frame *frame)
{
  g_autofree char *order = NULL;
  WebKitScriptMessageReply *poll;

  if (frame->poll == NULL || g_queue_is_empty (&frame->orders))
    return;
  order = g_queue_pop_head (&frame->orders);
  poll = g_steal_pointer (&frame->poll);
  reply_to (poll, order);
  webkit_script_message_reply_unref (poll);
}

static GError *
gone_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The document went away.");
}

static gboolean
flush_orders (gpointer data)
{
  AnnexPageChannel *self = data;
  GHashTableIter iter;
  Frame *frame;

  self->flush_id = 0;
  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    give_order (self, frame);
  return G_SOURCE_REMOVE;
}

/* JavaScriptCore ends the process when it is called on a fiber's stack, which it takes for an
 * overflow of the thread's: whoever may be in a fiber only leaves word. */
static void
flush_soon (AnnexPageChannel *self)
{
  if (self->flush_id == 0)
    self->flush_id = g_idle_add_full (G_PRIORITY_HIGH, flush_orders, self, NULL);
}

/* Whoever waits for an answer of @frame_id (NULL: of anyone) gets @error. */
static void
reject_pending (AnnexPageChannel *self, const char *frame_id, const GError *error)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gint64 *seq;
  Pending *pending;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, (gpointer *) &seq, (gpointer *) &pending))
    if (frame_id == NULL || g_str_equal (pending->frame_id, frame_id))
      g_ptr_array_add (ended, g_memdup2 (seq, sizeof *seq));
  for (guint i = 0; i < ended->len; i++)
    {
      g_autofree gint64 *key = NULL;

      pending = NULL;
      if (!g_hash_table_steal_extended (self->pending, ended->pdata[i], (gpointer *) &key,
                                        (gpointer *) &pending))
        continue;
      dex_promise_reject (pending->promise, g_error_copy (error));
      pending_free (pending);
    }
}

static void
remove_frame (AnnexPageChannel *self, Frame *frame)
{
  g_autoptr (GError) error = gone_error ();
  g_autofree char *id = g_strdup (frame->id);

  if (frame->poll != NULL)
    reply_to (frame->poll, "");
  g_hash_table_remove (self->frames, id);
  reject_pending (self, id, error);
}

/* A new document in the main frame: what was below the old one is gone, whether it said so or not.
 */
static void
begin_document (AnnexPageChannel *self, const char *id)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  GHashTableIter iter;
  Frame *frame;

  self->document++;
  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    if (frame->main && !g_str_equal (frame->id, id))
      g_ptr_array_add (old, frame);
  for (guint i = 0; i < old->len; i++)
    remove_frame (self, old->pdata[i]);
}

static Frame *
add_frame (AnnexPageChannel *self, const AnnexPageMessage *message)
{
  Frame *frame;

  if (g_hash_table_size (self->frames) >= MAX_FRAMES)
    return NULL;
  frame = g_new0 (Frame, 1);
  frame->id = g_strdup (message->id);
  frame->main = message->main;
  g_queue_init (&frame->orders);
  if (message->main)
    {
      begin_document (self, message->id);
      frame->place = g_strdup ("");
    }
  else if (message->frame > 0 && message->frame < self->next_frame &&
           frame_by_number (self, message->frame) == NULL)
    frame->number = message->frame; /* the same document, come back */
  else
    frame->number = self->next_frame++;
  g_hash_table_insert (self->frames, frame->id, frame);
  return frame;
}

static void
on_poll (AnnexPageChannel *self, const AnnexPageMessage *message, WebKitScriptMessageReply *reply)
{
  Frame *frame = g_hash_table_lookup (self->frames, message->id);

  if (frame == NULL)
    frame = add_frame (self, message);
  if (frame == NULL)
    {
      webkit_script_message_reply_return_error_message (reply, "too many frames");
      return;
    }
  if (frame->poll != NULL)
    {
      reply_to (frame->poll, "");
      webkit_script_message_reply_unref (frame->poll);
    }
  frame->poll = webkit_script_message_reply_ref (reply);
  give_order (self, frame);
}

static void
on_done (AnnexPageChannel *self, AnnexPageMessage *message)
{
  Frame *frame = g_hash_table_lookup (self->frames, message->id);
  Pending *pending = g_hash_table_lookup (self->pending, &message->seq);
  g_autofree gint64 *key = NULL;

  if (frame == NULL)
    return;
  self->next_reference = MAX (self->next_reference, message->next);
  if (!frame->main)
    {
      g_free (frame->place);
      frame->place = message->path != NULL && message->path->len > 0
                         ? annex_page_path_to_place (message->path)
                         : NULL;
    }
  /* Only the frame that was asked may answer. */
  if (pending == NULL || !g_str_equal (pending->frame_id, message->id))
    return;
  g_hash_table_steal_extended (self->pending, &message->seq, (gpointer *) &key,
                               (gpointer *) &pending);
  if (message->result != NULL)
    dex_promise_resolve_boxed (pending->promise, JSON_TYPE_OBJECT,
                               g_steal_pointer (&message->result));
  else
    dex_promise_reject (pending->promise, g_steal_pointer (&message->error));
  pending_free (pending);
}

static void
receive (AnnexPageChannel *self, AnnexPageMessage *message, WebKitScriptMessageReply *reply)
{
  Frame *frame;

  switch (message->kind)
    {
    case ANNEX_PAGE_MESSAGE_POLL:
      on_poll (self, message, reply);
      break;
    case ANNEX_PAGE_MESSAGE_DONE:
      on_done (self, message);
      reply_to (reply, "");
      break;
    case ANNEX_PAGE_MESSAGE_BYE:
      frame = g_hash_table_lookup (self->frames, message->id);
      if (frame != NULL)
        remove_frame (self, frame);
      reply_to (reply, "");
      break;
    }
}

/* ---------------------------------------------------------------- whose it is */

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexPageChannel) self = data;
  g_autoptr (JSCValue) value =
      webkit_web_view_evaluate_javascript_finish (WEBKIT_WEB_VIEW (source), result, NULL);

  self->is_asking = FALSE;
  g_clear_pointer (&self->own_id, g_free);
  if (value != NULL && jsc_value_is_string (value))
    self->own_id = jsc_value_to_string (value);
}

/* Only the view itself knows which document is its own. Not in a fiber. */
static void
ask_view (AnnexPageChannel *self)
{
  g_autoptr (WebKitWebView) view = g_weak_ref_get (&self->view);

  if (view == NULL || self->is_asking)
    return;
  self->is_asking = TRUE;
  webkit_web_view_evaluate_javascript (view, "annexDocumentId", -1, ANNEX_PAGE_WORLD, NULL, NULL,
                                       asked_cb, g_object_ref (self));
}

static gboolean
is_inside (AnnexPageChannel *self, const char *top)
{
  Frame *frame = top != NULL ? g_hash_table_lookup (self->frames, top) : NULL;

  return frame != NULL && frame->main;
}

/* Whose document it is that speaks; NULL where that is not known (yet). A frame of another site
 * than its page cannot be told apart, so of windows that are open together no new one is heard. */
static AnnexPageChannel *
find_channel (Hub *hub, const AnnexPageMessage *message)
{
  for (guint i = 0; i < hub->channels->len; i++)
    {
      AnnexPageChannel *channel = g_ptr_array_index (hub->channels, i);

      if (g_hash_table_contains (channel->frames, message->id) ||
          (!message->main && is_inside (channel, message->top)) ||
          (message->main && g_strcmp0 (channel->own_id, message->id) == 0))
        return channel;
    }
  if (hub->channels->len == 1 && (!hub->was_shared || !message->main))
    return g_ptr_array_index (hub->channels, 0);
  if (message->main)
    g_ptr_array_foreach (hub->channels, (GFunc) ask_view, NULL);
  return NULL;
}

static gboolean
on_message (WebKitUserContentManager *manager,
            JSCValue *value,
            WebKitScriptMessageReply *reply,
            Hub *hub)
{
  g_autoptr (AnnexPageMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = jsc_value_is_string (value) ? jsc_value_to_string (value) : NULL;
  AnnexPageChannel *channel;

  message = annex_page_message_read (text != NULL ? text : "", -1, &error);
  if (message == NULL)
    {
      g_debug ("%s", error->message);
      webkit_script_message_reply_return_error_message (reply, "unreadable");
      return TRUE;
    }
  channel = find_channel (hub, message);
  if (channel != NULL)
    receive (channel, message, reply);
  else
    webkit_script_message_reply_return_error_message (reply, "unknown");
  return TRUE;
}

static void
hub_free (gpointer data)
{
  Hub *hub = data;

  g_ptr_array_unref (hub->channels);
  g_free (hub);
}

static void
join (AnnexPageChannel *self)
{
  Hub *hub = g_object_get_data (G_OBJECT (self->manager), "annex-page-hub");

  if (hub == NULL)
    {
      hub = g_new0 (Hub, 1);
      hub->channels = g_ptr_array_new ();
      g_object_set_data_full (G_OBJECT (self->manager), "annex-page-hub", hub, hub_free);
      g_signal_connect (self->manager, "script-message-with-reply-received::" ANNEX_PAGE_HANDLER,
                        G_CALLBACK (on_message), hub);
    }
  g_ptr_array_add (hub->channels, self);
  hub->was_shared |= hub->channels->len > 1;
  self->hub = hub;
}

void
annex_page_channel_leave (AnnexPageChannel *self)
{
  Hub *hub = g_steal_pointer (&self->hub);

  if (hub == NULL)
    return;
  g_ptr_array_remove (hub->channels, self);
  if (hub->channels->len > 0)
    return;
  webkit_user_content_manager_remove_all_scripts (self->manager);
  webkit_user_content_manager_unregister_script_message_handler (self->manager, ANNEX_PAGE_HANDLER,
                                                                 ANNEX_PAGE_WORLD);
}

static void
on_terminated (WebKitWebView *view,
               WebKitWebProcessTerminationReason reason,
               AnnexPageChannel *self)
{
  g_autoptr (GError) error = g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED,
                                                  "The page's process ended. Open the page again.");

  g_hash_table_remove_all (self->frames);
  reject_pending (self, NULL, error);
}

AnnexPageChannel *
annex_page_channel_new (WebKitWebView *view)
{
  AnnexPageChannel *self = g_object_new (ANNEX_TYPE_PAGE_CHANNEL, NULL);

  g_weak_ref_set (&self->view, view);
  self->manager = g_object_ref (webkit_web_view_get_user_content_manager (view));
  join (self);
  g_signal_connect_object (view, "web-process-terminated", G_CALLBACK (on_terminated), self, 0);
  return self;
}

static DexFuture *
explain_silence (DexFuture *done, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (done, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT,
                                    "The page is busy and does not answer. Wait a little, then try "
                                    "again, or open it anew.");
  return dex_ref (done);
}

DexFuture *
annex_page_channel_send (AnnexPageChannel *self,
                         guint frame_number,
                         const char *command,
                         JsonObject *args,
                         guint limit_ms)
{
  Frame *frame = frame_by_number (self, frame_number);
  g_autoptr (JsonObject) order = NULL;
  Pending *pending;
  gint64 *seq;
  DexFuture *future;

  if (frame == NULL)
    return annex_future_new_errorf (
        ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE,
        frame_number == 0 ? "No page is open here, or it is still loading."
                          : "The frame that held it is gone. Take a new page_snapshot.");
  seq = g_new (gint64, 1);
  *seq = self->next_seq++;
  order = annex_json_build ("i", "seq", *seq, "s", "command", command, "o", "args",
                            args != NULL ? annex_json_object_copy (args) : json_object_new (), "i",
                            "limit_ms", (gint64) limit_ms, "i", "frame", (gint64) frame->number,
                            "i", "next", self->next_reference, NULL);
  g_queue_push_tail (&frame->orders, annex_json_object_to_string (order));
  pending = g_new0 (Pending, 1);
  pending->promise = dex_promise_new ();
  pending->frame_id = g_strdup (frame->id);
  future = dex_ref (DEX_FUTURE (pending->promise));
  g_hash_table_insert (self->pending, seq, pending);
  flush_soon (self);
  return dex_future_catch (annex_future_with_timeout (future, limit_ms + GRACE_MS), explain_silence,
                           NULL, NULL);
}

void
annex_page_channel_cancel (AnnexPageChannel *self)
{
  GHashTableIter iter;
  Frame *frame;

  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    {
      g_queue_push_tail (&frame->orders, g_strdup ("{\"command\":\"cancel\"}"));
    }
  flush_soon (self);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  guint x = *(const guint *) a, y = *(const guint *) b;

  return x < y ? -1 : x > y;
}

GArray *
annex_page_channel_list_frames (AnnexPageChannel *self)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  GHashTableIter iter;
  Frame *frame;

  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    g_array_append_val (numbers, frame->number);
  g_array_sort (numbers, compare_numbers);
  return numbers;
}

const char *
annex_page_channel_get_place (AnnexPageChannel *self, guint number)
{
  Frame *frame = frame_by_number (self, number);

  return frame != NULL ? frame->place : NULL;
}

gboolean
annex_page_channel_find_place (AnnexPageChannel *self, const char *place, guint *number)
{
  GHashTableIter iter;
  Frame *frame;

  g_hash_table_iter_init (&iter, self->frames);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &frame))
    if (g_strcmp0 (frame->place, place) == 0)
      {
        *number = frame->number;
        return TRUE;
      }
  return FALSE;
}

gboolean
annex_page_channel_is_ready (AnnexPageChannel *self)
{
  return frame_by_number (self, 0) != NULL;
}

guint
annex_page_channel_get_document (AnnexPageChannel *self)
{
  return self->document;
}

char *
annex_page_path_to_place (const GArray *path)
{
  GString *place = g_string_new (NULL);

  for (guint i = 0; i < path->len; i++)
    g_string_append_printf (place, "%s%u", i > 0 ? "/" : "", g_array_index (path, guint, i));
  return g_string_free (place, FALSE);
}

static void
annex_page_channel_dispose (GObject *object)
{
  AnnexPageChannel *self = ANNEX_PAGE_CHANNEL (object);
  g_autoptr (GError) error = gone_error ();

  g_clear_handle_id (&self->flush_id, g_source_remove);
  reject_pending (self, NULL, error);
  if (self->hub != NULL)
    g_ptr_array_remove (g_steal_pointer (&self->hub)->channels, self);
  g_clear_object (&self->manager);
  G_OBJECT_CLASS (annex_page_channel_parent_class)->dispose (object);
}

static void
annex_page_channel_finalize (GObject *object)
{
  AnnexPageChannel *self = ANNEX_PAGE_CHANNEL (object);

  g_hash_table_unref (self->frames);
  g_hash_table_unref (self->pending);
  g_free (self->own_id);
  g_weak_ref_clear (&self->view);
  G_OBJECT_CLASS (annex_page_channel_parent_class)->finalize (object);
}

static void
annex_page_channel_class_init (AnnexPageChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_page_channel_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_page_channel_finalize;
}

static void
annex_page_channel_init (AnnexPageChannel *self)
{
  g_weak_ref_init (&self->view, NULL);
  self->frames = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) frame_free);
  self->pending =
      g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) pending_free);
  self->next_seq = 1;
  self->next_reference = 1;
  self->next_frame = 1;
}
