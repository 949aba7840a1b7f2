/* annex-browser-tab-dialogs.c
 *
 * What a page asks of a person: script dialogs, files, permissions, a sign-in. Each is held open
 * until it is answered, one at a time; a second one meanwhile is refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"
#include "annex-browser-wheel.h"

G_DEFINE_BOXED_TYPE (AnnexBrowserDialog,
                     annex_browser_dialog,
                     annex_browser_dialog_copy,
                     annex_browser_dialog_free)
G_DEFINE_ENUM_TYPE (AnnexBrowserDialogKind,
                    annex_browser_dialog_kind,
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_ALERT, "alert"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_CONFIRM, "confirm"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_PROMPT, "prompt"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_BEFORE_UNLOAD, "before-unload"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_FILES, "files"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_PERMISSION, "permission"),
                    G_DEFINE_ENUM_VALUE (ANNEX_DIALOG_SIGN_IN, "sign-in"))

/* Longer messages are cut: they are the page's. */
#define MAX_MESSAGE 2000

AnnexBrowserDialog *
annex_browser_dialog_copy (const AnnexBrowserDialog *self)
{
  AnnexBrowserDialog *copy = g_new0 (AnnexBrowserDialog, 1);

  copy->kind = self->kind;
  copy->message = g_strdup (self->message);
  copy->preset = g_strdup (self->preset);
  copy->is_many = self->is_many;
  copy->types = g_strdupv (self->types);
  copy->serial = self->serial;
  return copy;
}

void
annex_browser_dialog_free (AnnexBrowserDialog *self)
{
  g_free (self->message);
  g_free (self->preset);
  g_strfreev (self->types);
  g_free (self);
}

static char *
dup_message (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  if (g_utf8_strlen (valid, -1) <= MAX_MESSAGE)
    return g_steal_pointer (&valid);
  return g_utf8_substring (valid, 0, MAX_MESSAGE);
}

/* Opens a dialog; FALSE when one is open already. */
static gboolean
open_dialog (AnnexBrowserTab *self, AnnexBrowserDialogKind kind, const char *message)
{
  if (self->dialog != NULL)
    return FALSE;
  self->dialog = g_new0 (AnnexBrowserDialog, 1);
  self->dialog->kind = kind;
  self->dialog->message = dup_message (message);
  self->dialog->serial = ++self->n_dialogs;
  return TRUE;
}

static void
end_dialog (AnnexBrowserTab *self)
{
  g_clear_pointer (&self->dialog, annex_browser_dialog_free);
  g_clear_pointer (&self->script_dialog, webkit_script_dialog_unref);
  g_clear_object (&self->file_request);
  g_clear_object (&self->permission);
  g_clear_object (&self->sign_in);
  annex_browser_tab_notify_dialog (self);
}

/* ---------------------------------------------------------------- what pages open */

static AnnexBrowserDialogKind
kind_of (WebKitScriptDialog *dialog)
{
  switch (webkit_script_dialog_get_dialog_type (dialog))
    {
    case WEBKIT_SCRIPT_DIALOG_ALERT:
      return ANNEX_DIALOG_ALERT;
    case WEBKIT_SCRIPT_DIALOG_CONFIRM:
      return ANNEX_DIALOG_CONFIRM;
    case WEBKIT_SCRIPT_DIALOG_PROMPT:
      return ANNEX_DIALOG_PROMPT;
    case WEBKIT_SCRIPT_DIALOG_BEFORE_UNLOAD_CONFIRM:
      return ANNEX_DIALOG_BEFORE_UNLOAD;
    }
  return ANNEX_DIALOG_ALERT;
}

static gboolean
script_dialog_cb (AnnexBrowserTab *self, WebKitScriptDialog *dialog)
{
  AnnexBrowserDialogKind kind = kind_of (dialog);

  /* It is being left, and would go on like this. */
  if (kind != ANNEX_DIALOG_BEFORE_UNLOAD && annex_browser_tab_is_leaving (self))
    {
      annex_browser_tab_end_page_soon (self);
      return GDK_EVENT_STOP;
    }
  /* The page's script stands still while one is open, so a second one comes from another frame. */
  if (!open_dialog (self, kind, webkit_script_dialog_get_message (dialog)))
    return GDK_EVENT_STOP;
  if (kind == ANNEX_DIALOG_PROMPT)
    self->dialog->preset = dup_message (webkit_script_dialog_prompt_get_default_text (dialog));
  self->script_dialog = webkit_script_dialog_ref (dialog);
  annex_browser_tab_notify_dialog (self);
  return GDK_EVENT_STOP;
}

