/* annex-change-words.c
 *
 * See annex-change-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-change-words.h"

#include "annex-beneath.h"
#include "annex-text.h"

#include <glib/gi18n.h>

const char *
annex_change_kind_to_words (AnnexChangeKind kind)
{
  switch (kind)
    {
    case ANNEX_CHANGE_ADDED:
      return C_ ("mark of a file", "Added");
    case ANNEX_CHANGE_CHANGED:
    case ANNEX_CHANGE_MODE:
      return C_ ("mark of a file", "Changed");
    case ANNEX_CHANGE_RENAMED:
      return C_ ("mark of a file", "Moved");
    case ANNEX_CHANGE_DELETED:
      return C_ ("mark of a file", "Deleted");
    case ANNEX_CHANGE_REFUSED:
      return C_ ("mark of a file", "Not Possible");
    }
  return "";
}

const char *
annex_change_kind_to_icon (AnnexChangeKind kind)
{
  switch (kind)
    {
    case ANNEX_CHANGE_ADDED:
      return "list-add-symbolic";
    case ANNEX_CHANGE_CHANGED:
    case ANNEX_CHANGE_MODE:
      return "document-edit-symbolic";
    case ANNEX_CHANGE_RENAMED:
      return "go-next-symbolic";
    case ANNEX_CHANGE_DELETED:
      return "user-trash-symbolic";
    case ANNEX_CHANGE_REFUSED:
      return "action-unavailable-symbolic";
    }
  return "";
}

const char *
annex_change_kind_to_style (AnnexChangeKind kind)
{
  switch (kind)
    {
    case ANNEX_CHANGE_ADDED:
      return "success";
    case ANNEX_CHANGE_CHANGED:
    case ANNEX_CHANGE_MODE:
    case ANNEX_CHANGE_RENAMED:
      return "accent";
    case ANNEX_CHANGE_DELETED:
      return "error";
    case ANNEX_CHANGE_REFUSED:
      return "warning";
    }
  return "";
}

char *
annex_change_describe (const AnnexChange *change)
{
  const char *kind = annex_change_kind_to_words (change->kind);
  g_autofree char *size = annex_text_format_size (change->size_bytes);
  g_autofree char *old_size = annex_text_format_size (change->old_size_bytes);

  if (change->kind == ANNEX_CHANGE_MODE)
    return g_strdup (_ ("Only its permissions or its time changed"));
  if (change->folder)
    return g_strdup_printf (C_ ("change", "Folder · %s"), kind);
  if (change->kind == ANNEX_CHANGE_CHANGED && change->size_bytes != change->old_size_bytes)
    return g_strdup_printf (_ ("%s · %s, was %s"), kind, size, old_size);
  if (change->kind == ANNEX_CHANGE_DELETED)
    return change->old_size_bytes > 0 ? g_strdup_printf ("%s · %s", kind, old_size)
                                      : g_strdup (kind);
  return g_strdup_printf ("%s · %s", kind, size);
}

char *
annex_change_dup_remark (const AnnexChange *change)
{
  /* It is stored in English, and what Annex itself says of a change is one of a few sentences. */
  const char *said = change->reason != NULL && *change->reason != '\0' ? _ (change->reason) : "";
  g_autofree char *reason = annex_text_for_display (said);
  g_autofree char *old_path = annex_text_for_display (change->old_path);

  if (change->kind == ANNEX_CHANGE_REFUSED)
    return reason[0] != '\0' ? g_strdup_printf (_ ("Cannot be kept: %s"), reason)
                             : g_strdup (_ ("Cannot be kept"));
  if (change->conflict)
    return change->kind == ANNEX_CHANGE_DELETED
               ? g_strdup (_ ("You changed it meanwhile: your file stays"))
               : g_strdup (_ ("You changed it meanwhile: both are kept"));
  if (change->active)
    return g_strdup (_ ("Can run by itself on your machine"));
  if (change->kind == ANNEX_CHANGE_RENAMED && old_path[0] != '\0')
    return g_strdup_printf (_ ("Was %s"), old_path);
  if (change->kind == ANNEX_CHANGE_MODE)
    return g_strdup (_ ("Only permissions or time"));
  return NULL;
}

const char *
annex_share_mode_to_words (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return C_ ("folder mode", "Read Only");
    case ANNEX_SHARE_REVIEW:
      return C_ ("folder mode", "Review");
    case ANNEX_SHARE_KEEP:
      return C_ ("folder mode", "Keep Right Away");
    }
  return "";
}

const char *
annex_share_mode_to_sentence (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return _ ("Annex can look at it and change nothing.");
    case ANNEX_SHARE_REVIEW:
      return _ ("Your files are not changed until you keep the changes.");
    case ANNEX_SHARE_KEEP:
      return _ ("Changes are kept when Annex is done. You can undo them.");
    }
  return "";
}

/* The name itself where it is no text, and what is shown is what is meant. (transfer full,
 * nullable)
 */
static char *
dup_path (JsonObject *json, const char *name, const char *bytes_name)
{
  const char *shown = annex_json_opt_string (json, name, NULL);
  const char *bytes = annex_json_opt_string (json, bytes_name, NULL);
  g_autofree char *path = bytes != NULL ? annex_beneath_path_from_text (bytes) : NULL;
  g_autofree char *valid = path != NULL ? annex_text_make_valid (path, -1) : NULL;

  return g_strcmp0 (valid, shown) == 0 ? g_steal_pointer (&path) : g_strdup (shown);
}

AnnexChange *
annex_change_new_from_json (JsonObject *json)
{
  static const AnnexChangeKind kinds[] = { ANNEX_CHANGE_ADDED,   ANNEX_CHANGE_CHANGED,
                                           ANNEX_CHANGE_RENAMED, ANNEX_CHANGE_DELETED,
                                           ANNEX_CHANGE_MODE,    ANNEX_CHANGE_REFUSED };
  const char *name = annex_json_opt_string (json, "kind", "");
  g_autofree char *path = dup_path (json, "path", "path_bytes");
  AnnexChange *change = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (kinds) && change == NULL && path != NULL && path[0] != '\0';
       i++)
    if (g_str_equal (name, annex_change_kind_to_name (kinds[i])))
      change = annex_change_new (kinds[i], path);
  if (change == NULL)
    return NULL;
  change->old_path = dup_path (json, "old_path", "old_path_bytes");
  change->folder = annex_json_opt_boolean (json, "folder", FALSE);
  change->target = g_strdup (annex_json_opt_string (json, "target", NULL));
  change->size_bytes = (guint64) MAX (annex_json_opt_int (json, "size", 0), 0);
  change->old_size_bytes = (guint64) MAX (annex_json_opt_int (json, "old_size", 0), 0);
  change->conflict = annex_json_opt_boolean (json, "conflict", FALSE);
  change->active = annex_json_opt_boolean (json, "active", FALSE);
  change->reason = g_strdup (annex_json_opt_string (json, "reason", NULL));
  return change;
}
