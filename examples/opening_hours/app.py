"""A small voice app: greet, ask for a key, say which. Flask and the official BXML builder.

Run it with `python examples/opening_hours/app.py --port 5000` and point an application's
`initiate_url` or a call's `answerUrl` at it. `offhook demo` runs it for you.
"""

import argparse
import io
import math
import struct
import wave

from bandwidth.models.bxml import Gather, Hangup, Pause, PlayAudio, Response, SpeakSentence, Verb
from flask import Flask, request, send_file
from flask import Response as HttpResponse

app = Flask(__name__)

GREETINGS = {
    "outbound": "Hello. This is a call from your Offhook demo. Please press a key.",
    "inbound": "Welcome. For our opening hours, press one.",
}
HOURS = "We are open from nine to five."


def bxml(*verbs: Verb) -> HttpResponse:
    """Answer a webhook with a document."""
    return HttpResponse(Response(list(verbs)).to_bxml(), content_type="application/xml")


def menu(direction: str) -> HttpResponse:
    """Ask for a key."""
    prompt = SpeakSentence(GREETINGS[direction])
    return bxml(
        Gather(
            gather_url="/voice/key",
            max_digits=1,
            first_digit_timeout=10,
            repeat_count=2,
            audio_verbs=[prompt],
        )
    )


@app.post("/voice/answer")
def answer() -> HttpResponse:
    """An outbound call was answered."""
    return menu("outbound")


@app.post("/voice/initiate")
def initiate() -> HttpResponse:
    """Somebody calls us."""
    return menu("inbound")


@app.post("/voice/key")
def key() -> HttpResponse:
    """A key was pressed, or none: play a chime, then say what there is to say."""
    digits = request.get_json()["digits"]
    if not digits:
        return bxml(SpeakSentence("We heard nothing. Goodbye."), Hangup())
    return bxml(
        PlayAudio("/audio/chime.wav"),
        SpeakSentence(f"You pressed {digits}. {HOURS} Goodbye."),
        Pause(10),
    )


@app.get("/audio/chime.wav")
def chime() -> HttpResponse:
    """One second of 1000 Hz as a WAV file."""
    samples = [int(9000 * math.sin(2 * math.pi * 1000 * i / 8000)) for i in range(8000)]
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(struct.pack("<8000h", *samples))
    file.seek(0)
    return send_file(file, mimetype="audio/wav", max_age=60)


@app.post("/voice/status")
def status() -> tuple[str, int]:
    """A call has ended."""
    return "", 204


def main() -> None:
    """Serve on loopback."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=5000)
    app.run("127.0.0.1", parser.parse_args().port)


if __name__ == "__main__":
    main()
