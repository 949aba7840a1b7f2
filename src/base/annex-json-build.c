/* annex-json-build.c
 *
 * See annex-json-build.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json-build.h"

static void
add_pointer (JsonObject *object, char type, const char *name, gpointer value)
{
  if (value == NULL)
    return;
  if (type == 's')
    json_object_set_string_member (object, name, value);
  else if (type == 'o')
    json_object_set_object_member (object, name, value);
  else if (type == 'a')
    json_object_set_array_member (object, name, value);
  else
    json_object_set_member (object, name, value);
}

JsonObject *
annex_json_build (const char *type, ...)
{
  JsonObject *object = json_object_new ();
  va_list args;

  va_start (args, type);
  for (const char *kind = type; kind != NULL; kind = va_arg (args, const char *))
    {
      const char *name = va_arg (args, const char *);

      if (kind[0] == 'i')
        json_object_set_int_member (object, name, va_arg (args, gint64));
      else if (kind[0] == 'd')
        json_object_set_double_member (object, name, va_arg (args, double));
      else if (kind[0] == 'b')
        json_object_set_boolean_member (object, name, va_arg (args, gboolean));
      else
        add_pointer (object, kind[0], name, va_arg (args, gpointer));
    }
  va_end (args);
  return object;
}
