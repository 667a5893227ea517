"""A workspace service small enough to be killed: keeps each metric it confirms in a file, synced before the answer.
Usage: service.py SOCKET_OR_PORT FILE [MODE]
MODE refuse-bad: answers 400 to a batch holding a metric named "bad"; mute: stores, and ends without an answer, once."""
import http.server
import json
import os
import socketserver
import sys

WHERE, FILE = sys.argv[1], sys.argv[2]
MODE = sys.argv[3] if len(sys.argv) > 3 else ""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "client"

    def log_message(self, *arguments):
        pass

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def take(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers["Authorization"] != "Bearer secret":
            return self.answer(401, {"error": {"code": "Unauthorized", "message": "Wrong token.", "details": []}})
        if MODE == "refuse-bad" and any(v["name"] == "bad" for v in body.get("values", [])):
            return self.answer(400, {"error": {"code": "UserError", "message": "A bad one.", "details": []}})
        with open(FILE, "a") as store:
            store.write(json.dumps({"path": self.path, "body": body}) + "\n")
            store.flush()
            os.fsync(store.fileno())
        if MODE == "mute" and not os.path.exists(FILE + ".muted"):
            open(FILE + ".muted", "w").close()
            os._exit(9)
        return self.answer(200, {"errors": []})

    do_POST = do_PATCH = take

    def do_GET(self):
        self.answer(200, {"runId": "r1", "status": "Running", "parentRunId": "p1", "tags": {"a": "b"}, "properties": None})


class Quiet:
    def handle_error(self, request, client):  # a client that was killed
        pass


class Unix(Quiet, socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


class Tcp(Quiet, http.server.ThreadingHTTPServer):
    allow_reuse_address = True


if WHERE.isdigit():
    server = Tcp(("127.0.0.1", int(WHERE)), Handler)
else:
    if os.path.exists(WHERE):
        os.remove(WHERE)
    server = Unix(WHERE, Handler)
print("ready", flush=True)
server.serve_forever()
