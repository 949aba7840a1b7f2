/* test-connector-config.c
 *
 * What users paste, and what is stored of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-fill.h"

#include <string.h>

/* id|title|on or off|command or address|values: NAME=value, NAME!=value for what looks secret */
static char *
describe (const AnnexConnectorConfig *config)
{
  GString *text = g_string_new (NULL);
  g_autofree char *command =
      config->command != NULL ? g_strjoinv (" ", config->command) : g_strdup (config->address);

  g_string_append_printf (text, "%s|%s|%s|%s|", config->id, config->title,
                          config->enabled ? "on" : "off", command);
  for (guint i = 0; i < config->values->len; i++)
    {
      const AnnexConnectorValue *value = config->values->pdata[i];

      g_string_append_printf (text, "%s%s%s=%s", i > 0 ? "," : "", value->name,
                              value->looks_secret ? "!" : "",
                              value->value != NULL ? value->value : value->secret_id);
    }
  return g_string_free (text, FALSE);
}

static const struct
{
  const char *text;
  const char *read; /* each connector's description, by line; NULL: refused */
} pastes[] = {
  { "https://mcp.example.org/v1",
    "mcp-example-org|mcp.example.org|on|https://mcp.example.org/v1|" },
  { "  npx -y @modelcontextprotocol/server-memory\n",
    "memory|memory|on|npx -y @modelcontextprotocol/server-memory|" },
  { "API_KEY=abc LEVEL=2 uvx mcp-server-time --local 'Europe/Berlin'",
    "time|time|on|uvx mcp-server-time --local Europe/Berlin|API_KEY!=abc,LEVEL=2" },
  { "{\"mcpServers\":{\"GitHub\":{\"command\":\"docker\",\"args\":[\"run\",\"-i\"],\"env\":{"
    "\"GITHUB_PERSONAL_ACCESS_TOKEN\":\"ghp_x\",\"PATH_PREFIX\":\"/a\"}},"
    "\"Git Hub\":{\"url\":\"https://x.example.org/mcp\",\"disabled\":true}}}",
    "github|GitHub|on|docker run -i|GITHUB_PERSONAL_ACCESS_TOKEN!=ghp_x,PATH_PREFIX=/a\n"
    "git-hub|Git Hub|off|https://x.example.org/mcp|" },
  { "{\"servers\":{\"a\":{\"type\":\"http\",\"url\":\"https://a.example.org\",\"headers\":{"
    "\"Authorization\":\"Bearer abc\",\"X-Region\":\"eu\"}}}}",
    "a|a|on|https://a.example.org|Authorization!=Bearer abc,X-Region=eu" },
  { "{\"context_servers\":{\"z\":{\"command\":{\"path\":\"zed-server\",\"args\":[\"x\"],\"env\":{"
    "\"A\":\"b\"}}}}}",
    "z|z|on|zed-server x|A=b" },
  { "\"mail\": {\"command\": \"mail-mcp\"},", "mail|mail|on|mail-mcp|" },
  { "{\"command\":\"one\",\"name\":\"The One\"}", "the-one|The One|on|one|" },
  { "{\"ÄÖ mail\":{\"command\":\"m\",\"env\":{\"KEY\":\"${input:key}\",\"N\":5}}}",
    "ao-mail|ÄÖ mail|on|m|KEY!=" },
  { "{\"日本\":{\"command\":\"m\"},\"中国\":{\"command\":\"n\"}}",
    "connector|日本|on|m|\nconnector-2|中国|on|n|" },
  /* Keys in a command or an address. */
  { "npx -y tavily-mcp --api-key abc --author me --mode=fast",
    "tavily-mcp|tavily-mcp|on|npx -y tavily-mcp --api-key ${API_KEY} --author me --mode=fast|"
    "API_KEY!=abc" },
  { "x --token=abc --token=def sk-123",
    "x|x|on|x --token=${TOKEN} --token=${TOKEN_2} ${KEY}|TOKEN!=abc,TOKEN_2!=def,KEY!=sk-123" },
  { "{\"a\":{\"command\":\"m\",\"args\":[\"--header\",\"Authorization: Bearer abc\",\"X-Api-Key: "
    "z\"]}}",
    "a|a|on|m --header Authorization: ${AUTHORIZATION} X-Api-Key: ${X_API_KEY}|"
    "AUTHORIZATION!=Bearer abc,X_API_KEY!=z" },
  { "{\"a\":{\"command\":\"m\",\"args\":[\"--key\",\"${input:key}\",\"--token\",\"${T}\"],\"env\":{"
    "\"T\":"
    "\"sk-abc\"}}}",
    "a|a|on|m --key ${KEY} --token ${T}|T!=sk-abc,KEY!=" },
  { "https://x.example.org/mcp?api_key=a%2Fb&lang=de",
    "x-example-org|x.example.org|on|https://x.example.org/mcp?api_key=${API_KEY}&lang=de|"
    "API_KEY!=a/b" },
  { "m --key --fast https://a.example.org/?a=b",
    "m|m|on|m --key --fast https://a.example.org/?a=b|" },
  { "", NULL },
  { "{", NULL },
  { "{}", NULL },
  { "{\"mcpServers\":{}}", NULL },
  { "{\"mcpServers\":{\"a\":{}}}", NULL },
  { "{\"mcpServers\":{\"a\":\"b\"}}", NULL },
  { "{\"mcpServers\":{\"a\":{\"command\":\"\"}}}", NULL },
  { "{\"mcpServers\":{\"a\":{\"command\":\"x\",\"env\":{\"A B\":\"c\"}}}}", NULL },
  { "{\"mcpServers\":{\"a\":{\"url\":\"https://a\",\"headers\":{\"X\":\"a\\r\\nEvil: b\"}}}}",
    NULL },
  { "https://", NULL },
  { "httpp://a.example.org", NULL },
  { "http://a.example.org/mcp", NULL },
  { "https://me:pass@a.example.org/mcp", NULL },
  { "{\"a\":{\"url\":\"ftp://a.example.org\"}}", NULL },
  { "http://127.0.0.1:1234/mcp", "127-0-0-1|127.0.0.1|on|http://127.0.0.1:1234/mcp|" },
  { "A=b", NULL },
  { "run 'it", NULL },
};

