/* test-site-policy.c
 *
 * The pure rules of the browser pane, row by row.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-site-policy.h"
#include "annex-site-words.h"

static const struct
{
  const char *uri;
  AnnexAddressKind kind;
  const char *site;
} addresses[] = {
  { "https://example.org/", ANNEX_ADDRESS_SITE, "example.org" },
  { "http://example.org", ANNEX_ADDRESS_SITE, "example.org" },
  { "https://www.example.org/a?b#c", ANNEX_ADDRESS_SITE, "example.org" },
  { "https://WWW.Example.ORG./", ANNEX_ADDRESS_SITE, "example.org" },
  { "https://www.org/", ANNEX_ADDRESS_SITE, "www.org" },
  { "https://mail.example.org/", ANNEX_ADDRESS_SITE, "mail.example.org" },
  { "https://b\xc3\xbc"
    "cher.example/",
    ANNEX_ADDRESS_SITE, "xn--bcher-kva.example" },
  { "HTTPS://example.org:443/", ANNEX_ADDRESS_SITE, "example.org" },
  { "https://example.org:8443/", ANNEX_ADDRESS_LOCAL, "https://example.org:8443" },
  { "http://example.org:443/", ANNEX_ADDRESS_LOCAL, "http://example.org:443" },
  { "http://localhost/", ANNEX_ADDRESS_LOCAL, "http://localhost" },
  { "http://localhost:8000/x", ANNEX_ADDRESS_LOCAL, "http://localhost:8000" },
  { "http://127.0.0.1:8000/x", ANNEX_ADDRESS_LOCAL, "http://127.0.0.1:8000" },
  { "http://[::1]:8000/", ANNEX_ADDRESS_LOCAL, "http://[::1]:8000" },
  { "http://2130706433/", ANNEX_ADDRESS_LOCAL, "http://2130706433" },
  { "http://0x7f.1/", ANNEX_ADDRESS_LOCAL, "http://0x7f.1" },
  { "http://192.168.1.1/", ANNEX_ADDRESS_LOCAL, "http://192.168.1.1" },
  { "http://169.254.169.254/latest", ANNEX_ADDRESS_LOCAL, "http://169.254.169.254" },
  { "http://printer.local/", ANNEX_ADDRESS_LOCAL, "http://printer.local" },
  { "http://intranet/", ANNEX_ADDRESS_LOCAL, "http://intranet" },
  { "about:blank", ANNEX_ADDRESS_EMPTY, NULL },
  { "about:srcdoc", ANNEX_ADDRESS_EMPTY, NULL },
  { "", ANNEX_ADDRESS_EMPTY, NULL },
  { "about:config", ANNEX_ADDRESS_REFUSED, NULL },
  { "file:///etc/passwd", ANNEX_ADDRESS_REFUSED, NULL },
  { "data:text/html,x", ANNEX_ADDRESS_REFUSED, NULL },
  { "javascript:alert(1)", ANNEX_ADDRESS_REFUSED, NULL },
  { "mailto:a@example.org", ANNEX_ADDRESS_REFUSED, NULL },
  { "zoommtg://example.org/join", ANNEX_ADDRESS_REFUSED, NULL },
  { "ftp://example.org/", ANNEX_ADDRESS_REFUSED, NULL },
  { "https://example.org@evil.example/", ANNEX_ADDRESS_REFUSED, NULL },
  { "https://example.org\\@evil.example/", ANNEX_ADDRESS_REFUSED, NULL },
  { "https:///x", ANNEX_ADDRESS_REFUSED, NULL },
  { "example.org", ANNEX_ADDRESS_REFUSED, NULL },
  { "https://exa mple.org/", ANNEX_ADDRESS_REFUSED, NULL },
};

static void
test_addresses (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autofree char *site = NULL;

      g_test_message ("%s", addresses[i].uri);
      g_assert_cmpint (annex_site_policy_judge_address (addresses[i].uri, &site), ==,
                       addresses[i].kind);
      g_assert_cmpstr (site, ==, addresses[i].site);
    }
}

static void
test_origins (void)
{
  g_autofree char *origin = annex_site_policy_dup_origin ("HTTP://Example.org:80/x");
  g_autofree char *six = annex_site_policy_dup_origin ("http://[::1]:3000/");
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  guint port;

  g_assert_cmpstr (origin, ==, "http://example.org");
  g_assert_cmpstr (six, ==, "http://[::1]:3000");
  g_assert_true (annex_site_policy_split_origin (six, &scheme, &host, &port));
  g_assert_cmpstr (scheme, ==, "http");
  g_assert_cmpstr (host, ==, "::1");
  g_assert_cmpuint (port, ==, 3000);
  g_assert_null (annex_site_policy_dup_origin ("file:///x"));
  g_assert_null (annex_site_policy_dup_origin ("example.org"));
}

#define FREE ANNEX_ACTION_FREE
#define ASK ANNEX_ACTION_ASK
#define NEVER ANNEX_ACTION_NEVER
#define POST_FORM(fields, filled)                                                                  \
  "'form':{'method':'post','action':'https://a.example/f','fields':{" fields "},'filled':{" filled \
  "}}"
#define GET_FORM(fields, filled)                                                                   \
  "'form':{'method':'get','action':'https://a.example/f','fields':{" fields "},'filled':{" filled  \
  "}}"
#define SUBMIT "'tag':'button','type':'submit','submits':true,'url':'https://a.example/'"
#define BUTTON "'tag':'button','type':'button','submits':false,'url':'https://a.example/'"

static const struct
{
  const char *command;
  const char *inspect;
  AnnexActionVerdict verdict;
  AnnexActionKind kind;
} actions[] = {
  /* Looking and moving about. */
  { "snapshot", NULL, FREE, ANNEX_ACTION_NOTHING },
  { "scroll", "{" BUTTON ",'words':['delete']}", FREE, ANNEX_ACTION_NOTHING },
  { "hover", "{" BUTTON ",'words':['pay']}", FREE, ANNEX_ACTION_NOTHING },
  { "click", "{" BUTTON ",'name':'Next','words':[]}", FREE, ANNEX_ACTION_NOTHING },
  { "click", NULL, ASK, ANNEX_ACTION_NOTHING },
  { "press", NULL, ASK, ANNEX_ACTION_NOTHING },
  /* Words on buttons. */
  { "click", "{" BUTTON ",'words':['pay']}", ASK, ANNEX_ACTION_PAY },
  { "click", "{" BUTTON ",'words':['transfer']}", ASK, ANNEX_ACTION_PAY },
  { "click", "{" BUTTON ",'words':['buy']}", ASK, ANNEX_ACTION_BUY },
  { "click", "{" BUTTON ",'words':['account']}", ASK, ANNEX_ACTION_SIGN_UP },
  { "click", "{" BUTTON ",'words':['delete']}", ASK, ANNEX_ACTION_DELETE },
  { "click", "{" BUTTON ",'words':['send']}", ASK, ANNEX_ACTION_SEND },
  { "click", "{" BUTTON ",'words':['accept']}", ASK, ANNEX_ACTION_ACCEPT_TERMS },
  { "press", "{" BUTTON ",'words':['delete']}", ASK, ANNEX_ACTION_DELETE },
  { "drag", "{" BUTTON ",'words':['delete']}", ASK, ANNEX_ACTION_DELETE },
  { "click", "{" SUBMIT ",'words':['buy']," GET_FORM ("'text':1", "") "}", ASK, ANNEX_ACTION_BUY },
  /* Links lead to pages; what is done there is judged there. */
  { "click",
    "{'tag':'a','url':'https://a.example/','link':'https://a.example/buy','words':['buy']}", FREE,
    ANNEX_ACTION_NOTHING },
  { "click",
    "{'tag':'a','url':'https://a.example/','link':'https://a.example/join','words':['account']}",
    FREE, ANNEX_ACTION_NOTHING },
  { "click",
    "{'tag':'a','url':'https://a.example/','link':'https://a.example/x','words':['delete']}", ASK,
    ANNEX_ACTION_DELETE },
  { "click", "{'tag':'a','url':'https://a.example/','link':'https://a.example/#','words':['buy']}",
    ASK, ANNEX_ACTION_BUY },
  { "click", "{'tag':'a','url':'https://a.example/','link':'javascript:pay()','words':['pay']}",
    ASK, ANNEX_ACTION_PAY },
  /* Forms. */
  { "click", "{" SUBMIT ",'words':['send']," GET_FORM ("'text':1", "'text':1") "}", FREE,
    ANNEX_ACTION_NOTHING },
  { "click", "{" SUBMIT ",'words':['send']," POST_FORM ("'text':2", "'text':1") "}", ASK,
    ANNEX_ACTION_SEND },
  { "click", "{" SUBMIT ",'words':[]," POST_FORM ("'text':2", "'text':1") "}", ASK,
    ANNEX_ACTION_SEND },
  { "click", "{" SUBMIT ",'words':[]," POST_FORM ("'checkbox':2", "") "}", FREE,
    ANNEX_ACTION_NOTHING },
  { "click", "{" SUBMIT ",'words':[]," POST_FORM ("'file':1", "") "}", ASK, ANNEX_ACTION_SEND },
  { "click", "{" SUBMIT ",'words':[]," POST_FORM ("'name':1,'email':1", "'name':1") "}", ASK,
    ANNEX_ACTION_PERSONAL_DATA },
  { "click", "{" SUBMIT ",'words':[]," GET_FORM ("'email':1", "'email':1") "}", ASK,
    ANNEX_ACTION_PERSONAL_DATA },
  { "click",
    "{" SUBMIT ",'words':['signin']," POST_FORM ("'email':1,'password':1", "'email':1") "}", FREE,
    ANNEX_ACTION_NOTHING },
  { "click",
    "{" SUBMIT ",'words':[]," POST_FORM ("'email':1,'password':1,'name':1", "'email':1") "}", ASK,
    ANNEX_ACTION_SIGN_UP },
  { "click", "{" SUBMIT ",'words':[]," POST_FORM ("'card':1", "") "}", ASK, ANNEX_ACTION_PAY },
  { "click", "{" SUBMIT ",'words':['signin']," POST_FORM ("'bank':1", "") "}", ASK,
    ANNEX_ACTION_PAY },
  /* A key in a field sends the form too; a click into it does not. */
  { "press",
    "{'tag':'input','type':'text','field':'text','words':[]," POST_FORM ("'text':1",
                                                                         "'text':1") "}",
    ASK, ANNEX_ACTION_SEND },
  { "press",
    "{'tag':'input','type':'search','field':'text','words':[]," GET_FORM ("'text':1",
                                                                          "'text':1") "}",
    FREE, ANNEX_ACTION_NOTHING },
  { "click", "{'tag':'input','type':'text','field':'card','words':['pay']}", FREE,
    ANNEX_ACTION_NOTHING },
  { "click", "{'tag':'input','type':'checkbox','field':'checkbox','words':['accept']}", ASK,
    ANNEX_ACTION_ACCEPT_TERMS },
  /* Writing. */
  { "type", "{'field':'text','words':[]}", FREE, ANNEX_ACTION_NOTHING },
  { "fill", "{'field':'password','words':[]}", NEVER, ANNEX_ACTION_PASSWORD },
  { "type", "{'field':'code','words':[]}", NEVER, ANNEX_ACTION_PASSWORD },
  { "type", "{'field':'card','words':[]}", NEVER, ANNEX_ACTION_CARD },
  { "type", "{'field':'bank','words':[]}", ASK, ANNEX_ACTION_PERSONAL_DATA },
  { "fill", "{'field':'name','words':[]}", ASK, ANNEX_ACTION_PERSONAL_DATA },
  { "fill", "{'field':'email','words':[]}", ASK, ANNEX_ACTION_PERSONAL_DATA },
  { "fill", "{'field':'identity','words':[]}", ASK, ANNEX_ACTION_PERSONAL_DATA },
  { "select", "{'field':'birthday','words':[]}", ASK, ANNEX_ACTION_PERSONAL_DATA },
  { "fill", "{'field':'checkbox','type':'checkbox','words':['accept']}", ASK,
    ANNEX_ACTION_ACCEPT_TERMS },
  /* Tests for people. */
  { "click", "{" BUTTON ",'name':'I\\u2019m not a robot','words':[]}", NEVER,
    ANNEX_ACTION_CAPTCHA },
  { "type", "{'field':'text','name':'Enter the CAPTCHA','words':[]}", NEVER, ANNEX_ACTION_CAPTCHA },
  { "click", "{'tag':'div','name':'','url':'https://www.example.com/recaptcha/api2','words':[]}",
    NEVER, ANNEX_ACTION_CAPTCHA },
};

