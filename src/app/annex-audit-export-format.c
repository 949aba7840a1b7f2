/* annex-audit-export-format.c
 *
 * AnnexAuditExport's requests: records as OpenTelemetry's log records, in JSON.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-audit-export.h"

#include "annex-json-build.h"

/* An AnyValue. Whole numbers are strings there, as in all JSON made of protocol buffers. */
static JsonObject *
make_value (JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_VALUE (node))
    switch (json_node_get_value_type (node))
      {
      case G_TYPE_INT64:
        text = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
        return annex_json_build ("s", "intValue", text, NULL);
      case G_TYPE_DOUBLE:
        return annex_json_build ("d", "doubleValue", json_node_get_double (node), NULL);
      case G_TYPE_BOOLEAN:
        return annex_json_build ("b", "boolValue", json_node_get_boolean (node), NULL);
      case G_TYPE_STRING:
        return annex_json_build ("s", "stringValue", json_node_get_string (node), NULL);
      default:
        break;
      }
  text = annex_json_to_string (node);
  return annex_json_build ("s", "stringValue", text, NULL);
}

static void
add_attribute (JsonArray *attributes, const char *name, JsonObject *value)
{
  json_array_add_object_element (attributes,
                                 annex_json_build ("s", "key", name, "o", "value", value, NULL));
}

static void
add_text (JsonArray *attributes, const char *name, const char *text)
{
  add_attribute (attributes, name, annex_json_build ("s", "stringValue", text, NULL));
}

/* What went wrong or was refused is more than information. */
static gboolean
is_warning (JsonObject *record)
{
  const char *kind = annex_json_opt_string (record, "kind", "");
  const char *decision = annex_json_opt_string (record, "decision", "");

  return g_str_equal (kind, "error") || g_str_equal (kind, "model-call-failed") ||
         g_str_equal (decision, "refused") || g_str_equal (decision, "failed");
}

static JsonObject *
make_log_record (JsonObject *record)
{
  const char *kind = annex_json_opt_string (record, "kind", "");
  gboolean warning = is_warning (record);
  JsonArray *attributes = json_array_new ();
  g_autofree char *time = NULL;
  gint64 time_us = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  annex_time_from_text (annex_json_opt_string (record, "time", NULL), &time_us);
  time = g_strdup_printf ("%" G_GINT64_FORMAT "000", time_us);
  json_object_iter_init_ordered (&iter, record);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *key = g_strconcat ("annex.", name, NULL);

      if (!g_str_equal (name, "time") && !g_str_equal (name, "kind"))
        add_attribute (attributes, key, make_value (node));
    }
  return annex_json_build ("s", "timeUnixNano", time, "s", "observedTimeUnixNano", time, "i",
                           "severityNumber", (gint64) (warning ? 13 : 9), "s", "severityText",
                           warning ? "WARN" : "INFO", "s", "eventName", kind, "o", "body",
                           annex_json_build ("s", "stringValue", kind, NULL), "a", "attributes",
                           attributes, NULL);
}

/* An object with one list of one element. */
static JsonArray *
list_of (JsonObject *element)
{
  JsonArray *list = json_array_new ();

  json_array_add_object_element (list, element);
  return list;
}

char *
annex_audit_export_format (GPtrArray *records)
{
  JsonArray *attributes = json_array_new ();
  JsonArray *log_records = json_array_new ();
  g_autoptr (JsonObject) body = NULL;
  JsonObject *scope;

  add_text (attributes, "service.name", "annex");
  add_text (attributes, "service.version", ANNEX_VERSION);
  add_text (attributes, "host.name", g_get_host_name ());
  add_text (attributes, "user.name", g_get_user_name ());
  for (guint i = 0; i < records->len; i++)
    json_array_add_object_element (log_records, make_log_record (g_ptr_array_index (records, i)));
  scope = annex_json_build ("o", "scope", annex_json_build ("s", "name", "annex.audit", NULL), "a",
                            "logRecords", log_records, NULL);
  body =
      annex_json_build ("a", "resourceLogs",
                        list_of (annex_json_build (
                            "o", "resource", annex_json_build ("a", "attributes", attributes, NULL),
                            "a", "scopeLogs", list_of (scope), NULL)),
                        NULL);
  return annex_json_object_to_string (body);
}
