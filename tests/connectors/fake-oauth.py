#!/usr/bin/env python3
# fake-oauth.py: an MCP service that wants a sign-in, and the server that signs people in.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both on one port of 127.0.0.1, which is printed on a line first; it ends when its standard input
does. The service is fake-mcp.py's at /mcp. What a browser would show is answered at once: the user
agrees.

    fake-oauth.py [--fault NAME]... [--client-id ID[:SECRET]] [--notes FILE]

GET /log has all requests, a line each; GET /tokens has all tokens that were given, which must be
nowhere but in a keyring. Faults:
  no-header         the refusal names no metadata; it is found at its usual place
  path-issuer       the sign-in server has a path
  openid            its metadata is OpenID's only
  origin            no metadata of the service: the sign-in server is at its root
  known-only        no registration: only the app of --client-id is known
  document          takes the address of a document as client id
  secret            registration gives a secret
  secret-post       the same, which goes into the body
  offline           knows offline_access
  step-up           the tool "fail" needs the scope write
  step-up-for-ever  and goes on refusing
  short             tokens are good for two messages of the service
  dead-refresh      refreshing is refused
  sick-refresh      refreshing gives a fault of the server's
  denied            the user does not agree
  wrong-state, no-state, wrong-iss, no-iss, no-code    what the browser brings
  other-resource    the service's metadata is that of another service
  other-issuer      the sign-in server's metadata is another's
  http-token, http-page, http-metadata, user-page    addresses that must not be used
  no-pkce, plain-pkce
  moved-service, moved-server, moved-token    redirects to another host
  no-servers, html, empty, huge, trickle, silent-server, silent-token, broken-server    metadata
  refused-app, other-app    registration
  bad-code, mac-token, evil-token, no-token    the token address
  never-back        the browser does not come back
  no-revoke         signing out has a fault
  slow-refresh      a token is renewed after a while
