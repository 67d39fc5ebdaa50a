"""A server that answers what a test has written down, and keeps what it was asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

Answer = tuple[int, Any]  # status, JSON (bytes go as they are)


@dataclass
class Scripted:
    url: str
    answers: Mapping[str, list[Answer]]  # by "METHOD /path"; the last one stays
    asked: list[tuple[str, Any]] = field(default_factory=list)  # line of the request, body


@contextmanager
def scripted(answers: Mapping[str, list[Answer]]) -> Iterator[Scripted]:
    """Serve the script on loopback during the body."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            line = f"{self.command} {self.path}"
            made.asked.append((line, json.loads(body) if body else None))
            script = answers[line.partition("?")[0]]
            status, data = script.pop(0) if len(script) > 1 else script[0]
            reply = data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Scripted(f"http://127.0.0.1:{server.server_port}", answers)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