static gboolean
file_chooser_cb (AnnexBrowserTab *self, WebKitFileChooserRequest *request)
{
  const char *const *types = webkit_file_chooser_request_get_mime_types (request);
  g_auto (GStrv) upload = g_steal_pointer (&self->upload);

  if (upload != NULL)
    {
      webkit_file_chooser_request_select_files (request, (const char *const *) upload);
      return GDK_EVENT_STOP;
    }
  if (!open_dialog (self, ANNEX_DIALOG_FILES, ""))
    {
      webkit_file_chooser_request_cancel (request);
      return GDK_EVENT_STOP;
    }
  self->dialog->is_many = webkit_file_chooser_request_get_select_multiple (request);
  self->dialog->types = g_strdupv ((char **) types);
  self->file_request = g_object_ref (request);
  annex_browser_tab_notify_dialog (self);
  return GDK_EVENT_STOP;
}

/* What is asked for, in one word that the window translates; NULL: never given. */
static const char *
permission_word (WebKitPermissionRequest *request)
{
  if (WEBKIT_IS_GEOLOCATION_PERMISSION_REQUEST (request))
    return "location";
  if (WEBKIT_IS_NOTIFICATION_PERMISSION_REQUEST (request))
    return "notifications";
  if (WEBKIT_IS_CLIPBOARD_PERMISSION_REQUEST (request))
    return "clipboard";
  if (WEBKIT_IS_WEBSITE_DATA_ACCESS_PERMISSION_REQUEST (request))
    return "cookies";
  return NULL;
}

static gboolean
permission_cb (AnnexBrowserTab *self, WebKitPermissionRequest *request)
{
  const char *word = permission_word (request);
  gboolean may_ask = self->hooks == NULL || self->hooks->may_ask == NULL ||
                     self->hooks->may_ask (self, self->hooks_data);

  if (word == NULL || !may_ask || !open_dialog (self, ANNEX_DIALOG_PERMISSION, word))
    {
      webkit_permission_request_deny (request);
      return GDK_EVENT_STOP;
    }
  self->permission = g_object_ref (request);
  annex_browser_tab_notify_dialog (self);
  return GDK_EVENT_STOP;
}

static gboolean
may_sign_in (AnnexBrowserTab *self, WebKitAuthenticationRequest *request)
{
  return self->hooks == NULL || self->hooks->may_sign_in == NULL ||
         self->hooks->may_sign_in (self, webkit_authentication_request_get_host (request),
                                   webkit_authentication_request_get_port (request),
                                   self->hooks_data);
}

static gboolean
authenticate_cb (AnnexBrowserTab *self, WebKitAuthenticationRequest *request)
{
  if (self->hooks != NULL && self->hooks->answer_proxy != NULL &&
      self->hooks->answer_proxy (self, request, self->hooks_data))
    return GDK_EVENT_STOP;
  if (!may_sign_in (self, request) ||
      !open_dialog (self, ANNEX_DIALOG_SIGN_IN, webkit_authentication_request_get_host (request)))
    {
      webkit_authentication_request_cancel (request);
      return GDK_EVENT_STOP;
    }
  self->sign_in = g_object_ref (request);
  annex_browser_tab_notify_dialog (self);
  return GDK_EVENT_STOP;
}

static gboolean
swallow_cb (AnnexBrowserTab *self)
{
  return GDK_EVENT_STOP;
}