static void
test_pastes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (pastes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) configs =
          annex_connector_config_read_paste (pastes[i].text, NULL, &error);
      g_autoptr (GString) read = g_string_new (NULL);

      g_test_message ("%s", pastes[i].text);
      if (configs == NULL)
        {
          g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID);
          g_assert_null (pastes[i].read);
          continue;
        }
      for (guint j = 0; j < configs->len; j++)
        {
          g_autofree char *line = describe (configs->pdata[j]);

          g_string_append_printf (read, "%s%s", j > 0 ? "\n" : "", line);
        }
      g_assert_cmpstr (read->str, ==, pastes[i].read);
    }
}

/* What is stored comes back, and a secret that is not in the keyring yet is not stored. */
static void
test_stored (void)
{
  g_autoptr (GPtrArray) configs =
      annex_connector_config_read_paste ("API_KEY=hidden LEVEL=2 mail --now", "Mail", NULL);
  AnnexConnectorConfig *config = configs->pdata[0];
  AnnexConnectorValue *key = config->values->pdata[0];
  g_autoptr (JsonObject) leaky = annex_connector_config_to_json (config);
  g_autofree char *leaky_text = annex_json_object_to_string (leaky);
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *text = NULL;
  g_autoptr (AnnexConnectorConfig) read = NULL;
  g_autofree char *described = NULL;

  g_assert_null (strstr (leaky_text, "hidden"));
  g_clear_pointer (&key->value, g_free);
  key->secret_id = g_strdup ("secret:1");
  key->looks_secret = FALSE;
  annex_connector_config_set_rule (config, "send", ANNEX_CONNECTOR_RULE_NEVER);
  annex_connector_config_set_rule (config, "read", ANNEX_CONNECTOR_RULE_ALLOW);
  annex_connector_config_set_rule (config, "gone", ANNEX_CONNECTOR_RULE_ASK);
  annex_connector_config_set_rule (config, "gone", ANNEX_CONNECTOR_RULE_NONE);
  json = annex_connector_config_to_json (config);
  text = annex_json_object_to_string (json);
  g_assert_cmpstr (text, ==,
                   "{\"id\":\"mail\",\"title\":\"Mail\",\"enabled\":true,\"command\":[\"mail\","
                   "\"--now\"],\"env\":{\"API_KEY\":{\"secret\":\"secret:1\"},\"LEVEL\":\"2\"},"
                   "\"rules\":{\"read\":\"allow\",\"send\":\"never\"}}");
  read = annex_connector_config_from_json (json, NULL);
  described = describe (read);
  g_assert_cmpstr (described, ==, "mail|Mail|on|mail --now|API_KEY=secret:1,LEVEL=2");
  g_assert_cmpint (annex_connector_config_get_rule (read, "send"), ==, ANNEX_CONNECTOR_RULE_NEVER);
  g_assert_cmpint (annex_connector_config_get_rule (read, "other"), ==, ANNEX_CONNECTOR_RULE_NONE);
}

