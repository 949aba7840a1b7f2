# site_case.py: a small site on loopback for the browser's journeys, and what it was asked.
# SPDX-License-Identifier: GPL-3.0-or-later
import http.server
import threading
import urllib.parse

STYLE = "<style>body{font:16px sans-serif;margin:2em;max-width:40em}label{display:block;margin:1em 0}</style>"


def page(title, body):
    return f"<!doctype html><html lang=en><title>{title}</title>{STYLE}<h1>{title}</h1>{body}</html>"


ORDER = page("Order", """<form action="/found"><label>Item <input name=item></label>
<label>Count <input type=number name=count></label><button>Look it up</button></form>""")
# Where the keyboard's focus is, the site is told: so a journey can type without the accessibility tree.
TELLS = "<script>document.addEventListener('focusin', (e) => fetch('/focused?name=' + e.target.name));</script>"
SIGN_IN = page("Sign in", """<form method=post action="/signed-in"><label>User <input name=user autocomplete=username></label>
<label>Password <input type=password name=password autocomplete=current-password></label><button>Sign in</button></form>""" + TELLS)
EXPENSES = page("Expenses", """<form method=post action="/sent"><label>Month <input name=month></label>
<label>Meals <input name=meals inputmode=decimal></label><label>Travel <input name=travel inputmode=decimal></label>
<button>Send report</button></form>""")


class Site:
    """The pages, in a thread; `requests` is what came: {path, query, form, cookie}, `reports` what was sent by
    somebody who had signed in. With `asks_late` one signs in when a report is sent, not to see the form."""

    def __init__(self, asks_late=False):
        site = self
        self.asks_late = asks_late
        self.requests = []
        self.reports = []
        self.unsent = None

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *args):
                pass

            def do_GET(self):
                site.answer(self, "")

            def do_POST(self):
                site.answer(self, self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode())

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def seen(self, path):
        return [r for r in self.requests if r["path"] == path]

    def answer(self, handler, body):
        parts = urllib.parse.urlsplit(handler.path)
        request = {"path": parts.path, "query": urllib.parse.parse_qs(parts.query), "form": urllib.parse.parse_qs(body),
                   "cookie": handler.headers.get("Cookie") or ""}
        if parts.path != "/favicon.ico":
            self.requests.append(request)
        signed_in = "session=yes" in request["cookie"]
        headers, status, kind = {}, 200, "text/html; charset=utf-8"
        if parts.path == "/order":
            text = ORDER
        elif parts.path == "/found":
            text = page("Price", f"<p>It costs {int(request['query'].get('count', ['0'])[0]) * 42}</p>")
        elif parts.path == "/signed-in":
            ok = request["form"].get("password") == ["open sesame"]
            headers = {"Location": "/sign-in" if not ok else "/sent" if self.unsent else "/expenses"}
            if ok:
                headers["Set-Cookie"] = "session=yes; Path=/; HttpOnly"
            status, text = 303, ""
        elif parts.path == "/focused":
            kind, text = "text/plain", ""
        elif parts.path == "/expenses" and self.asks_late:
            text = EXPENSES
        elif parts.path == "/sign-in" or not signed_in:
            self.unsent = request["form"] or self.unsent
            text = SIGN_IN
        elif parts.path == "/expenses":
            text = EXPENSES
        elif parts.path == "/sent":
            self.reports.append(self.unsent or request["form"])
            self.unsent = None
            text = page("Report sent", "<p>Thank you.</p><p><a href=/receipt.csv download>Download the receipt</a></p>")
        elif parts.path == "/receipt.csv":
            kind, text = "text/csv", "Report,Total\nJune,512.40\n"
            headers["Content-Disposition"] = 'attachment; filename="receipt.csv"'
        else:
            status, text = 404, page("Not here", "")
        data = text.encode()
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)
