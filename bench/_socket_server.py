"""A WebSocket server in a process of its own: it reads all that comes, and may play a tone back.

`python -m bench._socket_server PLAY_MS` prints its port and runs until its input ends. With PLAY_MS
above 0 each connection sends so much linear audio of 24,000 Hz whenever so much time has gone by.
"""

import asyncio
import base64
import contextlib
import json
import os
import sys

import uvloop
from aiohttp import WSMsgType, web

CONTENT_TYPE = "audio/pcm;rate=24000;channels=1;bit-depth=16;endian=little;encoding=signed"


async def serve(play_ms: int) -> None:
    """Serve until standard input ends."""
    audio = base64.b64encode(os.urandom(48 * max(play_ms, 1))).decode()
    message = json.dumps(
        {"eventType": "playAudio", "media": {"contentType": CONTENT_TYPE, "payload": audio}}
    )

    async def play(socket: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):
            while play_ms and not socket.closed:
                await socket.send_str(message)
                await asyncio.sleep(play_ms / 1000)

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(play(socket))
            async for received in socket:
                if received.type is not WSMsgType.TEXT:
                    break
            playing.cancel()
        return socket

    app = web.Application()
    app.router.add_get("/", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)  # this is how it is found
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
