/* annex-page-args.c
 *
 * See annex-page-args.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-args.h"

#include "annex-json.h"
#include "annex-page-decode.h"

#include <math.h>
#include <string.h>

#define MAX_TEXT_BYTES (1024 * 1024)
#define MAX_ITEMS 500

typedef enum {
  KIND_TARGET,
  KIND_TEXT,
  KIND_BOOLEAN,
  KIND_NUMBER,
  KIND_FIELDS,
  KIND_VALUES,
  KIND_MODIFIERS,
  KIND_OFFSET,
  KIND_FILES,
} Kind;

typedef struct
{
  const char *name;
  Kind kind;
  gboolean needed;
} Member;

typedef struct
{
  const char *name;
  gboolean acts;
  Member members[7];
} Command;

static const Command commands[] = {
  [ANNEX_PAGE_COMMAND_SNAPSHOT] = { "snapshot",
                                    FALSE,
                                    { { "target", KIND_TARGET }, { "depth", KIND_NUMBER } } },
  [ANNEX_PAGE_COMMAND_FIND] = { "find", FALSE, { { "text", KIND_TEXT, TRUE } } },
  [ANNEX_PAGE_COMMAND_TEXT] = { "text", FALSE, { { "target", KIND_TARGET } } },
  [ANNEX_PAGE_COMMAND_TABLE] = { "table", FALSE, { { "target", KIND_TARGET, TRUE } } },
  [ANNEX_PAGE_COMMAND_INSPECT] = { "inspect", FALSE, { { "target", KIND_TARGET } } },
  [ANNEX_PAGE_COMMAND_BOX] = { "box", FALSE, { { "target", KIND_TARGET, TRUE } } },
  [ANNEX_PAGE_COMMAND_MARK] = { "mark", FALSE, { { "target", KIND_TARGET } } },
  [ANNEX_PAGE_COMMAND_CLICK] = { "click",
                                 TRUE,
                                 { { "target", KIND_TARGET, TRUE },
                                   { "button", KIND_TEXT },
                                   { "double", KIND_BOOLEAN },
                                   { "text", KIND_TEXT },
                                   { "modifiers", KIND_MODIFIERS } } },
  [ANNEX_PAGE_COMMAND_TYPE] = { "type",
                                TRUE,
                                { { "target", KIND_TARGET, TRUE },
                                  { "text", KIND_TEXT, TRUE },
                                  { "submit", KIND_BOOLEAN } } },
  [ANNEX_PAGE_COMMAND_FILL] = { "fill", TRUE, { { "fields", KIND_FIELDS, TRUE } } },
  [ANNEX_PAGE_COMMAND_SELECT] = { "select",
                                  TRUE,
                                  { { "target", KIND_TARGET, TRUE },
                                    { "values", KIND_VALUES, TRUE } } },
  [ANNEX_PAGE_COMMAND_PRESS] = { "press",
                                 TRUE,
                                 { { "key", KIND_TEXT, TRUE }, { "target", KIND_TARGET } } },
  [ANNEX_PAGE_COMMAND_HOVER] = { "hover", TRUE, { { "target", KIND_TARGET, TRUE } } },
  [ANNEX_PAGE_COMMAND_DRAG] = { "drag",
                                TRUE,
                                { { "from", KIND_TARGET, TRUE },
                                  { "to", KIND_TARGET },
                                  { "place", KIND_TEXT },
                                  { "offset", KIND_OFFSET } } },
  [ANNEX_PAGE_COMMAND_SCROLL] = { "scroll",
                                  TRUE,
                                  { { "target", KIND_TARGET },
                                    { "direction", KIND_TEXT },
                                    { "pages", KIND_NUMBER } } },
  [ANNEX_PAGE_COMMAND_WAIT] = { "wait",
                                TRUE,
                                { { "text", KIND_TEXT },
                                  { "text_gone", KIND_TEXT },
                                  { "time_s", KIND_NUMBER } } },
  [ANNEX_PAGE_COMMAND_FOCUS_FILE] = { "focus-file", TRUE, { { "target", KIND_TARGET, TRUE } } },
  [ANNEX_PAGE_COMMAND_GIVE_FILES] = { "give-files",
                                      TRUE,
                                      { { "target", KIND_TARGET, TRUE },
                                        { "files", KIND_FILES, TRUE } } },
};

gboolean
annex_page_command_parse (const char *name, AnnexPageCommand *command, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_strcmp0 (commands[i].name, name) == 0)
      {
        *command = (AnnexPageCommand) i;
        return TRUE;
      }
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "A page has no such command.");
  return FALSE;
}

const char *
annex_page_command_name (AnnexPageCommand command)
{
  return commands[command].name;
}

gboolean
annex_page_command_acts (AnnexPageCommand command)
{
  return commands[command].acts;
}

static gboolean
wrong (GError **error, const char *name, const char *what)
{
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID, "%s %s.", name, what);
  return FALSE;
}

static gboolean
is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) &&
         (json_node_get_value_type (node) == G_TYPE_INT64 ||
          json_node_get_value_type (node) == G_TYPE_DOUBLE) &&
         isfinite (json_node_get_double (node)) && fabs (json_node_get_double (node)) <= 1e6;
}

static gboolean
check_text (JsonNode *node, const char *name, GError **error)
{
  if (!is_string (node) || strlen (json_node_get_string (node)) > MAX_TEXT_BYTES)
    return wrong (error, name, "is a text of at most 1 MiB");
  return TRUE;
}

static gboolean
check_target (JsonNode *node, const char *name, GError **error)
{
  guint frame;

  if (!is_string (node) || !annex_page_reference_frame (json_node_get_string (node), &frame))
    return wrong (error, name, "is a reference of the last page_snapshot, such as e12");
  return TRUE;
}

/* A value is a text; numbers, true and false, and for lists several texts, are taken too. */
static gboolean
check_value (JsonNode *node, GError **error)
{
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        if (i >= MAX_ITEMS || !is_string (json_array_get_element (array, i)))
          return wrong (error, "value", "is a text or a list of texts");
      return TRUE;
    }
  if (JSON_NODE_HOLDS_VALUE (node) &&
      (is_number (node) || json_node_get_value_type (node) == G_TYPE_BOOLEAN))
    return TRUE;
  return check_text (node, "value", error);
}