/* One that the user is to give later is still missing when it comes back, and still secret. */
static void
test_missing_stored (void)
{
  g_autoptr (GPtrArray) configs = annex_connector_config_read_paste (
      "{\"m\":{\"command\":\"m\",\"env\":{\"KEY\":\"<YOUR_KEY>\"}}}", NULL, NULL);
  g_autoptr (JsonObject) json = annex_connector_config_to_json (configs->pdata[0]);
  g_autoptr (AnnexConnectorConfig) read = annex_connector_config_from_json (json, NULL);
  g_autofree char *described = describe (read);

  g_assert_cmpstr (described, ==, "m|m|on|m|KEY!=");
}

/* What a shell is given has no value in it; only known names are filled in. */
static void
test_filled_in (void)
{
  g_autoptr (GPtrArray) commands =
      annex_connector_config_read_paste ("it's-not 'a b' --token=abc '$(x)' '${HOME}'", NULL, NULL);
  g_autoptr (GPtrArray) more =
      annex_connector_config_read_paste ("m --token=abc 'it''s' '$(x)' '${HOME}' ''", NULL, NULL);
  g_autoptr (GPtrArray) addresses = annex_connector_config_read_paste (
      "https://x.example.org/mcp?api_key=a&b=${HOME}#c", NULL, NULL);
  g_autoptr (GPtrArray) hosts =
      annex_connector_config_read_paste ("{\"a\":{\"url\":\"https://${API_KEY}.example.org/"
                                         "mcp?key=${API_KEY}\",\"headers\":{\"API_KEY\":"
                                         "\"sk-1\"}}}",
                                         NULL, NULL);
  const char *const values[] = { "API_KEY", "a&b=/ü", "OTHER", "x", NULL };
  g_autofree char *line = annex_connector_fill_command (more->pdata[0]);
  g_autofree char *address = annex_connector_fill_address (addresses->pdata[0], values);
  g_autofree char *elsewhere = annex_connector_fill_address (hosts->pdata[0], values);

  g_assert_cmpstr (elsewhere, ==, "https://${API_KEY}.example.org/mcp?key=a%26b%3D%2F%C3%BC");
  g_assert_null (commands); /* its quotes do not end */
  g_assert_cmpstr (line, ==, "exec 'm' '--token='\"${TOKEN}\" 'its' '$(x)' '${HOME}' ''");
  g_assert_cmpstr (address, ==, "https://x.example.org/mcp?api_key=a%26b%3D%2F%C3%BC&b=${HOME}#c");
  g_assert_true (annex_connector_fill_uses (addresses->pdata[0], "API_KEY"));
  g_assert_false (annex_connector_fill_uses (addresses->pdata[0], "API"));
}

static void
test_bad_stored (void)
{
  static const char *const bad[] = {
    "{}",
    "{\"id\":\"a\"}",
    "{\"id\":\"A\",\"command\":[\"x\"]}",
    "{\"id\":\"a/b\",\"command\":[\"x\"]}",
    "{\"id\":\"-a\",\"command\":[\"x\"]}",
    "{\"id\":\"a\",\"command\":[]}",
    "{\"id\":\"a\",\"command\":[5]}",
    "{\"id\":\"a\",\"command\":[\"x\"],\"address\":\"https://x\"}",
    "{\"id\":\"a\",\"command\":[\"x\"],\"env\":{\"A=B\":\"c\"}}",
    "{\"id\":\"a\",\"address\":\"https://x\\nHost: y\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonObject) json = annex_json_parse_object (bad[i], -1, NULL);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_null (annex_connector_config_from_json (json, &error));
      g_assert_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/connector-config/pastes", test_pastes);
  g_test_add_func ("/connector-config/stored", test_stored);
  g_test_add_func ("/connector-config/missing-stored", test_missing_stored);
  g_test_add_func ("/connector-config/filled-in", test_filled_in);
  g_test_add_func ("/connector-config/bad-stored", test_bad_stored);
  return g_test_run ();
}