void
annex_browser_tab_connect_dialogs (AnnexBrowserTab *self)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
  } table[] = {
    { "script-dialog", G_CALLBACK (script_dialog_cb) },
    { "run-file-chooser", G_CALLBACK (file_chooser_cb) },
    { "permission-request", G_CALLBACK (permission_cb) },
    { "authenticate", G_CALLBACK (authenticate_cb) },
    /* A page may neither print nor take the screen nor the desktop's notifications. */
    { "print", G_CALLBACK (swallow_cb) },
    { "enter-fullscreen", G_CALLBACK (swallow_cb) },
    { "show-notification", G_CALLBACK (swallow_cb) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_signal_connect_object (self->view, table[i].signal, table[i].callback, self,
                             G_CONNECT_SWAPPED);
}

/* ---------------------------------------------------------------- answers */

static void
answer_script (AnnexBrowserTab *self, gboolean accept, const char *text)
{
  switch (self->dialog->kind)
    {
    case ANNEX_DIALOG_PROMPT:
      if (accept)
        webkit_script_dialog_prompt_set_text (self->script_dialog,
                                              text != NULL ? text : self->dialog->preset);
      break;
    case ANNEX_DIALOG_CONFIRM:
    case ANNEX_DIALOG_BEFORE_UNLOAD:
      webkit_script_dialog_confirm_set_confirmed (self->script_dialog, accept);
      break;
    case ANNEX_DIALOG_ALERT:
    case ANNEX_DIALOG_FILES:
    case ANNEX_DIALOG_PERMISSION:
    case ANNEX_DIALOG_SIGN_IN:
      break;
    }
  webkit_script_dialog_close (self->script_dialog);
}

static void
answer (AnnexBrowserTab *self, gboolean accept, const char *text)
{
  if (self->script_dialog != NULL)
    answer_script (self, accept, text);
  else if (self->file_request != NULL)
    webkit_file_chooser_request_cancel (self->file_request);
  else if (self->permission != NULL && accept)
    webkit_permission_request_allow (self->permission);
  else if (self->permission != NULL)
    webkit_permission_request_deny (self->permission);
  else if (self->sign_in != NULL)
    webkit_authentication_request_cancel (self->sign_in);
  end_dialog (self);
}

void
annex_browser_tab_drop_dialog (AnnexBrowserTab *self)
{
  g_clear_pointer (&self->upload, g_strfreev);
  if (self->dialog != NULL)
    answer (self, FALSE, NULL);
}

const AnnexBrowserDialog *
annex_browser_tab_get_dialog (AnnexBrowserTab *self)
{
  return self->dialog;
}

char *
annex_browser_tab_dup_dialog (AnnexBrowserTab *self)
{
  GEnumValue *value;
  g_autoptr (GEnumClass) klass = g_type_class_ref (ANNEX_TYPE_BROWSER_DIALOG_KIND);

  if (self->dialog == NULL)
    return NULL;
  value = g_enum_get_value (klass, (int) self->dialog->kind);
  return g_strdup_printf ("%s: %s", value->value_nick, self->dialog->message);
}

static gboolean
fail_without_dialog (GError **error)
{
  g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NOT_FOUND,
                       "No dialog is open.");
  return FALSE;
}

gboolean
annex_browser_tab_answer_dialog (AnnexBrowserTab *self,
                                 gboolean accept,
                                 const char *text,
                                 GError **error)
{
  if (self->dialog == NULL)
    return fail_without_dialog (error);
  if (accept && (self->file_request != NULL || self->sign_in != NULL))
    {
      g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                           self->file_request != NULL
                               ? "The page wants files: use page_upload, or dismiss it."
                               : "The page wants a name and a password: only the user signs in.");
      return FALSE;
    }
  answer (self, accept, text);
  return TRUE;
}

void
annex_browser_tab_answer_sign_in (AnnexBrowserTab *self, const char *user, const char *password)
{
  WebKitCredential *credential;

  if (self->sign_in == NULL)
    return;
  credential = webkit_credential_new (user, password, WEBKIT_CREDENTIAL_PERSISTENCE_FOR_SESSION);
  webkit_authentication_request_authenticate (self->sign_in, credential);
  webkit_credential_free (credential);
  end_dialog (self);
}

gboolean
annex_browser_tab_answer_files (AnnexBrowserTab *self, const char *const *paths, GError **error)
{
  if (self->file_request == NULL)
    return fail_without_dialog (error);
  webkit_file_chooser_request_select_files (self->file_request, paths);
  end_dialog (self);
  return TRUE;
}

gboolean
annex_browser_tab_set_upload (AnnexBrowserTab *self, const char *const *paths)
{
  gboolean were_waiting = self->upload != NULL;

  g_strfreev (self->upload);
  self->upload = g_strdupv ((char **) paths);
  return were_waiting;
}
