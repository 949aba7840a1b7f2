/* annex-browser-download.c
 *
 * See annex-browser-download.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-download-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_NAME 120
#define MAX_ENDING 16

struct _AnnexBrowserDownload
{
  GObject parent_instance;

  WebKitDownload *download; /* nullable: ended */
  char *folder;
  char *name;
  char *path;
  char *uri;
  char *mime_type;
  AnnexDownloadState state;
  guint64 received;
  guint64 size;
  char *reason;
  AnnexDownloadNotes notes;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserDownload, annex_browser_download, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (AnnexDownloadState,
                    annex_download_state,
                    G_DEFINE_ENUM_VALUE (ANNEX_DOWNLOAD_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DOWNLOAD_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DOWNLOAD_FAILED, "failed"))

enum { PROP_NAME = 1, PROP_STATE, PROP_RECEIVED, PROP_SIZE, PROP_REASON, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

static guint64 limit_bytes = ANNEX_BROWSER_DOWNLOAD_MAX_BYTES;

void
annex_browser_download_set_limit (guint64 bytes)
{
  limit_bytes = bytes;
}

static void
notify (AnnexBrowserDownload *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

/* ---------------------------------------------------------------- names */

static gboolean
is_hidden_character (gunichar c)
{
  return g_unichar_iscntrl (c) || c == '/' || c == '\\' || c == 0x2028 || c == 0x2029 ||
         g_unichar_type (c) == G_UNICODE_FORMAT || !g_unichar_isprint (c);
}

/* Cuts @name to MAX_NAME characters, in front of its ending. */
static char *
shorten (const char *name)
{
  glong length = g_utf8_strlen (name, -1);
  const char *dot = strrchr (name, '.');
  g_autofree char *head = NULL;
  glong ending;

  if (length <= MAX_NAME)
    return g_strdup (name);
  ending = dot != NULL ? g_utf8_strlen (dot, -1) : 0;
  if (ending > MAX_ENDING)
    ending = 0;
  head = g_utf8_substring (name, 0, MAX_NAME - ending);
  return g_strconcat (head, ending > 0 ? dot : NULL, NULL);
}

char *
annex_browser_download_safe_name (const char *suggested)
{
  g_autofree char *valid = g_utf8_make_valid (suggested != NULL ? suggested : "", -1);
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *cut = NULL;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!is_hidden_character (c))
        g_string_append_unichar (name, c);
      else if (c == '/' || c == '\\')
        g_string_append_c (name, '_');
    }
  g_strstrip (name->str);
  g_string_set_size (name, strlen (name->str));
  while (name->len > 0 && (name->str[0] == '.' || name->str[0] == '-'))
    g_string_erase (name, 0, 1);
  cut = shorten (name->len > 0 ? name->str : "download");
  /* Names of up to 255 bytes are what file systems take. */
  if (strlen (cut) > 240)
    {
      const char *end = g_utf8_find_prev_char (cut, cut + 240);

      cut[end - cut] = '\0';
    }
  return g_steal_pointer (&cut);
}

/* Until the server says what it is called. */
static char *
name_of_address (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  g_autofree char *name = uri != NULL ? g_path_get_basename (g_uri_get_path (uri)) : NULL;

  return annex_browser_download_safe_name (name);
}

/* A name that is not there yet: "Report (2).pdf". */
static char *
find_free_path (const char *folder, const char *name)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *stem =
      dot != NULL && dot != name ? g_strndup (name, (gsize) (dot - name)) : g_strdup (name);

  for (guint i = 1; i < 10000; i++)
    {
      g_autofree char *other =
          i == 1 ? g_strdup (name)
                 : g_strdup_printf ("%s (%u)%s", stem, i, dot != NULL && dot != name ? dot : "");
      char *path = g_build_filename (folder, other, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
        return path;
      g_free (path);
    }
  return NULL;
}

/* ---------------------------------------------------------------- what happens */

static void
end (AnnexBrowserDownload *self, AnnexDownloadState state, const char *reason)
{
  if (self->state != ANNEX_DOWNLOAD_RUNNING)
    return;
  self->state = state;
  if (g_set_str (&self->reason, reason))
    notify (self, PROP_REASON);
  if (state == ANNEX_DOWNLOAD_FAILED && self->path != NULL)
    {
      g_unlink (self->path);
      g_clear_pointer (&self->path, g_free);
    }
  else if (self->path != NULL)
    /* Data, never a program. */
    g_chmod (self->path, 0600);
  notify (self, PROP_STATE);
}

static void
fail (AnnexBrowserDownload *self, const char *reason)
{
  g_autoptr (WebKitDownload) download = g_object_ref (self->download);

  end (self, ANNEX_DOWNLOAD_FAILED, reason);
  webkit_download_cancel (download);
}

static void
take_response (AnnexBrowserDownload *self)
{
  WebKitURIResponse *response = webkit_download_get_response (self->download);

  if (response == NULL)
    return;
  self->size = webkit_uri_response_get_content_length (response);
  g_set_str (&self->mime_type, webkit_uri_response_get_mime_type (response));
  notify (self, PROP_SIZE);
}

