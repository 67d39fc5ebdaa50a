"""An app for the demo that asks for a key and then only hangs up: no chime, no announcement."""

import argparse
from http.server import BaseHTTPRequestHandler, HTTPServer

ASK = "<Gather gatherUrl='/voice/key' maxDigits='1'><SpeakSentence>{}</SpeakSentence></Gather>"
GREETING = "Hello. This is an app that has no chime. Please press a key."
DOCUMENTS = {"/voice/answer": ASK.format(GREETING), "/voice/key": "<Hangup/>"}


class Handler(BaseHTTPRequestHandler):
    """Answers webhooks, and anything else too."""

    def do_POST(self) -> None:
        """Answer with the document of the path."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = f"<Response>{DOCUMENTS.get(self.path, '')}</Response>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        """The same."""
        self.do_POST()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int)
    HTTPServer(("127.0.0.1", parser.parse_args().port), Handler).serve_forever()