"""
import argparse
import base64
import hashlib
import http.server
import importlib.util
import json
import os
import pathlib
import secrets
import sys
import threading
import time
import urllib.parse

spec = importlib.util.spec_from_file_location("fake_mcp", pathlib.Path(__file__).with_name("fake-mcp.py"))
fake_mcp = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake_mcp)

FAR = "https://elsewhere.example.org"


class State:
    """What the sign-in server knows."""

    def __init__(self, options):
        self.options = options
        self.apps = {}  # client id: {redirect_uris, secret}
        self.codes = {}  # code: what it was asked for
        self.access = {}  # token: {scope, uses}
        self.refresh = {}  # token: {scope, client}
        self.log = []
        self.lock = threading.Lock()

    def has(self, fault):
        return fault in self.options.fault


class Handler(fake_mcp.Handler):
    def root(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def issuer(self):
        return self.root() + ("/tenant" if self.state.has("path-issuer") else "")

    def json(self, status, value, **headers):
        self.plain(status, json.dumps(value).encode(), **headers)

    def has(self, fault):
        return self.state.has(fault)

    def note(self, text=""):
        self.state.log.append(f"{self.command} {self.path.partition('?')[0]}{text}")

    # ---- metadata

    def service(self):
        if self.has("moved-service"):
            self.plain(302, Location=FAR + "/metadata")
        elif self.has("huge"):
            self.json(200, {"resource": self.root() + "/mcp", "x": "x" * 20_000_000})
        elif self.has("trickle"):
            self.begin(200, "application/json")
            self.end_headers()
            while True:
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.02)
        elif self.has("html"):
            self.plain(200, b"<html>Welcome</html>", "text/html")
        else:
            servers = [] if self.has("no-servers") else [self.issuer()]
            self.json(200, {
                "resource": FAR + "/mcp" if self.has("other-resource") else self.root() + "/mcp",
                "authorization_servers": servers, "scopes_supported": ["read", "never"]})

    def server_metadata(self):
        if self.has("silent-server"):
            time.sleep(1e6)
        if self.has("broken-server"):
            self.plain(500, b"oh")
            return
        if self.has("moved-server"):
            self.plain(301, Location=FAR + "/metadata")
            return
        if self.has("empty"):
            self.plain(200, b"{}")
            return
        root = self.root()
        value = {
            "issuer": FAR if self.has("other-issuer") else self.issuer(),
            "authorization_endpoint": root + "/authorize?tenant=1", "token_endpoint": root + "/token",
            "registration_endpoint": root + "/register", "revocation_endpoint": root + "/revoke",
            "response_types_supported": ["code"], "code_challenge_methods_supported": ["plain", "S256"],
            "authorization_response_iss_parameter_supported": True,
            "scopes_supported": ["read", "write"] + (["offline_access"] if self.has("offline") else []),
            "client_id_metadata_document_supported": self.has("document")}
        if self.has("http-token"):
            value["token_endpoint"] = "http://elsewhere.example.org/token"
        if self.has("http-page"):
            value["authorization_endpoint"] = "http://elsewhere.example.org/authorize"
        if self.has("user-page"):
            value["authorization_endpoint"] = "https://accounts.example.com@elsewhere.example.org/authorize"
        if self.has("no-pkce"):
            del value["code_challenge_methods_supported"]
        if self.has("plain-pkce"):
            value["code_challenge_methods_supported"] = ["plain"]
        if self.has("known-only") or self.has("document"):
            del value["registration_endpoint"]
        self.json(200, value)

    # ---- signing in

    def register(self, body):
        asked = json.loads(body)
        if self.has("refused-app"):
            self.json(403, {"error": "invalid_client_metadata", "error_description": "Only\u202e partners\u0007 may."})
            return
        assert asked["token_endpoint_auth_method"] == "none" and asked["application_type"] == "native"
        client = "app-" + secrets.token_hex(4)
        answer = {"client_id": client, "redirect_uris": asked["redirect_uris"]}
        if self.has("other-app"):
            answer["redirect_uris"] = [FAR + "/back"]
        if self.has("secret") or self.has("secret-post"):
            answer["client_secret"] = "s&cret=" + secrets.token_hex(4)
            if self.has("secret-post"):
                answer["token_endpoint_auth_method"] = "client_secret_post"
        self.state.apps[client] = answer
        self.json(201, answer)

    def authorize(self, query):
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(query, strict_parsing=True).items()}
        back = asked["redirect_uri"]
        app = self.state.apps.get(asked["client_id"])
        problem = None
        if asked["tenant"] != "1" or asked["response_type"] != "code" or asked["code_challenge_method"] != "S256":
            problem = "form"
        elif self.has("document"):
            problem = None if asked["client_id"] == "https://annex.example.org/client.json" else "client"
        elif app is None or back not in app["redirect_uris"]:
            problem = "client"
        elif asked["resource"] != self.root() + "/mcp" or not back.startswith("http://127.0.0.1:"):
            problem = "resource"
        if problem:
            self.note(" refused: " + problem)
            self.plain(400, problem.encode(), "text/plain")
            return
        self.note(" " + asked.get("scope", "-"))
        code = secrets.token_hex(8)
        self.state.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer()}
        if self.has("denied"):
            answer = {"error": "access_denied", "state": asked["state"], "iss": self.issuer()}
        if self.has("wrong-state"):
            answer["state"] = "x" * 43
        if self.has("no-state"):
            del answer["state"]
        if self.has("wrong-iss"):
            answer["iss"] = FAR
        if self.has("no-iss"):
            del answer["iss"]
        if self.has("no-code"):
            del answer["code"]
        if self.has("never-back"):
            self.plain(200, b"<html>Wait</html>", "text/html")
            return
        self.plain(302, Location=back + "?" + urllib.parse.urlencode(answer))

    def client_of(self, form):
        """The app that asks, with its secret checked; None: it is not one."""
        header = self.headers.get("Authorization", "")
        client, secret = form.get("client_id"), form.get("client_secret")
        if header.startswith("Basic "):
            client, secret = (urllib.parse.unquote(part) for part in
                              base64.b64decode(header[6:]).decode().split(":", 1))
        app = self.state.apps.get(client)
        if app is None:
            return client if self.has("document") else None
        way = "client_secret" in app and app.get("token_endpoint_auth_method", "client_secret_basic")
        if way == "client_secret_basic" and not header:
            return None
        return client if app.get("client_secret") == secret else None

    def give(self, scope, client):
        access, refresh = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        self.state.access[access] = {"scope": scope, "uses": 0}
        self.state.refresh[refresh] = {"scope": scope, "client": client}
        answer = {"access_token": access, "token_type": "bearer", "expires_in": 3600, "refresh_token": refresh,
                  "scope": scope}
        if self.has("mac-token"):
            answer["token_type"] = "mac"
        if self.has("evil-token"):
            answer["access_token"] = "x\r\nX-Evil: 1"
        if self.has("no-token"):
            del answer["access_token"]
        self.json(200, answer)

    def token(self, body):
        form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        self.note(" " + form["grant_type"])
        client = self.client_of(form)
        if self.has("silent-token"):
            time.sleep(1e6)
        if self.has("moved-token"):
            self.plain(307, Location=FAR + "/token")
        elif client is None:
            self.json(401, {"error": "invalid_client"})
        elif form.get("resource") != self.root() + "/mcp":
            self.json(400, {"error": "invalid_target"})
        elif form["grant_type"] == "refresh_token":
            # Each is good for once.
            known = self.state.refresh.pop(form["refresh_token"], None)
            if self.has("slow-refresh"):
                time.sleep(1.5)
            if self.has("sick-refresh"):
                self.plain(503, b"")
            elif self.has("dead-refresh") or known is None or known["client"] != client:
                self.json(400, {"error": "invalid_grant", "error_description": "It was withdrawn."})
            else:
                self.give(known["scope"], client)
        else:
            asked = self.state.codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            if self.has("bad-code") or asked is None or asked["code_challenge"] != challenge or \
                    asked["redirect_uri"] != form["redirect_uri"] or asked["client_id"] != client:
                self.json(400, {"error": "invalid_grant"})
            else:
                self.give(asked.get("scope", ""), client)

    def revoke(self, body):
        form = dict(urllib.parse.parse_qsl(body, strict_parsing=True))
        if self.has("no-revoke"):
            self.plain(503, b"")
            return
        self.note(" known" if self.client_of(form) and self.state.refresh.pop(form["token"], None) else " unknown")
        self.plain(200, b"")

    # ---- the service

    def refuse(self, status, **more):
        words = {"resource_metadata": self.root() + "/.well-known/oauth-protected-resource/mcp", "scope": "read", **more}
        if self.has("no-header"):
            del words["resource_metadata"]
        if self.has("http-metadata"):
            words["resource_metadata"] = "http://elsewhere.example.org/metadata"
        line = ", ".join(f'{name}="{value}"' for name, value in words.items())
        header = {} if self.has("origin") else {"WWW_Authenticate": 'Basic realm="a, b", Bearer ' + line}
        self.plain(status, **header)

    def may(self, body):
        """Whether the service takes this message; it has answered when not."""
        header = self.headers.get("Authorization", "")
        token = self.state.access.get(header[7:]) if header.startswith("Bearer ") else None
        if token is None:
            self.refuse(401, **({"error": "invalid_token"} if header else {}))
            return False
        token["uses"] += 1
        if self.has("short") and token["uses"] > 2:
            self.refuse(401, error="invalid_token")
            return False
        writes = json.loads(body).get("params", {}).get("name") == "fail"
        stubborn = self.has("step-up-for-ever")
        if writes and (self.has("step-up") or stubborn) and (stubborn or "write" not in token["scope"].split()):
            self.refuse(403, error="insufficient_scope", scope="write")
            return False
        return True

    # ---- requests

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/log":
            self.plain(200, "\n".join(self.state.log).encode(), "text/plain")
            return
        if path == "/tokens":
            self.plain(200, "\n".join([*self.state.access, *self.state.refresh]).encode(), "text/plain")
            return
        if path == "/authorize":
            self.authorize(query)
            return
        self.note()
        tenant = "/tenant" if self.has("path-issuer") else ""
        kind = "openid-configuration" if self.has("openid") else "oauth-authorization-server"
        if path == "/.well-known/oauth-protected-resource/mcp" and not self.has("origin"):
            self.service()
        elif path in (f"/.well-known/{kind}{tenant}", f"{tenant}/.well-known/openid-configuration" if self.has("openid") else ""):
            self.server_metadata()
        elif path == "/mcp":
            self.refuse(401) if not self.headers.get("Authorization") else super().do_GET()
        else:
            self.plain(404, b"not here", "text/plain")

    def do_POST(self):
        path = self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if path == "/register":
            self.note()
            self.register(body)
        elif path == "/token":
            self.token(body)
        elif path == "/revoke":
            self.revoke(body)
        elif path == "/mcp":
            if self.may(body):
                real, self.rfile = self.rfile, FakeFile(body)
                try:
                    super().do_POST()
                finally:
                    self.rfile = real
        else:
            self.plain(404)


class FakeFile:
    """A body that was read already."""

    def __init__(self, text):
        self.text = text

    def read(self, length):
        return self.text.encode()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--era", choices=["modern", "handshake"], default="modern")
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--client-id", default=None)
    parser.add_argument("--old", default=None)
    parser.add_argument("--notes", default=None)
    options = parser.parse_args()
    state = State(options)
    if options.client_id:
        client, _, secret = options.client_id.partition(":")
        state.apps[client] = {"redirect_uris": Anything(), **({"client_secret": secret} if secret else {})}
    Handler.state = state
    Handler.fake = fake_mcp.Server(options)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()
    os._exit(0)


class Anything:
    def __contains__(self, item):
        return True


main()