static gboolean
decide_destination_cb (AnnexBrowserDownload *self, const char *suggested)
{
  take_response (self);
  g_free (self->name);
  self->name = annex_browser_download_safe_name (suggested);
  notify (self, PROP_NAME);
  if (self->size > limit_bytes)
    {
      fail (self, N_ ("The file is too large."));
      return TRUE;
    }
  if (g_mkdir_with_parents (self->folder, 0700) == 0)
    self->path = find_free_path (self->folder, self->name);
  if (self->path == NULL)
    {
      fail (self, N_ ("There is no place for the file."));
      return TRUE;
    }
  webkit_download_set_destination (self->download, self->path);
  return TRUE;
}

static void
received_cb (AnnexBrowserDownload *self, guint64 length)
{
  self->received = webkit_download_get_received_data_length (self->download);
  notify (self, PROP_RECEIVED);
  if (self->received > limit_bytes)
    fail (self, N_ ("The file is too large."));
}

static void
failed_cb (AnnexBrowserDownload *self, GError *error)
{
  g_autofree char *path = g_strdup (self->path);

  end (self, ANNEX_DOWNLOAD_FAILED,
       g_error_matches (error, WEBKIT_DOWNLOAD_ERROR, WEBKIT_DOWNLOAD_ERROR_CANCELLED_BY_USER)
           ? N_ ("It was stopped.")
           : N_ ("The connection broke off."));
  /* WebKit may have written a last piece after a stop. */
  if (path != NULL)
    g_unlink (path);
}

static void
finished_cb (AnnexBrowserDownload *self)
{
  end (self, ANNEX_DOWNLOAD_DONE, NULL);
  g_clear_object (&self->download);
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_download_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexBrowserDownload *self = ANNEX_BROWSER_DOWNLOAD (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (int) self->state);
      break;
    case PROP_RECEIVED:
      g_value_set_uint64 (value, self->received);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_browser_download_dispose (GObject *object)
{
  AnnexBrowserDownload *self = ANNEX_BROWSER_DOWNLOAD (object);

  if (self->download != NULL)
    g_signal_handlers_disconnect_by_data (self->download, self);
  g_clear_object (&self->download);
  G_OBJECT_CLASS (annex_browser_download_parent_class)->dispose (object);
}

static void
annex_browser_download_finalize (GObject *object)
{
  AnnexBrowserDownload *self = ANNEX_BROWSER_DOWNLOAD (object);

  g_free (self->folder);
  g_free (self->name);
  g_free (self->path);
  g_free (self->uri);
  g_free (self->mime_type);
  g_free (self->reason);
  G_OBJECT_CLASS (annex_browser_download_parent_class)->finalize (object);
}

static void
annex_browser_download_class_init (AnnexBrowserDownloadClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_browser_download_get_property;
  object_class->dispose = annex_browser_download_dispose;
  object_class->finalize = annex_browser_download_finalize;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, ANNEX_TYPE_DOWNLOAD_STATE,
                                              ANNEX_DOWNLOAD_RUNNING, flags);
  properties[PROP_RECEIVED] =
      g_param_spec_uint64 ("received", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
annex_browser_download_init (AnnexBrowserDownload *self)
{
  self->name = g_strdup ("");
  self->mime_type = g_strdup ("");
}

/* ---------------------------------------------------------------- public */

AnnexBrowserDownload *
annex_browser_download_new (WebKitDownload *download, const char *folder)
{
  AnnexBrowserDownload *self = g_object_new (ANNEX_TYPE_BROWSER_DOWNLOAD, NULL);

  self->download = g_object_ref (download);
  self->folder = g_strdup (folder);
  self->uri = g_strdup (webkit_uri_request_get_uri (webkit_download_get_request (download)));
  g_free (self->name);
  self->name = name_of_address (self->uri);
  webkit_download_set_allow_overwrite (download, FALSE);
  g_signal_connect_object (download, "decide-destination", G_CALLBACK (decide_destination_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (download, "received-data", G_CALLBACK (received_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (download, "failed", G_CALLBACK (failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (download, "finished", G_CALLBACK (finished_cb), self, G_CONNECT_SWAPPED);
  return self;
}

const char *
annex_browser_download_get_name (AnnexBrowserDownload *self)
{
  return self->name;
}

const char *
annex_browser_download_get_path (AnnexBrowserDownload *self)
{
  return self->state == ANNEX_DOWNLOAD_DONE ? self->path : NULL;
}

const char *
annex_browser_download_get_uri (AnnexBrowserDownload *self)
{
  return self->uri;
}

const char *
annex_browser_download_get_mime_type (AnnexBrowserDownload *self)
{
  return self->mime_type;
}

AnnexDownloadState
annex_browser_download_get_state (AnnexBrowserDownload *self)
{
  return self->state;
}

guint64
annex_browser_download_get_received (AnnexBrowserDownload *self)
{
  return self->received;
}

guint64
annex_browser_download_get_size (AnnexBrowserDownload *self)
{
  return self->size;
}

const char *
annex_browser_download_get_reason (AnnexBrowserDownload *self)
{
  return self->reason;
}

AnnexDownloadNotes *
annex_browser_download_get_notes (AnnexBrowserDownload *self)
{
  return &self->notes;
}

void
annex_browser_download_refuse (AnnexBrowserDownload *self, const char *reason)
{
  if (self->state == ANNEX_DOWNLOAD_RUNNING && self->download != NULL)
    fail (self, reason);
}

void
annex_browser_download_cancel (AnnexBrowserDownload *self)
{
  annex_browser_download_refuse (self, N_ ("It was stopped."));
}