static gboolean
check_fields (JsonNode *node, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) == 0 ||
      json_array_get_length (array) > MAX_ITEMS)
    return wrong (error, "fields", "is a list of {target, value}");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      JsonObject *field = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;

      if (field == NULL || !json_object_has_member (field, "target") ||
          !json_object_has_member (field, "value"))
        return wrong (error, "fields", "is a list of {target, value}");
      if (!check_target (json_object_get_member (field, "target"), "target", error) ||
          !check_value (json_object_get_member (field, "value"), error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_strings (JsonNode *node, const char *name, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  if (array == NULL || json_array_get_length (array) > MAX_ITEMS)
    return wrong (error, name, "is a list of texts");
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!check_text (json_array_get_element (array, i), name, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_offset (JsonNode *node, GError **error)
{
  JsonObject *offset = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (offset == NULL)
    return wrong (error, "offset", "is {x, y} in CSS pixels");
  for (guint i = 0; i < 2; i++)
    {
      JsonNode *member = json_object_get_member (offset, i == 0 ? "x" : "y");

      if (member != NULL && !is_number (member))
        return wrong (error, "offset", "is {x, y} in CSS pixels");
    }
  return TRUE;
}

/* {name, type, data}, the last in Base64. */
static gboolean
check_files (JsonNode *node, GError **error)
{
  static const char *const members[] = { "name", "type", "data" };
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  gsize total = 0;

  if (array == NULL || json_array_get_length (array) == 0 ||
      json_array_get_length (array) > ANNEX_PAGE_MAX_GIVEN_FILES)
    return wrong (error, "files", "is a list of files");
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      JsonObject *file = JSON_NODE_HOLDS_OBJECT (item) ? json_node_get_object (item) : NULL;

      for (guint j = 0; j < G_N_ELEMENTS (members); j++)
        {
          JsonNode *member = file != NULL ? json_object_get_member (file, members[j]) : NULL;

          if (member == NULL || !is_string (member))
            return wrong (error, "files", "is a list of {name, type, data}");
          total += strlen (json_node_get_string (member));
        }
    }
  return total <= ANNEX_PAGE_MAX_GIVEN_BYTES / 3 * 4 + MAX_TEXT_BYTES ||
         wrong (error, "files", "are too large");
}

static gboolean
check_member (const Member *member, JsonNode *node, GError **error)
{
  switch (member->kind)
    {
    case KIND_TARGET:
      return check_target (node, member->name, error);
    case KIND_TEXT:
      return check_text (node, member->name, error);
    case KIND_BOOLEAN:
      return (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN) ||
             wrong (error, member->name, "is true or false");
    case KIND_NUMBER:
      return is_number (node) || wrong (error, member->name, "is a number");
    case KIND_FIELDS:
      return check_fields (node, error);
    case KIND_VALUES:
    case KIND_MODIFIERS:
      return check_strings (node, member->name, error);
    case KIND_OFFSET:
      return check_offset (node, error);
    case KIND_FILES:
      return check_files (node, error);
    }
  g_return_val_if_reached (FALSE);
}

JsonObject *
annex_page_args_check (AnnexPageCommand command, JsonObject *args, GError **error)
{
  g_autoptr (JsonObject) checked = json_object_new ();

  for (const Member *member = commands[command].members; member->name != NULL; member++)
    {
      JsonNode *node = args != NULL ? json_object_get_member (args, member->name) : NULL;

      if (node == NULL || JSON_NODE_HOLDS_NULL (node))
        {
          if (member->needed)
            {
              wrong (error, member->name, "is missing");
              return NULL;
            }
          continue;
        }
      if (!check_member (member, node, error))
        return NULL;
      json_object_set_member (checked, member->name, annex_json_copy (node));
    }
  return g_steal_pointer (&checked);
}
