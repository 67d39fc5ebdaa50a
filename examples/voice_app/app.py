"""A small voice app in Flask and plain BXML: a menu, opening hours, and a line that is on hold.

Its tests, test_app.py, run it inside Offhook: `pytest examples/voice_app`.
"""

from flask import Flask, Response, request

app = Flask(__name__)


def bxml(verbs: str) -> Response:
    """Answer a webhook with a document."""
    return Response(f"<Response>{verbs}</Response>", content_type="application/xml")


@app.post("/initiate")
def initiate() -> Response:
    """Somebody calls."""
    return bxml(
        '<Gather gatherUrl="/key" maxDigits="1" firstDigitTimeout="5">'
        "<SpeakSentence>Welcome to Acme. For our opening hours, press one.</SpeakSentence>"
        "</Gather>"
    )


@app.post("/key")
def key() -> Response:
    """A key was pressed, or none."""
    if request.get_json()["digits"] == "1":
        return bxml("<SpeakSentence>We are open from nine to five.</SpeakSentence><Hangup/>")
    return bxml("<SpeakSentence>Please hold.</SpeakSentence><Redirect redirectUrl='/hold'/>")


@app.post("/hold")
def hold() -> Response:
    """Nobody is free for half a minute."""
    return bxml("<Pause duration='30'/><SpeakSentence>Sorry, try later.</SpeakSentence>")


@app.post("/answer")
def answer() -> Response:
    """Somebody whom we called has answered."""
    return bxml("<SpeakSentence>Your parcel has arrived.</SpeakSentence>")


@app.post("/status")
def status() -> tuple[str, int]:
    """A call is over."""
    return "", 204
