"""Providers of mail, as a small HTTP server on this machine that answers as they do."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "the-key-of-our-account"
SECOND = "another-secret-of-our-account"
WEBHOOK_SECRET = "cec:sixteen-letters-at-least"

# What each answers to a mail that it takes, by its public description of its interface.
TAKEN = {
    "brevo": {"messageId": "<theirs@brevo>"},
    "mailgun": {"id": "<theirs@mailgun>", "message": "Queued. Thank you."},
    "mailjet": {
        "Messages": [
            {
                "Status": "success",
                "To": [{"Email": "reader0@example.org", "MessageID": 77, "MessageUUID": "u"}],
            }
        ]
    },
    "postmark": {
        "ErrorCode": 0,
        "Message": "OK",
        "MessageID": "theirs",
        "To": "reader0@example.org",
    },
    "resend": {"id": "theirs"},
    "sparkpost": {
        "results": {
            "id": "theirs",
            "total_accepted_recipients": 1,
            "total_rejected_recipients": 0,
        }
    },
}
ADDRESSES = {"mailgun": "/example.org/messages"}


class Provider:
    """What was asked of it, and how it answers next."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.answer: object = TAKEN[name]
        self.hangs = threading.Event()  # set it to let a request that hangs go on
        self.hangs.set()
        self.cuts = False
        self.url = ""

    def subjects(self) -> list[str]:
        """Subjects in the order in which they came; for Postmark."""
        return [json.loads(body)["Subject"] for _path, _headers, body in self.requests]

    def body(self) -> str:
        """The only request's body, with no folding in it."""
        ((_path, _headers, body),) = self.requests
        return body.decode()


@contextmanager
def provider(name: str) -> Iterator[Provider]:
    """Run a provider on a free port of this machine."""
    told = Provider(name)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.requests.append((self.path, dict(self.headers), body))
            told.hangs.wait(10)
            if told.cuts:
                return
            content = json.dumps(told.answer).encode()
            self.send_response(told.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield told
    finally:
        told.hangs.set()
        server.shutdown()
        thread.join()
        server.server_close()
