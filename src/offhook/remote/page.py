"""A voice app of one document, on loopback, for the time of one call.

It answers `/answer` with the document and everything else with an empty reply, which ends a
document's turn; it keeps nothing and knows nothing of the call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

HOST: Final = "127.0.0.1"
ANSWER: Final = "/answer"
STATUS: Final = "/status"
CONTENT_TYPE: Final = "application/xml"
READ_S: Final = 10.0  # for a request to come in


@contextmanager
def served(document: bytes, charset: str | None = None) -> Iterator[str]:
    """Serve a document during the body; gives the base URL. Raises OSError."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = READ_S

        def do_GET(self) -> None:  # named by http.server
            self._reply()

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "0")
            self.rfile.read(int(length) if length.isdigit() else 0)
            self._reply()

        def _reply(self) -> None:
            asked = self.path.partition("?")[0] == ANSWER
            body = document if asked else b""
            self.send_response(200)
            kind = f"{CONTENT_TYPE};charset={charset}" if charset else CONTENT_TYPE
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass  # the call's event log has it all

    with ThreadingHTTPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
