"""The WebSocket servers of the simulation, good ones and bad ones; each does what its name says."""

import asyncio
from typing import Any

from offhook.testing import sound
from offhook.testing.sockets import REFUSED, Greeting, Link, SocketApp

TONE = sound.tone(640.0, 0.5)
NONSENSE = ('{"eventType":"playAudio"}', "nonsense", '{"eventType":"clear"}')


def serve(app: SocketApp) -> None:
    """Greet who connects to `wss://ws.test/NAME`; the others get an answer at once."""
    for name, act in (
        ("chatty", _chat),
        ("leaves", lambda link: _later(0.2, link.close)),
        ("breaks", lambda link: _later(0.1, link.drop)),
        ("deaf", lambda link: link.stop_reading()),
    ):
        app.on(f"wss://ws.test/{name}", Greeting(react=_at_start(act)))
    app.on("wss://ws.test/late", Greeting(delay_s=0.3))
    app.on("wss://ws.test/refuses", REFUSED)


def _at_start(act: Any) -> Any:
    def react(link: Link, message: dict[str, Any]) -> None:
        if message["eventType"] == "start":
            act(link)

    return react


def _chat(link: Link) -> None:
    link.play(TONE)
    for message in NONSENSE:
        link.send(message)
    link.play(TONE)


def _later(seconds: float, act: Any) -> None:
    asyncio.get_running_loop().call_later(seconds, act)
