"""A voice bot: webhooks that connect callers to it, and the WebSocket where it listens and talks.

`uvicorn app:app --port 5000` serves both (`pip install uvicorn websockets starlette`). Its tests,
test_bot.py, need none of these servers: `pytest examples/voice_bot`.
"""

from bot import Bot
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

BOT_URL = "ws://127.0.0.1:5000/bot"


async def initiate(_: Request) -> Response:
    """Somebody calls: let the bot talk to the caller until it hangs up."""
    return Response(
        "<Response>"
        "<SpeakSentence>Say something.</SpeakSentence>"
        f'<StartStream name="bot" mode="bidirectional" destination="{BOT_URL}"/>'
        '<StopStream name="bot" wait="true"/>'
        "<SpeakSentence>Goodbye.</SpeakSentence>"
        "</Response>",
        media_type="application/xml",
    )


async def status(_: Request) -> Response:
    """A call is over."""
    return Response(status_code=204)


async def talk(socket: WebSocket) -> None:
    """One call's stream."""
    await socket.accept()
    bot = Bot()
    async for message in socket.iter_json():
        for reply in bot.hear(message):
            await socket.send_json(reply)


app = Starlette(
    routes=[
        Route("/initiate", initiate, methods=["POST"]),
        Route("/status", status, methods=["POST"]),
        WebSocketRoute("/bot", talk),
    ]
)
