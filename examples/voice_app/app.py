"""A small voice app in Starlette and plain BXML: a menu, opening hours, and a line that is on hold.

Its tests, test_app.py, run it inside Offhook: `pytest examples/voice_app`. Starlette comes with
Offhook; any other ASGI or WSGI framework does as well.
"""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def bxml(verbs: str) -> Response:
    """Answer a webhook with a document."""
    return Response(f"<Response>{verbs}</Response>", media_type="application/xml")


async def initiate(_: Request) -> Response:
    """Somebody calls."""
    return bxml(
        '<Gather gatherUrl="/key" maxDigits="1" firstDigitTimeout="5">'
        "<SpeakSentence>Welcome to Acme. For our opening hours, press one.</SpeakSentence>"
        "</Gather>"
    )


async def key(request: Request) -> Response:
    """A key was pressed, or none."""
    event = await request.json()
    if event["digits"] == "1":
        return bxml("<SpeakSentence>We are open from nine to five.</SpeakSentence><Hangup/>")
    return bxml("<SpeakSentence>Please hold.</SpeakSentence><Redirect redirectUrl='/hold'/>")


async def hold(_: Request) -> Response:
    """Nobody is free for half a minute."""
    return bxml("<Pause duration='30'/><SpeakSentence>Sorry, try later.</SpeakSentence>")


async def answer(_: Request) -> Response:
    """Somebody whom we called has answered."""
    return bxml("<SpeakSentence>Your parcel has arrived.</SpeakSentence>")


async def status(_: Request) -> Response:
    """A call is over."""
    return Response(status_code=204)


WEBHOOKS = [initiate, key, hold, answer, status]
app = Starlette(routes=[Route(f"/{each.__name__}", each, methods=["POST"]) for each in WEBHOOKS])