static void
test_actions (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      g_autoptr (JsonObject) inspect = NULL;
      g_autofree char *text = g_strdup (actions[i].inspect);
      g_autoptr (GError) error = NULL;
      AnnexActionKind kind = ANNEX_ACTION_NOTHING;

      if (text != NULL)
        {
          inspect = annex_json_parse_object (g_strdelimit (text, "'", '"'), -1, &error);
          g_assert_no_error (error);
        }
      g_test_message ("%s %s", actions[i].command, text);
      g_assert_cmpint (annex_site_policy_judge_action (actions[i].command, inspect, &kind), ==,
                       actions[i].verdict);
      g_assert_cmpstr (annex_action_kind_name (kind), ==, annex_action_kind_name (actions[i].kind));
    }
}

/* What dialogs say. */
static void
test_words (void)
{
  static const struct
  {
    const char *text;
    const char *word; /* or NULL: nothing grave */
  } rows[] = {
    { "Do you really want to delete 3 files?", "delete" },
    { "DELETE?", "delete" },
    { "Wirklich l\303\266schen?", "delete" },
    { "Wirklich lo\314\210schen?", "delete" },
    { "Place your order for 12 EUR?", "buy" },
    { "Kostenpflichtig bestellen?", "buy" },
    { "Pay 20.00 now?", "pay" },
    { "Send this to 120 people?", "send" },
    { "Do you agree to our conditions?", "accept" },
    { "\302\277Eliminar la cuenta?", "delete" },
    { "Leave this page?", NULL },
    { "Show older entries?", NULL },
    { "", NULL },
    { "\377\376", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_auto (GStrv) words = annex_site_words_find (rows[i].text);

      if (rows[i].word == NULL)
        g_assert_cmpuint (g_strv_length (words), ==, 0);
      else
        g_assert_true (g_strv_contains ((const char *const *) words, rows[i].word));
    }
}

/* The detail comes from a page: of any shape it must be read without a fault. */
static void
test_hostile (void)
{
  static const char *const shapes[] = {
    "{\"words\":\"pay\",\"form\":7,\"field\":[],\"name\":null}",
    "{\"words\":[1,null,{}],\"form\":{\"fields\":[],\"filled\":3,\"method\":{}}}",
    "{\"submits\":\"yes\",\"form\":{\"fields\":{\"card\":\"many\"}},\"words\":[]}",
    "{}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (JsonObject) inspect = annex_json_parse_object (shapes[i], -1, NULL);
      static const char *const commands[] = { "click", "press", "type", "fill" };

      for (guint j = 0; j < G_N_ELEMENTS (commands); j++)
        annex_site_policy_judge_action (commands[j], inspect, NULL);
    }
}

static void
test_sites_of_a_text (void)
{
  static const struct
  {
    const char *text;
    const char *sites;
  } rows[] = {
    { "Compare prices on https://www.shop.example/a?b and shop.example", "shop.example" },
    { "Look at example.org, www.museum.paris and (https://b.example/x).",
      "example.org museum.paris b.example" },
    { "Read report.md, june.csv, run.sh, notes.rs and setup.py", "" },
    { "Write to anna@example.org", "" },
    { "Open https://example.org@evil.example/ or http://127.0.0.1:80/ or http://localhost:8000",
      "" },
    { "Open https://example.org:8443/ and file:///etc/passwd and javascript:x.com", "" },
    { "v1.2 of e.g. the plan, 3.50 EUR, .org and com.", "" },
    { "EXAMPLE.ORG/a|b\303\274cher.example", "example.org xn--bcher-kva.example" },
    { "a.com b.com c.com d.com e.com", "a.com b.com c.com d.com" },
    { NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GPtrArray) sites = annex_site_policy_find_sites (rows[i].text, 4);
      g_autofree char *found = NULL;

      g_ptr_array_add (sites, NULL);
      found = g_strjoinv (" ", (char **) sites->pdata);
      g_assert_cmpstr (found, ==, rows[i].sites);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/browser/site-policy/addresses", test_addresses);
  g_test_add_func ("/browser/sites-of-a-text", test_sites_of_a_text);
  g_test_add_func ("/browser/site-policy/origins", test_origins);
  g_test_add_func ("/browser/site-policy/actions", test_actions);
  g_test_add_func ("/browser/site-policy/words", test_words);
  g_test_add_func ("/browser/site-policy/hostile", test_hostile);
  return g_test_run ();
}
