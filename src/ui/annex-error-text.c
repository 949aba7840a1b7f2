/* annex-error-text.c
 *
 * See annex-error-text.h. The words stand in annex-error-words.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-error-text.h"

#include "annex-error-words-private.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

G_DEFINE_BOXED_TYPE (AnnexErrorText, annex_error_text, annex_error_text_copy, annex_error_text_free)

static const struct
{
  const char *label;
  const char *action;
} repairs[] = {
  [ANNEX_REPAIR_NONE] = { NULL, NULL },
  [ANNEX_REPAIR_KEY] = { N_ ("Change the Key…"), "win.preferences" },
  [ANNEX_REPAIR_MODEL] = { N_ ("Choose a Model…"), "win.preferences" },
  [ANNEX_REPAIR_RESUME] = { N_ ("Continue"), "win.resume" },
  [ANNEX_REPAIR_DOCTOR] = { N_ ("Open Doctor"), "win.doctor" },
  [ANNEX_REPAIR_COMPUTER] = { N_ ("Show the Computer"), "win.computer" },
  [ANNEX_REPAIR_SPACE] = { N_ ("What Takes Space"), "win.space" },
  [ANNEX_REPAIR_NEW_TASK] = { N_ ("New Task"), "win.new-task" },
  [ANNEX_REPAIR_FOLDER] = { N_ ("Add Folder…"), "win.add-folder" },
};

static AnnexErrorText *
make (const char *domain, const char *code, const char *message)
{
  const AnnexErrorWords *words = annex_error_words_find (domain, code);
  AnnexErrorText *self = g_new0 (AnnexErrorText, 1);
  g_autofree char *said = g_utf8_make_valid (message != NULL ? message : "", -1);

  self->title = g_strdup (_ (words->title));
  self->advice = g_strdup (_ (words->advice));
  self->action = g_strdup (repairs[words->repair].action);
  self->label =
      repairs[words->repair].label != NULL ? g_strdup (_ (repairs[words->repair].label)) : NULL;
  self->details = g_strdup_printf ("%s · %s\n%s", domain != NULL ? domain : "error",
                                   code != NULL ? code : "failed", said);
  return self;
}

AnnexErrorText *
annex_error_text_new (const GError *error)
{
  if (error == NULL)
    return make (NULL, NULL, NULL);
  return make (g_quark_to_string (error->domain), annex_error_text_code (error),
               annex_error_said (error));
}

AnnexErrorText *
annex_error_text_new_from_event (const char *domain, const char *code, const char *message)
{
  return make (domain, code, message);
}

gboolean
annex_error_text_is_known (const char *domain, const char *code)
{
  const AnnexErrorWords *words = annex_error_words_find (domain, code);

  return words->domain != NULL && words->code != NULL;
}

AnnexErrorText *
annex_error_text_copy (const AnnexErrorText *self)
{
  AnnexErrorText *copy;

  if (self == NULL)
    return NULL;
  copy = g_new0 (AnnexErrorText, 1);
  *copy =
      (AnnexErrorText) { g_strdup (self->title), g_strdup (self->advice), g_strdup (self->action),
                         g_strdup (self->label), g_strdup (self->details) };
  return copy;
}

void
annex_error_text_free (AnnexErrorText *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->advice);
  g_free (self->action);
  g_free (self->label);
  g_free (self->details);
  g_free (self);
}
